// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options that do not exist, and what EL2 is told. Part of ../policy.c.
 */
#include "saved.h"

static void __init policy_options(struct kunit *test)
{
	devmed_check_options("quiet devmed.its=on devmed.smmuv3=off devmed.pool root=/dev/x");
	devmed_check_options("devmed.trusted-dma=a devmed_case=x devmedx.y=1 xdevmed.y=1");
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 0);
	devmed_check_options("devmed.polcy=require \"devmed.smmuv3_page=4K b\"");
	devmed_check_options("quiet -- devmed.nothing=1");
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 2);
}

static u64 policy_told[2] __initdata;
static long policy_answer __initdata;

static long __init policy_hcall(enum devmed_setup_op op, u64 x2, u64 x3, u64 x4, u64 x5)
{
	if (op != DEVMED_SETUP_POLICY)
		return -EINVAL;
	policy_told[0] = x2;
	policy_told[1] = x3;

	return policy_answer;
}

static void __init policy_is_told(struct kunit *test)
{
	kunit_activate_static_stub(test, devmed_hcall_setup, policy_hcall);
	devmed_note_missing("its@1", "for a test");
	devmed_note_misread("IORT", "for a test");
	devmed_set_policy();
	KUNIT_EXPECT_EQ(test, policy_told[0], devmed_wants_require());
	KUNIT_EXPECT_GE(test, policy_told[1], 2);

	/* EL2 refuses guests then; the log says why. */
	policy_answer = -EPERM;
	devmed_set_policy();
	policy_answer = 0;
}

static void __init policy_counts(struct kunit *test)
{
	devmed_test_smmu(0x1000, DEVMED_ON);
	devmed_test_smmu(0x2000, DEVMED_FORWARD);
	devmed_note_missing("its@1", "for a test");
	KUNIT_EXPECT_EQ(test, devmed_count_unmediated(), 2);
}

static struct kunit_case __refdata policy_cases[] = {
	KUNIT_CASE(policy_options),
	KUNIT_CASE(policy_is_told),
	KUNIT_CASE(policy_counts),
	{ }
};

static struct kunit_suite policy_suite = {
	.name = "devmed-policy",
	.init = devmed_test_begin,
	.exit = devmed_test_end,
	.test_cases = policy_cases,
};
kunit_test_init_section_suites(&policy_suite);
