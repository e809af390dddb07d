/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host that has set up one stream, about to become hostile.
 */
#ifndef DEVMED_HOSTILE_SMMU_H
#define DEVMED_HOSTILE_SMMU_H

#include "harness.h"
#include "mediated_smmu.h"

#define SID	0x41
#define IOVA	0x10000000ULL
#define TARGET	(FAKE_MEM_BASE + SZ_2M)
#define OTHER	(TARGET + SZ_64K)
#define ON	(M_CR0_CMDQEN | M_CR0_EVTQEN | M_CR0_SMMUEN)

extern struct msmmu *bad;
extern struct smmu_driver drv;
/* Of the stream's stage 1, which maps IOVA to TARGET. */
extern u64 root;
extern u64 cd;

/* All features, all delays. */
struct msmmu_config worst(void);
void hostile_start_with(const struct msmmu_config *config);
void hostile_start(void);

/* A store of the stream's device. */
struct msmmu_answer dma_to(u64 addr);
bool passes(u64 addr);
/* Not now, and not with anything that is remembered. */
void expect_stopped(u64 addr);
/* It passes, and is remembered. */
void warm(u64 addr);

void bypass_stream(void);
/* EL2 still carries out what it is asked to. */
void expect_alive(void);

#endif /* DEVMED_HOSTILE_SMMU_H */
