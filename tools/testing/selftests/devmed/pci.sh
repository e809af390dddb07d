# SPDX-License-Identifier: GPL-2.0-only
# PCI devices of the machine, for scripts that have sourced tap.sh.

PCI=/sys/bus/pci/devices

# First PCI device that is one of vendor:device...
find_pci() {
	local dev id

	for dev in $PCI/*; do
		id="$(cat "$dev/vendor"):$(cat "$dev/device")"
		case " $* " in
		*" $id "*)	basename "$dev"; return ;;
		esac
	done
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

checksum() {
	dd if="$1" bs=256k iflag=direct 2> /dev/null | sha256sum | cut -d ' ' -f 1
}
