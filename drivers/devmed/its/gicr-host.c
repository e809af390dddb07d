// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds every redistributor that the firmware describes, of CPUs that are
 * offline too.
 */
#include <linux/acpi.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/sizes.h>

#include "../devmed.h"

/* RD_base and SGI_base; VLPI_base and a reserved one follow with GICv4. */
#define GICR_VLPI_OFFSET	SZ_128K

/* Claims one redistributor; returns how far the next one is, 0 after the last. */
static u64 __init gicr_claim(phys_addr_t base, u64 stride)
{
	void __iomem *frame = ioremap(base, SZ_64K);
	u64 typer;

	if (!frame) {
		devmed_note_missing("gicr", "its frame cannot be mapped");
		return 0;
	}
	typer = gic_read_typer(frame + GICR_TYPER);
	iounmap(frame);

	devmed_add_claim(DEVMED_CLASS_GICR, base, SZ_64K);
	if (typer & GICR_TYPER_VLPIS)
		devmed_add_claim(DEVMED_CLASS_GICR_VLPI,
				 base + GICR_VLPI_OFFSET, SZ_64K);
	if (typer & GICR_TYPER_LAST)
		return 0;
	if (stride)
		return stride;

	return typer & GICR_TYPER_VLPIS ? 2 * GIC_V3_REDIST_SIZE :
					  GIC_V3_REDIST_SIZE;
}

static void __init gicr_claim_range(phys_addr_t base, u64 size, u64 stride)
{
	u64 offset = 0;
	u64 step;

	do {
		step = gicr_claim(base + offset, stride);
		offset += step;
	} while (step && offset < size);
}

static void __init gicr_find_in(struct device_node *np)
{
	struct resource res;
	u64 stride = 0;
	u32 ranges = 1;
	u32 i;

	of_property_read_u32(np, "#redistributor-regions", &ranges);
	of_property_read_u64(np, "redistributor-stride", &stride);

	/* The first range is the distributor. */
	for (i = 1; i <= ranges; i++) {
		if (of_address_to_resource(np, i, &res))
			devmed_note_missing(of_node_full_name(np),
					    "no address of redistributors");
		else
			gicr_claim_range(res.start, resource_size(&res), stride);
	}
}

static void __init gicr_find_of(void)
{
	struct device_node *np;

	for_each_compatible_node(np, NULL, "arm,gic-v3") {
		if (of_device_is_available(np))
			gicr_find_in(np);
	}
}

#ifdef CONFIG_ACPI
static int __init gicr_parse_range(union acpi_subtable_headers *header,
				   const unsigned long end)
{
	struct acpi_madt_generic_redistributor *gicr = (void *)header;

	if (BAD_MADT_ENTRY(gicr, end)) {
		devmed_note_missing("MADT", "a malformed redistributor entry");
		return -EINVAL;
	}

	gicr_claim_range(gicr->base_address, gicr->length, 0);
	return 0;
}

/* Without ranges, each CPU's entry has the address of its own. */
static int __init gicr_parse_cpu(union acpi_subtable_headers *header,
				 const unsigned long end)
{
	struct acpi_madt_generic_interrupt *gicc = (void *)header;

	if (BAD_MADT_GICC_ENTRY(gicc, end)) {
		devmed_note_missing("MADT", "a malformed CPU interface entry");
		return -EINVAL;
	}

	if ((gicc->flags & (ACPI_MADT_ENABLED | ACPI_MADT_GICC_ONLINE_CAPABLE)) &&
	    gicc->gicr_base_address)
		gicr_claim(gicc->gicr_base_address, 0);
	return 0;
}

static void __init gicr_find_acpi(void)
{
	if (acpi_table_parse_madt(ACPI_MADT_TYPE_GENERIC_REDISTRIBUTOR,
				  gicr_parse_range, 0) <= 0)
		acpi_table_parse_madt(ACPI_MADT_TYPE_GENERIC_INTERRUPT,
				      gicr_parse_cpu, 0);
}
#else
static void __init gicr_find_acpi(void) { }
#endif

/**
 * devmed_find_gicr - claim every redistributor
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_find_gicr(void)
{
	if (acpi_disabled)
		gicr_find_of();
	else
		gicr_find_acpi();
}
