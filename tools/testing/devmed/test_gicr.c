// SPDX-License-Identifier: GPL-2.0-only
/*
 * gicr.c, gicr-vlpi.c: redistributors whose tables a host would like to choose
 * (R01 to R13, R17, R21).
 */
#include "bed_rd.h"
#include "fake_dram.h"
#include "harness.h"

static struct model_gic_params params;

TEST(gicr_r01_pending_table_of_others)
{
	u64 guest;

	rd_start_default();
	guest = rd_page;
	fake_guest_takes(guest);
	rd_set_lpis(false);
	rd_set_pending_table(guest);
	rd_check_not_enabled();
	rd_set_pending_table(MEDIATE_POOL_BASE);
	rd_check_not_enabled();
	rd_set_pending_table(setup_driver.table[0]);
	rd_check_not_enabled();
	rd_set_pending_table(MODEL_ITS_BASE & ~0xffffULL);
	rd_check_not_enabled();
	rd_set_pending_table(GENMASK_ULL(51, 16));
	rd_check_not_enabled();
	rd_check_enable();
}

/* Its last page counts as its first. */
TEST(gicr_r01_pending_table_to_its_end)
{
	rd_start_default();
	rd_set_lpis(false);
	fake_guest_takes(rd_page + BIT(MODEL_LPI_BITS) / 8 - PAGE_SIZE);
	rd_set_pending_table(rd_page);
	rd_check_not_enabled();
	rd_check_pins(rd_page, 0);
	rd_check_enable();
}

/* With few LPIs it is still of 64 KiB, whatever of them the redistributor uses. */
TEST(gicr_r01_pending_table_64k)
{
	params = model_gic_default;
	setup_driver.lpi_bits = 14;
	rd_start(&params);
	rd_set_lpis(false);
	fake_guest_takes(rd_page + SZ_64K - PAGE_SIZE);
	rd_set_pending_table(rd_page);
	rd_check_not_enabled();
	rd_check_pins(rd_page, 0);
}

/* One table that cannot be had, and the other is let go of. */
TEST(gicr_r02_config_left)
{
	unsigned int rd;

	rd_start_default();
	for (rd = 0; rd < setup_driver.nr_rds; rd++)
		mediate_write(model_rd_phys(rd) + GICR_CTLR, 4, 0);
	rd_set_pending_table(MEDIATE_POOL_BASE);
	rd_check_not_enabled();
	rd_check_pins(setup_driver.prop, 0);
	rd_set_config_table(rd_page, MODEL_LPI_BITS);
	rd_set_pending_table(setup_driver.pend[RD]);
	rd_set_lpis(true);
	ASSERT(rd_lpis_are_on());
	rd_check_pins(rd_page, 1);
}

TEST(gicr_r02_config_table_of_others)
{
	unsigned int rd;

	rd_start_default();
	/* It is one for all: nobody may use the old one. */
	for (rd = 0; rd < setup_driver.nr_rds; rd++)
		mediate_write(model_rd_phys(rd) + GICR_CTLR, 4, 0);
	rd_check_pins(setup_driver.prop, 0);
	fake_guest_takes(rd_page + SZ_32K);
	rd_set_config_table(rd_page, MODEL_LPI_BITS);
	rd_check_not_enabled();
	rd_check_pins(rd_page, 0);
	rd_set_config_table(MEDIATE_POOL_BASE, MODEL_LPI_BITS);
	rd_check_not_enabled();
	for (rd = 0; rd < setup_driver.nr_rds; rd++)
		mediate_write(model_rd_phys(rd) + GICR_CTLR, 4, 1);
	rd_check_enable();
}

/* Both stay while LPIs are enabled; the model fails if one arrives. */
TEST(gicr_r03_tables_move)
{
	u64 count;

	rd_start_default();
	count = rd_refused();
	rd_set_pending_table(rd_page);
	rd_set_config_table(rd_page, MODEL_LPI_BITS);
	mediate_write(RD_REG(GICR_PENDBASER), 4, rd_page);
	mediate_write(RD_REG(GICR_PENDBASER) + 4, 4, 0);
	ASSERT_EQ(rd_refused(), count + 4);
	ASSERT_EQ(mediate_read(RD_REG(GICR_PENDBASER), 8) & GENMASK_ULL(51, 16),
		  setup_driver.pend[RD]);
	mediate_works();
}

