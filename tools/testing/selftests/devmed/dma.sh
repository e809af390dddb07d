#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A device as the attacker: DMA to EL2's text and memory, to mediated registers
# and to a protected guest is refused, each time with an event of the SMMU. What
# the guest shares is not refused, while it does.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/pci.sh"
. "$HERE/el2.sh"
. "$HERE/guest.sh"

name= phys= refused=

# target name address what
target() {
	name=${name:+$name,}$1
	phys=${phys:+$phys,}$2
	refused=${refused:+$refused,}$3
}

# Where the SMMU in front of a PCI device is, as its driver has named it.
smmu_of() {
	basename "$(readlink "$PCI/$1/iommu")" | sed 's/^smmu3\.//'
}

# attack [parameter...]: by each device in turn
attack() {
	local pci

	[ -n "$attackers" ] || not_ok "there is a device to attack with"
	for pci in $attackers; do
		run_module devmed_dma device="$pci" smmu="$(smmu_of "$pci")" "$@"
	done
}

attackers=$(all_pci 0x1234:0x11e8)
its=$(its_base)

insmod "$MODULES"/devmed_edu.ko test=0

# Its memory is the host's still; then it runs, and holds what it has.
start_guest
before=$(guest_memory before)
attack name="what-will-be-a-guest's" phys="${before:-0}" refused=-
tell_guest run
guest=$(guest_memory guest)

text=$(symbol_phys __hyp_text_start)
hyp=$(hyp_memory)
check "EL2's text is at ${text:-an unknown address}" [ -n "$text" ]
check "EL2's memory is at ${hyp:-an unknown address}" [ -n "$hyp" ]
check "the guest's memory is at ${guest:-an unknown address}" [ -n "$guest" ]
check "it is where it was before it was the guest's" [ "$guest" = "$before" ]

target "a-guest's-page" "${guest:-0}" rw
# With stage 2 alone, QEMU's SMMU does not report what its TLB says is read-only.
[ "$(cmdline iommu.passthrough)" = 1 ] || target "EL2's-text" "${text:-0}" w
target "EL2's-memory" "${hyp:-0}" rw
# The last page of it, and registers that ignore or keep what is written.
target "GITS_IIDR" "$(printf 0x%x $((its + 0x4)))" rw
target "GITS_TYPER" "$(printf 0x%x $((its + 0x8)))" rw
for smmu in $(smmu_bases); do
	target "SMMU_IDR1" "$(printf 0x%x $((smmu + 0x4)))" rw
	target "SMMU_GERROR_IRQ_CFG2" "$(printf 0x%x $((smmu + 0x74)))" rw
	target "SMMU_EVENTQ_CONS" "$(printf 0x%x $((smmu + 0x100ac)))" rw
done
for page in $(regions | grep '^smmuv3-page@'); do
	target "$page" "$(region_base "$page")" rw
done

attack name="$name" phys=$phys refused=$refused

tell_guest share
check "the guest shares its page" [ "$(guest_memory shared)" = "$guest" ]
attack name="what-a-guest-shares" phys="${guest:-0}" refused=-
tell_guest unshare
check "it takes it back" [ "$(guest_memory unshared)" = "$guest" ]
attack name="what-a-guest-shared" phys="${guest:-0}" refused=rw
end_guest
# Its memory is the host's again.
attack name="what-was-a-guest's" phys="${guest:-0}" refused=-
rmmod devmed_edu
tap_done
