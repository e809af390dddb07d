// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SMMU model by itself, driven without EL2: it translates, it is slow, and
 * it does not forget before it has to.
 */
#include "driver_smmu.h"
#include "fake.h"
#include "harness.h"

#define SID	0x123
#define IOVA	0x80001000ULL
#define TARGET	(FAKE_MEM_BASE + SZ_2M)
#define OTHER	(TARGET + SZ_64K)

static struct smmu_driver drv;
static u64 root;
static u64 cd;

static u64 raw_read(u64 offset, u8 size)
{
	return msmmu_ops[0].read(offset, size);
}

static void raw_write(u64 offset, u8 size, u64 value)
{
	msmmu_ops[0].write(offset, size, value);
}

static struct msmmu *start(const struct msmmu_config *config, bool two_level)
{
	struct msmmu *s = msmmu_init(0, config);

	drv = (struct smmu_driver) {
		.read = raw_read, .write = raw_write,
		.memory = FAKE_MEM_BASE + SZ_64K,
		.two_level = two_level, .sid_bits = two_level ? 16 : 10,
		.cmdq_bits = 5, .evtq_bits = 4,
	};
	ASSERT(drv_start(&drv));
	s->complaints = 0;

	return s;
}

static struct msmmu *start_typical(void)
{
	return start(&msmmu_typical, true);
}

static void attach_stage1(void)
{
	u64 ste[8];

	root = drv_pages(&drv, 0);
	cd = drv_pages(&drv, 0);
	drv_cd(drv_at(cd), root, 1);
	drv_ste_stage1(ste, cd, 0);
	drv_write_ste(&drv, SID, ste);
}

static struct msmmu_answer look(u64 iova, bool write)
{
	struct msmmu_access access = {
		.sid = SID, .ssid = MSMMU_NO_SSID, .addr = iova, .write = write,
	};

	return msmmu_translate(&msmmus[0], &access);
}

static void expect(u64 iova, bool write, u64 pa)
{
	struct msmmu_answer answer = look(iova, write);

	ASSERT_EQ(answer.result, MSMMU_OK);
	ASSERT_EQ(answer.pa, pa);
}

static void expect_event(u64 iova, bool write, u8 event)
{
	struct msmmu_answer answer = look(iova, write);

	ASSERT_EQ(answer.result, MSMMU_FAULT);
	ASSERT_EQ(answer.event, event);
}

/* The last record in the event queue. */
static const u64 *last_event(void)
{
	u32 prod;

	msmmu_flush_events(&msmmus[0]);
	prod = raw_read(SMMU_EVENTQ_PROD, 4);

	return drv_at(drv.evtq_base + ((prod - 1) & 15) * 32);
}

TEST(smmu_model_reset)
{
	struct msmmu *s = msmmu_init(0, &msmmu_typical);

	/* Nobody set it up: everything passes. */
	expect(TARGET, true, TARGET);
	raw_write(SMMU_GBPA, 4, M_GBPA_UPDATE | M_GBPA_ABORT);
	while (raw_read(SMMU_GBPA, 4) & M_GBPA_UPDATE)
		;
	ASSERT_EQ(look(TARGET, true).result, MSMMU_ABORT);
	ASSERT_EQ(s->complaints, 0);
}

TEST(smmu_model_stage1)
{
	start_typical();
	expect_event(IOVA, false, M_C_BAD_STREAMID);
	attach_stage1();
	drv_map(&drv, root, IOVA, TARGET, 3, DRV_S1_RW);
	drv_map(&drv, root, IOVA + PAGE_SIZE, OTHER, 3, DRV_S1_RO);
	expect(IOVA + 8, true, TARGET + 8);
	expect(IOVA + PAGE_SIZE, false, OTHER);
	expect_event(IOVA + PAGE_SIZE, true, M_F_PERMISSION);
	expect_event(IOVA + 2 * PAGE_SIZE, false, M_F_TRANSLATION);
	ASSERT_EQ(last_event()[0], M_F_TRANSLATION | (u64)SID << 32);
	ASSERT_EQ(last_event()[2], IOVA + 2 * PAGE_SIZE);
	expect_event(BIT_ULL(50), false, M_F_TRANSLATION);
	drv_map(&drv, root, SZ_1G, FAKE_MEM_BASE, 2, DRV_S1_RW);
	expect(SZ_1G + SZ_64K, true, FAKE_MEM_BASE + SZ_64K);
}

