// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that reach memory without a mediated SMMU in front of them: what the
 * firmware says of DMA masters, compared with what EL2 holds.
 *
 * A device tree does not say what a master is. What counts as one: a PCI host
 * bridge, and whatever has a property that only makes sense for masters. Under
 * ACPI it is what has an IORT node of its own, or _CCA.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/acpi.h>
#include <linux/array_size.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/platform_device.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "devmed.h"

/* Requester IDs behind a host bridge: of each bus, and of all there may be. */
#define MASTERS_BUS_IDS		256U
#define MASTERS_ALL_IDS		(256 * MASTERS_BUS_IDS)

/* Constant after devmed_find_masters(). */
struct devmed_master devmed_masters[DEVMED_MAX_MASTERS];
unsigned int devmed_nr_masters;

/*
 * Is this an SMMU that EL2 mediates? A node that is not claimed, or whose driver
 * is not arm-smmu-v3, is not.
 */
static bool __init masters_is_mediated(phys_addr_t base)
{
	const struct devmed_claim *claim;

	claim = devmed_find_claim(DEVMED_CLASS_SMMUV3, base);

	return claim && claim->mode == DEVMED_ON;
}

/* Like devices that follow each other share a line: a board has dozens of some. */
static void __init masters_add(const char *name, const char *kind)
{
	struct devmed_master *master = &devmed_masters[devmed_nr_masters];
	bool trusted = devmed_trusts_dma(name);

	if (!trusted)
		devmed_nr_missing++;
	if (devmed_nr_masters && !strcmp(master[-1].kind, kind) &&
	    master[-1].trusted == trusted) {
		master[-1].count++;
		return;
	}
	if (devmed_nr_masters == ARRAY_SIZE(devmed_masters)) {
		master[-1].count++;
		return;
	}

	strscpy(master->name, name);
	strscpy(master->kind, kind);
	master->count = 1;
	master->trusted = trusted;
	devmed_nr_masters++;
}

static void __init masters_report(void)
{
	unsigned int i;

	for (i = 0; i < devmed_nr_masters; i++) {
		const struct devmed_master *master = &devmed_masters[i];

		pr_warn("%s (%s, %u of them): DMA without a mediated SMMU%s\n",
			master->name, master->kind, master->count,
			master->trusted ? ", trusted" : "");
	}
}

static bool __init masters_of_is_mediated(struct device_node *iommu)
{
	struct resource res;

	return of_device_is_compatible(iommu, "arm,smmu-v3") &&
	       !of_address_to_resource(iommu, 0, &res) &&
	       masters_is_mediated(res.start);
}

/* Every SMMU in front, and at least one. */
static bool __init masters_of_iommus(struct device_node *np)
{
	struct of_phandle_args args;
	bool covered = false;
	int i;

	for (i = 0; !of_parse_phandle_with_args(np, "iommus", "#iommu-cells", i,
						&args); i++) {
		covered = masters_of_is_mediated(args.np);
		of_node_put(args.np);
		if (!covered)
			return false;
	}

	return covered;
}

/* Requester IDs that a bridge may have, as iommu-map sees them. */
static u32 __init masters_of_pci_ids(struct device_node *np)
{
	u32 buses[2] = { 0, 255 };
	u32 mask = MASTERS_ALL_IDS - 1;

	of_property_read_u32_array(np, "bus-range", buses, ARRAY_SIZE(buses));
	of_property_read_u32(np, "iommu-map-mask", &mask);

	return min((buses[1] - buses[0] + 1) * MASTERS_BUS_IDS,
		   (mask & (MASTERS_ALL_IDS - 1)) + 1);
}

/* iommu-map: Requester ID, SMMU, StreamID, length. */
static bool __init masters_of_pci(struct device_node *np)
{
	u32 ids = 0;
	u32 map[4];
	int i;

	for (i = 0; !of_property_read_u32_index(np, "iommu-map", i, &map[0]); i += 4) {
		struct device_node *iommu;
		bool mediated;

		if (of_property_read_u32_index(np, "iommu-map", i + 1, &map[1]) ||
		    of_property_read_u32_index(np, "iommu-map", i + 3, &map[3]))
			return false;
		iommu = of_find_node_by_phandle(map[1]);
		mediated = iommu && masters_of_is_mediated(iommu);
		of_node_put(iommu);
		if (!mediated)
			return false;
		ids += min(map[3], MASTERS_ALL_IDS - min(ids, MASTERS_ALL_IDS));
	}

	return ids >= masters_of_pci_ids(np);
}

/*
 * Nodes that have such properties for their children, or are no devices. The root
 * is one: its "compatible" is the machine's.
 */
static bool __init masters_of_is_bus(struct device_node *np)
{
	return of_node_is_root(np) ||
	       of_device_is_compatible(np, "simple-bus") ||
	       of_property_present(np, "#iommu-cells") ||
	       !of_property_present(np, "compatible");
}

static bool __init masters_of_is_master(struct device_node *np)
{
	static const char * const signs[] = {
		"iommus", "iommu-map", "dma-coherent", "dma-noncoherent",
		"#dma-cells",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(signs); i++) {
		if (of_property_present(np, signs[i]))
			return true;
	}

	return false;
}

