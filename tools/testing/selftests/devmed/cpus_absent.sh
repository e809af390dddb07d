#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# CPUs that were not up when KVM took the redistributors: theirs are denied, and the
# CPUs cannot come up any more, as with protected KVM alone.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

CPUS=/sys/devices/system/cpu

# -EINVAL, which is KVM's answer in the place of firmware's.
is_refused() {
	{ echo 1 > "$CPUS/$1/online"; } 2>&1 | grep -q 'Invalid argument'
}

check "one CPU is up" [ "$(cat $CPUS/online)" = 0 ]
for cpu in $(cd $CPUS && ls -d cpu[1-9]*); do
	check "$cpu does not come up: -EINVAL" is_refused "$cpu"
done
check "there is a redistributor for each" \
	[ "$(devices | grep -c '^gicr@')" -eq "$(ls -d $CPUS/cpu[0-9]* | wc -l)" ]
check "the one of the CPU that is up is mediated" \
	[ "$(region_mode "$(devices | grep '^gicr@' | head -n 1)")" = on ]
for region in $(devices | grep '^gicr@' | sed 1d); do
	check "$region is denied" [ "$(region_mode "$region")" = denied ]
done
check "nothing was refused" [ "$(refusals)" -eq 0 ]
tap_done
