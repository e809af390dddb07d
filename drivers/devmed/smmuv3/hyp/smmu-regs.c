// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 register pages 0 and 1 as a register table.
 *
 * Attack surface: every Non-secure register of the SMMU; the *_BASE and
 * *_IRQ_CFG0 registers are addresses that the SMMU reads and writes.
 *
 * Guarantees: rows for each Non-secure register of IHI 0070, 6.2, at its
 * width. Secure, Realm and IMPLEMENTATION DEFINED registers have none, nor do
 * the Enhanced Command queue control pages, so the host does not reach them.
 * With an instance the host sees an SMMU without stage 2, ATS, PRI, EL2 streams
 * and what else EL2 does not stand for; registers of these read as zero. What it
 * writes takes effect when it is enabled, and not while it is. CR1, CR2 and GBPA
 * of the hardware are EL2's, an interrupt goes to an ITS or nowhere.
 *
 * Leaves to others: what an enable bit sets going (smmu-cr0.c), SMMU_GBPA
 * (smmu-off.c), and a doorbell (smmu-cmd.c). As long as no instance is published,
 * values pass through.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "smmu-hyp.h"
#include "smmu-off.h"

/* What the host enables; ATSCHK is EL2's. */
#define SMMU_HOST_CR0		(SMMU_CR0_SMMUEN | SMMU_CR0_EVENTQEN | \
				 SMMU_CR0_CMDQEN)

/* Errors that are EL2's to report. */
#define SMMU_OWN_ERRORS		(SMMU_GERROR_CMDQ_ERR | \
				 SMMU_GERROR_MSI_CMDQ_ABT)

#define SMMU_IRQS		(SMMU_IRQ_GERROR | SMMU_IRQ_EVENTQ)

#define SMMU_READ(name)							\
	smmu_read_##name(struct devmed_region *region, void *instance,	\
			 unsigned int index)
#define SMMU_WRITE(name)						\
	smmu_write_##name(struct devmed_region *region, void *instance,	\
			  unsigned int index, u64 value)

/* Registers of what the host is told there is not. */
static u64 SMMU_READ(absent)
{
	return 0;
}

static int SMMU_WRITE(absent)
{
	return value ? -EPERM : 0;
}

static u64 SMMU_READ(idr)
{
	return ((struct devmed_smmu *)instance)->idr[index];
}

static u64 SMMU_READ(cr0)
{
	return ((struct devmed_smmu *)instance)->cr0;
}

static u64 SMMU_READ(cr0ack)
{
	struct devmed_smmu *smmu = instance;

	/* A driver that waits for it does not write it again. */
	if (unlikely(smmu->cr0_held_up))
		smmu_set_host_cr0(smmu, smmu->cr0);

	return smmu->cr0ack;
}

/* The host makes the access again, which goes on with what is not done yet. */
static int smmu_or_repeat(int ret)
{
	return ret == -EINPROGRESS ? -EAGAIN : ret;
}

static int SMMU_WRITE(cr0)
{
	return smmu_or_repeat(smmu_set_host_cr0(instance, value));
}

/* Attributes of tables and queues: kept for the host to read. */
static u64 SMMU_READ(cr1)
{
	return ((struct devmed_smmu *)instance)->cr1;
}

static int SMMU_WRITE(cr1)
{
	struct devmed_smmu *smmu = instance;

	if (smmu->cr0ack)
		return -EBUSY;

	smmu->cr1 = value;
	return 0;
}

static u64 SMMU_READ(cr2)
{
	return ((struct devmed_smmu *)instance)->cr2;
}

static int SMMU_WRITE(cr2)
{
	struct devmed_smmu *smmu = instance;

	if (smmu_enabled(smmu))
		return -EBUSY;

	smmu->cr2 = value;
	return 0;
}

static u32 smmu_gerror(const struct devmed_smmu *smmu)
{
	return smmu->gerror | smmu_hw_errors(smmu, SMMU_GERROR);
}

static u32 smmu_gerrorn(const struct devmed_smmu *smmu)
{
	return smmu->gerrorn | smmu_hw_errors(smmu, SMMU_GERRORN);
}

static u64 SMMU_READ(gerror)
{
	return smmu_gerror(instance);
}

static u64 SMMU_READ(gerrorn)
{
	return smmu_gerrorn(instance);
}

