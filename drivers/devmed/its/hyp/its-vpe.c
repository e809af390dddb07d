// SPDX-License-Identifier: GPL-2.0-only
/*
 * vPEs, as the ITS has them: GICv4.0.
 *
 * Attack surface: any vPEID, mapped and unmapped in any order, with the address
 * of a pending table in which the hardware sets bits.
 *
 * Guarantees: a vPEID is used only while this ITS has it mapped. Its pending
 * table is the host's own memory and pinned, from before the VMAPP that names it
 * until the ITS has taken the one that unmaps it and a VSYNC for the same vPE
 * after it, and no redistributor has it resident. All pending tables have room
 * for the same INTIDs, so that an event can move from any vPE to any other.
 *
 * Leaves to others: who else uses the table (its-hold.c); GICv4.1, of which no
 * command passes (its-cmd.c).
 */
#include <linux/bitfield.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_wait.h>

#include "its-hyp.h"

#define ITS_VSYNC_USECS		1000

/* In one trap; the driver has no more than one at a time. */
#define ITS_MAX_RELEASE		16

#define ITS_VPES_PER_PAGE	(PAGE_SIZE / sizeof(struct its_vpe_map))

/* One page of pointers leads to all of them. */
static_assert(BIT(ITS_VPE_BITS) / ITS_VPES_PER_PAGE <= PAGE_SIZE / sizeof(void *));

static struct its_vpe_map *its_find_vpe(const struct devmed_its *its, u16 id)
{
	struct its_vpe_map *page;

	if (!its->vpes)
		return NULL;
	page = its->vpes[id / ITS_VPES_PER_PAGE];

	return page ? &page[id % ITS_VPES_PER_PAGE] : NULL;
}

static struct its_vpe_map *its_make_vpe(struct devmed_its *its, u16 id)
{
	struct its_vpe_map **page;

	if (!its->vpes)
		its->vpes = devmed_pool_alloc(0);
	if (!its->vpes)
		return NULL;
	page = &its->vpes[id / ITS_VPES_PER_PAGE];
	if (!*page)
		*page = devmed_pool_alloc(0);

	return *page ? &(*page)[id % ITS_VPES_PER_PAGE] : NULL;
}

static bool its_vpe_is_mapped(const struct its_vpe_map *vpe)
{
	return vpe && vpe->vpt && !vpe->left;
}

/**
 * its_has_vpe - can a command name this vPE?
 * @its: the instance
 * @id: its vPEID
 *
 * Context: region->lock held.
 * Return: true if the ITS has it mapped.
 */
bool its_has_vpe(const struct devmed_its *its, u16 id)
{
	return its_vpe_is_mapped(its_find_vpe(its, id));
}

/**
 * its_is_doorbell - can this be what tells that a vPE should run?
 * @intid: any number
 *
 * Context: Any.
 * Return: true if it is an LPI, or stands for none.
 */
bool its_is_doorbell(u64 intid)
{
	return intid == ITS_NO_DOORBELL || gicr_is_lpi(intid);
}

static enum devmed_counter its_map_vpe(struct devmed_its *its, u16 id, u64 vpt)
{
	struct its_vpe_map *vpe;
	int ret;

	if (id >= its_table_entries(its, GITS_BASER_TYPE_VCPU))
		return DEVMED_CMD_VPE;
	vpe = its_make_vpe(its, id);
	if (!vpe)
		return DEVMED_CMD_MEMORY;
	/* Or it is on its way out: the ITS may still use what it had. */
	if (vpe->vpt)
		return DEVMED_CMD_VPE;
	if (!its_reserve_entry(its, GITS_BASER_TYPE_VCPU, id))
		return DEVMED_CMD_MEMORY;

	ret = its_hold_map(id, vpt, &vpe->vpt);
	if (ret) {
		vpe->vpt = NULL;
		return ret == -ENOMEM || ret == -ENOSPC ? DEVMED_CMD_MEMORY :
			ret == -EEXIST ? DEVMED_CMD_VPE : DEVMED_CMD_ADDRESS;
	}

	return 0;
}

/* Again, if a reset may have lost the last one. */
static bool its_unmap_vpe(struct devmed_its *its, u16 id)
{
	struct its_vpe_map *vpe = its_find_vpe(its, id);

	if (!vpe || !vpe->vpt || vpe->synced)
		return false;

	if (!vpe->left)
		its_hold_unmap(vpe->vpt);
	vpe->left = its->emitted + 1;

	return true;
}

/**
 * its_rewrite_vmapp - VMAPP (IHI 0069, 5.3.17)
 * @its: the instance
 * @cmd: the command
 *
 * Context: region->lock held, on the way to emit it.
 * Return: 0, or why it is refused, with nothing changed that is visible.
 */
enum devmed_counter its_rewrite_vmapp(struct devmed_its *its, u64 *cmd)
{
	u16 id = FIELD_GET(ITS_CMD1_VPE, cmd[1]);

