// SPDX-License-Identifier: GPL-2.0-only
/*
 * A short run of the fuzzer, the same each time; `make fuzz` is the long one.
 */
#include <unistd.h>

#include "harness.h"

TEST(fuzz_access)
{
	const char *fuzzer = getenv("FUZZER");

	if (!fuzzer || access(fuzzer, X_OK))
		test_skip("no clang here has libFuzzer (clang-14 and libclang-rt-14-dev do)");
	/* Its own words only if it finds something. */
	execl("/bin/sh", "sh", "-c",
	      "out=$(cd \"${FUZZER%/*}\" && \"$FUZZER\" -seed=1 -runs=20000 "
	      "-max_len=512 -len_control=0 2>&1) || { echo \"$out\" >&2; exit 1; }", NULL);
	abort();
}
