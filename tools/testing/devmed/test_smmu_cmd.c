// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu-cmd.c and smmu-cmdq.c: commands of the host and of EL2 (threats SC01 to
 * SC30, C09).
 */
#include "fake_smmu.h"

#define OP(name)	SMMU_OP_##name
#define SID(sid)	((u64)(sid) << 32)
#define VMID		((u64)SMMU_HOST_VMID << 32)
#define ASID		(0x1234ULL << 48)
#define OTHER_VMID	(0xabcdULL << 32)
#define ADDR		0x0000123456789000ULL
#define TG_4K		(1ULL << 10)
#define TG_16K		(2ULL << 10)
#define NUM		(3ULL << 12)
#define SCALE		(5ULL << 20)
#define TTL		(3ULL << 8)
#define CS_IRQ		(1ULL << 12)
#define CS_SEV		(2ULL << 12)
#define CS_RESERVED	(3ULL << 12)

enum fate { PASS, DROP, ILL };

static const struct {
	u64 cmd[2];
	enum fate fate;
	u64 out[2];
} cases[] = {
	/* SC12: hints */
	{ { OP(PREFETCH_CONFIG) | SID(3), 0x1f }, DROP },
	{ { OP(PREFETCH_ADDR) | SID(3) | SMMU_CMD_SSV, ADDR }, DROP },
	{ { OP(PREFETCH_ADDR) | SMMU_CMD_SSEC, ADDR }, ILL },
	/* SC10 */
	{ { OP(CFGI_CD) | SID(3) | 5 << 12, 1 }, PASS,
	  { OP(CFGI_CD) | SID(3) | 5 << 12, 1 } },
	{ { OP(CFGI_CD) | SID(3) | SMMU_CMD_SSEC, 1 }, ILL },
	{ { OP(CFGI_CD) | SID(0x10000), 1 }, DROP },
	{ { OP(CFGI_CD) | SID(0xffffffff), 1 }, DROP },
	{ { OP(CFGI_CD_ALL) | SID(3) }, PASS, { OP(CFGI_CD_ALL) | SID(3) } },
	{ { OP(CFGI_CD_ALL) | SID(0x10000) }, DROP },
	/* SC11 */
	{ { 0x07 | OTHER_VMID }, ILL },
	/* SC13 to SC17: the host's VMID, whatever it says */
	{ { OP(TLBI_NH_ALL) | OTHER_VMID }, PASS, { OP(TLBI_NH_ALL) | VMID } },
	{ { OP(TLBI_NH_ASID) | OTHER_VMID | ASID }, PASS,
	  { OP(TLBI_NH_ASID) | VMID | ASID } },
	{ { OP(TLBI_NH_VA) | OTHER_VMID | ASID, ADDR | 1 }, PASS,
	  { OP(TLBI_NH_VA) | VMID | ASID, ADDR | 1 } },
	{ { OP(TLBI_NH_VA) | ASID | NUM | SCALE, ADDR | TG_4K | TTL | 1 }, PASS,
	  { OP(TLBI_NH_VA) | VMID | ASID | NUM | SCALE, ADDR | TG_4K | TTL | 1 } },
	{ { OP(TLBI_NH_VAA) | NUM | SCALE, ADDR | TG_4K }, PASS,
	  { OP(TLBI_NH_VAA) | VMID | NUM | SCALE, ADDR | TG_4K } },
	{ { OP(TLBI_NH_VAA) | ASID, ADDR }, ILL },
	/* A range without a granule is none, one that is reserved is a page. */
	{ { OP(TLBI_NH_VA) | NUM | SCALE, ADDR | TTL }, PASS,
	  { OP(TLBI_NH_VA) | VMID, ADDR } },
	{ { OP(TLBI_NH_VA), ADDR | TG_4K }, PASS, { OP(TLBI_NH_VA) | VMID, ADDR } },
	{ { OP(TLBI_NH_VA) | NUM, ADDR | TG_16K }, ILL },
	{ { OP(TLBI_NSNH_ALL) }, PASS, { OP(TLBI_NH_ALL) | VMID } },
	{ { OP(TLBI_NSNH_ALL) | VMID }, ILL },
	/* SC15, SC16, SC18 */
	{ { 0x18 }, ILL }, { { 0x1a }, ILL }, { { 0x20 }, ILL }, { { 0x21 }, ILL },
	{ { 0x22 }, ILL }, { { 0x23 }, ILL },
	{ { OP(TLBI_S12_VMALL) }, ILL }, { { OP(TLBI_S2_IPA), ADDR }, ILL },
	{ { 0x50 }, ILL }, { { 0x60 }, ILL },
	/* SC19 to SC22 */
	{ { 0x40 | SID(3), 52 }, ILL }, { { 0x41 | SID(3) }, ILL },
	{ { OP(RESUME) | SID(3), 1 }, ILL }, { { OP(STALL_TERM) | SID(3) }, ILL },
	{ { 0x70 }, ILL }, { { 0x73 }, ILL },
	/* SC23 to SC26: never with an address */
	{ { OP(SYNC) }, PASS, { OP(SYNC) } },
	{ { OP(SYNC) | CS_SEV | 3 << 22 | 0xf << 24 }, PASS, { OP(SYNC) } },
	{ { OP(SYNC) | CS_RESERVED }, ILL },
	{ { OP(SYNC) | CS_IRQ | 1ULL << 32, 0 }, PASS, { OP(SYNC) } },
	/* SC27, SC28 */
	{ { 0x00 }, ILL }, { { 0x7f }, ILL }, { { 0x80 }, ILL }, { { 0xff }, ILL },
	{ { OP(SYNC) | BIT(8) }, ILL }, { { OP(TLBI_NH_ALL), 1 }, ILL },
	{ { OP(CFGI_STE) | SID(3), 2 }, ILL },
	{ { OP(CFGI_STE) | SID(3) | SMMU_CMD_SSEC, 1 }, ILL },
	{ { OP(CFGI_STE_RANGE) | SID(3), 1 << 5 }, ILL },
	{ { OP(CFGI_STE) | SID(0x10000), 1 }, DROP },
};

