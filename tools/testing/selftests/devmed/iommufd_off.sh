#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The tests of iommufd that smmu_users.sh leaves out, where nothing is mediated:
# they fail here too.

HERE=$(dirname "$0")
. "$HERE/tap.sh"

LEFT_OUT="-t dmabuf_simple -t dmabuf_revoke"

check "nothing is mediated" [ -z "$(regions)" ]
"$HERE"/iommufd $LEFT_OUT > /tmp/iommufd 2>&1
grep '^[A-Za-z0-9_./]*:[0-9]*:\|^ok\|^not ok' /tmp/iommufd | sed 's/^/# /'
ran=$(grep -c '^ok\|^not ok' /tmp/iommufd)
check "iommufd: $ran tests ran that are left out elsewhere" [ "$ran" -gt 0 ]
check "all of them failed" [ "$(grep -c '^not ok' /tmp/iommufd)" -eq "$ran" ]
tap_done
