# SPDX-License-Identifier: GPL-2.0-only
# What every script here starts with: where things are, how a step speaks and
# how it fails. Sourced, never run.

set -Eeuo pipefail
export LC_ALL=C
trap 'unexpected $? "$BASH_COMMAND"' ERR

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=$TOP/build
# Downloads, pristine sources and ccache outlive a checkout.
CACHE=${DEVMED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/devmed}
JOBS=${JOBS:-$(nproc)}
KERNEL_VERSION=7.3
PRISTINE=$CACHE/src/linux-source-$KERNEL_VERSION
CROSS=aarch64-linux-gnu-

say() {
	printf '  %-8s %s\n' "$1" "${*:2}"
}

# One line: what is wrong, and what to do about it.
DIED=3
die() {
	printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
	exit $DIED
}

# A command failed where nobody expected it to; never stop without a word.
unexpected() {
	[ "$1" = $DIED ] || [ "$BASH_SUBSHELL" -gt 0 ] ||
		printf '%s: error: this failed with status %s: %s\n' "$(basename "$0")" "$1" "$2" >&2
}

# How far a step is: one line rewritten on a terminal, one every ten seconds
# elsewhere.
progress() {
	if [ -t 1 ]; then
		printf '\r  %-8s %s\033[K' "$1" "${*:2}"
	elif [ $((SECONDS - ${PROGRESS_LAST:=$SECONDS})) -ge 10 ]; then
		PROGRESS_LAST=$SECONDS
		say "$@"
	fi
}

progress_end() {
	[ ! -t 1 ] || printf '\r\033[K'
}

# with_progress REPORT COMMAND...: run the command, and REPORT twice a second
# meanwhile. The command is the one in the foreground, so that ^C reaches it.
with_progress() {
	local report=$1 status=0 monitor

	shift
	# Not with a lock of the caller's: its sleep may outlive this run.
	( exec 9>&-; while sleep 0.5 && kill -0 $$ 2>/dev/null; do "$report"; done ) &
	monitor=$!
	"$@" || status=$?
	kill "$monitor" 2>/dev/null || true
	wait "$monitor" 2>/dev/null || true
	progress_end
	return "$status"
}

# untar LABEL TOTAL-MIB DIR: unpack standard input, counting its megabytes.
untar() {
	local line

	# With records of 1 MiB, tar's record number is the megabytes read.
	tar -x -B --blocking-factor=2048 --no-same-owner -C "$3" \
		--checkpoint=16 --checkpoint-action=echo=%u 2>&1 |
	while read -r line; do
		case $line in
		"tar: "[0-9]*)	progress "$1" "${line#tar: } of $2 MiB" ;;
		*)		echo "$line" >&2 ;;
		esac
	done
	progress_end
}

need_space() {
	local dir=$1 mib=$2 have

	mkdir -p "$dir" 2>/dev/null || die "cannot create $dir; set DEVMED_CACHE to a folder that can be written"
	have=$(df -Pm "$dir" | awk 'NR == 2 { print $4 }')
	[ "$have" -ge "$mib" ] ||
		die "$dir has $have MiB free and $mib are needed; free some space or set DEVMED_CACHE"
}

need_tool() {
	command -v "$1" >/dev/null 2>&1 || die "$1 is missing; run 'make tools' as root"
}

# The version that a tree's Makefile states, as 7.3.4.
tree_version() {
	awk '$2 == "=" && $1 ~ /^(VERSION|PATCHLEVEL|SUBLEVEL)$/ { v[$1] = $3 }
	     END { print v["VERSION"] "." v["PATCHLEVEL"] "." v["SUBLEVEL"] }' "$1/Makefile"
}

need_tree() {
	local version

	[ -f "$1/Makefile" ] && [ -f "$1/Kconfig" ] && [ -d "$1/arch/arm64" ] ||
		die "$1 is not a Linux source tree"
	version=$(tree_version "$1")
	case $version in
	"$KERNEL_VERSION".*)	;;
	*)	die "$1 is Linux $version; the overlay is for $KERNEL_VERSION, name such a tree" ;;
	esac
}
