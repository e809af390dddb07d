#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The drivers of the SMMU and of NVMe are modules that nobody has loaded yet: NVMe
# waits for the SMMU, and is behind it then.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/pci.sh"

KERNEL=/lib/modules-kernel

deferred() {
	grep -q "$1" /sys/kernel/debug/devices_deferred
}

nvme=$(find_pci 0x1b36:0x0010)
check "the SMMU is mediated" [ "$(region_mode "$(devices | grep '^smmuv3@')")" = on ]
insmod $KERNEL/nvme-core.ko
insmod $KERNEL/nvme.ko
check "NVMe waits for the SMMU" until_ok 10 deferred "$nvme"
check "it has no driver" [ ! -e "$PCI/$nvme/driver" ]
check "the SMMU's driver is loaded" insmod $KERNEL/arm_smmu_v3.ko
check "NVMe has a disk" until_ok 60 [ -b /dev/nvme0n1 ]
tap_done
