// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS backend and time: what is long is done in several traps (R1).
 */
#include "harness.h"
#include "its_mediate.h"

#define SLOT	32

/* An ITT is as many times 16 bytes as it has events. */
static void start(void)
{
	struct model_gic_params params = model_gic_default;

	params.its.ite_size = 16;
	mediate_gic(&params);
}

static unsigned int traps_of(struct model_cmd cmd)
{
	unsigned int traps;

	model_its_driver_queue(&setup_driver, cmd.dw);
	traps = mediate_traps;
	ASSERT(model_its_driver_post(&setup_driver));

	return mediate_traps - traps;
}

/* R1: no more of an ITT is cleared in one trap than takes a few microseconds. */
TEST(its_r1_largest_itt)
{
	const u8 size = 13;
	u64 itt;

	start();
	ASSERT_EQ(traps_of(model_mapd(0x77, 0, 4, true)), 1);
	/* 256 KiB: twice as much as one trap clears. */
	ASSERT_EQ(traps_of(model_mapd(0x78, 0, size, true)), 2);
	itt = mediate_hyp_slot(setup_driver.prod - SLOT)[2];
	setup_sync(model_mapti(0x78, BIT(size + 1) - 1, SETUP_LPI + 1, 0), 0);
	setup_sync(model_mapd(0x78, 0, 0, false), 0);
	model_gic_settle();
	/* The ITT's old contents are gone, or the model complains. */
	ASSERT_EQ(traps_of(model_mapd(0x79, 0, size, true)), 2);
	ASSERT_EQ(mediate_hyp_slot(setup_driver.prod - SLOT)[2], itt);
	setup_sync(model_mapti(0x79, 0, SETUP_LPI + 1, 0), 0);
	mediate_works();
}

/* R1: many at once take a trap for each so many bytes of them. */
TEST(its_r1_many_itts)
{
	unsigned int traps;
	unsigned int i;

	start();
	for (i = 0; i < 8; i++)
		model_its_driver_queue(&setup_driver,
				       model_mapd(0x77 + i, 0, 11, true).dw);
	traps = mediate_traps;
	ASSERT(model_its_driver_post(&setup_driver));
	/* 8 of 64 KiB, and the last trap has nothing left to do. */
	ASSERT(mediate_traps - traps >= 4);
	for (i = 0; i < 8; i++)
		setup_sync(model_mapti(0x77 + i, BIT(12) - 1, SETUP_LPI + 1, 0), 0);
	mediate_works();
}

/* One trap, whatever is in the ring by then. */
static bool ring_once(void)
{
	struct kvm_cpu_context host = { .regs.regs[1] = setup_driver.prod };

	return mediate_trap(&host, MODEL_ITS_BASE + GITS_CWRITER,
			    mediate_syndrome(MODEL_ITS_BASE + GITS_CWRITER, 8, true));
}

/* R1: half an ITT, and then the host wants something else. */
TEST(its_r1_changes_its_mind)
{
	struct model_cmd cmd = model_mapd(0x78, 0, 13, true);
	u64 *slot;
	u64 pages;

	start();
	slot = fake_host_va(setup_driver.ring + setup_driver.prod);
	model_its_driver_queue(&setup_driver, cmd.dw);
	ASSERT(!ring_once());
	cmd = model_mapti(0x78, 0, SETUP_LPI + 1, 0);
	memcpy(slot, cmd.dw, sizeof(cmd));
	ASSERT(ring_once());
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_DEVICE), 1);
	/* The host sends the MAPD again: half of the work is done. */
	ASSERT_EQ(traps_of(model_mapd(0x78, 0, 13, true)), 1);
	slot = fake_host_va(setup_driver.ring + setup_driver.prod);
	model_its_driver_queue(&setup_driver, model_mapd(0x79, 0, 13, true).dw);
	ASSERT(!ring_once());
	pages = devmed_pool_counter(DEVMED_POOL_FREE);
	/* A smaller one instead: what was begun is kept for the next. */
	cmd = model_mapd(0x79, 0, 4, true);
	memcpy(slot, cmd.dw, sizeof(cmd));
	ASSERT(ring_once());
	setup_send(model_sync(model_rdbase(0)));
	ASSERT_EQ(traps_of(model_mapd(0x7a, 0, 13, true)), 2);
	ASSERT(devmed_pool_counter(DEVMED_POOL_FREE) + 4 >= pages);
	setup_sync(model_mapti(0x7a, BIT(14) - 1, SETUP_LPI + 1, 0), 0);
	mediate_works();
}

/* R1: tables for many DeviceIDs are cleared, or flushed, as well. */
TEST(its_r1_many_tables)
{
	unsigned int traps;
	unsigned int i;

	start();
	for (i = 1; i < 8; i++)
		model_its_driver_queue(&setup_driver, model_mapd(i << 13, 0, 4, true).dw);
	traps = mediate_traps;
	ASSERT(model_its_driver_post(&setup_driver));
	/* 7 of 64 KiB. */
	ASSERT(mediate_traps - traps >= 4);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
}
