// SPDX-License-Identifier: GPL-2.0-only
/*
 * its-power.c: an ITS that firmware restores while the host sleeps (S1, S2). It
 * begins with its ring once more, and GITS_CREADR says so.
 */
#include "harness.h"
#include "its_vpe_bed.h"

#define OTHER_DEV	0x77
#define SLOT		32
#define CREADR		(MODEL_ITS_BASE + GITS_CREADR)

/* Behaviour of firmware in this round of a test that goes through all of them. */
static unsigned int how;

static void in_all_ways(void (*test)(void *))
{
	static u8 memory[FAKE_MEM_SIZE];

	for (how = 0; how < MODEL_FW_KINDS; how++) {
		memcpy(memory, fake_host_va(FAKE_MEM_BASE), FAKE_MEM_SIZE);
		ASSERT(test_fork(test, NULL));
		memcpy(fake_host_va(FAKE_MEM_BASE), memory, FAKE_MEM_SIZE);
	}
}

/* With its next command the ITS gets to where it was. */
static void catch_up(void)
{
	setup_driver.patience = 100000;
	setup_send(model_sync(model_rdbase(SETUP_RD)));
	mediate_works();
}

/* The host is back, and its ITS works whether it was enabled or not. */
static void wake(void)
{
	mediate_suspend(how);
	mediate_enable();
	catch_up();
}

/* Up to @left slots before the end of the ring. */
static void fill_ring(u32 left)
{
	while (setup_driver.prod != setup_driver.ring_size - left * SLOT)
		setup_send(model_sync(model_rdbase(SETUP_RD)));
}

static void give_to_guest(u64 phys)
{
	u64 page;

	for (page = phys; page < phys + SZ_64K; page += PAGE_SIZE)
		fake_guest_takes(page);
	model_gic_check();
}

/* A device came and went before EL2 came: the driver's commands name its ITT. */
static void history(void *unused)
{
	struct model_cmd cmd;
	u64 itt;

	setup_start(&model_gic_default);
	setup_page(0);
	itt = model_its_driver_map(&setup_driver, OTHER_DEV, SETUP_EVENTS);
	setup_page(0);
	setup_sync(model_mapti(OTHER_DEV, 0, SETUP_LPI + 1, 0), 0);
	cmd = model_event(GITS_CMD_DISCARD, OTHER_DEV, 0);
	setup_sync(cmd, 0);
	model_its_driver_unmap(&setup_driver, OTHER_DEV);
	setup_sync(model_invall(0), 0);
	mediate();
	fake_guest_takes(itt & PAGE_MASK);
	wake();
}

TEST(its_s1_handover_history)
{
	in_all_ways(history);
}

/* A vPE that came and went: VMAPP and VMAPTI name its pending table. */
static void vpe_history(void *unused)
{
	v4_params(40);
	begin_mapped();
	setup_sync(model_event(GITS_CMD_INT, SETUP_DEV, 2), SETUP_RD);
	unmap(VPE);
	ASSERT(is_free(vpt));
	give_to_guest(vpt);
	wake();
	/* A second time nothing is new. */
	wake();
}

TEST(its_s1_vpe)
{
	in_all_ways(vpe_history);
}

static u64 count_slots(u8 op)
{
	const u64 *slot = mediate_hyp_slot(0);
	u64 count = 0;
	u32 i;

	for (i = 0; i < setup_driver.ring_size / SLOT; i++)
		count += (slot[i * 4] & 0xff) == op;

	return count;
}

/* Nothing that was consumed is in the ring when firmware is called. */
static void nothing_twice(void *unused)
{
	unsigned int i;
	u64 commands;

	mediate_default();
	setup_sync(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT), SETUP_RD);
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 1);
	ASSERT_EQ(count_slots(GITS_CMD_INT), 1);
	commands = model_its_stats(0)->commands;
	mediate_suspend(how);
	ASSERT_EQ(count_slots(GITS_CMD_INT), 0);
	ASSERT_EQ(count_slots(GITS_CMD_SYNC), setup_driver.ring_size / SLOT);
	mediate_enable();
	catch_up();
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 3);
	/* So many slots as were before it did nothing. */
	ASSERT_EQ(model_its_stats(0)->commands - commands,
		  setup_driver.prod / SLOT);
	/* On both sides of the end. */
	fill_ring(3);
	devmed_suspend();
	for (i = 0; i < 6; i++)
		setup_send(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(count_slots(GITS_CMD_INT), 6);
	devmed_suspend();
	ASSERT_EQ(count_slots(GITS_CMD_INT), 0);
}

TEST(its_s1_nothing_twice)
{
	in_all_ways(nothing_twice);
}

/* More than a ring full, and a ring that does not snoop. */
static void round_and_round(void *unused)
{
	unsigned int i;

	params = model_gic_default;
	params.its.coherency = MODEL_BY_ATTRS;
	params.its.ring_not_shareable = true;
	params.its.tables_not_shareable = true;
	setup_driver.flush = true;
	setup_start(&params);
	mediate();
	for (i = 0; i < 3000; i++)
		setup_send(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT));
	wake();
	for (i = 0; i < 10; i++)
		setup_send(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT));
	wake();
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 3010 + 2 * 2);
}