/* Only an error that is active can be acknowledged (IHI 0070, 6.3.20). */
static int SMMU_WRITE(gerrorn)
{
	struct devmed_smmu *smmu = instance;
	u32 gerrorn = smmu_gerrorn(smmu);
	u32 active = gerrorn ^ smmu_gerror(smmu);
	u32 acked = active & (value ^ gerrorn);

	smmu->work = 0;
	smmu->gerrorn ^= acked & SMMU_OWN_ERRORS;
	if (acked & SMMU_HW_ERRORS)
		smmu_cmdq_ack(smmu, acked & SMMU_HW_ERRORS);
	if (acked & SMMU_GERROR_CMDQ_ERR)
		smmu->cmdq_error = 0;

	/* This write made again acknowledges nothing, but goes on with the ring. */
	return smmu_or_repeat(smmu_drain_again(smmu));
}

static u64 SMMU_READ(gerror_addr)
{
	return smmu_msi(instance, SMMU_IRQ_GERROR)->addr;
}

static u64 SMMU_READ(gerror_data)
{
	return smmu_msi(instance, SMMU_IRQ_GERROR)->data;
}

static u64 SMMU_READ(gerror_attr)
{
	return smmu_msi(instance, SMMU_IRQ_GERROR)->attr;
}

static u64 SMMU_READ(eventq_addr)
{
	return smmu_msi(instance, SMMU_IRQ_EVENTQ)->addr;
}

static u64 SMMU_READ(eventq_data)
{
	return smmu_msi(instance, SMMU_IRQ_EVENTQ)->data;
}

static u64 SMMU_READ(eventq_attr)
{
	return smmu_msi(instance, SMMU_IRQ_EVENTQ)->attr;
}

#define SMMU_MSI_WRITE(name, set, irq, cfg)				\
	static int smmu_write_##name(struct devmed_region *region,	\
				     void *instance,			\
				     unsigned int index, u64 value)	\
	{								\
		return set(instance, irq, cfg, value);			\
	}

SMMU_MSI_WRITE(gerror_addr, smmu_set_msi_addr, SMMU_IRQ_GERROR, SMMU_GERROR_IRQ_CFG0)
SMMU_MSI_WRITE(gerror_data, smmu_set_msi_data, SMMU_IRQ_GERROR, SMMU_GERROR_IRQ_CFG1)
SMMU_MSI_WRITE(gerror_attr, smmu_set_msi_attr, SMMU_IRQ_GERROR, SMMU_GERROR_IRQ_CFG2)
SMMU_MSI_WRITE(eventq_addr, smmu_set_msi_addr, SMMU_IRQ_EVENTQ, SMMU_EVENTQ_IRQ_CFG0)
SMMU_MSI_WRITE(eventq_data, smmu_set_msi_data, SMMU_IRQ_EVENTQ, SMMU_EVENTQ_IRQ_CFG1)
SMMU_MSI_WRITE(eventq_attr, smmu_set_msi_attr, SMMU_IRQ_EVENTQ, SMMU_EVENTQ_IRQ_CFG2)

/* Registers that are set up while what they belong to is disabled. */
static u64 SMMU_READ(strtab_base)
{
	return ((struct devmed_smmu *)instance)->strtab_base;
}

static u64 SMMU_READ(strtab_base_cfg)
{
	return ((struct devmed_smmu *)instance)->strtab_base_cfg;
}

static u64 SMMU_READ(cmdq_base)
{
	return ((struct devmed_smmu *)instance)->cmdq_base;
}

static u64 SMMU_READ(eventq_base)
{
	return ((struct devmed_smmu *)instance)->eventq_base;
}

static int SMMU_WRITE(strtab_base)
{
	struct devmed_smmu *smmu = instance;

	if (smmu->cr0ack & SMMU_CR0_SMMUEN)
		return -EBUSY;
	smmu->strtab_base = value;
	return 0;
}

static int SMMU_WRITE(strtab_base_cfg)
{
	struct devmed_smmu *smmu = instance;

	if (smmu->cr0ack & SMMU_CR0_SMMUEN)
		return -EBUSY;
	smmu->strtab_base_cfg = value;
	return 0;
}

static int SMMU_WRITE(cmdq_base)
{
	struct devmed_smmu *smmu = instance;

	if (smmu->cr0ack & SMMU_CR0_CMDQEN)
		return -EBUSY;
	smmu->cmdq_base = value;
	return 0;
}

static int SMMU_WRITE(eventq_base)
{
	struct devmed_smmu *smmu = instance;

	if (smmu->cr0ack & SMMU_CR0_EVENTQEN)
		return -EBUSY;
	smmu->eventq_base = value;
	return 0;
}

static u64 SMMU_READ(cmdq_prod)
{
	const struct devmed_smmu *smmu = instance;

	return smmu->cr0ack & SMMU_CR0_CMDQEN ? smmu->ring.host.prod :
						smmu->cmdq_prod;
}

