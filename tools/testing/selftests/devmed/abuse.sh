#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A hostile host: every form of load and store on every mediated region. On a
# kernel that mediates nothing the same accesses are made, and the tests fail.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

# A register of the SMMU that keeps what is written, without effect while its
# interrupts are wired: GERROR_IRQ_CFG1. The ITS has none.
scratch_of() {
	case $1 in
	smmuv3@*)	echo 0x70 ;;
	*)		echo 0 ;;
	esac
}

# A 64-bit register: GITS_TYPER, GICR_TYPER, GICR_VPROPBASER, GERROR_IRQ_CFG0.
reg64_of() {
	case $1 in
	smmuv3@*)	echo 0x68 ;;
	gicr-vlpi@*)	echo 0x70 ;;
	*)		echo 0x8 ;;
	esac
}

# What of a region is read without a trap: the control frame of an ITS.
direct_of() {
	case $1 in
	its@*)	direct_reads "$1" && echo 0x10000 && return ;;
	esac
	echo 0
}

append() {
	echo "${1:+$1,}$2"
}

name= base= size= row= scratch= reg64= direct= n=0
for region in $(regions); do
	name=$(append "$name" "$region")
	base=$(append "$base" "$(region_base "$region")")
	size=$(append "$size" "$(region_size "$region")")
	row=$(append "$row" $n)
	scratch=$(append "$scratch" "$(scratch_of "$region")")
	reg64=$(append "$reg64" "$(reg64_of "$region")")
	direct=$(append "$direct" "$(direct_of "$region")")
	n=$((n + 1))
done

if [ $n -eq 0 ]; then
	not_ok "there are mediated regions"
	name=its@8080000,smmuv3@9050000
	base=0x8080000,0x9050000
	size=0x20000,0x20000
	row=-1,-1
	scratch=0,0x70
	reg64=0x8,0x68
	direct=0,0
fi

run_module devmed_abuse name=$name base=$base size=$size row=$row scratch=$scratch \
	reg64=$reg64 direct=$direct
tap_done
