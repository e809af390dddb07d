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

/* Bytes that the devices that were found need to start. */
static size_t devmed_pool_size __initdata;

/* Pages that EL2 has been given at boot. */
static unsigned int devmed_pool_given __initdata;

/**
 * devmed_want_pool - have more memory reserved for EL2, or less
 * @size: in bytes; negative for what an earlier call asked for in vain
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_want_pool(ssize_t size)
{
	devmed_pool_size += size;
}

/*
 * End of the memory that every device of EL2's reaches, exclusive. Lowered in the
 * trusted phase only.
 */
static u64 devmed_pool_end = U64_MAX;

/**
 * devmed_limit_pool - there is a device that does not reach all memory
 * @end: of the memory that the device reaches, exclusive
 *
 * EL2 refuses pages beyond, see devmed_limit_reach() there.
 *
 * Context: Trusted phase, before devmed_reserve_pool().
 */
void __init devmed_limit_pool(u64 end)
{
	devmed_pool_end = min(devmed_pool_end, end);
}

/*
 * ZONE_DMA32 is small on a large machine, and devices with 32 address bits have
 * nothing else: EL2 gets a part of it only if other memory is out of reach.
 */
static void *devmed_alloc_pages(size_t size, gfp_t gfp)
{
	void *pages;

	gfp |= GFP_KERNEL | __GFP_NOWARN;
	if (devmed_pool_end > SZ_4G) {
		pages = alloc_pages_exact(size, gfp);
		if (!pages || virt_to_phys(pages) + size <= devmed_pool_end)
			return pages;
		free_pages_exact(pages, size);
	}

	return alloc_pages_exact(size, gfp | GFP_DMA32);
}

/* EL2 never gives memory back: a mistyped number must not take all there is. */
#define DEVMED_POOL_SHARE	4

static unsigned long devmed_most_pages(void)
{
	return totalram_pages() / DEVMED_POOL_SHARE;
}

/* A block as large as the page allocator has. */
#define DEVMED_POOL_CHUNK	BIT(MAX_PAGE_ORDER)

static bool __init devmed_reserve_chunk(unsigned int nr_pages)
{
	size_t size = (size_t)nr_pages * PAGE_SIZE;
	void *pages;
	long ret;

	pages = devmed_alloc_pages(size, __GFP_RETRY_MAYFAIL);
	if (!pages) {
		pr_warn("pool: cannot allocate %u pages\n", nr_pages);
		return false;
	}

	ret = devmed_hcall_setup(DEVMED_SETUP_POOL,
				 virt_to_phys(pages) >> PAGE_SHIFT, nr_pages,
				 0, 0);
	if (ret) {
		pr_warn("pool: EL2 refuses %u pages: %pe\n", nr_pages,
			ERR_PTR(ret));
		free_pages_exact(pages, size);
	}

	return !ret;
}

/* Returns how many of @nr_pages EL2 has been given. */
static unsigned int __init devmed_reserve_pages(unsigned int nr_pages)
{
	unsigned int given = 0;

	while (given < nr_pages) {
		unsigned int count = min(nr_pages - given, DEVMED_POOL_CHUNK);

		if (!devmed_reserve_chunk(count))
			break;
		given += count;
	}

	return given;
}

/**
 * devmed_reserve_pool - give EL2 the memory that devices asked for
 *
 * Or as much as devmed.pool= says. A later call adds what was asked for since.
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_reserve_pool(void)
{
	unsigned long wanted = devmed_wanted_pool(devmed_pool_size >> PAGE_SHIFT);
	unsigned long most = devmed_most_pages();

	if (devmed_wanted_pool(0) > most && !devmed_pool_given)
		devmed_note_misread("devmed.pool",
				    "pages for more than a quarter of memory, a quarter holds");
	wanted = min(wanted, most);
	if (wanted > devmed_pool_given)
		devmed_pool_given += devmed_reserve_pages(wanted - devmed_pool_given);
}

/* EL2 takes one block at a time. */
static DEFINE_MUTEX(devmed_topup_lock);

/* Piece by piece; EL2 keeps those that it has taken. */
static long devmed_give_pages(void *block, unsigned int order)
{
	phys_addr_t pfn = virt_to_phys(block) >> PAGE_SHIFT;
	size_t size = PAGE_SIZE << order;
	size_t left = size;
	long ret;

	mutex_lock(&devmed_topup_lock);
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

static int devmed_may_give(unsigned int nr_pages)
{
	u64 have;
	int ret;

	ret = devmed_read_counter(DEVMED_GLOBAL, DEVMED_POOL_SIZE, &have);
	if (ret)
		return ret;

	return have + nr_pages > devmed_most_pages() ? -ENOSPC : 0;
}

static int devmed_give_block(unsigned int order, gfp_t gfp)
{
	void *block;
	int ret;

	ret = devmed_may_give(BIT(order));
	if (ret)
		return ret;
	block = devmed_alloc_pages(PAGE_SIZE << order, gfp);

	return block ? devmed_give_pages(block, order) : -ENOMEM;
}

/*
 * Pages that follow one another share the table that EL2 needs to take them from
 * devices: a few at a time are a gain, as long as they are there to be had.
 */
#define DEVMED_TOPUP_ORDER	4

/**
 * devmed_pool_topup - give EL2 more pages
 * @nr_pages: how many
 *
 * The pages are EL2's from then on.
 *
 * Context: May sleep. Reclaims memory, but has nobody killed for it.
 * Return: 0; -ENOSPC if EL2 would have more than its share of memory, and gets
 * nothing then; -ENOMEM if there is none, -EINTR if the caller is being killed,
 * -ENODEV if there is no devmed at EL2, or EL2's error. Pages given before stay
 * given.
 */
int devmed_pool_topup(unsigned int nr_pages)
{
	int ret = devmed_may_give(nr_pages);

	while (nr_pages && !ret) {
		unsigned int order = min(ilog2(nr_pages), DEVMED_TOPUP_ORDER);

		if (fatal_signal_pending(current))
			return -EINTR;
		ret = devmed_give_block(order, __GFP_NORETRY);
		if (ret && order)
			order = 0;
		if (ret)
			ret = devmed_give_block(0, __GFP_RETRY_MAYFAIL);
		if (!ret)
			nr_pages -= BIT(order);
	}

	return ret;
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

	while (have >= 0 && have < count &&
	       !devmed_give_block(order, __GFP_RETRY_MAYFAIL))
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
 * host: without a table the donation fails, and devmed_refill_pool() says whether
 * KVM is to try again. To make that rare KVM calls this function before it
 * donates. EL2 is asked only now and then. SMMUs are woken before the first
 * donation, since EL2 has to reach them for each.
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

/**
 * devmed_refill_pool - after a donation: may it succeed if it is tried again?
 * @err: what EL2 returned for the donation
 *
 * Others may have used the pages that devmed_prepare_donations() saw. A donation
 * that fails for want of memory although EL2 has pages lacks something else.
 *
 * Context: May sleep.
 * Return: true if EL2 had no page for it and has some now.
 */
bool devmed_refill_pool(int err)
{
	u64 have;

	if (err != -ENOMEM || !READ_ONCE(devmed_dma_started) ||
	    devmed_read_counter(DEVMED_GLOBAL, DEVMED_POOL_FREE, &have) ||
	    have >= DEVMED_TABLES_PER_REQUEST)
		return false;

	return !devmed_pool_topup(DEVMED_POOL_FOR_GUESTS - have);
}
