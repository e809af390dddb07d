// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2's own pages for what hardware walks.
 *
 * Attack surface: the host makes backends allocate, as often as it can, and
 * chooses the pages that it adds.
 *
 * Guarantees: a page handed out is EL2's alone and zero. An empty pool fails
 * the one request that found it empty. Adding a page goes through the same
 * check as any donation, so the host can add only what is its own.
 *
 * Leaves to others: bounding what one device may take (the backend), and
 * telling the device before a page is freed.
 */
#include <linux/kvm_host.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>

#include <nvhe/devmed.h>
#include <nvhe/gfp.h>
#include <nvhe/mem_protect.h>

static DEFINE_HYP_SPINLOCK(devmed_pool_lock);

/* Guarded by devmed_pool_lock. */
static struct hyp_pool devmed_pool;
static bool devmed_pool_ready;
static u64 devmed_pool_counters[DEVMED_NR_GLOBAL_COUNTERS];

/* From outside the range that the pool began with: these stay single pages. */
static void devmed_pool_add_locked(u64 pfn, u64 nr_pages)
{
	u64 *counters = devmed_pool_counters;
	void *addr = hyp_phys_to_virt(hyp_pfn_to_phys(pfn));

	hyp_assert_lock_held(&devmed_pool_lock);

	for (; nr_pages--; addr += PAGE_SIZE) {
		hyp_set_page_refcounted(hyp_virt_to_page(addr));
		hyp_put_page(&devmed_pool, addr);
		counters[DEVMED_POOL_FREE]++;
	}
}

/**
 * devmed_pool_init - give the pool its pages
 * @pfn: first page frame, the host's
 * @nr_pages: how many
 *
 * Pages that follow one another can be taken together if they come with the
 * first call. Those of later calls are single ones.
 *
 * Context: Trusted phase. Takes host_mmu.lock and those below it.
 * Return: 0; -EPERM after finalize or if the pages are not the host's.
 */
int devmed_pool_init(u64 pfn, u64 nr_pages)
{
	int ret;

	if (devmed_finalized())
		return -EPERM;

	ret = __pkvm_host_donate_hyp(pfn, nr_pages);
	if (ret)
		return ret;

	hyp_spin_lock(&devmed_pool_lock);
	if (devmed_pool_ready) {
		devmed_pool_add_locked(pfn, nr_pages);
	} else {
		ret = hyp_pool_init(&devmed_pool, pfn, nr_pages, 0);
		if (!ret) {
			devmed_pool_counters[DEVMED_POOL_FREE] = nr_pages;
			devmed_pool_ready = true;
		}
	}
	devmed_pool_counters[DEVMED_POOL_LOW] = devmed_pool_counters[DEVMED_POOL_FREE];
	hyp_spin_unlock(&devmed_pool_lock);

	return ret;
}

/**
 * devmed_pool_topup - add one page
 * @pfn: its frame, the host's
 *
 * Context: Any time. Takes host_mmu.lock and those below it.
 * Return: 0; -ENODEV if there is no pool, or the error of the donation.
 */
int devmed_pool_topup(u64 pfn)
{
	int ret;

	if (!devmed_pool_ready)
		return -ENODEV;

	ret = __pkvm_host_donate_hyp(pfn, 1);
	if (ret)
		return ret;

	hyp_spin_lock(&devmed_pool_lock);
	devmed_pool_add_locked(pfn, 1);
	hyp_spin_unlock(&devmed_pool_lock);

	return 0;
}

/**
 * devmed_pool_alloc - take zeroed pages
 * @order: 2^@order pages, contiguous and aligned to their size
 *
 * Context: Takes devmed_pool_lock.
 * Return: their hyp address, or NULL if there are none.
 */
void *devmed_pool_alloc(u8 order)
{
	u64 *counters = devmed_pool_counters;
	void *addr = NULL;

	hyp_spin_lock(&devmed_pool_lock);
	if (devmed_pool_ready)
		addr = hyp_alloc_pages(&devmed_pool, order);
	if (addr) {
		counters[DEVMED_POOL_FREE] -= BIT(order);
		counters[DEVMED_POOL_LOW] = min(counters[DEVMED_POOL_LOW],
						counters[DEVMED_POOL_FREE]);
	} else {
		counters[DEVMED_POOL_FAILED]++;
	}
	hyp_spin_unlock(&devmed_pool_lock);

	return addr;
}

/**
 * devmed_pool_free - put pages back, no device using them any more
 * @addr: what devmed_pool_alloc() returned
 * @order: as allocated
 *
 * Context: Takes devmed_pool_lock.
 */
void devmed_pool_free(void *addr, u8 order)
{
	hyp_spin_lock(&devmed_pool_lock);
	hyp_put_page(&devmed_pool, addr);
	devmed_pool_counters[DEVMED_POOL_FREE] += BIT(order);
	hyp_spin_unlock(&devmed_pool_lock);
}

/**
 * devmed_pool_counter - how the pool is doing
 * @counter: DEVMED_POOL_*
 *
 * Context: Any.
 * Return: its value, which may be old when it arrives.
 */
u64 devmed_pool_counter(enum devmed_global_counter counter)
{
	return READ_ONCE(devmed_pool_counters[counter]);
}
