// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests that mean something else with other pages than 4 KiB, built again for each
 * size that Linux has, and for speed without sanitizers. Tables of an ITS are of
 * pages of its own, of 4, 16 or 64 KiB with any of them.
 */
#include <unistd.h>

#include "harness.h"

static void run_with_pages(unsigned int shift)
{
	static const char * const tests[] = {
		"idmap_granule", "withdraw_granule", "its_i25", "its_it03", "its_same_interrupts",
		"its_series", "gicr_hotplug", "smmu_granule",
	};
	const char *dir = getenv("GRANULES");
	char command[512];
	unsigned int i;

	if (PAGE_SHIFT != 12 || !dir)
		test_skip("only as part of all");
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		snprintf(command, sizeof(command),
			 "out=$(TEST=%s \"%s/pages%u/devmed-test\" 2>&1) || { echo \"$out\" >&2; exit 1; }",
			 tests[i], dir, shift);
		ASSERT_EQ(system(command), 0);
	}
}

TEST(granules_16k)
{
	run_with_pages(14);
}

TEST(granules_64k)
{
	run_with_pages(16);
}
