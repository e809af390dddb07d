// SPDX-License-Identifier: GPL-2.0-only
/*
 * region.c: what may be mapped and recycled, as properties over random
 * registries (M01, M03, M04). A window of pages is compared one by one.
 */
#include <nvhe/devmed_trap.h>

#include "fake.h"
#include "harness.h"

#define BASE	0x10000000ULL
#define PAGES	256
#define ROUNDS	400

static struct devmed_region *owner[PAGES];
static unsigned int nr_regions;

static void drop_regions(void)
{
	unsigned int i;

	for (i = 0; i < DEVMED_MAX_REGIONS; i++)
		devmed_unregister(i);
	nr_regions = 0;
	memset(owner, 0, sizeof(owner));
}

/* Up to 64 regions, adjacent ones among them. */
static void random_regions(void)
{
	unsigned int tries = test_random_below(90);
	unsigned int i;

	drop_regions();
	while (tries--) {
		u64 first = test_random_below(PAGES);
		u64 pages = 1 + test_random_below(6);
		int id;

		if (first + pages > PAGES)
			continue;
		id = devmed_register(DEVMED_CLASS_ITS, BASE + first * PAGE_SIZE,
				     pages * PAGE_SIZE, 0);
		if (id < 0) {
			ASSERT(id == -EEXIST || id == -ENOSPC || id == -EFAULT);
			continue;
		}
		nr_regions++;
		for (i = first; i < first + pages; i++) {
			ASSERT(!owner[i]);
			owner[i] = devmed_get_region(id);
		}
	}
}

static struct devmed_region *linear_find(u64 addr)
{
	u64 page = (addr - BASE) / PAGE_SIZE;

	return addr >= BASE && page < PAGES ? owner[page] : NULL;
}

TEST(holes_find)
{
	unsigned int round, page;

	for (round = 0; round < ROUNDS; round++) {
		random_regions();
		for (page = 0; page < PAGES; page++) {
			u64 addr = BASE + page * PAGE_SIZE;

			ASSERT(devmed_find_region(addr - 1) == linear_find(addr - 1));
			ASSERT(devmed_find_region(addr) == linear_find(addr));
			ASSERT(devmed_find_region(addr + 1) == linear_find(addr + 1));
		}
		ASSERT(!devmed_find_region(BASE + PAGES * PAGE_SIZE));
		ASSERT(!devmed_find_region(0));
		ASSERT(!devmed_find_region(U64_MAX));
	}
}

/* Each page of the hole goes to unmap once, and nothing else does. */
static void check_hole(u64 start, u64 end)
{
	u8 got[PAGES] = {};
	unsigned int i;
	u64 addr;

	fake_log_reset();
	hyp_spin_lock(&host_mmu.lock);
	ASSERT_EQ(devmed_unmap_hole(&host_mmu.pgt, start, end), 0);
	hyp_spin_unlock(&host_mmu.lock);

	for (i = 0; i < fake_count(FAKE_S2_UNMAP); i++) {
		const struct fake_event *event = fake_event(FAKE_S2_UNMAP, i);

		ASSERT(event->size && PAGE_ALIGNED(event->addr | event->size));
		ASSERT(event->addr >= start);
		ASSERT(event->addr + event->size <= end);
		for (addr = event->addr; addr < event->addr + event->size;
		     addr += PAGE_SIZE)
			got[(addr - BASE) / PAGE_SIZE]++;
	}
	for (i = 0; i < PAGES; i++) {
		addr = BASE + i * PAGE_SIZE;
		ASSERT_EQ(got[i], addr >= start && addr + PAGE_SIZE <= end &&
			  !owner[i]);
	}
}

static u64 random_edge(void)
{
	u64 addr = BASE + test_random_below(PAGES + 1) * PAGE_SIZE;

	switch (test_random_below(4)) {
	case 0:
		return addr - test_random_below(addr > BASE ? PAGE_SIZE : 1);
	case 1:
		return max(addr, BASE + 1) - 1;
	default:
		return addr;
	}
}

