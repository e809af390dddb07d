# SPDX-License-Identifier: GPL-2.0-only
# Where things are that a hostile host would like to have a device reach: sourced,
# after tap.sh. They are at the same places whether EL2 mediates or not.

# All SMMUs, and the first of them.
smmu_bases() {
	devices | sed -n 's/^smmuv3@/0x/p' | grep . || echo 0x9050000
}

smmu_base() {
	smmu_bases | head -n 1
}

its_base() {
	local base

	base=$(devices | sed -n 's/^its@/0x/p' | head -n 1)
	echo "${base:-0x8080000}"
}

# The memory that EL2 took at boot.
hyp_memory() {
	dmesg | sed -n 's/.*Reserved [0-9]* MiB at \(0x[0-9a-f]*\).*/\1/p' | head -n 1
}

# The first thing in it are 8 bytes for each page of RAM: whose it is, how often it
# is used. This is where those of that memory's own first page are.
hyp_record() {
	local ram hyp

	hyp=$(hyp_memory)
	ram=$(awk -F '[ -]+' '/System RAM/ { print "0x" $1; exit }' /proc/iomem)
	printf 0x%x $((hyp + (hyp - ram) / 4096 * 8))
}

symbol() {
	awk -v s="$1" '$3 == s { print "0x" $1; exit }' /proc/kallsyms
}

# Where a symbol of the kernel's is in memory: the image begins at a multiple of
# 2 MiB, in both.
symbol_phys() {
	local start

	echo 0 > /proc/sys/kernel/kptr_restrict
	start=$(awk -F '[ -]+' '/Kernel code/ { print "0x" $2; exit }' /proc/iomem)
	[ -n "$(symbol "$1")" ] && [ -n "$start" ] &&
		printf 0x%x $((start + $(symbol "$1") - ($(symbol _stext) & ~0x1fffff)))
}
