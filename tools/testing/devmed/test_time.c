// SPDX-License-Identifier: GPL-2.0-only
/*
 * No access of the host keeps a CPU at EL2 for long, and what one trap leaves the
 * next one finishes: smmu-cmd.c, smmu-cr0.c, smmu-strtab.c (T24). Instructions cannot
 * be counted here, but the work can: reads of host memory, commands to the
 * hardware, stores to its tables, pages that come and go.
 */
#include "fake_smmu.h"

#define CFG(cfg)	(SMMU_STE0_V | (u64)(cfg) << 1)
#define CDPTR		0x0000000012345680ULL
#define CFGI_STE(sid)	(SMMU_OP_CFGI_STE | (u64)(sid) << 32)
#define CFGI_RANGE(sid)	(SMMU_OP_CFGI_STE_RANGE | (u64)(sid) << 32)
#define CFGI_ALL	SMMU_OP_CFGI_STE_RANGE
#define CR0_QUEUES	(SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN)
#define CR0_ALL		(CR0_QUEUES | SMMU_CR0_SMMUEN)

/* Level 1 of the host, with room for 2^16 descriptors. */
#define HOST_L1		(FAKE_MEM_BASE + SZ_1M)

/* Of one trap: double-words read of the host, stores, commands, pages. */
#define MOST_READS	6000
#define MOST_STORES	2500
#define MOST_CMDS	160
#define MOST_PAGES	60

struct work {
	unsigned int reads;
	unsigned int stores;
	unsigned int cmds;
	unsigned int pages;
	unsigned int traps;
};

static unsigned int nr_stores;

static void count_store(volatile void *addr, size_t size)
{
	nr_stores++;
}

static u64 pool_free(void)
{
	return devmed_pool_counter(DEVMED_POOL_FREE);
}

static void raise_to(unsigned int *most, unsigned int value)
{
	if (*most < value)
		*most = value;
}

/* One trap, which must not do more than a trap may. */
static enum devmed_answer trap_once(u32 offset, u64 value, struct work *most)
{
	u64 before = pool_free();
	enum devmed_answer answer;

	hw_forget();
	nr_stores = 0;
	fake_on_write_once = count_store;
	answer = host_write_once(offset, 4, value);
	fake_on_write_once = NULL;
	raise_to(&most->reads, fake_count(FAKE_READ_ONCE));
	raise_to(&most->stores, nr_stores);
	raise_to(&most->cmds, hw.nr_cmds);
	raise_to(&most->pages, before > pool_free() ? before - pool_free() :
						      pool_free() - before);
	most->traps++;
	ASSERT(most->reads <= MOST_READS);
	ASSERT(most->stores <= MOST_STORES);
	ASSERT(most->cmds <= MOST_CMDS);
	ASSERT(most->pages <= MOST_PAGES);

	return answer;
}

/* Until it is answered. */
static struct work trap_all(u32 offset, u64 value)
{
	struct work most = {};

	while (trap_once(offset, value, &most) == DEVMED_REPEAT)
		ASSERT(most.traps < FAKE_SMMU_TRAPS);

	return most;
}

/*
 * An SMMU of 2^@bits streams. Each level-1 descriptor of the host, split at 8,
 * leads to the same table, where all entries are @word0.
 */
static struct devmed_smmu *begin(u32 bits, u64 word0)
{
	u64 *l1 = fake_host_va(HOST_L1);
	u64 *l2 = fake_host_va(HOST_L2);
	struct devmed_smmu *smmu;
	u32 i;

	hw_set_reg(SMMU_IDR0 + 4, (hw_reg(SMMU_IDR0 + 4) & ~SMMU_IDR1_SIDSIZE) | bits);
	smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	host_write(SMMU_CR0, 4, CR0_QUEUES);
	host_write(SMMU_STRTAB_BASE, 8, HOST_L1);
	host_write(SMMU_STRTAB_BASE_CFG, 4, 1 << 16 | 8 << 6 | bits);
	for (i = 0; i < 1U << bits >> 8; i++)
		l1[i] = HOST_L2 | 9;
	for (i = 0; i < 256; i++)
		l2[i * SMMU_STE_WORDS] = word0;

