// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks that the host withdraws from its devices before a guest gets them, and
 * restores (M18, C14): owner.c and idmap-page.c.
 */
#include "fake.h"
#include "hostile_smmu.h"
#include "withdraw_setup.h"

static struct fake_dma dma;
/* Around the block, and in the one next to it. */
static const u64 near[] = {
	BLOCK - PAGE_SIZE, BLOCK - SZ_2M, BLOCK + SZ_2M, BLOCK + SZ_4M - PAGE_SIZE,
	BIG, FAKE_MEM_BASE + SZ_2M,
};

static int withdraw(u64 phys)
{
	return devmed_owner_withdraw(PFN(phys), ORDER);
}

static int restore(u64 phys)
{
	return devmed_owner_restore(PFN(phys), ORDER);
}

static void check_all(void)
{
	idmap_check(&dma, BIG - SZ_2M, BIG + BIG_SIZE + SZ_2M);
	idmap_check(&dma, FAKE_MEM_BASE, FAKE_MEM_BASE + FAKE_MEM_SIZE);
	idmap_check_tables();
}

/* No page of the block can be reached, nor is one remembered. */
static void check_gone(u64 block)
{
	u64 addr;

	for (addr = block; addr < block + SZ_2M; addr += PAGE_SIZE) {
		ASSERT_EQ(fake_dma_look(addr, &(s8){ 0 }), 0);
		ASSERT_EQ(fake_dma_access(&dma, addr), 0);
		ASSERT(!fake_dma_knows(&dma, addr));
	}
}

static void warm_block(u64 block)
{
	unsigned int i;

	for (i = 0; i < 64; i++)
		fake_dma_access(&dma, block + test_random_below(PAGES) * PAGE_SIZE);
}

/* One invalidation for all of a guest's pages; each comes back by itself. */
static void costs_one(u8 bbml, bool coherent, unsigned int once)
{
	unsigned int before;
	u64 addr;

	withdraw_begin(&dma, bbml, coherent);
	warm_block(BLOCK);
	fake_dma_watch(&dma, near, ARRAY_SIZE(near), BLOCK, BLOCK + SZ_2M);
	ASSERT_EQ(withdraw(BLOCK), 0);
	ASSERT_EQ(dma.invalidations, once);
	ASSERT(fake_dma_fresh(&dma));
	check_gone(BLOCK);
	before = devmed_idmap_counter(DEVMED_DMA_INVALIDATIONS);
	ASSERT_EQ(before, once);
	for (addr = BLOCK; addr < BLOCK + SZ_2M; addr += PAGE_SIZE)
		ASSERT_EQ(fake_donate_guest(addr), 0);
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_INVALIDATIONS), before);
	fake_dma_watch(NULL, NULL, 0, 0, 0);
	check_gone(BLOCK);
	check_all();

	ASSERT_EQ(fake_reclaim_guest(BLOCK), 0);
	ASSERT_EQ(idmap_level(BLOCK), 3);
	check_all();
	/* Nobody has withdrawn that one since. */
	ASSERT_EQ(fake_donate_guest(BLOCK), 0);
	ASSERT_EQ(dma.invalidations, once + 1);
	check_all();
	for (addr = BLOCK; addr < BLOCK + SZ_2M; addr += PAGE_SIZE)
		ASSERT_EQ(fake_reclaim_guest(addr), 0);
	check_all();
}

TEST(withdraw_costs_one_bbml2)
{
	costs_one(2, true, 1);
}

TEST(withdraw_costs_one_bbml1)
{
	costs_one(1, true, 2);
}

TEST(withdraw_costs_one_bbml0)
{
	costs_one(0, true, 1);
}

TEST(withdraw_costs_one_non_coherent)
{
	costs_one(2, false, 1);
}

/* All that is asked of an SMMU goes through its registers: not one is touched. */
TEST(withdraw_no_device_access)
{
	unsigned int i;

	hostile_start();
	warm(IOVA);
	ASSERT_EQ(devmed_owner_withdraw(PFN(TARGET), 8), 0);
	expect_stopped(IOVA);
	fake_log_reset();
	for (i = 0; i < 256; i++)
		ASSERT_EQ(fake_donate_guest(TARGET + i * PAGE_SIZE), 0);
	ASSERT_EQ(fake_count(FAKE_READ) + fake_count(FAKE_WRITE), 0);
	expect_stopped(IOVA);
	for (i = 0; i < 256; i++)
		ASSERT_EQ(fake_reclaim_guest(TARGET + i * PAGE_SIZE), 0);
	ASSERT_EQ(fake_count(FAKE_READ) + fake_count(FAKE_WRITE), 0);
	fake_barrier();
	warm(IOVA);
	/* One that devices reach does take some. */
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	ASSERT(fake_count(FAKE_READ) && fake_count(FAKE_WRITE));
	expect_stopped(IOVA);
	expect_alive();
}

