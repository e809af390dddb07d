// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GIC model's options: each shows, and none breaks a driver that does right.
 */
#include "fake_dram.h"
#include "harness.h"
#include "its_setup.h"

#define ITS	MODEL_ITS_BASE
#define RD(n, reg)	(model_rd_phys(n) + (reg))

static struct model_gic_params params;

/* As after setup_start(): one interrupt, and then it moves. */
static void check_delivery(void)
{
	unsigned int taken = model_lpis_taken(3, SETUP_LPI);

	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 1);
	setup_sync(model_movi(SETUP_DEV, SETUP_EVENT, 3), 3);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(3, SETUP_LPI), taken + 1);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	model_gic_settle();
	model_gic_check();
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(3, SETUP_LPI), taken + 2);
}

static void option_pta(void)
{
	params.its.pta = true;
}

static void option_slow(void)
{
	params.its.cmd_delay = 7;
	params.its.quiet_delay = 9;
	params.rd.rwp_delay = 11;
}

static void option_stalls(void)
{
	params.its.stalls = true;
}

static void option_not_shareable(void)
{
	params.its.coherency = MODEL_BY_ATTRS;
	params.rd.coherency = MODEL_BY_ATTRS;
	params.its.ring_not_shareable = true;
	params.its.tables_not_shareable = true;
	params.rd.not_shareable = true;
}

static void option_hcc(void)
{
	params.its.hcc = 2;
}

static void option_cid_bits(void)
{
	params.its.cid_bits = 2;
}

static void option_flat(void)
{
	params.its.baser[0].indirect = false;
}

static void option_4k(void)
{
	params.its.baser[0].page_size = SZ_4K;
	params.its.baser[1].page_size = SZ_4K;
}

static void option_16k(void)
{
	params.its.baser[0].page_size = SZ_16K;
	params.its.baser[0].entry_size = 16;
}

static void option_small_ite(void)
{
	params.its.ite_size = 8;
}

static void option_direct(void)
{
	params.rd.direct_lpi = true;
	params.rd.first_number = 5;
}

TEST(model_gic_options)
{
	static void (* const options[])(void) = {
		option_pta, option_slow, option_stalls, option_not_shareable,
		option_hcc, option_cid_bits, option_flat, option_4k, option_16k,
		option_small_ite, option_direct,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		params = model_gic_default;
		options[i]();
		setup_reset();
		setup_start(&params);
		check_delivery();
	}
}

/* DeviceIDs and events at and beyond the end. */
TEST(model_its_bounds)
{
	struct model_cmd none = {};
	u64 itt;

	params = model_gic_default;
	params.its.dev_bits = 10;
	setup_start(&params);
	itt = setup_page(1);
	setup_send(model_mapd(1023, itt, 2, true));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	setup_send(model_mapd(1024, itt, 2, true));
	ASSERT_EQ(model_its_stats(0)->error, 0x010801);
	setup_send(model_mapd(5, itt, 16, true));
	ASSERT_EQ(model_its_stats(0)->error, 0x010802);
	setup_send(model_mapti(1023, 7, SETUP_LPI + 1, 0));
	ASSERT_EQ(model_its_stats(0)->errors, 2);
	setup_send(model_mapti(1023, 8, SETUP_LPI + 1, 0));
	ASSERT_EQ(model_its_stats(0)->error, 0x010a05);
	setup_send(model_mapti(1023, 1, 8191, 0));
	ASSERT_EQ(model_its_stats(0)->error, 0x010a06);
	setup_send(model_mapti(1023, 1, 65536, 0));
	ASSERT_EQ(model_its_stats(0)->errors, 5);
	setup_send(model_mapti(6, 1, SETUP_LPI, 0));
	ASSERT_EQ(model_its_stats(0)->error, 0x010a04);
	setup_send(model_movi(1023, 0, 0));
	ASSERT_EQ(model_its_stats(0)->error, 0x010107);
	setup_send(model_movi(1023, 7, 77));
	ASSERT_EQ(model_its_stats(0)->error, 0x010109);
	setup_send(model_mapc(0, 77 << 16, true));
	ASSERT_EQ(model_its_stats(0)->error, 0x010902);
	none.dw[0] = 0x7f;
	setup_send(none);
	ASSERT_EQ(model_its_stats(0)->errors, 10);
}

