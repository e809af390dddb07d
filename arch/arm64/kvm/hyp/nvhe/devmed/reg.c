// SPDX-License-Identifier: GPL-2.0-only
/*
 * Register tables: from an offset to a register. Its answer is inline, in
 * <nvhe/devmed_trap.h>.
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
