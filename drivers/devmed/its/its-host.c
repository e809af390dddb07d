// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds every ITS that the firmware describes.
 */
#include <linux/acpi.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/minmax.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/sizes.h>

#include <kunit/static_stub.h>

#include "../devmed.h"
#include "its-host.h"

/*
 * The frames that the architecture gives an ITS, whatever the firmware says:
 * control, translation and, from GICv4.1 on, vSGI (IHI 0069, 12.18).
 */
static phys_addr_t __init its_frames_size(u64 typer)
{
	return typer & GITS_TYPER_VMAPP ? 3 * SZ_64K : SZ_128K;
}

/* Room for the records, a level-2 table and the first devices. */
#define ITS_POOL_SIZE		max(SZ_256K, 16 * PAGE_SIZE)

/* And for vPEs: a level-2 table, records of two kinds. */
#define ITS_VPE_POOL_SIZE	(SZ_64K + 4 * PAGE_SIZE)

static u64 __init its_read_typer(phys_addr_t base)
{
	void __iomem *frame = ioremap(base, SZ_64K);
	u64 typer = 0;

	if (frame) {
		typer = gic_read_typer(frame + GITS_TYPER);
		iounmap(frame);
	}

	return typer;
}

/*
 * An ITS without a driver has memory that nobody knows: it is denied. Such an ITS may
 * have no power, so that only an ITS with a driver is looked at.
 */
static void __init its_claim(phys_addr_t base)
{
	enum devmed_mode mode = devmed_wanted_mode(DEVMED_CLASS_ITS);
	bool driven;
	u64 typer;

	KUNIT_STATIC_STUB_REDIRECT(its_claim, base);

	driven = mode != DEVMED_OFF && devmed_its_is_driven(base);
	typer = driven ? its_read_typer(base) : 0;
	if (mode == DEVMED_ON && !driven) {
		devmed_deny(DEVMED_CLASS_ITS_DENIED, base, its_frames_size(0), 0, 0);
		return;
	}
	if (mode == DEVMED_ON) {
		devmed_want_pool(ITS_POOL_SIZE);
		if (typer & GITS_TYPER_VLPIS)
			devmed_want_pool(ITS_VPE_POOL_SIZE);
	}
	devmed_add_claim(DEVMED_CLASS_ITS, base, its_frames_size(typer));
}

static void __init its_find_of(void)
{
	struct device_node *np;
	struct resource res;

	for_each_compatible_node(np, NULL, "arm,gic-v3-its") {
		if (!of_device_is_available(np))
			continue;
		/* There any write is an MSI, of the DeviceID that its address says. */
		if (of_property_present(np, "socionext,synquacer-pre-its"))
			devmed_note_missing(of_node_full_name(np),
					    "it has a pre-ITS window");
		if (of_address_to_resource(np, 0, &res))
			devmed_note_missing(of_node_full_name(np), "no address");
		else
			its_claim(res.start);
	}
}

#ifdef CONFIG_ACPI
static int __init its_parse_madt(union acpi_subtable_headers *header,
				 const unsigned long end)
{
	struct acpi_madt_generic_translator *its = (void *)header;

	if (BAD_MADT_ENTRY(its, end)) {
		devmed_note_missing("MADT", "a malformed ITS entry");
		return -EINVAL;
	}

	its_claim(its->base_address);
	return 0;
}

static void __init its_find_acpi(void)
{
	acpi_table_parse_madt(ACPI_MADT_TYPE_GENERIC_TRANSLATOR, its_parse_madt,
			      0);
}
#else
static void __init its_find_acpi(void) { }
#endif

/**
 * devmed_find_its - claim every ITS
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_find_its(void)
{
	if (acpi_disabled)
		its_find_of();
	else
		its_find_acpi();
}

#ifdef CONFIG_DEVMED_KUNIT_TEST
#include "../tests/its-host.c"
#endif
