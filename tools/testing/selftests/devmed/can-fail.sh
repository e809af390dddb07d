#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The tests of the hostile host where nothing is mediated: they have to fail, or
# they would not notice if mediation broke.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

check "nothing is mediated" [ -z "$(regions)" ]

# fails script at-least: that many tests of it fail
fails() {
	local failed

	sh "$HERE/$1" > /tmp/can-fail.out 2>&1
	failed=$(grep -c '^not ok' /tmp/can-fail.out)
	check "$1: $failed tests fail, at least $2 have to" [ "$failed" -ge "$2" ]
}

fails abuse.sh 140
fails el0.sh 36
fails hvc.sh 2
fails its_abuse.sh 80
note "$(grep -c 'the ITS wrote' /tmp/can-fail.out) times the ITS wrote where it was told to"
fails smmu_abuse.sh 90
note "$(grep -c 'SMMU wrote\|still reaches\|gets through' /tmp/can-fail.out) times a device got through, or the SMMU wrote where it was told to"
note "$(grep -c 'queue comes up\|register takes it\|did what' /tmp/can-fail.out) times a register took what it was told"
fails recycle.sh 1
fails dma.sh 15
tap_done
