// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams while the host has the SMMU disabled.
 *
 * Attack surface: SMMU_GBPA of the host, written at any time, also while SMMUEN is
 * on its way to another value.
 *
 * Guarantees: the hardware stays enabled and SMMU_GBPA of the hardware aborts. A
 * stream that SMMU_GBPA of the host would let past the SMMU goes through the DMA
 * stage-2, any other aborts. Entries of this kind differ in the word with V only,
 * so that no mixture of two of them means anything else. With two levels they are in
 * one table, to which each level-1 descriptor points that has no table of its own: it
 * holds no entry of the host's, is never freed, and no entry of it is valid while the
 * host has the SMMU enabled. UPDATE reads as 0 only when the hardware has forgotten
 * the entries of before.
 *
 * Leaves to others: which descriptors have tables of their own (smmu-strtab.c).
 */
#include <linux/errno.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/kvm_mmu.h>

#include <nvhe/memory.h>

#include "smmu-hyp.h"
#include "smmu-off.h"

/**
 * smmu_off_build - the entry of each stream while the host has the SMMU disabled
 * @smmu: the instance
 * @ste: the entry
 *
 * Context: Region lock held, or trusted phase.
 */
void smmu_off_build(const struct devmed_smmu *smmu, u64 *ste)
{
	static const u64 bypass[SMMU_STE_WORDS] = {
		SMMU_STE0_V | SMMU_CFG_BYPASS << 1,
	};

	smmu_ste_build(smmu, bypass, ste);
	/* Without a word, as GBPA does: an entry that is not valid is an event. */
	if (smmu->gbpa & SMMU_GBPA_ABORT)
		ste[0] = SMMU_STE0_V | SMMU_CFG_ABORT << 1;
}

/**
 * smmu_off_share - have all level-1 descriptors point to the shared table
 * @smmu: the instance, which the hardware does not know yet
 *
 * Context: Trusted phase.
 */
void smmu_off_share(struct devmed_smmu *smmu)
{
	u32 i;

	smmu->off_desc = hyp_virt_to_phys(smmu->off_l2) |
			 FIELD_PREP(SMMU_L1_SPAN, smmu->split + 1ULL);
	for (i = 0; i < smmu_nr_l1(smmu); i++)
		smmu->strtab[i] = smmu->off_desc;
}

/**
 * smmu_off_fill - make the first entries of all streams
 * @smmu: the instance, which the hardware does not know yet
 *
 * Context: Trusted phase, the DMA stage-2 being there.
 */
void smmu_off_fill(struct devmed_smmu *smmu)
{
	u32 count = smmu->two_level ? 1U << smmu->split : smmu_nr_sids(smmu);
	u64 *stes = smmu->two_level ? smmu->off_l2 : smmu->strtab;
	u32 i;

	for (i = 0; i < count; i++)
		smmu_off_build(smmu, stes + i * SMMU_STE_WORDS);
	if (!smmu->coherent)
		kvm_flush_dcache_to_poc(stes, count * SMMU_STE_SIZE);
}

/**
 * smmu_off_set_shared - what the entries of the shared table say
 * @smmu: the instance
 * @off: what streams do while the host has the SMMU disabled; else none is valid
 *
 * The hardware may still have old entries cached afterwards: the caller has them
 * invalidated. A linear table has no such entries.
 *
 * Context: Region lock held.
 */
void smmu_off_set_shared(struct devmed_smmu *smmu, bool off)
{
	u64 ste[SMMU_STE_WORDS] = {};
	u32 i;

	if (!smmu->two_level)
		return;

	if (off)
		smmu_off_build(smmu, ste);
	smmu->work += SMMU_WORK_SKIP << smmu->split;
	for (i = 0; i < 1U << smmu->split; i++)
		WRITE_ONCE(smmu->off_l2[i * SMMU_STE_WORDS], ste[0]);
	if (!smmu->coherent)
		kvm_flush_dcache_to_poc(smmu->off_l2, smmu_l2_size(smmu));
	dma_wmb();
}

/*
 * SMMUEN that is about to be 0 takes GBPA as it finds it. A linear table has entries
 * of the host's where it has these: SMMUEN that is about to be 1 comes first, too.
 */
static int smmu_off_update(struct devmed_smmu *smmu)
{
	enum smmu_job job = smmu->walk.job;
	int ret;

	if (smmu_enabled(smmu))
		return job == SMMU_JOB_DISABLE ? -EINPROGRESS : 0;
	ret = smmu_cmdq_resume(smmu);
	if (ret || (smmu->two_level && smmu->gbpa_told))
		return ret;
	if (smmu->two_level) {
		smmu_off_set_shared(smmu, true);
		smmu->gbpa_told = true;
		return smmu_cmdq_invalidate_all(smmu);
	}

	return job == SMMU_JOB_ENABLE ? -EINPROGRESS : smmu_strtab_disable(smmu);
}

static void smmu_off_follow(struct devmed_smmu *smmu)
{
	smmu->work = 0;
	if (!smmu_off_update(smmu))
		smmu->gbpa &= ~SMMU_GBPA_UPDATE;
}

/**
 * smmu_read_gbpa - SMMU_GBPA: whether streams get past a disabled SMMU
 * @region: of the SMMU
 * @instance: of the SMMU
 * @index: unused
 *
 * An update that takes more than one trap, or for which the hardware did not
 * answer, goes on here: a driver waits for UPDATE to read as 0.
 *
 * Context: region->lock held. Takes queue_lock.
 * Return: the register.
 */
u64 smmu_read_gbpa(struct devmed_region *region, void *instance,
		   unsigned int index)
{
	struct devmed_smmu *smmu = instance;

	if (smmu->gbpa & SMMU_GBPA_UPDATE)
		smmu_off_follow(smmu);

	return smmu->gbpa;
}

/**
 * smmu_write_gbpa - SMMU_GBPA: let streams get past a disabled SMMU, or abort
 * @region: of the SMMU
 * @instance: of the SMMU
 * @index: unused
 * @value: the register
 *
 * Attributes cannot be overridden: the host is shown an SMMU without
 * SMMU_IDR1.ATTR_TYPES_OVR and ATTR_PERMS_OVR.
 *
 * Context: region->lock held. Takes queue_lock.
 * Return: 0; -EPERM without UPDATE, which changes nothing (IHI 0070, 6.3.15).
 */
int smmu_write_gbpa(struct devmed_region *region, void *instance,
		    unsigned int index, u64 value)
{
	struct devmed_smmu *smmu = instance;

	if (!(value & SMMU_GBPA_UPDATE))
		return -EPERM;

	/* Entries that were done with the value of before are done again. */
	if (smmu->walk.job == SMMU_JOB_DISABLE) {
		smmu->walk.next = 0;
		smmu->walk.forgotten = false;
	}
	smmu->gbpa = value & (SMMU_GBPA_UPDATE | SMMU_GBPA_ABORT);
	smmu->gbpa_told = false;
	smmu_off_follow(smmu);

	return 0;
}
