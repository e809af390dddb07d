// SPDX-License-Identifier: GPL-2.0-only
/*
 * An SMMU that takes its time: a CMD_SYNC waits for transactions of devices (IHI 0070,
 * 3.21.1), which PCIe may let hang for a minute. The driver waits for a second, says
 * so and goes on; nothing is lost. EL2 does no worse.
 */
#include "fake.h"
#include "hostile_smmu.h"

#include <nvhe/devmed.h>

#define REGION_SMMU	1
#define CMD_CFGI_STE	(0x03 | (u64)SID << 32)
#define CMD_TLBI_ASID	(0x11 | 1ULL << 48)
#define CMD_SYNC	0x46
#define MS		(FAKE_CNTFRQ / 1000)
#define SLOW		(10 * 1000 * MS)

/* Ticks that one trap may take, and that a change of ownership may. */
#define LONGEST_TRAP	(5 * MS)
#define LONGEST_PROOF	(1010 * MS)

static u64 started;

static u64 rearmed(void)
{
	u64 value;

	ASSERT_EQ(devmed_read_counter(REGION_SMMU, DEVMED_REARMED, &value), 0);
	return value;
}

static void start(void)
{
	struct msmmu_config config = worst();

	config.access_us = 20;
	hostile_start_with(&config);
	warm(IOVA);
	expect_alive();
	mediated_longest = 0;
	started = fake_clock;
}

static void be_slow(u64 until)
{
	bad->sync_at = until;
	bad->ack_at = until;
}

/* The driver's loops: how long does the register take? False after @ms. */
static bool poll(u64 offset, u32 mask, u32 value, u64 ms)
{
	u64 end = fake_clock + ms * MS;

	do {
		if ((mediated_read(offset, 4) & mask) == value)
			return true;
		fake_clock += MS;
	} while (fake_clock < end);

	return false;
}

static bool poll_cons(u64 ms)
{
	return poll(SMMU_CMDQ_CONS, GENMASK(5, 0), drv.prod, ms);
}

static void put_sync(u64 cmd0, u64 cmd1)
{
	drv_put(&drv, cmd0, cmd1);
	drv_put(&drv, CMD_SYNC, 0);
	drv_ring(&drv);
}

static void expect_short_traps(void)
{
	ASSERT(mediated_longest <= LONGEST_TRAP);
	ASSERT(!bad->complaints);
}

/* The driver's command times out, and completes; no stream has noticed. */
static void invalidate(void *unused)
{
	start();
	be_slow(started + SLOW);
	drv_unmap(root, IOVA, 3);
	drv_map(&drv, root, IOVA + PAGE_SIZE, OTHER, 3, DRV_S1_RW);
	put_sync(CMD_TLBI_ASID, 0);
	ASSERT(fake_clock - started < 1100 * MS);
	ASSERT(!poll_cons(1000));
	warm(IOVA + PAGE_SIZE);
	/* The driver goes on with the next one, which times out as well. */
	put_sync(CMD_TLBI_ASID, 0);
	ASSERT(fake_clock - started < 2200 * MS);
	ASSERT(!poll_cons(1000));
	warm(IOVA + PAGE_SIZE);
	ASSERT(poll_cons(20000));
	ASSERT(fake_clock - started >= SLOW);
	ASSERT(fake_clock - started < SLOW + 100 * MS);
	expect_stopped(IOVA);
	ASSERT_EQ(rearmed(), 0);
	expect_short_traps();
	expect_alive();
}

TEST(smmu_slow_tlbi)
{
	ASSERT(test_fork(invalidate, NULL));
}

/* Two words of an entry change: the stream goes on by the old one or by the new one. */
static void configure(void *arg)
{
	u64 *ste, other_root, other_cd;
	struct msmmu_answer answer;
	u64 until;

	start();
	ste = drv_ste(&drv, SID);
	other_root = drv_pages(&drv, 0);
	other_cd = drv_pages(&drv, 0);
	drv_cd(drv_at(other_cd), other_root, 2);
	drv_map(&drv, other_root, IOVA, OTHER, 3, DRV_S1_RW);
	until = started + SLOW;
	be_slow(until);
	/* There is room in the queue, or an earlier CMD_SYNC is in the way. */
	if (*(bool *)arg)
		put_sync(CMD_TLBI_ASID, 0);
	ste[0] = (ste[0] & ~GENMASK_ULL(51, 6)) | other_cd;
	ste[1] ^= 1;
	put_sync(CMD_CFGI_STE, 1);
	do {
		answer = dma_to(IOVA);
		if (answer.result == MSMMU_OK)
			ASSERT(answer.pa == TARGET || answer.pa == OTHER);
		mediated_read(SMMU_CMDQ_CONS, 4);
		fake_clock += 50 * MS;
	} while (fake_clock < until);
	ASSERT(poll_cons(1000));
	answer = dma_to(IOVA);
	ASSERT_EQ(answer.result, MSMMU_OK);
	ASSERT_EQ(answer.pa, OTHER);
	ASSERT_EQ(rearmed(), 0);
	expect_short_traps();
	expect_alive();
}

