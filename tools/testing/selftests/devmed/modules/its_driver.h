/* SPDX-License-Identifier: GPL-2.0-only */
/* The ITS driver's own records, found through an interrupt. */
#ifndef _DEVMED_ITS_DRIVER_H
#define _DEVMED_ITS_DRIVER_H

#include <linux/irq.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/string.h>

/*
 * What the driver keeps to itself, in the order of irq-gic-v3-its.c: the host is
 * hostile, all of its kernel is.
 */
struct host_baser {
	u64 *base;
	u64 val;
	u32 order;
	u32 psz;
};

struct host_collection {
	u64 target;
	u16 icid;
};

#define ITS_DWORDS		4

struct host_its {
	raw_spinlock_t lock;		/* the ring */
	struct mutex dev_alloc_lock;	/* devices that come and go */
	struct list_head entry;
	void __iomem *base;
	void __iomem *sgir_base;
	phys_addr_t phys_base;
	u64 (*cmd_base)[ITS_DWORDS];
	u64 (*cmd_write)[ITS_DWORDS];
	struct host_baser tables[GITS_BASER_NR_REGS];
	struct host_collection *collections;
};

struct host_device {
	struct list_head entry;
	struct host_its *its;
	struct {
		unsigned long *lpi_map;
		u16 *col_map;
		irq_hw_number_t lpi_base;
		int nr_lpis;
		raw_spinlock_t vlpi_lock;
		void *vm;
		void *vlpi_maps;
		int nr_vlpis;
	} event_map;
	void *itt;
	u32 itt_size;
	u32 nr_ites;
	u32 id;
};

/* The driver's device behind an MSI, or NULL. */
static inline struct host_device *host_device_find(unsigned int irq)
{
	struct irq_data *data = irq_get_irq_data(irq);

	while (data && strcmp(irq_data_get_irq_chip(data)->name, "ITS"))
		data = data->parent_data;
	return data ? irq_data_get_irq_chip_data(data) : NULL;
}

#endif /* _DEVMED_ITS_DRIVER_H */
