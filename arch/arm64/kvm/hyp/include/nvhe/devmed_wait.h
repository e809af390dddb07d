/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for a device at EL2: bounded by the clock, since nothing else runs on
 * this CPU meanwhile and the device may never answer.
 */
#ifndef __ARM64_KVM_NVHE_DEVMED_WAIT_H__
#define __ARM64_KVM_NVHE_DEVMED_WAIT_H__

#include <linux/processor.h>
#include <linux/types.h>

#include <asm/arch_timer.h>
#include <asm/sysreg.h>

/* The physical counter: the virtual one may have an offset of a guest's. */
static inline u64 devmed_deadline(u32 usecs)
{
	return __arch_counter_get_cntpct() +
	       (u64)usecs * read_sysreg(cntfrq_el0) / 1000000;
}

/* Is it later than what devmed_deadline() gave? */
static inline bool devmed_is_past(u64 deadline)
{
	return __arch_counter_get_cntpct() > deadline;
}

/**
 * struct devmed_limit - how long all waits of an operation may take together
 * @usecs: microseconds, from the first look in vain on
 * @end: count of the physical counter, 0 before that
 */
struct devmed_limit {
	u32 usecs;
	u64 end;
};

/**
 * devmed_wait_within - wait until a device is done, or an operation took too long
 * @cond: evaluated again and again, at least once after the time is over
 * @limit: of the operation, a pointer
 *
 * Context: Any. Spins without WFE: no event need ever come.
 * Return: @cond as it was last.
 */
#define devmed_wait_within(cond, limit)					\
({									\
	struct devmed_limit *__limit = (limit);				\
	bool __done, __late = false;					\
									\
	for (;;) {							\
		__done = (cond);					\
		if (likely(__done) || __late)				\
			break;						\
		if (!__limit->end)					\
			__limit->end = devmed_deadline(__limit->usecs);	\
		cpu_relax();						\
		__late = devmed_is_past(__limit->end);			\
	}								\
									\
	__done;								\
})

/* As devmed_wait_within(), for a wait that is an operation of its own. */
#define devmed_wait_until(cond, usecs_to_wait)				\
({									\
	struct devmed_limit __own = { .usecs = (usecs_to_wait) };	\
									\
	devmed_wait_within(cond, &__own);				\
})

#endif /* __ARM64_KVM_NVHE_DEVMED_WAIT_H__ */
