#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build the kernels and guests that QEMU cases need, then boot them.
#
# usage: qemu.sh [run.py's arguments]
#
# With --shell, EXTRA names files to put into the guest: kernel modules (*.ko)
# into /lib/extra, anything else into /tests.

. "$(dirname "$0")/lib.sh"

runner=$TOP/tools/testing/devmed/qemu/run.py
need_tool python3
needs=$("$runner" --needs "$@") || exit $?
built=
while read -r flavour name <&3; do
	[ "$flavour" = "$built" ] || "$TOP/scripts/kernel.sh" "$flavour"
	built=$flavour
	case " $* " in
	*" --shell "*)
		# EXTRA is a list.
		"$TOP/scripts/initramfs.sh" "$flavour" shell ${EXTRA:-}
		;;
	*)
		case $name in
		"")	"$TOP/scripts/initramfs.sh" "$flavour" ;;
		kvm)	"$TOP/tools/testing/devmed/qemu/kvm-selftests.sh" "$flavour" ;;
		crash)	"$TOP/scripts/initramfs.sh" "$flavour" crash "$BUILD/$flavour/arch/arm64/boot/Image" ;;
		users)	"$TOP/tools/testing/devmed/qemu/iommu-users.sh" "$flavour" ;;
		*)	die "no script makes the initramfs '$name'" ;;
		esac
		;;
	esac
done 3<<< "$needs"
exec "$runner" "$@"
