// SPDX-License-Identifier: GPL-2.0-only
/*
 * pool.c, on the kernel's own page_alloc.c: pages are EL2's alone and zero
 * (M14, M09).
 */
#include "fake.h"
#include "harness.h"

#define PFN	(FAKE_MEM_BASE >> PAGE_SHIFT)
#define PAGES	64

static void dirty(u64 pfn, u64 pages)
{
	memset(fake_host_va(pfn << PAGE_SHIFT), 0xa5, pages * PAGE_SIZE);
}

static void check_zero(const void *addr, u64 size)
{
	const u64 *words = addr;
	u64 i;

	for (i = 0; i < size / 8; i++)
		ASSERT_EQ(words[i], 0);
}

static void check_owned(void *addr)
{
	struct hyp_page *page = hyp_virt_to_page(addr);

	ASSERT_EQ(get_host_state(page), PKVM_NOPAGE);
	ASSERT_EQ(get_hyp_state(page), PKVM_PAGE_OWNED);
	ASSERT_EQ(fake_s2(__hyp_pa(addr)), FAKE_S2_HYP);
}

static u64 nr_free(void)
{
	return devmed_pool_counter(DEVMED_POOL_FREE);
}

TEST(pool_none)
{
	ASSERT(!devmed_pool_alloc(0));
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FAILED), 1);
	ASSERT_EQ(devmed_pool_topup(PFN, 0), -ENODEV);
	ASSERT_EQ(nr_free(), 0);
	ASSERT_EQ(get_host_state(hyp_phys_to_page(FAKE_MEM_BASE)), PKVM_PAGE_OWNED);
}

TEST(pool_init)
{
	struct fake_snapshot *before = fake_snapshot();

	ASSERT_EQ(devmed_pool_init(0x8080, 1), -EPERM);
	ASSERT_EQ(devmed_pool_init(FAKE_NOMAP_BASE >> PAGE_SHIFT, 1), -EPERM);
	ASSERT_EQ(devmed_pool_init(1ULL << 36, 1), -EINVAL);
	ASSERT_EQ(devmed_pool_init(PFN, 1ULL << 52), -EINVAL);
	ASSERT(devmed_pool_init(PFN, FAKE_MEM_SIZE / PAGE_SIZE + 1) < 0);
	ASSERT_EQ(__pkvm_host_share_hyp(PFN + 3), 0);
	ASSERT_EQ(devmed_pool_init(PFN, 8), -EPERM);
	ASSERT_EQ(__pkvm_host_unshare_hyp(PFN + 3), 0);
	devmed_finalize();
	ASSERT_EQ(devmed_pool_init(PFN, 8), -EPERM);
	devmed_trust_ended = false;
	ASSERT(fake_unchanged(before));

	ASSERT_EQ(devmed_pool_init(PFN, 8), 0);
	ASSERT_EQ(nr_free(), 8);
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_LOW), 8);
}

/* More pages than there are in one piece. */
TEST(pool_init_again)
{
	unsigned int i;
	void *page;

	dirty(PFN, 64);
	ASSERT_EQ(devmed_pool_init(PFN, 4), 0);
	ASSERT_EQ(devmed_pool_init(PFN + 32, 8), 0);
	ASSERT_EQ(nr_free(), 12);
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_LOW), 12);
	/* Whose they are is checked as the first time. */
	ASSERT_EQ(devmed_pool_init(PFN + 32, 8), -EPERM);
	ASSERT_EQ(devmed_pool_init(PFN + 3, 8), -EPERM);
	ASSERT_EQ(nr_free(), 12);
	for (i = 0; i < 12; i++) {
		page = devmed_pool_alloc(0);
		ASSERT(page);
		check_zero(page, PAGE_SIZE);
		check_owned(page);
	}
	ASSERT(!devmed_pool_alloc(0));
	devmed_finalize();
	ASSERT_EQ(devmed_pool_init(PFN + 48, 1), -EPERM);
}

