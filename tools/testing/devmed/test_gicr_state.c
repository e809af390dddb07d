// SPDX-License-Identifier: GPL-2.0-only
/*
 * gicr.c: redistributors of CPUs that come and go, and those that were up before
 * EL2 (R14, R15, R18, C10).
 */
#include "bed_rd.h"
#include "harness.h"

#include "../../../drivers/devmed/its/hyp/its-hyp.h"

#define PWRR	0x24

static struct model_gic_params params;

/* R14: the power register is not the host's; lost power is noticed. */
TEST(gicr_r14_power)
{
	params = model_gic_default;
	params.rd.pwrr = true;
	rd_start(&params);
	mediate_write(RD_REG(PWRR), 4, 1);
	ASSERT_EQ(model_mmio_read(RD_REG(PWRR), 4), 0);
	model_rd_power_cut(RD);
	model_gic_check();
	rd_set_config_table(setup_driver.prop, MODEL_LPI_BITS);
	rd_set_pending_table(rd_page);
	rd_set_lpis(true);
	ASSERT(rd_lpis_are_on());
	rd_check_pins(rd_page, 1);
	rd_check_pins(setup_driver.pend[RD], 0);
	rd_check_pins(setup_driver.prop, 1);
	mediate_works();
}

/* Asleep it writes back, and is not disabled. */
TEST(gicr_r14_sleep)
{
	rd_start_default();
	mediate_write(RD_REG(GICR_WAKER), 4, U32_MAX);
	ASSERT_EQ(mediate_read(RD_REG(GICR_WAKER), 4), GICR_WAKER_ProcessorSleep |
		  GICR_WAKER_ChildrenAsleep);
	mediate_write(RD_REG(GICR_WAKER), 4, 0);
	ASSERT(rd_lpis_are_on());
	mediate_works();
}

/* R15: a CPU that was off at the handover comes up later. */
TEST(gicr_r15_late_cpu)
{
	params = model_gic_default;
	setup_driver.skip_lpis = BIT(RD);
	rd_start(&params);
	ASSERT(!rd_lpis_are_on());
	fake_guest_takes(rd_page);
	rd_set_config_table(setup_driver.prop, MODEL_LPI_BITS);
	rd_set_pending_table(rd_page);
	rd_check_not_enabled();
	rd_set_pending_table(rd_page - SZ_64K);
	rd_check_not_enabled();
	rd_page = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	rd_set_pending_table(rd_page);
	rd_set_lpis(true);
	ASSERT(rd_lpis_are_on());
	setup_sync(model_movi(SETUP_DEV, SETUP_EVENT, RD), RD);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(RD, SETUP_LPI), 1);
	model_gic_check();
}

/* R18: what is left enabled stays pinned, so another kernel cannot give it away. */
TEST(gicr_r18_kexec)
{
	rd_start_default();
	ASSERT_EQ(__pkvm_host_unshare_hyp(setup_driver.pend[RD] >> PAGE_SHIFT), -EBUSY);
	ASSERT_EQ(__pkvm_host_unshare_hyp(setup_driver.prop >> PAGE_SHIFT), -EBUSY);
	ASSERT_EQ(__pkvm_host_donate_hyp(setup_driver.pend[RD] >> PAGE_SHIFT, 1), -EPERM);
	mediate_works();
}

/* Off and on again: no pin too many, none too few. */
TEST(gicr_hotplug_1000_times)
{
	unsigned int i;

	rd_start_default();
	for (i = 0; i < 1000; i++) {
		rd_set_lpis(false);
		rd_check_pins(setup_driver.pend[RD], 0);
		rd_check_pins(setup_driver.prop, 1);
		rd_set_pending_table(i % 2 ? setup_driver.pend[RD] : rd_page);
		rd_set_lpis(true);
		rd_check_pins(i % 2 ? setup_driver.pend[RD] : rd_page, 1);
	}
	mediate_works();
}

/* Enabled as it is already: nothing to pin. */
TEST(gicr_hotplug_enable_twice)
{
	u64 count;

	rd_start_default();
	count = rd_refused();
	/* Nor to let go of, and perhaps not get again. */
	fake_fail_at(1, 1);
	rd_set_lpis(true);
	fake_fail_at(0, 0);
	ASSERT_EQ(rd_refused(), count);
	ASSERT(rd_lpis_are_on());
	rd_check_pins(setup_driver.pend[RD], 1);
	mediate_works();
}

/* C10: one that EL2 let go of is no target, until it has it again. */
TEST(gicr_handover_again)
{
	unsigned int last;

	setup_start(&model_gic_default);
	last = setup_driver.nr_rds - 1;
	mediate_register(256);
	ASSERT_EQ(mediate_start(&setup_driver, 0), 0);
	ASSERT(gicr_is_target(0, model_rdbase(last)));
	ASSERT_EQ(devmed_stop(mediate_rd[last]), 0);
	ASSERT(!gicr_is_target(0, model_rdbase(last)));
	ASSERT_EQ(devmed_start(mediate_rd[last], 0, 0), 0);
	ASSERT_EQ(mediate_start_its(&setup_driver), 0);
	mediate_switch(&setup_driver);
	mediate_finalize();
	mediate_works();
}

