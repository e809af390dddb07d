// SPDX-License-Identifier: GPL-2.0-only
/*
 * region.c: the registry, claim by claim.
 */
#include <pthread.h>

#include <nvhe/devmed_trap.h>

#include "fake.h"
#include "harness.h"

#define BASE	0x08000000ULL
#define ITS	DEVMED_CLASS_ITS
#define TOP	(1ULL << FAKE_IA_BITS)

static void refused(enum devmed_class class, u64 base, u64 size, int error)
{
	struct fake_snapshot *before = fake_snapshot();

	ASSERT_EQ(devmed_register(class, base, size, 0), error);
	ASSERT(fake_unchanged(before));
	free(before);
}

TEST(region_claims)
{
	refused(DEVMED_NR_CLASSES, BASE, SZ_64K, -ENODEV);
	refused(-1, BASE, SZ_64K, -ENODEV);
	refused(ITS, BASE, 0, -EINVAL);
	refused(ITS, BASE + 0x800, SZ_64K, -EINVAL);
	refused(ITS, BASE, SZ_64K + 8, -EINVAL);
	refused(ITS, -SZ_64K, SZ_128K, -EINVAL);
	refused(ITS, -SZ_64K, SZ_64K, -EINVAL);
	refused(ITS, BASE, -SZ_64K, -EINVAL);
	refused(ITS, TOP, SZ_64K, -EINVAL);
	refused(ITS, TOP - SZ_64K, SZ_128K, -EINVAL);
	ASSERT_EQ(devmed_register(ITS, TOP - SZ_64K, SZ_64K, 0), 0);
	ASSERT(devmed_find_region(TOP - 1));
}

TEST(region_memory)
{
	u64 end = FAKE_MEM_BASE + FAKE_MEM_SIZE;

	refused(ITS, FAKE_MEM_BASE, PAGE_SIZE, -EFAULT);
	refused(ITS, FAKE_MEM_BASE - PAGE_SIZE, 2 * PAGE_SIZE, -EFAULT);
	refused(ITS, end - PAGE_SIZE, 2 * PAGE_SIZE, -EFAULT);
	refused(ITS, FAKE_MEM_BASE - PAGE_SIZE, FAKE_MEM_SIZE + 2 * PAGE_SIZE,
		-EFAULT);
	/* NOMAP is memory. */
	refused(ITS, FAKE_NOMAP_BASE, PAGE_SIZE, -EFAULT);
	ASSERT_EQ(devmed_register(ITS, FAKE_MEM_BASE - PAGE_SIZE, PAGE_SIZE, 0), 0);
	ASSERT_EQ(devmed_register(ITS, end, PAGE_SIZE, 0), 1);
}

/* A page that memory and a device share is memory (M03). */
TEST(region_unaligned_memory)
{
	hyp_memory[1].base = 0x50000800;
	hyp_memory[1].size = 0x1000;
	refused(ITS, 0x50000000, PAGE_SIZE, -EFAULT);
	refused(ITS, 0x50001000, PAGE_SIZE, -EFAULT);
	ASSERT_EQ(devmed_register(ITS, 0x4ffff000, PAGE_SIZE, 0), 0);
	ASSERT_EQ(devmed_register(ITS, 0x50002000, PAGE_SIZE, 0), 1);
}

TEST(region_overlap)
{
	ASSERT_EQ(devmed_register(ITS, BASE, SZ_128K, 0), 0);
	refused(ITS, BASE, SZ_128K, -EEXIST);
	refused(ITS, BASE + SZ_64K, SZ_4K, -EEXIST);
	refused(ITS, BASE - SZ_4K, SZ_1M, -EEXIST);
	refused(ITS, BASE - SZ_4K, SZ_8K, -EEXIST);
	refused(ITS, BASE + SZ_128K - SZ_4K, SZ_8K, -EEXIST);
	ASSERT_EQ(devmed_register(ITS, BASE - SZ_4K, SZ_4K, 0), 1);
	ASSERT_EQ(devmed_register(ITS, BASE + SZ_128K, SZ_4K, 0), 2);
	refused(ITS, BASE + SZ_128K - SZ_4K, SZ_4K, -EEXIST);
}

TEST(region_full)
{
	unsigned int i;

	/* Downwards, so that each is inserted first. */
	for (i = 0; i < DEVMED_MAX_REGIONS; i++)
		ASSERT_EQ(devmed_register(ITS, BASE + (DEVMED_MAX_REGIONS - i) * SZ_128K,
					  SZ_64K, 0), i);
	refused(ITS, BASE, SZ_64K, -ENOSPC);
	for (i = 0; i < DEVMED_MAX_REGIONS; i++)
		ASSERT(devmed_find_region(BASE + (DEVMED_MAX_REGIONS - i) * SZ_128K) ==
		       devmed_get_region(i));
	ASSERT_EQ(devmed_unregister(17), 0);
	refused(ITS, BASE + SZ_128K, SZ_64K, -EEXIST);
	ASSERT_EQ(devmed_register(ITS, BASE, SZ_64K, 0), 17);
}

