// SPDX-License-Identifier: GPL-2.0-only
/*
 * its-init.c, its-take.c: the handover of an ITS that runs (I21, I22, C06, C10),
 * and what the series of 2026 did wrong there.
 */
#include "harness.h"
#include "its_mediate.h"

#include "../../../drivers/devmed/its/hyp/its-hyp.h"

#define FAR_DEV	0x9000

static struct model_gic_params params;

static void start_rds(void)
{
	unsigned int i;

	for (i = 0; i < setup_driver.nr_rds; i++)
		ASSERT_EQ(devmed_start(mediate_rd[i], 0, 0), 0);
}

/* Goes on where it was, in another ring; the series began at 0. */
TEST(its_series_ring_offset)
{
	unsigned int i;

	params = model_gic_default;
	setup_start(&params);
	for (i = 0; i < 37; i++)
		setup_send(model_sync(model_rdbase(0)));
	ASSERT(setup_driver.prod);
	mediate();
	mediate_works();
	while (setup_driver.prod > 64)
		setup_send(model_sync(model_rdbase(0)));
	mediate_works();
}

/* A command that is still being done: EL2 waits for it. */
TEST(its_handover_busy)
{
	struct model_cmd cmd;

	params = model_gic_default;
	params.its.cmd_delay = 30;
	setup_start(&params);
	cmd = model_sync(model_rdbase(0));
	model_its_driver_queue(&setup_driver, cmd.dw);
	model_mmio_write(MODEL_ITS_BASE + GITS_CWRITER, 4, setup_driver.prod);
	mediate();
	mediate_works();
}

/* A command of 600 ms, for which the driver would wait: a look takes 1 us, and two reads. */
TEST(its_handover_slow)
{
	struct model_cmd cmd;

	params = model_gic_default;
	setup_start(&params);
	model_its_slow_down(2 * 600000);
	cmd = model_sync(model_rdbase(0));
	model_its_driver_queue(&setup_driver, cmd.dw);
	model_mmio_write(MODEL_ITS_BASE + GITS_CWRITER, 4, setup_driver.prod);
	model_its_slow_down(0);
	mediate();
	mediate_works();
}

/* One that is never done: no handover, and the driver is where it was. */
TEST(its_handover_stuck)
{
	struct fake_snapshot *before;
	struct model_cmd cmd;

	params = model_gic_default;
	setup_start(&params);
	cmd = model_sync(model_rdbase(0));
	model_its_hang(0, true);
	model_its_driver_queue(&setup_driver, cmd.dw);
	model_mmio_write(MODEL_ITS_BASE + GITS_CWRITER, 4, setup_driver.prod);
	mediate_register(256);
	start_rds();
	before = fake_snapshot();
	ASSERT_EQ(devmed_start(mediate_its[0], setup_page(16), 0), -EBUSY);
	ASSERT(fake_unchanged(before));
}

/* The ITT pages of a live device, of which others have a part. */
TEST(its_handover_shared_itts)
{
	unsigned int i;

	params = model_gic_default;
	setup_start(&params);
	for (i = 0; i < 20; i++)
		model_its_driver_map(&setup_driver, 0x200 + i, 2 + i);
	for (i = 0; i < 20; i++)
		setup_sync(model_mapti(0x200 + i, 1, 8300 + i, 1), 1);
	mediate();
	for (i = 0; i < 20; i += 2)
		model_its_driver_unmap(&setup_driver, 0x200 + i);
	setup_sync(model_sync(model_rdbase(1)), 1);
	/* Their space in those pages is no longer handed out by anybody. */
	for (i = 0; i < 40; i++)
		model_its_driver_map(&setup_driver, 0x400 + i, 8);
	for (i = 1; i < 20; i += 2) {
		model_its_driver_enable_lpi(&setup_driver, 8300 + i, true);
		setup_sync(model_event(GITS_CMD_INV, 0x200 + i, 1), 1);
		ASSERT(model_its_msi(0, 0x200 + i, 1));
		ASSERT_EQ(model_lpis_taken(1, 8300 + i), 1);
	}
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
}

