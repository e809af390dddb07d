#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build the kernel's own KVM selftests that pass on stock protected KVM, and an
# initramfs of FLAVOUR that runs them.
#
# usage: kvm-selftests.sh FLAVOUR

. "$(dirname "$0")/../../../../scripts/lib.sh"
. "$TOP/scripts/kbuild.sh"

# external_aborts and vgic_init fail on stock already; stage2_block_transitions
# needs huge pages that the guest does not set aside.
tests=(arm64/debug-exceptions arm64/hypercalls arm64/mmio_sign_ext arm64/no-vgic
	arm64/psci_test arm64/set_id_regs arm64/smccc_filter arm64/vgic_irq
	arm64/vgic_its_save arm64/vgic_lpi_stress
	guest_print_test set_memory_region_test)

flavour=${1:-}
out=$BUILD/$flavour
[ -d "$out/source" ] || die "the $flavour kernel is not built; run scripts/kernel.sh $flavour"
work=$BUILD/kvm-selftests
log=$BUILD/kvm-selftests.log

# They write into their source: give them a copy of what they use.
copy_source() {
	rm -rf "$work/src.new"
	mkdir -p "$work/src.new/tools/testing" "$work/src.new/arch/arm64"
	cd "$out/source"
	cp -r Makefile scripts "$work/src.new"
	cp -r tools/{include,arch,lib,scripts,build} "$work/src.new/tools"
	cp -r arch/arm64/tools "$work/src.new/arch/arm64"
	cp -r tools/testing/selftests "$work/src.new/tools/testing"
	rm -rf "$work/src"
	mv "$work/src.new" "$work/src"
	cd "$TOP"
}

build() {
	local programs=("${tests[@]/#/$work/}")

	kmake -C "$out" headers
	kmake -C "$work/src/tools/testing/selftests/kvm" -j"$JOBS" OUTPUT="$work" \
		KHDR_INCLUDES="-isystem $out/usr/include" LDFLAGS="-static -pthread" \
		"${programs[@]}"
}

compile() {
	build > "$log" 2>&1
}

compiled() {
	progress BUILD "KVM selftests: $(find "$work" -name '*.o' | wc -l) objects"
}

# One test of a script's for each program; 4 is kselftest's status for a skip.
guest_script() {
	cat <<-'END'
	#!/bin/sh
	# Runs the programs it is named with.
	n=0
	status=0
	for test in "$@"; do
		n=$((n + 1))
		timeout 300 /tests/$test > /tmp/out 2>&1
		code=$?
		case $code in
		0)	echo "ok $n - $test" ;;
		4)	echo "ok $n - $test # SKIP $(tail -n 1 /tmp/out)" ;;
		*)	tail -n 20 /tmp/out
			echo "not ok $n - $test: status $code"
			status=1 ;;
		esac
	done
	echo "1..$n"
	exit $status
	END
}

mkdir -p "$work"
stamp=$(sha256sum "$0" "$out/source/Makefile" | cut -c1-64 | tr -d '\n')
if [ "$(cat "$work/stamp" 2>/dev/null)" != "$stamp" ]; then
	copy_source
	with_progress compiled compile || {
		grep -E -m 12 'error:|\*\*\*' "$log" >&2 || true
		die "the KVM selftests did not build; the whole log is $log"
	}
	echo "$stamp" > "$work/stamp"
fi
guest_script | sed "s#\"\\\$@\"#$(basename -a "${tests[@]}" | tr '\n' ' ')#" > "$work/kvm.sh"
"$TOP/scripts/initramfs.sh" "$flavour" kvm "$work/kvm.sh" "${tests[@]/#/$work/}"