TEST(smmu_slow_cfgi)
{
	bool busy = false;

	ASSERT(test_fork(configure, &busy));
	busy = true;
	ASSERT(test_fork(configure, &busy));
}

/* A bit that is slow is not acknowledged, and its queue is not let go. */
TEST(smmu_slow_cr0)
{
	start();
	be_slow(started + SLOW);
	mediated_write(SMMU_CR0, 4, ON & ~M_CR0_EVTQEN);
	ASSERT(fake_clock - started < 1100 * MS);
	ASSERT(!poll(SMMU_CR0ACK, U32_MAX, ON & ~M_CR0_EVTQEN, 1000));
	ASSERT(fake_donate_guest(drv.evtq_base));
	warm(IOVA);
	ASSERT(poll(SMMU_CR0ACK, U32_MAX, ON & ~M_CR0_EVTQEN, 20000));
	ASSERT(fake_clock - started >= SLOW);
	ASSERT_EQ(fake_donate_guest(drv.evtq_base), 0);
	ASSERT_EQ(fake_reclaim_guest(drv.evtq_base), 0);
	ASSERT(drv_set_cr0(&drv, ON));
	ASSERT_EQ(rearmed(), 0);
	expect_short_traps();
	expect_alive();
}

/* The host takes back what the hardware is slow to acknowledge. */
TEST(smmu_slow_cr0_taken_back)
{
	start();
	be_slow(started + SLOW);
	mediated_write(SMMU_CR0, 4, ON & ~M_CR0_EVTQEN);
	mediated_write(SMMU_CR0, 4, ON);
	fake_clock += SLOW;
	ASSERT(poll(SMMU_CR0ACK, U32_MAX, ON, 1000));
	ASSERT(poll(SMMU_CR0, U32_MAX, ON, 0));
	mediated_read(SMMU_CR0ACK, 4);
	ASSERT_EQ(*msmmu_reg(bad, SMMU_CR0) & ON, ON);
	expect_alive();
}

/* SMMUEN off and on again, each step slow: tables go back, and come again. */
TEST(smmu_slow_smmuen)
{
	start();
	mediated_write(SMMU_GBPA, 4, M_GBPA_UPDATE | M_GBPA_ABORT);
	be_slow(started + SLOW);
	mediated_write(SMMU_CR0, 4, ON & ~M_CR0_SMMUEN);
	ASSERT(poll(SMMU_CR0ACK, U32_MAX, ON & ~M_CR0_SMMUEN, 20000));
	expect_stopped(IOVA);
	be_slow(fake_clock + SLOW);
	mediated_write(SMMU_CR0, 4, ON);
	ASSERT(poll(SMMU_CR0ACK, U32_MAX, ON, 20000));
	warm(IOVA);
	ASSERT_EQ(rearmed(), 0);
	expect_short_traps();
	expect_alive();
}

/*
 * No proof comes: the page does not change hands, streams abort, and those who ask
 * again do not wait. Then all is as the host had it, its commands and events too.
 */
static void expect_fenced(void)
{
	u64 start = fake_clock;

	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	ASSERT(fake_clock - start <= LONGEST_PROOF);
	expect_stopped(IOVA);
	start = fake_clock;
	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	ASSERT_EQ(fake_donate_guest(OTHER), -EIO);
	ASSERT(fake_clock - start < 10 * MS);
}

static void expect_back(u32 prod)
{
	unsigned int i;
	int ret = -EIO;

	for (i = 0; i < 50 && ret; i++)
		ret = fake_donate_guest(OTHER);
	ASSERT_EQ(ret, 0);
	ASSERT(poll_cons(100));
	warm(IOVA);
	expect_stopped(OTHER);
	ASSERT_EQ(rearmed(), 1);
	ASSERT_EQ(mediated_read(SMMU_EVENTQ_PROD, 4), prod);
	ASSERT_EQ(mediated_read(SMMU_IRQ_CTRLACK, 4), 5);
	ASSERT_EQ(drv_at(drv.evtq_base)[((prod - 1) & 31) * 4] & 0xff,
		  M_F_TRANSLATION);
	expect_alive();
}

TEST(smmu_slow_donation)
{
	unsigned int syncs;
	u32 prod;

	start();
	expect_stopped(IOVA + PAGE_SIZE);
	msmmu_flush_events(bad);
	prod = mediated_read(SMMU_EVENTQ_PROD, 4);
	ASSERT(prod);
	be_slow(fake_clock + SLOW);
	put_sync(CMD_TLBI_ASID, 0);
	expect_fenced();
	syncs = bad->syncs;
	ASSERT(!poll_cons(1000));
	ASSERT_EQ(bad->syncs, syncs);
	fake_clock += SLOW;
	bad->nr_events = 0;
	prod = mediated_read(SMMU_EVENTQ_PROD, 4);
	expect_back(prod);
	expect_short_traps();
}

