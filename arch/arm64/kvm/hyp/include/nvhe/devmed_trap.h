/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way that every trap takes, inline, so that what is decoded stays in
 * registers from the syndrome to the device. What is rare is out of line:
 * region.c, decode.c, reg.c.
 */
#ifndef __ARM64_KVM_NVHE_DEVMED_TRAP_H__
#define __ARM64_KVM_NVHE_DEVMED_TRAP_H__

#include <linux/align.h>
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/errno.h>

#include <asm/barrier.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_mmio.h>

/**
 * devmed_find_region - find the region that an address belongs to
 * @ipa: intermediate physical address
 *
 * Context: Any.
 * Return: the region, or NULL if nothing mediates @ipa.
 */
static inline struct devmed_region *devmed_find_region(u64 ipa)
{
	struct devmed_region *region = READ_ONCE(devmed_last_region);

	if (likely(region && ipa - region->base < region->size))
		return region;

	return devmed_search_region(ipa);
}

/* Load/store type: set for the 64-byte accesses of FEAT_LS64 (DDI 0487, D24.2.40). */
#define DEVMED_ESR_LST		GENMASK(12, 11)

/* The one bit that tells a permission fault from a translation fault. */
#define DEVMED_ESR_PERM		(ESR_ELx_FSC_PERM & ~ESR_ELx_FSC_FAULT)

/*
 * What nearly every access looks like: one comparison instead of five. It leaves
 * open which of the two faults it is.
 */
#define DEVMED_ESR_PLAIN_MASK	(ESR_ELx_EC_MASK | ESR_ELx_S1PTW | ESR_ELx_CM | \
				 ESR_ELx_ISV | DEVMED_ESR_LST | \
				 (ESR_ELx_FSC_TYPE & ~DEVMED_ESR_PERM))
#define DEVMED_ESR_PLAIN	((ESR_ELx_EC_DABT_LOW << ESR_ELx_EC_SHIFT) | \
				 ESR_ELx_ISV | ESR_ELx_FSC_FAULT)

static inline bool devmed_is_plain(const struct devmed_region *region, u64 esr)
{
	if ((esr & DEVMED_ESR_PLAIN_MASK) != DEVMED_ESR_PLAIN)
		return false;

	/* Only a write to a page that is read without a trap. */
	return !(esr & DEVMED_ESR_PERM) || (esr & ESR_ELx_WNR &&
		region->flags & DEVMED_REGION_DIRECT_READS);
}

/* User space has no business here, and may be AArch32 with its IT state. */
static inline bool devmed_is_el0(u64 spsr)
{
	return (spsr & PSR_MODE32_BIT) || (spsr & PSR_MODE_MASK) == PSR_MODE_EL0t;
}

/**
 * devmed_decode - turn an abort into an access
 * @region: the region that @ipa is in
 * @esr: ESR_EL2
 * @far: FAR_EL2, of which the low 12 bits count
 * @ipa: page of the access, from HPFAR_EL2
 * @spsr: SPSR_EL2
 * @sctlr: the host's SCTLR_EL1
 * @access: filled in on success, the value being 0
 *
 * The offset in the page is always that of a 4 KiB page: HPFAR_EL2.FIPA holds
 * the bits from 12 up whatever the translation granule (DDI 0487, D24.2.71).
 *
 * Context: Any. Pure.
 * Return: 0, or the enum devmed_counter that says why it is refused.
 */
static inline int devmed_decode(const struct devmed_region *region, u64 esr,
				u64 far, u64 ipa, u64 spsr, u64 sctlr,
				struct devmed_access *access)
{
	u64 offset = ipa + (far & GENMASK_ULL(11, 0)) - region->base;
	unsigned int size = BIT(FIELD_GET(ESR_ELx_SAS, esr));

	if (unlikely(!devmed_is_plain(region, esr))) {
		int reason = devmed_refuse_syndrome(region, esr);

		if (reason)
			return reason;
	}
	if (devmed_is_el0(spsr))
		return DEVMED_REFUSED_EL0;
	if (sctlr & SCTLR_ELx_EE)
		return DEVMED_REFUSED_ENDIAN;
	if (!IS_ALIGNED(offset, size))
		return DEVMED_REFUSED_UNALIGNED;
	/* Regions are whole pages, so an aligned access does not straddle the end. */
	if (offset >= region->size)
		return DEVMED_REFUSED_BOUNDS;

	access->offset = offset;
	access->value = 0;
	access->size = size;
	access->rt = FIELD_GET(ESR_ELx_SRT_MASK, esr);
	access->write = esr & ESR_ELx_WNR;
	access->sign_extend = esr & ESR_ELx_SSE;
	access->reg64 = esr & ESR_ELx_SF;

	return 0;
}

/**
 * devmed_extend - the value that a load leaves in its register
 * @access: a load, with its value
 *
 * Context: Any. Pure.
 * Return: all 64 bits of the register: a load to Wt clears the upper half
 * (DDI 0487, C1.2.5).
 */
static inline u64 devmed_extend(const struct devmed_access *access)
{
	u64 value = access->value;

	if (access->sign_extend)
		value = sign_extend64(value, access->size * 8 - 1);

	return access->reg64 ? value : (u32)value;
}

static __always_inline u64 devmed_read_device(struct devmed_region *region,
					      u32 offset, u8 size)
{
	return size == sizeof(u64) ? devmed_read64(region, offset) :
				     devmed_read32(region, offset);
}

