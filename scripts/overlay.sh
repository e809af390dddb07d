#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Put this repository's files and patches into a Linux tree, and take them out.
#
# usage: overlay.sh apply|check|revert|status TREE
#
#	apply	make the tree hold the overlay as it is here; a second time it
#		touches only what changed
#	check	the same without writing
#	revert	restore the tree's own content
#	status	"none" or "applied", then the files that were edited since
#
# TREE/.devmed/manifest lists what the overlay owns: "new|patched sha256 path",
# "orig sha256 path" for the content under a patched file (kept in .devmed/orig)
# and "dir - path" for folders made. While files change it holds the old and the
# new lines, so a run that was interrupted is finished, or undone, by the next.

. "$(dirname "$0")/lib.sh"

[ $# = 2 ] || die "usage: overlay.sh apply|check|revert|status TREE"
verb=$1
tree=$(cd "$2" 2>/dev/null && pwd) || die "$2 does not exist"
state=$tree/.devmed

declare -A kind=() known=()		# what the manifest says
declare -A next_kind=() next_from=()	# what the overlay wants: path, its source
dirs=()

sha() {
	sha256sum "$1" | cut -d' ' -f1
}

overlay_files() {
	local path

	cd "$TOP"
	{ git ls-files -co --exclude-standard -- arch drivers include Documentation tools 2>/dev/null ||
		find arch drivers include Documentation tools -type f 2>/dev/null; } |
	sort -u | while read -r path; do
		[ ! -f "$path" ] || echo "$path"
	done
}

series() {
	[ ! -f "$TOP/patches/series" ] || sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$TOP/patches/series"
}

read_manifest() {
	local what sum path

	[ -f "$state/manifest" ] || return 0
	while read -r what sum path; do
		case $what in
		new|patched)
			kind[$path]=$what
			known[$path]+=" $sum"
			;;
		orig)	known[$path]+=" $sum" ;;
		dir)	dirs+=("$path") ;;
		esac
	done < "$state/manifest"
}

# Files the overlay owns whose content is not the overlay's.
edited() {
	local path sum

	for path in "${!kind[@]}"; do
		if [ -f "$tree/$path" ]; then
			sum=$(sha "$tree/$path")
			[[ "${known[$path]} " == *" $sum "* ]] || echo "$path"
		elif [ "${kind[$path]}" = patched ]; then
			echo "$path"
		fi
	done | sort
}

refuse_edited() {
	local list

	list=$(edited)
	[ -z "$list" ] ||
		die "edited since the overlay was applied: $(echo $list); save the edits, then restore the overlay's content"
}

# Copy what lies under a file that a patch names, if the tree has it.
take_original() {
	local from=$tree/$1

	[ ! -f "$state/orig/$1" ] || from=$state/orig/$1
	[ -f "$from" ] && [ "${kind[$1]:-}" != new ] || return 0
	mkdir -p "$scratch/$(dirname "$1")"
	cp -p "$from" "$scratch/$1"
}

