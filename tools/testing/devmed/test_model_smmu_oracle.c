// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the SMMU model complains about: each wrong of EL2's once, next to the
 * same done right.
 */
#include "bed_smmu.h"
#include "fake.h"

TEST(smmu_oracle_is_content)
{
	bed_start_typical();
	ASSERT_EQ(bed_dma().result, MSMMU_OK);
	ASSERT_EQ(bed_dma().pa, TARGET);
	ASSERT_EQ(bed_dma_at(IOVA + PAGE_SIZE, true).event, M_F_TRANSLATION);
	msmmu_flush_events(bed);
	ASSERT(drv_tlbi_all(&bed_drv));
	ASSERT_EQ(bed->complaints, 0);
}

TEST(smmu_oracle_dma)
{
	bed_start_typical();
	fake_guest_takes(TARGET);
	bed_dma();
	EXPECT_COMPLAINT("lets a device write there");
	bed_dma_at(IOVA, false);
	EXPECT_COMPLAINT("lets a device read there");
	fake_set_s2(TARGET, PAGE_SIZE, FAKE_S2_R);
	set_host_state(hyp_phys_to_page(TARGET), PKVM_PAGE_OWNED);
	bed_dma_at(IOVA, false);
	ASSERT_EQ(bed->complaints, 0);
	bed_dma();
	EXPECT_COMPLAINT("lets a device write there");
}

/* P01, P02: pages of a mediated device, but for the one that MSIs go to. */
TEST(smmu_oracle_dma_to_registers)
{
	const u64 its = 0x08080000;
	const u64 msis = its + SZ_64K;
	u64 bits = DRV_S2_RW & ~GENMASK_ULL(5, 2);
	u64 tables;

	ASSERT(devmed_register(DEVMED_CLASS_ITS, its, SZ_128K, 0) >= 0);
	bed_start_typical();
	tables = bed_drv.memory;
	drv_map(&bed_drv, bed_stage2, its, its, 3, bits);
	drv_map(&bed_drv, bed_stage2, msis, msis, 3, bits);
	bed_give_to_el2(tables, (bed_drv.memory - tables) / PAGE_SIZE);
	drv_map(&bed_drv, bed_root, its, its, 3, DRV_S1_RW);
	drv_map(&bed_drv, bed_root, msis, msis, 3, DRV_S1_RW);
	ASSERT_EQ(bed_dma_at(msis + 0x40, true).result, MSMMU_OK);
	ASSERT_EQ(bed->complaints, 0);
	bed_dma_at(its + 0x80, true);
	EXPECT_COMPLAINT("lets a device write there");
	bed_dma_at(msis + 0x40, false);
	EXPECT_COMPLAINT("lets a device read there");
}

static void not_el2s(u64 pa)
{
	set_hyp_state(hyp_phys_to_page(pa), PKVM_PAGE_SHARED_OWNED);
}

TEST(smmu_oracle_command_queue)
{
	bed_start_typical();
	not_el2s(bed_drv.cmdq_base);
	drv_sync(&bed_drv);
	EXPECT_COMPLAINT("fetches a command there");
}

TEST(smmu_oracle_strtab)
{
	bed_start_typical();
	not_el2s(bed_drv.strtab_base);
	bed_dma();
	EXPECT_COMPLAINT("fetches an STE there");
}

TEST(smmu_oracle_stage2_table)
{
	bed_start_typical();
	not_el2s(bed_stage2);
	bed_dma();
	EXPECT_COMPLAINT("walks a stage-2 table there");
}

/* What stage 1 leads through has to be the host's, whatever stage 2 says. */
TEST(smmu_oracle_stage1_table)
{
	bed_start_typical();
	fake_guest_takes(bed_root);
	bed_dma();
	EXPECT_COMPLAINT("walks a stage-1 table there");
}

