#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# MSIs come and go as drivers, CPUs and whole devices do: none is lost, nothing
# that a driver asks is refused, and EL2 has as many pages as before.
#
# devmed_its=NUMBER on the command line: so often for what comes and goes. On the
# stock kernel the MSIs have to be the same, and there is nothing else to see.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

CPUS=/sys/devices/system/cpu
ACTIONS=/sys/module/devmed_msi/parameters
CYCLES=$(cmdline devmed_its)
CYCLES=${CYCLES:-20}

# act name number: let the module do it so often
act() {
	echo "$2" > "$ACTIONS/$1"
}

# What is the same before and after: EL2's free pages, the host's that are pinned,
# and what was refused.
state() {
	[ -r $COUNTERS ] && awk '$1 == "pool" && $2 != "low" || $2 == "pinned" {
		print $1, $2, $3 }' $COUNTERS && echo "refused $(refusals)"
}

# MSIs of the NVMe drive so far, over all CPUs and queues.
nvme_msis() {
	awk '/nvme0q/ { for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) sum += $i }
	     END { print sum + 0 }' /proc/interrupts
}

# Protected KVM lets no CPU come up that it did not see before finalize, on the
# stock kernel too; its redistributor is denied.
stays_down() {
	! echo 1 2> /dev/null > "$1/online" && [ "$(cat "$1/online")" = 0 ]
}

try_late() {
	local cpu

	for cpu in $CPUS/cpu[0-9]*; do
		[ "$(cat "$cpu/online" 2> /dev/null || echo 1)" = 1 ] && continue
		check "$(basename "$cpu") is not let up late" stays_down "$cpu"
	done
}

# One at a time, so that each read has an MSI of its own.
nvme_reads() {
	local before

	before=$(nvme_msis)
	dd if=/dev/nvme0n1 of=/dev/null bs=4k count=64 iflag=direct 2> /dev/null
	check "NVMe: 64 reads, $(($(nvme_msis) - before)) MSIs" \
		[ $(($(nvme_msis) - before)) -eq 64 ]
}

# Away from a CPU and back, its MSI on it, or with what is left.
cpu_cycle() {
	echo 0 > "$CPUS/cpu$1/online" && act raise 5 &&
		echo 1 > "$CPUS/cpu$1/online" && act move $((2 * NR_CPUS))
}

cpu_cycles() {
	local cpu

	for cpu in $(seq 0 $((NR_CPUS - 1))); do
		check "CPU $cpu goes and comes, MSIs arrive" cpu_cycle "$cpu"
	done
}

nvme_cycle() {
	local driver=/sys/bus/pci/drivers/nvme

	echo "$1" > $driver/unbind && echo "$1" > $driver/bind
}

nvme_ready() {
	local tries=100

	while [ ! -b /dev/nvme0n1 ] && [ $tries -gt 0 ]; do
		tries=$((tries - 1))
		sleep 0.05
	done
	[ "$(sha256sum < /dev/nvme0n1 | cut -d ' ' -f 1)" = "$(cmdline devmed_nvme_sha256)" ]
}

nvme_cycles() {
	local pci n ok=true

	pci=$(basename "$(readlink -f /sys/class/nvme/nvme0/device)")
	for n in $(seq 1 3); do
		nvme_cycle "$pci" && nvme_ready || ok=false
	done
	check "NVMe: unbound and bound 3 times, reads what it has" $ok
}

# same text name number: so often, and everything is as it was. The first few
# take what EL2 then keeps for the rest: records, ITTs waiting for their SYNC.
same() {
	local before

	act "$2" 8
	before=$(state)
	check "$1, $3 times: MSIs arrive" act "$2" "$3"
	[ -r $COUNTERS ] || return
	check "$1: as many pages and pins, as many refusals as before" [ "$(state)" = "$before" ]
	[ "$(state)" = "$before" ] || note "before: $before, after: $(state)"
}

its=$(devices | grep '^its@' | head -n 1)
[ -b /dev/nvme0n1 ] && nvme_reads
insmod "$MODULES"/devmed_msi.ko
try_late
NR_CPUS=$(nproc)

check "500 MSIs are raised and arrive" act raise 500
check "200 MSIs arrive where they were moved" act move 200
check "they arrive while they are moved 200 times" act storm 200
[ "$NR_CPUS" -gt 1 ] && cpu_cycles
[ -b /dev/nvme0n1 ] && nvme_cycles
same "drivers unbound and bound" rebind "$CYCLES"
same "devices unplugged and plugged" replug "$CYCLES"
[ -e /sys/power/state ] && same "suspended and resumed" suspend 5
note "$(cat $ACTIONS/raised) MSIs, none of them lost"
rmmod devmed_msi

if [ -n "$its" ]; then
	check "$its is mediated" [ "$(region_mode "$its")" = on ]
	check "commands were passed" [ "$(counter "$its" cmd-passed)" -gt 0 ]
	check "commands were rewritten" [ "$(counter "$its" cmd-rewritten)" -gt 0 ]
	check "the tables of LPIs are pinned ($(counter hyp pinned) pages)" \
		[ "$(counter hyp pinned)" -gt 0 ]
	check "nothing was refused" [ "$(refusals)" -eq 0 ]
	check "EL2 never was without a page" [ "$(counter pool failed)" -eq 0 ]
fi
tap_done
