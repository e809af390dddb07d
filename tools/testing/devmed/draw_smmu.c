// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUs that somebody may have: see draw_smmu.h.
 */
#include "draw_smmu.h"
#include "mediated_smmu.h"

/* Its own numbers: two draws with one seed are one SMMU. */
static u32 draw(u32 *state, u32 limit)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;

	return *state % limit;
}

static void draw_features(struct msmmu_config *config, u32 *state)
{
	static const u8 sidsizes[] = { 16, 18, 21, 22, 24, 32 };
	static const u8 oas[] = { 0, 1, 2 };

	config->oas = oas[draw(state, ARRAY_SIZE(oas))];
	config->sidsize = sidsizes[draw(state, ARRAY_SIZE(sidsizes))];
	/* The level-1 table of these is in far memory. */
	if (config->sidsize > MEDIATED_NARROW && !config->oas)
		config->oas = 1;
	config->bbml = draw(state, 3);
	/* By pages takes memory that large tables take too. */
	if (!config->bbml)
		config->sidsize = 16;
	config->ril = draw(state, 2);
	config->coherent = draw(state, 2);
	config->cd2l = draw(state, 2);
	config->msi = draw(state, 2);
	config->ats = draw(state, 2);
	config->pri = draw(state, 2);
	config->hyp = draw(state, 2);
	config->stall_model = draw(state, 2);
}

static void draw_behaviour(struct msmmu_config *config, u32 *state)
{
	config->dirty = true;
	config->weak = draw(state, 2);
	config->caches = draw(state, 8);
	config->unordered = draw(state, 4);
	config->busy = draw(state, 4);
	config->ats_cached = draw(state, 4);
	config->outstanding = draw(state, 2);
	config->dark_reads = draw(state, 3);
	config->ack_delay = draw(state, 20);
	config->cmd_delay = draw(state, 8);
}

void draw_smmu(struct msmmu_config *config, u32 seed)
{
	u32 state = seed * 2654435761U ?: 1;

	*config = msmmu_typical;
	config->seed = draw(&state, U32_MAX) | 1;
	draw_features(config, &state);
	draw_behaviour(config, &state);
}
