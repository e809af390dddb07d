// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hardware's command queue: EL2's, for its own commands and for those of the
 * host that were sanitized.
 *
 * Attack surface: none directly. The host chooses when commands are issued, and
 * its sanitized commands share the queue with invalidations that keep guests'
 * memory from devices. It may reset the hardware, or take its power, meanwhile.
 *
 * Guarantees: whatever error the hardware reports is repaired on the spot, so the
 * queue never stays stopped. When a function here returns 0, the hardware has
 * completed what it issued, or has been reset and set up again with all that it
 * knew forgotten. Hardware that cannot be read completes nothing, unless the
 * platform promises that it forgets everything then. All waits are bounded: an
 * access of the host waits a moment and goes on in another one, however slow the
 * hardware is; a change of ownership waits as long as the driver would, once, and
 * has hardware fenced that did not answer.
 *
 * Leaves to others: what commands of the host may say (smmu-cmd.c), what a reset
 * takes with it (smmu-power.c).
 */
#include <linux/errno.h>

#include <asm/barrier.h>
#include <asm/kvm_mmu.h>

#include "smmu-doorbell.h"

static const u64 smmu_cmd_sync[2] = { SMMU_OP_SYNC };

/*
 * The hardware stopped at a command: have it do a CMD_SYNC there instead, and
 * go on (IHI 0070, 7.1). The ERR field is stale once that is acknowledged.
 */
static void smmu_cmdq_repair_locked(struct devmed_smmu *smmu, u32 cons)
{
	struct devmed_queue *hyp = &smmu->ring.hyp;
	u32 gerrorn = smmu_read32(smmu, SMMU_GERRORN);
	u64 *slot;

	hyp_assert_lock_held(&smmu->queue_lock);

	if (!((smmu_read32(smmu, SMMU_GERROR) ^ gerrorn) &
	      SMMU_GERROR_CMDQ_ERR))
		return;

	slot = hyp->base + (cons & (hyp->slots - 1)) * SMMU_CMD_SIZE;
	slot[0] = smmu_cmd_sync[0];
	slot[1] = smmu_cmd_sync[1];
	if (!smmu->coherent)
		kvm_flush_dcache_to_poc(slot, SMMU_CMD_SIZE);
	dma_wmb();
	smmu->repairs++;
	smmu_write32(smmu, SMMU_GERRORN, gerrorn ^ SMMU_GERROR_CMDQ_ERR);
}

/**
 * smmu_cmdq_idle_locked - see how far the hardware has come
 * @smmu: the instance
 *
 * An error that stopped the queue is repaired.
 *
 * Context: queue_lock held.
 * Return: true if the hardware has read every command.
 */
bool smmu_cmdq_idle_locked(struct devmed_smmu *smmu)
{
	struct devmed_queue *hyp = &smmu->ring.hyp;
	u32 cons = smmu_read32(smmu, SMMU_CMDQ_CONS);

	hyp_assert_lock_held(&smmu->queue_lock);

	if (unlikely(cons & SMMU_CMDQ_CONS_ERR))
		smmu_cmdq_repair_locked(smmu, cons);
	devmed_queue_set_cons(hyp, cons & (hyp->span - 1));

	return hyp->cons == hyp->prod;
}

/*
 * Without CMDQEN no command is read, nor is one of EL2's if the base was lost; a dead
 * bus answers 0 or all ones.
 */
static bool smmu_cmdq_is_off(const struct devmed_smmu *smmu)
{
	u32 ack = smmu_read32(smmu, SMMU_CR0ACK);

	return !(ack & SMMU_CR0_CMDQEN) || ack == U32_MAX ||
	       !smmu_has_tables(smmu);
}

/* Wait until all is read, but not for hardware that has been reset. */
static bool smmu_cmdq_settle_locked(struct devmed_smmu *smmu)
{
	struct devmed_queue *hyp = &smmu->ring.hyp;

	return smmu_wait(smmu, smmu_cmdq_idle_locked(smmu) ||
			       smmu_cmdq_is_off(smmu)) &&
	       hyp->cons == hyp->prod;
}

/**
 * smmu_cmdq_pad_locked - do not end where a dead bus would seem to have come
 * @smmu: the instance, with room for SMMU_CMDQ_PAD commands
 *
 * Context: queue_lock held.
 */
void smmu_cmdq_pad_locked(struct devmed_smmu *smmu)
{
	hyp_assert_lock_held(&smmu->queue_lock);

	while (smmu_cmdq_is_ambiguous(&smmu->ring.hyp) &&
	       !devmed_ring_emit(&smmu->ring, smmu_cmd_sync))
		;
}

