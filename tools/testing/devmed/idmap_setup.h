/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DMA stage-2 with a device behind it, as tests start with them.
 */
#ifndef DEVMED_IDMAP_SETUP_H
#define DEVMED_IDMAP_SETUP_H

#include "fake_dma.h"

/* The pool is at the start of memory. */
void idmap_pool(unsigned int pages);
/* One device, and trust ends. */
void idmap_begin(struct fake_dma *dma, u8 oas, u8 bbml, bool coherent);

/* Each page is as is right; @dma, if any, knows nothing of one that is not there. */
void idmap_check(const struct fake_dma *dma, u64 start, u64 end);
void idmap_check_tables(void);
/* Of the leaf that maps it. */
s8 idmap_level(u64 ipa);

/* Leave the pool with @left pages; give one of them back, or all. */
void idmap_drain(unsigned int left);
void idmap_fill_one(void);
void idmap_fill(void);

#endif /* DEVMED_IDMAP_SETUP_H */
