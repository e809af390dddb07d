// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds every redistributor that the firmware describes. Redistributors of CPUs that
 * are up are handed over. The others are denied: the stock hypervisor lets no other CPU come up
 * later than KVM's initialization (psci-relay.c: psci_cpu_on()).
 */
#include <linux/acpi.h>
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/sizes.h>

#include <asm/smp_plat.h>

#include "../devmed.h"
#include "its-host.h"

/* RD_base and SGI_base; VLPI_base and a reserved one follow with GICv4. */
#define GICR_VLPI_OFFSET	SZ_128K

/* CPUs whose redistributors were found. */
static struct cpumask gicr_cpus __initdata;

static void __iomem * __init gicr_map(phys_addr_t base)
{
	void __iomem *frame = ioremap(base, SZ_64K);

	if (!frame)
		devmed_note_missing("gicr", "its frame cannot be mapped");

	return frame;
}

static u32 __init gicr_read_pidr2(struct gicr_walk *walk, phys_addr_t base)
{
	void __iomem *frame = gicr_map(base);
	u32 pidr2;

	if (!frame)
		return 0;
	pidr2 = readl_relaxed(frame + GICR_PIDR2);
	iounmap(frame);

	return pidr2;
}

static bool __init gicr_read_typer(struct gicr_walk *walk, phys_addr_t base,
				   u64 *typer)
{
	void __iomem *frame = gicr_map(base);

	if (!frame)
		return false;
	*typer = gic_read_typer(frame + GICR_TYPER);
	iounmap(frame);

	return true;
}

static bool __init gicr_is_up(struct gicr_walk *walk, u32 affinity)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		if (gicr_affinity(cpu_logical_map(cpu)) == affinity)
			return !cpumask_test_and_set_cpu(cpu, &gicr_cpus);
	}

	return false;
}

static void __init gicr_claim(struct gicr_walk *walk,
			      const struct gicr_frames *frames)
{
	enum devmed_mode mode = devmed_wanted_mode(DEVMED_CLASS_GICR);

	if (mode == DEVMED_ON && !frames->up) {
		devmed_deny(DEVMED_CLASS_GICR_DENIED, frames->base,
			    PAGE_ALIGN(frames->size), frames->typer, frames->pidr2);
		return;
	}

	devmed_add_claim(DEVMED_CLASS_GICR, frames->base,
			 mode == DEVMED_OFF ? frames->size : SZ_64K);
	if (frames->typer & GICR_TYPER_VLPIS)
		devmed_add_claim(DEVMED_CLASS_GICR_VLPI,
				 frames->base + GICR_VLPI_OFFSET, SZ_64K);
}

static struct gicr_walk gicr_walk __initdata = {
	.read_pidr2 = gicr_read_pidr2,
	.read_typer = gicr_read_typer,
	.is_up = gicr_is_up,
	.found = gicr_claim,
};

static void __init gicr_find_in(struct device_node *np)
{
	struct gicr_range range = { };
	struct resource res;
	u32 ranges = 1;
	u32 i;

	of_property_read_u32(np, "#redistributor-regions", &ranges);
	of_property_read_u64(np, "redistributor-stride", &range.stride);

	/* The first range is the distributor. */
	for (i = 1; i <= ranges; i++) {
		if (of_address_to_resource(np, i, &res)) {
			devmed_note_missing(of_node_full_name(np),
					    "no address of redistributors");
			continue;
		}
		range.base = res.start;
		range.size = resource_size(&res);
		gicr_walk_range(&gicr_walk, &range);
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
	struct gicr_range range;

	if (BAD_MADT_ENTRY(gicr, end)) {
		devmed_note_missing("MADT", "a malformed redistributor entry");
		return -EINVAL;
	}

	range = (struct gicr_range) {
		.base = gicr->base_address, .size = gicr->length,
	};
	gicr_walk_range(&gicr_walk, &range);
	return 0;
}

/* Without ranges, each CPU's entry has the address of its own. */
static int __init gicr_parse_cpu(union acpi_subtable_headers *header,
				 const unsigned long end)
{
	struct acpi_madt_generic_interrupt *gicc = (void *)header;
	struct gicr_range range;

	if (BAD_MADT_GICC_ENTRY(gicc, end)) {
		devmed_note_missing("MADT", "a malformed CPU interface entry");
		return -EINVAL;
	}

	range = (struct gicr_range) {
		.base = gicc->gicr_base_address, .size = gicr_frames_size(false),
		.single = true,
	};
	if (gicr_classify_cpu(gicc->flags, range.base) == GICR_CPU_PRESENT)
		gicr_walk_range(&gicr_walk, &range);
	return 0;
}

/* Redistributors that may have no power now; the others tell how large they are. */
static int __init gicr_parse_absent(union acpi_subtable_headers *header,
				    const unsigned long end)
{
	struct acpi_madt_generic_interrupt *gicc = (void *)header;
	struct gicr_frames frames;

	if (BAD_MADT_GICC_ENTRY(gicc, end))
		return -EINVAL;

	frames = (struct gicr_frames) {
		.base = gicc->gicr_base_address,
		.size = gicr_frames_size(gicr_walk.vlpis),
	};
	if (gicr_classify_cpu(gicc->flags, frames.base) == GICR_CPU_ABSENT &&
	    !devmed_find_claim(DEVMED_CLASS_GICR_DENIED, frames.base))
		gicr_claim(&gicr_walk, &frames);
	return 0;
}

static void __init gicr_find_acpi(void)
{
	if (acpi_table_parse_madt(ACPI_MADT_TYPE_GENERIC_REDISTRIBUTOR,
				  gicr_parse_range, 0) > 0)
		return;

	acpi_table_parse_madt(ACPI_MADT_TYPE_GENERIC_INTERRUPT, gicr_parse_cpu, 0);
	acpi_table_parse_madt(ACPI_MADT_TYPE_GENERIC_INTERRUPT, gicr_parse_absent, 0);
}
#else
static void __init gicr_find_acpi(void) { }
#endif

/**
 * devmed_find_gicr - claim every redistributor
 *
 * With devmed.its=off no frame is read.
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_find_gicr(void)
{
	gicr_walk.off = devmed_wanted_mode(DEVMED_CLASS_GICR) == DEVMED_OFF;
	if (acpi_disabled)
		gicr_find_of();
	else
		gicr_find_acpi();
}
