// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA stage-2 whatever the page size: see test_granules.c.
 */
#include "harness.h"
#include "idmap_setup.h"

#define ITS	0x08080000ULL
#define BIG	0x80000000ULL
#define BLOCK	(1ULL << (2 * PAGE_SHIFT - 3))
#define PAGE	(BIG + 5 * PAGE_SIZE)

static struct fake_dma dma;

static void check_all(void)
{
	idmap_check(&dma, ITS - SZ_1M, ITS + SZ_1M);
	idmap_check(&dma, FAKE_MEM_BASE - SZ_1M, FAKE_NOMAP_BASE + SZ_1M);
	idmap_check(&dma, BIG - SZ_1M, BIG + BLOCK + SZ_1M);
	idmap_check(&dma, BIT_ULL(40) - SZ_1M, BIT_ULL(40) + SZ_1M);
	idmap_check_tables();
}

static void granule_one(u8 bbml, bool coherent)
{
	static const struct { u8 tg, sl0; } by_size[] = {
		[0] = { 0, 1 }, [2] = { 2, 1 }, [4] = { 1, 1 },
	};
	const struct devmed_idmap_fmt *fmt;
	const u64 near[] = {
		PAGE - PAGE_SIZE, PAGE + PAGE_SIZE, BIG, BIG + BLOCK - PAGE_SIZE,
		BIG + BLOCK, BIG - PAGE_SIZE,
	};
	s8 level;

	idmap_pool(40);
	ASSERT(devmed_register(DEVMED_CLASS_ITS, ITS, SZ_128K, 0) >= 0);
	fake_add_memory(BIG, bbml ? 2 * BLOCK : SZ_4M, MEMBLOCK_NONE);
	idmap_begin(&dma, 40, bbml, coherent);
	fmt = devmed_idmap_format();
	ASSERT_EQ(fmt->t0sz, 24);
	ASSERT_EQ(fmt->tg, by_size[PAGE_SHIFT - 12].tg);
	ASSERT_EQ(fmt->sl0, by_size[PAGE_SHIFT - 12].sl0);
	check_all();
	ASSERT(fake_dma_look(PAGE, &level));
	ASSERT_EQ(level, bbml ? 2 : 3);

	fake_dma_watch(&dma, near, ARRAY_SIZE(near), PAGE, PAGE + PAGE_SIZE);
	ASSERT_EQ(fake_donate_guest(PAGE), 0);
	check_all();
	ASSERT_EQ(fake_guest_share_host(PAGE), 0);
	check_all();
	ASSERT_EQ(fake_guest_unshare_host(PAGE), 0);
	check_all();
	ASSERT_EQ(fake_reclaim_guest(PAGE), 0);
	fake_dma_watch(NULL, NULL, 0, 0, 0);
	check_all();
	/* What has come back makes room. */
	while (devmed_pool_alloc(0))
		;
	ASSERT_EQ(fake_donate_guest(bbml ? BIG + BLOCK : BIG + SZ_2M), 0);
	check_all();
}

TEST(idmap_granule)
{
	granule_one(2, true);
}

TEST(idmap_granule_bbml1)
{
	granule_one(1, false);
}

TEST(idmap_granule_bbml0)
{
	granule_one(0, true);
}
