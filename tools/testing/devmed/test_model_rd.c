// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GIC model's redistributors, and its vLPIs.
 */
#include "fake_dram.h"
#include "harness.h"
#include "its_setup.h"

#define ITS	MODEL_ITS_BASE
#define RD(reg)	(model_rd_phys(SETUP_RD) + (reg))
#define VLPI(n, reg)	(model_rd_phys(n) + SZ_128K + (reg))
#define IDLE_RD		3

static struct model_gic_params params;

static void set_lpis(bool on)
{
	model_mmio_write(RD(GICR_CTLR), 4, on);
}

TEST(model_rd_config_is_cached)
{
	setup_start(&model_gic_default);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, false);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 2);
	setup_sync(model_event(GITS_CMD_INV, SETUP_DEV, SETUP_EVENT), SETUP_RD);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 2);
	ASSERT(model_lpi_pending(SETUP_RD, SETUP_LPI));
	setup_send(model_movall(model_rdbase(SETUP_RD), model_rdbase(1)));
	ASSERT(!model_lpi_pending(SETUP_RD, SETUP_LPI));
	ASSERT(model_lpi_pending(1, SETUP_LPI));
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, true);
	setup_sync(model_invall(1), 1);
	ASSERT(!model_lpi_pending(1, SETUP_LPI));
	ASSERT_EQ(model_lpis_taken(1, SETUP_LPI), 1);
}

TEST(model_rd_clear_and_discard)
{
	setup_start(&model_gic_default);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, false);
	setup_sync(model_event(GITS_CMD_INV, SETUP_DEV, SETUP_EVENT), SETUP_RD);
	setup_send(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT));
	ASSERT(model_lpi_pending(SETUP_RD, SETUP_LPI));
	setup_send(model_event(GITS_CMD_CLEAR, SETUP_DEV, SETUP_EVENT));
	ASSERT(!model_lpi_pending(SETUP_RD, SETUP_LPI));
	setup_send(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT));
	setup_send(model_event(GITS_CMD_DISCARD, SETUP_DEV, SETUP_EVENT));
	ASSERT(!model_lpi_pending(SETUP_RD, SETUP_LPI));
	setup_send(model_mapi(SETUP_DEV, SETUP_EVENT, 0));
	ASSERT_EQ(model_its_stats(0)->error, 0x010b06);
}

static void leave_host_table(void)
{
	setup_take_over(SETUP_ALL);
	set_lpis(false);
	ASSERT_EQ(devmed_unpin(setup_driver.pend[SETUP_RD], SZ_64K), 0);
	model_mmio_read(RD(GICR_CTLR), 4);
	model_mmio_read(RD(GICR_CTLR), 4);
	model_mmio_read(RD(GICR_CTLR), 4);
}

static void enable_again(void)
{
	set_lpis(false);
	set_lpis(true);
}

static void move_before_rwp(void)
{
	set_lpis(false);
	model_mmio_write(RD(GICR_PROPBASER), 8, 0);
}

/* R05 */
TEST(model_rd_late)
{
	params = model_gic_default;
	params.rd.rwp_delay = 3;
	setup_start(&params);
	setup_objects(leave_host_table, "LPI pending table 2.0");
	setup_objects(enable_again, "before RWP is clear");
	setup_objects(move_before_rwp, "GICR_PROPBASER: written while");
	set_lpis(false);
	ASSERT(model_mmio_read(RD(GICR_CTLR), 4) & GICR_CTLR_RWP);
	ASSERT(model_mmio_read(RD(GICR_CTLR), 4) & GICR_CTLR_RWP);
	ASSERT(!(model_mmio_read(RD(GICR_CTLR), 4) & GICR_CTLR_RWP));
	model_mmio_write(RD(GICR_PROPBASER), 8, 0);
}

/* R06 */
TEST(model_rd_sticky)
{
	params = model_gic_default;
	params.rd.sticky = true;
	setup_start(&params);
	set_lpis(false);
	ASSERT_EQ(model_mmio_read(RD(GICR_CTLR), 4), GICR_CTLR_ENABLE_LPIS);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
}

