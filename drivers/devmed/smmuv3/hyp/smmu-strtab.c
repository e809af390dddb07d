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
 * command fails and its streams abort.
 *
 * Leaves to others: what an entry may say (smmu-ste.c).
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/kvm_mmu.h>

#include <nvhe/memory.h>

#include "smmu-hyp.h"

static size_t smmu_l2_size(const struct devmed_smmu *smmu)
{
	return SMMU_STE_SIZE << smmu->split;
}

static u8 smmu_l2_order(const struct devmed_smmu *smmu)
{
	return get_order(smmu_l2_size(smmu));
}

static u32 smmu_nr_l1(const struct devmed_smmu *smmu)
{
	return smmu_nr_sids(smmu) >> smmu->split;
}

/* The hardware's entry, NULL if there is no level-2 table for it. */
static u64 *smmu_hyp_ste(const struct devmed_smmu *smmu, u32 sid)
{
	u64 *table = smmu->strtab;

	if (smmu->two_level) {
		u64 desc = table[sid >> smmu->split];

		if (!desc)
			return NULL;
		table = hyp_phys_to_virt(desc & SMMU_L1_L2PTR);
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
 * Where the host keeps the entry of @sid, and how many follow it there; 0 if
 * there is none (IHI 0070, 5.1).
 */
static u32 smmu_find_host_stes(const struct devmed_smmu *smmu, u32 sid,
			       u64 *addr)
{
	const struct smmu_strtab_cfg *cfg = &smmu->host_strtab;
	u32 offset, size;
	u64 desc, span;

	if (sid >= cfg->nr_sids)
		return 0;
	if (!cfg->two_level) {
		*addr = cfg->base + sid * SMMU_STE_SIZE;
		return cfg->nr_sids - sid;
	}

	if (devmed_copy_for_device(&desc, cfg->base +
				   (sid >> cfg->split) * sizeof(desc),
				   sizeof(desc), smmu->coherent))
		return 0;
	span = FIELD_GET(SMMU_L1_SPAN, desc);
	if (!span || span > SMMU_L1_SPAN_MAX)
		return 0;

	size = 1U << (span - 1);
	offset = sid & ((1U << cfg->split) - 1);
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
static u32 smmu_load_host_stes(struct devmed_smmu *smmu, u32 sid, u32 count)
{
	u32 found;
	u64 addr;

	memset(smmu->chunk, 0, count * SMMU_STE_SIZE);
	found = min(smmu_find_host_stes(smmu, sid, &addr), count);
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

static int smmu_update_stes(struct devmed_smmu *smmu, u32 sid, u32 count,
			    u64 *stes, bool live)
{
	u64 target[SMMU_STE_WORDS];
	u32 i;
	int ret = 0;

	for (i = 0; i < count && !ret; i++) {
		smmu_ste_build(smmu, smmu->chunk + i * SMMU_STE_WORDS, target);
		ret = smmu_ste_update(smmu, sid + i, stes + i * SMMU_STE_WORDS,
				      target, live);
	}

	return ret;
}

/* A level-2 table, filled before the hardware can find it. */
static int smmu_add_l2(struct devmed_smmu *smmu, u32 sid)
{
	u32 first = ALIGN_DOWN(sid, 1U << smmu->split);
	u64 *stes = devmed_pool_alloc(smmu_l2_order(smmu));
	u32 i;

	if (!stes)
		return -ENOMEM;

	for (i = 0; i < 1U << smmu->split; i += SMMU_CHUNK) {
		smmu_load_host_stes(smmu, first + i, SMMU_CHUNK);
		smmu_update_stes(smmu, first + i, SMMU_CHUNK,
				 stes + i * SMMU_STE_WORDS, false);
	}
	smmu_flush(smmu, stes, smmu_l2_size(smmu));
	smmu_set_l1(smmu, sid >> smmu->split, hyp_virt_to_phys(stes) |
		    FIELD_PREP(SMMU_L1_SPAN, smmu->split + 1ULL));

	return 0;
}

/*
 * At most SMMU_CHUNK entries, all in one level-2 table of the hardware's and in
 * one of the host's. A table that would hold nothing but aborts is only made if
 * the host named a stream of it.
 */
static int smmu_sync_chunk(struct devmed_smmu *smmu, u32 sid, u32 count,
			   bool asked)
{
	u32 found = smmu_load_host_stes(smmu, sid, count);
	u64 *stes = smmu_hyp_ste(smmu, sid);

	if (stes)
		return smmu_update_stes(smmu, sid, count, stes, true);
	if (!found || !(asked || smmu_chunk_translates(smmu, count)))
		return 0;

	return smmu_add_l2(smmu, sid);
}

/**
 * smmu_strtab_sync - read entries of the host's again
 * @smmu: the instance
 * @first: first StreamID; those beyond the table are ignored
 * @count: how many
 * @asked: the host named just these
 *
 * The hardware may still have old entries cached afterwards: the caller has
 * them invalidated.
 *
 * Context: Region lock held. Takes host_mmu.lock and those below it.
 * Return: 0; -ENOMEM if the pool is empty, and the streams it would have been
 * for abort; -EIO if the hardware is dead.
 */
int smmu_strtab_sync(struct devmed_smmu *smmu, u32 first, u32 count, bool asked)
{
	u32 end = smmu_nr_sids(smmu);
	u32 sid = first;
	int err = 0;

	if (first >= end)
		return 0;
	end = first + min(count, end - first);

	while (sid < end) {
		u32 next = min(ALIGN_DOWN(sid, SMMU_CHUNK) + SMMU_CHUNK, end);
		int ret = smmu_sync_chunk(smmu, sid, next - sid, asked);

		if (ret && ret != -ENOMEM)
			return ret;
		err = err ?: ret;
		sid = next;
	}

	return err;
}

/* What the registers mean, as hardware reads them (IHI 0070, 6.3.23, 6.3.24). */
static void smmu_decode_strtab(struct devmed_smmu *smmu)
{
	struct smmu_strtab_cfg *cfg = &smmu->host_strtab;
	u32 bits = min_t(u32, FIELD_GET(SMMU_STRTAB_LOG2SIZE,
					smmu->strtab_base_cfg),
			 smmu->sid_bits);
	u64 size = SMMU_STE_SIZE << bits;

	cfg->two_level = FIELD_GET(SMMU_IDR0_ST_LEVEL, smmu->idr[0]) &&
			 FIELD_GET(SMMU_STRTAB_FMT, smmu->strtab_base_cfg) ==
			 SMMU_STRTAB_FMT_2LVL;
	cfg->split = FIELD_GET(SMMU_STRTAB_SPLIT, smmu->strtab_base_cfg);
	if (cfg->split != 8 && cfg->split != 10)
		cfg->split = 6;
	if (cfg->two_level)
		size = max(sizeof(u64) << (bits - min(bits, (u32)cfg->split)),
			   SMMU_STE_SIZE);

	cfg->nr_sids = 1U << bits;
	cfg->base = ALIGN_DOWN(smmu->strtab_base & SMMU_STRTAB_BASE_ADDR, size);
}

/**
 * smmu_strtab_enable - let streams through as the host has set them up
 * @smmu: the instance, disabled in the host's view
 *
 * Context: as smmu_strtab_sync().
 * Return: 0, or -EIO if the hardware is dead. Streams for which the pool has no
 * page abort until the host asks for them again.
 */
int smmu_strtab_enable(struct devmed_smmu *smmu)
{
	int ret;

	smmu_decode_strtab(smmu);
	ret = smmu_strtab_sync(smmu, 0, smmu_nr_sids(smmu), false);
	if (ret && ret != -ENOMEM)
		return ret;

	return smmu_cmdq_invalidate_all(smmu);
}

/* Only the word with V: the others count until the hardware has forgotten it. */
static void smmu_abort_linear(struct devmed_smmu *smmu)
{
	u32 sid;

	for (sid = 0; sid < smmu_nr_sids(smmu); sid++) {
		u64 *ste = smmu_hyp_ste(smmu, sid);

		if (!ste[0])
			continue;
		WRITE_ONCE(ste[0], 0);
		smmu_flush(smmu, ste, sizeof(u64));
	}
	dma_wmb();
}

/*
 * Take every level-2 table out. They are chained by the first word of their
 * first entry, which like this is not valid, should the hardware still look.
 */
static u64 smmu_unlink_l2(struct devmed_smmu *smmu)
{
	u64 chain = 0;
	u32 i;

	for (i = 0; i < smmu_nr_l1(smmu); i++) {
		u64 desc = smmu->strtab[i];
		u64 *stes;

		if (!desc)
			continue;
		smmu_set_l1(smmu, i, 0);
		stes = hyp_phys_to_virt(desc & SMMU_L1_L2PTR);
		WRITE_ONCE(stes[0], chain);
		chain = desc & SMMU_L1_L2PTR;
	}

	return chain;
}

/**
 * smmu_strtab_disable - abort all streams
 * @smmu: the instance
 *
 * Level-2 tables go back to the pool once the hardware has forgotten them.
 *
 * Context: Region lock held. Takes queue_lock.
 * Return: 0, or -EIO if the hardware is dead.
 */
int smmu_strtab_disable(struct devmed_smmu *smmu)
{
	u64 chain = 0;
	int ret;

	if (smmu->two_level)
		chain = smmu_unlink_l2(smmu);
	else
		smmu_abort_linear(smmu);

	ret = smmu_cmdq_invalidate_all(smmu);
	while (!ret && chain) {
		u64 *stes = hyp_phys_to_virt(chain);

		chain = stes[0];
		devmed_pool_free(stes, smmu_l2_order(smmu));
	}

	return ret;
}
