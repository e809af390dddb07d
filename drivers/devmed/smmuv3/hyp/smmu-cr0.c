// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMU_CR0 of the host: streams, its event queue, its command queue.
 *
 * Attack surface: any sequence of values in SMMU_CR0, from any CPU, also while an
 * earlier one is not acknowledged; where the stream table is and how large.
 *
 * Guarantees: SMMU_CR0ACK says that streams are enabled only when each entry of
 * the host has been read, and that they are disabled only when none counts and the
 * tables are free. A change that takes more than one trap goes on with the next
 * write; when that write wants something else, the change is undone, or ends, first.
 *
 * Leaves to others: entries (smmu-strtab.c, smmu-off.c), queues (smmu-queue.c), commands
 * (smmu-cmd.c).
 */
#include <linux/errno.h>
#include <linux/minmax.h>

#include "smmu-hyp.h"
#include "smmu-off.h"

/* The registers, as hardware reads them (IHI 0070, 6.3.23, 6.3.24). */
static void smmu_decode_strtab(struct devmed_smmu *smmu)
{
	struct smmu_strtab_cfg *cfg = &smmu->host_strtab;
	u32 bits = min_t(u32, FIELD_GET(SMMU_STRTAB_LOG2SIZE,
					smmu->strtab_base_cfg),
			 smmu->sid_bits);
	u64 size = SMMU_STE_SIZE << bits;

	cfg->two_level = FIELD_GET(SMMU_IDR0_ST_LEVEL, smmu->idr[0]) &&
			 FIELD_GET(SMMU_STRTAB_FMT, smmu->strtab_base_cfg) ==
			 SMMU_STRTAB_FMT_2LVL;
	cfg->split = FIELD_GET(SMMU_STRTAB_SPLIT, smmu->strtab_base_cfg);
	if (cfg->split != 8 && cfg->split != 10)
		cfg->split = 6;
	if (cfg->two_level)
		size = max(sizeof(u64) << (bits - min(bits, (u32)cfg->split)),
			   SMMU_STE_SIZE);

	cfg->nr_sids = 1U << bits;
	cfg->base = ALIGN_DOWN(smmu->strtab_base & SMMU_STRTAB_BASE_ADDR, size);
}

/*
 * Let streams through as the host has set them up. Streams for which the pool has no
 * page abort until the host asks for them again. The job lasts until SMMUEN is
 * acknowledged.
 */
static int smmu_strtab_enable(struct devmed_smmu *smmu)
{
	int ret;

	if (smmu->walk.job != SMMU_JOB_ENABLE) {
		smmu_decode_strtab(smmu);
		smmu_strtab_begin(smmu, SMMU_JOB_ENABLE, 0, smmu_nr_sids(smmu),
				  false);
	}
	ret = smmu_strtab_walk(smmu);
	if ((ret && ret != -ENOMEM) || smmu->walk.forgotten)
		return ret == -ENOMEM ? 0 : ret;

	smmu_off_set_shared(smmu, false);
	smmu->walk.forgotten = true;
	return smmu_cmdq_invalidate_all(smmu);
}

/* Write @cr0 unless it is written already: SMMU_CR0ACK may take its time. */
static int smmu_write_cr0_locked(struct devmed_smmu *smmu, u32 cr0)
{
	struct smmu_hw *hw = &smmu->hw;

	hyp_assert_lock_held(&smmu->queue_lock);

	/* One change after the other (IHI 0070, 6.3.9). */
	if (hw->cr0 != cr0 && hw->cr0 != hw->cr0_old) {
		if (!smmu_wait(smmu, smmu_read32(smmu, SMMU_CR0ACK) == hw->cr0))
			return -ETIMEDOUT;
		hw->cr0_old = hw->cr0;
	}
	WRITE_ONCE(hw->cr0, cr0);
	/* A write may have been lost on its way. */
	if (smmu_read32(smmu, SMMU_CR0) != cr0)
		smmu_write32(smmu, SMMU_CR0, cr0);

	return smmu_wait(smmu, smmu_read32(smmu, SMMU_CR0ACK) == cr0) ? 0 :
	       -ETIMEDOUT;
}

static int smmu_set_cr0_locked(struct devmed_smmu *smmu, u32 cr0)
{
	struct smmu_hw *hw = &smmu->hw;
	int ret;

	hyp_assert_lock_held(&smmu->queue_lock);

	if (!smmu_has_registers(smmu)) {
		WRITE_ONCE(hw->cr0, cr0);
		hw->cr0_old = cr0;
		return 0;
	}

	ret = smmu_write_cr0_locked(smmu, cr0);
	/* A reset just before would have it use tables of nobody's. */
	if (smmu_has_lost(smmu)) {
		WRITE_ONCE(hw->cr0, cr0);
		return smmu_unless_promised(smmu, smmu_rearm_locked(smmu,
							SMMU_TIMEOUT_US));
	}
	if (ret)
		return smmu_not_yet_locked(smmu);

	hw->cr0_old = cr0;
	return 0;
}

/**
 * smmu_cmdq_set_cr0 - enable what the host has enabled, and what EL2 always has
 * @smmu: the instance
 * @cr0: of the host
 *
 * Context: Region lock held. Takes queue_lock. Spins for SMMU_LOOK_US at most, or as
 * smmu_ready_locked().
 * Return: 0 once the hardware has acknowledged it. Else what is to be disabled may
 * still be in use: -EINPROGRESS or -ETIMEDOUT if the hardware takes its time, as
 * smmu_cmdq_sync_ste(); -EBUSY or -EIO as smmu_ready_locked().
 */
