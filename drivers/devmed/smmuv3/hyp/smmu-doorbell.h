/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of every way to the hardware: its doorbell, and the wait for it. Inline,
 * to be part of what a doorbell of the host's costs.
 */
#ifndef __DEVMED_SMMU_DOORBELL_H
#define __DEVMED_SMMU_DOORBELL_H

#include "smmu-hyp.h"

/* Where hardware that cannot be read, and answers 0 or all ones, seems to be. */
static inline bool smmu_cmdq_is_ambiguous(const struct devmed_queue *hyp)
{
	return !hyp->prod || hyp->prod == hyp->span - 1;
}

/**
 * smmu_cmdq_doorbell_locked - announce what is in the hyp ring
 * @smmu: the instance, with room for SMMU_CMDQ_PAD commands
 *
 * The announced position is one that no dead bus answers, so that
 * SMMU_CMDQ_CONS alone proves that the hardware has come there.
 *
 * Context: queue_lock held.
 */
static inline void smmu_cmdq_doorbell_locked(struct devmed_smmu *smmu)
{
	hyp_assert_lock_held(&smmu->queue_lock);

	if (unlikely(smmu_cmdq_is_ambiguous(&smmu->ring.hyp)))
		smmu_cmdq_pad_locked(smmu);
	if (smmu_has_registers(smmu))
		smmu_write32(smmu, SMMU_CMDQ_PROD, smmu->ring.hyp.prod);
}

/**
 * smmu_cmdq_wait_locked - wait until the hardware has read every command
 * @smmu: the instance
 *
 * A CMD_SYNC is read when what came before it is complete (IHI 0070, 4.7.3).
 * Hardware that is reset meanwhile is set up again, and has forgotten all.
 *
 * Context: Region lock and queue_lock held. Spins for SMMU_LOOK_US at most, or as
 * smmu_rearm_locked().
 * Return: 0; if the hardware may have read none of them, -EINPROGRESS or -ETIMEDOUT
 * as smmu_cmdq_sync_ste(), -EBUSY or -EIO as smmu_ready_locked().
 */
static inline int smmu_cmdq_wait_locked(struct devmed_smmu *smmu)
{
	struct devmed_queue *hyp = &smmu->ring.hyp;

	hyp_assert_lock_held(&smmu->queue_lock);

	/* Nearly always it has; an error would have stopped it before that. */
	if ((smmu_read32(smmu, SMMU_CMDQ_CONS) & (hyp->span - 1)) != hyp->prod)
		return smmu_cmdq_wait_longer_locked(smmu);

	hyp->cons = hyp->prod;
	return 0;
}

#endif /* __DEVMED_SMMU_DOORBELL_H */
