// SPDX-License-Identifier: GPL-2.0-only
/*
 * An IORT that a test builds, a node after the other.
 */
#include "iort.h"

#define IORT_ROOM	SZ_4K

/**
 * iort_new - begin a table
 * @test: frees it
 *
 * Return: a table without nodes.
 */
struct acpi_table_iort *iort_new(struct kunit *test)
{
	struct acpi_table_iort *iort = kunit_kzalloc(test, IORT_ROOM, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, iort);
	iort->header.length = sizeof(*iort);
	iort->node_offset = sizeof(*iort);

	return iort;
}

/**
 * iort_add - add a node
 * @iort: the table
 * @type: of the node
 * @data: bytes before its mappings
 * @maps: mappings
 *
 * Return: the node, all else of it being zero.
 */
struct acpi_iort_node *iort_add(struct acpi_table_iort *iort, u8 type,
				unsigned int data, unsigned int maps)
{
	struct acpi_iort_node *node = (void *)iort + iort->header.length;

	node->type = type;
	node->mapping_offset = ALIGN(sizeof(*node) + data, 4);
	node->mapping_count = maps;
	node->length = node->mapping_offset + maps * sizeof(struct acpi_iort_id_mapping);
	iort->header.length += node->length;
	iort->node_count++;

	return node;
}

/**
 * iort_offset - where a node is
 * @iort: the table
 * @node: of the table
 *
 * Return: in bytes, as a mapping has it.
 */
u32 iort_offset(struct acpi_table_iort *iort, struct acpi_iort_node *node)
{
	return (void *)node - (void *)iort;
}

/**
 * iort_add_smmu - add an SMMUv3
 * @iort: the table
 * @base: physical address of its registers
 *
 * Return: the node.
 */
struct acpi_iort_node *iort_add_smmu(struct acpi_table_iort *iort, u64 base)
{
	struct acpi_iort_node *node = iort_add(iort, ACPI_IORT_NODE_SMMU_V3,
					       sizeof(struct acpi_iort_smmu_v3), 0);

	((struct acpi_iort_smmu_v3 *)node->node_data)->base_address = base;

	return node;
}

/**
 * iort_map - fill in a mapping
 * @iort: the table
 * @node: whose mapping
 * @number: which of its mappings
 * @input: first ID
 * @count: IDs
 * @out: node that they go to
 */
void iort_map(struct acpi_table_iort *iort, struct acpi_iort_node *node,
	      unsigned int number, u32 input, u64 count, struct acpi_iort_node *out)
{
	struct acpi_iort_id_mapping *map = (void *)node + node->mapping_offset;

	map += number;
	map->input_base = input;
	map->id_count = count - 1;
	map->output_reference = iort_offset(iort, out);
}
