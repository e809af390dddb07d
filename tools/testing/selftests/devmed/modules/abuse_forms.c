// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every form at every place of a region, through every mapping: is it carried
 * out or refused as its table says, is the right counter the only one that
 * moved, and has no other register changed?
 */
#include <linux/sizes.h>
#include <linux/string.h>
#include <asm/cputype.h>
#include <asm/sysreg.h>
#include "abuse.h"

#define PLACES_NR	6

static const char * const mapping_names[MAPPING_NR] = {
	[MAPPING_DEVICE]	= "device",
	[MAPPING_NC]		= "normal-nc",
	[MAPPING_WB]		= "normal",
};

static bool cpu_has(u16 flags)
{
	u64 isar0 = read_cpuid(ID_AA64ISAR0_EL1);
	u64 isar1 = read_cpuid(ID_AA64ISAR1_EL1);
	u64 isar2 = read_cpuid(ID_AA64ISAR2_EL1);

	if (flags & FORM_LSE && !SYS_FIELD_GET(ID_AA64ISAR0_EL1, ATOMIC, isar0))
		return false;
	if (flags & FORM_LRCPC2 && SYS_FIELD_GET(ID_AA64ISAR1_EL1, LRCPC, isar1) < 2)
		return false;
	return !(flags & FORM_MOPS) || SYS_FIELD_GET(ID_AA64ISAR2_EL1, MOPS, isar2);
}

/*
 * Both ends of the region, the end of its first page, and a register of 64
 * bits. GITS_TYPER and SMMU_IDR2, both at 8, cannot be written, nor can the
 * identification registers at the end of a frame. What is less than a frame is a
 * page beside an SMMU's, without registers.
 */
static unsigned int find_places(const struct abuse_region *region, struct abuse_place *places)
{
	bool frame = region->size >= SZ_64K;
	unsigned int n = 0;
	unsigned int i;

	/* VLPI_base begins with a hole. */
	places[n++] = (struct abuse_place){
		.flags = strstarts(region->name, "gicr-vlpi@") || !frame ? 0 : PLACE_REG32,
	};
	places[n++] = (struct abuse_place){ .offset = SZ_4K - 8 };
	if (frame) {
		places[n++] = (struct abuse_place){ .offset = 8, .flags = PLACE_READONLY };
		places[n++] = (struct abuse_place){ .offset = region->reg64,
						    .flags = PLACE_REG64 };
		places[n++] = (struct abuse_place){ .offset = SZ_64K - 0x18,
						    .flags = PLACE_READONLY };
		places[n++] = (struct abuse_place){ .offset = region->size - 8,
						    .flags = PLACE_FRAGILE };
	}
	for (i = 0; i < n; i++) {
		unsigned long addr = region->map[MAPPING_DEVICE] + places[i].offset;
		u32 low, high;

		if (!abuse_read32(addr, &low) || !abuse_read32(addr + 4, &high)) {
			devmed_result(&abuse_results, false, "%s: reads at %#lx are carried out",
				      region->name, places[i].offset);
			return 0;
		}
		places[i].value = (u64)high << 32 | low;
	}
	return n;
}

/* What the target holds after @form loaded @value. */
static u64 loaded(const struct devmed_form *form, u64 value)
{
	if (form->extend == EXTEND_SIGN)
		return (s64)(s32)value;
	return form->size == 8 ? value : (u32)value;
}

/* Registers that differ from what they were, those of @except aside. */
static u32 changed(const struct devmed_regs *before, const struct devmed_regs *after, u32 except)
{
	u32 mask = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(before->x); i++)
		if (i != 18 && before->x[i] != after->x[i])
			mask |= BIT(i);
	if (before->nzcv != after->nzcv)
		mask |= BIT(31);
	return mask & ~except;
}

/* More than one register of the device at once: no value is right or wrong. */
static bool is_wide(const struct devmed_form *form, const struct abuse_place *place)
{
	return form->size == 8 && !(place->flags & PLACE_REG64);
}

/* No trap: the host reads the device itself. */
static bool is_direct(const struct abuse_region *region, const struct devmed_form *form,
		      const struct abuse_place *place)
{
	return place->offset < region->direct && !(form->flags & FORM_STORE);
}

static const char *judge_done(const struct abuse_region *region, const struct devmed_form *form,
			      const struct abuse_place *place, const struct devmed_regs *before,
			      const struct devmed_regs *after, const struct abuse_snapshot *snap)
{
	bool trapped = !is_direct(region, form, place);
	unsigned int counter = form->flags & FORM_STORE ? COUNT_WRITES : COUNT_READS;
	struct abuse_snapshot now;
	u32 except = 0;

	if (form->extend != EXTEND_NONE) {
		if (!is_wide(form, place) && after->x[form->target] != loaded(form, place->value))
			return "wrong value";
		except = BIT(form->target);
	}
	if (changed(before, after, except))
		return "another register changed";
	abuse_snapshot(region, &now);
	if (region->index < 0 || !trapped || abuse_refused(region, snap, REASONS_IGNORED))
		return NULL;
	if (now.count[counter] == snap->count[counter])
		return "not counted";
	return abuse_refused(region, snap, ~0) ? "carried out and counted as refused" : NULL;
}