/* INTIDs of another width, or none that could be an LPI. */
TEST(gicr_r04_id_bits)
{
	unsigned int bits;

	rd_start_default();
	rd_set_lpis(false);
	for (bits = 1; bits <= 32; bits++) {
		if (bits == MODEL_LPI_BITS)
			continue;
		rd_set_config_table(setup_driver.prop, bits);
		rd_check_not_enabled();
	}
	rd_check_enable();
}

/* Of the first one, where nothing else says how many there are. */
TEST(gicr_r04_first_id_bits)
{
	unsigned int bits;

	params = model_gic_default;
	setup_driver.skip_lpis = U32_MAX;
	setup_gic(&params);
	rd_page = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	mediate();
	rd_set_pending_table(rd_page);
	for (bits = 1; bits <= 32; bits++) {
		if (bits >= 14 && bits <= 24)
			continue;
		rd_set_config_table(setup_driver.prop, bits);
		rd_check_not_enabled();
	}
	rd_set_config_table(setup_driver.prop, 14);
	rd_set_lpis(true);
	ASSERT(rd_lpis_are_on());
}

/* ITSs may have been told of all LPIs that there ever were. */
TEST(gicr_r04_bits_for_good)
{
	unsigned int rd;

	rd_start_default();
	for (rd = 0; rd < setup_driver.nr_rds; rd++)
		mediate_write(model_rd_phys(rd) + GICR_CTLR, 4, 0);
	rd_set_config_table(setup_driver.prop, MODEL_LPI_BITS - 1);
	rd_check_not_enabled();
	for (rd = 0; rd < setup_driver.nr_rds; rd++) {
		if (rd != RD)
			mediate_write(model_rd_phys(rd) + GICR_CTLR, 4, 1);
	}
	rd_check_enable();
}

TEST(gicr_r04_another_table)
{
	rd_start_default();
	rd_set_lpis(false);
	rd_set_config_table(rd_page, MODEL_LPI_BITS);
	rd_check_not_enabled();
	rd_check_enable();
}

/* Pinned until it has been written back. */
TEST(gicr_r05_disable_takes_time)
{
	params = model_gic_default;
	params.rd.rwp_delay = 30;
	rd_start(&params);
	rd_set_lpis(false);
	rd_check_pins(setup_driver.pend[RD], 0);
	model_gic_check();
	rd_check_enable();
}

TEST(gicr_r05_disable_takes_too_long)
{
	unsigned int i;

	params = model_gic_default;
	params.rd.rwp_delay = 5000;
	rd_start(&params);
	rd_set_lpis(false);
	rd_check_pins(setup_driver.pend[RD], 1);
	ASSERT_EQ(__pkvm_host_unshare_hyp(setup_driver.pend[RD] >> PAGE_SHIFT), -EBUSY);
	rd_set_pending_table(rd_page);
	rd_check_not_enabled();
	for (i = 0; i < 5000; i++)
		mediate_read(RD_REG(GICR_CTLR), 4);
	rd_set_lpis(false);
	rd_check_pins(setup_driver.pend[RD], 0);
	model_gic_check();
	rd_set_lpis(true);
	ASSERT(rd_lpis_are_on());
}

TEST(gicr_r06_cannot_disable)
{
	params = model_gic_default;
	params.rd.sticky = true;
	rd_start(&params);
	rd_set_lpis(false);
	ASSERT(rd_lpis_are_on());
	rd_check_pins(setup_driver.pend[RD], 1);
	rd_set_pending_table(rd_page);
	rd_set_lpis(true);
	rd_check_pins(rd_page, 0);
	mediate_works();
}

TEST(gicr_r07_overlaps)
{
	rd_start_default();
	rd_set_lpis(false);
	rd_set_pending_table(setup_driver.pend[0]);
	rd_check_not_enabled();
	rd_set_pending_table(setup_driver.prop);
	rd_check_not_enabled();
	rd_set_pending_table(setup_driver.ring);
	rd_check_not_enabled();
	rd_set_pending_table(setup_itt & ~0xffffULL);
	rd_check_not_enabled();
	rd_check_enable();
}

