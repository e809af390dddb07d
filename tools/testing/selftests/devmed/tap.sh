# SPDX-License-Identifier: GPL-2.0-only
# TAP for the scripts here: sourced, with HERE set to where they are. Results
# are numbered as they come and the plan follows them.

# The runner's guest has the modules here, an installed kselftest beside the
# scripts.
MODULES=/lib/modules-devmed
[ -d $MODULES ] || MODULES=$HERE

TAP_NR=0
TAP_FAILED=0

# ok text / not_ok text / skip text reason
ok() {
	TAP_NR=$((TAP_NR + 1))
	echo "ok $TAP_NR - $*"
}

not_ok() {
	TAP_NR=$((TAP_NR + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_NR - $*"
}

skip() {
	TAP_NR=$((TAP_NR + 1))
	echo "ok $TAP_NR - $1 # SKIP $2"
}

note() {
	echo "# $*"
}

# check text command...: ok when the command succeeds
check() {
	local text=$1

	shift
	if "$@"; then
		ok "$text"
	else
		not_ok "$text"
	fi
}

# Number the lines that a module or a program left without numbers.
tap_import() {
	local line

	while IFS= read -r line; do
		case $line in
		"ok - "*)	ok "${line#ok - }" ;;
		"not ok - "*)	not_ok "${line#not ok - }" ;;
		"#"*)		echo "$line" ;;
		esac
	done
}

tap_done() {
	echo "1..$TAP_NR"
	[ "$TAP_FAILED" -eq 0 ]
}

# The value of a kernel parameter, or nothing.
cmdline() {
	tr ' ' '\n' < /proc/cmdline | sed -n "s/^$1=//p" | tail -n 1
}

REGIONS=/sys/kernel/debug/devmed/regions
COUNTERS=/sys/kernel/debug/devmed/counters

# Names of the regions that EL2 has; one column of one of them; one counter.
regions() {
	[ -r $REGIONS ] && awk '$4 == "forward" || $4 == "on" { print $1 }' $REGIONS
}

# Answers that the host reads itself: what EL2 mediates, unless told not to.
direct_reads() {
	case $(cmdline devmed.direct_reads),$(region_mode "$1") in
	[0nN],*)	return 1 ;;
	[1yY],*|,on)	return 0 ;;
	*)		return 1 ;;
	esac
}

# Every refusal of an access or of a command, over all regions.
refusals() {
	awk '$1 ~ /@/ && $2 !~ /^(reads|writes|cmd-passed|cmd-rewritten|error)$/ { n += $3 }
	     END { print n + 0 }' $COUNTERS
}

# All devices that were found, those that EL2 does not have included.
devices() {
	[ -r $REGIONS ] && sed 1d $REGIONS | awk '{ print $1 }'
}

# Is it in the log what became of a device? Redistributors share lines.
in_log() {
	case $1 in
	gicr*)	dmesg | grep -q "devmed: ${1%@*}@[^ ]*\( and [0-9]* more\)\?: " ;;
	*)	dmesg | grep -q "devmed: $1: " ;;
	esac
}

region_column() {
	sed 1d $REGIONS | awk -v name="$1" -v column="$2" '$1 == name { print $column }'
}

region_base() { region_column "$1" 2; }
region_size() { region_column "$1" 3; }
region_mode() { region_column "$1" 4; }

counter() {
	awk -v region="$1" -v name="$2" '$1 == region && $2 == name { print $3 }' $COUNTERS
}

# Reads and writes together.
accesses() {
	awk -v region="$1" '$1 == region && ($2 == "reads" || $2 == "writes") { n += $3 }
			    END { print n + 0 }' $COUNTERS
}

# load_module name [parameter...], then show what it found and unload it
run_module() {
	local name=$1

	shift
	if ! insmod "$MODULES/$name.ko" "$@"; then
		not_ok "$name.ko can be loaded"
		return 1
	fi
	tap_import < "/sys/kernel/debug/$name"
	rmmod "$name"
}
