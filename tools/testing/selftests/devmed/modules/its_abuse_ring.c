// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands by the thousand: around the end of the ring, while the ITS is
 * disabled, over and over for one device, and for more devices than EL2 has
 * memory for.
 */
#include <linux/io.h>
#include "its_abuse.h"

#define MANY		((unsigned int)ATTACK_SLOTS - 1)

static struct attack_cmd *many;

static void fill_many(const struct attack_cmd *pattern, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < MANY; i++)
		many[i] = pattern[i % nr];
}

/* One doorbell for a ring full of commands, those that count at its start. */
static void try_wrap(void)
{
	static const struct attack_cmd sync[] = { SYNC };
	static const struct attack_cmd tail[] = {
		MAPD(DEV_A, 5, 0), MAPTI(DEV_A, 3, LPI, 0), EVENT(GITS_CMD_INT, DEV_A, 3),
		EVENT(GITS_CMD_INT, DEV_A, 32), SYNC,
	};
	struct host_its *its = attacker.its;
	struct attack attack = {
		"I03: a doorbell behind the last, 2,047 commands at once",
		COUNT_CMD_EVENT, 1, MANY - 1,
	};
	unsigned int before;

	fill_many(sync, 1);
	/* Room for the tail behind slot 0. */
	if (its->cmd_write - its->cmd_base < ARRAY_SIZE(tail))
		attack_post(many, ARRAY_SIZE(tail));
	before = ATTACK_SLOTS - (its->cmd_write - its->cmd_base);
	memcpy(&many[before], tail, sizeof(tail));
	attack_begin(&attack);
	attack_end(&attack, attack_post(many, MANY));
}

/* Submitted while disabled: it runs when the ITS is enabled, as EL2 has it. */
static void try_disabled(void)
{
	static const struct attack_cmd cmds[] = {
		MAPD(DEV_A, 5, 0), MAPTI(DEV_A, 3, LPI, 0), EVENT(GITS_CMD_INT, DEV_A, 3), SYNC,
	};
	struct attack attack = {
		"I06: submitted while the ITS is disabled, then enabled",
		.commands = ARRAY_SIZE(cmds),
	};
	struct host_its *its = attacker.its;
	unsigned long flags;
	unsigned int i;
	u64 offset;
	u32 ctlr;
	bool ok;

	attack_begin(&attack);
	raw_spin_lock_irqsave(&its->lock, flags);
	ctlr = readl(attacker.gits + GITS_CTLR);
	writel(ctlr & ~GITS_CTLR_ENABLE, attacker.gits + GITS_CTLR);
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		attack_store(*its->cmd_write, &cmds[i]);
		if (++its->cmd_write == its->cmd_base + ATTACK_SLOTS)
			its->cmd_write = its->cmd_base;
	}
	offset = (u8 *)its->cmd_write - (u8 *)its->cmd_base;
	attack_doorbell(offset);
	writel(ctlr, attacker.gits + GITS_CTLR);
	ok = attack_wait(offset);
	raw_spin_unlock_irqrestore(&its->lock, flags);
	attack_end(&attack, ok);
}

/* As the driver does it: what EL2 has for a few is enough for all. */
static void try_remap(void)
{
	static const struct attack_cmd pair[] = { MAPD(DEV_A, 5, 0), SYNC };
	struct attack attack = {
		"M08: 2,000 times MAPD for one device, a doorbell for each",
		.commands = 4000,
	};
	unsigned int i;
	u64 before = 0;
	bool ok = true;

	attack_begin(&attack);
	for (i = 0; i < 2000; i++) {
		/* The first ones take what is then used in turns. */
		if (i == 8)
			before = attack_pool_free();
		ok &= attack_post(pair, 2);
	}
	attack_end(&attack, ok && attack_pool_free() == before);
}

typedef int (*topup_t)(unsigned int nr_pages);

static void topup(unsigned int nr_pages)
{
	topup_t call = (topup_t)__symbol_get("devmed_pool_topup");

	if (!call)
		return;
	call(nr_pages);
	__symbol_put("devmed_pool_topup");
}

/*
 * More often than a 16-bit count of pins could take. What an ITT is used for
 * again depends on a SYNC that the ITS has seen, and it sees none before the
 * doorbell: EL2 may run out of pages, and says so.
 */
void attack_flood(void)
{
	static const struct attack_cmd pair[] = { MAPD(DEV_A, 5, 0), SYNC };
	struct attack attack = {
		"M08: 65,536 times MAPD for one device, a thousand for each doorbell",
		COUNT_CMD_MEMORY, 1, .any = true,
	};
	unsigned int i;
	bool ok = true;

	many = vmalloc_array(MANY, sizeof(*many));
	if (!many)
		return;
	fill_many(pair, 2);
	attack_begin(&attack);
	for (i = 0; i <= 65536 / (MANY / 2); i++)
		ok &= attack_post(many, MANY - 1);
	attack_end(&attack, ok);
	vfree(many);
	topup(64);
}

/* Each a page, until there are none; then one, with a page from the host. */
void attack_exhaust(void)
{
	static const struct attack_cmd one[] = {
		MAPD(DEV_B, 8, 0), MAPTI(DEV_B, 200, LPI, 0), SYNC,
	};
	struct attack attack = {
		"IC09: after a page is given to EL2, a device can be mapped",
		.commands = ARRAY_SIZE(one),
	};
	u64 refused = attack_count(attacker.row, COUNT_CMD_MEMORY);
	unsigned int i;
	bool ok;

	many = vmalloc_array(MANY, sizeof(*many));
	if (!many)
		return;
	for (i = 0; i < MANY; i++)
		many[i] = (struct attack_cmd)MAPD(0x1200ULL + i, 8, 0);
	ok = attack_post(many, MANY);
	refused = attack_count(attacker.row, COUNT_CMD_MEMORY) - refused;
	devmed_diag(&attacker.results, "# %llu of %u refused for want of memory", refused, MANY);
	devmed_result(&attacker.results, ok && refused && refused < MANY,
		      "IC09: more devices than EL2 has pages for");
	topup(8);
	attack_begin(&attack);
	attack_end(&attack, attack_post(one, ARRAY_SIZE(one)));
	for (i = 0; i < MANY; i++)
		many[i] = (struct attack_cmd)UNMAP(0x1200ULL + i);
	attack_post(many, MANY);
	vfree(many);
	topup(64);
}

void attack_ring(void)
{
	many = vmalloc_array(MANY, sizeof(*many));
	if (!many)
		return;
	try_wrap();
	try_disabled();
	try_remap();
	vfree(many);
}
