// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a region to an instance, while the host is trusted.
 *
 * Attack surface: none yet; but what is decided here holds when there is. What
 * the firmware left the hardware with may be anything.
 *
 * Guarantees: EL2 reads for itself what the hardware can do, and refuses what it
 * cannot stand for. An instance outlives smmu_adopt() only when the hardware has
 * confirmed each step: it reads EL2's queue and EL2's stream table, it has
 * forgotten all that it knew, and nothing gets past it.
 *
 * Leaves to others: registers beside these pages, which the glue claims or
 * reports (smmu-host.c).
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include <asm/kvm_mmu.h>

#include <nvhe/memory.h>

#include "smmu-hyp.h"
#include "smmu-off.h"

/* SMMU_IIDR of parts that cannot nest two stages safely. */
#define SMMU_IMPLEMENTER_ARM	0x43b
#define SMMU_PRODUCT_MMU_600	0x483
#define SMMU_PRODUCT_MMU_700	0x487

static const u8 smmu_oas_bits[] = { 32, 36, 40, 42, 44, 48, 52, 52 };

/* As the host driver knows them: Arm errata 1209401, 2268618 and 2812531. */
static bool smmu_has_erratum(u32 iidr)
{
	u32 variant = FIELD_GET(SMMU_IIDR_VARIANT, iidr);
	u32 revision = FIELD_GET(SMMU_IIDR_REVISION, iidr);

	if (FIELD_GET(SMMU_IIDR_IMPLEMENTER, iidr) != SMMU_IMPLEMENTER_ARM)
		return false;

	switch (FIELD_GET(SMMU_IIDR_PRODUCT, iidr)) {
	case SMMU_PRODUCT_MMU_600:
		return variant < 2;
	case SMMU_PRODUCT_MMU_700:
		return variant < 1 || revision < 1;
	}

	return false;
}

/* 0, or why this SMMU cannot be mediated (IHI 0070, 6.3.1 to 6.3.6). */
static int smmu_refuse(const struct devmed_region *region, const u32 *idr,
		       u32 iidr)
{
	u32 endian = FIELD_GET(SMMU_IDR0_TTENDIAN, idr[0]);

	if (region->size < SMMU_PAGE1 + SZ_64K)
		return DEVMED_SMMUV3_FRAMES;
	if (idr[1] & (SMMU_IDR1_TABLES_PRESET | SMMU_IDR1_QUEUES_PRESET |
		      SMMU_IDR1_REL))
		return DEVMED_SMMUV3_PRESET;
	if (idr[1] & SMMU_IDR1_ECMDQ)
		return DEVMED_SMMUV3_ECMDQ;
	if (!(idr[0] & SMMU_IDR0_S1P) || !(idr[0] & SMMU_IDR0_S2P) ||
	    !(FIELD_GET(SMMU_IDR0_TTF, idr[0]) & SMMU_TTF_AARCH64))
		return DEVMED_SMMUV3_STAGES;
	if (endian != SMMU_TTENDIAN_MIXED && endian != SMMU_TTENDIAN_LE)
		return DEVMED_SMMUV3_ENDIAN;
	if (FIELD_GET(SMMU_IDR1_CMDQS, idr[1]) < SMMU_LOG2_MIN_CMDQ)
		return DEVMED_SMMUV3_QUEUES;
	if (smmu_has_erratum(iidr))
		return DEVMED_SMMUV3_ERRATUM;

	return 0;
}

