// SPDX-License-Identifier: GPL-2.0-only
/*
 * More memory, guests, FF-A, and a walk over the host stage-2: what
 * mem_protect.c does to the owner of a page, as patched, in its order.
 */
#include <sys/mman.h>

#include "fake.h"
#include "harness.h"

void fake_add_memory(u64 base, u64 size, enum memblock_flags flags)
{
	u64 first = ALIGN_DOWN((u64)&hyp_vmemmap[base >> PAGE_SHIFT], SZ_4K);
	u64 last = ALIGN((u64)&hyp_vmemmap[PAGE_ALIGN(base + size) >> PAGE_SHIFT],
			 SZ_4K);

	ASSERT(base >= hyp_memory[hyp_memblock_nr - 1].base +
		       hyp_memory[hyp_memblock_nr - 1].size);
	hyp_memory[hyp_memblock_nr++] = (struct memblock_region) {
		base, size, flags
	};
	ASSERT(!mprotect((void *)first, last - first, PROT_READ | PROT_WRITE));
}

void fake_add_far_memory(void)
{
	fake_add_memory(FAKE_FAR_BASE, FAKE_FAR_SIZE, MEMBLOCK_NONE);
	fake_set_s2(FAKE_FAR_BASE, FAKE_FAR_SIZE, FAKE_S2_RW);
}

void fake_add_wide_pool(u64 pages)
{
	const u64 base = ALIGN(FAKE_FAR_BASE, SZ_2M);

	fake_add_far_memory();
	ASSERT(pages <= (FAKE_FAR_BASE + FAKE_FAR_SIZE - base) >> PAGE_SHIFT);
	ASSERT_EQ(devmed_pool_init(base >> PAGE_SHIFT, pages), 0);
}

/* What a protected guest has of each page of the first 4 GiB. */
static u8 guest[SZ_4G >> PAGE_SHIFT];

enum { GUEST_NOTHING, GUEST_OWNED, GUEST_SHARED_OWNED };

static u8 *fake_guest(u64 phys)
{
	ASSERT(phys < SZ_4G);
	return &guest[phys >> PAGE_SHIFT];
}

static bool fake_host_is(u64 phys, u64 size, enum pkvm_page_state state)
{
	u64 addr;

	if (check_range_allowed_memory(phys, phys + size))
		return false;
	for (addr = phys; addr < phys + size; addr += PAGE_SIZE) {
		if (get_host_state(hyp_phys_to_page(addr)) != state)
			return false;
	}

	return true;
}

static void fake_set_host(u64 phys, u64 size, enum pkvm_page_state state)
{
	u64 addr;

	for (addr = phys; addr < phys + size; addr += PAGE_SIZE)
		set_host_state(hyp_phys_to_page(addr), state);
}

/* host_stage2_set_owner_locked(PKVM_ID_HOST) */
static void fake_give_host(u64 phys)
{
	fake_set_s2(phys, PAGE_SIZE, FAKE_S2_RW);
	fake_set_host(phys, PAGE_SIZE, PKVM_PAGE_OWNED);
	devmed_owner_give(phys, PAGE_SIZE);
}

