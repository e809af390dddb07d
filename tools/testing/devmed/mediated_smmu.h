/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2 with an SMMU model below it and a host above it that only has traps.
 */
#ifndef DEVMED_MEDIATED_SMMU_H
#define DEVMED_MEDIATED_SMMU_H

#include "driver_smmu.h"

/* The end of memory is EL2's pool; what is below, tests and the driver use. */
#define MEDIATED_POOL_PAGES	160
#define MEDIATED_POOL		(FAKE_MEM_BASE + FAKE_MEM_SIZE - \
				 MEDIATED_POOL_PAGES * PAGE_SIZE)
/* Before that: what the host may read only, as EL2's text is. */
#define MEDIATED_TEXT_PAGES	2
#define MEDIATED_TEXT		(MEDIATED_POOL - MEDIATED_TEXT_PAGES * PAGE_SIZE)
#define MEDIATED_ITS		0x08080000ULL
/* With more bits in a StreamID there is far memory, and some more than 2 MiB of it for EL2. */
#define MEDIATED_NARROW		20

#ifndef DEVMED_SMMUV3_OFF_RESETS
#define DEVMED_SMMUV3_OFF_RESETS	BIT(2)
#endif

/**
 * mediated_start - a machine whose host has lost its privileges
 * @config: of the SMMU; what is below EL2 is made strict
 *
 * Return: the SMMU that EL2 drives.
 */
struct msmmu *mediated_start(const struct msmmu_config *config);

/**
 * mediated_start_all - the same with several SMMUs
 * @configs: of each; memory is to all as it is to the first
 * @count: how many, MSMMU_NR at most
 */
void mediated_start_all(const struct msmmu_config *configs, unsigned int count);
/* Which of them the host's accesses go to; the first until then. */
void mediated_use(unsigned int nr);

/* A store or load of the host's, by a trap. */
u64 mediated_read(u64 offset, u8 size);
void mediated_write(u64 offset, u8 size, u64 value);
/* The longest time at EL2 of one trap; an access may take several. */
extern u64 mediated_longest;

/* Pages that EL2 has not given out. */
u64 mediated_pool_free(void);

/* While EL2 works the SMMU fetches what it likes: any of these streams. */
void mediated_speculate(const u32 *sids, unsigned int count);
/* And a device that does not stop: this one, now and then. NULL to have it stop. */
void mediated_repeat(const struct msmmu_access *access);
/* The host rewrites what EL2 has just read, now and then. */
void mediated_flip(bool on);

#endif /* DEVMED_MEDIATED_SMMU_H */
