#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What a mediated machine shows: an NVMe read that is verified, the MSIs that came
# through the ITS, attacks by way of both devices, and what EL2 answered.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/el2.sh"

msis() {
	awk '/ITS/ { for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

# A device reads and writes EL2's memory: stage 1 is the host's to set up.
attack_by_dma() {
	local refused=- what="nothing is between them"

	if [ "$(region_mode "$(devices | grep '^smmuv3@')")" = on ]; then
		refused=rw what="the SMMU is mediated"
	fi
	note "a hostile host has a device read and write EL2's records of pages; $what"
	dmesg -n 3
	run_module devmed_dma name="EL2's-records" refused=$refused smmu="$(smmu_base)" \
		phys="$(hyp_record)"
	dmesg -n 5
	dmesg | awk '/arm-smmu-v3.* event: / { sub(/.* event: /, ""); event = $0 }
		     /arm-smmu-v3.* unpriv data / && !seen[$5]++ { print "# the SMMU reports, of a " $5 ": " event }'
}

# A vPE whose pending bits are to be in memory of the host's choice.
attack_by_command() {
	local its

	its=$(devices | grep '^its@')
	[ "$(region_mode "$its")" = on ] || return
	note "a hostile host posts VMAPP; the ITS is mediated"
	insmod "$MODULES"/devmed_its_abuse.ko once=1 base="$(region_base "$its")" \
		row="$(sed 1d $REGIONS | awk -v its="$its" '$1 == its { print NR - 1 }')"
	check "ITS: VMAPP is refused, and the next commands work" \
		grep -q '^ok - IC19' /sys/kernel/debug/devmed_its_abuse
	rmmod devmed_its_abuse
}

before=$(msis)
sum=$(sha256sum /dev/nvme0n1 | cut -d' ' -f1)
check "NVMe: $(($(cat /sys/block/nvme0n1/size) / 2)) KiB read by DMA, sha256 as written" \
	[ "$sum" = "$(cmdline devmed_nvme_sha256)" ]
after=$(msis)
check "ITS: $((after - before)) MSIs for this read" [ "$after" -gt "$before" ]
grep ITS /proc/interrupts

insmod "$MODULES"/devmed_edu.ko test=0
attack_by_dma
attack_by_command
rmmod devmed_edu

cat $REGIONS
note "command by command: passed as it is, rewritten for hardware, refused and why"
grep "cmd-.* [1-9]" $COUNTERS
tap_done