/* The doorbell. */
static int SMMU_WRITE(cmdq_prod)
{
	struct devmed_smmu *smmu = instance;
	struct devmed_queue *host = &smmu->ring.host;
	u32 prod = value & (host->span - 1);
	u32 old = host->prod;
	int ret;

	if (!(smmu->cr0ack & SMMU_CR0_CMDQEN)) {
		smmu->cmdq_prod = value;
		return 0;
	}

	ret = devmed_queue_set_prod(host, prod);
	if (ret)
		return ret;
	/* Not the last write once more: the host may have changed its tables. */
	if (prod != old) {
		smmu->resynced = false;
		smmu->walk.all = false;
	}
	smmu->work = 0;
	return smmu_or_repeat(smmu_drain(smmu));
}

static u64 SMMU_READ(cmdq_cons)
{
	struct devmed_smmu *smmu = instance;
	u32 cons = smmu->cmdq_cons;

	if (smmu->cr0ack & SMMU_CR0_CMDQEN) {
		/* A driver that waits for them may not ring again. */
		if (unlikely(smmu->held_up)) {
			smmu->work = 0;
			smmu_drain(smmu);
		}
		cons = smmu_host_cons(smmu);
	}

	return cons | FIELD_PREP(SMMU_CMDQ_CONS_ERR, smmu->cmdq_error);
}

static int SMMU_WRITE(cmdq_cons)
{
	struct devmed_smmu *smmu = instance;

	if (smmu->cr0ack & SMMU_CR0_CMDQEN)
		return -EBUSY;

	smmu->cmdq_cons = value & ~SMMU_CMDQ_CONS_ERR;
	smmu->cmdq_error = FIELD_GET(SMMU_CMDQ_CONS_ERR, value);
	return 0;
}

static u64 SMMU_READ(eventq_prod)
{
	const struct devmed_smmu *smmu = instance;

	return smmu->cr0ack & SMMU_CR0_EVENTQEN ?
	       smmu_eventq_index(smmu, SMMU_EVENTQ_PROD) : smmu->eventq_prod;
}

static int SMMU_WRITE(eventq_prod)
{
	struct devmed_smmu *smmu = instance;

	if (smmu->cr0ack & SMMU_CR0_EVENTQEN)
		return -EBUSY;

	smmu->eventq_prod = value;
	return 0;
}

static u64 SMMU_READ(eventq_cons)
{
	const struct devmed_smmu *smmu = instance;

	return smmu->cr0ack & SMMU_CR0_EVENTQEN ?
	       smmu_eventq_index(smmu, SMMU_EVENTQ_CONS) : smmu->eventq_cons;
}

static int SMMU_WRITE(eventq_cons)
{
	struct devmed_smmu *smmu = instance;

	if (smmu->cr0ack & SMMU_CR0_EVENTQEN)
		smmu_set_eventq_cons(smmu, value & (SMMU_QUEUE_OVERFLOW |
						    smmu->eventq_mask));
	else
		smmu->eventq_cons = value;

	return 0;
}

