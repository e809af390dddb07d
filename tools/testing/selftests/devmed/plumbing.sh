#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the command line asks for is what EL2 does, and what the tables in
# debugfs say.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

# The mode that a device has to be in. Until a backend exists "on" forwards.
wanted_mode() {
	case $(cmdline "devmed.$1") in
	off)	echo off ;;
	*)	echo forward ;;
	esac
}

mode_is() {
	[ "$(region_mode "$1")" = "$2" ]
}

# Make the drivers use both devices.
work() {
	local disk

	for disk in /dev/nvme0n1 /dev/vda; do
		[ -b $disk ] && dd if=$disk of=/dev/null bs=64k count=16 iflag=direct 2> /dev/null
	done
	insmod "$MODULES"/devmed_edu.ko && rmmod devmed_edu
}

check "there is a table of regions" [ -r $REGIONS ]
check "there is a table of counters" [ -r $COUNTERS ]
check "it names its columns" \
	sh -c "head -n 1 $REGIONS | grep -qE '^name +base +size +mode +reads +writes +refused'"

for kind in its smmuv3; do
	device=$(devices | grep "^$kind@" | head -n 1)
	mode=$(wanted_mode $kind)
	check "$kind: the device was found" [ -n "$device" ]
	check "$kind: its mode is $mode" mode_is "$device" "$mode"
	check "$kind: it is in the log" sh -c "dmesg | grep -q 'devmed: $device: '"
	value=$(cmdline "devmed.$kind")
	case $value in
	on|forward|off|"")	;;
	*)	check "$kind: the log names the unknown value $value" \
			sh -c "dmesg | grep -q 'devmed.$kind=$value: unknown value'" ;;
	esac
done

for device in $(devices); do
	case $(region_mode "$device") in
	off)	check "$device: nothing is counted" [ "$(accesses "$device")" -eq 0 ] ;;
	esac
done

for region in $(regions); do
	before=$(accesses "$region")
	work
	after=$(accesses "$region")
	check "$region: accesses of the drivers are counted ($before, $after)" \
		[ "$after" -gt "$before" ]
	check "$region: the table agrees with the counters" \
		[ $(($(region_column "$region" 5) + $(region_column "$region" 6))) -ge "$after" ]
	check "$region: nothing that the drivers do is refused" \
		[ "$(region_column "$region" 7)" -eq 0 ]
done

check "EL2 resolved every abort" [ "$(counter hyp unresolved)" = 0 ]
tap_done
