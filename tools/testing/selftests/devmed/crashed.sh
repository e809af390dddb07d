#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel after the one that crashed in crash.sh. It finds an SMMU that works.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/pci.sh"

disk_reads() {
	[ -b /dev/nvme0n1 ] && [ "$(checksum /dev/nvme0n1)" = "$(cmdline devmed_nvme_sha256)" ]
}

check "this kernel follows another one" [ -e /proc/device-tree/chosen/linux,elfcorehdr ]
check "the SMMU has a driver" [ -n "$(ls /sys/class/iommu)" ]
check "NVMe: its disk is read" until_ok 10 disk_reads
insmod "$MODULES"/devmed_edu.ko test=0
run_module devmed_dma smmu="$(cmdline devmed_smmu)"
rmmod devmed_edu
# For oracle.sh, which comes next: memory of this kernel's, and of EL2's. There are
# no events to tell a fault by: after a crash the driver has no event queue.
note "canary $(sed -n 's/^ *\([0-9a-f]*\)-.*System RAM/0x\1/p' /proc/iomem | head -n 1)"
note "hyp $(cmdline devmed_hyp)"
tap_done
