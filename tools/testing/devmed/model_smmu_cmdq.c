// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command queue of the SMMU model, IHI 0070, 4. Reserved bits that are set,
 * commands of features that it does not have, and memory that does not answer
 * stop the queue until GERRORN acknowledges.
 */
#include "fake.h"
#include "harness.h"
#include "model_smmu.h"

#define CMD_BYTES	16
#define CMD_WORDS	(CMD_BYTES / sizeof(u64))
#define CMD_OP		GENMASK_ULL(7, 0)
#define CMD_GLOBAL	BIT_ULL(9)
#define CMD_SSV		BIT_ULL(11)
#define CMD_SSID	GENMASK_ULL(31, 12)
#define CMD_SID		GENMASK_ULL(63, 32)
#define CMD_VMID	GENMASK_ULL(47, 32)
#define CMD_ASID	GENMASK_ULL(63, 48)
#define CMD_NUM		GENMASK_ULL(16, 12)
#define CMD_SCALE	GENMASK_ULL(24, 20)
#define CMD_CS		GENMASK_ULL(13, 12)
#define CMD_MSI_DATA	GENMASK_ULL(63, 32)
#define CMD_RESP	GENMASK_ULL(13, 12)
#define CMD1_LEAF	BIT_ULL(0)
#define CMD1_RANGE	GENMASK_ULL(4, 0)
#define CMD1_TTL	GENMASK_ULL(9, 8)
#define CMD1_TG		GENMASK_ULL(11, 10)
#define CMD1_ADDR	GENMASK_ULL(63, 12)
#define CMD1_IPA	GENMASK_ULL(51, 12)
#define CMD1_MSI_ADDR	GENMASK_ULL(51, 2)
#define CMD1_STAG	GENMASK_ULL(15, 0)
#define RANGE_FIELDS	(CMD_NUM | CMD_SCALE)
#define RANGE_FIELDS1	(CMD1_LEAF | CMD1_TTL | CMD1_TG)
#define SYNC_FIELDS	(CMD_CS | GENMASK_ULL(23, 22) | GENMASK_ULL(27, 24) | \
			 CMD_MSI_DATA)
#define S1_STAGES	(BIT(MSMMU_S1) | BIT(MSMMU_S12))
#define ALL_STAGES	(S1_STAGES | BIT(MSMMU_S2))
#define WORLD_EL2	2
#define CS_IRQ		1
#define CS_SEV		2
#define CS_RESERVED	3
#define RESUME_RETRY	1
/* No error: a CMD_SYNC that is not complete. */
#define NOT_YET		U32_MAX

enum feature { ALWAYS, HAS_S1, HAS_S2, HAS_HYP, HAS_ATS, HAS_PRI, HAS_STALL };

/* @fields: bits that may be set next to the opcode. @run: gives a CERROR code. */
struct command {
	u8 op;
	enum feature needs;
	u64 fields[CMD_WORDS];
	u32 (*run)(struct msmmu *s, const u64 *cmd);
};

static bool has(const struct msmmu_config *config, enum feature feature)
{
	const bool have[] = {
		[ALWAYS] = true,
		[HAS_S1] = config->s1p,
		[HAS_S2] = config->s2p,
		[HAS_HYP] = config->hyp && config->s1p,
		[HAS_ATS] = config->ats,
		[HAS_PRI] = config->pri,
		[HAS_STALL] = config->stall_model != 1,
	};

	return have[feature];
}

static u32 sid_of(const u64 *cmd)
{
	return FIELD_GET(CMD_SID, cmd[0]);
}

static u32 run_nothing(struct msmmu *s, const u64 *cmd)
{
	return 0;
}

static u32 run_cfgi_ste(struct msmmu *s, const u64 *cmd)
{
	msmmu_invalidate_stes(s, sid_of(cmd), 1, cmd[1] & CMD1_LEAF);
	return 0;
}

static u32 run_cfgi_range(struct msmmu *s, const u64 *cmd)
{
	u64 count = 2ULL << FIELD_GET(CMD1_RANGE, cmd[1]);

	msmmu_invalidate_stes(s, ALIGN_DOWN((u64)sid_of(cmd), count), count, false);
	return 0;
}

static u32 run_cfgi_cd(struct msmmu *s, const u64 *cmd)
{
	msmmu_invalidate_cds(s, sid_of(cmd), FIELD_GET(CMD_SSID, cmd[0]),
			     cmd[1] & CMD1_LEAF);
	return 0;
}

