#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A hostile host and its ITS: commands, registers, tables, redistributors. On a
# kernel that does not mediate them the attacks take place, and the tests fail.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

# Row of a region that is mediated, counted from 0; else -1.
row_of() {
	[ -r $REGIONS ] && sed 1d $REGIONS | awk -v name="$1" '
		$1 == name && $4 == "on" { print NR - 1; found = 1 }
		END { if (!found) print -1 }' || echo -1
}

# Names of a class, mediated or not.
names() {
	devices | grep "^$1@"
}

list() {
	local name what=$1 sum=

	for name in $(names "$2"); do
		sum=${sum:+$sum,}$($what "$name")
	done
	echo "$sum"
}

its=$(names its | head -n 1)
check "there is an ITS" [ -n "$its" ]
check "it is mediated" [ "$(row_of "${its:-none}")" -ge 0 ]
base=$(region_base "${its:-none}" 2> /dev/null)
vlpi=$(names gicr-vlpi | sed -n 2p)
gicrs=$(list region_base gicr)

insmod "$MODULES"/devmed_edu.ko test=0
run_module devmed_its_abuse base="${base:-0x8080000}" row="$(row_of "${its:-none}")" \
	${gicrs:+gicr_base=$gicrs gicr_row=$(list row_of gicr)} \
	${vlpi:+vlpi_base=$(region_base "$vlpi") vlpi_row=$(row_of "$vlpi")}
rmmod devmed_edu
tap_done