/* What the hardware can do, for EL2. */
static void smmu_probe(struct devmed_smmu *smmu, const u32 *idr, u64 flags)
{
	u32 stall = FIELD_GET(SMMU_IDR0_STALL_MODEL, idr[0]);

	smmu->coherent = (idr[0] & SMMU_IDR0_COHACC) &&
			 (flags & DEVMED_SMMUV3_COHERENT);
	smmu->msi = (idr[0] & SMMU_IDR0_MSI) && !(flags & DEVMED_SMMUV3_WIRED);
	smmu->off_resets = flags & DEVMED_SMMUV3_OFF_RESETS;
	smmu->ril = idr[3] & SMMU_IDR3_RIL;
	smmu->stalld = stall == SMMU_STALL_BOTH;
	smmu->stalls = stall == SMMU_STALL_FORCED;

	/* Translated transactions are checked even if nobody may make them. */
	smmu->hw_cr0 = SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN;
	if (idr[0] & SMMU_IDR0_ATS)
		smmu->hw_cr0 |= SMMU_CR0_ATSCHK;

	smmu->dma.invalidate = smmu_cmdq_invalidate;
	smmu->dma.oas = smmu_oas_bits[FIELD_GET(SMMU_IDR5_OAS, idr[5])];
	smmu->dma.bbml = FIELD_GET(SMMU_IDR3_BBML, idr[3]);
	smmu->dma.coherent = smmu->coherent;
	smmu->dma.pgsizes = (idr[5] & SMMU_IDR5_GRAN4K ? SZ_4K : 0) |
			    (idr[5] & SMMU_IDR5_GRAN16K ? SZ_16K : 0) |
			    (idr[5] & SMMU_IDR5_GRAN64K ? SZ_64K : 0);
}

/*
 * The tables below a level-1 descriptor fill a page, so that any free page will do
 * for one. Level 1 is the larger for it: 2 MiB for 24 bits and pages of 4 KiB.
 */
static void smmu_size_strtab(struct devmed_smmu *smmu, const u32 *idr)
{
	u32 bits = FIELD_GET(SMMU_IDR1_SIDSIZE, idr[1]);

	smmu->split = clamp(PAGE_SHIFT - ilog2(SMMU_STE_SIZE), 6, 10);
	smmu->two_level = FIELD_GET(SMMU_IDR0_ST_LEVEL, idr[0]) ==
			  SMMU_ST_LEVEL_2 && bits > smmu->split;
	if (!smmu->two_level) {
		smmu->sid_bits = min_t(u32, bits, DEVMED_SMMUV3_LINEAR_BITS);
		return;
	}

	smmu->sid_bits = min_t(u32, bits, DEVMED_SMMUV3_SID_BITS);
}

/*
 * What the host is shown: features that are listed here, and no others. MSIs
 * are offered for CMD_SYNC alone where the SMMU has wires for all else.
 */
static void smmu_show(struct devmed_smmu *smmu, const u32 *idr, u64 flags)
{
	u32 cmdqs = min_t(u32, FIELD_GET(SMMU_IDR1_CMDQS, idr[1]),
			  SMMU_LOG2_MAX_CMDQ);
	u32 eventqs = min_t(u32, FIELD_GET(SMMU_IDR1_EVENTQS, idr[1]),
			    SMMU_LOG2_MAX_EVENTQ);
	u32 oas = min_t(u32, FIELD_GET(SMMU_IDR5_OAS, idr[5]), SMMU_OAS_48);

	smmu->idr[0] = idr[0] & (SMMU_IDR0_S1P | SMMU_IDR0_TTF |
				 SMMU_IDR0_COHACC | SMMU_IDR0_HTTU |
				 SMMU_IDR0_ASID16 | SMMU_IDR0_CD2L |
				 SMMU_IDR0_TTENDIAN | SMMU_IDR0_TERM_MODEL |
				 SMMU_IDR0_ST_LEVEL);
	smmu->idr[0] |= FIELD_PREP(SMMU_IDR0_STALL_MODEL, smmu->stalls ?
				   SMMU_STALL_FORCED : SMMU_STALL_NONE);
	if (smmu->msi || (flags & DEVMED_SMMUV3_WIRED))
		smmu->idr[0] |= SMMU_IDR0_MSI;

	smmu->idr[1] = (idr[1] & SMMU_IDR1_SSIDSIZE) |
		       FIELD_PREP(SMMU_IDR1_SIDSIZE, smmu->sid_bits) |
		       FIELD_PREP(SMMU_IDR1_EVENTQS, eventqs) |
		       FIELD_PREP(SMMU_IDR1_CMDQS, cmdqs);
	smmu->idr[3] = idr[3] & (SMMU_IDR3_HAD | SMMU_IDR3_STT |
				 SMMU_IDR3_RIL | SMMU_IDR3_BBML |
				 SMMU_IDR3_E0PD);
	smmu->idr[5] = FIELD_PREP(SMMU_IDR5_OAS, oas) |
		       (idr[5] & (SMMU_IDR5_GRAN4K | SMMU_IDR5_GRAN16K |
				  SMMU_IDR5_GRAN64K | SMMU_IDR5_VAX));
	if (smmu->stalls)
		smmu->idr[5] |= idr[5] & SMMU_IDR5_STALL_MAX;
}

