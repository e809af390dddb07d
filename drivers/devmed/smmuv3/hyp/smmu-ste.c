// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stream Table Entries: from what the host wrote to what the hardware reads.
 *
 * Attack surface: every bit of the host's entry. Left to it they would choose
 * stage-2 tables, VMID, StreamWorld, ATS and memory attributes.
 *
 * Guarantees: an entry is built from zero. Of the host's it has whether there is
 * a stage 1, where its Context Descriptors are and how many; all else is EL2's.
 * Whatever translates or bypasses in the host's view goes through the DMA
 * stage-2. No store makes the hardware see a mixture that neither the old nor
 * the new entry allows, and where a change can be made without stopping the
 * stream it is.
 *
 * Leaves to others: reading the host's entry once (smmu-strtab.c).
 */
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/kvm_mmu.h>

#include "smmu-hyp.h"

/* Stage 2: EL2's, and the same for every stream (IHI 0070, 5.2). */
static bool smmu_ste_add_stage2(const struct devmed_smmu *smmu, u64 *ste)
{
	const struct devmed_idmap_fmt *fmt = devmed_idmap_format();

	if (!fmt)
		return false;

	ste[1] = FIELD_PREP(SMMU_STE1_SHCFG, (u64)SMMU_SHCFG_INCOMING);
	ste[2] = FIELD_PREP(SMMU_STE2_S2VMID, (u64)SMMU_HOST_VMID) |
		 FIELD_PREP(SMMU_STE2_S2T0SZ, (u64)fmt->t0sz) |
		 FIELD_PREP(SMMU_STE2_S2SL0, (u64)fmt->sl0) |
		 FIELD_PREP(SMMU_STE2_S2IR0, (u64)fmt->irgn) |
		 FIELD_PREP(SMMU_STE2_S2OR0, (u64)fmt->orgn) |
		 FIELD_PREP(SMMU_STE2_S2SH0, (u64)fmt->sh) |
		 FIELD_PREP(SMMU_STE2_S2TG, (u64)fmt->tg) |
		 FIELD_PREP(SMMU_STE2_S2PS, (u64)fmt->ps) |
		 SMMU_STE2_S2AA64 | SMMU_STE2_S2PTW | SMMU_STE2_S2R;
	if (smmu->stalls)
		ste[2] |= SMMU_STE2_S2S;
	ste[3] = fmt->root & SMMU_STE3_S2TTB;

	return true;
}

/* Stage 1: the host's, as long as it is one that the SMMU knows. */
static bool smmu_ste_add_stage1(const struct devmed_smmu *smmu,
				const u64 *host, u64 *ste)
{
	u64 max = FIELD_GET(SMMU_STE0_S1CDMAX, host[0]);
	u64 fmt = FIELD_GET(SMMU_STE0_S1FMT, host[0]);
	u64 dss = FIELD_GET(SMMU_STE1_S1DSS, host[1]);
	u64 ptr = host[0] & SMMU_STE0_S1CTXPTR;

	if (ptr >> smmu->dma.oas ||
	    max > FIELD_GET(SMMU_IDR1_SSIDSIZE, smmu->idr[1]))
		return false;
	/* Without SubstreamIDs both are ignored. */
	if (!max) {
		fmt = 0;
		dss = 0;
	}
	if (fmt == SMMU_S1FMT_RESERVED || dss == SMMU_S1DSS_RESERVED ||
	    (fmt != SMMU_S1FMT_LINEAR && !(smmu->idr[0] & SMMU_IDR0_CD2L)))
		return false;

	ste[0] |= FIELD_PREP(SMMU_STE0_S1CDMAX, max) |
		  FIELD_PREP(SMMU_STE0_S1FMT, fmt) | ptr;
	ste[1] |= FIELD_PREP(SMMU_STE1_S1DSS, dss) |
		  FIELD_PREP(SMMU_STE1_S1CIR, (u64)SMMU_S1C_WBRA) |
		  FIELD_PREP(SMMU_STE1_S1COR, (u64)SMMU_S1C_WBRA) |
		  FIELD_PREP(SMMU_STE1_S1CSH, (u64)SMMU_S1CSH_ISH);
	/* Faults end a transaction: a stalled one would outlive its mapping. */
	if (smmu->stalld)
		ste[1] |= SMMU_STE1_S1STALLD;

	return true;
}

/**
 * smmu_ste_build - what the hardware gets for an entry of the host's
 * @smmu: the instance
 * @host: EL2's copy of the host's entry
 * @hyp: the entry to be; not valid, which the hardware reports as C_BAD_STE, for
 *	one that it would find ILLEGAL without a stage 2
 *
 * Context: Any. Pure.
 */
