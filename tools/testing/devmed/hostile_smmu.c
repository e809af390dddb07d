// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mediated SMMU with one stream: see hostile_smmu.h.
 */
#include "fake.h"
#include "hostile_smmu.h"

struct msmmu *bad;
struct smmu_driver drv;
u64 root;
u64 cd;

static const u32 sids[] = { SID, 0, 64 };

struct msmmu_config worst(void)
{
	struct msmmu_config config = msmmu_typical;

	config.oas = 2;
	config.dirty = true;
	config.msi = true;
	config.ats = true;
	config.pri = true;
	config.hyp = true;
	config.stall_model = 0;
	config.weak = true;
	config.ack_delay = 20;
	config.unordered = true;
	config.busy = true;
	config.ats_cached = true;
	config.outstanding = true;

	return config;
}

void hostile_start_with(const struct msmmu_config *config)
{
	u64 ste[8];

	bad = mediated_start(config);
	mediated_speculate(sids, ARRAY_SIZE(sids));
	drv = (struct smmu_driver) {
		.read = mediated_read, .write = mediated_write,
		.memory = FAKE_MEM_BASE, .two_level = true, .sid_bits = 10,
		.cmdq_bits = 5, .evtq_bits = 5,
	};
	ASSERT(drv_start(&drv));
	root = drv_pages(&drv, 0);
	cd = drv_pages(&drv, 0);
	drv_cd(drv_at(cd), root, 1);
	drv_map(&drv, root, IOVA, TARGET, 3, DRV_S1_RW);
	drv_ste_stage1(ste, cd, 0);
	drv_write_ste(&drv, SID, ste);
}

void hostile_start(void)
{
	struct msmmu_config config = worst();

	hostile_start_with(&config);
}

struct msmmu_answer dma_to(u64 addr)
{
	struct msmmu_access access = {
		.sid = SID, .ssid = MSMMU_NO_SSID, .addr = addr, .write = true,
	};
	u64 data = 0;

	return msmmu_dma(bad, &access, &data, sizeof(data));
}

bool passes(u64 addr)
{
	return dma_to(addr).result == MSMMU_OK;
}

void expect_stopped(u64 addr)
{
	unsigned int i;

	for (i = 0; i < 50; i++)
		ASSERT(!passes(addr));
}

void warm(u64 addr)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		ASSERT(passes(addr));
}

void bypass_stream(void)
{
	u64 ste[8];

	drv_ste_bypass(ste);
	drv_write_ste(&drv, SID, ste);
}

void expect_alive(void)
{
	ASSERT(drv_sync(&drv));
	ASSERT(!drv.lost);
}
