// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the host's that redistributors use: how much of it, and for vPEs,
 * by whom.
 *
 * Attack surface: the addresses of a vPE's pending table and of a guest's
 * configuration table, any number of them, named by several ITSs and
 * redistributors at once.
 *
 * Guarantees: a range is pinned before the first of them hears of it, and until
 * the last of them was proved done with it. A vPEID has one pending table, a
 * pending table one vPEID; it is resident in one place at a time, and only
 * while some ITS has it mapped. No two ranges overlap, a page having one pin.
 * The host cannot make a search long: ITS_MAX_CHAIN.
 *
 * Leaves to others: the proof that an ITS (its-vpe.c) or a redistributor
 * (gicr-vlpi.c) is done.
 */
#include <linux/bitfield.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>

#include <nvhe/devmed.h>
#include <nvhe/memory.h>

#include "its-hyp.h"

#define ITS_HOLD_BUCKETS	256

/* Of one bucket: enough for thousands of guests, and soon looked through. */
#define ITS_MAX_CHAIN		64

/* Inside a region lock, outside of host_mmu.lock. */
static DEFINE_HYP_SPINLOCK(its_hold_lock);

/* All of them, by address and, if they have one, by vPEID. */
static struct its_hold *its_holds[ITS_HOLD_BUCKETS];
static struct its_hold *its_vpts[ITS_HOLD_BUCKETS];

/* Structs that hold nothing at present. Guarded by its_hold_lock, as the above. */
static struct its_hold *its_spare_holds;

/**
 * gicr_config_size - size of a configuration table
 * @propbaser: GICR_PROPBASER or GICR_VPROPBASER
 *
 * Context: Any.
 * Return: bytes, one for each LPI (IHI 0069, 5.1.1), in whole pages.
 */
u64 gicr_config_size(u64 propbaser)
{
	u64 bits = (propbaser & GICR_PROPBASER_IDBITS_MASK) + 1;

	return PAGE_ALIGN(BIT(bits) - GIC_FIRST_LPI);
}

/**
 * gicr_pending_size - size of a pending table
 *
 * Context: Any, once a redistributor had LPIs enabled.
 * Return: bytes, one bit for each INTID (IHI 0069, 5.1.2), in whole pages.
 */
u64 gicr_pending_size(void)
{
	return ALIGN(BIT(gicr_lpi_bits) / 8, SZ_64K);
}

/* What another owner left in the caches must not come to light, or overwrite. */
static void gicr_flush(u64 phys, u64 size)
{
	if (!(gicr_attrs & GICR_PROPBASER_SHAREABILITY_MASK))
		kvm_flush_dcache_to_poc(__hyp_va(phys), size);
}

/**
 * gicr_pin - pin memory for a redistributor
 * @phys: first byte
 * @size: in bytes
 *
 * Context: As devmed_pin().
 * Return: 0; -ERANGE if redistributors do not reach it, or the error of
 * devmed_pin().
 */
int gicr_pin(u64 phys, u64 size)
{
	int ret;

	if (!devmed_is_reachable(phys, size))
		return -ERANGE;

	ret = devmed_pin(phys, size);
	if (!ret)
		gicr_flush(phys, size);

	return ret;
}

/**
 * gicr_unpin - undo gicr_pin()
 * @phys: first byte
 * @size: in bytes
 *
 * The host can have one of these pages used by the stock hypervisor as well, as
 * memory of a vCPU: the page then stays shared and pinned for good, which is the
 * host's own loss, and nobody's who gets memory from it.
 *
 * Context: As devmed_unpin().
 */
void gicr_unpin(u64 phys, u64 size)
{
	gicr_flush(phys, size);
	devmed_unpin(phys, size);
}

/* Neighbours differ in the bits from 16 up: tables mostly are of that size. */
static struct its_hold **its_bucket(u64 phys)
{
	return &its_holds[(phys >> 16) % ITS_HOLD_BUCKETS];
}

static struct its_hold **its_vpe_bucket(u16 vpe)
{
	return &its_vpts[vpe % ITS_HOLD_BUCKETS];
}

