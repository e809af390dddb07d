// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream table: finding the host's entries, and keeping the hardware's.
 *
 * Attack surface: the host chooses the format and the addresses of its tables,
 * rewrites them while they are read, names any StreamID in its commands, and
 * makes EL2 allocate.
 *
 * Guarantees: the hardware walks only tables of EL2's. The host's are read when
 * a command says that they changed, each descriptor and each entry once, and
 * only as long as they are host memory; what cannot be read is an entry that
 * is not valid. StreamIDs are bounded by the table. When the pool is empty, one
 * command fails and its streams abort. One trap does so much (SMMU_TRAP_WORK) and
 * no more; struct smmu_walk says where the next one goes on, if there is one.
 *
 * Leaves to others: what an entry may say (smmu-ste.c), or says while the host has
 * the SMMU disabled (smmu-off.c).
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/kvm_mmu.h>

#include <nvhe/memory.h>

#include "smmu-hyp.h"
#include "smmu-off.h"

static u8 smmu_l2_order(const struct devmed_smmu *smmu)
{
	return get_order(smmu_l2_size(smmu));
}

/* Does a level-1 descriptor point to a table of its own, and not to the shared one? */
static bool smmu_has_l2(const struct devmed_smmu *smmu, u32 index)
{
	return smmu->strtab[index] != smmu->off_desc;
}

/* The hardware's entry, NULL if there is no level-2 table of its own for it. */
static u64 *smmu_hyp_ste(const struct devmed_smmu *smmu, u32 sid)
{
	u64 *table = smmu->strtab;

	if (smmu->two_level) {
		u32 index = sid >> smmu->split;

		if (!smmu_has_l2(smmu, index))
			return NULL;
		table = hyp_phys_to_virt(smmu->strtab[index] & SMMU_L1_L2PTR);
		sid &= BIT(smmu->split) - 1;
	}

	return table + sid * SMMU_STE_WORDS;
}

static void smmu_flush(const struct devmed_smmu *smmu, void *addr, size_t size)
{
	if (!smmu->coherent)
		kvm_flush_dcache_to_poc(addr, size);
}

static void smmu_set_l1(struct devmed_smmu *smmu, u32 index, u64 desc)
{
	/* The table before the descriptor that points to it. */
	dma_wmb();
	WRITE_ONCE(smmu->strtab[index], desc);
	smmu_flush(smmu, &smmu->strtab[index], sizeof(u64));
}

/*
 * Where the host keeps the entry of @sid, and how many follow it there. 0 if
 * there is none; @absent then says for how many StreamIDs from @sid on (IHI 0070,
 * 5.1).
 */
static u32 smmu_find_host_stes(struct devmed_smmu *smmu, u32 sid, u64 *addr,
			       u32 *absent)
{
	const struct smmu_strtab_cfg *cfg = &smmu->host_strtab;
	u32 offset, size;
	u64 desc, span;

	*absent = smmu_nr_sids(smmu) - sid;
	if (sid >= cfg->nr_sids)
		return 0;
	if (!cfg->two_level) {
		*addr = cfg->base + sid * SMMU_STE_SIZE;
		return cfg->nr_sids - sid;
	}

	smmu->work += SMMU_WORK_READ;
	offset = sid & ((1U << cfg->split) - 1);
	*absent = (1U << cfg->split) - offset;
	if (devmed_copy_for_device(&desc, cfg->base +
				   (sid >> cfg->split) * sizeof(desc),
				   sizeof(desc), smmu->coherent))
		return 0;
	span = FIELD_GET(SMMU_L1_SPAN, desc);
	if (!span || span > SMMU_L1_SPAN_MAX)
		return 0;

	size = 1U << (span - 1);
	if (offset >= size)
		return 0;

	*addr = ALIGN_DOWN(desc & SMMU_L1_L2PTR, size * SMMU_STE_SIZE) +
		offset * SMMU_STE_SIZE;
	return size - offset;
}

/*
 * Read @count entries into smmu->chunk, zeros for those that the host does not
 * have. Returns how many it has.
 */
static u32 smmu_load_host_stes(struct devmed_smmu *smmu, u64 addr, u32 found,
			       u32 count)
{
	smmu->work += SMMU_WORK_READ + count * SMMU_WORK_LOAD;
	memset(smmu->chunk, 0, count * SMMU_STE_SIZE);
	found = min(found, count);
	if (found && devmed_copy_for_device(smmu->chunk, addr,
					    found * SMMU_STE_SIZE,
					    smmu->coherent)) {
		memset(smmu->chunk, 0, count * SMMU_STE_SIZE);
		return 0;
	}

	return found;
}

static bool smmu_chunk_translates(const struct devmed_smmu *smmu, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (smmu_ste_translates(smmu->chunk + i * SMMU_STE_WORDS))
			return true;
	}

	return false;
}

/*
 * An entry that lets nothing through has only the word with V: the others count until
 * the hardware has forgotten it.
 */
static void smmu_close_entry(struct devmed_smmu *smmu, u64 *ste, u64 word0)
{
	if (ste[0] == word0)
		return;
	WRITE_ONCE(ste[0], word0);
	smmu_flush(smmu, ste, sizeof(u64));
}

