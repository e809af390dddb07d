// SPDX-License-Identifier: GPL-2.0-only
/*
 * ITSs and redistributors that do not answer for a while: without power or clock an
 * access of EL2's aborts, and then they are back, with what they had or without.
 */
#include "bed_rd.h"
#include "harness.h"
#include "its_vpe_bed.h"

/* PW02: all ones are no proof that a vPE has left. */
TEST(its_pw02_silent_no_proof)
{
	v4_params(40);
	begin_mapped();
	model_its_hang(0, true);
	setup_driver.patience = 1;
	model_its_driver_queue(&setup_driver, model_vmapp(VPE, 0, 0, 0, false).dw);
	model_its_driver_queue(&setup_driver, model_vpe(GITS_CMD_VSYNC, VPE).dw);
	model_its_silence(0, UINT_MAX);
	ASSERT(!model_its_driver_post(&setup_driver));
	devmed_suspend();
	devmed_resume();
	mediate_write(MODEL_ITS_BASE + GITS_CWRITER, 8, setup_driver.prod);
	ASSERT(!is_free(vpt));
	model_its_silence(0, 0);
	model_its_hang(0, false);
	setup_driver.patience = 1000;
	setup_send(model_sync(model_rdbase(0)));
	unmap(VPE);
	ASSERT(is_free(vpt));
	mediate_works();
}

/* PW02: reset, and back before EL2 has looked at more than GITS_CTLR. */
TEST(its_pw02_silent_enable)
{
	u64 refused;

	mediate_default();
	model_gic_settle();
	model_its_power_cut(0);
	refused = mediate_counter(mediate_its[0], DEVMED_REFUSED_HANDLER);
	model_its_silence(0, 1);
	mediate_write(MODEL_ITS_BASE + GITS_CTLR, 4, GITS_CTLR_ENABLE);
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_REFUSED_HANDLER), refused + 1);
	ASSERT(!(mediate_read(MODEL_ITS_BASE + GITS_CTLR, 4) & GITS_CTLR_ENABLE));
	mediate_enable();
	setup_driver.prod = 0;
	mediate_works();
}

/* PW02: the tables are looked at whatever GICR_CTLR seemed to say. */
TEST(gicr_pw02_silent_enable)
{
	rd_start_default();
	rd_set_lpis(false);
	fake_guest_takes(rd_page);
	rd_set_pending_table(rd_page);
	model_rd_silence(RD, 1);
	rd_set_lpis(true);
	ASSERT(!rd_lpis_are_on());
	ASSERT_EQ(rd_refused(), 1);
	rd_check_enable();
}

/* PW02: nothing is let go of because a redistributor does not answer. */
TEST(gicr_pw02_silent_disable)
{
	rd_start_default();
	model_rd_silence(RD, UINT_MAX);
	rd_set_lpis(false);
	rd_check_pins(setup_driver.pend[RD], 1);
	devmed_suspend();
	devmed_resume();
	model_rd_silence(RD, 0);
	ASSERT(rd_lpis_are_on());
	mediate_works();
}

/* R12: a vPE stays where it may be. */
TEST(gicr_pw02_silent_vpe)
{
	v4_params(40);
	begin_mapped();
	enter(1, vpt);
	model_rd_silence(1, UINT_MAX);
	leave(1);
	unmap(VPE);
	ASSERT(!is_free(vpt) && !is_free(vconf));
	model_rd_silence(1, 0);
	leave(1);
	ASSERT(!(vpendbaser(1) & RESIDENT));
	ASSERT(is_free(vpt) && is_free(vconf));
	model_gic_check();
}

/* I07: the ITS has the command in hand that the host puts another one in place of. */
TEST(its_i07_prefetched)
{
	struct model_gic_params params = model_gic_default;
	u32 slot;

	params.its.stalls = true;
	params.its.prefetch = 4;
	mediate_gic(&params);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI + 2, true);
	slot = mediate_stall(model_mapti(SETUP_DEV, 2, SETUP_LPI + 2, 1),
			     model_mapd(0x77, 0, 2, true));
	mediate_retry(slot, model_mapd(SETUP_DEV, 0, 0, false));
	setup_sync(model_mapti(0x77, 1, SETUP_LPI + 3, 0), 0);
	/* The first one, after all. */
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	mediate_works();
}
