#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own test of suspend, and a kernel that would follow this one.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

# What the kernel can do without going to sleep for good, at that depth.
suspend() {
	echo "$1" > /sys/power/pm_test && echo freeze > /sys/power/state
}

if [ -e /sys/power/pm_test ]; then
	echo 0 > /sys/module/suspend/parameters/pm_test_delay
	insmod "$MODULES"/devmed_msi.ko
	for depth in freezer devices platform; do
		check "suspended to idle as far as $depth" suspend $depth
		check "MSIs arrive" sh -c 'echo 20 > /sys/module/devmed_msi/parameters/raise'
	done
	rmmod devmed_msi
	check "nothing was refused" [ "$(refusals)" -eq 0 ]
else
	skip "suspend" "CONFIG_PM_DEBUG is off"
fi
if [ -e /sys/kernel/kexec_loaded ]; then
	"$HERE"/kexec > /tmp/kexec.tap
	tap_import < /tmp/kexec.tap
else
	skip "kexec" "CONFIG_KEXEC is off"
fi
tap_done
