#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Install what scripts/packages.list names and this machine lacks, from the
# machine's own Debian mirror. Backports are read through a private apt state,
# so neither the machine's sources nor its pinning change.
#
# usage: packages.sh [purpose...]	(kernel, boot, check; default: all)

. "$(dirname "$0")/lib.sh"

# installed PACKAGE [MINIMUM]
installed() {
	local status version

	read -r status version < <(dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null) || true
	[ "${status:-}" = installed ] && dpkg --compare-versions "$version" ge "${2:-0}"
}

wanted() {
	local purposes=" ${*:-kernel boot check} "

	sed 's/#.*//' "$TOP/scripts/packages.list" | while read -r pkg purpose; do
		case $purposes in
		*" ${purpose:-none} "*)	echo "$pkg" ;;
		esac
	done
}

base=() backports=()
for pkg in $(wanted "$@"); do
	name=${pkg#backports:}
	minimum=${name#"${name%%=*}"}
	name=${name%%=*}
	installed "$name" "${minimum#=}" && continue
	case $pkg in
	backports:*)	backports+=("$name") ;;
	*)		base+=("$name") ;;
	esac
done
[ $((${#base[@]} + ${#backports[@]})) -eq 0 ] && exit 0

say INSTALL "${base[@]}" "${backports[@]}"
[ "$(id -u)" = 0 ] ||
	die "not root; install these yourself: ${base[*]} ${backports[*]}"
. /etc/os-release
case ${VERSION_CODENAME:-} in
bookworm|trixie)	;;
*)	die "this is neither Debian 12 nor 13; install these yourself: ${base[*]} ${backports[*]}" ;;
esac
need_space "$CACHE" 2500

apt=("$TOP/scripts/apt.sh" "$VERSION_CODENAME" "$VERSION_CODENAME-backports")
"${apt[@]}" update
if [ ${#backports[@]} -gt 0 ]; then
	# Debian 13's own QEMU is new enough; Debian 12's is not.
	[ "$VERSION_CODENAME" = bookworm ] && export DEVMED_APT_PREFER="${backports[*]}"
fi
DEBIAN_FRONTEND=noninteractive "${apt[@]}" install "${base[@]}" "${backports[@]}"
