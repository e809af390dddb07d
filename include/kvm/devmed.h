/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devmed: what the host kernel and the hypervisor agree on.
 *
 * Everything here is compiled on both sides of the EL1/EL2 boundary. Nothing
 * that EL2 reads after finalize is read from memory that the host can write:
 * arguments travel in registers.
 */
#ifndef __KVM_DEVMED_H
#define __KVM_DEVMED_H

#include <linux/types.h>

/*
 * Regions that EL2 can mediate: up to two for each redistributor. A system with
 * more of them is not mediated.
 */
#define DEVMED_MAX_REGIONS	(64 + 2 * CONFIG_NR_CPUS)

/* In place of a region: counters that belong to no region. */
#define DEVMED_GLOBAL		U32_MAX

/**
 * enum devmed_class - which register table answers for a region
 * @DEVMED_CLASS_ITS: a GICv3/v4 ITS, its frames from GITS_CTLR on
 * @DEVMED_CLASS_GICR: RD_base, a redistributor's frame for the CPU and its LPIs
 * @DEVMED_CLASS_GICR_VLPI: VLPI_base, its frame for virtual LPIs
 * @DEVMED_CLASS_SMMUV3: an SMMUv3, register pages 0 and 1
 * @DEVMED_CLASS_SMMUV3_PAGE: registers beside those pages: performance monitors, TBUs
 * @DEVMED_CLASS_ITS_DENIED: the frames of an ITS that no driver uses
 * @DEVMED_CLASS_GICR_DENIED: all frames of a redistributor whose CPU never came up
 * @DEVMED_NR_CLASSES: number of the above
 */
enum devmed_class {
	DEVMED_CLASS_ITS,
	DEVMED_CLASS_GICR,
	DEVMED_CLASS_GICR_VLPI,
	DEVMED_CLASS_SMMUV3,
	DEVMED_CLASS_SMMUV3_PAGE,
	DEVMED_CLASS_ITS_DENIED,
	DEVMED_CLASS_GICR_DENIED,
	DEVMED_NR_CLASSES
};

/* The host may read the leading pages that the register table allows. */
#define DEVMED_REGION_DIRECT_READS	BIT(0)

/**
 * enum devmed_setup_op - first argument of __devmed_setup (trusted phase only)
 * @DEVMED_SETUP_REGISTER: class, base, size, flags; returns the region
 * @DEVMED_SETUP_UNREGISTER: region
 * @DEVMED_SETUP_POOL: pfn, number of pages; more of them by further calls
 * @DEVMED_SETUP_START: region, two arguments of its class's: let the backend
 *	answer for it. Of an ITS: the host's new ring; end of the memory that it
 *	reaches, 0 if that is all. Of a denied frame: GICR_TYPER and GICR_PIDR2, as
 *	the host has read them and may read them on
 * @DEVMED_SETUP_STOP: region: undo the above
 * @DEVMED_SETUP_ADOPT: region, and three arguments of its class's: something of
 *	the device that was live before. Of an SMMUv3, after DEVMED_SETUP_DMA:
 *	DEVMED_SMMUV3_STALE or 0; its streams. The region is forwarded if it fails.
 * @DEVMED_SETUP_DMA: end of all that devices may have to reach, exclusive, 0 if
 *	not known: build the stage-2 that DMA sees, once all SMMUs are started
 * @DEVMED_SETUP_POLICY: 1 to refuse protected guests until every device is
 *	mediated; number of devices that could not be registered, and of options and
 *	tables that were not understood. Until then all protected guests are refused
 */
enum devmed_setup_op {
	DEVMED_SETUP_REGISTER,
	DEVMED_SETUP_UNREGISTER,
	DEVMED_SETUP_POOL,
	DEVMED_SETUP_START,
	DEVMED_SETUP_STOP,
	DEVMED_SETUP_ADOPT,
	DEVMED_SETUP_DMA,
	DEVMED_SETUP_POLICY,
};

/*
 * DEVMED_SETUP_START of an SMMUv3: what the firmware says. It is coherent; it
 * sends no MSIs for its own events, so that EL2 can offer them for CMD_SYNC. And
 * what the command line promises: an SMMU whose registers cannot be read has lost
 * all that it knew, and none of its TBUs translates.
 */
