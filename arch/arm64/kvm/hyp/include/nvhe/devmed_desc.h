/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors of the DMA stage-2, for the files that write them: idmap-table.c and
 * idmap-page.c.
 */
#ifndef __ARM64_KVM_NVHE_DEVMED_DESC_H__
#define __ARM64_KVM_NVHE_DEVMED_DESC_H__

#include <asm/kvm_mmu.h>
#include <asm/kvm_pgtable.h>

#include <nvhe/devmed_idmap.h>
#include <nvhe/memory.h>

/* Stage 2 descriptors (DDI 0487, D8.3). Other bits are 0. */
#define DESC_VALID		BIT_ULL(0)
#define DESC_TABLE		BIT_ULL(1)	/* or page, at the last level */
#define DESC_DEVICE_NGNRE	(0x1ULL << 2)
#define DESC_NORMAL_WB		(0xfULL << 2)
#define DESC_READ		BIT_ULL(6)
#define DESC_WRITE		BIT_ULL(7)
#define DESC_INNER_SHAREABLE	(0x3ULL << 8)
#define DESC_ACCESSED		BIT_ULL(10)
#define DESC_NT			BIT_ULL(16)	/* FEAT_BBM; IHI 0070, 3.21.1.2 */
#define DESC_XN			BIT_ULL(54)
#define DESC_ADDR		GENMASK_ULL(47, PAGE_SHIFT)

#define ENTRIES			(PAGE_SIZE / sizeof(u64))

static inline bool is_table(u64 desc, s8 level)
{
	return (desc & DESC_VALID) && (desc & DESC_TABLE) &&
	       level < KVM_PGTABLE_LAST_LEVEL;
}

static inline u64 leaf_desc(u64 addr, s8 level, enum kvm_pgtable_prot prot)
{
	u64 desc = addr | DESC_VALID | DESC_ACCESSED;

	desc |= prot & KVM_PGTABLE_PROT_DEVICE ?
		DESC_DEVICE_NGNRE : DESC_NORMAL_WB | DESC_INNER_SHAREABLE;
	if (prot & KVM_PGTABLE_PROT_R)
		desc |= DESC_READ;
	if (prot & KVM_PGTABLE_PROT_W)
		desc |= DESC_WRITE;
	if (!(prot & KVM_PGTABLE_PROT_X))
		desc |= DESC_XN;
	if (level == KVM_PGTABLE_LAST_LEVEL)
		desc |= DESC_TABLE;

	return desc;
}

/* Have an SMMU see what has been written, if it does not snoop. */
static inline void clean(struct devmed_idmap_table *table, u64 *ptep, size_t count)
{
	if (!table->coherent)
		kvm_flush_dcache_to_poc(ptep, count * sizeof(*ptep));
}

static inline void set(struct devmed_idmap_table *table, u64 *ptep, u64 desc)
{
	WRITE_ONCE(*ptep, desc);
	clean(table, ptep, 1);
}

static inline u64 *table_of(u64 desc)
{
	return __hyp_va(desc & DESC_ADDR);
}

#endif /* __ARM64_KVM_NVHE_DEVMED_DESC_H__ */
