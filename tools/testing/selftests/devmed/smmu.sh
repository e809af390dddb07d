#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Devices behind the SMMUv3 come and go, and change from one kind of domain to
# the other: a stage 1, and none. Nothing that drivers ask for is refused, no DMA
# faults, and EL2 has as many pages as before.
#
# devmed_smmu=NUMBER on the command line: so often for what comes and goes. On the
# stock kernel all has to be the same.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/pci.sh"
. "$HERE/state.sh"

CYCLES=$(cmdline devmed_smmu)
CYCLES=${CYCLES:-10}

nvme=$(find_pci 0x1b36:0x0010)

rebind() {
	local n=0 driver

	driver=$(driver_of "$1")
	while [ $n -lt "$CYCLES" ]; do
		echo "$1" > "/sys/bus/pci/drivers/$driver/unbind" &&
			echo "$1" > "/sys/bus/pci/drivers/$driver/bind" || return 1
		n=$((n + 1))
	done
}

# Everything but the bridge.
replug() {
	local n=0 had dev

	had=$(ls $PCI)
	while [ $n -lt 3 ]; do
		for dev in $PCI/*; do
			[ "$(cat "$dev/class")" = 0x060000 ] || echo 1 > "$dev/remove"
		done
		echo 1 > /sys/bus/pci/rescan
		n=$((n + 1))
	done
	[ "$(ls $PCI)" = "$had" ]
}

disk_reads() {
	[ -b "$1" ] && [ "$(checksum "$1")" = "$(cmdline devmed_nvme_sha256)" ]
}

nvme_reads() {
	until_ok 10 disk_reads /dev/nvme0n1
}

# The group's domain can change while it has no driver.
nvme_as() {
	echo "$nvme" > /sys/bus/pci/drivers/nvme/unbind
	echo "$1" > "$PCI/$nvme/iommu_group/type"
	echo "$nvme" > /sys/bus/pci/drivers/nvme/bind
	[ "$(cat "$PCI/$nvme/iommu_group/type")" = "$1" ] && nvme_reads
}

before=$(events)
smmu=$(devices | grep '^smmuv3@' | head -n 1)
if [ -n "$smmu" ]; then
	check "$smmu is mediated" [ "$(region_mode "$smmu")" = on ]
fi
for pci in $(ls $PCI); do
	case $(driver_of "$pci") in
	nvme|virtio-pci|e1000e|igb)
		same "$(driver_of "$pci") is unbound and bound, $CYCLES times" rebind "$pci" ;;
	esac
done
nvme_reads
same "all devices are unplugged and plugged, 3 times" replug
same "NVMe without a stage 1: its disk is read" nvme_as identity
same "NVMe with a stage 1 that is flushed late: its disk is read" nvme_as DMA-FQ
same "NVMe with a stage 1: its disk is read" nvme_as DMA
check "no DMA has faulted" [ "$(events)" -eq "$before" ]
tap_done