/* R04: CPUs that differ in their configuration table: told apart from other errors. */
TEST(gicr_r04_handover_two_tables)
{
	u64 config;

	setup_start(&model_gic_default);
	mediate_register(256);
	config = mediate_read(RD_REG(GICR_PROPBASER), 8);
	model_mmio_write(RD_REG(GICR_CTLR), 4, 0);
	rd_page = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	model_mmio_write(RD_REG(GICR_PROPBASER), 8,
			 (config & ~GENMASK_ULL(51, 12)) | rd_page);
	model_mmio_write(RD_REG(GICR_CTLR), 4, 1);
	ASSERT_EQ(devmed_start(mediate_rd[0], 0, 0), 0);
	ASSERT_EQ(devmed_start(mediate_rd[RD], 0, 0), -EXDEV);
	rd_check_pins(rd_page, 0);
	/* Nothing is in the way of those that agree. */
	ASSERT_EQ(devmed_start(mediate_rd[2], 0, 0), 0);
}

/* More than there can be CPUs. */
TEST(gicr_handover_too_many)
{
	params = model_gic_default;
	params.nr_rds = CONFIG_NR_CPUS;
	setup_gic(&params);
	mediate_register(256);
	ASSERT_EQ(mediate_start(&setup_driver, 0), 0);
	ASSERT_EQ(devmed_gicr_regs.start(devmed_get_region(mediate_rd[0]), 0, 0),
		  -ENOSPC);
}

/* Tables of CPUs that are up are pinned at the handover, for their whole length. */
TEST(gicr_handover)
{
	unsigned int rd;
	u64 offset;

	rd_start_default();
	for (rd = 0; rd < setup_driver.nr_rds; rd++) {
		for (offset = 0; offset < SZ_64K; offset += PAGE_SIZE)
			rd_check_pins(setup_driver.pend[rd] + offset, 1);
	}
	for (offset = 0; offset < BIT(MODEL_LPI_BITS) - 8192; offset += PAGE_SIZE)
		rd_check_pins(setup_driver.prop + offset, 1);
	/* SGI_base is the host's: nothing of it traps. */
	ASSERT_EQ(fake_s2(model_rd_phys(0) + SZ_64K), FAKE_S2_LAZY);
}

/* All redistributors that firmware has: @save before, @restore after. */
static void sleep_and_wake(void)
{
	unsigned int rd;

	devmed_suspend();
	for (rd = 0; rd < setup_driver.nr_rds; rd++)
		model_rd_restore(rd);
	devmed_resume();
	for (rd = 0; rd < setup_driver.nr_rds; rd++)
		model_rd_awake(rd);
	fake_check_idle();
	model_gic_check();
}

static void save_all(void)
{
	unsigned int rd;

	for (rd = 0; rd < setup_driver.nr_rds; rd++)
		model_rd_save(rd);
}

/* D2: a host that moves no tables notices nothing, and costs nothing. */
TEST(gicr_d2_all_restored)
{
	rd_start_default();
	save_all();
	fake_log_reset();
	sleep_and_wake();
	ASSERT_EQ(fake_count(FAKE_READ) + fake_count(FAKE_WRITE), 0);
	ASSERT(rd_lpis_are_on());
	mediate_works();
}

static u64 set_right(void)
{
	return mediate_counter(mediate_rd[RD], DEVMED_REARMED);
}

/* D2: saved while enabled; then the host disables it, and gives its table away. */
TEST(gicr_d2_restored_enabled)
{
	rd_start_default();
	save_all();
	rd_set_lpis(false);
	fake_guest_takes(setup_driver.pend[RD]);
	sleep_and_wake();
	ASSERT(!rd_lpis_are_on());
	ASSERT_EQ(set_right(), 1);
	rd_set_pending_table(rd_page);
	rd_set_lpis(true);
	ASSERT(rd_lpis_are_on());
	mediate_works();
}

/* D2: enabled again since, with another table. */
TEST(gicr_d2_restored_elsewhere)
{
	rd_start_default();
	save_all();
	rd_set_lpis(false);
	rd_set_pending_table(rd_page);
	rd_set_lpis(true);
	fake_guest_takes(setup_driver.pend[RD]);
	sleep_and_wake();
	ASSERT(!rd_lpis_are_on());
	ASSERT_EQ(set_right(), 1);
	/* As it is now, firmware may restore it. */
	rd_set_pending_table(rd_page);
	rd_set_lpis(true);
	save_all();
	sleep_and_wake();
	ASSERT(rd_lpis_are_on());
	ASSERT_EQ(set_right(), 1);
	mediate_works();
}

/* D2: what cannot be disabled is pinned, as long as it is the host's. */
TEST(gicr_d2_restored_for_good)
{
	struct model_gic_params params = model_gic_default;

	rd_start(&params);
	save_all();
	rd_set_lpis(false);
	rd_check_pins(setup_driver.pend[RD], 0);
	model_rd_stick();
	sleep_and_wake();
	ASSERT(rd_lpis_are_on());
	rd_check_pins(setup_driver.pend[RD], 1);
}
