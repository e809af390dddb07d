// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GIC that drives fewer address bits than there is memory, as the one of RK3566
 * and RK3568 (I24): an address that it does not reach is another one to it.
 */
#include "harness.h"
#include "its_vpe_bed.h"

#include "../../../drivers/devmed/its/hyp/its-hyp.h"

/* The GIC takes HIGH + x for FAKE_MEM_BASE + x. */
#define HIGH		(FAKE_MEM_BASE + SZ_2M)
#define POOL		(HIGH - SZ_256K)
#define POOL_PAGES	24
#define SPARE		(POOL + SZ_128K)

static void narrow(u64 pool, u8 v4)
{
	v4_params(v4);
	if (!v4)
		params = model_gic_default;
	params.its.pa_mask = ~(u64)SZ_2M;
	mediate_pool = pool;
	mediate_reach = HIGH;
	setup_start(&params);
}

static u64 refused_writes(unsigned int rd)
{
	return mediate_counter(mediate_rd[rd], DEVMED_REFUSED_HANDLER);
}

/* Devices until the pool is empty; the host's next pages are out of reach. */
TEST(its_i24_rk3568_topup)
{
	u32 devid = 0x200;

	narrow(POOL, 0);
	mediate_from(POOL_PAGES);
	while (model_its_driver_try_map(&setup_driver, devid, 1024) &&
	       !mediate_counter(mediate_its[0], DEVMED_CMD_MEMORY))
		devid++;
	ASSERT_EQ(devmed_pool_topup(HIGH >> PAGE_SHIFT, 2), -ERANGE);
	ASSERT_EQ(devmed_pool_topup((HIGH + SZ_1M) >> PAGE_SHIFT, 0), -ERANGE);
	ASSERT_EQ(get_host_state(hyp_phys_to_page(HIGH)), PKVM_PAGE_OWNED);
	mediate_refused(model_mapd(devid, 0, 9, true), DEVMED_CMD_MEMORY);
	/* The last of what it reaches. */
	ASSERT_EQ(devmed_pool_topup(SPARE >> PAGE_SHIFT, 2), 0);
	ASSERT_EQ(devmed_pool_topup((HIGH >> PAGE_SHIFT) - 4, 2), 0);
	setup_send(model_mapd(devid, 0, 9, true));
	setup_send(model_mapd(devid + 1, 0, 9, true));
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_MEMORY), 2);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
}

/* A pool that is out of reach, in part: no handover. */
TEST(its_i24_rk3568_pool)
{
	unsigned int i;

	narrow(HIGH - SZ_64K, 0);
	mediate_register(POOL_PAGES);
	ASSERT_EQ(mediate_start(&setup_driver, 1), -ERANGE);
	ASSERT(!devmed_get_region(mediate_its[0])->instance);
	for (i = setup_driver.nr_rds; i--;)
		ASSERT_EQ(devmed_stop(mediate_rd[i]), 0);
	/* Nor by what was added later. */
	mediate_reach = HIGH + POOL_PAGES * PAGE_SIZE - SZ_64K;
	ASSERT_EQ(devmed_pool_topup((HIGH + SZ_1M) >> PAGE_SHIFT, 0), 0);
	ASSERT_EQ(mediate_start(&setup_driver, 1), -ERANGE);
}

/* LPI tables are the host's choice, and a redistributor's address bits no more. */
TEST(its_i24_rk3568_lpi_tables)
{
	const unsigned int rd = 3;
	u64 before;
	u64 base;

	narrow(POOL, 0);
	mediate_from(POOL_PAGES);
	base = model_rd_phys(rd);
	before = refused_writes(rd);
	mediate_write(base + GICR_CTLR, 4, 0);
	mediate_write(base + GICR_PENDBASER, 8, HIGH);
	mediate_write(base + GICR_CTLR, 4, GICR_CTLR_ENABLE_LPIS);
	ASSERT_EQ(refused_writes(rd), before + 1);
	ASSERT(!(mediate_read(base + GICR_CTLR, 4) & GICR_CTLR_ENABLE_LPIS));
	/* Nor one that begins where it reaches. */
	mediate_write(base + GICR_PENDBASER, 8, HIGH - SZ_64K);
	mediate_write(base + GICR_CTLR, 4, GICR_CTLR_ENABLE_LPIS);
	ASSERT_EQ(refused_writes(rd), before + 1);
	ASSERT(mediate_read(base + GICR_CTLR, 4) & GICR_CTLR_ENABLE_LPIS);
	mediate_works();
}

TEST(its_i24_rk3568_vpe_tables)
{
	narrow(POOL, 40);
	mediate_from(POOL_PAGES);
	refused(model_vmapp(VPE, model_vpe_rdbase(1), HIGH, 15, true),
		DEVMED_CMD_ADDRESS);
	map(VPE, HIGH - SZ_64K);
	mediate_write(VLPI(1, GICR_VPROPBASER), 8, (HIGH + SZ_64K) | 15);
	mediate_write(VLPI(1, GICR_VPENDBASER), 8, (HIGH - SZ_64K) | RESIDENT);
	ASSERT(!(vpendbaser(1) & RESIDENT));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	model_gic_check();
}

/* Where it ends is exact, and no sum overflows. */
TEST(its_i24_reach)
{
	ASSERT(devmed_is_reachable(U64_MAX, U64_MAX));
	hyp_spin_lock(&devmed_setup_lock);
	ASSERT_EQ(devmed_limit_reach(SZ_4G), 0);
	hyp_spin_unlock(&devmed_setup_lock);
	ASSERT(devmed_is_reachable(0, SZ_4G));
	ASSERT(devmed_is_reachable(SZ_4G - 1, 1));
	ASSERT(!devmed_is_reachable(SZ_4G - 1, 2));
	ASSERT(!devmed_is_reachable(SZ_4G, 0));
	ASSERT(!devmed_is_reachable(1, U64_MAX));
	ASSERT(!devmed_is_reachable(U64_MAX, 1));
}
