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
 * devmed_wait_until - wait until a device is done, or for so long
 * @cond: evaluated again and again, at least once after the time is over
 * @usecs: microseconds to wait
 *
 * Context: Any. Spins without WFE: no event need ever come.
 * Return: @cond as it was last.
 */
#define devmed_wait_until(cond, usecs)					\
({									\
	bool __done, __late = false;					\
	u64 __deadline = 0;						\
									\
	for (;;) {							\
		__done = (cond);					\
		if (likely(__done) || __late)				\
			break;						\
		if (!__deadline)					\
			__deadline = devmed_deadline(usecs);		\
		cpu_relax();						\
		__late = devmed_is_past(__deadline);	\
	}								\
									\
	__done;								\
})

#endif /* __ARM64_KVM_NVHE_DEVMED_WAIT_H__ */
