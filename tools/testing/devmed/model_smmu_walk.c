// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table walks of the SMMU model: VMSAv8-64 tables of either stage (DDI 0487,
 * D8), remembering what was found on the way. A stage-1 table is found through
 * stage 2, and its physical address is remembered too.
 *
 * A stage-2 translation that is remembered is compared with the table as it is
 * now: two valid ones that differ are a missing break-before-make (IHI 0070,
 * 3.21.1.1).
 */
#include "fake.h"
#include "harness.h"
#include "model_smmu.h"

#define DESC_VALID	BIT_ULL(0)
#define DESC_TABLE	BIT_ULL(1)
#define DESC_EL0	BIT_ULL(6)
#define DESC_RO		BIT_ULL(7)
#define DESC_AF		BIT_ULL(10)
#define DESC_NG		BIT_ULL(11)
#define DESC_NT		BIT_ULL(16)
#define DESC_ADDR	GENMASK_ULL(47, 12)
#define DESC_S2_R	BIT_ULL(6)
#define DESC_S2_W	BIT_ULL(7)
#define DESC_S2_NORMAL	GENMASK_ULL(5, 4)
#define TABLE_NO_EL0	BIT_ULL(61)
#define TABLE_RO	BIT_ULL(62)
#define LAST_LEVEL	3

/* Where a walk is. @next: of the table, physical. */
struct walk {
	struct msmmu *s;
	const struct msmmu_ste *ste;
	const struct msmmu_regime *regime;
	struct msmmu_tlb tags;
	u64 in;
	u64 next;
	u8 level;
	u8 perm;
	bool quiet;
};

bool msmmu_fault(struct msmmu_answer *answer, u8 event)
{
	answer->result = MSMMU_FAULT;
	answer->event = event;
	answer->class = M_CLASS_IN;

	return false;
}

static u8 entry_shift(const struct msmmu_regime *regime, u8 level)
{
	return regime->granule + (LAST_LEVEL - level) * (regime->granule - 3);
}

static u64 entry_address(const struct walk *walk)
{
	const struct msmmu_regime *regime = walk->regime;
	u8 shift = entry_shift(regime, walk->level);
	u8 bits = walk->level == regime->level ? regime->in_bits - shift :
						 regime->granule - 3;

	return walk->next + (walk->in >> shift & (BIT_ULL(bits) - 1)) * sizeof(u64);
}

static bool too_far(const struct msmmu_regime *regime, u64 addr)
{
	return addr >> regime->out_bits;
}

static void keep(const struct walk *walk, u8 stage, u64 out, u8 shift, bool table)
{
	struct msmmu_tlb entry = walk->tags;

	if (walk->quiet)
		return;
	entry.stage = stage;
	entry.table = table;
	entry.level = walk->level;
	entry.shift = shift;
	entry.perm = walk->perm;
	entry.in = walk->in & ~(BIT_ULL(shift) - 1);
	entry.out = table ? out : out & ~(BIT_ULL(shift) - 1);
	msmmu_keep_tlb(walk->s, &entry);
}

/* Begin at the deepest table that is remembered. */
static void start(struct walk *walk)
{
	struct msmmu_tlb key = walk->tags;
	const struct msmmu_tlb *found;

	walk->level = walk->regime->level;
	walk->next = walk->regime->ttb;
	walk->perm = MSMMU_R | MSMMU_W;
	key.in = walk->in;
	key.table = true;
	found = walk->quiet ? NULL : msmmu_find_tlb(walk->s, &key);
	if (!found)
		return;
	walk->level = found->level + 1;
	walk->next = found->out;
	walk->perm = found->perm;
}

/* A block with this bit conflicts with nothing: it is kept by pages. */
static bool has_nt(const struct walk *walk, u64 desc)
{
	return walk->level < LAST_LEVEL && (desc & DESC_NT) &&
	       walk->s->config.bbml == 1;
}

