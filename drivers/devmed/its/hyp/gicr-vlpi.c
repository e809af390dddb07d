// SPDX-License-Identifier: GPL-2.0-only
/*
 * The redistributors: VLPI_base, where a vPE is made resident.
 *
 * Attack surface: two more addresses, of a vPE's pending table and of its
 * configuration table, or from GICv4.1 on of a table of vPEs.
 *
 * Guarantees: no vPE is ever resident, and neither address reaches the
 * redistributor. The number of INTID bits does, since the driver sets it for
 * each CPU.
 *
 * Leaves to others: telling KVM that there is no GICv4
 * (drivers/devmed/its/its-handover.c).
 */
#include <linux/kernel.h>

#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_trap.h>

#include "its-hyp.h"

static u64 gicr_get_vpropbaser(struct devmed_region *region, void *instance,
			       unsigned int index)
{
	return readq(region->mmio + GICR_VPROPBASER);
}

/* Masked: what is left is IDbits. */
static int gicr_set_vpropbaser(struct devmed_region *region, void *instance,
			       unsigned int index, u64 value)
{
	writeq(value, region->mmio + GICR_VPROPBASER);
	return 0;
}

static u64 gicr_get_vpendbaser(struct devmed_region *region, void *instance,
			       unsigned int index)
{
	return readq(region->mmio + GICR_VPENDBASER);
}

static int gicr_set_vpendbaser(struct devmed_region *region, void *instance,
			       unsigned int index, u64 value)
{
	return value & GICR_VPENDBASER_Valid ? -EPERM : 0;
}

/*
 * A GICv4.1 driver gave each CPU a table of vPEs, none of which is mapped yet:
 * take it away.
 */
static int gicr_vlpi_start(struct devmed_region *region, u64 unused1,
			   u64 unused2)
{
	writeq(0, region->mmio + GICR_VPENDBASER);
	writeq(readq(region->mmio + GICR_VPROPBASER) &
	       GICR_VPROPBASER_IDBITS_MASK, region->mmio + GICR_VPROPBASER);

	return devmed_publish(region, region);
}

static const struct devmed_reg gicr_vlpi_regs[] = {
	DEVMED_REG(GICR_VPROPBASER, 8, U64_MAX, GICR_VPROPBASER_IDBITS_MASK,
		   .read = gicr_get_vpropbaser,
		   .write = gicr_set_vpropbaser),
	DEVMED_REG(GICR_VPENDBASER, 8, U64_MAX, U64_MAX,
		   .read = gicr_get_vpendbaser,
		   .write = gicr_set_vpendbaser),
};

static u8 gicr_vlpi_index[DEVMED_INDEX_WORDS];

const struct devmed_regs devmed_gicr_vlpi_regs = {
	.regs		= gicr_vlpi_regs,
	.nr_regs	= ARRAY_SIZE(gicr_vlpi_regs),
	.index		= gicr_vlpi_index,
	.start		= gicr_vlpi_start,
	.stop		= devmed_withdraw,
};
