// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SMMU model where machines at hand are better than they have to be: levels
 * of break-before-make, ATS, stalls, page requests, weak memory.
 */
#include "bed_smmu.h"
#include "fake.h"

/* TL04: a block is split where the SMMU can take that, else by a break. */
static void split(u8 bbml, u64 nt, bool breaks)
{
	struct msmmu_config config = msmmu_typical;
	u64 block = FAKE_MEM_BASE + SZ_2M;
	u64 *entry;
	u64 table;

	config.bbml = bbml;
	bed_start(&config);
	entry = drv_entry(bed_stage2, block, 2);
	table = *entry;
	*entry = block | DRV_S2_RW | nt | 1;
	drv_put(&bed_drv, 0x28 | (u64)VMID << 32, 0);
	ASSERT(drv_sync(&bed_drv));
	bed->config.mediated = true;
	bed->complaints = 0;
	ASSERT_EQ(bed_dma().pa, TARGET);
	if (breaks) {
		*entry = 0;
		drv_put(&bed_drv, 0x28 | (u64)VMID << 32, 0);
		ASSERT(drv_sync(&bed_drv));
	}
	*entry = table;
	/* What stage 1 led to hides stage 2. */
	drv_put(&bed_drv, 0x10 | (u64)VMID << 32, 0);
	ASSERT(drv_sync(&bed_drv));
	ASSERT_EQ(bed_dma().pa, TARGET);
}

TEST(smmu_oracle_bbm)
{
	split(0, 0, true);
	ASSERT_EQ(bed->complaints, 0);
}

TEST(smmu_oracle_bbm_level1)
{
	split(1, BIT_ULL(16), false);
	ASSERT_EQ(bed->complaints, 0);
}

TEST(smmu_oracle_bbm_level2)
{
	split(2, 0, false);
	ASSERT_EQ(bed->complaints, 0);
}

TEST(smmu_oracle_no_bbm)
{
	split(0, 0, false);
	EXPECT_COMPLAINT("two sizes of one mapping");
}

TEST(smmu_oracle_no_nt)
{
	split(1, 0, false);
	EXPECT_COMPLAINT("two sizes of one mapping");
}

TEST(smmu_oracle_no_break)
{
	bed_start_typical();
	bed_dma();
	*drv_entry(bed_stage2, TARGET, 3) += PAGE_SIZE;
	drv_put(&bed_drv, 0x10 | (u64)VMID << 32, 0);
	ASSERT(drv_sync(&bed_drv));
	bed_dma();
	EXPECT_COMPLAINT("an address moved without a break");
}

/* SA01, SA02, S04 */
TEST(smmu_oracle_ats)
{
	struct msmmu_config config = msmmu_typical;
	struct msmmu_access access = {
		.sid = SID, .ssid = MSMMU_NO_SSID, .write = true, .translated = true,
	};
	u64 data = 0;

	config.ats = true;
	bed_start(&config);
	fake_guest_takes(TARGET);
	access.addr = TARGET;
	ASSERT_EQ(raw_read(SMMU_CR0, 4) & M_CR0_ATSCHK, 0);
	msmmu_dma(bed, &access, &data, sizeof(data));
	EXPECT_COMPLAINT("lets a device write there");

	ASSERT(drv_set_cr0(&bed_drv, M_CR0_ATSCHK | M_CR0_CMDQEN | M_CR0_EVTQEN | M_CR0_SMMUEN));
	ASSERT_EQ(msmmu_dma(bed, &access, &data, sizeof(data)).event, M_F_TRANSL_FORBIDDEN);
	ASSERT_EQ(bed->complaints, 0);
	ASSERT_EQ(msmmu_ats_request(bed, &access).result, MSMMU_ABORT);
	bed->config.mediated = false;
	bed_write_bits(1, 1ULL << 28);
	bed->complaints = 0;
	msmmu_dma(bed, &access, &data, sizeof(data));
	EXPECT_COMPLAINT("lets a device write there");
}

