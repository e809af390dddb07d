// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUs that an IORT describes. Part of ../smmuv3/smmu-host.c.
 */
#include "iort.h"
#include "saved.h"

/* EL2 takes everything; no register of theirs is read. */
static void smmu_test_begin(struct kunit *test)
{
	kunit_activate_static_stub(test, devmed_hcall_setup, devmed_test_setup_ok);
	if (devmed_wanted_mode(DEVMED_CLASS_SMMUV3) != DEVMED_FORWARD)
		kunit_skip(test, "SMMUs that are on are read: boot with devmed.smmuv3=forward");
}

static void __init smmu_iort(struct kunit *test)
{
	struct acpi_table_iort *iort = iort_new(test);
	struct acpi_iort_smmu_v3 *smmu;
	const struct devmed_claim *claim;

	smmu_test_begin(test);
	iort_add_smmu(iort, 0xe0000000);
	smmu = (void *)iort_add_smmu(iort, 0xe0100000)->node_data;
	smmu->flags = ACPI_IORT_SMMU_V3_COHACC_OVERRIDE;
	smmu->model = ACPI_IORT_SMMU_V3_CAVIUM_CN99XX;
	smmu->event_gsiv = 74;
	smmu->pri_gsiv = 75;
	smmu->gerr_gsiv = 76;
	smmu->sync_gsiv = 77;
	smmu_parse_iort(iort);
	KUNIT_ASSERT_EQ(test, devmed_nr_claims, 2);
	claim = devmed_find_claim(DEVMED_CLASS_SMMUV3, 0xe0000000);
	KUNIT_ASSERT_NOT_NULL(test, claim);
	KUNIT_EXPECT_EQ(test, claim->size, SZ_128K);
	KUNIT_EXPECT_EQ(test, claim->start_arg, 0);
	claim = devmed_find_claim(DEVMED_CLASS_SMMUV3, 0xe0100000);
	KUNIT_ASSERT_NOT_NULL(test, claim);
	KUNIT_EXPECT_EQ(test, claim->size, SZ_64K);
	KUNIT_EXPECT_EQ(test, claim->start_arg, DEVMED_SMMUV3_COHERENT | DEVMED_SMMUV3_WIRED);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 0);
}

/* Nodes of other types, RMR among them, are none of its business. */
static void __init smmu_iort_others(struct kunit *test)
{
	struct acpi_table_iort *iort = iort_new(test);

	smmu_test_begin(test);
	iort_add(iort, ACPI_IORT_NODE_ITS_GROUP, 8, 0);
	iort_add(iort, ACPI_IORT_NODE_RMR, 12, 1);
	iort_add(iort, 255, 0, 0);
	smmu_parse_iort(iort);
	KUNIT_EXPECT_EQ(test, devmed_nr_claims, 0);
	iort_add_smmu(iort, 0xe0000000);
	smmu_parse_iort(iort);
	KUNIT_EXPECT_EQ(test, devmed_nr_claims, 1);
}

static struct kunit_case __refdata smmu_host_cases[] = {
	KUNIT_CASE(smmu_iort),
	KUNIT_CASE(smmu_iort_others),
	{ }
};

static struct kunit_suite smmu_host_suite = {
	.name = "devmed-smmu-host",
	.init = devmed_test_begin,
	.exit = devmed_test_end,
	.test_cases = smmu_host_cases,
};
kunit_test_init_section_suites(&smmu_host_suite);
