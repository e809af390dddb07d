// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hardware's level-2 tables: as many as there are groups of streams, one page
 * each; and the one that all others share (threats S12, M14).
 */
#include "fake_smmu.h"

#define CFG(cfg)	(SMMU_STE0_V | (u64)(cfg) << 1)
#define CDPTR		0x0000000012345680ULL
#define CFGI_STE(sid)	(SMMU_OP_CFGI_STE | (u64)(sid) << 32)
#define HOST_L1		(FAKE_MEM_BASE + SZ_1M)
#define CR0_QUEUES	(SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN)
#define CR0_ALL		(CR0_QUEUES | SMMU_CR0_SMMUEN)
#define GROUPS		4096
#define OPEN		SMMU_GBPA_UPDATE
#define CLOSED		(SMMU_GBPA_UPDATE | SMMU_GBPA_ABORT)

static struct devmed_smmu *smmu;
static u64 *host_l1;
static u64 *host_l2;

/* 2^@bits streams, split at 8; all host descriptors lead to one table, if any. */
static void begin(u32 bits, u64 desc)
{
	u32 i;

	hw_set_reg(SMMU_IDR0 + 4, (hw_reg(SMMU_IDR0 + 4) & ~SMMU_IDR1_SIDSIZE) | bits);
	smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_l1 = fake_host_va(HOST_L1);
	host_l2 = fake_host_va(HOST_L2);
	host_enable();
	host_write(SMMU_CR0, 4, CR0_QUEUES);
	host_write(SMMU_STRTAB_BASE, 8, HOST_L1);
	host_write(SMMU_STRTAB_BASE_CFG, 4, 1 << 16 | 8 << 6 | bits);
	for (i = 0; i < 1U << (bits - 8); i++)
		host_l1[i] = desc;
}

static void enable(u32 cr0)
{
	ASSERT_EQ(host_write(SMMU_CR0, 4, cr0), DEVMED_EMULATE);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), cr0);
	hw_forget();
}

static u64 pool_free(void)
{
	return devmed_pool_counter(DEVMED_POOL_FREE);
}

/* As devmed_prepare_streams() does: pages one by one, wherever they are. */
static void top_up(u64 *page)
{
	while (devmed_pool_blocks(0, 1) < 1) {
		ASSERT_EQ(devmed_pool_topup(*page >> PAGE_SHIFT, 0), 0);
		*page += 2 * PAGE_SIZE;
		if (*page >= FAKE_FAR_BASE + FAKE_FAR_SIZE)
			*page = ALIGN(FAKE_FAR_BASE, SZ_2M) + PAGE_SIZE +
				FAKE_SMMU_WIDE_PAGES * PAGE_SIZE;
	}
}

/* Far more groups than the pool has pages at the start; any page will do for one. */
TEST(smmu_wide_groups)
{
	u64 page = ALIGN(FAKE_FAR_BASE, SZ_2M) + FAKE_SMMU_WIDE_PAGES * PAGE_SIZE;
	u32 stride = BIT(24) / GROUPS;
	u32 group;

	begin(24, 0);
	enable(CR0_ALL);
	host_l2[0] = CFG(4);
	for (group = 0; group < GROUPS; group++) {
		u32 sid = group * stride;

		host_l1[sid >> 8] = HOST_L2 | 9;
		top_up(&page);
		hw.nr_cmds = 0;
		host_cmd(CFGI_STE(sid), 1);
		ASSERT_EQ(host_error(), 0);
	}
	for (group = 0; group < GROUPS; group++)
		ASSERT_EQ(hyp_ste(smmu, group * stride)[0], CFG(6));
	ASSERT(!hyp_ste(smmu, BIT(24) - 1));
	/* All of them come back. */
	enable(CR0_QUEUES);
	ASSERT(pool_free() >= GROUPS);
}

/* Without a page the stream aborts, and the shared table stays what it is. */
TEST(smmu_wide_exhausted)
{
	u64 shared[SMMU_STE_WORDS];

	begin(16, HOST_L2 | 9);
	enable(CR0_ALL);
	memcpy(shared, smmu->off_l2, sizeof(shared));
	while (devmed_pool_alloc(0))
		;
	host_l2[3 * SMMU_STE_WORDS] = CFG(5) | CDPTR;
	host_cmd(CFGI_STE(3), 1);
	ASSERT_EQ(host_error(), SMMU_CERROR_ILL);
	ASSERT(!hyp_ste(smmu, 3));
	ASSERT(!memcmp(shared, smmu->off_l2, sizeof(shared)));
	/* Off and on needs no memory, and lets through what GBPA does. */
	enable(CR0_QUEUES);
	ASSERT_EQ(hyp_ste(smmu, 3)[0], CFG(6));
	ASSERT_EQ(host_write(SMMU_GBPA, 4, CLOSED), DEVMED_EMULATE);
	ASSERT_EQ(hyp_ste(smmu, 3)[0], CFG(0));
	enable(CR0_ALL);
	ASSERT(!hyp_ste(smmu, 3));
}