TEST(smmu_model_streams)
{
	u64 ste[8];

	start_typical();
	drv_ste_bypass(ste);
	drv_write_ste(&drv, SID, ste);
	expect(TARGET, true, TARGET);
	/* Not reached: outside of the span, then of the table. */
	*(u64 *)drv_at(drv.strtab_base + (SID >> DRV_SPLIT) * 8) &= ~0x1fULL;
	drv_put(&drv, 0x03 | (u64)SID << 32, 0);
	ASSERT(drv_sync(&drv));
	expect_event(TARGET, true, M_C_BAD_STREAMID);

	start(&msmmu_typical, false);
	expect_event(TARGET, true, M_C_BAD_STE);
	ste[0] = 1;
	drv_write_ste(&drv, SID, ste);
	ASSERT_EQ(look(TARGET, true).result, MSMMU_ABORT);
	ASSERT_EQ(look(TARGET, true).event, 0);
	/* Config 0b110 with nothing behind it. */
	ste[0] = 1 | 6 << 1;
	drv_write_ste(&drv, SID, ste);
	expect_event(TARGET, true, M_C_BAD_STE);
}

static void attach_nested(u64 stage2)
{
	u64 ste[8];
	u64 second[8];

	root = drv_pages(&drv, 0);
	cd = drv_pages(&drv, 0);
	drv_cd(drv_at(cd), root, 1);
	drv_ste_stage1(ste, cd, 0);
	drv_ste_stage2(second, stage2, 5);
	ste[0] |= 7 << 1;
	ste[2] = second[2];
	ste[3] = second[3];
	drv_write_ste(&drv, SID, ste);
}

/* All memory, by pages. */
static u64 identity(void)
{
	u64 stage2 = drv_pages(&drv, 0);
	u64 pa;

	for (pa = FAKE_MEM_BASE; pa < FAKE_MEM_BASE + FAKE_MEM_SIZE; pa += PAGE_SIZE)
		drv_map(&drv, stage2, pa, pa, 3, DRV_S2_RW);

	return stage2;
}

static bool tlbi_ipa(u64 ipa, u64 cmd0, u64 cmd1)
{
	drv_put(&drv, 0x2a | 5ULL << 32 | cmd0, ipa | cmd1);
	return drv_sync(&drv);
}

TEST(smmu_model_nested)
{
	u64 stage2;

	start_typical();
	stage2 = identity();
	attach_nested(stage2);
	drv_map(&drv, root, IOVA, TARGET, 3, DRV_S1_RW);
	expect(IOVA, true, TARGET);

	/* A table of stage 1 that stage 2 does not have, then the page. */
	drv_map(&drv, root, SZ_1G, OTHER, 3, DRV_S1_RW);
	*drv_entry(stage2, root, 3) = 0;
	ASSERT(drv_tlbi_all(&drv));
	expect_event(IOVA, true, M_F_TRANSLATION);
	ASSERT_EQ(last_event()[1] >> 39 & 7, 1 | M_CLASS_TT << 1);
	ASSERT_EQ(last_event()[3], root);
	drv_map(&drv, stage2, root, root, 3, DRV_S2_RW);
	*drv_entry(stage2, TARGET, 3) = TARGET | DRV_S2_RO | 3;
	expect_event(IOVA, true, M_F_PERMISSION);
	ASSERT_EQ(last_event()[1] >> 39 & 7, 1 | M_CLASS_IN << 1);
	expect(IOVA, false, TARGET);
	/* No walk through what is a device to stage 2 (S2PTW). */
	*drv_entry(stage2, root, 3) = root | (DRV_S2_RW & ~GENMASK_ULL(5, 2)) | 3;
	ASSERT(drv_tlbi_all(&drv));
	expect_event(IOVA, false, M_F_PERMISSION);
}

/* TL02: what both stages made together outlives its stage-2 half. */
TEST(smmu_model_keeps_combined)
{
	struct msmmu *s = start_typical();
	u64 stage2 = identity();
	unsigned int tries;
	unsigned int kept = 0;

	attach_nested(stage2);
	drv_map(&drv, root, IOVA, TARGET, 3, DRV_S1_RW);
	for (tries = 0; tries < 20; tries++) {
		*drv_entry(stage2, TARGET, 3) = TARGET | DRV_S2_RW | 3;
		expect(IOVA, true, TARGET);
		*drv_entry(stage2, TARGET, 3) = 0;
		ASSERT(tlbi_ipa(TARGET, 0, 1));
		kept += look(IOVA, true).result == MSMMU_OK;
		ASSERT(drv_tlbi_all(&drv));
		expect_event(IOVA, true, M_F_TRANSLATION);
	}
	ASSERT(kept > 10);
	ASSERT_EQ(s->complaints, 0);
}

