// SPDX-License-Identifier: GPL-2.0-only
/* Breaks no_fatal.cocci: a value of the host's stops EL2. */
int bad_fatal(u64 cwriter, u64 size)
{
	if (WARN_ON(cwriter >= size))	/* found */
		return -EINVAL;

	BUG_ON(size & 31);		/* found */
	return 0;
}
