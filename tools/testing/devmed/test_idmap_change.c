// SPDX-License-Identifier: GPL-2.0-only
/*
 * What changes in the DMA stage-2, store by store: blocks that are split and
 * merged, memory that runs out, devices that do not answer (M14, M15, TL04).
 */
#include "harness.h"
#include "idmap_setup.h"

#define POOL_PAGES	512
#define BIG		0x80000000ULL
#define BIG_SIZE	(SZ_1G + SZ_512M)
#define PAGE		(BIG + SZ_512M + 5 * PAGE_SIZE)
#define BLOCK		(BIG + SZ_512M)

static struct fake_dma dma;
/* Around PAGE: in its last block, in the one around that, and outside both. */
static const u64 near[] = {
	PAGE, PAGE - PAGE_SIZE, PAGE + PAGE_SIZE, BLOCK, BLOCK + SZ_2M - PAGE_SIZE,
	BLOCK - PAGE_SIZE, BLOCK + SZ_2M, BIG, BIG + SZ_1G - PAGE_SIZE,
	BIG + SZ_1G, FAKE_MEM_BASE,
};

static void begin(u8 bbml, bool coherent)
{
	idmap_pool(POOL_PAGES);
	if (bbml)
		fake_add_memory(BIG, BIG_SIZE, MEMBLOCK_NONE);
	else
		/* All by pages: no more than there are tables for. */
		fake_add_memory(BLOCK - SZ_2M, 4 * SZ_2M, MEMBLOCK_NONE);
	idmap_begin(&dma, 40, bbml, coherent);
}

static void check_near(void)
{
	idmap_check(&dma, BLOCK - SZ_2M, BLOCK + 2 * SZ_2M);
	idmap_check_tables();
}

/* With all neighbours at it. */
static int watched(int (*change)(u64 phys), u64 phys)
{
	unsigned int i;
	int ret;

	/* Known by whatever size it has, before. */
	for (i = 0; i < 4 * ARRAY_SIZE(near); i++)
		fake_dma_access(&dma, near[i % ARRAY_SIZE(near)]);
	fake_dma_watch(&dma, near, ARRAY_SIZE(near), phys, phys + PAGE_SIZE);
	ret = change(phys);
	for (i = 0; i < ARRAY_SIZE(near); i++)
		ASSERT_EQ(fake_dma_access(&dma, near[i]), fake_dma_right(near[i]));
	fake_dma_watch(NULL, NULL, 0, 0, 0);
	ASSERT(fake_dma_fresh(&dma));
	check_near();

	return ret;
}

static void change_one(u8 bbml, bool coherent)
{
	begin(bbml, coherent);
	ASSERT_EQ(idmap_level(PAGE), bbml ? 1 : 3);
	ASSERT_EQ(watched(fake_donate_guest, PAGE), 0);
	/* Nothing else has been split. */
	ASSERT_EQ(idmap_level(PAGE + PAGE_SIZE), 3);
	ASSERT_EQ(idmap_level(BLOCK + SZ_2M), bbml ? 2 : 3);
	ASSERT_EQ(watched(fake_guest_share_host, PAGE), 0);
	ASSERT_EQ(watched(fake_guest_unshare_host, PAGE), 0);
	ASSERT_EQ(watched(fake_reclaim_guest, PAGE), 0);
	ASSERT_EQ(watched(fake_donate_guest, PAGE + PAGE_SIZE), 0);
	ASSERT_EQ(watched(fake_donate_guest, BLOCK + SZ_2M), 0);
	ASSERT_EQ(watched(fake_donate_guest, BLOCK - PAGE_SIZE), 0);
	ASSERT_EQ(watched(fake_force_reclaim_guest, BLOCK - PAGE_SIZE), 0);
}

TEST(idmap_change_bbml2)
{
	change_one(2, true);
}

TEST(idmap_change_bbml1)
{
	change_one(1, true);
}

TEST(idmap_change_bbml0)
{
	change_one(0, true);
}

