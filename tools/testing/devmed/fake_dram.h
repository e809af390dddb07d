/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory behind the caches. Until fake_dram_init() there are none: what a CPU
 * writes, a device reads.
 */
#ifndef DEVMED_FAKE_DRAM_H
#define DEVMED_FAKE_DRAM_H

#include "fake.h"

#define FAKE_LINE	64

void fake_dram_init(void);
/* No caches any more; what was dirty is lost. */
void fake_dram_stop(void);
/* A device's access, that sees the caches or does not. */
void fake_dram_read(u64 phys, void *data, u32 size, bool snoops);
void fake_dram_write(u64 phys, const void *data, u32 size, bool snoops);
/* Clean and invalidate to the point of coherency, as a CPU does it. */
void fake_dram_flush(u64 phys, u64 size);
/* The caches lose everything, and write back what is dirty, whenever they like. */
void fake_dram_evict_all(void);

#endif /* DEVMED_FAKE_DRAM_H */