TEST(pool_pages)
{
	void *pages[PAGES];
	unsigned int i;

	dirty(PFN, PAGES);
	ASSERT_EQ(devmed_pool_init(PFN, PAGES), 0);
	for (i = 0; i < PAGES; i++) {
		pages[i] = devmed_pool_alloc(0);
		ASSERT(pages[i]);
		check_zero(pages[i], PAGE_SIZE);
		check_owned(pages[i]);
		memset(pages[i], i + 1, PAGE_SIZE);
	}
	ASSERT(!devmed_pool_alloc(0));
	ASSERT_EQ(nr_free(), 0);
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_LOW), 0);
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FAILED), 1);
	for (i = 0; i < PAGES; i++)
		ASSERT_EQ(*(u8 *)pages[i], i + 1);
	for (i = 0; i < PAGES; i++)
		devmed_pool_free(pages[i], 0);
	ASSERT_EQ(nr_free(), PAGES);
	check_zero(devmed_pool_alloc(6), PAGES * PAGE_SIZE);
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_LOW), 0);
}

TEST(pool_orders)
{
	unsigned int order;

	ASSERT_EQ(devmed_pool_init(PFN, PAGES), 0);
	for (order = 0; order < 256; order++) {
		void *addr = devmed_pool_alloc(order);

		ASSERT_EQ(!!addr, order <= 6);
		if (!addr)
			continue;
		ASSERT_EQ(__hyp_pa(addr) & ((PAGE_SIZE << order) - 1), 0);
		ASSERT_EQ(nr_free(), PAGES - (1ULL << order));
		devmed_pool_free(addr, order);
		ASSERT_EQ(nr_free(), PAGES);
	}
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FAILED), 256 - 7);
}

TEST(pool_topup)
{
	void *page;

	ASSERT_EQ(devmed_pool_init(PFN, 1), 0);
	page = devmed_pool_alloc(0);
	devmed_finalize();
	dirty(PFN + 100, 1);
	/* What its order field says is of the host's making. */
	hyp_phys_to_page((PFN + 100) << PAGE_SHIFT)->order = 9;
	ASSERT_EQ(devmed_pool_topup(PFN + 100, 0), 0);
	ASSERT_EQ(nr_free(), 1);
	ASSERT_EQ(devmed_pool_topup(PFN + 100, 0), -EPERM);
	ASSERT_EQ(devmed_pool_topup(PFN, 0), -EPERM);
	ASSERT_EQ(devmed_pool_topup(0x8080, 0), -EPERM);
	ASSERT_EQ(devmed_pool_topup(1ULL << 52, 0), -EINVAL);
	ASSERT_EQ(devmed_pool_topup(U64_MAX, 0), -EINVAL);
	ASSERT_EQ(devmed_pin((PFN + 5) << PAGE_SHIFT, PAGE_SIZE), 0);
	ASSERT_EQ(devmed_pool_topup(PFN + 5, 0), -EPERM);
	ASSERT_EQ(nr_free(), 1);

	devmed_pool_free(page, 0);
	page = devmed_pool_alloc(0);
	check_zero(page, PAGE_SIZE);
	check_owned(page);
	page = devmed_pool_alloc(0);
	check_zero(page, PAGE_SIZE);
	check_owned(page);
	ASSERT(!devmed_pool_alloc(0));
}

/* Blocks beyond the first range, whole and in parts. */
TEST(pool_topup_blocks)
{
	void *addr;

	ASSERT_EQ(devmed_pool_init(PFN, 1), 0);
	devmed_finalize();
	dirty(PFN + 64, 8);
	ASSERT_EQ(devmed_pool_topup(PFN + 65, 1), -EINVAL);
	ASSERT_EQ(devmed_pool_topup(PFN + 64, NR_PAGE_ORDERS), -EINVAL);
	ASSERT_EQ(devmed_pool_topup(PFN + 64, U64_MAX), -EINVAL);
	ASSERT_EQ(__pkvm_host_share_hyp(PFN + 71), 0);
	ASSERT_EQ(devmed_pool_topup(PFN + 64, 3), -EPERM);
	ASSERT_EQ(__pkvm_host_unshare_hyp(PFN + 71), 0);
	ASSERT_EQ(nr_free(), 1);

	ASSERT_EQ(devmed_pool_topup(PFN + 64, 3), 0);
	ASSERT_EQ(nr_free(), 9);
	ASSERT_EQ(devmed_pool_topup(PFN + 64, 3), -EPERM);
	addr = devmed_pool_alloc(3);
	ASSERT_EQ(__hyp_pa(addr), (PFN + 64) << PAGE_SHIFT);
	check_zero(addr, 8 * PAGE_SIZE);
	check_owned(addr + 7 * PAGE_SIZE);
	ASSERT_EQ(nr_free(), 1);
	memset(addr, 1, 8 * PAGE_SIZE);
	devmed_pool_free(addr, 3);

	addr = devmed_pool_alloc(0);
	ASSERT_EQ(__hyp_pa(addr), (PFN + 64) << PAGE_SHIFT);
	check_zero(addr, PAGE_SIZE);
	ASSERT(!devmed_pool_alloc(3));
	addr = devmed_pool_alloc(2);
	ASSERT_EQ(__hyp_pa(addr), (PFN + 68) << PAGE_SHIFT);
	check_zero(addr, 4 * PAGE_SIZE);
	addr = devmed_pool_alloc(1);
	ASSERT_EQ(__hyp_pa(addr), (PFN + 66) << PAGE_SHIFT);
	check_zero(addr, 2 * PAGE_SIZE);
	ASSERT_EQ(nr_free(), 2);

	/* They are in a list meanwhile. */
	ASSERT_EQ(devmed_pool_topup(PFN + 72, 1), 0);
	ASSERT_EQ(devmed_pool_topup(PFN + 74, 1), 0);
	check_zero(devmed_pool_alloc(1), 2 * PAGE_SIZE);
	check_zero(devmed_pool_alloc(1), 2 * PAGE_SIZE);
	ASSERT_EQ(nr_free(), 2);
}

