#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Stop at each check from outside the machine that devmed_oracle= names.

number=0
failed=0
for name in $(tr ' ' '\n' < /proc/cmdline | sed -n 's/^devmed_oracle=//p' | tr , ' '); do
	number=$((number + 1))
	echo "ORACLE: $name"
	read -r answer
	if [ "$answer" = ok ]; then
		echo "ok $number - oracle $name was content"
	else
		echo "not ok $number - oracle $name was content"
		failed=1
	fi
done
echo "1..$number"
exit $failed
