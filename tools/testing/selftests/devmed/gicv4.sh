#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guests with vPEs of GICv4.0: what KVM does with them is mediated, and nothing
# of it refused; what a hostile host does is refused, and guests still work.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

ITS=$(regions | grep '^its@' | head -n 1)
VLPI=$(regions | grep '^gicr-vlpi@' | head -n 1)

# Of all regions.
total() {
	awk -v name="$1" '$2 == name { n += $3 } END { print n + 0 }' $COUNTERS
}

refusals() {
	awk '$2 ~ /^cmd-/ && $2 !~ /passed|rewritten/ { n += $3 } $2 == "handler" { n += $3 }
	     END { print n + 0 }' $COUNTERS
}

vlpi_writes() {
	awk '$1 ~ /^gicr-vlpi@/ && $2 == "writes" { n += $3 } END { print n + 0 }' $COUNTERS
}

# A guest with an ITS: its vCPUs are vPEs.
guest() {
	timeout 300 /tests/$1 > /tmp/out 2>&1
	[ $? -eq 0 ] && return
	tail -n 20 /tmp/out
	return 1
}

check "guests get GICv4" sh -c "dmesg | grep -q 'devmed: its: GICv4 for guests'"
check "the ITS is mediated" [ "$(region_mode "$ITS")" = on ]
check "VLPI_base is mediated" [ "$(region_mode "$VLPI")" = on ]

for test in vgic_lpi_stress vgic_its_save; do
	if ! [ -x /tests/$test ]; then
		skip "$test" "it is not in this initramfs"
		continue
	fi
	passed=$(total cmd-passed)
	writes=$(vlpi_writes)
	refused=$(refusals)
	check "$test passes" guest $test
	check "$test: its commands pass ($(($(total cmd-passed) - passed)))" \
		[ "$(total cmd-passed)" -gt "$passed" ]
	check "$test: vPEs are resident ($(($(vlpi_writes) - writes)) writes)" \
		[ "$(vlpi_writes)" -gt "$writes" ]
	check "$test: nothing is refused" [ "$(refusals)" -eq "$refused" ]
done

wrong=$(counter "$ITS" cmd-address)
moved=$(counter "$ITS" cmd-vpe)
pinned=$(counter hyp pinned)
run_module devmed_vpe its="$(region_base "$ITS")" vlpi="$(region_base "$VLPI")"
check "IC19: each VMAPP is refused for its address" \
	[ $(($(counter "$ITS" cmd-address) - wrong)) -eq 4 ]
check "IC24: and each VMOVP and VSYNC of a vPE that is resident, or not there" \
	[ $(($(counter "$ITS" cmd-vpe) - moved)) -eq 5 ]
check "R11: as many pages are pinned as before" [ "$(counter hyp pinned)" -eq "$pinned" ]
if [ -x /tests/vgic_lpi_stress ]; then
	refused=$(refusals)
	check "vgic_lpi_stress still passes" guest vgic_lpi_stress
	check "and nothing of it is refused" [ "$(refusals)" -eq "$refused" ]
fi
tap_done
