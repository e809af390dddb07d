#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest's userland: busybox, the init of tools/testing/devmed/qemu, and what
# tools/testing/selftests/devmed holds for the guest.
#
# usage: initramfs.sh FLAVOUR [NAME file...]
#
# Without NAME, build/initramfs-FLAVOUR.cpio.gz; with it, ...-FLAVOUR-NAME.cpio.gz,
# which has the files too: kernel modules (*.ko) in /lib/extra, others in /tests.
#
#	/tests			scripts, and one program for each *.c
#	/lib/modules-devmed	modules, built against this flavour
#	/lib/modules-kernel	the flavour's own, which init loads

. "$(dirname "$0")/lib.sh"
. "$TOP/scripts/kbuild.sh"

flavour=${1:-}
[ -n "$flavour" ] || die "usage: initramfs.sh FLAVOUR [NAME file...]"
shift
name=$flavour
if [ $# -gt 0 ]; then
	name=$flavour-$1
	shift
fi
extra=("$@")
guest=$TOP/tools/testing/selftests/devmed
init=$TOP/tools/testing/devmed/qemu/init
busybox=$CACHE/bin/busybox-arm64
out=$BUILD/$flavour
result=$BUILD/initramfs-$name.cpio.gz
stage=$BUILD/initramfs/$name
modules=$BUILD/initramfs/modules-$flavour

fetch_busybox() {
	local deb=$CACHE/deb/busybox-static_arm64.deb incoming

	[ ! -x "$busybox" ] || return 0
	need_space "$CACHE" 150
	mkdir -p "$CACHE/deb" "$CACHE/bin"
	incoming=$(mktemp -d "$CACHE/deb/incoming.XXXXXX")
	if [ ! -f "$deb" ]; then
		say FETCH "busybox-static for arm64 from the Debian archive"
		DEVMED_APT_ARCH=arm64 "$TOP/scripts/apt.sh" trixie update
		(cd "$incoming" && DEVMED_APT_ARCH=arm64 "$TOP/scripts/apt.sh" trixie -q download busybox-static >/dev/null)
		mv "$incoming"/busybox-static_*.deb "$deb"
	fi
	dpkg-deb -x "$deb" "$incoming/root" || die "$deb is damaged; remove it and run this again"
	mv "$(find "$incoming/root" -path '*/bin/busybox' -type f)" "$busybox"
	rm -rf "$incoming"
}

# Modules that are configured in the kernel itself.
kernel_modules() {
	sed "s#^\(.*\)\.o\$#$out/\1.ko#" "$out/modules.order"
}

# All that decides the result; the same list means the same archive.
inputs() {
	local list=("$busybox" "$init" "$0" "$out/arch/arm64/boot/Image" "${extra[@]}")

	mapfile -t -O ${#list[@]} list < <(kernel_modules)
	[ ! -d "$guest" ] || mapfile -t -O ${#list[@]} list < <(find "$guest" -type f | sort)
	sha256sum "${list[@]}" || die "a file for the guest is missing"
}

failed() {
	cat "$BUILD/initramfs/$name.log" >&2
	die "the guest's $1 did not build"
}

build_modules() {
	local config=$out/include/generated/autoconf.h

	[ -f "$guest/modules/Kbuild" ] || return 0
	# With MO= kbuild does not notice that the kernel's configuration has changed.
	cmp -s "$config" "$modules/autoconf.h" || rm -rf "$modules"
	mkdir -p "$modules" "$stage/lib/modules-devmed"
	cp "$config" "$modules"
	kmake -C "$out" M="$guest/modules" MO="$modules" modules > "$BUILD/initramfs/$name.log" 2>&1 ||
		failed modules
	cp "$modules"/*.ko "$stage/lib/modules-devmed"
}

build_programs() {
	local source

	for source in "$guest"/*.c; do
		[ -f "$source" ] || continue
		"${CROSS}gcc" -static -O2 -Wall -Wextra -o "$stage/tests/$(basename "$source" .c)" "$source" \
			> "$BUILD/initramfs/$name.log" 2>&1 || failed "$(basename "$source")"
	done
}

fill() {
	local file

	rm -rf "$stage"
	mkdir -p "$stage"/{bin,dev,proc,sys,tmp,tests,lib/extra,lib/modules-kernel}
	cp "$busybox" "$stage/bin/busybox"
	ln -s busybox "$stage/bin/sh"
	install -m 755 "$init" "$stage/init"
	build_programs
	build_modules
	for file in $(kernel_modules); do
		cp "$file" "$stage/lib/modules-kernel"
	done
	for file in "$guest"/*.sh; do
		[ ! -f "$file" ] || cp "$file" "$stage/tests"
	done
	for file in "${extra[@]}"; do
		case $file in
		*.ko)	cp "$file" "$stage/lib/extra" ;;
		*)	cp "$file" "$stage/tests" ;;
		esac
	done
}

pack() {
	find "$stage" -exec touch -h -d @0 {} +
	(cd "$stage" && find . | sort | cpio -o -H newc -R 0:0 --reproducible --quiet | gzip -n1) > "$result.new"
	mv "$result.new" "$result"
}

for tool in cpio gzip dpkg-deb "${CROSS}gcc"; do
	need_tool "$tool"
done
[ -f "$out/arch/arm64/boot/Image" ] || die "the $flavour kernel is not built; run scripts/kernel.sh $flavour"
need_space "$BUILD" 100
mkdir -p "$BUILD/initramfs"
fetch_busybox
inputs > "$BUILD/initramfs/$name.inputs.new"
if [ ! -f "$result" ] || ! cmp -s "$BUILD/initramfs/$name.inputs.new" "$BUILD/initramfs/$name.inputs"; then
	fill
	pack
	mv "$BUILD/initramfs/$name.inputs.new" "$BUILD/initramfs/$name.inputs"
	say GUEST "${result#"$TOP"/}"
fi
