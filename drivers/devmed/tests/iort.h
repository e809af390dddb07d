/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An IORT that a test builds, a node after the other.
 */
#ifndef __DEVMED_TESTS_IORT_H
#define __DEVMED_TESTS_IORT_H

#include <linux/acpi.h>

#include <kunit/test.h>

struct acpi_table_iort *iort_new(struct kunit *test);
struct acpi_iort_node *iort_add(struct acpi_table_iort *iort, u8 type,
				unsigned int data, unsigned int maps);
u32 iort_offset(struct acpi_table_iort *iort, struct acpi_iort_node *node);
struct acpi_iort_node *iort_add_smmu(struct acpi_table_iort *iort, u64 base);
void iort_map(struct acpi_table_iort *iort, struct acpi_iort_node *node,
	      unsigned int number, u32 input, u64 count, struct acpi_iort_node *out);

#endif /* __DEVMED_TESTS_IORT_H */