static const char *judge_abort(const struct abuse_region *region, const struct devmed_form *form,
			       const struct devmed_regs *before, const struct devmed_regs *after,
			       const struct abuse_snapshot *snap)
{
	const u16 both = FORM_LOAD | FORM_STORE;
	u32 except = 0;

	if (form->flags & FORM_MOPS)
		except = BIT(1) | BIT(2) | BIT(31);
	/* The load of an exclusive pair, carried out before its store. */
	if (region->direct && (form->flags & (both | FORM_LSE)) == both)
		except = BIT(2);
	if (changed(before, after, except))
		return "refused, but a register changed";
	if (!abuse_refused(region, snap, form->reasons))
		return "refused, but not counted once under its reason";
	return NULL;
}

/* NULL when EL2 answered @form as it has to, or what is wrong. */
static const char *judge(const struct abuse_region *region, const struct devmed_form *form,
			 const struct abuse_place *place, const struct devmed_regs *before,
			 const struct devmed_regs *after, const struct abuse_snapshot *snap)
{
	if (after->aborted) {
		if (form->answer == ANSWER_ABORT || form->answer == ANSWER_EITHER ||
		    (form->answer == ANSWER_DONE && is_wide(form, place)))
			return judge_abort(region, form, before, after, snap);
		return "refused";
	}
	switch (form->answer) {
	case ANSWER_DONE:
		if (form->size == 8 && place->flags & PLACE_REG32 &&
		    !is_direct(region, form, place))
			return "two registers at once, not refused";
		return judge_done(region, form, place, before, after, snap);
	case ANSWER_ABORT:
		return is_direct(region, form, place) ? NULL : "not refused";
	default:
		return NULL;
	}
}

static bool applies(const struct abuse_region *region, const struct devmed_form *form,
		    const struct abuse_place *place, unsigned int mapping)
{
	if (form->flags & FORM_NORMAL && mapping == MAPPING_DEVICE)
		return false;
	/* Stage 1 would refuse it first. */
	if (form->flags & FORM_ALIGNED && mapping == MAPPING_DEVICE &&
	    !IS_ALIGNED(place->offset, form->size))
		return false;
	if (form->flags & FORM_ZERO && !(place->flags & PLACE_READONLY))
		return false;
	if (region->index < 0 && place->flags & PLACE_FRAGILE && form->size > 4)
		return false;
	/* An external abort of the device itself is fatal at EL1. */
	if (form->flags & FORM_SEA && is_direct(region, form, place))
		return false;
	return place->offset + form->size <= region->size;
}

/* Says what is wrong with the first failure only: the others are alike. */
static bool try_place(const struct abuse_region *region, const struct devmed_form *form,
		      const struct abuse_place *place, unsigned int mapping, bool say)
{
	unsigned long addr = region->map[mapping] + place->offset;
	struct devmed_regs before, after;
	struct abuse_snapshot snap;
	const char *wrong;

	abuse_marks(form, &before, addr, place->value);
	after = before;
	abuse_snapshot(region, &snap);
	abuse_run(form, &after);
	wrong = judge(region, form, place, &before, &after, &snap);
	if (wrong && say)
		devmed_diag(&abuse_results, "# %s at %#lx (%s): %s, got %#llx, value %#llx",
			    form->name, place->offset, mapping_names[mapping], wrong,
			    after.x[form->target], place->value);
	return !wrong;
}

static void try_form(const struct abuse_region *region, const struct devmed_form *form,
		     const struct abuse_place *places, unsigned int nr)
{
	unsigned int i, m;
	bool ok = true;

	if (region->index < 0 && form->flags & FORM_SEA) {
		devmed_diag(&abuse_results, "# not run: the device would abort, fatally");
		ok = false;
		nr = 0;
	}
	for (m = 0; m < MAPPING_NR; m++)
		for (i = 0; i < nr; i++)
			if (applies(region, form, &places[i], m))
				ok &= try_place(region, form, &places[i], m, ok);
	devmed_result(&abuse_results, ok, "%s: %s", region->name, form->name);
}

/* Run the table of forms on all places of @region. */
void abuse_forms(const struct abuse_region *region)
{
	struct abuse_place places[PLACES_NR];
	unsigned int nr = find_places(region, places);
	unsigned int missing = 0;
	unsigned int i;

	if (!nr)
		return;
	for (i = 0; i < devmed_forms_nr; i++) {
		if (cpu_has(devmed_forms[i].flags))
			try_form(region, &devmed_forms[i], places, nr);
		else
			missing++;
	}
	if (missing)
		devmed_result(&abuse_results, true, "%s: %u forms # SKIP not on this processor",
			      region->name, missing);
}
