// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS backend with a host that does all right: nothing changes for it.
 */
#include "harness.h"
#include "its_mediate.h"

TEST(its_goes_on)
{
	setup_start(&model_gic_default);
	mediate();
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), 1);
	setup_sync(model_movi(SETUP_DEV, SETUP_EVENT, 3), 3);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(3, SETUP_LPI), 1);
	model_its_driver_map(&setup_driver, 0x456, 32);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI + 1, true);
	setup_sync(model_mapti(0x456, 31, SETUP_LPI + 1, 1), 1);
	ASSERT(model_its_msi(0, 0x456, 31));
	ASSERT_EQ(model_lpis_taken(1, SETUP_LPI + 1), 1);
	model_gic_check();
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	ASSERT_EQ(mediate_aborts, 0);
}
