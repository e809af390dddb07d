// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA masters of an IORT that the test makes. Part of ../masters-acpi.c.
 */
#include "iort.h"
#include "saved.h"

#define GOOD	0xe0000000
#define FORWARD	0xe0100000

/* A table with an ITS group and three SMMUs: mediated, forwarded, not claimed. */
struct iort_bed {
	struct acpi_table_iort *iort;
	struct acpi_iort_node *its;
	struct acpi_iort_node *good;
	struct acpi_iort_node *forwarded;
	struct acpi_iort_node *unknown;
};

static void __init iort_bed(struct kunit *test, struct iort_bed *bed)
{
	bed->iort = iort_new(test);
	bed->its = iort_add(bed->iort, ACPI_IORT_NODE_ITS_GROUP, 8, 0);
	bed->good = iort_add_smmu(bed->iort, GOOD);
	bed->forwarded = iort_add_smmu(bed->iort, FORWARD);
	bed->unknown = iort_add_smmu(bed->iort, 0xe0200000);
	devmed_test_smmu(GOOD, DEVMED_ON);
	devmed_test_smmu(FORWARD, DEVMED_FORWARD);
	masters_iort = bed->iort;
}

static struct acpi_iort_node *__init iort_component(struct iort_bed *bed, unsigned int maps)
{
	static const char name[] __initconst = "\\_SB.GPU0";
	struct acpi_iort_named_component *named;
	struct acpi_iort_node *node;

	node = iort_add(bed->iort, ACPI_IORT_NODE_NAMED_COMPONENT,
			sizeof(*named) + sizeof(name), maps);
	named = (void *)node->node_data;
	memcpy(named->device_name, name, sizeof(name));

	return node;
}

static struct acpi_iort_node *__init iort_complex(struct iort_bed *bed, unsigned int maps)
{
	return iort_add(bed->iort, ACPI_IORT_NODE_PCI_ROOT_COMPLEX,
			sizeof(struct acpi_iort_root_complex), maps);
}

/* Is this node listed, once? */
static bool __init iort_is_listed(const struct acpi_iort_node *node)
{
	devmed_nr_masters = 0;
	masters_check_node(node);

	return devmed_nr_masters == 1 && devmed_masters[0].count == 1;
}

/* Each SMMU in front, and one at least; an ITS is no way out. */
static void __init iort_components(struct kunit *test)
{
	struct acpi_iort_node *node;
	struct iort_bed bed;

	iort_bed(test, &bed);
	node = iort_component(&bed, 2);
	iort_map(bed.iort, node, 0, 0, 1, bed.good);
	iort_map(bed.iort, node, 1, 1, 1, bed.good);
	KUNIT_EXPECT_FALSE(test, iort_is_listed(node));
	iort_map(bed.iort, node, 1, 0, 1, bed.its);
	KUNIT_EXPECT_FALSE(test, iort_is_listed(node));
	iort_map(bed.iort, node, 1, 1, 1, bed.forwarded);
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	iort_map(bed.iort, node, 1, 1, 1, bed.unknown);
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	iort_map(bed.iort, node, 1, 1, 1, node);
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	KUNIT_EXPECT_STREQ(test, devmed_masters[0].name, "\\_SB.GPU0");

	node->mapping_count = 0;
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	node->mapping_count = 1;
	iort_map(bed.iort, node, 0, 0, 1, bed.its);
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
}

/* All Requester IDs, in whatever pieces, and none twice for one that is missing. */
static void __init iort_complexes(struct kunit *test)
{
	struct acpi_iort_id_mapping *map;
	struct acpi_iort_node *node;
	struct iort_bed bed;

	iort_bed(test, &bed);
	node = iort_complex(&bed, 2);
	iort_map(bed.iort, node, 0, 0x8000, 0x8000, bed.good);
	iort_map(bed.iort, node, 1, 0, 0x8000, bed.good);
	KUNIT_EXPECT_FALSE(test, iort_is_listed(node));
	iort_map(bed.iort, node, 1, 0, 0x7fff, bed.good);
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	iort_map(bed.iort, node, 1, 0x8000, 0x8000, bed.good);
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	iort_map(bed.iort, node, 1, 0, 0x8000, bed.its);
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	iort_map(bed.iort, node, 0, 0, 0x10000, bed.good);
	KUNIT_EXPECT_FALSE(test, iort_is_listed(node));
	iort_map(bed.iort, node, 1, 0, 1, bed.forwarded);
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	KUNIT_EXPECT_STREQ(test, devmed_masters[0].name, "pci0000");

	/* A single mapping is one ID, whatever its count. */
	node->mapping_count = 1;
	map = (void *)node + node->mapping_offset;
	map->flags = ACPI_IORT_ID_SINGLE_MAPPING;
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	map->flags = 0;
	map->id_count = U32_MAX;
	KUNIT_EXPECT_FALSE(test, iort_is_listed(node));
}

