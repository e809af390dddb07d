// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that change hands: MMIO donated to EL2, host memory pinned for a
 * device, host memory read once.
 *
 * Attack surface: the host names the memory, and on its other CPUs shares,
 * unshares and donates the same pages meanwhile.
 *
 * Guarantees: every function checks all it needs under the host and hyp locks,
 * then commits, and on failure leaves each page as it found it. A pinned page
 * cannot become EL2's or a guest's until it is unpinned; pin and unpin are each
 * one step, so the host's own (un)share calls come before or after, never in
 * between. A page has one pin of devmed's: the 16-bit count of struct hyp_page is
 * never driven up here. The stock hypervisor adds to the count, for memory that the
 * host names twice: that keeps the page shared, and out of anybody else's hands.
 *
 * Leaves to others: proving that a device is done with a page before it is
 * unpinned (the backend).
 */
#include <linux/kvm_host.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>
#include <asm/kvm_pgtable.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_ring.h>
#include <nvhe/mem_protect.h>
#include <nvhe/memory.h>
#include <nvhe/mm.h>

static void devmed_lock_host_hyp(void)
{
	hyp_spin_lock(&host_mmu.lock);
	hyp_spin_lock(&pkvm_pgd_lock);
}

static void devmed_unlock_host_hyp(void)
{
	hyp_spin_unlock(&pkvm_pgd_lock);
	hyp_spin_unlock(&host_mmu.lock);
}

static void devmed_unmap_private(unsigned long va, u64 size)
{
	hyp_spin_lock(&pkvm_pgd_lock);
	kvm_pgtable_hyp_unmap(&pkvm_pgtable, va, size);
	hyp_spin_unlock(&pkvm_pgd_lock);
}

/*
 * Map at EL2 as device memory. The private range only ever grows, so a failure
 * costs address space, but no page.
 */
static int devmed_map_private(u64 base, u64 size, unsigned long *va)
{
	int ret = pkvm_alloc_private_va_range(size, va);

	if (ret)
		return ret;

	hyp_spin_lock(&pkvm_pgd_lock);
	ret = kvm_pgtable_hyp_map(&pkvm_pgtable, *va, size, base,
				  PAGE_HYP_DEVICE);
	hyp_spin_unlock(&pkvm_pgd_lock);
	if (ret)
		devmed_unmap_private(*va, size);

	return ret;
}

/* Host stage-2: readable for @direct_reads bytes, then nothing, annotated. */
static int devmed_restrict_host_locked(u64 base, u64 size, u32 direct_reads)
{
	int ret;

	hyp_assert_lock_held(&host_mmu.lock);

	/* A map does not take permissions away from what is mapped already. */
	ret = kvm_pgtable_stage2_unmap(&host_mmu.pgt, base, size);
	if (!ret && direct_reads)
		ret = host_stage2_idmap_locked(base, direct_reads,
					       KVM_PGTABLE_PROT_R);
	if (!ret && direct_reads < size)
		ret = host_stage2_donate_mmio_locked(base + direct_reads,
						     size - direct_reads);
	return ret;
}

/**
 * devmed_donate_mmio - take MMIO pages from the host
 * @base: physical address, page aligned, no memory
 * @size: in bytes, whole pages
 * @direct_reads: bytes from @base that the host may still read; whole pages
 * @va: where EL2 finds it
 *
 * Context: Trusted phase. Takes host_mmu.lock and those below it.
 * Return: 0, or an errno with nothing changed.
 */
int devmed_donate_mmio(u64 base, u64 size, u32 direct_reads, void __iomem **va)
{
	unsigned long addr;
	int ret;

	ret = devmed_map_private(base, size, &addr);
	if (ret)
		return ret;

	hyp_spin_lock(&host_mmu.lock);
	ret = devmed_restrict_host_locked(base, size, direct_reads);
	/* What is unmapped, the host maps again when it faults. */
	if (ret)
		kvm_pgtable_stage2_unmap(&host_mmu.pgt, base, size);
	hyp_spin_unlock(&host_mmu.lock);

	if (ret)
		devmed_unmap_private(addr, size);
	else
		*va = (void __iomem *)addr;

	return ret;
}

/**
 * devmed_return_mmio - give MMIO pages back to the host
 * @base: as donated
 * @size: as donated
 * @va: what devmed_donate_mmio() gave
 *
 * Context: Trusted phase. Takes host_mmu.lock and those below it.
 * Return: 0, or an errno with the pages still donated.
 */
int devmed_return_mmio(u64 base, u64 size, void __iomem *va)
{
	int ret;

	hyp_spin_lock(&host_mmu.lock);
	ret = kvm_pgtable_stage2_unmap(&host_mmu.pgt, base, size);
	hyp_spin_unlock(&host_mmu.lock);
	if (ret)
		return ret;

	devmed_unmap_private((unsigned long)va, size);
	return 0;
}

/* Pages that are pinned. Guarded by host_mmu.lock. */
static u64 devmed_nr_pinned;

/**
 * devmed_pinned - how many pages are pinned
 *
 * Context: Any.
 * Return: their number, which may be old when it arrives.
 */
u64 devmed_pinned(void)
{
	return READ_ONCE(devmed_nr_pinned);
}

/* Pages of host memory, all of them in these states? */
static int devmed_check_pages_locked(u64 phys, u64 size,
				     enum pkvm_page_state host,
				     enum pkvm_page_state hyp, u16 refcount)
{
	u64 addr;
	int ret;

	hyp_assert_lock_held(&host_mmu.lock);
	hyp_assert_lock_held(&pkvm_pgd_lock);

	if (!size || !PAGE_ALIGNED(phys | size) || phys + size < phys)
		return -EINVAL;

