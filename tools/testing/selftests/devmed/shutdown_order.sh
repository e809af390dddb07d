#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# With initcall_debug: the SMMU's driver binds while devmed settles, before any
# late_initcall, and without being put behind its devices. The case looks at the order
# in which both are shut down, since nobody is left here to do so.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/pci.sh"

disk_reads() {
	[ -b /dev/nvme0n1 ] && [ "$(checksum /dev/nvme0n1)" = "$(cmdline devmed_nvme_sha256)" ]
}

# What the log says between the beginning and the end of devmed_settle().
settling() {
	dmesg | sed -n '/calling  devmed_settle/,/initcall devmed_settle.* returned/p'
}

bound_early() {
	settling | grep -q 'probe of .* with driver arm-smmu-v3 returned 0'
}

check "the SMMU's driver binds before late_initcall" bound_early
check "the SMMU is mediated" [ "$(region_mode "$(devices | grep '^smmuv3@')")" = on ]
check "NVMe is read" until_ok 60 disk_reads
tap_done