static struct its_hold *its_find_hold_locked(u64 phys)
{
	struct its_hold *hold = *its_bucket(phys);

	hyp_assert_lock_held(&its_hold_lock);

	while (hold && hold->phys != phys)
		hold = hold->next;

	return hold;
}

/* As many as there are vPEIDs like this one, which is no more than 256. */
static struct its_hold *its_find_vpt_locked(u16 vpe)
{
	struct its_hold *hold = *its_vpe_bucket(vpe);

	hyp_assert_lock_held(&its_hold_lock);

	while (hold && hold->vpe != vpe)
		hold = hold->next_vpe;

	return hold;
}

static bool its_chain_is_full(u64 phys)
{
	const struct its_hold *hold;
	unsigned int n = 0;

	for (hold = *its_bucket(phys); hold; hold = hold->next)
		n++;

	return n >= ITS_MAX_CHAIN;
}

static struct its_hold *its_get_spare_locked(void)
{
	struct its_hold *hold = its_spare_holds;
	unsigned int i;

	hyp_assert_lock_held(&its_hold_lock);

	if (!hold) {
		hold = devmed_pool_alloc(0);
		if (!hold)
			return NULL;
		for (i = 1; i < PAGE_SIZE / sizeof(*hold); i++)
			hold[i - 1].next = &hold[i];
	}
	its_spare_holds = hold->next;

	return hold;
}

static void its_put_spare_locked(struct its_hold *hold)
{
	hyp_assert_lock_held(&its_hold_lock);

	memset(hold, 0, sizeof(*hold));
	hold->next = its_spare_holds;
	its_spare_holds = hold;
}

/* Pinned, and in the lists; nobody uses it yet. */
static int its_make_hold_locked(u64 phys, u64 size, s32 vpe,
				struct its_hold **new)
{
	struct its_hold *hold;
	int ret;

	hyp_assert_lock_held(&its_hold_lock);

	if (its_chain_is_full(phys))
		return -ENOSPC;
	hold = its_get_spare_locked();
	if (!hold)
		return -ENOMEM;
	ret = gicr_pin(phys, size);
	if (ret) {
		its_put_spare_locked(hold);
		return ret;
	}

	*hold = (struct its_hold) {
		.phys = phys, .size = size, .vpe = vpe, .next = *its_bucket(phys),
	};
	*its_bucket(phys) = hold;
	if (vpe != ITS_NO_VPE) {
		hold->next_vpe = *its_vpe_bucket(vpe);
		*its_vpe_bucket(vpe) = hold;
	}
	*new = hold;

	return 0;
}

static void its_unlink_hold_locked(struct its_hold *hold)
{
	struct its_hold **place = its_bucket(hold->phys);

	hyp_assert_lock_held(&its_hold_lock);

	while (*place != hold)
		place = &(*place)->next;
	*place = hold->next;
	if (hold->vpe == ITS_NO_VPE)
		return;

	place = its_vpe_bucket(hold->vpe);
	while (*place != hold)
		place = &(*place)->next_vpe;
	*place = hold->next_vpe;
}

/* A pending table lets go of its configuration table, which has none itself. */
static void its_put_hold_locked(struct its_hold *hold)
{
	hyp_assert_lock_held(&its_hold_lock);

	while (hold && !--hold->users) {
		struct its_hold *config = hold->config;

		its_unlink_hold_locked(hold);
		gicr_unpin(hold->phys, hold->size);
		its_put_spare_locked(hold);
		hold = config;
	}
}

static int its_map_locked(u16 vpe, u64 phys, struct its_hold **hold)
{
	hyp_assert_lock_held(&its_hold_lock);

	*hold = its_find_vpt_locked(vpe);
	if (*hold)
		return (*hold)->phys == phys ? 0 : -EEXIST;
	if (its_find_hold_locked(phys))
		return -EBUSY;

	return its_make_hold_locked(phys, gicr_pending_size(), vpe, hold);
}

/**
 * its_hold_map - an ITS is going to map a vPE
 * @vpe: its vPEID
 * @phys: its pending table
 * @hold: on success, what its_hold_unmap() and its_hold_release() take
 *
 * Context: A region lock held. Takes its_hold_lock and those below it.
 * Return: 0; -EEXIST if the vPE has another pending table, -EBUSY if the table
 * is another's or shared, -ENOMEM, -ENOSPC, or another error of devmed_pin().
 * Nothing changed on error.
 */