/* The series refused an ITT that is aligned to a page. */
TEST(its_series_aligned_itt)
{
	params = model_gic_default;
	setup_start(&params);
	ASSERT(PAGE_ALIGNED(setup_itt));
	setup_page(0);
	model_its_driver_map(&setup_driver, 0x200, 4096);
	setup_page(0);
	mediate();
	model_its_driver_unmap(&setup_driver, 0x200);
	model_its_driver_map(&setup_driver, 0x200, 4096);
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_DEVICE), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
}

/* It refused to unmap a device that was mapped before. */
TEST(its_series_unmap_adopted)
{
	mediate_default();
	model_its_driver_unmap(&setup_driver, SETUP_DEV);
	ASSERT(!model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	model_its_driver_map(&setup_driver, SETUP_DEV, SETUP_EVENTS);
	setup_sync(model_mapti(SETUP_DEV, SETUP_EVENT, SETUP_LPI, SETUP_RD), SETUP_RD);
	mediate_works();
}

/* It gave a page back that two devices had their ITT in. */
TEST(its_series_2000_domains)
{
	unsigned int i;
	u64 pages = 0;
	u64 pins;

	mediate_default();
	pins = devmed_pinned();
	for (i = 0; i < 2000; i++) {
		model_its_driver_map(&setup_driver, 0x200 + i % 2, 2);
		setup_sync(model_mapti(0x200 + i % 2, 0, SETUP_LPI + 1, 0), 0);
		if (!i)
			continue;
		setup_sync(model_event(GITS_CMD_DISCARD, 0x200 + (i + 1) % 2, 0), 0);
		model_its_driver_unmap(&setup_driver, 0x200 + (i + 1) % 2);
		if (i == 10)
			pages = devmed_pool_counter(DEVMED_POOL_FREE);
	}
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FREE), pages);
	ASSERT_EQ(devmed_pinned(), pins);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
}

/* And page by page, sharing split blocks of the host's stage-2. */
TEST(its_series_no_sharing)
{
	u64 phys;

	mediate_default();
	/* The log begins anew with each doorbell. */
	model_its_driver_map(&setup_driver, 0x200, 64);
	ASSERT_EQ(fake_count(FAKE_S2_UNMAP), 0);
	model_its_driver_map(&setup_driver, FAR_DEV, 64);
	ASSERT_EQ(fake_count(FAKE_S2_UNMAP), 0);
	setup_sync(model_mapti(0x200, 1, SETUP_LPI + 1, 0), 0);
	ASSERT_EQ(fake_count(FAKE_S2_UNMAP), 0);
	model_its_driver_unmap(&setup_driver, FAR_DEV);
	ASSERT_EQ(fake_count(FAKE_S2_UNMAP), 0);
	/* Nothing of the driver's is anybody's but for what it handed over. */
	for (phys = setup_driver.next; phys < MEDIATE_POOL_BASE; phys += PAGE_SIZE)
		ASSERT_EQ(get_host_state(hyp_phys_to_page(phys)), PKVM_PAGE_OWNED);
}

static void start_two(struct model_its_driver *second, bool share)
{
	struct model_cmd cmd;

	params = model_gic_default;
	params.nr_its = 2;
	setup_start(&params);
	*second = (struct model_its_driver) {
		.its = 1, .nr_rds = setup_driver.nr_rds, .prop = setup_driver.prop,
		.read = model_mmio_read, .write = model_mmio_write,
	};
	model_its_driver_start(second, ALIGN(setup_driver.next, SZ_64K), SZ_1M);
	model_its_driver_map(second, SETUP_DEV, 8);
	setup_driver.next = second->next;
	if (!share)
		setup_page(0);
	model_its_driver_map(&setup_driver, 0x200, 8);
	cmd = model_mapti(SETUP_DEV, SETUP_EVENT, SETUP_LPI + 7, 1);
	ASSERT(model_its_driver_sync(second, cmd.dw, 1));
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI + 7, true);
}

