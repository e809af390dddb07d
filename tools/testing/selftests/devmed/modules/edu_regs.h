/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers of QEMU's "edu" device, for the kernel and for user space. */
#ifndef _DEVMED_EDU_REGS_H
#define _DEVMED_EDU_REGS_H

#define EDU_LIVENESS	0x04
#define EDU_IRQ_STATUS	0x24
#define EDU_IRQ_RAISE	0x60
#define EDU_IRQ_ACK	0x64
#define EDU_DMA_SRC	0x80
#define EDU_DMA_DST	0x88
#define EDU_DMA_COUNT	0x90
#define EDU_DMA_CMD	0x98
#define EDU_DMA_START	0x1
#define EDU_DMA_TO_RAM	0x2
#define EDU_MEMORY	0x40000	/* its own, as its DMA sees it */

#endif /* _DEVMED_EDU_REGS_H */
