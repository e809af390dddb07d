#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Every kind of device of the machine does I/O: DMA through the SMMU and MSIs
# through the ITS. devmed_io=name,... on the command line says which kinds it has
# to have; at least one of them otherwise.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/pci.sh"

# MSIs of a PCI device that arrived so far, over all CPUs.
msis() {
	awk -v dev="$1" '$0 ~ "MSI.*" dev {
		for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++)
			sum += $i
	} END { print sum + 0 }' /proc/interrupts
}

# absent name: no such device here, which is a failure if it has to be
absent() {
	case ,$(cmdline devmed_io), in
	*,$1,*)	not_ok "$1: there is such a device" ;;
	*)	note "$1: not in this machine" ;;
	esac
}

# By a stage 1, or by none if the command line asks for that; devmed_stage1=none says
# that the kernel knows of no SMMU.
translated() {
	local want=DMA

	[ "$(cmdline iommu.passthrough)" != 1 ] || want=identity
	[ "$(cmdline devmed_stage1)" != none ] || want=
	[ "$(cat "$PCI/$1/iommu_group/type" 2> /dev/null)" = "$want" ]
}

# common name pci msis-before: what holds for all of them, after the I/O
common() {
	check "$1: its DMA is translated" translated "$2"
	check "$1: MSIs arrived" [ "$(msis "$2")" -gt "$3" ]
}

# disk name node id...
disk() {
	local name=$1 node=$2 want pci before

	shift 2
	pci=$(find_pci "$@")
	if [ -z "$pci" ]; then
		absent "$name"
		return
	fi
	want=$(cmdline devmed_nvme_sha256)
	if ! until_ok 10 [ -b $node ]; then
		not_ok "$name: $node appears"
		return
	fi
	before=$(msis "$pci")
	check "$name: what is read has the right checksum" [ "$(checksum $node)" = "$want" ]
	dd if=/dev/zero of=$node bs=4k count=16 seek=64 oflag=direct 2> /dev/null
	check "$name: what is written is read back" \
		[ "$(dd if=$node bs=4k count=16 skip=64 iflag=direct 2> /dev/null |
		     tr -d '\000' | wc -c)" -eq 0 ]
	common "$name" "$pci" "$before"
}

carrier() {
	[ "$(cat "/sys/class/net/$1/carrier" 2> /dev/null)" = 1 ]
}

pings() {
	ping -q -c 3 -i 0.2 -W 2 "$1" > /dev/null
}

# The interface of a PCI device, or of the virtio device on it.
interface() {
	ls -d $PCI/"$1"/net/* $PCI/"$1"/virtio*/net/* 2> /dev/null | head -n 1
}

# nic name network id...: QEMU answers at .2 of the network
nic() {
	local name=$1 net=$2 pci before eth

	shift 2
	pci=$(find_pci "$@")
	if [ -z "$pci" ]; then
		absent "$name"
		return
	fi
	eth=$(basename "$(interface "$pci")")
	if [ -z "$eth" ]; then
		not_ok "$name: has an interface"
		return
	fi
	before=$(msis "$pci")
	ip link set "$eth" up
	ip addr add "$net.15/24" dev "$eth"
	check "$name: link is up" until_ok 10 carrier "$eth"
	check "$name: pings are answered" pings "$net.2"
	common "$name" "$pci" "$before"
	ip addr del "$net.15/24" dev "$eth"
	ip link set "$eth" down
}

disk nvme /dev/nvme0n1 0x1b36:0x0010
disk virtio-blk /dev/vda 0x1af4:0x1042 0x1af4:0x1001
nic virtio-net 10.0.10 0x1af4:0x1041 0x1af4:0x1000
nic e1000e 10.0.11 0x8086:0x10d3
nic igb 10.0.12 0x8086:0x10c9

if [ -n "$(find_pci 0x1234:0x11e8)" ]; then
	run_module devmed_edu
else
	absent edu
fi
check "something did I/O" [ $TAP_NR -gt 0 ]
tap_done
