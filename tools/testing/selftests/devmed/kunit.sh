#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Results of the unit tests of devmed's host part, which ran at boot: they need what
# the kernel throws away after that.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

KUNIT=/sys/kernel/debug/kunit
# The suites that there are; one that did not run is not passed.
SUITES="claim iort its-host masters-of others param policy smmu-host"
# Fewer results than that are not all of them.
TESTS=37

# One suite's results, without numbers; what was skipped is no result.
results() {
	sed -n "s/^    \(not ok\|ok\) [0-9]* /\1 - devmed-$1: /p" "$KUNIT/devmed-$1/results" |
		grep -v '# SKIP'
}

if [ ! -d $KUNIT ] || [ "$(cmdline kunit.enable)" != 1 ]; then
	skip "unit tests" "CONFIG_KUNIT is off, or kunit.enable is not set"
	tap_done
	exit
fi

for suite in $SUITES; do
	check "devmed-$suite ran" [ -r "$KUNIT/devmed-$suite/results" ]
	sed -n "s/^    ok [0-9]* \(.*\) # SKIP \(.*\)/# devmed-$suite: \1: \2/p" "$KUNIT/devmed-$suite/results"
	results "$suite" > "/tmp/kunit-$suite.tap"
	tap_import < "/tmp/kunit-$suite.tap"
	sed -n '/^    # .*\(EXPECT\|ASSERT\)/,/^    [^#]/p' "$KUNIT/devmed-$suite/results"
done
check "no test is missing" [ "$(cat /tmp/kunit-*.tap | wc -l)" -ge $TESTS ]
tap_done
