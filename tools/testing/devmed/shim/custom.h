/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Custom: what behaves differently on purpose, so that tests can watch it.
 */
#ifndef DEVMED_CUSTOM_H
#define DEVMED_CUSTOM_H

#include <linux/types.h>

/* Every READ_ONCE() tells the tests where it read, once it has. */
void fake_read_once(const volatile void *addr, size_t size);

#undef READ_ONCE
#define READ_ONCE(x)							\
({									\
	const volatile typeof(x) *__from = &(x);			\
	typeof(x) __once = *__from;					\
									\
	fake_read_once(__from, sizeof(x));				\
	__once;								\
})

/* And every WRITE_ONCE() where it wrote. */
void fake_write_once(volatile void *addr, size_t size);

#undef WRITE_ONCE
#define WRITE_ONCE(x, val)						\
do {									\
	volatile typeof(x) *__to = &(x);				\
									\
	*__to = (val);							\
	fake_write_once(__to, sizeof(x));				\
} while (0)

typedef struct {
	u64 counter;
} atomic64_t;

#define atomic64_inc(v)		__atomic_fetch_add(&(v)->counter, 1, __ATOMIC_RELAXED)
#define atomic64_inc_return(v)	__atomic_add_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST)
#define atomic64_dec_return(v)	__atomic_sub_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST)
#define atomic64_add(n, v)	__atomic_fetch_add(&(v)->counter, n, __ATOMIC_RELAXED)
#define atomic64_read(v)	__atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)

/* Variables that a CPU has to itself: those of the CPU that the test says runs. */
#define FAKE_NR_CPUS		4
extern unsigned int fake_cpu;
#define DEFINE_PER_CPU(type, name)	type name[FAKE_NR_CPUS]
#define this_cpu_ptr(p)		(&(*(p))[fake_cpu])

#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

/* A store of what is there already makes a line dirty, too. */
void *fake_memset(void *addr, int byte, size_t size);
#define memset(addr, byte, size)	fake_memset(addr, byte, size)

void fake_barrier(void);
#define dma_wmb()		fake_barrier()

/* Locks know their name, and so their place in the order of nvhe/devmed.h. */
typedef struct {
	const char *name;
	unsigned int held;
} hyp_spinlock_t;

#define DEFINE_HYP_SPINLOCK(x)	hyp_spinlock_t x = { .name = #x }
#define hyp_spin_lock_init(l)	(*(l) = (hyp_spinlock_t) { .name = #l })
void hyp_spin_lock(hyp_spinlock_t *lock);
void hyp_spin_unlock(hyp_spinlock_t *lock);
void hyp_assert_lock_held(hyp_spinlock_t *lock);

extern bool kvm_protected_mode_initialized;
#define static_branch_unlikely(key)	(*(key))
#define static_branch_likely(key)	(*(key))

#endif /* DEVMED_CUSTOM_H */
