// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses up EL2's pool, as many users of it at once would: a page out of each of
 * many blocks of memory is withdrawn from devices, and each costs a table. The
 * pages come back when the module is unloaded.
 *
 * Before that, the module takes the single pages that the page allocator has at
 * hand: a guest's next page is in a block that no table has been made for.
 */
#include <linux/arm-smccc.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <asm/kvm_asm.h>
#include "devmed_test.h"

#define BLOCK_ORDER	get_order(SZ_2M)
#define NR_SINGLES	(SZ_128M / PAGE_SIZE)

static struct devmed_results results;
static LIST_HEAD(singles);
static LIST_HEAD(blocks);

static void take_singles(void)
{
	struct page *page;
	unsigned int i;

	for (i = 0; i < NR_SINGLES; i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			break;
		list_add(&page->lru, &singles);
	}
}

static void free_all(struct list_head *list, unsigned int order)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, list, lru) {
		list_del(&page->lru);
		__free_pages(page, order);
	}
}

#ifdef CONFIG_DEVMED
static int withdraw(const struct page *page, enum devmed_call_op op)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_FUNC(__devmed_call), op, page_to_pfn(page), 0, &res);
	return res.a0 == SMCCC_RET_SUCCESS ? (int)res.a1 : -EOPNOTSUPP;
}

/* Until EL2 has no page for another table, or the host no block. */
static int drain(void)
{
	struct page *block;
	int ret = 0;

	while (!ret) {
		block = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, BLOCK_ORDER);
		if (!block)
			return -ENOSPC;
		list_add(&block->lru, &blocks);
		ret = withdraw(block, DEVMED_CALL_DMA_WITHDRAW);
	}

	return ret;
}

static void refill(void)
{
	struct page *block;

	list_for_each_entry(block, &blocks, lru)
		withdraw(block, DEVMED_CALL_DMA_RESTORE);
}
#else
static int drain(void) { return -EOPNOTSUPP; }
static void refill(void) { }
#endif

static int __init drain_init(void)
{
	int ret = devmed_results_init(&results);

	if (ret)
		return ret;
	take_singles();
	ret = drain();
	devmed_result(&results, ret == -ENOMEM, "EL2 has no page left (%d)", ret);

	return 0;
}
module_init(drain_init);

static void __exit drain_exit(void)
{
	refill();
	free_all(&blocks, BLOCK_ORDER);
	free_all(&singles, 0);
	devmed_results_exit(&results);
}
module_exit(drain_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Use up the pages that EL2 has");
