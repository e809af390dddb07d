// SPDX-License-Identifier: GPL-2.0-only
/*
 * ITSs that a MADT or a device tree describes. Part of ../its/its-host.c.
 */
#include <kunit/of.h>

#include "saved.h"

/* In place of its_claim(): where the ITSs of the test are, above those of QEMU. */
static phys_addr_t its_claimed[4] __initdata;
static unsigned int its_nr_claimed __initdata;

static void __init its_note_claim(phys_addr_t base)
{
	if (base >= 0xe0000000 && its_nr_claimed < ARRAY_SIZE(its_claimed))
		its_claimed[its_nr_claimed++] = base;
}

static void __init its_of_tree(struct kunit *test)
{
	if (!of_root)
		kunit_skip(test, "there is no device tree");
	KUNIT_ASSERT_EQ(test, of_overlay_apply_kunit(test, masters), 0);
	kunit_activate_static_stub(test, its_claim, its_note_claim);
	its_nr_claimed = 0;
	its_find_of();
	KUNIT_ASSERT_EQ(test, its_nr_claimed, 2);
	/* An overlay is not added in its own order. */
	KUNIT_EXPECT_EQ(test, min(its_claimed[0], its_claimed[1]), 0xe1000000);
	KUNIT_EXPECT_EQ(test, max(its_claimed[0], its_claimed[1]), 0xe1200000);
	/* The pre-ITS window, and the node without an address. */
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 2);
}

#ifdef CONFIG_ACPI
static void __init its_of_madt(struct kunit *test)
{
	struct acpi_madt_generic_translator entry = {
		.header = {
			.type = ACPI_MADT_TYPE_GENERIC_TRANSLATOR,
			.length = sizeof(entry),
		},
		.base_address = 0xe1000000,
	};
	union acpi_subtable_headers *header = (void *)&entry;
	unsigned long end = (unsigned long)(&entry + 1);

	kunit_activate_static_stub(test, its_claim, its_note_claim);
	its_nr_claimed = 0;
	KUNIT_EXPECT_EQ(test, its_parse_madt(header, end), 0);
	KUNIT_EXPECT_EQ(test, its_nr_claimed, 1);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 0);
	KUNIT_EXPECT_EQ(test, its_parse_madt(header, end - 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 1);
	entry.header.length--;
	KUNIT_EXPECT_EQ(test, its_parse_madt(header, end), -EINVAL);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 2);
	KUNIT_EXPECT_EQ(test, its_nr_claimed, 1);
}
#endif

static struct kunit_case __refdata its_host_cases[] = {
	KUNIT_CASE(its_of_tree),
#ifdef CONFIG_ACPI
	KUNIT_CASE(its_of_madt),
#endif
	{ }
};

static struct kunit_suite its_host_suite = {
	.name = "devmed-its-host",
	.init = devmed_test_begin,
	.exit = devmed_test_end,
	.test_cases = its_host_cases,
};
kunit_test_init_section_suites(&its_host_suite);