void smmu_ste_build(const struct devmed_smmu *smmu, const u64 *host, u64 *hyp)
{
	u64 cfg = SMMU_CFG_ABORT;
	bool legal = true;

	memset(hyp, 0, SMMU_STE_SIZE);
	if (!(host[0] & SMMU_STE0_V))
		return;

	switch (FIELD_GET(SMMU_STE0_CFG, host[0])) {
	case SMMU_CFG_BYPASS:
		cfg = SMMU_CFG_S2;
		legal = smmu_ste_add_stage2(smmu, hyp);
		break;
	case SMMU_CFG_S1:
		cfg = SMMU_CFG_NESTED;
		legal = smmu_ste_add_stage2(smmu, hyp) &&
			smmu_ste_add_stage1(smmu, host, hyp);
		break;
	case SMMU_CFG_S2:
	case SMMU_CFG_NESTED:
		legal = false;
		break;
	}

	if (legal)
		hyp[0] |= SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CFG, cfg);
	else
		memset(hyp, 0, SMMU_STE_SIZE);
}

/**
 * smmu_ste_translates - can a transaction get through?
 * @ste: an entry, the host's or the hardware's
 *
 * Context: Any. Pure.
 * Return: false if it is not valid or aborts, so that only its first word counts.
 */
bool smmu_ste_translates(const u64 *ste)
{
	return (ste[0] & SMMU_STE0_V) &&
	       FIELD_GET(SMMU_STE0_CFG, ste[0]) >= SMMU_CFG_BYPASS;
}

static bool smmu_ste_is_nested(const u64 *ste)
{
	return FIELD_GET(SMMU_STE0_CFG, ste[0]) == SMMU_CFG_NESTED;
}

/* A word is what the hardware reads at once (IHI 0070, 3.21.3). */
static void smmu_ste_store(const struct devmed_smmu *smmu, u64 *ste,
			   unsigned int word, u64 value)
{
	WRITE_ONCE(ste[word], value);
	if (!smmu->coherent)
		kvm_flush_dcache_to_poc(&ste[word], sizeof(u64));
}

/* All but the word that says what the others mean. */
static void smmu_ste_store_rest(const struct devmed_smmu *smmu, u64 *ste,
				const u64 *target)
{
	unsigned int i;

	for (i = 1; i < SMMU_STE_WORDS; i++) {
		if (ste[i] != target[i])
			smmu_ste_store(smmu, ste, i, target[i]);
	}
}

/* Stage-1 fields of word 1 are ignored as long as there is no stage 1. */
static bool smmu_ste_same_stage2(const u64 *ste, const u64 *target)
{
	const u64 stage1 = SMMU_STE1_S1DSS | SMMU_STE1_S1CIR | SMMU_STE1_S1COR |
			   SMMU_STE1_S1CSH | SMMU_STE1_S1STALLD;

	return !((ste[1] ^ target[1]) & ~stage1) &&
	       !memcmp(&ste[2], &target[2], SMMU_STE_SIZE - 2 * sizeof(u64));
}

static unsigned int smmu_ste_nr_different(const u64 *ste, const u64 *target)
{
	unsigned int nr = 0;
	unsigned int i;

	for (i = 0; i < SMMU_STE_WORDS; i++)
		nr += ste[i] != target[i];

	return nr;
}

/**
 * smmu_ste_update - change an entry that the hardware may be reading
 * @smmu: the instance
 * @sid: its StreamID
 * @ste: the entry
 * @target: what it becomes
 * @live: false if the hardware cannot find it yet
 *
 * The hardware may still have the old entry cached afterwards: the caller has
 * it invalidated.
 *
 * A call after one that failed goes on from what is in the entry then, whatever the
 * host wants by now: after smmu_cmdq_resume() the hardware has forgotten all else.
 *
 * Context: Region lock held, after smmu_cmdq_resume(). Takes queue_lock.
 * Return: 0, or an error of smmu_cmdq_sync_ste().
 */
int smmu_ste_update(struct devmed_smmu *smmu, u32 sid, u64 *ste,
		    const u64 *target, bool live)
{
	bool first = false;
	int ret = 0;

	if (smmu_ste_nr_different(ste, target) <= 1)
		live = false;
	if (live)
		smmu->work += 2 * SMMU_WORK_RUN;

	if (live && smmu_ste_translates(ste)) {
		bool same = smmu_ste_same_stage2(ste, target);

		first = !smmu_ste_translates(target) ||
			(same && !smmu_ste_is_nested(target));
		/* Neither order will do: it has to stop in between. */
		if (!first && (!same || smmu_ste_is_nested(ste))) {
			smmu_ste_store(smmu, ste, 0, 0);
			ret = smmu_cmdq_sync_ste(smmu, sid);
		}
	}

	if (first) {
		smmu_ste_store(smmu, ste, 0, target[0]);
		ret = smmu_cmdq_sync_ste(smmu, sid);
		if (!ret)
			smmu_ste_store_rest(smmu, ste, target);
	} else if (!ret) {
		smmu_ste_store_rest(smmu, ste, target);
		dma_wmb();
		if (live)
			ret = smmu_cmdq_sync_ste(smmu, sid);
		if (!ret)
			smmu_ste_store(smmu, ste, 0, target[0]);
	}
	dma_wmb();

	return ret;
}
