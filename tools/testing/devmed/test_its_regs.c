// SPDX-License-Identifier: GPL-2.0-only
/*
 * its-regs.c: registers of a mediated ITS (I10 to I20, I23 to I30, but
 * for resets: test_its_reset.c).
 */
#include "fake_dram.h"
#include "harness.h"
#include "its_mediate.h"

#define REG(offset)	(MODEL_ITS_BASE + (offset))
#define CTLR		REG(GITS_CTLR)

static struct model_gic_params params;

static u64 refused(void)
{
	return mediate_counter(mediate_its[0], DEVMED_REFUSED_HANDLER);
}

/* Written, counted, and not there. */
static void check_refused(u64 offset, u64 value)
{
	u64 before = mediate_read(REG(offset), 8);
	u64 count = refused();

	ASSERT(mediate_try_write(REG(offset), 8, value));
	ASSERT_EQ(mediate_read(REG(offset), 8), before);
	ASSERT_EQ(refused(), count + 1);
}

TEST(its_i10_queue_moves)
{
	u64 cbaser;

	mediate_default();
	cbaser = mediate_read(REG(GITS_CBASER), 8);
	mediate_disable();
	check_refused(GITS_CBASER, cbaser + SZ_64K);
	check_refused(GITS_CBASER, cbaser ^ 1);
	check_refused(GITS_CBASER, cbaser & ~GITS_CBASER_VALID);
	check_refused(GITS_CBASER, setup_page(1) | GITS_CBASER_VALID);
	check_refused(GITS_CBASER, U64_MAX);
	/* Halves are no way around it. */
	mediate_write(REG(GITS_CBASER), 4, 0);
	mediate_write(REG(GITS_CBASER) + 4, 4, 0);
	ASSERT_EQ(mediate_read(REG(GITS_CBASER), 8), cbaser);
	mediate_enable();
	mediate_works();
}

/* Whatever attributes the host would like, those that work stay. */
TEST(its_i11_queue_attributes)
{
	u64 cbaser;

	mediate_default();
	cbaser = mediate_read(REG(GITS_CBASER), 8);
	mediate_disable();
	mediate_write(REG(GITS_CBASER), 8,
		      (cbaser & ~GITS_CBASER_CACHEABILITY_MASK) | GITS_CBASER_nC);
	ASSERT_EQ(mediate_read(REG(GITS_CBASER), 8), cbaser);
	mediate_write(REG(GITS_CBASER), 8, cbaser & ~GITS_CBASER_SHAREABILITY_MASK);
	ASSERT_EQ(mediate_read(REG(GITS_CBASER), 8), cbaser);
	setup_driver.prod = 0;
	mediate_enable();
	mediate_works();
}

TEST(its_i12_tables_move)
{
	unsigned int n;

	mediate_default();
	mediate_disable();
	for (n = 0; n < MODEL_NR_BASERS; n++) {
		u64 baser = mediate_read(REG(GITS_BASER + n * 8), 8);
		u64 offset = GITS_BASER + n * 8;

		check_refused(offset, baser ^ SZ_1M);
		check_refused(offset, baser ^ GITS_BASER_INDIRECT);
		check_refused(offset, baser ^ 1);
		check_refused(offset, baser ^ GITS_BASER_PAGE_SIZE_64K);
		check_refused(offset, U64_MAX);
	}
	mediate_enable();
	mediate_works();
}

/* A table that never was: its register stays not valid. */
TEST(its_i13_table_out_of_nothing)
{
	params = model_gic_default;
	params.its.v4 = 40;
	params.its.baser[2] = (struct model_baser_params) {
		GITS_BASER_TYPE_VCPU, 16, true, 0
	};
	params.its.baser[3] = (struct model_baser_params) {
		GITS_BASER_TYPE_VCPU, 16, true, 0
	};
	setup_gic(&params);
	/* The driver has no use for the second one. */
	model_mmio_write(REG(GITS_CTLR), 4, 0);
	model_mmio_write(REG(GITS_BASER + 24), 8, 0);
	model_mmio_write(REG(GITS_CTLR), 4, GITS_CTLR_ENABLE);
	mediate();
	mediate_disable();
	check_refused(GITS_BASER + 24, GITS_BASER_VALID);
	check_refused(GITS_BASER + 24,
		      mediate_read(REG(GITS_BASER + 24), 8) | GITS_BASER_VALID);
	mediate_enable();
	model_gic_check();
}

TEST(its_i14_table_attributes)
{
	u64 baser;

	mediate_default();
	mediate_disable();
	baser = mediate_read(REG(GITS_BASER), 8);
	check_refused(GITS_BASER, baser & ~GITS_BASER_VALID);
	mediate_write(REG(GITS_BASER), 8, baser & ~GITS_BASER_SHAREABILITY_MASK);
	ASSERT_EQ(mediate_read(REG(GITS_BASER), 8), baser);
	mediate_write(REG(GITS_BASER), 8, baser & ~GITS_BASER_CACHEABILITY_MASK);
	ASSERT_EQ(mediate_read(REG(GITS_BASER), 8), baser);
	mediate_enable();
	mediate_works();
}

