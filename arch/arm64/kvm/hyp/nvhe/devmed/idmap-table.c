// SPDX-License-Identifier: GPL-2.0-only
/*
 * The descriptors of the DMA stage-2: an identity map, in any granule.
 *
 * Attack surface: devices walk the table at any time, so each store is seen, in
 * any order that the barriers allow.
 *
 * Guarantees: an address that is mapped stays mapped, with the same result,
 * whatever happens to its neighbours: a block becomes a table and a table a
 * block without a break, in the way that the least able SMMU wants it. A table
 * is complete before an entry points to it, and nothing that hardware may
 * still walk is freed.
 *
 * Leaves to others: what is to be mapped (owner.c), clearing it (idmap-page.c).
 *
 * Why not kvm_pgtable_stage2_*(): each entry that they change costs CPU TLB
 * maintenance, which no CPU needs for this table, and they break a block before
 * they make the table, so that the DMA of its neighbours would fault meanwhile.
 */
#include <linux/kvm_host.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>
#include <asm/kvm_pgtable.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_desc.h>
#include <nvhe/devmed_idmap.h>
#include <nvhe/mem_protect.h>

/*
 * Pages are merged into a block of MERGE_LEVEL. A search that has done MERGE_WORK,
 * in about an instruction, begins no other step. The other three are the work of a
 * step, of a look at an entry and of a page that might be merged.
 */
#define MERGE_LEVEL		(KVM_PGTABLE_LAST_LEVEL - 1)
#define MERGE_WORK		8000
#define MERGE_WORK_STEP		100
#define MERGE_WORK_LEAF		8
#define MERGE_WORK_ENTRY	12

/* Entries up to the end of the table that the one for @addr is in. */
static u64 entries_left(struct devmed_idmap_table *table, u64 addr, s8 level)
{
	u64 nr = level == table->start_level ?
		 1ULL << (table->ia_bits - kvm_granule_shift(level)) : ENTRIES;

	return nr - ((addr >> kvm_granule_shift(level)) & (nr - 1));
}

/* The entry for @addr in the table of this level. */
static u64 *entry_of(struct devmed_idmap_table *table, u64 *entries, u64 addr,
		     s8 level)
{
	u64 index = addr >> kvm_granule_shift(level);

	if (level != table->start_level)
		index &= ENTRIES - 1;

	return &entries[index];
}

/* The entry for @addr at @level, or the last one on the way there. */
static u64 *find(struct devmed_idmap_table *table, u64 addr, s8 *level)
{
	s8 wanted = *level;
	u64 *ptep;

	*level = table->start_level;
	ptep = entry_of(table, table->root, addr, *level);
	while (*level < wanted && is_table(*ptep, *level)) {
		u64 *entries = table_of(*ptep);

		ptep = entry_of(table, entries, addr, ++*level);
	}

	return ptep;
}

static bool merge_any(struct devmed_idmap_table *table);

/* A table without entries, as hardware sees it too. */
static u64 *alloc_table(struct devmed_idmap_table *table)
{
	u64 *entries = devmed_pool_alloc(0);

	if (!entries && merge_any(table))
		entries = devmed_pool_alloc(0);
	if (!entries && table->urgent && table->nr_spare)
		entries = table->spare[--table->nr_spare];
	if (!entries)
		return NULL;
	table->nr_pages++;

	return entries;
}

static void free_table(struct devmed_idmap_table *table, u64 *entries)
{
	devmed_pool_free(entries, 0);
	table->nr_pages--;
}

/* The contents first: hardware may follow the pointer at once. */
static void link_table(struct devmed_idmap_table *table, u64 *ptep, u64 *entries)
{
	clean(table, entries, ENTRIES);
	dma_wmb();
	set(table, ptep, __hyp_pa(entries) | DESC_VALID | DESC_TABLE);
}

