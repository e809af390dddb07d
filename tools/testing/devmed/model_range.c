// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that the GIC holds: from the register or command that names it, to
 * the one after which it can no longer be touched. No byte has two uses, and of
 * what only an ITS writes, nobody else changes a byte.
 */
#include "fake_dram.h"
#include "harness.h"
#include "model_its_priv.h"

#define MAX_RANGES	4096

enum range_state {
	RANGE_HELD,
	/* No longer named, but there is something to be written. */
	RANGE_LEAVING,
	/* Not held: what it was, should it come back. */
	RANGE_PAST,
};

struct model_range {
	struct model_user user;
	enum range_state state;
	u64 base;
	u64 size;
	/* What is there, of an ITS's own formats. */
	u8 *content;
};

static struct model_range ranges[MAX_RANGES];
static unsigned int nr_ranges;

static const bool use_is_private[MODEL_NR_USES] = {
	[MODEL_DEVICES]		= true,
	[MODEL_COLLECTIONS]	= true,
	[MODEL_VPES]		= true,
	[MODEL_ITT]		= true,
};

static bool same_user(const struct model_user *a, const struct model_user *b)
{
	return a->use == b->use && a->unit == b->unit && a->id == b->id;
}

static void range_free(struct model_range *range)
{
	free(range->content);
	*range = ranges[--nr_ranges];
}

/* A table may be named again later, with what is in it. */
static void range_end(struct model_range *range)
{
	if (range->content)
		range->state = RANGE_PAST;
	else
		range_free(range);
}

/*
 * Configuration is only read, and all redistributors may read the same. The table
 * of vPEs is one for all; a vPE's own is known to an ITS and where it runs.
 */
static bool may_overlap(const struct model_user *a, const struct model_user *b)
{
	if (a->use != b->use)
		return false;
	if (a->use == MODEL_VPT)
		return a->unit != b->unit &&
		       (a->unit == MODEL_VPE_UNIT || b->unit == MODEL_VPE_UNIT);

	return a->use == MODEL_PROP || a->use == MODEL_VPROP || a->use == MODEL_VPES;
}

/*
 * An ITS may write late to an ITT that it has left. If that is another ITT of its
 * own by then, the entry is one that it made, of fields that were checked: no
 * harm but to the host that did not wait. Anything else there would be harmed.
 */
static bool may_inherit(const struct model_range *new, const struct model_range *old)
{
	return old->state == RANGE_LEAVING && new->user.use == MODEL_ITT &&
	       old->user.use == MODEL_ITT && new->user.unit == old->user.unit;
}

static bool overlap(const struct model_range *a, const struct model_range *b)
{
	return a->base < b->base + b->size && b->base < a->base + a->size &&
	       !may_overlap(&a->user, &b->user);
}

static void check_overlap(const struct model_range *new)
{
	unsigned int i;

	for (i = nr_ranges; i--;) {
		if (!overlap(new, &ranges[i]))
			continue;
		if (may_inherit(new, &ranges[i])) {
			free(ranges[i].content);
			ranges[i].content = NULL;
			continue;
		}
		if (ranges[i].state != RANGE_PAST)
			model_fail("%s at %lx overlaps %s at %lx%s",
				   model_user_name(&new->user), new->base,
				   model_user_name(&ranges[i].user), ranges[i].base,
				   ranges[i].state == RANGE_LEAVING ?
				   ", which may still be written" : "");
		range_free(&ranges[i]);
	}
}

static struct model_range *find_range(const struct model_user *user, u64 base,
				      enum range_state state)
{
	unsigned int i;

	for (i = 0; i < nr_ranges; i++) {
		if (same_user(&ranges[i].user, user) && ranges[i].base == base &&
		    ranges[i].state == state)
			return &ranges[i];
	}

	return NULL;
}

