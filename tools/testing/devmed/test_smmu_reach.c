// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses by an SMMU itself beyond the addresses that it has wires for:
 * IHI 0070, 3.4.3 has the rest of such an address name other memory.
 */
#include "fake.h"
#include "hostile_smmu.h"
#include "idmap_setup.h"

#include <nvhe/devmed.h>

/* Memory of the host's that is the end of EL2's pool to an SMMU of 32 bits. */
static void start_narrow(void)
{
	struct msmmu_config config = worst();

	config.oas = 0;
	fake_add_far_memory();
	hostile_start_with(&config);
}

/* Events are written where the hardware thinks the queue is. */
TEST(generic_a2_eventq)
{
	unsigned int i;

	start_narrow();
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_EVTQEN));
	mediated_write(SMMU_EVENTQ_BASE, 8, FAKE_FAR_BASE | 5);
	mediated_write(SMMU_EVENTQ_PROD, 4, 0);
	mediated_write(SMMU_EVENTQ_CONS, 4, 0);
	mediated_write(SMMU_CR0, 4, ON);
	for (i = 0; i < 20; i++)
		dma_to(IOVA + PAGE_SIZE);
	msmmu_flush_events(bad);
	ASSERT_EQ(mediated_read(SMMU_CR0ACK, 4) & M_CR0_EVTQEN, 0);
	/* A queue within reach still works. */
	mediated_write(SMMU_CR0, 4, ON & ~M_CR0_EVTQEN);
	mediated_write(SMMU_EVENTQ_BASE, 8, drv.evtq_base | 5);
	ASSERT(drv_set_cr0(&drv, ON));
	expect_alive();
}

/* Nor does a page get into the pool that an SMMU takes for another. */
TEST(generic_a2_topup)
{
	u64 ste[8];

	start_narrow();
	ASSERT_EQ(devmed_pool_topup(FAKE_FAR_BASE >> PAGE_SHIFT, 0), -ERANGE);
	ASSERT_EQ(devmed_pool_topup((FAKE_FAR_BASE + SZ_64K) >> PAGE_SHIFT, 4), -ERANGE);
	/* Of another level-2 table. */
	drv_ste_bypass(ste);
	drv_write_ste(&drv, 0x200, ste);
	ASSERT(passes(IOVA));
	ASSERT_EQ(devmed_pool_topup(OTHER >> PAGE_SHIFT, 0), 0);
	expect_alive();
}

/* Tables of the DMA stage-2 hold 48 bits of an address, whatever an SMMU reaches. */
TEST(generic_a3_pool48)
{
	struct fake_dma dma;

	idmap_pool(640);
	idmap_begin(&dma, 52, 2, true);
	ASSERT(devmed_is_reachable(BIT_ULL(48) - PAGE_SIZE, PAGE_SIZE));
	ASSERT(!devmed_is_reachable(BIT_ULL(48) - PAGE_SIZE, 2 * PAGE_SIZE));
	ASSERT(!devmed_is_reachable(BIT_ULL(48), PAGE_SIZE));
	ASSERT_EQ(devmed_pool_topup(BIT_ULL(48) >> PAGE_SHIFT, 0), -ERANGE);
	ASSERT_EQ(devmed_pool_topup((BIT_ULL(48) + SZ_1G) >> PAGE_SHIFT, 9), -ERANGE);
}

/* A later device lowers the limit if it reaches less; none raises it. */
TEST(generic_a2_limits_get_lower)
{
	hyp_spin_lock(&devmed_setup_lock);
	ASSERT_EQ(devmed_limit_reach(2 * (u64)SZ_4G), 0);
	ASSERT_EQ(devmed_limit_reach(SZ_4G), 0);
	ASSERT_EQ(devmed_limit_reach(2 * (u64)SZ_4G), 0);
	hyp_spin_unlock(&devmed_setup_lock);
	ASSERT(devmed_is_reachable(0, SZ_4G));
	ASSERT(!devmed_is_reachable(0, SZ_4G + PAGE_SIZE));
}
