#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build one flavour of the kernel: Image, modules, and all that external modules
# need, in build/FLAVOUR. The log is build/FLAVOUR.log.
#
# usage: kernel.sh stock|kernel|debug|kernel-16k|kernel-64k|modular
#	 kernel.sh --apply	(only make the source tree with the overlay)
#
#	stock		kernel.config, without the overlay
#	kernel		kernel.config and devmed.config
#	debug		the same, checking its locks at EL2, able to suspend and to
#			start another kernel, with other users of the SMMU
#	kernel-16k	checking its locks at EL2, with 16 KiB pages
#	kernel-64k	the same with 64 KiB pages, and UBSAN
#	modular		kernel.config and devmed.config, drivers as modules
#
# KERNEL=/path builds from a Linux tree of yours instead of Debian's.

. "$(dirname "$0")/lib.sh"
. "$TOP/scripts/kbuild.sh"

flavour=${1:-}
case $flavour in
stock)		fragments="kernel" ;;
kernel)		fragments="kernel devmed" ;;
debug)		fragments="kernel devmed debug power iommu" ;;
kernel-16k)	fragments="kernel devmed debug 16k" ;;
kernel-64k)	fragments="kernel devmed debug 64k" ;;
modular)	fragments="kernel devmed modular" ;;
--apply)	;;
*)		die "usage: kernel.sh stock|kernel|debug|kernel-16k|kernel-64k|modular|--apply" ;;
esac
# ccache knows an object again if its source has the same path as before, which is
# ../linux from each folder that a kernel is built in.
out=$BUILD/$flavour
[ "$flavour" != stock ] || out=$BUILD/pristine/stock
log=$BUILD/$flavour.log
# Objects of a whole build; what the last one counted is better.
total=$CACHE/objects.$flavour
own=${KERNEL:+$(cd "$KERNEL" 2>/dev/null && pwd || die "KERNEL=$KERNEL does not exist")}

# A copy of the pristine tree, made again when the source is another version. One
# that nothing is written to needs no space, if it is on the same disk.
copy_pristine() {
	local tree=$1 link=${2:-} version

	"$TOP/scripts/source.sh"
	version=$(tree_version "$PRISTINE")
	[ -d "$tree" ] && [ "$(tree_version "$tree")" = "$version" ] && return
	rm -rf "$tree" "$tree.new"
	mkdir -p "${tree%/*}"
	if [ -n "$link" ] && cp -al "$PRISTINE" "$tree.new" 2>/dev/null; then
		mv "$tree.new" "$tree"
		return
	fi
	need_space "$BUILD" 2000
	rm -rf "$tree.new"
	mkdir "$tree.new"
	say COPY "Linux $version into ${tree#"$TOP"/}"
	tar -C "$PRISTINE" -c . | untar COPY 1720 "$tree.new" ||
		die "could not copy $PRISTINE to $tree"
	mv "$tree.new" "$tree"
}

copying() {
	progress COPY "$own into ${tree#"$TOP"/}: $SECONDS s"
}

# The user's tree as it was before the overlay; its own files keep their times.
copy_own() {
	local tree=$1 owned

	owned=$(mktemp)
	[ ! -f "$own/.devmed/manifest" ] || sed -n 's#^\(new\|dir\) [^ ]* #/#p' "$own/.devmed/manifest" > "$owned"
	mkdir -p "$tree"
	with_progress copying rsync -a --delete --exclude=/.git --exclude=/.devmed \
		--exclude-from="$owned" "$own/" "$tree/"
	[ ! -d "$own/.devmed/orig" ] || rsync -a "$own/.devmed/orig/" "$tree/"
	rm "$owned"
}

prepare_tree() {
	if [ -n "$own" ]; then
		need_tree "$own"
		tree=$own
		[ ! -f "$own/.config" ] && [ ! -d "$own/include/config" ] ||
			die "$own has been built in; run 'make mrproper' there"
	fi
	case $flavour${own:+-own} in
	stock)		tree=$BUILD/pristine/linux; copy_pristine "$tree" link ;;
	stock-own)	tree=$BUILD/linux-stock; copy_own "$tree" ;;
	*-own)		"$TOP/scripts/overlay.sh" apply "$tree" ;;
	*)		tree=$BUILD/linux
			copy_pristine "$tree"
			"$TOP/scripts/overlay.sh" apply "$tree" ;;
	esac
}

# Kconfig drops what it cannot grant without a word; name the first such line.
check_config() {
	local option value

	sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=\(.*\)/\1 \2/p; s/^# \(CONFIG_[A-Z0-9_]*\) is not set/\1 n/p' "$1" |
	awk '{ value[$1] = $2 } END { for (o in value) print o, value[o] }' | sort |
	while read -r option value; do
		if [ "$value" = n ]; then
			! grep -q "^$option=" "$out/.config" || die "$option was switched off and is on in $flavour"
		else
			grep -q "^$option=$value\$" "$out/.config" ||
				die "$option=$value was asked for and did not reach the $flavour configuration"
		fi
	done
}

configure() {
	local name

	mkdir -p "$out"
	for name in $fragments; do
		cat "$TOP/tools/testing/devmed/qemu/$name.config"
	done > "$out/fragment.new"
	if [ ! -f "$out/.config" ] || ! cmp -s "$out/fragment.new" "$out/fragment.config"; then
		rm -f "$out/fragment.config"
		KCONFIG_ALLCONFIG="$out/fragment.new" kmake -C "$tree" O="$out" allnoconfig > "$log" 2>&1 || failed
		check_config "$out/fragment.new"
		mv "$out/fragment.new" "$out/fragment.config"
	fi
	rm -f "$out/fragment.new"
}

compile() {
	kmake -C "$tree" O="$out" -j"$JOBS" Image modules > "$log" 2>&1 9>&-
}

objects() {
	find "$out" -name '*.o' 2>/dev/null | wc -l
}

built() {
	local now

	now=$(objects)
	if [ "$now" -lt "$expected" ]; then
		progress BUILD "$flavour: $now of $expected objects"
	else
		progress BUILD "$flavour: all objects there, $(grep -c '^  \(CC\|AS\) ' "$log") rebuilt"
	fi
}

failed() {
	grep -E -m 12 'error:|Error [0-9]|undefined reference|\*\*\*|No space left' "$log" >&2 || tail -5 "$log" >&2
	die "the $flavour kernel did not build; the whole log is $log"
}

for tool in make gcc bc bison flex rsync "${CROSS}gcc"; do
	need_tool "$tool"
done
need_space "$CACHE" 100
need_space "$BUILD" 300
exec 9> "$BUILD/.kernel.lock"
flock -n 9 || die "another run is building in $BUILD; wait for it"
prepare_tree
[ "$flavour" != --apply ] || exit 0
if [ "$out" != "$BUILD/$flavour" ]; then
	[ -L "$BUILD/$flavour" ] || rm -rf "${BUILD:?}/$flavour"
	ln -sfn "${out#"$BUILD"/}" "$BUILD/$flavour"
fi
configure
expected=$(cat "$total" 2>/dev/null || echo 1400)
start=$SECONDS
with_progress built compile || failed
objects > "$total"
say KERNEL "build/$flavour/arch/arm64/boot/Image, $((SECONDS - start)) s"
