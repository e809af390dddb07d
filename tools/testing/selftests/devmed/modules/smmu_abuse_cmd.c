// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that are not the host's to give, or with operands that are not: an
 * error in the host's ring, at the command itself; or nothing at all.
 */
#include "smmu_abuse.h"

#define MAX_CMDS	12
#define OP(op)		{ { (op), 0 } }
#define WILD_VMID	SMMU_CMD_VMID

/* Secure and Realm invalidations, and those of other kinds of EL2 (IHI 0070, 4.4). */
#define OP_CFGI_VMS_PIDM	0x07
#define OP_TLBI_EL3_ALL		0x18
#define OP_TLBI_EL3_VA		0x1a
#define OP_TLBI_EL2_ALL		0x20
#define OP_TLBI_EL2_ASID	0x21
#define OP_TLBI_EL2_VA		0x22
#define OP_TLBI_EL2_VAA		0x23
#define OP_ATC_INV		0x40
#define OP_PRI_RESP		0x41
#define OP_TLBI_S_EL2_ALL	0x50
#define OP_TLBI_SNH_ALL		0x60
#define OP_DPTI_ALL		0x70
#define OP_DPTI_PA		0x73

#define SYNC_CS(cs)	(SMMU_OP_SYNC | FIELD_PREP_CONST(SMMU_CMD_SYNC_CS, cs))
#define SYNC_MSI(fill)						\
	{ { SYNC_CS(SMMU_SYNC_CS_IRQ) | 0xbadULL << 32 }, fill }

/**
 * struct cmd_attack - commands for one doorbell
 * @name: beginning with the threat
 * @illegal: those that are errors, by their bits
 * @msi: an MSI that must not be sent is reported
 * @cmds: up to the first that is zero
 */
struct cmd_attack {
	const char *name;
	u64 illegal;
	bool msi;
	struct attack_cmd cmds[MAX_CMDS];
};