	return smmu;
}

static void set_all(u64 word0)
{
	u64 *l2 = fake_host_va(HOST_L2);
	u32 i;

	for (i = 0; i < 256; i++)
		l2[i * SMMU_STE_WORDS] = word0;
}

static void check_all(struct devmed_smmu *smmu, u64 word0)
{
	u32 sid;

	for (sid = 0; sid < smmu_nr_sids(smmu); sid++) {
		const u64 *ste = hyp_ste(smmu, sid);

		ASSERT_EQ(ste ? ste[0] : 0, word0);
	}
}

static u32 cr0ack(void)
{
	return host_read(SMMU_CR0ACK, 4);
}

static u32 ring(const u64 (*cmds)[2], unsigned int nr, unsigned int times)
{
	u32 prod = host_read(SMMU_CMDQ_PROD, 4);
	unsigned int i;

	for (i = 0; i < times; i++)
		host_put(cmds[i % nr][0], cmds[i % nr][1]);

	return (prod + times) & (2 * HOST_SLOTS - 1);
}

/* All streams valid: it is acknowledged when all of them are. */
TEST(smmu_time_enable)
{
	struct devmed_smmu *smmu = begin(13, CFG(5) | CDPTR);
	struct work most = {};

	while (trap_once(SMMU_CR0, CR0_ALL, &most) == DEVMED_REPEAT)
		ASSERT_EQ(cr0ack(), CR0_QUEUES);
	ASSERT(most.traps > 10);
	ASSERT_EQ(cr0ack(), CR0_ALL);
	check_all(smmu, CFG(7) | CDPTR);
}

/* None: a descriptor costs one step, whatever it spans. */
TEST(smmu_time_enable_empty)
{
	struct work most;

	begin(16, 0);
	memset(fake_host_va(HOST_L1), 0, PAGE_SIZE);
	most = trap_all(SMMU_CR0, CR0_ALL);
	ASSERT_EQ(cr0ack(), CR0_ALL);
	ASSERT(most.traps < 10);
	ASSERT(most.reads <= 256);
}

/* The largest that is offered; a level-2 table is a page. */
TEST(smmu_time_enable_large)
{
	struct devmed_smmu *smmu = begin(24, CFG(4));
	u64 *l1 = fake_host_va(HOST_L1);
	struct work most;
	u32 i;

	ASSERT_EQ(smmu->split, 6);
	memset(l1, 0, SZ_512K);
	l1[4] = HOST_L2 | 9;
	/* Nothing but aborts: no table. */
	for (i = 0; i < 256; i++)
		((u64 *)fake_host_va(HOST_L2 + SZ_16K))[i * SMMU_STE_WORDS] = CFG(0);
	l1[8] = (HOST_L2 + SZ_16K) | 9;
	l1[9] = HOST_L2 | 9;
	most = trap_all(SMMU_CR0, CR0_ALL);
	ASSERT_EQ(cr0ack(), CR0_ALL);
	ASSERT(most.traps > 100);
	ASSERT_EQ(hyp_ste(smmu, 1024)[0], CFG(6));
	ASSERT_EQ(hyp_ste(smmu, 1279)[0], CFG(6));
	ASSERT(!hyp_ste(smmu, 1280));
	ASSERT(!hyp_ste(smmu, 2048));
	ASSERT_EQ(hyp_ste(smmu, 2304)[0], CFG(6));
	ASSERT(!hyp_ste(smmu, 4096));
	ASSERT(!hyp_ste(smmu, BIT(24) - 1));
}

/* A stream of a table that is not there: that page of it. */
TEST(smmu_time_config_large)
{
	static const u64 one[][2] = { { CFGI_STE(1100), 1 } };
	struct devmed_smmu *smmu = begin(24, CFG(0));
	u64 *l1 = fake_host_va(HOST_L1);
	struct work most;
	u32 prod;

	memset(l1, 0, SZ_512K);
	l1[4] = HOST_L2 | 9;
	trap_all(SMMU_CR0, CR0_ALL);
	ASSERT(!hyp_ste(smmu, 1100));
	set_all(CFG(4));
	prod = ring(one, 1, 1);
	most = trap_all(SMMU_CMDQ_PROD, prod);
	ASSERT_EQ(most.pages, 1);
	ASSERT_EQ(host_read(SMMU_CMDQ_CONS, 4), prod);
	ASSERT_EQ(hyp_ste(smmu, 1088)[0], CFG(6));
	ASSERT_EQ(hyp_ste(smmu, 1151)[0], CFG(6));
	ASSERT(!hyp_ste(smmu, 1087));
	ASSERT(!hyp_ste(smmu, 1152));
}

