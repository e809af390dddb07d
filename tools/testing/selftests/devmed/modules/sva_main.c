// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared virtual addressing: a device that is to use the address space of a process.
 * The SMMU that the host sees has neither stalls nor PRI, and a device without
 * PASIDs has nothing to name an address space with, so the driver has to refuse.
 */
#include <linux/iommu.h>
#include <linux/sched.h>
#include "devmed_test.h"
#include "edu.h"

static struct devmed_results results;

static void bind_to_process(struct device *dev)
{
	struct iommu_sva *sva = iommu_sva_bind_device(dev, current->mm);

	devmed_result(&results, IS_ERR(sva), "SVA: a device without PASIDs is refused (%d)",
		      PTR_ERR_OR_ZERO(sva));
	if (!IS_ERR(sva))
		iommu_sva_unbind_device(sva);
}

static int __init sva_init(void)
{
	struct devmed_edu *edu = devmed_edu_find(0);
	int ret = edu ? devmed_results_init(&results) : -ENODEV;

	if (ret)
		return ret;
	bind_to_process(&edu->pdev->dev);
	return 0;
}
module_init(sva_init);

static void __exit sva_exit(void)
{
	devmed_results_exit(&results);
}
module_exit(sva_exit);

MODULE_DESCRIPTION("devmed test: a device and the address space of a process");
MODULE_LICENSE("GPL");