int smmu_cmdq_set_cr0(struct devmed_smmu *smmu, u32 cr0)
{
	int ret;

	hyp_spin_lock(&smmu->queue_lock);
	smmu_begin_locked(smmu, SMMU_LOOK_US);
	ret = smmu_unless_promised(smmu, smmu_ready_locked(smmu));
	if (!ret)
		ret = smmu_set_cr0_locked(smmu, cr0 | smmu->hw_cr0);
	hyp_spin_unlock(&smmu->queue_lock);

	return ret;
}

/*
 * Hardware keeps the event queue of a disabled SMMU: streams that EL2 aborts
 * then must not be reported.
 */
static u32 smmu_hw_eventqen(u32 ack)
{
	return ack & SMMU_CR0_SMMUEN ? ack & SMMU_CR0_EVENTQEN : 0;
}

static int smmu_apply_cr0(struct devmed_smmu *smmu, u32 ack)
{
	int ret = smmu_cmdq_set_cr0(smmu, smmu_hw_eventqen(ack));

	if (!ret)
		smmu->cr0ack = ack;
	return ret;
}

/* Outside in: streams, events, commands. A part that fails stays as it is. */
static int smmu_disable(struct devmed_smmu *smmu, u32 off)
{
	int ret = smmu_cmdq_resume(smmu);

	if (!ret && (off & SMMU_CR0_SMMUEN)) {
		ret = smmu_cmdq_set_cr0(smmu, 0);
		if (!ret)
			ret = smmu_strtab_disable(smmu);
		if (!ret)
			smmu->cr0ack &= ~SMMU_CR0_SMMUEN;
	}
	if (!ret && (off & SMMU_CR0_EVENTQEN)) {
		ret = smmu_apply_cr0(smmu, smmu->cr0ack & ~SMMU_CR0_EVENTQEN);
		if (!ret)
			smmu_queue_disable_eventq(smmu);
	}
	if (off & SMMU_CR0_CMDQEN) {
		if (smmu->walk.job == SMMU_JOB_CONFIG)
			smmu->walk.job = SMMU_JOB_NONE;
		smmu_queue_disable_cmdq(smmu);
		smmu->cr0ack &= ~SMMU_CR0_CMDQEN;
	}

	return ret;
}

static int smmu_enable(struct devmed_smmu *smmu, u32 on)
{
	int ret = 0;

	if (on & SMMU_CR0_CMDQEN) {
		ret = smmu_queue_enable_cmdq(smmu);
		if (!ret)
			smmu->cr0ack |= SMMU_CR0_CMDQEN;
	}
	if (on & SMMU_CR0_EVENTQEN) {
		ret = smmu_queue_enable_eventq(smmu);
		if (!ret)
			ret = smmu_apply_cr0(smmu, smmu->cr0ack |
						   SMMU_CR0_EVENTQEN);
	}
	if (on & SMMU_CR0_SMMUEN) {
		ret = smmu_strtab_enable(smmu);
		if (!ret)
			ret = smmu_apply_cr0(smmu, smmu->cr0ack |
						   SMMU_CR0_SMMUEN);
		if (!ret)
			smmu->walk.job = SMMU_JOB_NONE;
	}

	return ret;
}

/* A change that was begun and never acknowledged has to be undone, or to end. */
static u32 smmu_to_disable(const struct devmed_smmu *smmu)
{
	u32 off = smmu->cr0ack & ~smmu->cr0;

	if (smmu->walk.job == SMMU_JOB_DISABLE ||
	    (smmu->walk.job == SMMU_JOB_ENABLE && !(smmu->cr0 & SMMU_CR0_SMMUEN)))
		off |= SMMU_CR0_SMMUEN;

	return off;
}

/**
 * smmu_drain_again - carry out commands that were announced before
 * @smmu: the instance
 *
 * Context: as smmu_drain().
 * Return: as smmu_drain(); 0 if the command queue is disabled.
 */
int smmu_drain_again(struct devmed_smmu *smmu)
{
	if (!(smmu->cr0ack & SMMU_CR0_CMDQEN))
		return 0;

	smmu->resynced = false;
	return smmu_drain(smmu);
}

/**
 * smmu_set_host_cr0 - enable and disable what the host wants
 * @smmu: the instance
 * @cr0: as the host wrote it
 *
 * A bit that cannot be had is not acknowledged, and can be asked for again. One for
 * which the hardware takes its time is asked for again by a read of SMMU_CR0ACK.
 *
 * Context: Region lock held. Takes host_mmu.lock and those below it, and
 * queue_lock.
 * Return: 0; -EINPROGRESS if one trap is not enough: the next call goes on, or
 * undoes what it does not want any more; or an errno.
 */
int smmu_set_host_cr0(struct devmed_smmu *smmu, u32 cr0)
{
	int ret;

	smmu->work = 0;
	smmu->cr0 = cr0;
	ret = smmu_disable(smmu, smmu_to_disable(smmu));
	if (!ret)
		ret = smmu_enable(smmu, smmu->cr0 & ~smmu->cr0ack);
	/* The host may have taken back what the hardware was slow to acknowledge. */
	if (!ret && (smmu->hw.cr0 & SMMU_CR0_EVENTQEN) !=
		    smmu_hw_eventqen(smmu->cr0ack))
		ret = smmu_apply_cr0(smmu, smmu->cr0ack);
	smmu->cr0_held_up = smmu_is_held_up(smmu, ret, smmu->cr0_held_up);
	if (!ret)
		smmu->late = 0;
	if (ret != -EINPROGRESS)
		ret = smmu_drain_again(smmu) ?: ret;

	return ret;
}
