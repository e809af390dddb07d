#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What a mediated machine shows: an NVMe read that is verified, the MSIs that came
# through the ITS, an attack on it, and what EL2 answered.

regions=/sys/kernel/debug/devmed/regions
counters=/sys/kernel/debug/devmed/counters
modules=/lib/modules-devmed
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
if [ ! -r $regions ]; then
	echo "# nothing is mediated"
	echo "1..$number"
	exit $failed
fi

# A hostile host: a vPE whose pending bits are to be in memory of its choice.
set -- $(awk '$1 ~ /^its@/ { print $1, $2, NR - 2; exit }' $regions)
insmod $modules/devmed_edu.ko test=0
insmod $modules/devmed_its_abuse.ko once=1 base="$2" row="$3"
grep -q '^ok - IC19' /sys/kernel/debug/devmed_its_abuse
result "ITS: VMAPP, posted by a hostile module, is refused and the next commands work" $?
rmmod devmed_its_abuse devmed_edu
cat $regions
echo "# $1, command by command: passed as it is, rewritten with EL2's memory, refused and why"
grep "^$1 cmd-.* [1-9]" $counters
echo "1..$number"
exit $failed
