// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands with operands that are not the host's to choose, each in the live
 * ring: refused for the right reason, or harmless.
 */
#include "its_abuse.h"

#define MAX_CMDS	8

/* An RDbase that no redistributor has; ICIDs and DeviceIDs past any table. */
#define NO_TARGET	(0x7fffULL << 16)
#define NO_ICID		0xffffULL
#define NO_DEV		0xffffffffULL
#define SIZE_32		{ { GITS_CMD_MAPD | DEV_A << 32, 31, ATTACK_VALID }, FILL_CANARY }
#define UNMAP_32	{ { GITS_CMD_MAPD | DEV_A << 32, 31 } }
#define UNMAP_CANARY(dev)						\
	{ { GITS_CMD_MAPD | (dev) << 32, 4, 0x200 }, FILL_CANARY }
#define MAPC(icid, target, fill_)					\
	{ { GITS_CMD_MAPC, 0, ATTACK_VALID | (target) | (icid) }, fill_ }
#define VMAPP(valid)							\
	{ { GITS_CMD_VMAPP, 0x77ULL << 32, valid, 15 }, FILL_TARGET | FILL_CANARY3 }
#define VMAPTI(dev, event)						\
	{ { GITS_CMD_VMAPTI | (dev) << 32, 0x77ULL << 32 | (event),	\
	    8192 | 1023ULL << 32 } }

/**
 * struct cmd_attack - commands for one doorbell
 * @name: beginning with the threat
 * @counter: why commands of it are refused
 * @refused: how many
 * @cmds: up to the first that is zero
 * @vpe_counter: in place of @counter where there are vPEs of GICv4.0; COUNT_NR if
 *	there it is no attack
 */
struct cmd_attack {
	const char *name;
	unsigned int counter;
	unsigned int refused;
	struct attack_cmd cmds[MAX_CMDS];
	unsigned int vpe_counter;
};

