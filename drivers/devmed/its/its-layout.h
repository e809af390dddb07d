/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What <linux/irqchip/arm-gic-v3.h> has no names for: registers and command
 * fields of the ITS and the redistributors (IHI 0069, 5.3, 12.10 and 12.19).
 */
#ifndef __DEVMED_ITS_LAYOUT_H
#define __DEVMED_ITS_LAYOUT_H

#include <linux/bits.h>
#include <linux/irqchip/arm-gic-v3.h>

#define GITS_CTLR_UMSIIRQ	BIT(8)

#define GITS_CBASER_SIZE	GENMASK_ULL(7, 0)
#define GITS_CWRITER_OFFSET	GENMASK_ULL(19, 5)
#define GITS_CWRITER_RETRY	BIT_ULL(0)
#define GITS_CREADR_OFFSET	GENMASK_ULL(19, 5)
#define GITS_CREADR_STALLED	BIT_ULL(0)

#define GITS_BASER_SIZE		GENMASK_ULL(7, 0)
#define GITS_BASER_ADDR		GENMASK_ULL(47, 12)
#define GITS_L1_VALID		BIT_ULL(63)
#define GITS_L1_ADDR		GENMASK_ULL(51, 12)

#define GITS_TYPER_CIDBITS	GENMASK_ULL(35, 32)
#define GITS_TYPER_CIL		BIT_ULL(36)

/* Commands, double-words 0 to 3 */
#define ITS_CMD_SIZE		32
#define ITS_CMD_OP		GENMASK_ULL(7, 0)
#define ITS_CMD_DEVICE		GENMASK_ULL(63, 32)
#define ITS_CMD1_EVENT		GENMASK_ULL(31, 0)
#define ITS_CMD1_INTID		GENMASK_ULL(63, 32)
#define ITS_CMD1_SIZE		GENMASK_ULL(4, 0)
#define ITS_CMD2_ICID		GENMASK_ULL(15, 0)
#define ITS_CMD2_TARGET		GENMASK_ULL(51, 16)
#define ITS_CMD2_ITT		GENMASK_ULL(51, 8)
#define ITS_CMD2_VALID		BIT_ULL(63)
#define ITS_CMD3_TARGET		GENMASK_ULL(51, 16)

/* Those of GICv4.0 (IHI 0069, 5.3) */
#define ITS_CMD1_VPE		GENMASK_ULL(47, 32)
#define ITS_CMD2_VINTID		GENMASK_ULL(31, 0)
#define ITS_CMD2_DOORBELL	GENMASK_ULL(63, 32)
#define ITS_CMD2_DB_VALID	BIT_ULL(0)
#define ITS_CMD3_VPT		GENMASK_ULL(51, 16)
#define ITS_CMD3_VPT_SIZE	GENMASK_ULL(4, 0)
#define GITS_CMD_VMAPI		GITS_CMD_GICv4(GITS_CMD_MAPI)

/* Hip07, erratum 161600802: it has another RDbase for a vPE than for a CPU. */
#define ITS_IIDR_HIP07		0x00000004

/* A vPEID has so many bits; this INTID stands for none. */
#define ITS_VPE_BITS		16
#define ITS_NO_DOORBELL		1023

/* An ITT begins on a multiple of this (IHI 0069, 5.3.11). */
#define ITS_ITT_SHIFT		8

#define GICR_CTLR_DPG		GENMASK(26, 24)

#define GICR_PROPBASER_ADDR	GENMASK_ULL(51, 12)
#define GICR_PENDBASER_ADDR	GENMASK_ULL(51, 16)
#define GICR_VPROPBASER_ADDR	GENMASK_ULL(51, 12)
#define GICR_VPENDBASER_ADDR	GENMASK_ULL(51, 16)
/* What software says of a vPE as it enters. */
#define GICR_VPENDBASER_HINTS	(GICR_VPENDBASER_PendingLast | \
				 GICR_VPENDBASER_IDAI)
/* Shareability and both cacheabilities, the same in all four base registers. */
#define GICR_BASER_ATTRS	(GENMASK_ULL(58, 56) | GENMASK_ULL(11, 10) | \
				 GENMASK_ULL(9, 7))

/* LPIs begin here, and an INTID has no more bits than that (IHI 0069, 2.2). */
#define GIC_FIRST_LPI		8192
#define GIC_MIN_LPI_BITS	14
#define GIC_MAX_LPI_BITS	24

#endif /* __DEVMED_ITS_LAYOUT_H */
