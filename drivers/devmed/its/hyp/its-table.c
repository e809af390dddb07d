// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables in memory that the ITS finds devices, collections and vPEs in.
 *
 * Attack surface: DeviceIDs and ICIDs of any size; the tables themselves were
 * the host's until the handover.
 *
 * Guarantees: all levels are EL2's memory. A level-2 table is zero before its
 * level-1 entry is valid, and is never taken away again. Addresses, sizes and
 * page sizes come from the registers.
 *
 * Leaves to others: writing the registers (its-regs.c).
 */
#include <linux/bitfield.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/minmax.h>

#include <asm/barrier.h>
#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/memory.h>

#include "its-hyp.h"

static u32 its_baser_page_size(u64 baser)
{
	switch (baser & GITS_BASER_PAGE_SIZE_MASK) {
	case GITS_BASER_PAGE_SIZE_4K:
		return SZ_4K;
	case GITS_BASER_PAGE_SIZE_16K:
		return SZ_16K;
	default:
		/* 0b11 is treated as 0b10 (IHI 0069, 12.19.1). */
		return SZ_64K;
	}
}

/* With pages of 64 KiB, address bits 51 to 48 are in 15 to 12. */
static u64 its_baser_address(u64 baser)
{
	if (its_baser_page_size(baser) == SZ_64K)
		return GITS_BASER_ADDR_48_to_52(baser);

	return baser & GITS_BASER_ADDR;
}

static struct its_table *its_find_table(struct devmed_its *its,
					unsigned int type)
{
	unsigned int i;

	for (i = 0; i < GITS_BASER_NR_REGS; i++) {
		struct its_table *table = &its->tables[i];

		if (table->page_size && GITS_BASER_TYPE(table->baser) == type)
			return table;
	}

	return NULL;
}

/* What a level-1 entry leads to has this many entries. */
static u32 its_l2_entries(const struct its_table *table)
{
	return table->page_size / table->entry_size;
}

/* Level-2 tables smaller than a page of the kernel's have one to themselves. */
static u64 its_l2_size(const struct its_table *table)
{
	return max_t(u64, table->page_size, PAGE_SIZE);
}

static u64 *its_l1(const struct its_table *table)
{
	return hyp_phys_to_virt(table->phys);
}

static u32 its_nr_l1(const struct its_table *table)
{
	return table->size / GITS_LVL1_ENTRY_SIZE;
}

/**
 * its_table_entries - how many IDs a table has room for
 * @its: the instance
 * @type: GITS_BASER_TYPE_*
 *
 * Context: Any.
 * Return: their number, 0 if there is no such table.
 */
u64 its_table_entries(const struct devmed_its *its, unsigned int type)
{
	const struct its_table *table;

	table = its_find_table((struct devmed_its *)its, type);
	if (!table)
		return 0;
	if (table->baser & GITS_BASER_INDIRECT)
		return (u64)its_nr_l1(table) * its_l2_entries(table);

	return table->size / table->entry_size;
}

/**
 * its_has_entry - may there be an entry for an ID?
 * @its: the instance
 * @type: GITS_BASER_TYPE_*
 * @id: any ID
 *
 * Context: Any.
 * Return: false if it is past the end of the table. Without a table the ITS
 * keeps all IDs itself.
 */
bool its_has_entry(const struct devmed_its *its, unsigned int type, u32 id)
{
	u64 entries = its_table_entries(its, type);

	return !entries || id < entries;
}

/**
 * its_reserve_entry - make room for an ID in a table
 * @its: the instance
 * @type: GITS_BASER_TYPE_*
 * @id: any ID
 *
 * Context: region->lock held.
 * Return: true if the ITS has an entry for it, false if it is out of range or
 * there are no pages for a level-2 table, or with @its->again if that is to come in
 * another trap.
 */
bool its_reserve_entry(struct devmed_its *its, unsigned int type, u32 id)
{
	struct its_table *table = its_find_table(its, type);
	u64 phys;
	void *l2;
	u64 *l1;

	if (!its_has_entry(its, type, id))
		return false;
	if (!table || !(table->baser & GITS_BASER_INDIRECT))
		return true;

	l1 = its_l1(table) + id / its_l2_entries(table);
	if (*l1 & GITS_L1_VALID)
		return true;

	if (its->clearing + its_l2_size(table) > ITS_MAX_CLEAR) {
		its->again = true;
		return false;
	}
	l2 = devmed_pool_alloc(get_order(its_l2_size(table)));
	if (!l2)
		return false;
	its->clearing += its_l2_size(table);
	phys = hyp_virt_to_phys(l2);
	its_flush(its, phys, its_l2_size(table));
	/* The table before the entry that leads to it. */
	dma_wmb();
	WRITE_ONCE(*l1, phys | GITS_L1_VALID);
	its_flush(its, table->phys + (void *)l1 - (void *)its_l1(table),
		  GITS_LVL1_ENTRY_SIZE);

	return true;
}

/* The tables that live level-1 entries lead to become EL2's too. */
static int its_take_l2(struct devmed_its *its, const struct its_table *table)
{
	u32 i;

	for (i = 0; i < its_nr_l1(table); i++) {
		u64 entry = its_l1(table)[i];
		int ret;

		if (!(entry & GITS_L1_VALID))
			continue;
		ret = its_take(its, entry & GITS_L1_ADDR, its_l2_size(table));
		if (ret)
			return ret;
	}

	return 0;
}

static int its_init_table(struct devmed_its *its, struct its_table *table,
			  u64 baser)
{
	int ret;

	table->baser = baser;
	table->page_size = its_baser_page_size(baser);
	table->entry_size = GITS_BASER_ENTRY_SIZE(baser);
	table->phys = its_baser_address(baser);
	table->size = GITS_BASER_NR_PAGES(baser) * table->page_size;
	if (!(baser & GITS_BASER_SHAREABILITY_MASK))
		its->coherent = false;

	ret = its_take(its, table->phys, ALIGN(table->size, PAGE_SIZE));
	if (!ret && (baser & GITS_BASER_INDIRECT))
		ret = its_take_l2(its, table);

	return ret;
}

/**
 * its_init_tables - take over the tables that the ITS uses
 * @its: the instance
 *
 * Context: Trusted phase, devmed_setup_lock held.
 * Return: 0, or an errno; its_give_back() undoes what was done.
 */
int its_init_tables(struct devmed_its *its)
{
	unsigned int i;

	for (i = 0; i < GITS_BASER_NR_REGS; i++) {
		u64 baser = devmed_read64(its->region, GITS_BASER + i * 8);
		int ret;

		if (GITS_BASER_TYPE(baser) == GITS_BASER_TYPE_NONE ||
		    !(baser & GITS_BASER_VALID))
			continue;
		ret = its_init_table(its, &its->tables[i], baser);
		if (ret)
			return ret;
	}

	return 0;
}
