/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devmed at EL2: what backends may call, and what the rest of the hypervisor
 * calls.
 *
 * Locks, outermost first. Whoever holds one may take those below it:
 *
 *	devmed_setup_lock	(protects the registry; trusted phase only)
 *	  region->lock		(protects the instance: one emulated access at a time)
 *	    gicr_config_lock	(protects the LPI table that redistributors share)
 *	    its_hold_lock	(protects what vPEs use; never with the one above)
 *	      devmed_topup_lock	(protects a block of which the pool has a part)
 *	      host_mmu.lock	(protects the host stage-2 and page states)
 *	        pkvm_pgd_lock	(protects the hyp stage-1)
 *	          pool lock	(protects the free pages and their counts)
 *
 * A lookup takes none of them: registered regions do not change after finalize,
 * and region->instance is published with a store-release.
 */
#ifndef __ARM64_KVM_NVHE_DEVMED_H__
#define __ARM64_KVM_NVHE_DEVMED_H__

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include <asm/barrier.h>
#include <asm/virt.h>

#include <kvm/devmed.h>

#include <nvhe/spinlock.h>

struct kvm_cpu_context;
struct kvm_pgtable;
struct kvm_vcpu_fault_info;
struct devmed_region;

/**
 * enum devmed_answer - what becomes of an access
 * @DEVMED_FORWARD: the device answered it
 * @DEVMED_EMULATE: the backend answered it
 * @DEVMED_IGNORE: read as zero, write ignored
 * @DEVMED_FAULT: an abort is injected into the host
 * @DEVMED_REPEAT: the host makes the access again, since there is more to do
 *	than fits into one trap
 *
 * From DEVMED_FAULT on the instruction is not stepped over.
 */
enum devmed_answer {
	DEVMED_FORWARD,
	DEVMED_EMULATE,
	DEVMED_IGNORE,
	DEVMED_FAULT,
	DEVMED_REPEAT,
};

/**
 * struct devmed_access - a decoded load or store of the host
 * @offset: first byte, from the region's base
 * @value: what is written, or was read; no bit above @size is set
 * @size: in bytes: 1, 2, 4 or 8
 * @rt: the host's register, 31 for the zero register
 * @write: a store
 * @sign_extend: a load that copies the top bit upwards
 * @reg64: @sign_extend fills all of Xt, not just Wt
 */
struct devmed_access {
	u64 offset;
	u64 value;
	u8 size;
	u8 rt;
	bool write;
	bool sign_extend;
	bool reg64;
};

/**
 * struct devmed_reg - one register, or one array of equal registers
 * @offset: of the first, in bytes from the region's base
 * @count: how many
 * @stride: bytes from one to the next
 * @width: of each, in bytes: 4 or 8. One of 8 can be accessed by halves.
 * @rd: bits that a read returns
 * @wr: bits that a write changes; once an instance is published, the others
 *	reach neither handler nor device
 * @read: gives the whole register, or NULL to ask the device. Called with the
 *	region lock held, only once an instance is published. A register of 8
 *	bytes with a @write needs one, for a write to half of it.
 * @write: takes the whole register, masked, at the place where it takes
 *	effect, or NULL to give it to the device. Returns an errno to have the
 *	value ignored and counted, but -EAGAIN to have the access made again.
 *	Locks as @read.
 */
struct devmed_reg {
	u32 offset;
	u16 count;
	u16 stride;
	u8 width;
	u64 rd;
	u64 wr;
	u64 (*read)(struct devmed_region *region, void *instance,
		    unsigned int index);
	int (*write)(struct devmed_region *region, void *instance,
		     unsigned int index, u64 value);
};

