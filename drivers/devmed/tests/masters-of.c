// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA masters of a device tree that the test adds to the machine's. Part of
 * ../masters-of.c.
 */
#include <kunit/of.h>

#include "saved.h"

static void __init masters_of_find(struct kunit *test)
{
	if (!of_root)
		kunit_skip(test, "there is no device tree");
	KUNIT_ASSERT_EQ(test, of_overlay_apply_kunit(test, masters), 0);
	devmed_test_smmu(0xe0000000, DEVMED_ON);
	devmed_test_smmu(0xe0100000, DEVMED_FORWARD);
	devmed_find_masters_of();
}

struct masters_of_expected {
	const char *kind;
	bool listed;
};

static void __init masters_of_judge(struct kunit *test,
				    const struct masters_of_expected *expected)
{
	masters_of_find(test);
	for (; expected->kind; expected++)
		KUNIT_EXPECT_EQ_MSG(test, !!devmed_test_master(expected->kind),
				    expected->listed, "%s", expected->kind);
}

static void __init masters_of_properties(struct kunit *test)
{
	static const struct masters_of_expected expected[] __initconst = {
		{ "test,iommus", false }, { "test,iommus-two", false },
		{ "test,iommus-forwarded", true }, { "test,iommus-one-of-two", true },
		{ "test,iommus-other", true }, { "test,iommus-dangling", true },
		{ "test,iommus-short", true }, { "test,coherent", true },
		{ "test,noncoherent", true }, { "test,dma-cells", true },
		{ "test,disabled", false }, { "test,unmarked", false },
		{ "test,bus", false }, { }
	};

	masters_of_judge(test, expected);
}

static void __init masters_of_by_name(struct kunit *test)
{
	static const struct masters_of_expected expected[] __initconst = {
		{ "test,mmc", true }, { "test,mmc-iommus", false },
		{ "test,mmc-disabled", false }, { "test,mmc-dmas", false },
		{ "test,ethernet", true },
		{ "test,phy", false }, { "test,usb-no-reg", false },
		{ "test,serial", false }, { "test,usb-wrapper", false },
		{ "test,usb-core", false }, { "test,display", false },
		{ "test,display-part", false }, { "test,usb-host", true },
		{ "test,usb-ethernet", false }, { }
	};

	masters_of_judge(test, expected);
}

static void __init masters_of_bridges(struct kunit *test)
{
	static const struct masters_of_expected expected[] __initconst = {
		{ "test,pcie-all", false }, { "test,pcie-device", false },
		{ "test,pcie-gap", true }, { "test,pcie-twice", true },
		{ "test,pcie-buses", false }, { "test,pcie-other-buses", true },
		{ "test,pcie-mask", false }, { "test,pcie-two-smmus", true },
		{ "test,pcie-short", true }, { "test,pcie-none", true }, { }
	};

	masters_of_judge(test, expected);
}

/* QEMU says "dma-coherent" there, for all that is below. */
static void __init masters_of_root(struct kunit *test)
{
	unsigned int i;

	if (!of_root)
		kunit_skip(test, "there is no device tree");
	KUNIT_EXPECT_FALSE(test, masters_of_is_master(of_root));
	devmed_find_masters_of();
	for (i = 0; i < devmed_nr_masters; i++)
		KUNIT_EXPECT_NE(test, devmed_masters[i].name[0], 0);
}

static struct kunit_case __refdata masters_of_cases[] = {
	KUNIT_CASE(masters_of_properties),
	KUNIT_CASE(masters_of_by_name),
	KUNIT_CASE(masters_of_bridges),
	KUNIT_CASE(masters_of_root),
	{ }
};

static struct kunit_suite masters_of_suite = {
	.name = "devmed-masters-of",
	.init = devmed_test_begin,
	.exit = devmed_test_end,
	.test_cases = masters_of_cases,
};
kunit_test_init_section_suites(&masters_of_suite);