/*
 * Entries that the hardware may be reading, until the trap has done enough. For
 * SMMUEN the hardware is made to forget all of them at its end.
 */
static int smmu_update_stes(struct devmed_smmu *smmu, u32 count, u64 *stes)
{
	struct smmu_walk *walk = &smmu->walk;
	const u64 *host = smmu->chunk;
	u64 target[SMMU_STE_WORDS];
	int ret = 0;
	u32 i;

	for (i = 0; i < count; i++, host += SMMU_STE_WORDS) {
		u64 *ste = stes + i * SMMU_STE_WORDS;

		smmu->work += SMMU_WORK_SKIP;
		if (ste[0] || (host[0] & SMMU_STE0_V)) {
			smmu->work += SMMU_WORK_STE;
			smmu_ste_build(smmu, host, target);
			if (!target[0] && walk->job == SMMU_JOB_ENABLE)
				smmu_close_entry(smmu, ste, 0);
			else
				ret = smmu_ste_update(smmu, walk->next, ste,
						      target, true);
			if (ret)
				return ret;
		}
		walk->next++;
		if (smmu->work >= SMMU_TRAP_WORK)
			break;
	}

	return 0;
}

/*
 * A level-2 table, with the entries around @sid in it before the hardware can
 * find it. Where it has more, the others follow one by one, and until then are as
 * in the shared table, which was there: a stream that stays goes on.
 */
static int smmu_add_l2(struct devmed_smmu *smmu, u32 sid)
{
	struct smmu_walk *walk = &smmu->walk;
	u32 first = ALIGN_DOWN(sid, SMMU_CHUNK);
	u32 size = 1U << smmu->split;
	u64 *table = devmed_pool_alloc(smmu_l2_order(smmu));
	u64 *stes;
	u64 addr;
	u32 found, absent, i;

	if (!table)
		return -ENOMEM;

	memcpy(table, smmu->off_l2, smmu_l2_size(smmu));
	found = smmu_find_host_stes(smmu, first, &addr, &absent);
	smmu_load_host_stes(smmu, addr, found, SMMU_CHUNK);
	smmu->work += SMMU_CHUNK * SMMU_WORK_BUILD + size * SMMU_WORK_SKIP;
	stes = table + (first & (size - 1)) * SMMU_STE_WORDS;
	for (i = 0; i < SMMU_CHUNK; i++)
		smmu_ste_build(smmu, smmu->chunk + i * SMMU_STE_WORDS,
			       stes + i * SMMU_STE_WORDS);
	smmu_flush(smmu, table, smmu_l2_size(smmu));
	smmu_set_l1(smmu, sid >> smmu->split, hyp_virt_to_phys(table) |
		    FIELD_PREP(SMMU_L1_SPAN, smmu->split + 1ULL));

	walk->next = min(first + SMMU_CHUNK, walk->end);
	if (size > SMMU_CHUNK) {
		walk->next = ALIGN_DOWN(sid, size);
		walk->end = max(walk->end, walk->next + size);
		walk->asked = false;
	}

	return 0;
}

/* How many from @sid on have no level-2 table of the hardware's, up to @count. */
static u32 smmu_count_absent(struct devmed_smmu *smmu, u32 sid, u32 count)
{
	u32 end = sid + count;
	u32 next = sid;

	if (!smmu->two_level)
		return 0;

	while (next < end && !smmu_has_l2(smmu, next >> smmu->split) &&
	       smmu->work < SMMU_TRAP_WORK) {
		smmu->work += SMMU_WORK_L1;
		next = ALIGN_DOWN(next, 1U << smmu->split) + (1U << smmu->split);
	}

	return min(next, end) - sid;
}

/*
 * The next entries: all those that neither side has a table for, or at most
 * SMMU_CHUNK, which are in one level-2 table of the hardware's and in one of the
 * host's. A table that would hold nothing but aborts is only made if the host
 * named a stream of it.
 */
static int smmu_walk_step(struct devmed_smmu *smmu)
{
	struct smmu_walk *walk = &smmu->walk;
	u32 sid = walk->next;
	u32 count = min(ALIGN_DOWN(sid, SMMU_CHUNK) + SMMU_CHUNK, walk->end) - sid;
	u32 absent;
	u64 addr;
	u32 found = smmu_find_host_stes(smmu, sid, &addr, &absent);
	u64 *stes = smmu_hyp_ste(smmu, sid);

	if (!found && !stes) {
		walk->next += smmu_count_absent(smmu, sid,
						min(absent, walk->end - sid));
		return 0;
	}

	found = smmu_load_host_stes(smmu, addr, found, count);
	if (stes)
		return smmu_update_stes(smmu, count, stes);
	if (found && (walk->asked || smmu_chunk_translates(smmu, count)))
		return smmu_add_l2(smmu, sid);

	walk->next += count;
	return 0;
}

/**
 * smmu_strtab_begin - have entries of the host's read again
 * @smmu: the instance, without a job that has to be finished first
 * @job: for which
 * @first: first StreamID; those beyond the table are ignored
 * @count: how many
 * @asked: the host named just these
 *
 * Context: Region lock held.
 */
