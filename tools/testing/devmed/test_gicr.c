// SPDX-License-Identifier: GPL-2.0-only
/*
 * gicr.c, gicr-vlpi.c: redistributors whose tables a host would like to choose
 * (R01 to R17, R21).
 */
#include "fake_dram.h"
#include "harness.h"
#include "its_mediate.h"

#define RD		1
#define REG(offset)	(model_rd_phys(RD) + (offset))
#define VREG(offset)	(model_rd_phys(RD) + SZ_128K + (offset))
#define PWRR		0x24

static struct model_gic_params params;
static u64 page;

static void start(void)
{
	setup_start(&params);
	page = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	mediate();
}

static void start_default(void)
{
	params = model_gic_default;
	start();
}

static void lpis(bool on)
{
	mediate_write(REG(GICR_CTLR), 4, on);
}

static bool lpis_are_on(void)
{
	return mediate_read(REG(GICR_CTLR), 4) & GICR_CTLR_ENABLE_LPIS;
}

static u64 refused(void)
{
	return mediate_counter(mediate_rd[RD], DEVMED_REFUSED_HANDLER);
}

static void set_pending_table(u64 phys)
{
	mediate_write(REG(GICR_PENDBASER), 8, phys | GICR_PENDBASER_InnerShareable |
		      GICR_PENDBASER_RaWaWb);
}

static void set_config_table(u64 phys, unsigned int bits)
{
	mediate_write(REG(GICR_PROPBASER), 8, phys | GICR_PROPBASER_InnerShareable |
		      GICR_PROPBASER_RaWaWb | (bits - 1));
}

/* The enable is where the value takes effect, and where it is refused. */
static void check_not_enabled(void)
{
	u64 count = refused();

	lpis(true);
	ASSERT(!lpis_are_on());
	ASSERT_EQ(refused(), count + 1);
	model_gic_check();
}

static void check_pins(u64 phys, unsigned int pins)
{
	ASSERT_EQ(hyp_phys_to_page(phys)->refcount, pins);
}

/* As the driver does it on a CPU that comes later. */
static void check_enable(void)
{
	lpis(false);
	set_config_table(setup_driver.prop, MODEL_LPI_BITS);
	set_pending_table(setup_driver.pend[RD]);
	lpis(true);
	ASSERT(lpis_are_on());
	mediate_works();
}

TEST(gicr_r01_pending_table_of_others)
{
	u64 guest;

	start_default();
	guest = page;
	fake_guest_takes(guest);
	lpis(false);
	set_pending_table(guest);
	check_not_enabled();
	set_pending_table(MEDIATE_POOL_BASE);
	check_not_enabled();
	set_pending_table(setup_driver.table[0]);
	check_not_enabled();
	set_pending_table(MODEL_ITS_BASE & ~0xffffULL);
	check_not_enabled();
	set_pending_table(GENMASK_ULL(51, 16));
	check_not_enabled();
	check_enable();
}

/* Its last page counts as its first. */
TEST(gicr_r01_pending_table_to_its_end)
{
	start_default();
	lpis(false);
	fake_guest_takes(page + BIT(MODEL_LPI_BITS) / 8 - PAGE_SIZE);
	set_pending_table(page);
	check_not_enabled();
	check_pins(page, 0);
	check_enable();
}

TEST(gicr_r02_config_table_of_others)
{
	unsigned int rd;

	start_default();
	/* It is one for all: nobody may use the old one. */
	for (rd = 0; rd < setup_driver.nr_rds; rd++)
		mediate_write(model_rd_phys(rd) + GICR_CTLR, 4, 0);
	check_pins(setup_driver.prop, 0);
	fake_guest_takes(page + SZ_32K);
	set_config_table(page, MODEL_LPI_BITS);
	check_not_enabled();
	check_pins(page, 0);
	set_config_table(MEDIATE_POOL_BASE, MODEL_LPI_BITS);
	check_not_enabled();
	for (rd = 0; rd < setup_driver.nr_rds; rd++)
		mediate_write(model_rd_phys(rd) + GICR_CTLR, 4, 1);
	check_enable();
}

/* Both stay while LPIs are enabled; the model fails if one arrives. */
TEST(gicr_r03_tables_move)
{
	u64 count;

	start_default();
	count = refused();
	set_pending_table(page);
	set_config_table(page, MODEL_LPI_BITS);
	mediate_write(REG(GICR_PENDBASER), 4, page);
	mediate_write(REG(GICR_PENDBASER) + 4, 4, 0);
	ASSERT_EQ(refused(), count + 4);
	ASSERT_EQ(mediate_read(REG(GICR_PENDBASER), 8) & GENMASK_ULL(51, 16),
		  setup_driver.pend[RD]);
	mediate_works();
}