static bool is_leaf(const struct walk *walk, u64 desc)
{
	return walk->level == LAST_LEVEL || !(desc & DESC_TABLE);
}

static bool is_mapped(const struct walk *walk, u64 desc)
{
	if (!(desc & DESC_VALID))
		return false;
	/* No blocks at level 3, nor above what the granule has. */
	if (walk->level == LAST_LEVEL)
		return desc & DESC_TABLE;

	return (desc & DESC_TABLE) || walk->level >= (walk->regime->granule == 12 ? 1 : 2);
}

static bool stage2_leaf(struct walk *walk, u64 desc, struct msmmu_answer *answer)
{
	u8 shift = entry_shift(walk->regime, walk->level);
	u64 out = desc & DESC_ADDR & ~(BIT_ULL(shift) - 1);

	if (too_far(walk->regime, out))
		return msmmu_fault(answer, M_F_ADDR_SIZE);
	if (!(desc & DESC_AF) && !walk->regime->affd)
		return msmmu_fault(answer, M_F_ACCESS);
	out |= walk->in & (BIT_ULL(shift) - 1);
	walk->perm = (desc & DESC_S2_R ? MSMMU_R : 0) | (desc & DESC_S2_W ? MSMMU_W : 0);
	walk->tags.device = !(desc & DESC_S2_NORMAL);
	answer->pa = out;
	walk->tags.nt = has_nt(walk, desc);
	answer->nt = walk->tags.nt;
	answer->shift = answer->nt ? walk->regime->granule : shift;
	answer->perm = walk->perm;
	keep(walk, MSMMU_S2, out, answer->shift, false);

	return true;
}

static bool walk_stage2(struct walk *walk, struct msmmu_answer *answer)
{
	start(walk);
	for (;; walk->level++) {
		u64 desc;

		if (!msmmu_load(walk->s, MSMMU_USE_S2_TABLE, entry_address(walk),
				&desc, sizeof(desc)))
			return msmmu_fault(answer, M_F_WALK_EABT);
		if (!is_mapped(walk, desc))
			return msmmu_fault(answer, M_F_TRANSLATION);
		if (is_leaf(walk, desc))
			return stage2_leaf(walk, desc, answer);
		walk->next = desc & DESC_ADDR;
		if (too_far(walk->regime, walk->next))
			return msmmu_fault(answer, M_F_ADDR_SIZE);
		keep(walk, MSMMU_S2, walk->next, entry_shift(walk->regime, walk->level),
		     true);
	}
}

/* Remembered, and different in the table now? */
static void check_conflict(const struct walk *walk, const struct msmmu_tlb *found)
{
	struct walk again = *walk;
	struct msmmu_answer now = {};
	u64 out = found->out | (walk->in & (BIT_ULL(found->shift) - 1));

	if (!walk->s->config.mediated)
		return;
	again.quiet = true;
	if (!walk_stage2(&again, &now))
		return;
	if (now.pa != out)
		msmmu_complain(walk->s, "an address moved without a break", walk->in);
	if (now.shift != found->shift && walk->s->config.bbml < 2 &&
	    !now.nt && !found->nt)
		msmmu_complain(walk->s, "two sizes of one mapping", walk->in);
}

static bool permitted(u8 perm, u8 want, struct msmmu_answer *answer)
{
	return (perm & want) == want || msmmu_fault(answer, M_F_PERMISSION);
}

/**
 * msmmu_stage2 - translate an IPA
 * @s: the SMMU
 * @ste: of the stream
 * @ipa: what to translate
 * @want: MSMMU_R or MSMMU_W
 * @ptw: on behalf of a stage-1 walk or CD fetch
 * @answer: physical address, or the fault
 */