/* S07: nothing is forgotten across SMMUEN 1-0-1, nor before CMD_SYNC. */
TEST(smmu_model_keeps_until_sync)
{
	const u32 on = M_CR0_CMDQEN | M_CR0_EVTQEN | M_CR0_SMMUEN;
	unsigned int tries;
	unsigned int kept = 0;
	unsigned int unsynced = 0;

	start_typical();
	attach_stage1();
	for (tries = 0; tries < 20; tries++) {
		drv_map(&drv, root, IOVA, TARGET, 3, DRV_S1_RW);
		expect(IOVA, true, TARGET);
		drv_unmap(root, IOVA, 3);
		ASSERT(drv_set_cr0(&drv, on & ~M_CR0_SMMUEN));
		ASSERT(drv_set_cr0(&drv, on));
		kept += look(IOVA, true).result == MSMMU_OK;
		drv_put(&drv, 0x12 | 1ULL << 48, IOVA);
		drv_ring(&drv);
		while ((raw_read(SMMU_CMDQ_CONS, 4) & 0xfffff) != drv.prod)
			;
		unsynced += look(IOVA, true).result == MSMMU_OK;
		ASSERT(drv_sync(&drv));
		expect_event(IOVA, true, M_F_TRANSLATION);
	}
	ASSERT(kept > 10);
	ASSERT(unsynced > 5);
}

TEST(smmu_model_keeps_config)
{
	unsigned int tries;
	unsigned int kept = 0;
	u64 ste[8];

	start_typical();
	drv_ste_bypass(ste);
	for (tries = 0; tries < 20; tries++) {
		drv_write_ste(&drv, SID, ste);
		expect(TARGET, true, TARGET);
		drv_ste(&drv, SID)[0] = 0;
		kept += look(TARGET, true).result == MSMMU_OK;
		ASSERT(drv_cfgi_ste(&drv, SID));
		expect_event(TARGET, true, M_C_BAD_STE);
	}
	ASSERT(kept > 10);
}

/* S19: a queue is where its size says, below where its base points. */
TEST(smmu_model_aligns_queues)
{
	u64 queue;

	start_typical();
	queue = drv_pages(&drv, 1);
	ASSERT(drv_set_cr0(&drv, M_CR0_CMDQEN));
	raw_write(SMMU_EVENTQ_BASE, 8, (queue + 0x1a0) | 7);
	raw_write(SMMU_EVENTQ_PROD, 4, 0);
	raw_write(SMMU_EVENTQ_CONS, 4, 0);
	ASSERT(drv_set_cr0(&drv, M_CR0_CMDQEN | M_CR0_EVTQEN | M_CR0_SMMUEN));
	expect_event(TARGET, false, M_C_BAD_STREAMID);
	msmmu_flush_events(&msmmus[0]);
	ASSERT_EQ(drv_at(queue)[0] & 0xff, M_C_BAD_STREAMID);
	/* S20: longer than IDR1 says it is not. */
	raw_write(SMMU_EVENTQ_CONS, 4, 1);
	ASSERT(drv_set_cr0(&drv, M_CR0_CMDQEN | M_CR0_SMMUEN));
	raw_write(SMMU_EVENTQ_BASE, 8, queue | 31);
	raw_write(SMMU_EVENTQ_PROD, 4, 127);
	raw_write(SMMU_EVENTQ_CONS, 4, 127);
	ASSERT(drv_set_cr0(&drv, M_CR0_CMDQEN | M_CR0_EVTQEN | M_CR0_SMMUEN));
	expect_event(TARGET, false, M_C_BAD_STREAMID);
	msmmu_flush_events(&msmmus[0]);
	ASSERT_EQ(raw_read(SMMU_EVENTQ_PROD, 4), 128);
	ASSERT_EQ(drv_at(queue)[127 * 4] & 0xff, M_C_BAD_STREAMID);
}

TEST(smmu_model_overflow)
{
	unsigned int i;

	start_typical();
	for (i = 0; i < 40; i++)
		expect_event(TARGET, false, M_C_BAD_STREAMID);
	msmmu_flush_events(&msmmus[0]);
	ASSERT_EQ(raw_read(SMMU_EVENTQ_PROD, 4), BIT(31) | BIT(4));
}

static void expect_cerror(u64 cmd0, u64 cmd1, u32 expected)
{
	u32 error;

	drv_put(&drv, cmd0, cmd1);
	if (drv_sync(&drv)) {
		ASSERT_EQ(expected, 0);
		return;
	}
	/* It stands still until somebody says so. */
	msmmu_run_commands(&msmmus[0], 10);
	ASSERT((raw_read(SMMU_CMDQ_CONS, 4) & 0xfffff) != drv.prod);
	ASSERT(drv_recover(&drv, &error));
	ASSERT_EQ(error, expected);
	ASSERT(drv_sync(&drv));
}

