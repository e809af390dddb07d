#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# CPUs go and come while each of them reads the tables of devmed.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

CPUS=/sys/devices/system/cpu
nr=$(nproc)

# Until the file is gone.
read_tables() {
	while [ -e /tmp/reading ]; do
		cat $REGIONS $COUNTERS > /dev/null || return
	done
}

all_off() {
	for cpu in $(seq 1 $((nr - 1))); do
		echo 0 > $CPUS/cpu"$cpu"/online || return
	done
	[ "$(cat $CPUS/online)" = 0 ]
}

all_on() {
	for cpu in $(seq 1 $((nr - 1))); do
		echo 1 > $CPUS/cpu"$cpu"/online || return
	done
	[ "$(nproc)" -eq "$nr" ]
}

touch /tmp/reading
readers=
for reader in $(seq "$nr"); do
	read_tables &
	readers="$readers $!"
done
for round in 1 2; do
	check "round $round: one CPU is left of $nr" all_off
	check "round $round: all are back" all_on
done
rm /tmp/reading
for reader in $readers; do
	check "a reader met no error" wait "$reader"
done
check "nothing was refused" [ "$(refusals)" -eq 0 ]
check "EL2 had all the pages that it asked for" [ "$(counter pool failed)" = 0 ]
tap_done