TEST(pool_blocks)
{
	ASSERT_EQ(devmed_pool_blocks(0, 1), 0);
	ASSERT_EQ(devmed_pool_init(PFN, 6), 0);
	ASSERT_EQ(devmed_pool_blocks(0, 5), 5);
	ASSERT_EQ(devmed_pool_blocks(0, DEVMED_POOL_MOST), 6);
	ASSERT_EQ(devmed_pool_blocks(1, DEVMED_POOL_MOST), 3);
	ASSERT_EQ(devmed_pool_blocks(2, DEVMED_POOL_MOST), 1);
	ASSERT_EQ(devmed_pool_blocks(3, DEVMED_POOL_MOST), 0);
	ASSERT_EQ(devmed_pool_topup(PFN + 64, 2), 0);
	ASSERT_EQ(devmed_pool_topup(PFN + 72, 0), 0);
	ASSERT_EQ(devmed_pool_blocks(0, DEVMED_POOL_MOST), 11);
	ASSERT_EQ(devmed_pool_blocks(1, DEVMED_POOL_MOST), 5);
	ASSERT_EQ(devmed_pool_blocks(2, DEVMED_POOL_MOST), 2);
	ASSERT_EQ(devmed_pool_blocks(0, 0), 0);
	ASSERT_EQ(devmed_pool_blocks(NR_PAGE_ORDERS, 1), -EINVAL);
	ASSERT_EQ(devmed_pool_blocks(U64_MAX, 1), -EINVAL);
	ASSERT_EQ(devmed_pool_blocks(0, DEVMED_POOL_MOST + 1), -EINVAL);
}

/* Random traffic: nothing handed out twice, every count right. */
TEST(pool_random)
{
	struct { u8 *addr; u8 order; } held[PAGES] = {};
	u64 used = 0, low = PAGES;
	unsigned int i;

	/* Half of them beyond the first range. */
	ASSERT_EQ(devmed_pool_init(PFN, PAGES / 2), 0);
	ASSERT_EQ(devmed_pool_init(PFN + PAGES, PAGES / 2), 0);
	for (i = 0; i < 5000; i++) {
		unsigned int slot = test_random_below(PAGES);
		u64 size = PAGE_SIZE << held[slot].order;

		if (held[slot].addr) {
			ASSERT_EQ(held[slot].addr[0], slot);
			ASSERT_EQ(held[slot].addr[size - 1], slot);
			devmed_pool_free(held[slot].addr, held[slot].order);
			used -= 1 << held[slot].order;
			held[slot].addr = NULL;
		} else {
			held[slot].order = test_random_below(4);
			held[slot].addr = devmed_pool_alloc(held[slot].order);
			if (held[slot].addr) {
				size = PAGE_SIZE << held[slot].order;
				check_zero(held[slot].addr, size);
				memset(held[slot].addr, slot, size);
				used += 1 << held[slot].order;
			}
		}
		low = min(low, PAGES - used);
		ASSERT_EQ(nr_free(), PAGES - used);
		ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_LOW), low);
	}
}
