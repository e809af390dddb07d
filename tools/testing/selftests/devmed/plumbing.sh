#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the command line asks for is what EL2 does, and what the tables in
# debugfs say.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

CPUS=/sys/devices/system/cpu

# The modes that a device may be in.
wanted_modes() {
	case $1,$(cmdline "devmed.$1") in
	*,off)		echo off ;;
	*,forward)	echo forward ;;
	*)		echo on ;;
	esac
}

mode_is_one_of() {
	case " $2 " in
	*" $(region_mode "$1") "*)	return 0 ;;
	esac
	return 1
}

# Offline and online again: what makes the driver use its redistributor.
cycle_cpu() {
	local online=$CPUS/cpu$1/online

	echo 0 > $online && echo 1 > $online
}

# Each in turn, the others staying.
cycle_cpus() {
	local cpu

	for cpu in $(seq 0 $(($(nproc) - 1))); do
		cycle_cpu "$cpu"
	done
}

# CPUs that the machine has, online or not.
possible_cpus() {
	ls -d $CPUS/cpu[0-9]* | wc -l
}

# Make the drivers use everything.
work() {
	local disk

	[ "$(nproc)" -gt 1 ] && cycle_cpus
	for disk in /dev/nvme0n1 /dev/vda; do
		[ -b $disk ] && dd if=$disk of=/dev/null bs=64k count=16 iflag=direct 2> /dev/null
	done
	insmod "$MODULES"/devmed_edu.ko && rmmod devmed_edu
}

check "there is a table of regions" [ -r $REGIONS ]
check "there is a table of counters" [ -r $COUNTERS ]
check "it names its columns" \
	sh -c "head -n 1 $REGIONS | grep -qE '^name +base +size +mode +reads +writes +refused'"

for kind in its gicr smmuv3; do
	device=$(devices | grep "^$kind@" | head -n 1)
	parameter=$kind
	[ $kind = gicr ] && parameter=its
	modes=$(wanted_modes $parameter)
	check "$kind: the device was found" [ -n "$device" ]
	check "$kind: its mode is $modes" mode_is_one_of "$device" "$modes"
	check "$kind: it is in the log" in_log "$device"
	value=$(cmdline "devmed.$parameter")
	case $value in
	on|forward|off|"")	;;
	*)	check "$kind: the log names the unknown value $value" \
			sh -c "dmesg | grep -q 'devmed.$parameter=$value: unknown value'" ;;
	esac
done
# What is off is not looked at.
[ "$(cmdline devmed.its)" = off ] || check "there is a redistributor for each CPU" \
	[ "$(devices | grep -c '^gicr@')" -eq "$(possible_cpus)" ]

# How many redistributors are in a mode.
redistributors() {
	devices | grep '^gicr@' | while read -r device; do
		region_mode "$device"
	done | grep -c "^$1\$"
}

# Those of CPUs that never came up are nobody's.
if [ "$(region_mode "$(devices | grep '^gicr@' | head -n 1)")" = on ]; then
	check "the redistributors of the $(nproc) CPUs that are up are mediated" \
		[ "$(redistributors on)" -eq "$(nproc)" ]
	check "all others are denied" \
		[ "$(redistributors denied)" -eq $(($(possible_cpus) - $(nproc))) ]
fi

for device in $(devices); do
	case $(region_mode "$device") in
	off)	check "$device: nothing is counted" [ "$(accesses "$device")" -eq 0 ] ;;
	esac
done

# Which regions the drivers use: VLPI_base only when a CPU comes up first, RD_base
# when it comes up again, a page beside an SMMU never.
is_used() {
	case $1 in
	gicr-vlpi@*|smmuv3-page@*)	return 1 ;;
	gicr@*)		[ "$(nproc)" -gt 1 ] ;;
	esac
}

for region in $(regions); do
	accesses "$region" > "/tmp/before-$region"
done
work
for region in $(regions); do
	before=$(cat "/tmp/before-$region")
	after=$(accesses "$region")
	is_used "$region" && check "$region: accesses of the drivers are counted ($before, $after)" \
		[ "$after" -gt "$before" ]
	check "$region: the table agrees with the counters" \
		[ $(($(region_column "$region" 5) + $(region_column "$region" 6))) -ge "$after" ]
	check "$region: nothing that the drivers do is refused" \
		[ "$(region_column "$region" 7)" -eq 0 ]
done

check "EL2 resolved every abort" [ "$(counter hyp unresolved)" = 0 ]
tap_done