/* All tables go back to the pool; until then it is not acknowledged. */
TEST(smmu_time_disable)
{
	struct devmed_smmu *smmu = begin(13, CFG(5) | CDPTR);
	u64 before = pool_free();
	struct work most = {};

	trap_all(SMMU_CR0, CR0_ALL);
	ASSERT_EQ(before - pool_free(), 128);
	while (trap_once(SMMU_CR0, CR0_QUEUES, &most) == DEVMED_REPEAT)
		ASSERT_EQ(cr0ack(), CR0_ALL);
	ASSERT(most.traps > 2);
	ASSERT_EQ(cr0ack(), CR0_QUEUES);
	ASSERT_EQ(pool_free(), before);
	check_all(smmu, CFG(6));
}

/* Switching on was begun and is given up: no entry of the host's is left. */
TEST(smmu_time_enable_undone)
{
	struct devmed_smmu *smmu = begin(13, CFG(5) | CDPTR);
	u64 before = pool_free();
	struct work most = {};

	ASSERT_EQ(trap_once(SMMU_CR0, CR0_ALL, &most), DEVMED_REPEAT);
	ASSERT(hyp_ste(smmu, 0));
	trap_all(SMMU_CR0, CR0_QUEUES);
	ASSERT_EQ(cr0ack(), CR0_QUEUES);
	ASSERT_EQ(pool_free(), before);
	check_all(smmu, CFG(6));
	trap_all(SMMU_CR0, CR0_ALL);
	check_all(smmu, CFG(7) | CDPTR);
}

/* Switching off was begun, and comes to its end before it is on again. */
TEST(smmu_time_disable_undone)
{
	struct devmed_smmu *smmu = begin(13, CFG(4));
	u64 before = pool_free();
	struct work most = {};

	trap_all(SMMU_CR0, CR0_ALL);
	ASSERT_EQ(trap_once(SMMU_CR0, CR0_QUEUES, &most), DEVMED_REPEAT);
	set_all(CFG(5) | CDPTR);
	/* A command meanwhile does not build what is being taken down. */
	host_put(CFGI_STE(3), 1);
	host_doorbell();
	trap_all(SMMU_CR0, CR0_ALL);
	ASSERT_EQ(cr0ack(), CR0_ALL);
	check_all(smmu, CFG(7) | CDPTR);
	ASSERT_EQ(before - pool_free(), 128);
}

/* A command while it is being switched on is not lost. */
TEST(smmu_time_enable_changed)
{
	struct devmed_smmu *smmu = begin(13, CFG(4));
	struct work most = {};

	ASSERT_EQ(trap_once(SMMU_CR0, CR0_ALL, &most), DEVMED_REPEAT);
	ASSERT_EQ(hyp_ste(smmu, 3)[0], CFG(6));
	set_all(CFG(5) | CDPTR);
	host_cmd(CFGI_STE(3), 1);
	trap_all(SMMU_CR0, CR0_ALL);
	check_all(smmu, CFG(7) | CDPTR);
}

static struct devmed_smmu *begin_on(u32 bits, u64 word0)
{
	struct devmed_smmu *smmu = begin(bits, word0);

	trap_all(SMMU_CR0, CR0_ALL);
	check_all(smmu, CFG(6));
	return smmu;
}

