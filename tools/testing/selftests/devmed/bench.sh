#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Costs, for bench.py: run alone, so that the device is new to the ITS.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

MARK=/sys/kernel/debug/devmed_mark
PAGES=64
GUESTS=4

# give_pages PAGES GUESTS [huge]: what a page costs that a guest gets.
give_pages() {
	"$HERE"/donate "$@" > /tmp/donate
	grep '^BENCH' /tmp/donate
	tap_import < /tmp/donate
}

insmod "$MODULES"/devmed_edu.ko test=0 && insmod "$MODULES"/devmed_bench.ko
status=$?
if [ $status -eq 0 ]; then
	cat /sys/kernel/debug/devmed_bench
	rmmod devmed_bench
	# As bench_run.c marks its rows: EDU_MARK_BEGIN and EDU_MARK_END of row 255.
	echo $((0xbe0000ff)) > $MARK
	give_pages $PAGES $GUESTS
	echo $((0xbf0000ff)) > $MARK
	echo "BENCH: donate_page.mark 255 number"
	echo "BENCH: donate_page.share $((PAGES * GUESTS)) pages"
	rmmod devmed_edu
fi
check "the benchmark ran" [ $status -eq 0 ]
# A folio is withdrawn at once.
give_pages 512 4 huge
# With a stream table of its own, and more pages in the pool: so it comes last.
if insmod "$MODULES"/devmed_time.ko; then
	cat /sys/kernel/debug/devmed_time
	rmmod devmed_time
else
	status=1
fi
check "the longest traps were measured" [ $status -eq 0 ]
tap_done
