#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Static checks of this repository's files. Each finding is shown and fails.
#
# usage: check.sh [style|sizes|doc|cocci|sparse|clang|stock...]
#
#	style	checkpatch on files and patches; syntax of scripts
#	sizes	files and functions that have grown too long; missing kernel-doc
#	doc	kernel-doc comments and the documents under Documentation/
#	cocci	scripts/coccinelle/*.cocci, and that each rule finds its bad example
#	sparse	our objects with sparse and W=1
#	clang	our objects and the hypervisor around them with clang
#	stock	object code with CONFIG_DEVMED=n against a tree without the overlay

. "$(dirname "$0")/lib.sh"
. "$TOP/scripts/kbuild.sh"

passed=0 failed=0
tree=$BUILD/linux
bad_examples=tools/testing/devmed/static
el2_files="arch/arm64/kvm/hyp/nvhe/devmed/*.c drivers/devmed/*/hyp/*.c"

# finding TEXT COMMAND...: passes when the command succeeds; what it says then is
# for information.
finding() {
	local text=$1 out

	shift
	if out=$("$@" 2>&1); then
		passed=$((passed + 1))
		[ -z "$out" ] || printf '%s\n' "$out" | sed 's/^#* */# /'
		echo "ok - $text"
	else
		failed=$((failed + 1))
		printf '%s\n' "$out" "not ok - $text"
	fi
}

# each TEXT COMMAND FILE...: a finding for every file, several at a time.
each() {
	local text=$1 command=$2 dir file

	shift 2
	dir=$(mktemp -d)
	for file; do
		while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do
			wait -n
		done
		mkdir -p "$dir/$file"
		{
			! "$command" "$file" > "$dir/$file/output" 2>&1 || touch "$dir/$file/passed"
		} &
	done
	wait
	for file; do
		finding "$text $file" told "$dir/$file"
	done
	rm -r "$dir"
}

told() {
	cat "$1/output"
	[ -e "$1/passed" ]
}

# Files in the repository that match, but for those that are wrong on purpose.
ours() {
	(cd "$TOP"; git ls-files -co --exclude-standard -- "$@" ":!$bad_examples" 2>/dev/null | sort -u |
		while read -r file; do [ ! -f "$file" ] || echo "$file"; done)
}

