// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stream tables of a hostile host, and what outlives them (threats J to L), one
 * by one, against an SMMU that is as bad as it may be.
 */
#include "fake.h"
#include "hostile_smmu.h"

/* TL01, TL02: nothing that is remembered of either stage outlives a donation. */
TEST(smmu_tl01_donation)
{
	unsigned int tries;

	hostile_start();
	for (tries = 0; tries < 20; tries++) {
		warm(IOVA);
		ASSERT_EQ(fake_donate_guest(TARGET), 0);
		expect_stopped(IOVA);
		ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
		fake_barrier();
	}
	warm(IOVA);
}

/* The page that stage 1 leads through, and the one with its CD. */
TEST(smmu_tl02_tables_of_stage1)
{
	u64 table;

	hostile_start();
	table = (u64)drv_entry(root, IOVA, 3) - (u64)drv_at(FAKE_MEM_BASE);
	table = ALIGN_DOWN(FAKE_MEM_BASE + table, PAGE_SIZE);
	warm(IOVA);
	ASSERT_EQ(fake_donate_guest(table), 0);
	/* What was found through it may stay, it leads to the host's page. */
	dma_to(IOVA);
	drv_put(&drv, 0x11 | 1ULL << 48, 0);
	ASSERT(drv_sync(&drv));
	expect_stopped(IOVA);
	ASSERT_EQ(fake_reclaim_guest(table), 0);
	ASSERT_EQ(fake_donate_guest(cd), 0);
	drv_put(&drv, 0x05 | (u64)SID << 32, 1);
	ASSERT(drv_sync(&drv));
	expect_stopped(IOVA);
}

/* TL03: of any size. */
TEST(smmu_tl03_large_donation)
{
	u64 pages;
	u64 page;

	hostile_start();
	bypass_stream();
	for (pages = 1; pages <= 64; pages = pages * 3 + 1) {
		for (page = 0; page < pages; page++)
			warm(OTHER + page * PAGE_SIZE);
		ASSERT_EQ(__pkvm_host_donate_hyp(OTHER >> PAGE_SHIFT, pages), 0);
		for (page = 0; page < pages; page++)
			ASSERT(!passes(OTHER + page * PAGE_SIZE));
		warm(OTHER + pages * PAGE_SIZE);
		ASSERT_EQ(__pkvm_hyp_donate_host(OTHER >> PAGE_SHIFT, pages), 0);
		fake_barrier();
	}
}

/* SE05 to SE25: every bit of an entry, over each kind of one. */
TEST(smmu_se_every_bit)
{
	unsigned int kind;
	unsigned int bit;

	hostile_start();
	for (kind = 0; kind < 4; kind++) {
		for (bit = 0; bit < 512; bit++) {
			u64 ste[8];

			if (kind == 0)
				drv_ste_bypass(ste);
			else if (kind == 1)
				drv_ste_stage2(ste, root, 0);
			else
				drv_ste_stage1(ste, cd, kind - 2);
			ste[bit / 64] ^= BIT_ULL(bit % 64);
			drv_write_ste(&drv, SID, ste);
			dma_to(IOVA);
			ASSERT(!passes(MEDIATED_POOL));
			ASSERT(!passes(MEDIATED_TEXT));
		}
	}
}

/* SE01, SE02: level-2 tables anywhere. */
TEST(smmu_se01_level2_anywhere)
{
	static const u64 where[] = {
		MEDIATED_POOL, MEDIATED_ITS, OTHER, 0, GENMASK_ULL(51, 6),
	};
	unsigned int i;
	unsigned int span;

	hostile_start();
	ASSERT_EQ(fake_donate_guest(OTHER), 0);
	for (i = 0; i < ARRAY_SIZE(where); i++) {
		for (span = 0; span < 32; span++) {
			*drv_at(drv.strtab_base) = where[i] | span;
			drv_put(&drv, 0x03 | (u64)SID << 32, 0);
			ASSERT(drv_sync(&drv));
			expect_stopped(IOVA);
		}
	}
	expect_alive();
}

