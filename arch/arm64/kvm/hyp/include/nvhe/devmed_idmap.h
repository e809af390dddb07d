/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stage-2 that DMA sees: one identity table for all SMMUs.
 *
 * An SMMU joins while the host is trusted, the table is built once, and from
 * then on mem_protect.c keeps it in step through devmed_owner_take() and
 * devmed_owner_give().
 */
#ifndef __ARM64_KVM_NVHE_DEVMED_IDMAP_H__
#define __ARM64_KVM_NVHE_DEVMED_IDMAP_H__

#include <linux/types.h>

#include <asm/kvm_pgtable.h>

#include <kvm/devmed.h>

/**
 * struct devmed_idmap_user - an SMMU that walks the table
 * @invalidate: have all TLBs and walk caches forget what they hold of
 *	[ipa, ipa + size), and return once they have: 0, or an errno if that
 *	could not be proved: -EAGAIN if it may be later.
 *	Both are multiples of the page size. Whatever level it was cached from:
 *	a page may still be known as part of a block, so there must be no level
 *	hint. Combined stage 1 and 2 entries count. Called whatever the host
 *	believes to be enabled, with host_mmu.lock held: takes no lock but that
 *	of the hardware queue.
 * @oas: output address bits: 32, 36, 40, 42, 44, 48 or 52
 * @bbml: SMMU_IDR3.BBML
 * @coherent: its table walks snoop (SMMU_IDR0.COHACC)
 * @pgsizes: granules that it supports, as a sum of their sizes in bytes
 * @next: idmap.c's. Guarded by host_mmu.lock.
 */
struct devmed_idmap_user {
	int (*invalidate)(struct devmed_idmap_user *user, u64 ipa, u64 size);
	u8 oas;
	u8 bbml;
	bool coherent;
	u64 pgsizes;
	struct devmed_idmap_user *next;
};

/**
 * struct devmed_idmap_fmt - how a stream table entry points at the table
 * @root: physical address, for STE.S2TTB
 * @t0sz: STE.S2T0SZ
 * @sl0: STE.S2SL0
 * @tg: STE.S2TG
 * @ps: STE.S2PS
 * @sh: STE.S2SH0
 * @irgn: STE.S2IR0
 * @orgn: STE.S2OR0
 *
 * The same for all users, from what the least able of them can do. The other
 * fields follow from the descriptors: S2AA64 is 1, S2ENDI 0, S2AFFD 0, since
 * each has its access flag set, S2HA and S2HD 0.
 */
struct devmed_idmap_fmt {
	u64 root;
	u8 t0sz;
	u8 sl0;
	u8 tg;
	u8 ps;
	u8 sh;
	u8 irgn;
	u8 orgn;
};

/* idmap.c */
int devmed_idmap_join(struct devmed_idmap_user *user);
int devmed_idmap_leave(struct devmed_idmap_user *user);
int devmed_idmap_set_end(u64 end);
int devmed_idmap_start(void);
const struct devmed_idmap_fmt *devmed_idmap_format(void);
int devmed_idmap_unmap(u64 phys, u64 size);
void devmed_idmap_map(u64 phys, u64 size);
int devmed_idmap_own(u64 phys, u64 size, bool reach);
#ifdef CONFIG_DEVMED_SMMUV3
bool devmed_idmap_wants_spare(void);
void devmed_idmap_add_spare(void *page);
void devmed_idmap_favour(u64 phys);
bool devmed_idmap_started(void);
u64 devmed_idmap_counter(enum devmed_global_counter counter);
#else
static inline bool devmed_idmap_started(void) { return false; }
static inline bool devmed_idmap_wants_spare(void) { return false; }
static inline void devmed_idmap_add_spare(void *page) { }
static inline void devmed_idmap_favour(u64 phys) { }
static inline u64 devmed_idmap_counter(enum devmed_global_counter counter)
{
	return 0;
}
#endif

/* owner.c */
/* No memory that EL2 knows: it does not change hands, so no block of it is split. */
#define DEVMED_PROT_HOLE	KVM_PGTABLE_PROT_SW0

typedef int (*devmed_owner_visit_t)(u64 start, u64 end,
				    enum kvm_pgtable_prot prot, void *arg);
int devmed_owner_walk_locked(u64 end, devmed_owner_visit_t visit, void *arg);

/* Tables from the largest block to a page. */
#define DEVMED_IDMAP_SPARE	2

/**
 * struct devmed_idmap_table - a stage-2 table, VMSAv8-64 (DDI 0487, D8.3)
 * @root: its first level, NULL before there is one. Guarded by host_mmu.lock,
 *	like all of it.
 * @invalidate: what struct devmed_idmap_user has, for all users
 * @ia_bits: input and output address bits
 * @start_level: level of @root
 * @root_order: 2^@root_order concatenated pages
 * @bbml: of the least able user; 0 maps memory by pages, for good
 * @coherent: all users snoop
 * @nr_pages: pages that it takes now
 * @mark: what entries hold that the last change has cleared: even
 * @cursor: where to look next for pages that make a block again
 * @spare: pages for tables when the pool is empty
 * @nr_spare: how many of them there are
 * @urgent: they may be used
 */
struct devmed_idmap_table {
	u64 *root;
	int (*invalidate)(u64 ipa, u64 size);
	u8 ia_bits;
	s8 start_level;
	u8 root_order;
	u8 bbml;
	bool coherent;
	u64 nr_pages;
	u64 mark;
	u64 cursor;
	u64 *spare[DEVMED_IDMAP_SPARE];
	u8 nr_spare;
	bool urgent;
};

/* idmap-table.c */
int devmed_table_init(struct devmed_idmap_table *table);
void devmed_table_free(struct devmed_idmap_table *table);
int devmed_table_build(struct devmed_idmap_table *table, u64 start, u64 end,
		       enum kvm_pgtable_prot prot);
int devmed_table_split(struct devmed_idmap_table *table, u64 addr,
		       u64 *stale_start, u64 *stale_end);
int devmed_table_set(struct devmed_idmap_table *table, u64 addr,
		     enum kvm_pgtable_prot prot);
u64 *devmed_table_page(struct devmed_idmap_table *table, u64 addr, u64 *desc);

/* idmap-page.c */
int devmed_table_take(struct devmed_idmap_table *table, u64 start, u64 end);
int devmed_table_take_own(struct devmed_idmap_table *table, u64 start, u64 end);
void devmed_table_give_own(struct devmed_idmap_table *table, u64 start, u64 end);

#endif /* __ARM64_KVM_NVHE_DEVMED_IDMAP_H__ */
