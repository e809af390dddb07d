# SPDX-License-Identifier: GPL-2.0-only
# A protected guest that stays, for scripts that have sourced tap.sh.

GUEST=/tmp/pvm

# Its memory is the host's until run_guest.
start_guest() {
	rm -rf $GUEST
	mkdir $GUEST
	"$HERE"/pvm --hold $GUEST > $GUEST.tap &
}

run_guest() {
	touch $GUEST/run
}

# Where its memory is: guest_memory before|guest, once it has got so far
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
	touch $GUEST/end
	wait
	tap_import < $GUEST.tap
}
