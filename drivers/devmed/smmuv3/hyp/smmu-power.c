// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a reset to an SMMU that aborts what EL2 does not let through: at boot, and
 * whenever the hardware has lost what EL2 told it.
 *
 * Attack surface: the host may have clocks, resets and power domains in its
 * hands, and use them at any moment. What is in a register after a reset may be
 * anything.
 *
 * Guarantees: EL2 looks before it answers an access of the host and before it
 * relies on an invalidation. An SMMU that is not as EL2 left it is set up again:
 * GBPA aborts, tables and queue are EL2's, all that it knew is forgotten; then it
 * goes on as the host had it. One without power is not waited for. All waits are
 * bounded, and what cannot be set up is fenced.
 *
 * Leaves to others: the time from a reset until EL2 looks, in which GBPA has its
 * reset value; registers that cannot be read without power (the platform).
 */
#include <linux/log2.h>

#include <asm/kvm_mmu.h>

#include <nvhe/memory.h>

#include "smmu-hyp.h"

/* A reset may come while the SMMU is set up: so often in a row, then it is fenced. */
#define SMMU_ARM_TRIES		3

static bool smmu_set(const struct devmed_smmu *smmu, u32 reg, u32 ack, u32 value)
{
	smmu_write32(smmu, reg, value);

	return devmed_wait_until(smmu_read32(smmu, ack) == value,
				 SMMU_TIMEOUT_US);
}

static bool smmu_gbpa_idle(const struct devmed_smmu *smmu)
{
	return devmed_wait_until(!(smmu_read32(smmu, SMMU_GBPA) &
				   SMMU_GBPA_UPDATE), SMMU_TIMEOUT_US);
}

/**
 * smmu_abort_bypass - nothing gets past it while it is off (IHI 0070, 6.3.15)
 * @smmu: the instance
 *
 * Context: Trusted phase, or queue_lock held. Spins for SMMU_TIMEOUT_US at most,
 * twice.
 * Return: true if the hardware confirms it.
 */
bool smmu_abort_bypass(const struct devmed_smmu *smmu)
{
	if (!smmu_gbpa_idle(smmu))
		return false;
	if (smmu_read32(smmu, SMMU_GBPA) & SMMU_GBPA_ABORT)
		return true;
	smmu_write32(smmu, SMMU_GBPA, SMMU_GBPA_UPDATE | SMMU_GBPA_ABORT);

	return smmu_gbpa_idle(smmu) &&
	       (smmu_read32(smmu, SMMU_GBPA) & SMMU_GBPA_ABORT);
}

/**
 * smmu_quiesce - off, and nothing gets past it
 * @smmu: the instance
 *
 * Context: Trusted phase, or queue_lock held. Spins for SMMU_TIMEOUT_US at most,
 * four times.
 * Return: true if the hardware confirms it.
 */
bool smmu_quiesce(const struct devmed_smmu *smmu)
{
	return smmu_abort_bypass(smmu) &&
	       smmu_set(smmu, SMMU_CR0, SMMU_CR0ACK, 0) &&
	       smmu_set(smmu, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK, 0);
}

static u64 smmu_strtab_reg(const struct devmed_smmu *smmu)
{
	return hyp_virt_to_phys(smmu->strtab);
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
	u32 cfg = FIELD_PREP(SMMU_STRTAB_LOG2SIZE, smmu->sid_bits);

	if (smmu->two_level)
		cfg |= FIELD_PREP(SMMU_STRTAB_FMT, SMMU_STRTAB_FMT_2LVL) |
		       FIELD_PREP(SMMU_STRTAB_SPLIT, smmu->split);

	smmu_write32(smmu, SMMU_CR1, SMMU_CR1_CACHED);
	smmu_write32(smmu, SMMU_CR2, SMMU_CR2_PTM | SMMU_CR2_RECINVSID);
	smmu_write64(smmu, SMMU_STRTAB_BASE,
		     SMMU_STRTAB_BASE_RA | smmu_strtab_reg(smmu));
	smmu_write32(smmu, SMMU_STRTAB_BASE_CFG, cfg);
	smmu_write64(smmu, SMMU_CMDQ_BASE,
		     SMMU_QUEUE_BASE_RA | smmu_cmdq_reg(smmu));
	smmu_write32(smmu, SMMU_CMDQ_PROD, 0);
	smmu_write32(smmu, SMMU_CMDQ_CONS, 0);
	hyp->prod = 0;
	hyp->cons = 0;
}

