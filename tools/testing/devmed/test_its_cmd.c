// SPDX-License-Identifier: GPL-2.0-only
/*
 * its-cmd.c, its-itt.c: each command with operands that a host must not choose
 * (IC01 to IC18, IC27).
 */
#include "harness.h"
#include "its_mediate.h"

#define OTHER	0x300

static struct model_gic_params params;

static void start_pta(void)
{
	params = model_gic_default;
	params.its.pta = true;
	mediate_gic(&params);
}

static void map(u32 devid, u32 nr_events)
{
	model_its_driver_map(&setup_driver, devid, nr_events);
}

/* Any address at all: the ITS gets another one, of EL2's. */
TEST(its_ic01_itt_of_others)
{
	u64 bad[] = {
		0, MODEL_ITS_BASE, MEDIATE_POOL_BASE, GENMASK_ULL(51, 8),
		setup_driver.ring, setup_driver.prop,
	};
	unsigned int i;
	u64 guest;

	mediate_default();
	guest = setup_page(1);
	fake_guest_takes(guest);
	bad[0] = guest;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		setup_send(model_mapd(OTHER + i, bad[i], 3, true));
		setup_sync(model_mapti(OTHER + i, 15, SETUP_LPI + 1, 0), 0);
	}
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	ASSERT_EQ(*(u64 *)fake_host_va(guest), 0);
	mediate_works();
}

/* At the end of a page, into the next one. */
TEST(its_ic02_itt_straddles)
{
	u64 page;

	mediate_default();
	page = setup_page(2);
	fake_guest_takes(page + PAGE_SIZE);
	setup_send(model_mapd(OTHER, page + 0xf00, 7, true));
	setup_sync(model_mapti(OTHER, 255, SETUP_LPI + 1, 0), 0);
	mediate_works();
	ASSERT_EQ(*(u64 *)fake_host_va(page + PAGE_SIZE), 0);
}

TEST(its_ic03_size)
{
	u8 size;

	mediate_default();
	for (size = 16; size < 32; size++)
		mediate_refused(model_mapd(OTHER, 0, size, true), DEVMED_CMD_EVENT);
	setup_send(model_mapd(OTHER, 0, 11, true));
	setup_sync(model_mapti(OTHER, 4095, SETUP_LPI + 1, 0), 0);
	mediate_refused(model_mapti(OTHER, 4096, SETUP_LPI + 1, 0), DEVMED_CMD_EVENT);
}

/* As many events as the ITS can have are more than the pool has in one piece. */
TEST(its_ic03_size_of_pool)
{
	params = model_gic_default;
	params.its.id_bits = 24;
	mediate_gic(&params);
	mediate_refused(model_mapd(OTHER, 0, 23, true), DEVMED_CMD_EVENT);
	mediate_refused(model_mapd(OTHER, 0, 18, true), DEVMED_CMD_EVENT);
	mediate_refused(model_mapd(OTHER, 0, 17, true), DEVMED_CMD_MEMORY);
}

TEST(its_ic08_device)
{
	/* The last one is SETUP_DEV but for a bit that no DeviceID has. */
	static const u32 bad[] = {
		0x10000, 0x7fffffff, 0x80000000, 0xffffffff, BIT(18) | SETUP_DEV,
	};
	unsigned int i;

	mediate_default();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		mediate_refused(model_mapd(bad[i], 0, 2, true), DEVMED_CMD_DEVICE);
		mediate_refused(model_mapd(bad[i], 0, 0, false), DEVMED_CMD_DEVICE);
		mediate_refused(model_mapti(bad[i], 0, SETUP_LPI, 0),
				DEVMED_CMD_DEVICE);
	}
	setup_send(model_mapd(0xffff, 0, 2, true));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
}

