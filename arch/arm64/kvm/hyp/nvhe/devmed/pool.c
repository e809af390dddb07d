// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2's own pages for what hardware walks.
 *
 * Attack surface: the host makes backends allocate, as often as it can, and
 * chooses the pages that it adds.
 *
 * Guarantees: a page handed out is EL2's alone and zero. An empty pool fails
 * the one request that found it empty, and can be filled again. Adding pages goes
 * through the same check as any donation, so the host can add only what is its
 * own; and where devices do not reach all memory, only what they all reach. No
 * operation takes longer the more the host has added; a block of any size is taken
 * piece by piece, with the host's interrupts in between.
 *
 * Leaves to others: bounding what one device may take (the backend), and
 * telling the device before a page is freed.
 */
#include <linux/align.h>
#include <linux/kvm_host.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_idmap.h>
#include <nvhe/gfp.h>
#include <nvhe/mem_protect.h>

static DEFINE_HYP_SPINLOCK(devmed_pool_lock);

/* Free memory that is not in the range of a struct hyp_pool, zero otherwise. */
struct devmed_block {
	struct devmed_block *next;
};

/*
 * Guarded by devmed_pool_lock. A struct hyp_pool has one contiguous range and
 * knows single pages only beyond it; what is added later are blocks, by order.
 */
static struct hyp_pool devmed_pool;
static bool devmed_pool_ready;
static struct devmed_block *devmed_blocks[NR_PAGE_ORDERS];
static u64 devmed_pool_counters[DEVMED_NR_GLOBAL_COUNTERS];

/*
 * Pages that one hypercall takes. Each has to be unmapped from the host, mapped at
 * EL2, taken from devices and zeroed.
 */
#define DEVMED_TOPUP_PIECE	max(SZ_64K / PAGE_SIZE, 4UL)

/* Taken before host_mmu.lock. */
static DEFINE_HYP_SPINLOCK(devmed_topup_lock);

/*
 * A block of which the host has given a part: 2^order pages at pfn, taken of them
 * so far. Guarded by devmed_topup_lock.
 */
static struct {
	u64 pfn;
	u64 order;
	u64 taken;
} devmed_topup;

/* End of the highest page that was given. */
static u64 devmed_pool_top;

/*
 * End of what all devices reach, exclusive: U64_MAX if that is everything. Only
 * ever lowered, in the trusted phase, with devmed_pool_lock held.
 */
static u64 devmed_reach = U64_MAX;

/**
 * devmed_is_reachable - do all devices reach this?
 * @phys: first byte
 * @size: in bytes
 *
 * A device that drives fewer address bits would reach something else there.
 *
 * Context: Any.
 * Return: true if they do.
 */
bool devmed_is_reachable(u64 phys, u64 size)
{
	return devmed_reach == U64_MAX ||
	       (phys < devmed_reach && size <= devmed_reach - phys);
}

/**
 * devmed_limit_reach - there is a device that does not reach all memory
 * @end: of what the device reaches, exclusive, whole pages
 *
 * A limit that another device has set stays if it is the lower one.
 *
 * Context: Trusted phase. Takes devmed_pool_lock.
 * Return: 0; -ERANGE if the pool has pages past @end, with nothing changed.
 */
int devmed_limit_reach(u64 end)
{
	int ret = 0;

	hyp_spin_lock(&devmed_pool_lock);
	if (devmed_pool_top > end)
		ret = -ERANGE;
	else
		devmed_reach = min(devmed_reach, end);
	hyp_spin_unlock(&devmed_pool_lock);

	return ret;
}

static bool devmed_is_block(const void *addr)
{
	phys_addr_t phys = hyp_virt_to_phys((void *)addr);

	return phys < devmed_pool.range_start || phys >= devmed_pool.range_end;
}

static void devmed_put_block_locked(void *addr, u8 order)
{
	struct devmed_block *block = addr;

	hyp_assert_lock_held(&devmed_pool_lock);

	block->next = devmed_blocks[order];
	devmed_blocks[order] = block;
}

/* A larger one is cut in halves. */
static void *devmed_get_block_locked(u8 order)
{
	struct devmed_block *block;
	unsigned int have = order;

	hyp_assert_lock_held(&devmed_pool_lock);

	while (have < NR_PAGE_ORDERS && !devmed_blocks[have])
		have++;
	if (have >= NR_PAGE_ORDERS)
		return NULL;

	block = devmed_blocks[have];
	devmed_blocks[have] = block->next;
	block->next = NULL;
	/* As a page from hyp_alloc_pages() has it: in use. */
	hyp_set_page_refcounted(hyp_virt_to_page(block));
	while (have-- > order)
		devmed_put_block_locked((void *)block + (PAGE_SIZE << have), have);

	return block;
}

