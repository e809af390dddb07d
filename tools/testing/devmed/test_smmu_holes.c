// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways in which a page that the host gave away was once within reach of a device
 * of the host's, on an SMMU that does no more than IHI 0070 asks of it. Each is
 * tried with several orders of events.
 */
#include "fake.h"
#include "hostile_smmu.h"

#include <nvhe/devmed.h>

#define NR_SEEDS	12

static const struct msmmu_access loop = {
	.sid = SID, .ssid = MSMMU_NO_SSID, .addr = IOVA, .write = true,
};

/* As hostile_start(), and weaker. */
static void start_weak(u32 seed)
{
	struct msmmu_config config = worst();

	config.seed = seed;
	config.unordered = true;
	config.busy = true;
	hostile_start_with(&config);
}

static void with_seeds(void (*run)(void *seed))
{
	u32 seed;

	for (seed = 1; seed <= NR_SEEDS; seed++) {
		if (test_fork(run, &seed))
			continue;
		test_fail(__FILE__, __LINE__, "seed", seed, 0);
	}
}

/*
 * A combined entry that is made of the old stage-2 entry, after the one scope was
 * done and before the other (IHI 0070, 4.7.3).
 */
static void donate_in_a_loop(void *seed)
{
	unsigned int tries;

	start_weak(*(u32 *)seed);
	mediated_repeat(&loop);
	for (tries = 0; tries < 8; tries++) {
		warm(IOVA);
		ASSERT_EQ(fake_donate_guest(TARGET), 0);
		expect_stopped(IOVA);
		ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
		fake_barrier();
	}
	mediated_repeat(NULL);
	warm(IOVA);
	expect_alive();
}

TEST(smmu_a1_donation_in_a_loop)
{
	with_seeds(donate_in_a_loop);
}

/* The page that a walk cache of stage 1 leads to. */
static void donate_table_in_a_loop(void *seed)
{
	unsigned int tries;
	u64 table;

	start_weak(*(u32 *)seed);
	table = FAKE_MEM_BASE + ((u8 *)drv_entry(root, IOVA, 3) -
				 (u8 *)drv_at(FAKE_MEM_BASE));
	table = ALIGN_DOWN(table, PAGE_SIZE);
	mediated_repeat(&loop);
	for (tries = 0; tries < 8; tries++) {
		ASSERT_EQ(fake_donate_guest(table), 0);
		dma_to(IOVA);
		dma_to(IOVA + PAGE_SIZE);
		ASSERT_EQ(fake_reclaim_guest(table), 0);
		fake_barrier();
		warm(IOVA);
	}
	mediated_repeat(NULL);
}

TEST(smmu_a1_table_in_a_loop)
{
	with_seeds(donate_table_in_a_loop);
}

/* Up to as many pages as are invalidated one by one, and more. */
static void donate_many_in_a_loop(void *seed)
{
	u64 pages;

	start_weak(*(u32 *)seed);
	mediated_repeat(&loop);
	for (pages = 1; pages <= 32; pages *= 2) {
		warm(IOVA);
		ASSERT_EQ(__pkvm_host_donate_hyp(TARGET >> PAGE_SHIFT, pages), 0);
		expect_stopped(IOVA);
		ASSERT_EQ(__pkvm_hyp_donate_host(TARGET >> PAGE_SHIFT, pages), 0);
		fake_barrier();
	}
	mediated_repeat(NULL);
}

TEST(smmu_a1_pages_in_a_loop)
{
	with_seeds(donate_many_in_a_loop);
}

/*
 * Set up again, an STE is fetched when SMMUEN is in effect and ATSCHK is not, and
 * kept as one that needs no check (IHI 0070, 6.3.9.2).
 */
