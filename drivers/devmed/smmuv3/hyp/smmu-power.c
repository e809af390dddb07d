// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a reset to an SMMU that aborts what EL2 does not let through: at boot, and
 * whenever the hardware is not as EL2 left it.
 *
 * Attack surface: the host may have clocks, resets and power domains in its
 * hands, and use them at any moment. What is in a register after a reset may be
 * anything. Registers may be out of reach while devices go on being translated.
 *
 * Guarantees: EL2 looks before it answers an access of the host and before it
 * relies on an invalidation. A register can prove that the hardware has lost what
 * EL2 told it, never that the hardware is off: as long as registers cannot be
 * read, nothing counts as invalidated, disabled or complete. An SMMU that is not
 * as EL2 left it is set up again: GBPA aborts, tables and queue are EL2's, all
 * that it knew is forgotten; then it goes on as the host had it. Each register
 * that holds an address is read back before the hardware may use it. All waits
 * are bounded. Hardware that does not come up is fenced, and tried again later.
 *
 * Leaves to others: the time from a reset until EL2 looks, in which GBPA has its
 * reset value; an access that ends in an abort (<nvhe/devmed_mmio.h>).
 */
#include <linux/log2.h>

#include <asm/kvm_mmu.h>

#include <nvhe/memory.h>

#include "smmu-hyp.h"

/* A reset may come while the SMMU is set up: so often in a row, then it is fenced. */
#define SMMU_ARM_TRIES		3

/* Does not wait for hardware that was reset, and has lost the value again. */
static bool smmu_set(struct devmed_smmu *smmu, u32 reg, u32 ack, u32 value)
{
	smmu_write32(smmu, reg, value);

	return smmu_wait(smmu, smmu_read32(smmu, ack) == value ||
			       smmu_read32(smmu, reg) != value) &&
	       smmu_read32(smmu, ack) == value;
}

/* SMMU_CR0 may not be written while an earlier value is not in effect. */
static bool smmu_set_cr0(struct devmed_smmu *smmu, u32 value)
{
	return smmu_wait(smmu, !((smmu_read32(smmu, SMMU_CR0) ^
				  smmu_read32(smmu, SMMU_CR0ACK)) &
				 SMMU_CR0_ENABLES)) &&
	       smmu_set(smmu, SMMU_CR0, SMMU_CR0ACK, value);
}

static bool smmu_gbpa_idle(struct devmed_smmu *smmu)
{
	return smmu_wait(smmu, !(smmu_read32(smmu, SMMU_GBPA) &
				 SMMU_GBPA_UPDATE));
}

/*
 * Nothing gets past an SMMU while it is off (IHI 0070, 6.3.15). Returns true if the
 * hardware confirms it.
 */
static bool smmu_abort_bypass(struct devmed_smmu *smmu)
{
	if (!smmu_gbpa_idle(smmu))
		return false;
	if (smmu_read32(smmu, SMMU_GBPA) & SMMU_GBPA_ABORT)
		return true;
	smmu_write32(smmu, SMMU_GBPA, SMMU_GBPA_UPDATE | SMMU_GBPA_ABORT);

	return smmu_gbpa_idle(smmu) &&
	       (smmu_read32(smmu, SMMU_GBPA) & SMMU_GBPA_ABORT);
}

/*
 * Off, and nothing gets past it unless it is to be left @open. Returns true if the
 * hardware confirms it.
 */
static bool smmu_quiesce(struct devmed_smmu *smmu, bool open)
{
	return (open || smmu_abort_bypass(smmu)) && smmu_set_cr0(smmu, 0) &&
	       smmu_set(smmu, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK, 0);
}

/**
 * smmu_release - off, and what gets past it as EL2 found it
 * @smmu: the instance, which smmu_arm() was called for
 *
 * An SMMU that was found enabled has lost its tables: the host's view of its bypass
 * holds. The bypass comes first, so that streams go on.
 *
 * Context: Trusted phase. Spins for SMMU_TIMEOUT_US at most.
 */
void smmu_release(struct devmed_smmu *smmu)
{
	u32 gbpa = (smmu->found_gbpa & ~SMMU_GBPA_ABORT) |
		   (smmu->gbpa & SMMU_GBPA_ABORT);

	smmu_begin_locked(smmu, SMMU_TIMEOUT_US);
	if (smmu_gbpa_idle(smmu)) {
		smmu_write32(smmu, SMMU_GBPA, SMMU_GBPA_UPDATE | gbpa);
		smmu_gbpa_idle(smmu);
	}
	smmu_set_cr0(smmu, 0);
	smmu_set(smmu, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK, 0);
}