/* What a table is to be zero for, nobody promises. */
TEST(gicr_r08_attributes)
{
	u64 config;
	u64 before;

	rd_start_default();
	config = mediate_read(RD_REG(GICR_PROPBASER), 8);
	before = mediate_read(RD_REG(GICR_PENDBASER), 8);
	rd_set_lpis(false);
	*(u8 *)fake_host_va(setup_driver.pend[RD] + 2000) = 0x10;
	mediate_write(RD_REG(GICR_PENDBASER), 8, setup_driver.pend[RD] |
		      GICR_PENDBASER_PTZ);
	mediate_write(RD_REG(GICR_PROPBASER), 8, setup_driver.prop |
		      (MODEL_LPI_BITS - 1));
	rd_set_lpis(true);
	ASSERT(rd_lpis_are_on());
	ASSERT_EQ(mediate_read(RD_REG(GICR_PENDBASER), 8), before);
	ASSERT_EQ(mediate_read(RD_REG(GICR_PROPBASER), 8), config);
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
	rd_start(&params);
	mediate_write(RD_REG(GICR_SETLPIR), 8, SETUP_LPI);
	ASSERT_EQ(model_lpis_taken(RD, SETUP_LPI), 1);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		mediate_write(RD_REG(GICR_SETLPIR), 8, bad[i]);
		mediate_write(RD_REG(GICR_CLRLPIR), 8, bad[i]);
		mediate_write(RD_REG(GICR_SETLPIR), 4, bad[i]);
		mediate_write(RD_REG(GICR_INVLPIR), 8, bad[i]);
		mediate_write(RD_REG(GICR_INVALLR), 8, bad[i] | GICR_INVALLR_V);
	}
	mediate_write(RD_REG(GICR_INVLPIR), 8, GICR_INVLPIR_V | SETUP_LPI);
	mediate_write(RD_REG(GICR_INVLPIR), 8, GICR_INVLPIR_VPEID | SETUP_LPI);
	ASSERT_EQ(model_lpis_taken(RD, SETUP_LPI), 1);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, false);
	mediate_write(RD_REG(GICR_INVLPIR), 8, SETUP_LPI);
	ASSERT_EQ(mediate_read(RD_REG(GICR_SYNCR), 4), 0);
	mediate_write(RD_REG(GICR_SETLPIR), 8, SETUP_LPI);
	ASSERT(model_lpi_pending(RD, SETUP_LPI));
	mediate_write(RD_REG(GICR_CLRLPIR), 8, SETUP_LPI);
	ASSERT(!model_lpi_pending(RD, SETUP_LPI));
	mediate_write(RD_REG(GICR_SETLPIR), 8, SETUP_LPI);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, true);
	mediate_write(RD_REG(GICR_INVALLR), 8, 0);
	ASSERT_EQ(model_lpis_taken(RD, SETUP_LPI), 2);
	mediate_works();
}

/* R11: no vPE is resident that is not mapped. */
TEST(gicr_r11_vpe_tables)
{
	u64 offset;

	params = model_gic_default;
	params.its.v4 = 40;
	rd_start(&params);
	mediate_write(RD_VREG(GICR_VPROPBASER), 8, rd_page | 15);
	mediate_write(RD_VREG(GICR_VPENDBASER), 8, rd_page | GICR_VPENDBASER_Valid);
	mediate_write(RD_VREG(GICR_VPENDBASER) + 4, 4, BIT(31));
	ASSERT(!(model_mmio_read(RD_VREG(GICR_VPENDBASER), 8) & GICR_VPENDBASER_Valid));
	ASSERT_EQ(model_mmio_read(RD_VREG(GICR_VPROPBASER), 8), 15);
	for (offset = 0; offset < SZ_64K; offset += 8)
		mediate_write(RD_VREG(offset), 8, U64_MAX);
	for (offset = 0; offset < SZ_64K; offset += 4)
		mediate_write(RD_VREG(offset), 4, U32_MAX);
	ASSERT(!(model_mmio_read(RD_VREG(GICR_VPENDBASER), 8) & GICR_VPENDBASER_Valid));
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
	rd_page = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	model_mmio_write(RD_VREG(GICR_VPROPBASER), 8, rd_page | GICR_VPROPBASER_4_1_VALID);
	mediate();
	ASSERT_EQ(model_mmio_read(RD_VREG(GICR_VPROPBASER), 8) &
		  GICR_VPROPBASER_4_1_VALID, 0);
	mediate_write(RD_VREG(GICR_VPROPBASER), 8, rd_page | GICR_VPROPBASER_4_1_VALID);
	mediate_write(RD_VREG(GICR_VPENDBASER), 8, GICR_VPENDBASER_Valid | 3);
	ASSERT(!(model_mmio_read(RD_VREG(GICR_VPENDBASER), 8) & GICR_VPENDBASER_Valid));
	mediate_write(RD_VREG(GICR_VSGIR), 4, 3);
	ASSERT_EQ(mediate_read(RD_VREG(GICR_VSGIPENDR), 4), 0);
	ASSERT_EQ(model_mmio_read(RD_VREG(GICR_VPROPBASER), 8) &
		  (GICR_VPROPBASER_4_1_VALID | GENMASK_ULL(51, 12)), 0);
	mediate_works();
}

