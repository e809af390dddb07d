#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run parts of the tests, each with its duration, and count them together. A
# part's last line is "N passed, N failed" or "N passed, N failed, N skipped";
# one that ends without such a line, or with a bad status and no failure, counts
# as one failure.
#
# usage: stages.sh scripts|native|mutate|static|qemu|kvm...

. "$(dirname "$0")/lib.sh"

# The native tests take what is true of Linux from its own headers.
on_host() {
	"$TOP/scripts/source.sh"
	make --no-print-directory -C "$TOP/tools/testing/devmed" "$1"
}

run_stage() {
	case $1 in
	scripts)	"$TOP/tools/testing/devmed/scripts_test.sh" ;;
	native)		on_host run ;;
	mutate)		on_host mutate ;;
	static)		"$TOP/scripts/check.sh" ;;
	qemu)		"$TOP/scripts/qemu.sh" ${CASES:-} ;;
	kvm)		"$TOP/scripts/qemu.sh" kvm gicv4 ;;
	*)		die "no stage '$1'; there are scripts, native, mutate, static, qemu and kvm" ;;
	esac
}

passed=0 failed=0 skipped=0
stage() {
	local name=$1 start=$SECONDS status=0 last
	local log=$BUILD/check/$name.log

	say STAGE "$name"
	run_stage "$name" 2>&1 | tee "$log" || status=$?
	last=$(tail -1 "$log")
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
		[ $status -eq 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ] || failed=$((failed + 1))
	else
		say FAILED "$name ended without a count, status $status; its output is ${log#"$TOP"/}"
		failed=$((failed + 1))
	fi
	say STAGE "$name: $((SECONDS - start)) s"
}

need_space "$BUILD" 100
mkdir -p "$BUILD/check"
for name in "$@"; do
	stage "$name"
done
if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ] || exit 1