/* What the host has set up of events and interrupts; nothing at boot. */
static void smmu_program_host(struct devmed_smmu *smmu)
{
	const struct smmu_hw *hw = &smmu->hw;
	const struct smmu_msi *gerror = &smmu->msis[SMMU_MSI_GERROR];
	const struct smmu_msi *eventq = &smmu->msis[SMMU_MSI_EVENTQ];

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
	if (hw->eventq_base) {
		/* The hardware's index is gone: what was not read is, too. */
		smmu_write64(smmu, SMMU_EVENTQ_BASE, hw->eventq_base);
		smmu_write32(smmu, SMMU_EVENTQ_PROD, hw->eventq_cons);
		smmu_write32(smmu, SMMU_EVENTQ_CONS, hw->eventq_cons);
	}
	smmu_write32(smmu, SMMU_GERRORN, smmu_read32(smmu, SMMU_GERROR));
}

static void smmu_flush_tables(const struct devmed_smmu *smmu)
{
	const struct devmed_queue *hyp = &smmu->ring.hyp;

	if (smmu->coherent)
		return;
	kvm_flush_dcache_to_poc(smmu->strtab, smmu_strtab_size(smmu));
	kvm_flush_dcache_to_poc(hyp->base, hyp->slots * SMMU_CMD_SIZE);
}

/**
 * smmu_has_lost - is any of this not the hardware's any more?
 * @smmu: the instance
 * @cr0: what SMMU_CR0 was last set to
 *
 * Context: queue_lock held.
 * Return: true if it has been reset, or has no power (IHI 0070, 6.3).
 */
bool smmu_has_lost(const struct devmed_smmu *smmu, u32 cr0)
{
	return smmu_read32(smmu, SMMU_CR0ACK) != cr0 ||
	       (smmu_read64(smmu, SMMU_STRTAB_BASE) & SMMU_STRTAB_BASE_ADDR) !=
	       smmu_strtab_reg(smmu) ||
	       (smmu_read64(smmu, SMMU_CMDQ_BASE) &
		(SMMU_QUEUE_BASE_ADDR | SMMU_QUEUE_LOG2SIZE)) !=
	       smmu_cmdq_reg(smmu);
}

/* Has no reset come since smmu_quiesce()? It would have taken one of these. */
static bool smmu_is_armed(const struct devmed_smmu *smmu, u32 cr0)
{
	return !smmu_has_lost(smmu, cr0) &&
	       (smmu_read32(smmu, SMMU_GBPA) & SMMU_GBPA_ABORT) &&
	       (smmu_read32(smmu, SMMU_CR1) & SMMU_CR1_FIELDS) ==
	       SMMU_CR1_CACHED;
}

static bool smmu_has_power(const struct devmed_smmu *smmu)
{
	return smmu_read32(smmu, SMMU_IDR0) == smmu->hw_idr[0] &&
	       smmu_read32(smmu, SMMU_IDR1) == smmu->hw_idr[1];
}

/* What it cached it may have kept: it translates only when that is gone. */
static bool smmu_arm_locked(struct devmed_smmu *smmu)
{
	const struct smmu_hw *hw = &smmu->hw;

	hyp_assert_lock_held(&smmu->queue_lock);

	if (!smmu_quiesce(smmu))
		return false;

	smmu_program_tables(smmu);
	smmu_program_host(smmu);
	smmu_flush_tables(smmu);
	if (!smmu_set(smmu, SMMU_CR0, SMMU_CR0ACK, SMMU_CR0_CMDQEN) ||
	    !smmu_cmdq_forget_locked(smmu) ||
	    !smmu_is_armed(smmu, SMMU_CR0_CMDQEN))
		return false;
	if (hw->irq_ctrl &&
	    !smmu_set(smmu, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK, hw->irq_ctrl))
		return false;

	return smmu_set(smmu, SMMU_CR0, SMMU_CR0ACK, hw->cr0) &&
	       smmu_is_armed(smmu, hw->cr0);
}

/**
 * smmu_arm - turn an SMMU on that is in any state
 * @smmu: the instance, new
 *
 * Context: Trusted phase. Takes queue_lock. Spins for SMMU_TIMEOUT_US at most,
 * eight times.
 * Return: true if the hardware confirms each step.
 */
bool smmu_arm(struct devmed_smmu *smmu)
{
	bool armed;

	hyp_spin_lock(&smmu->queue_lock);
	smmu->hw.cr0 = smmu->hw_cr0;
	armed = smmu_arm_locked(smmu);
	hyp_spin_unlock(&smmu->queue_lock);

	return armed;
}

