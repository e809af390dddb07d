/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUv3 register offsets, IHI 0070, 6.2. The host driver's header holds them
 * too, next to much that EL2 cannot include.
 */
#ifndef __DEVMED_SMMU_LAYOUT_H
#define __DEVMED_SMMU_LAYOUT_H

/* Page 0 */
#define SMMU_IDR0			0x000
#define SMMU_IIDR			0x018
#define SMMU_AIDR			0x01c
#define SMMU_CR0			0x020
#define SMMU_CR0ACK			0x024
#define SMMU_CR1			0x028
#define SMMU_CR2			0x02c
#define SMMU_STATUSR			0x040
#define SMMU_GBPA			0x044
#define SMMU_AGBPA			0x048
#define SMMU_IRQ_CTRL			0x050
#define SMMU_IRQ_CTRLACK		0x054
#define SMMU_GERROR			0x060
#define SMMU_GERRORN			0x064
#define SMMU_GERROR_IRQ_CFG0		0x068
#define SMMU_GERROR_IRQ_CFG1		0x070
#define SMMU_GERROR_IRQ_CFG2		0x074
#define SMMU_STRTAB_BASE		0x080
#define SMMU_STRTAB_BASE_CFG		0x088
#define SMMU_CMDQ_BASE			0x090
#define SMMU_CMDQ_PROD			0x098
#define SMMU_CMDQ_CONS			0x09c
#define SMMU_EVENTQ_BASE		0x0a0
#define SMMU_EVENTQ_IRQ_CFG0		0x0b0
#define SMMU_EVENTQ_IRQ_CFG1		0x0b8
#define SMMU_EVENTQ_IRQ_CFG2		0x0bc
#define SMMU_PRIQ_BASE			0x0c0
#define SMMU_PRIQ_IRQ_CFG0		0x0d0
#define SMMU_PRIQ_IRQ_CFG1		0x0d8
#define SMMU_PRIQ_IRQ_CFG2		0x0dc
#define SMMU_GATOS_CTRL			0x100
#define SMMU_GATOS_SID			0x108
#define SMMU_GATOS_ADDR			0x110
#define SMMU_GATOS_PAR			0x118
#define SMMU_MPAMIDR			0x130
#define SMMU_GMPAM			0x138
#define SMMU_GBPMPAM			0x13c
#define SMMU_VATOS_SEL			0x180
#define SMMU_IDR6			0x190
#define SMMU_DPT_BASE			0x200
#define SMMU_DPT_BASE_CFG		0x208
#define SMMU_DPT_CFG_FAR		0x210
#define SMMU_IDREGS			0xfd0

/* Page 1, at SMMU_PAGE1 from the base */
#define SMMU_PAGE1			0x10000
#define SMMU_EVENTQ_PROD		(SMMU_PAGE1 + 0x0a8)
#define SMMU_EVENTQ_CONS		(SMMU_PAGE1 + 0x0ac)
#define SMMU_PRIQ_PROD			(SMMU_PAGE1 + 0x0c8)
#define SMMU_PRIQ_CONS			(SMMU_PAGE1 + 0x0cc)

#endif /* __DEVMED_SMMU_LAYOUT_H */
