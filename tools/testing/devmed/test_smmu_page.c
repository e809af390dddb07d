// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages beside the registers of an SMMU: performance monitors and TBUs (threats
 * S27 and S28).
 */
#include "fake_dma.h"
#include "fake_smmu.h"

#include <nvhe/devmed_trap.h>

#define PMCG_BASE	0x09080000ULL
/* SMMU_PMCG_IRQ_CFG0, CFG1, CFGR and CR (IHI 0070, 10.4) */
#define PMCG_IRQ_CFG0	0xe58
#define PMCG_IRQ_CFG1	0xe60
#define PMCG_CFGR	0xe00
#define PMCG_CR		0xe04

/* Nothing of it comes to the host, and nothing of the host's to it. */
static void expect_nothing(struct devmed_region *region, u64 offset, u8 size)
{
	struct devmed_access access = {
		.offset = offset, .size = size, .write = true, .value = U64_MAX,
	};
	enum devmed_counter reason;

	fake_log_reset();
	ASSERT_EQ(devmed_access_reg(region, &access, &reason), DEVMED_IGNORE);
	access.write = false;
	ASSERT_EQ(devmed_access_reg(region, &access, &reason), DEVMED_IGNORE);
	ASSERT_EQ(reason, DEVMED_REFUSED_HOLE);
	ASSERT_EQ(fake_count(FAKE_READ) + fake_count(FAKE_WRITE), 0);
}

TEST(smmu_pmcg_s27)
{
	struct devmed_access cfgr = {
		.offset = PMCG_CFGR, .size = 4, .value = U64_MAX,
	};
	enum devmed_counter reason;
	s8 level;
	int id;

	ASSERT_EQ(fake_smmu_start(DEVMED_SMMUV3_COHERENT), 0);
	id = devmed_register(DEVMED_CLASS_SMMUV3_PAGE, PMCG_BASE, PAGE_SIZE, 0);
	ASSERT_EQ(id < 0 ? -id : 0, 0);
	/* The policy wants an answer for it, too. */
	devmed_set_policy(true, 0);
	ASSERT(!devmed_allows_protected_vm());
	ASSERT_EQ(devmed_start(id, 0, 0), 0);
	ASSERT_EQ(devmed_stop(id), 0);
	ASSERT_EQ(devmed_start(id, 0, 0), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	expect_nothing(devmed_get_region(id), PMCG_IRQ_CFG0, 8);
	expect_nothing(devmed_get_region(id), PMCG_IRQ_CFG1, 4);
	ASSERT_EQ(devmed_access_reg(devmed_get_region(id), &cfgr, &reason),
		  DEVMED_EMULATE);
	ASSERT_EQ(cfgr.value, 0);
	expect_nothing(devmed_get_region(id), PMCG_CR, 4);
	/* Nor do devices reach it. */
	ASSERT_EQ(fake_dma_look(PMCG_BASE, &level), 0);
	ASSERT_EQ(fake_dma_look(PMCG_BASE + PAGE_SIZE, &level),
		  FAKE_DMA_READ | FAKE_DMA_WRITE);
}

/* A page belongs to one region: an SMMU's is not a group's. */
TEST(smmu_pmcg_overlap)
{
	struct devmed_region *region;

	ASSERT_EQ(fake_smmu_start(DEVMED_SMMUV3_COHERENT), 0);
	ASSERT_EQ(devmed_register(DEVMED_CLASS_SMMUV3_PAGE, FAKE_SMMU_BASE + SZ_8K,
				  PAGE_SIZE, 0), -EEXIST);
	ASSERT_EQ(devmed_register(DEVMED_CLASS_SMMUV3_PAGE, FAKE_SMMU_BASE + FAKE_SMMU_SIZE -
				  PAGE_SIZE, 2 * PAGE_SIZE, 0), -EEXIST);
	ASSERT_EQ(devmed_register(DEVMED_CLASS_SMMUV3, FAKE_SMMU_BASE + SZ_64K,
				  FAKE_SMMU_SIZE, 0), -EEXIST);
	/* What is described as part of an SMMU, as TBUs are, is denied with it. */
	region = smmu_region;
	expect_nothing(region, SZ_8K + PMCG_IRQ_CFG0, 8);
	expect_nothing(region, 0xe00, 4);
	expect_nothing(region, SMMU_PAGE1 + SZ_8K, 4);
}
