// SPDX-License-Identifier: GPL-2.0-only
/*
 * A redistributor whose tables a test moves about, behind EL2.
 */
#include "bed_rd.h"
#include "harness.h"

u64 rd_page;

void rd_start(const struct model_gic_params *params)
{
	setup_start(params);
	rd_page = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	mediate();
}

void rd_start_default(void)
{
	rd_start(&model_gic_default);
}

void rd_set_lpis(bool on)
{
	mediate_write(RD_REG(GICR_CTLR), 4, on);
}

bool rd_lpis_are_on(void)
{
	return mediate_read(RD_REG(GICR_CTLR), 4) & GICR_CTLR_ENABLE_LPIS;
}

u64 rd_refused(void)
{
	return mediate_counter(mediate_rd[RD], DEVMED_REFUSED_HANDLER);
}

void rd_set_pending_table(u64 phys)
{
	mediate_write(RD_REG(GICR_PENDBASER), 8, phys | GICR_PENDBASER_InnerShareable |
		      GICR_PENDBASER_RaWaWb);
}

void rd_set_config_table(u64 phys, unsigned int bits)
{
	mediate_write(RD_REG(GICR_PROPBASER), 8, phys | GICR_PROPBASER_InnerShareable |
		      GICR_PROPBASER_RaWaWb | (bits - 1));
}

void rd_check_not_enabled(void)
{
	u64 count = rd_refused();

	rd_set_lpis(true);
	ASSERT(!rd_lpis_are_on());
	ASSERT_EQ(rd_refused(), count + 1);
	model_gic_check();
}

void rd_check_pins(u64 phys, unsigned int pins)
{
	ASSERT_EQ(hyp_phys_to_page(phys)->refcount, pins);
}

void rd_check_enable(void)
{
	rd_set_lpis(false);
	rd_set_config_table(setup_driver.prop, MODEL_LPI_BITS);
	rd_set_pending_table(setup_driver.pend[RD]);
	rd_set_lpis(true);
	ASSERT(rd_lpis_are_on());
	mediate_works();
}