/* -ETIMEDOUT if the hardware is as EL2 left it, and has not read every command yet. */
static int smmu_cmdq_await_locked(struct devmed_smmu *smmu)
{
	struct devmed_queue *hyp = &smmu->ring.hyp;
	int ret;

	hyp_assert_lock_held(&smmu->queue_lock);

	if (smmu_has_registers(smmu)) {
		if (smmu_cmdq_settle_locked(smmu))
			return 0;
		if (!smmu_has_lost(smmu))
			return -ETIMEDOUT;
	}

	ret = smmu_unless_promised(smmu, smmu_rearm_locked(smmu, SMMU_TIMEOUT_US));
	if (!ret)
		hyp->cons = hyp->prod;
	return ret;
}

/**
 * smmu_not_yet_locked - what comes of an access of the host's to slow hardware
 * @smmu: the instance
 *
 * Hardware takes its time, as it may: a CMD_SYNC waits for transactions of devices
 * (IHI 0070, 3.21.1), which end when PCIe has them end. The host comes again with
 * its access as long as its driver would wait; then EL2 answers it, and goes on
 * when the driver looks.
 *
 * Context: Region lock and queue_lock held.
 * Return: -EINPROGRESS, or -ETIMEDOUT if that has been so for long.
 */
int smmu_not_yet_locked(struct devmed_smmu *smmu)
{
	hyp_assert_lock_held(&smmu->queue_lock);

	if (!smmu->late)
		smmu->late = devmed_deadline(SMMU_TIMEOUT_US);

	return devmed_is_past(smmu->late) ? -ETIMEDOUT : -EINPROGRESS;
}

/**
 * smmu_cmdq_wait_longer_locked - see smmu_cmdq_wait_locked()
 * @smmu: the instance
 *
 * Context: as smmu_cmdq_wait_locked().
 * Return: as smmu_cmdq_wait_locked().
 */
int smmu_cmdq_wait_longer_locked(struct devmed_smmu *smmu)
{
	int ret;

	hyp_assert_lock_held(&smmu->queue_lock);

	smmu_begin_locked(smmu, SMMU_LOOK_US);
	ret = smmu_cmdq_await_locked(smmu);

	return ret == -ETIMEDOUT ? smmu_not_yet_locked(smmu) : ret;
}

/* For a change of ownership: no answer in time is no proof, now or soon. */
static int smmu_cmdq_prove_locked(struct devmed_smmu *smmu)
{
	int ret = smmu_cmdq_await_locked(smmu);

	hyp_assert_lock_held(&smmu->queue_lock);

	if (ret == -ETIMEDOUT) {
		smmu_fence_locked(smmu);
		ret = -EIO;
	}

	return ret;
}

/* @nr_cmds and a CMD_SYNC, for which there is room. */
static void smmu_cmdq_put_locked(struct devmed_smmu *smmu, const u64 cmds[][2],
				 unsigned int nr_cmds)
{
	unsigned int i;

	for (i = 0; i < nr_cmds; i++)
		devmed_ring_emit(&smmu->ring, cmds[i]);
	devmed_ring_emit(&smmu->ring, smmu_cmd_sync);
	smmu_cmdq_doorbell_locked(smmu);
}

/* A command of EL2's that the hardware refuses has had no effect. */
static int smmu_cmdq_check_locked(struct devmed_smmu *smmu, u32 repairs)
{
	hyp_assert_lock_held(&smmu->queue_lock);

	if (repairs == smmu->repairs)
		return 0;

	smmu_fence_locked(smmu);
	return -EIO;
}

static int smmu_cmdq_run_locked(struct devmed_smmu *smmu, const u64 cmds[][2],
				unsigned int nr_cmds)
{
	u32 repairs;
	int ret;

	smmu_begin_locked(smmu, SMMU_TIMEOUT_US);
	ret = smmu_ready_locked(smmu);
	if (smmu->limit.usecs != SMMU_TIMEOUT_US)
		smmu_begin_locked(smmu, SMMU_TIMEOUT_US);
	if (!ret && devmed_queue_used(&smmu->ring.hyp))
		ret = smmu_cmdq_prove_locked(smmu);
	if (ret)
		return smmu_unless_promised(smmu, ret);

	repairs = smmu->repairs;
	smmu_cmdq_put_locked(smmu, cmds, nr_cmds);
	ret = smmu_cmdq_prove_locked(smmu);
	if (!ret)
		ret = smmu_cmdq_check_locked(smmu, repairs);

	return ret;
}

/* Issue commands of EL2's that an access of the host's needs; the queue is empty. */
static int smmu_cmdq_issue_locked(struct devmed_smmu *smmu, const u64 cmds[][2],
				  unsigned int nr_cmds)
{
	hyp_assert_lock_held(&smmu->queue_lock);

	smmu->tried_repairs = smmu->repairs;
	smmu_cmdq_put_locked(smmu, cmds, nr_cmds);
	smmu->tried = SMMU_TRIED_ISSUED;

	return smmu_cmdq_wait_locked(smmu);
}