/* The model fails if any bit but Enabled changes. */
TEST(its_i15_ctlr_bits)
{
	unsigned int bit;

	mediate_default();
	for (bit = 1; bit < 32; bit++) {
		mediate_write(CTLR, 4, BIT(bit) | GITS_CTLR_ENABLE);
		ASSERT_EQ(mediate_read(CTLR, 4), GITS_CTLR_ENABLE);
	}
	mediate_works();
}

/* On an ITS with a number, and direct injection, both stay. */
TEST(its_i15_its_number)
{
	u32 ctlr = GITS_CTLR_ENABLE | 3 << 4 | GITS_CTLR_ImDe;

	params = model_gic_default;
	params.its.v4 = 40;
	setup_start(&params);
	model_mmio_write(CTLR, 4, 0);
	model_mmio_write(CTLR, 4, 3 << 4);
	model_mmio_write(CTLR, 4, ctlr);
	mediate();
	mediate_write(CTLR, 4, GITS_CTLR_ENABLE | 5 << 4);
	ASSERT_EQ(mediate_read(CTLR, 4), ctlr);
	mediate_write(CTLR, 4, 0);
	ASSERT_EQ(mediate_read(CTLR, 4) & GITS_CTLR_ITS_NUMBER, 3 << 4);
	mediate_write(CTLR, 4, GITS_CTLR_ENABLE);
	ASSERT_EQ(mediate_read(CTLR, 4), ctlr);
}

/* Read-only, reserved, IMPLEMENTATION DEFINED: the model fails if they arrive. */
TEST(its_i16_i17_i18_all_offsets)
{
	u64 offset;

	mediate_default();
	for (offset = 0; offset < SZ_128K; offset += 4) {
		if (offset >= GITS_CBASER && offset < GITS_CREADR)
			continue;
		if (offset == GITS_CTLR)
			continue;
		mediate_try_write(REG(offset), 4, U32_MAX);
		if (offset % 8 == 0)
			mediate_try_write(REG(offset), 8, U64_MAX);
		if (fake_s2(REG(offset)) == FAKE_S2_HYP)
			ASSERT_EQ(mediate_read(REG(offset), 4), 0);
	}
	ASSERT_EQ(model_its_stats(0)->cpu_msis, 0);
	mediate_works();
}

/*
 * Cavium 38539: what this ITS lacks answers with an abort, so EL2 does not ask.
 * Here with each read trapped.
 */
TEST(its_i17_absent)
{
	u64 offset;

	mediate_default();
	fake_set_s2(MODEL_ITS_BASE, SZ_64K, FAKE_S2_HYP);
	for (offset = 0; offset < SZ_64K; offset += 4)
		mediate_read(REG(offset), 4);
	ASSERT_EQ(mediate_read(REG(GITS_MPIDR), 4), 0);
	ASSERT(mediate_read(REG(GITS_PIDR2), 4));
	mediate_works();
}

TEST(its_i17_mpidr)
{
	params = model_gic_default;
	params.its.v4 = 41;
	mediate_gic(&params);
	fake_set_s2(MODEL_ITS_BASE, SZ_64K, FAKE_S2_HYP);
	ASSERT_EQ(mediate_read(REG(GITS_MPIDR), 4), MODEL_MPIDR);
}

