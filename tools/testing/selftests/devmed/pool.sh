#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# EL2's pool: no number that the host is given takes the machine's memory, and a
# guest that finds the pool empty gets its pages all the same.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

TOPUP=${REGIONS%/*}/topup

# Pages of memory, as the kernel counts them at boot.
memory() {
	awk '$1 == "KernelPageSize:" && !page { page = $2 }
	     $1 == "MemTotal:" { total = $2 }
	     END { print int(total / page) }' /proc/self/smaps /proc/meminfo
}

at_most_a_quarter() {
	note "pool $(counter pool size) pages, memory $(memory)"
	# MemTotal leaves out what was taken before it was counted.
	[ "$(counter pool size)" -gt 0 ] && [ "$(counter pool size)" -le $(($(memory) / 4 + 1)) ]
}

topup_is_refused() {
	! echo "$1" > "$TOPUP" 2> /dev/null
}

guest_runs() {
	"$HERE"/pvm > /tmp/pvm.tap
	tap_import < /tmp/pvm.tap
	[ "$(grep -c '^not ok' /tmp/pvm.tap)" -eq 0 ]
}

# A case where EL2 drives no SMMU says what the rest takes.
most=$(cmdline devmed_pool_most)
if [ -n "$most" ]; then
	check "EL2 got $(counter pool size) pages, at most $most" [ "$(counter pool size)" -le "$most" ]
	tap_done
	exit
fi

check "what EL2 got at boot is at most a quarter of memory" at_most_a_quarter
check "a guest runs" guest_runs
if [ "$(cmdline devmed.pool)" -lt 10000 ]; then
	# EL2 was asked how many pages it has just now, and is not before these are gone.
	insmod "$MODULES"/devmed_drain.ko
	refused=$(counter dma refused)
	tap_import < /sys/kernel/debug/devmed_drain
	check "a guest runs that finds the pool empty" guest_runs
	check "and EL2 had refused a donation" [ "$(counter dma refused)" -gt "$refused" ]
	rmmod devmed_drain
fi
before=$(counter pool size)
check "more pages than there is memory for are refused" topup_is_refused 100000000
check "and none of them is taken" [ "$(counter pool size)" -eq "$before" ]
check "the host still forks, reads and writes" \
	sh -c 'echo alive > /tmp/alive && [ "$(cat /tmp/alive)" = alive ]'
tap_done
