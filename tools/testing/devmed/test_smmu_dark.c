// SPDX-License-Identifier: GPL-2.0-only
/*
 * An SMMU whose registers cannot be read for a while, and that is as it was
 * afterwards: its clock was stopped, or its bus was, or it was in retention. By
 * what a register reads as EL2 cannot tell that from one that is off and will be
 * reset. Meanwhile it may go on translating, of what its TLBs have or in full.
 */
#include "fake.h"
#include "hostile_smmu.h"

#include <nvhe/devmed.h>

struct darkness {
	enum msmmu_dark how;
	u8 reads;
};

static const struct msmmu_access loop = {
	.sid = SID, .ssid = MSMMU_NO_SSID, .addr = IOVA, .write = true,
};

static enum msmmu_dark how;

static void start(const struct darkness *darkness)
{
	struct msmmu_config config = worst();

	config.dark_reads = darkness->reads;
	config.unordered = true;
	config.busy = true;
	hostile_start_with(&config);
	how = darkness->how;
	warm(IOVA);
}

static void with_each(void (*run)(void *darkness))
{
	struct darkness d;

	for (d.how = MSMMU_DARK_STOPPED; d.how <= MSMMU_DARK_RUNS; d.how++) {
		for (d.reads = MSMMU_READS_EITHER; d.reads <= MSMMU_READS_ONES; d.reads++) {
			if (!test_fork(run, &d))
				test_fail(__FILE__, __LINE__, "how, reads", d.how, d.reads);
		}
	}
}

/* EL2 looks once in that time. */
static void blink(void)
{
	bad->dark = how;
	mediated_read(SMMU_IDR0, 4);
	devmed_suspend();
	devmed_resume();
	bad->dark = MSMMU_LIT;
}

static void expect_taken(void)
{
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	expect_stopped(IOVA);
	expect_stopped(TARGET);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	fake_barrier();
	warm(IOVA);
	expect_alive();
}

/* A donation after the darkness is carried out. */
static void blink_then_donate(void *darkness)
{
	start(darkness);
	blink();
	expect_taken();
	mediated_repeat(&loop);
	blink();
	expect_taken();
	mediated_repeat(NULL);
}

TEST(smmu_a2_donation)
{
	with_each(blink_then_donate);
}

static void blink_then_unmap(void *darkness)
{
	start(darkness);
	blink();
	drv_unmap(root, IOVA, 3);
	ASSERT(drv_tlbi_va(&drv, 1, IOVA, true));
	expect_stopped(IOVA);
	expect_alive();
}

TEST(smmu_a2_unmap)
{
	with_each(blink_then_unmap);
}

static void blink_then_configure(void *darkness)
{
	u64 ste[8];

	start(darkness);
	blink();
	memset(ste, 0, sizeof(ste));
	ste[0] = 1;
	drv_write_ste(&drv, SID, ste);
	expect_stopped(IOVA);
}

TEST(smmu_a2_configure)
{
	with_each(blink_then_configure);
}

/* The hardware learns how far the host has read, and which interrupts it wants. */
static void blink_then_events(void *darkness)
{
	u32 prod;

	start(darkness);
	blink();
	expect_stopped(IOVA + PAGE_SIZE);
	msmmu_flush_events(bad);
	prod = mediated_read(SMMU_EVENTQ_PROD, 4);
	ASSERT_EQ(prod, *msmmu_reg(bad, SMMU_EVENTQ_PROD));
	mediated_write(SMMU_EVENTQ_CONS, 4, prod);
	ASSERT_EQ(*msmmu_reg(bad, SMMU_EVENTQ_CONS), prod);
	mediated_write(SMMU_IRQ_CTRL, 4, 4);
	ASSERT_EQ(*msmmu_reg(bad, SMMU_IRQ_CTRL), 4);
}

TEST(smmu_a2_events)
{
	with_each(blink_then_events);
}

/* A page is not taken while nobody can say what is cached of it. */
static void donate_in_the_dark(void *darkness)
{
	u64 clock;
	unsigned int i;

	start(darkness);
	bad->dark = how;
	clock = fake_clock;
	ASSERT_EQ(fake_donate_guest(TARGET), -EAGAIN);
	ASSERT(fake_clock - clock < FAKE_CNTFRQ / 1000);
	ASSERT_EQ(get_host_state(hyp_phys_to_page(TARGET)), PKVM_PAGE_OWNED);
	for (i = 0; i < 50; i++)
		dma_to(IOVA);
	ASSERT_EQ(fake_donate_guest(TARGET), -EAGAIN);
	ASSERT_EQ(__pkvm_host_donate_hyp(TARGET >> PAGE_SHIFT, 32), -EAGAIN);
	bad->dark = MSMMU_LIT;
	expect_taken();
}

