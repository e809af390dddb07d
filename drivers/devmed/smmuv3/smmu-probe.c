// SPDX-License-Identifier: GPL-2.0-only
/*
 * Binds the SMMUs that had to wait for EL2, as early as they may.
 *
 * The driver core would try them again at late_initcall, and would first move
 * each to the end of its list of devices, behind its masters. The list backwards is
 * the order of shutdown: such an SMMU would be off before its masters are, and
 * their last commands would never end. No device link holds the order: ACPI has
 * none, and those of iommus and iommu-map take fw_devlink.strict=1.
 */
#include <linux/device.h>
#include <linux/platform_device.h>

#include "../devmed.h"

/* SMMUs that cannot bind yet for a reason of their own are left to the core. */
static int __init attach(struct device *dev, void *driver)
{
	if (!dev->driver && dev->bus->match(dev, driver) &&
	    device_attach(dev) <= 0)
		dev_dbg(dev, "not bound yet\n");

	return 0;
}

/**
 * devmed_probe_smmuv3 - bind SMMUs that were told to wait
 *
 * Nothing is to be done if their driver is a module that comes later. A driver that
 * probes asynchronously may do so at the same time: the lock of the device decides
 * who is first.
 *
 * Context: May sleep; an initcall, once no SMMU has to wait any more.
 */
void __init devmed_probe_smmuv3(void)
{
	struct device_driver *driver = driver_find("arm-smmu-v3",
						   &platform_bus_type);

	if (driver)
		bus_for_each_dev(&platform_bus_type, NULL, driver, attach);
}