/*
 * The accessor orders it after what the host wrote to memory before, whatever
 * barrier its own store implied.
 */
static inline void devmed_write_device(struct devmed_region *region, u32 offset,
				       u8 size, u64 value)
{
	if (size == sizeof(u64))
		devmed_write64(region, offset, value);
	else
		devmed_write32(region, offset, value);
}

/* Always inline: out of line, @access would have to be in memory. */
static __always_inline void devmed_forward(struct devmed_region *region,
					   struct devmed_access *access)
{
	if (access->write)
		devmed_write_device(region, access->offset, access->size,
				    access->value);
	else
		access->value = devmed_read_device(region, access->offset,
						   access->size);
}

/* The register that @offset is in, NULL for a hole. */
static inline const struct devmed_reg *
devmed_find_reg(const struct devmed_regs *regs, u64 offset)
{
	unsigned int row;

	if (likely(offset < DEVMED_INDEX_SIZE && regs->index))
		row = regs->index[offset / sizeof(u32)];
	else
		row = devmed_search_reg(regs, offset);

	return row ? &regs->regs[row - 1] : NULL;
}

static inline u64 devmed_read_whole(struct devmed_region *region, void *instance,
				    const struct devmed_reg *reg,
				    unsigned int index)
{
	u64 value;

	if (reg->read)
		value = reg->read(region, instance, index);
	else
		value = devmed_read_device(region, reg->offset +
					   index * reg->stride, reg->width);

	return value & reg->rd;
}

/*
 * A write to part of a register keeps the rest, and a handler is none the
 * wiser.
 */
static inline int devmed_emulate_locked(struct devmed_region *region,
					void *instance,
					const struct devmed_reg *reg,
					struct devmed_access *access)
{
	u32 offset = access->offset - reg->offset;
	unsigned int index = reg->count > 1 ? offset / reg->stride : 0;
	unsigned int shift = (offset - index * reg->stride) * 8;
	u64 mask = GENMASK_ULL(access->size * 8 - 1, 0);
	u64 value = access->value;

	hyp_assert_lock_held(&region->lock);

	if (!access->write) {
		value = devmed_read_whole(region, instance, reg, index);
		access->value = (value >> shift) & mask;
		return 0;
	}

	/* A device merges by itself. */
	if (!reg->write) {
		devmed_write_device(region, access->offset, access->size,
				    value & (reg->wr >> shift));
		return 0;
	}

	if (access->size < reg->width)
		value = (reg->read(region, instance, index) & ~(mask << shift)) |
			(value << shift);
	return reg->write(region, instance, index, value & reg->wr);
}

/**
 * devmed_emulate - let the backend answer
 * @region: a registered region that had an instance a moment ago
 * @reg: the register of @access
 * @access: allowed by @reg; a read leaves its value here
 *
 * Context: Any. Takes the region lock, under which the instance stays.
 * Return: DEVMED_EMULATE; DEVMED_IGNORE if the backend refused the value;
 * DEVMED_REPEAT if it wants the access again; DEVMED_FORWARD if the instance is
 * gone and the device answered.
 */
static inline enum devmed_answer devmed_emulate(struct devmed_region *region,
						const struct devmed_reg *reg,
						struct devmed_access *access)
{
	const struct devmed_regs *regs = region->regs;
	enum devmed_answer answer = DEVMED_EMULATE;
	void *instance;
	int ret = 0;

	hyp_spin_lock(&region->lock);
	instance = region->instance;
	if (likely(instance)) {
		if (regs->check)
			regs->check(region, instance);
		ret = devmed_emulate_locked(region, instance, reg, access);
	} else {
		devmed_forward(region, access);
		answer = DEVMED_FORWARD;
	}
	hyp_spin_unlock(&region->lock);

	if (unlikely(ret))
		return ret == -EAGAIN ? DEVMED_REPEAT : DEVMED_IGNORE;

	return answer;
}

/**
 * devmed_access_reg - answer an access
 * @region: a registered region
 * @access: aligned and inside the region; a read leaves its value here
 * @reason: why, if the answer is neither the device's nor the backend's
 *
 * Context: Any. Takes the region lock once an instance is published.
 * Return: who answered. Whatever it was, later accesses are not affected.
 */
static inline enum devmed_answer devmed_access_reg(struct devmed_region *region,
						   struct devmed_access *access,
						   enum devmed_counter *reason)
{
	const struct devmed_reg *reg = devmed_find_reg(region->regs,
						       access->offset);
	enum devmed_answer answer;

	if (unlikely(!reg || access->size < sizeof(u32) ||
		     access->size > reg->width ||
		     !(access->write ? reg->wr : reg->rd))) {
		*reason = devmed_refuse_reg(reg, access->size);
		return *reason == DEVMED_REFUSED_WIDTH ? DEVMED_FAULT :
							 DEVMED_IGNORE;
	}

	/* Pairs with smp_store_release() in devmed_publish(). */
	if (!smp_load_acquire(&region->instance)) {
		devmed_forward(region, access);
		return DEVMED_FORWARD;
	}

	answer = devmed_emulate(region, reg, access);
	if (answer == DEVMED_IGNORE)
		*reason = DEVMED_REFUSED_HANDLER;

	return answer;
}

#endif /* __ARM64_KVM_NVHE_DEVMED_TRAP_H__ */
