// SPDX-License-Identifier: GPL-2.0-only
/*
 * T19: devices that answer EL2's accesses with aborts, all of them or any single one.
 * The host gets the abort, no lock stays held, and what EL2 says afterwards is true.
 */
#include <nvhe/devmed_idmap.h>
#include <nvhe/devmed_trap.h>

#include "bed_rd.h"
#include "fake.h"
#include "harness.h"
#include "hostile_smmu.h"

#define MAX_ACCESSES	2000

/* Data fault status codes, DDI 0487, D24.2.40: external, and on a table walk. */
#define FSC_EXTERNAL	0x10
#define FSC_WALK_FIRST	0x13
#define FSC_WALK_LAST	0x17

/* Accesses until one is aborted, from 1, or 0 for never; and the fate of that one. */
static unsigned int abort_in;
static enum fake_abort write_answer = FAKE_ABORTED;
static bool all_abort;

static enum fake_abort bus(u64 phys, u8 size, bool write)
{
	if (!all_abort && (!abort_in || --abort_in))
		return FAKE_ANSWERED;

	return write ? write_answer : FAKE_ABORTED;
}

/* Only the exception that a device causes, at an instruction that is listed. */
TEST(abort_t19_filter)
{
	u64 ec, fsc, pc;

	for (ec = 0; ec < 64; ec++) {
		for (fsc = 0; fsc < 64; fsc++) {
			bool external = ec == ESR_ELx_EC_DABT_CUR &&
				(fsc == FSC_EXTERNAL ||
				 (fsc >= FSC_WALK_FIRST && fsc <= FSC_WALK_LAST));

			fake_sysregs.esr_el2 = ec << ESR_ELx_EC_SHIFT | BIT(25) | fsc;
			fake_sysregs.elr_el2 = (u64)fake_access;
			ASSERT_EQ(devmed_fix_abort(), external);
			ASSERT_EQ(fake_sysregs.elr_el2,
				  (u64)(external ? fake_fixup : fake_access));
		}
	}
	for (pc = (u64)fake_access - 64; pc < (u64)fake_access + 64; pc += 4) {
		if (pc == (u64)fake_access)
			continue;
		fake_sysregs.esr_el2 = FAKE_ESR_ABORT;
		fake_sysregs.elr_el2 = pc;
		ASSERT(!devmed_fix_abort());
		ASSERT_EQ(fake_sysregs.elr_el2, pc);
	}
	/* The fixup is no access. */
	fake_sysregs.elr_el2 = (u64)fake_fixup;
	ASSERT(!devmed_fix_abort());
}

TEST(abort_t19_all_ones)
{
	struct devmed_region *region = fake_region(&devmed_its_regs, SZ_64K, 0);

	fake_bus = bus;
	all_abort = true;
	ASSERT_EQ(devmed_read32(region, 0), U32_MAX);
	ASSERT_EQ(devmed_read64(region, 8), U64_MAX);
	ASSERT_EQ(devmed_read32_relaxed(region, 0), U32_MAX);
	ASSERT_EQ(devmed_read64_relaxed(region, 8), U64_MAX);
	devmed_write32(region, 0, 1);
	devmed_write64(region, 8, 2);
	devmed_write64_relaxed(region, 8, 2);
	ASSERT_EQ(fake_aborts, 7);
	all_abort = false;
	ASSERT_EQ(devmed_read64(region, 8), 0);
}

/*
 * Run @fn with each single access aborted in turn, in a process of its own, until a
 * run has fewer accesses than that; there are @least of them, so that the sweep is
 * not empty.
 */
static void sweep(void (*fn)(void *arg), enum fake_abort answer, unsigned int step,
		  unsigned int least)
{
	static bool more;
	unsigned int nth;

	write_answer = answer;
	for (nth = 1, more = true; more; nth += step) {
		ASSERT(nth < MAX_ACCESSES);
		abort_in = nth;
		ASSERT(test_fork_shared(fn, &more, &more, sizeof(more)));
	}
	/* The last run had no such access any more. */
	ASSERT(nth > least + step);
}

/* All is answered again; was the access reached? */
static void answer_again(void *more)
{
	*(bool *)more = !abort_in;
	fake_bus = NULL;
	abort_in = 0;
	fake_check_idle();
}

static bool refused_start(int ret)
{
	return ret == -EIO && devmed_was_aborted() && fake_aborts == 1;
}

static void start_smmu(void *more)
{
	struct msmmu_config config = worst();
	u64 flags = config.coherent ? DEVMED_SMMUV3_COHERENT : 0;
	struct devmed_region *region;
	int id, ret;

	/* A position that was not written leads it to slots that EL2 has zeroed. */
	config.lenient = true;
	msmmu_init(0, &config);
	fake_attach(config.base, MSMMU_SIZE, &msmmu_ops[0]);
	ASSERT_EQ(devmed_pool_init(MEDIATED_POOL >> PAGE_SHIFT, MEDIATED_POOL_PAGES), 0);
	id = devmed_register(DEVMED_CLASS_SMMUV3, config.base, MSMMU_SIZE, 0);
	region = devmed_get_region(id);
	fake_bus = bus;
	ret = devmed_start(id, flags, 0);
	/* Nobody is told that DMA is confined. */
	ASSERT_EQ(devmed_idmap_start(), ret ? -ENODEV : 0);
	if (!ret)
		ret = devmed_adopt(id, 0, 0, 0);
	answer_again(more);
	ASSERT(*(bool *)more ? refused_start(ret) : !ret);
	ASSERT_EQ(!region->instance, !!ret);
}