/* A table that has fewer entries than DeviceIDs have bits. */
TEST(its_ic08_device_beyond_table)
{
	params = model_gic_default;
	params.its.baser[0].indirect = false;
	params.its.baser[0].page_size = SZ_4K;
	mediate_gic(&params);
	setup_send(model_mapd(511, 0, 2, true));
	mediate_refused(model_mapd(512, 0, 2, true), DEVMED_CMD_DEVICE);
	/* Nothing of it stays. */
	mediate_refused(model_mapti(512, 0, SETUP_LPI, 0), DEVMED_CMD_DEVICE);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* RDbase is an address: those of redistributors. The model fails at others. */
TEST(its_ic10_target_address)
{
	const u64 bad[] = {
		FAKE_MEM_BASE, MODEL_RD_BASE + SZ_64K, MODEL_ITS_BASE, 0,
		GENMASK_ULL(51, 16), MODEL_RD_BASE + 4 * SZ_128K,
	};
	unsigned int i;

	start_pta();
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		mediate_refused(model_mapc(1, bad[i], true), DEVMED_CMD_TARGET);
	/* Not when it is ignored. */
	setup_send(model_mapc(7, FAKE_MEM_BASE, false));
	mediate_works();
}

TEST(its_ic10_target_number)
{
	u64 n;

	params = model_gic_default;
	params.rd.first_number = 100;
	mediate_gic(&params);
	for (n = 0; n < 300; n++) {
		if (n >= 100 && n < 104)
			setup_send(model_mapc(n % 4, n << 16, true));
		else
			mediate_refused(model_mapc(7, n << 16, true),
					DEVMED_CMD_TARGET);
	}
	mediate_refused(model_mapc(7, GENMASK_ULL(51, 16), true), DEVMED_CMD_TARGET);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* As many as the table and the ITS itself have room for, and ICIDs have bits. */
TEST(its_ic11_collection)
{
	params = model_gic_default;
	params.its.baser[1].page_size = SZ_4K;
	params.its.hcc = 2;
	mediate_gic(&params);
	setup_send(model_mapc(513, model_rdbase(0), true));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_refused(model_mapc(514, model_rdbase(0), true), DEVMED_CMD_COLLECTION);
	mediate_refused(model_mapc(65535, 0, false), DEVMED_CMD_COLLECTION);
	mediate_refused(model_invall(514), DEVMED_CMD_COLLECTION);
	mediate_refused(model_mapti(SETUP_DEV, 2, SETUP_LPI, 514),
			DEVMED_CMD_COLLECTION);
	/* Events of a collection that is no more come to nothing. */
	setup_send(model_mapc(SETUP_RD, 0, false));
	ASSERT(!model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	model_gic_check();
}

TEST(its_ic11_collection_bits)
{
	params = model_gic_default;
	params.its.cid_bits = 3;
	mediate_gic(&params);
	setup_send(model_mapc(7, model_rdbase(0), true));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_refused(model_mapc(8, model_rdbase(0), true), DEVMED_CMD_COLLECTION);
}

/* INTIDs that the tables of LPIs do not have. */
TEST(its_ic12_intid)
{
	static const u32 bad[] = { 0, 31, 1023, 8191, 16384, 65536, U32_MAX };
	unsigned int i;

	params = model_gic_default;
	setup_driver.lpi_bits = 14;
	mediate_gic(&params);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		mediate_refused(model_mapti(SETUP_DEV, 2, bad[i], 0),
				DEVMED_CMD_INTID);
	setup_sync(model_mapti(SETUP_DEV, 2, 16383, 0), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
}

TEST(its_ic12_event)
{
	mediate_default();
	mediate_refused(model_mapti(SETUP_DEV, SETUP_EVENTS, SETUP_LPI + 1, 0),
			DEVMED_CMD_EVENT);
	mediate_refused(model_mapti(SETUP_DEV, U32_MAX, SETUP_LPI + 1, 0),
			DEVMED_CMD_EVENT);
	setup_sync(model_mapti(SETUP_DEV, SETUP_EVENTS - 1, SETUP_LPI + 1, 0), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

TEST(its_ic13_mapi)
{
	mediate_default();
	map(OTHER, 16384);
	mediate_refused(model_mapi(OTHER, 8191, 0), DEVMED_CMD_INTID);
	mediate_refused(model_mapi(OTHER, 16384, 0), DEVMED_CMD_EVENT);
	mediate_refused(model_mapi(SETUP_DEV, 2, 0), DEVMED_CMD_INTID);
	mediate_refused(model_mapi(OTHER, 8192, 65535), DEVMED_CMD_COLLECTION);
	setup_sync(model_mapi(OTHER, 8192, 0), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* IC14, IC16, IC17: a DeviceID that is mapped, and an event that it has. */
TEST(its_ic14_ic16_ic17_event_commands)
{
	static const u8 ops[] = {
		GITS_CMD_INT, GITS_CMD_CLEAR, GITS_CMD_DISCARD, GITS_CMD_INV,
	};
	unsigned int i;

	mediate_default();
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		mediate_refused(model_event(ops[i], OTHER, 0), DEVMED_CMD_DEVICE);
		mediate_refused(model_event(ops[i], SETUP_DEV, SETUP_EVENTS),
				DEVMED_CMD_EVENT);
	}
	mediate_refused(model_movi(OTHER, 0, 0), DEVMED_CMD_DEVICE);
	mediate_refused(model_movi(SETUP_DEV, SETUP_EVENTS, 0), DEVMED_CMD_EVENT);
	mediate_refused(model_movi(SETUP_DEV, SETUP_EVENT, 65535),
			DEVMED_CMD_COLLECTION);
}

TEST(its_ic15_ic18_targets)
{
	u64 bad = FAKE_MEM_BASE;

	start_pta();
	mediate_refused(model_movall(bad, model_rdbase(0)), DEVMED_CMD_TARGET);
	mediate_refused(model_movall(model_rdbase(0), bad), DEVMED_CMD_TARGET);
	mediate_refused(model_sync(bad), DEVMED_CMD_TARGET);
	setup_send(model_movall(model_rdbase(0), model_rdbase(1)));
	mediate_works();
}

/* Every command of GICv4 is refused, whatever the ITS can do. */
TEST(its_ic19_to_ic26_virtual)
{
	static const u8 ops[] = {
		GITS_CMD_VMAPP, GITS_CMD_VMAPTI, GITS_CMD_GICv4(GITS_CMD_MAPI),
		GITS_CMD_VMOVI, GITS_CMD_VMOVP, GITS_CMD_VSYNC, GITS_CMD_VINVALL,
		GITS_CMD_VSGI, GITS_CMD_INVDB,
	};
	unsigned int i;

	params = model_gic_default;
	params.its.v4 = 41;
	params.its.baser[2] = (struct model_baser_params) {
		GITS_BASER_TYPE_VCPU, 32, true, 0
	};
	mediate_gic(&params);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		struct model_cmd cmd = { {
			ops[i] | (u64)SETUP_DEV << 32, 0, BIT_ULL(63), FAKE_MEM_BASE
		} };

		mediate_refused(cmd, DEVMED_CMD_OPCODE);
	}
}
