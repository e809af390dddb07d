#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# devmed.policy: what happens to protected guests when a device that should be
# mediated is not. The case says which parameters it boots with, and what it expects:
# devmed_policy=runs or devmed_policy=refused.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

expected=$(cmdline devmed_policy)
case $expected in
runs)		"$HERE"/pvm > /tmp/pvm.tap ;;
refused)	"$HERE"/pvm --expect-refused > /tmp/pvm.tap ;;
*)		echo "not ok - devmed_policy=$expected: the command line has to say runs or refused" > /tmp/pvm.tap ;;
esac
tap_import < /tmp/pvm.tap

# Nor does the log say anything else than what EL2 does.
check "the log says whether protected guests are refused" \
	[ "$(dmesg | grep -c 'devmed: policy: protected guests are refused')" -eq $([ "$expected" = refused ]; echo $((! $?))) ]

# QEMU has one device that makes DMA and never is behind an SMMU.
check "a DMA master without an SMMU is listed" \
	grep -qs '^fw-cfg@\|^QEMU0002' "${REGIONS%/*}/masters"
if cmdline devmed.trusted_dma | grep -q fw-cfg; then
	check "and trusted" grep -q '^fw-cfg@.*trusted$' "${REGIONS%/*}/masters"
fi

for device in $(devices); do
	check "$device is in the log" in_log "$device"
done

# Whatever became of the guest, the host goes on.
check "the host still forks, reads and writes" \
	sh -c 'echo alive > /tmp/alive && [ "$(cat /tmp/alive)" = alive ]'
tap_done
