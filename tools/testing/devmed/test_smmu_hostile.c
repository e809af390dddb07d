// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers and commands of a hostile host (threats H and I), one by one,
 * against an SMMU that is as bad as it may be. What must not happen is said by
 * the model; what must is said here.
 */
#include "fake.h"
#include "hostile_smmu.h"

/* S06: EL2's invalidations do not need the host's queue. */
TEST(smmu_s06_queue_off)
{
	hostile_start();
	warm(IOVA);
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_CMDQEN));
	warm(IOVA);
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	expect_stopped(IOVA);
}

/* S07: what was cached before SMMUEN went is not there when it is back. */
TEST(smmu_s07_off_and_on)
{
	hostile_start();
	warm(IOVA);
	mediated_write(SMMU_GBPA, 4, M_GBPA_UPDATE | M_GBPA_ABORT);
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_SMMUEN));
	expect_stopped(IOVA);
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	mediated_write(SMMU_GBPA, 4, M_GBPA_UPDATE);
	expect_stopped(TARGET);
	ASSERT(drv_set_cr0(&drv, ON));
	expect_stopped(IOVA);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	fake_barrier();
	warm(IOVA);
}

/* S12 */
TEST(smmu_s12_global_bypass)
{
	hostile_start();
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_SMMUEN));
	mediated_write(SMMU_GBPA, 4, M_GBPA_UPDATE);
	mediated_write(SMMU_AGBPA, 4, U32_MAX);
	/* Past the SMMU means past the host's part of it. */
	warm(TARGET);
	expect_stopped(MEDIATED_POOL);
	expect_stopped(MEDIATED_TEXT);
	expect_stopped(MEDIATED_ITS);
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	expect_stopped(TARGET);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	mediated_write(SMMU_GBPA, 4, M_GBPA_UPDATE | M_GBPA_ABORT);
	ASSERT_EQ(mediated_read(SMMU_GBPA, 4), M_GBPA_ABORT);
	expect_stopped(TARGET);
	ASSERT(bad->gbpa & M_GBPA_ABORT);
}

/* S04, SA01, SA02: whatever a device says of itself. */
TEST(smmu_s04_translated)
{
	struct msmmu_access access = {
		.sid = SID, .ssid = MSMMU_NO_SSID, .addr = MEDIATED_POOL,
		.write = true, .translated = true,
	};
	u64 data = 0;
	u64 ste[8];

	hostile_start();
	ASSERT_EQ(mediated_read(SMMU_IDR0, 4) & BIT(10), 0);
	drv_ste_stage1(ste, cd, 0);
	ste[1] |= 1ULL << 28;
	drv_write_ste(&drv, SID, ste);
	mediated_write(SMMU_CR0, 4, ON);
	ASSERT_EQ(msmmu_dma(bad, &access, &data, sizeof(data)).event, M_F_TRANSL_FORBIDDEN);
	access.sid = 0x300;
	ASSERT(msmmu_dma(bad, &access, &data, sizeof(data)).result != MSMMU_OK);
	access.sid = SID;
	access.translated = false;
	ASSERT_EQ(msmmu_ats_request(bad, &access).result, MSMMU_ABORT);
}

/* S09: let go of once the hardware says so, and not written any more. */
TEST(smmu_s09_event_queue_off)
{
	unsigned int i;

	hostile_start();
	for (i = 0; i < 20; i++) {
		mediated_write(SMMU_EVENTQ_CONS, 4, mediated_read(SMMU_EVENTQ_PROD, 4));
		ASSERT(!passes(IOVA + PAGE_SIZE));
		ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_EVTQEN));
		ASSERT_EQ(fake_donate_guest(drv.evtq_base), 0);
		expect_stopped(IOVA + PAGE_SIZE);
		msmmu_flush_events(bad);
		ASSERT_EQ(fake_reclaim_guest(drv.evtq_base), 0);
		ASSERT(drv_set_cr0(&drv, ON));
	}
	/* While it is on it stays the host's. */
	ASSERT(fake_donate_guest(drv.evtq_base));
}

/* S18, S19, S20: the queue is where hardware has it, and all of that is pinned. */
TEST(smmu_s19_event_queue_below)
{
	struct msmmu_config config = worst();
	u64 pages;

	config.evtqs = 8;
	hostile_start_with(&config);
	pages = drv_pages(&drv, 1);
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_EVTQEN));
	mediated_write(SMMU_EVENTQ_BASE, 8, (pages + PAGE_SIZE) | 8);
	mediated_write(SMMU_EVENTQ_PROD, 4, 0);
	mediated_write(SMMU_EVENTQ_CONS, 4, 0);
	ASSERT(drv_set_cr0(&drv, ON));
	ASSERT(fake_donate_guest(pages));
	expect_stopped(IOVA + PAGE_SIZE);
	msmmu_flush_events(bad);
	ASSERT_EQ(drv_at(pages)[0] & 0xff, M_F_TRANSLATION);
}