#define DEVMED_SMMUV3_COHERENT	BIT(0)
#define DEVMED_SMMUV3_WIRED	BIT(1)
#define DEVMED_SMMUV3_OFF_RESETS	BIT(2)

/*
 * DEVMED_SETUP_ADOPT of an SMMUv3: if it is enabled, its streams are those of a
 * kernel that crashed. Their addresses mean nothing any more, so they abort.
 */
#define DEVMED_SMMUV3_STALE	BIT(0)

/*
 * StreamIDs that EL2 offers at most, in bits, with a table of two levels and of one:
 * a table has a bounded size.
 */
#define DEVMED_SMMUV3_SID_BITS		24
#define DEVMED_SMMUV3_LINEAR_BITS	14

/*
 * Address bits that the DMA stage-2 has at least, if the SMMUs have them: as many
 * as there are without another level, be it with pages of 4 KiB or 64 KiB.
 */
#define DEVMED_DMA_MIN_BITS	42

/**
 * enum devmed_smmuv3_refusal - why EL2 does not mediate an SMMUv3
 * @DEVMED_SMMUV3_PRESET: its tables or queues are fixed by the implementation
 * @DEVMED_SMMUV3_ECMDQ: it has Enhanced Command queues
 * @DEVMED_SMMUV3_STAGES: it has no stage 2, or does not nest it
 * @DEVMED_SMMUV3_ERRATUM: an erratum affects nesting
 * @DEVMED_SMMUV3_ENDIAN: its tables are big-endian
 * @DEVMED_SMMUV3_QUEUES: its command queue is too small
 * @DEVMED_SMMUV3_FRAMES: it has no register page 1
 * @DEVMED_SMMUV3_STUCK: it does not answer
 * @DEVMED_SMMUV3_NR_REFUSALS: one more than the last of the above
 *
 * DEVMED_SETUP_START returns one of these, an errno, or 0.
 */
enum devmed_smmuv3_refusal {
	DEVMED_SMMUV3_PRESET = 1,
	DEVMED_SMMUV3_ECMDQ,
	DEVMED_SMMUV3_STAGES,
	DEVMED_SMMUV3_ERRATUM,
	DEVMED_SMMUV3_ENDIAN,
	DEVMED_SMMUV3_QUEUES,
	DEVMED_SMMUV3_FRAMES,
	DEVMED_SMMUV3_STUCK,
	DEVMED_SMMUV3_NR_REFUSALS
};

/**
 * enum devmed_call_op - first argument of __devmed_call (after finalize)
 * @DEVMED_CALL_READ_COUNTER: region, counter; the value in a2
 * @DEVMED_CALL_POOL_TOPUP: pfn, order: contiguous pages to donate. EL2 takes a
 *	piece and answers how many pages are left for the next calls; those that it
 *	has taken it keeps, whatever the next call answers.
 * @DEVMED_CALL_POOL_BLOCKS: order, most: how many blocks of that order there are
 *	for the next requests, if that is less than the most
 * @DEVMED_CALL_DMA_WITHDRAW: pfn, order: a naturally aligned block of memory, of
 *	which devices are not to reach what the host owns any more
 * @DEVMED_CALL_DMA_RESTORE: pfn, order: of which they are to reach that again
 */
enum devmed_call_op {
	DEVMED_CALL_READ_COUNTER,
	DEVMED_CALL_POOL_TOPUP,
	DEVMED_CALL_POOL_BLOCKS,
	DEVMED_CALL_DMA_WITHDRAW,
	DEVMED_CALL_DMA_RESTORE,
};

/* The largest block of DEVMED_CALL_DMA_*: EL2 goes through it page by page. */
#define DEVMED_BLOCK_MAX_ORDER		9

/* What DEVMED_CALL_POOL_BLOCKS counts to. */
#define DEVMED_POOL_MOST		256

