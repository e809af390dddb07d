// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that reach memory where the host points them, and that this kernel does
 * not mediate at all: devmed has no backend for them, or was built without it.
 */
#include <linux/acpi.h>
#include <linux/array_size.h>
#include <linux/init.h>
#include <linux/kconfig.h>
#include <linux/of.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "devmed.h"

/**
 * struct devmed_other - a kind of devices
 * @what: name for the log
 * @why: why none of them is mediated, NULL if they are
 * @compatible: what the device tree calls one
 * @table: signature of the ACPI table that has them
 * @type: of the table's entries
 */
struct devmed_other {
	const char *what;
	const char *why;
	const char *compatible;
	const char *table;
	int type;
};

#define DEVMED_UNLESS(option)	\
	(IS_ENABLED(CONFIG_##option) ? NULL : "CONFIG_" #option " is not set")

static const struct devmed_other devmed_others[] __initconst = {
	{ "its", DEVMED_UNLESS(DEVMED_ITS), "arm,gic-v3-its",
	  ACPI_SIG_MADT, ACPI_MADT_TYPE_GENERIC_TRANSLATOR },
	{ "gicr", DEVMED_UNLESS(DEVMED_ITS), "arm,gic-v3",
	  ACPI_SIG_MADT, ACPI_MADT_TYPE_GENERIC_REDISTRIBUTOR },
	{ "gicr", DEVMED_UNLESS(DEVMED_ITS), NULL,
	  ACPI_SIG_MADT, ACPI_MADT_TYPE_GENERIC_INTERRUPT },
	{ "smmuv3", DEVMED_UNLESS(DEVMED_SMMUV3), "arm,smmu-v3",
	  ACPI_SIG_IORT, ACPI_IORT_NODE_SMMU_V3 },
	/* Its IRS and its ITS read and write tables, like those of a GICv3. */
	{ "gicv5", "there is no backend for it", "arm,gic-v5",
	  ACPI_SIG_MADT, ACPI_MADT_TYPE_GICV5_IRS },
	{ "gicv5-its", "there is no backend for it", "arm,gic-v5-its",
	  ACPI_SIG_MADT, ACPI_MADT_TYPE_GICV5_ITS },
};

static bool __init others_in_tree(const char *compatible)
{
	struct device_node *np;

	if (!compatible)
		return false;

	for_each_compatible_node(np, NULL, compatible) {
		if (of_device_is_available(np)) {
			of_node_put(np);
			return true;
		}
	}

	return false;
}

#ifdef CONFIG_ACPI
/* A CPU of a GICv3 whose redistributor has no entry of its own. */
static bool __init others_is_meant(const struct acpi_subtable_header *entry)
{
	const struct acpi_madt_generic_interrupt *gicc = (const void *)entry;

	return entry->type != ACPI_MADT_TYPE_GENERIC_INTERRUPT ||
	       (entry->length >= offsetofend(struct acpi_madt_generic_interrupt,
					     gicr_base_address) &&
		gicc->gicr_base_address);
}

/*
 * Does MADT have such an entry? The table is looked at to its end: whoever parses
 * it stops at an entry without a length, and sees none of those behind.
 */
static bool __init others_in_madt(const struct acpi_table_madt *madt, int type,
				  bool *malformed)
{
	const void *end = (const void *)madt + madt->header.length;
	const struct acpi_subtable_header *entry = (const void *)(madt + 1);
	bool found = false;

	for (; (const void *)(entry + 1) <= end;
	     entry = (const void *)entry + entry->length) {
		if (entry->length < sizeof(*entry) ||
		    (const void *)entry + entry->length > end) {
			*malformed = true;
			return found;
		}
		found |= entry->type == type && others_is_meant(entry);
	}
	*malformed |= (const void *)entry != end;

	return found;
}

static bool __init others_in_iort(const struct acpi_table_iort *iort, int type,
				  bool *malformed)
{
	const struct acpi_iort_node *node = NULL;
	bool found = false;
	u32 count = 0;

	for (; (node = devmed_next_iort(iort, node)); count++)
		found |= node->type == type;
	*malformed |= count < iort->node_count;

	return found;
}

static bool __init others_in_acpi(const struct devmed_other *other, bool *malformed)
{
	struct acpi_table_header *table;
	bool found;

	/* Without the table there is no such device to be found. */
	if (ACPI_FAILURE(acpi_get_table((char *)other->table, 0, &table)))
		return false;

	found = !strcmp(other->table, ACPI_SIG_MADT) ?
		others_in_madt((const void *)table, other->type, malformed) :
		others_in_iort((const void *)table, other->type, malformed);
	acpi_put_table(table);

	return found;
}
#else
static bool __init others_in_acpi(const struct devmed_other *other, bool *malformed)
{
	return false;
}
#endif

/**
 * devmed_find_others - note the devices that no backend is there for
 *
 * Only what the firmware describes counts: a class that was not configured is no
 * harm on a machine that has no such device.
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_find_others(void)
{
	bool malformed = false;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(devmed_others); i++) {
		const struct devmed_other *other = &devmed_others[i];
		bool found = acpi_disabled ? others_in_tree(other->compatible) :
					     others_in_acpi(other, &malformed);

		if (found && other->why)
			devmed_note_missing(other->what, other->why);
	}
	if (malformed)
		devmed_note_misread("ACPI",
				    "MADT or IORT is malformed: there may be more devices");
}

#ifdef CONFIG_DEVMED_KUNIT_TEST
#include "tests/others.c"
#endif
