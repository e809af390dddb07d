// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several SMMUs of different features with one table of the DMA stage-2, and
 * SMMUs with any number of StreamIDs.
 */
#include "fake.h"
#include "hostile_smmu.h"

#include <nvhe/devmed.h>

#define SECOND_BASE	0x09090000ULL
#define SECOND_MEMORY	(FAKE_MEM_BASE + SZ_1M)
#define NR_SEEDS	4

static const struct msmmu_access device = {
	.sid = SID, .ssid = MSMMU_NO_SSID, .addr = IOVA, .write = true,
};

static const u32 sids[] = { SID, 0 };
static struct smmu_driver drivers[MSMMU_NR];

static u64 first_read(u64 offset, u8 size)
{
	mediated_use(0);
	return mediated_read(offset, size);
}

static void first_write(u64 offset, u8 size, u64 value)
{
	mediated_use(0);
	mediated_write(offset, size, value);
}

static u64 second_read(u64 offset, u8 size)
{
	mediated_use(1);
	return mediated_read(offset, size);
}

static void second_write(u64 offset, u8 size, u64 value)
{
	mediated_use(1);
	mediated_write(offset, size, value);
}

static void start_driver(unsigned int nr)
{
	struct smmu_driver *d = &drivers[nr];
	u64 ste[8];
	u64 table;
	u64 at;

	*d = (struct smmu_driver) {
		.read = nr ? second_read : first_read,
		.write = nr ? second_write : first_write,
		.memory = nr ? SECOND_MEMORY : FAKE_MEM_BASE,
		.sid_bits = 7, .cmdq_bits = 5, .evtq_bits = 5,
	};
	ASSERT(drv_start(d));
	table = drv_pages(d, 0);
	at = drv_pages(d, 0);
	drv_cd(drv_at(at), table, 1 + nr);
	drv_map(d, table, IOVA, TARGET, 3, DRV_S1_RW);
	drv_ste_stage1(ste, at, 0);
	drv_write_ste(d, SID, ste);
}

/* One that can do all, and one that can do little. */
static void start_both(u32 seed)
{
	struct msmmu_config configs[MSMMU_NR] = { worst(), worst() };

	configs[0].seed = seed;
	configs[0].weak = false;
	configs[1] = configs[0];
	configs[1].seed = seed + 100;
	configs[1].base = SECOND_BASE;
	configs[1].oas = seed % 2;
	configs[1].bbml = seed % 3;
	configs[1].coherent = false;
	configs[1].ril = false;
	configs[1].ats = false;
	configs[1].dark_reads = seed % 3;
	mediated_start_all(configs, MSMMU_NR);
	start_driver(0);
	start_driver(1);
	mediated_speculate(sids, ARRAY_SIZE(sids));
	mediated_repeat(&device);
}

static bool reaches(unsigned int nr)
{
	u64 data = 0;

	return msmmu_dma(&msmmus[nr], &device, &data, sizeof(data)).result == MSMMU_OK;
}

static void expect_both(bool reached)
{
	unsigned int nr, tries;

	for (nr = 0; nr < MSMMU_NR; nr++) {
		for (tries = 0; tries < 20; tries++)
			ASSERT_EQ(reaches(nr), reached);
	}
}

static void give_back(void)
{
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	fake_barrier();
	expect_both(true);
	ASSERT(drv_sync(&drivers[0]));
	ASSERT(drv_sync(&drivers[1]));
}

static void with_seeds(void (*run)(void *seed))
{
	u32 seed;

	for (seed = 1; seed <= NR_SEEDS; seed++) {
		if (!test_fork(run, &seed))
			test_fail(__FILE__, __LINE__, "seed", seed, 0);
	}
}

/* A page that is taken is out of reach behind each of them. */
static void donate_behind_both(void *seed)
{
	unsigned int tries;

	start_both(*(u32 *)seed);
	for (tries = 0; tries < 6; tries++) {
		expect_both(true);
		ASSERT_EQ(fake_donate_guest(TARGET), 0);
		expect_both(false);
		give_back();
	}
}

TEST(smmu_several_donation)
{
	with_seeds(donate_behind_both);
}

/* One of them that cannot be read is one too many. */
static void donate_behind_a_dark_one(void *seed)
{
	unsigned int nr;

	start_both(*(u32 *)seed);
	for (nr = 0; nr < MSMMU_NR; nr++) {
		msmmus[nr].dark = MSMMU_DARK_STOPPED + *(u32 *)seed % 3;
		ASSERT_EQ(fake_donate_guest(TARGET), -EAGAIN);
		ASSERT_EQ(get_host_state(hyp_phys_to_page(TARGET)), PKVM_PAGE_OWNED);
		msmmus[nr].dark = MSMMU_LIT;
		ASSERT_EQ(fake_donate_guest(TARGET), 0);
		expect_both(false);
		give_back();
	}
}

TEST(smmu_several_dark)
{
	with_seeds(donate_behind_a_dark_one);
}

/* Each SMMU is given only memory that the narrowest of them reaches. */
TEST(smmu_several_reach)
{
	start_both(2);
	ASSERT(devmed_is_reachable(0, SZ_4G));
	ASSERT(!devmed_is_reachable(SZ_4G, PAGE_SIZE));
}

/* Tables split at 6, 8 and 10 bits; StreamIDs that are not offered are refused. */
static void start_wide(void *arg)
{
	static const u32 beyond[] = { 0x400, 0x10000, 0x1000000, U32_MAX };
	struct msmmu_config config = worst();
	struct msmmu_access access = device;
	u64 data = 0;
	unsigned int i;

	config.sidsize = *(u32 *)arg;
	hostile_start_with(&config);
	ASSERT((mediated_read(SMMU_IDR1, 4) & GENMASK(5, 0)) <= config.sidsize);
	warm(IOVA);
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		access.sid = beyond[i];
		ASSERT(msmmu_dma(bad, &access, &data, sizeof(data)).result != MSMMU_OK);
	}
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	expect_stopped(IOVA);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	fake_barrier();
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_SMMUEN));
	ASSERT(drv_set_cr0(&drv, ON));
	warm(IOVA);
	expect_alive();
}

TEST(smmu_several_sidsizes)
{
	static const u32 sizes[] = { 10, 16, 20, 21, 22, 23, 24, 25, 32 };
	unsigned int i;
	u32 size;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		size = sizes[i];
		if (!test_fork(start_wide, &size))
			test_fail(__FILE__, __LINE__, "SIDSIZE", size, 0);
	}
}