static void *devmed_take_locked(u8 order)
{
	u64 *counters = devmed_pool_counters;
	void *addr = NULL;

	hyp_assert_lock_held(&devmed_pool_lock);

	if (devmed_pool_ready)
		addr = devmed_get_block_locked(order) ?:
		       hyp_alloc_pages(&devmed_pool, order);
	if (addr) {
		counters[DEVMED_POOL_FREE] -= BIT(order);
		counters[DEVMED_POOL_LOW] = min(counters[DEVMED_POOL_LOW],
						counters[DEVMED_POOL_FREE]);
	} else {
		counters[DEVMED_POOL_FAILED]++;
	}

	return addr;
}

static void devmed_count_new_locked(u64 pfn, u64 nr_pages)
{
	hyp_assert_lock_held(&devmed_pool_lock);

	devmed_pool_counters[DEVMED_POOL_FREE] += nr_pages;
	devmed_pool_counters[DEVMED_POOL_SIZE] += nr_pages;
	devmed_pool_top = max(devmed_pool_top, hyp_pfn_to_phys(pfn + nr_pages));
}

/* Zero and EL2's, in the largest blocks that are aligned to their size. */
static void devmed_add_locked(u64 pfn, u64 nr_pages)
{
	hyp_assert_lock_held(&devmed_pool_lock);

	devmed_count_new_locked(pfn, nr_pages);
	while (nr_pages) {
		u8 order = NR_PAGE_ORDERS - 1;

		while (BIT(order) > nr_pages || !IS_ALIGNED(pfn, BIT(order)))
			order--;
		devmed_put_block_locked(hyp_phys_to_virt(hyp_pfn_to_phys(pfn)),
					order);
		pfn += BIT(order);
		nr_pages -= BIT(order);
	}
}

/**
 * devmed_pool_init - give the pool its pages
 * @pfn: first page frame, the host's
 * @nr_pages: how many
 *
 * Those of the first call are put together again when they come back; those of
 * later calls, once cut, stay as they are.
 *
 * Context: Trusted phase. Takes host_mmu.lock and those below it.
 * Return: 0; -EPERM after finalize or if the pages are not the host's, -ERANGE if
 * some device does not reach them.
 */
int devmed_pool_init(u64 pfn, u64 nr_pages)
{
	int ret;

	if (devmed_finalized())
		return -EPERM;
	if (!devmed_is_reachable(hyp_pfn_to_phys(pfn), nr_pages << PAGE_SHIFT))
		return -ERANGE;

	ret = __pkvm_host_donate_hyp(pfn, nr_pages);
	if (ret)
		return ret;

	hyp_spin_lock(&devmed_pool_lock);
	if (devmed_pool_ready) {
		memset(hyp_phys_to_virt(hyp_pfn_to_phys(pfn)), 0,
		       nr_pages << PAGE_SHIFT);
		devmed_add_locked(pfn, nr_pages);
	} else {
		ret = hyp_pool_init(&devmed_pool, pfn, nr_pages, 0);
		if (!ret) {
			devmed_count_new_locked(pfn, nr_pages);
			devmed_pool_ready = true;
		}
	}
	devmed_pool_counters[DEVMED_POOL_LOW] = devmed_pool_counters[DEVMED_POOL_FREE];
	hyp_spin_unlock(&devmed_pool_lock);

	return ret;
}

/* Pages that were taken of the block are the pool's, be they all of it or not. */
static void devmed_end_topup_locked(void)
{
	hyp_assert_lock_held(&devmed_topup_lock);

	if (!devmed_topup.taken)
		return;
	hyp_spin_lock(&host_mmu.lock);
	hyp_spin_lock(&devmed_pool_lock);
	devmed_add_locked(devmed_topup.pfn, devmed_topup.taken);
	/* Before anybody else has them: the next top-up may need tables. */
	while (devmed_idmap_wants_spare() && devmed_pool_counters[DEVMED_POOL_FREE])
		devmed_idmap_add_spare(devmed_take_locked(0));
	hyp_spin_unlock(&devmed_pool_lock);
	hyp_spin_unlock(&host_mmu.lock);
	devmed_topup.taken = 0;
}

