/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device behind an SMMU at its worst: it caches every descriptor that it can,
 * at any time, and forgets nothing that it has not been told to.
 */
#ifndef DEVMED_FAKE_DMA_H
#define DEVMED_FAKE_DMA_H

#include "fake.h"

#include <nvhe/devmed_idmap.h>

/* What a device may do at an address: 0 if it faults. */
#define FAKE_DMA_READ	1
#define FAKE_DMA_WRITE	2
#define FAKE_DMA_EXEC	4
#define FAKE_DMA_DEVICE	8
#define FAKE_DMA_MEMORY	(FAKE_DMA_READ | FAKE_DMA_WRITE | FAKE_DMA_EXEC)

struct fake_tlb {
	u64 ipa;
	u64 size;
	/* Of the next table for a walk cache, of the leaf for a TLB. */
	u64 desc;
	s8 level;
};

#define FAKE_TLB_ENTRIES	512

struct fake_dma {
	struct devmed_idmap_user user;
	/* Does not answer the next so many invalidations. */
	unsigned int deaf;
	unsigned int invalidations;
	u64 last_ipa;
	u64 last_size;
	struct fake_tlb tlb[FAKE_TLB_ENTRIES];
	struct fake_tlb walks[FAKE_TLB_ENTRIES];
};

void fake_dma_init(struct fake_dma *dma, u8 oas, u8 bbml, bool coherent);
/* Straight from the table, as any SMMU of the format sees it. */
unsigned int fake_dma_look(u64 ipa, s8 *level);
/* Through the caches, adding to them. */
unsigned int fake_dma_access(struct fake_dma *dma, u64 ipa);
/* Is anything cached for this page? */
bool fake_dma_knows(const struct fake_dma *dma, u64 ipa);

/* Is everything cached of the size that it has in the table? */
bool fake_dma_fresh(const struct fake_dma *dma);

/* What is right for a device, from the owners in the model. */
unsigned int fake_dma_right(u64 ipa);
/*
 * Have @dma access these pages whenever a descriptor is written; each has to be
 * as is right all the time, but for those from @start to @end.
 */
void fake_dma_watch(struct fake_dma *dma, const u64 *pages, unsigned int count,
		    u64 start, u64 end);

/* Pages of tables there are, by walking them. */
unsigned int fake_dma_tables(void);

#endif /* DEVMED_FAKE_DMA_H */
