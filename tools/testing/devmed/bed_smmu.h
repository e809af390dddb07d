/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the SMMU model is watched: all as EL2 should have it, complaints
 * counted.
 */
#ifndef DEVMED_BED_SMMU_H
#define DEVMED_BED_SMMU_H

#include "driver_smmu.h"
#include "harness.h"

#define SID	3
#define IOVA	0x80001000ULL
#define TARGET	(FAKE_MEM_BASE + SZ_2M)
#define VMID	5

extern struct smmu_driver bed_drv;
extern struct msmmu *bed;
/* The roots of its tables, stage 2 by pages. */
extern u64 bed_stage2;
extern u64 bed_root;

u64 raw_read(u64 offset, u8 size);
void raw_write(u64 offset, u8 size, u64 value);
void bed_give_to_el2(u64 pa, u64 pages);
void bed_start(const struct msmmu_config *typical);
void bed_start_typical(void);
struct msmmu_answer bed_dma_at(u64 iova, bool write);
struct msmmu_answer bed_dma(void);
/* Flip @bits in the stream's entry, and use it. */
void bed_write_bits(unsigned int word, u64 bits);

#define EXPECT_COMPLAINT(what)						\
	do {								\
		ASSERT(bed->complaints);				\
		ASSERT(!strcmp(bed->complaint, what));			\
		bed->complaints = 0;					\
	} while (0)

#endif /* DEVMED_BED_SMMU_H */
