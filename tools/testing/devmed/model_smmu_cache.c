// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the SMMU model remembers: stream table entries and context descriptors,
 * valid or not (IHI 0070, 3.21.3), translations and where table walks got to.
 *
 * An invalidated entry is only doomed: the entry serves on until CMD_SYNC completes.
 * If @unordered the invalidation is pending, see model_smmu_late.c.
 */
#include "fake.h"
#include "harness.h"
#include "model_smmu.h"

#define LEFTOVER_VMIDS	2

static bool forgets(struct msmmu *s)
{
	return !s->config.caches || !msmmu_random(s, 16);
}

static bool config_matches(const struct msmmu_cached *c, enum msmmu_kind kind,
			   u32 sid, u32 nr)
{
	return c->valid && c->kind == kind && c->nr == nr &&
	       (c->sid == sid || kind == MSMMU_L1STD);
}

struct msmmu_cached *msmmu_find_config(struct msmmu *s, enum msmmu_kind kind,
				       u32 sid, u32 nr)
{
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_CONFIG; i++) {
		struct msmmu_cached *c = &s->cached[i];

		if (!config_matches(c, kind, sid, nr))
			continue;
		if (!forgets(s))
			return c;
		c->valid = false;
	}

	return NULL;
}

/*
 * An STE that is found through a descriptor which a command has doomed is in the scope
 * of that same command, which is not complete as long as either is there.
 */
static bool is_late_ste(struct msmmu *s, enum msmmu_kind kind, u32 sid)
{
	u32 split = FIELD_GET(M_STRTAB_SPLIT, *msmmu_reg(s, SMMU_STRTAB_BASE_CFG));
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_CONFIG && kind == MSMMU_STE; i++) {
		if (config_matches(&s->cached[i], MSMMU_L1STD, sid, sid >> split) &&
		    s->cached[i].doomed)
			return true;
	}

	return false;
}

/* Not while it is off (IHI 0070, 3.21.3). */
void msmmu_keep_config(struct msmmu *s, enum msmmu_kind kind, u32 sid, u32 nr,
		       const u64 *data, unsigned int words)
{
	struct msmmu_cached *c = NULL;
	unsigned int i;

	if (!s->config.caches || !msmmu_may(s, M_CR0_SMMUEN))
		return;
	for (i = 0; i < MSMMU_MAX_CONFIG; i++) {
		if (config_matches(&s->cached[i], kind, sid, nr))
			return;
		if (!s->cached[i].valid)
			c = &s->cached[i];
	}
	if (!c)
		c = &s->cached[msmmu_random(s, MSMMU_MAX_CONFIG)];
	*c = (struct msmmu_cached) {
		.valid = true, .kind = kind, .sid = sid, .nr = nr,
		.doomed = is_late_ste(s, kind, sid),
		.unchecked = s->config.ats_cached && !msmmu_may(s, M_CR0_ATSCHK),
	};
	memcpy(c->data, data, words * sizeof(u64));
}

static void doom_config(struct msmmu *s, struct msmmu_cached *c)
{
	if (s->config.lazy && !s->config.unordered)
		c->doomed = true;
	else
		c->valid = false;
}

/* What was found through an STE goes with it (IHI 0070, 4.3.1). */
static bool in_stes(struct msmmu *s, const struct msmmu_config_scope *scope,
		    const struct msmmu_cached *c)
{
	u32 split = FIELD_GET(M_STRTAB_SPLIT, *msmmu_reg(s, SMMU_STRTAB_BASE_CFG));
	u64 first = c->kind == MSMMU_L1STD ? (u64)c->nr << split : c->sid;
	u64 last = c->kind == MSMMU_L1STD ? first | (BIT(split) - 1) : first;

	if (c->kind == MSMMU_L1STD && scope->leaf)
		return false;

	return first < scope->sid + scope->count && last >= scope->sid;
}

static bool in_cds(const struct msmmu_config_scope *scope, const struct msmmu_cached *c)
{
	bool all = scope->ssid == MSMMU_NO_SSID;

	if (c->sid != scope->sid)
		return false;

	return (c->kind == MSMMU_CD_ENTRY && (all || c->nr == scope->ssid)) ||
	       (c->kind == MSMMU_L1CD && (all || !scope->leaf));
}

static void apply_config(struct msmmu *s, const struct msmmu_config_scope *scope,
			 u32 parts)
{
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_CONFIG; i++) {
		struct msmmu_cached *c = &s->cached[i];

		if ((parts & BIT(c->kind)) &&
		    (scope->cds ? in_cds(scope, c) : in_stes(s, scope, c)))
			doom_config(s, c);
	}
}

static void pend_config(struct msmmu *s, const struct msmmu_config_scope *scope)
{
	const struct msmmu_pending pending = { .config = true, .cfg = *scope };

	if (s->config.unordered)
		msmmu_pend(s, &pending);
	else
		apply_config(s, scope, MSMMU_ALL_PARTS);
}

void msmmu_invalidate_stes(struct msmmu *s, u32 sid, u64 count, bool leaf)
{
	const struct msmmu_config_scope scope = {
		.sid = sid, .count = count, .leaf = leaf,
	};

	pend_config(s, &scope);
}

/* @ssid: MSMMU_NO_SSID for all. */
void msmmu_invalidate_cds(struct msmmu *s, u32 sid, u32 ssid, bool leaf)
{
	const struct msmmu_config_scope scope = {
		.cds = true, .sid = sid, .ssid = ssid, .leaf = leaf,
	};

	pend_config(s, &scope);
}

