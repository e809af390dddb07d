# SPDX-License-Identifier: GPL-2.0-only
# The QEMU runner with a QEMU that prints a given console: what it must not take
# for a success. Sourced by scripts_test.sh.

fresh
qemu=$top/tools/testing/devmed/qemu
mkdir -p "$qemu/cases" "$top/build/stock/arch/arm64/boot"
touch "$top/build/stock/arch/arm64/boot/Image" "$top/build/initramfs-stock.cpio.gz"

fake qemu-system-aarch64 <<'END'
#!/bin/sh
[ "$1" = --version ] && { echo "QEMU emulator version ${FAKE_VERSION:-10.0.2}"; exit; }
cat "$FAKE_CONSOLE"
exec sleep "${FAKE_SLEEP:-0}"
END

case_file() {
	{ printf '[case]\nkernel = stock\npayload = a.sh\n'; cat; } > "$qemu/cases/$1.case"
}

run() {
	FAKE_CONSOLE=$work/console with_fake "$qemu/run.py" "$@"
}

# judged TEXT LAST-LINE PATTERN: of the case x with the console from stdin.
judged() {
	local out

	cat > "$work/console"
	out=$(run x 2>&1)
	if [ "$(echo "$out" | tail -1)" = "$2" ] && [[ $out =~ $3 ]]; then
		ok "$1"
	else
		not_ok "$1" "wanted '$2' and '$3', got: $out"
	fi
}

good=$(printf '# begin a.sh\r\nok 1 - one\r\nok 2 - two # SKIP no card\r\n1..2\r\n# end a.sh 0\r')
done=$(printf 'devmed-init: done 0\r')

case_file x <<< ''
refuses "a QEMU without nested SMMU" "version 7.2 has no nested SMMU; install 9.0" \
	env FAKE_VERSION=7.2.0 PATH="$work/fake:$PATH" "$qemu/run.py" x
refuses "a case that does not exist" "no case none; there are x, and all" run none
case_file y <<< 'colour = red'
refuses "a key that does not exist" "unknown key 'colour'" run y
case_file y <<< 'devices = toaster'
refuses "a device that does not exist" "unknown device 'toaster'" run y
rm "$qemu/cases/y.case"

judged "a good boot" "2 passed, 0 failed, 1 skipped" "SKIP  x: a.sh: two: no card" <<< "$good
$done"
judged "a guest that dies" "1 passed, 1 failed, 1 skipped" "without 'devmed-init: done'" <<< "$good"
judged "a result that is not ok" "1 passed, 1 failed, 0 skipped" "a.sh: one" <<< "# begin a.sh
not ok 1 - one
1..1
# end a.sh 1
$done"
judged "fewer results than planned" "2 passed, 1 failed, 0 skipped" "1 results, 2 planned" <<< "# begin a.sh
ok 1 - one
1..2
# end a.sh 0
$done"
judged "a script without plan" "2 passed, 1 failed, 0 skipped" "None planned" <<< "# begin a.sh
ok 1 - one
# end a.sh 0
$done"
judged "a script that ends badly" "2 passed, 1 failed, 0 skipped" "ended with status 3" <<< "# begin a.sh
ok 1 - one
1..1
# end a.sh 3
$done"
judged "a script that never ran" "1 passed, 1 failed, 0 skipped" "a.sh: did not run" <<< "$done"
for line in "[ 1.0] Kernel panic - not syncing" "kvm [1]: nVHE HYP panic at" "BUG: x" \
	"[    1.0] WARNING: CPU: 0" "Oops: 1" "Unable to handle kernel paging"; do
	judged "a console with '$line'" "1 passed, 1 failed, 1 skipped" "forbidden: " <<< "$good
$line
$done"
done
case_file x <<< 'allow = BUG: x'
judged "a line that is allowed" "2 passed, 0 failed, 1 skipped" PASS <<< "$good
BUG: x
$done"
case_file x <<< 'expect = ^needed [0-9]+$'
judged "an expected line that is missing" "1 passed, 1 failed, 1 skipped" "expected and not seen" <<< "$good
$done"
judged "an expected line that is there" "2 passed, 0 failed, 1 skipped" PASS <<< "$good
needed 12
$done"
case_file x <<< 'oracle = its-ctlr'
judged "an oracle that was not called" "1 passed, 1 failed, 1 skipped" "did not call the oracle" <<< "$good
$done"
case_file x <<< 'timeout = 2'
export FAKE_SLEEP=60
judged "a guest that hangs" "1 passed, 1 failed, 1 skipped" "no end within 2 s" <<< "$good"
unset FAKE_SLEEP
rm -rf "$work/fake"
