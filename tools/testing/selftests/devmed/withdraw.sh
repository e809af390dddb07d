#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A guest's memory leaves the reach of devices at once, and what a device uses
# does not.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

MIB=256

value() {
	sed -n "s/^$1 //p" "$COUNTERS"
}

faults() {
	dmesg | grep -c 'event 0x\|unhandled\|C_BAD\|F_TRANSLATION'
}

check "huge pages are to be had" grep -q '\[always\]\|\[madvise\]' \
	/sys/kernel/mm/transparent_hugepage/enabled
insmod "$MODULES"/devmed_edu.ko test=0
insmod "$MODULES"/devmed_pin.ko
"$HERE"/withdraw $MIB > /tmp/withdraw
check "guests come and go" [ $? -eq 0 ]
tap_import < /tmp/withdraw
rmmod devmed_pin
rmmod devmed_edu
check "no DMA has faulted" [ "$(faults)" -eq 0 ]
check "no change of ownership was refused" [ "$(value "dma refused")" -eq 0 ]
check "no page of the host's is out of reach" [ "$(value "dma lost")" -eq 0 ]
tap_done