static bool tlb_tags_match(const struct msmmu_tlb *a, const struct msmmu_tlb *b)
{
	return a->stage == b->stage && a->vmid == b->vmid && a->world == b->world &&
	       a->granule == b->granule &&
	       (a->stage == MSMMU_S2 || a->global || a->asid == b->asid);
}

/**
 * msmmu_find_tlb - what is remembered of an address
 * @s: the SMMU
 * @key: tags, @in, and whether a table is looked for
 *
 * Return: the deepest table entry, or the translation, or NULL.
 */
const struct msmmu_tlb *msmmu_find_tlb(struct msmmu *s, const struct msmmu_tlb *key)
{
	struct msmmu_tlb *best = NULL;
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_TLB; i++) {
		struct msmmu_tlb *entry = &s->tlb[i];

		if (!entry->valid || entry->table != key->table ||
		    !tlb_tags_match(entry, key) ||
		    (entry->in ^ key->in) >> entry->shift)
			continue;
		if (!best || entry->shift < best->shift)
			best = entry;
	}
	if (best && forgets(s)) {
		best->valid = false;
		return NULL;
	}

	return best;
}

void msmmu_keep_tlb(struct msmmu *s, const struct msmmu_tlb *entry)
{
	struct msmmu_tlb *to = NULL;
	unsigned int i;

	if (!s->config.caches || !msmmu_may(s, M_CR0_SMMUEN))
		return;
	for (i = 0; i < MSMMU_MAX_TLB && !to; i++) {
		if (!s->tlb[i].valid)
			to = &s->tlb[i];
	}
	if (!to)
		to = &s->tlb[msmmu_random(s, MSMMU_MAX_TLB)];
	*to = *entry;
	to->valid = true;
	to->doomed = false;
}

/* Does the scope reach any address of this entry? */
static bool overlaps(const struct msmmu_scope *scope, const struct msmmu_tlb *entry)
{
	u64 first = entry->in & ~(BIT_ULL(entry->shift) - 1);
	u64 last = first | (BIT_ULL(entry->shift) - 1);

	return scope->addr <= last && scope->addr + (scope->size - 1) >= first;
}

static bool in_scope(const struct msmmu_scope *scope, const struct msmmu_tlb *entry)
{
	if (!entry->valid || !(scope->stages & BIT(entry->stage)) ||
	    scope->world != entry->world)
		return false;
	if (!scope->any_vmid && scope->vmid != entry->vmid)
		return false;
	if (scope->by_asid && scope->asid != entry->asid &&
	    !(scope->by_addr && entry->global))
		return false;
	/* By ASID only, global entries stay. */
	if (scope->by_asid && !scope->by_addr && entry->global)
		return false;
	if (!scope->by_addr)
		return true;
	if (scope->granule && scope->granule != entry->granule)
		return false;
	if (entry->table ? scope->leaf : scope->level && scope->level != entry->level)
		return false;
	if (entry->table && scope->level && entry->level >= scope->level)
		return false;

	return overlaps(scope, entry);
}

static void apply_tlb(struct msmmu *s, const struct msmmu_scope *scope, u32 parts)
{
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_TLB; i++) {
		struct msmmu_tlb *entry = &s->tlb[i];

		if (!(parts & MSMMU_TLB_PART(entry->stage, entry->table)) ||
		    !in_scope(scope, entry))
			continue;
		if (s->config.lazy && !s->config.unordered)
			entry->doomed = true;
		else
			entry->valid = false;
	}
}

void msmmu_invalidate_tlb(struct msmmu *s, const struct msmmu_scope *scope)
{
	const struct msmmu_pending pending = { .tlb = *scope };

	if (s->config.unordered)
		msmmu_pend(s, &pending);
	else
		apply_tlb(s, scope, MSMMU_ALL_PARTS);
}

/**
 * msmmu_apply - do what was asked for, in some caches
 * @s: the SMMU
 * @pending: what was asked for
 * @parts: in which caches
 */
void msmmu_apply(struct msmmu *s, const struct msmmu_pending *pending, u32 parts)
{
	if (pending->config)
		apply_config(s, &pending->cfg, parts);
	else
		apply_tlb(s, &pending->tlb, parts);
}

void msmmu_sync_caches(struct msmmu *s)
{
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_TLB; i++)
		s->tlb[i].valid &= !s->tlb[i].doomed;
	for (i = 0; i < MSMMU_MAX_CONFIG; i++)
		s->cached[i].valid &= !s->cached[i].doomed;
}

/* As firmware left it: streams that bypass, stage-2 entries of anybody's. */
void msmmu_fill_with_leftovers(struct msmmu *s)
{
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_CONFIG; i++) {
		s->cached[i] = (struct msmmu_cached) {
			.valid = true, .kind = MSMMU_STE, .sid = i,
			.data = { 1 | 4 << 1 },
		};
	}
	for (i = 0; i < MSMMU_MAX_TLB; i++) {
		s->tlb[i] = (struct msmmu_tlb) {
			.valid = true, .stage = i % 2 ? MSMMU_S2 : MSMMU_S1,
			.shift = PAGE_SHIFT, .granule = PAGE_SHIFT, .level = 3,
			.perm = MSMMU_R | MSMMU_W, .vmid = i / 2 % LEFTOVER_VMIDS,
			.global = true,
			.in = FAKE_MEM_BASE + i / 4 * PAGE_SIZE,
			.out = FAKE_MEM_BASE + i / 4 * PAGE_SIZE,
		};
	}
}
