// SPDX-License-Identifier: GPL-2.0-only
/*
 * The redistributor of a CPU that is offline: where its tables are, and how
 * long. Whatever is refused, the CPU comes back with the tables it had.
 */
#include <linux/cpu.h>
#include <linux/io.h>
#include "its_abuse.h"

#define GICR_CTLR_OFF(ctlr)	((ctlr) & ~GICR_CTLR_ENABLE_LPIS)
#define TABLE_BITS		GENMASK_ULL(51, 12)

/* The frame under attack, and how it was. */
struct gicr {
	void __iomem *mmio;
	int row;
	u32 ctlr;
	u64 propbaser;
	u64 pendbaser;
	bool fresh;	/* of a CPU that never was up */
};

static void gicr_result(bool ok, const char *name)
{
	devmed_result(&attacker.results, ok, "%s", name);
}

/* Was exactly one write refused since @before? */
static bool refused_once(int row, u64 before)
{
	return row >= 0 && attack_count(row, COUNT_HANDLER) == before + 1;
}

static u64 refusals(int row)
{
	return row >= 0 ? attack_count(row, COUNT_HANDLER) : 0;
}

/* With LPIs enabled, neither table moves. */
static void try_move(const struct gicr *gicr, u32 offset, const char *name)
{
	u64 before = refusals(gicr->row);
	u64 old = readq(gicr->mmio + offset);
	bool ok;

	writeq((old & ~TABLE_BITS) | attacker.canary_phys, gicr->mmio + offset);
	ok = readq(gicr->mmio + offset) == old && refused_once(gicr->row, before);
	if (!ok)
		writeq(old, gicr->mmio + offset);
	gicr_result(ok, name);
}

/* LPIs are not enabled with such tables. */
static void try_enable(const struct gicr *gicr, u64 propbaser, u64 pendbaser, const char *name)
{
	void __iomem *mmio = gicr->mmio;
	u64 before;
	bool ok;

	writeq(propbaser, mmio + GICR_PROPBASER);
	writeq(pendbaser, mmio + GICR_PENDBASER);
	before = refusals(gicr->row);
	/* Without anybody between, it would write there. */
	if (gicr->row < 0) {
		ok = readq(mmio + GICR_PENDBASER) != pendbaser;
	} else {
		writel(gicr->ctlr, mmio + GICR_CTLR);
		ok = !(readl(mmio + GICR_CTLR) & GICR_CTLR_ENABLE_LPIS) &&
		     refused_once(gicr->row, before);
	}
	gicr_result(ok, name);
}

static void try_tables(const struct gicr *gicr)
{
	const u64 ring = GITS_CBASER_ADDRESS(readq(attacker.gits + GITS_CBASER));
	const u64 prop = gicr->propbaser;
	const u64 pend = gicr->pendbaser;
	void __iomem *other = ioremap(attack_gicr_base[0], SZ_64K);

	if (!gicr->fresh) {
		try_move(gicr, GICR_PENDBASER, "R03: PENDBASER moves while LPIs are enabled");
		try_move(gicr, GICR_PROPBASER, "R03: PROPBASER moves while LPIs are enabled");
	}
	writel(GICR_CTLR_OFF(gicr->ctlr), gicr->mmio + GICR_CTLR);
	try_enable(gicr, prop, (pend & ~TABLE_BITS) | ring,
		   "R01: a pending table in EL2's memory");
	try_enable(gicr, prop, (pend & ~TABLE_BITS) | attack_gicr_base[0],
		   "R01: a pending table in a device");
	try_enable(gicr, (prop & ~TABLE_BITS) | ring, pend,
		   "R02: a configuration table in EL2's memory");
	try_enable(gicr, (prop & ~TABLE_BITS) | attacker.canary_phys, pend,
		   "R02: a configuration table that others do not share");
	try_enable(gicr, prop | GICR_PROPBASER_IDBITS_MASK, pend,
		   "R04: tables for 32 bits of INTID");
	try_enable(gicr, (prop & ~GICR_PROPBASER_IDBITS_MASK) | 1, pend,
		   "R04: tables for 2 bits of INTID");
	if (other)
		try_enable(gicr, prop, readq(other + GICR_PENDBASER),
			   "R07: the pending table of another CPU");
	try_enable(gicr, prop, (pend & ~TABLE_BITS) | (prop & GENMASK_ULL(51, 16)),
		   "R07: a pending table over the configuration table");
	if (other)
		iounmap(other);
}

