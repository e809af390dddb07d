// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's own hypercalls on its pages, as mem_protect.c has them.
 */
#include "fake.h"
#include "harness.h"

static void fake_lock(void)
{
	hyp_spin_lock(&host_mmu.lock);
	hyp_spin_lock(&pkvm_pgd_lock);
}

static void fake_unlock(void)
{
	hyp_spin_unlock(&pkvm_pgd_lock);
	hyp_spin_unlock(&host_mmu.lock);
}

static int fake_check(u64 phys, u64 size, enum pkvm_page_state host,
		      enum pkvm_page_state hyp)
{
	int ret = check_range_allowed_memory(phys, phys + size);
	u64 addr;

	if (ret)
		return ret;
	for (addr = phys; addr < phys + size; addr += PAGE_SIZE) {
		struct hyp_page *page = hyp_phys_to_page(addr);

		if (get_host_state(page) != host || get_hyp_state(page) != hyp)
			return -EPERM;
	}

	return 0;
}

static void fake_set(u64 phys, u64 size, enum pkvm_page_state host,
		     enum pkvm_page_state hyp)
{
	u64 addr;

	for (addr = phys; addr < phys + size; addr += PAGE_SIZE) {
		set_host_state(hyp_phys_to_page(addr), host);
		set_hyp_state(hyp_phys_to_page(addr), hyp);
	}
}

int __pkvm_host_share_hyp(u64 pfn)
{
	u64 phys = hyp_pfn_to_phys(pfn);
	int ret;

	fake_lock();
	ret = fake_check(phys, PAGE_SIZE, PKVM_PAGE_OWNED, PKVM_NOPAGE);
	if (!ret)
		fake_set(phys, PAGE_SIZE, PKVM_PAGE_SHARED_OWNED,
			 PKVM_PAGE_SHARED_BORROWED);
	fake_unlock();

	return ret;
}

int __pkvm_host_unshare_hyp(u64 pfn)
{
	u64 phys = hyp_pfn_to_phys(pfn);
	int ret;

	fake_lock();
	ret = fake_check(phys, PAGE_SIZE, PKVM_PAGE_SHARED_OWNED,
			 PKVM_PAGE_SHARED_BORROWED);
	if (!ret && hyp_phys_to_page(phys)->refcount)
		ret = -EBUSY;
	if (!ret)
		fake_set(phys, PAGE_SIZE, PKVM_PAGE_OWNED, PKVM_NOPAGE);
	fake_unlock();

	return ret;
}

/* Past its checks the kernel's own code stops rather than fails. */
int __pkvm_host_donate_hyp(u64 pfn, u64 nr_pages)
{
	u64 phys = hyp_pfn_to_phys(pfn);
	u64 size = PAGE_SIZE * nr_pages;
	u64 limit = BIT_ULL(FAKE_IA_BITS - PAGE_SHIFT);
	int ret;

	if (pfn >= limit || limit - pfn < nr_pages)
		return -EINVAL;
	if (fake_step_fails())
		return -EPERM;

	fake_lock();
	ret = fake_check(phys, size, PKVM_PAGE_OWNED, PKVM_NOPAGE);
	if (!ret)
		ret = devmed_owner_take(phys, size);
	if (!ret) {
		fake_infallible(true);
		ASSERT(!pkvm_create_mappings_locked(__hyp_va(phys),
						    __hyp_va(phys) + size,
						    PAGE_HYP));
		fake_infallible(false);
		fake_set(phys, size, PKVM_NOPAGE, PKVM_PAGE_OWNED);
		fake_set_s2(phys, size, FAKE_S2_HYP);
	}
	fake_unlock();

	return ret;
}

int __pkvm_hyp_donate_host(u64 pfn, u64 nr_pages)
{
	u64 phys = hyp_pfn_to_phys(pfn);
	u64 size = PAGE_SIZE * nr_pages;
	u64 addr;
	int ret;

	fake_lock();
	ret = fake_check(phys, size, PKVM_NOPAGE, PKVM_PAGE_OWNED);
	for (addr = phys; !ret && addr < phys + size; addr += PAGE_SIZE) {
		if (hyp_phys_to_page(addr)->refcount)
			ret = -EBUSY;
	}
	if (!ret) {
		ASSERT_EQ(kvm_pgtable_hyp_unmap(&pkvm_pgtable,
						(u64)__hyp_va(phys), size), size);
		fake_set_s2(phys, size, FAKE_S2_RW);
		fake_set(phys, size, PKVM_PAGE_OWNED, PKVM_NOPAGE);
		devmed_owner_give(phys, size);
	}
	fake_unlock();

	return ret;
}

/* A page that the host gave to a guest. */
void fake_guest_takes(u64 phys)
{
	set_host_state(hyp_phys_to_page(phys), PKVM_NOPAGE);
	fake_set_s2(phys, PAGE_SIZE, FAKE_S2_GUEST);
}

void fake_return(u64 phys)
{
	fake_lock();
	ASSERT_EQ(fake_check(phys, PAGE_SIZE, PKVM_NOPAGE, PKVM_PAGE_OWNED), 0);
	ASSERT_EQ(kvm_pgtable_hyp_unmap(&pkvm_pgtable, (u64)__hyp_va(phys), PAGE_SIZE),
		  PAGE_SIZE);
	fake_set(phys, PAGE_SIZE, PKVM_PAGE_OWNED, PKVM_NOPAGE);
	fake_set_s2(phys, PAGE_SIZE, FAKE_S2_RW);
	fake_unlock();
}

bool addr_is_memory(phys_addr_t phys)
{
	return !check_range_allowed_memory(phys, phys + 1);
}
