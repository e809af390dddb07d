// SPDX-License-Identifier: GPL-2.0-only
/*
 * No hypercall and no donation keeps a CPU at EL2 for long: pool.c takes a block
 * piece by piece, idmap-table.c looks at so many entries and no more (T24).
 */
#include "fake.h"
#include "harness.h"
#include "idmap_setup.h"

#define PFN		(FAKE_MEM_BASE >> PAGE_SHIFT)
#define BLOCK		(PFN + 256)
#define ORDER		8
#define PIECE		16

#define BIG		0x80000000ULL

static u64 nr_free(void)
{
	return devmed_pool_counter(DEVMED_POOL_FREE);
}

static unsigned int nr_owned(u64 pfn, unsigned int pages)
{
	unsigned int count = 0;
	unsigned int i;

	for (i = 0; i < pages; i++)
		count += get_hyp_state(hyp_phys_to_page((pfn + i) << PAGE_SHIFT)) ==
			 PKVM_PAGE_OWNED;

	return count;
}

static void begin(void)
{
	ASSERT_EQ(devmed_pool_init(PFN, 1), 0);
	devmed_finalize();
	memset(fake_host_va(BLOCK << PAGE_SHIFT), 0xa5, PAGE_SIZE << ORDER);
}

/* A call takes one piece; the last one makes them a block. */
TEST(pool_time_topup)
{
	unsigned int left = 1 << ORDER;
	u64 *block;
	u64 i;
	int ret;

	begin();
	do {
		ret = devmed_pool_topup(BLOCK, ORDER);
		left -= PIECE;
		ASSERT_EQ(ret, left);
		ASSERT_EQ(nr_owned(BLOCK, 1 << ORDER), (1 << ORDER) - left);
		ASSERT_EQ(nr_free(), left ? 1 : 1 + (1 << ORDER));
	} while (ret);

	block = devmed_pool_alloc(ORDER);
	ASSERT_EQ(__hyp_pa(block), BLOCK << PAGE_SHIFT);
	for (i = 0; i < (PAGE_SIZE << ORDER) / sizeof(u64); i++)
		ASSERT_EQ(block[i], 0);
}

/* The largest there is, and what is no larger than a piece. */
TEST(pool_time_topup_orders)
{
	begin();
	ASSERT_EQ(devmed_pool_topup(BLOCK, 0), 0);
	ASSERT_EQ(devmed_pool_topup(BLOCK + 16, 4), 0);
	ASSERT_EQ(devmed_pool_topup(BLOCK + 32, 5), PIECE);
	ASSERT_EQ(devmed_pool_topup(BLOCK + 32, 5), 0);
	ASSERT_EQ(devmed_pool_topup(BLOCK + 32, 5), -EPERM);
	ASSERT_EQ(devmed_pool_topup(BLOCK, NR_PAGE_ORDERS), -EINVAL);
}

/* A page in the middle is not the host's: those before it stay EL2's. */
TEST(pool_time_topup_fails)
{
	begin();
	ASSERT_EQ(__pkvm_host_share_hyp(BLOCK + 40), 0);
	ASSERT_EQ(devmed_pool_topup(BLOCK, ORDER), (1 << ORDER) - PIECE);
	ASSERT_EQ(devmed_pool_topup(BLOCK, ORDER), (1 << ORDER) - 2 * PIECE);
	ASSERT_EQ(devmed_pool_topup(BLOCK, ORDER), -EPERM);
	ASSERT_EQ(nr_free(), 1 + 2 * PIECE);
	ASSERT_EQ(get_host_state(hyp_phys_to_page((BLOCK + 32) << PAGE_SHIFT)),
		  PKVM_PAGE_OWNED);
	ASSERT(devmed_pool_alloc(5));
	/* Nothing of it is left behind. */
	ASSERT_EQ(devmed_pool_topup(BLOCK, ORDER), -EPERM);
	ASSERT_EQ(nr_free(), 1);
}

/* A block that the host gives up is worth what it gave. */
TEST(pool_time_topup_given_up)
{
	u64 other = BLOCK + 512;

	begin();
	ASSERT_EQ(devmed_pool_topup(BLOCK, ORDER), (1 << ORDER) - PIECE);
	ASSERT_EQ(devmed_pool_topup(other, 5), PIECE);
	ASSERT_EQ(nr_free(), 1 + PIECE);
	ASSERT_EQ(devmed_pool_topup(other, 6), -EPERM);
	ASSERT_EQ(nr_free(), 1 + 2 * PIECE);
	ASSERT(devmed_pool_alloc(4));
	ASSERT(devmed_pool_alloc(4));
	ASSERT_EQ(nr_free(), 1);
	ASSERT_EQ(nr_owned(BLOCK, 1 << ORDER), PIECE);
	ASSERT_EQ(nr_owned(other, 1 << 5), PIECE);
}

/* To zero pages that are freed is not for others to wait for. */
static void *freed;
static bool zero_before_lock;

static void see_lock(void)
{
	zero_before_lock = !*(volatile u64 *)freed;
}

TEST(pool_time_free)
{
	u8 *block;

	begin();
	ASSERT_EQ(devmed_pool_topup(BLOCK, 4), 0);
	block = devmed_pool_alloc(4);
	memset(block, 0xa5, PAGE_SIZE << 4);
	freed = block + PAGE_SIZE;
	fake_on_lock = see_lock;
	devmed_pool_free(block, 4);
	fake_on_lock = NULL;
	ASSERT(zero_before_lock);
}

/* Tables that are whole but for their last page cost as many entries as they have. */
TEST(idmap_time_merge)
{
	unsigned int tables = 40;
	unsigned int tries = 0;
	struct fake_dma dma;
	unsigned int i;
	u64 last;

	idmap_pool(512);
	fake_add_memory(BIG, SZ_128M, MEMBLOCK_NONE);
	idmap_begin(&dma, 40, 2, true);
	for (i = 0; i < tables; i++)
		ASSERT_EQ(fake_donate_guest(BIG + (i + 1) * SZ_2M - PAGE_SIZE), 0);
	last = BIG + tables * SZ_2M;
	ASSERT_EQ(fake_donate_guest(last), 0);
	ASSERT_EQ(fake_reclaim_guest(last), 0);
	idmap_drain(0);
	while (fake_donate_guest(last + SZ_4M))
		ASSERT(++tries < 100);
	ASSERT(tries >= tables / 3);
	ASSERT_EQ(idmap_level(last), 2);
}

/* Blocks that are no tables cost something too. */
TEST(idmap_time_merge_blocks)
{
	u64 last = BIG + SZ_1G - SZ_2M;
	unsigned int tries = 0;
	struct fake_dma dma;

	idmap_pool(512);
	fake_add_memory(BIG, SZ_1G, MEMBLOCK_NONE);
	idmap_begin(&dma, 40, 2, true);
	ASSERT_EQ(fake_donate_guest(last), 0);
	ASSERT_EQ(fake_reclaim_guest(last), 0);
	idmap_drain(0);
	while (fake_donate_guest(BIG + SZ_2M))
		ASSERT(++tries < 20);
	ASSERT(tries);
	ASSERT_EQ(idmap_level(last), 2);
}
