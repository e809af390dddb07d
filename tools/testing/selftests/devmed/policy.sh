#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# devmed.policy: what happens to protected guests when a device that should be
# mediated is not. The case says which parameters it boots with.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

policy=$(cmdline devmed.policy)
complete=yes
[ -r $REGIONS ] || complete=no
for device in $(devices); do
	case $(region_mode "$device") in
	on|denied)	;;
	*)		complete=no ;;
	esac
done
# Nor must there be a DMA master without an SMMU, unless it is trusted, nor anything
# else that EL2 cannot mediate.
grep -qs 'unconfined$' "${REGIONS%/*}/masters" && complete=no
dmesg | grep -q 'devmed: .*: cannot be mediated: ' && complete=no
note "policy ${policy:-default}, every device mediated: $complete"

if [ "$policy" = require ] && [ $complete = no ]; then
	"$HERE"/pvm --expect-refused > /tmp/pvm.tap
else
	"$HERE"/pvm > /tmp/pvm.tap
fi
tap_import < /tmp/pvm.tap

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
