#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A newer QEMU than this release's, for machines that the other cannot model:
# unpacked into the cache with the libraries it needs, run by its own loader,
# never installed.
#
# usage: newer-qemu.sh		(prints the command)

. "$(dirname "$0")/lib.sh"

package=qemu-system-arm
suites=(trixie trixie-backports)
root=$CACHE/qemu
command=$root/qemu-system-aarch64

fetch() {
	local incoming loader

	need_space "$CACHE" 400
	say FETCH "$package and its libraries from the Debian archive (${suites[1]})"
	"$TOP/scripts/apt.sh" "${suites[@]}" update
	rm -rf "$root" "$root".new.*
	incoming=$(mktemp -d "$root.new.XXXXXX")
	DEVMED_APT_PREFER=$package "$TOP/scripts/apt.sh" "${suites[@]}" unpack "$incoming" "$package"
	loader=$(cd "$incoming" && echo usr/lib/*/ld-linux-*.so.*)
	cat > "$incoming/${command##*/}" <<-END
		#!/bin/sh
		exec $root/$loader --library-path $root/${loader%/*} \\
			$root/usr/bin/${command##*/} -L $root/usr/share/qemu "\$@"
	END
	chmod +x "$incoming/${command##*/}"
	mv -T "$incoming" "$root"
}

[ -x "$command" ] || fetch >&2
echo "$command"
