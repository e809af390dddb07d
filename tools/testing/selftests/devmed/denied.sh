#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Frames of the GIC that no driver uses: out of everybody's reach, and in nobody's
# way. CPUs whose redistributors are behind denied ones go and come back.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

CPUS=/sys/devices/system/cpu

denied() {
	devices | while read -r device; do
		[ "$(region_mode "$device")" != denied ] || echo "$device"
	done
}

is_out_of_reach() {
	! devmem "$1" 32 2> /dev/null && ! devmem "$1" 32 0 2> /dev/null
}

cycle_cpu() {
	echo 0 > "$1/online" && echo 1 > "$1/online" && [ "$(cat "$1/online")" = 1 ]
}

check "something is denied" [ -n "$(denied)" ]
for device in $(denied); do
	before=$(counter "$device" el0)
	check "$device: no process reaches it" is_out_of_reach "$(region_base "$device")"
	check "$device: that was counted" [ "$(counter "$device" el0)" -eq $((before + 2)) ]
done

for cpu in "$CPUS"/cpu[0-9]*; do
	[ "$(cat "$cpu/online" 2> /dev/null)" = 1 ] || continue
	check "${cpu##*/} goes and comes back" cycle_cpu "$cpu"
done
check "each finds its redistributor" \
	sh -c "! dmesg | grep -q 'has no re-distributor\|No redistributor present'"
tap_done
