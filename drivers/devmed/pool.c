// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2's pool, as the host fills it: at boot, before a device needs memory, and
 * before a guest gets its own.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include "devmed.h"

/* What the devices that were found need to start. */
static size_t devmed_pool_size __initdata;

/**
 * devmed_want_pool - have more memory reserved for EL2
 * @size: in bytes
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_want_pool(size_t size)
{
	devmed_pool_size += size;
}

/* An ITS drives 32 address bits only. Set once, at the handover. */
static bool devmed_only_low;

/**
 * devmed_need_low - give EL2 no memory above 4 GiB from now on
 *
 * It would refuse that, after devmed_start_claim() of an ITS that says so.
 *
 * Context: Trusted phase.
 */
void __init devmed_need_low(void)
{
	devmed_only_low = true;
}

/*
 * Which ITSs need low memory is known only at the handover: wherever there is
 * any, EL2 gets that, and later no other if one does.
 */
static void *devmed_alloc_low(size_t size)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	void *pages = alloc_pages_exact(size, gfp | GFP_DMA32);

	if (pages || READ_ONCE(devmed_only_low))
		return pages;

	return alloc_pages_exact(size, gfp);
}

/* What the page allocator has in one piece. */
#define DEVMED_POOL_CHUNK	BIT(MAX_PAGE_ORDER)

static bool __init devmed_reserve_chunk(unsigned int nr_pages)
{
	size_t size = (size_t)nr_pages * PAGE_SIZE;
	void *pages;
	long ret;

	pages = devmed_alloc_low(size);
	if (!pages) {
		pr_warn("no pool: cannot allocate %u pages\n", nr_pages);
		return false;
	}

	ret = devmed_hcall_setup(DEVMED_SETUP_POOL,
				 virt_to_phys(pages) >> PAGE_SHIFT, nr_pages,
				 0, 0);
	if (ret) {
		pr_warn("no pool: EL2 refuses %u pages: %pe\n", nr_pages,
			ERR_PTR(ret));
		free_pages_exact(pages, size);
	}

	return !ret;
}

/**
 * devmed_reserve_pool - give EL2 the memory that devices asked for
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_reserve_pool(void)
{
	unsigned int nr_pages = devmed_wanted_pool(devmed_pool_size >> PAGE_SHIFT);
	unsigned int count = 0;

	do {
		nr_pages -= count;
		count = min_t(unsigned int, nr_pages, DEVMED_POOL_CHUNK);
	} while (count && devmed_reserve_chunk(count));
}

/* EL2 takes one block at a time. */
static DEFINE_MUTEX(devmed_topup_lock);

static int devmed_give_block(unsigned int order)
{
	size_t size = PAGE_SIZE << order;
	void *block = devmed_alloc_low(size);
	phys_addr_t pfn;
	size_t left = size;
	long ret;

	if (!block)
		return -ENOMEM;

	pfn = virt_to_phys(block) >> PAGE_SHIFT;
	mutex_lock(&devmed_topup_lock);
	/* A piece at a time; those that EL2 has taken it keeps. */
	for (;;) {
		ret = devmed_hcall(DEVMED_CALL_POOL_TOPUP, pfn, order, NULL);
		if (ret <= 0)
			break;
		left = ret << PAGE_SHIFT;
		cond_resched();
	}
	mutex_unlock(&devmed_topup_lock);
	if (ret)
		free_pages_exact(block + size - left, left);

	return ret;
}

/*
 * Pages that follow one another share the table that EL2 needs to take them from
 * devices: a few at a time are a gain, whatever it costs to take the first.
 */
#define DEVMED_TOPUP_ORDER	4

/**
 * devmed_pool_topup - give EL2 more pages
 * @nr_pages: how many
 *
 * The pages are EL2's from then on.
 *
 * Context: May sleep.
 * Return: 0, -ENOMEM, or EL2's error; pages given before it stay given.
 */
int devmed_pool_topup(unsigned int nr_pages)
{
	while (nr_pages) {
		unsigned int order = min(ilog2(nr_pages), DEVMED_TOPUP_ORDER);
		int ret = devmed_give_block(order);

		if (ret && order) {
			order = 0;
			ret = devmed_give_block(order);
		}
		if (ret)
			return ret;
		nr_pages -= BIT(order);
	}

	return 0;
}
EXPORT_SYMBOL_GPL(devmed_pool_topup);

/**
 * devmed_reserve - see to it that EL2 has memory for what comes next
 * @size: contiguous, in bytes
 * @count: how many such pieces, DEVMED_POOL_MOST at most
 *
 * A device driver is about to ask for something that EL2 needs memory for. If
 * there is none, EL2 will refuse that.
 *
 * Context: May sleep.
 */
void devmed_reserve(size_t size, unsigned int count)
{
	unsigned int order = get_order(size);
	long have = devmed_hcall(DEVMED_CALL_POOL_BLOCKS, order, count, NULL);

	while (have >= 0 && have < count && !devmed_give_block(order))
		have++;
}

/* Tables that one request of KVM's may cost: four pages, each from two blocks. */
#define DEVMED_TABLES_PER_REQUEST	8

/* Free pages that EL2 is to have before guests get theirs. */
#define DEVMED_POOL_FOR_GUESTS		max(SZ_512K / PAGE_SIZE, 32UL)

/* Requests for which EL2's pool is large enough. */
static atomic_t devmed_requests;

/**
 * devmed_prepare_donations - see to it that EL2 can take pages from devices
 *
 * A page that goes to a guest or to EL2 leaves the stage-2 that DMA sees, which
 * may take a table for each block that it is in. EL2 cannot allocate from the
 * host: without a table the donation fails. So that it never does, KVM calls
 * this before it donates. EL2 is asked only now and then. SMMUs are woken before
 * the first donation, since EL2 has to reach them for each.
 *
 * Context: May sleep.
 */
void devmed_prepare_donations(void)
{
	static atomic_t asleep = ATOMIC_INIT(1);
	u64 have;

	if (!READ_ONCE(devmed_dma_started) ||
	    likely(atomic_add_unless(&devmed_requests, -1, 0)) ||
	    devmed_read_counter(DEVMED_GLOBAL, DEVMED_POOL_FREE, &have))
		return;

	if (atomic_xchg(&asleep, 0))
		devmed_wake_smmuv3();
	if (have < DEVMED_POOL_FOR_GUESTS) {
		devmed_pool_topup(DEVMED_POOL_FOR_GUESTS - have);
		devmed_read_counter(DEVMED_GLOBAL, DEVMED_POOL_FREE, &have);
	}
	atomic_set(&devmed_requests,
		   min_t(u64, have, INT_MAX) / DEVMED_TABLES_PER_REQUEST);
}
