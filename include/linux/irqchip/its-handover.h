/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handing the memory of live ITSs over to somebody else, who then stands between
 * the driver and the hardware.
 */
#ifndef __LINUX_IRQCHIP_ITS_HANDOVER_H
#define __LINUX_IRQCHIP_ITS_HANDOVER_H

#include <linux/irqchip/arm-gic-v3.h>
#include <linux/types.h>

/**
 * struct its_live - where the driver keeps what an ITS uses
 * @base: physical address of the ITS
 * @cmd_base: its pointer to the command queue
 * @cmd_write: its pointer to the next command
 * @cmd_size: length of the queue in bytes
 * @tables: by GITS_BASER<n>: its pointer to the table
 * @basers: what the registers hold
 * @gfp: flags that its memory needs, GFP_DMA32 or none
 */
struct its_live {
	phys_addr_t base;
	void **cmd_base;
	void **cmd_write;
	size_t cmd_size;
	void **tables[GITS_BASER_NR_REGS];
	u64 basers[GITS_BASER_NR_REGS];
	gfp_t gfp;
};

/**
 * struct its_visitor - what is called for all that is live
 * @its: for each ITS
 * @device: for each device of the ITS before it, with its DeviceID, the physical
 *	address of its ITT, and its number of events, a power of two
 *
 * Either may return an errno to end the visit.
 */
struct its_visitor {
	int (*its)(const struct its_live *its, void *arg);
	int (*device)(u32 id, phys_addr_t itt, u32 nr_ites, void *arg);
};

/**
 * struct its_owner - whoever took over the ITTs
 * @reserve: see to it that there will be memory for one more device, so many
 *	bytes for its ITT, or with 0 for a vPE. May sleep.
 */
struct its_owner {
	void (*reserve)(size_t size);
};

/*
 * Between these two no device comes or goes; the owner is from then on asked
 * for each new one, NULL for none.
 */
void its_lock_devices(void);
void its_unlock_devices(const struct its_owner *owner);

/* Devices locked. The visitor may change what @its points to if no CPU posts. */
int its_visit(const struct its_visitor *visitor, void *arg);

#endif /* __LINUX_IRQCHIP_ITS_HANDOVER_H */