/* S18: a page that is not pinned may be somebody else's at the next event. */
TEST(smmu_oracle_event_queue)
{
	bed_start_typical();
	ASSERT_EQ(devmed_unpin(bed_drv.evtq_base, PAGE_SIZE), 0);
	bed_dma_at(IOVA + PAGE_SIZE, true);
	msmmu_flush_events(bed);
	EXPECT_COMPLAINT("writes an event there");
}

/* EL2's own pages are no better: they are for something else. */
TEST(smmu_oracle_event_queue_el2)
{
	bed_start_typical();
	ASSERT_EQ(devmed_unpin(bed_drv.evtq_base, PAGE_SIZE), 0);
	bed_give_to_el2(bed_drv.evtq_base, 1);
	bed_dma_at(IOVA + PAGE_SIZE, true);
	msmmu_flush_events(bed);
	EXPECT_COMPLAINT("writes an event there");
}

static void *from_pool(u64 base)
{
	ASSERT_EQ(devmed_pool_init(base >> PAGE_SHIFT, 8), 0);
	msmmu_set_pool(base, 8 * PAGE_SIZE);
	return devmed_pool_alloc(1);
}

/* A page that is free will be something else; nor is one page two things. */
TEST(smmu_oracle_pages_of_el2)
{
	u64 base;
	u8 *table;
	u64 desc;

	bed_start_typical();
	base = drv_pages(&bed_drv, 3);
	table = from_pool(base);
	ASSERT(table);
	ASSERT(msmmu_load(bed, MSMMU_USE_S2_TABLE, __hyp_pa(table), &desc, 8));
	ASSERT(msmmu_load(bed, MSMMU_USE_STRTAB, __hyp_pa(table) + PAGE_SIZE, &desc, 8));
	ASSERT_EQ(bed->complaints, 0);
	devmed_pool_free(table, 1);
	msmmu_load(bed, MSMMU_USE_S2_TABLE, __hyp_pa(table), &desc, 8);
	EXPECT_COMPLAINT("takes a page of EL2's for another");
	msmmu_load(bed, MSMMU_USE_STRTAB, __hyp_pa(table) + PAGE_SIZE, &desc, 8);
	EXPECT_COMPLAINT("takes a page of EL2's for another");
	msmmu_load(bed, MSMMU_USE_S2_TABLE, bed_drv.cmdq_base, &desc, 8);
	EXPECT_COMPLAINT("takes a page of EL2's for another");
	msmmu_load(bed, MSMMU_USE_S2_TABLE, bed_drv.strtab_base, &desc, 8);
	EXPECT_COMPLAINT("takes a page of EL2's for another");
	msmmu_load(bed, MSMMU_USE_STRTAB, bed_drv.cmdq_base, &desc, 8);
	EXPECT_COMPLAINT("takes a page of EL2's for another");
}

/* Events that came before go on being written until CR0ACK. */
TEST(smmu_oracle_event_late)
{
	unsigned int late = 0;
	unsigned int i;

	bed_start_typical();
	bed->config.ack_delay = 20;
	for (i = 0; i < 20; i++) {
		ASSERT(drv_set_cr0(&bed_drv, M_CR0_CMDQEN | M_CR0_EVTQEN | M_CR0_SMMUEN));
		bed_dma_at(IOVA + PAGE_SIZE, true);
		raw_write(SMMU_CR0, 4, M_CR0_CMDQEN | M_CR0_SMMUEN);
		ASSERT_EQ(devmed_unpin(bed_drv.evtq_base, PAGE_SIZE), 0);
		while (raw_read(SMMU_CR0ACK, 4) & M_CR0_EVTQEN)
			;
		late += !!bed->complaints;
		bed->complaints = 0;
		ASSERT_EQ(devmed_pin(bed_drv.evtq_base, PAGE_SIZE), 0);
	}
	ASSERT(late > 5);
}