/* A page that no device reaches needs no proof of one that does not answer. */
TEST(withdraw_deaf_later)
{
	withdraw_begin(&dma, 2, true);
	ASSERT_EQ(withdraw(BLOCK), 0);
	dma.deaf = 1;
	ASSERT_EQ(fake_donate_guest(BLOCK + PAGE_SIZE), 0);
	ASSERT_EQ(dma.deaf, 1);
	ASSERT_EQ(fake_donate_guest(BLOCK + SZ_2M), -ETIMEDOUT);
	ASSERT_EQ(restore(BLOCK), 0);
	check_all();
}

/* Not donated in the end: as if nothing had been. */
TEST(withdraw_restore)
{
	withdraw_begin(&dma, 2, true);
	ASSERT_EQ(withdraw(BLOCK), 0);
	ASSERT_EQ(fake_donate_guest(BLOCK + PAGE_SIZE), 0);
	idmap_drain(0);
	ASSERT_EQ(restore(BLOCK), 0);
	ASSERT_EQ(fake_dma_look(BLOCK + PAGE_SIZE, &(s8){ 0 }), 0);
	check_all();
	ASSERT_EQ(fake_reclaim_guest(BLOCK + PAGE_SIZE), 0);
	check_all();
	/* Again, of what nothing is missing: split or not. */
	ASSERT_EQ(restore(BLOCK), 0);
	ASSERT_EQ(restore(BLOCK + SZ_4M), 0);
	ASSERT_EQ(idmap_level(BLOCK + SZ_4M), 2);
	ASSERT_EQ(dma.invalidations, 1);
	check_all();
}

/* A page withdrawn before costs nothing, nor does a page that was donated. */
TEST(withdraw_twice)
{
	u64 addr;

	withdraw_begin(&dma, 2, true);
	ASSERT_EQ(withdraw(BLOCK), 0);
	ASSERT_EQ(withdraw(BLOCK), 0);
	ASSERT_EQ(dma.invalidations, 1);
	ASSERT_EQ(devmed_owner_restore(PFN(BLOCK + SZ_1M), 8), 0);
	ASSERT_EQ(withdraw(BLOCK), 0);
	ASSERT_EQ(dma.invalidations, 2);
	ASSERT_EQ(dma.last_ipa, BLOCK + SZ_1M);
	ASSERT_EQ(dma.last_size, SZ_1M);
	for (addr = BLOCK; addr < BLOCK + SZ_2M; addr += PAGE_SIZE)
		ASSERT_EQ(fake_donate_guest(addr), 0);
	ASSERT_EQ(withdraw(BLOCK), 0);
	ASSERT_EQ(dma.invalidations, 2);
	check_all();
}

/* Only what the host owns goes and comes: never a guest's, nor EL2's. */
TEST(withdraw_own_only)
{
	const u64 hyp = FAKE_MEM_BASE + SZ_2M;
	const u64 text = hyp + SZ_64K;

	fake_set_s2(text, PAGE_SIZE, FAKE_S2_R);
	set_host_state(hyp_phys_to_page(text), PKVM_NOPAGE);
	withdraw_begin(&dma, 2, true);
	ASSERT_EQ(__pkvm_host_donate_hyp(PFN(hyp), 4), 0);
	ASSERT_EQ(__pkvm_host_share_hyp(PFN(hyp) + 5), 0);
	ASSERT_EQ(fake_donate_guest(hyp + SZ_1M), 0);
	ASSERT_EQ(fake_donate_guest(hyp + SZ_1M + PAGE_SIZE), 0);
	ASSERT_EQ(fake_guest_share_host(hyp + SZ_1M), 0);
	ASSERT_EQ(withdraw(hyp), 0);
	ASSERT_EQ(fake_dma_look(text, &(s8){ 0 }), FAKE_DMA_READ);
	ASSERT_EQ(fake_dma_look(hyp + SZ_1M, &(s8){ 0 }), FAKE_DMA_MEMORY);
	ASSERT_EQ(fake_dma_look(hyp + 4 * PAGE_SIZE, &(s8){ 0 }), 0);
	ASSERT_EQ(fake_dma_look(hyp + 5 * PAGE_SIZE, &(s8){ 0 }), 0);
	ASSERT_EQ(restore(hyp), 0);
	check_all();
	/* EL2's text was never mapped for more. */
	ASSERT_EQ(fake_dma_look(text, &(s8){ 0 }), FAKE_DMA_READ);
}

