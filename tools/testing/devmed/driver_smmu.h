/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host driver of an SMMUv3, reduced to what tests need, and correct: it
 * invalidates what it changes, and waits.
 */
#ifndef DEVMED_DRIVER_SMMU_H
#define DEVMED_DRIVER_SMMU_H

#include "model_smmu.h"

/**
 * struct smmu_driver - the driver
 * @read: of a register
 * @write: of a register
 * @memory: next page that is free, ascending
 * @two_level: which stream table
 * @sid_bits: how many streams
 * @cmdq_bits: log2 of the commands in its queue
 * @cmdq_base: what it writes to CMDQ_BASE, and so on
 * @lost: a wait that did not end
 */
struct smmu_driver {
	u64 (*read)(u64 offset, u8 size);
	void (*write)(u64 offset, u8 size, u64 value);
	u64 memory;
	bool two_level;
	u8 sid_bits;
	u8 cmdq_bits;
	u8 evtq_bits;
	u64 cmdq_base;
	u64 evtq_base;
	u64 strtab_base;
	u32 prod;
	bool lost;
};

#define DRV_SPLIT	8
#define DRV_VMID	0

/* Descriptor bits of a page or block that a device may use. */
#define DRV_S1_RW	(BIT_ULL(10) | BIT_ULL(6) | BIT_ULL(11))
#define DRV_S1_RO	(DRV_S1_RW | BIT_ULL(7))
#define DRV_S2_RW	(BIT_ULL(10) | GENMASK_ULL(7, 6) | GENMASK_ULL(5, 2))
#define DRV_S2_RO	(BIT_ULL(10) | BIT_ULL(6) | GENMASK_ULL(5, 2))

/* Pages in one piece, aligned to their size, zeroed. */
u64 drv_pages(struct smmu_driver *d, unsigned int order);
u64 *drv_at(u64 pa);

bool drv_start(struct smmu_driver *d);
bool drv_set_cr0(struct smmu_driver *d, u32 value);
void drv_put(struct smmu_driver *d, u64 cmd0, u64 cmd1);
void drv_ring(struct smmu_driver *d);
bool drv_sync(struct smmu_driver *d);
/* True once an error stopped the queue; acknowledges it, skipping the command. */
bool drv_recover(struct smmu_driver *d, u32 *error);

u64 *drv_ste(struct smmu_driver *d, u32 sid);
void drv_write_ste(struct smmu_driver *d, u32 sid, const u64 *ste);
void drv_ste_bypass(u64 *ste);
void drv_ste_stage1(u64 *ste, u64 cd, u8 cdmax);
void drv_ste_stage2(u64 *ste, u64 root, u16 vmid);
void drv_cd(u64 *cd, u64 root, u16 asid);

/* Level 0 to @level with 4 KiB pages. */
void drv_map(struct smmu_driver *d, u64 root, u64 in, u64 out, u8 level, u64 bits);
u64 *drv_entry(u64 root, u64 in, u8 level);
void drv_unmap(u64 root, u64 in, u8 level);

/* Invalidate and wait. */
bool drv_cfgi_ste(struct smmu_driver *d, u32 sid);
bool drv_cfgi_cd(struct smmu_driver *d, u32 sid, u32 ssid);
bool drv_tlbi_va(struct smmu_driver *d, u16 asid, u64 va, bool leaf);
bool drv_tlbi_asid(struct smmu_driver *d, u16 asid);
bool drv_tlbi_all(struct smmu_driver *d);

#endif /* DEVMED_DRIVER_SMMU_H */
