// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA masters under ACPI: what has an IORT node of its own, or _CCA, which ACPI on
 * arm64 demands of each device that makes DMA (ACPI 6.5, 6.2.17).
 */
#include <linux/acpi.h>
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include <acpi/processor.h>

#include "devmed.h"

/* Requester IDs behind a root complex. */
#define MASTERS_ALL_IDS		65536U

/* Bytes that devmed reads of a node, after its header. */
static u32 __init iort_data_size(u8 type)
{
	static const u16 sizes[] __initconst = {
		[ACPI_IORT_NODE_NAMED_COMPONENT] =
			offsetof(struct acpi_iort_named_component, device_name),
		[ACPI_IORT_NODE_PCI_ROOT_COMPLEX] =
			offsetofend(struct acpi_iort_root_complex, pci_segment_number),
		[ACPI_IORT_NODE_SMMU_V3] = offsetofend(struct acpi_iort_smmu_v3, sync_gsiv),
		[ACPI_IORT_NODE_PMCG] = offsetofend(struct acpi_iort_pmcg, node_reference),
	};

	return type < ARRAY_SIZE(sizes) ? sizes[type] : 0;
}

/* A node that is wholly inside the table, and has what its type says. */
static const struct acpi_iort_node *__init
iort_node_at(const struct acpi_table_iort *iort, u64 offset)
{
	const struct acpi_iort_node *node = (const void *)iort + offset;
	u32 length = iort->header.length;

	if (offset < sizeof(*iort) || offset + sizeof(*node) > length ||
	    offset + node->length > length ||
	    node->length < sizeof(*node) + iort_data_size(node->type))
		return NULL;

	return node;
}

/**
 * devmed_next_iort - step through IORT
 * @iort: the table, NULL if there is none
 * @node: the node before, NULL for the first
 *
 * Context: Trusted phase.
 * Return: the next node, wholly inside the table and not shorter than its type; NULL
 * at the end of the table or if what follows is not such a node.
 */
const struct acpi_iort_node *__init
devmed_next_iort(const struct acpi_table_iort *iort,
		 const struct acpi_iort_node *node)
{
	if (!iort)
		return NULL;

	return iort_node_at(iort, node ? (const void *)node + node->length -
					 (const void *)iort : iort->node_offset);
}

static struct acpi_table_iort *masters_iort __initdata;

/* The mappings of a node: false if they are not inside it. */
static bool __init masters_iort_maps(const struct acpi_iort_node *node,
				     const struct acpi_iort_id_mapping **map)
{
	*map = (const void *)node + node->mapping_offset;

	return (u64)node->mapping_offset + (u64)node->mapping_count * sizeof(**map) <=
	       node->length;
}

/* Where a mapping ends: the type of an SMMU stands for one that is mediated. */
static int __init masters_iort_end(const struct acpi_iort_id_mapping *map)
{
	const struct acpi_iort_node *out = iort_node_at(masters_iort,
							map->output_reference);
	const struct acpi_iort_smmu_v3 *smmu;

	if (out && out->type == ACPI_IORT_NODE_ITS_GROUP)
		return ACPI_IORT_NODE_ITS_GROUP;
	if (!out || out->type != ACPI_IORT_NODE_SMMU_V3)
		return -ENODEV;
	smmu = (const void *)out->node_data;

	return devmed_is_mediated(smmu->base_address) ? ACPI_IORT_NODE_SMMU_V3 : -ENODEV;
}

/*
 * Each mapping has to end at an SMMU that is mediated, and one at least. A mapping
 * to an ITS is about MSIs: it lets no other DMA pass.
 */
static bool __init masters_iort_is_confined(const struct acpi_iort_node *node)
{
	const struct acpi_iort_id_mapping *map;
	bool smmu = false;
	u32 i;

	if (!masters_iort_maps(node, &map))
		return false;

	for (i = 0; i < node->mapping_count; i++) {
		int end = masters_iort_end(&map[i]);

		if (end < 0)
			return false;
		smmu |= end == ACPI_IORT_NODE_SMMU_V3;
	}

	return smmu;
}

/* All Requester IDs of a root complex have to come out at SMMUs. */
static bool __init masters_iort_has_all_ids(const struct acpi_iort_node *node)
{
	const struct acpi_iort_id_mapping *map;
	u64 next = 0;
	u64 before;
	u32 i;

	if (!masters_iort_maps(node, &map))
		return false;

	do {
		before = next;
		for (i = 0; i < node->mapping_count; i++) {
			u64 count = map[i].flags & ACPI_IORT_ID_SINGLE_MAPPING ? 1 :
				    map[i].id_count + 1ULL;

			if (masters_iort_end(&map[i]) == ACPI_IORT_NODE_SMMU_V3)
				next = devmed_skip_range(next, map[i].input_base, count);
		}
	} while (next != before);

	return next >= MASTERS_ALL_IDS;
}

static void __init masters_add_segment(u32 segment, const char *kind)
{
	char name[sizeof(devmed_masters[0].name)];

	snprintf(name, sizeof(name), "pci%04x", segment);
	devmed_add_master(name, kind);
}