/* A full ring of each kind of command, of which each entry changes. */
TEST(smmu_time_doorbell)
{
	static const u64 kinds[][2] = {
		{ CFGI_ALL, SMMU_CFGI_RANGE_ALL }, { CFGI_RANGE(0), 11 },
		{ CFGI_RANGE(4096), 11 }, { CFGI_STE(77), 1 },
		{ SMMU_OP_SYNC, 0 }, { SMMU_OP_TLBI_NH_ALL, 0 },
		{ SMMU_OP_CFGI_CD | 5ULL << 32, 0 },
		{ SMMU_OP_SYNC | SMMU_SYNC_CS_IRQ << 12, 0 },
		{ SMMU_OP_PREFETCH_CONFIG, 0 },
	};
	struct devmed_smmu *smmu = begin_on(13, CFG(4));
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		u32 prod = ring(&kinds[i], 1, i == 1 || i == 2 ? 4 : HOST_SLOTS);
		struct work most;

		set_all(i % 2 ? CFG(5) | CDPTR : CFG(4));
		most = trap_all(SMMU_CMDQ_PROD, prod);
		ASSERT(most.traps > 1);
		ASSERT_EQ(host_read(SMMU_CMDQ_CONS, 4), prod);
		if (i == 0)
			check_all(smmu, CFG(6));
	}
	ASSERT_EQ(hyp_ste(smmu, 77)[0], CFG(7) | CDPTR);
}

/* The dearest change: each entry has to stop in between. */
TEST(smmu_time_doorbell_live)
{
	static const u64 all[][2] = { { CFGI_ALL, SMMU_CFGI_RANGE_ALL } };
	struct devmed_smmu *smmu = begin_on(13, CFG(4));
	u64 *l2 = fake_host_va(HOST_L2);
	u32 i;

	set_all(CFG(5) | CDPTR);
	trap_all(SMMU_CMDQ_PROD, ring(all, 1, 1));
	check_all(smmu, CFG(7) | CDPTR);
	for (i = 0; i < 256; i++) {
		l2[i * SMMU_STE_WORDS] |= 1ULL << 59;
		l2[i * SMMU_STE_WORDS + 1] = 1;
	}
	trap_all(SMMU_CMDQ_PROD, ring(all, 1, 1));
	check_all(smmu, CFG(7) | CDPTR | 1ULL << 59);
}

/* A command is consumed when all of it is done, and the hardware knows. */
TEST(smmu_time_config_done)
{
	struct devmed_smmu *smmu = begin_on(13, CFG(4));
	static const u64 all[][2] = { { CFGI_ALL, SMMU_CFGI_RANGE_ALL } };
	u32 prod = ring(all, 1, 1);
	struct work most = {};

	set_all(CFG(5) | CDPTR);
	while (trap_once(SMMU_CMDQ_PROD, prod, &most) == DEVMED_REPEAT)
		ASSERT(host_read(SMMU_CMDQ_CONS, 4) != prod);
	ASSERT_EQ(host_read(SMMU_CMDQ_CONS, 4), prod);
	check_all(smmu, CFG(7) | CDPTR);
	/* In the last trap, after the last entry. */
	ASSERT_EQ(hw.cmds[hw.nr_cmds - 3][0], CFGI_ALL);
	ASSERT_EQ(hw.cmds[hw.nr_cmds - 2][0] & SMMU_CMD_OP, SMMU_OP_TLBI_NSNH_ALL);
}

/* A command that was begun stays what it was; its queue goes, and so does it. */
TEST(smmu_time_config_once)
{
	static const u64 all[][2] = { { CFGI_ALL, SMMU_CFGI_RANGE_ALL } };
	struct devmed_smmu *smmu = begin_on(13, CFG(4));
	u32 prod = ring(all, 1, 1);
	u64 *slot = fake_host_va(HOST_RING);
	struct work most = {};

	set_all(CFG(5) | CDPTR);
	ASSERT_EQ(trap_once(SMMU_CMDQ_PROD, prod, &most), DEVMED_REPEAT);
	slot[0] = SMMU_OP_ILLEGAL;
	trap_all(SMMU_CMDQ_PROD, prod);
	check_all(smmu, CFG(7) | CDPTR);
	ASSERT_EQ(host_error(), 0);

	set_all(CFG(4));
	prod = ring(all, 1, 1);
	ASSERT_EQ(trap_once(SMMU_CMDQ_PROD, prod, &most), DEVMED_REPEAT);
	host_write(SMMU_CR0, 4, SMMU_CR0_SMMUEN | SMMU_CR0_EVENTQEN);
	ASSERT_EQ(smmu->walk.job, SMMU_JOB_NONE);
	slot[2] = SMMU_OP_ILLEGAL;
	host_write(SMMU_CR0, 4, CR0_ALL);
	ASSERT_EQ(host_error(), SMMU_CERROR_ILL);
}