static const struct cmd_attack cmd_attacks[] = {
	{ "SC05: CFGI_STE of a StreamID past the table", 0, false,
	  { { { SMMU_OP_CFGI_STE | NO_SID, SMMU_CMD1_LEAF } }, SYNC } },
	{ "SC06: CFGI_STE, the level-1 descriptor as well", 0, false,
	  { { { SMMU_OP_CFGI_STE }, FILL_SID }, SYNC } },
	{ "SC08: CFGI_STE_RANGE, past the table and across it", 0, false,
	  { { { SMMU_OP_CFGI_STE_RANGE | NO_SID, 3 } }, { { SMMU_OP_CFGI_STE_RANGE | NO_SID, 30 } },
	    { { SMMU_OP_CFGI_STE_RANGE, 5 }, FILL_SID }, SYNC } },
	{ "SC09: CFGI_ALL, over and over", 0, false,
	  { { { SMMU_OP_CFGI_STE_RANGE, SMMU_CFGI_RANGE_ALL } },
	    { { SMMU_OP_CFGI_STE_RANGE | NO_SID, SMMU_CFGI_RANGE_ALL } },
	    { { SMMU_OP_CFGI_STE_RANGE, SMMU_CFGI_RANGE_ALL } }, SYNC } },
	{ "SC10: CFGI_CD, CFGI_CD_ALL of any StreamID", 0, false,
	  { { { SMMU_OP_CFGI_CD | NO_SID | SMMU_CMD_SSID } }, { { SMMU_OP_CFGI_CD_ALL | NO_SID } },
	    { { SMMU_OP_CFGI_CD, SMMU_CMD1_LEAF }, FILL_SID }, SYNC } },
	{ "SC10: CFGI_CD, CFGI_CD_ALL of a Secure stream", 0x6, false,
	  { SYNC, { { SMMU_OP_CFGI_CD | SMMU_CMD_SSEC }, FILL_SID },
	    { { SMMU_OP_CFGI_CD_ALL | SMMU_CMD_SSEC }, FILL_SID }, SYNC } },
	{ "SC11: CFGI_VMS_PIDM", 0x1, false, { OP(OP_CFGI_VMS_PIDM | WILD_VMID), SYNC } },
	{ "SC12: PREFETCH_CONFIG, PREFETCH_ADDR of any StreamID", 0, false,
	  { OP(SMMU_OP_PREFETCH_CONFIG | NO_SID),
	    { { SMMU_OP_PREFETCH_ADDR | NO_SID }, FILL_HYP }, SYNC } },
	{ "SC13: TLBI_NH_* of any VMID, as wide as can be", 0, false,
	  { OP(SMMU_OP_TLBI_NH_ASID | WILD_VMID | SMMU_CMD_ASID),
	    { { SMMU_OP_TLBI_NH_VA | WILD_VMID | SMMU_CMD_NUM | SMMU_CMD_SCALE,
		FIELD_PREP_CONST(SMMU_CMD1_TG, 1) } },
	    { { SMMU_OP_TLBI_NH_VAA | WILD_VMID | SMMU_CMD_NUM, SMMU_CMD1_ADDR } }, SYNC } },
	{ "SC14: TLBI_NH_ALL of any VMID", 0, false,
	  { OP(SMMU_OP_TLBI_NH_ALL | WILD_VMID), SYNC } },
	{ "SC15: TLBI_EL2_*, TLBI_EL3_*", 0x3f, false,
	  { OP(OP_TLBI_EL2_ALL), OP(OP_TLBI_EL2_ASID), OP(OP_TLBI_EL2_VA), OP(OP_TLBI_EL2_VAA),
	    OP(OP_TLBI_EL3_ALL), OP(OP_TLBI_EL3_VA), SYNC } },
	{ "SC16: TLBI_S12_VMALL, TLBI_S2_IPA", 0x6, false,
	  { SYNC, OP(SMMU_OP_TLBI_S12_VMALL | 1ULL << 32), OP(SMMU_OP_TLBI_S2_IPA | 1ULL << 32),
	    SYNC } },
	{ "SC17: TLBI_NSNH_ALL", 0, false, { OP(SMMU_OP_TLBI_NSNH_ALL), SYNC } },
	{ "SC18: Secure invalidations", 0x3, false,
	  { OP(OP_TLBI_S_EL2_ALL), OP(OP_TLBI_SNH_ALL), SYNC } },
	{ "SC19, SA03: ATC_INV", 0x1, false,
	  { { { OP_ATC_INV | 1 << 11, ~GENMASK_ULL(11, 0) | 52 }, FILL_SID }, SYNC } },
	{ "SC20, SA04: PRI_RESP", 0x1, false, { { { OP_PRI_RESP }, FILL_SID }, SYNC } },
	{ "SC21, TL08: RESUME, STALL_TERM", 0x3, false,
	  { { { SMMU_OP_RESUME | SMMU_CMD_RESUME_AC, 1 }, FILL_SID },
	    { { SMMU_OP_STALL_TERM }, FILL_SID }, SYNC } },
	{ "SC22: DPTI_ALL, DPTI_PA", 0x3, false, { OP(OP_DPTI_ALL), OP(OP_DPTI_PA), SYNC } },
	{ "SC23, SC24: CMD_SYNC, with an event for CPUs", 0, false,
	  { SYNC, OP(SYNC_CS(SMMU_SYNC_CS_SEV)), SYNC } },
	{ "SC25: CMD_SYNC with a reserved completion", 0x1, false, { OP(SYNC_CS(3)), SYNC } },
	{ "SC26: CMD_SYNC with an MSI to memory of the host's choice", 0, true,
	  { SYNC_MSI(FILL_CANARY), SYNC } },
	{ "SC26: CMD_SYNC with an MSI to EL2's memory", 0, true, { SYNC_MSI(FILL_HYP), SYNC } },
	{ "SC28: reserved bits of known commands", 0x1ff, false,
	  { OP(SMMU_OP_SYNC | BIT(8)), { { SMMU_OP_SYNC, 1 } }, OP(SMMU_OP_CFGI_STE | BIT(8)),
	    { { SMMU_OP_CFGI_STE, 2 } }, OP(SMMU_OP_TLBI_NH_ALL | BIT(9)),
	    { { SMMU_OP_TLBI_NSNH_ALL, 1 } }, OP(SMMU_OP_TLBI_NSNH_ALL | BIT_ULL(32)),
	    OP(SMMU_OP_CFGI_CD | BIT(9)), { { SMMU_OP_TLBI_NH_VA, BIT(1) } }, SYNC } },
};

