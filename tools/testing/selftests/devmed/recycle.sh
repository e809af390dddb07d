#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run EL2 out of page-table pages for MMIO; the regions stay mediated.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

# With 64 KiB pages a handful of holes is enough; with 4 KiB pages and blocks
# of 1 GiB or more, the whole address space may not be.
required=
[ "$(cmdline devmed_recycle)" = required ] && required=required

"$HERE"/recycle $required > /tmp/recycle.tap
status=$?
tap_import < /tmp/recycle.tap
check "recycle ran to its end" [ $status -eq 0 ]

# The drivers' own accesses trap as before.
disk=
for d in /dev/nvme0n1 /dev/vda; do
	[ -b $d ] && disk=$d && break
done
if [ -z "$disk" ]; then
	skip "the drivers' accesses still trap" "no disk"
else
	for region in $(regions); do
		case $region in
		smmuv3@*)	;;
		*)		continue ;;
		esac
		before=$(accesses "$region")
		dd if=$disk of=/dev/null bs=64k count=16 iflag=direct 2> /dev/null
		after=$(accesses "$region")
		check "$region: the driver's accesses still trap" [ "$after" -gt "$before" ]
	done
fi
tap_done
