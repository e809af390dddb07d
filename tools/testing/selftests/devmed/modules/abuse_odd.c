// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses that are not aligned or not inside: across either end of a region,
 * which only a Normal mapping lets through stage 1. And the two sweeps that
 * have nothing odd: stores that are read back, and loads of everything.
 */
#include <linux/sizes.h>
#include "abuse.h"

#define ANY_REFUSAL	GENMASK(COUNT_HANDLER, COUNT_NO_SYNDROME)
#define ODD_REFUSAL	(BIT(COUNT_UNALIGNED) | BIT(COUNT_BOUNDS) | BIT(COUNT_WIDTH))

/* An access at @delta from the start, or from the end, of a region. */
struct odd {
	const char *name;
	void (*run)(struct devmed_regs *regs);
	bool load;
	bool from_end;
	int delta;
	enum devmed_answer answer;
	u32 reasons;
};

static const struct odd odds[] = {
	{ "ldr w, off by 1", devmed_form_ldr_w, true, false, 1, ANSWER_ABORT, ODD_REFUSAL },
	{ "ldr w, off by 2", devmed_form_ldr_w, true, false, 2, ANSWER_ABORT, ODD_REFUSAL },
	{ "ldr x, off by 4", devmed_form_ldr_x, true, false, 4, ANSWER_ABORT, ODD_REFUSAL },
	{ "ldr x, off by 1", devmed_form_ldr_x, true, false, 1, ANSWER_ABORT, ODD_REFUSAL },
	{ "str w, off by 1", devmed_form_str_w, false, false, 1, ANSWER_ABORT, ODD_REFUSAL },
	{ "str x, off by 4", devmed_form_str_x, false, false, 4, ANSWER_ABORT, ODD_REFUSAL },
	{ "ldr x, across a page", devmed_form_ldr_x, true, false, SZ_4K - 4, ANSWER_ABORT,
	  ODD_REFUSAL },
	{ "str w, across a page", devmed_form_str_w, false, false, SZ_4K - 2, ANSWER_ABORT,
	  ODD_REFUSAL },
	{ "ldr w, across the end", devmed_form_ldr_w, true, true, -2, ANSWER_ABORT, ODD_REFUSAL },
	{ "ldr x, across the end", devmed_form_ldr_x, true, true, -4, ANSWER_ABORT, ODD_REFUSAL },
	{ "str x, across the end", devmed_form_str_x, false, true, -4, ANSWER_ABORT, ODD_REFUSAL },
	{ "ldp w, across the end", devmed_form_ldp_w, true, true, -4, ANSWER_ABORT,
	  BIT(COUNT_NO_SYNDROME) },
	/* Looks to EL2 like one that begins at the start: no answer is wrong. */
	{ "ldr w, across the start", devmed_form_ldr_w, true, false, -2, ANSWER_EITHER,
	  ANY_REFUSAL },
	{ "ldr x, across the start", devmed_form_ldr_x, true, false, -4, ANSWER_EITHER,
	  ANY_REFUSAL },
	{ "str x, across the start", devmed_form_str_x, false, false, -4, ANSWER_EITHER,
	  ANY_REFUSAL },
	{ "ldp w, across the start", devmed_form_ldp_w, true, false, -4, ANSWER_ABORT,
	  BIT(COUNT_NO_SYNDROME) },
};

static const char *judge_odd(const struct abuse_region *region, const struct odd *odd,
			     const struct devmed_regs *regs, const struct abuse_snapshot *snap)
{
	/* The other region's to refuse, and to count. */
	if (regs->aborted && region->adjacent && odd->delta < 0 && !odd->from_end)
		return NULL;
	if (regs->aborted)
		return abuse_refused(region, snap, odd->reasons) ? NULL :
		       "refused, but not counted once under its reason";
	return odd->answer == ANSWER_ABORT ? "not refused" : NULL;
}

static void try_odd(const struct abuse_region *region, const struct odd *odd, u64 value)
{
	const struct devmed_form form = { .run = odd->run };
	unsigned long addr = region->map[MAPPING_NC] + odd->delta;
	const char *wrong = "not run: it reaches the device and kills the kernel";
	struct abuse_snapshot snap;
	struct devmed_regs regs;

	if (odd->from_end)
		addr += region->size;
	if (region->index >= 0) {
		abuse_snapshot(region, &snap);
		abuse_marks(&form, &regs, addr, value);
		abuse_run(&form, &regs);
		wrong = judge_odd(region, odd, &regs, &snap);
	}
	if (wrong)
		devmed_diag(&abuse_results, "# %s", wrong);
	devmed_result(&abuse_results, !wrong, "%s: %s", region->name, odd->name);
}

/* What is neither aligned nor inside. */
void abuse_odd(const struct abuse_region *region)
{
	unsigned int i;
	u32 low = 0;
	u32 high = 0;

	/* Stores that EL2 takes for one at the start keep what is there. */
	abuse_read32(region->map[MAPPING_DEVICE], &low);
	abuse_read32(region->map[MAPPING_DEVICE] + 4, &high);
	for (i = 0; i < ARRAY_SIZE(odds); i++) {
		/* The device answers these itself, some with a fatal abort. */
		if (region->direct && odds[i].load && !odds[i].from_end)
			continue;
		try_odd(region, &odds[i], (u64)high << 32 | low);
	}
}

/* Store with @run, and say what the register holds then. */
static u32 store_and_read(unsigned long addr, void (*run)(struct devmed_regs *regs), u32 value)
{
	const struct devmed_form form = { .run = run };
	struct devmed_regs regs;
	u32 now = ~value;

	abuse_marks(&form, &regs, addr, value);
	abuse_run(&form, &regs);
	abuse_read32(addr, &now);
	return now;
}

/* Stores whose effect can be seen: the value, and zero from register 31. */
void abuse_scratch(const struct abuse_region *region)
{
	unsigned long addr = region->map[MAPPING_DEVICE] + region->scratch;
	u32 value = 0x5a5aa5a5;
	u32 now;
	u32 old;

	if (!region->scratch)
		return;
	abuse_read32(addr, &old);
	now = store_and_read(addr, devmed_form_str_w, value);
	devmed_result(&abuse_results, now == value, "%s: str w stores its register", region->name);
	now = store_and_read(addr, devmed_form_stlr_w, ~value);
	devmed_result(&abuse_results, now == ~value, "%s: stlr w stores its register",
		      region->name);
	now = store_and_read(addr, devmed_form_str_wzr, value);
	devmed_result(&abuse_results, now == 0, "%s: str wzr stores zero", region->name);
	store_and_read(addr, devmed_form_str_w, old);
}

/* Load every 32-bit word: none is refused, and each counts as one read. */
void abuse_sweep(const struct abuse_region *region)
{
	unsigned long addr = region->map[MAPPING_DEVICE];
	struct abuse_snapshot before;
	unsigned long refused = 0;
	unsigned long i;
	u32 value;

	abuse_snapshot(region, &before);
	for (i = 0; i < region->size; i += sizeof(value))
		if (!abuse_read32(addr + i, &value) && !refused++)
			devmed_diag(&abuse_results, "# the first one refused is at %#lx", i);
	devmed_result(&abuse_results, !refused, "%s: every word can be read", region->name);
	i = abuse_counted(region, &before);
	devmed_result(&abuse_results, i >= (region->size - region->direct) / sizeof(value),
		      "%s: every word read is counted", region->name);
}