/* They are complete, unless the hardware has refused one. */
static int smmu_cmdq_end_locked(struct devmed_smmu *smmu)
{
	int ret = smmu_cmdq_check_locked(smmu, smmu->tried_repairs);

	smmu->tried = ret ? SMMU_TRIED_OWED : SMMU_TRIED_NONE;
	return ret;
}

static int smmu_cmdq_try_locked(struct devmed_smmu *smmu, const u64 cmds[][2],
				unsigned int nr_cmds)
{
	int ret;

	hyp_assert_lock_held(&smmu->queue_lock);

	smmu_begin_locked(smmu, SMMU_LOOK_US);
	ret = smmu_ready_locked(smmu);
	if (!ret && devmed_queue_used(&smmu->ring.hyp))
		ret = smmu_cmdq_wait_locked(smmu);
	if (ret) {
		ret = smmu_unless_promised(smmu, ret);
		smmu->tried = ret ? SMMU_TRIED_OWED : SMMU_TRIED_NONE;
		return ret;
	}

	return smmu_cmdq_issue_locked(smmu, cmds, nr_cmds) ?:
	       smmu_cmdq_end_locked(smmu);
}

static int smmu_cmdq_try(struct devmed_smmu *smmu, const u64 cmds[][2],
			 unsigned int nr_cmds)
{
	int ret;

	hyp_spin_lock(&smmu->queue_lock);
	ret = smmu_cmdq_try_locked(smmu, cmds, nr_cmds);
	hyp_spin_unlock(&smmu->queue_lock);

	return ret;
}

static const u64 smmu_forget_all[][2] = {
	{ SMMU_OP_CFGI_STE_RANGE, SMMU_CFGI_RANGE_ALL },
	{ SMMU_OP_TLBI_NSNH_ALL },
};

static int smmu_cmdq_resume_locked(struct devmed_smmu *smmu)
{
	int ret;

	hyp_assert_lock_held(&smmu->queue_lock);

	smmu_begin_locked(smmu, SMMU_LOOK_US);
	ret = smmu_unless_promised(smmu, smmu_ready_locked(smmu)) ?:
	      smmu_cmdq_wait_longer_locked(smmu);
	if (!ret && smmu->tried == SMMU_TRIED_OWED)
		ret = smmu_cmdq_issue_locked(smmu, smmu_forget_all,
					     ARRAY_SIZE(smmu_forget_all));

	return ret ?: smmu_cmdq_end_locked(smmu);
}

/**
 * smmu_cmdq_resume - see commands of EL2's complete that an earlier access needed
 * @smmu: the instance
 *
 * Whatever comes after smmu_cmdq_sync_ste() or smmu_cmdq_invalidate_all() relies on
 * them, also if there was no room to issue them: called first when an access goes on
 * with what another has begun.
 *
 * Context: Region lock held. Takes queue_lock. Spins for SMMU_LOOK_US at most, twice,
 * or as smmu_ready_locked().
 * Return: 0 if there are none, or they are complete; else as smmu_cmdq_sync_ste().
 */
int smmu_cmdq_resume(struct devmed_smmu *smmu)
{
	int ret;

	if (likely(!smmu->tried))
		return 0;

	hyp_spin_lock(&smmu->queue_lock);
	ret = smmu_cmdq_resume_locked(smmu);
	hyp_spin_unlock(&smmu->queue_lock);

	return ret;
}

/**
 * smmu_cmdq_sync_ste - have the hardware read a Stream Table Entry afresh
 * @smmu: the instance
 * @sid: its StreamID; descriptors on the way to it are read again as well
 *
 * Context: Region lock held. Takes queue_lock. Spins for SMMU_LOOK_US at most,
 * twice, or as smmu_ready_locked().
 * Return: 0 if it has, or was set up again and has forgotten all. Else that is what
 * smmu_cmdq_resume() has to see first: -EINPROGRESS if the hardware takes its time,
 * and the host is to make its access again; -ETIMEDOUT if that has been so for
 * long; -EBUSY if its registers cannot be read, -EIO if it is fenced.
 */
int smmu_cmdq_sync_ste(struct devmed_smmu *smmu, u32 sid)
{
	const u64 cmd[1][2] = {
		{ SMMU_OP_CFGI_STE | FIELD_PREP(SMMU_CMD_SID, (u64)sid) },
	};

	return smmu_cmdq_try(smmu, cmd, ARRAY_SIZE(cmd));
}

/**
 * smmu_cmdq_forget_locked - the same as smmu_cmdq_invalidate_all(), out of a reset
 * @smmu: the instance, its queue empty and enabled
 *
 * Context: queue_lock held, after smmu_begin_locked(). Spins as long as that allows.
 * Return: true if the hardware has forgotten all it knew.
 */