static u32 run_cfgi_cd_all(struct msmmu *s, const u64 *cmd)
{
	msmmu_invalidate_cds(s, sid_of(cmd), MSMMU_NO_SSID, false);
	return 0;
}

static struct msmmu_scope scope_of(struct msmmu *s, const u64 *cmd, u8 stages)
{
	return (struct msmmu_scope) {
		.stages = stages,
		.any_vmid = !s->config.s2p,
		.vmid = FIELD_GET(CMD_VMID, cmd[0]),
		.asid = FIELD_GET(CMD_ASID, cmd[0]),
	};
}

static u32 invalidate(struct msmmu *s, const struct msmmu_scope *scope)
{
	msmmu_invalidate_tlb(s, scope);
	return 0;
}

/* A level says where the leaf is, so the address has to be a leaf's. */
static bool is_leaf_address(const struct msmmu_scope *scope)
{
	unsigned int levels = scope->level ? 3 - scope->level : 0;
	unsigned int shift = scope->granule + levels * (scope->granule - 3);

	return IS_ALIGNED(scope->addr, BIT_ULL(shift));
}

/*
 * IHI 0070, 4.4.1.1. What it leaves unpredictable invalidates nothing here.
 */
static u32 invalidate_range(struct msmmu *s, struct msmmu_scope *scope, const u64 *cmd,
			    u64 mask)
{
	static const u8 granules[] = { 0, 12, 14, 16 };
	u8 tg = FIELD_GET(CMD1_TG, cmd[1]);
	u8 ttl = FIELD_GET(CMD1_TTL, cmd[1]);
	u64 num = FIELD_GET(CMD_NUM, cmd[0]);
	u8 scale = FIELD_GET(CMD_SCALE, cmd[0]);

	scope->by_addr = true;
	scope->addr = cmd[1] & mask;
	scope->leaf = cmd[1] & CMD1_LEAF;
	scope->size = PAGE_SIZE;
	if ((!tg && (ttl || num || scale)) || (tg && !s->config.ril))
		return M_CERROR_ILL;
	if (!tg)
		return invalidate(s, scope);

	ttl = tg == 2 && ttl == 1 ? 0 : ttl;
	if (!ttl && !num && !scale)
		return M_CERROR_ILL;
	scope->granule = granules[tg];
	scope->level = ttl;
	scope->size = (num + 1) << (scale + scope->granule);

	return is_leaf_address(scope) ? invalidate(s, scope) : 0;
}

static u32 run_nh_all(struct msmmu *s, const u64 *cmd)
{
	struct msmmu_scope scope = scope_of(s, cmd, S1_STAGES);

	return invalidate(s, &scope);
}

static u32 run_nh_asid(struct msmmu *s, const u64 *cmd)
{
	struct msmmu_scope scope = scope_of(s, cmd, S1_STAGES);

	scope.by_asid = true;
	return invalidate(s, &scope);
}

static u32 run_nh_va(struct msmmu *s, const u64 *cmd)
{
	struct msmmu_scope scope = scope_of(s, cmd, S1_STAGES);

	scope.by_asid = true;
	return invalidate_range(s, &scope, cmd, CMD1_ADDR);
}

static u32 run_nh_vaa(struct msmmu *s, const u64 *cmd)
{
	struct msmmu_scope scope = scope_of(s, cmd, S1_STAGES);

	return invalidate_range(s, &scope, cmd, CMD1_ADDR);
}

static u32 run_el2_all(struct msmmu *s, const u64 *cmd)
{
	struct msmmu_scope scope = scope_of(s, cmd, BIT(MSMMU_S1));

	scope.any_vmid = true;
	scope.world = WORLD_EL2;
	return invalidate(s, &scope);
}

static u32 run_el2_va(struct msmmu *s, const u64 *cmd)
{
	struct msmmu_scope scope = scope_of(s, cmd, BIT(MSMMU_S1));

	scope.any_vmid = true;
	scope.world = WORLD_EL2;
	return invalidate_range(s, &scope, cmd, CMD1_ADDR);
}

static u32 run_s12_vmall(struct msmmu *s, const u64 *cmd)
{
	struct msmmu_scope scope = scope_of(s, cmd, ALL_STAGES);

	return invalidate(s, &scope);
}

