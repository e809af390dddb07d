/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2 between the driver of its_setup.c and the GIC, as drivers/devmed/its puts
 * it there.
 */
#ifndef DEVMED_ITS_MEDIATE_H
#define DEVMED_ITS_MEDIATE_H

#include "its_setup.h"

/* The end of memory is the pool's, unless a test says so. */
#define MEDIATE_POOL_SIZE	max_t(u64, SZ_1M, 32 * PAGE_SIZE)
#define MEDIATE_POOL_BASE	(FAKE_MEM_BASE + FAKE_MEM_SIZE - MEDIATE_POOL_SIZE)

/* Where it is instead, before mediate_register(). */
extern u64 mediate_pool;
/* What EL2 is told of the memory that the GIC reaches, 0 for all. */
extern u64 mediate_reach;
/* Region of an ITS, of RD_base of a redistributor. */
extern int mediate_its[MODEL_MAX_ITS];
extern int mediate_rd[MODEL_MAX_RDS];
/* Accesses that trapped; aborts that the host got. */
extern unsigned int mediate_traps;
extern unsigned int mediate_aborts;

/* EL2 gets its pool and the regions, and forwards. */
void mediate_register(u32 pool_pages);
/* Redistributors, then ITSs with all that @drivers have live: 0 or an errno. */
int mediate_start_its(struct model_its_driver *driver);
int mediate_start(struct model_its_driver *drivers, unsigned int nr);
/* The driver's new memory. */
void mediate_switch(struct model_its_driver *driver);
/* No more trust. */
void mediate_finalize(void);
/* All of the above for setup_driver, with a pool of so many pages, or as usual. */
void mediate_from(u32 pool_pages);
void mediate(void);
/* After setup_start(), that is. */
void mediate_gic(const struct model_gic_params *params);
void mediate_default(void);

/* The host's access to a physical address: trapped, or direct. */
u64 mediate_read(u64 phys, u8 size);
void mediate_write(u64 phys, u8 size, u64 value);
/* The same, but EL2 has the last word: false if the host got an abort. */
bool mediate_try_write(u64 phys, u8 size, u64 value);

/*
 * One trap as it comes from hardware: false if it was not stepped over, because of
 * an abort or to be repeated.
 */
bool mediate_trap(struct kvm_cpu_context *host, u64 phys, u64 esr);
u64 mediate_syndrome(u64 phys, u8 size, bool write);
/* What the ITS reads at this offset in its ring. */
const u64 *mediate_hyp_slot(u32 offset);
/* The ITS stops at @cmd, after which comes @next: where is that? */
u32 mediate_stall(struct model_cmd cmd, struct model_cmd next);
/* The host has @cmd there now; the ITS gets to the end. */
void mediate_retry(u32 offset, struct model_cmd cmd);

/* The driver sends this, and it is refused for that reason; all else works. */
void mediate_refused(struct model_cmd cmd, enum devmed_counter reason);
/* The first ITS and its driver do what they did after setup_start(). */
void mediate_works(void);
u64 mediate_counter(int region, enum devmed_counter counter);

/* All CPUs sleep, and firmware restores the first ITS: MODEL_FW_*. */
void mediate_suspend(unsigned int how);

/* Turn the first ITS off, until it is quiescent, and on again. */
void mediate_disable(void);
void mediate_enable(void);

#endif /* DEVMED_ITS_MEDIATE_H */
