#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A hostile host and its ITS: commands, registers, tables, redistributors. On a
# kernel that does not mediate them the attacks take place, and the tests fail.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

# Row of a region that is mediated or denied, counted from 0; else -1.
row_of() {
	[ -r $REGIONS ] && sed 1d $REGIONS | awk -v name="$1" '
		$1 == name && ($4 == "on" || $4 == "denied") { print NR - 1; found = 1 }
		END { if (!found) print -1 }' || echo -1
}

# Names of a class, mediated or not.
names() {
	devices | grep "^$1@"
}

# RD_base and row of each redistributor. A range that is left to the host counts as
# one device: in it QEMU has 128 KiB for each CPU.
redistributors() {
	local name base cpu

	for name in $(names gicr); do
		base=$(region_base "$name")
		if [ "$(region_mode "$name")" = off ]; then
			for cpu in $(seq 0 $(($(nproc) - 1))); do
				echo "$((base + cpu * 0x20000)) -1"
			done
		else
			echo "$base $(row_of "$name")"
		fi
	done
}

# column number: one column of the above, by commas
column() {
	redistributors | awk -v column="$1" '{ printf "%s%s", (NR > 1 ? "," : ""), $column }'
}

its=$(names its | head -n 1)
check "there is an ITS" [ -n "$its" ]
check "it is mediated" [ "$(region_mode "${its:-none}" 2> /dev/null)" = on ]
base=$(region_base "${its:-none}" 2> /dev/null)
vlpi=$(names gicr-vlpi | sed -n 2p)
gicrs=$(column 1)

insmod "$MODULES"/devmed_edu.ko test=0
run_module devmed_its_abuse base="${base:-0x8080000}" row="$(row_of "${its:-none}")" \
	${gicrs:+gicr_base=$gicrs gicr_row=$(column 2)} \
	${vlpi:+vlpi_base=$(region_base "$vlpi") vlpi_row=$(row_of "$vlpi")}
rmmod devmed_edu
tap_done