/* INTIDs of another width, or none that could be an LPI. */
TEST(gicr_r04_id_bits)
{
	unsigned int bits;

	start_default();
	lpis(false);
	for (bits = 1; bits <= 32; bits++) {
		if (bits == MODEL_LPI_BITS)
			continue;
		set_config_table(setup_driver.prop, bits);
		check_not_enabled();
	}
	check_enable();
}

TEST(gicr_r04_another_table)
{
	start_default();
	lpis(false);
	set_config_table(page, MODEL_LPI_BITS);
	check_not_enabled();
	check_enable();
}

/* Pinned until it has been written back. */
TEST(gicr_r05_disable_takes_time)
{
	params = model_gic_default;
	params.rd.rwp_delay = 30;
	start();
	lpis(false);
	check_pins(setup_driver.pend[RD], 0);
	model_gic_check();
	check_enable();
}

TEST(gicr_r05_disable_takes_too_long)
{
	unsigned int i;

	params = model_gic_default;
	params.rd.rwp_delay = 5000;
	start();
	lpis(false);
	check_pins(setup_driver.pend[RD], 1);
	ASSERT_EQ(__pkvm_host_unshare_hyp(setup_driver.pend[RD] >> PAGE_SHIFT), -EBUSY);
	set_pending_table(page);
	check_not_enabled();
	for (i = 0; i < 5000; i++)
		mediate_read(REG(GICR_CTLR), 4);
	lpis(false);
	check_pins(setup_driver.pend[RD], 0);
	model_gic_check();
	lpis(true);
	ASSERT(lpis_are_on());
}

TEST(gicr_r06_cannot_disable)
{
	params = model_gic_default;
	params.rd.sticky = true;
	start();
	lpis(false);
	ASSERT(lpis_are_on());
	check_pins(setup_driver.pend[RD], 1);
	set_pending_table(page);
	lpis(true);
	check_pins(page, 0);
	mediate_works();
}

TEST(gicr_r07_overlaps)
{
	start_default();
	lpis(false);
	set_pending_table(setup_driver.pend[0]);
	check_not_enabled();
	set_pending_table(setup_driver.prop);
	check_not_enabled();
	set_pending_table(setup_driver.ring);
	check_not_enabled();
	set_pending_table(setup_itt & ~0xffffULL);
	check_not_enabled();
	check_enable();
}

/* What a table is to be zero for, nobody promises. */
TEST(gicr_r08_attributes)
{
	u64 before;

	start_default();
	before = mediate_read(REG(GICR_PENDBASER), 8);
	lpis(false);
	*(u8 *)fake_host_va(setup_driver.pend[RD] + 2000) = 0x10;
	mediate_write(REG(GICR_PENDBASER), 8, setup_driver.pend[RD] |
		      GICR_PENDBASER_PTZ);
	mediate_write(REG(GICR_PROPBASER), 8, setup_driver.prop |
		      (MODEL_LPI_BITS - 1));
	lpis(true);
	ASSERT(lpis_are_on());
	ASSERT_EQ(mediate_read(REG(GICR_PENDBASER), 8), before);
	ASSERT(model_lpi_pending(RD, 2000 * 8 + 4));
	mediate_works();
}

/* R09: the model fails at an INTID that it has no bit for. */
TEST(gicr_r09_r10_direct_lpi)
{
	static const u64 bad[] = {
		0, 1023, 8191, 65536, 0x20000, U32_MAX, GICR_INVLPIR_V, U64_MAX,
	};
	unsigned int i;

	params = model_gic_default;
	params.rd.direct_lpi = true;
	start();
	mediate_write(REG(GICR_SETLPIR), 8, SETUP_LPI);
	ASSERT_EQ(model_lpis_taken(RD, SETUP_LPI), 1);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		mediate_write(REG(GICR_SETLPIR), 8, bad[i]);
		mediate_write(REG(GICR_CLRLPIR), 8, bad[i]);
		mediate_write(REG(GICR_SETLPIR), 4, bad[i]);
		mediate_write(REG(GICR_INVLPIR), 8, bad[i]);
		mediate_write(REG(GICR_INVALLR), 8, bad[i] | GICR_INVALLR_V);
	}
	mediate_write(REG(GICR_INVLPIR), 8, GICR_INVLPIR_V | SETUP_LPI);
	mediate_write(REG(GICR_INVLPIR), 8, GICR_INVLPIR_VPEID | SETUP_LPI);
	ASSERT_EQ(model_lpis_taken(RD, SETUP_LPI), 1);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, false);
	mediate_write(REG(GICR_INVLPIR), 8, SETUP_LPI);
	ASSERT_EQ(mediate_read(REG(GICR_SYNCR), 4), 0);
	mediate_write(REG(GICR_SETLPIR), 8, SETUP_LPI);
	ASSERT(model_lpi_pending(RD, SETUP_LPI));
	mediate_write(REG(GICR_CLRLPIR), 8, SETUP_LPI);
	ASSERT(!model_lpi_pending(RD, SETUP_LPI));
	mediate_write(REG(GICR_SETLPIR), 8, SETUP_LPI);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, true);
	mediate_write(REG(GICR_INVALLR), 8, 0);
	ASSERT_EQ(model_lpis_taken(RD, SETUP_LPI), 2);
	mediate_works();
}

