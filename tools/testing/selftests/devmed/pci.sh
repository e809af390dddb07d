# SPDX-License-Identifier: GPL-2.0-only
# PCI devices of the machine, for scripts that have sourced tap.sh.

PCI=/sys/bus/pci/devices

# PCI devices that are one of vendor:device..., and the first of them
all_pci() {
	local dev id

	for dev in $PCI/*; do
		id="$(cat "$dev/vendor"):$(cat "$dev/device")"
		case " $* " in
		*" $id "*)	basename "$dev" ;;
		esac
	done
}

find_pci() {
	all_pci "$@" | head -n 1
}

# until_ok seconds command...: wait for it to succeed
until_ok() {
	local tries=$(($1 * 10))

	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

driver_of() {
	basename "$(readlink "$PCI/$1/driver")"
}

# bind pci driver: take it from the driver that it has
bind() {
	unbind "$1"
	echo "$2" > "$PCI/$1/driver_override"
	echo "$1" > /sys/bus/pci/drivers_probe
	[ "$(driver_of "$1")" = "$2" ]
}

# unbind pci: no driver, and the next one is the usual one
unbind() {
	[ ! -e "$PCI/$1/driver" ] || echo "$1" > "$PCI/$1/driver/unbind"
	echo > "$PCI/$1/driver_override"
}

checksum() {
	dd if="$1" bs=256k iflag=direct 2> /dev/null | sha256sum | cut -d ' ' -f 1
}
