// SPDX-License-Identifier: GPL-2.0-only
/*
 * its-table.c: memory that the ITS walks (IT01 to IT12, I25).
 */
#include "fake_dram.h"
#include "harness.h"
#include "its_mediate.h"

#define L1_VALID	BIT_ULL(63)
#define FAR_DEV		0x9000

static struct model_gic_params params;

/* The level-1 table that the host has now is nobody's but its own. */
static u64 *host_level1(void)
{
	u64 phys = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);

	memset(fake_host_va(phys), 0xff, SZ_64K);
	return fake_host_va(phys);
}

/* IT01, IT02, IT05, IT06: what the host writes to its level 1 means nothing. */
TEST(its_it01_it02_it05_it06_host_level1)
{
	u64 forged;
	u64 *l1;

	mediate_default();
	l1 = host_level1();
	forged = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	memset(fake_host_va(forged), 0xff, SZ_64K);
	l1[FAR_DEV / 8192] = forged | L1_VALID;
	model_its_driver_map(&setup_driver, FAR_DEV, 4);
	l1[FAR_DEV / 8192] = 0;
	mediate_refused(model_mapti(FAR_DEV + 1, 0, SETUP_LPI + 1, 0),
			DEVMED_CMD_DEVICE);
	ASSERT(!model_its_msi(0, FAR_DEV + 1, 0));
	l1[FAR_DEV / 8192] = MODEL_ITS_BASE | L1_VALID;
	model_its_driver_map(&setup_driver, FAR_DEV + 2, 4);
	mediate_works();
}

/* IT05: a level-2 table stays, whatever else is mapped in it. */
TEST(its_it05_level2_stays)
{
	mediate_default();
	model_its_driver_map(&setup_driver, FAR_DEV, 4);
	setup_sync(model_mapti(FAR_DEV, 1, SETUP_LPI + 1, 0), 0);
	model_its_driver_map(&setup_driver, FAR_DEV + 2, 4);
	setup_sync(model_mapd(FAR_DEV + 2, 0, 0, false), 0);
	/* It forgets where that was. */
	model_gic_settle();
	ASSERT(model_its_msi(0, FAR_DEV, 1));
	mediate_works();
}

static u64 *first_entry;

/* The table is there before anything leads to it. */
static void see_entry(volatile void *addr, size_t size)
{
	if (addr == first_entry)
		ASSERT(fake_count(FAKE_BARRIER));
}

/* IT02: the entry comes after the zeroes that it leads to. */
TEST(its_it02_level2_before_entry)
{
	setup_start(&model_gic_default);
	first_entry = __hyp_va(setup_driver.table[0] + FAR_DEV / 8192 * 8);
	mediate();
	fake_on_write_once = see_entry;
	setup_send(model_mapd(FAR_DEV, 0, 1, true));
	fake_on_write_once = NULL;
	ASSERT(READ_ONCE(*first_entry) & L1_VALID);
	mediate_works();
}

/* IT10: of its size, not of a page. */
TEST(its_it10_flat_table)
{
	u64 offset;

	params = model_gic_default;
	params.its.dev_bits = 12;
	params.its.baser[0].indirect = false;
	setup_driver.page_size = SZ_16K;
	setup_driver.flat_pages = 2;
	mediate_gic(&params);
	for (offset = 0; offset < SZ_32K; offset += PAGE_SIZE)
		ASSERT_EQ(fake_s2(setup_driver.table[0] + offset), FAKE_S2_HYP);
	mediate_works();
}

/* IT07, IT10: all levels of all tables are EL2's. */
TEST(its_it07_it10_host_cannot_write)
{
	unsigned int n;
	u64 *l1;

	params = model_gic_default;
	params.its.baser[1].indirect = true;
	setup_start(&params);
	l1 = fake_host_va(setup_driver.table[0]);
	mediate();
	for (n = 0; n < 2; n++)
		ASSERT_EQ(fake_s2(setup_driver.table[n]), FAKE_S2_HYP);
	ASSERT(*l1 & L1_VALID);
	ASSERT_EQ(fake_s2(*l1 & GENMASK_ULL(47, 12)), FAKE_S2_HYP);
	ASSERT_EQ(fake_s2(setup_itt), FAKE_S2_HYP);
	mediate_works();
}

/* IT03, IT04: level-2 tables of the ITS's page size, or the kernel's if larger. */
static void check_page_size(u32 psz)
{
	u32 nr_pages = DIV_ROUND_UP(psz, PAGE_SIZE);
	unsigned int i;
	u64 used;

	params = model_gic_default;
	params.its.baser[0].page_size = psz;
	mediate_gic(&params);
	used = devmed_pool_counter(DEVMED_POOL_FREE);
	/* The model fails if an entry is not aligned. */
	for (i = 0; i < 7; i++)
		model_its_driver_map(&setup_driver, 0x2000 + i * psz / 8, 2);
	used -= devmed_pool_counter(DEVMED_POOL_FREE);
	ASSERT(used >= 7 * nr_pages);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
}

TEST(its_it03_it04_pages_4k)
{
	check_page_size(SZ_4K);
}

TEST(its_it03_it04_pages_16k)
{
	check_page_size(SZ_16K);
}

TEST(its_it03_it04_pages_64k)
{
	check_page_size(SZ_64K);
}

/* Two tables of one type: each is as its own register says. */
TEST(its_it12_two_tables)
{
	params = model_gic_default;
	params.its.baser[2] = params.its.baser[0];
	params.its.baser[5] = params.its.baser[1];
	mediate_gic(&params);
	model_its_driver_map(&setup_driver, FAR_DEV, 8);
	mediate_works();
}

/* I25: an ITS whose entries are longer than it says. */
TEST(its_i25_qdf2400)
{
	params = model_gic_default;
	params.its.iidr = 0x00001070;
	params.its.ite_size = 16;
	params.its.told_ite_size = 8;
	setup_driver.ite_size = 16;
	mediate_gic(&params);
	model_its_driver_map(&setup_driver, FAR_DEV, 256);
	setup_sync(model_mapti(FAR_DEV, 255, SETUP_LPI + 1, 0), 0);
	model_its_driver_map(&setup_driver, FAR_DEV + 1, 256);
	setup_sync(model_mapti(FAR_DEV + 1, 255, SETUP_LPI + 2, 0), 0);
	mediate_works();
}
