// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames of a GIC that nobody drives: those of an ITS that the driver did not take,
 * and of a redistributor whose CPU never came up.
 *
 * Attack surface: all addresses that an ITS and a redistributor have, with no driver
 * whose memory EL2 could take over.
 *
 * Guarantees: neither the host nor EL2 touches these frames, which may have no power.
 * They read as zero and ignore writes, as reserved locations do, but for the two
 * registers by which a driver finds the redistributor of another CPU behind this one:
 * GICR_TYPER and GICR_PIDR2 read as they did when the host was trusted. No device
 * reaches them by DMA, GITS_TRANSLATER included.
 *
 * Leaves to others: finding them (drivers/devmed/its); keeping a CPU that never came
 * up from coming up later, which the stock hypervisor does (psci-relay.c).
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include <nvhe/devmed.h>

#include "its-hyp.h"

/**
 * struct gic_denied - what the host may still read of a frame
 * @typer: GICR_TYPER
 * @pidr2: GICR_PIDR2
 *
 * Constant after the trusted phase.
 */
struct gic_denied {
	u64 typer;
	u32 pidr2;
};

/* Of redistributors that the driver looked at. */
static struct gic_denied gic_denied[CONFIG_NR_CPUS];
static unsigned int gic_denied_count;

/* Of all others, and of ITSs. */
static struct gic_denied gic_silent;

static int gic_denied_start(struct devmed_region *region, u64 typer, u64 pidr2)
{
	struct gic_denied *denied = &gic_denied[gic_denied_count];

	if (!typer && !pidr2)
		return devmed_publish(region, &gic_silent);
	if (gic_denied_count == ARRAY_SIZE(gic_denied))
		return -ENOSPC;

	denied->typer = typer;
	denied->pidr2 = pidr2;
	gic_denied_count++;
	return devmed_publish(region, denied);
}

/* In the reverse order of gic_denied_start(), as every undo. */
static void gic_denied_stop(struct devmed_region *region)
{
	if (region->instance != &gic_silent)
		gic_denied_count--;
	devmed_withdraw(region);
}

static u64 gic_read_denied_typer(struct devmed_region *region, void *instance,
				 unsigned int index)
{
	const struct gic_denied *denied = instance;

	return denied->typer;
}

static u64 gic_read_denied_pidr2(struct devmed_region *region, void *instance,
				 unsigned int index)
{
	const struct gic_denied *denied = instance;

	return denied->pidr2;
}

/* An ITS has both at these offsets as well. */
static const struct devmed_reg gic_denied_rows[] = {
	DEVMED_REG(GICR_TYPER, 8, U64_MAX, 0, .read = gic_read_denied_typer),
	DEVMED_REG(GICR_PIDR2, 4, U32_MAX, 0, .read = gic_read_denied_pidr2),
};

const struct devmed_regs devmed_gic_denied_regs = {
	.regs	= gic_denied_rows,
	.nr_regs = ARRAY_SIZE(gic_denied_rows),
	.start	= gic_denied_start,
	.stop	= gic_denied_stop,
};