/* As it was built without it: no page of EL2's text appears. */
TEST(withdraw_restores_no_hole)
{
	const u64 hyp = FAKE_MEM_BASE + SZ_2M;

	ASSERT_EQ(__pkvm_host_donate_hyp(PFN(hyp), 8), 0);
	withdraw_begin(&dma, 2, true);
	ASSERT_EQ(restore(hyp), 0);
	check_all();
	ASSERT_EQ(withdraw(hyp), 0);
	ASSERT_EQ(restore(hyp), 0);
	check_all();
}

static void refuse(u64 pfn, u64 order, int error)
{
	unsigned int before = dma.invalidations;

	ASSERT_EQ(devmed_owner_withdraw(pfn, order), error);
	ASSERT_EQ(devmed_owner_restore(pfn, order), error);
	ASSERT_EQ(dma.invalidations, before);
}

TEST(withdraw_refused)
{
	const u64 odd = BIG + BIG_SIZE + SZ_2M;

	refuse(PFN(BLOCK), ORDER, -ENODEV);
	fake_add_memory(BIG, BIG_SIZE, MEMBLOCK_NONE);
	fake_add_memory(odd, SZ_2M - PAGE_SIZE, MEMBLOCK_NONE);
	idmap_pool(64);
	idmap_begin(&dma, 40, 2, true);
	refuse(PFN(BLOCK), ORDER + 1, -EINVAL);
	refuse(PFN(BLOCK), 64, -EINVAL);
	refuse(PFN(BLOCK), U64_MAX, -EINVAL);
	refuse(PFN(BLOCK), 1ULL << 32, -EINVAL);
	refuse(PFN(BLOCK) + 1, ORDER, -EINVAL);
	refuse(PFN(BLOCK) + PAGES / 2, ORDER, -EINVAL);
	/* Not cut off on the way to an address. */
	refuse(PFN(BLOCK) | BIT_ULL(64 - PAGE_SHIFT), ORDER, -EINVAL);
	refuse(PFN(BLOCK) | BIT_ULL(63), 0, -EINVAL);
	/* Registers, holes, firmware's, and what is memory in part. */
	refuse(PFN(0x08000000), ORDER, -EPERM);
	refuse(PFN(BIG - SZ_2M), ORDER, -EPERM);
	refuse(PFN(BIG + BIG_SIZE), 0, -EPERM);
	refuse(PFN(FAKE_NOMAP_BASE), 0, -EPERM);
	refuse(PFN(odd), ORDER, -EPERM);
	refuse(PFN(odd + SZ_2M - PAGE_SIZE), 0, -EPERM);
	refuse(PFN(BIT_ULL(52)), 0, -EPERM);
	check_all();
	ASSERT_EQ(devmed_owner_withdraw(PFN(odd), 8), 0);
	ASSERT_EQ(devmed_owner_restore(PFN(odd), 8), 0);
	check_all();
}

/*
 * Above all that an SMMU can output there is nothing to withdraw: what lies behind
 * the first level are other tables, whose entries lead to memory of the host's.
 */