static u64 smmu_strtab_reg(const struct devmed_smmu *smmu)
{
	return hyp_virt_to_phys(smmu->strtab);
}

static u32 smmu_strtab_cfg_reg(const struct devmed_smmu *smmu)
{
	u32 cfg = FIELD_PREP(SMMU_STRTAB_LOG2SIZE, smmu->sid_bits);

	if (smmu->two_level)
		cfg |= FIELD_PREP(SMMU_STRTAB_FMT, SMMU_STRTAB_FMT_2LVL) |
		       FIELD_PREP(SMMU_STRTAB_SPLIT, smmu->split);

	return cfg;
}

static u64 smmu_cmdq_reg(const struct devmed_smmu *smmu)
{
	const struct devmed_queue *hyp = &smmu->ring.hyp;

	return hyp_virt_to_phys(hyp->base) |
	       FIELD_PREP(SMMU_QUEUE_LOG2SIZE, (u64)ilog2(hyp->slots));
}

/* Which memory the hardware walks. */
static void smmu_program_tables(struct devmed_smmu *smmu)
{
	struct devmed_queue *hyp = &smmu->ring.hyp;

	smmu_write32(smmu, SMMU_CR1, SMMU_CR1_CACHED);
	smmu_write32(smmu, SMMU_CR2, SMMU_CR2_PTM | SMMU_CR2_RECINVSID);
	smmu_write64(smmu, SMMU_STRTAB_BASE,
		     SMMU_STRTAB_BASE_RA | smmu_strtab_reg(smmu));
	smmu_write32(smmu, SMMU_STRTAB_BASE_CFG, smmu_strtab_cfg_reg(smmu));
	smmu_write64(smmu, SMMU_CMDQ_BASE,
		     SMMU_QUEUE_BASE_RA | smmu_cmdq_reg(smmu));
	smmu_write32(smmu, SMMU_CMDQ_PROD, 0);
	smmu_write32(smmu, SMMU_CMDQ_CONS, 0);
	hyp->prod = 0;
	hyp->cons = 0;
}

/*
 * Events and interrupts as the host has set them up; nothing at boot. @kept: the
 * hardware has not been reset, so that its event queue holds what it held.
 */
static void smmu_program_host(struct devmed_smmu *smmu, bool kept)
{
	const struct smmu_hw *hw = &smmu->hw;
	const struct smmu_msi *gerror = &smmu->msis[SMMU_MSI_GERROR];
	const struct smmu_msi *eventq = &smmu->msis[SMMU_MSI_EVENTQ];
	u32 errors;

	if (smmu->msi) {
		smmu_write64(smmu, SMMU_GERROR_IRQ_CFG0, gerror->addr);
		smmu_write32(smmu, SMMU_GERROR_IRQ_CFG1, gerror->data);
		smmu_write32(smmu, SMMU_GERROR_IRQ_CFG2,
			     SMMU_MSI_ATTR_DEVICE_NGNRE);
		smmu_write64(smmu, SMMU_EVENTQ_IRQ_CFG0, eventq->addr);
		smmu_write32(smmu, SMMU_EVENTQ_IRQ_CFG1, eventq->data);
		smmu_write32(smmu, SMMU_EVENTQ_IRQ_CFG2,
			     SMMU_MSI_ATTR_DEVICE_NGNRE);
	}
	if (hw->eventq_base && !kept) {
		/* The hardware's index is gone, and records not read with it. */
		smmu_write64(smmu, SMMU_EVENTQ_BASE, hw->eventq_base);
		smmu_write32(smmu, SMMU_EVENTQ_PROD, hw->eventq_cons);
		smmu_write32(smmu, SMMU_EVENTQ_CONS, hw->eventq_cons);
	}
	errors = smmu_read32(smmu, SMMU_GERROR) ^ smmu_read32(smmu, SMMU_GERRORN);
	if (kept)
		errors &= ~SMMU_HW_ERRORS;
	smmu_write32(smmu, SMMU_GERRORN, smmu_read32(smmu, SMMU_GERRORN) ^ errors);
}

