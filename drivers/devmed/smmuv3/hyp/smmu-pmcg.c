// SPDX-License-Identifier: GPL-2.0-only
/*
 * Performance Monitor Counter Groups of an SMMUv3 (IHI 0070, 10).
 *
 * Attack surface: registers beside those of the SMMU, often in the pages of its
 * TBUs: SMMU_PMCG_IRQ_CFG0 is an address, and an overflow writes to it.
 *
 * Guarantees: the host reaches none of them. They read as zero and ignore
 * writes, which is a group of one counter that counts nothing; nor does a device
 * reach them by DMA.
 *
 * Leaves to others: finding them (smmu-host.c).
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include <nvhe/devmed.h>

#define PMCG_CFGR	0xe00

static int pmcg_start(struct devmed_region *region, u64 unused1, u64 unused2)
{
	return devmed_publish(region, region);
}

static void pmcg_stop(struct devmed_region *region)
{
	devmed_withdraw(region);
}

/* Of a group without MSIs, and with no more than one counter. */
static u64 pmcg_read_cfgr(struct devmed_region *region, void *instance,
			  unsigned int index)
{
	return 0;
}

/* What it has is in this one; all else is a hole. */
static const struct devmed_reg pmcg_rows[] = {
	DEVMED_REG(PMCG_CFGR, 4, U32_MAX, 0, .read = pmcg_read_cfgr),
};

const struct devmed_regs devmed_pmcg_regs = {
	.regs	= pmcg_rows,
	.nr_regs = ARRAY_SIZE(pmcg_rows),
	.start	= pmcg_start,
	.stop	= pmcg_stop,
};
