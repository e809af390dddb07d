// SPDX-License-Identifier: GPL-2.0-only
/*
 * its-itt.c: which memory a device's events are in, for how long, and what becomes
 * of it afterwards (IC04 to IC07, IC09, IC27, IT09).
 */
#include "fake_dram.h"
#include "harness.h"
#include "its_mediate.h"

#define OTHER	0x300
#define FAR_DEV	0x9000
#define LPIS	8

static void map(u32 devid, u32 nr_events)
{
	model_its_driver_map(&setup_driver, devid, nr_events);
}

static u64 free_pages(void)
{
	return devmed_pool_counter(DEVMED_POOL_FREE);
}

/* The pool has run dry. */
static u64 without_memory(void)
{
	return mediate_counter(mediate_its[0], DEVMED_CMD_MEMORY);
}

/* The ring that the ITS reads, once EL2 has it. */
static u64 hyp_ring;

static void start_seeing_itts(void)
{
	setup_start(&model_gic_default);
	hyp_ring = setup_driver.ring;
	mediate();
}

/* A device gets an ITT: where EL2 says it is. */
static u64 itt_of(u32 devid)
{
	u64 *cmd = fake_host_va(hyp_ring + setup_driver.prod);

	map(devid, 8);
	ASSERT_EQ(FIELD_GET(GENMASK_ULL(63, 32), cmd[0]), devid);

	return cmd[2] & GENMASK_ULL(51, 8);
}

