// SPDX-License-Identifier: GPL-2.0-only
/* Breaks unlock.cocci: the error path keeps the lock. */
int bad_unlock(struct devmed_region *region, void *instance)
{
	hyp_spin_lock(&region->lock);
	if (!instance)
		return -EINVAL;	/* found */
	region->instance = instance;
	hyp_spin_unlock(&region->lock);

	return 0;
}