/* R11: no vPE is ever resident. */
TEST(gicr_r11_vpe_tables)
{
	u64 offset;

	params = model_gic_default;
	params.its.v4 = 40;
	start();
	mediate_write(VREG(GICR_VPROPBASER), 8, page | 15);
	mediate_write(VREG(GICR_VPENDBASER), 8, page | GICR_VPENDBASER_Valid);
	mediate_write(VREG(GICR_VPENDBASER) + 4, 4, BIT(31));
	ASSERT(!(model_mmio_read(VREG(GICR_VPENDBASER), 8) & GICR_VPENDBASER_Valid));
	ASSERT_EQ(model_mmio_read(VREG(GICR_VPROPBASER), 8), 15);
	for (offset = 0; offset < SZ_64K; offset += 8)
		mediate_write(VREG(offset), 8, U64_MAX);
	for (offset = 0; offset < SZ_64K; offset += 4)
		mediate_write(VREG(offset), 4, U32_MAX);
	ASSERT(!(model_mmio_read(VREG(GICR_VPENDBASER), 8) & GICR_VPENDBASER_Valid));
	mediate_works();
}

/* R12, R13: of 4.1, the table of vPEs is taken away, vSGIs are not there. */
TEST(gicr_r12_r13_vpe_table)
{
	params = model_gic_default;
	params.its.v4 = 41;
	params.its.baser[2] = (struct model_baser_params) {
		GITS_BASER_TYPE_VCPU, 32, false, 0
	};
	setup_start(&params);
	page = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	model_mmio_write(VREG(GICR_VPROPBASER), 8, page | GICR_VPROPBASER_4_1_VALID);
	mediate();
	ASSERT_EQ(model_mmio_read(VREG(GICR_VPROPBASER), 8) &
		  GICR_VPROPBASER_4_1_VALID, 0);
	mediate_write(VREG(GICR_VPROPBASER), 8, page | GICR_VPROPBASER_4_1_VALID);
	mediate_write(VREG(GICR_VPENDBASER), 8, GICR_VPENDBASER_Valid | 3);
	mediate_write(VREG(GICR_VSGIR), 4, 3);
	ASSERT_EQ(mediate_read(VREG(GICR_VSGIPENDR), 4), 0);
	ASSERT_EQ(model_mmio_read(VREG(GICR_VPROPBASER), 8) &
		  GICR_VPROPBASER_4_1_VALID, 0);
	mediate_works();
}

/* R14: the power register is not the host's; lost power is noticed. */
TEST(gicr_r14_power)
{
	params = model_gic_default;
	params.rd.pwrr = true;
	start();
	mediate_write(REG(PWRR), 4, 1);
	ASSERT_EQ(model_mmio_read(REG(PWRR), 4), 0);
	model_rd_power_cut(RD);
	model_gic_check();
	set_config_table(setup_driver.prop, MODEL_LPI_BITS);
	set_pending_table(page);
	lpis(true);
	ASSERT(lpis_are_on());
	check_pins(page, 1);
	check_pins(setup_driver.pend[RD], 0);
	check_pins(setup_driver.prop, 1);
	mediate_works();
}

/* Asleep it writes back, and is not disabled. */
TEST(gicr_r14_sleep)
{
	start_default();
	mediate_write(REG(GICR_WAKER), 4, U32_MAX);
	ASSERT_EQ(mediate_read(REG(GICR_WAKER), 4), GICR_WAKER_ProcessorSleep |
		  GICR_WAKER_ChildrenAsleep);
	mediate_write(REG(GICR_WAKER), 4, 0);
	ASSERT(lpis_are_on());
	mediate_works();
}