/* __pkvm_host_donate_guest() */
int fake_donate_guest(u64 phys)
{
	int ret = -EPERM;

	hyp_spin_lock(&host_mmu.lock);
	if (fake_host_is(phys, PAGE_SIZE, PKVM_PAGE_OWNED))
		ret = devmed_owner_take(phys, PAGE_SIZE);
	if (!ret) {
		fake_guest_takes(phys);
		*fake_guest(phys) = GUEST_OWNED;
	}
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/* __pkvm_guest_share_host() */
int fake_guest_share_host(u64 phys)
{
	int ret = -EPERM;

	hyp_spin_lock(&host_mmu.lock);
	if (*fake_guest(phys) == GUEST_OWNED &&
	    fake_host_is(phys, PAGE_SIZE, PKVM_NOPAGE)) {
		*fake_guest(phys) = GUEST_SHARED_OWNED;
		fake_set_s2(phys, PAGE_SIZE, FAKE_S2_RW);
		devmed_owner_give(phys, PAGE_SIZE);
		fake_set_host(phys, PAGE_SIZE, PKVM_PAGE_SHARED_BORROWED);
		ret = 0;
	}
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/* __pkvm_guest_unshare_host() */
int fake_guest_unshare_host(u64 phys)
{
	int ret = -EPERM;

	hyp_spin_lock(&host_mmu.lock);
	if (*fake_guest(phys) == GUEST_SHARED_OWNED &&
	    fake_host_is(phys, PAGE_SIZE, PKVM_PAGE_SHARED_BORROWED))
		ret = devmed_owner_take(phys, PAGE_SIZE);
	if (!ret) {
		fake_guest_takes(phys);
		*fake_guest(phys) = GUEST_OWNED;
	}
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/* __pkvm_host_reclaim_page_guest() */
int fake_reclaim_guest(u64 phys)
{
	int ret = -EPERM;

	hyp_spin_lock(&host_mmu.lock);
	if (*fake_guest(phys) != GUEST_NOTHING) {
		*fake_guest(phys) = GUEST_NOTHING;
		fake_give_host(phys);
		ret = 0;
	}
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/* __pkvm_host_force_reclaim_page_guest() */
int fake_force_reclaim_guest(u64 phys)
{
	int ret = -EPERM;

	hyp_spin_lock(&host_mmu.lock);
	if (*fake_guest(phys) == GUEST_OWNED) {
		*fake_guest(phys) = GUEST_NOTHING;
		fake_give_host(phys);
		ret = 0;
	}
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

static int fake_change(u64 phys, u64 size, enum pkvm_page_state from,
		       enum pkvm_page_state to)
{
	int ret = -EPERM;

	hyp_spin_lock(&host_mmu.lock);
	if (fake_host_is(phys, size, from)) {
		fake_set_host(phys, size, to);
		ret = 0;
	}
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/* __pkvm_host_share_ffa(), for FFA_MEM_SHARE and FFA_MEM_LEND alike */
int fake_share_ffa(u64 phys, u64 size)
{
	return fake_change(phys, size, PKVM_PAGE_OWNED, PKVM_PAGE_SHARED_OWNED);
}

/* __pkvm_host_unshare_ffa(): only what is shared in this way is asked for. */
int fake_unshare_ffa(u64 phys, u64 size)
{
	return fake_change(phys, size, PKVM_PAGE_SHARED_OWNED, PKVM_PAGE_OWNED);
}

/* __pkvm_host_share_guest(), with a guest that is not protected */
int fake_share_guest(u64 phys, u64 size)
{
	return fake_change(phys, size, PKVM_PAGE_OWNED, PKVM_PAGE_SHARED_OWNED);
}

int fake_unshare_guest(u64 phys, u64 size)
{
	return fake_change(phys, size, PKVM_PAGE_SHARED_OWNED, PKVM_PAGE_OWNED);
}

static kvm_pte_t fake_pte(enum fake_s2 state)
{
	switch (state) {
	case FAKE_S2_LAZY:
		return 0;
	case FAKE_S2_RW:
		return 1 | KVM_PGTABLE_PROT_RWX << 4;
	case FAKE_S2_R:
		return 1 | KVM_PGTABLE_PROT_R << 4;
	case FAKE_S2_HYP:
		return BIT_ULL(61) | 1 << 1;
	default:
		return BIT_ULL(61) | 2 << 1;
	}
}

enum kvm_pgtable_prot kvm_pgtable_stage2_pte_prot(kvm_pte_t pte)
{
	ASSERT(kvm_pte_valid(pte));
	return (pte >> 4 & 7) | KVM_PGTABLE_PROT_SW0;
}

static bool fake_all_lazy(u64 addr, u64 end)
{
	for (; addr < end; addr += PAGE_SIZE) {
		if (fake_s2(addr) != FAKE_S2_LAZY)
			return false;
	}

	return true;
}

/* Are all leaves in this range empty, so that it may be one? */
static bool fake_is_lazy(u64 addr, u64 size)
{
	u64 high = BIT_ULL(FAKE_IA_BITS) - SZ_16M;
	u64 end = addr + size;

	return end <= BIT_ULL(FAKE_IA_BITS) &&
	       fake_all_lazy(addr, min_t(u64, end, SZ_4G)) &&
	       fake_all_lazy(max(addr, high), end);
}

/* Leaves only. What the host has not touched has as few of them as can be. */
int kvm_pgtable_walk(struct kvm_pgtable *pgt, u64 addr, u64 size,
		     struct kvm_pgtable_walker *walker)
{
	struct kvm_pgtable_visit_ctx ctx = {
		.arg = walker->arg,
		.addr = ALIGN_DOWN(addr, PAGE_SIZE),
		.end = PAGE_ALIGN(addr + size),
	};
	int ret = 0;

	hyp_assert_lock_held(&host_mmu.lock);
	ASSERT(pgt == &host_mmu.pgt && walker->flags == KVM_PGTABLE_WALK_LEAF);
	ASSERT(ctx.end <= BIT_ULL(pgt->ia_bits));
	while (ctx.addr < ctx.end && !ret) {
		/* The first 512 GiB are never one. */
		ctx.level = ctx.addr < kvm_granule_size(0);
		while (ctx.level < KVM_PGTABLE_LAST_LEVEL) {
			size = kvm_granule_size(ctx.level);
			if (fake_is_lazy(ALIGN_DOWN(ctx.addr, size), size))
				break;
			ctx.level++;
		}
		size = kvm_granule_size(ctx.level);
		ctx.old = fake_pte(fake_s2(ctx.addr));
		ret = walker->cb(&ctx, KVM_PGTABLE_WALK_LEAF);
		ctx.addr = ALIGN_DOWN(ctx.addr, size) + size;
	}

	return ret;
}