/* Acknowledge as the driver does: a CMD_SYNC in place of the bad one. */
static void recover(void)
{
	u32 cons = host_read(SMMU_CMDQ_CONS, 4) & (HOST_SLOTS - 1);
	u64 *slot = fake_host_va(HOST_RING + cons * SMMU_CMD_SIZE);

	slot[0] = OP(SYNC) | CS_SEV;
	slot[1] = 0;
	host_write(SMMU_GERRORN, 4, host_read(SMMU_GERROR, 4));
	ASSERT_EQ(host_error(), 0);
}

static u32 host_cons(void)
{
	return host_read(SMMU_CMDQ_CONS, 4) & (2 * HOST_SLOTS - 1);
}

TEST(smmu_cmd_cases)
{
	unsigned int i;
	u32 cons;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cons = host_cons();
		hw_forget();
		host_cmd(cases[i].cmd[0], cases[i].cmd[1]);
		if (cases[i].fate == ILL) {
			ASSERT_EQ(host_error(), SMMU_CERROR_ILL);
			ASSERT_EQ(host_cons(), cons);
			ASSERT_EQ(hw.irqs, 1);
			recover();
			continue;
		}
		ASSERT_EQ(host_error(), 0);
		ASSERT_EQ(host_cons(), (cons + 1) & (2 * HOST_SLOTS - 1));
		ASSERT_EQ(hw.nr_cmds, cases[i].fate == PASS);
		if (cases[i].fate == PASS) {
			ASSERT_EQ(hw.cmds[0][0], cases[i].out[0]);
			ASSERT_EQ(hw.cmds[0][1], cases[i].out[1]);
		}
	}
}

/* Without range invalidation its fields are none. */
TEST(smmu_cmd_no_ril)
{
	hw_set_reg(SMMU_IDR0 + 12, 0);
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	host_cmd(OP(TLBI_NH_VA) | ASID | NUM | SCALE, ADDR | TG_4K | TTL | 1);
	ASSERT_EQ(hw.cmds[0][0], OP(TLBI_NH_VA) | VMID | ASID);
	ASSERT_EQ(hw.cmds[0][1], ADDR | 1);
}

/* Where the hardware cannot but stall, the host ends what is stalled. */
TEST(smmu_cmd_stall_forced)
{
	hw_set_reg(SMMU_IDR0, hw_reg(SMMU_IDR0) | SMMU_STALL_FORCED << 24);
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	host_cmd(OP(RESUME) | SID(3) | SMMU_CMD_RESUME_AC, 0x55);
	ASSERT_EQ(hw.cmds[0][0], OP(RESUME) | SID(3) | SMMU_CMD_RESUME_AC);
	host_cmd(OP(STALL_TERM) | SID(0x10000), 0);
	ASSERT_EQ(hw.nr_cmds, 1);
}

