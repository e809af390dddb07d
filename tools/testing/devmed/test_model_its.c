// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GIC model by itself: it works for a driver that does all right, and it
 * objects to what EL2 is there to prevent.
 */
#include "harness.h"
#include "its_setup.h"

TEST(model_its_delivers)
{
	setup_start(&model_gic_default);
	ASSERT(model_its_msi(0, SETUP_DEV, 1));
	ASSERT_EQ(model_lpis_taken(2, SETUP_LPI), 1);
	setup_sync(model_movi(SETUP_DEV, 1, 3), 3);
	ASSERT(model_its_msi(0, SETUP_DEV, 1));
	ASSERT_EQ(model_lpis_taken(3, SETUP_LPI), 1);
	setup_send(model_event(GITS_CMD_INT, SETUP_DEV, 1));
	ASSERT_EQ(model_lpis_taken(3, SETUP_LPI), 2);
	ASSERT(!model_its_msi(0, SETUP_DEV, 2));
	setup_sync(model_event(GITS_CMD_DISCARD, SETUP_DEV, 1), 3);
	ASSERT(!model_its_msi(0, SETUP_DEV, 1));
	model_its_driver_unmap(&setup_driver, SETUP_DEV);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	model_gic_check();
}

static void keeps_ring(void)
{
	setup_take_over(SETUP_ALL & ~SETUP_RING);
}

static void keeps_tables(void)
{
	setup_take_over(SETUP_ALL & ~SETUP_TABLES);
}

static void keeps_level2(void)
{
	setup_take_over(SETUP_ALL & ~SETUP_LEVEL2);
}

static void keeps_itt(void)
{
	setup_take_over(SETUP_ALL & ~SETUP_ITT);
}

static void keeps_lpis(void)
{
	setup_take_over(SETUP_ALL & ~SETUP_LPIS);
}

static void maps_host_itt(void)
{
	u64 mine = setup_page(1);

	setup_take_over(SETUP_ALL);
	setup_send(model_mapd(SETUP_DEV + 1, mine, 2, true));
}

static void maps_guest_itt(void)
{
	u64 mine = setup_page(1);

	fake_guest_takes(mine);
	setup_send(model_mapd(SETUP_DEV + 1, mine, 2, true));
}

static void maps_end_of_page(void)
{
	u64 mine = setup_page(2);

	fake_guest_takes(mine + PAGE_SIZE);
	setup_send(model_mapd(SETUP_DEV + 1, mine + 0xf00, 7, true));
}

static void shares_itt(void)
{
	setup_send(model_mapd(SETUP_DEV + 1, setup_itt, 2, true));
}

static void frees_itt_early(void)
{
	setup_take_over(SETUP_ALL);
	setup_send(model_mapti(SETUP_DEV, 2, SETUP_LPI + 1, 2));
	setup_send(model_mapd(SETUP_DEV, 0, 0, false));
	fake_return(setup_itt & PAGE_MASK);
	setup_sync(model_invall(2), 2);
}

static void frees_itt_after_other_sync(void)
{
	setup_take_over(SETUP_ALL);
	setup_send(model_mapti(SETUP_DEV, 2, SETUP_LPI + 1, 2));
	setup_sync(model_mapd(SETUP_DEV, 0, 0, false), 1);
	fake_return(setup_itt & PAGE_MASK);
	model_gic_check();
}

static void itt_not_zero(void)
{
	u64 mine = setup_page(1);

	*(u8 *)fake_host_va(mine + 90) = 1;
	setup_send(model_mapd(SETUP_DEV + 1, mine, 2, true));
}

static void reserved_field(void)
{
	struct model_cmd cmd = model_sync(model_rdbase(0));

	cmd.dw[3] = 1;
	setup_send(cmd);
}

static void ring_moves(void)
{
	model_mmio_write(MODEL_ITS_BASE + GITS_CBASER, 8, 0);
}

static void table_moves(void)
{
	model_mmio_write(MODEL_ITS_BASE + GITS_BASER, 8, 0);
}

static void doorbell_outside(void)
{
	model_mmio_write(MODEL_ITS_BASE + GITS_CWRITER, 8, setup_driver.ring_size);
}

static void doorbell_reserved(void)
{
	model_mmio_write(MODEL_ITS_BASE + GITS_CWRITER, 8, 2);
}

static void lpi_table_moves(void)
{
	model_mmio_write(model_rd_phys(1) + GICR_PENDBASER, 8, FAKE_MEM_BASE);
}

static void lpi_beyond_table(void)
{
	u64 ite[2] = { BIT_ULL(63) | 0x20000 | 1 << 20, 0 };

	memcpy(fake_host_va(setup_itt + 3 * 12), ite, 12);
	model_its_msi(0, SETUP_DEV, 3);
}

static void narrow_access(void)
{
	model_mmio_read(MODEL_ITS_BASE + GITS_CTLR, 1);
}

static void two_registers(void)
{
	model_mmio_read(MODEL_ITS_BASE + GITS_CTLR, 8);
}

static void hole(void)
{
	model_mmio_read(MODEL_ITS_BASE + 0x20, 4);
}

TEST(model_its_objects)
{
	static const struct {
		void (*fn)(void);
		const char *words;
	} bad[] = {
		{ keeps_ring, "command ring 0.0 at" },
		{ keeps_tables, "level-1 table 0.0 at" },
		{ keeps_level2, "device table 0.0 at" },
		{ keeps_itt, "ITT 0.123 at" },
		{ keeps_lpis, "the host's to give away" },
		{ maps_host_itt, "ITT 0.124 at" },
		{ maps_guest_itt, "is a guest's" },
		{ maps_end_of_page, "is a guest's" },
		{ shares_itt, "overlaps ITT 0.123" },
		{ frees_itt_early, "ITT 0.123 at" },
		{ frees_itt_after_other_sync, "ITT 0.123 at" },
		{ itt_not_zero, "byte 5a is 1, where" },
		{ reserved_field, "reserved bits in double-word 3" },
		{ ring_moves, "GITS_CBASER: written while" },
		{ table_moves, "GITS_BASER: written while" },
		{ doorbell_outside, "outside of the ring" },
		{ doorbell_reserved, "GITS_CWRITER: reserved" },
		{ lpi_table_moves, "GICR_PENDBASER: written while" },
		{ lpi_beyond_table, "LPI pending table 1.0: read outside of it" },
		{ narrow_access, "no register of 1 bytes" },
		{ two_registers, "no register of 8 bytes" },
		{ hole, "no register of 4 bytes" },
	};
	unsigned int i;

	setup_start(&model_gic_default);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		setup_objects(bad[i].fn, bad[i].words);
}

/* Nothing of the above is what it objects to. */
TEST(model_its_after_handover)
{
	setup_start(&model_gic_default);
	setup_take_over(SETUP_ALL);
	model_gic_check();
	setup_sync(model_mapti(SETUP_DEV, 2, SETUP_LPI + 1, 2), 2);
	ASSERT(model_its_msi(0, SETUP_DEV, 1));
	ASSERT_EQ(model_lpis_taken(2, SETUP_LPI), 1);
	setup_sync(model_mapd(SETUP_DEV, 0, 0, false), 2);
	fake_return(setup_itt & PAGE_MASK);
	model_gic_check();
}
