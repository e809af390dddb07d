# SPDX-License-Identifier: GPL-2.0-only
# How make is called on a kernel tree. Sourced after lib.sh.

# Same input, same output, wherever the checkout is: that also is what lets a
# fresh one find its objects in ccache.
kmake() {
	local compiler="${CROSS}gcc" host=gcc

	if command -v ccache >/dev/null; then
		compiler="ccache $compiler"
		host="ccache gcc"
	fi
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u KERNEL -u EXTRA \
		CCACHE_DIR="$CACHE/ccache" CCACHE_BASEDIR="$TOP" CCACHE_NOHASHDIR=1 \
		CCACHE_MAXSIZE=2G CCACHE_COMPILERCHECK=content \
		KBUILD_BUILD_TIMESTAMP="1970-01-01" KBUILD_BUILD_USER=devmed \
		KBUILD_BUILD_HOST=devmed KBUILD_BUILD_VERSION=1 \
		make ARCH=arm64 CROSS_COMPILE="$CROSS" LOCALVERSION= \
			CC="$compiler" HOSTCC="$host" "$@"
}