/* The next piece. Returns the pages that are left, or an errno. */
static int devmed_topup_locked(u64 pfn, u64 order)
{
	u64 start, count;
	int ret;

	hyp_assert_lock_held(&devmed_topup_lock);

	if (devmed_topup.pfn != pfn || devmed_topup.order != order)
		devmed_end_topup_locked();
	devmed_topup.pfn = pfn;
	devmed_topup.order = order;

	start = pfn + devmed_topup.taken;
	count = min(BIT(order) - devmed_topup.taken, DEVMED_TOPUP_PIECE);
	/* Blocks are no larger than what one table maps, but for the very largest. */
	devmed_idmap_favour(hyp_pfn_to_phys(start));
	ret = __pkvm_host_donate_hyp(start, count);
	devmed_idmap_favour(U64_MAX);
	if (!ret) {
		memset(hyp_phys_to_virt(hyp_pfn_to_phys(start)), 0,
		       count << PAGE_SHIFT);
		devmed_topup.taken += count;
		ret = BIT(order) - devmed_topup.taken;
	}
	if (ret <= 0)
		devmed_end_topup_locked();

	return ret;
}

/**
 * devmed_pool_topup - add contiguous pages
 * @pfn: the first, the host's, a multiple of their number
 * @order: 2^@order pages
 *
 * One call takes DEVMED_TOPUP_PIECE pages. Pages that were taken stay EL2's
 * whatever comes of the others; they are in one block once all are.
 *
 * Context: Any time. Takes devmed_topup_lock, host_mmu.lock and those below it.
 * Return: 0 once all are taken; how many are left, for the next call with the same
 * arguments; -ENODEV if there is no pool, -EINVAL if @pfn is not aligned or that
 * is more than anybody can take at once, -ERANGE if some device does not reach
 * it, or the error of the donation, of the pages that were left.
 */
int devmed_pool_topup(u64 pfn, u64 order)
{
	int ret;

	if (!devmed_pool_ready)
		return -ENODEV;
	if (order >= NR_PAGE_ORDERS || !IS_ALIGNED(pfn, BIT(order)))
		return -EINVAL;
	if (!devmed_is_reachable(hyp_pfn_to_phys(pfn), PAGE_SIZE << order))
		return -ERANGE;

	hyp_spin_lock(&devmed_topup_lock);
	ret = devmed_topup_locked(pfn, order);
	hyp_spin_unlock(&devmed_topup_lock);

	return ret;
}

/* Of exactly this order, up to @most. */
static u64 devmed_count_free_locked(u8 order, u64 most)
{
	const struct devmed_block *block = devmed_blocks[order];
	const struct list_head *node;
	u64 count = 0;

	hyp_assert_lock_held(&devmed_pool_lock);

	for (; block && count < most; block = block->next)
		count++;
	/* There are no lists beyond that. */
	if (order > devmed_pool.max_order)
		return count;

	list_for_each(node, &devmed_pool.free_area[order]) {
		if (count >= most)
			break;
		count++;
	}

	return count;
}

/**
 * devmed_pool_blocks - how many requests could be met
 * @order: for 2^@order pages each
 * @most: more than that do not matter, DEVMED_POOL_MOST at most
 *
 * Context: Any. Takes devmed_pool_lock.
 * Return: their number up to @most, which may be old when it arrives; -EINVAL.
 */
int devmed_pool_blocks(u64 order, u64 most)
{
	u64 count = 0;
	unsigned int i;

	if (order >= NR_PAGE_ORDERS || most > DEVMED_POOL_MOST)
		return -EINVAL;

	hyp_spin_lock(&devmed_pool_lock);
	for (i = order; devmed_pool_ready && i < NR_PAGE_ORDERS && count < most; i++)
		count += devmed_count_free_locked(i, most) << (i - order);
	hyp_spin_unlock(&devmed_pool_lock);

	return min(count, most);
}

/**
 * devmed_pool_alloc - take zeroed pages
 * @order: 2^@order pages, contiguous and aligned to their size
 *
 * What was added comes first, so that the rest can be put together again.
 *
 * Context: Takes devmed_pool_lock.
 * Return: their hyp address, or NULL if there are none.
 */
void *devmed_pool_alloc(u8 order)
{
	void *addr;

	hyp_spin_lock(&devmed_pool_lock);
	addr = devmed_take_locked(order);
	hyp_spin_unlock(&devmed_pool_lock);

	return addr;
}

/**
 * devmed_pool_free - put pages back, no device using them any more
 * @addr: what devmed_pool_alloc() returned
 * @order: as allocated
 *
 * Whoever else wants a page does not wait until these are zero, if they came after
 * the first of devmed_pool_init(): hyp_put_page() zeroes the others itself.
 *
 * Context: Takes devmed_pool_lock.
 */
void devmed_pool_free(void *addr, u8 order)
{
	bool block = devmed_is_block(addr);

	if (block)
		memset(addr, 0, PAGE_SIZE << order);

	hyp_spin_lock(&devmed_pool_lock);
	if (block) {
		hyp_page_ref_dec(hyp_virt_to_page(addr));
		devmed_put_block_locked(addr, order);
	} else {
		hyp_put_page(&devmed_pool, addr);
	}
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