/* R15: a CPU that was off at the handover comes up later. */
TEST(gicr_r15_late_cpu)
{
	params = model_gic_default;
	setup_driver.skip_lpis = BIT(RD);
	start();
	ASSERT(!lpis_are_on());
	fake_guest_takes(page);
	set_config_table(setup_driver.prop, MODEL_LPI_BITS);
	set_pending_table(page);
	check_not_enabled();
	set_pending_table(page - SZ_64K);
	check_not_enabled();
	page = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	set_pending_table(page);
	lpis(true);
	ASSERT(lpis_are_on());
	setup_sync(model_movi(SETUP_DEV, SETUP_EVENT, RD), RD);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(RD, SETUP_LPI), 1);
	model_gic_check();
}

/* R17: reserved and IMPLEMENTATION DEFINED: the model fails if they arrive. */
TEST(gicr_r17_all_offsets)
{
	u64 offset;

	start_default();
	for (offset = 0; offset < SZ_64K; offset += 4) {
		if (offset == GICR_CTLR)
			continue;
		mediate_try_write(REG(offset), 4, U32_MAX);
		if (offset % 8 == 0)
			mediate_try_write(REG(offset), 8, U64_MAX);
		mediate_read(REG(offset), 4);
	}
	mediate_write(REG(GICR_CTLR), 4, U32_MAX);
	mediate_write(REG(GICR_WAKER), 4, 0);
	ASSERT(lpis_are_on());
	mediate_works();
}

/* R18: what is left enabled stays pinned, so another kernel cannot give it away. */
TEST(gicr_r18_kexec)
{
	start_default();
	ASSERT_EQ(__pkvm_host_unshare_hyp(setup_driver.pend[RD] >> PAGE_SHIFT), -EBUSY);
	ASSERT_EQ(__pkvm_host_unshare_hyp(setup_driver.prop >> PAGE_SHIFT), -EBUSY);
	ASSERT_EQ(__pkvm_host_donate_hyp(setup_driver.pend[RD] >> PAGE_SHIFT, 1), -EPERM);
	mediate_works();
}

/* R21: dirty lines of an earlier owner do not hide what is written there. */
TEST(gicr_r21_not_coherent)
{
	params = model_gic_default;
	params.rd.coherency = MODEL_NEVER_SNOOPS;
	params.rd.not_shareable = true;
	params.its.coherency = MODEL_NEVER_SNOOPS;
	params.its.ring_not_shareable = true;
	params.its.tables_not_shareable = true;
	start();
	lpis(false);
	/* Zero, says the host; DRAM has what was there before. */
	memset(fake_host_va(page), 0xff, SZ_64K);
	fake_dram_evict_all();
	memset(fake_host_va(page), 0, SZ_64K);
	set_config_table(setup_driver.prop, MODEL_LPI_BITS);
	set_pending_table(page);
	lpis(true);
	ASSERT(!model_lpi_pending(RD, 9000));
	setup_sync(model_mapti(SETUP_DEV, 2, 9001, RD), RD);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	fake_dram_evict_all();
	ASSERT(model_lpi_pending(RD, 9001));
	lpis(false);
	/* Seen by the host, once it is its own again. */
	ASSERT(*(u8 *)fake_host_va(page + 9001 / 8) & BIT(9001 % 8));
	mediate_works();
}

/* Off and on again: no pin too many, none too few. */
TEST(gicr_hotplug_1000_times)
{
	unsigned int i;

	start_default();
	for (i = 0; i < 1000; i++) {
		lpis(false);
		check_pins(setup_driver.pend[RD], 0);
		check_pins(setup_driver.prop, 1);
		set_pending_table(i % 2 ? setup_driver.pend[RD] : page);
		lpis(true);
		check_pins(i % 2 ? setup_driver.pend[RD] : page, 1);
	}
	mediate_works();
}

/* Tables of CPUs that are up are pinned at the handover, for their whole length. */
TEST(gicr_handover)
{
	unsigned int rd;
	u64 offset;

	start_default();
	for (rd = 0; rd < setup_driver.nr_rds; rd++) {
		for (offset = 0; offset < SZ_64K; offset += PAGE_SIZE)
			check_pins(setup_driver.pend[rd] + offset, 1);
	}
	for (offset = 0; offset < BIT(MODEL_LPI_BITS) - 8192; offset += PAGE_SIZE)
		check_pins(setup_driver.prop + offset, 1);
	/* SGI_base is the host's: nothing of it traps. */
	ASSERT_EQ(fake_s2(model_rd_phys(0) + SZ_64K), FAKE_S2_LAZY);
}
