#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Fetch Debian's Linux source into the cache, verify it and unpack it once, into
# a tree that every checkout shares and nothing ever writes to.
#
# usage: source.sh

. "$(dirname "$0")/lib.sh"

package=linux-source-$KERNEL_VERSION
suite=trixie-backports
# The version that everything here was tried with.
known=7.3.4-1~bpo13+1
known_sha256=703e369ddd4cce971452f5a593ee55df3a5c10c83caf0fa0df039633ed181ee3
debs=$CACHE/deb
apt=("$TOP/scripts/apt.sh" "$suite")

newest_deb() {
	local deb=$debs/${package}_${known}_all.deb

	[ -f "$deb" ] || deb=$(ls "$debs/${package}_$KERNEL_VERSION".*_all.deb 2>/dev/null | sort -V | tail -1)
	echo "$deb"
}

fetched() {
	progress FETCH "$package: $(du -cm "$incoming" | tail -1 | cut -f1) of $mib MiB"
}

# A suite of backports keeps one version: a newer one replaces the known one.
fetch() {
	local want=$package=$known uri

	need_space "$CACHE" 2300
	say FETCH "$package from the Debian archive ($suite)"
	"${apt[@]}" update
	uri=$("${apt[@]}" uris "$want" 2>/dev/null) || {
		want=$package
		uri=$("${apt[@]}" uris "$want" 2>/dev/null) ||
			die "the archive has no $package any more; name your own tree with KERNEL=/path"
	}
	mib=$(($(echo "$uri" | awk '{ print $3 }') >> 20))
	rm -rf "$debs"/incoming.*
	mkdir -p "$debs"
	incoming=$(mktemp -d "$debs/incoming.XXXXXX")
	(cd "$incoming" && with_progress fetched "${apt[@]}" -q download "$want" >/dev/null)
	# The signed index vouched for it; later runs have only this.
	(cd "$incoming" && for deb in *.deb; do sha256sum "$deb" > "$deb.sha256"; done)
	mv "$incoming"/*.sha256 "$debs"
	mv "$incoming"/*.deb "$debs"
	rmdir "$incoming"
}

verify() {
	local name=${1##*/}

	if [ "$name" = "${package}_${known}_all.deb" ]; then
		echo "$known_sha256  $1" | sha256sum --quiet -c >/dev/null 2>&1 ||
			die "$1 is damaged (sha256); remove it and run this again"
		return
	fi
	(cd "$debs" && sha256sum --quiet -c "$name.sha256" >/dev/null 2>&1) ||
		die "$1 is damaged (sha256); remove it and run this again"
	say NOTICE "$name is newer than $known, which this was tried with"
}

extract() {
	local deb=$1 unpacked

	need_space "$CACHE" 2000
	rm -rf "$PRISTINE".new.*
	mkdir -p "${PRISTINE%/*}"
	unpacked=$(mktemp -d "$PRISTINE.new.XXXXXX")
	say UNPACK "${deb##*/}"
	dpkg-deb --fsys-tarfile "$deb" |
		tar -xO "./usr/src/$package.tar.xz" |
		xz -dc -T0 |
		untar UNPACK 1720 "$unpacked" || {
			rm -rf "$unpacked"
			die "could not unpack $deb into $CACHE; is there space?"
		}
	sync "$unpacked"
	mv "$unpacked/$package" "$PRISTINE"
	rmdir "$unpacked"
}

[ -d "$PRISTINE" ] || {
	need_tool xz
	deb=$(newest_deb)
	[ -n "$deb" ] || {
		fetch
		deb=$(newest_deb)
	}
	verify "$deb"
	extract "$deb"
}
need_tree "$PRISTINE"
