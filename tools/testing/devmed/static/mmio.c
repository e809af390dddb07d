// SPDX-License-Identifier: GPL-2.0-only
/* Breaks mmio.cocci: a device that is powered down would take EL2 with it. */
u32 bad_read(struct devmed_region *region)
{
	return readl_relaxed(region->mmio);	/* found */
}