static void smmu_flush_tables(const struct devmed_smmu *smmu)
{
	const struct devmed_queue *hyp = &smmu->ring.hyp;

	if (smmu->coherent)
		return;
	kvm_flush_dcache_to_poc(smmu->strtab, smmu_strtab_size(smmu));
	kvm_flush_dcache_to_poc(hyp->base, hyp->slots * SMMU_CMD_SIZE);
}

/* Fields of SMMU_CR0 take effect one by one, those that are to change. */
static bool smmu_cr0_fits(const struct devmed_smmu *smmu, u32 ack)
{
	u32 change = smmu->hw.cr0 ^ smmu->hw.cr0_old;

	return !((ack ^ smmu->hw.cr0) & ~change);
}

/**
 * smmu_has_tables - are the stream table and the queue where EL2 put them?
 * @smmu: the instance
 *
 * Context: queue_lock held.
 * Return: false if it has been reset, or cannot be read.
 */
bool smmu_has_tables(const struct devmed_smmu *smmu)
{
	return (smmu_read64(smmu, SMMU_STRTAB_BASE) & SMMU_STRTAB_BASE_ADDR) ==
	       smmu_strtab_reg(smmu) &&
	       (smmu_read64(smmu, SMMU_CMDQ_BASE) &
		(SMMU_QUEUE_BASE_ADDR | SMMU_QUEUE_LOG2SIZE)) ==
	       smmu_cmdq_reg(smmu);
}

/**
 * smmu_has_lost - is any of this not the hardware's any more?
 * @smmu: the instance
 *
 * A value of SMMU_CR0 that is not acknowledged yet is no loss.
 *
 * Context: queue_lock held.
 * Return: true if it has been reset, or has no power (IHI 0070, 6.3).
 */
bool smmu_has_lost(const struct devmed_smmu *smmu)
{
	return !smmu_cr0_fits(smmu, smmu_read32(smmu, SMMU_CR0ACK)) ||
	       !smmu_has_tables(smmu);
}

/**
 * smmu_has_eventq - does the hardware have its event queue there?
 * @smmu: the instance
 * @base: SMMU_EVENTQ_BASE
 *
 * Context: queue_lock held.
 * Return: true if it does.
 */
bool smmu_has_eventq(const struct devmed_smmu *smmu, u64 base)
{
	u64 value = smmu_read64(smmu, SMMU_EVENTQ_BASE);

	return !((value ^ base) & (SMMU_QUEUE_BASE_ADDR | SMMU_QUEUE_LOG2SIZE));
}

static bool smmu_has_msi(const struct devmed_smmu *smmu, u32 offset, u64 addr)
{
	return !smmu->msi ||
	       (smmu_read64(smmu, offset) & SMMU_MSI_ADDR) == addr;
}

/* Whatever the hardware reads or writes by itself is where EL2 has put it. */
static bool smmu_has_addresses(const struct devmed_smmu *smmu)
{
	u32 mask = SMMU_STRTAB_LOG2SIZE | SMMU_STRTAB_FMT |
		   (smmu->two_level ? SMMU_STRTAB_SPLIT : 0);
	u32 cfg = smmu_read32(smmu, SMMU_STRTAB_BASE_CFG);

	return (cfg & mask) == smmu_strtab_cfg_reg(smmu) &&
	       (!smmu->hw.eventq_base ||
		smmu_has_eventq(smmu, smmu->hw.eventq_base)) &&
	       smmu_has_msi(smmu, SMMU_GERROR_IRQ_CFG0,
			    smmu->msis[SMMU_MSI_GERROR].addr) &&
	       smmu_has_msi(smmu, SMMU_EVENTQ_IRQ_CFG0,
			    smmu->msis[SMMU_MSI_EVENTQ].addr);
}

/* No reset has come since smmu_quiesce(): it would have taken one of these. */
static bool smmu_is_armed(const struct devmed_smmu *smmu, u32 cr0)
{
	return smmu_read32(smmu, SMMU_CR0ACK) == cr0 && smmu_has_tables(smmu) &&
	       (smmu_read32(smmu, SMMU_GBPA) & SMMU_GBPA_ABORT) &&
	       (smmu_read32(smmu, SMMU_CR1) & SMMU_CR1_FIELDS) ==
	       SMMU_CR1_CACHED;
}

