/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A redistributor whose tables a test moves about, behind EL2.
 */
#ifndef DEVMED_BED_RD_H
#define DEVMED_BED_RD_H

#include "its_mediate.h"

#define RD			1
#define RD_REG(offset)		(model_rd_phys(RD) + (offset))
#define RD_VREG(offset)	(model_rd_phys(RD) + SZ_128K + (offset))

/* 64 KiB of the host's for a table. */
extern u64 rd_page;

/* setup_start(), that memory, mediate() */
void rd_start(const struct model_gic_params *params);
void rd_start_default(void);

void rd_set_lpis(bool on);
bool rd_lpis_are_on(void);
void rd_set_pending_table(u64 phys);
void rd_set_config_table(u64 phys, unsigned int bits);

/* Writes that EL2 refused. */
u64 rd_refused(void);
/* The enable is where the value takes effect, and where it is refused. */
void rd_check_not_enabled(void);
/* As the driver does it on a CPU that comes later. */
void rd_check_enable(void);
void rd_check_pins(u64 phys, unsigned int pins);

#endif /* DEVMED_BED_RD_H */
