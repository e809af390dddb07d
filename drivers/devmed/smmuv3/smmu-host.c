// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds every SMMUv3 that the firmware describes.
 */
#include <linux/acpi.h>
#include <linux/init.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/sizes.h>

#include "../devmed.h"

static void __init smmu_find_of(void)
{
	struct device_node *np;
	struct resource res;

	for_each_compatible_node(np, NULL, "arm,smmu-v3") {
		if (!of_device_is_available(np))
			continue;
		if (of_address_to_resource(np, 0, &res))
			devmed_note_missing(of_node_full_name(np), "no address");
		else
			devmed_add_claim(DEVMED_CLASS_SMMUV3, res.start,
					 resource_size(&res));
	}
}

#ifdef CONFIG_ACPI
/* ThunderX2 has no register page 1. */
static phys_addr_t __init smmu_size(const struct acpi_iort_smmu_v3 *smmu)
{
	return smmu->model == ACPI_IORT_SMMU_V3_CAVIUM_CN99XX ? SZ_64K : SZ_128K;
}

static void __init smmu_parse_iort(const struct acpi_table_iort *iort)
{
	const void *end = (const void *)iort + iort->header.length;
	const void *pos = (const void *)iort + iort->node_offset;
	u32 i;

	for (i = 0; i < iort->node_count; i++) {
		const struct acpi_iort_node *node = pos;
		const struct acpi_iort_smmu_v3 *smmu = (void *)node->node_data;

		if (pos + sizeof(*node) > end || node->length < sizeof(*node) ||
		    pos + node->length > end) {
			devmed_note_missing("IORT", "a malformed node");
			return;
		}
		if (node->type == ACPI_IORT_NODE_SMMU_V3)
			devmed_add_claim(DEVMED_CLASS_SMMUV3,
					 smmu->base_address, smmu_size(smmu));
		pos += node->length;
	}
}

static void __init smmu_find_acpi(void)
{
	struct acpi_table_header *table;

	acpi_status status = acpi_get_table(ACPI_SIG_IORT, 0, &table);

	/* Without an IORT there is no SMMU to be found. */
	if (status == AE_NOT_FOUND)
		return;
	if (ACPI_FAILURE(status)) {
		devmed_note_missing("IORT", "cannot be read");
		return;
	}

	smmu_parse_iort((const struct acpi_table_iort *)table);
	acpi_put_table(table);
}
#else
static void __init smmu_find_acpi(void) { }
#endif

/**
 * devmed_find_smmuv3 - claim every SMMUv3
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_find_smmuv3(void)
{
	if (acpi_disabled)
		smmu_find_of();
	else
		smmu_find_acpi();
}