static void __init masters_find_of(void)
{
	const char *kind;
	struct device_node *np;

	for_each_of_allnodes(np) {
		bool pci = of_node_is_type(np, "pci");

		if (!of_device_is_available(np) || masters_of_is_bus(np))
			continue;
		/* What is behind a bridge makes its DMA through it. */
		if (pci && of_node_is_type(np->parent, "pci"))
			continue;
		if (!pci && !masters_of_is_master(np))
			continue;
		if (of_property_present(np, "iommu-map") ? masters_of_pci(np) :
							   masters_of_iommus(np))
			continue;
		if (of_property_read_string(np, "compatible", &kind))
			kind = "unknown";
		masters_add(kbasename(np->full_name), kind);
	}
}

#ifdef CONFIG_ACPI
/**
 * devmed_next_iort - step through IORT
 * @iort: the table, NULL if there is none
 * @node: the node before, NULL for the first
 *
 * Context: Trusted phase.
 * Return: the next node, wholly inside the table; NULL at its end or if what
 * follows is not a node.
 */
const struct acpi_iort_node *__init
devmed_next_iort(const struct acpi_table_iort *iort,
		 const struct acpi_iort_node *node)
{
	const void *end = (const void *)iort + (iort ? iort->header.length : 0);
	const void *next;

	if (!iort)
		return NULL;

	next = node ? (const void *)node + node->length :
		      (const void *)iort + iort->node_offset;
	node = next;
	if (next + sizeof(*node) > end || node->length < sizeof(*node) ||
	    next + node->length > end)
		return NULL;

	return node;
}

static struct acpi_table_iort *masters_iort __initdata;

/* IDs of a node that come out at SMMUs that EL2 mediates. */
static u32 __init masters_iort_ids(const struct acpi_iort_node *node)
{
	const struct acpi_iort_id_mapping *map = (void *)node + node->mapping_offset;
	u32 ids = 0;
	u32 i;

	if ((u64)node->mapping_offset + (u64)node->mapping_count * sizeof(*map) >
	    node->length)
		return 0;

	for (i = 0; i < node->mapping_count; i++, map++) {
		const struct acpi_iort_node *out;
		const struct acpi_iort_smmu_v3 *smmu;
		u32 count = map->flags & ACPI_IORT_ID_SINGLE_MAPPING ? 1 :
			    min(map->id_count, MASTERS_ALL_IDS - 1) + 1;

		if ((u64)map->output_reference + sizeof(*out) + sizeof(*smmu) >
		    masters_iort->header.length)
			return 0;
		out = (void *)masters_iort + map->output_reference;
		smmu = (const void *)out->node_data;
		if (out->type == ACPI_IORT_NODE_SMMU_V3 &&
		    masters_is_mediated(smmu->base_address))
			ids += min(count, MASTERS_ALL_IDS - min(ids, MASTERS_ALL_IDS));
	}

	return ids;
}

static void __init masters_check_node(const struct acpi_iort_node *node)
{
	const struct acpi_iort_named_component *named = (void *)node->node_data;
	const struct acpi_iort_root_complex *root = (void *)node->node_data;
	char name[sizeof(devmed_masters[0].name)];

	if (node->type == ACPI_IORT_NODE_PCI_ROOT_COMPLEX &&
	    masters_iort_ids(node) < MASTERS_ALL_IDS) {
		snprintf(name, sizeof(name), "pci%04x", root->pci_segment_number);
		masters_add(name, "PCI root complex");
	} else if (node->type == ACPI_IORT_NODE_NAMED_COMPONENT &&
		   !masters_iort_ids(node)) {
		masters_add(named->device_name, "IORT named component");
	}
}

/* Does IORT describe this device? Then it has been looked at. */
static bool __init masters_in_iort(acpi_handle handle)
{
	const struct acpi_iort_node *node;

	for (node = devmed_next_iort(masters_iort, NULL); node;
	     node = devmed_next_iort(masters_iort, node)) {
		const struct acpi_iort_named_component *named =
			(void *)node->node_data;
		acpi_handle found;

		if (node->type == ACPI_IORT_NODE_NAMED_COMPONENT &&
		    ACPI_SUCCESS(acpi_get_handle(NULL, (char *)named->device_name,
						 &found)) && found == handle)
			return true;
	}

	return false;
}

static int __init masters_check_device(struct device *dev, void *unused)
{
	struct acpi_device *adev = ACPI_COMPANION(dev);

	if (adev && adev->flags.cca_seen && !masters_in_iort(adev->handle))
		masters_add(dev_name(dev), acpi_device_hid(adev));

	return 0;
}

static void __init masters_find_acpi(void)
{
	const struct acpi_iort_node *node;
	struct acpi_table_header *table = NULL;

	if (ACPI_SUCCESS(acpi_get_table(ACPI_SIG_IORT, 0, &table)))
		masters_iort = (struct acpi_table_iort *)table;
	else
		masters_add("PCI", "no IORT");

	for (node = devmed_next_iort(masters_iort, NULL); node;
	     node = devmed_next_iort(masters_iort, node))
		masters_check_node(node);
	bus_for_each_dev(&platform_bus_type, NULL, NULL, masters_check_device);
	acpi_put_table(table);
}
#else
static void __init masters_find_acpi(void) { }
#endif

/**
 * devmed_find_masters - list the DMA masters that no mediated SMMU confines
 *
 * They are reported once, and count for the policy if the administrator does not
 * vouch for them.
 *
 * Context: Trusted phase, from devmed_host_setup(), after the last
 * devmed_start_claim() of an SMMU.
 */
void __init devmed_find_masters(void)
{
	if (acpi_disabled)
		masters_find_of();
	else
		masters_find_acpi();
	masters_report();
}
