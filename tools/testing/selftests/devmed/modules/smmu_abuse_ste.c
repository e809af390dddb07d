// SPDX-License-Identifier: GPL-2.0-only
/*
 * The entry of the attacking device in the driver's stream table, and what it
 * points to, replaced by what the attacker likes; then the device does DMA.
 */
#include <linux/slab.h>
#include "smmu_abuse.h"

/* A context descriptor: its first table (IHI 0070, 5.4). */
#define CD_SIZE			64
#define CD1_TTB0		GENMASK_ULL(51, 4)

/* A stage-2 table of 1 GiB blocks, 39 bits of address. */
#define S2_BLOCK_SIZE		SZ_1G
#define S2_BLOCK		(BIT(10) | 3 << 8 | 3 << 6 | 0xf << 2 | 1)
#define S2_CONFIG							\
	(SMMU_STE2_S2AA64 | SMMU_STE2_S2PTW | SMMU_STE2_S2R |		\
	 FIELD_PREP_CONST(SMMU_STE2_S2T0SZ, 25) |			\
	 FIELD_PREP_CONST(SMMU_STE2_S2SL0, 1) |				\
	 FIELD_PREP_CONST(SMMU_STE2_S2IR0, 1) |				\
	 FIELD_PREP_CONST(SMMU_STE2_S2OR0, 1) |				\
	 FIELD_PREP_CONST(SMMU_STE2_S2SH0, 3) |				\
	 FIELD_PREP_CONST(SMMU_STE2_S2PS, 4))

#define ADDRESS_BITS		GENMASK_ULL(43, 12)

enum ste_pointer { POINTER_KEEP, POINTER_HYP, POINTER_FAR, POINTER_CD_HYP, POINTER_CD_REGS };
enum ste_target { TARGET_PAGE, TARGET_CANARY, TARGET_HYP, TARGET_REGISTERS, TARGET_S2 };
enum ste_rest { REST_KEEP, REST_JUNK, REST_STAGE2 };

/* What happens to the DMA. */
enum ste_result {
	RESULT_LANDS,
	RESULT_NOTHING,		/* no event, no data */
	RESULT_BAD_STE,
	RESULT_STAGE2_INPUT,	/* refused by EL2's stage 2 */
	RESULT_STAGE2_TABLE,
	RESULT_STAGE2_CD,
};

/**
 * struct ste_attack - one entry
 * @name: beginning with the threat
 * @config: STE.Config
 * @set: bits of word 0 written as 1, beside what the driver has
 * @pointer: where the context descriptor is
 * @rest: what is in the other words
 * @target: what the device writes to, or reads if it is not the host's
 * @result: what comes of it
 */
struct ste_attack {
	const char *name;
	u8 config;
	u64 set;
	enum ste_pointer pointer;
	enum ste_rest rest;
	enum ste_target target;
	enum ste_result result;
};

static const struct ste_attack ste_attacks[] = {
	{ "SE05: abort", SMMU_CFG_ABORT, .result = RESULT_NOTHING },
	{ "SE05: a reserved configuration", 3, .result = RESULT_NOTHING },
	{ "SE05: bypass, to memory of the host's", SMMU_CFG_BYPASS,
	  .target = TARGET_CANARY, .result = RESULT_LANDS },
	{ "SE05: bypass, to EL2's memory", SMMU_CFG_BYPASS,
	  .target = TARGET_HYP, .result = RESULT_STAGE2_INPUT },
	{ "SE05, P01: bypass, to the SMMU's registers", SMMU_CFG_BYPASS,
	  .target = TARGET_REGISTERS, .result = RESULT_STAGE2_INPUT },
	{ "SE05, SE23: a stage 2 of the host's own", SMMU_CFG_S2,
	  .rest = REST_STAGE2, .target = TARGET_S2, .result = RESULT_BAD_STE },
	{ "SE05, SE24: a stage 1 behind a stage 2 of the host's own", SMMU_CFG_NESTED,
	  .rest = REST_STAGE2, .target = TARGET_PAGE, .result = RESULT_BAD_STE },
	{ "SE06: bypass, every bit of the other words set, to memory of the host's",
	  SMMU_CFG_BYPASS, .rest = REST_JUNK, .target = TARGET_CANARY, .result = RESULT_LANDS },
	{ "SE06: bypass, every bit of the other words set, to EL2's memory",
	  SMMU_CFG_BYPASS, .rest = REST_JUNK, .target = TARGET_HYP,
	  .result = RESULT_STAGE2_INPUT },
	{ "SE07: a context descriptor in EL2's memory", SMMU_CFG_S1,
	  .pointer = POINTER_HYP, .result = RESULT_STAGE2_CD },
	{ "SE07: a context descriptor at an address that there is not", SMMU_CFG_S1,
	  .pointer = POINTER_FAR, .result = RESULT_BAD_STE },
	{ "SE07: more context descriptors than SubstreamIDs", SMMU_CFG_S1,
	  .set = SMMU_STE0_S1CDMAX, .result = RESULT_BAD_STE },
	{ "SE07: tables of context descriptors in EL2's memory, of two levels", SMMU_CFG_S1,
	  .set = FIELD_PREP_CONST(SMMU_STE0_S1FMT, 1), .pointer = POINTER_HYP,
	  .result = RESULT_STAGE2_CD },
	{ "SE09-SE22, SA01: a stage 1, every bit that is not of it set", SMMU_CFG_S1,
	  .rest = REST_JUNK, .result = RESULT_LANDS },
	{ "SE23: a stage-1 table in EL2's memory", SMMU_CFG_S1,
	  .pointer = POINTER_CD_HYP, .result = RESULT_STAGE2_TABLE },
	{ "SE23: a stage-1 table in the SMMU's registers", SMMU_CFG_S1,
	  .pointer = POINTER_CD_REGS, .result = RESULT_STAGE2_TABLE },
};

