#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Register pages beside those of an SMMU: user space reaches nothing there, though
# /dev/mem maps them. The kernel's accesses are abuse.sh's.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

refuses() {
	! devmem "$@" 2> /dev/null
}

pages=$(regions | grep '^smmuv3-page@')
check "there are such pages" [ -n "$pages" ]
for page in $pages; do
	before=$(region_column "$page" 7)
	for offset in 0 0xffc; do
		address=$(printf 0x%x $(($(region_base "$page") + offset)))
		check "$page: no read at $offset" refuses "$address" 32
		check "$page: no write at $offset" refuses "$address" 32 0
	done
	check "$page: each was counted" [ $(($(region_column "$page" 7) - before)) -eq 4 ]
done
tap_done