static void try_event_queue(u64 base)
{
	ASSERT(drv_set_cr0(&drv, M_CR0_CMDQEN | M_CR0_SMMUEN));
	mediated_write(SMMU_EVENTQ_BASE, 8, base);
	mediated_write(SMMU_CR0, 4, ON);
	dma_to(IOVA + PAGE_SIZE);
	msmmu_flush_events(bad);
}

TEST(smmu_s18_event_queue_of_others)
{
	hostile_start();
	ASSERT_EQ(fake_donate_guest(OTHER), 0);
	try_event_queue(OTHER | 5);
	ASSERT_EQ(mediated_read(SMMU_CR0ACK, 4) & M_CR0_EVTQEN, 0);
	try_event_queue(MEDIATED_POOL | 5);
	ASSERT_EQ(mediated_read(SMMU_CR0ACK, 4) & M_CR0_EVTQEN, 0);
	try_event_queue(MEDIATED_ITS | 5);
	ASSERT_EQ(mediated_read(SMMU_CR0ACK, 4) & M_CR0_EVTQEN, 0);
	/* S20: as much as IDR1 says, not what LOG2SIZE does. */
	try_event_queue(drv.evtq_base | 31);
	ASSERT(mediated_read(SMMU_CR0ACK, 4) & M_CR0_EVTQEN);
	expect_alive();
}

static void try_command_queue(u64 base)
{
	ASSERT(drv_set_cr0(&drv, 0));
	mediated_write(SMMU_CMDQ_BASE, 8, base);
	mediated_write(SMMU_CMDQ_PROD, 4, 0);
	mediated_write(SMMU_CMDQ_CONS, 4, 0);
	mediated_write(SMMU_CR0, 4, M_CR0_CMDQEN);
	mediated_write(SMMU_CMDQ_PROD, 4, 3);
}

TEST(smmu_s16_command_queue_of_others)
{
	hostile_start();
	try_command_queue(MEDIATED_POOL | 5);
	ASSERT_EQ(mediated_read(SMMU_CR0ACK, 4), 0);
	try_command_queue(bad->config.base | 5);
	ASSERT_EQ(mediated_read(SMMU_CR0ACK, 4), 0);
	try_command_queue(GENMASK_ULL(51, 5) | 31);
	ASSERT_EQ(mediated_read(SMMU_CR0ACK, 4), 0);
	ASSERT(drv_start(&drv));
}

/* S13: interrupts go to an ITS, or nowhere. */
TEST(smmu_s13_interrupts)
{
	static const u32 cfg0[] = {
		SMMU_GERROR_IRQ_CFG0, SMMU_EVENTQ_IRQ_CFG0, SMMU_PRIQ_IRQ_CFG0,
	};
	unsigned int i;

	hostile_start();
	mediated_write(SMMU_IRQ_CTRL, 4, 0);
	while (mediated_read(SMMU_IRQ_CTRLACK, 4))
		;
	for (i = 0; i < ARRAY_SIZE(cfg0); i++) {
		mediated_write(cfg0[i], 8, MEDIATED_POOL);
		mediated_write(cfg0[i] + 8, 4, 0x1234);
	}
	mediated_write(SMMU_IRQ_CTRL, 4, 7);
	dma_to(IOVA + PAGE_SIZE);
	drv_put(&drv, 0xff, 0);
	ASSERT(!drv_sync(&drv));
	msmmu_flush_events(bad);
	ASSERT(bad->irqs);
	for (i = 0; i < ARRAY_SIZE(cfg0); i++)
		ASSERT(mediated_read(cfg0[i], 8) != MEDIATED_POOL);
}

/* SC26: nor does CMD_SYNC. */
TEST(smmu_sc26_sync_writes)
{
	static const u64 addrs[] = {
		MEDIATED_POOL, TARGET, MEDIATED_ITS + 0x80, MEDIATED_TEXT,
	};
	unsigned int i;

	hostile_start();
	drv_at(TARGET)[0] = 0;
	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		drv_put(&drv, 0x46 | 1 << 12 | 0xabcdULL << 32, addrs[i]);
		drv_ring(&drv);
		mediated_write(SMMU_GERRORN, 4, mediated_read(SMMU_GERROR, 4));
		expect_alive();
	}
	ASSERT_EQ(drv_at(TARGET)[0], 0);
}