/* Another CPU donates while this one rings again and again. */
static unsigned int nr_donations;

static void donate_on_other_cpu(void)
{
	u64 start = fake_clock;

	if (nr_donations++)
		return;
	ASSERT_EQ(fake_donate_guest(OTHER), -EIO);
	ASSERT(fake_clock - start <= LONGEST_PROOF);
}

TEST(smmu_slow_two_cpus)
{
	u64 clock;

	start();
	be_slow(started + SLOW);
	fake_other_cpu = donate_on_other_cpu;
	put_sync(CMD_TLBI_ASID, 0);
	ASSERT(nr_donations);
	clock = fake_clock;
	ASSERT(clock - started < 2200 * MS);
	ASSERT(!poll_cons(1000));
	fake_other_cpu = NULL;
	expect_stopped(IOVA);
	ASSERT(poll_cons(20000));
	ASSERT(fake_clock - started >= SLOW);
	warm(IOVA);
	ASSERT_EQ(rearmed(), 1);
	expect_alive();
}

/* No answer, ever: nothing hangs. After a reset all is as it was. */
TEST(smmu_slow_for_ever)
{
	start();
	be_slow(U64_MAX);
	put_sync(CMD_TLBI_ASID, 0);
	ASSERT(!poll_cons(3000));
	put_sync(CMD_CFGI_STE, 1);
	ASSERT(!poll_cons(3000));
	expect_short_traps();
	warm(IOVA);
	bad->ack_at = 0;
	expect_fenced();
	mediated_write(SMMU_CR0, 4, ON & ~M_CR0_EVTQEN);
	ASSERT(!poll(SMMU_CR0ACK, U32_MAX, ON & ~M_CR0_EVTQEN, 3000));
	mediated_write(SMMU_CR0, 4, ON);
	msmmu_reset(bad);
	ASSERT(poll_cons(3000));
	ASSERT(poll(SMMU_CR0ACK, U32_MAX, ON, 1000));
	warm(IOVA);
	expect_alive();
}

/* Nor of SMMU_CR0, which is not written again before it is acknowledged. */
TEST(smmu_slow_cr0_for_ever)
{
	u64 clock;

	start();
	be_slow(U64_MAX);
	mediated_write(SMMU_CR0, 4, ON & ~M_CR0_EVTQEN);
	ASSERT(!poll(SMMU_CR0ACK, U32_MAX, ON & ~M_CR0_EVTQEN, 3000));
	clock = fake_clock;
	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	ASSERT(fake_clock - clock <= LONGEST_PROOF);
	clock = fake_clock;
	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	ASSERT(fake_clock - clock < 5 * MS);
	mediated_write(SMMU_CR0, 4, ON);
	expect_short_traps();
	be_slow(0);
	ASSERT(poll(SMMU_CR0ACK, U32_MAX, ON, 1000));
	warm(IOVA);
	expect_alive();
}

/* An illegal command: its interrupt comes when the hardware is free. */
TEST(smmu_slow_gerror)
{
	u32 error;

	start();
	bad->deaf = true;
	drv_put(&drv, CMD_TLBI_ASID, 0);
	drv_put(&drv, 0xff, 0);
	bad->irqs = 0;
	drv_ring(&drv);
	ASSERT(!poll_cons(1000));
	ASSERT_EQ(bad->irqs, 0);
	bad->deaf = false;
	mediated_read(SMMU_CMDQ_CONS, 4);
	mediated_read(SMMU_CMDQ_CONS, 4);
	ASSERT(bad->irqs);
	ASSERT(drv_recover(&drv, &error));
	ASSERT_EQ(error, M_CERROR_ILL);
	expect_short_traps();
	expect_alive();
}

/* Each CMD_SYNC takes longer than a trap may: each trap gets somewhere. */
TEST(smmu_slow_always)
{
	u64 ste[8];

	start();
	bad->sync_us = 3000;
	drv_ste_bypass(ste);
	drv_write_ste(&drv, SID, ste);
	ASSERT(passes(OTHER));
	drv_ste_stage1(ste, cd, 0);
	drv_write_ste(&drv, SID, ste);
	warm(IOVA);
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_SMMUEN));
	ASSERT(drv_set_cr0(&drv, ON));
	warm(IOVA);
	ASSERT_EQ(fake_donate_guest(OTHER), 0);
	ASSERT(!drv.lost);
	ASSERT_EQ(rearmed(), 0);
	expect_short_traps();
}
