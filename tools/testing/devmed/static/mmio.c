// SPDX-License-Identifier: GPL-2.0-only
/* Breaks mmio.cocci: a device that is powered down would take EL2 with it. */
u32 bad_read(struct devmed_region *region)
{
	return readl_relaxed(region->mmio);	/* found */
}

void bad_write(struct devmed_region *region)
{
	devmed_raw_write32(0, region->mmio);	/* found */
}

u32 devmed_read32(struct devmed_region *region, u32 offset)
{
	devmed_raw_read32(region->mmio + offset);
	return readl(region->mmio + offset);	/* found */
}