bool msmmu_stage2(struct msmmu *s, const struct msmmu_ste *ste, u64 ipa, u8 want,
		  bool ptw, struct msmmu_answer *answer)
{
	const struct msmmu_regime *regime = &ste->stage2;
	struct walk walk = { s, ste, regime, .in = ipa };
	struct msmmu_tlb key = { .in = ipa };
	const struct msmmu_tlb *found;
	bool device;
	bool ok;

	walk.tags = (struct msmmu_tlb) {
		.stage = MSMMU_S2, .vmid = ste->vmid, .granule = regime->granule,
	};
	answer->s2 = true;
	answer->ipa = ipa;
	if (ipa >> regime->in_bits)
		return msmmu_fault(answer, M_F_TRANSLATION);

	key = walk.tags;
	key.in = ipa;
	found = msmmu_find_tlb(s, &key);
	if (found) {
		answer->pa = found->out | (ipa & (BIT_ULL(found->shift) - 1));
		answer->shift = found->shift;
		answer->perm = found->perm;
		device = found->device;
		check_conflict(&walk, found);
	} else {
		if (!walk_stage2(&walk, answer))
			return false;
		device = walk.tags.device;
	}
	ok = permitted(answer->perm, want, answer);
	if (ok && ptw && device && regime->ptw)
		ok = msmmu_fault(answer, M_F_PERMISSION);
	if (ok)
		answer->s2 = false;

	return ok;
}

/* Where a descriptor of stage 1 is, which stage 2 may know. */
static bool find_descriptor(struct walk *walk, u64 *addr, struct msmmu_answer *answer)
{
	struct msmmu_answer at = {};

	*addr = entry_address(walk);
	if (!walk->ste->s2)
		return true;
	if (!msmmu_stage2(walk->s, walk->ste, *addr, MSMMU_R, true, &at)) {
		*answer = at;
		answer->class = M_CLASS_TT;
		return false;
	}
	*addr = at.pa;

	return true;
}

/* Sets the Access flag where the CD lets hardware do it. */
static bool check_access_flag(struct walk *walk, u64 addr, u64 desc,
			      struct msmmu_answer *answer)
{
	if (desc & DESC_AF)
		return true;
	if (walk->regime->ha && walk->s->config.httu) {
		struct msmmu_answer at = { .pa = addr };

		if (walk->ste->s2 &&
		    !msmmu_stage2(walk->s, walk->ste, entry_address(walk), MSMMU_W,
				  true, &at)) {
			*answer = at;
			answer->class = M_CLASS_TT;
			return false;
		}
		desc |= DESC_AF;
		return msmmu_store(walk->s, MSMMU_USE_S1_UPDATE, at.pa, &desc,
				   sizeof(desc)) || msmmu_fault(answer, M_F_WALK_EABT);
	}

	return walk->regime->affd || msmmu_fault(answer, M_F_ACCESS);
}

static bool stage1_leaf(struct walk *walk, u64 addr, u64 desc,
			struct msmmu_answer *answer)
{
	u8 shift = entry_shift(walk->regime, walk->level);
	u64 out = desc & DESC_ADDR & ~(BIT_ULL(shift) - 1);

	if (too_far(walk->regime, out))
		return msmmu_fault(answer, M_F_ADDR_SIZE);
	if (!check_access_flag(walk, addr, desc, answer))
		return false;
	if (!(desc & DESC_EL0))
		walk->perm = 0;
	if (desc & DESC_RO)
		walk->perm &= ~MSMMU_W;
	walk->tags.global = !(desc & DESC_NG);
	answer->pa = out | (walk->in & (BIT_ULL(shift) - 1));
	answer->shift = shift;
	answer->perm = walk->perm;
	keep(walk, MSMMU_S1, answer->pa, shift, false);

	return true;
}