/* A second MAPD: another ITT, and the first is kept until SYNC. */
TEST(its_ic04_map_twice)
{
	unsigned int i;
	u64 pages;

	mediate_default();
	map(OTHER, 8);
	setup_send(model_mapti(OTHER, 7, SETUP_LPI + 1, 3));
	for (i = 0; i < 100; i++) {
		setup_send(model_mapd(OTHER, 0, 2, true));
		setup_send(model_mapti(OTHER, 7, SETUP_LPI + 1, 3));
		model_gic_check();
	}
	/* It comes back, each time. */
	pages = free_pages();
	for (i = 0; i < 100; i++)
		setup_sync(model_mapd(OTHER, 0, 2, true), 0);
	ASSERT_EQ(free_pages(), pages);
	setup_send(model_mapti(OTHER, 7, SETUP_LPI + 1, 3));
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

	mediate_default();
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

/* What was found for the last command is not what the next one finds. */
TEST(its_ic05_unmapped_at_once)
{
	mediate_default();
	map(OTHER, 8);
	setup_send(model_mapti(OTHER, 1, SETUP_LPI + 1, 0));
	setup_send(model_mapd(OTHER, 0, 0, false));
	mediate_refused(model_mapti(OTHER, 2, SETUP_LPI + 2, 0), DEVMED_CMD_DEVICE);
	map(OTHER, 8);
	setup_send(model_mapti(OTHER, 7, SETUP_LPI + 1, 0));
	setup_send(model_mapd(OTHER, 0, 0, true));
	mediate_refused(model_mapti(OTHER, 7, SETUP_LPI + 1, 0), DEVMED_CMD_EVENT);
}

/* What an unmapping MAPD says beside the DeviceID means nothing. */
TEST(its_ic06_unmap_other_itt)
{
	mediate_default();
	setup_send(model_mapd(SETUP_DEV + 1, setup_itt, 31, false));
	/* Where there is not even a level-2 table. */
	setup_send(model_mapd(FAR_DEV, setup_itt, 31, false));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
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

	mediate_default();
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

/* Unmapped, then a SYNC, in this order: only then it is another device's. */
TEST(its_ic07_kept_until_sync)
{
	u64 first;

	start_seeing_itts();
	first = itt_of(OTHER);
	setup_send(model_sync(model_rdbase(0)));
	setup_send(model_mapd(OTHER, 0, 0, false));
	ASSERT(itt_of(OTHER + 1) != first);
	setup_send(model_event(GITS_CMD_INV, SETUP_DEV, SETUP_EVENT));
	ASSERT(itt_of(OTHER + 2) != first);
	setup_send(model_sync(model_rdbase(0)));
	ASSERT_EQ(itt_of(OTHER + 3), first);
	mediate_works();
}

/* The ITS has read neither: its entries are not to be wiped out under it. */
TEST(its_ic07_unmap_pending)
{
	struct model_cmd cmds[] = {
		model_mapd(OTHER, 0, 0, false), model_sync(0),
		model_mapd(OTHER + 1, 0, 2, true),
	};
	unsigned int i;

	mediate_default();
	map(OTHER, 8);
	setup_sync(model_mapti(OTHER, 7, SETUP_LPI + 1, 0), 0);
	model_gic_settle();
	mediate_write(MODEL_ITS_BASE + GITS_CTLR, 4, 0);
	setup_driver.patience = 1;
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		model_its_driver_send(&setup_driver, cmds[i].dw);
	model_gic_check();
	mediate_write(MODEL_ITS_BASE + GITS_CTLR, 4, GITS_CTLR_ENABLE);
	setup_driver.patience = 1000;
	ASSERT(model_its_driver_post(&setup_driver));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
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

	setup_start(&model_gic_default);
	mediate_from(64);
	for (i = 0; i < 8; i++) {
		setup_send(model_mapd(OTHER + i, 0, 7, true));
		setup_send(model_mapti(OTHER + i, 255, SETUP_LPI + 1, 3));
		setup_send(model_mapd(OTHER + i, 0, 0, false));
	}
	setup_sync(model_sync(model_rdbase(0)), 0);
	while (!without_memory()) {
		setup_send(model_mapd(devid++, 0, 8, true));
		model_gic_check();
	}
	/* They will do for smaller ITTs, once the last page is cut up. */
	for (i = 0; i < PAGE_SIZE / 256 + 6; i++)
		setup_send(model_mapd(devid + i, 0, 1, true));
	model_gic_check();
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	ASSERT_EQ(without_memory(), 1);
	mediate_works();
}

/* Devices until nothing is left: one command refused, what was mapped works. */
TEST(its_ic09_exhaust)
{
	u64 refused;
	u32 devid = 0x1000;

	setup_start(&model_gic_default);
	mediate_from(64);
	refused = without_memory();
	while (without_memory() == refused)
		setup_send(model_mapd(devid++, 0, 6, true));
	ASSERT(devid > 0x1010);
	mediate_works();
	/* What is given back can be had again. */
	setup_send(model_mapd(0x1000, 0, 0, false));
	setup_sync(model_sync(model_rdbase(0)), 0);
	setup_send(model_mapd(0x1000, 0, 6, true));
	setup_sync(model_mapti(0x1000, 127, SETUP_LPI + 1, 1), 1);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	/* And a page more is one, however often there was none. */
	for (refused = 0; refused < 200; refused++)
		setup_send(model_mapd(0x1001, 0, 7, true));
	refused = without_memory();
	ASSERT_EQ(devmed_pool_topup(setup_page(1) >> PAGE_SHIFT, 0), 0);
	setup_send(model_mapd(0x2, 0, 6, true));
	ASSERT_EQ(without_memory(), refused);
	model_gic_check();
}

/* An ITT is there, but no page for a node of the records, or a level-2 table. */
TEST(its_ic09_exhaust_tables)
{
	struct model_gic_params params = model_gic_default;

	params.its.baser[0].page_size = SZ_4K;
	params.its.baser[0].entry_size = 16;
	mediate_gic(&params);
	map(0x1000, 8);
	setup_send(model_mapd(0x1000, 0, 0, false));
	setup_send(model_sync(model_rdbase(0)));
	while (devmed_pool_alloc(0))
		;
	mediate_refused(model_mapd(0x1100, 0, 2, true), DEVMED_CMD_MEMORY);
	mediate_refused(model_mapti(0x1100, 0, SETUP_LPI + 1, 0), DEVMED_CMD_DEVICE);
	mediate_refused(model_mapd(0x2000, 0, 2, true), DEVMED_CMD_MEMORY);
	setup_send(model_mapd(0x10ff, 0, 2, true));
	setup_sync(model_mapti(0x10ff, 7, SETUP_LPI + 1, 0), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* A node of the records is missing where the table has an entry. */
TEST(its_ic09_exhaust_nodes)
{
	mediate_default();
	map(0x100, 8);
	setup_send(model_mapd(0x100, 0, 0, false));
	setup_send(model_sync(model_rdbase(0)));
	while (devmed_pool_alloc(0))
		;
	mediate_refused(model_mapd(0x1005, 0, 2, true), DEVMED_CMD_MEMORY);
	mediate_refused(model_mapti(0x1005, 0, SETUP_LPI + 1, 0), DEVMED_CMD_DEVICE);
	setup_send(model_mapd(0x101, 0, 2, true));
	setup_sync(model_mapti(0x101, 7, SETUP_LPI + 1, 0), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* What an event of another device's left there is gone. */
static void check_zero(void)
{
	u64 first;

	hyp_ring = setup_driver.ring;
	mediate();
	first = itt_of(OTHER);
	setup_sync(model_mapti(OTHER, 5, SETUP_LPI + 5, 0), 0);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI + 5, true);
	model_gic_settle();
	setup_sync(model_mapd(OTHER, 0, 0, false), 0);
	ASSERT_EQ(itt_of(OTHER + 1), first);
	ASSERT(!model_its_msi(0, OTHER + 1, 5));
	ASSERT_EQ(model_lpis_taken(0, SETUP_LPI + 5), 0);
	mediate_works();
}

TEST(its_it09_itt_again)
{
	setup_start(&model_gic_default);
	check_zero();
}

/* IT11: and where the ITS looks, too. */
TEST(its_it11_itt_again)
{
	struct model_gic_params params = model_gic_default;

	params.its.coherency = MODEL_NEVER_SNOOPS;
	params.its.ring_not_shareable = true;
	params.its.tables_not_shareable = true;
	setup_start(&params);
	check_zero();
}

/* What the driver would write to an ITT does not reach the ITS's. */
TEST(its_ic27_forged_itt)
{
	u64 mine;

	mediate_default();
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

	mediate_default();
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

	mediate_default();
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
