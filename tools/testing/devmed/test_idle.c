// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs that go idle, are turned off and come back: instance.c. Devices keep their
 * power as long as one CPU runs, so that only the last CPU down and the first one up
 * have anything to do with them.
 */
#include "bed_rd.h"
#include "fake.h"
#include "harness.h"
#include "hostile_smmu.h"
#include "its_mediate.h"

#include <nvhe/devmed.h>

#define REGION_SMMU	1
#define SECOND_BASE	0x09090000ULL

static unsigned int nr_locks;

static void count_lock(void)
{
	nr_locks++;
}

static void down(unsigned int cpu)
{
	fake_cpu = cpu;
	devmed_suspend();
}

/* From a call of firmware, or from being turned on. */
static void up(unsigned int cpu)
{
	fake_cpu = cpu;
	devmed_resume();
}

static void watch(void)
{
	fake_log_reset();
	nr_locks = 0;
	fake_on_lock = count_lock;
}

static unsigned int touched(void)
{
	fake_on_lock = NULL;
	return nr_locks + fake_count(FAKE_READ) + fake_count(FAKE_WRITE);
}

static bool idles_for_nothing(unsigned int cpu)
{
	watch();
	down(cpu);
	up(cpu);
	/* Any other call of firmware ends like this. */
	up(cpu);

	return !touched();
}

static u64 rearmed(void)
{
	u64 value;

	ASSERT_EQ(devmed_read_counter(REGION_SMMU, DEVMED_REARMED, &value), 0);
	return value;
}

/* The wake-up of a CPU while another one runs takes no lock and looks at nothing. */
TEST(idle_smmu_untouched)
{
	unsigned int i;

	hostile_start();
	up(1);
	ASSERT(idles_for_nothing(1));
	ASSERT(idles_for_nothing(0));
	/* CPU 2 comes up, goes off, and comes up again. */
	up(2);
	down(0);
	for (i = 0; i < 3; i++)
		ASSERT(idles_for_nothing(1));
	down(2);
	up(2);
	up(0);
	ASSERT(idles_for_nothing(2));
	expect_alive();
}

static void lose_power(void)
{
	msmmu_reset(bad);
}

/* All are down: whoever is first sets up again what has lost its power. */
TEST(idle_smmu_last_man)
{
	hostile_start();
	warm(IOVA);
	up(1);
	down(0);
	down(1);
	lose_power();
	up(0);
	ASSERT_EQ(rearmed(), 1);
	ASSERT(bad->gbpa & M_GBPA_ABORT);
	ASSERT(!idles_for_nothing(0));
	up(1);
	ASSERT(idles_for_nothing(1));
	/* The other way round, and with a CPU that is turned on first. */
	down(1);
	down(0);
	lose_power();
	up(3);
	ASSERT_EQ(rearmed(), 2);
	up(0);
	up(1);
	ASSERT(idles_for_nothing(3));
	expect_alive();
}

/* Two come up at once: neither runs the host before all devices were looked at. */
static unsigned int nr_came;

static void up_on_other_cpu(void)
{
	if (nr_came++)
		return;
	ASSERT(!(msmmus[0].gbpa & M_GBPA_ABORT) || !(msmmus[1].gbpa & M_GBPA_ABORT));
	up(1);
	ASSERT(msmmus[0].gbpa & M_GBPA_ABORT);
	ASSERT(msmmus[1].gbpa & M_GBPA_ABORT);
	fake_cpu = 0;
}

TEST(idle_smmu_two_at_once)
{
	struct msmmu_config configs[MSMMU_NR] = { worst(), worst() };

	configs[1].base = SECOND_BASE;
	mediated_start_all(configs, MSMMU_NR);
	up(1);
	down(0);
	down(1);
	msmmu_reset(&msmmus[0]);
	msmmu_reset(&msmmus[1]);
	fake_other_cpu = up_on_other_cpu;
	up(0);
	fake_other_cpu = NULL;
	ASSERT(nr_came);
	ASSERT(idles_for_nothing(1));
}

/* SYSTEM_SUSPEND is for the whole machine, whatever EL2 counts. */
TEST(idle_system_suspend)
{
	hostile_start();
	warm(IOVA);
	up(1);
	fake_cpu = 0;
	devmed_suspend_all();
	lose_power();
	up(0);
	ASSERT_EQ(rearmed(), 1);
	ASSERT(idles_for_nothing(0));
	/* Firmware refused, which is a return like any other. */
	fake_cpu = 0;
	devmed_suspend_all();
	up(0);
	ASSERT(idles_for_nothing(0));
	ASSERT(idles_for_nothing(1));
}

/* Calls in any order, also such as return twice or never: never less is looked at. */
TEST(idle_any_order)
{
	bool running[FAKE_NR_CPUS] = { true };
	unsigned int i, cpu, nr = 1;
	bool slept = false;

	hostile_start();
	for (i = 0; i < 2000; i++) {
		cpu = test_random_below(FAKE_NR_CPUS);
		watch();
		if (running[cpu] && test_random_below(2)) {
			down(cpu);
			running[cpu] = false;
			slept |= !--nr;
		} else {
			up(cpu);
			nr += !running[cpu];
			ASSERT(!slept || running[cpu] || fake_count(FAKE_READ));
			slept = false;
			running[cpu] = true;
		}
		touched();
	}
	expect_alive();
}

/* Commands of an ITS stay in the ring until the last CPU is about to go down. */
TEST(idle_its_last_man)
{
	mediate_default();
	up(1);
	setup_sync(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT), SETUP_RD);
	ASSERT(idles_for_nothing(1));
	ASSERT(idles_for_nothing(0));
	down(1);
	watch();
	down(0);
	ASSERT(touched());
	up(0);
	mediate_works();
}

/* A redistributor that firmware restores goes with its own CPU, others running. */
TEST(idle_gicr_of_cpu)
{
	unsigned int other = RD ? 0 : 1;

	rd_start_default();
	up(1);
	model_rd_save(RD);
	rd_set_lpis(false);
	fake_guest_takes(setup_driver.pend[RD]);
	/* Not the CPU whose redistributor it is. */
	fake_mpidr = BIT(31) | other;
	ASSERT(idles_for_nothing(1));
	down(0);
	model_rd_restore(RD);
	fake_mpidr = BIT(31) | RD;
	up(0);
	model_rd_awake(RD);
	ASSERT(!rd_lpis_are_on());
	ASSERT_EQ(mediate_counter(mediate_rd[RD], DEVMED_REARMED), 1);
	fake_check_idle();
	model_gic_check();
}