static void told_zero(void)
{
	*(u8 *)fake_host_va(setup_driver.pend[SETUP_RD] + 1024) = 8;
	model_mmio_write(RD(GICR_PENDBASER), 8,
			 setup_driver.pend[SETUP_RD] | GICR_PENDBASER_PTZ);
	set_lpis(true);
}

static void same_table(void)
{
	model_mmio_write(RD(GICR_PENDBASER), 8, setup_driver.pend[0]);
	set_lpis(true);
}

static void same_as_property_table(void)
{
	model_mmio_write(RD(GICR_PENDBASER), 8, setup_driver.prop);
	set_lpis(true);
}

static void reserved_prop(void)
{
	model_mmio_write(RD(GICR_PROPBASER), 8, BIT_ULL(5));
}

static void reserved_pend(void)
{
	model_mmio_write(RD(GICR_PENDBASER), 8, BIT_ULL(12));
}

static void reserved_ctlr(void)
{
	model_mmio_write(RD(GICR_CTLR), 4, BIT(4));
}

/* R03, R07, R08 */
TEST(model_rd_objects)
{
	setup_start(&model_gic_default);
	set_lpis(false);
	setup_objects(told_zero, "has 2003 pending");
	setup_objects(same_table, "overlaps LPI pending table 0.0");
	setup_objects(same_as_property_table, "overlaps LPI property table");
	setup_objects(reserved_prop, "GICR_PROPBASER: reserved");
	setup_objects(reserved_pend, "GICR_PENDBASER: reserved");
	setup_objects(reserved_ctlr, "GICR_CTLR: reserved");
}

static void setlpir_beyond(void)
{
	model_mmio_write(RD(GICR_SETLPIR), 8, 0x20000);
}

static void setlpir_no_lpi(void)
{
	model_mmio_write(RD(GICR_SETLPIR), 8, 100);
}

static void invalidates_vpe(void)
{
	setup_take_over(SETUP_ALL);
	model_mmio_write(RD(GICR_INVLPIR), 8, GICR_INVLPIR_V | SETUP_LPI);
}

/* R09, R10 */
TEST(model_rd_direct_lpi)
{
	params = model_gic_default;
	params.rd.direct_lpi = true;
	params.rd.rwp_delay = 2;
	setup_start(&params);
	model_mmio_write(RD(GICR_SETLPIR), 8, SETUP_LPI);
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 1);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, false);
	model_mmio_write(RD(GICR_INVLPIR), 8, SETUP_LPI);
	ASSERT_EQ(model_mmio_read(RD(GICR_SYNCR), 4), 1);
	ASSERT_EQ(model_mmio_read(RD(GICR_SYNCR), 4), 0);
	model_mmio_write(RD(GICR_SETLPIR), 8, SETUP_LPI);
	ASSERT(model_lpi_pending(SETUP_RD, SETUP_LPI));
	model_mmio_write(RD(GICR_CLRLPIR), 8, SETUP_LPI);
	ASSERT(!model_lpi_pending(SETUP_RD, SETUP_LPI));
	setup_objects(setlpir_beyond, "outside of it");
	setup_objects(setlpir_no_lpi, "is no LPI");
	setup_objects(invalidates_vpe, "invalidates vPE");
}

static void touch_while_off(void)
{
	model_mmio_write(RD(0x24), 4, 1);
	model_mmio_read(RD(GICR_CTLR), 4);
}

/* R14 */
TEST(model_rd_power)
{
	params = model_gic_default;
	params.rd.pwrr = true;
	setup_start(&params);
	setup_objects(touch_while_off, "which is off");
	model_mmio_write(RD(0x24), 4, 1);
	model_mmio_write(RD(0x24), 4, 0);
	ASSERT_EQ(model_mmio_read(RD(GICR_PENDBASER), 8), 0);
	ASSERT(!model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	model_rd_power_cut(0);
	ASSERT_EQ(model_mmio_read(model_rd_phys(0) + GICR_CTLR, 4), GICR_CTLR_CES);
}

/* R21: what the redistributor wrote is lost to a line that was left dirty. */
TEST(model_rd_does_not_snoop)
{
	params = model_gic_default;
	params.rd.coherency = MODEL_NEVER_SNOOPS;
	params.rd.not_shareable = true;
	setup_start(&params);
	ASSERT(setup_driver.flush);
	setup_driver.flush = false;
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, false);
	setup_sync(model_event(GITS_CMD_INV, SETUP_DEV, SETUP_EVENT), SETUP_RD);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 1);
	fake_dram_evict_all();
	setup_sync(model_event(GITS_CMD_INV, SETUP_DEV, SETUP_EVENT), SETUP_RD);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT(model_lpi_pending(SETUP_RD, SETUP_LPI));
	*(u8 *)fake_host_va(setup_driver.pend[SETUP_RD] + SETUP_LPI / 8) = 0x40;
	fake_dram_evict_all();
	ASSERT(!model_lpi_pending(SETUP_RD, SETUP_LPI));
}

