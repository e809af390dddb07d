# SPDX-License-Identifier: GPL-2.0-only
# What is the same before and after drivers have worked, for scripts that have
# sourced tap.sh: EL2's pages, the host's that are pinned, and what was refused.

state() {
	[ ! -r $COUNTERS ] || awk '$1 ~ /^(pool|dma)$/ && $2 != "low" || $2 == "pinned" {
		print $1, $2, $3 }' $COUNTERS
	[ ! -r $COUNTERS ] || echo "refused $(refusals)"
}

# same text command...: it succeeds, and everything is as it was
same() {
	local text=$1 before after

	shift
	before=$(state)
	check "$text" "$@"
	after=$(state)
	check "$text: EL2 has as many pages and pins, and refused nothing" [ "$after" = "$before" ]
	[ "$after" = "$before" ] || note "before: $before, after: $after"
}

# Events of the SMMU's that the driver has told of, over all time.
events() {
	dmesg | grep -c 'arm-smmu-v3.* event: '
}
