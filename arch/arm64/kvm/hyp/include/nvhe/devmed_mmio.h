/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accesses of EL2's own to the registers of a mediated device. Each access names
 * the region that it belongs to; EL2 touches no device in any other way.
 *
 * A device may answer with an external abort. A read then gives all ones, a write
 * is dropped, and EL2 goes on: all ones is never proof of anything but that. The
 * barriers are those of readl() and writel().
 */
#ifndef __ARM64_KVM_NVHE_DEVMED_MMIO_H__
#define __ARM64_KVM_NVHE_DEVMED_MMIO_H__

#include <linux/bits.h>
#include <linux/io.h>

#include <asm/esr.h>
#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_raw.h>

/*
 * This tells an abort of EL2's own access in ESR_EL2 from an abort or a hypercall of
 * the host: the last bit of the exception class, 0x25 against 0x24 and 0x16
 * (DDI 0487, D24.2.40).
 */
#define DEVMED_ESR_OWN		BIT(ESR_ELx_EC_SHIFT)

/**
 * devmed_was_aborted - did a device answer an access of EL2's with an abort?
 *
 * Context: While an abort or a hypercall of the host is handled.
 * Return: true if one did, on this CPU and since the host entered EL2.
 */
static inline bool devmed_was_aborted(void)
{
	return read_sysreg_el2(SYS_ESR) & DEVMED_ESR_OWN;
}

/* Nothing is read afterwards that this read has to come before. */
static inline u32 devmed_read32_relaxed(struct devmed_region *region, u32 offset)
{
	return devmed_raw_read32(region->mmio + offset);
}

static inline u64 devmed_read64_relaxed(struct devmed_region *region, u32 offset)
{
	return devmed_raw_read64(region->mmio + offset);
}

static inline u32 devmed_read32(struct devmed_region *region, u32 offset)
{
	u32 value = devmed_read32_relaxed(region, offset);

	__iormb(value);

	return value;
}

static inline u64 devmed_read64(struct devmed_region *region, u32 offset)
{
	u64 value = devmed_read64_relaxed(region, offset);

	__iormb(value);

	return value;
}

static inline void devmed_write32(struct devmed_region *region, u32 offset,
				  u32 value)
{
	__iowmb();
	devmed_raw_write32(value, region->mmio + offset);
}

/* The caller has ordered what the device is to read before this write. */
static inline void devmed_write64_relaxed(struct devmed_region *region,
					  u32 offset, u64 value)
{
	devmed_raw_write64(value, region->mmio + offset);
}

static inline void devmed_write64(struct devmed_region *region, u32 offset,
				  u64 value)
{
	__iowmb();
	devmed_write64_relaxed(region, offset, value);
}

#endif /* __ARM64_KVM_NVHE_DEVMED_MMIO_H__ */