static const struct cmd_attack cmd_attacks[] = {
	{ "I05: a bad command between two good ones", COUNT_CMD_OPCODE, 1,
	  { SYNC, { { 0x7f } }, SYNC } },
	{ "I09: MAPD V=0 with a size that hardware rejects unmaps", COUNT_CMD_DEVICE, 1,
	  { MAPD(DEV_A, 5, 0), UNMAP_32, SYNC, MAPTI(DEV_A, 0, LPI, 0) } },
	{ "I27: reserved bits of known commands are not passed on", 0, 0,
	  { { { GITS_CMD_SYNC | 0xffffffffffffff00, ~0ULL, ~GENMASK_ULL(51, 16), ~0ULL },
	      FILL_TARGET },
	    { { GITS_CMD_MAPD | 0x1fULL << 8 | DEV_A << 32, 4 | ~0x1fULL, ~0ULL, ~0ULL } },
	    UNMAP(DEV_A) } },
	{ "IC01 MAPD: an ITT where the host wants it", 0, 0,
	  { MAPD(DEV_A, 5, 0), MAPTI(DEV_A, 3, LPI, 0), EVENT(GITS_CMD_INT, DEV_A, 3) } },
	{ "IC02 MAPD: an ITT across a page", 0, 0,
	  { MAPD(DEV_A, 7, 0xf00), MAPTI(DEV_A, 100, LPI, 0) } },
	{ "IC03 MAPD: a size of 2^32 events", COUNT_CMD_EVENT, 1, { SIZE_32 } },
	{ "IC04 MAPD: mapped twice, no unmap between", 0, 0,
	  { MAPD(DEV_A, 5, 0), MAPTI(DEV_A, 1, LPI, 0), MAPD(DEV_A, 5, 0x400),
	    MAPTI(DEV_A, 1, LPI, 0), EVENT(GITS_CMD_INT, DEV_A, 1) } },
	{ "IC05 MAPD: two devices of one ITT page, one unmapped twice", 0, 0,
	  { MAPD(DEV_A, 5, 0), MAPD(DEV_B, 5, 0x400), UNMAP(DEV_A), UNMAP(DEV_A), SYNC,
	    MAPTI(DEV_B, 3, LPI, 0), EVENT(GITS_CMD_INT, DEV_B, 3) } },
	{ "IC06 MAPD: V=0 that names another device's ITT", COUNT_CMD_DEVICE, 1,
	  { MAPD(DEV_A, 5, 0), MAPD(DEV_B, 5, 0x200), UNMAP_CANARY(DEV_A), SYNC,
	    MAPTI(DEV_B, 3, LPI, 0), EVENT(GITS_CMD_CLEAR, DEV_B, 3),
	    EVENT(GITS_CMD_CLEAR, DEV_A, 3) } },
	{ "IC07 MAPD: unmapped with live events, and mapped again, no SYNC", 0, 0,
	  { MAPD(DEV_A, 5, 0), MAPTI(DEV_A, 3, LPI, 0), EVENT(GITS_CMD_INT, DEV_A, 3),
	    UNMAP(DEV_A), MAPD(DEV_A, 5, 0), MAPTI(DEV_A, 3, LPI, 0),
	    EVENT(GITS_CMD_INT, DEV_A, 3) } },
	{ "IC08 MAPD: a DeviceID past every table", COUNT_CMD_DEVICE, 2,
	  { MAPD(NO_DEV, 5, 0), MAPD(0x10000ULL, 5, 0), UNMAP(DEV_A) } },
	{ "IC10 MAPC: no such redistributor", COUNT_CMD_TARGET, 1,
	  { MAPC(0x1000ULL, NO_TARGET, 0) } },
	{ "IC11 MAPC: an ICID past the table", COUNT_CMD_COLLECTION, 1,
	  { MAPC(NO_ICID, 0, FILL_TARGET) } },
	{ "IC12 MAPTI: an EventID past the ITT", COUNT_CMD_EVENT, 2,
	  { MAPD(DEV_A, 5, 0), MAPTI(DEV_A, 32, LPI, 0), MAPTI(DEV_A, 0xffffffffULL, LPI, 0) } },
	{ "IC12 MAPTI: not an LPI", COUNT_CMD_INTID, 5,
	  { MAPD(DEV_A, 5, 0), MAPTI(DEV_A, 0, 0, 0), MAPTI(DEV_A, 0, 1023, 0),
	    MAPTI(DEV_A, 0, 8191, 0), MAPTI(DEV_A, 0, 1 << 24, 0),
	    MAPTI(DEV_A, 0, 0xffffffffULL, 0) } },
	{ "IC12 MAPTI: an ICID past the table", COUNT_CMD_COLLECTION, 1,
	  { MAPD(DEV_A, 5, 0), MAPTI(DEV_A, 0, LPI, NO_ICID) } },
	{ "IC13 MAPI: an EventID that is no LPI", COUNT_CMD_INTID, 1,
	  { MAPD(DEV_A, 5, 0), EVENT(GITS_CMD_MAPI, DEV_A, 7) } },
	{ "IC14 MOVI: a device that is not mapped", COUNT_CMD_DEVICE, 1,
	  { EVENT(GITS_CMD_MOVI, DEV_A, 0) } },
	{ "IC14 MOVI: an ICID past the table", COUNT_CMD_COLLECTION, 1,
	  { MAPD(DEV_A, 5, 0), EVENT_ICID(GITS_CMD_MOVI, DEV_A, 0, NO_ICID) } },
	{ "IC15 MOVALL: no such redistributor, either way", COUNT_CMD_TARGET, 2,
	  { { { GITS_CMD_MOVALL, 0, NO_TARGET }, FILL_TARGET3 },
	    { { GITS_CMD_MOVALL, 0, 0, NO_TARGET }, FILL_TARGET } } },
	{ "IC16 DISCARD, CLEAR, INT: a device that is not mapped", COUNT_CMD_DEVICE, 3,
	  { EVENT(GITS_CMD_DISCARD, DEV_A, 0), EVENT(GITS_CMD_CLEAR, DEV_A, 0),
	    EVENT(GITS_CMD_INT, DEV_A, 0) } },
	{ "IC16 DISCARD, CLEAR, INT: an EventID past the ITT", COUNT_CMD_EVENT, 3,
	  { MAPD(DEV_A, 5, 0), EVENT(GITS_CMD_DISCARD, DEV_A, 32),
	    EVENT(GITS_CMD_CLEAR, DEV_A, 1 << 20), EVENT(GITS_CMD_INT, DEV_A, ~0U) } },
	{ "IC17 INV: a device that is not mapped", COUNT_CMD_DEVICE, 1,
	  { EVENT(GITS_CMD_INV, DEV_A, 0) } },
	{ "IC17 INVALL: an ICID past the table", COUNT_CMD_COLLECTION, 1,
	  { { { GITS_CMD_INVALL, 0, NO_ICID } } } },
	{ "IC18 SYNC: no such redistributor", COUNT_CMD_TARGET, 1,
	  { { { GITS_CMD_SYNC, 0, NO_TARGET } } } },
	{ "IC19 VMAPP: a pending table where the host wants it", COUNT_CMD_OPCODE, 3,
	  { VMAPP(ATTACK_VALID), MAPD(DEV_A, 5, 0), VMAPTI(DEV_A, 3ULL),
	    EVENT(GITS_CMD_INT, DEV_A, 3), VMAPP(0) }, COUNT_NR },
	{ "IC22 VMAPTI, VMAPI: interrupts of any vPE", COUNT_CMD_OPCODE, 2,
	  { MAPD(DEV_A, 5, 0), VMAPTI(DEV_A, 3ULL),
	    EVENT(GITS_CMD_GICv4(GITS_CMD_MAPI), DEV_A, 3) }, COUNT_CMD_VPE },
	{ "IC23 VMOVI, IC24 VMOVP", COUNT_CMD_OPCODE, 2,
	  { EVENT(GITS_CMD_VMOVI, DEV_A, 0),
	    { { GITS_CMD_VMOVP, 0x77ULL << 32 }, FILL_TARGET } }, COUNT_CMD_VPE },
	{ "IC25 VSYNC, VINVALL: vPEs past the table", COUNT_CMD_OPCODE, 2,
	  { { { GITS_CMD_VSYNC, 0xffffULL << 32 } }, { { GITS_CMD_VINVALL, 0xffffULL << 32 } } },
	  COUNT_CMD_VPE },
	{ "IC26 VSGI, INVDB", COUNT_CMD_OPCODE, 2,
	  { { { GITS_CMD_VSGI, 0x77ULL << 32 } }, { { GITS_CMD_INVDB, 0x77ULL << 32 } } } },
};

