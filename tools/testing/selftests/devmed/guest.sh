# SPDX-License-Identifier: GPL-2.0-only
# A protected guest that stays, for scripts that have sourced tap.sh.

GUEST=/tmp/pvm

# Its memory is the host's until it is told to run.
start_guest() {
	rm -rf $GUEST
	mkdir $GUEST
	"$HERE"/pvm --hold $GUEST > $GUEST.tap &
}

# tell_guest run|share|unshare
tell_guest() {
	touch $GUEST/"$1"
}

# Where its memory is: guest_memory before|guest|shared|unshared, once it has got
# so far
guest_memory() {
	local tries=100

	until [ -s $GUEST/"$1" ] || [ $tries -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	cat $GUEST/"$1"
}

# What it found of its memory while it ran.
end_guest() {
	tell_guest share
	tell_guest unshare
	tell_guest end
	wait
	tap_import < $GUEST.tap
}