/* No value of these two is 0 or all ones, which a dead bus may answer. */
static bool smmu_is_readable(const struct devmed_smmu *smmu)
{
	return smmu_read32(smmu, SMMU_IDR0) == smmu->hw_idr[0] &&
	       smmu_read32(smmu, SMMU_IDR1) == smmu->hw_idr[1];
}

/* The command queue and checks of Translated transactions, but no stream. */
static u32 smmu_idle_cr0(const struct devmed_smmu *smmu)
{
	return SMMU_CR0_CMDQEN | (smmu->hw_cr0 & SMMU_CR0_ATSCHK);
}

/* A reset would have cleared CMDQEN, which a fence does not. */
static bool smmu_has_kept(const struct devmed_smmu *smmu)
{
	return (smmu_read32(smmu, SMMU_CR0ACK) & SMMU_CR0_CMDQEN) &&
	       smmu_has_tables(smmu) && smmu_has_eventq(smmu, smmu->hw.eventq_base);
}

/*
 * The hardware may have kept what it cached, so it translates only when that is
 * gone. ATSCHK may be cached with an STE (IHI 0070, 6.3.9.2) and fields of CR0 are
 * updated one by one: ATSCHK is set before the caches are emptied. With @open
 * streams get past the hardware until it translates.
 */
static bool smmu_arm_locked(struct devmed_smmu *smmu, bool open)
{
	struct smmu_hw *hw = &smmu->hw;
	u32 idle = smmu_idle_cr0(smmu);
	bool kept = smmu_has_kept(smmu);

	hyp_assert_lock_held(&smmu->queue_lock);

	if (!smmu_quiesce(smmu, open))
		return false;

	smmu_program_tables(smmu);
	smmu_program_host(smmu, kept);
	smmu_flush_tables(smmu);
	if (!smmu_has_addresses(smmu) || !smmu_set_cr0(smmu, idle) ||
	    !smmu_cmdq_forget_locked(smmu) || (!open && !smmu_is_armed(smmu, idle)))
		return false;
	if (hw->irq_ctrl &&
	    !smmu_set(smmu, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK, hw->irq_ctrl))
		return false;
	if (!smmu_set_cr0(smmu, hw->cr0) || (open && !smmu_abort_bypass(smmu)) ||
	    !smmu_is_armed(smmu, hw->cr0))
		return false;

	hw->cr0_old = hw->cr0;
	return true;
}

/**
 * smmu_arm - turn an SMMU on that is in any state
 * @smmu: the instance, new
 * @open: it is disabled, and streams that get past it are not to be interrupted
 *
 * Context: Trusted phase. Takes queue_lock. Spins for SMMU_TIMEOUT_US at most.
 * Return: true if the hardware confirms each step.
 */
bool smmu_arm(struct devmed_smmu *smmu, bool open)
{
	bool armed;

	hyp_spin_lock(&smmu->queue_lock);
	smmu->hw.cr0 = smmu->hw_cr0;
	smmu->hw.cr0_old = smmu->hw_cr0;
	WRITE_ONCE(smmu->state, SMMU_RUNS);
	smmu_begin_locked(smmu, SMMU_TIMEOUT_US);
	armed = smmu_arm_locked(smmu, open);
	hyp_spin_unlock(&smmu->queue_lock);

	return armed;
}

/**
 * smmu_fence_locked - have hardware that does not answer abort all streams
 * @smmu: the instance
 *
 * Nothing is proved by that: transactions that were translated before may still
 * be on their way, and only a CMD_SYNC waits for them. So the command queue stays
 * enabled, and EL2 brings the SMMU back once its CMD_SYNC has completed.
 *
 * Context: queue_lock held. Spins for SMMU_LOOK_US at most.
 */
void smmu_fence_locked(struct devmed_smmu *smmu)
{
	hyp_assert_lock_held(&smmu->queue_lock);

	WRITE_ONCE(smmu->state, SMMU_FENCED);
	smmu_begin_locked(smmu, SMMU_LOOK_US);
	/* SMMUEN is cleared only if that does not open the bypass. */
	if (smmu_abort_bypass(smmu))
		smmu_set_cr0(smmu, smmu_idle_cr0(smmu));
}

