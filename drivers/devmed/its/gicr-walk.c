// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way through the redistributors that the firmware describes. The way goes where
 * the driver goes, reads what the driver reads, and ends where the driver ends: frames of
 * CPUs that are off may have no power, and what follows the last one is no GIC.
 */
#include <linux/acpi.h>
#include <linux/bitfield.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include <asm/cputype.h>

#include "its-host.h"

/**
 * gicr_frames_size - how much a redistributor takes
 * @vlpis: it has the frames of GICv4
 *
 * Return: bytes: RD_base and SGI_base; VLPI_base and a reserved one with GICv4 (IHI
 * 0069, 12.10).
 */
u64 gicr_frames_size(bool vlpis)
{
	return vlpis ? 2 * GIC_V3_REDIST_SIZE : GIC_V3_REDIST_SIZE;
}

/**
 * gicr_affinity - an affinity as GICR_TYPER has it
 * @mpidr: MPIDR_EL1
 *
 * Return: the same without the gap before Aff3.
 */
u32 gicr_affinity(u64 mpidr)
{
	return MPIDR_AFFINITY_LEVEL(mpidr, 3) << 24 |
	       MPIDR_AFFINITY_LEVEL(mpidr, 2) << 16 |
	       MPIDR_AFFINITY_LEVEL(mpidr, 1) << 8 |
	       MPIDR_AFFINITY_LEVEL(mpidr, 0);
}

/* GICR_PIDR2.ArchRev (IHI 0069, 12.11) */
#define GIC_ARCH_V3	3
#define GIC_ARCH_V4	4

static bool gicr_is_there(u32 pidr2)
{
	u32 arch = FIELD_GET(GIC_PIDR2_ARCH_MASK, pidr2);

	return arch == GIC_ARCH_V3 || arch == GIC_ARCH_V4;
}

/* One redistributor; true if another one follows, at @frames->base. */
static bool gicr_walk_one(struct gicr_walk *walk, const struct gicr_range *range,
			  struct gicr_frames *frames)
{
	u64 size;

	if (!walk->read_typer(walk, frames->base, &frames->typer))
		return false;

	size = gicr_frames_size(frames->typer & GICR_TYPER_VLPIS);
	frames->size = range->stride ? min(size, range->stride) : size;
	frames->up = walk->is_up(walk, frames->typer >> 32);
	walk->vlpis |= !!(frames->typer & GICR_TYPER_VLPIS);
	walk->found(walk, frames);
	frames->base += range->stride ?: size;

	return !range->single && !(frames->typer & GICR_TYPER_LAST) &&
	       frames->base - range->base < range->size;
}

/**
 * gicr_walk_range - look at the redistributors of a range
 * @walk: how to look at them
 * @range: where they are
 *
 * The driver looks at GICR_PIDR2 of the first one. If that is no redistributor, it
 * uses neither the range nor those after it.
 */
void gicr_walk_range(struct gicr_walk *walk, const struct gicr_range *range)
{
	struct gicr_frames frames = { .base = range->base, .size = range->size };

	if (!walk->off && !walk->ended) {
		frames.pidr2 = walk->read_pidr2(walk, range->base);
		walk->ended = !gicr_is_there(frames.pidr2);
	}
	if (walk->off || walk->ended) {
		frames.pidr2 = 0;
		walk->found(walk, &frames);
		return;
	}

	while (gicr_walk_one(walk, range, &frames))
		;
}

/**
 * gicr_classify_cpu - may the redistributor of a CPU be accessed?
 * @flags: of its entry in the MADT
 * @base: GICR base address there
 *
 * A CPU that is neither enabled nor capable of coming online does not exist. Of one
 * that may come online ACPI does not say whether its redistributor is there before.
 *
 * Return: what the driver takes it for.
 */
enum gicr_cpu gicr_classify_cpu(u32 flags, u64 base)
{
	if (!base)
		return GICR_CPU_NONE;
	if (flags & ACPI_MADT_ENABLED)
		return GICR_CPU_PRESENT;

	return flags & ACPI_MADT_GICC_ONLINE_CAPABLE ? GICR_CPU_ABSENT : GICR_CPU_NONE;
}
