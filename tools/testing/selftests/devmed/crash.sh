#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel crashes with its devices in use, and another one, at EL1, goes on with
# crashed.sh and oracle.sh. EL2 stays; this has to end like a script that returned.

HERE=$(dirname "$0")
. "$HERE/tap.sh"
. "$HERE/el2.sh"

hyp=$(hyp_memory)
smmu=$(devices | grep '^smmuv3@' | head -n 1)
check "$smmu is mediated" [ "$(region_mode "$smmu")" = on ]
check "EL2's memory is at ${hyp:-an unknown address}" [ -n "$hyp" ]

# All that is here, but for the kernel and what is mounted.
(cd / && { find bin init lib tests ! -name Image; ls -d dev proc sys tmp; } | cpio -o -H newc) \
	> /tmp/initrd 2> /dev/null
"$HERE"/kexec "$HERE"/Image /tmp/initrd "console=ttyAMA0 panic=-1 maxcpus=1 reset_devices \
devmed_case=crashed.sh,oracle.sh devmed_oracle=smmu-state \
devmed_nvme_sha256=$(cmdline devmed_nvme_sha256) \
devmed_hyp=$hyp devmed_smmu=$(smmu_base)" > /tmp/kexec.tap
tap_import < /tmp/kexec.tap
check "it is there" [ "$(cat /sys/kernel/kexec_crash_loaded)" = 1 ]
tap_done
echo "# end crash.sh 0"
cat /dev/nvme0n1 > /dev/null &
echo c > /proc/sysrq-trigger