bool smmu_cmdq_forget_locked(struct devmed_smmu *smmu)
{
	u32 repairs = smmu->repairs;

	hyp_assert_lock_held(&smmu->queue_lock);

	smmu_cmdq_put_locked(smmu, smmu_forget_all, ARRAY_SIZE(smmu_forget_all));

	return smmu_cmdq_settle_locked(smmu) && repairs == smmu->repairs;
}

/**
 * smmu_cmdq_invalidate_all - have the hardware forget all it knows
 * @smmu: the instance
 *
 * Context: as smmu_cmdq_sync_ste().
 * Return: as smmu_cmdq_sync_ste().
 */
int smmu_cmdq_invalidate_all(struct devmed_smmu *smmu)
{
	return smmu_cmdq_try(smmu, smmu_forget_all, ARRAY_SIZE(smmu_forget_all));
}

/**
 * smmu_cmdq_invalidate - have the hardware forget translations of the DMA stage-2
 * @user: of the instance
 * @ipa: first byte that a device must no longer reach
 * @size: in bytes
 *
 * Neither bound narrows what is sent. An entry that combines both stages is found
 * by its VMID or by its stage 1, never by @ipa (IHI 0070, 4.4.3.1). To invalidate
 * stage 2 by address and stage 1 by another command would take a CMD_SYNC between
 * the two: commands have no order without one (4.7.3), so that a walk could make
 * a combined entry of a stage-2 entry that the first has not reached yet, after
 * the second is done. TLBI_S12_VMALL is one set, which a single CMD_SYNC
 * completes (4.4.3.2).
 *
 * Context: host_mmu.lock held. Takes queue_lock. Spins for SMMU_TIMEOUT_US and
 * SMMU_LOOK_US at most, for hardware that is fenced then or was set up again; after
 * that for SMMU_LOOK_US, and now and then for SMMU_REVIVE_US.
 * Return: 0 if it has, or was set up again and has forgotten all, and for an SMMU
 * that was given back to the host. -EAGAIN if its registers cannot be read: KVM
 * lets a guest fault once more for it; -EIO if it is fenced. Nothing is proved
 * then, and a later call may succeed.
 */
int smmu_cmdq_invalidate(struct devmed_idmap_user *user, u64 ipa, u64 size)
{
	const u64 vmid = FIELD_PREP(SMMU_CMD_VMID, (u64)SMMU_HOST_VMID);
	const u64 cmd[1][2] = { { SMMU_OP_TLBI_S12_VMALL | vmid } };
	struct devmed_smmu *smmu = container_of(user, struct devmed_smmu, dma);
	int ret;

	if (READ_ONCE(smmu->state) == SMMU_LEFT)
		return 0;

	hyp_spin_lock(&smmu->queue_lock);
	ret = smmu_cmdq_run_locked(smmu, cmd, ARRAY_SIZE(cmd));
	hyp_spin_unlock(&smmu->queue_lock);

	return ret == -EBUSY ? -EAGAIN : ret;
}

/**
 * smmu_cmdq_raise_gerror - send the host the interrupt of a global error
 * @smmu: the instance
 *
 * EL2 cannot make an interrupt, but the SMMU can, by whichever route the host
 * has set up: give it an error, and repair that at once. Hardware that has not read
 * what it has is given that later: smmu->raise.
 *
 * Context: Region lock held. Takes queue_lock. Spins for SMMU_LOOK_US at most, twice.
 */
void smmu_cmdq_raise_gerror(struct devmed_smmu *smmu)
{
	static const u64 cmd[2] = { SMMU_OP_ILLEGAL };

	smmu->raise = true;
	hyp_spin_lock(&smmu->queue_lock);
	if (smmu->state == SMMU_RUNS && !smmu_cmdq_wait_locked(smmu) &&
	    smmu->state == SMMU_RUNS) {
		devmed_ring_emit(&smmu->ring, cmd);
		smmu_cmdq_doorbell_locked(smmu);
		smmu_cmdq_wait_locked(smmu);
		smmu->raise = false;
	}
	hyp_spin_unlock(&smmu->queue_lock);
}

/**
 * smmu_cmdq_ack - acknowledge errors that are the host's to see
 * @smmu: the instance
 * @errors: active bits of SMMU_GERROR, without CMDQ_ERR
 *
 * Context: Takes queue_lock, since EL2 acknowledges its own there.
 */
void smmu_cmdq_ack(struct devmed_smmu *smmu, u32 errors)
{
	hyp_spin_lock(&smmu->queue_lock);
	if (smmu_has_registers(smmu))
		smmu_write32(smmu, SMMU_GERRORN,
			     smmu_read32(smmu, SMMU_GERRORN) ^ errors);
	hyp_spin_unlock(&smmu->queue_lock);
}
