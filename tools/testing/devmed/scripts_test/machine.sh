# SPDX-License-Identifier: GPL-2.0-only
# A machine that lacks something: tools, root, space, network. Sourced by
# scripts_test.sh.

package=linux-source-7.3
deb=$work/cache/deb/${package}_7.3.99-1_all.deb

# A cache with a package of a small tree, as if it had been fetched.
cache_with_deb() {
	local root=$work/root

	rm -rf "$work/cache" "$root"
	mkdir -p "$work/cache/deb" "$root"/{DEBIAN,usr/src} "$root/$package"
	cp -r "$tree.orig"/. "$root/$package"
	tar -C "$root" -cJf "$root/usr/src/$package.tar.xz" $package
	rm -rf "${root:?}/$package"
	printf 'Package: %s\nVersion: 7.3.99-1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n' \
		$package > "$root/DEBIAN/control"
	dpkg-deb -b "$root" "$deb" >/dev/null
	(cd "$work/cache/deb" && sha256sum "${deb##*/}" > "${deb##*/}.sha256")
}

source_sh() {
	env DEVMED_CACHE="$work/cache" "$@" "$top/scripts/source.sh"
}

# As a user who is not root, whoever runs this.
as_user() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent "$@"
	else
		"$@"
	fi
}

fresh
for tool in bison aarch64-linux-gnu-gcc; do
	refuses "no $tool" "$tool is missing; run 'make tools'" \
		env PATH="$(path_without $tool)" "$top/scripts/kernel.sh" stock
done
check "and nothing was built" test ! -e "$top/build/stock"
refuses "no QEMU" "qemu-system-aarch64 is missing; run 'make tools'" \
	env PATH="$(path_without qemu-system-aarch64)" "$TOP/tools/testing/devmed/qemu/run.py" stock

fake dpkg-query <<'END'
#!/bin/sh
echo not-installed
END
refuses "no root, and tools to install" "not root; install these yourself: .*gcc-aarch64-linux-gnu" \
	as_user env PATH="$work/fake:$PATH" "$top/scripts/packages.sh" kernel
rm -rf "$work/fake"

refuses "an unknown flavour" "usage: kernel.sh" "$top/scripts/kernel.sh" none
refuses "KERNEL that does not exist" "KERNEL=/nonexistent does not exist" \
	env KERNEL=/nonexistent "$top/scripts/kernel.sh" stock
overlay apply "$tree" >/dev/null
KERNEL=$tree "$top/scripts/kernel.sh" stock >/dev/null 2>&1
check "make stock KERNEL= builds from a copy without the overlay" same "$top/build/linux-stock" "$tree.orig"
rm -rf "$top/build"
make_tree
mkdir -p "$tree/include/config"
refuses "KERNEL that has been built in" "run 'make mrproper' there" \
	env KERNEL="$tree" "$top/scripts/kernel.sh" stock
sed -i 's/^PATCHLEVEL.*/PATCHLEVEL = 2/' "$tree/Makefile"
refuses "KERNEL of another version" "Linux 7.2.9; the overlay is for 7.3" \
	env KERNEL="$tree" "$top/scripts/kernel.sh" stock

mkdir -p "$work/small"
if mount -t tmpfs -o size=8m tmpfs "$work/small" 2>/dev/null; then
	refuses "no space for the source" "8 MiB free and [0-9]+ are needed" \
		env DEVMED_CACHE="$work/small" "$top/scripts/source.sh"
	check "and nothing was left" test -z "$(ls -A "$work/small")"
	refuses "no space for the tools" "8 MiB free and [0-9]+ are needed|not root" \
		env DEVMED_CACHE="$work/small" PATH="$work/fake:$PATH" bash -c "
			mkdir -p $work/fake; printf '#!/bin/sh\necho no\n' > $work/fake/dpkg-query
			chmod 755 $work/fake/dpkg-query; exec $top/scripts/packages.sh kernel"
	rm -rf "$work/fake"
	umount "$work/small"
else
	skip "no space for the source" "a tmpfs cannot be mounted here"
fi

if [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null; then
	refuses "no network and no cache" "the Debian mirror cannot be reached" \
		unshare -n env DEVMED_CACHE="$work/empty" "$top/scripts/source.sh"
	check "and no source appeared" test ! -e "$work/empty/src" -a -z "$(ls -A "$work/empty/deb" 2>/dev/null)"
else
	skip "no network and no cache" "a network namespace cannot be made here"
fi

cache_with_deb
fake apt-get <<'END'
#!/bin/sh
exit 100
END
check "no network and a downloaded package" with_fake source_sh
check "its tree is the one packed" same "$work/cache/src/$package" "$tree.orig"
rm "$deb"
check "no network and a warm cache" with_fake source_sh
rm -rf "$work/fake"

cache_with_deb
truncate -s -10 "$deb"
refuses "a damaged download" "is damaged \(sha256\); remove it" source_sh
check "and nothing was unpacked" test ! -e "$work/cache/src"

cache_with_deb
fake tar <<'END'
#!/bin/sh
case $1 in
-x)	mkdir "$6/linux-source-7.3"; exec sleep 60 ;;
*)	exec /bin/tar "$@" ;;
esac
END
with_fake source_sh timeout -s KILL 2 >/dev/null 2>&1
check "an unpacking that was killed leaves no tree" test ! -e "$work/cache/src/$package"
rm -rf "$work/fake"
check "and the next one completes it" source_sh
check "without a trace of the first" test "$(ls "$work/cache/src")" = $package