void smmu_strtab_begin(struct devmed_smmu *smmu, enum smmu_job job, u32 first,
		       u32 count, bool asked)
{
	u32 end = smmu_nr_sids(smmu);

	first = min(first, end);
	smmu->walk = (struct smmu_walk) {
		.job = job,
		.asked = asked,
		.next = first,
		.end = first + min(count, end - first),
	};
}

/**
 * smmu_strtab_walk - read the entries that smmu_strtab_begin() named
 * @smmu: the instance
 *
 * The hardware may still have old entries cached afterwards: the caller has
 * them invalidated.
 *
 * Context: Region lock held, after smmu_cmdq_resume(). Takes host_mmu.lock and those
 * below it.
 * Return: 0; -EINPROGRESS if one trap is not enough: the next call goes on;
 * -ENOMEM if the pool was empty, and the streams it would have been for abort;
 * another error of smmu_cmdq_sync_ste(), at an entry that the next call tries again.
 */
int smmu_strtab_walk(struct devmed_smmu *smmu)
{
	struct smmu_walk *walk = &smmu->walk;

	while (walk->next < walk->end) {
		int ret;

		if (smmu->work >= SMMU_TRAP_WORK)
			return -EINPROGRESS;
		ret = smmu_walk_step(smmu);
		if (ret == -ENOMEM) {
			walk->err = ret;
			walk->next = min(ALIGN_DOWN(walk->next, SMMU_CHUNK) +
					 SMMU_CHUNK, walk->end);
		} else if (ret) {
			return ret;
		}
	}

	return walk->err;
}

/* An entry of a linear table becomes what it is while the SMMU is disabled. */
static int smmu_retire_entry(struct devmed_smmu *smmu, u32 sid)
{
	u64 *ste = smmu_hyp_ste(smmu, sid);
	u64 target[SMMU_STE_WORDS];

	smmu_off_build(smmu, target);
	if (smmu_ste_translates(target))
		return smmu_ste_update(smmu, sid, ste, target, true);
	smmu_close_entry(smmu, ste, target[0]);
	return 0;
}

/*
 * Take a level-2 table out: the shared one is there in its place. Tables are
 * chained by the first word of their first entry, which like this is not valid,
 * should the hardware still look.
 */
static void smmu_unlink_l2(struct devmed_smmu *smmu, u32 index)
{
	u64 desc = smmu->strtab[index];
	u64 *stes;

	if (!smmu_has_l2(smmu, index))
		return;
	smmu_set_l1(smmu, index, smmu->off_desc);
	stes = hyp_phys_to_virt(desc & SMMU_L1_L2PTR);
	WRITE_ONCE(stes[0], smmu->walk.chain);
	smmu->walk.chain = desc & SMMU_L1_L2PTR;
	smmu->work += SMMU_WORK_STE;
}

static int smmu_free_chain(struct devmed_smmu *smmu)
{
	while (smmu->walk.chain) {
		u64 *stes = hyp_phys_to_virt(smmu->walk.chain);

		if (smmu->work >= SMMU_TRAP_WORK)
			return -EINPROGRESS;
		smmu->work += SMMU_WORK_STE + (SMMU_WORK_SKIP << smmu->split);
		smmu->walk.chain = stes[0];
		devmed_pool_free(stes, smmu_l2_order(smmu));
	}

	return 0;
}

/**
 * smmu_strtab_disable - have all streams do what they do in a disabled SMMU
 * @smmu: the instance
 *
 * The shared table is all that is left of level 2. Tables go back to the pool once
 * the hardware has forgotten them. Once begun the work has to be finished before the
 * stream table is used otherwise.
 *
 * Context: Region lock held, after smmu_cmdq_resume(). Takes queue_lock.
 * Return: 0; -EINPROGRESS if one trap is not enough: the next call goes on; or an
 * error of smmu_cmdq_sync_ste().
 */
int smmu_strtab_disable(struct devmed_smmu *smmu)
{
	struct smmu_walk *walk = &smmu->walk;
	int ret = 0;

	if (walk->job != SMMU_JOB_DISABLE)
		*walk = (struct smmu_walk) {
			.job = SMMU_JOB_DISABLE,
			.end = smmu->two_level ? smmu_nr_l1(smmu) :
						 smmu_nr_sids(smmu),
		};

	for (; walk->next < walk->end; walk->next++) {
		if (smmu->work >= SMMU_TRAP_WORK)
			return -EINPROGRESS;
		smmu->work += SMMU_WORK_L1;
		if (smmu->two_level)
			smmu_unlink_l2(smmu, walk->next);
		else
			ret = smmu_retire_entry(smmu, walk->next);
		if (ret)
			return ret;
	}
	dma_wmb();

	if (!walk->forgotten) {
		smmu_off_set_shared(smmu, true);
		ret = smmu_cmdq_invalidate_all(smmu);
		walk->forgotten = true;
		if (ret)
			return ret;
	}

	ret = smmu_free_chain(smmu);
	if (!ret)
		walk->job = SMMU_JOB_NONE;

	return ret;
}
