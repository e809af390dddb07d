// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims: those that EL2 takes, those that it refuses, and more than there is room
 * for. Part of ../claim.c.
 */
#include <asm/virt.h>

#include "saved.h"

static void claim_is_taken(struct kunit *test)
{
	struct devmed_claim *claim;

	kunit_activate_static_stub(test, devmed_hcall_setup, devmed_test_setup_ok);
	claim = devmed_add_claim(DEVMED_CLASS_ITS, 0x8080000, SZ_128K);
	KUNIT_ASSERT_NOT_NULL(test, claim);
	if (devmed_wanted_mode(DEVMED_CLASS_ITS) == DEVMED_OFF)
		kunit_skip(test, "ITSs are off");
	KUNIT_EXPECT_EQ(test, claim->mode, DEVMED_FORWARD);
	KUNIT_EXPECT_EQ(test, claim->region, 7);
	KUNIT_EXPECT_STREQ(test, claim->name, "its@8080000");
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 0);
	KUNIT_EXPECT_PTR_EQ(test, devmed_find_claim(DEVMED_CLASS_ITS, 0x8080000), claim);
	KUNIT_EXPECT_NULL(test, devmed_find_claim(DEVMED_CLASS_GICR, 0x8080000));
	KUNIT_EXPECT_EQ(test, devmed_start_class(DEVMED_CLASS_ITS), 0);
	KUNIT_EXPECT_EQ(test, claim->mode, DEVMED_ON);
	devmed_stop_class(DEVMED_CLASS_ITS, -EBUSY);
	KUNIT_EXPECT_EQ(test, claim->mode, DEVMED_FORWARD);
	KUNIT_EXPECT_EQ(test, claim->error, -EBUSY);
}

/* EL2 has refused all since the trusted phase is over: the real answer. */
static void claim_is_refused(struct kunit *test)
{
	struct devmed_claim *claim;

	if (devmed_wanted_mode(DEVMED_CLASS_ITS) == DEVMED_OFF ||
	    !is_pkvm_initialized())
		kunit_skip(test, "ITSs are off");
	claim = devmed_add_claim(DEVMED_CLASS_ITS, 0x8080000, SZ_128K);
	KUNIT_ASSERT_NOT_NULL(test, claim);
	KUNIT_EXPECT_EQ(test, claim->mode, DEVMED_FAILED);
	KUNIT_EXPECT_EQ(test, claim->error, -EPERM);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 1);
	KUNIT_EXPECT_EQ(test, devmed_start_class(DEVMED_CLASS_ITS), -ENODEV);
}

/* EL2 answers DEVMED_SETUP_START with an error, or a number of the backend's. */
static long claim_start_fails(enum devmed_setup_op op, u64 x2, u64 x3, u64 x4, u64 x5)
{
	return op == DEVMED_SETUP_START ? x3 : 7;
}

static void claim_does_not_start(struct kunit *test)
{
	struct devmed_claim *claim = devmed_test_smmu(0x9050000, DEVMED_FORWARD);

	kunit_activate_static_stub(test, devmed_hcall_setup, claim_start_fails);
	KUNIT_EXPECT_EQ(test, devmed_start_claim(claim, -ENOMEM, 0), -ENOMEM);
	KUNIT_EXPECT_EQ(test, claim->mode, DEVMED_FORWARD);
	KUNIT_EXPECT_EQ(test, devmed_start_claim(claim, DEVMED_SMMUV3_STAGES, 0),
			DEVMED_SMMUV3_STAGES);
	KUNIT_EXPECT_EQ(test, claim->mode, DEVMED_FORWARD);
	KUNIT_EXPECT_EQ(test, devmed_start_claim(claim, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, claim->mode, DEVMED_ON);
}

static void claim_too_many(struct kunit *test)
{
	unsigned int i;

	kunit_activate_static_stub(test, devmed_hcall_setup, devmed_test_setup_ok);
	for (i = 0; i < DEVMED_MAX_REGIONS; i++)
		devmed_test_smmu(SZ_1M * i, DEVMED_ON);
	KUNIT_EXPECT_NULL(test, devmed_add_claim(DEVMED_CLASS_ITS, SZ_1G, SZ_128K));
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 1);
	KUNIT_EXPECT_EQ(test, devmed_nr_claims, DEVMED_MAX_REGIONS);
}

static struct kunit_case claim_cases[] = {
	KUNIT_CASE(claim_is_taken),
	KUNIT_CASE(claim_is_refused),
	KUNIT_CASE(claim_does_not_start),
	KUNIT_CASE(claim_too_many),
	{ }
};

static struct kunit_suite claim_suite = {
	.name = "devmed-claim",
	.init = devmed_test_begin,
	.exit = devmed_test_end,
	.test_cases = claim_cases,
};
kunit_test_init_section_suites(&claim_suite);
