// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ownership changes, for those who mirror the host stage-2.
 *
 * Attack surface: the host decides which of its pages changes hands and when,
 * on all CPUs, while devices of its own access that page and its neighbours.
 *
 * Guarantees: no device reaches a page from before anyone else may use it until
 * after it is the host's again. All that can fail does before the CPU's side
 * has changed. What a device may do with a page is read from the host's own
 * stage-2 and from the registry: never wider than what the host may do.
 *
 * Leaves to others: the checks that make a change legal, scrubbing what comes
 * back (mem_protect.c), the table (idmap.c).
 */
#include <linux/kvm_host.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>
#include <asm/kvm_pgtable.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_idmap.h>
#include <nvhe/mem_protect.h>
#include <nvhe/mm.h>

/**
 * devmed_owner_take - pages are about to be no longer the host's
 * @phys: first byte, page aligned
 * @size: in bytes, whole pages
 *
 * Called when all checks have passed and nothing has changed, for what is
 * donated and for what a guest stops sharing. When it returns 0 no device
 * reaches the pages, and none has a translation to them left.
 *
 * Context: host_mmu.lock held.
 * Return: 0, or an errno with the pages still the host's and its devices': -ENOMEM
 * if there is no page for a table, what a device answers if it does not
 * invalidate.
 */
int devmed_owner_take(u64 phys, u64 size)
{
	hyp_assert_lock_held(&host_mmu.lock);

	return devmed_idmap_unmap(phys, size);
}

/*
 * Not every path in mem_protect.c cleans what it has scrubbed, and a device need
 * not snoop: it would read what memory held before.
 */
static void devmed_clean_pages(u64 phys, u64 size)
{
	u64 addr;

	for (addr = phys; addr < phys + size; addr += PAGE_SIZE) {
		kvm_flush_dcache_to_poc(hyp_fixmap_map(addr), PAGE_SIZE);
		hyp_fixmap_unmap();
	}
}

/**
 * devmed_owner_give - pages have become the host's, or are shared with it
 * @phys: first byte, page aligned
 * @size: in bytes, whole pages
 *
 * Called when nobody else uses the pages and they are scrubbed. Uses the fixmap.
 *
 * Context: host_mmu.lock held.
 */
void devmed_owner_give(u64 phys, u64 size)
{
	hyp_assert_lock_held(&host_mmu.lock);

	if (!devmed_idmap_started())
		return;

	devmed_clean_pages(phys, size);
	devmed_idmap_map(phys, size);
}

/*
 * A block that the host names, if it is one: aligned, no larger than EL2 goes
 * through at once, and memory of one kind, of which there is a vmemmap.
 */
static int devmed_owner_block(u64 pfn, u64 order, u64 *phys, u64 *size)
{
	int i;

	if (order > DEVMED_BLOCK_MAX_ORDER || !IS_ALIGNED(pfn, BIT_ULL(order)) ||
	    pfn > hyp_phys_to_pfn(U64_MAX))
		return -EINVAL;

	*phys = hyp_pfn_to_phys(pfn);
	*size = PAGE_SIZE << order;
	for (i = 0; i < hyp_memblock_nr; i++) {
		const struct memblock_region *mem = &hyp_memory[i];

		if (*phys - mem->base < mem->size &&
		    mem->size - (*phys - mem->base) >= *size)
			return mem->flags & MEMBLOCK_NOMAP ? -EPERM : 0;
	}

	return -EPERM;
}

