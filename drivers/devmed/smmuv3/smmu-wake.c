// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the registers of mediated SMMUs readable while guests are given pages.
 *
 * EL2 takes no page from the host while an SMMU cannot be read, since that SMMU
 * may still translate to the page. A driver with runtime PM would gate an SMMU
 * whose devices are idle, and guests would wait for it for ever.
 */
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

#include "../devmed.h"

static int has_base(struct device *dev, const void *base)
{
	struct resource *res;

	res = platform_get_resource(to_platform_device(dev), IORESOURCE_MEM, 0);

	return res && res->start == *(const phys_addr_t *)base;
}

/*
 * The count holds a driver that binds later, too. Without runtime PM, as the
 * driver of Linux 7.3 is, there is nothing to wake.
 */
static void wake(phys_addr_t base)
{
	struct device *dev = bus_find_device(&platform_bus_type, NULL, &base,
					     has_base);

	if (!dev)
		return;
	pm_runtime_get_sync(dev);
	put_device(dev);
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
		const struct devmed_claim *claim = &devmed_claims[i];

		if (claim->class == DEVMED_CLASS_SMMUV3 &&
		    claim->mode == DEVMED_ON)
			wake(claim->base);
	}
}
