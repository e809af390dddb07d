// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that leave the DMA stage-2: cleared, invalidated, or as they were.
 *
 * Attack surface: the host takes any of its pages away from its own devices, by
 * blocks or one by one, gives them to guests and to EL2, and has them back, in
 * any order, on all CPUs; SMMUs do not answer.
 *
 * Guarantees: an entry that is not valid is in no TLB. Whoever clears one has it
 * invalidated, or puts it back, before host_mmu.lock is dropped; and what was
 * never mapped is not cached (IHI 0070, 3.17). So a page whose entry is clear
 * already needs no device to forget anything. A change that fails puts back its
 * own pages, and no others.
 *
 * Leaves to others: whose a page is (mem_protect.c), how an entry is found and a
 * block split (idmap-table.c), commands to an SMMU (the backend).
 */
#include <linux/kvm_host.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>
#include <asm/kvm_pgtable.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_desc.h>
#include <nvhe/devmed_idmap.h>
#include <nvhe/mem_protect.h>

/**
 * struct page_change - pages that are cleared together
 * @start: of them, in bytes
 * @end: exclusive
 * @stale_start: where begins what an SMMU may have cached and has to forget
 * @stale_end: exclusive; not above @stale_start if there is nothing to forget
 * @mark: what the entries hold that this change has cleared. Hardware ignores
 *	all but bit 0 of an entry that is not valid (DDI 0487, D8.3)
 */
struct page_change {
	u64 start;
	u64 end;
	u64 stale_start;
	u64 stale_end;
	u64 mark;
};

static struct page_change begin_change(struct devmed_idmap_table *table, u64 start,
				       u64 end)
{
	hyp_assert_lock_held(&host_mmu.lock);
	table->mark += 2;

	return (struct page_change) {
		.start = start,
		.end = end,
		.stale_start = U64_MAX,
		.mark = table->mark,
	};
}

static void add_stale(struct page_change *change, u64 start, u64 end)
{
	change->stale_start = min(change->stale_start, start);
	change->stale_end = max(change->stale_end, end);
}

static int split_for(struct devmed_idmap_table *table, struct page_change *change,
		     u64 addr)
{
	return devmed_table_split(table, addr, &change->stale_start,
				  &change->stale_end);
}

/* The entry stays, so that mapping the page again takes no memory. */
static int clear_page_entry(struct devmed_idmap_table *table,
			    struct page_change *change, u64 addr)
{
	u64 desc;
	u64 *ptep = devmed_table_page(table, addr, &desc);

	if (!ptep) {
		int ret = split_for(table, change, addr);

		if (ret)
			return ret;
		ptep = devmed_table_page(table, addr, &desc);
	}
	if (!ptep || !kvm_pte_valid(*ptep))
		return 0;

	WRITE_ONCE(*ptep, change->mark);
	clean(table, ptep, 1);
	add_stale(change, addr, addr + PAGE_SIZE);

	return 0;
}

/* Back to what it was; only what the host owned has been cleared. */
static void undo_change(struct devmed_idmap_table *table,
			const struct page_change *change)
{
	u64 addr;

	for (addr = change->start; addr < change->end; addr += PAGE_SIZE) {
		u64 desc;
		u64 *ptep = devmed_table_page(table, addr, &desc);

		if (!ptep || *ptep != change->mark)
			continue;
		WRITE_ONCE(*ptep, desc);
		clean(table, ptep, 1);
	}
}

/*
 * @ret is what came of the change so far. If it has failed there is something
 * to forget all the same: what was split has to be known by pages from now on.
 */
static int end_change(struct devmed_idmap_table *table,
		      const struct page_change *change, int ret)
{
	int err = 0;

	if (change->stale_start < change->stale_end)
		err = table->invalidate(change->stale_start,
					change->stale_end - change->stale_start);
	if (!ret)
		ret = err;
	if (ret)
		undo_change(table, change);

	return ret;
}

/**
 * devmed_table_take - unmap pages
 * @table: a built table
 * @start: the first of them, memory of the host's
 * @end: exclusive
 *
 * A page is cleared as soon as it has its own entry, so that no search for
 * pages to merge finds its table whole.
 *
 * Context: host_mmu.lock held. Takes the pool lock, and what invalidation takes.
 * Return: 0 with no translation left anywhere, without asking if there was none;
 * or an errno, with every address as before. Tables that blocks were split into
 * may stay.
 */
int devmed_table_take(struct devmed_idmap_table *table, u64 start, u64 end)
{
	struct page_change change = begin_change(table, start, end);
	u64 addr;
	int ret = 0;

	for (addr = start; addr < end && !ret; addr += PAGE_SIZE)
		ret = clear_page_entry(table, &change, addr);

	return end_change(table, &change, ret);
}

/* The host's alone, or shared by it: what a guest or EL2 shares is not its own. */
static bool is_own(u64 addr)
{
	enum pkvm_page_state state = get_host_state(hyp_phys_to_page(addr));

	return state == PKVM_PAGE_OWNED || state == PKVM_PAGE_SHARED_OWNED;
}

/**
 * devmed_table_take_own - unmap those pages that are the host's own
 * @table: a built table
 * @start: the first page of a range within one table of pages; all is memory
 * @end: exclusive
 *
 * Context: As for devmed_table_take().
 * Return: as devmed_table_take().
 */
int devmed_table_take_own(struct devmed_idmap_table *table, u64 start, u64 end)
{
	struct page_change change = begin_change(table, start, end);
	int ret = split_for(table, &change, start);
	u64 desc;
	u64 *first = devmed_table_page(table, start, &desc);
	u64 *ptep = first;
	u64 addr;

	if (ret || !first)
		return end_change(table, &change, ret);

	for (addr = start; addr < end; addr += PAGE_SIZE, ptep++) {
		if (!kvm_pte_valid(*ptep) || !is_own(addr))
			continue;
		WRITE_ONCE(*ptep, change.mark);
		add_stale(&change, addr, addr + PAGE_SIZE);
	}
	clean(table, first, ptep - first);

	return end_change(table, &change, 0);
}

/**
 * devmed_table_give_own - map those pages that are the host's own
 * @table: a built table
 * @start: the first page of a range within one table of pages; all is memory
 * @end: exclusive
 *
 * A page that was taken has a table, and needs no memory. Where there is no table
 * nothing was taken.
 *
 * Context: host_mmu.lock held.
 */
void devmed_table_give_own(struct devmed_idmap_table *table, u64 start, u64 end)
{
	u64 desc;
	u64 *first = devmed_table_page(table, start, &desc);
	u64 *ptep = first;
	u64 addr;

	hyp_assert_lock_held(&host_mmu.lock);

	if (!first)
		return;

	for (addr = start; addr < end; addr += PAGE_SIZE, ptep++) {
		if (!kvm_pte_valid(*ptep) && is_own(addr))
			WRITE_ONCE(*ptep, desc + addr - start);
	}
	clean(table, first, ptep - first);
}
