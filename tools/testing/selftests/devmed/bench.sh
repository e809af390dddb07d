#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Costs, for bench.py: run alone, so that the device is new to the ITS.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

insmod "$MODULES"/devmed_edu.ko test=0 && insmod "$MODULES"/devmed_bench.ko
status=$?
if [ $status -eq 0 ]; then
	cat /sys/kernel/debug/devmed_bench
	rmmod devmed_bench
	rmmod devmed_edu
fi
check "the benchmark ran" [ $status -eq 0 ]
for pages in "64 4" "512 4 huge"; do
	"$HERE"/donate $pages > /tmp/donate
	grep '^BENCH' /tmp/donate
	tap_import < /tmp/donate
done
tap_done
