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

/* Regions that EL2 can mediate. A system with more of them is not mediated. */
#define DEVMED_MAX_REGIONS	64

/* In place of a region: counters that belong to no region. */
#define DEVMED_GLOBAL		U32_MAX

/**
 * enum devmed_class - which register table answers for a region
 * @DEVMED_CLASS_ITS: a GICv3/v4 ITS, its frames from GITS_CTLR on
 * @DEVMED_CLASS_SMMUV3: an SMMUv3, register pages 0 and 1
 * @DEVMED_NR_CLASSES: number of the above
 */
enum devmed_class {
	DEVMED_CLASS_ITS,
	DEVMED_CLASS_SMMUV3,
	DEVMED_NR_CLASSES
};

/* The host may read the leading pages that the register table allows. */
#define DEVMED_REGION_DIRECT_READS	BIT(0)

/**
 * enum devmed_setup_op - first argument of __devmed_setup (trusted phase only)
 * @DEVMED_SETUP_REGISTER: class, base, size, flags; returns the region
 * @DEVMED_SETUP_UNREGISTER: region
 * @DEVMED_SETUP_POOL: pfn, number of pages
 * @DEVMED_SETUP_POLICY: 1 to refuse protected guests until every device is
 *	mediated, number of devices that could not be registered
 */
enum devmed_setup_op {
	DEVMED_SETUP_REGISTER,
	DEVMED_SETUP_UNREGISTER,
	DEVMED_SETUP_POOL,
	DEVMED_SETUP_POLICY,
};

/**
 * enum devmed_call_op - first argument of __devmed_call (after finalize)
 * @DEVMED_CALL_READ_COUNTER: region, counter; the value in a2
 * @DEVMED_CALL_POOL_TOPUP: pfn of one page to donate
 */
enum devmed_call_op {
	DEVMED_CALL_READ_COUNTER,
	DEVMED_CALL_POOL_TOPUP,
};

/**
 * enum devmed_counter - what is counted for each region
 * @DEVMED_READS: reads that were answered, by the device or by EL2
 * @DEVMED_WRITES: writes that were answered, by the device or by EL2
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
 * @DEVMED_NR_COUNTERS: number of the above
 */
enum devmed_counter {
	DEVMED_READS,
	DEVMED_WRITES,
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
	DEVMED_NR_COUNTERS
};

/**
 * enum devmed_global_counter - what is counted once, region DEVMED_GLOBAL
 * @DEVMED_POOL_FREE: pages in the pool now
 * @DEVMED_POOL_LOW: the fewest that ever were
 * @DEVMED_POOL_FAILED: allocations that found it empty
 * @DEVMED_UNRESOLVED: aborts injected because no address could be found
 * @DEVMED_NR_GLOBAL_COUNTERS: number of the above
 */
enum devmed_global_counter {
	DEVMED_POOL_FREE,
	DEVMED_POOL_LOW,
	DEVMED_POOL_FAILED,
	DEVMED_UNRESOLVED,
	DEVMED_NR_GLOBAL_COUNTERS
};

#ifndef __KVM_NVHE_HYPERVISOR__
#ifdef CONFIG_DEVMED
const char *devmed_counter_name(unsigned int counter);
void devmed_host_setup(void);
bool devmed_defer_probe(enum devmed_class class);
int devmed_read_counter(u32 region, unsigned int counter, u64 *value);
int devmed_pool_topup(unsigned int nr_pages);
#else
static inline void devmed_host_setup(void) { }
static inline bool devmed_defer_probe(enum devmed_class class) { return false; }
#endif
#endif

#endif /* __KVM_DEVMED_H */
