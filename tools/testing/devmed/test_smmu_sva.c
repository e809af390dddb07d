// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of a process as the stage 1 of one SubstreamID (SVA), which QEMU's
 * SMMU does not have: they work, and a page of the process that has become a
 * guest's is out of reach (threats SE07, TL01 and TL02).
 */
#include "fake.h"
#include "hostile_smmu.h"

#define CDMAX	2
#define SSID	3
#define ASID	7
#define VA	0x40000000ULL

/* Top table of the process. */
static u64 mm;

static struct msmmu_answer process_dma(u32 ssid, u64 addr)
{
	struct msmmu_access access = {
		.sid = SID, .ssid = ssid, .addr = addr, .write = true,
	};
	u64 data = 0;

	return msmmu_dma(bad, &access, &data, sizeof(data));
}

/* Often: what is remembered must not make a difference. */
static void expect_process(u8 event)
{
	unsigned int i;

	for (i = 0; i < 20; i++) {
		struct msmmu_answer answer = process_dma(SSID, VA);

		ASSERT_EQ(answer.result, event ? MSMMU_FAULT : MSMMU_OK);
		ASSERT_EQ(answer.event, event);
	}
}

static void write_cd(u64 table)
{
	u64 *entry = drv_at(cd) + SSID * 8;

	if (table)
		drv_cd(entry, table, ASID);
	else
		memset(entry, 0, 64);
	ASSERT(drv_cfgi_cd(&drv, SID, SSID));
}

/* The kernel's own stage 1 is that of no SubstreamID. */
static void process_start(void)
{
	u64 ste[8];

	hostile_start();
	drv_ste_stage1(ste, cd, CDMAX);
	drv_write_ste(&drv, SID, ste);
	expect_process(M_C_BAD_CD);
	mm = drv_pages(&drv, 0);
	drv_map(&drv, mm, VA, OTHER, 3, DRV_S1_RW);
	write_cd(mm);
	expect_process(0);
}

static void process_unmap(void)
{
	drv_unmap(mm, VA, 3);
	ASSERT(drv_tlbi_va(&drv, ASID, VA, true));
	expect_process(M_F_TRANSLATION);
}

TEST(smmu_sva_bind)
{
	process_start();
	warm(IOVA);
	ASSERT_EQ(process_dma(SSID, VA).pa, OTHER);
	ASSERT_EQ(process_dma(SSID - 1, VA).event, M_C_BAD_CD);
	ASSERT_EQ(process_dma(1 << CDMAX, VA).event, M_C_BAD_SUBSTREAMID);
	process_unmap();
	drv_map(&drv, mm, VA, TARGET, 3, DRV_S1_RW);
	expect_process(0);
	ASSERT_EQ(process_dma(SSID, VA).pa, TARGET);
	write_cd(0);
	ASSERT(drv_tlbi_asid(&drv, ASID));
	expect_process(M_C_BAD_CD);
	warm(IOVA);
	expect_alive();
}

/* TL01: a page of the process, while and after it is a guest's. */
TEST(smmu_sva_guest_page)
{
	unsigned int tries;

	process_start();
	for (tries = 0; tries < 20; tries++) {
		ASSERT_EQ(fake_donate_guest(OTHER), 0);
		expect_process(M_F_TRANSLATION);
		ASSERT(process_dma(SSID, VA).s2);
		warm(IOVA);
		ASSERT_EQ(fake_reclaim_guest(OTHER), 0);
		fake_barrier();
		expect_process(0);
	}
}

/* TL02: one of its tables. */
TEST(smmu_sva_guest_table)
{
	u64 table;

	process_start();
	table = FAKE_MEM_BASE + ((u64)drv_entry(mm, VA, 3) - (u64)drv_at(FAKE_MEM_BASE));
	ASSERT_EQ(fake_donate_guest(ALIGN_DOWN(table, PAGE_SIZE)), 0);
	ASSERT(drv_tlbi_asid(&drv, ASID));
	expect_process(M_F_TRANSLATION);
	ASSERT(process_dma(SSID, VA).s2);
	warm(IOVA);
}

/* A process may name what it likes: EL2's, registers, what is the host's to read. */
TEST(smmu_sva_forged)
{
	static const u64 where[] = {
		MEDIATED_POOL, MEDIATED_TEXT, MEDIATED_ITS, GENMASK_ULL(47, 12),
	};
	unsigned int i;

	process_start();
	for (i = 0; i < ARRAY_SIZE(where); i++) {
		process_unmap();
		drv_map(&drv, mm, VA, where[i], 3, DRV_S1_RW);
		ASSERT(process_dma(SSID, VA).result != MSMMU_OK);
		write_cd(where[i]);
		ASSERT(drv_tlbi_asid(&drv, ASID));
		ASSERT(process_dma(SSID, VA).result != MSMMU_OK);
		drv_map(&drv, mm, VA, OTHER, 3, DRV_S1_RW);
		write_cd(mm);
		ASSERT(drv_tlbi_asid(&drv, ASID));
		expect_process(0);
	}
}
