// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA masters of a device tree, which does not say what a master is. These count
 * as masters: a PCI host bridge, whatever has a property that only makes sense for
 * masters, and a node whose name is a generic one of a kind that makes DMA.
 */
#include <linux/array_size.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/string.h>

#include "devmed.h"

/* Requester IDs behind a host bridge: of each bus, and of all there may be. */
#define MASTERS_BUS_IDS		256U
#define MASTERS_ALL_IDS		(256 * MASTERS_BUS_IDS)

static bool __init masters_of_is_mediated(struct device_node *iommu)
{
	struct resource res;

	return of_device_is_compatible(iommu, "arm,smmu-v3") &&
	       !of_address_to_resource(iommu, 0, &res) &&
	       devmed_is_mediated(res.start);
}

/*
 * Every SMMU in front, and at least one. An entry that cannot be read may be an
 * SMMU that is not mediated.
 */
static bool __init masters_of_iommus(struct device_node *np)
{
	int count = of_count_phandle_with_args(np, "iommus", "#iommu-cells");
	struct of_phandle_args args;
	int i;

	for (i = 0; i < count; i++) {
		bool covered;

		if (of_parse_phandle_with_args(np, "iommus", "#iommu-cells", i, &args))
			return false;
		covered = masters_of_is_mediated(args.np);
		of_node_put(args.np);
		if (!covered)
			return false;
	}

	return count > 0;
}

/* Requester IDs that a bridge may have, as iommu-map sees them: first and end. */
static void __init masters_of_pci_ids(struct device_node *np, u64 *first, u64 *end)
{
	u32 buses[2] = { 0, 255 };
	u32 mask = MASTERS_ALL_IDS - 1;

	of_property_read_u32_array(np, "bus-range", buses, ARRAY_SIZE(buses));
	of_property_read_u32(np, "iommu-map-mask", &mask);
	mask &= MASTERS_ALL_IDS - 1;

	*first = 0;
	*end = mask + 1;
	if (mask == MASTERS_ALL_IDS - 1 && buses[0] <= buses[1] && buses[1] < 256) {
		*first = buses[0] * MASTERS_BUS_IDS;
		*end = (buses[1] + 1) * MASTERS_BUS_IDS;
	}
}

/* One entry of iommu-map: Requester ID, SMMU, StreamID, length. */
static bool __init masters_of_read_map(struct device_node *np, int i, u32 map[4])
{
	struct device_node *iommu;
	bool mediated;
	int cell;

	for (cell = 0; cell < 4; cell++) {
		if (of_property_read_u32_index(np, "iommu-map", 4 * i + cell, &map[cell]))
			return false;
	}
	iommu = of_find_node_by_phandle(map[1]);
	mediated = iommu && masters_of_is_mediated(iommu);
	of_node_put(iommu);

	return mediated;
}

static bool __init masters_of_pci(struct device_node *np)
{
	int cells = of_property_count_u32_elems(np, "iommu-map");
	u64 next, end, before;
	u32 map[4];
	int i;

	if (cells <= 0 || cells % ARRAY_SIZE(map))
		return false;

	masters_of_pci_ids(np, &next, &end);
	do {
		before = next;
		for (i = 0; i < cells / (int)ARRAY_SIZE(map); i++) {
			if (!masters_of_read_map(np, i, map))
				return false;
			next = devmed_skip_range(next, map[0], map[3]);
		}
	} while (next != before);

	return next >= end;
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

static bool __init masters_of_is_marked(struct device_node *np)
{
	static const char * const signs[] = {
		"iommus", "iommu-map", "dma-coherent", "dma-noncoherent",
		"#dma-cells",
	};
	unsigned int i;

	if (masters_of_is_bus(np))
		return false;

	for (i = 0; i < ARRAY_SIZE(signs); i++) {
		if (of_property_present(np, signs[i]))
			return true;
	}

	return of_node_is_type(np, "pci");
}

/*
 * Names by which the Devicetree Specification (2.2.2) calls devices that make DMA
 * of their own, and some that boards use in their place.
 */
static const char * const masters_of_names[] __initconst = {
	"ahci", "atm", "audio-controller", "crypto", "display",
	"display-controller", "dma", "dma-controller", "dsp", "ehci", "ethernet",
	"gpu", "hda", "ide", "isp", "jpegdec", "jpegenc", "lcd-controller", "mmc",
	"nand-controller", "npu", "ohci", "pcie-ep", "remoteproc", "sata", "scsi",
	"sdhci", "sdmmc", "ufs", "ufshc", "usb", "video-codec", "video-decoder",
	"video-encoder", "vpu", "wifi", "xhci",
};

/*
 * Only what has registers that a CPU reaches: no panel, USB device or PHY. A device
 * with "dmas" has its DMA made by a DMA controller, a node of its own.
 */
static bool __init masters_of_is_named(struct device_node *np)
{
	struct resource res;
	unsigned int i;

	if (masters_of_is_bus(np) || of_property_present(np, "dmas") ||
	    of_address_to_resource(np, 0, &res))
		return false;

	for (i = 0; i < ARRAY_SIZE(masters_of_names); i++) {
		if (of_node_name_eq(np, masters_of_names[i]))
			return true;
	}

	return false;
}

/* A part or the wrapper of something that is marked: then that has been looked at. */
static bool __init masters_of_is_part(struct device_node *np)
{
	struct device_node *other;

	for (other = np->parent; other; other = other->parent) {
		if (masters_of_is_marked(other))
			return true;
	}
	for_each_available_child_of_node(np, other) {
		if (masters_of_is_marked(other)) {
			of_node_put(other);
			return true;
		}
	}

	return false;
}

/* Does this node make DMA that has to go through an SMMU of its own? */
static bool __init masters_of_is_master(struct device_node *np)
{
	if (!of_device_is_available(np))
		return false;
	/* A device behind a bridge makes its DMA through the bridge. */
	if (np->parent && of_node_is_type(np->parent, "pci"))
		return false;

	return masters_of_is_marked(np) ||
	       (masters_of_is_named(np) && !masters_of_is_part(np));
}

static bool __init masters_of_is_confined(struct device_node *np)
{
	return of_property_present(np, "iommu-map") ? masters_of_pci(np) :
						      masters_of_iommus(np);
}

/**
 * devmed_find_masters_of - list those that the device tree has
 *
 * Context: Trusted phase, from devmed_find_masters().
 */
void __init devmed_find_masters_of(void)
{
	struct device_node *np;
	const char *kind;

	for_each_of_allnodes(np) {
		if (!masters_of_is_master(np) || masters_of_is_confined(np))
			continue;
		if (of_property_read_string(np, "compatible", &kind))
			kind = "unknown";
		devmed_add_master(kbasename(np->full_name), kind);
	}
}

#ifdef CONFIG_DEVMED_KUNIT_TEST
#include "tests/masters-of.c"
#endif