/* Memory that the attacks point to: a context descriptor, a stage-2 table. */
static u64 *cd;
static u64 *s2_table;

static void point_to(const struct ste_attack *test, u64 *ste)
{
	u64 ptr = ste[0] & SMMU_STE0_S1CTXPTR;
	u64 ttb = test->pointer == POINTER_CD_HYP ? attacker.hyp : attacker.registers;

	switch (test->pointer) {
	case POINTER_KEEP:
		break;
	case POINTER_HYP:
		ptr = attacker.hyp;
		break;
	case POINTER_FAR:
		ptr = SMMU_STE0_S1CTXPTR;
		break;
	case POINTER_CD_HYP:
	case POINTER_CD_REGS:
		memcpy(cd, phys_to_virt(ptr), CD_SIZE);
		cd[1] = (cd[1] & ~CD1_TTB0) | ttb;
		ptr = virt_to_phys(cd);
		break;
	}
	ste[0] = (ste[0] & ~SMMU_STE0_S1CTXPTR) | ptr;
}

static void make_ste(const struct ste_attack *test, const u64 *driver, u64 *ste)
{
	const u64 stage1 = SMMU_STE1_S1DSS | SMMU_STE1_S1CIR | SMMU_STE1_S1COR | SMMU_STE1_S1CSH;

	memcpy(ste, driver, SMMU_STE_SIZE);
	ste[0] = (ste[0] & ~SMMU_STE0_CFG) | SMMU_STE0_V | test->set |
		 FIELD_PREP(SMMU_STE0_CFG, (u64)test->config);
	point_to(test, ste);
	if (test->rest == REST_JUNK) {
		ste[1] |= ~stage1;
		memset(&ste[2], 0xff, SMMU_STE_SIZE - 2 * sizeof(u64));
	} else if (test->rest == REST_STAGE2) {
		ste[2] = S2_CONFIG | 7;
		ste[3] = virt_to_phys(s2_table);
	}
}

static void store_ste(const u64 *value)
{
	u64 *ste = attack_ste();
	unsigned int i;

	for (i = SMMU_STE_WORDS; i; i--)
		WRITE_ONCE(ste[i - 1], value[i - 1]);
}

static dma_addr_t target_of(const struct ste_attack *test)
{
	switch (test->target) {
	case TARGET_PAGE:
		return attacker.page_addr;
	case TARGET_CANARY:
		return attacker.canary_phys;
	case TARGET_HYP:
		return attacker.hyp;
	case TARGET_REGISTERS:
		/* One that can be read and does nothing. */
		return attacker.registers + SMMU_IDR0;
	case TARGET_S2:
		return attacker.canary_phys & (S2_BLOCK_SIZE - 1);
	}
	return 0;
}

static u64 *landing_of(const struct ste_attack *test)
{
	return test->target == TARGET_PAGE ? attacker.page : attacker.canary;
}

static bool is_foreign(const struct ste_attack *test)
{
	return test->target == TARGET_HYP || test->target == TARGET_REGISTERS;
}

static bool as_expected(const struct ste_attack *test, const struct attack_event *event,
			bool landed)
{
	switch (test->result) {
	case RESULT_LANDS:
		return landed && !event->id;
	case RESULT_NOTHING:
		return !landed && !event->id;
	case RESULT_BAD_STE:
		return !landed && event->id == EVENT_BAD_STE;
	case RESULT_STAGE2_INPUT:
		return !landed && event->id == EVENT_TRANSLATION && event->s2 &&
		       event->class == EVENT_CLASS_INPUT;
	case RESULT_STAGE2_TABLE:
		return !landed && event->id == EVENT_TRANSLATION && event->s2 &&
		       event->class == EVENT_CLASS_TABLE;
	case RESULT_STAGE2_CD:
		return !landed && event->id == EVENT_TRANSLATION && event->s2 &&
		       event->class == EVENT_CLASS_CD;
	}
	return false;
}

/*
 * The DMA itself, with the entry in its place. What is not the host's is only
 * read, so that nothing breaks where nothing is mediated.
 */