/* SC30: nothing after it is consumed; EL2's own commands are. */
TEST(smmu_cmd_error_stops)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	u32 i;

	host_enable();
	host_put(OP(TLBI_NH_ALL), 0);
	host_put(0xff, 0);
	host_put(OP(TLBI_NH_ASID) | ASID, 0);
	host_put(OP(SYNC), 0);
	host_doorbell();
	ASSERT_EQ(host_error(), SMMU_CERROR_ILL);
	ASSERT_EQ(host_cons(), 1);
	ASSERT_EQ(hw.irqs, 1);
	ASSERT_EQ(hw.repaired, 1);

	/* Ringing again does not help, nor raise another interrupt. */
	host_write(SMMU_CMDQ_PROD, 4, 4);
	ASSERT_EQ(host_cons(), 1);
	ASSERT_EQ(hw.irqs, 1);

	hw_forget();
	ASSERT_EQ(smmu_cmdq_invalidate(&smmu->dma, HOST_L2, PAGE_SIZE), 0);
	ASSERT_EQ(hw.nr_cmds, 2);

	hw_forget();
	recover();
	ASSERT_EQ(host_cons(), 4);
	for (i = 0; i < hw.nr_cmds; i++)
		ASSERT(hw.cmds[i][0] != SMMU_OP_ILLEGAL);
	ASSERT_EQ(hw.cmds[1][0], OP(TLBI_NH_ASID) | ASID | VMID);
}

/* SC26: completion is written to the command's own slot, by EL2. */
TEST(smmu_cmd_sync_msi)
{
	u32 *slot = fake_host_va(HOST_RING + SMMU_CMD_SIZE);

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT | DEVMED_SMMUV3_WIRED);
	host_enable();
	host_put(OP(TLBI_NH_ALL), 0);
	host_put(OP(SYNC) | CS_IRQ | 0x55aaULL << 32, HOST_RING + SMMU_CMD_SIZE);
	host_doorbell();
	ASSERT_EQ(*slot, 0x55aa);
	ASSERT_EQ(hw.nr_cmds, 2);
	ASSERT_EQ(host_read(SMMU_GERROR, 4), 0);
}

static void try_sync_addr(u64 addr)
{
	u32 before = host_read(SMMU_GERROR, 4);

	hw_forget();
	host_cmd(OP(SYNC) | CS_IRQ | 0x55aaULL << 32, addr);
	ASSERT_EQ(hw.cmds[0][0], OP(SYNC));
	ASSERT_EQ(hw.cmds[0][1], 0);
	ASSERT_EQ(host_read(SMMU_GERROR, 4) ^ before, SMMU_GERROR_MSI_CMDQ_ABT);
	ASSERT_EQ(hw.irqs, 1);
	host_write(SMMU_GERRORN, 4, host_read(SMMU_GERROR, 4));
	ASSERT_EQ(host_error(), 0);
}

TEST(smmu_cmd_sync_elsewhere)
{
	u64 *ring = fake_host_va(HOST_RING);
	u64 *other = fake_host_va(HOST_L2);

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT | DEVMED_SMMUV3_WIRED);
	host_enable();
	try_sync_addr(HOST_L2);
	try_sync_addr(FAKE_SMMU_POOL);
	try_sync_addr(FAKE_ITS_BASE + 0x10040);
	try_sync_addr(HOST_RING + 20 * SMMU_CMD_SIZE);
	try_sync_addr(HOST_RING + 4 * SMMU_CMD_SIZE + 4);
	ASSERT_EQ(*other, 0);
	ASSERT_EQ(ring[40], 0);
	ASSERT_EQ(*(u32 *)&ring[8], OP(SYNC) | CS_IRQ);
}

/* Not before the hardware is done. */
static bool completed_early;
static u32 *watched;

static void watch_completion(volatile void *addr, size_t size)
{
	if (addr == watched && hw.nr_cmds != 2)
		completed_early = true;
}

TEST(smmu_cmd_sync_order)
{
	struct devmed_smmu *smmu;

	smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT | DEVMED_SMMUV3_WIRED);
	host_enable();
	watched = smmu->ring.host.base + SMMU_CMD_SIZE;
	fake_on_write_once = watch_completion;
	host_put(OP(TLBI_NH_ALL), 0);
	host_put(OP(SYNC) | CS_IRQ, HOST_RING + SMMU_CMD_SIZE);
	host_doorbell();
	ASSERT(!completed_early);
	ASSERT_EQ(*watched, 0);

	/* And not at all if it does not answer. */
	hw.deaf = true;
	watched = smmu->ring.host.base + 2 * SMMU_CMD_SIZE;
	host_cmd(OP(SYNC) | CS_IRQ, HOST_RING + 2 * SMMU_CMD_SIZE);
	ASSERT_EQ(*watched, OP(SYNC) | CS_IRQ);
}

