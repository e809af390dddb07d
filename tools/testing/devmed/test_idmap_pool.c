// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA stage-2 without pages for tables: nothing is lost, and the host can
 * add pages, which takes tables too (M14).
 */
#include "fake_dma.h"
#include "harness.h"

#define POOL_PAGES	256
#define BIG		0x80000000ULL
#define BIG_SIZE	(SZ_1G + SZ_512M)
#define BLOCKS		(BIG_SIZE / SZ_2M)
#define GIFTS		(FAKE_MEM_BASE + SZ_2M)
#define CHUNK		16

static struct fake_dma dma;

static void begin(u8 bbml)
{
	ASSERT_EQ(devmed_pool_init(FAKE_MEM_BASE >> PAGE_SHIFT, POOL_PAGES), 0);
	fake_add_memory(BIG, BIG_SIZE, MEMBLOCK_NONE);
	fake_dma_init(&dma, 40, bbml, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	devmed_finalize();
}

static u64 pool_free(void)
{
	return devmed_pool_counter(DEVMED_POOL_FREE);
}

static void drain_pool(void)
{
	while (devmed_pool_alloc(0))
		;
	ASSERT_EQ(pool_free(), 0);
}

static u64 in_block(unsigned int block)
{
	return BIG + (u64)block * SZ_2M + 7 * PAGE_SIZE;
}

/* As the glue does: pages in one piece, of a block that nobody has split yet. */
static void top_up(unsigned int pages)
{
	static u64 next = GIFTS;

	for (; pages--; next += PAGE_SIZE) {
		ASSERT(next < GIFTS + SZ_2M);
		ASSERT_EQ(devmed_pool_topup(next >> PAGE_SHIFT, 0), 0);
		ASSERT_EQ(fake_dma_access(&dma, next), 0);
	}
}

static void never_wedged(u8 bbml)
{
	unsigned int i;
	s8 level;

	begin(bbml);
	fake_dma_access(&dma, GIFTS);
	for (i = 1; i < 16; i++) {
		u64 page = in_block(i * BLOCKS / 16);

		drain_pool();
		/* Nothing to split with, nothing has changed. */
		ASSERT_EQ(fake_donate_guest(page), -ENOMEM);
		ASSERT_EQ(fake_dma_access(&dma, page), FAKE_DMA_MEMORY);
		top_up(CHUNK);
		ASSERT(pool_free() >= CHUNK - 2 * DEVMED_IDMAP_SPARE);
		ASSERT_EQ(fake_donate_guest(page), 0);
		ASSERT_EQ(fake_dma_look(page, &level), 0);
		ASSERT(!fake_dma_knows(&dma, page));
	}
	ASSERT_EQ(fake_dma_tables(), devmed_idmap_counter(DEVMED_DMA_TABLES));
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_REFUSED), 15);
}

TEST(idmap_pool_empty_bbml2)
{
	never_wedged(2);
}

TEST(idmap_pool_empty_bbml1)
{
	never_wedged(1);
}

/* Another CPU, whenever this one drops a lock: it wants each page that there is. */
static unsigned int nr_raced;

static void on_other_cpu(void)
{
	/* The other CPU waits until this one is done. */
	if (host_mmu.lock.held)
		return;
	if (!fake_donate_guest(in_block(nr_raced + 1)))
		nr_raced++;
	while (devmed_pool_alloc(0))
		;
}

/*
 * The table that a page for the pool needs is made and used with the lock held:
 * a CPU that finds the pool empty meanwhile does not merge it and keep it. Pages that
 * were laid aside for the table are laid aside again before anybody else has one.
 */
static void raced(u8 bbml)
{
	unsigned int i;

	begin(bbml);
	drain_pool();
	for (i = 0; i < 3; i++) {
		u64 page = GIFTS + i * CHUNK * PAGE_SIZE;

		fake_on_unlock = on_other_cpu;
		ASSERT_EQ(devmed_pool_topup(page >> PAGE_SHIFT, 2), 0);
		fake_on_unlock = NULL;
		ASSERT_EQ(fake_dma_access(&dma, page), 0);
		hyp_spin_lock(&host_mmu.lock);
		ASSERT(!devmed_idmap_wants_spare());
		hyp_spin_unlock(&host_mmu.lock);
	}
	ASSERT(nr_raced);
	drain_pool();
	ASSERT_EQ(devmed_pool_topup((GIFTS + SZ_1M) >> PAGE_SHIFT, 4), 0);
	ASSERT_EQ(fake_donate_guest(in_block(BLOCKS - 1)), 0);
}

TEST(idmap_pool_race_bbml2)
{
	raced(2);
}

TEST(idmap_pool_race_bbml1)
{
	raced(1);
}

/* What is laid aside is for pages of the host's, and for nothing else. */
TEST(idmap_pool_spare_is_kept)
{
	u64 tables;

	begin(2);
	drain_pool();
	tables = devmed_idmap_counter(DEVMED_DMA_TABLES);
	ASSERT(devmed_pool_topup(0x09000000 >> PAGE_SHIFT, 0));
	ASSERT(devmed_pool_topup(U64_MAX, 0));
	ASSERT(devmed_pool_topup(1ULL << (52 - PAGE_SHIFT), 0));
	ASSERT(devmed_pool_topup(FAKE_MEM_BASE >> PAGE_SHIFT, 0));
	ASSERT_EQ(fake_donate_guest(in_block(3)), -ENOMEM);
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_TABLES), tables);
	top_up(CHUNK);
}

/* A page that cannot be given has its entry all the same, and no other is cached. */
TEST(idmap_pool_refused_page)
{
	u64 page = GIFTS + 9 * PAGE_SIZE;

	begin(2);
	ASSERT_EQ(devmed_pin(page, PAGE_SIZE), 0);
	ASSERT_EQ(fake_dma_access(&dma, GIFTS), FAKE_DMA_MEMORY);
	ASSERT(devmed_pool_topup(page >> PAGE_SHIFT, 0));
	ASSERT(fake_dma_fresh(&dma));
	ASSERT_EQ(fake_dma_access(&dma, page), FAKE_DMA_MEMORY);
	ASSERT_EQ(fake_dma_tables(), devmed_idmap_counter(DEVMED_DMA_TABLES));
}

/* Ten thousand pages come and go, and the host does no more than the glue. */
TEST(idmap_pool_10000_donations)
{
	static bool given[BLOCKS];
	unsigned int i;

	begin(2);
	drain_pool();
	for (i = 0; i < 10000; i++) {
		unsigned int block = BLOCKS / 2 + test_random_below(BLOCKS / 2);

		/* The glue asks for more when there may be none for one request. */
		while (pool_free() < 8)
			top_up(CHUNK);
		if (given[block])
			ASSERT_EQ(fake_reclaim_guest(in_block(block)), 0);
		else
			ASSERT_EQ(fake_donate_guest(in_block(block)), 0);
		given[block] = !given[block];
	}
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_LOST), 0);
	/* A table for each block at most, and those above. */
	ASSERT(devmed_idmap_counter(DEVMED_DMA_TABLES) < BLOCKS / 2 + 64);
}