/* A CPU is no device: no MSI of its making. */
TEST(its_i19_translater)
{
	u64 count;

	params = model_gic_default;
	params.its.cpu_devid = SETUP_DEV;
	mediate_gic(&params);
	count = refused();
	ASSERT(mediate_try_write(REG(GITS_TRANSLATER), 4, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 0);
	ASSERT_EQ(refused(), count + 1);
	mediate_works();
}

/* The third frame is there from 4.1 on. */
TEST(its_i20_vsgi)
{
	params = model_gic_default;
	params.its.v4 = 41;
	mediate_gic(&params);
	ASSERT(mediate_try_write(REG(GITS_SGIR), 8, BIT_ULL(32) | 3));
	ASSERT_EQ(fake_s2(REG(GITS_SGIR)), FAKE_S2_HYP);
	mediate_works();
}

/* A ring or table that the ITS reads past the caches: EL2 cleans what it wrote. */
static void start_not_coherent(bool ring, bool tables)
{
	params = model_gic_default;
	params.its.coherency = MODEL_BY_ATTRS;
	params.its.ring_not_shareable = ring;
	params.its.tables_not_shareable = tables;
	mediate_gic(&params);
	model_its_driver_map(&setup_driver, 0x4000, 16);
	setup_sync(model_mapti(0x4000, 15, SETUP_LPI, 1), 1);
	ASSERT(model_its_msi(0, 0x4000, 15));
	fake_dram_evict_all();
	mediate_works();
}

TEST(its_i23_ring_not_coherent)
{
	start_not_coherent(true, true);
}

/* IT11: the two need not agree. */
TEST(its_it11_tables_not_coherent)
{
	start_not_coherent(false, true);
}

/* Commands that it was still at when it was disabled are done by then. */
TEST(its_i28_suspend_under_way)
{
	struct model_cmd cmd;
	u64 count;

	params = model_gic_default;
	params.its.cmd_delay = 5;
	params.its.quiet_delay = 60;
	mediate_gic(&params);
	cmd = model_sync(model_rdbase(0));
	model_its_driver_queue(&setup_driver, cmd.dw);
	mediate_write(REG(GITS_CWRITER), 4, setup_driver.prod);
	mediate_disable();
	count = refused();
	mediate_write(REG(GITS_CBASER), 8, mediate_read(REG(GITS_CBASER), 8));
	ASSERT_EQ(refused(), count);
	setup_driver.prod = 0;
	mediate_enable();
	mediate_works();
}

/* I07: commands that it has not read are not taken back. */
TEST(its_i07_queue_restarted)
{
	struct model_cmd cmd;
	u64 offset;

	mediate_default();
	mediate_disable();
	setup_driver.patience = 1;
	cmd = model_mapd(0x77, 0, 2, true);
	ASSERT(!model_its_driver_send(&setup_driver, cmd.dw));
	offset = mediate_read(REG(GITS_CREADR), 8);
	check_refused(GITS_CBASER, mediate_read(REG(GITS_CBASER), 8));
	ASSERT_EQ(mediate_read(REG(GITS_CREADR), 8), offset);
	mediate_enable();
	setup_driver.patience = 1000;
	ASSERT(model_its_driver_post(&setup_driver));
	setup_sync(model_mapti(0x77, 7, SETUP_LPI + 1, 0), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
}

/* Firmware leaves a table valid that EL2 knows nothing of. */
TEST(its_i13_table_of_firmware)
{
	params = model_gic_default;
	params.its.baser[3] = params.its.baser[1];
	setup_gic(&params);
	model_mmio_write(REG(GITS_CTLR), 4, 0);
	model_mmio_write(REG(GITS_BASER + 24), 8, 0);
	model_mmio_write(REG(GITS_CTLR), 4, GITS_CTLR_ENABLE);
	mediate();
	model_gic_settle();
	mediate_disable();
	model_trust_host(true);
	model_mmio_write(REG(GITS_BASER + 24), 8, setup_page(1) | GITS_BASER_VALID);
	mediate_enable();
	model_trust_host(false);
	ASSERT(!(mediate_read(REG(GITS_BASER + 24), 8) & GITS_BASER_VALID));
}

/* kexec: another kernel finds an ITS that keeps its memory. */
TEST(its_i29_another_kernel)
{
	struct model_its_driver second = setup_driver;

	mediate_default();
	model_its_driver_suspend(&setup_driver);
	second = setup_driver;
	second.ring = setup_page(16);
	mediate_write(REG(GITS_BASER), 8, setup_page(1) | GITS_BASER_VALID);
	mediate_write(REG(GITS_CBASER), 8, ALIGN(second.ring, SZ_64K) |
		      GITS_CBASER_VALID | 15);
	ASSERT(mediate_read(REG(GITS_CBASER), 8) != (second.ring | GITS_CBASER_VALID));
	mediate_enable();
	model_gic_check();
}

/* Not quiescent yet, EL2 waits; never quiescent, it gives up. */
TEST(its_i30_quiescence)
{
	u64 cbaser;

	params = model_gic_default;
	params.its.quiet_delay = 20;
	mediate_gic(&params);
	cbaser = mediate_read(REG(GITS_CBASER), 8);
	mediate_write(CTLR, 4, 0);
	mediate_write(REG(GITS_CBASER), 8, cbaser);
	setup_driver.prod = 0;
	mediate_write(CTLR, 4, GITS_CTLR_ENABLE);
	mediate_works();
}

/* Not disabled at all: the model fails if they arrive. */
TEST(its_i30_while_enabled)
{
	u64 clock;

	mediate_default();
	clock = fake_clock;
	check_refused(GITS_CBASER, mediate_read(REG(GITS_CBASER), 8));
	check_refused(GITS_BASER, mediate_read(REG(GITS_BASER), 8));
	/* EL2 does not wait for what will not come. */
	ASSERT_EQ(fake_clock, clock);
	mediate_works();
}

TEST(its_i30_never_quiescent)
{
	u64 count;

	params = model_gic_default;
	params.its.quiet_delay = 1000000;
	mediate_gic(&params);
	mediate_write(CTLR, 4, 0);
	count = refused();
	mediate_write(REG(GITS_CBASER), 8, mediate_read(REG(GITS_CBASER), 8));
	mediate_write(REG(GITS_BASER), 8, mediate_read(REG(GITS_BASER), 8));
	mediate_write(CTLR, 4, GITS_CTLR_ENABLE);
	ASSERT_EQ(refused(), count + 3);
	ASSERT(!(mediate_read(CTLR, 4) & GITS_CTLR_ENABLE));
	model_gic_check();
}
