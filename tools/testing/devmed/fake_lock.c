// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks that check their order, from the drawing in nvhe/devmed.h.
 */
#include "fake.h"
#include "harness.h"

#define FAKE_MAX_HELD	8

static const char * const fake_lock_order[] = {
	"devmed_setup_lock",
	"&region->lock",
	"gicr_config_lock",
	"its_hold_lock",
	"devmed_topup_lock",
	"host_mmu.lock",
	"pkvm_pgd_lock",
	"devmed_pool_lock",
	"&pool->lock",
	"&smmu->queue_lock",
};

static __thread hyp_spinlock_t *held[FAKE_MAX_HELD];
static __thread unsigned int nr_held;
static __thread bool in_other_cpu;
void (*fake_other_cpu)(void);
void (*fake_on_lock)(void);
unsigned int fake_cpu;
void (*fake_on_unlock)(void);

static int fake_rank(const hyp_spinlock_t *lock)
{
	int rank;

	for (rank = 0; rank < (int)ARRAY_SIZE(fake_lock_order); rank++) {
		if (lock->name && !strcmp(lock->name, fake_lock_order[rank]))
			return rank;
	}

	fake_bug("a lock that has no place in the order", __FILE__, __LINE__);
}

void hyp_spin_lock(hyp_spinlock_t *lock)
{
	int rank = fake_rank(lock);
	unsigned int i;

	for (i = 0; i < nr_held; i++) {
		if (fake_rank(held[i]) >= rank)
			fake_bug("lock order", __FILE__, __LINE__);
	}
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		;
	held[nr_held++] = lock;
	if (fake_on_lock)
		fake_on_lock();
}

/* The other CPU holds none of the locks of this one, and must not take them. */
static void run_other_cpu(void (*other)(void))
{
	unsigned int mine = nr_held;
	hyp_spinlock_t *locks[FAKE_MAX_HELD];

	memcpy(locks, held, sizeof(held));
	nr_held = 0;
	in_other_cpu = true;
	other();
	in_other_cpu = false;
	nr_held = mine;
	memcpy(held, locks, sizeof(held));
}

void hyp_spin_unlock(hyp_spinlock_t *lock)
{
	if (!nr_held || held[nr_held - 1] != lock)
		fake_bug("unlock of a lock that is not the last taken",
			 __FILE__, __LINE__);
	nr_held--;
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);

	if (fake_on_unlock && !in_other_cpu)
		run_other_cpu(fake_on_unlock);
	if (!nr_held && fake_other_cpu && !in_other_cpu) {
		in_other_cpu = true;
		fake_other_cpu();
		in_other_cpu = false;
	}
}

void hyp_assert_lock_held(hyp_spinlock_t *lock)
{
	unsigned int i;

	for (i = 0; i < nr_held; i++) {
		if (held[i] == lock)
			return;
	}

	fake_bug("called without its lock", __FILE__, __LINE__);
}

bool fake_holds(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_held; i++) {
		if (!strcmp(held[i]->name, name))
			return true;
	}

	return false;
}

unsigned int fake_nr_held(void)
{
	return nr_held;
}
