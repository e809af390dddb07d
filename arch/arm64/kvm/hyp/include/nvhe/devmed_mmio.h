/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accesses of EL2's own to the registers of a mediated device. Each access names
 * the region that it belongs to; EL2 touches no device in any other way.
 */
#ifndef __ARM64_KVM_NVHE_DEVMED_MMIO_H__
#define __ARM64_KVM_NVHE_DEVMED_MMIO_H__

#include <linux/io.h>

#include <nvhe/devmed.h>

static inline u32 devmed_read32(struct devmed_region *region, u32 offset)
{
	return readl(region->mmio + offset);
}

static inline u64 devmed_read64(struct devmed_region *region, u32 offset)
{
	return readq(region->mmio + offset);
}

/* Nothing is read afterwards that this read has to come before. */
static inline u32 devmed_read32_relaxed(struct devmed_region *region, u32 offset)
{
	return readl_relaxed(region->mmio + offset);
}

static inline u64 devmed_read64_relaxed(struct devmed_region *region, u32 offset)
{
	return readq_relaxed(region->mmio + offset);
}

static inline void devmed_write32(struct devmed_region *region, u32 offset,
				  u32 value)
{
	writel(value, region->mmio + offset);
}

static inline void devmed_write64(struct devmed_region *region, u32 offset,
				  u64 value)
{
	writeq(value, region->mmio + offset);
}

/* The caller has ordered what the device is to read before this write. */
static inline void devmed_write64_relaxed(struct devmed_region *region,
					  u32 offset, u64 value)
{
	writeq_relaxed(value, region->mmio + offset);
}

#endif /* __ARM64_KVM_NVHE_DEVMED_MMIO_H__ */