# What checkpatch asks for and does not fit: macros of the kernel in programs of
# user space and names that others chose; trace events, which look like this;
# constants given to macros that are initializers, or operands to macros that are
# instructions; what stands in for the kernel
# in the native tests, and what defines them.
native_unfit=COMPLEX_MACRO,AVOID_EXTERNS,MACRO_ARG_REUSE,NEW_TYPEDEFS,MEMORY_BARRIER,AVOID_BUG,SPLIT_STRING,SPACING
unfit() {
	case $1 in
	*/nvhe/devmed.h|*/nvhe/devmed_raw.h)	echo ,MACRO_ARG_REUSE ;;
	*_events.h)		echo ,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT ;;
	tools/testing/devmed/*)	echo ,CAMELCASE,BIT_MACRO,ARRAY_SIZE,VOLATILE,PREFER_DEFINED_ATTRIBUTE_MACRO,$native_unfit ;;
	*/modules/*)		echo ,CAMELCASE,INCLUDE_LINUX ;;
	tools/testing/*)	echo ,CAMELCASE,BIT_MACRO,ARRAY_SIZE,VOLATILE,PREFER_DEFINED_ATTRIBUTE_MACRO ;;
	esac
}

# It runs spdxcheck.py too, which is silent but for a module that Debian does
# not install with it.
checkpatch() {
	(cd "$TOP" && perl "$PRISTINE/scripts/checkpatch.pl" --root="$PRISTINE" --no-summary --quiet \
		--no-signoff --terse --strict \
		--ignore "FILE_PATH_CHANGES,LINUX_VERSION_CODE$(unfit "${!#}")" "$@" \
		2> >(grep -v -e '^Traceback' -e 'spdxcheck\.py' -e "[ ']ply\b" >&2))
}

checkpatch_file() {
	checkpatch -f "$1"
}

# By its name checkpatch would take a file in the repository for source.
checkpatch_patch() {
	checkpatch - < "$TOP/$1"
}

check_style() {
	local file

	need_tool perl
	each checkpatch checkpatch_file \
		$(ours 'arch/*.[chS]' 'drivers/*.[chS]' 'include/*.[chS]' 'tools/*.[chS]' '*Kconfig' \
			'*Makefile.hyp' 'drivers/*Makefile' 'Documentation/*.rst')
	each checkpatch checkpatch_patch $(ours 'patches/*.patch')
	for file in $(ours '*.sh'); do
		# The guest has busybox, everything else bash.
		case $file in
		tools/testing/selftests/*)	finding "syntax of $file" sh -n "$TOP/$file" ;;
		*)	finding "syntax of $file" bash -n "$TOP/$file" ;;
		esac
	done
}

# few_changes limit paths: the patches change few lines of files below these.
few_changes() {
	awk -v limit="$1" -v paths="^($2)" '
		/^--- a\// { counts = substr($2, 3) ~ paths }
		/^(---|\+\+\+) / { next }
		/^[-+]/ { lines += counts }
		END { print "# " lines + 0 " lines changed"; exit !(lines < limit) }
	' "$TOP"/patches/*.patch
}

check_sizes() {
	finding "patches change few lines of KVM and elsewhere" \
		few_changes 200 'arch|include|Documentation|MAINTAINERS|drivers/(Kconfig|Makefile)'
	finding "patches change few lines of irqchip" few_changes 100 drivers/irqchip/
	finding "patches change few lines of iommu" few_changes 60 drivers/iommu/
	cd "$TOP"
	finding "sizes and kernel-doc of EL2 files" scripts/sizes.py --doc $(ours $el2_files)
	finding "sizes of C files" scripts/sizes.py $(ours '*.[chS]')
	finding "sizes of scripts" scripts/sizes.py $(ours '*.sh' '*.py' Makefile)
}

# kernel-doc reports through its status only with -Werror.
kernel_doc() {
	(cd "$TOP" && "$PRISTINE/scripts/kernel-doc" -none -Wall -Werror "$@" 2>&1 | sort -u)
}

check_doc() {
	each kernel-doc kernel_doc $(ours 'arch/*.[ch]' 'drivers/*.[ch]' 'include/*.[ch]')
	cd "$TOP"
	finding "documents under Documentation/" scripts/rstcheck.py $(ours 'Documentation/*.rst')
}

spatch_report() {
	(cd "$TOP" && spatch --very-quiet --no-includes -D report --sp-file "$@" 2>&1)
}

cocci_silent() {
	local out

	out=$(spatch_report "$@")
	[ -z "$out" ] || { printf '%s\n' "$out"; return 1; }
}

# A bad example marks the lines that its rule has to find, and no others.
cocci_fires() {
	diff <(sed -n '/found \*\//=' "$TOP/$2") \
	     <(spatch_report "$1" "$2" | awk -F: '{ print $2 }' | sort -nu)
}

# Rules for the layer that the host names offsets, slots and addresses to; a backend
# names registers, and tables of its own.
generic_rules="host_memory locked_assert read_once"

check_cocci() {
	local rule name files

	need_tool spatch
	for rule in $(ours 'scripts/coccinelle/*.cocci'); do
		name=$(basename "$rule" .cocci)
		files=$(ours $el2_files)
		case " $generic_rules " in
		*" $name "*)	files=$(grep -v ^drivers/ <<< "$files") ;;
		esac
		finding "$name finds what it is for" cocci_fires "$rule" "$bad_examples/$name.c"
		finding "$name on EL2 files" cocci_silent "$rule" $files
	done
}

# configure OUT OPTIONS ARGUMENT...: the mediated kernel's configuration, with
# OPTIONS switched on, in a folder of its own.
configure() {
	local out=$1 option

	mkdir -p "$out"
	cp "$BUILD/kernel/.config" "$out/config.new"
	for option in $2; do
		echo "$option=y" >> "$out/config.new"
	done
	if [ ! -f "$out/.config" ] || ! cmp -s "$out/config.new" "$out/config.from"; then
		cp "$out/config.new" "$out/.config"
		kmake "${@:3}" -C "$tree" O="$out" olddefconfig > "$out.log" 2>&1 ||
			die "could not configure $out; the log is $out.log"
		mv "$out/config.new" "$out/config.from"
	fi
	for option in $2; do
		grep -q "^$option=y" "$out/.config" || die "$option=y did not reach the configuration in $out"
	done
}

# objects_of FILE...: what is built from them, EL2 files for EL2.
objects_of() {
	local file

	for file; do
		case $file in
		arch/*|*/hyp/*)	echo "${file%.c}.nvhe.o" ;;
		*)		echo "${file%.c}.o" ;;
		esac
	done
}

# Tests that are part of the file which they test have no object of their own.
our_sources() {
	local file

	for file in $(ours 'arch/arm64/kvm/hyp/nvhe/devmed/*.c' 'drivers/devmed/*.c'); do
		[[ $file = */tests/* ]] && grep -qrs "^#include .*tests/${file##*/}\"" "$TOP/drivers/devmed" ||
			echo "$file"
	done
}

# build OUT ARGUMENT...: the hypervisor's objects and the host's part, ours anew.
build() {
	local out=$1 object status=0 start=$SECONDS

	shift
	for object in $(objects_of $(our_sources)); do
		rm -f "$out/$object"
	done
	kmake "$@" -C "$tree" O="$out" -j"$JOBS" prepare > "$out.log" 2>&1 &&
		kmake "$@" -C "$tree" O="$out" -j"$JOBS" -k arch/arm64/kvm/hyp/nvhe/ drivers/devmed/ \
			> "$out.log" 2>&1 || status=1
	say BUILD "${out#"$TOP"/}, $((SECONDS - start)) s"
	[ $status -eq 0 ] || grep -E -m 20 'error:|\*\*\*.*\.o\]' "$out.log"
	return $status
}

