// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA stage-2 with a device behind it, as tests start with them.
 */
#include "harness.h"
#include "idmap_setup.h"

#define MAX_HOARD	1024

static void *hoard[MAX_HOARD];
static unsigned int nr_hoarded;

void idmap_pool(unsigned int pages)
{
	ASSERT_EQ(devmed_pool_init(FAKE_MEM_BASE >> PAGE_SHIFT, pages), 0);
}

void idmap_begin(struct fake_dma *dma, u8 oas, u8 bbml, bool coherent)
{
	fake_dma_init(dma, oas, bbml, coherent);
	ASSERT_EQ(devmed_idmap_join(&dma->user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	devmed_finalize();
}

void idmap_check(const struct fake_dma *dma, u64 start, u64 end)
{
	s8 level;

	for (; start < end; start += PAGE_SIZE) {
		unsigned int seen = fake_dma_look(start, &level);

		if (seen != fake_dma_right(start))
			test_fail(__FILE__, __LINE__, "page", start, seen);
		if (!seen && dma && fake_dma_knows(dma, start))
			test_fail(__FILE__, __LINE__, "still cached", start, 0);
	}
}

void idmap_check_tables(void)
{
	ASSERT_EQ(fake_dma_tables(), devmed_idmap_counter(DEVMED_DMA_TABLES));
}

s8 idmap_level(u64 ipa)
{
	s8 level;

	ASSERT(fake_dma_look(ipa, &level));
	return level;
}

void idmap_drain(unsigned int left)
{
	while (devmed_pool_counter(DEVMED_POOL_FREE) > left) {
		ASSERT(nr_hoarded < MAX_HOARD);
		hoard[nr_hoarded++] = devmed_pool_alloc(0);
	}
}

void idmap_fill_one(void)
{
	ASSERT(nr_hoarded);
	devmed_pool_free(hoard[--nr_hoarded], 0);
}

void idmap_fill(void)
{
	while (nr_hoarded)
		idmap_fill_one();
}
