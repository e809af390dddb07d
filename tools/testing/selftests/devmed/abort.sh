#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# An SMMUv3 that answers each access with an abort, forwarded: see abort_main.c. On a
# kernel in which such an abort is fatal at EL2, the machine ends here.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

row=0
for region in $(regions); do
	[ "$region" != smmuv3@b000000 ] || break
	row=$((row + 1))
done
check "there is an SMMUv3 that is absent" [ "$region" = smmuv3@b000000 ]

before=$(counter hyp aborts)
run_module devmed_abort base=0xb000000 row=$row
check "T19: EL2 counts its own aborts" [ $(($(counter hyp aborts) - before)) -ge 5000 ]
tap_done
