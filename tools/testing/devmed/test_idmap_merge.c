// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks made again when tables run out, and pages that change hands at random:
 * at every moment devices reach what the host may reach (M12 to M15, C11).
 */
#include "harness.h"
#include "idmap_setup.h"

#define BIG		0x80000000ULL
#define BIG_SIZE	SZ_64M
#define PAGES		512

static struct fake_dma dma;

static void begin(u8 bbml, bool coherent, unsigned int pages)
{
	idmap_pool(pages);
	fake_add_memory(BIG, BIG_SIZE, MEMBLOCK_NONE);
	idmap_begin(&dma, 40, bbml, coherent);
}

static void check_all(void)
{
	idmap_check(&dma, BIG - SZ_2M, BIG + BIG_SIZE + SZ_2M);
	idmap_check(&dma, FAKE_MEM_BASE, FAKE_MEM_BASE + FAKE_MEM_SIZE);
	idmap_check_tables();
}

/* What has come back whole makes room for what goes. */
static void merge_one(u8 bbml, bool coherent)
{
	static const u64 near[] = {
		BIG, BIG + PAGE_SIZE, BIG + SZ_2M - PAGE_SIZE, BIG + SZ_2M,
		BIG + SZ_4M, BIG + SZ_4M + PAGE_SIZE, BIG + 2 * SZ_4M - PAGE_SIZE,
	};
	u64 page = BIG + SZ_4M + 3 * PAGE_SIZE;
	unsigned int i;

	begin(bbml, coherent, PAGES);
	ASSERT_EQ(fake_donate_guest(BIG + PAGE_SIZE), 0);
	ASSERT_EQ(fake_reclaim_guest(BIG + PAGE_SIZE), 0);
	ASSERT_EQ(idmap_level(BIG), 3);
	idmap_drain(0);
	for (i = 0; i < 4 * ARRAY_SIZE(near); i++)
		fake_dma_access(&dma, near[i % ARRAY_SIZE(near)]);
	fake_dma_watch(&dma, near, ARRAY_SIZE(near), page, page + PAGE_SIZE);
	ASSERT_EQ(fake_donate_guest(page), 0);
	for (i = 0; i < 4 * ARRAY_SIZE(near); i++)
		ASSERT_EQ(fake_dma_access(&dma, near[i % ARRAY_SIZE(near)]),
			  FAKE_DMA_MEMORY);
	fake_dma_watch(NULL, NULL, 0, 0, 0);
	ASSERT_EQ(idmap_level(BIG), 2);
	ASSERT_EQ(idmap_level(BIG + SZ_4M), 3);
	check_all();

	/* And again the other way round. */
	ASSERT_EQ(fake_donate_guest(BIG), -ENOMEM);
	check_all();
	ASSERT_EQ(fake_reclaim_guest(page), 0);
	ASSERT_EQ(fake_donate_guest(BIG), 0);
	ASSERT_EQ(idmap_level(BIG + SZ_4M), 2);
	check_all();
}

TEST(idmap_merge_bbml2)
{
	merge_one(2, true);
}

TEST(idmap_merge_bbml1)
{
	merge_one(1, true);
}

TEST(idmap_merge_non_coherent)
{
	merge_one(2, false);
}

TEST(idmap_merge_non_coherent_bbml1)
{
	merge_one(1, false);
}

/* A guest takes back what it shares without a page for a table. */
TEST(idmap_merge_not_shared)
{
	begin(2, true, PAGES);
	ASSERT_EQ(fake_donate_guest(BIG), 0);
	ASSERT_EQ(fake_guest_share_host(BIG), 0);
	idmap_drain(0);
	ASSERT_EQ(fake_donate_guest(BIG + SZ_2M), -ENOMEM);
	ASSERT_EQ(idmap_level(BIG), 3);
	ASSERT_EQ(fake_guest_unshare_host(BIG), 0);
	check_all();
	/* Shared by the host it may be a block: that goes only when unshared. */
	ASSERT_EQ(fake_reclaim_guest(BIG), 0);
	ASSERT_EQ(fake_share_guest(BIG, PAGE_SIZE), 0);
	ASSERT_EQ(fake_donate_guest(BIG + SZ_2M), 0);
	ASSERT_EQ(idmap_level(BIG), 2);
	check_all();
}

/* EL2's text must not come out of it writable (M11). */
TEST(idmap_merge_not_text)
{
	u64 text = FAKE_MEM_BASE + SZ_2M;

	fake_set_s2(text, PAGE_SIZE, FAKE_S2_R);
	set_host_state(hyp_phys_to_page(text), PKVM_NOPAGE);
	begin(2, true, PAGES);
	idmap_drain(0);
	ASSERT_EQ(fake_donate_guest(BIG), -ENOMEM);
	ASSERT_EQ(idmap_level(text), 3);
	check_all();
}

/* Not what is being taken at this moment. */
TEST(idmap_merge_not_itself)
{
	u64 size = SZ_2M + 2 * PAGE_SIZE;
	u64 phys = BIG + SZ_2M - 2 * PAGE_SIZE;
	u64 addr;

	begin(2, true, PAGES);
	/* One table for two blocks. */
	ASSERT_EQ(fake_donate_guest(phys), 0);
	ASSERT_EQ(fake_reclaim_guest(phys), 0);
	idmap_drain(0);
	hyp_spin_lock(&host_mmu.lock);
	ASSERT_EQ(devmed_owner_take(phys, size), -ENOMEM);
	hyp_spin_unlock(&host_mmu.lock);
	check_all();
	idmap_fill_one();
	hyp_spin_lock(&host_mmu.lock);
	ASSERT_EQ(devmed_owner_take(phys, size), 0);
	hyp_spin_unlock(&host_mmu.lock);
	for (addr = phys; addr < phys + size; addr += PAGE_SIZE)
		fake_guest_takes(addr);
	check_all();
}