/* More CMD_SYNCs than a batch keeps. */
TEST(smmu_cmd_many_syncs)
{
	u32 i;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT | DEVMED_SMMUV3_WIRED);
	host_enable();
	for (i = 0; i < 3 * SMMU_MAX_SYNCS; i++)
		host_put(OP(SYNC) | CS_IRQ, HOST_RING + i * SMMU_CMD_SIZE);
	host_doorbell();
	for (i = 0; i < 3 * SMMU_MAX_SYNCS; i++)
		ASSERT_EQ(*(u32 *)fake_host_va(HOST_RING + i * SMMU_CMD_SIZE), 0);
	ASSERT_EQ(hw.nr_cmds, 3 * SMMU_MAX_SYNCS);
}

/* SC01: a doorbell that is no position changes nothing. */
TEST(smmu_cmd_prod_sc01)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	host_cmd(OP(SYNC), 0);
	hw_forget();
	/* Behind, and more than there are slots. */
	ASSERT_EQ(host_write(SMMU_CMDQ_PROD, 4, 0), DEVMED_IGNORE);
	ASSERT_EQ(host_write(SMMU_CMDQ_PROD, 4, HOST_SLOTS + 2), DEVMED_IGNORE);
	ASSERT_EQ(host_read(SMMU_CMDQ_PROD, 4), 1);
	ASSERT_EQ(hw.nr_cmds, 0);
	/* Bits that are no index are not there. */
	ASSERT_EQ(host_write(SMMU_CMDQ_PROD, 4, 0xfffffe00 | 1), DEVMED_EMULATE);
	ASSERT_EQ(hw.nr_cmds, 0);
}

/* SC02: all of the host ring at once, more than the hyp ring holds. */
TEST(smmu_cmd_chunks_sc02)
{
	struct devmed_smmu *smmu;
	u32 slots = BIT(SMMU_LOG2_MAX_CMDQ);
	u64 *ring = fake_host_va(HOST_STRTAB);
	u32 i, next;

	smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	ASSERT(smmu->ring.hyp.slots < slots);
	host_write(SMMU_CMDQ_BASE, 8, HOST_STRTAB | SMMU_LOG2_MAX_CMDQ);
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN);
	for (i = 0; i < slots; i++) {
		ring[2 * i] = OP(TLBI_NH_VA);
		ring[2 * i + 1] = (u64)i << 12;
	}
	hw_forget();
	host_write(SMMU_CMDQ_PROD, 4, slots);
	ASSERT_EQ(host_read(SMMU_CMDQ_CONS, 4), slots);
	/* Whole rounds of the hyp ring end with CMD_SYNCs of EL2's. */
	for (i = 0, next = 0; i < hw.nr_cmds; i++) {
		if (hw.cmds[i][0] == OP(SYNC))
			continue;
		ASSERT_EQ(hw.cmds[i][0] & SMMU_CMD_OP, OP(TLBI_NH_VA));
		ASSERT_EQ(hw.cmds[i][1], (u64)next++ << 12);
	}
	ASSERT_EQ(next, slots);
}

/* SC03, C02: a slot is read once; what it says later does not count. */
static void rewrite_slot(const volatile void *addr, size_t size)
{
	u64 *slot = fake_host_va(HOST_RING);
	struct devmed_smmu *smmu = smmu_region->instance;

	if (addr == smmu->ring.host.base)
		slot[0] = OP(TLBI_S12_VMALL);
	if (addr == smmu->ring.host.base + 8)
		slot[1] = ~0ULL;
}

TEST(smmu_cmd_once_sc03)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	host_put(OP(TLBI_NH_VA), ADDR);
	fake_on_read_once = rewrite_slot;
	host_doorbell();
	ASSERT_EQ(hw.cmds[0][0], OP(TLBI_NH_VA) | VMID);
	ASSERT_EQ(hw.cmds[0][1], ADDR);
}

/* TL02: stage 2 and combined entries in one set, which one CMD_SYNC completes. */
TEST(smmu_cmdq_stage2_tl02)
{
	static const u64 sizes[] = { PAGE_SIZE, 3 * PAGE_SIZE, SZ_2M, ~0ULL };
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		hw_forget();
		ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, sizes[i]), 0);
		ASSERT_EQ(hw.nr_cmds, 2);
		ASSERT_EQ(hw.cmds[0][0], OP(TLBI_S12_VMALL) | VMID);
		ASSERT_EQ(hw.cmds[0][1], 0);
		ASSERT_EQ(hw.cmds[1][0], OP(SYNC));
	}
}