TEST(withdraw_above_all)
{
	u64 *memory = fake_host_va(FAKE_MEM_BASE + SZ_2M);
	u64 phys;
	u64 i;

	idmap_pool(64);
	fake_add_memory(SZ_4G - SZ_2M, SZ_1G + SZ_2M, MEMBLOCK_NONE);
	fake_dma_init(&dma, 32, 2, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	for (i = 0; i < SZ_2M / sizeof(u64); i++)
		memory[i] = i & 1 ? U64_MAX : 0;
	for (phys = SZ_4G; phys < SZ_4G + SZ_1G; phys += SZ_2M) {
		ASSERT_EQ(withdraw(phys), 0);
		ASSERT_EQ(restore(phys), 0);
		ASSERT_EQ(fake_dma_look(phys, &(s8){ 0 }), 0);
	}
	for (i = 0; i < SZ_2M / sizeof(u64); i++)
		ASSERT_EQ(memory[i], i & 1 ? U64_MAX : 0);
	ASSERT_EQ(dma.invalidations, 0);
}

/* Nobody answers, at any step: devices reach all that they did. */
static void deaf_one(u8 bbml)
{
	unsigned int deaf;

	withdraw_begin(&dma, bbml, true);
	for (deaf = 1; deaf < 3; deaf++) {
		warm_block(BLOCK);
		dma.deaf = deaf;
		ASSERT_EQ(withdraw(BLOCK), -ETIMEDOUT);
		dma.deaf = 0;
		check_all();
	}
	ASSERT_EQ(withdraw(BLOCK), 0);
	check_gone(BLOCK);
	/* Nor does a later failure bring back what is withdrawn. */
	ASSERT_EQ(devmed_owner_restore(PFN(BLOCK + SZ_1M), 8), 0);
	dma.deaf = 1;
	ASSERT_EQ(withdraw(BLOCK), -ETIMEDOUT);
	ASSERT_EQ(fake_dma_look(BLOCK, &(s8){ 0 }), 0);
	ASSERT_EQ(fake_dma_look(BLOCK + SZ_1M, &(s8){ 0 }), FAKE_DMA_MEMORY);
	dma.deaf = 1;
	hyp_spin_lock(&host_mmu.lock);
	ASSERT_EQ(devmed_owner_take(BLOCK + SZ_1M - PAGE_SIZE, 2 * PAGE_SIZE),
		  -ETIMEDOUT);
	hyp_spin_unlock(&host_mmu.lock);
	ASSERT_EQ(fake_dma_look(BLOCK + SZ_1M - PAGE_SIZE, &(s8){ 0 }), 0);
	ASSERT_EQ(fake_dma_look(BLOCK + SZ_1M, &(s8){ 0 }), FAKE_DMA_MEMORY);
	ASSERT_EQ(restore(BLOCK), 0);
	check_all();
}

TEST(withdraw_deaf_bbml2)
{
	deaf_one(2);
}

TEST(withdraw_deaf_bbml1)
{
	deaf_one(1);
}

TEST(withdraw_deaf_bbml0)
{
	deaf_one(0);
}

/* For want of a table nothing is withdrawn, and donation says so too. */
TEST(withdraw_no_memory)
{
	withdraw_begin(&dma, 2, true);
	idmap_drain(0);
	ASSERT_EQ(withdraw(BLOCK), -ENOMEM);
	ASSERT_EQ(idmap_level(BLOCK), 2);
	ASSERT_EQ(dma.invalidations, 0);
	check_all();
	idmap_fill();
	ASSERT_EQ(withdraw(BLOCK), 0);
	check_gone(BLOCK);
}

/* 1 GiB into 2 MiB succeeds, those into pages fails: known by its new size. */
TEST(withdraw_no_memory_half_way)
{
	const u64 block = 0x100000000ULL + SZ_4M;

	idmap_pool(64);
	fake_add_memory(0x100000000ULL, SZ_1G, MEMBLOCK_NONE);
	idmap_begin(&dma, 40, 2, true);
	ASSERT_EQ(idmap_level(block), 1);
	fake_dma_access(&dma, block);
	idmap_drain(1);
	ASSERT_EQ(withdraw(block), -ENOMEM);
	ASSERT_EQ(idmap_level(block), 2);
	ASSERT_EQ(dma.last_size, SZ_1G);
	ASSERT(fake_dma_fresh(&dma));
	ASSERT_EQ(fake_dma_look(block, &(s8){ 0 }), FAKE_DMA_MEMORY);
}

/* A table of which pages are withdrawn stays; once all are back it can go. */
TEST(withdraw_merge)
{
	withdraw_begin(&dma, 2, true);
	ASSERT_EQ(withdraw(BLOCK), 0);
	idmap_drain(0);
	ASSERT_EQ(fake_donate_guest(BIG), -ENOMEM);
	check_gone(BLOCK);
	/* The pool can be filled from it all the same. */
	ASSERT_EQ(restore(BLOCK), 0);
	ASSERT_EQ(fake_donate_guest(BIG), 0);
	ASSERT_EQ(idmap_level(BLOCK), 2);
	check_all();
}

/* Withdrawn memory can become EL2's, without a page for a table. */
TEST(withdraw_pool_topup)
{
	const u64 low = FAKE_MEM_BASE + SZ_2M;

	withdraw_begin(&dma, 2, true);
	ASSERT_EQ(withdraw(low), 0);
	idmap_drain(0);
	ASSERT_EQ(devmed_pool_topup(PFN(low) + 16, 4), 0);
	ASSERT_EQ(dma.invalidations, 1);
	ASSERT_EQ(restore(low), 0);
	check_all();
}

/* The largest block there is, whatever the page size; its neighbours stay. */
TEST(withdraw_granule)
{
	const u64 size = PAGE_SIZE << DEVMED_BLOCK_MAX_ORDER;
	u64 addr;

	idmap_pool(64);
	fake_add_memory(BIG, 4 * size, MEMBLOCK_NONE);
	idmap_begin(&dma, 40, 2, true);
	ASSERT_EQ(devmed_owner_withdraw(PFN(BIG + size), DEVMED_BLOCK_MAX_ORDER), 0);
	ASSERT_EQ(dma.invalidations, 1);
	for (addr = BIG; addr < BIG + 3 * size; addr += PAGE_SIZE)
		ASSERT_EQ(!fake_dma_look(addr, &(s8){ 0 }),
			  addr - BIG - size < size);
	ASSERT_EQ(devmed_owner_restore(PFN(BIG + size), DEVMED_BLOCK_MAX_ORDER), 0);
	idmap_check(&dma, BIG, BIG + 4 * size);
}
