#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# apt-get over a list of suites of the machine's own Debian mirror, with an apt
# state of its own: signatures are verified with Debian's keyring, the machine's
# sources, preferences and package lists are neither used nor changed.
#
# usage: apt.sh suite... update
#	 apt.sh suite... install package...	(into this machine)
#	 apt.sh suite... download package	(the .deb, into the current folder)
#	 apt.sh suite... uris package		(its address, name, size and checksum)
#	 apt.sh suite... unpack folder package	(with all that it needs, not installed)
#
# -q after the suites: no output of apt's own. DEVMED_APT_ARCH names another
# architecture than the machine's, for download.
# Suites after the first yield to it; DEVMED_APT_PREFER names the packages that
# the last one may supply.

. "$(dirname "$0")/lib.sh"

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
suites=() quiet=
while [ $# -gt 0 ]; do
	case $1 in
	update|install|download|uris|unpack)	break ;;
	-q)	quiet=-qq ;;
	*)	suites+=("$1") ;;
	esac
	shift
done
verb=${1:-} ; shift || die "no verb given"

root=$CACHE/apt/$(IFS=+; echo "${suites[*]}")${DEVMED_APT_ARCH:+.$DEVMED_APT_ARCH}
mkdir -p "$root/lists/partial" "$root/archives/partial" ||
	die "cannot write to $CACHE; set DEVMED_CACHE to a folder that can be written"

# The mirror as the machine has it; the security archive is another one.
mirrors() {
	apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
		awk '$2 !~ /-/ { print $1; exit }'
}

security() {
	apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
		awk '$2 ~ /-security$/ { print $1; exit }'
}

write_sources() {
	local mirror suite

	command -v apt-get >/dev/null || die "no apt-get; this is not Debian, install the tools yourself"
	[ -r $keyring ] || die "$keyring is missing; install debian-archive-keyring"
	mirror=$(mirrors)
	[ -n "$mirror" ] || die "apt has no Debian mirror configured; add one to /etc/apt/sources.list"
	for suite in "${suites[@]}"; do
		echo "deb [signed-by=$keyring] $mirror $suite main"
	done > "$root/sources.list"
	if [ -n "$(security)" ] && [ "${#suites[@]}" -gt 1 ]; then
		echo "deb [signed-by=$keyring] $(security) ${suites[0]}-security main"
		echo "deb [signed-by=$keyring] $mirror ${suites[0]}-updates main"
	fi >> "$root/sources.list"
}

write_preferences() {
	local pkg

	: > "$root/preferences"
	[ "${#suites[@]}" -gt 1 ] || return 0
	{
		printf 'Package: *\nPin: release n=%s\nPin-Priority: 1\n\n' "${suites[-1]}"
		# One source package gives several binaries that must agree.
		for pkg in ${DEVMED_APT_PREFER:-}; do
			printf 'Package: %s %s-common %s-data\nPin: release n=%s\nPin-Priority: 600\n\n' \
				"$pkg" "$pkg" "${pkg%%-*}-system" "${suites[-1]}"
			printf 'Package: /^%s-.*/\nPin: release n=%s\nPin-Priority: 600\n\n' \
				"${pkg%%-*}" "${suites[-1]}"
		done
	} >> "$root/preferences"
}

options=(
	-o "Dir::Etc::sourcelist=$root/sources.list"
	-o Dir::Etc::sourceparts=/dev/null
	-o "Dir::Etc::preferences=$root/preferences"
	-o Dir::Etc::preferencesparts=/dev/null
	-o "Dir::State::lists=$root/lists"
	-o "Dir::Cache::archives=$root/archives"
	-o "Dir::Cache::pkgcache=$root/pkgcache.bin"
	-o "Dir::Cache::srcpkgcache=$root/srcpkgcache.bin"
	-o Acquire::Languages=none
	-o Acquire::Retries=3
	-o APT::Sandbox::User=root
	${DEVMED_APT_ARCH:+-o APT::Architecture=$DEVMED_APT_ARCH -o APT::Architectures=$DEVMED_APT_ARCH}
	$quiet
)
# An empty dpkg status: what is installed here plays no part.
elsewhere=("${options[@]}" -o Dir::State::status=/dev/null)

unpack() {
	local folder=$1 deb

	shift
	rm -f "$root"/archives/*.deb
	apt-get "${elsewhere[@]}" -qq -y --no-install-recommends --download-only install "$@" >/dev/null ||
		die "apt-get could not download: $*"
	for deb in "$root"/archives/*.deb; do
		dpkg-deb -x "$deb" "$folder" || die "$deb is damaged; run this again"
		rm "$deb"
	done
}

write_sources
write_preferences
case $verb in
update)
	apt-get "${options[@]}" -qq -o APT::Update::Error-Mode=any update >"$root/update.log" 2>&1 || {
		die "the Debian mirror cannot be reached ($(grep -m 1 '^[EW]:' "$root/update.log")); check the network and run this again"
	}
	;;
install)
	apt-get "${options[@]}" -y --no-install-recommends --no-remove install "$@" ||
		die "apt-get could not install: $*"
	;;
download)
	apt-get "${elsewhere[@]}" download "$@" ||
		die "apt-get could not download: $*"
	;;
uris)
	apt-get "${elsewhere[@]}" -qq --print-uris download "$@"
	;;
unpack)
	unpack "$@"
	;;
esac