TEST(holes_unmap)
{
	unsigned int round, i;

	for (round = 0; round < ROUNDS; round++) {
		random_regions();
		check_hole(BASE, BASE + PAGES * PAGE_SIZE);
		check_hole(BASE, BASE);
		for (i = 0; i < 40; i++) {
			u64 a = random_edge();
			u64 b = random_edge();

			check_hole(min(a, b), max(a, b));
		}
	}
}

/* The whole recycler over odd memory maps: memory and regions keep theirs. */
static void random_memory(void)
{
	u64 addr = BASE;
	unsigned int i;

	drop_regions();
	hyp_memblock_nr = 1 + test_random_below(4);
	for (i = 0; i < hyp_memblock_nr; i++) {
		addr += test_random_below(8 * PAGE_SIZE);
		hyp_memory[i].base = addr;
		hyp_memory[i].size = 1 + test_random_below(20 * PAGE_SIZE);
		hyp_memory[i].flags = MEMBLOCK_NONE;
		addr += hyp_memory[i].size;
	}
}

/* Does any byte of the page belong to memory? */
static bool is_memory_page(u64 page)
{
	unsigned int i;

	for (i = 0; i < hyp_memblock_nr; i++) {
		if (page < hyp_memory[i].base + hyp_memory[i].size &&
		    page + PAGE_SIZE > hyp_memory[i].base)
			return true;
	}

	return false;
}

TEST(holes_recycle)
{
	unsigned int round, i;

	for (round = 0; round < ROUNDS; round++) {
		random_memory();
		random_regions();
		for (i = 0; i < PAGES; i++) {
			u64 addr = BASE + i * PAGE_SIZE;

			ASSERT(!owner[i] || !is_memory_page(addr));
			if (!owner[i])
				fake_set_s2(addr, PAGE_SIZE, is_memory_page(addr) ?
					    FAKE_S2_GUEST : FAKE_S2_RW);
		}
		hyp_spin_lock(&host_mmu.lock);
		ASSERT_EQ(fake_recycle(), 0);
		hyp_spin_unlock(&host_mmu.lock);
		for (i = 0; i < PAGES; i++) {
			u64 addr = BASE + i * PAGE_SIZE;
			enum fake_s2 want = FAKE_S2_LAZY;

			if (owner[i])
				want = FAKE_S2_HYP;
			else if (is_memory_page(addr))
				want = FAKE_S2_GUEST;
			ASSERT_EQ(fake_s2(addr), want);
		}
	}
}

TEST(holes_error)
{
	int ret;

	ASSERT_EQ(devmed_register(DEVMED_CLASS_ITS, BASE, PAGE_SIZE, 0), 0);
	fake_log_reset();
	fake_fail_at(1, 0);
	hyp_spin_lock(&host_mmu.lock);
	ret = devmed_unmap_hole(&host_mmu.pgt, BASE - SZ_1M, BASE + SZ_1M);
	hyp_spin_unlock(&host_mmu.lock);
	ASSERT_EQ(ret, -ERANGE);
	ASSERT_EQ(fake_count(FAKE_S2_UNMAP), 1);
}

TEST(holes_clamp)
{
	unsigned int round, i;

	for (round = 0; round < ROUNDS * 10; round++) {
		u64 addr = BASE + test_random_below(PAGES * PAGE_SIZE);
		u64 first = ALIGN_DOWN(addr - test_random_below(SZ_1M), PAGE_SIZE);
		u64 last = PAGE_ALIGN(addr + 1 + test_random_below(SZ_1M));
		u64 start = first;
		u64 end = last;

		if (!(round % 10))
			random_regions();
		if (linear_find(addr))
			continue;
		hyp_spin_lock(&host_mmu.lock);
		devmed_clamp_range(addr, &start, &end);
		hyp_spin_unlock(&host_mmu.lock);

		ASSERT(start <= addr && addr < end);
		ASSERT(start >= first && end <= last);
		for (i = 0; i < PAGES; i++) {
			u64 page = BASE + i * PAGE_SIZE;

			ASSERT(!owner[i] || page + PAGE_SIZE <= start || page >= end);
		}
		/* No less than could be mapped. */
		ASSERT(start == first || linear_find(start - 1));
		ASSERT(end == last || linear_find(end));
	}
}