/* SC30: an error of the hardware that nobody expects is repaired. */
TEST(smmu_cmdq_repair)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	hw.refuse = OP(TLBI_NH_ALL);
	host_put(OP(TLBI_NH_ALL), 0);
	host_put(OP(SYNC), 0);
	host_doorbell();
	ASSERT_EQ(hw.repaired, 1);
	ASSERT_EQ(host_cons(), 2);
	ASSERT_EQ(host_error(), 0);
	ASSERT_EQ(hw.cmds[0][0], OP(SYNC));
}

/* No stream passes, the command queue runs. */
#define FENCED_CR0	(SMMU_CR0_CMDQEN | SMMU_CR0_ATSCHK)

/* An invalidation that was refused did not happen: nothing may pass any more. */
TEST(smmu_cmdq_refused)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	hw.refuse = OP(TLBI_S12_VMALL);
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
	ASSERT_EQ(smmu->state, SMMU_FENCED);
	ASSERT_EQ(hw_reg(SMMU_CR0), FENCED_CR0);

	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), 0);
	ASSERT_EQ(smmu->state, SMMU_RUNS);
	ASSERT_EQ(hw_reg(SMMU_CR0), FENCED_CR0 | SMMU_CR0_SMMUEN);
}

/* C09: bounded, contained; and the host's queue does not move. */
TEST(smmu_cmdq_dead)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	host_enable();
	hw.deaf = true;
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
	ASSERT_EQ(hw_reg(SMMU_CR0), FENCED_CR0);
	host_cmd(OP(SYNC), 0);
	ASSERT_EQ(host_cons(), 0);
	/* It is not turned on again, whatever the host wants. */
	host_write(SMMU_CR0, 4, 0);
	host_write(SMMU_CR0, 4, SMMU_CR0_SMMUEN);
	ASSERT_EQ(hw_reg(SMMU_CR0), FENCED_CR0);
	hw_wait_for_retry();
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
	ASSERT_EQ(hw_reg(SMMU_CR0), FENCED_CR0);
}

/* D2: what was fenced comes back with its CMD_SYNC, and the host's command too. */
TEST(smmu_cmdq_dead_comes_back)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	host_enable();
	hw.deaf = true;
	host_cmd(OP(SYNC), 0);
	ASSERT_EQ(smmu->state, SMMU_RUNS);
	ASSERT_EQ(host_cons(), 0);
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
	ASSERT_EQ(smmu->state, SMMU_FENCED);
	ASSERT_EQ(host_cons(), 0);

	hw.deaf = false;
	hw_set_reg(SMMU_CMDQ_CONS, smmu->ring.hyp.prod);
	ASSERT_EQ(host_cons(), 1);
	ASSERT_EQ(smmu->state, SMMU_RUNS);
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), 0);
	ASSERT_EQ(hw_reg(SMMU_CR0) & SMMU_CR0_SMMUEN, SMMU_CR0_SMMUEN);
}

/* D4: a fenced SMMU costs each change of ownership no more than a short look. */
TEST(smmu_cmdq_dead_is_cheap)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	u64 start;

	hw.deaf = true;
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
	start = fake_clock;
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
	ASSERT(fake_clock - start < 3ULL * SMMU_LOOK_US * (FAKE_CNTFRQ / 1000000));
}

TEST(smmu_cmdq_dead_and_mute)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	hw.deaf = true;
	hw.mute = true;
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
	hw_wait_for_retry();
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, ADDR, PAGE_SIZE), -EIO);
}

/* T20: each command is in memory before its doorbell. */
TEST(smmu_cmd_barrier)
{
	unsigned int i, doorbell = 0;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	host_cmd(OP(SYNC), 0);
	for (i = 0; i < fake_count(FAKE_WRITE); i++) {
		if (fake_event(FAKE_WRITE, i)->addr !=
		    FAKE_SMMU_BASE + SMMU_CMDQ_PROD)
			continue;
		doorbell++;
		ASSERT(fake_event(FAKE_WRITE, i)->ordered);
	}
	ASSERT_EQ(doorbell, 1);
}

/* SC04: past the caches, both ways. */
TEST(smmu_cmd_noncoherent)
{
	fake_smmu_boot(0);
	host_enable();
	host_cmd(OP(SYNC), 0);
	ASSERT_EQ(fake_count(FAKE_FLUSH), 2);
}
