// SPDX-License-Identifier: GPL-2.0-only
/*
 * its-cmd.c, its-itt.c: each command with operands that a host must not choose
 * (IC01 to IC18, IC27).
 */
#include "harness.h"
#include "its_mediate.h"

#define OTHER	0x300
#define LPIS	8

static struct model_gic_params params;

static void start(void)
{
	setup_start(&params);
	mediate();
}

static void start_default(void)
{
	params = model_gic_default;
	start();
}

static void start_pta(void)
{
	params = model_gic_default;
	params.its.pta = true;
	start();
}

static void map(u32 devid, u32 nr_events)
{
	model_its_driver_map(&setup_driver, devid, nr_events);
}

static u64 free_pages(void)
{
	return devmed_pool_counter(DEVMED_POOL_FREE);
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

	start_default();
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

	start_default();
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

	start_default();
	for (size = 16; size < 32; size++)
		mediate_refused(model_mapd(OTHER, 0, size, true), DEVMED_CMD_EVENT);
	setup_send(model_mapd(OTHER, 0, 11, true));
	setup_sync(model_mapti(OTHER, 4095, SETUP_LPI + 1, 0), 0);
	mediate_refused(model_mapti(OTHER, 4096, SETUP_LPI + 1, 0), DEVMED_CMD_EVENT);
}

/* A second MAPD: another ITT, and the first is kept until SYNC. */
TEST(its_ic04_map_twice)
{
	unsigned int i;

	start_default();
	map(OTHER, 8);
	setup_send(model_mapti(OTHER, 7, SETUP_LPI + 1, 3));
	for (i = 0; i < 100; i++) {
		setup_send(model_mapd(OTHER, 0, 2, true));
		setup_send(model_mapti(OTHER, 7, SETUP_LPI + 1, 3));
		model_gic_check();
	}
	setup_sync(model_invall(3), 3);
	mediate_works();
	/* One that EL2 adopted. */
	setup_send(model_mapd(SETUP_DEV, 0, 2, true));
	setup_sync(model_mapti(SETUP_DEV, SETUP_EVENT, SETUP_LPI, SETUP_RD), SETUP_RD);
	mediate_works();
}

/* Unmapped twice, where another device's ITT is in the same page. */
TEST(its_ic05_unmap_twice)
{
	u64 pages;

	start_default();
	map(OTHER, 2);
	map(OTHER + 1, 2);
	setup_sync(model_mapti(OTHER + 1, 1, SETUP_LPI + 1, 0), 0);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI + 1, true);
	model_its_driver_unmap(&setup_driver, OTHER);
	pages = free_pages();
	setup_sync(model_mapd(OTHER, 0, 0, false), 0);
	setup_sync(model_mapd(OTHER, 0, 0, false), 0);
	ASSERT_EQ(free_pages(), pages);
	ASSERT(model_its_msi(0, OTHER + 1, 1));
	ASSERT_EQ(model_lpis_taken(0, SETUP_LPI + 1), 1);
	mediate_works();
}

/* What an unmapping MAPD says beside the DeviceID means nothing. */
TEST(its_ic06_unmap_other_itt)
{
	start_default();
	setup_send(model_mapd(SETUP_DEV + 1, setup_itt, 31, false));
	mediate_works();
	map(OTHER, 8);
	setup_send(model_mapd(OTHER, setup_itt, 31, false));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
	mediate_refused(model_mapti(OTHER, 1, SETUP_LPI + 1, 0), DEVMED_CMD_DEVICE);
}

/* Events live, no DISCARD, no SYNC: the ITT is not another's before the SYNC. */
TEST(its_ic07_unmap_live)
{
	unsigned int i;

	start_default();
	for (i = 0; i < 60; i++) {
		setup_send(model_mapd(OTHER + i % 3, 0, 1, true));
		setup_send(model_mapti(OTHER + i % 3, 3, SETUP_LPI + 1, i % 4));
		setup_send(model_mapd(OTHER + i % 3, 0, 0, false));
		if (i % 7 == 0)
			setup_send(model_sync(model_rdbase(i % 4)));
		model_gic_check();
	}
	mediate_works();
}

/*
 * A SYNC for one redistributor says nothing of the others' events: pages that the
 * ITS may still write to are not for other uses, not even when EL2 has no more.
 */
TEST(its_ic07_other_sync)
{
	u32 devid = 0x1000;
	unsigned int i;

	params = model_gic_default;
	setup_start(&params);
	mediate_register(64);
	ASSERT_EQ(mediate_start(&setup_driver, 1), 0);
	mediate_switch(&setup_driver);
	mediate_finalize();
	for (i = 0; i < 8; i++) {
		setup_send(model_mapd(OTHER + i, 0, 7, true));
		setup_send(model_mapti(OTHER + i, 255, SETUP_LPI + 1, 3));
		setup_send(model_mapd(OTHER + i, 0, 0, false));
	}
	setup_sync(model_sync(model_rdbase(0)), 0);
	while (!mediate_counter(mediate_its[0], DEVMED_CMD_MEMORY)) {
		setup_send(model_mapd(devid++, 0, 8, true));
		model_gic_check();
	}
	/* They will do for smaller ITTs. */
	for (i = 0; i < 8; i++)
		setup_send(model_mapd(devid + i, 0, 1, true));
	model_gic_check();
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_MEMORY), 1);
	mediate_works();
}