/* Mappings and references that lead out of the node or the table. */
static void __init iort_bad_mappings(struct kunit *test)
{
	struct acpi_iort_id_mapping *map;
	struct acpi_iort_node *node;
	struct iort_bed bed;

	iort_bed(test, &bed);
	node = iort_complex(&bed, 1);
	map = (void *)node + node->mapping_offset;
	iort_map(bed.iort, node, 0, 0, 0x10000, bed.good);
	KUNIT_EXPECT_FALSE(test, iort_is_listed(node));
	map->output_reference = bed.iort->header.length - 1;
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	map->output_reference = U32_MAX;
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	map->output_reference = 0;
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	iort_map(bed.iort, node, 0, 0, 0x10000, bed.good);
	bed.good->length = sizeof(*bed.good) + 8;
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	bed.good->length = iort_offset(bed.iort, bed.forwarded) -
			   iort_offset(bed.iort, bed.good);
	node->mapping_count = 2;
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	node->mapping_count = U32_MAX;
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	node->mapping_count = 1;
	node->mapping_offset = U32_MAX;
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
}

static void __init iort_name_without_end(struct kunit *test)
{
	struct acpi_iort_named_component *named;
	struct acpi_iort_node *node;
	struct iort_bed bed;

	iort_bed(test, &bed);
	node = iort_component(&bed, 1);
	iort_map(bed.iort, node, 0, 0, 1, bed.good);
	KUNIT_EXPECT_FALSE(test, iort_is_listed(node));
	named = (void *)node->node_data;
	memset(named->device_name, 'x', (void *)node + node->length -
					(void *)named->device_name);
	KUNIT_EXPECT_TRUE(test, iort_is_listed(node));
	KUNIT_EXPECT_STREQ(test, devmed_masters[0].name, "unnamed");
}

static unsigned int __init iort_count(const struct acpi_table_iort *iort)
{
	const struct acpi_iort_node *node = NULL;
	unsigned int count = 0;

	while ((node = devmed_next_iort(iort, node)))
		count++;

	return count;
}

/* A node that is no node ends the table, and none is read beyond its end. */
static void __init iort_walk(struct kunit *test)
{
	struct iort_bed bed;
	u32 length;

	KUNIT_EXPECT_EQ(test, iort_count(NULL), 0);
	iort_bed(test, &bed);
	KUNIT_EXPECT_EQ(test, iort_count(bed.iort), 4);
	bed.forwarded->length = 0;
	KUNIT_EXPECT_EQ(test, iort_count(bed.iort), 2);
	bed.forwarded->length = sizeof(*bed.forwarded);
	KUNIT_EXPECT_EQ(test, iort_count(bed.iort), 2);
	bed.forwarded->length = U16_MAX;
	KUNIT_EXPECT_EQ(test, iort_count(bed.iort), 2);
	bed.forwarded->length = bed.good->length;
	length = bed.iort->header.length;
	bed.iort->header.length = length - 1;
	KUNIT_EXPECT_EQ(test, iort_count(bed.iort), 3);
	bed.iort->header.length = sizeof(*bed.iort);
	KUNIT_EXPECT_EQ(test, iort_count(bed.iort), 0);
	bed.iort->header.length = length;
	bed.iort->node_offset = length;
	KUNIT_EXPECT_EQ(test, iort_count(bed.iort), 0);
	bed.iort->node_offset = 8;
	KUNIT_EXPECT_EQ(test, iort_count(bed.iort), 0);
	bed.iort->node_offset = U32_MAX;
	KUNIT_EXPECT_EQ(test, iort_count(bed.iort), 0);
}

/* A segment without a root complex of its own has no SMMU. */
static void __init iort_segments(struct kunit *test)
{
	struct acpi_iort_root_complex *root;
	struct iort_bed bed;

	iort_bed(test, &bed);
	KUNIT_EXPECT_FALSE(test, masters_in_iort(NULL, 0));
	root = (void *)iort_complex(&bed, 0)->node_data;
	root->pci_segment_number = 3;
	KUNIT_EXPECT_TRUE(test, masters_in_iort(NULL, 3));
	KUNIT_EXPECT_FALSE(test, masters_in_iort(NULL, 0));
	masters_iort = NULL;
	KUNIT_EXPECT_FALSE(test, masters_in_iort(NULL, 3));
}

static struct kunit_case __refdata iort_cases[] = {
	KUNIT_CASE(iort_components),
	KUNIT_CASE(iort_complexes),
	KUNIT_CASE(iort_bad_mappings),
	KUNIT_CASE(iort_name_without_end),
	KUNIT_CASE(iort_walk),
	KUNIT_CASE(iort_segments),
	{ }
};

static struct kunit_suite iort_suite = {
	.name = "devmed-iort",
	.init = devmed_test_begin,
	.exit = devmed_test_end,
	.test_cases = iort_cases,
};
kunit_test_init_section_suites(&iort_suite);
