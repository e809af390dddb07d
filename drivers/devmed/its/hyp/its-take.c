// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's memory that the ITS already uses becomes EL2's, and a list of it
 * remembers the way back.
 *
 * Attack surface: none, this is the trusted phase; but the driver keeps using
 * the ITS if anything here fails, so that each step can be undone.
 *
 * Guarantees: a page is taken once, and given back once, as it was.
 *
 * Leaves to others: which memory that is (its-init.c, its-table.c).
 */
#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/mem_protect.h>
#include <nvhe/memory.h>

#include "its-hyp.h"

/**
 * struct its_taken - some ranges that were taken
 * @next: a page with more of them
 * @nr: how many are here
 * @ranges: page frame and number of pages
 */
struct its_taken {
	struct its_taken *next;
	u64 nr;
	struct {
		u64 pfn;
		u64 nr_pages;
	} ranges[];
};

#define ITS_RANGES_PER_PAGE						\
	((PAGE_SIZE - sizeof(struct its_taken)) /			\
	 sizeof(((struct its_taken *)0)->ranges[0]))

/*
 * All instances that have taken something: the driver has one pool of ITTs for
 * all ITSs. Guarded by devmed_setup_lock.
 */
static struct devmed_its *its_takers;

static int its_make_room(struct devmed_its *its)
{
	struct its_taken *page = its->taken;

	if (page && page->nr < ITS_RANGES_PER_PAGE)
		return 0;

	page = devmed_pool_alloc(0);
	if (!page)
		return -ENOMEM;
	if (!its->taken) {
		its->next_taker = its_takers;
		its_takers = its;
	}
	page->next = its->taken;
	its->taken = page;

	return 0;
}

/**
 * its_take - make host memory EL2's
 * @its: for which instance
 * @phys: first byte, page aligned
 * @size: in bytes, whole pages
 *
 * Context: Trusted phase. Takes host_mmu.lock and those below it.
 * Return: 0; -EINVAL if @phys and @size are not whole pages, -ENOMEM, or why the
 * host cannot give them.
 */
int its_take(struct devmed_its *its, u64 phys, u64 size)
{
	struct its_taken *page;
	int ret;

	if (!size || !PAGE_ALIGNED(phys | size))
		return -EINVAL;
	ret = its_make_room(its);
	if (ret)
		return ret;
	ret = __pkvm_host_donate_hyp(hyp_phys_to_pfn(phys), size >> PAGE_SHIFT);
	if (ret)
		return ret;

	page = its->taken;
	page->ranges[page->nr].pfn = hyp_phys_to_pfn(phys);
	page->ranges[page->nr].nr_pages = size >> PAGE_SHIFT;
	page->nr++;

	return 0;
}

static bool its_has_taken(const struct devmed_its *its, u64 pfn)
{
	const struct its_taken *page;
	unsigned int i;

	for (page = its->taken; page; page = page->next) {
		for (i = 0; i < page->nr; i++) {
			if (pfn - page->ranges[i].pfn < page->ranges[i].nr_pages)
				return true;
		}
	}

	return false;
}

static bool its_is_taken(u64 pfn)
{
	const struct devmed_its *its;

	for (its = its_takers; its; its = its->next_taker) {
		if (its_has_taken(its, pfn))
			return true;
	}

	return false;
}

/**
 * its_take_shared - make the pages of an ITT EL2's, others of which may be
 * @its: for which instance; if another has a page already, it stays that one's
 * @phys: first byte, of any alignment
 * @size: in bytes
 *
 * Context: Trusted phase. Takes host_mmu.lock and those below it.
 * Return: 0, or the error of its_take().
 */
int its_take_shared(struct devmed_its *its, u64 phys, u64 size)
{
	u64 end = PAGE_ALIGN(phys + size);
	int ret = 0;

	for (phys = ALIGN_DOWN(phys, PAGE_SIZE); phys < end && !ret;
	     phys += PAGE_SIZE) {
		if (!its_is_taken(hyp_phys_to_pfn(phys)))
			ret = its_take(its, phys, PAGE_SIZE);
	}

	return ret;
}

/**
 * its_give_back - undo its_take(), all of it
 * @its: for which instance
 *
 * Context: Trusted phase. Takes host_mmu.lock and those below it.
 */
void its_give_back(struct devmed_its *its)
{
	struct devmed_its **link = &its_takers;

	while (*link && *link != its)
		link = &(*link)->next_taker;
	if (*link)
		*link = its->next_taker;

	while (its->taken) {
		struct its_taken *page = its->taken;

		while (page->nr--)
			__pkvm_hyp_donate_host(page->ranges[page->nr].pfn,
					       page->ranges[page->nr].nr_pages);
		its->taken = page->next;
		devmed_pool_free(page, 0);
	}
}
