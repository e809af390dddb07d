// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the ITS keeps to itself: entries it has read, and writes it owes.
 */
#include "harness.h"
#include "model_its_priv.h"

static struct model_cached *cache_slot(struct model_its *its, enum model_kind kind,
				       u32 key, u32 sub)
{
	u64 hash = (kind * 31 + key) * 0x9e3779b97f4a7c15 + sub * 0xc2b2ae3d27d4eb4f;

	return &its->cache[(hash >> 40) % MODEL_CACHE_SLOTS];
}

bool model_cache_find(struct model_its *its, enum model_kind kind, u32 key,
		      u32 sub, u64 *data)
{
	const struct model_cached *slot = cache_slot(its, kind, key, sub);

	if (slot->kind != kind || slot->key != key || slot->sub != sub)
		return false;
	memcpy(data, slot->data, sizeof(slot->data));

	return true;
}

void model_cache_put(struct model_its *its, enum model_kind kind, u32 key,
		     u32 sub, const u64 *data)
{
	struct model_cached *slot = cache_slot(its, kind, key, sub);

	slot->kind = kind;
	slot->key = key;
	slot->sub = sub;
	memcpy(slot->data, data, sizeof(slot->data));
}

void model_cache_forget(struct model_its *its, enum model_kind kind, u32 key,
			u32 sub)
{
	struct model_cached *slot = cache_slot(its, kind, key, sub);

	if (slot->kind == kind && slot->key == key && slot->sub == sub)
		slot->kind = MODEL_KIND_NONE;
}

void model_cache_forget_all(struct model_its *its, enum model_kind kind, u32 key)
{
	unsigned int i;

	for (i = 0; i < MODEL_CACHE_SLOTS; i++) {
		struct model_cached *slot = &its->cache[i];

		if (slot->kind == kind && (key == U32_MAX || slot->key == key))
			slot->kind = MODEL_KIND_NONE;
	}
}

static void late_write(struct model_its *its, unsigned int i)
{
	struct model_late late = its->late[i];

	its->nr_late--;
	memmove(&its->late[i], &its->late[i + 1],
		(its->nr_late - i) * sizeof(its->late[0]));
	model_write(&late.user, late.phys, late.data, late.size);
}

void model_its_load(struct model_its *its, const struct model_user *user,
		    u64 phys, u64 *data, u32 size)
{
	unsigned int i;

	memset(data, 0, MODEL_MAX_ENTRY);
	for (i = 0; i < its->nr_late; i++) {
		if (its->late[i].phys == phys && its->late[i].size == size) {
			memcpy(data, its->late[i].data, size);
			return;
		}
	}
	model_read(user, phys, data, size);
}

void model_its_store(struct model_its *its, const struct model_user *user,
		     u64 phys, const u64 *data, u32 size, int rd)
{
	unsigned int i;

	for (i = 0; i < its->nr_late; i++) {
		if (its->late[i].phys == phys)
			break;
	}
	if (i == MODEL_MAX_LATE) {
		late_write(its, 0);
		i--;
	}
	if (i == its->nr_late)
		its->nr_late++;
	its->late[i] = (struct model_late) { *user, phys, rd, size };
	memcpy(its->late[i].data, data, size);
}

static bool its_is_late(u32 unit, u64 base, u64 size)
{
	const struct model_its *its = &model_gic->its[unit];
	unsigned int i;

	for (i = 0; i < its->nr_late; i++) {
		if (model_bus_addr(its->late[i].phys) - base < size)
			return true;
	}

	return false;
}

/* What was done for one redistributor is in memory when SYNC names it. */
void model_its_sync(struct model_its *its, int rd)
{
	unsigned int i = 0;

	while (i < its->nr_late) {
		if (its->late[i].rd == rd || its->late[i].rd == MODEL_ANY_RD)
			late_write(its, i);
		else
			i++;
	}
	model_drop_idle(its->index, its_is_late);
}

void model_its_write_back(struct model_its *its)
{
	while (its->nr_late)
		late_write(its, 0);
	model_drop_idle(its->index, its_is_late);
}
