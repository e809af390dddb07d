// SPDX-License-Identifier: GPL-2.0-only
/*
 * The redistributors: VLPI_base, where a vPE is made resident.
 *
 * Attack surface: two more addresses. The redistributor reads the configuration
 * of a guest's LPIs at one and keeps a vPE's pending bits at the other, where it
 * also writes what it knows of them when the vPE leaves. From GICv4.1 on: the
 * address of a table of vPEs.
 *
 * Guarantees: with GICv4.0, a vPE is resident only with the pending table that
 * an ITS has it mapped with, and with a configuration table that is the host's
 * own; both are pinned until the redistributor was seen with neither Valid nor
 * Dirty. Neither address changes meanwhile. Cacheability is EL2's choice. With
 * GICv4.1 no vPE is ever resident, and no address reaches the redistributor; the
 * number of INTID bits does.
 *
 * Leaves to others: which pending table is whose (its-hold.c); telling KVM what
 * there is (drivers/devmed/its/its-handover.c).
 */
#include <linux/bitfield.h>
#include <linux/kernel.h>

#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_trap.h>

#include "its-hyp.h"

/**
 * struct devmed_vlpi - VLPI_base of a redistributor
 * @region: its frame
 * @propbaser: GICR_VPROPBASER as the host sees it; the redistributor gets the
 *	address when a vPE enters. Guarded by @region->lock.
 * @vpendbase: address in GICR_VPENDBASER as the host sees it, likewise
 * @vpt: pending table of the vPE that is resident, or on its way out; or NULL.
 *	Guarded by @region->lock.
 */
struct devmed_vlpi {
	struct devmed_region *region;
	u64 propbaser;
	u64 vpendbase;
	struct its_hold *vpt;
};

static struct devmed_vlpi gicr_vlpis[CONFIG_NR_CPUS];
static unsigned int gicr_vlpi_count;

/* As the redistributor has it; when it is done with a vPE, so are we. */
static u64 gicr_see_vpendbaser(struct devmed_vlpi *vlpi)
{
	u64 value = devmed_read64(vlpi->region, GICR_VPENDBASER);

	if (vlpi->vpt &&
	    !(value & (GICR_VPENDBASER_Valid | GICR_VPENDBASER_Dirty))) {
		its_hold_leave(vlpi->vpt);
		vlpi->vpt = NULL;
	}

	return value;
}

static u64 gicr_get_vpropbaser(struct devmed_region *region, void *instance,
			       unsigned int index)
{
	struct devmed_vlpi *vlpi = instance;

	return vlpi->propbaser;
}

/*
 * IDbits count at once, for interrupts of vPEs that are not resident; the address
 * when one is.
 */
static int gicr_set_vpropbaser(struct devmed_region *region, void *instance,
			       unsigned int index, u64 value)
{
	struct devmed_vlpi *vlpi = instance;

	if (gicr_see_vpendbaser(instance) &
	    (GICR_VPENDBASER_Valid | GICR_VPENDBASER_Dirty))
		return -EBUSY;

	vlpi->propbaser = value & GICR_VPROPBASER_IDBITS_MASK;
	devmed_write64(region, GICR_VPROPBASER, vlpi->propbaser);
	if (gicr_has_vpes())
		vlpi->propbaser = value | gicr_attrs;

	return 0;
}

static u64 gicr_get_vpendbaser(struct devmed_region *region, void *instance,
			       unsigned int index)
{
	struct devmed_vlpi *vlpi = instance;

	return (gicr_see_vpendbaser(vlpi) & ~GICR_VPENDBASER_ADDR) |
	       vlpi->vpendbase;
}

static int gicr_enter_vpe(struct devmed_vlpi *vlpi, u64 value)
{
	struct devmed_region *region = vlpi->region;

	vlpi->vpt = its_hold_enter(value & GICR_VPENDBASER_ADDR,
				   vlpi->propbaser);
	if (!vlpi->vpt)
		return -EPERM;

	vlpi->vpendbase = value & GICR_VPENDBASER_ADDR;
	devmed_write64(region, GICR_VPROPBASER, vlpi->propbaser);
	devmed_write64(region, GICR_VPENDBASER, value | gicr_attrs);
	return 0;
}

/*
 * While a vPE is there, Valid can be cleared, and nothing else changed, once the
 * pending table has been read; then the redistributor takes its time to write it
 * (IHI 0069, 12.11.43).
 */
static int gicr_set_vpendbaser(struct devmed_region *region, void *instance,
			       unsigned int index, u64 value)
{
	struct devmed_vlpi *vlpi = instance;
	u64 now = gicr_see_vpendbaser(vlpi);

	if (now & GICR_VPENDBASER_Dirty)
		return -EBUSY;
	if (now & GICR_VPENDBASER_Valid) {
		if (value & GICR_VPENDBASER_Valid)
			return -EBUSY;
		devmed_write64(region, GICR_VPENDBASER,
			       now & ~GICR_VPENDBASER_Valid);
		gicr_see_vpendbaser(vlpi);
		return 0;
	}
	if (!gicr_has_vpes())
		return value & GICR_VPENDBASER_Valid ? -EPERM : 0;
	if (value & GICR_VPENDBASER_Valid)
		return gicr_enter_vpe(vlpi, value);

	/* The redistributor need not know yet. */
	vlpi->vpendbase = value & GICR_VPENDBASER_ADDR;
	return 0;
}

/*
 * A GICv4.1 driver gave each CPU a table of vPEs, none of which is mapped yet:
 * take it away.
 */
static int gicr_vlpi_start(struct devmed_region *region, u64 unused1,
			   u64 unused2)
{
	struct devmed_vlpi *vlpi = &gicr_vlpis[gicr_vlpi_count];

	if (gicr_vlpi_count == ARRAY_SIZE(gicr_vlpis))
		return -ENOSPC;

	vlpi->region = region;
	vlpi->vpendbase = 0;
	vlpi->vpt = NULL;
	devmed_write64(region, GICR_VPENDBASER, 0);
	vlpi->propbaser = devmed_read64(region, GICR_VPROPBASER) &
			  GICR_VPROPBASER_IDBITS_MASK;
	devmed_write64(region, GICR_VPROPBASER, vlpi->propbaser);
	gicr_vlpi_count++;

	return devmed_publish(region, vlpi);
}

static void gicr_vlpi_stop(struct devmed_region *region)
{
	devmed_withdraw(region);
	gicr_vlpi_count--;
}

static const struct devmed_reg gicr_vlpi_regs[] = {
	DEVMED_REG(GICR_VPROPBASER, 8, U64_MAX,
		   GICR_VPROPBASER_ADDR | GICR_VPROPBASER_IDBITS_MASK,
		   .read = gicr_get_vpropbaser,
		   .write = gicr_set_vpropbaser),
	DEVMED_REG(GICR_VPENDBASER, 8, U64_MAX,
		   GICR_VPENDBASER_Valid | GICR_VPENDBASER_HINTS |
		   GICR_VPENDBASER_ADDR,
		   .read = gicr_get_vpendbaser,
		   .write = gicr_set_vpendbaser),
};

static u8 gicr_vlpi_index[DEVMED_INDEX_WORDS];

const struct devmed_regs devmed_gicr_vlpi_regs = {
	.regs		= gicr_vlpi_regs,
	.nr_regs	= ARRAY_SIZE(gicr_vlpi_regs),
	.index		= gicr_vlpi_index,
	.start		= gicr_vlpi_start,
	.stop		= gicr_vlpi_stop,
};
