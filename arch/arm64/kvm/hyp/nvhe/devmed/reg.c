// SPDX-License-Identifier: GPL-2.0-only
/*
 * Register tables: from an offset to a register and its answer.
 *
 * Attack surface: any aligned offset inside the region, any width, any value.
 *
 * Guarantees: only registers of the table are answered, at the widths that
 * the architecture gives them; everything else reads as zero and ignores
 * writes, or gets an abort, and never reaches the device. A handler sees whole
 * registers, masked, one at a time. EL2 never makes an access of its own that a
 * device could answer with an abort, which at EL2 would be fatal.
 *
 * Leaves to others: what a value means (the backend), and whether the values
 * of several registers fit together: a backend checks that where they take
 * effect, since each half of a register arrives on its own.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/errno.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_trap.h>

static u64 devmed_reg_end(const struct devmed_reg *reg)
{
	return reg->offset + (u64)(reg->count - 1) * reg->stride + reg->width;
}

static bool devmed_reg_is_valid(const struct devmed_reg *reg)
{
	u64 mask = reg->width == sizeof(u64) ? U64_MAX : U32_MAX;

	/* Half of a value that only EL2 knows cannot be merged with the device's. */
	if (reg->width == sizeof(u64) && reg->write && !reg->read)
		return false;

	return (reg->width == 4 || reg->width == 8) && reg->count &&
	       reg->stride >= reg->width &&
	       IS_ALIGNED(reg->offset | reg->stride, reg->width) &&
	       !((reg->rd | reg->wr) & ~mask) && (reg->rd | reg->wr);
}

/**
 * devmed_check_regs - check what a lookup relies on
 * @regs: a register table
 *
 * Context: Any. Pure.
 * Return: 0, or -EINVAL if a row is malformed or the rows are not sorted and
 * disjoint.
 */
int devmed_check_regs(const struct devmed_regs *regs)
{
	u64 end = 0;
	unsigned int i;

	if (!regs->nr_regs || regs->nr_regs > U8_MAX ||
	    !IS_ALIGNED(regs->direct_reads, SZ_64K))
		return -EINVAL;

	for (i = 0; i < regs->nr_regs; i++) {
		const struct devmed_reg *reg = &regs->regs[i];

		if (!devmed_reg_is_valid(reg) || reg->offset < end)
			return -EINVAL;
		end = devmed_reg_end(reg);
	}

	return 0;
}

/* The register of an array that @offset is in. */
static unsigned int devmed_reg_index(const struct devmed_reg *reg, u64 offset)
{
	return reg->count > 1 ? (offset - reg->offset) / reg->stride : 0;
}

/**
 * devmed_search_reg - find the row of a register table that an offset is in
 * @regs: a checked table
 * @offset: in bytes from the region's base
 *
 * Context: Any. Pure.
 * Return: the row counted from 1, 0 for a hole.
 */
unsigned int devmed_search_reg(const struct devmed_regs *regs, u64 offset)
{
	const struct devmed_reg *reg;
	unsigned int left = 0;
	unsigned int right = regs->nr_regs;

	while (left < right) {
		unsigned int mid = (left + right) / 2;

		if (regs->regs[mid].offset <= offset)
			left = mid + 1;
		else
			right = mid;
	}
	if (!left)
		return 0;

	reg = &regs->regs[left - 1];
	if (offset >= devmed_reg_end(reg) ||
	    (offset - reg->offset) % reg->stride >= reg->width)
		return 0;

	return left;
}

/**
 * devmed_index_regs - build the index of a register table
 * @regs: a checked table
 *
 * Context: Before the first lookup.
 */
void devmed_index_regs(const struct devmed_regs *regs)
{
	unsigned int i;

	for (i = 0; regs->index && i < DEVMED_INDEX_WORDS; i++)
		regs->index[i] = devmed_search_reg(regs, i * sizeof(u32));
}

static u64 devmed_read_whole(struct devmed_region *region, void *instance,
			     const struct devmed_reg *reg, unsigned int index)
{
	u64 value;

	if (reg->read)
		value = reg->read(region, instance, index);
	else
		value = devmed_mmio_read(region->mmio + reg->offset +
					 index * reg->stride, reg->width);

	return value & reg->rd;
}

/*
 * A write to part of a register keeps the rest, and a handler is none the
 * wiser.
 */
static int devmed_emulate_locked(struct devmed_region *region, void *instance,
				 const struct devmed_reg *reg,
				 struct devmed_access *access)
{
	unsigned int index = devmed_reg_index(reg, access->offset);
	unsigned int shift = (access->offset - reg->offset -
			      index * reg->stride) * 8;
	u64 mask = GENMASK_ULL(access->size * 8 - 1, 0) << shift;
	u64 value = 0;

	hyp_assert_lock_held(&region->lock);

	if (!access->write) {
		value = devmed_read_whole(region, instance, reg, index);
		access->value = (value & mask) >> shift;
		return 0;
	}

	/* A device merges by itself. */
	if (!reg->write) {
		devmed_mmio_write(region->mmio + access->offset, access->size,
				  access->value & (reg->wr >> shift));
		return 0;
	}

	if (access->size < reg->width)
		value = reg->read(region, instance, index);
	value = (value & ~mask) | ((access->value << shift) & mask);
	return reg->write(region, instance, index, value & reg->wr);
}

/**
 * devmed_refuse_reg - why nothing answers for an access
 * @reg: the register it is in, NULL for a hole
 * @size: of the access, in bytes
 *
 * Context: Any. Pure.
 * Return: DEVMED_REFUSED_WIDTH if no register has this width, or this one does
 * not: an abort. Else the access is as if nothing were there.
 */
enum devmed_counter devmed_refuse_reg(const struct devmed_reg *reg, u8 size)
{
	if (size < sizeof(u32) || (reg && size > reg->width))
		return DEVMED_REFUSED_WIDTH;

	return reg ? DEVMED_REFUSED_DIRECTION : DEVMED_REFUSED_HOLE;
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
enum devmed_answer devmed_emulate(struct devmed_region *region,
				  const struct devmed_reg *reg,
				  struct devmed_access *access)
{
	enum devmed_answer answer = DEVMED_EMULATE;
	void *instance;
	int ret = 0;

	hyp_spin_lock(&region->lock);
	instance = region->instance;
	if (likely(instance)) {
		if (region->regs->check)
			region->regs->check(region, instance);
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
