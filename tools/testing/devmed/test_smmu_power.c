// SPDX-License-Identifier: GPL-2.0-only
/*
 * An SMMU that is reset, or has no power, behind EL2's back (threats PW01, PW03
 * and T19). From the reset until EL2 looks its bypass is open: nothing here makes
 * DMA in that time.
 */
#include "fake.h"
#include "hostile_smmu.h"

#include <nvhe/devmed.h>

#define REGION_SMMU	1

static u64 rearmed(void)
{
	u64 value;

	ASSERT_EQ(devmed_read_counter(REGION_SMMU, DEVMED_REARMED, &value), 0);
	return value;
}

/* Its bypass is closed, and the stream is as the host had it. */
static void expect_as_before(u64 times)
{
	ASSERT_EQ(rearmed(), times);
	ASSERT(bad->gbpa & M_GBPA_ABORT);
	warm(IOVA);
	expect_stopped(IOVA + PAGE_SIZE);
	expect_stopped(MEDIATED_POOL);
	expect_alive();
}

/* Any access of the host's will do, also one that no hardware has to answer. */
TEST(smmu_pw01_reset)
{
	hostile_start();
	warm(IOVA);
	msmmu_reset(bad);
	mediated_read(SMMU_IDR0, 4);
	expect_as_before(1);
	msmmu_reset(bad);
	mediated_write(SMMU_CR1, 4, 0);
	expect_as_before(2);
	devmed_suspend();
	msmmu_reset(bad);
	devmed_resume();
	expect_as_before(3);
	ASSERT_EQ(mediated_read(SMMU_CR0ACK, 4), ON);
}

/* A page that is taken is out of reach, also if the host never looks again. */
TEST(smmu_pw01_reset_then_take)
{
	hostile_start();
	warm(IOVA);
	msmmu_reset(bad);
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	ASSERT_EQ(rearmed(), 1);
	expect_stopped(IOVA);
	expect_stopped(TARGET);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	fake_barrier();
	expect_as_before(1);
}

/* Someone gave it another table, with everything on as EL2 had it. */
TEST(smmu_pw01_other_table)
{
	u64 table;

	hostile_start();
	mediated_speculate(NULL, 0);
	table = drv_pages(&drv, 2);
	bad->regs[0][SMMU_STRTAB_BASE / 4] = table;
	bad->regs[0][SMMU_STRTAB_BASE / 4 + 1] = table >> 32;
	ASSERT_EQ(fake_donate_guest(OTHER), 0);
	expect_as_before(1);
	bad->regs[0][SMMU_CMDQ_BASE / 4] = table;
	ASSERT_EQ(fake_reclaim_guest(OTHER), 0);
	ASSERT_EQ(fake_donate_guest(OTHER), 0);
	expect_as_before(2);
}

/* Events and interrupts go on where they were. */
TEST(smmu_pw01_events)
{
	u32 cons;

	hostile_start();
	expect_stopped(IOVA + PAGE_SIZE);
	msmmu_flush_events(bad);
	cons = mediated_read(SMMU_EVENTQ_PROD, 4);
	mediated_write(SMMU_EVENTQ_CONS, 4, cons);
	msmmu_reset(bad);
	ASSERT_EQ(mediated_read(SMMU_EVENTQ_PROD, 4), cons);
	ASSERT_EQ(mediated_read(SMMU_IRQ_CTRLACK, 4), 5);
	bad->irqs = 0;
	ASSERT(!passes(IOVA + PAGE_SIZE));
	msmmu_flush_events(bad);
	ASSERT(mediated_read(SMMU_EVENTQ_PROD, 4) != cons);
	ASSERT(bad->irqs);
	ASSERT_EQ(drv_at(drv.evtq_base)[(cons & 31) * 4] & 0xff, M_F_TRANSLATION);
	/* The queue is pinned still. */
	ASSERT(fake_donate_guest(drv.evtq_base));
}

/* What a driver does that knows of the reset: everything again. */
TEST(smmu_pw01_driver_resumes)
{
	u64 ste[8];

	hostile_start();
	warm(IOVA);
	msmmu_reset(bad);
	ASSERT(drv_start(&drv));
	drv_ste_stage1(ste, cd, 0);
	drv_write_ste(&drv, SID, ste);
	expect_as_before(1);
}

/* The platform promises that an SMMU without power comes back reset. */
static void hostile_start_promised(void)
{
	struct msmmu_config config = worst();

	config.off_resets = true;
	hostile_start_with(&config);
}

/* Registers of an SMMU that is off are those that it had; nobody has waited. */
static void expect_asleep(u64 start)
{
	mediated_write(SMMU_EVENTQ_CONS, 4, 0);
	mediated_write(SMMU_IRQ_CTRL, 4, 0);
	mediated_write(SMMU_IRQ_CTRL, 4, 5);
	ASSERT_EQ(mediated_read(SMMU_EVENTQ_PROD, 4), 0);
	ASSERT_EQ(mediated_read(SMMU_GERROR, 4), mediated_read(SMMU_GERRORN, 4));
	ASSERT(fake_clock - start < 1000);
	ASSERT_EQ(rearmed(), 0);
	expect_stopped(IOVA);
}

/* Off: nobody waits, nothing fails, and nothing is written to it. */
TEST(smmu_pw01_no_power)
{
	u64 start;

	hostile_start_promised();
	warm(IOVA);
	bad->off = true;
	start = fake_clock;
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	ASSERT(drv_sync(&drv));
	ASSERT(drv_cfgi_ste(&drv, SID));
	expect_asleep(start);

	msmmu_reset(bad);
	mediated_read(SMMU_CR0, 4);
	expect_stopped(IOVA);
	expect_stopped(TARGET);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	fake_barrier();
	expect_as_before(1);
}