/* A device that knows only what was cleaned (TL05). */
TEST(idmap_change_non_coherent)
{
	change_one(2, false);
}

TEST(idmap_change_non_coherent_bbml1)
{
	change_one(1, false);
}

TEST(idmap_change_non_coherent_bbml0)
{
	change_one(0, false);
}

/* Where there is nothing, such a device must not see what memory held before. */
TEST(idmap_hole_non_coherent)
{
	idmap_pool(POOL_PAGES);
	fake_add_memory(BIG, SZ_1G, MEMBLOCK_NONE);
	fake_set_s2(BIG, SZ_1G, FAKE_S2_HYP);
	fake_dma_init(&dma, 40, 2, false);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	idmap_check(&dma, BIG - SZ_2M, BIG + SZ_2M);
	idmap_check(&dma, FAKE_MEM_BASE, FAKE_MEM_BASE + FAKE_MEM_SIZE);
}

/* What a page was cached as part of is invalidated as a whole. */
TEST(idmap_invalidates)
{
	begin(2, true);
	ASSERT_EQ(fake_donate_guest(PAGE), 0);
	ASSERT_EQ(dma.invalidations, 1);
	ASSERT_EQ(dma.last_ipa, BIG);
	ASSERT_EQ(dma.last_size, SZ_1G);
	ASSERT_EQ(fake_donate_guest(PAGE + PAGE_SIZE), 0);
	ASSERT_EQ(dma.last_ipa, PAGE + PAGE_SIZE);
	ASSERT_EQ(dma.last_size, PAGE_SIZE);
	ASSERT_EQ(fake_donate_guest(BLOCK + SZ_2M + PAGE_SIZE), 0);
	ASSERT_EQ(dma.last_ipa, BLOCK + SZ_2M);
	ASSERT_EQ(dma.last_size, SZ_2M);
	/* Nothing is cached of what was not mapped. */
	ASSERT_EQ(fake_reclaim_guest(PAGE), 0);
	ASSERT_EQ(dma.invalidations, 3);
}

/* A range across blocks of all sizes, and back. */
TEST(idmap_change_range)
{
	u64 phys = BLOCK - 3 * PAGE_SIZE;
	u64 size = SZ_2M + 7 * PAGE_SIZE;
	u64 addr;

	begin(2, true);
	hyp_spin_lock(&host_mmu.lock);
	ASSERT_EQ(devmed_owner_take(phys, size), 0);
	hyp_spin_unlock(&host_mmu.lock);
	for (addr = phys; addr < phys + size; addr += PAGE_SIZE)
		fake_guest_takes(addr);
	check_near();
	/* 1 GiB into 2 MiB, and three of those. */
	idmap_drain(0);
	hyp_spin_lock(&host_mmu.lock);
	devmed_owner_give(phys, size);
	hyp_spin_unlock(&host_mmu.lock);
	fake_set_s2(phys, size, FAKE_S2_RW);
	check_near();
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_LOST), 0);
}

/* Refused before anything has changed; what does not need a page still works. */
TEST(idmap_no_memory)
{
	unsigned int left;

	begin(2, true);
	ASSERT_EQ(fake_donate_guest(BLOCK + SZ_2M), 0);
	ASSERT_EQ(fake_reclaim_guest(BLOCK + SZ_2M), 0);
	ASSERT_EQ(fake_donate_guest(BLOCK + SZ_2M + PAGE_SIZE), 0);
	idmap_drain(0);
	ASSERT_EQ(watched(fake_donate_guest, PAGE), -ENOMEM);
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_REFUSED), 1);
	ASSERT_EQ(idmap_level(PAGE), 2);
	ASSERT_EQ(fake_donate_guest(BLOCK + SZ_2M), 0);
	check_near();
	idmap_fill();
	ASSERT_EQ(watched(fake_donate_guest, PAGE), 0);

	/* A block of 1 GiB takes two. */
	ASSERT_EQ(idmap_level(BIG + SZ_1G), 2);
	for (left = 0; left < 2; left++) {
		idmap_drain(left);
		ASSERT_EQ(fake_donate_guest(FAKE_MEM_BASE + SZ_2M + PAGE_SIZE),
			  left ? 0 : -ENOMEM);
		idmap_check(&dma, FAKE_MEM_BASE, FAKE_MEM_BASE + FAKE_MEM_SIZE);
		idmap_fill();
	}
}

