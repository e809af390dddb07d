// SPDX-License-Identifier: GPL-2.0-only
/*
 * A short run of each fuzzer, the same each time; `make fuzz` is the long one.
 */
#include <unistd.h>

#include "harness.h"

/* Its own words only if it finds something. */
static void run_fuzzer(const char *name, const char *options)
{
	const char *dir = getenv("FUZZERS");
	char command[512];

	snprintf(command, sizeof(command), "%s/%s", dir ? dir : ".", name);
	if (access(command, X_OK))
		test_skip("no clang here has libFuzzer (clang-14 and libclang-rt-14-dev do)");
	snprintf(command, sizeof(command),
		 "out=$(cd \"%s\" && ./%s -seed=1 %s 2>&1) || { echo \"$out\" >&2; exit 1; }",
		 dir ? dir : ".", name, options);
	execl("/bin/sh", "sh", "-c", command, NULL);
	abort();
}

TEST(fuzz_access)
{
	run_fuzzer("fuzz_access", "-runs=20000 -max_len=512 -len_control=0");
}

TEST(fuzz_its)
{
	run_fuzzer("fuzz_its", "-runs=800 -max_len=1024 -len_control=0");
}

TEST(fuzz_smmu)
{
	run_fuzzer("fuzz_smmu", "-runs=600 -max_len=512 -len_control=0");
}

/* Of another kind: see fuzz_smmu.c. */
TEST(fuzz_smmu_other)
{
	setenv("FUZZ_SMMU", "1", 1);
	run_fuzzer("fuzz_smmu", "-runs=300 -max_len=512 -len_control=0");
}

TEST(fuzz_smmu_drawn)
{
	setenv("FUZZ_SMMU", "4", 1);
	run_fuzzer("fuzz_smmu", "-runs=300 -max_len=512 -len_control=0");
}