TEST(its_s1_whole_ring)
{
	in_all_ways(round_and_round);
}

/* The next commands end where the ring begins: GITS_CREADR is there already. */
static void wraps(void *unused)
{
	unsigned int taken;

	mediate_default();
	fill_ring(2);
	taken = model_lpis_taken(SETUP_RD, SETUP_LPI);
	mediate_suspend(how);
	mediate_enable();
	setup_driver.patience = 100000;
	setup_sync(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT), SETUP_RD);
	ASSERT_EQ(setup_driver.prod, 0);
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), taken + 1);
	catch_up();
}

TEST(its_s1_wrap)
{
	in_all_ways(wraps);
}

/* Slow, so that the host makes its access again and again until then. */
TEST(its_s1_catches_up_slowly)
{
	unsigned int traps;

	params = model_gic_default;
	mediate_gic(&params);
	fill_ring(1000);
	model_its_slow_down(300);
	traps = mediate_traps;
	mediate_suspend(MODEL_FW_ENABLED);
	catch_up();
	ASSERT(mediate_traps > traps + 100);
}

/* The ITS does not move: the doorbell is refused, and nothing hangs. */
TEST(its_s1_does_not_move)
{
	u64 refused;

	mediate_default();
	refused = mediate_counter(mediate_its[0], DEVMED_REFUSED_HANDLER);
	mediate_suspend(MODEL_FW_ENABLED);
	model_its_hang(0, true);
	mediate_write(MODEL_ITS_BASE + GITS_CWRITER, 8, setup_driver.prod + SLOT);
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_REFUSED_HANDLER), refused + 1);
	model_its_hang(0, false);
	catch_up();
}

/* Posted and not consumed: the table that they name stays pinned. */
static void pending(void *unused)
{
	v4_params(40);
	begin_mapped();
	fill_ring(20);
	mediate_disable();
	setup_driver.patience = 1;
	model_its_driver_queue(&setup_driver, model_vmapp(VPE, 0, 0, 0, false).dw);
	model_its_driver_queue(&setup_driver, model_vpe(GITS_CMD_VSYNC, VPE).dw);
	ASSERT(!model_its_driver_post(&setup_driver));
	wake();
	ASSERT(!is_free(vpt));
	/* Told once more, the ITS is believed. */
	unmap(VPE);
	ASSERT(is_free(vpt));
	give_to_guest(vpt);
	setup_sync(model_event(GITS_CMD_INT, SETUP_DEV, 2), SETUP_RD);
	wake();
}

TEST(its_s1_pending)
{
	in_all_ways(pending);
}

/*
 * VMAPP and VSYNC in the last two slots, so that the ring ends where GITS_CREADR is
 * after the restore: no proof that they were consumed.
 */
static void creadr_zero(void *unused)
{
	v4_params(40);
	begin_mapped();
	fill_ring(2);
	mediate_disable();
	setup_driver.patience = 1;
	model_its_driver_queue(&setup_driver, model_vmapp(VPE, 0, 0, 0, false).dw);
	model_its_driver_queue(&setup_driver, model_vpe(GITS_CMD_VSYNC, VPE).dw);
	ASSERT(!model_its_driver_post(&setup_driver));
	ASSERT_EQ(setup_driver.prod, 0);
	mediate_suspend(how);
	ASSERT_EQ(mediate_read(CREADR, 8), 0);
	mediate_write(MODEL_ITS_BASE + GITS_CWRITER, 8, 0);
	mediate_enable();
	setup_driver.patience = 1000;
	setup_sync(model_invall(0), 0);
	ASSERT(!is_free(vpt));
	setup_sync(model_event(GITS_CMD_INT, SETUP_DEV, 2), SETUP_RD);
	model_gic_check();
	unmap(VPE);
	ASSERT(is_free(vpt));
}

TEST(its_s2_creadr_zero)
{
	in_all_ways(creadr_zero);
}

/* Nor is an ITT left that was given up. */
static void itt_not_left(void *unused)
{
	unsigned int i;
	u64 itt;

	mediate_default();
	setup_send(model_mapd(OTHER_DEV, 0, 2, true));
	itt = mediate_hyp_slot(setup_driver.prod - SLOT)[2];
	fill_ring(2);
	mediate_disable();
	setup_driver.patience = 1;
	model_its_driver_queue(&setup_driver, model_mapd(OTHER_DEV, 0, 0, false).dw);
	model_its_driver_queue(&setup_driver, model_sync(model_rdbase(0)).dw);
	ASSERT(!model_its_driver_post(&setup_driver));
	wake();
	for (i = 0; i < 40; i++) {
		setup_send(model_mapd(0x100 + i, 0, 2, true));
		ASSERT(mediate_hyp_slot(setup_driver.prod - SLOT)[2] != itt);
		setup_sync(model_mapti(0x100 + i, 7, SETUP_LPI + 3, 0), 0);
	}
	model_gic_check();
}