static bool try_dma(const struct ste_attack *test, const u64 *driver)
{
	u64 *landing = landing_of(test);
	struct attack_event event;
	u64 before = *landing;
	bool landed;

	attack_dma(target_of(test), !is_foreign(test), &event);
	store_ste(driver);
	if (!attack_config())
		return false;
	if (is_foreign(test)) {
		/* QEMU's device takes zeros for what it could not read. */
		u64 value = attack_device_value();

		landed = value && value != DEVICE_PATTERN;
	} else {
		landed = READ_ONCE(*landing) == DEVICE_PATTERN;
	}
	WRITE_ONCE(*landing, before);
	if (as_expected(test, &event, landed))
		return true;
	devmed_diag(&attacker.results, "# event %#x%s, class %u, %s", event.id,
		    event.s2 ? " of stage 2" : "", event.class, landed ? "landed" : "did not land");
	return false;
}

static void run_ste(const struct ste_attack *test)
{
	struct attack attack = { test->name };
	u64 driver[SMMU_STE_WORDS];
	u64 ste[SMMU_STE_WORDS];
	bool ok;

	attack_set_device_value(DEVICE_PATTERN);
	attack_begin(&attack);
	WRITE_ONCE(attacker.page[0], 0);
	memcpy(driver, attack_ste(), sizeof(driver));
	make_ste(test, driver, ste);
	store_ste(ste);
	ok = attack_config();
	ok &= try_dma(test, driver);
	attack_end(&attack, ok ? NULL : "the device gets through, or is not refused by EL2");
}

/* The level-1 descriptor leads elsewhere, or not as far. */
static void run_l1(const char *name, u64 desc)
{
	struct attack attack = { name };
	struct attack_event event;
	u64 *l1 = attack_l1();
	bool ok;
	u64 old;

	if (!l1) {
		devmed_result(&attacker.results, true, "%s # SKIP the table has one level", name);
		return;
	}
	attack_begin(&attack);
	old = READ_ONCE(*l1);
	WRITE_ONCE(*l1, desc);
	ok = attack_config();
	attack_dma(attacker.canary_phys, true, &event);
	WRITE_ONCE(*l1, old);
	ok &= attack_config();
	ok &= event.id == EVENT_BAD_STE || event.id == EVENT_BAD_STREAMID;
	attack_end(&attack, ok ? NULL : "the device gets through");
}

static void attack_l1_descriptors(void)
{
	u64 *l1 = attack_l1();
	u64 ptr = l1 ? *l1 & SMMU_L1_L2PTR : 0;

	run_l1("SE01: a level-2 table in EL2's memory", attacker.hyp | 9);
	run_l1("SE01: a level-2 table where there is no memory", 1ULL << 43 | 9);
	run_l1("SE01: a level-2 table in the SMMU's registers", attacker.registers | 9);
	run_l1("SE02: a level-2 table that ends before the entry", ptr | 1);
	run_l1("SE02: no level-2 table", ptr);
	run_l1("SE02: a reserved span", ptr | 31);
}

#define TABLE_LOG2	9
#define TABLE_SIZE	(SMMU_STE_SIZE << TABLE_LOG2)

/* The entry in a table of a format that the driver does not use: it works. */
static void run_format(const char *name, u64 base, u32 cfg)
{
	struct attack attack = { name };
	struct attack_event event;
	bool ok;

	attack_set_device_value(DEVICE_PATTERN);
	attack_begin(&attack);
	WRITE_ONCE(attacker.page[0], 0);
	ok = attack_with_strtab(base, cfg, attacker.page_addr, &event);
	ok &= READ_ONCE(attacker.page[0]) == DEVICE_PATTERN && !event.id;
	attack_end(&attack, ok ? NULL : "the device's own DMA does not get through");
}

static void attack_formats(void)
{
	u64 *table = (u64 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, get_order(TABLE_SIZE));
	u64 *l1 = (u64 *)get_zeroed_page(GFP_KERNEL);

	if (table && l1 && attacker.sid < 1 << TABLE_LOG2) {
		memcpy(table + attacker.sid * SMMU_STE_WORDS, attack_ste(), SMMU_STE_SIZE);
		l1[0] = virt_to_phys(table) | (TABLE_LOG2 + 1);
		run_format("S15: a linear stream table", virt_to_phys(table), TABLE_LOG2);
		run_format("S15: a stream table of two levels, split at 10 bits", virt_to_phys(l1),
			   FIELD_PREP(SMMU_STRTAB_FMT, SMMU_STRTAB_FMT_2LVL) |
			   FIELD_PREP(SMMU_STRTAB_SPLIT, 10) | 16);
	}
	free_page((unsigned long)l1);
	free_pages((unsigned long)table, get_order(TABLE_SIZE));
}

void attack_stes(void)
{
	unsigned int i;

	cd = (u64 *)get_zeroed_page(GFP_KERNEL);
	s2_table = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (cd && s2_table) {
		s2_table[0] = (attacker.canary_phys & ~(S2_BLOCK_SIZE - 1ULL) & ADDRESS_BITS) |
			      S2_BLOCK;
		for (i = 0; i < ARRAY_SIZE(ste_attacks); i++)
			run_ste(&ste_attacks[i]);
		attack_l1_descriptors();
		attack_formats();
	}
	free_page((unsigned long)s2_table);
	free_page((unsigned long)cd);
}
