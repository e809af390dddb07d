/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Streams while the host has the SMMU disabled: smmu-off.c.
 */
#ifndef __DEVMED_SMMU_OFF_H
#define __DEVMED_SMMU_OFF_H

#include "smmu-hyp.h"

void smmu_off_build(const struct devmed_smmu *smmu, u64 *ste);
void smmu_off_share(struct devmed_smmu *smmu);
void smmu_off_fill(struct devmed_smmu *smmu);
void smmu_off_set_shared(struct devmed_smmu *smmu, bool off);
u64 smmu_read_gbpa(struct devmed_region *region, void *instance,
		   unsigned int index);
int smmu_write_gbpa(struct devmed_region *region, void *instance,
		    unsigned int index, u64 value);

#endif /* __DEVMED_SMMU_OFF_H */