TEST(abort_t19_smmu_start)
{
	sweep(start_smmu, FAKE_ABORTED, 1, 20);
}

static void start_its(void *more)
{
	struct devmed_region *region;
	int ret;

	setup_start(&model_gic_default);
	mediate_register(MEDIATE_POOL_SIZE / PAGE_SIZE);
	region = devmed_get_region(mediate_its[0]);
	fake_bus = bus;
	ret = mediate_start(&setup_driver, 1);
	answer_again(more);
	ASSERT(*(bool *)more ? refused_start(ret) : !ret);
	ASSERT_EQ(!region->instance, !!ret);
}

/* Redistributors, too. */
TEST(abort_t19_its_start)
{
	sweep(start_its, FAKE_ABORTED, 1, 20);
}

static void ring_doorbell(void *more)
{
	struct model_cmd cmd = model_event(GITS_CMD_INV, SETUP_DEV, SETUP_EVENT);
	bool done;

	mediate_default();
	model_its_driver_queue(&setup_driver, cmd.dw);
	fake_bus = bus;
	done = mediate_try_write(MODEL_ITS_BASE + GITS_CWRITER, 8, setup_driver.prod);
	answer_again(more);
	ASSERT_EQ(done, !*(bool *)more);
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_REFUSED_ABORTED), !done);
	/* The command is carried out once, with the next if not before. */
	setup_sync(cmd, SETUP_RD);
	mediate_works();
}

TEST(abort_t19_its_doorbell)
{
	sweep(ring_doorbell, FAKE_ABORTED, 1, 1);
}

static void enable_lpis(void *more)
{
	bool done;

	rd_start_default();
	rd_set_lpis(false);
	fake_bus = bus;
	done = mediate_try_write(RD_REG(GICR_CTLR), 4, GICR_CTLR_ENABLE_LPIS);
	answer_again(more);
	ASSERT_EQ(done, !*(bool *)more);
	ASSERT_EQ(mediate_counter(mediate_rd[RD], DEVMED_REFUSED_ABORTED), !done);
	rd_check_enable();
}

TEST(abort_t19_gicr_enable)
{
	sweep(enable_lpis, FAKE_ABORTED, 1, 3);
}

/* One page is taken while a device has it in its caches. */
static void take_page(void *more)
{
	int ret;

	hostile_start();
	warm(IOVA);
	fake_bus = bus;
	ret = fake_donate_guest(TARGET);
	answer_again(more);
	if (!ret)
		expect_stopped(IOVA);
	if (!fake_donate_guest(OTHER))
		expect_stopped(OTHER);
}

TEST(abort_t19_smmu_take)
{
	sweep(take_page, FAKE_ABORTED, 1, 4);
	sweep(take_page, FAKE_LOST, 1, 4);
}

/* The host's driver: a stream's entry changes, and its command goes to hardware. */
static void drain_commands(void *more)
{
	u64 ste[8];

	hostile_start();
	warm(IOVA);
	fake_bus = bus;
	drv_ste_stage1(ste, cd, 0);
	ste[0] = 0;
	drv_write_ste(&drv, SID, ste);
	answer_again(more);
	mediated_read(SMMU_CR0, 4);
	if (!fake_donate_guest(TARGET))
		expect_stopped(IOVA);
	expect_stopped(TARGET);
}

TEST(abort_t19_smmu_drain)
{
	sweep(drain_commands, FAKE_ABORTED, 1, 4);
	sweep(drain_commands, FAKE_LOST, 1, 4);
}

#define RANDOM_RUNS	40
#define RANDOM_STEPS	30

/* Of the accesses, one in so many is aborted. */
static unsigned int abort_rate;

static enum fake_abort random_bus(u64 phys, u8 size, bool write)
{
	if (test_random_below(abort_rate))
		return FAKE_ANSWERED;

	return write && test_random_below(2) ? FAKE_LOST : FAKE_ABORTED;
}

static void random_step(void)
{
	static bool taken;

	switch (test_random_below(4)) {
	case 0:
		if (taken)
			taken = fake_reclaim_guest(TARGET);
		else
			taken = !fake_donate_guest(TARGET);
		break;
	case 1:
		drv_sync(&drv);
		break;
	case 2:
		mediated_read(SMMU_IDR0 + 4 * test_random_below(64), 4);
		break;
	case 3:
		dma_to(IOVA);
		break;
	}
	if (taken)
		expect_stopped(IOVA);
	fake_check_idle();
}

/* The device may do anything with each; nothing is within reach that is not the host's. */
static void random_run(void *seed)
{
	struct msmmu_config config = worst();
	unsigned int i;

	config.lenient = true;
	for (i = 0; i < *(unsigned int *)seed; i++)
		test_random();
	hostile_start_with(&config);
	abort_rate = 2 + test_random_below(100);
	fake_bus = random_bus;
	for (i = 0; i < RANDOM_STEPS; i++)
		random_step();
	fake_bus = NULL;
	mediated_read(SMMU_CR0, 4);
	if (!fake_donate_guest(OTHER))
		expect_stopped(OTHER);
}

TEST(abort_t19_smmu_random)
{
	unsigned int seed;

	for (seed = 0; seed < RANDOM_RUNS; seed++) {
		if (test_fork(random_run, &seed))
			continue;
		fprintf(stderr, "seed %u\n", seed);
		ASSERT(false);
	}
}