/* The shared table is one from the start to the end, whatever the host does. */
TEST(smmu_off_shared_stays)
{
	u64 before, rest[SMMU_STE_WORDS];
	u64 *shared;
	unsigned int i;

	begin(16, HOST_L2 | 9);
	shared = smmu->off_l2;
	memcpy(rest, shared, sizeof(rest));
	before = pool_free();
	for (i = 0; i < 256; i++)
		host_l2[i * SMMU_STE_WORDS] = i % 2 ? CFG(5) | CDPTR : CFG(4);
	for (i = 0; i < 4; i++) {
		host_write(SMMU_GBPA, 4, i % 2 ? OPEN : CLOSED);
		ASSERT_EQ(shared[0], i % 2 ? CFG(6) : CFG(0));
		hw.nr_cmds = 0;
		host_l1[i] = 0;
		enable(CR0_ALL);
		ASSERT_EQ(shared[0], 0);
		host_write(SMMU_GBPA, 4, OPEN);
		ASSERT_EQ(host_read(SMMU_GBPA, 4), 0);
		ASSERT_EQ(shared[0], 0);
		ASSERT(!memcmp(rest + 1, shared + 1, sizeof(rest) - sizeof(u64)));
		ASSERT(pool_free() < before);
		enable(CR0_QUEUES);
		ASSERT_EQ(shared[0], CFG(6));
		ASSERT_EQ(pool_free(), before);
	}
	ASSERT_EQ(smmu->off_l2, shared);
}

/* UPDATE lasts until the hardware has forgotten what was (IHI 0070, 6.3.15). */
TEST(smmu_off_update)
{
	u32 prod;

	begin(16, 0);
	hw.deaf = true;
	ASSERT_EQ(host_write(SMMU_GBPA, 4, CLOSED), DEVMED_EMULATE);
	prod = smmu->ring.hyp.prod;
	ASSERT_EQ(host_read(SMMU_GBPA, 4), CLOSED);
	/* As long as it takes: nothing is issued again, nor is the SMMU fenced. */
	ASSERT_EQ(host_read(SMMU_GBPA, 4), CLOSED);
	ASSERT_EQ(smmu->state, SMMU_RUNS);
	hw.deaf = false;
	hw_set_reg(SMMU_CMDQ_CONS, smmu->ring.hyp.prod);
	ASSERT_EQ(host_read(SMMU_GBPA, 4), SMMU_GBPA_ABORT);
	ASSERT_EQ(smmu->ring.hyp.prod, prod);
	ASSERT_EQ(hyp_ste(smmu, 7)[0], CFG(0));
}

static void begin_linear(void)
{
	hw_set_reg(SMMU_IDR0, hw_reg(SMMU_IDR0) & ~SMMU_IDR0_ST_LEVEL);
	hw_set_reg(SMMU_IDR0 + 4, (hw_reg(SMMU_IDR0 + 4) & ~SMMU_IDR1_SIDSIZE) | 13);
	smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_ste(1)[0] = CFG(5) | CDPTR;
	host_enable();
	host_write(SMMU_CR0, 4, CR0_QUEUES);
}

static void check_linear(u64 word0)
{
	u32 sid;

	for (sid = 0; sid < 8192; sid++)
		ASSERT_EQ(hyp_ste(smmu, sid)[0], word0);
}

/* Polled as a driver does. Returns how often, and what it is then. */
static unsigned int wait_for_gbpa(u32 *gbpa)
{
	unsigned int reads = 0;

	while ((*gbpa = host_read(SMMU_GBPA, 4)) & SMMU_GBPA_UPDATE)
		ASSERT(reads++ < 100);

	return reads;
}

/* No trap goes through all entries: a driver polls UPDATE. */
TEST(smmu_off_linear)
{
	u32 now;

	begin_linear();
	check_linear(CFG(6));
	hw.nr_cmds = 0;
	ASSERT_EQ(host_write_once(SMMU_GBPA, 4, CLOSED), DEVMED_EMULATE);
	ASSERT_EQ(hyp_ste(smmu, 8191)[0], CFG(6));
	ASSERT(wait_for_gbpa(&now) > 1);
	ASSERT_EQ(now, SMMU_GBPA_ABORT);
	check_linear(CFG(0));
	ASSERT_EQ(hw.cmds[0][0], SMMU_OP_CFGI_STE_RANGE);
}

