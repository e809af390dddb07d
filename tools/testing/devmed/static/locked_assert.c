// SPDX-License-Identifier: GPL-2.0-only
/* Breaks locked_assert.cocci: a comment is not an assertion. */

/* Called with region->lock held. */
static int bad_emulate_locked(struct devmed_region *region)	/* found */
{
	return region->instance ? 0 : -ENODEV;
}
