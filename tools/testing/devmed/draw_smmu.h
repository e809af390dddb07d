/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUs of any features that devmed takes, and of any behaviour that IHI 0070
 * allows; which one a number says.
 */
#ifndef DEVMED_DRAW_SMMU_H
#define DEVMED_DRAW_SMMU_H

#include "model_smmu.h"

/**
 * draw_smmu - any SMMU
 * @config: what it is
 * @seed: which one
 */
void draw_smmu(struct msmmu_config *config, u32 seed);

#endif /* DEVMED_DRAW_SMMU_H */
