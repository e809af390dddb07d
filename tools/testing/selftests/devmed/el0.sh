#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Accesses of mediated regions from EL0, and the pages next to them.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

mode=
its=$(regions | grep '^its@' | head -n 1)
[ -n "$its" ] && direct_reads "$its" && mode=direct

insmod "$MODULES"/devmed_map.ko
"$HERE"/el0 $mode > /tmp/el0.tap
status=$?
rmmod devmed_map
tap_import < /tmp/el0.tap
check "el0 ran to its end" [ $status -eq 0 ]
tap_done