/* NULL if it does not end inside its node. */
static const char *__init masters_iort_name(const struct acpi_iort_node *node)
{
	const struct acpi_iort_named_component *named = (const void *)node->node_data;
	const void *end = (const void *)node + node->length;

	return memchr(named->device_name, 0, end - (const void *)named->device_name) ?
	       named->device_name : NULL;
}

static void __init masters_check_node(const struct acpi_iort_node *node)
{
	const struct acpi_iort_root_complex *root = (const void *)node->node_data;

	if (node->type == ACPI_IORT_NODE_PCI_ROOT_COMPLEX &&
	    !(masters_iort_is_confined(node) && masters_iort_has_all_ids(node)))
		masters_add_segment(root->pci_segment_number, "PCI root complex");
	else if (node->type == ACPI_IORT_NODE_NAMED_COMPONENT &&
		 !(masters_iort_name(node) && masters_iort_is_confined(node)))
		devmed_add_master(masters_iort_name(node) ?: "unnamed",
				  "IORT named component");
}

/* Does IORT describe this device, or this segment? Then it has been looked at. */
static bool __init masters_in_iort(acpi_handle handle, u64 segment)
{
	const struct acpi_iort_node *node = NULL;

	while ((node = devmed_next_iort(masters_iort, node))) {
		const struct acpi_iort_root_complex *root = (const void *)node->node_data;
		acpi_handle found;
		const char *name;

		if (node->type == ACPI_IORT_NODE_PCI_ROOT_COMPLEX && !handle &&
		    root->pci_segment_number == segment)
			return true;
		if (node->type != ACPI_IORT_NODE_NAMED_COMPONENT || !handle)
			continue;
		name = masters_iort_name(node);
		if (name && ACPI_SUCCESS(acpi_get_handle(NULL, (char *)name, &found)) &&
		    found == handle)
			return true;
	}

	return false;
}

static const struct acpi_device_id masters_acpi_bridges[] __initconst = {
	{ "PNP0A03" }, { "PNP0A08" }, { }
};

/* Objects of ACPI's that have _CCA for those below, or inherit it, and make no DMA. */
static const struct acpi_device_id masters_acpi_passive[] __initconst = {
	{ "LNXSYSTM" }, { "LNXSYBUS" },
	/* containers, processors, memory, resources in use, interrupt links */
	{ "ACPI0004" }, { "PNP0A05" }, { "PNP0A06" }, { ACPI_PROCESSOR_DEVICE_HID },
	{ ACPI_PROCESSOR_CONTAINER_HID }, { "PNP0C80" }, { "PNP0C01" }, { "PNP0C02" },
	{ "PNP0C0F" }, { }
};

static void __init masters_check_bridge(acpi_handle handle)
{
	unsigned long long segment = 0;

	acpi_evaluate_integer(handle, "_SEG", NULL, &segment);
	if (!masters_in_iort(NULL, segment))
		masters_add_segment(segment, "PCI without an IORT node");
}

/*
 * Each device that is present, whatever bus it will be on, and whether it has been
 * enumerated yet or not. A device without _HID is found by the bus that it is on, and
 * makes its DMA through that; so does one that its parent enumerates.
 */
static acpi_status __init masters_check_handle(acpi_handle handle, u32 level,
					       void *unused, void **nothing)
{
	struct acpi_device *adev = acpi_fetch_acpi_dev(handle);
	char name[ACPI_NAMESEG_SIZE + 1];
	struct acpi_buffer buffer = { sizeof(name), name };

	if (!adev) {
		if (acpi_has_method(handle, "_CCA") && !masters_in_iort(handle, 0) &&
		    ACPI_SUCCESS(acpi_get_name(handle, ACPI_SINGLE_NAME, &buffer)))
			devmed_add_master(name, "not enumerated");
		return AE_OK;
	}
	if (!acpi_match_device_ids(adev, masters_acpi_bridges))
		masters_check_bridge(handle);
	else if (adev->flags.cca_seen && adev->pnp.type.platform_id &&
		 !adev->flags.enumeration_by_parent &&
		 acpi_match_device_ids(adev, masters_acpi_passive) &&
		 !masters_in_iort(handle, 0))
		devmed_add_master(dev_name(&adev->dev), acpi_device_hid(adev));

	return AE_OK;
}

/**
 * devmed_find_masters_acpi - list those that ACPI has
 *
 * Context: Trusted phase, from devmed_find_masters().
 */
void __init devmed_find_masters_acpi(void)
{
	const struct acpi_iort_node *node = NULL;
	struct acpi_table_header *table = NULL;

	if (ACPI_SUCCESS(acpi_get_table(ACPI_SIG_IORT, 0, &table)))
		masters_iort = (struct acpi_table_iort *)table;
	else
		devmed_add_master("PCI", "no IORT");

	while ((node = devmed_next_iort(masters_iort, node)))
		masters_check_node(node);
	if (ACPI_FAILURE(acpi_get_devices(NULL, masters_check_handle, NULL, NULL)))
		devmed_note_misread("ACPI", "its namespace cannot be walked");
	acpi_put_table(table);
}

#ifdef CONFIG_DEVMED_KUNIT_TEST
#include "tests/masters-acpi.c"
#endif