built_all() {
	local object missing=0

	for object in $(objects_of $(our_sources)); do
		[ -f "$1/$object" ] || { echo "$object was not built"; missing=1; }
	done
	return $missing
}

# What sparse says of macros of the kernel's, wherever they are used: it knows no
# strlen() of a constant, and the events of EL2 are declared nowhere.
not_ours() {
	local found place file line

	while read -r found; do
		place=${found%%: *}
		IFS=: read -r file line _ <<< "$place"
		case $found in
		*"symbol 'hyp_event_id_"*)	continue ;;
		*"error: bad constant expression"*)
			! sed -n "${line}p" "$file" | grep -q '^\(module_param\|MODULE_\)' || continue ;;
		esac
		printf '%s\n' "$found"
	done
}

# Lines of the log that are about our files.
no_warning() {
	local log=$1 pattern=$2 found

	found=$(grep -E '(devmed[a-z_]*\.h|/devmed/.*):[0-9]+(:[0-9]+)?: (warning|error)' "$log" |
		grep -E "$pattern" | sort -u | not_ours)
	[ -z "$found" ] || { printf '%s\n' "$found"; return 1; }
}

# sparse is skipped without a word when it cannot parse; make says what it checks.
checked_all() {
	local file missing=0

	for file in $(our_sources); do
		grep -q "^  CHECK  .*$file" "$1" || { echo "sparse did not look at $file"; missing=1; }
	done
	! grep -E 'sparse: .*(No such|not found)' "$1" || missing=1
	return $missing
}

check_sparse() {
	local out=$BUILD/static

	need_tool sparse
	configure "$out" "CONFIG_NVHE_EL2_DEBUG CONFIG_NVHE_EL2_TRACING CONFIG_KUNIT CONFIG_DEVMED_KUNIT_TEST"
	finding "our files build with W=1" build "$out" W=1 C=1 CHECK="sparse -D__typeof_unqual__=__typeof__"
	finding "all of them" built_all "$out"
	finding "W=1 finds nothing in our files" no_warning "$out.log" '\[-W'
	finding "sparse looked at all our files" checked_all "$out.log"
	finding "sparse finds nothing in our files" no_warning "$out.log" '[^]]$'
}

check_clang() {
	local out=$BUILD/static-clang
	local clang=(LLVM=-19 CC="ccache clang-19" HOSTCC="ccache gcc" HOSTLD=ld HOSTAR=ar)

	need_tool clang-19
	need_tool ld.lld-19
	command -v ccache > /dev/null || clang=(LLVM=-19 CC=clang-19 HOSTCC=gcc HOSTLD=ld HOSTAR=ar)
	configure "$out" "CONFIG_KUNIT CONFIG_DEVMED_KUNIT_TEST" "${clang[@]}"
	finding "EL2 and our files build with clang" build "$out" "${clang[@]}"
	finding "all of them, with clang" built_all "$out"
	finding "clang finds nothing in our files" no_warning "$out.log" '.'
}

touched() {
	sed -n 's#^--- a/\([^[:space:]]*\).*#\1#p' "$TOP"/patches/*.patch | sort -u
}

# The overlay, switched off, in every object of the kernel.
build_off() {
	local out=$1 log=$1.log start=$SECONDS

	mkdir -p "$out"
	cp "$BUILD/stock/.config" "$out/.config"
	kmake -C "$tree" O="$out" olddefconfig > "$log" 2>&1 &&
		! grep -q '^CONFIG_DEVMED' "$out/.config" &&
		kmake -C "$tree" O="$out" -j"$JOBS" vmlinux modules > "$log" 2>&1 ||
		{ grep -E -m 12 'error:|\*\*\*' "$log"; return 1; }
	say BUILD "${out#"$TOP"/}, $((SECONDS - start)) s"
}

check_stock() {
	local out=$BUILD/static-off

	"$TOP/scripts/kernel.sh" stock
	finding "builds with CONFIG_DEVMED=n" build_off "$out"
	finding "CONFIG_DEVMED=n leaves other objects as they are" \
		"$TOP/scripts/objcmp.py" "$BUILD/stock" "$out" $(touched)
}

"$TOP/scripts/source.sh"
for part in ${*:-style sizes doc cocci sparse clang stock}; do
	case $part in
	style|sizes|doc|cocci)	"check_$part" ;;
	sparse|clang|stock)
		"$TOP/scripts/kernel.sh" kernel
		"check_$part"
		;;
	*)	die "no part '$part'; there are style, sizes, doc, cocci, sparse, clang and stock" ;;
	esac
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] || exit 1