int its_hold_map(u16 vpe, u64 phys, struct its_hold **hold)
{
	int ret;

	hyp_spin_lock(&its_hold_lock);
	ret = its_map_locked(vpe, phys, hold);
	if (!ret) {
		(*hold)->mappers++;
		(*hold)->users++;
	}
	hyp_spin_unlock(&its_hold_lock);

	return ret;
}

/**
 * its_hold_unmap - an ITS is told to unmap a vPE
 * @hold: its pending table, which stays until its_hold_release()
 *
 * Context: As its_hold_map().
 */
void its_hold_unmap(struct its_hold *hold)
{
	hyp_spin_lock(&its_hold_lock);
	hold->mappers--;
	hyp_spin_unlock(&its_hold_lock);
}

/**
 * its_hold_release - an ITS was proved done with a vPE
 * @hold: its pending table
 *
 * Context: As its_hold_map().
 */
void its_hold_release(struct its_hold *hold)
{
	hyp_spin_lock(&its_hold_lock);
	its_put_hold_locked(hold);
	hyp_spin_unlock(&its_hold_lock);
}

/* Mostly it is the one that the vPE had last time, and there is nothing to do. */
static int its_set_config_locked(struct its_hold *vpt, u64 propbaser)
{
	u64 phys = propbaser & GICR_VPROPBASER_ADDR;
	struct its_hold *config = vpt->config;
	int ret = 0;

	hyp_assert_lock_held(&its_hold_lock);

	if (config && config->phys == phys)
		return 0;

	config = its_find_hold_locked(phys);
	if (!config)
		ret = its_make_hold_locked(phys, gicr_config_size(propbaser),
					   ITS_NO_VPE, &config);
	else if (config->vpe != ITS_NO_VPE)
		ret = -EBUSY;
	if (ret)
		return ret;

	config->users++;
	its_put_hold_locked(vpt->config);
	vpt->config = config;

	return 0;
}

/**
 * its_hold_enter - a redistributor is going to have a vPE resident
 * @vpt: address of its pending table
 * @propbaser: GICR_VPROPBASER
 *
 * Context: As its_hold_map().
 * Return: what its_hold_leave() takes, both tables being pinned until then; NULL
 * if no ITS maps such a vPE, if it is resident elsewhere, or if its
 * configuration table is of another size than LPIs have, or cannot be pinned.
 */
struct its_hold *its_hold_enter(u64 vpt, u64 propbaser)
{
	struct its_hold *hold;

	if ((propbaser & GICR_VPROPBASER_IDBITS_MASK) + 1 != gicr_lpi_bits)
		return NULL;

	hyp_spin_lock(&its_hold_lock);
	hold = its_find_hold_locked(vpt);
	if (hold && hold->vpe != ITS_NO_VPE && hold->mappers &&
	    !hold->resident && !its_set_config_locked(hold, propbaser)) {
		hold->resident = true;
		hold->users++;
	} else {
		hold = NULL;
	}
	hyp_spin_unlock(&its_hold_lock);

	return hold;
}

/**
 * its_hold_leave - a redistributor was seen to be done with a vPE
 * @hold: what its_hold_enter() gave
 *
 * Context: As its_hold_map().
 */
void its_hold_leave(struct its_hold *hold)
{
	hyp_spin_lock(&its_hold_lock);
	hold->resident = false;
	its_put_hold_locked(hold);
	hyp_spin_unlock(&its_hold_lock);
}

/**
 * its_hold_is_resident - does a redistributor have a vPE?
 * @hold: its pending table
 *
 * Context: As its_hold_map().
 * Return: true from its_hold_enter() to its_hold_leave().
 */
bool its_hold_is_resident(const struct its_hold *hold)
{
	bool resident;

	hyp_spin_lock(&its_hold_lock);
	resident = hold->resident;
	hyp_spin_unlock(&its_hold_lock);

	return resident;
}