/* R17: reserved and IMPLEMENTATION DEFINED: the model fails if they arrive. */
TEST(gicr_r17_all_offsets)
{
	u64 offset;

	rd_start_default();
	for (offset = 0; offset < SZ_64K; offset += 4) {
		if (offset == GICR_CTLR)
			continue;
		mediate_try_write(RD_REG(offset), 4, U32_MAX);
		if (offset % 8 == 0)
			mediate_try_write(RD_REG(offset), 8, U64_MAX);
		mediate_read(RD_REG(offset), 4);
	}
	mediate_write(RD_REG(GICR_CTLR), 4, U32_MAX);
	mediate_write(RD_REG(GICR_WAKER), 4, 0);
	ASSERT(rd_lpis_are_on());
	mediate_works();
}

/* Cavium 38539: likewise what a redistributor says it has not. */
TEST(gicr_r17_absent)
{
	static const u32 writes[] = {
		GICR_SETLPIR, GICR_CLRLPIR, GICR_INVLPIR, GICR_INVALLR,
	};
	unsigned int i;
	u64 count;

	rd_start_default();
	count = rd_refused();
	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		mediate_write(RD_REG(writes[i]), 8,
			      writes[i] == GICR_INVALLR ? 0 : SETUP_LPI);
		ASSERT_EQ(mediate_read(RD_REG(writes[i]), 8), 0);
	}
	ASSERT_EQ(rd_refused(), count + ARRAY_SIZE(writes));
	ASSERT_EQ(mediate_read(RD_REG(GICR_SYNCR), 4), 0);
	mediate_works();
}

/* Without SETLPIR it may have INVLPIR: GICR_CTLR.IR. */
TEST(gicr_r10_inv_regs)
{
	params = model_gic_default;
	params.rd.inv_regs = true;
	params.rd.rwp_delay = 5;
	rd_start(&params);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, true);
	mediate_write(RD_REG(GICR_INVLPIR), 8, SETUP_LPI);
	ASSERT_EQ(mediate_read(RD_REG(GICR_SYNCR), 4), 1);
	mediate_write(RD_REG(GICR_INVALLR), 8, 0);
	mediate_write(RD_REG(GICR_SETLPIR), 8, SETUP_LPI);
	ASSERT_EQ(rd_refused(), 1);
	mediate_works();
}

/* The model fails if any of them arrives. */
TEST(gicr_r17_reserved_bits)
{
	unsigned int bit;

	rd_start_default();
	rd_set_lpis(false);
	for (bit = 0; bit < 64; bit++) {
		mediate_write(RD_REG(GICR_PROPBASER), 8, BIT_ULL(bit));
		mediate_write(RD_REG(GICR_PENDBASER), 8, BIT_ULL(bit));
	}
	rd_check_enable();
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
	rd_start(&params);
	rd_set_lpis(false);
	/* Zero, says the host; DRAM has what was there before. */
	memset(fake_host_va(rd_page), 0xff, SZ_64K);
	fake_dram_evict_all();
	memset(fake_host_va(rd_page), 0, SZ_64K);
	rd_set_config_table(setup_driver.prop, MODEL_LPI_BITS);
	rd_set_pending_table(rd_page);
	rd_set_lpis(true);
	ASSERT(!model_lpi_pending(RD, 9000));
	setup_sync(model_mapti(SETUP_DEV, 2, 9001, RD), RD);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	fake_dram_evict_all();
	ASSERT(model_lpi_pending(RD, 9001));
	/* This one the host's caches know nothing of. */
	setup_sync(model_mapti(SETUP_DEV, 2, 9002, RD), RD);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	rd_set_lpis(false);
	/* Seen by the host, once it is its own again. */
	ASSERT(*(u8 *)fake_host_va(rd_page + 9001 / 8) & BIT(9001 % 8));
	ASSERT(*(u8 *)fake_host_va(rd_page + 9002 / 8) & BIT(9002 % 8));
	mediate_works();
}