/* A new doorbell may announce what the walk has passed already. */
TEST(smmu_time_walk_again)
{
	static const u64 all[][2] = { { CFGI_ALL, SMMU_CFGI_RANGE_ALL } };
	struct devmed_smmu *smmu = begin_on(13, CFG(4));
	u32 prod = ring(all, 1, 1);
	struct work most = {};

	ASSERT_EQ(trap_once(SMMU_CMDQ_PROD, prod, &most), DEVMED_REPEAT);
	set_all(CFG(5) | CDPTR);
	prod = ring(all, 1, 1);
	trap_all(SMMU_CMDQ_PROD, prod);
	check_all(smmu, CFG(7) | CDPTR);
}

/* An acknowledgment goes on with the ring, and acknowledges once. */
TEST(smmu_time_gerrorn)
{
	static const u64 mixed[][2] = {
		{ SMMU_OP_SYNC, 0 },
	};
	u32 gerror, prod;
	struct work most = {};

	begin_on(13, CFG(4));
	host_cmd(SMMU_OP_ILLEGAL, 0);
	ASSERT_EQ(host_error(), SMMU_CERROR_ILL);
	prod = ring(mixed, 1, HOST_SLOTS - 1);
	*(u64 *)fake_host_va(HOST_RING) = SMMU_OP_SYNC;
	ASSERT_EQ(host_write(SMMU_CMDQ_PROD, 4, prod), DEVMED_EMULATE);
	gerror = host_read(SMMU_GERROR, 4);
	ASSERT_EQ(trap_once(SMMU_GERRORN, gerror, &most), DEVMED_REPEAT);
	ASSERT_EQ(host_read(SMMU_GERRORN, 4), gerror);
	trap_all(SMMU_GERRORN, gerror);
	ASSERT_EQ(host_read(SMMU_CMDQ_CONS, 4) & (2 * HOST_SLOTS - 1), prod);
	ASSERT_EQ(host_read(SMMU_GERRORN, 4), gerror);
}

/* A host that does not come again: the next doorbell goes on. */
TEST(smmu_time_given_up)
{
	static const u64 tlbi[][2] = { { SMMU_OP_TLBI_NH_ALL, 0 } };
	struct work most = {};
	u32 prod;

	begin_on(13, CFG(4));
	prod = ring(tlbi, 1, HOST_SLOTS - 1);
	ASSERT_EQ(trap_once(SMMU_CMDQ_PROD, prod, &most), DEVMED_REPEAT);
	ASSERT(host_read(SMMU_CMDQ_CONS, 4) != prod);
	host_put(SMMU_OP_SYNC, 0);
	prod = (prod + 1) & (2 * HOST_SLOTS - 1);
	trap_all(SMMU_CMDQ_PROD, prod);
	ASSERT_EQ(host_read(SMMU_CMDQ_CONS, 4), prod);
}

/* One level at EL2: as many entries as it may have. */
TEST(smmu_time_linear)
{
	struct devmed_smmu *smmu;
	struct work most;

	hw_set_reg(SMMU_IDR0, hw_reg(SMMU_IDR0) & ~SMMU_IDR0_ST_LEVEL);
	hw_set_reg(SMMU_IDR0 + 4, (hw_reg(SMMU_IDR0 + 4) & ~SMMU_IDR1_SIDSIZE) | 13);
	smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_ste(1023)[0] = CFG(5) | CDPTR;
	host_enable();
	ASSERT_EQ(hyp_ste(smmu, 1023)[0], CFG(7) | CDPTR);
	ASSERT_EQ(hyp_ste(smmu, 1022)[0], 0);
	most = trap_all(SMMU_CR0, CR0_QUEUES);
	ASSERT(most.traps > 1);
	check_all(smmu, CFG(6));
}
