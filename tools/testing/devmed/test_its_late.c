// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware that is late: an ITS that does a command as it was read ahead of
 * GITS_CREADR, and a redistributor that holds back the pending bits of a vPE until
 * VSYNC (IHI 0069, 5.3.24). Only the model's complaints count here: the mutations of
 * these tests survive with an ITS or a redistributor that is not late. The answers
 * that EL2 gives the host are tested in test_its_retry.c and test_its_vpe.c.
 */
#include "harness.h"
#include "its_vpe_bed.h"

#define OTHER	0x44

/* The host unmaps a device by a command that the ITS never sees. */
TEST(its_i08_read_ahead)
{
	u32 slot;

	params = model_gic_default;
	params.its.stalls = true;
	params.its.prefetch = 4;
	setup_start(&params);
	mediate();
	setup_send(model_mapd(OTHER, 0, 2, true));
	setup_sync(model_mapti(OTHER, 0, SETUP_LPI + 2, 0), 0);
	slot = mediate_stall(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT),
			     model_sync(model_rdbase(SETUP_RD)));
	mediate_retry(slot, model_mapd(OTHER, 0, 0, false));
	setup_send(model_sync(model_rdbase(SETUP_RD)));
	/* Gets the ITT of the first device, should EL2 take that one for unused. */
	setup_send(model_mapd(OTHER + 1, 0, 2, true));
	setup_sync(model_mapti(OTHER + 1, 1, SETUP_LPI + 3, 0), 0);
	ASSERT(model_its_msi(0, OTHER + 1, 1));
	model_gic_check();
}

/* The host gives a vPE's pending table away before the VSYNC is done. */
TEST(its_ic21_late_bits)
{
	u64 bits;

	v4_params(40);
	begin_mapped();
	bits = ALIGN_DOWN(vpt + VLPI_ID / 8, PAGE_SIZE);
	ASSERT(model_its_msi(0, SETUP_DEV, 2));
	model_its_hang(0, true);
	model_its_driver_queue(&setup_driver, model_vmapp(VPE, 0, 0, 0, false).dw);
	ASSERT(!model_its_driver_send(&setup_driver, model_vpe(GITS_CMD_VSYNC, VPE).dw));
	fake_donate_guest(bits);
	model_its_hang(0, false);
	setup_send(model_sync(model_rdbase(0)));
	model_gic_check();
}