static void check_two(bool share)
{
	struct model_its_driver drivers[2];
	struct model_cmd cmd;

	start_two(&drivers[1], share);
	mediate_register(256);
	drivers[0] = setup_driver;
	drivers[0].end = drivers[1].next + SZ_256K;
	drivers[1].next = ALIGN(drivers[0].end, SZ_64K);
	ASSERT_EQ(mediate_start(drivers, 2), 0);
	setup_driver = drivers[0];
	mediate_switch(&setup_driver);
	mediate_switch(&drivers[1]);
	mediate_finalize();
	cmd = model_movi(SETUP_DEV, SETUP_EVENT, 0);
	ASSERT(model_its_driver_sync(&drivers[1], cmd.dw, 0));
	ASSERT(model_its_msi(1, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(0, SETUP_LPI + 7), 1);
	model_its_driver_map(&drivers[1], 0x777, 8);
	model_its_driver_unmap(&drivers[1], SETUP_DEV);
	ASSERT_EQ(model_its_stats(1)->errors, 0);
	mediate_works();
}

TEST(its_handover_two)
{
	check_two(false);
}

/* The driver has one pool of ITTs for all ITSs. */
TEST(its_handover_two_share_page)
{
	check_two(true);
}

/* C10: the way back, in either order. */
TEST(its_handover_two_undone)
{
	struct model_its_driver drivers[2];
	struct fake_snapshot *before;
	unsigned int first, rd;

	start_two(&drivers[1], true);
	mediate_register(256);
	drivers[0] = setup_driver;
	drivers[0].end = drivers[1].next + SZ_256K;
	drivers[1].next = ALIGN(drivers[0].end, SZ_64K);
	before = fake_snapshot();
	for (first = 0; first < 2; first++) {
		ASSERT_EQ(mediate_start(drivers, 2), 0);
		ASSERT_EQ(devmed_stop(mediate_its[first]), 0);
		ASSERT_EQ(devmed_stop(mediate_its[!first]), 0);
		for (rd = setup_driver.nr_rds; rd--;)
			ASSERT_EQ(devmed_stop(mediate_rd[rd]), 0);
		ASSERT(fake_unchanged(before));
	}
}

/* Not a single page. */
TEST(its_handover_no_pool)
{
	struct fake_snapshot *before;

	setup_start(&model_gic_default);
	mediate_register(1);
	start_rds();
	ASSERT(devmed_pool_alloc(0));
	before = fake_snapshot();
	ASSERT_EQ(devmed_start(mediate_its[0], setup_page(16), 0), -ENOMEM);
	ASSERT(fake_unchanged(before));
}

static void handover(void)
{
	struct fake_snapshot *before = fake_snapshot();
	u64 next = setup_driver.next;
	unsigned int nth = 0;
	int ret;

	do {
		unsigned int i;

		fake_fail_at(++nth, 0);
		ret = mediate_start(&setup_driver, 1);
		fake_fail_at(0, 0);
		if (!ret)
			break;
		if (devmed_get_region(mediate_its[0])->instance)
			ASSERT_EQ(devmed_stop(mediate_its[0]), 0);
		for (i = setup_driver.nr_rds; i--;) {
			if (devmed_get_region(mediate_rd[i])->instance)
				ASSERT_EQ(devmed_stop(mediate_rd[i]), 0);
		}
		ASSERT(fake_unchanged(before));
		setup_driver.next = next;
	} while (ret);
	ASSERT(nth > 5);
}

/* Each step of the handover fails in turn: all is as it was, and the next works. */
TEST(its_handover_fail_nth)
{
	params = model_gic_default;
	setup_start(&params);
	model_its_driver_map(&setup_driver, 0x200, 512);
	mediate_register(256);
	handover();
	mediate_switch(&setup_driver);
	mediate_finalize();
	mediate_works();
}

/* And so does a pool of every size that is too small. */
TEST(its_handover_small_pool)
{
	struct fake_snapshot *before;
	unsigned int pages;
	u64 next;
	int ret;

	params = model_gic_default;
	setup_start(&params);
	mediate_register(1);
	next = setup_driver.next;
	for (pages = 1; ; pages++) {
		unsigned int i;

		before = fake_snapshot();
		ret = mediate_start(&setup_driver, 1);
		if (!ret)
			break;
		ASSERT_EQ(ret, -ENOMEM);
		if (devmed_get_region(mediate_its[0])->instance)
			ASSERT_EQ(devmed_stop(mediate_its[0]), 0);
		for (i = setup_driver.nr_rds; i--;)
			ASSERT_EQ(devmed_stop(mediate_rd[i]), 0);
		ASSERT(fake_unchanged(before));
		free(before);
		ASSERT_EQ(devmed_pool_topup((MEDIATE_POOL_BASE >> PAGE_SHIFT) + pages, 0),
			  0);
		setup_driver.next = next;
	}
	ASSERT(pages > 2);
}

/* C06: a device that the ITS cannot have, or has already. */
TEST(its_handover_adopt)
{
	static const struct { u64 id, bits; } bad[] = {
		{ 0x10000, 3 }, { BIT(18) | SETUP_DEV, 3 }, { BIT_ULL(32), 3 },
		{ BIT_ULL(32) | 0x200, 3 }, { U64_MAX, 3 }, { 0x200, 17 },
		{ 0x200, 256 }, { 0x200, 64 }, { 0x200, U64_MAX }, { SETUP_DEV, 3 },
	};
	unsigned int i;

	setup_start(&model_gic_default);
	mediate_register(256);
	ASSERT_EQ(mediate_start(&setup_driver, 1), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ASSERT(devmed_adopt(mediate_its[0], bad[i].id, setup_itt,
				    bad[i].bits) < 0);
	mediate_switch(&setup_driver);
	mediate_finalize();
	mediate_refused(model_mapti(0x200, 0, SETUP_LPI + 1, 0), DEVMED_CMD_DEVICE);
}

/* I22: an ITS that has no ring. */
TEST(its_handover_no_ring)
{
	setup_start(&model_gic_default);
	model_mmio_write(MODEL_ITS_BASE + GITS_CTLR, 4, 0);
	model_mmio_write(MODEL_ITS_BASE + GITS_CBASER, 8,
			 setup_driver.ring | (setup_driver.ring_size / SZ_4K - 1));
	model_mmio_write(MODEL_ITS_BASE + GITS_CWRITER, 8, 0);
	mediate_register(256);
	start_rds();
	ASSERT_EQ(devmed_start(mediate_its[0], setup_page(16), 0), -EBUSY);
}

/* A command that is refused needs some redistributor. */
TEST(its_handover_no_redistributor)
{
	struct fake_snapshot *before;

	setup_start(&model_gic_default);
	mediate_register(256);
	before = fake_snapshot();
	ASSERT_EQ(devmed_start(mediate_its[0], setup_page(16), 0), -ENODEV);
	ASSERT(fake_unchanged(before));
}

/* IT04: only whole pages of the kernel's change hands. */
TEST(its_it04_pages_of_kernel)
{
	struct devmed_its its = {};

	mediate_register(16);
	ASSERT_EQ(its_take(&its, FAKE_MEM_BASE, 0), -EINVAL);
	ASSERT_EQ(its_take(&its, FAKE_MEM_BASE, PAGE_SIZE / 2), -EINVAL);
	ASSERT_EQ(its_take(&its, FAKE_MEM_BASE + PAGE_SIZE / 2, PAGE_SIZE), -EINVAL);
	ASSERT_EQ(its_take(&its, FAKE_MEM_BASE, PAGE_SIZE), 0);
	its_give_back(&its);
	ASSERT_EQ(get_host_state(hyp_phys_to_page(FAKE_MEM_BASE)), PKVM_PAGE_OWNED);
}

/* I22: a ring that is not the host's to give. */
TEST(its_i22_ring_of_others)
{
	u64 guest;

	params = model_gic_default;
	setup_start(&params);
	guest = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	fake_guest_takes(guest + SZ_32K);
	mediate_register(256);
	start_rds();
	ASSERT(devmed_start(mediate_its[0], guest, 0) < 0);
	ASSERT(devmed_start(mediate_its[0], MEDIATE_POOL_BASE, 0) < 0);
	ASSERT(devmed_start(mediate_its[0], MODEL_ITS_BASE, 0) < 0);
	ASSERT(devmed_start(mediate_its[0], U64_MAX - SZ_4K + 1, 0) < 0);
	ASSERT_EQ(mediate_start_its(&setup_driver), 0);
}