TEST(smmu_model_cerror)
{
	static const u64 illegal[][2] = {
		{ 0xff }, { 0x00 }, { 0x03 | BIT_ULL(10) }, { 0x07 }, { 0x18 },
		{ 0x20 }, { 0x40 }, { 0x41 }, { 0x44 }, { 0x45 }, { 0x46 | 3 << 12 },
		{ 0x50 }, { 0x70 }, { 0x30, 1 }, { 0x03, BIT_ULL(1) },
		/* A granule without a range or a level; a range without a granule. */
		{ 0x12, BIT_ULL(10) }, { 0x12 | BIT_ULL(12), 0 },
	};
	struct msmmu_config config = msmmu_typical;
	unsigned int i;

	start_typical();
	for (i = 0; i < ARRAY_SIZE(illegal); i++)
		expect_cerror(illegal[i][0], illegal[i][1], M_CERROR_ILL);
	expect_cerror(0x12 | BIT_ULL(12), IOVA | BIT_ULL(10), 0);
	expect_cerror(0x01 | (u64)SID << 32, 0, 0);

	config.ats = true;
	config.stall_model = 0;
	config.hyp = true;
	config.ril = false;
	start(&config, true);
	expect_cerror(0x40, 0, 0);
	expect_cerror(0x44, 0, 0);
	expect_cerror(0x20, 0, 0);
	expect_cerror(0x12 | BIT_ULL(12), IOVA | BIT_ULL(10), M_CERROR_ILL);
	msmmus[0].atc_timeout = true;
	expect_cerror(0x40, 0, M_CERROR_ATC_INV_SYNC);
}

TEST(smmu_model_cerror_abort)
{
	start_typical();
	ASSERT(drv_set_cr0(&drv, 0));
	raw_write(SMMU_CMDQ_BASE, 8, 0x08080000 | 5);
	msmmus[0].config.lenient = true;
	ASSERT(drv_set_cr0(&drv, M_CR0_CMDQEN));
	drv_put(&drv, 0x46, 0);
	ASSERT(!drv_sync(&drv));
	ASSERT_EQ(FIELD_GET(M_CONS_ERR, raw_read(SMMU_CMDQ_CONS, 4)), M_CERROR_ABT);
}

/* S08: slow, and it minds being hurried. */
TEST(smmu_model_acknowledges_late)
{
	struct msmmu_config config = msmmu_typical;
	struct msmmu *s;
	unsigned int late = 0;
	unsigned int i;

	config.ack_delay = 50;
	config.lenient = true;
	s = start(&config, true);
	for (i = 0; i < 20; i++) {
		ASSERT(drv_set_cr0(&drv, M_CR0_CMDQEN));
		raw_write(SMMU_CR0, 4, 0);
		late += raw_read(SMMU_CR0ACK, 4) != 0;
		ASSERT(drv_set_cr0(&drv, 0) || s->complaints);
	}
	ASSERT(late > 5);
	ASSERT(s->complaints > 5);
}

TEST(smmu_model_guards_registers)
{
	static const u32 guarded[] = {
		SMMU_STRTAB_BASE, SMMU_STRTAB_BASE_CFG, SMMU_CMDQ_BASE, SMMU_CMDQ_CONS,
		SMMU_EVENTQ_BASE, SMMU_EVENTQ_PROD, SMMU_CR1, SMMU_CR2,
	};
	struct msmmu *s = start_typical();
	unsigned int i;

	s->config.lenient = true;
	for (i = 0; i < ARRAY_SIZE(guarded); i++) {
		u32 before = raw_read(guarded[i], 4);

		raw_write(guarded[i], 4, ~before);
		ASSERT_EQ(raw_read(guarded[i], 4), before);
		ASSERT_EQ(s->complaints, i + 1);
	}
	raw_write(SMMU_IDR0, 4, 0);
	raw_write(0xe00, 4, U32_MAX);
	ASSERT_EQ(raw_read(0xe00, 4), 0);
	ASSERT_EQ(raw_read(SMMU_GATOS_CTRL, 4), 0);
}

/* TL03: levels and granules are promises. */
TEST(smmu_model_level_hint)
{
	const u64 tg4k = BIT_ULL(10);
	u64 stage2;
	u64 block = FAKE_MEM_BASE;

	start_typical();
	msmmus[0].config.caches = true;
	stage2 = drv_pages(&drv, 0);
	drv_map(&drv, stage2, block, block, 2, DRV_S2_RW);
	{
		u64 ste[8];

		drv_ste_stage2(ste, stage2, 5);
		drv_write_ste(&drv, SID, ste);
	}
	expect(block, true, block);
	drv_unmap(stage2, block, 2);
	/* Level 3 leaves a level-2 block alone. */
	ASSERT(tlbi_ipa(block, 0, tg4k | 3 << 8));
	msmmus[0].random = 1;
	ASSERT_EQ(look(block, true).result, MSMMU_OK);
	/* Any page of it takes it away. */
	ASSERT(tlbi_ipa(block + SZ_64K, 0, 1));
	expect_event(block, true, M_F_TRANSLATION);
}