/* Reported as if the write had been refused, and acknowledged? */
static bool msi_reported(void)
{
	u32 gerrorn = smmu_read(SMMU_GERRORN);
	u32 active = smmu_read(SMMU_GERROR) ^ gerrorn;

	if (!(active & SMMU_GERROR_MSI_CMDQ_ABT))
		return false;
	smmu_write(SMMU_GERRORN, gerrorn ^ SMMU_GERROR_MSI_CMDQ_ABT);
	return !((smmu_read(SMMU_GERROR) ^ smmu_read(SMMU_GERRORN)) & SMMU_GERROR_MSI_CMDQ_ABT);
}

/* The driver would acknowledge it first. */
static bool post_silently(const struct cmd_attack *test, unsigned int nr)
{
	u32 irq_ctrl = smmu_read(SMMU_IRQ_CTRL);
	bool ok;

	smmu_write(SMMU_IRQ_CTRL, irq_ctrl & ~SMMU_IRQ_GERROR);
	ok = attack_post(test->cmds, nr, test->illegal);
	ok &= msi_reported() == test->msi;
	smmu_write(SMMU_IRQ_CTRL, irq_ctrl);
	return ok;
}

static void run_cmds(const struct cmd_attack *test)
{
	struct attack attack = { test->name, COUNT_CMD_OPCODE, hweight64(test->illegal) };
	unsigned int nr = 0;
	bool ok;

	while (nr < MAX_CMDS && test->cmds[nr].dw[0])
		nr++;
	attack_begin(&attack);
	ok = post_silently(test, nr);
	attack_end(&attack, ok ? NULL : "the SMMU did not refuse what it should");
}

static bool is_known(unsigned int opcode)
{
	static const u8 known[] = {
		SMMU_OP_PREFETCH_CONFIG, SMMU_OP_PREFETCH_ADDR, SMMU_OP_CFGI_STE,
		SMMU_OP_CFGI_STE_RANGE, SMMU_OP_CFGI_CD, SMMU_OP_CFGI_CD_ALL, SMMU_OP_TLBI_NH_ALL,
		SMMU_OP_TLBI_NH_ASID, SMMU_OP_TLBI_NH_VA, SMMU_OP_TLBI_NH_VAA,
		SMMU_OP_TLBI_NSNH_ALL, SMMU_OP_SYNC,
	};

	return memchr(known, opcode, sizeof(known));
}

/* Those of features that are hidden among them; their operands are wild. */
static void try_opcodes(void)
{
	struct attack attack = { "SC27: every opcode that there is not", COUNT_CMD_OPCODE };
	struct attack_cmd cmds[64];
	unsigned int opcode = 0;
	bool ok = true;

	attack_begin(&attack);
	while (opcode < 256) {
		unsigned int nr = 0;

		for (; opcode < 256 && nr < ARRAY_SIZE(cmds); opcode++)
			if (!is_known(opcode))
				cmds[nr++] = (struct attack_cmd) { { opcode | ~0xffULL, ~0ULL } };
		ok &= attack_post(cmds, nr, GENMASK_ULL(nr - 1, 0));
		attack.refused += nr;
	}
	attack_end(&attack, ok ? NULL : "the SMMU did not refuse what it should");
}

void attack_commands(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmd_attacks); i++)
		run_cmds(&cmd_attacks[i]);
	try_opcodes();
}