static void run_cmds(const struct cmd_attack *test)
{
	struct attack attack = { test->name, test->counter, test->refused };
	unsigned int nr = 0;

	if (test->vpe_counter && attack_has_vpes()) {
		/* Host memory, which may be a pending table: see devmed_vpe. */
		if (test->vpe_counter == COUNT_NR)
			return;
		attack.counter = test->vpe_counter;
	}
	while (nr < MAX_CMDS && test->cmds[nr].dw[0])
		nr++;
	attack.commands = nr - test->refused;
	attack_begin(&attack);
	attack_end(&attack, attack_post(test->cmds, nr));
}

static bool is_known(unsigned int opcode)
{
	static const u8 known[] = {
		GITS_CMD_MAPD, GITS_CMD_MAPC, GITS_CMD_MAPTI, GITS_CMD_MAPI, GITS_CMD_MOVI,
		GITS_CMD_DISCARD, GITS_CMD_INV, GITS_CMD_MOVALL, GITS_CMD_INVALL, GITS_CMD_INT,
		GITS_CMD_CLEAR, GITS_CMD_SYNC,
	};

	static const u8 virtual[] = {
		GITS_CMD_VMAPP, GITS_CMD_VMAPTI, GITS_CMD_GICv4(GITS_CMD_MAPI), GITS_CMD_VMOVI,
		GITS_CMD_VMOVP, GITS_CMD_VSYNC, GITS_CMD_VINVALL,
	};

	return memchr(known, opcode, sizeof(known)) ||
	       (attack_has_vpes() && memchr(virtual, opcode, sizeof(virtual)));
}

static struct attack_cmd all_opcodes[256];

/* GICv4's may be among them; their operands are as wild as can be. */
static void try_opcodes(void)
{
	struct attack attack = { "I27: every opcode that there is not", COUNT_CMD_OPCODE };
	unsigned int opcode;

	for (opcode = 0; opcode < ARRAY_SIZE(all_opcodes); opcode++) {
		if (is_known(opcode) || (attacker.row < 0 && opcode & 0x20))
			continue;
		all_opcodes[attack.refused++] = (struct attack_cmd) {
			{ opcode | DEV_A << 32, ~0ULL, ~0ULL, ~0ULL }
		};
	}
	attack_begin(&attack);
	attack_end(&attack, attack_post(all_opcodes, attack.refused));
}

void attack_commands(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmd_attacks); i++)
		run_cmds(&cmd_attacks[i]);
	try_opcodes();
}

/* For those who want to see a refusal. */
void attack_once(void)
{
	static const struct cmd_attack vmapp = {
		"IC19 VMAPP: a pending table where the host wants it", COUNT_CMD_OPCODE, 1,
		{ VMAPP(ATTACK_VALID) }, COUNT_NR,
	};

	run_cmds(&vmapp);
}
