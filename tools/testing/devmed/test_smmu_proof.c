// SPDX-License-Identifier: GPL-2.0-only
/*
 * Proofs for EL2 that the hardware has done something: a position that
 * no dead bus answers, a register that was read back, a queue that is disabled.
 */
#include "fake_smmu.h"

#define ADDR	(FAKE_MEM_BASE + SZ_1M)

static u32 nr_doorbells;
static u32 nr_ambiguous;

static void on_doorbell(const struct devmed_smmu *smmu)
{
	u32 prod = hw_reg(SMMU_CMDQ_PROD);

	nr_doorbells++;
	nr_ambiguous += !prod || prod == smmu->ring.hyp.span - 1;
}

/* Two rounds of the ring, by EL2's invalidations and by the host's commands. */
TEST(smmu_a3_positions)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	unsigned int i;

	host_enable();
	for (i = 0; i < 2 * smmu->ring.hyp.span; i++) {
		hw_forget();
		if (i % 3)
			ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), 0);
		else
			host_cmd(SMMU_OP_SYNC, 0);
		on_doorbell(smmu);
	}
	ASSERT_EQ(nr_doorbells, 2 * smmu->ring.hyp.span);
	ASSERT_EQ(nr_ambiguous, 0);
}

/* The hardware goes on with the event queue that it had: not the pinned one. */
TEST(smmu_a3_eventq_write_lost)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	u64 before = devmed_pinned();

	hw.lost = SMMU_EVENTQ_BASE;
	host_write(SMMU_EVENTQ_BASE, 8, HOST_EVENTQ | 7);
	host_write(SMMU_CR0, 4, SMMU_CR0_EVENTQEN | SMMU_CR0_SMMUEN);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), SMMU_CR0_SMMUEN);
	ASSERT_EQ(hw_reg(SMMU_CR0) & SMMU_CR0_EVENTQEN, 0);
	ASSERT_EQ(devmed_pinned(), before);

	hw.lost = 0;
	host_write(SMMU_CR0, 4, SMMU_CR0_EVENTQEN | SMMU_CR0_SMMUEN);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), SMMU_CR0_EVENTQEN | SMMU_CR0_SMMUEN);
	ASSERT_EQ(hw_reg64(SMMU_EVENTQ_BASE) & SMMU_QUEUE_BASE_ADDR, HOST_EVENTQ);
	ASSERT_EQ(smmu->state, SMMU_RUNS);
}

/* A doorbell that gets lost costs one change of ownership, not all of them. */
TEST(smmu_t19_doorbell_lost)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	hw.lost = SMMU_CMDQ_PROD;
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
	hw.lost = 0;
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), 0);
	ASSERT_EQ(smmu->state, SMMU_RUNS);
}

/* The size of the stream table that firmware left would have it read past EL2's. */
TEST(smmu_a3_table_write_lost)
{
	hw_set_reg(SMMU_STRTAB_BASE_CFG, 20);
	hw.lost = SMMU_STRTAB_BASE_CFG;
	ASSERT_EQ(fake_smmu_take(DEVMED_SMMUV3_COHERENT), DEVMED_SMMUV3_STUCK);
	ASSERT_EQ(hw_reg(SMMU_CR0) & SMMU_CR0_SMMUEN, 0);
}

/* A command that nobody waits for stays in the ring as well. */
TEST(smmu_a3_command_stays)
{
	u32 idr0, ack;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	idr0 = hw_reg(SMMU_IDR0);
	ack = hw_reg(SMMU_CR0ACK);
	hw_set_reg(SMMU_IDR0, U32_MAX);
	hw_set_reg(SMMU_CR0ACK, U32_MAX);
	host_cmd(SMMU_OP_TLBI_NH_ALL, 0);
	ASSERT_EQ(host_read(SMMU_CMDQ_CONS, 4), 0);
	ASSERT_EQ(hw.nr_cmds, 0);

	hw_set_reg(SMMU_IDR0, idr0);
	hw_set_reg(SMMU_CR0ACK, ack);
	ASSERT_EQ(host_read(SMMU_CMDQ_CONS, 4), 1);
}

