// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a host that does all right notices of EL2: nothing. The same random driver
 * runs with and without EL2, and CPUs take the same interrupts.
 */
#include "harness.h"
#include "its_mediate.h"

#define STEPS		1500
#define NR_DEVICES	24
#define NR_LPIS		256
#define MAX_EVENTS	32
#define FREE		U32_MAX

/* What the CPUs see. */
struct outcome {
	u32 taken[MODEL_MAX_RDS][NR_LPIS];
	u64 msis;
	u64 lost;
	u64 errors;
	u32 aborts;
};

/* The driver's own records: LPI and collection of each event. */
struct device {
	bool mapped;
	u32 nr_events;
	u32 lpi[MAX_EVENTS];
	u16 icid[MAX_EVENTS];
};

static struct model_gic_params params;
static bool mediated;
static struct device devices[NR_DEVICES];
static bool lpi_used[NR_LPIS];
static struct outcome outcome;

/* Sparse, and in more than one level-2 table. */
static u32 devid(unsigned int i)
{
	return i * 0x517 % BIT(params.its.dev_bits);
}

static unsigned int random_device(bool mapped)
{
	unsigned int i = test_random_below(NR_DEVICES);
	unsigned int n;

	for (n = 0; n < NR_DEVICES; n++, i = (i + 1) % NR_DEVICES) {
		if (devices[i].mapped == mapped)
			return i;
	}

	return NR_DEVICES;
}

static void map_device(void)
{
	unsigned int i = random_device(false);
	u32 n;

	if (i == NR_DEVICES)
		return;
	devices[i].mapped = true;
	devices[i].nr_events = 2 << test_random_below(5);
	for (n = 0; n < MAX_EVENTS; n++)
		devices[i].lpi[n] = FREE;
	model_its_driver_map(&setup_driver, devid(i), devices[i].nr_events);
}

static u32 random_event(const struct device *dev, bool mapped)
{
	u32 event = test_random_below(dev->nr_events);
	u32 n;

	for (n = 0; n < dev->nr_events; n++, event = (event + 1) % dev->nr_events) {
		bool is_mapped = dev->lpi[event] != FREE;

		if (is_mapped == mapped)
			return event;
	}

	return FREE;
}

static void map_event(void)
{
	unsigned int i = random_device(true);
	u32 lpi = test_random_below(NR_LPIS);
	u16 icid = test_random_below(params.nr_rds);
	u32 event;

	if (i == NR_DEVICES || lpi_used[lpi])
		return;
	event = random_event(&devices[i], false);
	if (event == FREE)
		return;
	lpi_used[lpi] = true;
	devices[i].lpi[event] = lpi;
	devices[i].icid[event] = icid;
	model_its_driver_enable_lpi(&setup_driver, MODEL_FIRST_LPI + lpi,
				    test_random_below(4));
	setup_sync(model_mapti(devid(i), event, MODEL_FIRST_LPI + lpi, icid), icid);
	setup_sync(model_event(GITS_CMD_INV, devid(i), event), icid);
}

/* An event that is mapped, of any device; false if there is none. */
static bool pick(unsigned int *i, u32 *event)
{
	*i = random_device(true);
	if (*i == NR_DEVICES)
		return false;
	*event = random_event(&devices[*i], true);

	return *event != FREE;
}

static void discard(unsigned int i, u32 event)
{
	u16 icid = devices[i].icid[event];

	setup_sync(model_event(GITS_CMD_DISCARD, devid(i), event), icid);
	lpi_used[devices[i].lpi[event]] = false;
	devices[i].lpi[event] = FREE;
}

static void unmap_event(void)
{
	unsigned int i;
	u32 event;

	if (pick(&i, &event))
		discard(i, event);
}

static void unmap_device(void)
{
	unsigned int i = random_device(true);
	u32 event;

	if (i == NR_DEVICES || test_random_below(3))
		return;
	for (event = 0; event < devices[i].nr_events; event++) {
		if (devices[i].lpi[event] != FREE)
			discard(i, event);
	}
	model_its_driver_unmap(&setup_driver, devid(i));
	devices[i].mapped = false;
}

static void move_event(void)
{
	u16 icid = test_random_below(params.nr_rds);
	unsigned int i;
	u32 event;

	if (!pick(&i, &event))
		return;
	setup_sync(model_movi(devid(i), event, icid), icid);
	devices[i].icid[event] = icid;
}

static void mask_event(void)
{
	bool on = test_random_below(2);
	unsigned int i;
	u32 event;

	if (!pick(&i, &event))
		return;
	model_its_driver_enable_lpi(&setup_driver,
				    MODEL_FIRST_LPI + devices[i].lpi[event], on);
	setup_sync(model_event(GITS_CMD_INV, devid(i), event), devices[i].icid[event]);
}

static void event_command(void)
{
	static const u8 ops[] = { GITS_CMD_INT, GITS_CMD_CLEAR, GITS_CMD_INV };
	u8 op = ops[test_random_below(ARRAY_SIZE(ops))];
	unsigned int i;
	u32 event;

	if (pick(&i, &event))
		setup_sync(model_event(op, devid(i), event), devices[i].icid[event]);
}

