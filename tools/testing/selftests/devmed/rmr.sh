#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Memory that the firmware says a device has to reach at its physical address: edu
# does, and nothing beside it.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/pci.sh"

edu=$(find_pci 0x1234:0x11e8)
smmu=$(basename "$(readlink "$PCI/$edu/iommu")" | sed 's/^smmu3\.//')

check "stage 1 has it" \
	grep -q '^0x0000000070000000 0x000000007000ffff direct' "$PCI/$edu/iommu_group/reserved_regions"
insmod "$MODULES"/devmed_edu.ko test=0
run_module devmed_dma device="$edu" smmu="$smmu" mapped=1 name="the-memory,beside-it" \
	phys=0x70000000,0x70010000 refused=-,rw
rmmod devmed_edu
tap_done