/* SE05 to SE25: EL2's entries say no more than they have to. */
TEST(smmu_oracle_ste)
{
	static const struct { u8 word; u64 bits; } bad[] = {
		{ 1, 1ULL << 28 },	/* EATS */
		{ 1, 1ULL << 30 },	/* STRW */
		{ 1, 1ULL << 12 },	/* DRE */
		{ 1, 1ULL << 13 },	/* CONT */
		{ 1, 1ULL << 25 },	/* S2FWB */
		{ 1, 1ULL << 26 },	/* S1MPAM */
		{ 1, 1ULL << 36 },	/* MTCFG */
		{ 2, 1ULL << 57 },	/* S2S */
		{ 2, 1ULL << 16 },	/* S2HWU */
		{ 4, 1ULL << 0 },
		{ 5, 1ULL << 12 },	/* VMSPtr */
		{ 7, 1ULL << 3 },
	};
	unsigned int i;

	bed_start_typical();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		bed_write_bits(bad[i].word, bad[i].bits);
		EXPECT_COMPLAINT("an STE with a bit that EL2 does not set");
	}
	bed_write_bits(2, BIT_ULL(54));
	EXPECT_COMPLAINT("stage-1 walks may touch devices");
	bed_write_bits(0, 2 << 1);
	EXPECT_COMPLAINT("a stream without stage 2");
	bed->config.stall_model = 0;
	bed_write_bits(0, 0);
	EXPECT_COMPLAINT("a stream may stall");
}

/* SE27 */
TEST(smmu_oracle_one_vmid)
{
	u64 ste[8];
	unsigned int tries;

	bed_start_typical();
	drv_ste_stage2(ste, bed_stage2, VMID);
	ste[2] ^= 1ULL << 40;
	for (tries = 0; tries < 50 && !bed->complaints; tries++) {
		struct msmmu_access access = {
			.sid = SID + 1, .ssid = MSMMU_NO_SSID, .addr = TARGET,
		};

		bed_dma();
		drv_write_ste(&bed_drv, SID + 1, ste);
		msmmu_translate(bed, &access);
	}
	EXPECT_COMPLAINT("two stage-2 configurations under one VMID");
}

TEST(smmu_oracle_commands)
{
	bed_start_typical();
	drv_put(&bed_drv, 0x07, 0);
	ASSERT(!drv_sync(&bed_drv));
	EXPECT_COMPLAINT("an illegal command");
}

/* SC26, S13 */
TEST(smmu_oracle_msi)
{
	struct msmmu_config config = msmmu_typical;
	u64 cmd = 0x46 | 1 << 12 | 0xabcdULL << 32;

	config.msi = true;
	bed_start(&config);
	drv_put(&bed_drv, cmd, bed_drv.evtq_base + 0x800);
	ASSERT(drv_sync(&bed_drv));
	ASSERT_EQ(drv_at(bed_drv.evtq_base)[0x100], 0xabcd);
	ASSERT_EQ(bed->complaints, 0);
	drv_put(&bed_drv, cmd, TARGET);
	ASSERT(drv_sync(&bed_drv));
	EXPECT_COMPLAINT("writes an MSI there");

	raw_write(SMMU_EVENTQ_IRQ_CFG0, 8, TARGET);
	raw_write(SMMU_EVENTQ_IRQ_CFG1, 4, 7);
	bed_dma_at(IOVA + PAGE_SIZE, true);
	msmmu_flush_events(bed);
	EXPECT_COMPLAINT("writes an MSI there");
}

TEST(smmu_oracle_power)
{
	bed_start_typical();
	bed->off = true;
	raw_read(SMMU_CR0ACK, 4);
	ASSERT_EQ(bed->complaints, 0);
	raw_write(SMMU_CR0, 4, 0);
	EXPECT_COMPLAINT("write to an SMMU without power");
	msmmu_reset(bed);
	/* PW01: it comes back without a table, and lets everything pass. */
	fake_guest_takes(TARGET);
	bed_dma_at(TARGET, true);
	EXPECT_COMPLAINT("lets a device write there");
}