/* P01, P02, P03: registers are no memory to devices, but one page of an ITS. */
TEST(smmu_p01_dma_to_registers)
{
	hostile_start();
	bypass_stream();
	expect_stopped(MEDIATED_ITS + 0x80);
	expect_stopped(bad->config.base + SMMU_GBPA);
	expect_stopped(bad->config.base + SMMU_EVENTQ_PROD);
	warm(MEDIATED_ITS + SZ_64K + 0x40);
	ASSERT(passes(0x0c000000));
}

/* SE28: what lies behind the table is no entry. */
TEST(smmu_se28_table_end)
{
	hostile_start();
	ASSERT(drv_set_cr0(&drv, 0));
	drv.two_level = false;
	drv.sid_bits = 6;
	ASSERT(drv_start(&drv));
	drv_ste_bypass(drv_at(drv.strtab_base + SID * 64));
	ASSERT(drv_cfgi_ste(&drv, SID));
	drv_put(&drv, 0x04, 31);
	ASSERT(drv_sync(&drv));
	ASSERT_EQ(dma_to(OTHER).event, M_C_BAD_STE);
}

/* PW01: what was there before EL2 is gone before the host can use it. */
TEST(smmu_pw01_leftovers)
{
	struct msmmu_config config = worst();
	struct msmmu_access access = {
		.ssid = MSMMU_NO_SSID, .addr = MEDIATED_POOL, .write = true,
	};
	u64 data = 0;

	bad = mediated_start(&config);
	for (access.sid = 0; access.sid < MSMMU_MAX_CONFIG; access.sid++)
		ASSERT(msmmu_dma(bad, &access, &data, sizeof(data)).result != MSMMU_OK);
}

static void dma_between(volatile void *addr, size_t size)
{
	ASSERT(passes(TARGET));
	ASSERT(passes(OTHER));
}

/* SE04: entries change under a device that does not stop. */
TEST(smmu_se04_hitless)
{
	unsigned int i;
	u64 other;
	u64 ste[8];

	hostile_start();
	other = drv_pages(&drv, 0);
	drv_cd(drv_at(other), root, 1);
	drv_map(&drv, root, TARGET, TARGET, 3, DRV_S1_RW);
	drv_map(&drv, root, OTHER, OTHER, 3, DRV_S1_RW);
	bypass_stream();
	for (i = 0; i < 40; i++) {
		if (i % 4 < 2)
			drv_ste_stage1(ste, i % 2 ? other : cd, 0);
		else
			drv_ste_bypass(ste);
		fake_on_write_once = dma_between;
		memcpy(drv_ste(&drv, SID), ste, sizeof(ste));
		drv_put(&drv, 0x03 | (u64)SID << 32, 1);
		drv_ring(&drv);
		fake_on_write_once = NULL;
		expect_alive();
	}
}

static void neighbours_pass(volatile void *addr, size_t size)
{
	ASSERT(passes(TARGET - PAGE_SIZE));
	ASSERT(passes(TARGET + PAGE_SIZE));
}

/* Pages go and come back; DMA next to them never notices. */
static void check_neighbours(u8 bbml)
{
	struct msmmu_config config = worst();
	unsigned int i;

	config.bbml = bbml;
	hostile_start_with(&config);
	bypass_stream();
	fake_on_write_once = neighbours_pass;
	for (i = 0; i < 6; i++) {
		warm(TARGET);
		ASSERT_EQ(fake_donate_guest(TARGET), 0);
		expect_stopped(TARGET);
		neighbours_pass(NULL, 0);
		ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
		fake_barrier();
	}
	fake_on_write_once = NULL;
}

/* TL04: split and merged as the SMMU can take it. */
TEST(smmu_tl04_neighbours_level0)
{
	check_neighbours(0);
}

TEST(smmu_tl04_neighbours_level1)
{
	check_neighbours(1);
}

TEST(smmu_tl04_neighbours_level2)
{
	check_neighbours(2);
}
