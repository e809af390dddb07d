#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What a mediated machine shows: the regions, an NVMe read that is verified, and
# the MSIs that came through the ITS.

regions=/sys/kernel/debug/devmed/regions
number=0
failed=0

# result text status
result() {
	number=$((number + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		failed=1
	fi
}

parameter() {
	tr ' ' '\n' < /proc/cmdline | sed -n "s/^$1=//p"
}

msis() {
	awk '/ITS/ { for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

before=$(msis)
sum=$(sha256sum /dev/nvme0n1 | cut -d' ' -f1)
[ "$sum" = "$(parameter devmed_nvme_sha256)" ]
result "NVMe: $(($(cat /sys/block/nvme0n1/size) / 2)) KiB read by DMA, sha256 as written" $?
after=$(msis)
[ "$after" -gt "$before" ]
result "ITS: $((after - before)) MSIs for this read" $?
grep ITS /proc/interrupts
if [ -r $regions ]; then
	cat $regions
else
	echo "# nothing is mediated"
fi
echo "1..$number"
exit $failed