/* The entry for @addr at @level, with the tables above; NULL if there is none. */
static u64 *make(struct devmed_idmap_table *table, u64 addr, s8 level)
{
	for (;;) {
		s8 found = level;
		u64 *ptep = find(table, addr, &found);
		u64 *entries;

		if (found == level)
			return ptep;
		if (*ptep & DESC_VALID)
			return NULL;
		entries = alloc_table(table);
		if (!entries)
			return NULL;
		link_table(table, ptep, entries);
	}
}

/**
 * devmed_table_init - make a table that maps nothing
 * @table: its ia_bits, bbml, coherent and invalidate are set, the rest zero
 *
 * The first level has up to 16 concatenated pages in place of a level above it
 * (DDI 0487, D8.2).
 *
 * Context: Takes the pool lock.
 * Return: 0 or -ENOMEM.
 */
int devmed_table_init(struct devmed_idmap_table *table)
{
	int levels = DIV_ROUND_UP(table->ia_bits - 4 - PAGE_SHIFT,
				  PAGE_SHIFT - 3);
	u64 entries;

	table->start_level = KVM_PGTABLE_LAST_LEVEL + 1 - max(levels, 2);
	entries = 1ULL << (table->ia_bits - kvm_granule_shift(table->start_level));
	table->root_order = get_order(entries * sizeof(u64));
	table->root = devmed_pool_alloc(table->root_order);
	if (!table->root)
		return -ENOMEM;

	table->nr_pages = BIT(table->root_order);
	clean(table, table->root, table->nr_pages * ENTRIES);

	return 0;
}

static void free_below(struct devmed_idmap_table *table, const u64 *entries,
		       u64 count, s8 level)
{
	u64 i;

	for (i = 0; i < count; i++) {
		if (!is_table(entries[i], level))
			continue;
		free_below(table, table_of(entries[i]), ENTRIES, level + 1);
		free_table(table, table_of(entries[i]));
	}
}

/**
 * devmed_table_free - take a table down that no device has seen
 * @table: from devmed_table_init()
 *
 * Context: Takes the pool lock.
 */
void devmed_table_free(struct devmed_idmap_table *table)
{
	free_below(table, table->root, entries_left(table, 0, table->start_level),
		   table->start_level);
	devmed_pool_free(table->root, table->root_order);
	table->root = NULL;
	table->nr_pages = 0;
}

/* The largest leaf that begins at @addr and ends at or before @end. */
static s8 leaf_level(struct devmed_idmap_table *table, u64 addr, u64 end,
		     enum kvm_pgtable_prot prot)
{
	s8 level = max_t(s8, table->start_level, KVM_PGTABLE_MIN_BLOCK_LEVEL);

	/* Memory may have to be split later, which takes BBML 1. */
	if (!table->bbml && !(prot & DEVMED_PROT_HOLE))
		return KVM_PGTABLE_LAST_LEVEL;

	while (level < KVM_PGTABLE_LAST_LEVEL &&
	       (!IS_ALIGNED(addr, kvm_granule_size(level)) ||
		end - addr < kvm_granule_size(level)))
		level++;

	return level;
}

/**
 * devmed_table_build - map a range in a table that no device has seen
 * @table: from devmed_table_init()
 * @start: first byte, page aligned
 * @end: exclusive, page aligned, at most 2^ia_bits
 * @prot: KVM_PGTABLE_PROT_{R,W,X,DEVICE}, DEVMED_PROT_HOLE
 *
 * Nothing of the range is mapped yet.
 *
 * Context: host_mmu.lock held. Takes the pool lock.
 * Return: 0 or -ENOMEM.
 */
int devmed_table_build(struct devmed_idmap_table *table, u64 start, u64 end,
		       enum kvm_pgtable_prot prot)
{
	while (start < end) {
		s8 level = leaf_level(table, start, end, prot);
		u64 size = kvm_granule_size(level);
		u64 desc = leaf_desc(start, level, prot);
		u64 *ptep = make(table, start, level);
		u64 i, count;

		if (!ptep)
			return -ENOMEM;

		count = min((end - start) / size,
			    entries_left(table, start, level));
		for (i = 0; i < count; i++)
			ptep[i] = desc + i * size;
		clean(table, ptep, count);
		start += count * size;
	}