/* A device that does not answer: the table may still be walked, so it stays. */
static void merge_deaf(u8 bbml)
{
	unsigned int deaf;

	begin(bbml, true, PAGES);
	ASSERT_EQ(fake_donate_guest(BIG), 0);
	ASSERT_EQ(fake_reclaim_guest(BIG), 0);
	idmap_drain(0);
	for (deaf = 1; deaf < 3; deaf++) {
		fake_dma_access(&dma, BIG);
		dma.deaf = deaf;
		ASSERT(fake_donate_guest(BIG + SZ_2M) < 0);
		dma.deaf = 0;
		ASSERT_EQ(fake_dma_access(&dma, BIG), FAKE_DMA_MEMORY);
		check_all();
		ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FREE), 0);
	}
	ASSERT_EQ(fake_donate_guest(BIG + SZ_2M), 0);
	check_all();
}

TEST(idmap_merge_deaf_bbml2)
{
	merge_deaf(2);
}

TEST(idmap_merge_deaf_bbml1)
{
	merge_deaf(1);
}

/* The search ends, and the next one finds what this one did not reach. */
TEST(idmap_merge_bounded)
{
	u64 last = BIG + SZ_1G - SZ_2M;
	unsigned int tries = 0;
	u64 addr;

	idmap_pool(PAGES);
	fake_add_memory(BIG, SZ_1G + SZ_2M, MEMBLOCK_NONE);
	fake_dma_init(&dma, 40, 2, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	/* Tables that are not whole, and at their end one that is. */
	for (addr = last - 400ULL * SZ_2M; addr < last; addr += SZ_2M)
		ASSERT_EQ(fake_donate_guest(addr), 0);
	ASSERT_EQ(fake_donate_guest(last), 0);
	ASSERT_EQ(fake_reclaim_guest(last), 0);
	idmap_drain(0);
	while (fake_donate_guest(BIG))
		ASSERT(++tries < 20);
	ASSERT(tries);
	ASSERT_EQ(idmap_level(last), 2);
}

static u64 some_page(void)
{
	static const u64 bases[] = {
		FAKE_MEM_BASE + SZ_2M, BIG, BIG + SZ_2M, BIG + SZ_32M - SZ_64K,
	};
	u64 base = bases[test_random_below(ARRAY_SIZE(bases))];

	return base + test_random_below(32) * PAGE_SIZE;
}

/* EL2's own mappings are modelled for the first memory only. */
static u64 some_low_page(void)
{
	return FAKE_MEM_BASE + SZ_2M + test_random_below(48) * PAGE_SIZE;
}

static int change(u64 page, u64 size)
{
	u64 low = some_low_page();

	switch (test_random_below(14)) {
	case 0 ... 2:	return fake_donate_guest(page);
	case 3:		return fake_guest_share_host(page);
	case 4:		return fake_guest_unshare_host(page);
	case 5:		return fake_reclaim_guest(page);
	case 6:		return fake_force_reclaim_guest(page);
	case 7:		return fake_share_ffa(page, size);
	case 8:		return fake_unshare_ffa(page, size);
	case 9:		return devmed_pin(low, PAGE_SIZE);
	case 10:	return devmed_unpin(low, PAGE_SIZE);
	case 11:	return __pkvm_host_donate_hyp(low >> PAGE_SHIFT,
						      size >> PAGE_SHIFT);
	case 12:	return __pkvm_hyp_donate_host(low >> PAGE_SHIFT,
						      size >> PAGE_SHIFT);
	default:	return __pkvm_host_share_hyp(low >> PAGE_SHIFT);
	}
}

static void random_one(u8 bbml, bool coherent, unsigned int pages)
{
	unsigned int done = 0, refused = 0;
	unsigned int i, j;

	begin(bbml, coherent, pages);
	for (i = 0; i < 11000; i++) {
		u64 size = PAGE_SIZE * (1 + test_random_below(4));
		u64 page = some_page();
		int ret;

		dma.deaf = !test_random_below(20);
		ret = change(page, size);
		done += !ret;
		refused += ret == -ENOMEM || ret == -ETIMEDOUT;
		dma.deaf = 0;
		fake_check_idle();
		for (j = 0; j < 16; j++) {
			page = some_page();
			ASSERT_EQ(fake_dma_access(&dma, page), fake_dma_right(page));
		}
		if (i % 100 == 0)
			check_all();
	}
	check_all();
	ASSERT(done > 1500 && refused > 30);
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_LOST), 0);
}

TEST(idmap_random_bbml2)
{
	random_one(2, true, 40);
}

TEST(idmap_random_bbml1)
{
	random_one(1, true, 40);
}

TEST(idmap_random_bbml0)
{
	random_one(0, false, 128);
}

TEST(idmap_random_non_coherent)
{
	random_one(2, false, 40);
}

/* So few pages that tables are made and merged all the time. */
TEST(idmap_random_scarce)
{
	random_one(2, true, 10 + DEVMED_IDMAP_SPARE);
}

TEST(idmap_random_scarce_bbml1)
{
	random_one(1, false, 10 + DEVMED_IDMAP_SPARE);
}
