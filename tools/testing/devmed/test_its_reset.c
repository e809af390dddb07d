// SPDX-License-Identifier: GPL-2.0-only
/*
 * its-regs.c: an ITS that is reset, restarted or resumed (I07, I28, PW02).
 */
#include "harness.h"
#include "its_mediate.h"

#define REG(offset)	(MODEL_ITS_BASE + (offset))

static struct model_gic_params params;

/* Firmware reset the ITS while the host slept: nothing is lost. */
TEST(its_i28_reset)
{
	mediate_default();
	setup_sync(model_mapti(SETUP_DEV, 2, SETUP_LPI + 2, 1), 1);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI + 2, true);
	model_its_driver_suspend(&setup_driver);
	model_its_power_cut(0);
	model_its_driver_resume(&setup_driver);
	mediate_works();
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
}

/* Firmware did not reset it: what it has done, it does not do again. */
TEST(its_i28_resume_without_reset)
{
	u64 commands;

	mediate_default();
	model_its_driver_suspend(&setup_driver);
	commands = model_its_stats(0)->commands;
	model_its_driver_resume(&setup_driver);
	ASSERT_EQ(model_its_stats(0)->commands, commands);
	mediate_works();
}

/* A host that only enables it again finds its bases where they were. */
TEST(its_i28_reset_and_enable)
{
	mediate_default();
	model_gic_settle();
	model_its_power_cut(0);
	mediate_enable();
	setup_driver.prod = 0;
	mediate_works();
}

/* What the ITS is given for a device. */
static u64 map_device(u32 id)
{
	u32 slot = setup_driver.prod;

	setup_send(model_mapd(id, 0, 2, true));

	return mediate_hyp_slot(slot)[2];
}

/*
 * Commands lost in a reset: an ITT that the ITS was not told to leave is one that
 * it may still use.
 */
static void lose_unmap(u32 slots_left)
{
	struct model_cmd cmd;
	unsigned int i;
	u64 itt;

	mediate_default();
	itt = map_device(0x77);
	setup_sync(model_mapti(0x77, 1, SETUP_LPI + 1, 0), 0);
	model_gic_settle();
	cmd = model_sync(model_rdbase(0));
	while (slots_left && setup_driver.prod < setup_driver.ring_size - 32 * slots_left)
		setup_send(cmd);
	model_its_driver_suspend(&setup_driver);
	setup_driver.patience = 1;
	cmd = model_mapd(0x77, 0, 0, false);
	model_its_driver_send(&setup_driver, cmd.dw);
	cmd = model_sync(model_rdbase(0));
	model_its_driver_send(&setup_driver, cmd.dw);
	cmd = model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT);
	model_its_driver_send(&setup_driver, cmd.dw);
	model_its_power_cut(0);
	model_its_driver_resume(&setup_driver);
	setup_driver.patience = 1000;
	for (i = 0; i < 40; i++) {
		ASSERT(map_device(0x100 + i) != itt);
		setup_sync(model_mapti(0x100 + i, 7, SETUP_LPI + 3, 0), 0);
	}
	model_gic_check();
}

TEST(its_pw02_lost_unmap)
{
	lose_unmap(0);
}

/* After a reset GITS_CREADR is 0, as if the ITS had come around. */
TEST(its_pw02_lost_unmap_at_wrap)
{
	lose_unmap(2);
}

/* What it had read when it was disabled is not lost with the rest. */
TEST(its_pw02_reset_after_disable)
{
	u64 pages;

	params = model_gic_default;
	params.its.cmd_delay = 1;
	mediate_gic(&params);
	model_its_driver_map(&setup_driver, 0x77, 1024);
	setup_send(model_mapd(0x77, 0, 0, false));
	setup_send(model_sync(model_rdbase(0)));
	pages = devmed_pool_counter(DEVMED_POOL_FREE);
	mediate_disable();
	model_its_power_cut(0);
	mediate_enable();
	setup_driver.prod = 0;
	/* Its ITT is there for another one. */
	model_its_driver_map(&setup_driver, 0x78, 1024);
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FREE), pages);
	mediate_works();
}