#define SMMU_RO(reg, w, all, name)					\
	DEVMED_REG(reg, w, all, 0, .read = smmu_read_##name)
#define SMMU_RW(reg, w, all, mask, name)				\
	DEVMED_REG(reg, w, all, mask, .read = smmu_read_##name,		\
		   .write = smmu_write_##name)
#define SMMU_RO32(reg, name)		SMMU_RO(reg, 4, U32_MAX, name)
#define SMMU_RW32(reg, mask, name)	SMMU_RW(reg, 4, U32_MAX, mask, name)
#define SMMU_RW64(reg, mask, name)	SMMU_RW(reg, 8, U64_MAX, mask, name)
#define SMMU_ABSENT32(reg)		SMMU_RW32(reg, U32_MAX, absent)
#define SMMU_ABSENT64(reg)		SMMU_RW64(reg, U64_MAX, absent)

static const struct devmed_reg smmu_regs[] = {
	DEVMED_REGS(SMMU_IDR0, SMMU_NR_IDRS, 4, U32_MAX, 0,
		    .read = smmu_read_idr),
	DEVMED_REG32_RO(SMMU_IIDR),
	DEVMED_REG32_RO(SMMU_AIDR),
	SMMU_RW32(SMMU_CR0, SMMU_HOST_CR0, cr0),
	SMMU_RO32(SMMU_CR0ACK, cr0ack),
	SMMU_RW32(SMMU_CR1, SMMU_CR1_FIELDS, cr1),
	SMMU_RW32(SMMU_CR2, SMMU_CR2_FIELDS, cr2),
	SMMU_RO32(SMMU_STATUSR, absent),
	SMMU_RW32(SMMU_GBPA, U32_MAX, gbpa),
	SMMU_ABSENT32(SMMU_AGBPA),
	SMMU_RW(SMMU_IRQ_CTRL, 4, SMMU_IRQS, SMMU_IRQS, irq_ctrl),
	SMMU_RO(SMMU_IRQ_CTRLACK, 4, SMMU_IRQS, irq_ctrlack),
	SMMU_RO32(SMMU_GERROR, gerror),
	SMMU_RW32(SMMU_GERRORN, SMMU_OWN_ERRORS | SMMU_HW_ERRORS, gerrorn),
	SMMU_RW64(SMMU_GERROR_IRQ_CFG0, SMMU_MSI_ADDR, gerror_addr),
	SMMU_RW32(SMMU_GERROR_IRQ_CFG1, U32_MAX, gerror_data),
	SMMU_RW32(SMMU_GERROR_IRQ_CFG2, SMMU_MSI_ATTR_FIELDS, gerror_attr),
	SMMU_RW64(SMMU_STRTAB_BASE,
		  SMMU_STRTAB_BASE_RA | SMMU_STRTAB_BASE_ADDR, strtab_base),
	SMMU_RW32(SMMU_STRTAB_BASE_CFG, SMMU_STRTAB_LOG2SIZE |
		  SMMU_STRTAB_SPLIT | SMMU_STRTAB_FMT, strtab_base_cfg),
	SMMU_RW64(SMMU_CMDQ_BASE, SMMU_QUEUE_BASE_RA | SMMU_QUEUE_BASE_ADDR |
		  SMMU_QUEUE_LOG2SIZE, cmdq_base),
	SMMU_RW32(SMMU_CMDQ_PROD, U32_MAX, cmdq_prod),
	SMMU_RW32(SMMU_CMDQ_CONS, U32_MAX, cmdq_cons),
	SMMU_RW64(SMMU_EVENTQ_BASE, SMMU_QUEUE_BASE_RA |
		  SMMU_QUEUE_BASE_ADDR | SMMU_QUEUE_LOG2SIZE, eventq_base),
	SMMU_RW64(SMMU_EVENTQ_IRQ_CFG0, SMMU_MSI_ADDR, eventq_addr),
	SMMU_RW32(SMMU_EVENTQ_IRQ_CFG1, U32_MAX, eventq_data),
	SMMU_RW32(SMMU_EVENTQ_IRQ_CFG2, SMMU_MSI_ATTR_FIELDS, eventq_attr),
	SMMU_ABSENT64(SMMU_PRIQ_BASE),
	SMMU_ABSENT64(SMMU_PRIQ_IRQ_CFG0),
	SMMU_ABSENT32(SMMU_PRIQ_IRQ_CFG1),
	SMMU_ABSENT32(SMMU_PRIQ_IRQ_CFG2),
	SMMU_ABSENT32(SMMU_GATOS_CTRL),
	SMMU_ABSENT64(SMMU_GATOS_SID),
	SMMU_ABSENT64(SMMU_GATOS_ADDR),
	SMMU_RO(SMMU_GATOS_PAR, 8, U64_MAX, absent),
	SMMU_RO32(SMMU_MPAMIDR, absent),
	SMMU_ABSENT32(SMMU_GMPAM),
	SMMU_ABSENT32(SMMU_GBPMPAM),
	SMMU_ABSENT32(SMMU_VATOS_SEL),
	SMMU_RO32(SMMU_IDR6, absent),
	SMMU_ABSENT64(SMMU_DPT_BASE),
	SMMU_ABSENT32(SMMU_DPT_BASE_CFG),
	SMMU_RO(SMMU_DPT_CFG_FAR, 8, U64_MAX, absent),
	DEVMED_REGS(SMMU_IDREGS, SMMU_NR_IDREGS, 4, U32_MAX, 0),
	SMMU_RW32(SMMU_EVENTQ_PROD, U32_MAX, eventq_prod),
	SMMU_RW32(SMMU_EVENTQ_CONS, U32_MAX, eventq_cons),
	SMMU_ABSENT32(SMMU_PRIQ_PROD),
	SMMU_ABSENT32(SMMU_PRIQ_CONS),
};

static u8 smmu_index[DEVMED_INDEX_WORDS];

const struct devmed_regs devmed_smmuv3_regs = {
	.regs		= smmu_regs,
	.nr_regs	= ARRAY_SIZE(smmu_regs),
	.index		= smmu_index,
	.start		= smmu_start,
	.adopt		= smmu_adopt,
	.stop		= smmu_stop,
	.check		= smmu_check,
};
