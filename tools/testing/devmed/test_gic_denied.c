// SPDX-License-Identifier: GPL-2.0-only
/*
 * gic-denied.c: ITSs that nobody drives, redistributors of CPUs that never came up.
 */
#include <linux/irqchip/arm-gic-v3.h>

#include <nvhe/devmed_trap.h>

#include "fake_dma.h"
#include "fake_smmu.h"

#define DENIED_ITS	0x080a0000ULL
#define DENIED_RD	0x08100000ULL
#define TYPER		0x0000000300000130ULL
#define PIDR2		0x3b

static struct devmed_region *deny(enum devmed_class class, u64 base, u64 size,
				  u64 typer, u32 pidr2)
{
	int id = devmed_register(class, base, size, 0);

	ASSERT_EQ(id < 0 ? -id : 0, 0);
	ASSERT_EQ(devmed_start(id, typer, pidr2), 0);

	return devmed_get_region(id);
}

static struct devmed_region *deny_its(void)
{
	return deny(DEVMED_CLASS_ITS_DENIED, DENIED_ITS, SZ_128K, 0, 0);
}

static struct devmed_region *deny_rd(unsigned int nr)
{
	return deny(DEVMED_CLASS_GICR_DENIED, DENIED_RD + nr * SZ_256K, SZ_256K,
		    TYPER + ((u64)nr << 32), PIDR2);
}

/* The host reads there after it wrote; the frame sees neither. */
static u64 read_back(struct devmed_region *region, u64 offset, u8 size)
{
	struct devmed_access access = {
		.offset = offset, .size = size, .write = true, .value = U64_MAX,
	};
	enum devmed_counter reason;

	ASSERT_EQ(devmed_access_reg(region, &access, &reason), DEVMED_IGNORE);
	access.write = false;
	access.value = 0;
	ASSERT(devmed_access_reg(region, &access, &reason) <= DEVMED_IGNORE);
	ASSERT_EQ(fake_count(FAKE_READ) + fake_count(FAKE_WRITE), 0);

	return access.value;
}

static void expect_zero(struct devmed_region *region)
{
	u64 offset;

	for (offset = 0; offset < region->size; offset += 8) {
		if (region->regs == &devmed_gic_denied_regs &&
		    (offset == GICR_TYPER || offset == (GICR_PIDR2 & ~7)))
			continue;
		ASSERT_EQ(read_back(region, offset, 4), 0);
		ASSERT_EQ(read_back(region, offset + 4, 4), 0);
		ASSERT_EQ(read_back(region, offset, 8), 0);
	}
}

/* An ITS that the driver did not probe is nobody's, GITS_TRANSLATER included. */
TEST(its_unprobed_denied)
{
	struct devmed_region *region;
	s8 level;

	ASSERT_EQ(fake_smmu_start(DEVMED_SMMUV3_COHERENT), 0);
	fake_log_reset();
	region = deny_its();
	expect_zero(region);
	ASSERT_EQ(read_back(region, GITS_TYPER, 8), 0);
	ASSERT_EQ(read_back(region, GITS_PIDR2, 4), 0);
	ASSERT(!devmed_is_translater(DENIED_ITS + GITS_TRANSLATER));
	ASSERT_EQ(devmed_idmap_start(), 0);
	ASSERT_EQ(fake_dma_look(DENIED_ITS, &level), 0);
	ASSERT_EQ(fake_dma_look(DENIED_ITS + GITS_TRANSLATER, &level), 0);
	/* While that of another is a doorbell. */
	ASSERT(devmed_is_translater(FAKE_ITS_BASE + GITS_TRANSLATER));
	ASSERT(fake_dma_look(FAKE_ITS_BASE + GITS_TRANSLATER, &level) & FAKE_DMA_WRITE);
}

/* The host reads its own stage 2 there: nothing without a trap. */
TEST(its_unprobed_direct_reads)
{
	int id = devmed_register(DEVMED_CLASS_ITS_DENIED, DENIED_ITS, SZ_128K,
				 DEVMED_REGION_DIRECT_READS);

	ASSERT_EQ(id, 0);
	ASSERT_EQ(fake_s2(DENIED_ITS), FAKE_S2_HYP);
	ASSERT_EQ(fake_s2(DENIED_ITS + SZ_64K), FAKE_S2_HYP);
}

/* R15: neither EL2 nor the host touches the frames of a CPU that never came up. */
TEST(gicr_r15_absent_cpu_denied)
{
	struct devmed_region *region;

	fake_log_reset();
	region = deny(DEVMED_CLASS_GICR_DENIED, DENIED_RD, SZ_256K, 0, 0);
	expect_zero(region);
	ASSERT_EQ(read_back(region, GICR_TYPER, 8), 0);
	ASSERT_EQ(read_back(region, GICR_PIDR2, 4), 0);
	devmed_finalize();
	devmed_suspend();
	devmed_resume();
	expect_zero(region);
	fake_check_idle();
}

/* A CPU that comes back finds its own redistributor behind those of others. */
TEST(gicr_r15_absent_cpu_passed_by)
{
	struct devmed_region *region;
	unsigned int nr;

	fake_log_reset();
	for (nr = 0; nr < CONFIG_NR_CPUS; nr++) {
		region = deny_rd(nr);
		ASSERT_EQ(read_back(region, GICR_TYPER, 8), TYPER + ((u64)nr << 32));
		ASSERT_EQ(read_back(region, GICR_TYPER, 4), (u32)TYPER);
		ASSERT_EQ(read_back(region, GICR_TYPER + 4, 4), (TYPER >> 32) + nr);
		ASSERT_EQ(read_back(region, GICR_PIDR2, 4), PIDR2);
		expect_zero(region);
	}
	/* More than there are CPUs: left forwarded, which counts for the policy. */
	nr = devmed_register(DEVMED_CLASS_GICR_DENIED, DENIED_RD - SZ_256K, SZ_256K, 0);
	devmed_set_policy(true, 0);
	ASSERT_EQ(devmed_start(nr, TYPER, PIDR2), -ENOSPC);
	ASSERT(!devmed_allows_protected_vm());
	/* Without anything to tell there is room for all. */
	ASSERT_EQ(devmed_start(nr, 0, 0), 0);
	ASSERT(devmed_allows_protected_vm());
}

/* A denied device is held: the policy asks for no more. */
TEST(gicr_r15_absent_cpu_policy)
{
	devmed_set_policy(true, 0);
	deny_its();
	deny_rd(0);
	ASSERT(devmed_allows_protected_vm());
}

TEST(gicr_r15_absent_cpu_undo)
{
	unsigned int i, nr;

	for (i = 0; i < 2; i++) {
		for (nr = 0; nr < CONFIG_NR_CPUS; nr++)
			deny_rd(nr);
		deny_its();
		ASSERT_EQ(devmed_stop(nr), 0);
		ASSERT_EQ(devmed_unregister(nr), 0);
		while (nr--) {
			ASSERT_EQ(devmed_stop(nr), 0);
			ASSERT_EQ(devmed_unregister(nr), 0);
		}
	}
}
