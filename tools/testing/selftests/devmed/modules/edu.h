/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's "edu" device: a DMA engine with 4 KiB of its own memory, and one MSI.
 * It has no driver in Linux; devmed_edu.ko is one for tests.
 */
#ifndef _DEVMED_EDU_H
#define _DEVMED_EDU_H

#include <linux/atomic.h>
#include <linux/pci.h>

#define EDU_MEMORY_SIZE		4096

/*
 * Written to EDU_LIVENESS, which keeps what it is given, with the number of a row:
 * bench.py finds the writes in QEMU's trace, and counts what devices are accessed
 * from one to the next.
 */
#define EDU_MARK_BEGIN		0xbe000000
#define EDU_MARK_END		0xbf000000

/**
 * struct devmed_edu - the device
 * @pdev: on the PCI bus
 * @regs: its registers
 * @irq: Linux number of its MSI, while devmed_edu_start_msi() holds
 * @msis: how many came
 */
struct devmed_edu {
	struct pci_dev *pdev;
	void __iomem *regs;
	int irq;
	atomic_t msis;
};

struct devmed_edu *devmed_edu_find(unsigned int n);
int devmed_edu_start_msi(struct devmed_edu *edu);
void devmed_edu_stop_msi(struct devmed_edu *edu);
void devmed_edu_raise(struct devmed_edu *edu);
int devmed_edu_dma(struct devmed_edu *edu, dma_addr_t addr, size_t offset, size_t size,
		   bool to_memory);

#endif /* _DEVMED_EDU_H */
