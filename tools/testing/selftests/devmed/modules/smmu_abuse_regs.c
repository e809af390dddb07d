// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of the SMMU that the host could turn against others: each keeps what
 * it holds, or takes it without effect. Queues where they must not be do not come
 * up.
 */
#include <linux/iopoll.h>
#include <linux/slab.h>
#include "smmu_abuse.h"

#define BASE_ADDR	GENMASK_ULL(51, 12)
#define IDR0_HIDDEN	(SMMU_IDR0_S2P | BIT(9) | SMMU_IDR0_ATS | BIT(15) | BIT(16) | BIT(18))
#define CR0_NOT_HOSTS	(BIT(1) | GENMASK(10, 4))

/**
 * struct reg_attack - one write
 * @name: beginning with the threat
 * @reg: which
 * @wide: it has 64 bits
 * @keep: bits written as they are
 * @set: bits written as 1, beside those
 * @hyp: the address of EL2's memory is written, too
 * @counter: the refusal that is counted, or 0
 */
struct reg_attack {
	const char *name;
	u32 reg;
	bool wide;
	u64 keep;
	u64 set;
	bool hyp;
	unsigned int counter;
};

static const struct reg_attack reg_attacks[] = {
	{ "S05: CR0 with VMW, ATSCHK, PRIQEN and DPT_WALK_EN", SMMU_CR0,
	  .keep = ~0ULL, .set = CR0_NOT_HOSTS },
	{ "S10: CR1 without cacheability, while enabled", SMMU_CR1, .counter = COUNT_HANDLER },
	{ "S11: CR2 with E2H and without PTM, while enabled", SMMU_CR2, .set = 1,
	  .counter = COUNT_HANDLER },
	{ "S12: GBPA that lets everything through", SMMU_GBPA, .set = SMMU_GBPA_UPDATE },
	{ "S12: GBPA without UPDATE", SMMU_GBPA, .set = SMMU_GBPA_ABORT,
	  .counter = COUNT_HANDLER },
	{ "S12: AGBPA", SMMU_AGBPA, .set = ~0ULL, .counter = COUNT_HANDLER },
	{ "S13: an MSI for errors, to EL2's memory", SMMU_GERROR_IRQ_CFG0, true,
	  .hyp = true, .counter = COUNT_HANDLER },
	{ "S13: an MSI for events, to EL2's memory", SMMU_EVENTQ_IRQ_CFG0, true,
	  .hyp = true, .counter = COUNT_HANDLER },
	{ "S13: an MSI for page requests, to EL2's memory", SMMU_PRIQ_IRQ_CFG0, true,
	  .hyp = true, .counter = COUNT_HANDLER },
	{ "S14: GERRORN acknowledges what is not there", SMMU_GERRORN, .set = ~0ULL },
	{ "S15: STRTAB_BASE in EL2's memory, while enabled", SMMU_STRTAB_BASE, true,
	  .hyp = true, .counter = COUNT_HANDLER },
	{ "S15: STRTAB_BASE_CFG, while enabled", SMMU_STRTAB_BASE_CFG, .set = ~0ULL,
	  .counter = COUNT_HANDLER },
	{ "S16: CMDQ_BASE in EL2's memory, while enabled", SMMU_CMDQ_BASE, true,
	  .keep = ~BASE_ADDR, .hyp = true, .counter = COUNT_HANDLER },
	{ "S17: CMDQ_CONS, while enabled", SMMU_CMDQ_CONS, .set = ~0ULL,
	  .counter = COUNT_HANDLER },
	{ "S18: EVENTQ_BASE in EL2's memory, while enabled", SMMU_EVENTQ_BASE, true,
	  .keep = ~BASE_ADDR, .hyp = true, .counter = COUNT_HANDLER },
	{ "S18: PRIQ_BASE in EL2's memory", SMMU_PRIQ_BASE, true, .hyp = true,
	  .counter = COUNT_HANDLER },
	{ "S21: EVENTQ_PROD, while enabled", SMMU_EVENTQ_PROD, .keep = ~0ULL, .set = 0x7fff0000,
	  .counter = COUNT_HANDLER },
	{ "S22: GATOS_CTRL, to have an address translated", SMMU_GATOS_CTRL, .set = 1,
	  .counter = COUNT_HANDLER },
	{ "S24: GBPMPAM", SMMU_GBPMPAM, .set = ~0ULL, .counter = COUNT_HANDLER },
	{ "S24: DPT_BASE in EL2's memory", SMMU_DPT_BASE, true, .hyp = true,
	  .counter = COUNT_HANDLER },
};