TEST(region_again)
{
	struct fake_snapshot *before = fake_snapshot();
	u64 value;

	ASSERT_EQ(devmed_register(ITS, BASE, SZ_64K, 0), 0);
	devmed_count(devmed_get_region(0), DEVMED_READS);
	ASSERT_EQ(devmed_unregister(0), 0);
	ASSERT(fake_unchanged(before));
	ASSERT_EQ(devmed_unregister(0), -ENOENT);
	ASSERT(!devmed_find_region(BASE));
	/* Nothing is left of the one before. */
	ASSERT_EQ(devmed_register(ITS, BASE, SZ_64K, 0), 0);
	ASSERT_EQ(devmed_read_counter(0, DEVMED_READS, &value), 0);
	ASSERT_EQ(value, 0);
}

TEST(region_numbers)
{
	u64 value;
	u32 id;

	ASSERT_EQ(devmed_register(ITS, BASE, SZ_64K, 0), 0);
	for (id = 1; id; id <<= 1) {
		ASSERT(!devmed_get_region(id));
		ASSERT_EQ(devmed_unregister(id), -ENOENT);
		ASSERT_EQ(devmed_read_counter(id, 0, &value), -ENOENT);
	}
	ASSERT(!devmed_get_region(DEVMED_MAX_REGIONS));
	ASSERT(!devmed_get_region(DEVMED_GLOBAL));
}

TEST(region_counters)
{
	u64 value = 0;
	u32 i;

	ASSERT_EQ(devmed_register(ITS, BASE, SZ_64K, 0), 0);
	for (i = 0; i < DEVMED_NR_COUNTERS; i++) {
		unsigned int n;

		for (n = 0; n <= i; n++)
			devmed_count(devmed_get_region(0), i);
	}
	for (i = 0; i < DEVMED_NR_COUNTERS; i++) {
		ASSERT_EQ(devmed_read_counter(0, i, &value), 0);
		ASSERT_EQ(value, i + 1);
	}
	for (; i; i <<= 1) {
		ASSERT_EQ(devmed_read_counter(0, i, &value), -EINVAL);
		ASSERT_EQ(devmed_read_counter(DEVMED_GLOBAL, i, &value), -EINVAL);
	}
	ASSERT_EQ(devmed_read_counter(0, DEVMED_NR_COUNTERS + 1, &value), -EINVAL);
	ASSERT_EQ(devmed_read_counter(DEVMED_GLOBAL, DEVMED_NR_GLOBAL_COUNTERS,
				      &value), -EINVAL);
	ASSERT_EQ(devmed_set_policy(false, 0), 0);
	for (i = 0; i < DEVMED_NR_GLOBAL_COUNTERS; i++) {
		value = 1;
		ASSERT_EQ(devmed_read_counter(DEVMED_GLOBAL, i, &value), 0);
		ASSERT_EQ(value, 0);
	}
}

/* The host reads what EL2 will answer to a guest: there is no second rule. */
TEST(region_policy_is_told)
{
	u64 value = 0;

	ASSERT_EQ(devmed_read_counter(DEVMED_GLOBAL, DEVMED_GUESTS_REFUSED, &value), 0);
	ASSERT_EQ(value, 1);
	ASSERT_EQ(devmed_set_policy(true, 0), 0);
	ASSERT_EQ(devmed_read_counter(DEVMED_GLOBAL, DEVMED_GUESTS_REFUSED, &value), 0);
	ASSERT_EQ(value, 0);
	ASSERT_EQ(devmed_set_policy(true, 1), 0);
	ASSERT_EQ(devmed_read_counter(DEVMED_GLOBAL, DEVMED_GUESTS_REFUSED, &value), 0);
	ASSERT_EQ(value, 1);
	ASSERT_EQ(devmed_set_policy(false, 1), 0);
	ASSERT_EQ(devmed_read_counter(DEVMED_GLOBAL, DEVMED_GUESTS_REFUSED, &value), 0);
	ASSERT_EQ(value, 0);
}

TEST(region_finalized)
{
	struct fake_snapshot *before;

	ASSERT_EQ(devmed_register(ITS, BASE, SZ_64K, 0), 0);
	before = fake_snapshot();
	devmed_finalize();
	refused(ITS, BASE + SZ_1M, SZ_64K, -EPERM);
	ASSERT_EQ(devmed_unregister(0), -EPERM);
	ASSERT_EQ(devmed_set_policy(false, 0), -EPERM);
	ASSERT(!devmed_allows_protected_vm());
	ASSERT(devmed_find_region(BASE));
	ASSERT(fake_unchanged(before));
}

