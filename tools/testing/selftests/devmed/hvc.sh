#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Hypercalls that no driver makes, with the pages of mediated regions.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/guest.sh"

base= size=
for region in $(regions); do
	base=${base:+$base,}$(region_base "$region")
	size=${size:+$size,}$(region_size "$region")
done
check "there are mediated regions" [ -n "$base" ]
: "${base:=0x8080000,0x9050000}" "${size:=0x20000,0x20000}"

# A protected guest whose vCPU nobody runs: EL2 numbers them from 0x1000 on.
start_guest
tell_guest run
guest_memory guest > /dev/null
run_module devmed_hvc base=$base size=$size handle=0x1000
end_guest
"$HERE"/pvm > /tmp/pvm.tap
check "the policy is what it was" grep -q '^ok - pvm: the guest ran' /tmp/pvm.tap
tap_done