static u64 reg_read(const struct reg_attack *test)
{
	return test->wide ? smmu_read64(test->reg) : smmu_read(test->reg);
}

static void reg_write(const struct reg_attack *test, u64 value)
{
	if (test->wide)
		smmu_write64(test->reg, value);
	else
		smmu_write(test->reg, value);
}

static void run_reg(const struct reg_attack *test)
{
	struct attack attack = { test->name, test->counter, !!test->counter };
	u64 before, after;

	attack_begin(&attack);
	before = reg_read(test);
	reg_write(test, (before & test->keep) | test->set | (test->hyp ? attacker.hyp : 0));
	after = reg_read(test);
	/* It got through: undo it. */
	if (after != before) {
		devmed_diag(&attacker.results, "# %#llx became %#llx", before, after);
		reg_write(test, before | (test->reg == SMMU_GBPA ? SMMU_GBPA_UPDATE : 0));
	}
	attack_end(&attack, after == before ? NULL : "the register takes it");
}

static void try_idr(void)
{
	struct attack attack = { "S01: features that EL2 does not stand for are not shown" };
	bool ok;

	attack_begin(&attack);
	ok = !(smmu_read(SMMU_IDR0) & IDR0_HIDDEN) && !smmu_read(SMMU_IDR6);
	attack_end(&attack, ok ? NULL : "they are");
}

/* Read only, or none: all but those from CR0 to EVENTQ_IRQ_CFG2 and the queue's. */
static bool is_writable(u32 reg)
{
	return (reg >= SMMU_CR0 && reg < SMMU_PRIQ_BASE) || reg == SMMU_EVENTQ_PROD ||
	       reg == SMMU_EVENTQ_CONS;
}

static void try_sweep(void)
{
	struct attack attack = {
		"S02, S03, S22, S23, S24, S25: all that is not for the host to write",
	};
	unsigned int changed = 0;
	u32 reg;
	u32 value;

	/* Page 1 of QEMU's is page 0 again: the driver would lose everything. */
	if (attacker.row < 0) {
		devmed_result(&attacker.results, false, "%s", attack.name);
		return;
	}
	attack_begin(&attack);
	for (reg = 0; reg < SMMU_PAGE1 + SZ_64K; reg += sizeof(u32)) {
		if (is_writable(reg))
			continue;
		value = smmu_read(reg);
		smmu_write(reg, ~0U);
		changed += smmu_read(reg) != value;
		/* Of what comes after the features the identification alone is not zero. */
		changed += reg > SMMU_EVENTQ_IRQ_CFG2 && value &&
			   !(reg >= SMMU_IDREGS && reg < SZ_4K);
	}
	attack_restart(&attack);
	attack_end(&attack, changed ? "some can be written, or read" : NULL);
}

/* Everything of CR1 and CR2 while disabled: they take it, without effect. */
static void try_attributes(void)
{
	struct attack attack = { "S10, S11: attributes and CR2, while disabled" };
	u32 cr0 = smmu_read(SMMU_CR0);
	u32 cr1, cr2;
	bool ok;

	attack_begin(&attack);
	ok = attack_set_cr0(0);
	cr1 = smmu_read(SMMU_CR1);
	cr2 = smmu_read(SMMU_CR2);
	smmu_write(SMMU_CR1, 0);
	smmu_write(SMMU_CR2, 1);
	/* Queues first, as the driver does it. */
	ok &= attack_set_cr0(cr0 & ~SMMU_CR0_SMMUEN) && attack_set_cr0(cr0);
	ok &= attack_config();
	ok &= attack_set_cr0(0);
	smmu_write(SMMU_CR1, cr1);
	smmu_write(SMMU_CR2, cr2);
	ok &= attack_set_cr0(cr0 & ~SMMU_CR0_SMMUEN) && attack_set_cr0(cr0);
	attack_end(&attack, ok ? NULL : "the SMMU does not come up");
}

/* With the SMMU disabled, and GBPA asked to let everything through. */
static void try_bypass(void)
{
	struct attack attack = {
		"S07, S12: no DMA to EL2's memory while the host has the SMMU disabled"
	};
	struct attack_event event;
	u32 gbpa;

	attack_set_device_value(DEVICE_PATTERN);
	attack_begin(&attack);
	attack_enable(SMMU_CR0_SMMUEN, false);
	gbpa = smmu_read(SMMU_GBPA);
	smmu_write(SMMU_GBPA, SMMU_GBPA_UPDATE);
	attack_dma(attacker.hyp, true, &event);
	if (smmu_read(SMMU_GBPA) != gbpa)
		smmu_write(SMMU_GBPA, gbpa | SMMU_GBPA_UPDATE);
	attack_enable(SMMU_CR0_SMMUEN, true);
	attack_end(&attack, event.id ? "there is an event" : NULL);
}