#define VPE	3
#define VLPI_ID	8201
#define DOORBELL	8300

static u64 vpt;
static u64 vconf;

static void setup_v4(unsigned int nr_its, unsigned int dirty_delay)
{
	params = model_gic_default;
	params.nr_its = nr_its;
	params.rd.dirty_delay = dirty_delay;
	params.its.v4 = 40;
	params.its.baser[2] = (struct model_baser_params) {
		GITS_BASER_TYPE_VCPU, 16, true, 0
	};
	setup_start(&params);
	model_its_driver_need_vpe(&setup_driver, VPE);
	vpt = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	vconf = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	*(u8 *)fake_host_va(vconf + VLPI_ID - 8192) = LPI_PROP_ENABLED;
	model_its_driver_enable_lpi(&setup_driver, DOORBELL, true);
	setup_send(model_vmapp(VPE, model_vpe_rdbase(1), vpt, 15, true));
	setup_send(model_vmapti(SETUP_DEV, 2, VPE, VLPI_ID, DOORBELL));
	setup_send(model_vpe(GITS_CMD_VSYNC, VPE));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

static void make_resident(unsigned int rd)
{
	model_mmio_write(VLPI(rd, GICR_VPROPBASER), 8, vconf | 15);
	model_mmio_write(VLPI(rd, GICR_VPENDBASER), 8, vpt | GICR_VPENDBASER_Valid);
}

static void make_idle(unsigned int rd)
{
	model_mmio_write(VLPI(rd, GICR_VPENDBASER), 8, vpt);
}

TEST(model_v4_delivers)
{
	setup_v4(1, 0);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	ASSERT_EQ(model_vlpis_taken(VPE, VLPI_ID), 0);
	ASSERT_EQ(model_lpis_taken(1, DOORBELL), 1);
	make_resident(1);
	ASSERT_EQ(model_vlpis_taken(VPE, VLPI_ID), 1);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	ASSERT_EQ(model_vlpis_taken(VPE, VLPI_ID), 2);
	ASSERT_EQ(model_lpis_taken(1, DOORBELL), 1);
	make_idle(1);
	setup_send(model_vmovp(VPE, model_vpe_rdbase(IDLE_RD), 1, 1));
	setup_send(model_vpe(GITS_CMD_VSYNC, VPE));
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	ASSERT_EQ(model_lpis_taken(IDLE_RD, DOORBELL), 1);
	setup_send(model_vmapp(VPE, 0, 0, 0, false));
	ASSERT(!model_its_msi(0, SETUP_DEV, 2));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

static void vpt_released_early(void)
{
	setup_send(model_vmapp(VPE, 0, 0, 0, false));
	fake_guest_takes(vpt);
	model_gic_check();
}

static void vpt_of_guest(void)
{
	model_mmio_write(VLPI(1, GICR_VPROPBASER), 8, vconf | 15);
	fake_guest_takes(vpt + PAGE_SIZE);
	model_mmio_write(VLPI(1, GICR_VPENDBASER), 8, vpt | GICR_VPENDBASER_Valid);
}

static void vpt_of_other(void)
{
	setup_send(model_vmapp(VPE + 1, model_vpe_rdbase(1), vpt, 15, true));
}

/* IC19, IC21, IC22, R11 */
TEST(model_v4_objects)
{
	setup_v4(1, 0);
	setup_objects(vpt_released_early, "vLPI pending table 256.3");
	setup_objects(vpt_of_guest, "is a guest's");
	setup_objects(vpt_of_other, "overlaps vLPI pending table");
	setup_send(model_vmapti(SETUP_DEV, 3, VPE + 1, VLPI_ID, DOORBELL));
	ASSERT_EQ(model_its_stats(0)->error, 0x012a16);
	setup_send(model_vmapti(SETUP_DEV, 3, 40000, VLPI_ID, DOORBELL));
	ASSERT_EQ(model_its_stats(0)->error, 0x012a11);
	setup_send(model_vmapti(SETUP_DEV, 3, VPE, 100, DOORBELL));
	ASSERT_EQ(model_its_stats(0)->error, 0x012a13);
	setup_send(model_vmapp(VPE, 0, 0, 0, false));
	setup_send(model_vpe(GITS_CMD_VSYNC, VPE));
	fake_guest_takes(vpt);
	model_gic_check();
}

static void schedule_while_dirty(void)
{
	make_idle(1);
	make_resident(1);
}

TEST(model_v4_dirty)
{
	setup_v4(1, 2);
	make_resident(1);
	setup_objects(schedule_while_dirty, "written while");
	make_idle(1);
	ASSERT(model_mmio_read(VLPI(1, GICR_VPENDBASER), 8) & GICR_VPENDBASER_Dirty);
	ASSERT(!(model_mmio_read(VLPI(1, GICR_VPENDBASER), 8) & GICR_VPENDBASER_Dirty));
	make_resident(1);
}

/* IC24: a VMOVP for two ITSs is done when both have it, and not before. */
TEST(model_v4_vmovp_waits)
{
	struct model_its_driver second = {
		.its = 1, .read = model_mmio_read, .write = model_mmio_write,
	};
	struct model_cmd cmd;

	setup_v4(2, 0);
	second.nr_rds = setup_driver.nr_rds;
	second.prop = setup_driver.prop;
	model_its_driver_start(&second, ALIGN(setup_driver.next, SZ_64K), SZ_1M);
	model_its_driver_need_vpe(&second, VPE);
	cmd = model_vmapp(VPE, model_vpe_rdbase(1), vpt, 15, true);
	ASSERT(model_its_driver_send(&second, cmd.dw));
	cmd = model_vmovp(VPE, model_vpe_rdbase(2), 7, 3);
	ASSERT(!model_its_driver_send(&setup_driver, cmd.dw));
	ASSERT(model_its_driver_send(&second, cmd.dw));
	ASSERT(model_its_driver_post(&setup_driver));
	ASSERT_EQ(model_its_stats(0)->errors + model_its_stats(1)->errors, 0);
}

static void vconf_of_guest(void)
{
	fake_guest_takes(vconf);
	setup_send(model_vmapp41(VPE, model_vpe_rdbase(1), vpt, 15, vconf,
				 DOORBELL, true, false, true));
}

/* IC20, IC26 */
TEST(model_v41)
{
	params = model_gic_default;
	params.its.v4 = 41;
	params.its.vmovp = true;
	params.its.baser[2] = (struct model_baser_params) {
		GITS_BASER_TYPE_VCPU, 32, false, 0
	};
	setup_start(&params);
	vpt = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	vconf = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	*(u8 *)fake_host_va(vconf + VLPI_ID - 8192) = LPI_PROP_ENABLED;
	model_its_driver_enable_lpi(&setup_driver, DOORBELL, true);
	setup_objects(vconf_of_guest, "is a guest's");
	setup_send(model_vmapp41(VPE, model_vpe_rdbase(1), vpt, 15, vconf, DOORBELL,
				 true, false, true));
	setup_send(model_vmapti(SETUP_DEV, 2, VPE, VLPI_ID, MODEL_NO_DOORBELL));
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	ASSERT_EQ(model_lpis_taken(1, DOORBELL), 1);
	model_mmio_write(VLPI(1, GICR_VPENDBASER), 8, GICR_VPENDBASER_Valid | VPE);
	ASSERT_EQ(model_vlpis_taken(VPE, VLPI_ID), 1);
	model_mmio_write(VLPI(1, GICR_VPENDBASER), 8, 0);
	setup_send(model_vsgi(VPE, 3, true, false));
	setup_send(model_vpe(GITS_CMD_INVDB, VPE));
	setup_send(model_vmapp41(VPE, 0, 0, 0, 0, 0, true, false, false));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	fake_guest_takes(vpt);
	fake_guest_takes(vconf);
	model_gic_check();
}
