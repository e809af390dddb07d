// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redistributors as commands name them, and the command that stands in for one
 * that is refused.
 *
 * Attack surface: RDbase of any command.
 *
 * Guarantees: RDbase names a redistributor that there is. The command in place of
 * a refused one is a SYNC for the redistributor of the CPU that rang the doorbell:
 * that CPU runs, so its redistributor has power and its LPIs are enabled. Only on
 * an ITS that does not reach all redistributors, and has not been used with that
 * one, the SYNC is for the redistributor that the driver named last.
 *
 * Leaves to others: who owns the tables of a redistributor (gicr.c).
 */
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/cputype.h>
#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>

#include "its-hyp.h"

/* Of a redistributor that is not there. */
#define GICR_NONE		UINT_MAX

/* RDbase of a redistributor in commands (IHI 0069, 5.3.1). */
static u64 gicr_target(const struct devmed_gicr *gicr, u64 typer)
{
	if (typer & GITS_TYPER_PTA)
		return gicr->region->base & ITS_CMD2_TARGET;

	return FIELD_PREP(ITS_CMD2_TARGET, GICR_TYPER_CPU_NUMBER(gicr->typer));
}

static unsigned int gicr_find_target(u64 typer, u64 target)
{
	unsigned int i = FIELD_GET(ITS_CMD2_TARGET, target);

	/* Processor numbers mostly are in the order of the frames. */
	if (i < gicr_count && gicr_target(&gicrs[i], typer) == target)
		return i;

	for (i = 0; i < gicr_count; i++) {
		if (gicr_target(&gicrs[i], typer) == target)
			return i;
	}

	return GICR_NONE;
}

/**
 * gicr_is_of - does this redistributor belong to a CPU?
 * @gicr: the instance
 * @mpidr: MPIDR_EL1 of the CPU. GICR_TYPER has the affinity without the gap in it.
 *
 * Context: Any.
 * Return: true if it does.
 */
bool gicr_is_of(const struct devmed_gicr *gicr, u64 mpidr)
{
	u32 affinity = (mpidr >> 8 & GENMASK(31, 24)) | (mpidr & GENMASK(23, 0));

	return gicr->typer >> 32 == affinity;
}

static unsigned int gicr_find_cpu(u64 mpidr)
{
	unsigned int i;

	for (i = 0; i < gicr_count; i++) {
		if (gicr_is_of(&gicrs[i], mpidr))
			return i;
	}

	return GICR_NONE;
}

/**
 * gicr_is_target - is there such a redistributor?
 * @typer: GITS_TYPER, which says what RDbase is
 * @target: RDbase of a command, in its place
 *
 * Context: Any.
 * Return: true if there is.
 */
bool gicr_is_target(u64 typer, u64 target)
{
	return gicr_find_target(typer, target) != GICR_NONE;
}

/**
 * gicr_first_target - some redistributor
 * @typer: GITS_TYPER, which says what RDbase is
 * @target: its RDbase for commands, in its place; of a CPU that is up, if there
 *	is one
 *
 * Context: Trusted phase.
 * Return: false if there is none.
 */
bool gicr_first_target(u64 typer, u64 *target)
{
	unsigned int i = 0;

	if (!gicr_count)
		return false;

	while (i < gicr_count && !gicrs[i].pinned)
		i++;
	*target = gicr_target(&gicrs[i == gicr_count ? 0 : i], typer);

	return true;
}

/**
 * its_new_target - the driver names a redistributor that it did not name last
 * @its: the instance
 * @target: RDbase of a command, in its place
 *
 * Context: region->lock held.
 * Return: true if there is such a redistributor.
 */
bool its_new_target(struct devmed_its *its, u64 target)
{
	unsigned int i = gicr_find_target(its->typer, target);

	if (i == GICR_NONE)
		return false;

	its->target = target;
	__set_bit(i, its->reached);
	return true;
}

/**
 * its_find_target - see which redistributors the driver uses with an ITS
 * @its: the instance, its ring as the driver left it
 *
 * Context: Trusted phase.
 */
void its_find_target(struct devmed_its *its)
{
	const struct devmed_queue *queue = &its->ring.hyp;
	u32 pos = queue->cons;
	u32 i;

	its->own = GICR_NONE;
	/* The oldest command first. */
	for (i = 0; i < queue->slots; i++) {
		const u64 *cmd = queue->base + pos * ITS_CMD_SIZE;

		if (FIELD_GET(ITS_CMD_OP, cmd[0]) == GITS_CMD_SYNC)
			its_new_target(its, cmd[2] & ITS_CMD2_TARGET);
		pos = devmed_queue_next(queue, pos);
	}
}

/* Of this CPU, as an index; the last answer is kept, refusals come in runs. */
static unsigned int its_own_gicr(struct devmed_its *its)
{
	u64 mpidr = read_sysreg(mpidr_el1) & MPIDR_HWID_BITMASK;

	if (mpidr != its->own_mpidr || its->own >= gicr_count) {
		its->own_mpidr = mpidr;
		its->own = gicr_find_cpu(mpidr);
	}

	return its->own;
}

/**
 * its_make_harmless - a command that the ITS can finish, and that changes nothing
 * @its: the instance
 * @cmd: the command, as the ITS is to get it
 *
 * Context: region->lock held.
 */
void its_make_harmless(struct devmed_its *its, u64 *cmd)
{
	unsigned int own = its_own_gicr(its);
	u64 target = its->target;

	if (own != GICR_NONE && READ_ONCE(gicrs[own].pinned) &&
	    (!its->near_only || test_bit(own, its->reached)))
		target = gicr_target(&gicrs[own], its->typer);

	memset(cmd, 0, ITS_CMD_SIZE);
	cmd[0] = GITS_CMD_SYNC;
	cmd[2] = target;
}