	if (cmd[2] & ITS_CMD2_VALID) {
		if (!its_is_target(its, cmd[2]))
			return DEVMED_CMD_TARGET;
		if (FIELD_GET(ITS_CMD3_VPT_SIZE, cmd[3]) + 1 != gicr_lpi_bits)
			return DEVMED_CMD_INTID;
		return its_map_vpe(its, id, cmd[3] & ITS_CMD3_VPT);
	}

	if (!its_unmap_vpe(its, id)) {
		its_make_harmless(its, cmd);
		return its_rewritten(its);
	}
	/* The rest of it counts only if the vPE is being mapped. */
	cmd[2] = 0;
	cmd[3] = 0;

	return 0;
}

/**
 * its_rewrite_vmovi - VMOVI (IHI 0069, 5.3.20)
 * @its: the instance
 * @cmd: the command, its event and vPE checked
 *
 * Context: region->lock held, on the way to emit it.
 * Return: 0, or why it is refused.
 */
enum devmed_counter its_rewrite_vmovi(struct devmed_its *its, u64 *cmd)
{
	if (!(cmd[2] & ITS_CMD2_DB_VALID))
		cmd[2] = 0;
	else if (!its_is_doorbell(FIELD_GET(ITS_CMD2_DOORBELL, cmd[2])))
		return DEVMED_CMD_INTID;

	return 0;
}

/**
 * its_rewrite_vmovp - VMOVP (IHI 0069, 5.3)
 * @its: the instance
 * @cmd: the command, its vPE checked
 *
 * A redistributor that has the vPE resident is not to lose it meanwhile.
 *
 * Context: region->lock held, on the way to emit it. Takes its_hold_lock.
 * Return: 0, or why it is refused.
 */
enum devmed_counter its_rewrite_vmovp(struct devmed_its *its, u64 *cmd)
{
	struct its_vpe_map *vpe = its_find_vpe(its, FIELD_GET(ITS_CMD1_VPE, cmd[1]));

	return its_hold_is_resident(vpe->vpt) ? DEVMED_CMD_VPE : 0;
}

/* In the order of the commands, so that the first one is done first. */
static void its_let_go(struct devmed_its *its, struct its_vpe_map *vpe)
{
	vpe->synced = its->emitted + 1;
	vpe->next = NULL;
	if (its->leaving)
		its->leaving_tail->next = vpe;
	else
		its->leaving = vpe;
	its->leaving_tail = vpe;
}

/**
 * its_rewrite_vsync - VSYNC (IHI 0069, 5.3.24)
 * @its: the instance
 * @cmd: the command
 *
 * A vPE that was just unmapped can still be named.
 *
 * Context: region->lock held, on the way to emit it.
 * Return: 0, or why it is refused.
 */
enum devmed_counter its_rewrite_vsync(struct devmed_its *its, u64 *cmd)
{
	struct its_vpe_map *vpe = its_find_vpe(its, FIELD_GET(ITS_CMD1_VPE, cmd[1]));

	if (!vpe || !vpe->vpt)
		return DEVMED_CMD_VPE;
	if (vpe->left > its->lost && !vpe->synced)
		its_let_go(its, vpe);

	return 0;
}

static bool its_is_done_with(const struct devmed_its *its,
			     const struct its_vpe_map *vpe)
{
	return vpe->synced <= its->emitted - devmed_queue_used(&its->ring.hyp);
}

static bool its_is_done(struct devmed_its *its)
{
	its_update_cons(its);

	return its_is_done_with(its, its->leaving_tail);
}

static void its_pop_leaving(struct devmed_its *its)
{
	struct its_vpe_map *vpe = its->leaving;

	its->leaving = vpe->next;
	memset(vpe, 0, sizeof(*vpe));
}

/**
 * its_release_vpes - let go of pending tables that the ITS is done with
 * @its: the instance
 *
 * Waits for those that are on their way, since the host takes the memory for
 * free once it sees the VSYNC consumed; but if that takes long, they are kept
 * until the next time.
 *
 * Context: region->lock held. Takes its_hold_lock and those below it.
 */
void its_release_vpes(struct devmed_its *its)
{
	unsigned int n;

	hyp_assert_lock_held(&its->region->lock);

	/* A reset is no proof: it sets GITS_CREADR to 0. */
	if (!its->leaving || its_was_reset(its))
		return;

	devmed_wait_until(its_is_done(its), ITS_VSYNC_USECS);
	for (n = 0; n < ITS_MAX_RELEASE && its->leaving &&
	     its_is_done_with(its, its->leaving); n++) {
		its_hold_release(its->leaving->vpt);
		its_pop_leaving(its);
	}
}

/**
 * its_lose_vpes - the ITS may not take what it was given
 * @its: the instance, its ring as it was before
 *
 * Its table may still have a vPE that it was to unmap: that is kept until the
 * ITS was told once more.
 *
 * Context: region->lock held. Takes its_hold_lock and those below it.
 */
void its_lose_vpes(struct devmed_its *its)
{
	its_release_vpes(its);
	while (its->leaving) {
		struct its_vpe_map *vpe = its->leaving;

		its->leaving = vpe->next;
		vpe->synced = 0;
	}
	its->lost = its->emitted;
}