static void check_content(const struct model_range *range)
{
	static u8 now[FAKE_MEM_SIZE];
	u64 i;

	if (!range->content)
		return;
	fake_dram_read(range->base, now, range->size, range->user.snoops);
	if (!memcmp(now, range->content, range->size))
		return;
	for (i = 0; now[i] == range->content[i]; i++)
		;
	model_fail("%s at %lx: byte %lx is %x, where the ITS left %x",
		   model_user_name(&range->user), range->base, i, now[i],
		   range->content[i]);
}

void model_hold(const struct model_user *user, u64 base, u64 size)
{
	struct model_range new = { *user, RANGE_HELD, model_bus_addr(base), size };
	struct model_range *old = find_range(user, new.base, RANGE_HELD);

	if (old && old->size == size)
		return;
	if (old)
		range_end(old);
	model_judge(user, new.base, size);
	old = find_range(user, new.base, RANGE_PAST);
	if (old && old->size == size) {
		new.content = old->content;
		old->content = NULL;
		range_free(old);
	}
	check_overlap(&new);
	if (!new.content && use_is_private[user->use])
		new.content = calloc(1, size);
	check_content(&new);
	ASSERT(nr_ranges < MAX_RANGES);
	ranges[nr_ranges++] = new;
}

void model_range_init(void)
{
	while (nr_ranges)
		range_free(&ranges[nr_ranges - 1]);
}

void model_drop(const struct model_user *user, u64 base)
{
	struct model_range *range;

	range = find_range(user, model_bus_addr(base), RANGE_HELD);
	if (range)
		range_end(range);
}

void model_drop_all(const struct model_user *user)
{
	unsigned int i;

	for (i = nr_ranges; i--;) {
		if (same_user(&ranges[i].user, user) && ranges[i].state != RANGE_PAST)
			range_end(&ranges[i]);
	}
}

void model_drop_uses(enum model_use first, enum model_use last, u32 unit)
{
	unsigned int i;

	for (i = nr_ranges; i--;) {
		const struct model_user *user = &ranges[i].user;

		if (user->use >= first && user->use <= last && user->unit == unit)
			range_end(&ranges[i]);
	}
}

void model_drop_later(const struct model_user *user, u64 base)
{
	struct model_range *range;

	range = find_range(user, model_bus_addr(base), RANGE_HELD);
	if (range)
		range->state = RANGE_LEAVING;
}

void model_drop_idle(u32 unit, bool (*busy)(u32 unit, u64 base, u64 size))
{
	unsigned int i;

	for (i = nr_ranges; i--;) {
		struct model_range *range = &ranges[i];

		if (range->state == RANGE_LEAVING && range->user.unit == unit &&
		    !busy(unit, range->base, range->size))
			range_free(range);
	}
}

static struct model_range *range_around(const struct model_user *user, u64 phys,
					u64 size)
{
	unsigned int i;

	for (i = 0; i < nr_ranges; i++) {
		struct model_range *range = &ranges[i];

		if (range->state != RANGE_PAST && same_user(&range->user, user) &&
		    phys >= range->base && phys + size <= range->base + range->size)
			return range;
	}

	return NULL;
}

/* It may be on its way out: that is what late writes are. */
void model_check_access(const struct model_user *user, u64 phys, u32 size,
			const char *what)
{
	if (!range_around(user, phys, size))
		model_fail("%s: %s outside of it, at %lx", model_user_name(user),
			   what, phys);
}

void model_range_wrote(u64 phys, const void *data, u32 size)
{
	unsigned int i;

	for (i = 0; i < nr_ranges; i++) {
		struct model_range *range = &ranges[i];
		u64 offset = phys - range->base;

		if (range->content && offset < range->size &&
		    size <= range->size - offset)
			memcpy(range->content + offset, data, size);
	}
}

void model_gic_check(void)
{
	unsigned int i;

	for (i = 0; i < model_gic->params.nr_its; i++)
		model_its_walk_level1(&model_gic->its[i]);
	for (i = 0; i < nr_ranges; i++) {
		if (ranges[i].state == RANGE_PAST)
			continue;
		model_judge(&ranges[i].user, ranges[i].base, ranges[i].size);
		check_content(&ranges[i]);
	}
}