/* Queues come and go without power, and are right when it is back. */
TEST(smmu_pw01_no_power_queues)
{
	u64 other;

	hostile_start_promised();
	bad->off = true;
	ASSERT(drv_set_cr0(&drv, ON & ~(M_CR0_EVTQEN | M_CR0_SMMUEN)));
	ASSERT_EQ(fake_donate_guest(drv.evtq_base), 0);
	other = drv_pages(&drv, 0);
	mediated_write(SMMU_EVENTQ_BASE, 8, other | 5);
	mediated_write(SMMU_EVENTQ_PROD, 4, 0);
	mediated_write(SMMU_EVENTQ_CONS, 4, 0);
	ASSERT(drv_set_cr0(&drv, ON));

	msmmu_reset(bad);
	expect_alive();
	expect_as_before(1);
	msmmu_flush_events(bad);
	ASSERT_EQ(drv_at(other)[0] & 0xff, M_F_TRANSLATION);
}

/* Without a promise: nobody waits, nothing is written to it, and nothing is done. */
TEST(smmu_pw01_no_power_no_promise)
{
	u64 start;

	hostile_start();
	warm(IOVA);
	bad->off = true;
	start = fake_clock;
	ASSERT_EQ(fake_donate_guest(TARGET), -EAGAIN);
	ASSERT(!drv_sync(&drv));
	drv.lost = false;
	expect_asleep(start);

	msmmu_reset(bad);
	mediated_read(SMMU_CR0, 4);
	warm(IOVA);
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	expect_stopped(IOVA);
	expect_stopped(TARGET);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	fake_barrier();
	expect_as_before(1);
}

/* A queue that is let go of without power stays pinned until it is back. */
TEST(smmu_pw01_no_power_queues_no_promise)
{
	hostile_start();
	bad->off = true;
	mediated_write(SMMU_CR0, 4, ON & ~(M_CR0_EVTQEN | M_CR0_SMMUEN));
	mediated_read(SMMU_CR0ACK, 4);
	ASSERT(fake_donate_guest(drv.evtq_base));

	msmmu_reset(bad);
	ASSERT(drv_set_cr0(&drv, ON & ~(M_CR0_EVTQEN | M_CR0_SMMUEN)));
	ASSERT_EQ(fake_donate_guest(drv.evtq_base), 0);
	ASSERT_EQ(fake_reclaim_guest(drv.evtq_base), 0);
	ASSERT(drv_set_cr0(&drv, ON));
	expect_as_before(1);
}

/*
 * The power goes, or a reset comes, in the middle of anything. If it does just
 * before CR0 is written, the hardware is on with whatever is in its registers
 * until EL2 has looked: that is complained of, and cannot be helped.
 */
static void hostile_start_leniently(void)
{
	struct msmmu_config config = worst();

	config.lenient = true;
	config.access_us = 500;
	hostile_start_with(&config);
	mediated_speculate(NULL, 0);
	ASSERT_EQ(bad->complaints, 0);
}

static void reset_at(void *arg)
{
	u64 ste[8];

	hostile_start_leniently();
	bad->reset_in = *(u32 *)arg;
	ASSERT_EQ(fake_donate_guest(OTHER), 0);
	drv_ste_stage1(ste, cd, 0);
	drv_write_ste(&drv, SID, ste);
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_EVTQEN));
	ASSERT(drv_set_cr0(&drv, ON));
	bad->reset_in = 0;
	mediated_read(SMMU_CR0, 4);
	bad->config.lenient = false;
	expect_as_before(rearmed());
	ASSERT(rearmed() <= 1);
}

TEST(smmu_pw01_any_moment)
{
	u32 when;

	for (when = 1; when < 200; when += when < 64 ? 1 : 9)
		ASSERT(test_fork(reset_at, &when));
}

/* Reset again while EL2 sets it up. */
static void reset_twice(void *arg)
{
	hostile_start_leniently();
	msmmu_reset(bad);
	bad->reset_in = *(u32 *)arg;
	ASSERT_EQ(fake_donate_guest(OTHER), 0);
	bad->reset_in = 0;
	mediated_read(SMMU_CR0, 4);
	bad->config.lenient = false;
	expect_as_before(rearmed());
}

TEST(smmu_pw01_reset_again)
{
	u32 when;

	for (when = 1; when < 100; when += 4)
		ASSERT(test_fork(reset_twice, &when));
}

/*
 * C09: what is fenced stays so, also when a reset opens the bypass. No page changes
 * hands while it has not read a CMD_SYNC: what it translated before may not have
 * arrived.
 */
TEST(smmu_pw01_dead)
{
	hostile_start();
	bad->deaf = true;
	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	expect_stopped(TARGET);
	msmmu_reset(bad);
	ASSERT_EQ(fake_donate_guest(OTHER), -EIO);
	ASSERT(bad->gbpa & M_GBPA_ABORT);
	expect_stopped(TARGET);
	msmmu_reset(bad);
	mediated_read(SMMU_IDR0, 4);
	ASSERT(bad->gbpa & M_GBPA_ABORT);
	ASSERT_EQ(rearmed(), 0);
}

/* It comes back, and does not work. */
TEST(smmu_pw01_does_not_come_back)
{
	hostile_start();
	msmmu_reset(bad);
	bad->deaf = true;
	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	ASSERT(bad->gbpa & M_GBPA_ABORT);
	expect_stopped(IOVA);
	expect_stopped(TARGET);
}
