// SPDX-License-Identifier: GPL-2.0-only
/*
 * Things that the SMMU model does when it likes, up to a CMD_SYNC: invalidations that
 * were consumed, which says nothing (IHI 0070, 4.8), in any order (4.7.3) and in
 * one cache before the other; and writes that were translated and are under way,
 * for which CMD_SYNC waits (3.21.1) and CR0ACK does not (6.3.9.6).
 *
 * A command is complete when nothing of its scope is left, in all caches at once;
 * before that it may have been done in some of them, and filled again from others.
 */
#include "fake.h"
#include "harness.h"
#include "model_smmu.h"

static void finish(struct msmmu *s, struct msmmu_pending *pending)
{
	msmmu_apply(s, pending, MSMMU_ALL_PARTS);
	pending->valid = false;
}

void msmmu_pend(struct msmmu *s, const struct msmmu_pending *pending)
{
	struct msmmu_pending *to = &s->pending[msmmu_random(s, MSMMU_MAX_PENDING)];
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_PENDING && to->valid; i++)
		to = &s->pending[i];
	if (to->valid)
		finish(s, to);
	*to = *pending;
	to->valid = true;
}

static struct msmmu_pending *some_pending(struct msmmu *s)
{
	unsigned int first = msmmu_random(s, MSMMU_MAX_PENDING);
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_PENDING; i++) {
		struct msmmu_pending *p = &s->pending[(first + i) % MSMMU_MAX_PENDING];

		if (p->valid)
			return p;
	}

	return NULL;
}

static void progress(struct msmmu *s)
{
	struct msmmu_pending *pending = some_pending(s);

	if (!pending)
		return;
	if (!msmmu_random(s, 4))
		finish(s, pending);
	else if (!msmmu_random(s, 2))
		msmmu_apply(s, pending, msmmu_random(s, 0));
}

static void land(struct msmmu *s, struct msmmu_late *late)
{
	late->valid = false;
	msmmu_store(s, MSMMU_USE_DMA_WRITE, late->pa, late->data, late->size);
}

static void land_some(struct msmmu *s)
{
	struct msmmu_late *late = &s->late[msmmu_random(s, MSMMU_MAX_LATE)];

	if (late->valid && !late->stuck)
		land(s, late);
}

/* False if one of them hangs. */
static bool land_all(struct msmmu *s)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_LATE; i++) {
		if (s->late[i].valid && !s->late[i].stuck)
			land(s, &s->late[i]);
		all &= !s->late[i].valid;
	}

	return all;
}

/**
 * msmmu_step - one moment between two others
 * @s: the SMMU
 */
void msmmu_step(struct msmmu *s)
{
	if (s->stepping)
		return;
	s->stepping = true;
	if (s->dark != MSMMU_DARK_HITS)
		progress(s);
	if (s->config.busy && s->on_step)
		s->on_step(s);
	land_some(s);
	s->stepping = false;
}

/**
 * msmmu_complete - what a CMD_SYNC has to wait for
 * @s: the SMMU
 *
 * Return: true if it is complete. All invalidations are, in any case; a write
 * that hangs was translated before them.
 */
bool msmmu_complete(struct msmmu *s)
{
	struct msmmu_pending *pending = some_pending(s);

	while (pending) {
		finish(s, pending);
		msmmu_step(s);
		pending = some_pending(s);
	}

	return land_all(s);
}

bool msmmu_delay_write(struct msmmu *s, u64 pa, const void *data, size_t size)
{
	unsigned int i;

	if (size > MSMMU_LATE_BYTES ||
	    (!s->hang && (!s->config.outstanding || msmmu_random(s, 2))))
		return false;
	for (i = 0; i < MSMMU_MAX_LATE; i++) {
		struct msmmu_late *late = &s->late[i];

		if (late->valid)
			continue;
		*late = (struct msmmu_late) {
			.valid = true, .stuck = s->hang, .pa = pa, .size = size,
		};
		memcpy(late->data, data, size);
		return true;
	}

	return false;
}

void msmmu_release(struct msmmu *s)
{
	unsigned int i;

	s->hang = false;
	for (i = 0; i < MSMMU_MAX_LATE; i++)
		s->late[i].stuck = false;
}

bool msmmu_only_hits(struct msmmu *s)
{
	return s->dark == MSMMU_DARK_HITS;
}
