#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A hostile host and its SMMUv3: registers, commands, stream table entries, two
# CPUs at once, pages that change hands. On a kernel that does not mediate it the
# attacks take place, and the tests fail.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/el2.sh"

# Row of a region that is mediated, counted from 0; else -1.
row_of() {
	[ -r $REGIONS ] && sed 1d $REGIONS | awk -v name="$1" '
		$1 == name && $4 == "on" { print NR - 1; found = 1 }
		END { if (!found) print -1 }' || echo -1
}

smmu=$(devices | grep '^smmuv3@' | head -n 1)
hyp=$(hyp_memory)
check "there is an SMMU" [ -n "$smmu" ]
check "it is mediated" [ "$(row_of "${smmu:-none}")" -ge 0 ]
check "EL2's memory is at ${hyp:-an unknown address}" [ -n "$hyp" ]
base=$(region_base "${smmu:-none}" 2> /dev/null)

insmod "$MODULES"/devmed_edu.ko test=0
run_module devmed_smmu_abuse base="${base:-0x9050000}" row="$(row_of "${smmu:-none}")" \
	hyp="${hyp:-0}"
rmmod devmed_edu
tap_done