/* A write of GBPA while SMMUEN is on its way: the last value counts for all. */
TEST(smmu_off_linear_between)
{
	static const u32 to[] = { CR0_ALL, CR0_QUEUES };
	unsigned int i;
	u32 now;

	begin_linear();
	for (i = 0; i < 2; i++) {
		u32 gbpa = i ? OPEN : CLOSED;

		ASSERT_EQ(host_write_once(SMMU_CR0, 4, to[i]), DEVMED_REPEAT);
		ASSERT_EQ(host_write_once(SMMU_GBPA, 4, gbpa), DEVMED_EMULATE);
		ASSERT_EQ(host_read(SMMU_GBPA, 4), gbpa);
		enable(to[i]);
		wait_for_gbpa(&now);
		ASSERT_EQ(now, gbpa & SMMU_GBPA_ABORT);
	}
	check_linear(CFG(6));
	/* Nor does a second write leave what the first has done. */
	hw.nr_cmds = 0;
	host_write_once(SMMU_GBPA, 4, CLOSED);
	host_write_once(SMMU_GBPA, 4, OPEN);
	wait_for_gbpa(&now);
	check_linear(CFG(6));
	/* A write of CR0 goes on with what GBPA began, and does not end in between. */
	hw.nr_cmds = 0;
	host_write_once(SMMU_GBPA, 4, CLOSED);
	enable(CR0_ALL);
	ASSERT_EQ(hyp_ste(smmu, 1)[0], CFG(7) | CDPTR);
	ASSERT_EQ(hyp_ste(smmu, 2)[0], 0);
	ASSERT_EQ(hyp_ste(smmu, 8191)[0], 0);
}

/* START writes nothing, and a device that does not come up is as it was found. */
TEST(smmu_off_failed)
{
	hw_set_reg(SMMU_CR1, 0x123);
	ASSERT_EQ(fake_smmu_start(DEVMED_SMMUV3_COHERENT), 0);
	ASSERT_EQ(hw_reg(SMMU_GBPA), 0x1000);
	ASSERT_EQ(hw_reg(SMMU_CR1), 0x123);
	ASSERT_EQ(hw_reg(SMMU_CR0), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	hw.deaf = true;
	ASSERT_EQ(devmed_adopt(smmu_region - devmed_get_region(0), 0, 0, 0),
		  DEVMED_SMMUV3_STUCK);
	ASSERT(!smmu_region->instance);
	ASSERT_EQ(hw_reg(SMMU_GBPA), 0x1000);
	ASSERT_EQ(hw_reg(SMMU_CR0), 0);
}

/* Of a table with more entries than EL2 reads at once, with each size of pages. */
static u64 seen;

static void watch(volatile void *addr, size_t size)
{
	/* This stream is bypassed with and without SMMUEN. */
	ASSERT_EQ(hyp_ste(smmu, 200)[0], CFG(6));
	seen++;
}

static bool has_forgotten_all(void)
{
	unsigned int i;

	for (i = 0; i < hw.nr_cmds; i++) {
		if ((hw.cmds[i][0] & SMMU_CMD_OP) == SMMU_OP_CFGI_STE_RANGE)
			return true;
	}

	return false;
}

TEST(smmu_granule_tables)
{
	u32 split = PAGE_SHIFT - 6;
	u32 sid;

	/* Each granule, and 32 address bits: stage 2 is large with 16 KiB. */
	hw_set_reg(SMMU_IDR5, (hw_reg(SMMU_IDR5) & ~SMMU_IDR5_OAS) | SMMU_IDR5_GRAN16K);
	begin(16, 0);
	ASSERT_EQ(smmu->split, split);
	host_l1[0] = HOST_L2 | 9;
	host_l2[200 * SMMU_STE_WORDS] = CFG(4);
	host_l2[70 * SMMU_STE_WORDS] = CFG(5) | CDPTR;
	hw.nr_cmds = 0;
	fake_on_write_once = watch;
	host_write(SMMU_CR0, 4, CR0_ALL);
	fake_on_write_once = NULL;
	ASSERT(seen);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), CR0_ALL);
	for (sid = 0; sid < 1024; sid++) {
		const u64 *ste = hyp_ste(smmu, sid);

		ASSERT_EQ(ste ? ste[0] : 0, sid == 200 ? CFG(6) :
					    sid == 70 ? CFG(7) | CDPTR : 0);
	}
	enable(CR0_QUEUES);
	for (sid = 0; sid < 1024; sid++)
		ASSERT_EQ(hyp_ste(smmu, sid)[0], CFG(6));

	/* Of a table that comes for one stream all entries are read, and none stays cached. */
	host_l1[0] = 0;
	enable(CR0_ALL);
	ASSERT(!hyp_ste(smmu, 70));
	host_l1[0] = HOST_L2 | 9;
	hw_forget();
	host_cmd(CFGI_STE(70), 1);
	ASSERT_EQ(host_error(), 0);
	ASSERT_EQ(hyp_ste(smmu, 70)[0], CFG(7) | CDPTR);
	if (PAGE_SHIFT > 12) {
		ASSERT_EQ(hyp_ste(smmu, 200)[0], CFG(6));
		ASSERT(has_forgotten_all());
	}
}