/* Nothing is read of it that could be true. */
TEST(smmu_a3_start_dark)
{
	hw_set_reg(SMMU_IDR0, U32_MAX);
	ASSERT_EQ(fake_smmu_take(DEVMED_SMMUV3_COHERENT), DEVMED_SMMUV3_STUCK);
	hw_set_reg(SMMU_IDR0, 0);
	ASSERT_EQ(devmed_start(smmu_region - devmed_get_region(0), 0, 0),
		  DEVMED_SMMUV3_STUCK);
}

/* C2: a fenced SMMU that cannot be read either is looked at, and not written to. */
TEST(smmu_d2_dark_after_fence)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	u32 idr0 = hw_reg(SMMU_IDR0);
	u64 start;

	hw.deaf = true;
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
	hw_set_reg(SMMU_IDR0, U32_MAX);
	hw_forget();
	start = fake_clock;
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
	ASSERT_EQ(fake_count(FAKE_WRITE), 0);
	ASSERT(fake_clock - start < 100 * (FAKE_CNTFRQ / 1000000));

	hw_set_reg(SMMU_IDR0, idr0);
	hw.deaf = false;
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), 0);
}

/* Where firmware had the SMMU send its interrupts may be anybody's memory. */
TEST(smmu_a3_msi_write_lost)
{
	hw_set_reg(SMMU_IDR0, hw_reg(SMMU_IDR0) | SMMU_IDR0_MSI);
	hw_set_reg(SMMU_GERROR_IRQ_CFG0, (u32)FAKE_SMMU_POOL);
	hw.lost = SMMU_GERROR_IRQ_CFG0;
	ASSERT_EQ(fake_smmu_take(DEVMED_SMMUV3_COHERENT), DEVMED_SMMUV3_STUCK);
}

/* EVENTQEN was written and not acknowledged: the queue may be in use. */
TEST(smmu_d2_event_queue_left)
{
	const u64 other = HOST_EVENTQ + SZ_64K;
	u64 before;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	before = devmed_pinned();
	host_write(SMMU_EVENTQ_BASE, 8, HOST_EVENTQ | 7);
	host_write(SMMU_CR0, 4, SMMU_CR0_SMMUEN);
	hw.mute = true;
	host_write(SMMU_CR0, 4, SMMU_CR0_SMMUEN | SMMU_CR0_EVENTQEN);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), SMMU_CR0_SMMUEN);
	ASSERT_EQ(__pkvm_host_share_hyp(HOST_EVENTQ >> PAGE_SHIFT), -EPERM);
	ASSERT_EQ(devmed_pinned(), before + 1);

	/* Another one takes its place once the hardware answers. */
	hw.mute = false;
	hw_set_reg(SMMU_CR0ACK, hw_reg(SMMU_CR0));
	host_write(SMMU_EVENTQ_BASE, 8, other | 7);
	host_write(SMMU_CR0, 4, SMMU_CR0_SMMUEN | SMMU_CR0_EVENTQEN);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), SMMU_CR0_SMMUEN | SMMU_CR0_EVENTQEN);
	ASSERT_EQ(devmed_pinned(), before + 1);
	ASSERT_EQ(__pkvm_host_share_hyp(HOST_EVENTQ >> PAGE_SHIFT), 0);
	ASSERT_EQ(hw_reg64(SMMU_EVENTQ_BASE) & SMMU_QUEUE_BASE_ADDR, other);
}

/* An MSI is truncated too: to an ITS that lies beyond, it would not go. */
TEST(generic_a2_msi)
{
	const u64 translater = FAKE_ITS_BASE + SZ_64K + 0x40;
	struct devmed_smmu *smmu;
	u8 oas;

	hw_set_reg(SMMU_IDR0, hw_reg(SMMU_IDR0) | SMMU_IDR0_MSI);
	smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	oas = smmu->dma.oas;
	smmu->dma.oas = __builtin_ctzll(SZ_128M);
	ASSERT_EQ(host_write(SMMU_GERROR_IRQ_CFG0, 8, translater), DEVMED_IGNORE);
	ASSERT_EQ(hw_reg64(SMMU_GERROR_IRQ_CFG0), 0);
	smmu->dma.oas = oas;
	ASSERT_EQ(host_write(SMMU_GERROR_IRQ_CFG0, 8, translater), DEVMED_EMULATE);
	ASSERT_EQ(hw_reg64(SMMU_GERROR_IRQ_CFG0), translater);
}