/* Whichever of its pages a change lacks, it leaves nothing behind. */
TEST(idmap_no_memory_half_way)
{
	u64 pfn = (FAKE_MEM_BASE + SZ_2M + SZ_1M) >> PAGE_SHIFT;
	u64 size = 2 * SZ_2M + 2 * PAGE_SIZE;
	u64 phys = BLOCK - PAGE_SIZE;
	unsigned int left;
	int ret = -ENOMEM;

	begin(2, true);
	ASSERT_EQ(__pkvm_host_donate_hyp(pfn, 1), 0);
	for (left = 0; ret; left++) {
		unsigned int i;

		idmap_drain(left);
		for (i = 0; i < 4 * ARRAY_SIZE(near); i++)
			fake_dma_access(&dma, near[i % ARRAY_SIZE(near)]);
		hyp_spin_lock(&host_mmu.lock);
		ret = devmed_owner_take(phys, size);
		hyp_spin_unlock(&host_mmu.lock);
		ASSERT(fake_dma_fresh(&dma));
		if (ret) {
			ASSERT_EQ(ret, -ENOMEM);
			check_near();
		}
		idmap_fill();
	}
	/* 2 MiB tables of the GiB, and a table for each of four blocks. */
	ASSERT(left > 1);
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_REFUSED), left - 1);
	for (; size; size -= PAGE_SIZE)
		fake_guest_takes(phys + size - PAGE_SIZE);
	check_near();
}

/* What has been taken comes back without memory, and so does what is shared. */
TEST(idmap_give_needs_nothing)
{
	begin(2, true);
	ASSERT_EQ(fake_donate_guest(PAGE), 0);
	idmap_drain(0);
	ASSERT_EQ(watched(fake_guest_share_host, PAGE), 0);
	ASSERT_EQ(watched(fake_guest_unshare_host, PAGE), 0);
	ASSERT_EQ(watched(fake_guest_share_host, PAGE), 0);
	ASSERT_EQ(watched(fake_reclaim_guest, PAGE), 0);
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_LOST), 0);
}

/* EL2's own from before the start: out of reach if there is no table for it. */
TEST(idmap_give_lost)
{
	u64 phys = FAKE_MEM_BASE + SZ_2M;
	u64 pages = SZ_2M >> PAGE_SHIFT;
	u64 pfn = phys >> PAGE_SHIFT;
	s8 level;

	ASSERT_EQ(__pkvm_host_donate_hyp(pfn, pages), 0);
	begin(2, true);
	idmap_check(&dma, FAKE_MEM_BASE, FAKE_MEM_BASE + FAKE_MEM_SIZE);
	idmap_drain(0);
	ASSERT_EQ(__pkvm_hyp_donate_host(pfn, 1), 0);
	ASSERT_EQ(fake_dma_look(phys, &level), 0);
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_LOST), 1);
	/* It can be taken again nevertheless. */
	ASSERT_EQ(__pkvm_host_donate_hyp(pfn, 1), 0);
	idmap_fill();
	ASSERT_EQ(__pkvm_hyp_donate_host(pfn, 1), 0);
	idmap_check(&dma, FAKE_MEM_BASE, FAKE_MEM_BASE + FAKE_MEM_SIZE);
	idmap_check_tables();
}

