// SPDX-License-Identifier: GPL-2.0-only
/*
 * ITTs: the memory in which the ITS keeps the events of a device.
 *
 * Attack surface: any number of events, devices mapped and unmapped in any order
 * and as often as the host likes.
 *
 * Guarantees: an ITT is EL2's memory, zero when the ITS gets it, and of one device
 * only. An ITT that is given up is used again only when the ITS has taken the
 * command that unmapped it and a SYNC after it, and only as an ITT of the same ITS:
 * that SYNC was for one redistributor, and entries of others' may still be written
 * there. A large one is cleared in several traps, ITS_MAX_CLEAR bytes in each.
 *
 * Leaves to others: which device has which (its-device.c).
 */
#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>

#include <nvhe/devmed.h>
#include <nvhe/memory.h>

#include "its-hyp.h"

/**
 * its_flush - make what EL2 wrote visible to an ITS that does not snoop
 * @its: the instance
 * @phys: first byte
 * @size: in bytes
 *
 * Context: Any.
 */
void its_flush(const struct devmed_its *its, u64 phys, u64 size)
{
	if (!its->coherent)
		kvm_flush_dcache_to_poc(hyp_phys_to_virt(phys), size);
}

static struct its_itt_list *its_list(struct devmed_its *its, u8 order)
{
	return &its->itts[order - ITS_ITT_SHIFT];
}

/* Another page of structs, the first of which holds the pages together. */
static bool its_add_structs(struct devmed_its *its)
{
	struct its_itt *page = devmed_pool_alloc(0);
	unsigned int i;

	if (!page)
		return false;

	page[0].next = its->structs;
	its->structs = page;
	for (i = 1; i < PAGE_SIZE / sizeof(*page); i++) {
		page[i].next = its->spare;
		its->spare = &page[i];
	}

	return true;
}

/**
 * its_get_struct - a record for an ITT
 * @its: the instance
 *
 * Context: region->lock held, or trusted phase.
 * Return: the record, all zero, or NULL if there is no memory.
 */
struct its_itt *its_get_struct(struct devmed_its *its)
{
	struct its_itt *itt;

	if (!its->spare && !its_add_structs(its))
		return NULL;

	itt = its->spare;
	its->spare = itt->next;
	itt->next = NULL;

	return itt;
}

static void its_put_struct(struct devmed_its *its, struct its_itt *itt)
{
	memset(itt, 0, sizeof(*itt));
	itt->next = its->spare;
	its->spare = itt;
}

/* Has the ITS done with an ITT that was given up? */
static bool its_is_idle(struct devmed_its *its, const struct its_itt *itt)
{
	u64 done = its->emitted - devmed_queue_used(&its->ring.hyp);

	return itt->retired < its->synced && its->synced <= done;
}

static struct its_itt *its_pop_idle(struct devmed_its *its, u8 order)
{
	struct its_itt_list *list = its_list(its, order);
	struct its_itt *itt = list->head;

	if (!itt)
		return NULL;
	if (!its_is_idle(its, itt)) {
		its_update_cons(its);
		if (!its_is_idle(its, itt))
			return NULL;
	}

	list->head = itt->next;
	itt->next = NULL;

	return itt;
}

/**
 * its_retire - a device has given up its ITT
 * @its: the instance
 * @itt: of which the ITS is told with the next command
 *
 * Context: region->lock held.
 */
void its_retire(struct devmed_its *its, struct its_itt *itt)
{
	struct its_itt_list *list;

	its->last_itt = NULL;
	/* The rest of its page belongs to others: never used again. */
	if (itt->adopted) {
		its_put_struct(its, itt);
		return;
	}

	list = its_list(its, itt->order);
	itt->retired = its->emitted;
	itt->next = NULL;
	if (list->head)
		list->tail->next = itt;
	else
		list->head = itt;
	list->tail = itt;
}

/**
 * its_lose_commands - the ITS was reset, commands that it had not read are lost
 * @its: the instance, its ring as it was before
 *
 * If one of them was to unmap a device, the device table still has it. What the
 * ITS was not seen to leave is never used again.
 *
 * Context: region->lock held.
 */
