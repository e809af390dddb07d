// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS frames as a register table.
 *
 * Attack surface: every register of the ITS; CBASER, CWRITER and BASERn are
 * addresses and indices that the ITS acts on.
 *
 * Guarantees: rows for each register of IHI 0069, 12.18 and 12.19, at its
 * width; IMPLEMENTATION DEFINED registers have none, so the host does not
 * reach them.
 *
 * Leaves to others: as long as no instance is published, values pass through.
 */
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include <nvhe/devmed.h>

/* IHI 0069, 12.19; the driver needs none of these. */
#define GITS_MPAMIDR	0x0010
#define GITS_PARTIDR	0x0014
#define GITS_STATUSR	0x0040
#define GITS_UMSIR	0x0048
#define GITS_NR_IDREGS	12

static const struct devmed_reg its_regs[] = {
	DEVMED_REG32_RW(GITS_CTLR),
	DEVMED_REG32_RO(GITS_IIDR),
	DEVMED_REG64_RO(GITS_TYPER),
	DEVMED_REG32_RO(GITS_MPAMIDR),
	DEVMED_REG32_RW(GITS_PARTIDR),
	DEVMED_REG32_RO(GITS_MPIDR),
	DEVMED_REG32_RW(GITS_STATUSR),
	DEVMED_REG64_RO(GITS_UMSIR),
	DEVMED_REG64_RW(GITS_CBASER),
	DEVMED_REG64_RW(GITS_CWRITER),
	DEVMED_REG64_RO(GITS_CREADR),
	DEVMED_REGS(GITS_BASER, GITS_BASER_NR_REGS, 8, U64_MAX, U64_MAX),
	DEVMED_REGS(GITS_IDREGS_BASE, GITS_NR_IDREGS, 4, U32_MAX, 0),
	DEVMED_REG32_WO(GITS_TRANSLATER),
	DEVMED_REG64_WO(GITS_SGIR),
};

static u8 its_index[DEVMED_INDEX_WORDS];

const struct devmed_regs devmed_its_regs = {
	.regs		= its_regs,
	.nr_regs	= ARRAY_SIZE(its_regs),
	.index		= its_index,
	.direct_reads	= SZ_64K,
};