/* It stops there, and goes on with what the slot is by then. */
TEST(model_its_stall)
{
	struct model_cmd bad = model_mapti(6, 1, SETUP_LPI, 0);
	struct model_cmd good;
	u32 slot;

	params = model_gic_default;
	params.its.stalls = true;
	setup_start(&params);
	good = model_sync(model_rdbase(0));
	slot = setup_driver.prod;
	ASSERT(!model_its_driver_send(&setup_driver, bad.dw));
	ASSERT_EQ(model_mmio_read(ITS + GITS_CREADR, 8), slot | 1);
	model_mmio_write(ITS + GITS_CWRITER, 8, setup_driver.prod);
	ASSERT_EQ(model_mmio_read(ITS + GITS_CREADR, 8), slot | 1);
	memcpy(fake_host_va(setup_driver.ring + slot), good.dw, sizeof(good.dw));
	model_mmio_write(ITS + GITS_CWRITER, 8, setup_driver.prod | 1);
	ASSERT_EQ(model_mmio_read(ITS + GITS_CREADR, 8), setup_driver.prod);
}

static void enable_too_early(void)
{
	u32 ctlr = model_mmio_read(ITS + GITS_CTLR, 4);

	model_mmio_write(ITS + GITS_CTLR, 4, ctlr & ~GITS_CTLR_ENABLE);
	model_mmio_write(ITS + GITS_CTLR, 4, ctlr);
}

static void cbaser_too_early(void)
{
	model_mmio_write(ITS + GITS_CTLR, 4, 0);
	model_mmio_write(ITS + GITS_CBASER, 8, 0);
}

TEST(model_its_quiescence)
{
	unsigned int polls = 0;

	params = model_gic_default;
	params.its.quiet_delay = 5;
	params.its.cmd_delay = 3;
	setup_start(&params);
	setup_objects(enable_too_early, "before it was quiescent");
	setup_objects(cbaser_too_early, "GITS_CBASER: written while");
	model_mmio_write(ITS + GITS_CTLR, 4, 0);
	ASSERT(!model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	while (!(model_mmio_read(ITS + GITS_CTLR, 4) & GITS_CTLR_QUIESCENT))
		polls++;
	ASSERT_EQ(polls, 4);
	model_mmio_write(ITS + GITS_CTLR, 4, GITS_CTLR_ENABLE);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
}

/* A doorbell that was rung while disabled is answered by the enable. */
TEST(model_its_submit_while_disabled)
{
	struct model_cmd cmd = model_mapti(SETUP_DEV, 3, SETUP_LPI + 3, 1);

	setup_start(&model_gic_default);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI + 3, true);
	model_mmio_write(ITS + GITS_CTLR, 4, 0);
	ASSERT(!model_its_driver_send(&setup_driver, cmd.dw));
	model_mmio_write(ITS + GITS_CTLR, 4, GITS_CTLR_ENABLE);
	ASSERT(model_its_msi(0, SETUP_DEV, 3));
}

static void hidden_level2(void)
{
	u64 *l1 = fake_host_va(setup_driver.table[0]);

	fake_guest_takes(setup_page(16));
	l1[5] = (ALIGN(setup_driver.next, SZ_64K) - SZ_64K) | BIT_ULL(63);
	fake_guest_takes(l1[5] & GENMASK_ULL(47, 12));
	model_gic_check();
}

static void odd_level2(void)
{
	u64 *l1 = fake_host_va(setup_driver.table[0]);

	l1[5] = (l1[0] | BIT_ULL(63)) + SZ_4K;
	model_gic_check();
}