/* Tables are kept as they were found: behind both stages. */
static bool walk_stage1(struct walk *walk, struct msmmu_answer *answer)
{
	bool cached_table;

	start(walk);
	cached_table = walk->level != walk->regime->level;
	for (;; walk->level++) {
		u64 addr = entry_address(walk);
		u64 desc;

		if (!cached_table && !find_descriptor(walk, &addr, answer))
			return false;
		if (!msmmu_load(walk->s, MSMMU_USE_S1_TABLE, addr, &desc, sizeof(desc)))
			return msmmu_fault(answer, M_F_WALK_EABT);
		cached_table = false;
		if (!is_mapped(walk, desc))
			return msmmu_fault(answer, M_F_TRANSLATION);
		if (is_leaf(walk, desc))
			return stage1_leaf(walk, addr, desc, answer);
		walk->next = desc & DESC_ADDR;
		if (too_far(walk->regime, walk->next))
			return msmmu_fault(answer, M_F_ADDR_SIZE);
		if (desc & TABLE_NO_EL0)
			walk->perm = 0;
		if (desc & TABLE_RO)
			walk->perm &= ~MSMMU_W;
		addr = walk->next;
		if (walk->ste->s2) {
			struct msmmu_answer at = {};

			if (!msmmu_stage2(walk->s, walk->ste, addr, MSMMU_R, true, &at))
				continue;
			addr = at.pa;
		}
		keep(walk, MSMMU_S1, addr, entry_shift(walk->regime, walk->level), true);
	}
}

static const struct msmmu_tlb *find_stage1(struct walk *walk, u8 stage)
{
	struct msmmu_tlb key = walk->tags;

	key.stage = stage;
	key.in = walk->in;

	return msmmu_find_tlb(walk->s, &key);
}

static bool use(const struct walk *walk, const struct msmmu_tlb *found,
		struct msmmu_answer *answer)
{
	answer->pa = found->out | (walk->in & (BIT_ULL(found->shift) - 1));
	answer->shift = found->shift;
	answer->perm = found->perm;

	return true;
}

/* Both stages in one entry, of what is common to both. */
static void keep_both(struct walk *walk, const struct msmmu_answer *one,
		      const struct msmmu_answer *two)
{
	walk->perm = one->perm & two->perm;
	walk->level = LAST_LEVEL;
	keep(walk, MSMMU_S12, two->pa, min(one->shift, two->shift), false);
}

/**
 * msmmu_stage1 - translate a VA, through stage 2 if the stream has it
 * @s: the SMMU
 * @ste: of the stream
 * @regime: from its CD
 * @va: what to translate
 * @want: MSMMU_R or MSMMU_W
 * @answer: physical address, or the fault
 */
bool msmmu_stage1(struct msmmu *s, const struct msmmu_ste *ste,
		  const struct msmmu_regime *regime, u64 va, u8 want,
		  struct msmmu_answer *answer)
{
	struct walk walk = { s, ste, regime, .in = va };
	struct msmmu_answer two = {};
	const struct msmmu_tlb *found;

	walk.tags = (struct msmmu_tlb) {
		.stage = MSMMU_S1, .vmid = ste->s2 || s->config.s2p ? ste->vmid : 0,
		.asid = regime->asid, .world = ste->world, .granule = regime->granule,
	};
	found = ste->s2 ? find_stage1(&walk, MSMMU_S12) : NULL;
	if (found)
		return use(&walk, found, answer) &&
		       permitted(answer->perm, want, answer);

	found = find_stage1(&walk, MSMMU_S1);
	if (found) {
		walk.tags.global = found->global;
		use(&walk, found, answer);
	} else if (regime->disabled) {
		return msmmu_fault(answer, M_F_TRANSLATION);
	} else if (!walk_stage1(&walk, answer)) {
		return false;
	}
	if (!permitted(answer->perm, want, answer) || !ste->s2)
		return answer->result != MSMMU_FAULT;

	if (!msmmu_stage2(s, ste, answer->pa, want, false, &two)) {
		*answer = two;
		return false;
	}
	keep_both(&walk, answer, &two);
	two.perm &= answer->perm;
	*answer = two;

	return true;
}
