/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host with guests of GICv4.0 behind EL2, as tests of vPEs start with it.
 */
#ifndef DEVMED_ITS_VPE_BED_H
#define DEVMED_ITS_VPE_BED_H

#include "its_mediate.h"

#define VPE		3
#define VLPI_ID		8201
#define DOORBELL	8300
#define VLPI(rd, reg)	(model_rd_phys(rd) + SZ_128K + (reg))
#define RESIDENT	GICR_VPENDBASER_Valid

extern struct model_gic_params params;
/* Tables of 64K: two pending ones, a configuration, and one partly a guest's. */
extern u64 vpt;
extern u64 vpt2;
extern u64 vconf;
extern u64 foreign;

void v4_params(u8 v4);
/* EL2 is there, and no vPE. */
void begin(void);
/* VPE has vpt, and VLPI_ID by event 2 of SETUP_DEV. */
void begin_mapped(void);
/* With the VSYNC for it. */
void map(u16 vpeid, u64 phys);
void unmap(u16 vpeid);
void enter(unsigned int rd, u64 phys);
void leave(unsigned int rd);
u64 vpendbaser(unsigned int rd);
u64 counted(enum devmed_counter reason);
/* One more is refused, for this reason, and what follows works. */
void refused(struct model_cmd cmd, enum devmed_counter reason);
u64 all_refused(void);
/* Can the host give it to a guest? */
bool is_free(u64 phys);

#endif /* DEVMED_ITS_VPE_BED_H */
