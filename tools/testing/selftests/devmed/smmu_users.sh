#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Other users of the SMMUv3 than drivers in the kernel: a benchmark that maps and
# unmaps as fast as it can, devices for user space, process address spaces; and the
# kernel's own tests of the driver and of iommufd, which pass as they do on stock.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/pci.sh"
. "$HERE/state.sh"

KUNIT=/sys/kernel/debug/kunit/arm-smmu-v3-kunit-test
# Of Linux 7.3: they fail without devmed too (iommufd_off.sh). The file descriptor
# that they ask for is not what they are told (iommufd_test_dmabuf_get()).
IOMMUFD_FAIL="-T dmabuf_simple -T dmabuf_revoke"
# Fewer results than that are not all of them.
IOMMUFD_TESTS=200

edu=$(find_pci 0x1234:0x11e8)

# Its results, without numbers.
kunit() {
	echo run > $KUNIT/run
	sed -n 's/^    \(not ok\|ok\) [0-9]* \(.*\)/\1 - \2/p' $KUNIT/results
}

benchmark() {
	bind "$edu" dma_map_benchmark && "$HERE"/dma_map_benchmark -t 2 -s 1 -d 1 > /tmp/bench &&
		"$HERE"/dma_map_benchmark -t 2 -s 1 -g 8 -m 1 >> /tmp/bench
}

user_space() {
	bind "$edu" vfio-pci &&
		"$HERE"/vfio "/dev/vfio/devices/$(ls "$PCI/$edu/vfio-dev")" > /tmp/vfio.tap
}

# Its own count of what passed; what failed is named.
iommufd() {
	"$HERE"/iommufd $IOMMUFD_FAIL > /tmp/iommufd 2>&1
	sed -n 's/^not ok/# &/p' /tmp/iommufd
	! grep -q '^not ok' /tmp/iommufd &&
		[ "$(grep -c '^ok' /tmp/iommufd)" -ge $IOMMUFD_TESTS ]
}

smmu=$(devices | grep '^smmuv3@' | head -n 1)
if [ -n "$smmu" ]; then
	check "$smmu is mediated" [ "$(region_mode "$smmu")" = on ]
fi

if [ "$(cmdline kunit.enable)" = 1 ]; then
	kunit > /tmp/kunit.tap
	check "unit tests of the driver ran" [ -s /tmp/kunit.tap ]
	tap_import < /tmp/kunit.tap
else
	skip "unit tests of the driver" "kunit.enable is not set"
fi

before=$(events)
if [ -x "$HERE"/dma_map_benchmark ]; then
	same "dma_map_benchmark: two threads, pages and lists" benchmark
	sed 's/^/# /' /tmp/bench
else
	skip "dma_map_benchmark" "it is not in this initramfs"
fi
check "no DMA has faulted" [ "$(events)" -eq "$before" ]
unbind "$edu"

# It gets its first MSI here: EL2 keeps the memory that the ITS has for it.
insmod "$MODULES"/devmed_edu.ko
tap_import < /sys/kernel/debug/devmed_edu
run_module devmed_sva
rmmod devmed_edu

if [ -e /dev/iommu ]; then
	same "vfio-pci: a device for user space" user_space
	tap_import < /tmp/vfio.tap
	unbind "$edu"
	run_module devmed_edu
else
	skip "vfio-pci" "CONFIG_IOMMUFD is off"
fi

if [ -x "$HERE"/iommufd ]; then
	same "iommufd: its own tests" iommufd
	sed -n 's/^ok .*# SKIP/# &/p' /tmp/iommufd
	tail -n 1 /tmp/iommufd
else
	skip "iommufd: its own tests" "they are not in this initramfs"
fi
tap_done