static void smmu_free_pages(void *addr, size_t size)
{
	if (addr)
		devmed_pool_free(addr, get_order(size));
}

static void smmu_free(struct devmed_smmu *smmu)
{
	struct devmed_queue *hyp = &smmu->ring.hyp;

	smmu_free_pages(smmu->strtab, smmu_strtab_size(smmu));
	smmu_free_pages(smmu->off_l2, smmu_l2_size(smmu));
	smmu_free_pages(smmu->chunk, SMMU_CHUNK * SMMU_STE_SIZE);
	smmu_free_pages(hyp->base, hyp->slots * SMMU_CMD_SIZE);
	smmu_free_pages(smmu, sizeof(*smmu));
}

static bool smmu_alloc_strtab(struct devmed_smmu *smmu)
{
	smmu->strtab = devmed_pool_alloc(get_order(smmu_strtab_size(smmu)));
	if (!smmu->strtab || !smmu->two_level)
		return smmu->strtab;

	smmu->off_l2 = devmed_pool_alloc(get_order(smmu_l2_size(smmu)));
	if (smmu->off_l2)
		smmu_off_share(smmu);

	return smmu->off_l2;
}

static struct devmed_smmu *smmu_alloc(struct devmed_region *region,
				      const u32 *idr, u64 flags)
{
	struct devmed_smmu *smmu = devmed_pool_alloc(get_order(sizeof(*smmu)));
	struct devmed_queue *hyp;

	if (!smmu)
		return NULL;

	smmu->region = region;
	smmu->state = SMMU_LEFT;
	hyp_spin_lock_init(&smmu->queue_lock);
	smmu->hw_idr[0] = idr[0];
	smmu->hw_idr[1] = idr[1];
	smmu_probe(smmu, idr, flags);
	smmu_size_strtab(smmu, idr);
	smmu_show(smmu, idr, flags);

	hyp = &smmu->ring.hyp;
	hyp->slots = 1U << min_t(u32, FIELD_GET(SMMU_IDR1_CMDQS, idr[1]),
				 SMMU_LOG2_HYP_CMDQ);
	hyp->span = 2 * hyp->slots;
	hyp->base = devmed_pool_alloc(get_order(hyp->slots * SMMU_CMD_SIZE));
	smmu->ring.slot_size = SMMU_CMD_SIZE;
	smmu->ring.coherent = smmu->coherent;
	smmu->chunk = devmed_pool_alloc(get_order(SMMU_CHUNK * SMMU_STE_SIZE));
	if (hyp->base && smmu->chunk && smmu_alloc_strtab(smmu))
		return smmu;

	smmu_free(smmu);
	return NULL;
}

/* It answers for no DMA any more, nor do others have to care what it can do. */
static void smmu_leave(struct devmed_smmu *smmu)
{
	if (smmu->state != SMMU_LEFT)
		smmu_release(smmu);
	WRITE_ONCE(smmu->state, SMMU_LEFT);
	devmed_idmap_leave(&smmu->dma);
}