/**
 * enum devmed_counter - what is counted for each region
 * @DEVMED_READS: reads that were answered, by the device or by EL2
 * @DEVMED_WRITES: writes that were answered, by the device or by EL2
 * @DEVMED_CMD_PASSED: commands that hardware got as the host wrote them, but for
 *	reserved bits
 * @DEVMED_CMD_REWRITTEN: commands that hardware got with other operands
 * @DEVMED_REARMED: times that EL2 found the device reset, and set it up again
 * @DEVMED_REFUSED_SYNDROME: abort injected, ESR_EL2.ISV was 0
 * @DEVMED_REFUSED_WALK: abort injected, a stage-1 table walk ended here
 * @DEVMED_REFUSED_CACHE_OP: abort injected, cache maintenance
 * @DEVMED_REFUSED_CLASS: abort injected, a fault that the region did not ask for
 * @DEVMED_REFUSED_FETCH: abort injected, instruction fetch
 * @DEVMED_REFUSED_EL0: abort injected, access from EL0
 * @DEVMED_REFUSED_ENDIAN: abort injected, big-endian access
 * @DEVMED_REFUSED_WIDTH: abort injected, width the register does not support
 * @DEVMED_REFUSED_UNALIGNED: alignment fault injected
 * @DEVMED_REFUSED_BOUNDS: abort injected, access runs over the region's end
 * @DEVMED_REFUSED_HOLE: no such register: read as zero, write ignored
 * @DEVMED_REFUSED_DIRECTION: read of a write-only register as zero, or write
 *	of a read-only one ignored
 * @DEVMED_REFUSED_HANDLER: a backend refused the value
 * @DEVMED_REFUSED_ABORTED: abort injected, the device answered EL2's access with one
 * @DEVMED_CMD_OPCODE: command refused, no such opcode or not for the host
 * @DEVMED_CMD_DEVICE: command refused, DeviceID out of range or not mapped
 * @DEVMED_CMD_EVENT: command refused, EventID or their number out of range
 * @DEVMED_CMD_INTID: command refused, not an LPI of this system
 * @DEVMED_CMD_COLLECTION: command refused, ICID out of range
 * @DEVMED_CMD_TARGET: command refused, no such redistributor
 * @DEVMED_CMD_MEMORY: command refused, EL2 has no pages for it
 * @DEVMED_CMD_VPE: command refused, vPEID out of range, not mapped, or mapped
 *	with something else
 * @DEVMED_CMD_ADDRESS: command refused, not the host's memory, or in use
 * @DEVMED_NR_COUNTERS: number of the above
 */
enum devmed_counter {
	DEVMED_READS,
	DEVMED_WRITES,
	DEVMED_CMD_PASSED,
	DEVMED_CMD_REWRITTEN,
	DEVMED_REARMED,
	DEVMED_REFUSED_SYNDROME,
	DEVMED_REFUSED_WALK,
	DEVMED_REFUSED_CACHE_OP,
	DEVMED_REFUSED_CLASS,
	DEVMED_REFUSED_FETCH,
	DEVMED_REFUSED_EL0,
	DEVMED_REFUSED_ENDIAN,
	DEVMED_REFUSED_WIDTH,
	DEVMED_REFUSED_UNALIGNED,
	DEVMED_REFUSED_BOUNDS,
	DEVMED_REFUSED_HOLE,
	DEVMED_REFUSED_DIRECTION,
	DEVMED_REFUSED_HANDLER,
	DEVMED_REFUSED_ABORTED,
	DEVMED_CMD_OPCODE,
	DEVMED_CMD_DEVICE,
	DEVMED_CMD_EVENT,
	DEVMED_CMD_INTID,
	DEVMED_CMD_COLLECTION,
	DEVMED_CMD_TARGET,
	DEVMED_CMD_MEMORY,
	DEVMED_CMD_VPE,
	DEVMED_CMD_ADDRESS,
	DEVMED_NR_COUNTERS
};