/**
 * smmu_rearm_locked - set up again what the hardware has lost
 * @smmu: the instance, not dead
 *
 * Commands that it had not completed are void: they made it forget something,
 * and it forgets everything. Without power there is nothing to set up: it stays
 * asleep until somebody looks again.
 *
 * Context: queue_lock held. Spins for SMMU_TIMEOUT_US at most, some twenty times.
 * Return: true if it is in service or asleep; false if it does not come up.
 */
bool smmu_rearm_locked(struct devmed_smmu *smmu)
{
	unsigned int i;

	hyp_assert_lock_held(&smmu->queue_lock);

	for (i = 0; i < SMMU_ARM_TRIES; i++) {
		smmu->hw.asleep = !smmu_has_power(smmu);
		if (smmu->hw.asleep)
			return true;
		if (smmu_arm_locked(smmu)) {
			devmed_count(smmu->region, DEVMED_REARMED);
			return true;
		}
	}

	return false;
}

/**
 * smmu_ready_locked - see to it that the hardware is as EL2 left it
 * @smmu: the instance
 *
 * Context: queue_lock held. Spins only if it is not.
 * Return: true if it is in service, or asleep: it completes no command then, and
 * translates nothing. False if it is dead.
 */
bool smmu_ready_locked(struct devmed_smmu *smmu)
{
	hyp_assert_lock_held(&smmu->queue_lock);

	if (unlikely(smmu->dead)) {
		/* A reset would turn bypass on again. */
		smmu->fenced = !smmu_read32(smmu, SMMU_CR0ACK) &&
			       smmu_abort_bypass(smmu);
		return false;
	}
	if (likely(!smmu_has_lost(smmu, smmu->hw.cr0)))
		return true;
	if (smmu_rearm_locked(smmu))
		return true;

	smmu_cmdq_fence_locked(smmu);
	return false;
}

static noinline void smmu_make_ready(struct devmed_smmu *smmu)
{
	hyp_spin_lock(&smmu->queue_lock);
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
	/* Nothing is read that this read has to come before. */
	u32 ack = devmed_read32_relaxed(region, SMMU_CR0ACK);

	if (unlikely(ack != READ_ONCE(smmu->hw.cr0) || READ_ONCE(smmu->dead)))
		smmu_make_ready(smmu);
}

/**
 * smmu_set_eventq - tell the hardware where to write events
 * @smmu: the instance, its event queue disabled
 * @base: SMMU_EVENTQ_BASE, of pinned pages
 * @prod: SMMU_EVENTQ_PROD
 * @cons: SMMU_EVENTQ_CONS
 *
 * Context: Takes queue_lock.
 */
void smmu_set_eventq(struct devmed_smmu *smmu, u64 base, u32 prod, u32 cons)
{
	hyp_spin_lock(&smmu->queue_lock);
	smmu->hw.eventq_base = base;
	smmu->hw.eventq_cons = cons;
	if (!smmu->hw.asleep) {
		smmu_write64(smmu, SMMU_EVENTQ_BASE, base);
		smmu_write32(smmu, SMMU_EVENTQ_PROD, prod);
		smmu_write32(smmu, SMMU_EVENTQ_CONS, cons);
	}
	hyp_spin_unlock(&smmu->queue_lock);
}

/**
 * smmu_set_eventq_cons - tell the hardware how far the host has read
 * @smmu: the instance, its event queue enabled
 * @cons: SMMU_EVENTQ_CONS
 *
 * Context: Takes queue_lock.
 */
void smmu_set_eventq_cons(struct devmed_smmu *smmu, u32 cons)
{
	hyp_spin_lock(&smmu->queue_lock);
	smmu->hw.eventq_cons = cons;
	if (!smmu->hw.asleep)
		smmu_write32(smmu, SMMU_EVENTQ_CONS, cons);
	hyp_spin_unlock(&smmu->queue_lock);
}

/**
 * smmu_set_irqs - which interrupts the hardware sends
 * @smmu: the instance
 * @irqs: SMMU_IRQ_CTRL
 *
 * Context: Takes queue_lock.
 */
void smmu_set_irqs(struct devmed_smmu *smmu, u32 irqs)
{
	hyp_spin_lock(&smmu->queue_lock);
	smmu->hw.irq_ctrl = irqs;
	if (!smmu->hw.asleep)
		smmu_write32(smmu, SMMU_IRQ_CTRL, irqs);
	hyp_spin_unlock(&smmu->queue_lock);
}
