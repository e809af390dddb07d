# SPDX-License-Identifier: GPL-2.0-only
# scripts/overlay.sh. Sourced by scripts_test.sh.

fresh
sed -i 's/^VERSION.*/VERSION = 6/; s/^PATCHLEVEL.*/PATCHLEVEL = 12/' "$tree/Makefile"
refuses "a tree of another version is named" "Linux 6.12.9; the overlay is for 7.3" overlay apply "$tree"
rm "$tree/Makefile"
refuses "a folder that is no kernel tree" "not a Linux source tree" overlay apply "$tree"
refuses "a folder that does not exist" "does not exist" overlay apply "$work/none"

fresh
mkdir -p "$tree/drivers/devmed"
echo mine > "$tree/drivers/devmed/core.c"
cp -a "$tree" "$work/dirty"
refuses "a tree with a file of ours in it" "drivers/devmed/core.c of its own" overlay apply "$tree"
check "and it is left as it was" same "$tree" "$work/dirty"
rm -rf "$work/dirty"

fresh
sed -i 's/^30$/XXX/' "$tree/kernel/b.c"
cp -a "$tree" "$work/dirty"
refuses "a tree that the last patch does not fit" "patches/0002-ab.patch does not apply" overlay apply "$tree"
check "and it is left as it was" same "$tree" "$work/dirty"
rm -rf "$work/dirty"

fresh
sed -i 's/^14$/XXX/' "$tree/kernel/a.c"
refuses "a patch that fits only with fuzz" "0001-a.patch does not apply" overlay apply "$tree"

fresh
echo 0003-none.patch >> "$top/patches/series"
refuses "a series that names a missing patch" "0003-none.patch, which is missing" overlay apply "$tree"

fresh
check "the overlay applies" overlay apply "$tree"
check "patches and files are there" grep -q -x thirty "$tree/kernel/a.c" "$tree/kernel/b.c"
check "files are there" cmp "$tree/drivers/devmed/its/its.c" "$top/drivers/devmed/its/its.c"
picture -t "$tree" | grep -v ' .devmed' > "$work/first"
sleep 0.01
check "it applies a second time" overlay apply "$tree"
picture -t "$tree" | grep -v ' .devmed' > "$work/second"
check "the second time changes no file and no time" diff "$work/first" "$work/second"
check "status says applied and nothing else" test "$(overlay status "$tree")" = applied

echo changed > "$top/drivers/devmed/core.c"
rm "$top/include/kvm/devmed.h"
sed -i /0002/d "$top/patches/series"
check "a changed overlay applies over the old one" overlay apply "$tree"
check "a changed file is replaced" cmp "$tree/drivers/devmed/core.c" "$top/drivers/devmed/core.c"
check "a dropped file is gone" test ! -e "$tree/include"
check "a dropped patch is gone from a file of its own" cmp "$tree/kernel/b.c" "$tree.orig/kernel/b.c"
check "revert" overlay revert "$tree"
check "a reverted tree is what it was, to the byte" same "$tree" "$tree.orig"
check "reverting a tree without overlay does nothing" overlay revert "$tree"

fresh
overlay apply "$tree" >/dev/null
echo edit >> "$tree/kernel/b.c"
echo edit >> "$tree/drivers/devmed/core.c"
cp -a "$tree" "$work/edited"
refuses "revert names the files that were edited" "drivers/devmed/core.c kernel/b.c" overlay revert "$tree"
refuses "apply names them too" "drivers/devmed/core.c kernel/b.c" overlay apply "$tree"
check "and they are kept" same "$tree" "$work/edited"
rm -rf "$work/edited"

fresh
rm -r "$top/patches"
check "an overlay without patches applies" overlay apply "$tree"
overlay revert "$tree" >/dev/null
check "and reverts" same "$tree" "$tree.orig"

fresh
refuses "no patch command" "patch is missing; run 'make tools'" \
	env PATH="$(path_without patch)" "$top/scripts/overlay.sh" apply "$tree"

# Kill the script at its every change of the tree.
fake_killer() {
	fake "$1" <<-END
	#!/bin/bash
	echo >> $work/calls
	[ "\$(wc -l < $work/calls)" -ge "\$KILL_AT" ] && kill -9 \$PPID
	exec /bin/$1 "\$@"
	END
}

interrupted() {
	local verb=$1 tool=$2 then=$3 want=$4 at

	for at in $(seq 1 40); do
		make_tree
		[ "$verb" = apply ] || overlay apply "$tree" >/dev/null
		: > "$work/calls"
		KILL_AT=$at with_fake overlay "$verb" "$tree" >/dev/null 2>&1 && break
		overlay "$then" "$tree" >/dev/null || return 1
		diff <(picture "$tree" | grep -v '\.devmed') <(picture "$want" | grep -v '\.devmed') || return 1
	done
	[ "$at" -gt 1 ] && echo "interrupted at $((at - 1)) places"
}

fresh
overlay apply "$tree" >/dev/null
cp -a "$tree" "$work/applied"
for tool in mv cp; do
	rm -rf "$work/fake"
	fake_killer $tool
	check "apply killed at every $tool, applied again" interrupted apply $tool apply "$work/applied"
	check "apply killed at every $tool, reverted" interrupted apply $tool revert "$tree.orig"
done
for tool in mv cp rm; do
	rm -rf "$work/fake"
	fake_killer $tool
	check "revert killed at every $tool, reverted again" interrupted revert $tool revert "$tree.orig"
done
rm -rf "$work/applied" "$work/fake"

# The real series on the files it touches in the real tree.
pristine=$cache/src/linux-source-7.3
if [ -d "$pristine" ]; then
	rm -rf "$tree" "$tree.orig"
	mkdir -p "$tree/arch/arm64"
	{ echo Makefile; echo Kconfig; cat "$TOP"/patches/*.patch 2>/dev/null |
		sed -n 's#^--- a/\([^[:space:]]*\).*#\1#p' | sort -u; } |
		(cd "$pristine" && cpio -pdm --quiet "$tree")
	cp -a "$tree" "$tree.orig"
	check "make apply puts the real overlay into a tree of one's own" \
		"$TOP/scripts/overlay.sh" apply "$tree"
	check "make revert KERNEL= takes it out" make -C "$TOP" revert KERNEL="$tree"
	check "and the tree is what it was" same "$tree" "$tree.orig"
else
	skip "the real overlay on the real tree" "no source in the cache; run 'make source'"
fi
