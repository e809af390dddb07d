// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks the DMA stage-2 as DDI 0487 and IHI 0070 have it, on its own account:
 * nothing here comes from the code under test but the format of a stream table
 * entry.
 */
#include "fake_dma.h"
#include "harness.h"

#define BITS		(PAGE_SHIFT - 3)
#define NT		(1ULL << 16)

/* Memory past the caches, of which a device that does not snoop knows only this. */
static u8 *dram;
static struct fake_dma *watcher;
static const u64 *watched;
static unsigned int nr_watched;
static u64 moving_start;
static u64 moving_end;

static u64 span(s8 level)
{
	return 1ULL << (PAGE_SHIFT + (3 - level) * BITS);
}

static s8 first_level(const struct devmed_idmap_fmt *fmt)
{
	return (fmt->tg == 0 ? 2 : 3) - fmt->sl0;
}

/* Hardware may only walk what EL2 holds and has not put back into its pool. */
static void check_table(u64 phys)
{
	struct hyp_page *page = hyp_phys_to_page(phys);

	ASSERT_EQ(get_host_state(page), PKVM_NOPAGE);
	ASSERT_EQ(get_hyp_state(page), PKVM_PAGE_OWNED);
	ASSERT(page->refcount);
}

static u64 fetch(const struct devmed_idmap_fmt *fmt, u64 table, u64 index)
{
	u64 phys = table + index * 8;
	u64 desc;

	check_table(table);
	if (fmt->irgn)
		return *(volatile u64 *)fake_host_va(phys);
	memcpy(&desc, dram + phys - FAKE_MEM_BASE, 8);

	return desc;
}

static bool points_down(u64 desc, s8 level)
{
	return (desc & 3) == 3 && level < 3;
}

/* Every field of a leaf, or the test ends. */
static unsigned int decode(u64 desc, u64 ipa, s8 level)
{
	unsigned int type = desc >> 2 & 0xf;
	unsigned int answer = 0;

	/* An invalid entry for a page may hold notes of EL2's in all other bits. */
	if (!(desc & 1)) {
		ASSERT(!desc || level == 3);
		return 0;
	}
	ASSERT_EQ(desc >> 1 & 1, level == 3);
	ASSERT(level >= (PAGE_SHIFT == 12 ? 1 : 2));
	ASSERT(desc & 1 << 10);
	/* Identity, and no bit that has not been looked at. */
	ASSERT_EQ(desc & GENMASK_ULL(47, PAGE_SHIFT) & (level < 3 ? ~NT : ~0ULL),
		  ALIGN_DOWN(ipa, span(level)));
	ASSERT(!(desc & ~(GENMASK_ULL(47, PAGE_SHIFT) | 0x7ff | 1ULL << 54)));

	if (type == 1)
		answer |= FAKE_DMA_DEVICE;
	else
		ASSERT(type == 0xf && (desc >> 8 & 3) == 3);
	if (desc & 1 << 6)
		answer |= FAKE_DMA_READ;
	if (desc & 1 << 7)
		answer |= FAKE_DMA_WRITE;
	if (!(desc & 1ULL << 54))
		answer |= FAKE_DMA_EXEC;

	return answer;
}

static void remember(struct fake_tlb *cache, u64 ipa, s8 level, u64 desc)
{
	struct fake_tlb new = {
		ALIGN_DOWN(ipa, span(level)), span(level), desc, level
	};
	struct fake_tlb *free = &cache[test_random_below(FAKE_TLB_ENTRIES)];
	unsigned int i;

	for (i = 0; i < FAKE_TLB_ENTRIES; i++) {
		if (cache[i].ipa == new.ipa && cache[i].size == new.size) {
			cache[i] = new;
			return;
		}
		if (!cache[i].size)
			free = &cache[i];
	}
	*free = new;
}

