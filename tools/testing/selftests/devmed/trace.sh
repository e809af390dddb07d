#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What EL2 refuses can be traced: one event for each, with its reason.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

REMOTE=/sys/kernel/tracing/remotes/hypervisor
EVENT=$REMOTE/events/hypervisor/devmed_refuse

# Any refusal does: EL0 has no business in a region.
provoke() {
	insmod "$MODULES"/devmed_map.ko
	"$HERE"/el0 > /dev/null
	rmmod devmed_map
}

events() {
	grep -c "devmed_refuse[^_].*reason=$1" $REMOTE/trace
}

sum_el0() {
	awk '$2 == "el0" { n += $3 } END { print n + 0 }' $COUNTERS
}

if [ ! -d $EVENT ]; then
	skip "refusals are traced" "EL2 has no tracing without NVHE_EL2_DEBUG"
	tap_done
	exit
fi

provoke
check "no event unless asked for" [ "$(events el0)" -eq 0 ]

echo 1 > $EVENT/enable
echo 1 > $REMOTE/tracing_on
before=$(sum_el0)
provoke
refused=$(($(sum_el0) - before))
echo 0 > $REMOTE/tracing_on
traced=$(events el0)
note "$refused refused, $traced traced"
check "EL0 was refused" [ $refused -gt 0 ]
check "each refusal is an event" [ "$traced" -eq $refused ]
check "fetches have a reason of their own" [ "$(events fetch)" -gt 0 ]
echo 0 > $EVENT/enable

# A command, refused where EL2 mediates the ITS.
its=$(devices | grep '^its@' | head -n 1)
if [ "$(region_mode "$its")" = on ]; then
	echo 1 > ${EVENT}_cmd/enable
	echo 1 > $REMOTE/tracing_on
	insmod "$MODULES"/devmed_edu.ko test=0
	run_module devmed_its_abuse once=1 base="$(region_base "$its")" \
		row="$(devices | grep -n "^$its\$" | awk -F: '{ print $1 - 1 }')"
	rmmod devmed_edu
	echo 0 > $REMOTE/tracing_on
	check "a refused command is an event" \
		[ "$(grep -c 'devmed_refuse_cmd.*reason=cmd-opcode' $REMOTE/trace)" -eq 1 ]
	echo 0 > ${EVENT}_cmd/enable
fi
tap_done