/**
 * smmu_rearm_locked - set up again what is not as EL2 left it
 * @smmu: the instance
 * @usecs: microseconds to spin at most; if the caller has begun something that
 *	takes as long, both together
 *
 * Commands that the hardware had not completed are void: each was to make it
 * forget something, and it forgets everything.
 *
 * Context: queue_lock held. Spins for @usecs and SMMU_LOOK_US at most.
 * Return: 0 if the SMMU is in service; -EBUSY if its registers cannot be read;
 * -EIO if it does not come up, and is fenced.
 */
int smmu_rearm_locked(struct devmed_smmu *smmu, u32 usecs)
{
	unsigned int i;

	hyp_assert_lock_held(&smmu->queue_lock);

	if (smmu->limit.usecs != usecs)
		smmu_begin_locked(smmu, usecs);

	for (i = 0; i < SMMU_ARM_TRIES; i++) {
		if (!smmu_is_readable(smmu)) {
			WRITE_ONCE(smmu->state, SMMU_UNREADABLE);
			return -EBUSY;
		}
		/* Its registers are there; nothing else is known yet. */
		WRITE_ONCE(smmu->state, SMMU_FENCED);
		if (smmu_arm_locked(smmu, false)) {
			WRITE_ONCE(smmu->state, SMMU_RUNS);
			devmed_count(smmu->region, DEVMED_REARMED);
			return 0;
		}
	}

	smmu_fence_locked(smmu);
	smmu->retry = devmed_deadline(SMMU_RETRY_US);
	return -EIO;
}

/*
 * A fenced SMMU is set up again once its CMD_SYNC has completed or a reset has
 * ended it; if it does not come up, not so often that those who wait for the lock
 * would notice.
 */
static int smmu_revive_locked(struct devmed_smmu *smmu)
{
	hyp_assert_lock_held(&smmu->queue_lock);

	if (!smmu_is_readable(smmu))
		return -EIO;
	smmu_begin_locked(smmu, SMMU_LOOK_US);
	/* A reset may have opened the bypass. */
	if (!smmu_abort_bypass(smmu) || !devmed_is_past(smmu->retry))
		return -EIO;
	/* The doorbell may have been lost on its way. */
	smmu_write32(smmu, SMMU_CMDQ_PROD, smmu->ring.hyp.prod);
	if ((smmu_read32(smmu, SMMU_CR0ACK) & SMMU_CR0_CMDQEN) &&
	    !smmu_wait(smmu, smmu_cmdq_idle_locked(smmu)))
		return -EIO;

	return smmu_rearm_locked(smmu, SMMU_REVIVE_US);
}

/**
 * smmu_ready_locked - see to it that the hardware is as EL2 left it
 * @smmu: the instance
 *
 * Context: queue_lock held. Spins only if the hardware is not.
 * Return: 0 if it is in service; -EBUSY if its registers cannot be read, so that
 * nothing is known of it; -EIO if it is fenced, with transactions perhaps on
 * their way.
 */
int smmu_ready_locked(struct devmed_smmu *smmu)
{
	hyp_assert_lock_held(&smmu->queue_lock);

	if (likely(smmu->state == SMMU_RUNS &&
		   !smmu_has_lost(smmu)))
		return 0;
	if (smmu->state == SMMU_FENCED)
		return smmu_revive_locked(smmu);

	return smmu_rearm_locked(smmu, SMMU_TIMEOUT_US);
}

static noinline void smmu_make_ready(struct devmed_smmu *smmu)
{
	hyp_spin_lock(&smmu->queue_lock);
	smmu_begin_locked(smmu, SMMU_LOOK_US);
	smmu_ready_locked(smmu);
	hyp_spin_unlock(&smmu->queue_lock);
}

/**
 * smmu_check - has the hardware been reset?
 * @region: of the SMMU
 * @instance: of the SMMU
 *
 * Context: Region lock held. Takes queue_lock. Spins only if it has.
 */
void smmu_check(struct devmed_region *region, void *instance)
{
	struct devmed_smmu *smmu = instance;
	u32 ack;

	if (READ_ONCE(smmu->state) == SMMU_LEFT)
		return;

	/* Nothing is read that this read has to come before. */
	ack = devmed_read32_relaxed(region, SMMU_CR0ACK);
	if (unlikely(ack != READ_ONCE(smmu->hw.cr0) ||
		     READ_ONCE(smmu->state) != SMMU_RUNS))
		smmu_make_ready(smmu);
}