/* From any device, with any event of it, mapped or not. */
static void interrupt(void)
{
	unsigned int i = test_random_below(NR_DEVICES);

	model_its_msi(0, devid(i), test_random_below(MAX_EVENTS));
}

static void invalidate_all(void)
{
	u16 icid = test_random_below(params.nr_rds);

	setup_sync(model_invall(icid), icid);
}

/* its_save_disable(), its_restore_enable(), and what firmware does in between. */
static void suspend(void)
{
	unsigned int how = test_random_below(MODEL_FW_KINDS + 2);
	u32 event;

	if (test_random_below(20))
		return;
	model_its_driver_suspend(&setup_driver);
	event = test_random_below(MAX_EVENTS);
	model_its_msi(0, devid(0), event);
	if (mediated)
		devmed_suspend();
	if (how < MODEL_FW_KINDS)
		model_its_firmware(0, how);
	else if (how == MODEL_FW_KINDS)
		model_its_power_cut(0);
	if (mediated)
		devmed_resume();
	model_its_driver_resume(&setup_driver);
}

/* A CPU is idle, and nobody else. */
static void idle(void)
{
	if (mediated) {
		devmed_suspend();
		devmed_resume();
	}
}

static void settle(void)
{
	if (!test_random_below(10))
		model_gic_settle();
}

static void run_steps(void)
{
	static void (* const steps[])(void) = {
		map_device, map_event, map_event, unmap_event, unmap_device,
		move_event, mask_event, event_command, interrupt, interrupt,
		interrupt, invalidate_all, suspend, settle, idle,
	};
	unsigned int i;

	for (i = 0; i < STEPS; i++) {
		steps[test_random_below(ARRAY_SIZE(steps))]();
		if (i % 16 == 0)
			model_gic_check();
	}
}

static void run(void *unused)
{
	unsigned int rd;
	unsigned int i;

	setup_gic(&params);
	for (i = 0; i < 3; i++)
		map_device();
	for (i = 0; i < 20; i++)
		map_event();
	if (mediated)
		mediate();
	run_steps();
	for (rd = 0; rd < params.nr_rds; rd++) {
		for (i = 0; i < NR_LPIS; i++)
			outcome.taken[rd][i] = model_lpis_taken(rd, MODEL_FIRST_LPI + i);
	}
	outcome.msis = model_its_stats(0)->msis;
	outcome.lost = model_its_stats(0)->lost;
	outcome.errors = model_its_stats(0)->errors;
	outcome.aborts = mediate_aborts;
}

/* Memory is one for all processes. */
static struct outcome run_with(bool el2)
{
	static u8 memory[FAKE_MEM_SIZE];

	mediated = el2;
	memcpy(memory, fake_host_va(FAKE_MEM_BASE), FAKE_MEM_SIZE);
	ASSERT(test_fork_shared(run, NULL, &outcome, sizeof(outcome)));
	memcpy(fake_host_va(FAKE_MEM_BASE), memory, FAKE_MEM_SIZE);

	return outcome;
}

static void check_same(void)
{
	struct outcome without;
	struct outcome with;

	params.its.prefetch = 4;
	with = run_with(true);
	without = run_with(false);

	ASSERT(without.msis > STEPS / 50);
	ASSERT_EQ(without.errors, 0);
	ASSERT_EQ(with.aborts, 0);
	ASSERT_EQ(with.errors, 0);
	ASSERT_EQ(with.msis, without.msis);
	ASSERT_EQ(with.lost, without.lost);
	ASSERT(!memcmp(&with, &without, sizeof(with)));
}

TEST(its_same_interrupts)
{
	params = model_gic_default;
	check_same();
}

TEST(its_same_interrupts_pta)
{
	params = model_gic_default;
	params.its.pta = true;
	params.its.hcc = 2;
	params.its.cid_bits = 3;
	check_same();
}

/* Done late, and in small pages. */
TEST(its_same_interrupts_slow)
{
	params = model_gic_default;
	params.its.cmd_delay = 5;
	params.its.quiet_delay = 20;
	params.its.stalls = true;
	params.its.baser[0].page_size = SZ_4K;
	params.its.baser[1].page_size = SZ_4K;
	check_same();
}

/* RK3588: caches are of no use. */
TEST(its_same_interrupts_not_shareable)
{
	params = model_gic_default;
	params.its.coherency = MODEL_BY_ATTRS;
	params.its.ring_not_shareable = true;
	params.its.tables_not_shareable = true;
	params.rd.coherency = MODEL_BY_ATTRS;
	params.rd.not_shareable = true;
	check_same();
}

TEST(its_same_interrupts_flat)
{
	params = model_gic_default;
	params.its.dev_bits = 12;
	params.its.ite_size = 8;
	params.its.baser[0].indirect = false;
	params.its.baser[0].page_size = SZ_16K;
	params.rd.first_number = 3;
	setup_driver.page_size = SZ_16K;
	setup_driver.flat_pages = 2;
	check_same();
}

/* QDF2400: an ITE is twice as long as it says. */
TEST(its_same_interrupts_qdf2400)
{
	params = model_gic_default;
	params.its.iidr = 0x00001070;
	params.its.ite_size = 16;
	params.its.told_ite_size = 8;
	setup_driver.ite_size = 16;
	check_same();
}