static void forged_device(void)
{
	u64 *l1 = fake_host_va(setup_driver.table[0]);
	u64 l2 = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);

	*(u64 *)fake_host_va(l2 + 8) = BIT_ULL(63) | FAKE_MEM_BASE;
	l1[1] = l2 | BIT_ULL(63);
	setup_send(model_mapd(SZ_64K / 8, setup_page(1), 1, true));
}

static void forged_ite(void)
{
	*(u64 *)fake_host_va(setup_itt + 12 * 4) = BIT_ULL(63);
	model_gic_check();
}

/* IT01 to IT03, IT09 */
TEST(model_its_sees_forgeries)
{
	setup_start(&model_gic_default);
	setup_objects(hidden_level2, "is a guest's");
	setup_objects(odd_level2, "reserved bits in");
	setup_objects(forged_device, "where the ITS left 0");
	setup_objects(forged_ite, "ITT 0.123");
}

static void itt_too_small(void)
{
	u64 itt = setup_page(2);

	fake_guest_takes(itt + PAGE_SIZE);
	setup_send(model_mapd(1, itt, 8, true));
}

/* Of an address above 2M only what is below it arrives. */
static void address_too_high(void)
{
	setup_send(model_mapd(1, setup_driver.ring + SZ_2M, 2, true));
}

/* I24, I25: what it says is not what it does. */
TEST(model_its_lies)
{
	params = model_gic_default;
	params.its.told_ite_size = 8;
	params.its.ite_size = 16;
	setup_start(&params);
	setup_objects(itt_too_small, "is a guest's");
}

TEST(model_its_narrow_address)
{
	params = model_gic_default;
	params.its.pa_mask = ~(u64)SZ_2M;
	setup_start(&params);
	setup_objects(address_too_high, "overlaps");
}

static void other_address(void)
{
	setup_send(model_mapc(0, FAKE_MEM_BASE, true));
}

static void sync_to_memory(void)
{
	setup_send(model_sync(FAKE_MEM_BASE + SZ_64K));
}

static void movall_to_memory(void)
{
	setup_send(model_movall(model_rdbase(0), FAKE_MEM_BASE));
}

/* IC10, IC15, IC18 */
TEST(model_its_pta)
{
	params = model_gic_default;
	params.its.pta = true;
	setup_start(&params);
	setup_objects(other_address, "for a redistributor");
	setup_objects(sync_to_memory, "for a redistributor");
	setup_objects(movall_to_memory, "for a redistributor");
	setup_send(model_movall(model_rdbase(0), model_rdbase(1)));
	check_delivery();
}

/* A ring slot that stays in the cache is not what the ITS executes. */
TEST(model_its_does_not_snoop)
{
	struct model_cmd bad = model_mapti(6, 1, SETUP_LPI, 0);

	params = model_gic_default;
	option_not_shareable();
	setup_start(&params);
	ASSERT(setup_driver.flush);
	setup_driver.flush = false;
	setup_send(bad);
	ASSERT_EQ(model_its_stats(0)->error >> 8 & 0xff, 0);
	fake_dram_evict_all();
	setup_send(bad);
	ASSERT_EQ(model_its_stats(0)->errors, 2);
}

TEST(model_its_comes_back)
{
	unsigned int n;

	setup_start(&model_gic_default);
	model_gic_settle();
	model_its_power_cut(0);
	ASSERT(!model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_mmio_read(ITS + GITS_CBASER, 8), 0);
	model_mmio_write(ITS + GITS_CBASER, 8, setup_driver.ring | BIT_ULL(63) | 15);
	for (n = 0; n < 2; n++)
		model_mmio_write(ITS + GITS_BASER + n * 8, 8, setup_driver.baser[n]);
	model_mmio_write(ITS + GITS_CTLR, 4, GITS_CTLR_ENABLE);
	setup_driver.prod = 0;
	check_delivery();
}
