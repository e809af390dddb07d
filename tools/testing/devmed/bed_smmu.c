// SPDX-License-Identifier: GPL-2.0-only
/*
 * An SMMU as EL2 should have it, without EL2: see bed_smmu.h.
 */
#include "bed_smmu.h"
#include "fake.h"

struct smmu_driver bed_drv;
struct msmmu *bed;
u64 bed_stage2;
u64 bed_root;

u64 raw_read(u64 offset, u8 size)
{
	return msmmu_ops[0].read(offset, size);
}

void raw_write(u64 offset, u8 size, u64 value)
{
	msmmu_ops[0].write(offset, size, value);
}

void bed_give_to_el2(u64 pa, u64 pages)
{
	ASSERT_EQ(__pkvm_host_donate_hyp(pa >> PAGE_SHIFT, pages), 0);
}

static void put_ste(u64 *ste)
{
	drv_write_ste(&bed_drv, SID, ste);
}

static void make_nested(u64 *ste)
{
	u64 second[8];
	u64 cd = drv_pages(&bed_drv, 0);

	bed_root = drv_pages(&bed_drv, 0);
	drv_cd(drv_at(cd), bed_root, 1);
	drv_ste_stage1(ste, cd, 0);
	drv_ste_stage2(second, bed_stage2, VMID);
	ste[0] |= 7 << 1;
	ste[2] = second[2];
	ste[3] = second[3];
}

static void map_memory(void)
{
	u64 pa;

	bed_stage2 = drv_pages(&bed_drv, 0);
	for (pa = FAKE_MEM_BASE; pa < FAKE_MEM_BASE + FAKE_MEM_SIZE; pa += PAGE_SIZE)
		drv_map(&bed_drv, bed_stage2, pa, pa, 3, DRV_S2_RW);
}

/* As EL2 should have it: its pages, and a stream through both stages. */
void bed_start(const struct msmmu_config *typical)
{
	struct msmmu_config config = *typical;
	const u64 tables = FAKE_MEM_BASE + SZ_64K;
	u64 ste[8];

	config.lenient = true;
	bed = msmmu_init(0, &config);
	bed_drv = (struct smmu_driver) {
		.read = raw_read, .write = raw_write, .memory = FAKE_MEM_BASE,
		.sid_bits = 6, .cmdq_bits = 5, .evtq_bits = 7,
	};
	ASSERT(drv_start(&bed_drv));
	ASSERT_EQ(devmed_pin(bed_drv.evtq_base, PAGE_SIZE), 0);
	bed_give_to_el2(bed_drv.cmdq_base, 1);
	bed_give_to_el2(bed_drv.strtab_base, 1);
	bed_drv.memory = tables;
	map_memory();
	bed_give_to_el2(tables, (bed_drv.memory - tables) / PAGE_SIZE);
	bed_drv.memory = FAKE_MEM_BASE + SZ_1M;
	make_nested(ste);
	drv_map(&bed_drv, bed_root, IOVA, TARGET, 3, DRV_S1_RW);
	bed->config.mediated = true;
	bed->complaints = 0;
	put_ste(ste);
}

void bed_start_typical(void)
{
	bed_start(&msmmu_typical);
}

struct msmmu_answer bed_dma_at(u64 iova, bool write)
{
	struct msmmu_access access = {
		.sid = SID, .ssid = MSMMU_NO_SSID, .addr = iova, .write = write,
	};
	u64 data = 0;

	return msmmu_dma(bed, &access, &data, sizeof(data));
}

struct msmmu_answer bed_dma(void)
{
	return bed_dma_at(IOVA, true);
}

void bed_write_bits(unsigned int word, u64 bits)
{
	u64 ste[8];

	make_nested(ste);
	ste[word] ^= bits;
	put_ste(ste);
	bed_dma();
}
