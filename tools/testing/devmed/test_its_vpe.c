// SPDX-License-Identifier: GPL-2.0-only
/*
 * vPEs of GICv4.0 with EL2 in between: commands, and what a hostile host does with
 * them.
 */
#include "harness.h"
#include "its_vpe_bed.h"

TEST(its_vpe_works)
{
	v4_params(40);
	begin_mapped();
	setup_send(model_vpe(GITS_CMD_VINVALL, VPE));
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	ASSERT_EQ(model_vlpis_taken(VPE, VLPI_ID), 0);
	ASSERT_EQ(model_lpis_taken(1, DOORBELL), 1);
	enter(1, vpt);
	ASSERT_EQ(model_vlpis_taken(VPE, VLPI_ID), 1);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	ASSERT_EQ(model_vlpis_taken(VPE, VLPI_ID), 2);
	leave(1);
	ASSERT(!(vpendbaser(1) & RESIDENT));
	setup_send(model_vmovp(VPE, model_vpe_rdbase(3), 7, 1));
	setup_send(model_vmovi(SETUP_DEV, 2, VPE, MODEL_NO_DOORBELL));
	enter(3, vpt);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	ASSERT_EQ(model_vlpis_taken(VPE, VLPI_ID), 3);
	leave(3);
	setup_sync(model_event(GITS_CMD_DISCARD, SETUP_DEV, 2), 1);
	unmap(VPE);
	ASSERT(is_free(vpt));
	ASSERT(is_free(vconf));
	ASSERT_EQ(all_refused(), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	model_gic_check();
}

/* Guests come and go, and leave nothing. */
TEST(its_vpe_no_leak)
{
	u64 before;
	u64 after;
	u32 i;

	v4_params(40);
	begin();
	for (i = 0; i < 50; i++) {
		map(VPE, vpt);
		map(VPE + 1, vpt2);
		enter(1, vpt);
		enter(2, vpt2);
		leave(1);
		mediate_write(VLPI(2, GICR_VPENDBASER), 8, vpt2);
		unmap(VPE);
		ASSERT(!is_free(vconf));
		unmap(VPE + 1);
		ASSERT(is_free(vpt) && is_free(vpt2) && is_free(vconf));
		devmed_read_counter(DEVMED_GLOBAL, DEVMED_POOL_FREE, &after);
		if (!i)
			before = after;
		ASSERT_EQ(after, before);
	}
	ASSERT_EQ(all_refused(), 0);
	model_gic_check();
}

TEST(its_ic19_vmapp_address)
{
	u64 rd;

	v4_params(40);
	begin();
	rd = model_vpe_rdbase(1);
	refused(model_vmapp(VPE, rd, foreign, 15, true), DEVMED_CMD_ADDRESS);
	refused(model_vmapp(VPE, rd, MODEL_ITS_BASE, 15, true), DEVMED_CMD_ADDRESS);
	refused(model_vmapp(VPE, rd, MEDIATE_POOL_BASE, 15, true), DEVMED_CMD_ADDRESS);
	refused(model_vmapp(VPE, rd, GENMASK_ULL(51, 16), 15, true),
		DEVMED_CMD_ADDRESS);
	refused(model_vmapp(VPE, rd, setup_driver.pend[0], 15, true),
		DEVMED_CMD_ADDRESS);
	refused(model_vmapp(VPE, rd, setup_driver.prop, 15, true), DEVMED_CMD_ADDRESS);
	refused(model_vmapp(VPE, rd, vpt, 14, true), DEVMED_CMD_INTID);
	refused(model_vmapp(VPE, rd, vpt, 31, true), DEVMED_CMD_INTID);
	refused(model_vmapp(VPE, 99 << 16, vpt, 15, true), DEVMED_CMD_TARGET);
	ASSERT(is_free(vpt));
	map(VPE, vpt);
	refused(model_vmapp(VPE + 1, rd, vpt, 15, true), DEVMED_CMD_ADDRESS);
	refused(model_vmapp(VPE, rd, vpt2, 15, true), DEVMED_CMD_VPE);
	ASSERT(is_free(vpt2));
	enter(1, vpt);
	refused(model_vmapp(VPE + 1, rd, vconf, 15, true), DEVMED_CMD_ADDRESS);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

TEST(its_ic19_vmapp_reserved_bits)
{
	struct model_cmd cmd;

	v4_params(40);
	begin();
	cmd = model_vmapp(VPE, model_vpe_rdbase(1), vpt, 15, true);
	cmd.dw[0] |= ~0xffULL;
	cmd.dw[1] |= U32_MAX | GENMASK_ULL(63, 48);
	cmd.dw[2] |= GENMASK_ULL(62, 52) | 0xffff;
	cmd.dw[3] |= GENMASK_ULL(63, 52) | GENMASK_ULL(15, 5);
	setup_send(cmd);
	cmd = model_vmovp(VPE, model_vpe_rdbase(2), 77, 0xffff);
	cmd.dw[3] = U64_MAX;
	setup_send(cmd);
	ASSERT_EQ(all_refused(), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	model_gic_check();
}

/* With several ITSs, a vPE is the same for all. */
static struct model_its_driver drivers[2];

static void begin_two(void)
{
	v4_params(40);
	params.nr_its = 2;
	setup_start(&params);
	drivers[1] = setup_driver;
	drivers[1].its = 1;
	drivers[1].nr_live = 0;
	memset(drivers[1].table, 0, sizeof(drivers[1].table));
	model_its_driver_start(&drivers[1], ALIGN(setup_driver.next, SZ_64K), SZ_1M);
	setup_driver.next = drivers[1].end;
	drivers[0] = setup_driver;
	mediate_register(MEDIATE_POOL_SIZE / PAGE_SIZE);
	drivers[1].next = setup_driver.next + SZ_512K;
	drivers[1].end = drivers[1].next + SZ_256K;
	ASSERT_EQ(mediate_start(drivers, 2), 0);
	mediate_switch(&drivers[0]);
	mediate_switch(&drivers[1]);
	mediate_finalize();
	vpt = model_its_driver_alloc(&drivers[0], SZ_64K, SZ_64K);
	vpt2 = model_its_driver_alloc(&drivers[0], SZ_64K, SZ_64K);
}

static void send_to(unsigned int its, struct model_cmd cmd)
{
	ASSERT(model_its_driver_send(&drivers[its], cmd.dw));
}

static u64 counted_at(unsigned int its, enum devmed_counter reason)
{
	return mediate_counter(mediate_its[its], reason);
}

TEST(its_ic19_two_its)
{
	u64 rd;

	begin_two();
	rd = model_vpe_rdbase(1);
	send_to(0, model_vmapp(VPE, rd, vpt, 15, true));
	send_to(1, model_vmapp(VPE, rd, vpt2, 15, true));
	ASSERT_EQ(counted_at(1, DEVMED_CMD_VPE), 1);
	send_to(1, model_vmapp(VPE + 1, rd, vpt, 15, true));
	ASSERT_EQ(counted_at(1, DEVMED_CMD_ADDRESS), 1);
	send_to(1, model_vmapp(VPE, rd, vpt, 15, true));
	send_to(0, model_vmapp(VPE, 0, 0, 0, false));
	send_to(0, model_vpe(GITS_CMD_VSYNC, VPE));
	ASSERT(!is_free(vpt));
	model_gic_check();
	send_to(1, model_vmapp(VPE, 0, 0, 0, false));
	send_to(1, model_vpe(GITS_CMD_VSYNC, VPE));
	ASSERT(is_free(vpt));
	model_gic_check();
}

TEST(its_ic21_release)
{
	v4_params(40);
	begin_mapped();
	setup_send(model_vmapp(VPE, 0, 0, 0, false));
	ASSERT(!is_free(vpt));
	refused(model_vmapti(SETUP_DEV, 3, VPE, VLPI_ID, DOORBELL), DEVMED_CMD_VPE);
	refused(model_vmapp(VPE, model_vpe_rdbase(1), vpt, 15, true), DEVMED_CMD_VPE);
	/* Neither another vPE's, nor one for a redistributor, is a proof. */
	refused(model_vpe(GITS_CMD_VSYNC, VPE + 1), DEVMED_CMD_VPE);
	setup_send(model_sync(model_rdbase(1)));
	ASSERT(!is_free(vpt));
	setup_send(model_vpe(GITS_CMD_VSYNC, VPE));
	ASSERT(is_free(vpt));
	refused(model_vpe(GITS_CMD_VSYNC, VPE), DEVMED_CMD_VPE);
	map(VPE, vpt2);
	ASSERT(!is_free(vpt2));
	model_gic_check();
}

/* One that nobody mapped is nothing to unmap. */
TEST(its_ic21_unmap_unmapped)
{
	v4_params(40);
	begin();
	setup_send(model_vmapp(VPE, 0, 0, 0, false));
	setup_send(model_vmapp(40000, 0, 0, 0, false));
	ASSERT_EQ(counted(DEVMED_CMD_REWRITTEN), 2);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* The ITS takes longer than EL2 waits. */
TEST(its_ic21_slow)
{
	struct model_cmd cmd;

	v4_params(40);
	begin_mapped();
	model_its_hang(0, true);
	cmd = model_vmapp(VPE, 0, 0, 0, false);
	model_its_driver_queue(&setup_driver, cmd.dw);
	cmd = model_vpe(GITS_CMD_VSYNC, VPE);
	ASSERT(!model_its_driver_send(&setup_driver, cmd.dw));
	ASSERT(!is_free(vpt));
	model_gic_check();
	model_its_hang(0, false);
	setup_send(model_sync(model_rdbase(0)));
	ASSERT(is_free(vpt));
	model_gic_check();
}

TEST(its_ic21_resident)
{
	v4_params(40);
	begin_mapped();
	enter(1, vpt);
	unmap(VPE);
	ASSERT(!is_free(vpt));
	ASSERT(!is_free(vconf));
	refused(model_vmapp(VPE, model_vpe_rdbase(1), vpt2, 15, true),
		DEVMED_CMD_VPE);
	leave(1);
	vpendbaser(1);
	ASSERT(is_free(vpt));
	ASSERT(is_free(vconf));
	model_gic_check();
}

/* Commands that a reset lost have unmapped nothing. */
TEST(its_ic21_reset)
{
	struct model_cmd cmd;

	v4_params(40);
	begin_mapped();
	model_its_driver_suspend(&setup_driver);
	cmd = model_vmapp(VPE, 0, 0, 0, false);
	model_its_driver_queue(&setup_driver, cmd.dw);
	cmd = model_vpe(GITS_CMD_VSYNC, VPE);
	ASSERT(!model_its_driver_send(&setup_driver, cmd.dw));
	model_its_power_cut(0);
	model_its_driver_resume(&setup_driver);
	ASSERT(!is_free(vpt));
	setup_send(model_vpe(GITS_CMD_VSYNC, VPE));
	ASSERT(!is_free(vpt));
	unmap(VPE);
	ASSERT(is_free(vpt));
	model_gic_check();
}

TEST(its_ic22_vmapti)
{
	v4_params(40);
	begin_mapped();
	refused(model_vmapti(SETUP_DEV, 3, VPE + 1, VLPI_ID, DOORBELL), DEVMED_CMD_VPE);
	refused(model_vmapti(SETUP_DEV, 3, 40000, VLPI_ID, DOORBELL), DEVMED_CMD_VPE);
	refused(model_vmapti(SETUP_DEV, 3, VPE, 100, DOORBELL), DEVMED_CMD_INTID);
	refused(model_vmapti(SETUP_DEV, 3, VPE, 1 << 16, DOORBELL), DEVMED_CMD_INTID);
	refused(model_vmapti(SETUP_DEV, 3, VPE, VLPI_ID, 32), DEVMED_CMD_INTID);
	refused(model_vmapti(SETUP_DEV, 3, VPE, VLPI_ID, 1 << 16), DEVMED_CMD_INTID);
	refused(model_vmapti(SETUP_DEV, 99, VPE, VLPI_ID, DOORBELL), DEVMED_CMD_EVENT);
	refused(model_vmapti(0x999, 3, VPE, VLPI_ID, DOORBELL), DEVMED_CMD_DEVICE);
	setup_send(model_vmapti(SETUP_DEV, 3, VPE, VLPI_ID, MODEL_NO_DOORBELL));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

static struct model_cmd vmapi(u32 devid, u32 event, u16 vpeid, u32 doorbell)
{
	struct model_cmd cmd = model_vmapti(devid, event, vpeid, 0, doorbell);

	cmd.dw[0] = (cmd.dw[0] & ~0xffULL) | GITS_CMD_GICv4(GITS_CMD_MAPI);

	return cmd;
}

TEST(its_ic22_vmapi)
{
	v4_params(40);
	begin_mapped();
	refused(vmapi(SETUP_DEV, 3, VPE, DOORBELL), DEVMED_CMD_INTID);
	model_its_driver_map(&setup_driver, 0x777, 16384);
	refused(vmapi(0x777, 8300, VPE + 1, DOORBELL), DEVMED_CMD_VPE);
	refused(vmapi(0x777, 8300, VPE, 32), DEVMED_CMD_INTID);
	setup_send(vmapi(0x777, 8300, VPE, DOORBELL));
	ASSERT(model_its_msi(0, 0x777, 8300));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

TEST(its_ic23_vmovi)
{
	struct model_cmd cmd;

	v4_params(40);
	begin_mapped();
	refused(model_vmovi(SETUP_DEV, 2, VPE + 1, DOORBELL), DEVMED_CMD_VPE);
	refused(model_vmovi(SETUP_DEV, 99, VPE, DOORBELL), DEVMED_CMD_EVENT);
	refused(model_vmovi(SETUP_DEV, 2, VPE, 32), DEVMED_CMD_INTID);
	/* Without D there is no doorbell. */
	cmd = model_vmovi(SETUP_DEV, 2, VPE, 32);
	cmd.dw[2] &= ~1ULL;
	setup_send(cmd);
	ASSERT_EQ(counted(DEVMED_CMD_INTID), 1);
	map(VPE + 1, vpt2);
	setup_send(model_vmovi(SETUP_DEV, 2, VPE + 1, MODEL_NO_DOORBELL));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

TEST(its_ic24_vmovp)
{
	v4_params(40);
	params.its.pta = true;
	begin_mapped();
	refused(model_vmovp(VPE, foreign, 0, 0), DEVMED_CMD_TARGET);
	refused(model_vmovp(VPE + 1, model_vpe_rdbase(2), 0, 0), DEVMED_CMD_VPE);
	refused(model_vmapp(VPE + 1, foreign, vpt2, 15, true), DEVMED_CMD_TARGET);
	setup_send(model_vmovp(VPE, model_vpe_rdbase(2), 5, 3));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* Not while it is there, nor while it leaves. */
TEST(its_ic24_vmovp_resident)
{
	struct model_cmd cmd;

	v4_params(40);
	params.rd.dirty_delay = 6;
	begin_mapped();
	cmd = model_vmovp(VPE, model_vpe_rdbase(2), 0, 0);
	enter(1, vpt);
	refused(cmd, DEVMED_CMD_VPE);
	leave(1);
	refused(cmd, DEVMED_CMD_VPE);
	while (vpendbaser(1) & GICR_VPENDBASER_Dirty)
		;
	setup_send(cmd);
	ASSERT_EQ(counted(DEVMED_CMD_VPE), 2);
	enter(2, vpt);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	ASSERT_EQ(model_vlpis_taken(VPE, VLPI_ID), 1);
	model_gic_check();
}

TEST(its_ic25_vpe_range)
{
	v4_params(40);
	params.its.baser[2].indirect = false;
	begin();
	refused(model_vmapp(4096, model_vpe_rdbase(1), vpt, 15, true), DEVMED_CMD_VPE);
	refused(model_vmapp(0xffff, model_vpe_rdbase(1), vpt, 15, true),
		DEVMED_CMD_VPE);
	refused(model_vpe(GITS_CMD_VSYNC, 0xffff), DEVMED_CMD_VPE);
	refused(model_vpe(GITS_CMD_VINVALL, 0xffff), DEVMED_CMD_VPE);
	refused(model_vpe(GITS_CMD_VINVALL, VPE), DEVMED_CMD_VPE);
	ASSERT(is_free(vpt));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* All of GICv4 is refused; the reason is one for all. */
static void none_of_it(void)
{
	u64 rd = model_vpe_rdbase(1);
	u64 before;

	refused(model_vmapp(VPE, rd, vpt, 15, true), DEVMED_CMD_OPCODE);
	refused(model_vmapp(VPE, 0, 0, 0, false), DEVMED_CMD_OPCODE);
	refused(model_vmapti(SETUP_DEV, 3, VPE, VLPI_ID, DOORBELL), DEVMED_CMD_OPCODE);
	refused(vmapi(SETUP_DEV, 3, VPE, DOORBELL), DEVMED_CMD_OPCODE);
	refused(model_vmovi(SETUP_DEV, 2, VPE, DOORBELL), DEVMED_CMD_OPCODE);
	refused(model_vmovp(VPE, rd, 0, 0), DEVMED_CMD_OPCODE);
	refused(model_vpe(GITS_CMD_VSYNC, VPE), DEVMED_CMD_OPCODE);
	refused(model_vpe(GITS_CMD_VINVALL, VPE), DEVMED_CMD_OPCODE);
	refused(model_vpe(GITS_CMD_INVDB, VPE), DEVMED_CMD_OPCODE);
	refused(model_vsgi(VPE, 3, true, false), DEVMED_CMD_OPCODE);
	before = model_mmio_read(VLPI(1, GICR_VPENDBASER), 8);
	enter(1, vpt);
	ASSERT_EQ(model_mmio_read(VLPI(1, GICR_VPENDBASER), 8) & RESIDENT, 0);
	ASSERT_EQ(before & RESIDENT, 0);
	ASSERT(is_free(vpt));
	ASSERT(is_free(vconf));
	model_gic_check();
}

TEST(its_ic20_v41)
{
	v4_params(41);
	begin();
	refused(model_vmapp41(VPE, model_vpe_rdbase(1), vpt, 15, vconf, DOORBELL, true,
			      false, true), DEVMED_CMD_OPCODE);
	none_of_it();
}

/* ITSs that wait for one another. */
TEST(its_ic24_its_list)
{
	v4_params(40);
	params.its.vmovp = false;
	begin();
	none_of_it();
}

TEST(its_ic24_hip07)
{
	v4_params(40);
	params.its.iidr = 0x00000004;
	begin();
	none_of_it();
}

TEST(its_i13_no_vpe_table)
{
	v4_params(40);
	params.its.baser[2].type = GITS_BASER_TYPE_NONE;
	begin();
	none_of_it();
	mediate_write(MODEL_ITS_BASE + GITS_CTLR, 4, 0);
	mediate_write(MODEL_ITS_BASE + GITS_BASER + 16, 8, GITS_BASER_VALID | vpt);
	ASSERT_EQ(model_mmio_read(MODEL_ITS_BASE + GITS_BASER + 16, 8) &
		  GITS_BASER_VALID, 0);
	model_gic_check();
}