TEST(its_ic08_device)
{
	static const u32 bad[] = { 0x10000, 0x7fffffff, 0x80000000, 0xffffffff };
	unsigned int i;

	start_default();
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
	start();
	setup_send(model_mapd(511, 0, 2, true));
	mediate_refused(model_mapd(512, 0, 2, true), DEVMED_CMD_MEMORY);
	/* Nothing of it stays. */
	mediate_refused(model_mapti(512, 0, SETUP_LPI, 0), DEVMED_CMD_DEVICE);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* Devices until nothing is left: one command refused, what was mapped works. */
TEST(its_ic09_exhaust)
{
	u64 refused;
	u32 devid = 0x1000;

	params = model_gic_default;
	setup_start(&params);
	mediate_register(64);
	ASSERT_EQ(mediate_start(&setup_driver, 1), 0);
	mediate_switch(&setup_driver);
	mediate_finalize();
	refused = mediate_counter(mediate_its[0], DEVMED_CMD_MEMORY);
	while (mediate_counter(mediate_its[0], DEVMED_CMD_MEMORY) == refused)
		setup_send(model_mapd(devid++, 0, 6, true));
	ASSERT(devid > 0x1010);
	mediate_works();
	/* What is given back can be had again. */
	setup_send(model_mapd(0x1000, 0, 0, false));
	setup_sync(model_sync(model_rdbase(0)), 0);
	setup_send(model_mapd(0x1000, 0, 6, true));
	setup_sync(model_mapti(0x1000, 127, SETUP_LPI + 1, 1), 1);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	/* And a page more is one. */
	ASSERT_EQ(devmed_pool_topup(setup_page(1) >> PAGE_SHIFT, 0), 0);
	setup_send(model_mapd(0x2, 0, 6, true));
	model_gic_check();
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
	start();
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
	start();
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
	start();
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
	start();
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		mediate_refused(model_mapti(SETUP_DEV, 2, bad[i], 0),
				DEVMED_CMD_INTID);
	setup_sync(model_mapti(SETUP_DEV, 2, 16383, 0), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
}

TEST(its_ic12_event)
{
	start_default();
	mediate_refused(model_mapti(SETUP_DEV, SETUP_EVENTS, SETUP_LPI + 1, 0),
			DEVMED_CMD_EVENT);
	mediate_refused(model_mapti(SETUP_DEV, U32_MAX, SETUP_LPI + 1, 0),
			DEVMED_CMD_EVENT);
	setup_sync(model_mapti(SETUP_DEV, SETUP_EVENTS - 1, SETUP_LPI + 1, 0), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

TEST(its_ic13_mapi)
{
	start_default();
	map(OTHER, 16384);
	mediate_refused(model_mapi(OTHER, 8191, 0), DEVMED_CMD_INTID);
	mediate_refused(model_mapi(OTHER, 16384, 0), DEVMED_CMD_EVENT);
	mediate_refused(model_mapi(SETUP_DEV, 2, 0), DEVMED_CMD_INTID);
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

	start_default();
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
	start();
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		struct model_cmd cmd = { {
			ops[i] | (u64)SETUP_DEV << 32, 0, BIT_ULL(63), FAKE_MEM_BASE
		} };

		mediate_refused(cmd, DEVMED_CMD_OPCODE);
	}
}

/* What the driver would write to an ITT does not reach the ITS's. */
TEST(its_ic27_forged_itt)
{
	u64 mine;

	start_default();
	mine = setup_page(1);
	memset(fake_host_va(mine), 0xff, PAGE_SIZE);
	setup_send(model_mapd(OTHER, mine, 3, true));
	setup_sync(model_mapti(OTHER, 1, SETUP_LPI + 1, 0), 0);
	ASSERT(!model_its_msi(0, OTHER, 2));
	mediate_works();
}

/* Plugged and unplugged: what is free at the end was free at the start. */
TEST(its_plug_1000_times)
{
	unsigned int i;
	u64 pages = 0;

	start_default();
	for (i = 0; i < 1000; i++) {
		u32 event;

		map(OTHER, LPIS);
		for (event = 0; event < LPIS; event++)
			setup_sync(model_mapti(OTHER, event, SETUP_LPI + event, 0), 0);
		for (event = 0; event < LPIS; event++)
			setup_sync(model_event(GITS_CMD_DISCARD, OTHER, event), 0);
		model_its_driver_unmap(&setup_driver, OTHER);
		if (i == 2)
			pages = free_pages();
	}
	ASSERT_EQ(free_pages(), pages);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
}

/* Of all sizes, by chance. */
TEST(its_plug_many)
{
	u64 pages = 0;
	unsigned int i;

	start_default();
	for (i = 0; i < 3000; i++) {
		u32 devid = OTHER + test_random_below(30);

		setup_send(model_mapd(devid, 0, test_random_below(9), i % 2));
		if (i % 5 == 0)
			setup_send(model_sync(model_rdbase(i % 4)));
		if (i % 100 == 0)
			model_gic_check();
		if (i == 1500)
			pages = free_pages();
	}
	/* It settles. */
	ASSERT(free_pages() + 64 >= pages);
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_MEMORY), 0);
	mediate_works();
}
