// SPDX-License-Identifier: GPL-2.0-only
/*
 * Register pages of an SMMUv3 beside its own two: Performance Monitor Counter
 * Groups (IHI 0070, 10), TBUs.
 *
 * Attack surface: SMMU_PMCG_IRQ_CFG0 is an address, and an overflow writes to it;
 * what a TBU has is IMPLEMENTATION DEFINED.
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

static int page_start(struct devmed_region *region, u64 unused1, u64 unused2)
{
	return devmed_publish(region, region);
}

static void page_stop(struct devmed_region *region)
{
	devmed_withdraw(region);
}

/* Of a group without MSIs, and with no more than one counter. */
static u64 page_read_cfgr(struct devmed_region *region, void *instance,
			  unsigned int index)
{
	return 0;
}

/* What it has is in this one; all else is a hole. */
static const struct devmed_reg page_rows[] = {
	DEVMED_REG(PMCG_CFGR, 4, U32_MAX, 0, .read = page_read_cfgr),
};

const struct devmed_regs devmed_smmuv3_page_regs = {
	.regs	= page_rows,
	.nr_regs = ARRAY_SIZE(page_rows),
	.start	= page_start,
	.stop	= page_stop,
};
