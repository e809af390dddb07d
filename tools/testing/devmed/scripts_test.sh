#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The scripts given bad input, too little of everything, and interruptions. Each
# must say in one line what is wrong, end with a bad status and leave nothing
# half-done. Works on copies in a temporary folder.
#
# usage: scripts_test.sh [overlay|machine|runner...]

set -uo pipefail
export LC_ALL=C
TOP=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
chmod 755 "$work"
mkdir "$work/tmp"
export TMPDIR=$work/tmp
trap 'umount "$work/small" 2>/dev/null; rm -rf "$work"' EXIT
top=$work/top		# a checkout of its own, with a small overlay
tree=$work/tree		# a small kernel tree
cache=${DEVMED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/devmed}
passed=0 failed=0 skipped=0
unset KERNEL EXTRA MAKEFLAGS

ok() {
	passed=$((passed + 1))
	echo "ok $((passed + failed + skipped)) - $1"
}

not_ok() {
	failed=$((failed + 1))
	echo "not ok $((passed + failed + skipped)) - $1"
	[ -z "${2:-}" ] || echo "$2" | sed 's/^/# /'
}

skip() {
	skipped=$((skipped + 1))
	echo "ok $((passed + failed + skipped)) - $1 # SKIP $2"
}

# check TEXT COMMAND...
check() {
	local text=$1 out

	shift
	if out=$("$@" 2>&1); then ok "$text"; else not_ok "$text" "$out"; fi
}

# refuses TEXT PATTERN COMMAND...: bad status, and one line of error that fits.
refuses() {
	local text=$1 pattern=$2 out status=0

	shift 2
	out=$("$@" 2>&1 >/dev/null) || status=$?
	if [ $status -eq 0 ]; then
		not_ok "$text" "it succeeded"
	elif [ "$(echo "$out" | grep -vc '^make: ')" != 1 ] || ! [[ $out =~ $pattern ]]; then
		not_ok "$text" "wanted one line with '$pattern', got: $out"
	else
		ok "$text"
	fi
}

# Content, modes and folders of a tree; times too with -t.
picture() {
	local format='%y %m %P'

	[ "$1" != -t ] || { format+=' %T@'; shift; }
	(cd "$1" && find . -mindepth 1 -printf "$format\n" | sort
	 find . -type f -exec sha256sum {} + | sort -k2)
}

same() {
	diff <(picture "$1") <(picture "$2") | head -20
	[ "${PIPESTATUS[0]}" -eq 0 ]
}

make_tree() {
	rm -rf "$tree" "$tree.orig"
	mkdir -p "$tree"/{arch/arm64,kernel,drivers}
	printf 'VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 9\nEXTRAVERSION =\n' > "$tree/Makefile"
	touch "$tree/Kconfig"
	seq 40 > "$tree/kernel/a.c"
	seq 60 > "$tree/kernel/b.c"
	chmod 755 "$tree/kernel/b.c"
	cp -a "$tree" "$tree.orig"
}

# patch NAME SED FILE...: a patch against the tree as the last one left it.
make_patch() {
	local name=$1 edit=$2 file

	shift 2
	for file in "$@"; do
		cp "$work/patching/$file" "$work/before"
		sed -i "$edit" "$work/patching/$file"
		diff -u --label "a/$file" --label "b/$file" "$work/before" "$work/patching/$file"
	done > "$top/patches/$name"
	echo "$name" >> "$top/patches/series"
}

make_top() {
	rm -rf "$top" "$work/patching"
	mkdir -p "$top"/{drivers/devmed/its,include/kvm,patches}
	cp -r "$TOP/scripts" "$TOP/Makefile" "$top"
	mkdir -p "$top/tools/testing/devmed"
	cp -r "$TOP/tools/testing/devmed/qemu" "$top/tools/testing/devmed"
	rm -rf "$top/tools/testing/devmed/qemu/"{cases,__pycache__}
	echo core > "$top/drivers/devmed/core.c"
	echo its > "$top/drivers/devmed/its/its.c"
	echo devmed > "$top/include/kvm/devmed.h"
	cp -a "$tree.orig" "$work/patching"
	echo "# order matters" > "$top/patches/series"
	make_patch 0001-a.patch 's/^15$/fifteen/' kernel/a.c
	make_patch 0002-ab.patch 's/^30$/thirty/' kernel/a.c kernel/b.c
}

overlay() {
	"$top/scripts/overlay.sh" "$@"
}

fresh() {
	make_tree
	make_top
}

# A folder for PATH with everything but the named commands.
path_without() {
	local dir=$work/path folder name

	rm -rf "$dir"
	mkdir "$dir"
	for folder in /usr/sbin /usr/bin /bin; do
		ln -sf "$folder"/* "$dir" 2>/dev/null
	done
	for name in "$@"; do
		rm -f "$dir/$name"
	done
	echo "$dir"
}

# A command of one's own before all others: its script from standard input.
fake() {
	mkdir -p "$work/fake"
	cat > "$work/fake/$1"
	chmod 755 "$work/fake/$1"
}

with_fake() {
	PATH=$work/fake:$PATH "$@"
}

for part in ${*:-overlay machine runner}; do
	rm -rf "$work/fake"
	. "$TOP/tools/testing/devmed/scripts_test/$part.sh"
done
echo "1..$((passed + failed + skipped))"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