TEST(smmu_oracle_stall)
{
	struct msmmu_config config = msmmu_typical;
	u64 *cd;

	config.stall_model = 0;
	bed_start(&config);
	bed->config.mediated = false;
	bed_write_bits(0, 0);
	cd = drv_at(drv_ste(&bed_drv, SID)[0] & GENMASK_ULL(51, 6));
	cd[0] |= BIT_ULL(44);
	ASSERT(drv_cfgi_cd(&bed_drv, SID, 0));
	ASSERT_EQ(bed_dma().result, MSMMU_STALLED);
	drv_map(&bed_drv, bed_root, IOVA, TARGET, 3, DRV_S1_RW);
	drv_at(TARGET)[0] = 1;
	drv_put(&bed_drv, 0x44 | (u64)SID << 32 | 1 << 12, bed->next_stag - 1);
	ASSERT(drv_sync(&bed_drv));
	ASSERT_EQ(drv_at(TARGET)[0], 0);
}

TEST(smmu_oracle_pri)
{
	struct msmmu_config config = msmmu_typical;
	u64 queue;

	config.pri = true;
	bed_start(&config);
	queue = drv_pages(&bed_drv, 0);
	raw_write(SMMU_PRIQ_BASE, 8, queue | 4);
	raw_write(SMMU_PRIQ_PROD, 4, 0);
	raw_write(SMMU_PRIQ_CONS, 4, 0);
	ASSERT(drv_set_cr0(&bed_drv, M_CR0_PRIQEN | M_CR0_CMDQEN | M_CR0_EVTQEN | M_CR0_SMMUEN));
	msmmu_page_request(bed, SID, IOVA);
	EXPECT_COMPLAINT("writes a page request there");
	ASSERT_EQ(drv_at(queue)[1], IOVA);
}

/* T20, SC04: what EL2 stores is seen late, or not at all. */
TEST(smmu_oracle_weak_memory)
{
	u64 *word = drv_at(FAKE_MEM_BASE);
	unsigned int coherent;
	unsigned int stale = 0;
	u64 value;
	u64 i;

	bed = msmmu_init(0, &msmmu_typical);
	bed->config.mediated = true;
	bed_give_to_el2(FAKE_MEM_BASE, 1);
	for (coherent = 0; coherent < 2; coherent++) {
		msmmu_weak_memory(true, coherent, false);
		for (i = 1; i <= 100; i++) {
			*word = i;
			ASSERT(msmmu_load(bed, MSMMU_USE_CMDQ, FAKE_MEM_BASE, &value, 8));
			stale += value != i;
			if (coherent)
				fake_barrier();
			else
				kvm_flush_dcache_to_poc(__hyp_va(FAKE_MEM_BASE), 8);
			ASSERT(msmmu_load(bed, MSMMU_USE_CMDQ, FAKE_MEM_BASE, &value, 8));
			ASSERT_EQ(value, i);
		}
		ASSERT(stale > 25);
		stale = 0;
	}
	/* A barrier does not clean. */
	msmmu_weak_memory(true, false, false);
	*word = 0;
	fake_barrier();
	for (i = 0; i < 20 && !stale; i++) {
		*word = ~i;
		ASSERT(msmmu_load(bed, MSMMU_USE_CMDQ, FAKE_MEM_BASE, &value, 8));
		stale += value != ~i;
	}
	ASSERT(stale);
}

/* What was there before devmed: it has to be invalidated before use. */
TEST(smmu_oracle_leftovers)
{
	struct msmmu_config config = msmmu_typical;
	struct msmmu_access access = {
		.sid = SID, .ssid = MSMMU_NO_SSID, .addr = TARGET, .write = true,
	};

	config.dirty = true;
	bed = msmmu_init(0, &config);
	raw_write(SMMU_CR0, 4, M_CR0_SMMUEN);
	while (!raw_read(SMMU_CR0ACK, 4))
		;
	ASSERT_EQ(msmmu_translate(bed, &access).result, MSMMU_OK);
}
