#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# 10,000 pages and more are given to protected guests and come back, while the
# disk and the DMA engine work on others: no fault, no leak, no deadlock. Half as
# many with fewer CPUs than four.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

PAGES=512
ROUNDS=10
GUESTS=2
[ "$(grep -c ^processor /proc/cpuinfo)" -ge 4 ] || ROUNDS=5

# A counter of EL2's; 0 on a kernel without devmed.
counter() {
	[ ! -r "$COUNTERS" ] || sed -n "s/^$1 //p" "$COUNTERS"
	echo 0
}

value() {
	counter "$1" | head -n 1
}

# What EL2 uses of its pages, but for tables of the DMA stage-2; the host adds to them.
el2_pages() {
	echo $(($(value "pool size") - $(value "pool free") - $(value "dma tables")))
}

faults() {
	dmesg | grep -c 'event 0x\|unhandled\|C_BAD\|F_TRANSLATION'
}

checksum() {
	dd if=/dev/nvme0n1 bs=64k iflag=direct 2> /dev/null | sha256sum | cut -d ' ' -f 1
}

# Read the disk until told to stop; each time it has to be right.
load() {
	local want

	want=$(cmdline devmed_nvme_sha256)
	while [ ! -e /tmp/stop ]; do
		[ "$(checksum)" = "$want" ] && echo good || echo bad
	done > /tmp/load
}

# The DMA engine: a page there and back, and MSIs, over and over.
engine() {
	while [ ! -e /tmp/stop ]; do
		insmod "$MODULES"/devmed_edu.ko || echo bad
		sed -n 's/^not ok.*/bad/p; s/^ok.*/good/p' /sys/kernel/debug/devmed_edu
		rmmod devmed_edu
	done > /tmp/engine
}

# round: guests on several CPUs at once, every other in huge pages
round() {
	local n=0 pids="" pid status=0 huge

	while [ $n -lt $GUESTS ]; do
		huge=
		[ $((n % 2)) -eq 0 ] || huge=huge
		"$HERE"/donate $PAGES $ROUNDS $huge > /tmp/donate.$n &
		pids="$pids $!"
		n=$((n + 1))
	done
	for pid in $pids; do
		wait "$pid" || status=1
	done
	while [ $n -gt 0 ]; do
		n=$((n - 1))
		tap_import < /tmp/donate.$n
	done
	return $status
}

rm -f /tmp/stop
[ ! -b /dev/nvme0n1 ] || load &
loader=$!
engine &
engine=$!
before=$(el2_pages)
check "the guests end well" round
touch /tmp/stop
wait $loader
wait $engine

if [ -b /dev/nvme0n1 ]; then
	note "the disk was read $(wc -l < /tmp/load) times meanwhile"
	check "what was read is right, each time" [ "$(sort -u /tmp/load)" = good ]
fi
note "the DMA engine passed $(grep -c good /tmp/engine) tests meanwhile"
check "it passed all of them" [ "$(sort -u /tmp/engine)" = good ]
note "the DMA stage-2 has $(value "dma tables") pages"
check "no DMA has faulted" [ "$(faults)" -eq 0 ]
check "no change of ownership was refused" [ "$(value "dma refused")" -eq 0 ]
check "no page of the host's is out of reach" [ "$(value "dma lost")" -eq 0 ]
check "EL2 uses as many pages as before" [ "$(el2_pages)" -eq "$before" ]
tap_done
