// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mediated SMMUs and their drivers: keeps the registers readable while guests are given
 * pages, EL2 in pages for new streams, and says which SMMU has no driver.
 *
 * EL2 takes no page from the host while an SMMU cannot be read, since that SMMU
 * may still translate to the page. A driver with runtime PM would gate an SMMU
 * whose devices are idle, and guests would wait for it for ever.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/device.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/printk.h>

#include "../devmed.h"

static int has_base(struct device *dev, const void *base)
{
	struct resource *res;

	res = platform_get_resource(to_platform_device(dev), IORESOURCE_MEM, 0);

	return res && res->start == *(const phys_addr_t *)base;
}

/* Its count is the caller's to put; NULL if the firmware's device is not there yet. */
static struct device *find(const struct devmed_claim *claim)
{
	return bus_find_device(&platform_bus_type, NULL, &claim->base, has_base);
}

/*
 * The count holds a driver that binds later, too. Without runtime PM, as the
 * driver of Linux 7.3 is, there is nothing to wake.
 */
static void wake(const struct devmed_claim *claim)
{
	struct device *dev = find(claim);

	if (!dev)
		return;
	pm_runtime_get_sync(dev);
	put_device(dev);
}

static bool is_mediated(const struct devmed_claim *claim)
{
	return claim->class == DEVMED_CLASS_SMMUV3 && claim->mode == DEVMED_ON;
}

/**
 * devmed_wake_smmuv3 - have every mediated SMMU awake, for good
 *
 * Called before the first donation: an SMMU stays awake from then on, as long as
 * the machine may have protected guests.
 *
 * Context: May sleep. Once.
 */
void devmed_wake_smmuv3(void)
{
	unsigned int i;

	for (i = 0; i < devmed_nr_claims; i++) {
		if (is_mediated(&devmed_claims[i]))
			wake(&devmed_claims[i]);
	}
}

/**
 * devmed_prepare_streams - see to it that EL2 can take entries of new streams
 * @count: how many a driver is about to write
 *
 * A stream may need a level-2 table of EL2's, which is a page; without one EL2
 * refuses the command that announces the entry.
 *
 * Context: May sleep.
 */
void devmed_prepare_streams(unsigned int count)
{
	if (READ_ONCE(devmed_dma_started))
		devmed_reserve(PAGE_SIZE, min(count, DEVMED_POOL_MOST));
}
EXPORT_SYMBOL_GPL(devmed_prepare_streams);

/* A driver that is a module may come later. */
static int __init report_drivers(void)
{
	unsigned int i;

	for (i = 0; i < devmed_nr_claims; i++) {
		const struct devmed_claim *claim = &devmed_claims[i];
		struct device *dev;

		if (!is_mediated(claim))
			continue;
		dev = find(claim);
		if (!dev || !device_is_bound(dev))
			pr_warn("%s: has no driver: only the DMA stage-2 confines its devices\n",
				claim->name);
		put_device(dev);
	}

	return 0;
}
late_initcall_sync(report_drivers);