#define DEVMED_REG(off, w, r, wr_, ...)					\
	{ .offset = (off), .count = 1, .stride = (w), .width = (w),	\
	  .rd = (r), .wr = (wr_), ##__VA_ARGS__ }
#define DEVMED_REGS(off, n, w, r, wr_, ...)				\
	{ .offset = (off), .count = (n), .stride = (w), .width = (w),	\
	  .rd = (r), .wr = (wr_), ##__VA_ARGS__ }

#define DEVMED_REG32_RO(off)	DEVMED_REG(off, 4, U32_MAX, 0)
#define DEVMED_REG32_WO(off)	DEVMED_REG(off, 4, 0, U32_MAX)
#define DEVMED_REG32_RW(off)	DEVMED_REG(off, 4, U32_MAX, U32_MAX)
#define DEVMED_REG64_RO(off)	DEVMED_REG(off, 8, U64_MAX, 0)
#define DEVMED_REG64_WO(off)	DEVMED_REG(off, 8, 0, U64_MAX)
#define DEVMED_REG64_RW(off)	DEVMED_REG(off, 8, U64_MAX, U64_MAX)

/**
 * struct devmed_regs - a register table
 * @regs: rows by ascending offset, not overlapping
 * @nr_regs: number of rows
 * @direct_reads: with DEVMED_REGION_DIRECT_READS, the bytes from the base that
 *	the host reads without a trap; whole pages of any size Linux supports
 * @index: for each word of the first DEVMED_INDEX_SIZE bytes, its row counted
 *	from 1, or 0 for a hole; NULL to search always
 * @start: builds an instance from what the host says of the device, which is
 *	still trusted, and publishes it. Called with devmed_setup_lock held, as
 *	are the next two.
 * @stop: undoes @start and every @adopt
 * @check: sees to it that the device is as EL2 left it, before an access is
 *	answered and when a CPU comes back after all were down; NULL if it cannot be
 *	otherwise. Called with the region lock held.
 * @adopt: takes over something that was live before @start
 * @suspend: the last CPU is about to ask firmware for a lower power state, and
 *	firmware may save the device's registers now, take its power and restore them
 *	later: leaves nothing in memory that the device would act on once more
 *	after that. Takes the region lock itself if there is something to do; NULL if
 *	nothing is read twice.
 * @resume: a CPU is back from such a state, and has not run the host yet: what
 *	the device's registers say now is firmware's word. Takes the region lock
 *	itself; NULL if @check does all.
 * @wake: a CPU is back from such a state while others ran, if devmed_watch_wakes()
 *	was called: the same for a device that belongs to that CPU, and goes with its
 *	power. Touches no other. NULL if there is nothing like that.
 *
 * An offset without a row reads as zero and ignores writes, for every table.
 * Both manuals define it so for reserved locations, and what is there beside
 * them is IMPLEMENTATION DEFINED: nothing EL2 could stand in for.
 */
struct devmed_regs {
	const struct devmed_reg *regs;
	unsigned int nr_regs;
	u32 direct_reads;
	u8 *index;
	int (*start)(struct devmed_region *region, u64 arg1, u64 arg2);
	void (*stop)(struct devmed_region *region);
	void (*check)(struct devmed_region *region, void *instance);
	int (*adopt)(struct devmed_region *region, u64 arg1, u64 arg2, u64 arg3);
	void (*suspend)(struct devmed_region *region, void *instance);
	void (*resume)(struct devmed_region *region, void *instance);
	void (*wake)(struct devmed_region *region, void *instance);
};

/* Registers that are used often are found here, in all devices known so far. */
#define DEVMED_INDEX_SIZE	SZ_1K
#define DEVMED_INDEX_WORDS	(DEVMED_INDEX_SIZE / sizeof(u32))

extern const struct devmed_regs devmed_its_regs;
extern const struct devmed_regs devmed_gicr_regs;
extern const struct devmed_regs devmed_gicr_vlpi_regs;
extern const struct devmed_regs devmed_gic_denied_regs;
extern const struct devmed_regs devmed_smmuv3_regs;
extern const struct devmed_regs devmed_smmuv3_page_regs;

/**
 * struct devmed_region - physical registers that the host reaches by traps
 * @base: first byte. Constant after registration, as are the next five.
 * @size: in bytes, whole pages
 * @mmio: @base in the hyp address space, device memory
 * @regs: its register table
 * @doorbell: offset of the one page that devices may write, 0 for none
 * @flags: DEVMED_REGION_*
 * @lock: one emulated access at a time
 * @instance: the backend's, NULL to forward. Written with @lock held and a
 *	store-release, see devmed_publish(); read with a load-acquire.
 * @counters: by enum devmed_counter, any CPU at any time
 */
struct devmed_region {
	u64 base;
	u64 size;
	void __iomem *mmio;
	const struct devmed_regs *regs;
	u32 doorbell;
	u32 flags;
	hyp_spinlock_t lock;
	void *instance;
	atomic64_t counters[DEVMED_NR_COUNTERS];
};

/* region.c */
int devmed_register(u64 class, u64 base, u64 size, u64 flags);
int devmed_unregister(u64 id);
struct devmed_region *devmed_search_region(u64 ipa);
struct devmed_region *devmed_next_region(u64 addr);
struct devmed_region *devmed_get_region(u64 id);
bool devmed_is_translater(u64 addr);
int devmed_set_policy(bool require, u64 unregistered);
int devmed_read_counter(u64 id, u64 counter, u64 *value);
extern struct devmed_region *devmed_last_region;
extern atomic64_t devmed_unresolved;
extern hyp_spinlock_t devmed_setup_lock;

/* instance.c */
int devmed_start(u64 id, u64 arg1, u64 arg2);
int devmed_stop(u64 id);
int devmed_adopt(u64 id, u64 arg1, u64 arg2, u64 arg3);
int devmed_publish(struct devmed_region *region, void *instance);
void devmed_withdraw(struct devmed_region *region);
void devmed_watch_wakes(void);
extern bool devmed_trust_ended;

/**
 * devmed_finalized - is the trusted phase over?
 *
 * The static key of protected mode does not tell: it is flipped a little
 * earlier, and devices are handed over in between.
 *
 * Context: Any.
 * Return: true once any CPU has lost its privileges.
 */
static inline bool devmed_finalized(void)
{
	/* Pairs with smp_store_release() in devmed_finalize(). */
	return smp_load_acquire(&devmed_trust_ended);
}

static inline void devmed_count(struct devmed_region *region,
				enum devmed_counter counter)
{
	atomic64_inc(&region->counters[counter]);
}

static inline void devmed_count_many(struct devmed_region *region,
				     enum devmed_counter counter, u64 n)
{
	atomic64_add(n, &region->counters[counter]);
}

/* abort.c */
extern atomic64_t devmed_aborts;

/* decode.c; the rest of decoding is in <nvhe/devmed_trap.h> */
int devmed_refuse_syndrome(const struct devmed_region *region, u64 esr);

/* reg.c; the rest of it is in <nvhe/devmed_trap.h> */
int devmed_check_regs(const struct devmed_regs *regs);
void devmed_index_regs(const struct devmed_regs *regs);
unsigned int devmed_search_reg(const struct devmed_regs *regs, u64 offset);
enum devmed_counter devmed_refuse_reg(const struct devmed_reg *reg, u8 size);

/* mem.c */
int devmed_donate_mmio(u64 base, u64 size, u32 direct_reads, void __iomem **va);
int devmed_return_mmio(u64 base, u64 size, void __iomem *va);
int devmed_pin(u64 phys, u64 size);
int devmed_unpin(u64 phys, u64 size);
u64 devmed_pinned(void);
int devmed_copy_from_host(void *dst, u64 phys, size_t size);
int devmed_copy_for_device(void *dst, u64 phys, size_t size, bool coherent);

/* pool.c */
bool devmed_is_reachable(u64 phys, u64 size);
int devmed_limit_reach(u64 end);
int devmed_pool_init(u64 pfn, u64 nr_pages);
int devmed_pool_topup(u64 pfn, u64 order);
int devmed_pool_blocks(u64 order, u64 most);
void *devmed_pool_alloc(u8 order);
void devmed_pool_free(void *addr, u8 order);
u64 devmed_pool_counter(enum devmed_global_counter counter);

/* What the rest of the hypervisor calls; all of it forwards to stock without DEVMED. */
#ifdef CONFIG_DEVMED
bool devmed_handle_host_abort(struct kvm_cpu_context *host_ctxt, u64 esr,
			      struct kvm_vcpu_fault_info *fault);
int devmed_unmap_hole(struct kvm_pgtable *pgt, u64 start, u64 end);
void devmed_clamp_range(u64 addr, u64 *start, u64 *end);
bool devmed_allows_protected_vm(void);
void devmed_finalize(void);
void devmed_suspend(void);
void devmed_suspend_all(void);
void devmed_resume(void);
bool devmed_fix_abort(void);
void handle___devmed_setup(struct kvm_cpu_context *host_ctxt);
void handle___devmed_call(struct kvm_cpu_context *host_ctxt);
/*
 * __devmed_setup lies below the number from which an untrusted host may call, but
 * the ITSs are handed over once the dispatcher goes by that: see devmed_finalized().
 */
#define devmed_may_set_up(id)						\
	((id) == __KVM_HOST_SMCCC_FUNC___devmed_setup && !devmed_finalized())
#else
static inline bool devmed_handle_host_abort(struct kvm_cpu_context *host_ctxt,
					    u64 esr,
					    struct kvm_vcpu_fault_info *fault)
{
	return false;
}

static inline void devmed_clamp_range(u64 addr, u64 *start, u64 *end) { }
static inline bool devmed_allows_protected_vm(void) { return true; }
static inline void devmed_finalize(void) { }
static inline void devmed_suspend(void) { }
static inline void devmed_suspend_all(void) { }
static inline void devmed_resume(void) { }
static inline bool devmed_fix_abort(void) { return false; }
static inline bool devmed_may_set_up(unsigned long id) { return false; }
#define devmed_unmap_hole(pgt, start, end)				\
	kvm_pgtable_stage2_unmap(pgt, start, (end) - (start))
#endif

/* owner.c: what mem_protect.c calls when a page changes hands, and hypercalls. */
#ifdef CONFIG_DEVMED_SMMUV3
int devmed_owner_take(u64 phys, u64 size);
void devmed_owner_give(u64 phys, u64 size);
int devmed_owner_withdraw(u64 pfn, u64 order);
int devmed_owner_restore(u64 pfn, u64 order);
#else
static inline int devmed_owner_withdraw(u64 pfn, u64 order) { return -ENODEV; }
static inline int devmed_owner_restore(u64 pfn, u64 order) { return -ENODEV; }
static inline int devmed_owner_take(u64 phys, u64 size) { return 0; }
static inline void devmed_owner_give(u64 phys, u64 size) { }
#endif

#endif /* __ARM64_KVM_NVHE_DEVMED_H__ */