/**
 * enum devmed_global_counter - what is counted once, region DEVMED_GLOBAL
 * @DEVMED_POOL_FREE: pages in the pool now
 * @DEVMED_POOL_LOW: the fewest that ever were
 * @DEVMED_POOL_FAILED: allocations that found it empty
 * @DEVMED_POOL_SIZE: pages that it was given
 * @DEVMED_UNRESOLVED: aborts injected because no address could be found
 * @DEVMED_ABORTS: accesses of EL2's own that a device answered with an abort
 * @DEVMED_PINNED: pages of the host's that devices use now, and it has to keep
 * @DEVMED_GUESTS_REFUSED: 1 if the policy allows no protected guest now, else 0
 * @DEVMED_DMA_TABLES: pages of the DMA stage-2 now
 * @DEVMED_DMA_REFUSED: changes of ownership that it refused
 * @DEVMED_DMA_LOST: pages of the host's that it has no room for
 * @DEVMED_DMA_INVALIDATIONS: times that the SMMUs had to forget part of it
 * @DEVMED_NR_GLOBAL_COUNTERS: number of the above
 */
enum devmed_global_counter {
	DEVMED_POOL_FREE,
	DEVMED_POOL_LOW,
	DEVMED_POOL_FAILED,
	DEVMED_POOL_SIZE,
	DEVMED_UNRESOLVED,
	DEVMED_ABORTS,
	DEVMED_PINNED,
	DEVMED_GUESTS_REFUSED,
	DEVMED_DMA_TABLES,
	DEVMED_DMA_REFUSED,
	DEVMED_DMA_LOST,
	DEVMED_DMA_INVALIDATIONS,
	DEVMED_NR_GLOBAL_COUNTERS
};

#ifndef __KVM_NVHE_HYPERVISOR__
#include <linux/smp.h>

#ifdef CONFIG_DEVMED
const char *devmed_counter_name(unsigned int counter);
void devmed_host_setup(void);
void devmed_host_finalize(smp_call_func_t finalize, void *arg);
bool devmed_defer_probe(enum devmed_class class);
int devmed_read_counter(u32 region, unsigned int counter, u64 *value);
int devmed_pool_topup(unsigned int nr_pages);
void devmed_prepare_donations(void);
bool devmed_refill_pool(int err);
#else
static inline void devmed_host_setup(void) { }
#define devmed_host_finalize(finalize, arg)	on_each_cpu(finalize, arg, 1)
static inline bool devmed_defer_probe(enum devmed_class class) { return false; }
static inline void devmed_prepare_donations(void) { }
static inline bool devmed_refill_pool(int err) { return false; }
#endif

/* drivers/devmed/guest.c: what KVM and GUP call; smmuv3/smmu-wake.c: the SMMU driver. */
struct folio;
struct kvm_memory_slot;
struct page;

#ifdef CONFIG_DEVMED_SMMUV3
#include <linux/jump_label.h>

DECLARE_STATIC_KEY_FALSE(devmed_follows_pins);
long devmed_pin_guest_page(const struct kvm_memory_slot *slot, unsigned long hva,
			   unsigned int gup_flags, struct page **page);
void devmed_unpin_guest_page(struct page *page, bool dirty);
void __devmed_note_pin(struct folio *folio);
void devmed_prepare_streams(unsigned int count);

/**
 * devmed_note_pin - somebody has pinned pages of a folio, maybe for DMA
 * @folio: has a pincount, which includes the new pins
 *
 * Have it within reach of devices, if KVM has withdrawn it.
 *
 * Context: Any but NMI.
 */
static inline void devmed_note_pin(struct folio *folio)
{
	if (static_branch_unlikely(&devmed_follows_pins))
		__devmed_note_pin(folio);
}
#else
#include <linux/mm.h>

static inline long devmed_pin_guest_page(const struct kvm_memory_slot *slot,
					 unsigned long hva, unsigned int gup_flags,
					 struct page **page)
{
	return pin_user_pages(hva, 1, gup_flags, page);
}

static inline void devmed_unpin_guest_page(struct page *page, bool dirty)
{
	unpin_user_pages_dirty_lock(&page, 1, dirty);
}

static inline void devmed_note_pin(struct folio *folio) { }
static inline void devmed_prepare_streams(unsigned int count) { }
#endif
#endif

#endif /* __KVM_DEVMED_H */
