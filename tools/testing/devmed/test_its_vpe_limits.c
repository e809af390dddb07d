// SPDX-License-Identifier: GPL-2.0-only
/*
 * vPEs of GICv4.0 with EL2 in between: an ITS that stalls, many vPEs at once, no
 * memory left.
 */
#include "harness.h"
#include "its_vpe_bed.h"

/* A stalled slot with a command whose successors were recorded before it. */
TEST(its_i08_vpe_again)
{
	struct model_cmd bad;
	struct model_cmd cmd;
	u64 slot;

	v4_params(40);
	params.its.stalls = true;
	begin();
	/* Of a device whose event is no vLPI: EL2 does not know, the ITS objects. */
	bad = model_vmovi(SETUP_DEV, SETUP_EVENT, VPE + 1, MODEL_NO_DOORBELL);
	map(VPE + 1, vpt2);
	slot = setup_driver.ring + setup_driver.prod;
	model_its_driver_queue(&setup_driver, bad.dw);
	cmd = model_vmapp(VPE, model_vpe_rdbase(1), vpt, 15, true);
	ASSERT(!model_its_driver_send(&setup_driver, cmd.dw));
	cmd = model_vmapp(VPE, 0, 0, 0, false);
	memcpy(fake_host_va(slot), &cmd, sizeof(cmd));
	mediate_write(MODEL_ITS_BASE + GITS_CWRITER, 8,
		      setup_driver.prod | BIT(0));
	ASSERT_EQ(counted(DEVMED_CMD_OPCODE), 1);
	setup_send(model_vpe(GITS_CMD_VSYNC, VPE));
	ASSERT(!is_free(vpt));
	model_gic_check();
}

/* A pending table is let go on the strength of two commands: both are done. */
TEST(its_i08_vpe_retried)
{
	struct model_cmd other = model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT);
	u32 slot;

	v4_params(40);
	params.its.stalls = true;
	begin_mapped();
	slot = mediate_stall(model_vmapp(VPE, 0, 0, 0, false),
			     model_vpe(GITS_CMD_VSYNC, VPE));
	mediate_retry(slot, other);
	setup_send(model_sync(model_rdbase(0)));
	ASSERT(is_free(vpt));
	model_gic_check();
	map(VPE, vpt);
	setup_send(model_vmapp(VPE, 0, 0, 0, false));
	slot = mediate_stall(model_vpe(GITS_CMD_VSYNC, VPE),
			     model_sync(model_rdbase(0)));
	mediate_retry(slot, other);
	ASSERT_EQ(mediate_hyp_slot(slot)[0], GITS_CMD_VSYNC);
	setup_send(model_sync(model_rdbase(0)));
	ASSERT(is_free(vpt));
	model_gic_check();
}

/* A guest of many vCPUs goes at once: some tables now, the others later. */
TEST(its_ic21_many)
{
	u64 last;
	u32 i;

	v4_params(40);
	begin();
	last = vpt2;
	for (i = 0; i < 20; i++) {
		last = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
		map(VPE + i, last);
	}
	for (i = 0; i < 20; i++) {
		struct model_cmd cmd = model_vmapp(VPE + i, 0, 0, 0, false);

		model_its_driver_queue(&setup_driver, cmd.dw);
		cmd = model_vpe(GITS_CMD_VSYNC, VPE + i);
		model_its_driver_queue(&setup_driver, cmd.dw);
	}
	ASSERT(model_its_driver_post(&setup_driver));
	ASSERT(!is_free(last));
	setup_send(model_sync(model_rdbase(0)));
	ASSERT(is_free(last));
	model_gic_check();
}

/* All that pins comes and goes: EL2 counts as many pages as before. */
TEST(its_pins_no_leak)
{
	unsigned int i;
	u64 before;
	u64 base;

	v4_params(40);
	begin();
	base = model_rd_phys(3);
	before = devmed_pinned();
	ASSERT(before);
	for (i = 0; i < 20; i++) {
		mediate_write(base + GICR_CTLR, 4, 0);
		mediate_write(base + GICR_CTLR, 4, GICR_CTLR_ENABLE_LPIS);
		map(VPE, vpt);
		map(VPE + 1, vpt2);
		refused(model_vmapp(VPE, 0, vpt2, 15, true), DEVMED_CMD_VPE);
		enter(1, vpt);
		enter(2, vpt2);
		leave(1);
		unmap(VPE);
		mediate_write(VLPI(2, GICR_VPENDBASER), 8, vpt2);
		unmap(VPE + 1);
		model_its_driver_suspend(&setup_driver);
		model_its_driver_resume(&setup_driver);
		ASSERT_EQ(devmed_pinned(), before);
	}
	mediate_works();
}

/* No pages: one command is refused, and the next one works. */
TEST(its_ic19_vmapp_no_memory)
{
	void *pages[MEDIATE_POOL_SIZE / PAGE_SIZE];
	unsigned int n = 0;

	v4_params(40);
	begin();
	while ((pages[n] = devmed_pool_alloc(0)))
		n++;
	for (;;) {
		u64 before = counted(DEVMED_CMD_MEMORY);

		setup_send(model_vmapp(VPE, model_vpe_rdbase(1), vpt, 15, true));
		if (counted(DEVMED_CMD_MEMORY) == before)
			break;
		ASSERT(is_free(vpt));
		ASSERT(n);
		devmed_pool_free(pages[--n], 0);
	}
	ASSERT(!is_free(vpt));
	unmap(VPE);
	ASSERT(is_free(vpt));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* D1: a VSYNC that the ITS stops at is no proof. */
TEST(its_d1_vsync_in_error)
{
	v4_params(40);
	params.its.vsync_needs_vpe = true;
	params.its.stalls = true;
	begin_mapped();
	setup_driver.patience = 10;
	model_its_driver_queue(&setup_driver, model_vmapp(VPE, 0, 0, 0, false).dw);
	model_its_driver_queue(&setup_driver, model_vpe(GITS_CMD_VSYNC, VPE).dw);
	ASSERT(!model_its_driver_post(&setup_driver));
	mediate_write(MODEL_ITS_BASE + GITS_CWRITER, 8, setup_driver.prod);
	ASSERT(!is_free(vpt));
	model_gic_check();
}
