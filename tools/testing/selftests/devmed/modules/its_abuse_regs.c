// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of the ITS that the host could turn against others: each keeps what
 * it holds, and the attempt is counted.
 */
#include <linux/io.h>
#include <linux/iopoll.h>
#include "its_abuse.h"

#define GITS_MPAMIDR	0x0010
#define GITS_PARTIDR	0x0014
#define GITS_STATUSR	0x0040
#define GITS_UMSIR	0x0048

/**
 * struct reg_attack - one write
 * @name: beginning with the threat
 * @offset: of the register
 * @wide: it has 64 bits
 * @disabled: while the ITS is disabled
 * @keep: bits written as they are
 * @set: bits written as 1, beside those
 * @canary: the address of the canary is written, too
 * @blind: it cannot be read
 * @counter: the refusal that is counted, or 0
 */
struct reg_attack {
	const char *name;
	u32 offset;
	bool wide;
	bool disabled;
	u64 keep;
	u64 set;
	bool canary;
	bool blind;
	unsigned int counter;
};

#define ADDRESS_BITS	GENMASK_ULL(51, 12)

static const struct reg_attack reg_attacks[] = {
	{ "I01: CWRITER at the end of the ring", GITS_CWRITER, true,
	  .set = ATTACK_RING_SIZE, .counter = COUNT_HANDLER },
	{ "I01: CWRITER past the end of the ring", GITS_CWRITER, true,
	  .set = ATTACK_RING_SIZE + ATTACK_SLOT_SIZE, .counter = COUNT_HANDLER },
	{ "I02: CWRITER with Retry and every reserved bit", GITS_CWRITER, true,
	  .keep = ~0ULL, .set = ~GENMASK_ULL(19, 5) },
	{ "I10: CBASER of the host's, while disabled", GITS_CBASER, true, true,
	  .keep = ~ADDRESS_BITS, .canary = true, .counter = COUNT_HANDLER },
	{ "I10: CBASER of another size, while disabled", GITS_CBASER, true, true,
	  .keep = ~0ULL, .set = 0xff, .counter = COUNT_HANDLER },
	{ "I10: CBASER not valid, while disabled", GITS_CBASER, true, true,
	  .keep = ~GITS_CBASER_VALID, .counter = COUNT_HANDLER },
	{ "I12: BASER0 of the host's, while disabled", GITS_BASER, true, true,
	  .keep = ~GENMASK_ULL(47, 12), .canary = true, .counter = COUNT_HANDLER },
	{ "I12: BASER0 of another size, while disabled", GITS_BASER, true, true,
	  .keep = ~0ULL, .set = 0xff, .counter = COUNT_HANDLER },
	{ "I12: BASER0 of one level, while disabled", GITS_BASER, true, true,
	  .keep = ~GITS_BASER_INDIRECT, .counter = COUNT_HANDLER },
	{ "I12: BASER1 of the host's, while disabled", GITS_BASER + 8, true, true,
	  .keep = ~GENMASK_ULL(47, 12), .canary = true, .counter = COUNT_HANDLER },
	{ "I15: CTLR with every reserved bit, ITS_Number, UMSIirq", GITS_CTLR,
	  .keep = ~0ULL, .set = GENMASK_ULL(30, 2) },
	{ "I16: CREADR", GITS_CREADR, true, .counter = COUNT_DIRECTION },
	{ "I16: TYPER", GITS_TYPER, true, .set = ~0ULL, .counter = COUNT_DIRECTION },
	{ "I16: IIDR", GITS_IIDR, .set = ~0ULL, .counter = COUNT_DIRECTION },
	{ "I17: PARTIDR", GITS_PARTIDR, .set = ~0ULL, .counter = COUNT_HOLE },
	{ "I17: STATUSR", GITS_STATUSR, .set = ~0ULL, .counter = COUNT_HOLE },
	{ "I17: UMSIR", GITS_UMSIR, true, .set = ~0ULL, .counter = COUNT_HOLE },
	{ "I18: a register that is IMPLEMENTATION DEFINED", 0xc000, .set = ~0ULL,
	  .counter = COUNT_HOLE },
	{ "I19: TRANSLATER, an MSI of the CPU's", GITS_TRANSLATER, .blind = true,
	  .counter = COUNT_HANDLER },
	{ "I30: CBASER as it is, while enabled", GITS_CBASER, true,
	  .keep = ~0ULL, .counter = COUNT_HANDLER },
	{ "I30: BASER0 as it is, while enabled", GITS_BASER, true,
	  .keep = ~0ULL, .counter = COUNT_HANDLER },
};