TEST(its_s2_itt)
{
	in_all_ways(itt_not_left);
}

/* Commands that are under way are waited for: the host loses nothing. */
TEST(its_s2_under_way)
{
	v4_params(40);
	params.its.cmd_delay = 20;
	begin_mapped();
	setup_driver.patience = 1;
	model_its_driver_queue(&setup_driver, model_vmapp(VPE, 0, 0, 0, false).dw);
	ASSERT(!model_its_driver_post(&setup_driver));
	devmed_suspend();
	devmed_resume();
	setup_driver.patience = 1000;
	setup_send(model_vpe(GITS_CMD_VSYNC, VPE));
	setup_send(model_sync(model_rdbase(0)));
	ASSERT(is_free(vpt));
}

/* A queue that takes seconds: nothing is believed, and nothing lost but time. */
TEST(its_s2_takes_seconds)
{
	v4_params(40);
	begin_mapped();
	model_its_slow_down(100000);
	setup_driver.patience = 1;
	model_its_driver_queue(&setup_driver, model_vmapp(VPE, 0, 0, 0, false).dw);
	model_its_driver_queue(&setup_driver, model_vpe(GITS_CMD_VSYNC, VPE).dw);
	ASSERT(!model_its_driver_post(&setup_driver));
	devmed_suspend();
	devmed_resume();
	setup_driver.patience = 1000000;
	setup_send(model_sync(model_rdbase(0)));
	ASSERT(!is_free(vpt));
	model_its_slow_down(0);
	unmap(VPE);
	ASSERT(is_free(vpt));
	mediate_works();
}

/* An idle CPU touches no device, and takes no lock, without new commands. */
TEST(its_s1_idle_costs_nothing)
{
	mediate_default();
	devmed_suspend();
	fake_log_reset();
	devmed_suspend();
	devmed_resume();
	ASSERT_EQ(fake_count(FAKE_READ), 0);
	ASSERT_EQ(fake_count(FAKE_WRITE), 0);
	ASSERT_EQ(fake_count(FAKE_UNLOCK), 0);
	mediate_works();
}

/* More than a ring full since the last time, and some not consumed: those stay. */
static void pending_stay(void *unused)
{
	struct model_cmd cmd = model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT);
	unsigned int i;

	mediate_default();
	for (i = 0; i < 3000; i++)
		setup_send(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT));
	mediate_disable();
	setup_driver.patience = 1;
	for (i = 0; i < 5; i++)
		model_its_driver_queue(&setup_driver, cmd.dw);
	ASSERT(!model_its_driver_post(&setup_driver));
	wake();
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 3005 + 2);
}

TEST(its_s1_pending_stay)
{
	in_all_ways(pending_stay);
}

/* The host has started its ring again: what was there before is not there. */
TEST(its_s1_after_restart)
{
	v4_params(40);
	begin_mapped();
	unmap(VPE);
	ASSERT_EQ(count_slots(GITS_CMD_VMAPP), 2);
	model_its_driver_suspend(&setup_driver);
	model_its_power_cut(0);
	model_its_driver_resume(&setup_driver);
	ASSERT_EQ(count_slots(GITS_CMD_VMAPP), 0);
	give_to_guest(vpt);
	mediate_works();
}

/* Firmware restores nothing: no command until the host has. */
TEST(its_s1_not_restored)
{
	u64 refused;

	mediate_default();
	/* Where GITS_CREADR is after a reset too. */
	fill_ring(1);
	setup_send(model_sync(model_rdbase(0)));
	ASSERT_EQ(setup_driver.prod, 0);
	refused = mediate_counter(mediate_its[0], DEVMED_REFUSED_HANDLER);
	model_gic_settle();
	devmed_suspend();
	model_its_power_cut(0);
	devmed_resume();
	mediate_write(MODEL_ITS_BASE + GITS_CWRITER, 8, setup_driver.prod + SLOT);
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_REFUSED_HANDLER), refused + 1);
	mediate_enable();
	setup_driver.prod = 0;
	mediate_works();
}

/* A dead ITS is waited for once, not by each CPU that is idle. */
TEST(its_s1_dead_once)
{
	unsigned int first;

	mediate_default();
	model_its_hang(0, true);
	mediate_write(MODEL_ITS_BASE + GITS_CWRITER, 8, setup_driver.prod + SLOT);
	fake_log_reset();
	devmed_suspend();
	first = fake_count(FAKE_READ);
	ASSERT(first > 100);
	fake_log_reset();
	devmed_suspend();
	ASSERT(fake_count(FAKE_READ) < 5);
}

/* Nor is one that is disabled, and will not consume them. */
TEST(its_s2_off_at_once)
{
	mediate_default();
	mediate_disable();
	mediate_write(MODEL_ITS_BASE + GITS_CWRITER, 8, setup_driver.prod + SLOT);
	fake_log_reset();
	devmed_suspend();
	ASSERT(fake_count(FAKE_READ) < 10);
}