# Apply the whole series to a copy of the files it touches. The tree itself gets
# the finished files, so a patch that fails cannot leave it half-done.
patch_scratch() {
	local name out path
	local names=()

	for name in $(series); do
		[ -f "$TOP/patches/$name" ] || die "patches/series names $name, which is missing"
		names+=("$TOP/patches/$name")
	done
	[ ${#names[@]} -gt 0 ] || return 0
	need_tool patch
	sed -n 's#^[-+][-+][-+] [ab]/\([^[:space:]]*\).*#\1#p' "${names[@]}" | sort -u > "$scratch.paths"
	while read -r path; do
		take_original "$path"
	done < "$scratch.paths"
	for name in "${names[@]}"; do
		out=$(cd "$scratch" && patch -p1 -F0 -N -s -f --no-backup-if-mismatch -r - < "$name" 2>&1) ||
			die "${name#"$TOP"/} does not apply to $tree ($(echo "$out" | head -1)); use an unmodified Linux $KERNEL_VERSION tree"
	done
	while read -r path; do
		[ -f "$scratch/$path" ] || die "a patch removes $path; the overlay cannot"
		next_from[$path]=$scratch/$path
		next_kind[$path]=new
		[ ! -f "$tree/$path" ] || [ "${kind[$path]:-}" = new ] || next_kind[$path]=patched
	done < "$scratch.paths"
}

plan() {
	local path

	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch" "$scratch.paths"' EXIT
	patch_scratch
	while read -r path; do
		[ -z "${next_kind[$path]:-}" ] || die "$path is both patched and a file of the overlay"
		if [ -e "$tree/$path" ] && [ -z "${kind[$path]:-}" ]; then
			cmp -s "$tree/$path" "$TOP/$path" && continue
			die "$tree has a $path of its own; use an unmodified Linux $KERNEL_VERSION tree"
		fi
		next_kind[$path]=new
		next_from[$path]=$TOP/$path
	done < <(overlay_files)
}

write_manifest() {
	sort -u > "$state/manifest.new"
	mv "$state/manifest.new" "$state/manifest"
}

# The manifest for what is wanted, and the folders that have to be made for it.
next_manifest() {
	local path dir

	for path in "${!next_kind[@]}"; do
		echo "${next_kind[$path]} $(sha "${next_from[$path]}") $path"
		[ "${next_kind[$path]}" = new ] || echo "orig $(sha "$state/orig/$path") $path"
		dir=$(dirname "$path")
		while [ ! -d "$tree/$dir" ]; do
			echo "dir - $dir"
			dir=$(dirname "$dir")
		done
	done
	for dir in "${dirs[@]}"; do
		echo "dir - $dir"
	done
}

# Whole files appear by rename, and keep their time when they are the same.
put() {
	local from=$1 to=$2

	cmp -s "$from" "$to" && [ "$(stat -c %A "$from")" = "$(stat -c %A "$to")" ] && return
	changed=$((changed + 1))
	mkdir -p "$(dirname "$to")"
	cp --preserve=mode "$from" "$state/put"
	mv "$state/put" "$to"
}

# Patched files come back with the present time: objects built from the patched
# ones are newer than the originals were, and make would keep them.
take_out() {
	case ${kind[$1]} in
	new)		rm -f "$tree/$1" ;;
	patched)	put "$state/orig/$1" "$tree/$1" ;;
	esac
}

prune_dirs() {
	local dir

	printf '%s\n' "${dirs[@]}" | sort -ru | while read -r dir; do
		[ -z "$dir" ] || rmdir "$tree/$dir" 2>/dev/null || true
	done
}

apply() {
	local path

	[ -w "$tree" ] || die "$tree cannot be written"
	[ -f "$state/manifest" ] || rm -rf "$state"
	mkdir -p "$state/orig"
	for path in "${!next_kind[@]}"; do
		[ "${next_kind[$path]}" = patched ] && [ ! -f "$state/orig/$path" ] || continue
		mkdir -p "$state/orig/$(dirname "$path")"
		cp -p "$tree/$path" "$state/put"
		mv "$state/put" "$state/orig/$path"
	done
	next_manifest > "$scratch.paths"
	cat "$scratch.paths" - < <(cat "$state/manifest" 2>/dev/null) | write_manifest
	for path in "${!next_kind[@]}"; do
		put "${next_from[$path]}" "$tree/$path"
	done
	for path in "${!kind[@]}"; do
		[ -n "${next_kind[$path]:-}" ] || take_out "$path"
	done
	prune_dirs
	write_manifest < "$scratch.paths"
}

revert() {
	local path

	if [ -f "$state/manifest" ]; then
		refuse_edited
		for path in "${!kind[@]}"; do
			take_out "$path"
		done
		prune_dirs
		rm "$state/manifest"
	fi
	rm -rf "$state"
}

need_tree "$tree"
read_manifest
changed=0
case $verb in
apply)
	refuse_edited
	plan
	apply
	say OVERLAY "${#next_kind[@]} files in $tree, $changed changed"
	;;
check)
	refuse_edited
	plan
	say OVERLAY "${#next_kind[@]} files would apply to $tree"
	;;
revert)
	revert
	say REVERT "$tree, ${#kind[@]} files"
	;;
status)
	[ -f "$state/manifest" ] && echo applied || echo none
	edited
	;;
*)
	die "usage: overlay.sh apply|check|revert|status TREE"
	;;
esac