TEST(smmu_a3_donation)
{
	with_each(donate_in_the_dark);
}

/* A donation in the dark, of an SMMU that turns out to have been off. */
static void donate_before_reset(void *darkness)
{
	start(darkness);
	bad->dark = how;
	ASSERT_EQ(fake_donate_guest(TARGET), -EAGAIN);
	msmmu_reset(bad);
	expect_taken();
}

TEST(smmu_a3_reset)
{
	with_each(donate_before_reset);
}

/* The hardware has the event queue until it has acknowledged that it has not. */
static void unpin_in_the_dark(void *darkness)
{
	start(darkness);
	bad->dark = how;
	mediated_write(SMMU_CR0, 4, ON & ~M_CR0_EVTQEN);
	mediated_read(SMMU_CR0ACK, 4);
	ASSERT(fake_donate_guest(drv.evtq_base));
	dma_to(IOVA + PAGE_SIZE);
	msmmu_flush_events(bad);
	bad->dark = MSMMU_LIT;
	dma_to(IOVA + PAGE_SIZE);
	msmmu_flush_events(bad);
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_EVTQEN));
	ASSERT_EQ(fake_donate_guest(drv.evtq_base), 0);
	expect_stopped(IOVA + PAGE_SIZE);
	msmmu_flush_events(bad);
	ASSERT_EQ(fake_reclaim_guest(drv.evtq_base), 0);
	ASSERT(drv_set_cr0(&drv, ON));
	expect_alive();
}

TEST(smmu_a3_event_queue)
{
	with_each(unpin_in_the_dark);
}

/* Off, elsewhere, and on again: CR0 looks as if nothing had been. */
static void move_in_the_dark(void *darkness)
{
	u64 other;

	start(darkness);
	other = drv_pages(&drv, 0);
	bad->dark = how;
	mediated_write(SMMU_CR0, 4, ON & ~M_CR0_EVTQEN);
	mediated_write(SMMU_EVENTQ_BASE, 8, other | 5);
	mediated_write(SMMU_EVENTQ_PROD, 4, 0);
	mediated_write(SMMU_EVENTQ_CONS, 4, 0);
	mediated_write(SMMU_CR0, 4, ON);
	fake_donate_guest(drv.evtq_base);
	bad->dark = MSMMU_LIT;
	mediated_read(SMMU_CR0ACK, 4);
	fake_donate_guest(drv.evtq_base);
	dma_to(IOVA + PAGE_SIZE);
	msmmu_flush_events(bad);
}

TEST(smmu_a3_other_event_queue)
{
	with_each(move_in_the_dark);
}

/* Tables that the hardware may walk are nobody else's. */
static void free_in_the_dark(void *darkness)
{
	u64 before;

	start(darkness);
	mediated_write(SMMU_GBPA, 4, M_GBPA_UPDATE | M_GBPA_ABORT);
	before = mediated_pool_free();
	bad->dark = how;
	mediated_write(SMMU_CR0, 4, ON & ~M_CR0_SMMUEN);
	ASSERT_EQ(mediated_pool_free(), before);
	bad->dark = MSMMU_LIT;
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_SMMUEN));
	ASSERT(mediated_pool_free() > before);
	expect_stopped(IOVA);
	ASSERT(drv_set_cr0(&drv, ON));
	warm(IOVA);
	expect_alive();
}

TEST(smmu_a3_tables)
{
	with_each(free_in_the_dark);
}

/* The host's queue stands still, and goes on. */
static void command_in_the_dark(void *darkness)
{
	u32 cons;

	start(darkness);
	bad->dark = how;
	drv_unmap(root, IOVA, 3);
	drv_put(&drv, 0x12 | 1ULL << 48, IOVA);
	drv_put(&drv, 0x46, 0);
	drv_ring(&drv);
	cons = mediated_read(SMMU_CMDQ_CONS, 4) & GENMASK(19, 0);
	ASSERT(cons != drv.prod);
	bad->dark = MSMMU_LIT;
	expect_alive();
	expect_stopped(IOVA);
}

TEST(smmu_a3_commands)
{
	with_each(command_in_the_dark);
}