static void rearm_with_ats(void *seed)
{
	struct msmmu_config config = worst();
	struct msmmu_access access = {
		.sid = SID, .ssid = MSMMU_NO_SSID, .addr = MEDIATED_POOL,
		.write = true, .translated = true,
	};
	u64 data = 0;
	unsigned int i;

	config.seed = *(u32 *)seed;
	config.busy = true;
	config.ats_cached = true;
	hostile_start_with(&config);
	for (i = 0; i < 8; i++) {
		msmmu_reset(bad);
		mediated_read(SMMU_IDR0, 4);
		ASSERT(msmmu_dma(bad, &access, &data, sizeof(data)).result != MSMMU_OK);
	}
	warm(IOVA);
	expect_alive();
}

TEST(smmu_a4_rearm)
{
	with_seeds(rearm_with_ats);
}

static void start_hanging(u32 seed)
{
	struct msmmu_config config = worst();

	config.seed = seed;
	config.access_us = 200;
	hostile_start_with(&config);
	warm(IOVA);
	/* The writes up to here have arrived. */
	expect_alive();
	drv_at(TARGET)[0] = ~0ULL;
	bad->hang = true;
	ASSERT(passes(IOVA));
	bad->hang = false;
}

/* The CMD_SYNC that was missing completes when the hardware comes to it. */
static void donate_in_time(u64 page)
{
	unsigned int tries = 100;
	int ret;

	do {
		ret = fake_donate_guest(page);
	} while (ret == -EIO && --tries);
	ASSERT_EQ(ret, 0);
}

/*
 * A write that was translated hangs: CMD_SYNC waits for it (IHI 0070, 3.21.1), an
 * acknowledged SMMUEN does not (6.3.9.6), so there is no proof.
 */
static void donate_under_a_write(void *seed)
{
	u64 start;

	start_hanging(*(u32 *)seed);
	start = fake_clock;
	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	ASSERT(fake_clock - start < 10 * FAKE_CNTFRQ);
	ASSERT_EQ(get_host_state(hyp_phys_to_page(TARGET)), PKVM_PAGE_OWNED);
	/* No DMA, and no proof either. */
	expect_stopped(IOVA);
	expect_stopped(TARGET);
	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	ASSERT_EQ(fake_donate_guest(OTHER), -EIO);

	msmmu_release(bad);
	donate_in_time(TARGET);
	expect_stopped(IOVA);
	expect_stopped(TARGET);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	fake_barrier();
	expect_alive();
	warm(IOVA);
}

TEST(smmu_d2_hanging_write)
{
	with_seeds(donate_under_a_write);
}

/* A donation while an SMMU reads no commands, and begins to again. */
static void donate_to_the_deaf(void *seed)
{
	struct msmmu_config config = worst();

	config.seed = *(u32 *)seed;
	config.access_us = 200;
	hostile_start_with(&config);
	warm(IOVA);
	bad->deaf = true;
	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	expect_stopped(IOVA);
	ASSERT_EQ(fake_donate_guest(OTHER), -EIO);
	bad->deaf = false;
	donate_in_time(TARGET);
	expect_stopped(IOVA);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	fake_barrier();
	expect_alive();
	warm(IOVA);
}

TEST(smmu_d2_deaf_for_a_while)
{
	with_seeds(donate_to_the_deaf);
}

/* The host's own CMD_SYNC is not complete before the write is. */
static void unmap_under_a_write(void *seed)
{
	u32 cons;

	start_hanging(*(u32 *)seed);
	drv_unmap(root, IOVA, 3);
	drv_put(&drv, 0x12 | 1ULL << 48, IOVA);
	drv_put(&drv, 0x46, 0);
	drv_ring(&drv);
	cons = mediated_read(SMMU_CMDQ_CONS, 4) & GENMASK(19, 0);
	ASSERT(cons != drv.prod);
	ASSERT_EQ(drv_at(TARGET)[0], ~0ULL);
	msmmu_release(bad);
	expect_alive();
	expect_stopped(IOVA);
	ASSERT_EQ(drv_at(TARGET)[0], 0);
}

TEST(smmu_d2_hanging_unmap)
{
	with_seeds(unmap_under_a_write);
}