void its_lose_commands(struct devmed_its *its)
{
	unsigned int i;

	for (i = 0; i < ITS_NR_ITT_ORDERS; i++) {
		struct its_itt_list *list = &its->itts[i];
		struct its_itt *itt = list->head;

		/* Those that were retired first come first. */
		list->tail = NULL;
		for (; itt && its_is_idle(its, itt); itt = itt->next)
			list->tail = itt;
		if (list->tail)
			list->tail->next = NULL;
		else
			list->head = NULL;
		while (itt) {
			struct its_itt *next = itt->next;

			its_put_struct(its, itt);
			itt = next;
		}
	}
}

/* New memory, zero: whole pages, or the next part of one. 0 if there is none. */
static u64 its_cut(struct devmed_its *its, u8 order)
{
	u8 page_order = max_t(u8, order, PAGE_SHIFT) - PAGE_SHIFT;
	struct its_itt_list *list = its_list(its, order);
	void *addr;
	u64 phys;

	if (!list->pieces) {
		addr = devmed_pool_alloc(page_order);
		if (!addr)
			return 0;
		list->piece = hyp_virt_to_phys(addr);
		list->pieces = BIT(PAGE_SHIFT + page_order - order);
	}
	phys = list->piece;
	list->piece += BIT(order);
	list->pieces--;

	return phys;
}

/* When the pool has run dry, a larger one will do. */
static struct its_itt *its_pop_larger(struct devmed_its *its, u8 order)
{
	while (++order <= ITS_MAX_ITT_ORDER) {
		struct its_itt *itt = its_pop_idle(its, order);

		if (itt)
			return itt;
	}

	return NULL;
}

static struct its_itt *its_new_itt(struct devmed_its *its, u8 order)
{
	struct its_itt *itt = its_get_struct(its);

	if (!itt)
		return NULL;
	itt->phys = its_cut(its, order);
	if (!itt->phys) {
		its_put_struct(its, itt);
		return NULL;
	}
	itt->order = order;

	return itt;
}

/* No longer the one that is being cleared: the next of its size. */
static void its_put_fresh(struct devmed_its *its)
{
	struct its_itt *itt = its->fresh;
	struct its_itt_list *list = its_list(its, itt->order);

	itt->next = list->head;
	if (!list->head)
		list->tail = itt;
	list->head = itt;
	its->fresh = NULL;
}

static bool its_choose_itt(struct devmed_its *its, u8 order)
{
	struct its_itt *itt;

	/* The host has another command in that slot by now. */
	if (its->fresh && its->fresh_order != order)
		its_put_fresh(its);
	if (its->fresh)
		return true;

	itt = its_pop_idle(its, order);
	if (!itt)
		itt = its_new_itt(its, order);
	if (!itt)
		itt = its_pop_larger(its, order);
	its->fresh = itt;
	its->fresh_order = order;
	its->cleared = 0;

	return itt;
}

/**
 * its_may_clear - how much of a piece of memory can be cleared in this trap
 * @its: the instance
 * @size: of what is left of it, in bytes
 *
 * Context: region->lock held.
 * Return: bytes, which count as cleared from now on.
 */
u64 its_may_clear(struct devmed_its *its, u64 size)
{
	u64 bytes = min_t(u64, size, ITS_MAX_CLEAR - its->clearing);

	its->clearing += bytes;

	return bytes;
}

/**
 * its_get_itt - memory for a device's events
 * @its: the instance
 * @order: log2 of its size in bytes
 *
 * Context: region->lock held.
 * Return: an ITT, all zero; NULL if there is no memory, or with @its->again if this
 * trap has cleared enough. The cleared part is kept for the next one.
 */
struct its_itt *its_get_itt(struct devmed_its *its, u8 order)
{
	struct its_itt *itt;
	u64 bytes;

	if (!its_choose_itt(its, order))
		return NULL;

	itt = its->fresh;
	bytes = its_may_clear(its, BIT(order) - its->cleared);
	memset(hyp_phys_to_virt(itt->phys) + its->cleared, 0, bytes);
	its_flush(its, itt->phys + its->cleared, bytes);
	its->cleared += bytes;
	if (its->cleared < BIT(order)) {
		its->again = true;
		return NULL;
	}
	its->fresh = NULL;

	return itt;
}
