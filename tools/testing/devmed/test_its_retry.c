// SPDX-License-Identifier: GPL-2.0-only
/*
 * its-cmd.c: an ITS that stalls, and a host that puts another command there
 * (I08). What EL2 has recorded and what the ITS does have to stay the same.
 */
#include "harness.h"
#include "its_mediate.h"

#define OTHER	0x44

static struct model_gic_params params;

static void begin(void)
{
	params = model_gic_default;
	params.its.stalls = true;
	setup_start(&params);
	mediate();
}

static u64 refused(void)
{
	return mediate_counter(mediate_its[0], DEVMED_CMD_OPCODE);
}

static struct model_cmd an_int(u32 event)
{
	return model_event(GITS_CMD_INT, SETUP_DEV, event);
}

static struct model_cmd a_sync(void)
{
	return model_sync(model_rdbase(SETUP_RD));
}

/* EL2 would say that the device has no ITT, and the ITS that it has one. */
TEST(its_i08_retried_unmap)
{
	u32 slot;

	begin();
	slot = mediate_stall(model_mapd(SETUP_DEV, 0, 0, false), a_sync());
	mediate_retry(slot, an_int(SETUP_EVENT));
	ASSERT(!model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	setup_send(an_int(SETUP_EVENT));
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_DEVICE), 1);
	model_gic_check();
}

/* EL2 would say that the device has more events than the ITS has it with. */
TEST(its_i08_retried_map)
{
	u32 slot;

	begin();
	slot = mediate_stall(model_mapd(SETUP_DEV, 0, 5, true), a_sync());
	mediate_retry(slot, an_int(SETUP_EVENT));
	setup_sync(model_mapti(SETUP_DEV, 40, SETUP_LPI, SETUP_RD), SETUP_RD);
	ASSERT(model_its_msi(0, SETUP_DEV, 40));
	ASSERT_EQ(model_its_stats(0)->errors, 1);
	model_gic_check();
}

/* ITTs are used again on the strength of a SYNC. */
TEST(its_i08_retried_sync)
{
	u32 slot;

	begin();
	slot = mediate_stall(a_sync(), an_int(SETUP_EVENT));
	mediate_retry(slot, an_int(SETUP_EVENT));
	ASSERT_EQ(mediate_hyp_slot(slot)[0], GITS_CMD_SYNC);
	mediate_works();
}

/* Recorded last, done first. */
TEST(its_i08_retry_becomes_map)
{
	u32 slot;

	begin();
	slot = mediate_stall(an_int(SETUP_EVENT), model_mapd(SETUP_DEV, 0, 3, true));
	mediate_retry(slot, model_mapd(SETUP_DEV, 0, 5, true));
	ASSERT_EQ(refused(), 1);
	setup_send(model_mapti(SETUP_DEV, 40, SETUP_LPI, SETUP_RD));
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_EVENT), 1);
	ASSERT_EQ(model_its_stats(0)->errors, 1);
	model_gic_check();
}

/* Checked against the ITT that a later command brings. */
TEST(its_i08_retry_before_map)
{
	u32 slot;

	begin();
	slot = mediate_stall(an_int(SETUP_EVENT), model_mapd(SETUP_DEV, 0, 5, true));
	mediate_retry(slot, model_mapti(SETUP_DEV, 40, SETUP_LPI, SETUP_RD));
	ASSERT_EQ(refused(), 1);
	ASSERT_EQ(mediate_hyp_slot(slot)[0], GITS_CMD_SYNC);
	ASSERT_EQ(model_its_stats(0)->errors, 1);
	model_gic_check();
}

/* A driver that knows what was wrong gets what it asks for. */
TEST(its_i08_retry_other)
{
	u32 slot;

	begin();
	slot = mediate_stall(an_int(5), a_sync());
	mediate_retry(slot, an_int(SETUP_EVENT));
	ASSERT_EQ(refused(), 0);
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 1);
	mediate_works();
}

static u64 map_other(u32 id)
{
	u32 slot = setup_driver.prod;

	setup_send(model_mapd(id, 0, 2, true));

	return mediate_hyp_slot(slot)[2];
}

/* Commands are counted once, or an ITT were used again without a SYNC. */
TEST(its_i08_retry_counts)
{
	unsigned int i;
	u32 slot;
	u64 itt;

	begin();
	itt = map_other(OTHER);
	slot = mediate_stall(an_int(5), a_sync());
	for (i = 0; i < 8; i++)
		ASSERT(!model_its_driver_send(&setup_driver, a_sync().dw));
	mediate_retry(slot, an_int(SETUP_EVENT));
	setup_send(model_mapd(OTHER, 0, 0, false));
	for (i = 0; i < 16; i++)
		setup_send(an_int(SETUP_EVENT));
	ASSERT(map_other(OTHER + 1) != itt);
	setup_send(a_sync());
	ASSERT_EQ(map_other(OTHER + 2), itt);
	model_gic_check();
}
