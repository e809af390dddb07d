// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that no backend is there for, in a MADT and an IORT that the test makes,
 * and in a device tree. Part of ../others.c.
 */
#include <kunit/of.h>

#include "iort.h"
#include "saved.h"

static void __init others_of_tree(struct kunit *test)
{
	if (!of_root)
		kunit_skip(test, "there is no device tree");
	KUNIT_EXPECT_FALSE(test, others_in_tree("arm,gic-v5"));
	KUNIT_ASSERT_EQ(test, of_overlay_apply_kunit(test, masters), 0);
	KUNIT_EXPECT_TRUE(test, others_in_tree("arm,gic-v5"));
	KUNIT_EXPECT_FALSE(test, others_in_tree("test,gic-v9"));
	KUNIT_EXPECT_FALSE(test, others_in_tree(NULL));
}

/* A GICv5 counts, and a class that was built in does not. */
static void __init others_are_missing(struct kunit *test)
{
	unsigned int present = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(devmed_others); i++) {
		const struct devmed_other *other = &devmed_others[i];

		if (!strncmp(other->what, "gicv5", 5)) {
			KUNIT_EXPECT_NOT_NULL(test, other->why);
			present++;
		} else if (!strcmp(other->what, "smmuv3")) {
			KUNIT_EXPECT_EQ(test, !other->why,
					IS_ENABLED(CONFIG_DEVMED_SMMUV3));
		} else {
			KUNIT_EXPECT_EQ(test, !other->why, IS_ENABLED(CONFIG_DEVMED_ITS));
		}
	}
	KUNIT_EXPECT_EQ(test, present, 2);
	if (!of_root)
		kunit_skip(test, "there is no device tree");
	devmed_find_others();
	present = devmed_nr_missing;
	KUNIT_ASSERT_EQ(test, of_overlay_apply_kunit(test, masters), 0);
	devmed_find_others();
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 2 * present + 1);
}

#ifdef CONFIG_ACPI
static struct acpi_table_madt *__init madt_new(struct kunit *test)
{
	struct acpi_table_madt *madt = kunit_kzalloc(test, SZ_4K, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, madt);
	madt->header.length = sizeof(*madt);

	return madt;
}

static void *__init madt_add(struct acpi_table_madt *madt, u8 type, u8 length)
{
	struct acpi_subtable_header *entry = (void *)madt + madt->header.length;

	entry->type = type;
	entry->length = length;
	madt->header.length += length;

	return entry;
}

static void __init others_of_madt(struct kunit *test)
{
	struct acpi_madt_generic_interrupt *gicc;
	struct acpi_table_madt *madt = madt_new(test);
	bool malformed = false;

	KUNIT_EXPECT_FALSE(test, others_in_madt(madt, ACPI_MADT_TYPE_GICV5_IRS, &malformed));
	gicc = madt_add(madt, ACPI_MADT_TYPE_GENERIC_INTERRUPT, sizeof(*gicc));
	madt_add(madt, ACPI_MADT_TYPE_GENERIC_TRANSLATOR,
		 sizeof(struct acpi_madt_generic_translator));
	KUNIT_EXPECT_FALSE(test, others_in_madt(madt, ACPI_MADT_TYPE_GICV5_IRS, &malformed));
	madt_add(madt, ACPI_MADT_TYPE_GICV5_IRS, sizeof(struct acpi_madt_gicv5_irs));
	KUNIT_EXPECT_TRUE(test, others_in_madt(madt, ACPI_MADT_TYPE_GICV5_IRS, &malformed));
	KUNIT_EXPECT_TRUE(test, others_in_madt(madt, ACPI_MADT_TYPE_GENERIC_TRANSLATOR,
					       &malformed));
	/* A CPU of a GICv2, and one of a GICv3. */
	KUNIT_EXPECT_FALSE(test, others_in_madt(madt, ACPI_MADT_TYPE_GENERIC_INTERRUPT,
						&malformed));
	gicc->gicr_base_address = 0x80a0000;
	KUNIT_EXPECT_TRUE(test, others_in_madt(madt, ACPI_MADT_TYPE_GENERIC_INTERRUPT,
					       &malformed));
	KUNIT_EXPECT_FALSE(test, malformed);
}

/* Entries of a length that ends every walk, or goes beyond the table. */
static void __init others_of_bad_madt(struct kunit *test)
{
	static const u8 lengths[] __initconst = { 0, 1, 17, 255 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct acpi_table_madt *madt = madt_new(test);
		struct acpi_subtable_header *entry;
		bool malformed = false;

		madt_add(madt, ACPI_MADT_TYPE_GENERIC_TRANSLATOR, 20);
		entry = madt_add(madt, ACPI_MADT_TYPE_GENERIC_DISTRIBUTOR, 16);
		KUNIT_EXPECT_TRUE(test, others_in_madt(madt, ACPI_MADT_TYPE_GENERIC_TRANSLATOR,
						       &malformed));
		KUNIT_EXPECT_FALSE(test, malformed);
		entry->length = lengths[i];
		KUNIT_EXPECT_TRUE(test, others_in_madt(madt, ACPI_MADT_TYPE_GENERIC_TRANSLATOR,
						       &malformed));
		KUNIT_EXPECT_TRUE_MSG(test, malformed, "length %u", lengths[i]);
	}
}

/* A byte behind the last entry is half of a header. */
static void __init others_of_long_madt(struct kunit *test)
{
	struct acpi_table_madt *madt = madt_new(test);
	bool malformed = false;

	madt->header.length++;
	others_in_madt(madt, ACPI_MADT_TYPE_GENERIC_TRANSLATOR, &malformed);
	KUNIT_EXPECT_TRUE(test, malformed);
}

static void __init others_of_iort(struct kunit *test)
{
	struct acpi_table_iort *iort = iort_new(test);
	struct acpi_iort_node *first, *second;
	bool malformed = false;

	first = iort_add(iort, ACPI_IORT_NODE_ITS_GROUP, 8, 0);
	KUNIT_EXPECT_FALSE(test, others_in_iort(iort, ACPI_IORT_NODE_SMMU_V3, &malformed));
	second = iort_add_smmu(iort, 0xe0000000);
	KUNIT_EXPECT_TRUE(test, others_in_iort(iort, ACPI_IORT_NODE_SMMU_V3, &malformed));
	KUNIT_EXPECT_FALSE(test, malformed);
	second->length = sizeof(*second);
	KUNIT_EXPECT_FALSE(test, others_in_iort(iort, ACPI_IORT_NODE_SMMU_V3, &malformed));
	KUNIT_EXPECT_TRUE(test, malformed);
	malformed = false;
	first->length = 0;
	others_in_iort(iort, ACPI_IORT_NODE_SMMU_V3, &malformed);
	KUNIT_EXPECT_TRUE(test, malformed);
}
#endif

static struct kunit_case __refdata others_cases[] = {
	KUNIT_CASE(others_of_tree),
	KUNIT_CASE(others_are_missing),
#ifdef CONFIG_ACPI
	KUNIT_CASE(others_of_madt),
	KUNIT_CASE(others_of_bad_madt),
	KUNIT_CASE(others_of_long_madt),
	KUNIT_CASE(others_of_iort),
#endif
	{ }
};

static struct kunit_suite others_suite = {
	.name = "devmed-others",
	.init = devmed_test_begin,
	.exit = devmed_test_end,
	.test_cases = others_cases,
};
kunit_test_init_section_suites(&others_suite);