	return 0;
}

/*
 * Put an entry in the place of another that gives the same translations by
 * other sizes, without a break (IHI 0070, 3.21.1). @block is the one of the two
 * that is a block. Whoever calls invalidates the block's range afterwards.
 */
static int replace(struct devmed_idmap_table *table, u64 *ptep, u64 desc,
		   u64 block, s8 level)
{
	u64 old = *ptep;
	int ret = 0;

	/* While nT is set the block is in no TLB that could meet its pages. */
	if (table->bbml == 1) {
		set(table, ptep, block | DESC_NT);
		ret = table->invalidate(block & DESC_ADDR,
					kvm_granule_size(level));
	}
	set(table, ptep, ret ? old : desc);

	return ret;
}

/* One block into a table of the next level that translates the same. */
static int split(struct devmed_idmap_table *table, u64 *ptep, s8 level)
{
	u64 size = kvm_granule_size(level + 1);
	u64 block = *ptep;
	u64 desc = level + 1 == KVM_PGTABLE_LAST_LEVEL ? block | DESC_TABLE : block;
	u64 *entries = alloc_table(table);
	unsigned int i;
	int ret;

	if (!entries)
		return -ENOMEM;

	for (i = 0; i < ENTRIES; i++)
		entries[i] = desc + i * size;
	clean(table, entries, ENTRIES);
	dma_wmb();
	ret = replace(table, ptep, __hyp_pa(entries) | DESC_VALID | DESC_TABLE,
		      block, level);
	/* Nothing has pointed to it. */
	if (ret)
		free_table(table, entries);

	return ret;
}

/**
 * devmed_table_split - have a page of memory mapped by an entry of its own
 * @table: a built table
 * @addr: the page
 * @stale_start: lowered to the start of what may be cached by a larger size
 * @stale_end: raised to its end
 *
 * Both bounds also move if there is an error. The caller invalidates what is
 * between them.
 *
 * Context: host_mmu.lock held. Takes the pool lock.
 * Return: 0, also if the page is not mapped; -ENOMEM, or what a device answers:
 * every address translates as before.
 */
int devmed_table_split(struct devmed_idmap_table *table, u64 addr,
		       u64 *stale_start, u64 *stale_end)
{
	for (;;) {
		s8 level = KVM_PGTABLE_LAST_LEVEL;
		u64 *ptep = find(table, addr, &level);
		u64 start = ALIGN_DOWN(addr, kvm_granule_size(level));
		int ret;

		if (level == KVM_PGTABLE_LAST_LEVEL || !(*ptep & DESC_VALID))
			return 0;

		ret = split(table, ptep, level);
		if (ret)
			return ret;
		*stale_start = min(*stale_start, start);
		*stale_end = max(*stale_end, start + kvm_granule_size(level));
	}
}

/**
 * devmed_table_page - the entry for a page
 * @table: a built table
 * @addr: the page
 * @desc: what the entry is to map memory of the host's
 *
 * Return: NULL if a larger size maps the page, or there is no table for it.
 */
u64 *devmed_table_page(struct devmed_idmap_table *table, u64 addr, u64 *desc)
{
	s8 level = KVM_PGTABLE_LAST_LEVEL;
	u64 *ptep = find(table, addr, &level);

	*desc = leaf_desc(addr, KVM_PGTABLE_LAST_LEVEL, PKVM_HOST_MEM_PROT);
	return level == KVM_PGTABLE_LAST_LEVEL ? ptep : NULL;
}

/**
 * devmed_table_set - map a page
 * @table: a built table
 * @addr: the page
 * @prot: KVM_PGTABLE_PROT_{R,W,X}
 *
 * What is mapped already stays as it is. What was not is in no TLB: there is
 * nothing to invalidate (IHI 0070, 3.17).
 *
 * Context: host_mmu.lock held. Takes the pool lock.
 * Return: 0; -ENOMEM, never for what idmap-page.c has unmapped.
 */
