#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The machine restarts with its devices in use; the case looks for the kernel's
# last words, so this has to end like a script that returned.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

insmod "$MODULES"/devmed_msi.ko
check "MSIs arrive" sh -c "echo 5 > /sys/module/devmed_msi/parameters/raise"
tap_done
echo "# end reboot.sh 0"
echo "devmed-init: done 0"
reboot -f
