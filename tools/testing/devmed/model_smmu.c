// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SMMUs of the model, and what happens when they find a page that is not
 * theirs to touch.
 */
#include "fake.h"
#include "harness.h"
#include "model_smmu.h"

struct msmmu msmmus[MSMMU_NR];

/* Of a server: both stages, two-level tables; no MSI, ATS or PRI. */
const struct msmmu_config msmmu_typical = {
	.base = 0x09050000,
	.s1p = true, .s2p = true, .two_level = true, .cd2l = true,
	.vmid16 = true, .asid16 = true, .coherent = true, .ril = true,
	.stall_model = 1,
	.bbml = 2,
	.sidsize = 16,
	.ssidsize = 4,
	.cmdqs = 8,
	.evtqs = 7,
	.priqs = 7,
	.oas = 5,
	.caches = true,
	.lazy = true,
	.ack_delay = 3,
	.cmd_delay = 2,
	.seed = 1,
};

/**
 * msmmu_complain - a thing that must not happen did
 * @s: where
 * @what: in words
 * @addr: of what
 */
void msmmu_complain(struct msmmu *s, const char *what, u64 addr)
{
	s->complaints++;
	s->complaint = what;
	if (!s->config.lenient)
		test_fail("SMMU model", s - msmmus, what, addr, 0);
}

/* Its own numbers, so that a fuzzer's input decides all; any if @limit is 0. */
u32 msmmu_random(struct msmmu *s, u32 limit)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 17;
	s->random ^= s->random << 5;

	return limit ? s->random % limit : s->random;
}

/**
 * msmmu_reset - power comes back
 * @s: the SMMU
 *
 * Registers with no reset value hold anything (IHI 0070, 6.3), bypass is what
 * is left when nothing is set up, and caches keep what they had: whoever
 * enables it has to invalidate first. Outstanding transactions are terminated: no
 * software can wait for it any more, so that a platform has to see to it.
 */
void msmmu_reset(struct msmmu *s)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(s->regs[0]); i++) {
		s->regs[0][i] = msmmu_random(s, 0);
		s->regs[1][i] = msmmu_random(s, 0);
	}
	for (i = SMMU_CR0; i <= SMMU_CR0ACK; i += 4)
		*msmmu_reg(s, i) = 0;
	for (i = SMMU_GBPA; i <= SMMU_GERRORN; i += 4)
		*msmmu_reg(s, i) = 0;
	s->cr0 = 0;
	s->cr0_now = 0;
	s->gbpa = BIT(12);
	s->gerrorn = 0;
	*msmmu_reg(s, SMMU_GBPA) = s->gbpa;
	s->ack_left = 0;
	s->irq_left = 0;
	s->gbpa_left = 0;
	s->sync_at = 0;
	s->sync_due = 0;
	s->ack_at = 0;
	s->nr_events = 0;
	memset(s->pending, 0, sizeof(s->pending));
	memset(s->late, 0, sizeof(s->late));
	s->off = false;
	s->dark = MSMMU_LIT;
}

/* The reset value of GBPA.ABORT is IMPLEMENTATION DEFINED (IHI 0070, 6.3.15). */
void msmmu_reset_closed(struct msmmu *s)
{
	msmmu_reset(s);
	s->gbpa |= M_GBPA_ABORT;
	*msmmu_reg(s, SMMU_GBPA) = s->gbpa;
}

struct msmmu *msmmu_init(unsigned int nr, const struct msmmu_config *config)
{
	struct msmmu *s = &msmmus[nr];

	memset(s, 0, sizeof(*s));
	s->config = *config;
	s->random = config->seed ?: 1;
	msmmu_reset(s);
	if (config->dirty) {
		msmmu_fill_with_leftovers(s);
		s->cr0 = M_CR0_SMMUEN | M_CR0_CMDQEN | M_CR0_EVTQEN;
		*msmmu_reg(s, SMMU_CR0) = s->cr0;
		*msmmu_reg(s, SMMU_CR0ACK) = s->cr0;
		s->cr0_now = s->cr0;
		*msmmu_reg(s, SMMU_CMDQ_PROD) = *msmmu_reg(s, SMMU_CMDQ_CONS);
	}

	return s;
}