int devmed_table_set(struct devmed_idmap_table *table, u64 addr,
		     enum kvm_pgtable_prot prot)
{
	s8 level = KVM_PGTABLE_LAST_LEVEL;
	u64 *ptep = find(table, addr, &level);

	if (*ptep & DESC_VALID)
		return 0;

	ptep = make(table, addr, KVM_PGTABLE_LAST_LEVEL);
	if (!ptep)
		return -ENOMEM;
	set(table, ptep, leaf_desc(addr, KVM_PGTABLE_LAST_LEVEL, prot));

	return 0;
}

/*
 * How many entries, from the first on, would a block translate the same? Not those
 * of pages that a guest shares: taking one back must not depend on memory for a
 * table.
 */
static unsigned int count_mergeable(const u64 *entries, u64 addr)
{
	u64 desc = leaf_desc(addr, KVM_PGTABLE_LAST_LEVEL, PKVM_HOST_MEM_PROT);
	unsigned int i;

	for (i = 0; i < ENTRIES; i++) {
		u64 offset = i * PAGE_SIZE;

		if (entries[i] != desc + offset ||
		    get_host_state(hyp_phys_to_page(addr + offset)) ==
		    PKVM_PAGE_SHARED_BORROWED)
			break;
	}

	return i;
}

/* Make a block of a table again, and free the table when no walk can be in it. */
static bool merge(struct devmed_idmap_table *table, u64 *ptep, u64 addr)
{
	u64 block = leaf_desc(addr, MERGE_LEVEL, PKVM_HOST_MEM_PROT);
	u64 old = *ptep;

	if (replace(table, ptep, block, block, MERGE_LEVEL))
		return false;
	if (table->invalidate(addr, kvm_granule_size(MERGE_LEVEL))) {
		set(table, ptep, old);
		return false;
	}
	free_table(table, table_of(old));

	return true;
}

/* Where the search goes on: in memory only, and round. */
static u64 next_cursor(u64 addr, u64 size)
{
	const struct memblock_region *last = &hyp_memory[hyp_memblock_nr - 1];

	addr = ALIGN_DOWN(addr, size) + size;
	return addr < last->base + last->size ? addr : hyp_memory[0].base;
}

/*
 * How many entries, from this one on, are no tables? At most all but the last of
 * @left.
 */
static u64 count_leaves(const u64 *ptep, u64 left, unsigned int *work)
{
	u64 i;

	for (i = 0; i + 1 < left && *work < MERGE_WORK; i++) {
		if (is_table(ptep[i], MERGE_LEVEL))
			break;
		*work += MERGE_WORK_LEAF;
	}

	return i;
}

/*
 * Find a table that can be a block again. It is only looked for when there is
 * no page left: a guest that comes and goes would split what was just merged.
 * The search is bounded, the next one goes on where this one ended.
 */
static bool merge_any(struct devmed_idmap_table *table)
{
	u64 first = max(table->cursor, hyp_memory[0].base);
	unsigned int work = 0;

	/* Not while the table is being built, nor if it never has blocks. */
	if (!table->invalidate || !table->bbml)
		return false;

	table->cursor = first;
	do {
		u64 addr = ALIGN_DOWN(table->cursor, kvm_granule_size(MERGE_LEVEL));
		s8 level = MERGE_LEVEL;
		unsigned int same;
		u64 *ptep, leaves;

		work += MERGE_WORK_STEP;
		if (addr >= BIT_ULL(table->ia_bits))
			addr = 0;
		ptep = find(table, addr, &level);
		if (level == MERGE_LEVEL) {
			leaves = count_leaves(ptep, entries_left(table, addr, level),
					      &work);
			addr += leaves * kvm_granule_size(level);
			ptep += leaves;
		}
		table->cursor = next_cursor(addr, kvm_granule_size(level));
		if (level != MERGE_LEVEL || !is_table(*ptep, level))
			continue;
		same = count_mergeable(table_of(*ptep), addr);
		if (same == ENTRIES)
			return merge(table, ptep, addr);
		work += same * MERGE_WORK_ENTRY;
	} while (work < MERGE_WORK && table->cursor != first);

	return false;
}