TEST(region_publish)
{
	struct devmed_region *region;
	int one, two;

	ASSERT_EQ(devmed_register(ITS, BASE, SZ_64K, 0), 0);
	region = devmed_get_region(0);
	ASSERT_EQ(devmed_publish(region, &one), 0);
	ASSERT_EQ(devmed_publish(region, &two), -EBUSY);
	ASSERT(region->instance == &one);
	/* Nobody pulls the registers from under a backend. */
	ASSERT_EQ(devmed_unregister(0), -EBUSY);
	devmed_withdraw(region);
	ASSERT(!region->instance);
	ASSERT_EQ(devmed_publish(region, &two), 0);
	devmed_withdraw(region);
	ASSERT_EQ(devmed_unregister(0), 0);
}

TEST(region_policy)
{
	unsigned int require, missing, regions, published;
	int instance;

	for (regions = 0; regions < 3; regions++) {
		if (regions)
			ASSERT(devmed_register(ITS, BASE + regions * SZ_1M,
					       SZ_64K, 0) >= 0);
		for (published = 0; published <= regions; published++) {
			if (published)
				ASSERT_EQ(devmed_publish(devmed_get_region(published - 1),
							 &instance), 0);
			for (require = 0; require < 2; require++) {
				for (missing = 0; missing < 3; missing++) {
					devmed_set_policy(require, missing);
					ASSERT_EQ(devmed_allows_protected_vm(),
						  !require || (!missing &&
						  published == regions));
				}
			}
		}
		while (--published)
			devmed_withdraw(devmed_get_region(published - 1));
	}
}

TEST(region_flags)
{
	ASSERT_EQ(devmed_register(ITS, BASE, SZ_128K,
				  DEVMED_REGION_DIRECT_READS), 0);
	ASSERT_EQ(fake_s2(BASE), FAKE_S2_R);
	ASSERT_EQ(fake_s2(BASE + SZ_64K - 1), FAKE_S2_R);
	ASSERT_EQ(fake_s2(BASE + SZ_64K), FAKE_S2_HYP);
	ASSERT_EQ(fake_s2(BASE + SZ_128K - 1), FAKE_S2_HYP);
	ASSERT_EQ(fake_s2(BASE + SZ_128K), FAKE_S2_LAZY);
	/* Never beyond its end. */
	ASSERT_EQ(devmed_register(ITS, BASE + SZ_1M, SZ_4K,
				  DEVMED_REGION_DIRECT_READS), 1);
	ASSERT_EQ(fake_s2(BASE + SZ_1M), FAKE_S2_R);
	ASSERT_EQ(fake_s2(BASE + SZ_1M + SZ_4K), FAKE_S2_LAZY);
	/* Not for a table that allows none. */
	ASSERT_EQ(devmed_register(DEVMED_CLASS_SMMUV3, BASE + SZ_2M, SZ_64K,
				  DEVMED_REGION_DIRECT_READS), 2);
	ASSERT_EQ(fake_s2(BASE + SZ_2M), FAKE_S2_HYP);
	/* Not unless asked. */
	ASSERT_EQ(devmed_register(ITS, BASE + SZ_4M, SZ_64K, 0), 3);
	ASSERT_EQ(fake_s2(BASE + SZ_4M), FAKE_S2_HYP);
}

/* Publication while other CPUs are inside: complete, or not at all. */
static struct devmed_region *shared;
static int instances[2];
static bool stop;

static u64 racy_read(struct devmed_region *region, void *instance,
		     unsigned int index)
{
	ASSERT(instance == &instances[0] || instance == &instances[1]);
	ASSERT(fake_holds("&region->lock"));
	return 1;
}

static void *reader(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		enum devmed_counter reason;
		struct devmed_access access = { .size = 4 };
		enum devmed_answer answer;

		answer = devmed_access_reg(shared, &access, &reason);
		ASSERT(answer == DEVMED_EMULATE || answer == DEVMED_FORWARD);
		ASSERT_EQ(access.value, answer == DEVMED_EMULATE);
	}

	return NULL;
}

TEST(region_publish_race)
{
	static const struct devmed_reg row = DEVMED_REG(0, 4, 1, 0,
							.read = racy_read);
	static const struct devmed_regs table = { .regs = &row, .nr_regs = 1 };
	pthread_t threads[2];
	unsigned int i;

	shared = fake_region(&table, SZ_64K, 0);
	for (i = 0; i < 2; i++)
		ASSERT(!pthread_create(&threads[i], NULL, reader, NULL));
	for (i = 0; i < 20000; i++) {
		ASSERT_EQ(devmed_publish(shared, &instances[i % 2]), 0);
		devmed_withdraw(shared);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		ASSERT(!pthread_join(threads[i], NULL));
}