/* SC30, S14: a queue of the host's that stands still stops nobody else's. */
TEST(smmu_sc30_error_pending)
{
	u32 error;

	hostile_start();
	warm(IOVA);
	drv_put(&drv, 0xff, 0);
	ASSERT(!drv_sync(&drv));
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	expect_stopped(IOVA);
	mediated_write(SMMU_GERRORN, 4, ~mediated_read(SMMU_GERROR, 4));
	mediated_write(SMMU_GERRORN, 4, U32_MAX);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	drv_recover(&drv, &error);
	mediated_write(SMMU_GERRORN, 4, mediated_read(SMMU_GERROR, 4));
	expect_alive();
	warm(IOVA);
}

/*
 * An error that nobody asked for. A command of the host's is void. One of EL2's did
 * not happen: the page stays the host's, all DMA ends, and the SMMU is set up again.
 */
TEST(smmu_sc30_hardware_error)
{
	hostile_start();
	warm(IOVA);
	bad->inject_cerror = M_CERROR_ILL;
	drv_put(&drv, 0x10, 0);
	expect_alive();
	warm(IOVA);
	bad->inject_cerror = M_CERROR_ILL;
	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	expect_stopped(IOVA);
	expect_stopped(OTHER);
	ASSERT_EQ(bad->cr0 & M_CR0_SMMUEN, 0);
	ASSERT_EQ(bad->gbpa & M_GBPA_ABORT, M_GBPA_ABORT);
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	expect_stopped(IOVA);
}

/* It reads no command any more: waits end, and what is not proved is not done. */
TEST(smmu_deaf_hardware)
{
	hostile_start();
	warm(IOVA);
	bad->deaf = true;
	ASSERT_EQ(fake_donate_guest(TARGET), -EIO);
	expect_stopped(IOVA);
	drv_put(&drv, 0x46, 0);
	drv_ring(&drv);
	mediated_read(SMMU_CMDQ_CONS, 4);
	fake_check_idle();
}

/* SC02, SC27: more than EL2's own ring holds, and every opcode. */
TEST(smmu_sc02_full_ring)
{
	unsigned int i;

	hostile_start();
	ASSERT(drv_set_cr0(&drv, 0));
	drv.cmdq_bits = 8;
	ASSERT(drv_start(&drv));
	for (i = 0; i < 256; i++) {
		u64 *slot = drv_at(drv.cmdq_base + (drv.prod + i) % 256 * 16);

		slot[0] = i % 3 ? 0x10 : 0x46;
		slot[1] = 0;
	}
	drv.prod = (drv.prod + 256) & 511;
	drv_ring(&drv);
	expect_alive();
	/* SC01: more than full is refused. */
	mediated_write(SMMU_CMDQ_PROD, 4, (drv.prod + 257) & 511);
	expect_alive();
}

TEST(smmu_sc27_all_opcodes)
{
	unsigned int op;

	hostile_start();
	for (op = 0; op < 256; op++) {
		u32 error;

		drv_put(&drv, op | (u64)SID << 32, 0);
		drv_put(&drv, op | test_random() << 8, test_random());
		while (!drv_sync(&drv))
			ASSERT(drv_recover(&drv, &error));
		mediated_write(SMMU_GERRORN, 4, mediated_read(SMMU_GERROR, 4));
	}
	expect_alive();
	drv_ste(&drv, SID);
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	expect_stopped(IOVA);
}

/* S15: tables of any shape and place. */
TEST(smmu_s15_stream_tables)
{
	unsigned int i;

	hostile_start();
	for (i = 0; i < 300; i++) {
		ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_SMMUEN));
		mediated_write(SMMU_STRTAB_BASE, 8, i % 3 ? drv.strtab_base : test_random());
		mediated_write(SMMU_STRTAB_BASE_CFG, 4, i % 2 ? i | 1 << 16 : test_random());
		mediated_write(SMMU_CR0, 4, ON);
		dma_to(IOVA);
	}
	ASSERT(drv_set_cr0(&drv, 0));
}

/* S02, S03, S22 to S25: every offset, either width. */
TEST(smmu_s02_every_register)
{
	u64 offset;
	u8 size;

	hostile_start();
	for (size = 4; size <= 8; size += 4) {
		for (offset = 0; offset < MSMMU_SIZE; offset += size) {
			mediated_read(offset, size);
			mediated_write(offset, size, test_random());
		}
	}
	ASSERT(drv_set_cr0(&drv, 0));
	mediated_write(SMMU_GERRORN, 4, mediated_read(SMMU_GERROR, 4));
	ASSERT(drv_start(&drv));
}
