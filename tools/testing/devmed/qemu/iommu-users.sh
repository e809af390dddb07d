#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build the kernel's own users of an IOMMU, the selftest of iommufd and the benchmark
# of DMA mappings, and an initramfs of FLAVOUR that has them, and the kernel once more.
#
# usage: iommu-users.sh FLAVOUR

. "$(dirname "$0")/../../../../scripts/lib.sh"
. "$TOP/scripts/kbuild.sh"

flavour=${1:-}
out=$BUILD/$flavour
[ -d "$out/source" ] || die "the $flavour kernel is not built; run scripts/kernel.sh $flavour"
source=$(cd "$out/source" && pwd)
work=$BUILD/iommu-users
log=$BUILD/iommu-users.log

compile() {
	kmake -C "$out" headers
	"${CROSS}gcc" -static -O2 -D_GNU_SOURCE= -isystem "$out/usr/include" \
		-I"$TOP/tools/testing/devmed/qemu/iommu" -I"$source/tools/testing/selftests" \
		-o "$work/iommufd" "$source/tools/testing/selftests/iommu/iommufd.c"
	"${CROSS}gcc" -static -O2 -isystem "$out/usr/include" -o "$work/dma_map_benchmark" \
		"$source/tools/dma/dma_map_benchmark.c"
}

mkdir -p "$work"
stamp=$(sha256sum "$0" "$source/Makefile" "$TOP/tools/testing/devmed/qemu/iommu/sys/capability.h" |
	cut -c1-64 | tr -d '\n')
if [ "$(cat "$work/stamp" 2>/dev/null)" != "$stamp" ]; then
	compile > "$log" 2>&1 || {
		grep -E -m 12 'error:|\*\*\*' "$log" >&2 || true
		die "the users of an IOMMU did not build; the whole log is $log"
	}
	echo "$stamp" > "$work/stamp"
fi
"$TOP/scripts/initramfs.sh" "$flavour" users "$work/iommufd" "$work/dma_map_benchmark"