void attack_registers(void)
{
	unsigned int i;

	try_idr();
	for (i = 0; i < ARRAY_SIZE(reg_attacks); i++)
		run_reg(&reg_attacks[i]);
	try_sweep();
	try_attributes();
	try_bypass();
}

/**
 * struct queue_attack - a queue or table that is not the host's to give
 * @name: beginning with the threat
 * @reg: its base register
 * @enable: its bit in SMMU_CR0
 * @size: in the base register
 * @addr: where, if not in EL2's memory
 */
struct queue_attack {
	const char *name;
	u32 reg;
	u32 enable;
	u32 size;
	u64 addr;
};

/* Nothing there; the last pages that a register can name. */
#define NO_MEMORY	BIT_ULL(43)
#define LAST_PAGES	GENMASK_ULL(51, 14)

static const struct queue_attack queue_attacks[] = {
	{ "S16: a command queue in EL2's memory", SMMU_CMDQ_BASE, SMMU_CR0_CMDQEN, 8 },
	{ "S16: a command queue where there is no memory", SMMU_CMDQ_BASE, SMMU_CR0_CMDQEN, 8,
	  NO_MEMORY },
	{ "S16: a command queue at the end of all addresses, as large as can be", SMMU_CMDQ_BASE,
	  SMMU_CR0_CMDQEN, 31, LAST_PAGES },
	{ "S18: an event queue in EL2's memory", SMMU_EVENTQ_BASE, SMMU_CR0_EVENTQEN, 7 },
	{ "S18: an event queue where there is no memory", SMMU_EVENTQ_BASE, SMMU_CR0_EVENTQEN, 7,
	  NO_MEMORY },
	{ "S20: an event queue at the end of all addresses, as large as can be", SMMU_EVENTQ_BASE,
	  SMMU_CR0_EVENTQEN, 31, LAST_PAGES },
};

/**
 * struct saved_queue - what the driver has in a queue's registers
 * @base: of the queue
 * @prod: its index
 * @cons: its index
 * @irq_ctrl: its interrupt is masked meanwhile
 */
struct saved_queue {
	u64 base;
	u32 prod;
	u32 cons;
	u32 irq_ctrl;
};

static u32 prod_of(u32 reg)
{
	return reg == SMMU_CMDQ_BASE ? SMMU_CMDQ_PROD : SMMU_EVENTQ_PROD;
}

static u32 cons_of(u32 reg)
{
	return reg == SMMU_CMDQ_BASE ? SMMU_CMDQ_CONS : SMMU_EVENTQ_CONS;
}

static void take_queue(u32 reg, u32 enable, u64 base, struct saved_queue *saved)
{
	saved->irq_ctrl = smmu_read(SMMU_IRQ_CTRL);
	smmu_write(SMMU_IRQ_CTRL, 0);
	attack_enable(enable, false);
	saved->base = smmu_read64(reg);
	saved->prod = smmu_read(prod_of(reg));
	saved->cons = smmu_read(cons_of(reg));
	smmu_write64(reg, base);
	smmu_write(prod_of(reg), 0);
	smmu_write(cons_of(reg), 0);
}

static bool give_queue(u32 reg, u32 enable, const struct saved_queue *saved)
{
	bool ok;

	attack_enable(enable, false);
	smmu_write64(reg, saved->base);
	smmu_write(prod_of(reg), saved->prod);
	smmu_write(cons_of(reg), saved->cons);
	ok = attack_enable(enable, true);
	smmu_write(SMMU_IRQ_CTRL, saved->irq_ctrl);
	return ok;
}

/* It does not come up; the driver's does afterwards. */
static void run_queue(const struct queue_attack *test)
{
	u64 base = (test->addr ?: attacker.hyp) | test->size;
	struct attack attack = { test->name, COUNT_HANDLER, 1, .any = true };
	struct saved_queue saved;
	bool up;

	attack_begin(&attack);
	take_queue(test->reg, test->enable, base, &saved);
	up = attack_enable(test->enable, true);
	if (!give_queue(test->reg, test->enable, &saved))
		up = true;
	attack_end(&attack, up ? "the queue comes up" : NULL);
}

#define EVENTQ_SIZE	SZ_128K

