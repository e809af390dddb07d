// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every step of every operation that can fail does, alone, with all that follow,
 * and with all but a few: whatever it was, ownership is as before, and the next
 * try succeeds.
 */
#include "fake.h"
#include "harness.h"
#include "idmap_setup.h"

#define MMIO	0x08080000ULL
#define PAGES	5
#define MAX_STEPS	200

static void *va;
static void *page;

struct operation {
	int (*prepare)(void);
	int (*run)(void);
	/* Steps that it has at least, so that the sweep is not empty. */
	unsigned int steps;
};

static int donate(void)
{
	return devmed_donate_mmio(MMIO, PAGES * PAGE_SIZE, 2 * PAGE_SIZE, &va);
}

static int return_mmio(void)
{
	return devmed_return_mmio(MMIO, PAGES * PAGE_SIZE, va);
}

static int do_register(void)
{
	int id = devmed_register(DEVMED_CLASS_ITS, MMIO, SZ_128K,
				 DEVMED_REGION_DIRECT_READS);

	return id < 0 ? id : 0;
}

static int do_unregister(void)
{
	return devmed_unregister(0);
}

static int pin(void)
{
	return devmed_pin(FAKE_MEM_BASE, PAGES * PAGE_SIZE);
}

static int unpin(void)
{
	return devmed_unpin(FAKE_MEM_BASE, PAGES * PAGE_SIZE);
}

static int pool_init(void)
{
	return devmed_pool_init(FAKE_MEM_BASE >> PAGE_SHIFT, PAGES);
}

static int pool_topup(void)
{
	return devmed_pool_topup((FAKE_MEM_BASE >> PAGE_SHIFT) + PAGES, 0);
}

static int pool_alloc(void)
{
	page = devmed_pool_alloc(0);
	return page ? 0 : -ENOMEM;
}

static int copy(void)
{
	static u64 buffer[PAGES * 512];

	return devmed_copy_from_host(buffer, FAKE_MEM_BASE, sizeof(buffer));
}

/* A block that has been split before, so that no table stays of an attempt. */
#define BLOCK	0x80200000ULL

static struct fake_dma dma;

static int withdraw_prepare(void)
{
	idmap_pool(32);
	fake_add_memory(0x80000000ULL, 4 * SZ_2M, MEMBLOCK_NONE);
	idmap_begin(&dma, 40, 1, true);

	return devmed_owner_withdraw(BLOCK >> PAGE_SHIFT, 9) ?:
	       devmed_owner_restore(BLOCK >> PAGE_SHIFT, 9);
}

/* All of the block is as it was, or all is gone. */
static int withdraw(void)
{
	int ret = devmed_owner_withdraw(BLOCK >> PAGE_SHIFT, 9);
	u64 addr;

	for (addr = BLOCK; addr < BLOCK + SZ_2M; addr += PAGE_SIZE)
		ASSERT_EQ(fake_dma_look(addr, &(s8){ 0 }),
			  ret ? FAKE_DMA_MEMORY : 0);

	return ret;
}

static int restore_prepare(void)
{
	return withdraw_prepare() ?: withdraw();
}

static int restore(void)
{
	return devmed_owner_restore(BLOCK >> PAGE_SHIFT, 9);
}

struct attempt {
	const struct operation *operation;
	unsigned int nth;
	unsigned int again;
	bool *more;
};

static void attempt(void *arg)
{
	struct attempt *attempt = arg;
	const struct operation *operation = attempt->operation;
	struct fake_snapshot *before;
	int ret;

	if (operation->prepare)
		ASSERT_EQ(operation->prepare(), 0);
	before = fake_snapshot();
	fake_fail_at(attempt->nth, attempt->again);
	ret = operation->run();
	*attempt->more = fake_steps() >= attempt->nth;
	fake_fail_at(0, 0);
	fake_check_idle();

	/* A step that failed may have been made up for. */
	if (!ret)
		return;
	if (!fake_unchanged(before)) {
		fprintf(stderr, "step %u left a trace\n", attempt->nth);
		ASSERT(false);
	}
	ASSERT_EQ(operation->run(), 0);
}

static void sweep(const struct operation *operation)
{
	static bool more;
	struct attempt one = { operation, .more = &more };

	/* 3: what recycling made room for fails half-way once more. */
	for (one.again = 0; one.again <= 3; one.again++) {
		more = true;
		for (one.nth = 1; more; one.nth++) {
			ASSERT(one.nth < MAX_STEPS);
			ASSERT(test_fork_shared(attempt, &one, &more, sizeof(more)));
		}
		ASSERT(one.again || one.nth - 2 >= operation->steps);
	}
}

#define SWEEP(name, ...)						\
	TEST(fail_nth_##name)						\
	{								\
		static const struct operation operation = { __VA_ARGS__ };	\
									\
		sweep(&operation);					\
	}

SWEEP(donate, NULL, donate, 1 + 5 + 5)
SWEEP(return, donate, return_mmio, 1)
SWEEP(register, NULL, do_register, 1 + 32 + 32)
SWEEP(unregister, do_register, do_unregister, 1)
SWEEP(pin, NULL, pin, 5)
SWEEP(unpin, pin, unpin, 0)
SWEEP(pool_init, NULL, pool_init, 1)
SWEEP(pool_topup, pool_init, pool_topup, 1)
SWEEP(pool_alloc, pool_init, pool_alloc, 0)
SWEEP(copy, NULL, copy, 0)
SWEEP(withdraw, withdraw_prepare, withdraw, 1)
SWEEP(restore, restore_prepare, restore, 0)