/* An SMMU that does not answer keeps pages where they are. */
static void deaf_one(u8 bbml)
{
	unsigned int deaf;

	begin(bbml, true);
	for (deaf = 1; deaf < 4; deaf++) {
		dma.deaf = deaf;
		ASSERT_EQ(fake_donate_guest(PAGE), -ETIMEDOUT);
		dma.deaf = 0;
		check_near();
		ASSERT_EQ(fake_dma_look(PAGE, &(s8){ 0 }), FAKE_DMA_MEMORY);
	}
	ASSERT_EQ(watched(fake_donate_guest, PAGE), 0);
	ASSERT_EQ(fake_guest_share_host(PAGE), 0);
	dma.deaf = 1;
	ASSERT_EQ(fake_guest_unshare_host(PAGE), -ETIMEDOUT);
	dma.deaf = 0;
	check_near();
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_REFUSED), 4);
	ASSERT_EQ(watched(fake_guest_unshare_host, PAGE), 0);
}

TEST(idmap_deaf_bbml2)
{
	deaf_one(2);
}

TEST(idmap_deaf_bbml1)
{
	deaf_one(1);
}

TEST(idmap_deaf_bbml0)
{
	deaf_one(0);
}

/* Above all that an SMMU can output: nobody has to be told (TL06). */
TEST(idmap_above_all)
{
	u64 high = SZ_4G;

	idmap_pool(POOL_PAGES);
	fake_add_memory(high - SZ_2M, 2 * SZ_2M, MEMBLOCK_NONE);
	fake_dma_init(&dma, 32, 2, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	hyp_spin_lock(&host_mmu.lock);
	ASSERT_EQ(devmed_owner_take(high, PAGE_SIZE), 0);
	ASSERT_EQ(dma.invalidations, 0);
	devmed_owner_give(high, PAGE_SIZE);
	/* Across the end: what is below it counts. */
	ASSERT_EQ(devmed_owner_take(high - PAGE_SIZE, 2 * PAGE_SIZE), 0);
	ASSERT_EQ(dma.last_ipa, high - SZ_2M);
	ASSERT_EQ(dma.last_size, SZ_2M);
	hyp_spin_unlock(&host_mmu.lock);
	ASSERT_EQ(fake_dma_look(high - PAGE_SIZE, &(s8){ 0 }), 0);
	ASSERT_EQ(fake_dma_look(high, &(s8){ 0 }), 0);
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_LOST), 0);
}

/* What is mapped already is left alone: EL2's text stays as it is (M11). */
TEST(idmap_give_again)
{
	u64 text = FAKE_MEM_BASE + SZ_2M;
	s8 level;

	fake_set_s2(text, PAGE_SIZE, FAKE_S2_R);
	begin(2, true);
	hyp_spin_lock(&host_mmu.lock);
	devmed_owner_give(text, 2 * PAGE_SIZE);
	devmed_owner_give(PAGE, PAGE_SIZE);
	hyp_spin_unlock(&host_mmu.lock);
	ASSERT_EQ(fake_dma_look(text, &level), FAKE_DMA_READ);
	ASSERT_EQ(idmap_level(PAGE), 1);
	check_near();
}

static unsigned int cleaned;

static void note_clean(void *addr, size_t size)
{
	s8 level;

	cleaned += size;
	ASSERT_EQ(fake_dma_look(PAGE, &level), 0);
}

/* A device that does not snoop finds the scrubbed page too (SE21). */
TEST(idmap_give_cleans)
{
	begin(2, true);
	ASSERT_EQ(fake_donate_guest(PAGE), 0);
	fake_on_flush = note_clean;
	ASSERT_EQ(fake_reclaim_guest(PAGE), 0);
	ASSERT_EQ(cleaned, PAGE_SIZE);
}

/* A table is seen complete by whoever sees the pointer to it (T20). */
TEST(idmap_barriers)
{
	unsigned int before;

	begin(2, true);
	ASSERT_EQ(fake_donate_guest(PAGE), 0);
	/* Two tables, and the entry before the command. */
	before = fake_count(FAKE_BARRIER);
	ASSERT_EQ(fake_donate_guest(FAKE_MEM_BASE + SZ_2M), 0);
	ASSERT(fake_count(FAKE_BARRIER) - before >= 2);
	before = fake_count(FAKE_BARRIER);
	ASSERT_EQ(fake_donate_guest(PAGE + PAGE_SIZE), 0);
	ASSERT(fake_count(FAKE_BARRIER) - before >= 1);
}