/* From @table of @level on; what is passed is added to the caches of @dma. */
static unsigned int walk(struct fake_dma *dma, u64 ipa, u64 table, s8 *level)
{
	const struct devmed_idmap_fmt *fmt = devmed_idmap_format();
	u64 mask = (1ULL << BITS) - 1;
	u64 desc;

	for (;;) {
		u64 index = ipa / span(*level);

		if (*level != first_level(fmt))
			index &= mask;
		desc = fetch(fmt, table, index);
		if (!points_down(desc, *level))
			break;
		/* No attributes for what is below: they would be ignored here. */
		ASSERT(!(desc & ~(GENMASK_ULL(47, PAGE_SHIFT) | 3)));
		if (dma)
			remember(dma->walks, ipa, *level, desc);
		table = desc & GENMASK_ULL(47, PAGE_SHIFT);
		++*level;
	}
	if (dma && (desc & 1) && !(dma->user.bbml == 1 && *level < 3 && (desc & NT)))
		remember(dma->tlb, ipa, *level, desc);

	return decode(desc, ipa, *level);
}

static bool in_range(const struct devmed_idmap_fmt *fmt, u64 ipa)
{
	return ipa < 1ULL << (64 - fmt->t0sz);
}

unsigned int fake_dma_look(u64 ipa, s8 *level)
{
	const struct devmed_idmap_fmt *fmt = devmed_idmap_format();

	*level = first_level(fmt);
	return in_range(fmt, ipa) ? walk(NULL, ipa, fmt->root, level) : 0;
}

/* A random one of those that match; a level 0 or 1 part has no answer to two. */
static const struct fake_tlb *hit(const struct fake_tlb *cache, u64 ipa, bool one)
{
	const struct fake_tlb *found = NULL;
	unsigned int count = 0;
	unsigned int i;

	for (i = 0; i < FAKE_TLB_ENTRIES; i++) {
		if (ipa - cache[i].ipa >= cache[i].size)
			continue;
		if (!test_random_below(++count))
			found = &cache[i];
	}
	if (one && count > 1)
		test_fail(__FILE__, __LINE__, "F_TLB_CONFLICT", ipa, count);

	return found;
}

unsigned int fake_dma_access(struct fake_dma *dma, u64 ipa)
{
	const struct devmed_idmap_fmt *fmt = devmed_idmap_format();
	const struct fake_tlb *entry;
	s8 level = first_level(fmt);
	u64 table = fmt->root;

	if (!in_range(fmt, ipa))
		return 0;
	/* Now and then somebody asks who has not asked before. */
	entry = hit(dma->tlb, ipa, dma->user.bbml < 2);
	if (entry && test_random_below(4))
		return decode(entry->desc, ipa, entry->level);

	entry = hit(dma->walks, ipa, false);
	if (entry && test_random_below(4)) {
		table = entry->desc & GENMASK_ULL(47, PAGE_SHIFT);
		level = entry->level + 1;
	}

	return walk(dma, ipa, table, &level);
}

bool fake_dma_knows(const struct fake_dma *dma, u64 ipa)
{
	return hit(dma->tlb, ipa, false);
}

bool fake_dma_fresh(const struct fake_dma *dma)
{
	unsigned int i;
	s8 level;

	for (i = 0; i < FAKE_TLB_ENTRIES; i++) {
		if (dma->tlb[i].size && (!fake_dma_look(dma->tlb[i].ipa, &level) ||
					 level != dma->tlb[i].level))
			return false;
	}

	return true;
}

static void forget(struct fake_tlb *cache, u64 ipa, u64 size)
{
	unsigned int i;

	for (i = 0; i < FAKE_TLB_ENTRIES; i++) {
		if (cache[i].ipa < ipa + size && ipa < cache[i].ipa + cache[i].size)
			cache[i] = (struct fake_tlb) {};
	}
}

static int invalidate(struct devmed_idmap_user *user, u64 ipa, u64 size)
{
	struct fake_dma *dma = container_of(user, struct fake_dma, user);

	hyp_assert_lock_held(&host_mmu.lock);
	ASSERT(size && PAGE_ALIGNED(ipa | size));
	dma->invalidations++;
	dma->last_ipa = ipa;
	dma->last_size = size;
	if (dma->deaf) {
		dma->deaf--;
		return -ETIMEDOUT;
	}
	if (fake_step_fails())
		return -ETIMEDOUT;
	forget(dma->tlb, ipa, size);
	forget(dma->walks, ipa, size);

	return 0;
}