/**
 * smmu_stop - leave an SMMU to the host
 * @region: of a started SMMU
 *
 * What the hardware was told of stays EL2's: it may have heard only half.
 *
 * Context: Trusted phase, devmed_setup_lock held.
 */
void smmu_stop(struct devmed_region *region)
{
	struct devmed_smmu *smmu = region->instance;

	devmed_withdraw(region);
	smmu_leave(smmu);
}

/**
 * smmu_start - prepare to take an SMMU over
 * @region: its registers
 * @flags: DEVMED_SMMUV3_*
 * @unused: nothing
 *
 * The hardware goes on as it is: smmu_adopt() takes it.
 *
 * Context: Trusted phase, devmed_setup_lock held.
 * Return: 0; an enum devmed_smmuv3_refusal, or an errno: -ENOMEM if the pool is
 * too small.
 */
int smmu_start(struct devmed_region *region, u64 flags, u64 unused)
{
	struct devmed_smmu *smmu;
	u32 idr[SMMU_NR_IDRS];
	unsigned int i;
	int ret;

	for (i = 0; i < SMMU_NR_IDRS; i++)
		idr[i] = devmed_read32(region, SMMU_IDR0 + i * sizeof(u32));

	/* A dead bus; no SMMU has all features. */
	if (!idr[0] || idr[0] == U32_MAX)
		return DEVMED_SMMUV3_STUCK;
	ret = smmu_refuse(region, idr, devmed_read32(region, SMMU_IIDR));
	if (ret)
		return ret;
	smmu = smmu_alloc(region, idr, flags);
	if (!smmu)
		return -ENOMEM;

	ret = devmed_idmap_join(&smmu->dma);
	if (ret) {
		smmu_free(smmu);
		return ret;
	}

	return devmed_publish(region, smmu);
}

/**
 * smmu_adopt - take an SMMU over
 * @region: of a started SMMU
 * @flags: DEVMED_SMMUV3_STALE
 * @unused1: nothing
 * @unused2: nothing
 *
 * The DMA stage-2 is complete: streams that get past the SMMU go through it from
 * the moment that SMMUEN takes effect, and none is interrupted. An SMMU that is
 * enabled aborts all streams for a moment, since SMMU_STRTAB_BASE cannot be
 * changed then (IHI 0070, 6.3.24); afterwards its streams are taken for streams
 * that were to get past it, unless nobody waits for them any more.
 *
 * Context: Trusted phase, devmed_setup_lock held.
 * Return: 0. Or, the SMMU being given back to the host: -ENODEV if DMA has no
 * stage-2, -EIO if the SMMU answered with an abort; DEVMED_SMMUV3_STUCK.
 */
int smmu_adopt(struct devmed_region *region, u64 flags, u64 unused1, u64 unused2)
{
	struct devmed_smmu *smmu = region->instance;
	int ret = -ENODEV;
	bool enabled;

	if (smmu->state != SMMU_LEFT)
		return -EBUSY;
	if (!devmed_idmap_format())
		goto err_stop;

	enabled = (devmed_read32(region, SMMU_CR0) |
		   devmed_read32(region, SMMU_CR0ACK)) & SMMU_CR0_SMMUEN;
	smmu->found_gbpa = devmed_read32(region, SMMU_GBPA) & ~SMMU_GBPA_UPDATE;
	smmu->gbpa = smmu->found_gbpa & SMMU_GBPA_ABORT;
	if (enabled)
		smmu->gbpa = flags & DEVMED_SMMUV3_STALE ? SMMU_GBPA_ABORT : 0;
	smmu_off_fill(smmu);

	ret = smmu_arm(smmu, !enabled) ? 0 : DEVMED_SMMUV3_STUCK;
	if (devmed_was_aborted())
		ret = -EIO;
	if (!ret)
		return 0;

err_stop:
	smmu_stop(region);
	return ret;
}