/* Hardware aligns a queue to its size, and the size is not what was asked for. */
static void try_unaligned_eventq(void)
{
	struct attack attack = { "S19, S20: an event queue of any size that is not aligned to it" };
	u64 *queue = (u64 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, get_order(2 * EVENTQ_SIZE));
	struct saved_queue saved;
	const char *wrong = NULL;
	size_t i;

	if (!queue)
		return;
	attack_begin(&attack);
	take_queue(SMMU_EVENTQ_BASE, SMMU_CR0_EVENTQEN,
		   virt_to_phys(queue) + EVENTQ_SIZE + SZ_16K + 31, &saved);
	if (!attack_enable(SMMU_CR0_EVENTQEN, true))
		wrong = "the queue does not come up";
	/* Nothing is mapped there. */
	devmed_edu_dma(attacker.edu, SZ_4K, 0, sizeof(u64), true);
	if (!give_queue(SMMU_EVENTQ_BASE, SMMU_CR0_EVENTQEN, &saved))
		wrong = "the driver's does not come up";
	for (i = 0; i < 2 * EVENTQ_SIZE / sizeof(u64) && !queue[i]; i++)
		;
	if (i * sizeof(u64) != EVENTQ_SIZE)
		wrong = "the event is not where the queue is";
	attack_end(&attack, wrong);
	free_pages((unsigned long)queue, get_order(2 * EVENTQ_SIZE));
}

/* As long as it is enabled it is where it was, and the host has to keep it. */
static void try_restart_queues(void)
{
	struct attack attack = { "S06, S09: queues go and come, 200 times" };
	u64 before = attack_pool_free();
	unsigned int i;
	bool ok = true;

	attack_begin(&attack);
	for (i = 0; i < 200; i++) {
		ok &= attack_enable(SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN, false);
		ok &= attack_enable(SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN, true);
	}
	ok &= attack_pool_free() == before;
	attack_end(&attack, ok ? NULL : "they do not come up, or pages are lost");
}

/* DMA to @addr with a table of the attacker's. Did the SMMU come up, and again? */
bool attack_with_strtab(u64 base, u32 cfg, dma_addr_t addr, struct attack_event *event)
{
	u64 saved_base;
	u32 saved_cfg;
	bool up;

	attack_enable(SMMU_CR0_SMMUEN, false);
	saved_base = smmu_read64(SMMU_STRTAB_BASE);
	saved_cfg = smmu_read(SMMU_STRTAB_BASE_CFG);
	smmu_write64(SMMU_STRTAB_BASE, base);
	smmu_write(SMMU_STRTAB_BASE_CFG, cfg);
	up = attack_enable(SMMU_CR0_SMMUEN, true);
	attack_dma(addr, true, event);
	attack_enable(SMMU_CR0_SMMUEN, false);
	smmu_write64(SMMU_STRTAB_BASE, saved_base);
	smmu_write(SMMU_STRTAB_BASE_CFG, saved_cfg);
	return attack_enable(SMMU_CR0_SMMUEN, true) && up;
}

/* The table as a register can describe it, with nothing of the driver's in it. */
static void run_strtab(const char *name, u64 base, u32 cfg)
{
	struct attack attack = { name };
	struct attack_event event;
	bool up;

	attack_begin(&attack);
	up = attack_with_strtab(base, cfg, attacker.canary_phys, &event);
	attack_end(&attack, up ? NULL : "the SMMU does not come up");
}

void attack_queues(void)
{
	const u32 wild = FIELD_PREP(SMMU_STRTAB_LOG2SIZE, 63) | FIELD_PREP(SMMU_STRTAB_SPLIT, 31);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(queue_attacks); i++)
		run_queue(&queue_attacks[i]);
	try_unaligned_eventq();
	try_restart_queues();
	run_strtab("S15: a stream table in EL2's memory", attacker.hyp, 8);
	run_strtab("S15: a stream table of two levels in EL2's memory", attacker.hyp,
		   FIELD_PREP(SMMU_STRTAB_FMT, SMMU_STRTAB_FMT_2LVL) |
		   FIELD_PREP(SMMU_STRTAB_SPLIT, 8) | 16);
	run_strtab("S15: a stream table with the largest size and split",
		   attacker.canary_phys, wild | FIELD_PREP(SMMU_STRTAB_FMT, SMMU_STRTAB_FMT_2LVL));
	run_strtab("S15, SE28: a stream table of a reserved format",
		   attacker.canary_phys, wild | SMMU_STRTAB_FMT);
}
