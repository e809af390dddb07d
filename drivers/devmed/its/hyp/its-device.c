// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices, by DeviceID.
 *
 * Attack surface: any DeviceID, mapped and unmapped in any order and as often as
 * the host likes.
 *
 * Guarantees: what a device uses is found by its DeviceID in EL2's own records, and
 * is as long as its events need. No pages: one command is refused.
 *
 * Leaves to others: where the memory comes from (its-itt.c); whether the DeviceID
 * has a table entry (its-table.c).
 */
#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>

#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>

#include "its-hyp.h"

/* The radix tree: each node is a page of pointers. */
#define ITS_RADIX_BITS		(PAGE_SHIFT - 3)
#define ITS_RADIX_MASK		(BIT(ITS_RADIX_BITS) - 1)

/* Where the tree keeps the ITT of a DeviceID; NULL if there is no such place. */
static struct its_itt **its_find_place(const struct devmed_its *its, u32 id)
{
	void **node = its->devices;
	unsigned int level;

	for (level = its->levels - 1; level && node; level--)
		node = node[(id >> (level * ITS_RADIX_BITS)) & ITS_RADIX_MASK];

	return node ? (struct its_itt **)&node[id & ITS_RADIX_MASK] : NULL;
}

/* As its_find_place(), adding nodes on the way; NULL if there is no page for one. */
static struct its_itt **its_make_place(struct devmed_its *its, u32 id)
{
	void **node = its->devices;
	unsigned int level;

	for (level = its->levels - 1; level; level--) {
		void **next = &node[(id >> (level * ITS_RADIX_BITS)) &
				    ITS_RADIX_MASK];

		if (!*next)
			*next = devmed_pool_alloc(0);
		if (!*next)
			return NULL;
		node = *next;
	}

	return (struct its_itt **)&node[id & ITS_RADIX_MASK];
}

/**
 * its_search_itt - what a device uses
 * @its: the instance
 * @id: any DeviceID
 *
 * Context: region->lock held.
 * Return: its ITT, or NULL if it is not mapped.
 */
struct its_itt *its_search_itt(struct devmed_its *its, u32 id)
{
	struct its_itt **place;

	if ((u64)id >> its->device_bits)
		return NULL;
	place = its_find_place(its, id);
	if (!place || !*place)
		return NULL;

	its->last_id = id;
	its->last_itt = *place;

	return *place;
}

/* log2 of the bytes for 2^@bits events, 0 if that is too much for the pool. */
static u8 its_itt_order(const struct devmed_its *its, u8 bits)
{
	u8 order = max_t(u8, bits + ilog2(roundup_pow_of_two(its->entry_size)),
			 ITS_ITT_SHIFT);

	return order <= ITS_MAX_ITT_ORDER ? order : 0;
}

/**
 * its_map_device - give a device an ITT
 * @its: the instance
 * @id: its DeviceID, of no more than @its->device_bits
 * @bits: log2 of its number of events
 * @phys: address of the ITT
 *
 * A device that is mapped gets another one; the old is kept until the ITS has
 * seen that.
 *
 * Context: region->lock held, on the way to emit the MAPD.
 * Return: 0, or why the MAPD is refused, with nothing changed that is visible.
 * With @its->again it is not refused, but to come in another trap.
 */
enum devmed_counter its_map_device(struct devmed_its *its, u32 id, u8 bits,
				   u64 *phys)
{
	struct its_itt **place;
	struct its_itt *itt;
	u8 order;

	if (bits > its->event_bits)
		return DEVMED_CMD_EVENT;
	order = its_itt_order(its, bits);
	if (!order)
		return DEVMED_CMD_EVENT;

	if (!its_has_entry(its, GITS_BASER_TYPE_DEVICE, id))
		return DEVMED_CMD_DEVICE;
	if (!its_reserve_entry(its, GITS_BASER_TYPE_DEVICE, id))
		return DEVMED_CMD_MEMORY;
	place = its_make_place(its, id);
	if (!place)
		return DEVMED_CMD_MEMORY;
	itt = its_get_itt(its, order);
	if (!itt)
		return DEVMED_CMD_MEMORY;

	itt->bits = bits;
	if (*place)
		its_retire(its, *place);
	*place = itt;
	*phys = itt->phys;

	return 0;
}

/**
 * its_unmap_device - take a device's ITT
 * @its: the instance
 * @id: its DeviceID, of no more than @its->device_bits
 *
 * Context: region->lock held, on the way to emit the MAPD.
 * Return: true if it had one.
 */
bool its_unmap_device(struct devmed_its *its, u32 id)
{
	struct its_itt **place = its_find_place(its, id);

	if (!place || !*place)
		return false;

	its_retire(its, *place);
	*place = NULL;

	return true;
}

/**
 * its_adopt_device - record a device that was mapped before EL2 came
 * @its: the instance
 * @id: its DeviceID
 * @bits: log2 of its number of events
 * @phys: its ITT, EL2's memory by now
 *
 * Context: Trusted phase, devmed_setup_lock held.
 * Return: 0, -EINVAL if the ITS cannot have such a device, -EEXIST if it has
 * one, -ENOMEM.
 */
int its_adopt_device(struct devmed_its *its, u32 id, u8 bits, u64 phys)
{
	struct its_itt **place;
	struct its_itt *itt;

	if ((u64)id >> its->device_bits || bits > its->event_bits ||
	    !its_itt_order(its, bits))
		return -EINVAL;

	place = its_make_place(its, id);
	if (!place)
		return -ENOMEM;
	if (*place)
		return -EEXIST;
	itt = its_get_struct(its);
	if (!itt)
		return -ENOMEM;

	itt->phys = phys;
	itt->bits = bits;
	itt->adopted = true;
	*place = itt;

	return 0;
}

/**
 * its_init_devices - begin without any device
 * @its: the instance, with @its->device_bits
 *
 * Context: Trusted phase, devmed_setup_lock held.
 * Return: 0 or -ENOMEM.
 */
int its_init_devices(struct devmed_its *its)
{
	its->levels = DIV_ROUND_UP(its->device_bits, ITS_RADIX_BITS);
	its->devices = devmed_pool_alloc(0);

	return its->devices ? 0 : -ENOMEM;
}

static void its_free_nodes(void **node, unsigned int level)
{
	unsigned int i;

	for (i = 0; level && i <= ITS_RADIX_MASK; i++) {
		if (node[i])
			its_free_nodes(node[i], level - 1);
	}
	devmed_pool_free(node, 0);
}

/**
 * its_free_devices - undo its_init_devices() and its_adopt_device()
 * @its: the instance, to which no command was given yet
 *
 * Context: Trusted phase, devmed_setup_lock held.
 */
void its_free_devices(struct devmed_its *its)
{
	if (its->devices)
		its_free_nodes(its->devices, its->levels - 1);
	its->devices = NULL;

	while (its->structs) {
		struct its_itt *page = its->structs;

		its->structs = page->next;
		devmed_pool_free(page, 0);
	}
	its->spare = NULL;
}