	ret = check_range_allowed_memory(phys, phys + size);
	if (ret)
		return ret;

	for (addr = phys; addr < phys + size; addr += PAGE_SIZE) {
		struct hyp_page *page = hyp_phys_to_page(addr);

		if (get_host_state(page) != host ||
		    get_hyp_state(page) != hyp || page->refcount != refcount)
			return -EBUSY;
	}

	return 0;
}

static void devmed_set_pages_locked(u64 phys, u64 size,
				    enum pkvm_page_state host,
				    enum pkvm_page_state hyp, u16 refcount)
{
	u64 addr;

	hyp_assert_lock_held(&host_mmu.lock);
	hyp_assert_lock_held(&pkvm_pgd_lock);

	for (addr = phys; addr < phys + size; addr += PAGE_SIZE) {
		struct hyp_page *page = hyp_phys_to_page(addr);

		set_host_state(page, host);
		set_hyp_state(page, hyp);
		page->refcount = refcount;
	}
}

/**
 * devmed_pin - keep pages of the host its own while a device may use them
 * @phys: first byte that the device may touch, page aligned
 * @size: in bytes, whole pages
 *
 * The pages are also mapped at EL2, at __hyp_va(@phys).
 *
 * Context: Takes host_mmu.lock and those below it: not with a device's queue
 * lock held.
 * Return: 0; -EINVAL if @phys and @size are not whole pages, -EPERM if they are
 * not host memory, -EBUSY if a page is shared, pinned or donated already,
 * -ENOMEM. Nothing changed on error.
 */
int devmed_pin(u64 phys, u64 size)
{
	void *va = __hyp_va(phys);
	int ret;

	devmed_lock_host_hyp();
	ret = devmed_check_pages_locked(phys, size, PKVM_PAGE_OWNED,
					PKVM_NOPAGE, 0);
	if (ret)
		goto unlock;

	ret = pkvm_create_mappings_locked(va, va + size, PAGE_HYP);
	if (ret) {
		kvm_pgtable_hyp_unmap(&pkvm_pgtable, (u64)va, size);
		goto unlock;
	}
	devmed_set_pages_locked(phys, size, PKVM_PAGE_SHARED_OWNED,
				PKVM_PAGE_SHARED_BORROWED, 1);
	WRITE_ONCE(devmed_nr_pinned, devmed_nr_pinned + size / PAGE_SIZE);
unlock:
	devmed_unlock_host_hyp();

	return ret;
}

/**
 * devmed_unpin - let go of pages, the device being done with them
 * @phys: as pinned
 * @size: as pinned
 *
 * Context: As devmed_pin().
 * Return: 0, or an errno with nothing changed if they are not pinned.
 */
int devmed_unpin(u64 phys, u64 size)
{
	int ret;

	devmed_lock_host_hyp();
	ret = devmed_check_pages_locked(phys, size, PKVM_PAGE_SHARED_OWNED,
					PKVM_PAGE_SHARED_BORROWED, 1);
	if (!ret) {
		kvm_pgtable_hyp_unmap(&pkvm_pgtable, (u64)__hyp_va(phys), size);
		devmed_set_pages_locked(phys, size, PKVM_PAGE_OWNED,
					PKVM_NOPAGE, 0);
		WRITE_ONCE(devmed_nr_pinned, devmed_nr_pinned - size / PAGE_SIZE);
	}
	devmed_unlock_host_hyp();

	return ret;
}

/* The part of a copy that lies in one page. */
static int devmed_copy_page_locked(void *dst, u64 phys, size_t size,
				   bool coherent)
{
	void *src;
	int ret;

	hyp_assert_lock_held(&host_mmu.lock);

	ret = check_range_allowed_memory(phys, phys + size);
	if (ret)
		return ret;
	if (get_host_state(hyp_phys_to_page(phys)) == PKVM_NOPAGE)
		return -EPERM;

	src = hyp_fixmap_map(phys);
	if (!coherent)
		kvm_flush_dcache_to_poc(src, size);
	devmed_copy_once(dst, src, size);
	hyp_fixmap_unmap();

	return 0;
}

/**
 * devmed_copy_for_device - copy bytes that the host wrote for a device
 * @dst: memory of EL2's, 8-byte aligned
 * @phys: where the host keeps them, 8-byte aligned
 * @size: in bytes, a multiple of 8
 * @coherent: the device snoops; else the host has written past the caches
 *
 * Each double-word is read once, whole. The host may change them at any time:
 * only the copy counts.
 *
 * Context: Takes host_mmu.lock.
 * Return: 0; -EINVAL if not aligned, -EINVAL or -EPERM if not host memory. @dst
 * is undefined on error.
 */
int devmed_copy_for_device(void *dst, u64 phys, size_t size, bool coherent)
{
	int ret = 0;

	if (!IS_ALIGNED(phys | size, sizeof(u64)) || phys + size < phys)
		return -EINVAL;

	hyp_spin_lock(&host_mmu.lock);
	while (size && !ret) {
		size_t len = min_t(size_t, size, PAGE_SIZE - offset_in_page(phys));

		ret = devmed_copy_page_locked(dst, phys, len, coherent);
		dst += len;
		phys += len;
		size -= len;
	}
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/**
 * devmed_copy_from_host - copy bytes that are host memory at this moment
 * @dst: memory of EL2's, 8-byte aligned
 * @phys: where the host keeps them, 8-byte aligned
 * @size: in bytes, a multiple of 8
 *
 * Context: as devmed_copy_for_device().
 * Return: as devmed_copy_for_device().
 */
int devmed_copy_from_host(void *dst, u64 phys, size_t size)
{
	return devmed_copy_for_device(dst, phys, size, true);
}
