// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of the SMMU's own that are sent as messages.
 *
 * Attack surface: an address, 32 bits to write there, and how.
 *
 * Guarantees: the address is GITS_TRANSLATER of a mediated ITS or nothing, the
 * attributes are EL2's, and neither changes while the interrupt is enabled.
 *
 * Leaves to others: CMD_SYNC, which is completed by EL2 (smmu-cmd.c).
 */
#include <linux/errno.h>

#include "smmu-hyp.h"

static bool smmu_offers_msi(const struct devmed_smmu *smmu)
{
	return smmu->idr[0] & SMMU_IDR0_MSI;
}

/* The enabled interrupts; of hardware out of reach, those EL2 will enable again. */
static u32 smmu_irqs(const struct devmed_smmu *smmu)
{
	return smmu_has_registers(smmu) ? smmu_read32(smmu, SMMU_IRQ_CTRLACK) :
					  smmu->hw.irq_ctrl;
}

/* While it is enabled an MSI stays as it is; what is none has no effect. */
static bool smmu_msi_is_free(const struct devmed_smmu *smmu, u32 irq)
{
	return !smmu->msi || !(smmu_irqs(smmu) & irq);
}

/**
 * smmu_set_msi_addr - take over *_IRQ_CFG0
 * @smmu: the instance
 * @irq: SMMU_IRQ_* of the interrupt
 * @offset: of the register
 * @addr: where the MSI is to go: to an ITS, or 0 for nowhere (IHI 0070, 6.3.21)
 *
 * Context: region->lock held. Takes queue_lock.
 * Return: 0, -EPERM if it may not go there, -EBUSY while it is enabled.
 */
int smmu_set_msi_addr(struct devmed_smmu *smmu, u32 irq, u32 offset, u64 addr)
{
	if (addr && !(smmu->msi && devmed_is_translater(addr) &&
		      smmu_reaches(smmu, addr, sizeof(u32))))
		return -EPERM;
	if (!smmu_msi_is_free(smmu, irq))
		return -EBUSY;

	hyp_spin_lock(&smmu->queue_lock);
	smmu_msi(smmu, irq)->addr = addr;
	if (smmu->msi && smmu_has_registers(smmu))
		smmu_write64(smmu, offset, addr);
	hyp_spin_unlock(&smmu->queue_lock);
	return 0;
}

/**
 * smmu_set_msi_data - take over *_IRQ_CFG1: what the MSI writes
 * @smmu: the instance
 * @irq: SMMU_IRQ_* of the interrupt
 * @offset: of the register
 * @data: any value
 *
 * Context: region->lock held. Takes queue_lock.
 * Return: 0, -EPERM if no MSI is offered, -EBUSY while it is enabled.
 */
int smmu_set_msi_data(struct devmed_smmu *smmu, u32 irq, u32 offset, u32 data)
{
	if (!smmu_offers_msi(smmu))
		return data ? -EPERM : 0;
	if (!smmu_msi_is_free(smmu, irq))
		return -EBUSY;

	hyp_spin_lock(&smmu->queue_lock);
	smmu_msi(smmu, irq)->data = data;
	if (smmu->msi && smmu_has_registers(smmu))
		smmu_write32(smmu, offset, data);
	hyp_spin_unlock(&smmu->queue_lock);
	return 0;
}

/**
 * smmu_set_msi_attr - take over *_IRQ_CFG2: its attributes, which are EL2's choice
 * @smmu: the instance
 * @irq: SMMU_IRQ_* of the interrupt
 * @offset: of the register
 * @attr: any value
 *
 * Context: region->lock held. Takes queue_lock.
 * Return: 0, -EPERM if no MSI is offered, -EBUSY while it is enabled.
 */
int smmu_set_msi_attr(struct devmed_smmu *smmu, u32 irq, u32 offset, u32 attr)
{
	if (!smmu_offers_msi(smmu))
		return attr ? -EPERM : 0;
	if (!smmu_msi_is_free(smmu, irq))
		return -EBUSY;

	hyp_spin_lock(&smmu->queue_lock);
	smmu_msi(smmu, irq)->attr = attr;
	if (smmu->msi && smmu_has_registers(smmu))
		smmu_write32(smmu, offset, SMMU_MSI_ATTR_DEVICE_NGNRE);
	hyp_spin_unlock(&smmu->queue_lock);
	return 0;
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
	if (smmu_has_registers(smmu))
		smmu_write32(smmu, SMMU_IRQ_CTRL, irqs);
	hyp_spin_unlock(&smmu->queue_lock);
}

/**
 * smmu_read_irq_ctrl - SMMU_IRQ_CTRL: what the host has enabled
 * @region: of the SMMU
 * @instance: of the SMMU
 * @index: unused
 *
 * Context: region->lock held.
 * Return: the register.
 */
u64 smmu_read_irq_ctrl(struct devmed_region *region, void *instance,
		       unsigned int index)
{
	return ((struct devmed_smmu *)instance)->hw.irq_ctrl;
}

/**
 * smmu_write_irq_ctrl - SMMU_IRQ_CTRL: enable interrupts
 * @region: of the SMMU
 * @instance: of the SMMU
 * @index: unused
 * @value: the register
 *
 * Context: region->lock held. Takes queue_lock.
 * Return: 0.
 */
int smmu_write_irq_ctrl(struct devmed_region *region, void *instance,
			unsigned int index, u64 value)
{
	smmu_set_irqs(instance, value);
	return 0;
}

/**
 * smmu_read_irq_ctrlack - SMMU_IRQ_CTRLACK: what is enabled
 * @region: of the SMMU
 * @instance: of the SMMU
 * @index: unused
 *
 * Context: region->lock held.
 * Return: the register.
 */
u64 smmu_read_irq_ctrlack(struct devmed_region *region, void *instance,
			  unsigned int index)
{
	return smmu_irqs(instance);
}
