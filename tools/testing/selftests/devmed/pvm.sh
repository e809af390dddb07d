#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A protected guest runs, keeps its memory to itself, and gets no device.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

"$HERE"/pvm > /tmp/pvm.tap
status=$?
tap_import < /tmp/pvm.tap
check "pvm ran to its end" [ $status -eq 0 ]

for region in $(regions); do
	"$HERE"/pvm --device "$(region_base "$region")" | sed "s/pvm:/$region:/" > /tmp/pvm.tap
	tap_import < /tmp/pvm.tap
done
tap_done