/* Only what came from stage 2 alone: nothing that stage 1 led to. */
static u32 run_s2_ipa(struct msmmu *s, const u64 *cmd)
{
	struct msmmu_scope scope = scope_of(s, cmd, BIT(MSMMU_S2));

	return invalidate_range(s, &scope, cmd, CMD1_IPA);
}

static u32 run_nsnh_all(struct msmmu *s, const u64 *cmd)
{
	struct msmmu_scope scope = { .stages = ALL_STAGES, .any_vmid = true };

	return invalidate(s, &scope);
}

static u32 run_atc_inv(struct msmmu *s, const u64 *cmd)
{
	s->atc_pending = true;
	return 0;
}

static u32 run_resume(struct msmmu *s, const u64 *cmd)
{
	msmmu_resume(s, sid_of(cmd), cmd[1] & CMD1_STAG,
		     FIELD_GET(CMD_RESP, cmd[0]) == RESUME_RETRY);
	return 0;
}

static u32 run_stall_term(struct msmmu *s, const u64 *cmd)
{
	msmmu_stall_term(s, sid_of(cmd));
	return 0;
}

/* There are transactions to be waited for. */
static bool takes_time(struct msmmu *s)
{
	if (s->sync_us && !s->sync_due)
		s->sync_due = fake_clock + s->sync_us * (FAKE_CNTFRQ / 1000000);
	if (fake_clock < s->sync_at || fake_clock < s->sync_due)
		return true;
	s->sync_due = 0;

	return false;
}

static u32 run_sync(struct msmmu *s, const u64 *cmd)
{
	u8 cs = FIELD_GET(CMD_CS, cmd[0]);

	if (cs == CS_RESERVED)
		return M_CERROR_ILL;
	if (s->atc_pending && s->atc_timeout) {
		s->atc_pending = false;
		return M_CERROR_ATC_INV_SYNC;
	}
	if (takes_time(s) || !msmmu_complete(s))
		return NOT_YET;
	s->atc_pending = false;
	s->syncs++;
	msmmu_sync_caches(s);
	s->sevs += cs == CS_SEV;
	if (cs == CS_IRQ && s->config.msi &&
	    !msmmu_send_msi(s, cmd[1] & CMD1_MSI_ADDR,
			    FIELD_GET(CMD_MSI_DATA, cmd[0])))
		msmmu_raise_gerror(s, M_GERROR_MSI_CMDQ);

	return 0;
}

static const struct command commands[] = {
	{ 0x01, ALWAYS, { CMD_SSV | CMD_SSID | CMD_SID }, run_nothing },
	{ 0x02, ALWAYS, { CMD_SSV | CMD_SSID | CMD_SID, U64_MAX }, run_nothing },
	{ 0x03, ALWAYS, { CMD_SID, CMD1_LEAF }, run_cfgi_ste },
	{ 0x04, ALWAYS, { CMD_SID, CMD1_RANGE }, run_cfgi_range },
	{ 0x05, HAS_S1, { CMD_SSID | CMD_SID, CMD1_LEAF }, run_cfgi_cd },
	{ 0x06, HAS_S1, { CMD_SID }, run_cfgi_cd_all },
	{ 0x10, HAS_S1, { CMD_VMID }, run_nh_all },
	{ 0x11, HAS_S1, { CMD_VMID | CMD_ASID }, run_nh_asid },
	{ 0x12, HAS_S1, { CMD_VMID | CMD_ASID | RANGE_FIELDS, CMD1_ADDR | RANGE_FIELDS1 },
	  run_nh_va },
	{ 0x13, HAS_S1, { CMD_VMID | RANGE_FIELDS, CMD1_ADDR | RANGE_FIELDS1 }, run_nh_vaa },
	{ 0x20, HAS_HYP, { }, run_el2_all },
	{ 0x21, HAS_HYP, { CMD_ASID }, run_el2_all },
	{ 0x22, HAS_HYP, { CMD_ASID | RANGE_FIELDS, CMD1_ADDR | RANGE_FIELDS1 }, run_el2_va },
	{ 0x23, HAS_HYP, { RANGE_FIELDS, CMD1_ADDR | RANGE_FIELDS1 }, run_el2_va },
	{ 0x28, HAS_S2, { CMD_VMID }, run_s12_vmall },
	{ 0x2a, HAS_S2, { CMD_VMID | RANGE_FIELDS, CMD1_IPA | RANGE_FIELDS1 }, run_s2_ipa },
	{ 0x30, ALWAYS, { }, run_nsnh_all },
	{ 0x40, HAS_ATS, { CMD_GLOBAL | CMD_SSV | CMD_SSID | CMD_SID,
			   GENMASK_ULL(5, 0) | CMD1_ADDR }, run_atc_inv },
	{ 0x41, HAS_PRI, { CMD_SSV | CMD_SSID | CMD_SID,
			   GENMASK_ULL(8, 0) | GENMASK_ULL(13, 12) }, run_nothing },
	{ 0x44, HAS_STALL, { CMD_RESP | CMD_SID, CMD1_STAG }, run_resume },
	{ 0x45, HAS_STALL, { CMD_SID }, run_stall_term },
	{ 0x46, ALWAYS, { SYNC_FIELDS, CMD1_MSI_ADDR }, run_sync },
};