static int devmed_change_block(u64 pfn, u64 order, bool reach)
{
	u64 phys, size;
	int ret;

	if (!devmed_idmap_started())
		return -ENODEV;
	ret = devmed_owner_block(pfn, order, &phys, &size);
	if (ret)
		return ret;

	hyp_spin_lock(&host_mmu.lock);
	ret = devmed_idmap_own(phys, size, reach);
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/**
 * devmed_owner_withdraw - the host wants a block of memory out of its devices' reach
 * @pfn: its first page, any value
 * @order: it has 2^@order pages, naturally aligned; any value
 *
 * The host gives up what is its own: EL2 has nothing to believe. Pages of the
 * block that are not the host's own stay as they are: a guest's, EL2's, and what
 * either shares with the host. To donate a page that is withdrawn takes no
 * invalidation.
 *
 * Context: Hypercall. Takes host_mmu.lock and those below it.
 * Return: 0 with no device reaching any page of the block that the host owns;
 * -EINVAL if the block is none that can be, -EPERM if it is not memory, -ENODEV if
 * DMA has no stage-2; -ENOMEM, or what a device answers, with nothing changed.
 */
int devmed_owner_withdraw(u64 pfn, u64 order)
{
	return devmed_change_block(pfn, order, false);
}

/**
 * devmed_owner_restore - the host's devices are to reach a block again
 * @pfn: its first page, any value
 * @order: as for devmed_owner_withdraw()
 *
 * Whatever the host owns by now; whether it was withdrawn does not matter. Needs
 * no memory.
 *
 * Context: Hypercall. Takes host_mmu.lock.
 * Return: 0; -EINVAL, -EPERM, -ENODEV as for devmed_owner_withdraw().
 */
int devmed_owner_restore(u64 pfn, u64 order)
{
	return devmed_change_block(pfn, order, true);
}

/* Pages that follow one another and allow the same, given to @visit as one. */
struct devmed_owner_run {
	u64 start;
	u64 end;
	enum kvm_pgtable_prot prot;
	bool memory;
	devmed_owner_visit_t visit;
	void *arg;
};

static int devmed_run_flush(struct devmed_owner_run *run)
{
	if (!run->prot || run->start == run->end)
		return 0;

	return run->visit(run->start, run->end, run->prot, run->arg);
}

static int devmed_run_add(struct devmed_owner_run *run, u64 start, u64 end,
			  enum kvm_pgtable_prot prot)
{
	int ret;

	if (run->end != start || run->prot != prot) {
		ret = devmed_run_flush(run);
		if (ret)
			return ret;
		run->start = start;
		run->prot = prot;
	}
	run->end = end;

	return 0;
}

/*
 * What the host may do by this entry. One that is empty is filled when the host
 * touches it; one that is neither empty nor valid says whose the page is.
 *
 * Beside memory that EL2 knows there may be more of it, plugged in later or kept out
 * of the memory map, as well as registers: which of the two the host says in its
 * stage 1, or the device. Stage 2 leaves memory attributes as they are, as the host's
 * own stage-2 does (PKVM_HOST_MMIO_PROT): of two stages the stricter type holds, and
 * Normal Write-Back is the least strict (DDI 0487, D8.6; IHI 0070, 13.1). Device
 * there would have a coherent master go past caches that hold newer data.
 */
static enum kvm_pgtable_prot devmed_host_prot(kvm_pte_t pte, bool memory)
{
	enum kvm_pgtable_prot prot = 0;

	if (!pte)
		prot = memory ? PKVM_HOST_MEM_PROT : PKVM_HOST_MMIO_PROT;
	else if (kvm_pte_valid(pte))
		prot = kvm_pgtable_stage2_pte_prot(pte) & KVM_PGTABLE_PROT_RWX;

	return prot && !memory ? prot | DEVMED_PROT_HOLE : prot;
}

static int devmed_run_leaf(const struct kvm_pgtable_visit_ctx *ctx,
			   enum kvm_pgtable_walk_flags visit)
{
	u64 size = kvm_granule_size(ctx->level);
	u64 end = min(ALIGN_DOWN(ctx->addr, size) + size, ctx->end);
	struct devmed_owner_run *run = ctx->arg;

	return devmed_run_add(run, ctx->addr, end,
			      devmed_host_prot(ctx->old, run->memory));
}

static int devmed_run_leaves(struct devmed_owner_run *run, u64 start, u64 end,
			     bool memory)
{
	struct kvm_pgtable_walker walker = {
		.cb	= devmed_run_leaf,
		.arg	= run,
		.flags	= KVM_PGTABLE_WALK_LEAF,
	};

	if (start >= end)
		return 0;

	run->memory = memory;
	return kvm_pgtable_walk(&host_mmu.pgt, start, end - start, &walker);
}

/* Of a mediated device nothing, but for the page that takes MSIs: write-only. */
static int devmed_run_region(struct devmed_owner_run *run,
			     const struct devmed_region *region, u64 end)
{
	u64 doorbell = region->base + region->doorbell;

	if (!region->doorbell || region->doorbell >= region->size || doorbell >= end)
		return 0;

	return devmed_run_add(run, doorbell, doorbell + PAGE_SIZE,
			      KVM_PGTABLE_PROT_W | KVM_PGTABLE_PROT_DEVICE);
}

/* Whatever is not memory, regions among it. */
static int devmed_run_hole(struct devmed_owner_run *run, u64 start, u64 end)
{
	int ret = 0;

	while (start < end && !ret) {
		const struct devmed_region *region = devmed_next_region(start);

		if (!region || region->base >= end)
			return devmed_run_leaves(run, start, end, false);

		ret = devmed_run_leaves(run, start, region->base, false);
		if (!ret)
			ret = devmed_run_region(run, region, end);
		start = region->base + region->size;
	}

	return ret;
}

/**
 * devmed_owner_walk_locked - visit everything that devices of the host may reach
 * @end: where to stop, exclusive, page aligned; within the host stage-2
 * @visit: called with ranges in ascending order, as long as possible, and what
 *	is allowed there: KVM_PGTABLE_PROT_{R,W,X}; DEVICE for the page that takes
 *	MSIs, DEVMED_PROT_HOLE for all else that EL2 does not know as memory.
 *	Stops the walk if it returns an errno.
 * @arg: given to @visit
 *
 * A page that is memory in part only is left out. The registry must not change
 * any more.
 *
 * Context: host_mmu.lock held.
 * Return: 0, or the errno of @visit.
 */
int devmed_owner_walk_locked(u64 end, devmed_owner_visit_t visit, void *arg)
{
	struct devmed_owner_run run = { .visit = visit, .arg = arg };
	u64 addr = 0;
	int i, ret;

	hyp_assert_lock_held(&host_mmu.lock);

	for (i = 0; i < hyp_memblock_nr; i++) {
		const struct memblock_region *mem = &hyp_memory[i];
		u64 mem_end = mem->base + mem->size;

		ret = devmed_run_hole(&run, addr,
				      min(ALIGN_DOWN(mem->base, PAGE_SIZE), end));
		if (!ret)
			ret = devmed_run_leaves(&run, PAGE_ALIGN(mem->base),
						min(ALIGN_DOWN(mem_end, PAGE_SIZE), end),
						true);
		if (ret)
			return ret;
		addr = PAGE_ALIGN(mem_end);
	}
	ret = devmed_run_hole(&run, addr, end);

	return ret ? ret : devmed_run_flush(&run);
}