/* The registers that name an LPI, or a vPE. */
static void try_lpis(const struct gicr *gicr)
{
	static const struct {
		const char *name;
		u32 offset;
		u64 value;
	} writes[] = {
		{ "R09: SETLPIR of an INTID that is no LPI", GICR_SETLPIR, 1023 },
		{ "R09: CLRLPIR of an INTID past the table", GICR_CLRLPIR, 0xfffffff },
		{ "R10: INVLPIR of a vPE", GICR_INVLPIR, BIT_ULL(63) | 8192 },
		{ "R10: INVALLR of a vPE", GICR_INVALLR, BIT_ULL(63) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		u64 before = refusals(gicr->row);

		/* QEMU without EL2 would say that there is no such register. */
		if (gicr->row >= 0)
			writeq(writes[i].value, gicr->mmio + writes[i].offset);
		gicr_result(refused_once(gicr->row, before), writes[i].name);
	}
}

/* A CPU that never was up: none of its registers is there, for good. */
static void try_denied(const struct gicr *gicr)
{
	static const struct {
		const char *name;
		u32 offset;
	} regs[] = {
		{ "R15: LPIs of a CPU that never was up", GICR_CTLR },
		{ "R15: PROPBASER of a CPU that never was up", GICR_PROPBASER },
		{ "R15: PENDBASER of a CPU that never was up", GICR_PENDBASER },
		{ "R15: SETLPIR of a CPU that never was up", GICR_SETLPIR },
		{ "R15: INVLPIR of a CPU that never was up", GICR_INVLPIR },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		u64 before = attack_count(gicr->row, COUNT_HOLE);
		u64 value;

		writeq(attacker.canary_phys | GICR_CTLR_ENABLE_LPIS,
		       gicr->mmio + regs[i].offset);
		value = readq(gicr->mmio + regs[i].offset);
		gicr_result(!value && attack_count(gicr->row, COUNT_HOLE) == before + 2,
			    regs[i].name);
	}
}

/* What the CPU has, or what it could have if it were let up. */
static void find_tables(struct gicr *gicr)
{
	void __iomem *other;

	gicr->ctlr = readl(gicr->mmio + GICR_CTLR);
	gicr->propbaser = readq(gicr->mmio + GICR_PROPBASER);
	gicr->pendbaser = readq(gicr->mmio + GICR_PENDBASER);
	if (gicr->ctlr & GICR_CTLR_ENABLE_LPIS)
		return;
	other = ioremap(attack_gicr_base[0], SZ_64K);
	if (!other)
		return;
	gicr->fresh = true;
	gicr->ctlr |= GICR_CTLR_ENABLE_LPIS;
	gicr->propbaser = readq(other + GICR_PROPBASER);
	gicr->pendbaser = attacker.canary_phys;
	iounmap(other);
}

static void try_cpu(struct gicr *gicr)
{
	bool ok;

	find_tables(gicr);
	try_tables(gicr);
	try_lpis(gicr);
	writeq(gicr->propbaser, gicr->mmio + GICR_PROPBASER);
	writeq(gicr->pendbaser, gicr->mmio + GICR_PENDBASER);
	writel(gicr->ctlr, gicr->mmio + GICR_CTLR);
	ok = readl(gicr->mmio + GICR_CTLR) & GICR_CTLR_ENABLE_LPIS;
	gicr_result(ok, "R05: its own tables again, LPIs enabled");
	if (gicr->fresh)
		writel(GICR_CTLR_OFF(gicr->ctlr), gicr->mmio + GICR_CTLR);
}

/* GICv4.0: resident without a command of the ITS's. */
static void try_vpe(void)
{
	void __iomem *vlpi = attack_vlpi_base ? ioremap(attack_vlpi_base, SZ_64K) : NULL;
	u64 before = refusals(attack_vlpi_row);
	u64 value;

	if (!vlpi) {
		devmed_result(&attacker.results, true, "R11: VPENDBASER # SKIP no GICv4");
		return;
	}
	writeq(GICR_VPENDBASER_Valid | attacker.canary_phys, vlpi + GICR_VPENDBASER);
	value = readq(vlpi + GICR_VPENDBASER);
	gicr_result(!(value & GICR_VPENDBASER_Valid) && refused_once(attack_vlpi_row, before),
		    "R11: VPENDBASER makes a vPE resident");
	if (value & GICR_VPENDBASER_Valid)
		writeq(0, vlpi + GICR_VPENDBASER);
	/* With vPEs it is kept until one enters. */
	if (attack_has_vpes())
		goto unmap;
	value = readq(vlpi + GICR_VPROPBASER);
	writeq(value | attacker.canary_phys, vlpi + GICR_VPROPBASER);
	gicr_result(readq(vlpi + GICR_VPROPBASER) == value, "R11: VPROPBASER has no address");
	writeq(value, vlpi + GICR_VPROPBASER);
unmap:
	iounmap(vlpi);
}

void attack_redistributors(void)
{
	struct attack attack = { "R15: the CPU comes back" };
	struct gicr gicr = { .row = attack_gicr_nr > 1 ? attack_gicr_row[1] : -1 };
	bool up = cpu_online(1);

	try_vpe();
	if (attack_gicr_nr < 2 || (up && remove_cpu(1))) {
		devmed_result(&attacker.results, true, "R01: redistributors # SKIP one CPU");
		return;
	}
	attack_begin(&attack);
	gicr.mmio = ioremap(attack_gicr_base[1], SZ_64K);
	if (gicr.mmio) {
		if (gicr.row >= 0 && !readl(gicr.mmio + GICR_IIDR))
			try_denied(&gicr);
		else
			try_cpu(&gicr);
		iounmap(gicr.mmio);
	}
	if (up)
		attack_end(&attack, !add_cpu(1));
}