static u64 reg_read(const struct reg_attack *test)
{
	void __iomem *reg = attacker.gits + test->offset;

	if (test->blind)
		return 0;
	return test->wide ? readq(reg) : readl(reg);
}

static void reg_write(const struct reg_attack *test, u64 value)
{
	void __iomem *reg = attacker.gits + test->offset;

	if (test->wide)
		writeq(value, reg);
	else
		writel(value, reg);
}

static u32 disable_its(void)
{
	u32 ctlr = readl(attacker.gits + GITS_CTLR);
	u32 value;

	writel(ctlr & ~GITS_CTLR_ENABLE, attacker.gits + GITS_CTLR);
	readl_poll_timeout_atomic(attacker.gits + GITS_CTLR, value,
				  value & GITS_CTLR_QUIESCENT, 1, USEC_PER_MSEC);
	return ctlr;
}

/* It got through: undo it, with the ring where the driver has it. */
static void restore(const struct reg_attack *test, u64 value)
{
	struct host_its *its = attacker.its;

	reg_write(test, value);
	if (test->offset != GITS_CBASER)
		return;
	its->cmd_write = its->cmd_base;
	writeq(0, attacker.gits + GITS_CWRITER);
}

/* The register holds what it held? */
static bool try_write(const struct reg_attack *test)
{
	struct host_its *its = attacker.its;
	unsigned long flags;
	u32 ctlr = 0;
	u64 before;
	u64 value;
	u64 after;

	raw_spin_lock_irqsave(&its->lock, flags);
	if (test->disabled)
		ctlr = disable_its();
	before = reg_read(test);
	value = (before & test->keep) | test->set;
	if (test->canary)
		value |= attacker.canary_phys;
	reg_write(test, value);
	after = reg_read(test);
	if (after != before)
		restore(test, before);
	if (test->disabled)
		writel(ctlr, attacker.gits + GITS_CTLR);
	raw_spin_unlock_irqrestore(&its->lock, flags);
	if (after != before)
		devmed_diag(&attacker.results, "# %#llx became %#llx", before, after);
	return after == before;
}

static void run_reg(const struct reg_attack *test)
{
	struct attack attack = { test->name, test->counter, !!test->counter };

	attack_begin(&attack);
	attack_end(&attack, try_write(test));
}

/* Tables that there are none of; each is refused for itself. */
static void try_unused_tables(void)
{
	struct attack attack = {
		"I13: VALID in a BASER that has no table", COUNT_HANDLER,
	};
	struct reg_attack test = {
		.wide = true, .disabled = true, .keep = ~0ULL, .set = GITS_BASER_VALID,
	};
	bool ok = true;
	unsigned int i;

	attack_begin(&attack);
	for (i = 0; i < GITS_BASER_NR_REGS; i++) {
		test.offset = GITS_BASER + i * 8;
		if (reg_read(&test) & GITS_BASER_VALID)
			continue;
		ok &= try_write(&test);
		attack.refused++;
	}
	attack_end(&attack, ok);
}

/* What the driver does on resume: the ring starts at 0, for both. */
static void try_restart(void)
{
	struct attack attack = { "I28: every base as it is, while disabled; the ring is at 0" };
	struct host_its *its = attacker.its;
	unsigned long flags;
	unsigned int i;
	u32 ctlr;
	bool ok;

	attack_begin(&attack);
	raw_spin_lock_irqsave(&its->lock, flags);
	ctlr = disable_its();
	writeq(readq(attacker.gits + GITS_CBASER), attacker.gits + GITS_CBASER);
	writeq(0, attacker.gits + GITS_CWRITER);
	its->cmd_write = its->cmd_base;
	for (i = 0; i < GITS_BASER_NR_REGS; i++)
		if (its->tables[i].val & GITS_BASER_VALID)
			writeq(its->tables[i].val, attacker.gits + GITS_BASER + i * 8);
	ok = !readl(attacker.gits + GITS_CREADR);
	writel(ctlr, attacker.gits + GITS_CTLR);
	raw_spin_unlock_irqrestore(&its->lock, flags);
	attack_end(&attack, ok);
}

void attack_registers(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reg_attacks); i++)
		run_reg(&reg_attacks[i]);
	try_unused_tables();
	try_restart();
}