static void fake_clean(void *addr, size_t size)
{
	u64 phys = __hyp_pa(addr);

	/* Through the fixmap: no table. */
	if (phys - FAKE_MEM_BASE >= FAKE_MEM_SIZE)
		return;
	memcpy(dram + phys - FAKE_MEM_BASE, fake_host_va(phys), size);
}

void fake_dma_init(struct fake_dma *dma, u8 oas, u8 bbml, bool coherent)
{
	u64 size = FAKE_NOMAP_BASE + FAKE_NOMAP_SIZE - FAKE_MEM_BASE;

	*dma = (struct fake_dma) {
		.user = {
			.invalidate = invalidate,
			.oas = oas,
			.bbml = bbml,
			.coherent = coherent,
			.pgsizes = SZ_4K | SZ_16K | SZ_64K,
		},
	};
	if (!dram) {
		dram = malloc(size);
		memset(dram, 0xff, size);
		fake_on_flush = fake_clean;
	}
}

unsigned int fake_dma_right(u64 ipa)
{
	struct devmed_region *region = devmed_search_region(ipa);
	bool memory = false;
	unsigned int i;

	if (devmed_idmap_format() && !in_range(devmed_idmap_format(), ipa))
		return 0;
	if (region)
		return ipa - region->base - SZ_64K < PAGE_SIZE &&
		       region->regs == &devmed_its_regs ?
		       FAKE_DMA_WRITE | FAKE_DMA_DEVICE : 0;
	for (i = 0; i < hyp_memblock_nr; i++) {
		u64 end = hyp_memory[i].base + hyp_memory[i].size;

		if (ipa >= PAGE_ALIGN(hyp_memory[i].base) &&
		    ipa < ALIGN_DOWN(end, PAGE_SIZE))
			memory = true;
		else if (ipa >= ALIGN_DOWN(hyp_memory[i].base, PAGE_SIZE) &&
			 ipa < PAGE_ALIGN(end))
			return 0;
	}
	if (!memory)
		return FAKE_DMA_READ | FAKE_DMA_WRITE;

	switch (fake_s2(ipa)) {
	case FAKE_S2_LAZY:
	case FAKE_S2_RW:
		return FAKE_DMA_MEMORY;
	case FAKE_S2_R:
		return FAKE_DMA_READ;
	default:
		return 0;
	}
}

static void look_on(void)
{
	unsigned int i;

	for (i = 0; i < 2 * nr_watched; i++) {
		u64 ipa = watched[i % nr_watched];
		unsigned int answer = fake_dma_access(watcher, ipa);

		if (ipa >= moving_start && ipa < moving_end)
			continue;
		if (answer != fake_dma_right(ipa))
			test_fail(__FILE__, __LINE__, "DMA to a neighbour", ipa,
				  answer);
	}
}

static void on_write(volatile void *addr, size_t size)
{
	if (devmed_idmap_format())
		look_on();
}

static void on_clean(void *addr, size_t size)
{
	fake_clean(addr, size);
	if (devmed_idmap_format())
		look_on();
}

void fake_dma_watch(struct fake_dma *dma, const u64 *pages, unsigned int count,
		    u64 start, u64 end)
{
	watcher = dma;
	watched = pages;
	nr_watched = count;
	moving_start = start;
	moving_end = end;
	fake_on_write_once = count ? on_write : NULL;
	fake_on_flush = count ? on_clean : fake_clean;
}

static unsigned int tables_below(u64 table, u64 entries, s8 level)
{
	const struct devmed_idmap_fmt *fmt = devmed_idmap_format();
	unsigned int count = DIV_ROUND_UP(entries * 8, PAGE_SIZE);
	u64 i;

	for (i = 0; i < entries; i++) {
		u64 desc = fetch(fmt, table, i);

		if (points_down(desc, level))
			count += tables_below(desc & GENMASK_ULL(47, PAGE_SHIFT),
					      1ULL << BITS, level + 1);
	}

	return count;
}

unsigned int fake_dma_tables(void)
{
	const struct devmed_idmap_fmt *fmt = devmed_idmap_format();
	s8 level = first_level(fmt);

	return tables_below(fmt->root, (1ULL << (64 - fmt->t0sz)) / span(level),
			    level);
}