static u32 run(struct msmmu *s, const u64 *cmd)
{
	unsigned int i;

	s->injected = s->inject_cerror;
	if (s->inject_cerror) {
		u32 error = s->inject_cerror;

		s->inject_cerror = 0;
		return error;
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *c = &commands[i];

		if (c->op != FIELD_GET(CMD_OP, cmd[0]))
			continue;
		if (!has(&s->config, c->needs) ||
		    (cmd[0] & ~(c->fields[0] | CMD_OP)) || (cmd[1] & ~c->fields[1]))
			return M_CERROR_ILL;
		return c->run(s, cmd);
	}

	return M_CERROR_ILL;
}

/*
 * EL2's ring holds what EL2 wrote, so what is wrong there is EL2's mistake; but
 * for the opcode that it has the interrupt of a global error with.
 */
static void fail(struct msmmu *s, u32 error, const u64 *cmd)
{
	u32 *cons = msmmu_reg(s, SMMU_CMDQ_CONS);

	if (s->config.mediated && error == M_CERROR_ILL && !s->injected &&
	    (cmd[0] != CMD_OP || cmd[1]))
		msmmu_complain(s, "an illegal command", cmd[0]);
	*cons = (*cons & ~M_CONS_ERR) | FIELD_PREP(M_CONS_ERR, error);
	msmmu_raise_gerror(s, M_GERROR_CMDQ);
}

static bool run_one(struct msmmu *s)
{
	u64 reg = msmmu_reg64(s, SMMU_CMDQ_BASE);
	u32 bits = min_t(u32, reg & M_BASE_LOG2SIZE, s->config.cmdqs);
	u64 size = max_t(u64, (u64)CMD_BYTES << bits, 32);
	u32 mask = 2 * BIT(bits) - 1;
	u32 *cons = msmmu_reg(s, SMMU_CMDQ_CONS);
	u32 index = *cons & (BIT(bits) - 1);
	u64 cmd[CMD_WORDS] = {};
	u32 error;

	if (!((*msmmu_reg(s, SMMU_CMDQ_PROD) ^ *cons) & mask))
		return false;
	if (!msmmu_load(s, MSMMU_USE_CMDQ, ALIGN_DOWN(reg & M_BASE_ADDR, size) +
			(u64)index * CMD_BYTES, cmd, sizeof(cmd))) {
		fail(s, M_CERROR_ABT, cmd);
		return false;
	}
	error = run(s, cmd);
	if (error == NOT_YET)
		return false;
	if (error) {
		fail(s, error, cmd);
		return false;
	}
	s->commands++;
	*cons = (*cons & ~GENMASK(19, 0)) | ((*cons + 1) & mask);

	return true;
}

/**
 * msmmu_run_commands - consume some commands
 * @s: the SMMU
 * @max: most of them
 */
void msmmu_run_commands(struct msmmu *s, unsigned int max)
{
	/* A transaction that CMD_RESUME lets go on takes time. */
	if (s->running || s->deaf)
		return;
	s->running = true;
	while (max--) {
		u32 errors = *msmmu_reg(s, SMMU_GERROR) ^ *msmmu_reg(s, SMMU_GERRORN);

		if (!(*msmmu_reg(s, SMMU_CR0ACK) & M_CR0_CMDQEN) ||
		    (errors & M_GERROR_CMDQ) || !run_one(s))
			break;
		msmmu_step(s);
	}
	s->running = false;
}
