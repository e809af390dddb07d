// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu-strtab.c: the host's tables and the hardware's (threats SE01 to SE03,
 * SE28, SC05 to SC09, C03, C04, M14).
 */
#include "fake_smmu.h"

#define CFG(cfg)	(SMMU_STE0_V | (u64)(cfg) << 1)
#define CDPTR		0x0000000012345680ULL
#define CFGI_STE(sid)	(SMMU_OP_CFGI_STE | (u64)(sid) << 32)
#define CFGI_RANGE(sid)	(SMMU_OP_CFGI_STE_RANGE | \
			 (u64)(sid) << 32)
#define CFGI_ALL	SMMU_OP_CFGI_STE_RANGE

static u64 *host_l1;
static u64 *host_l2;

/* Two levels, split at 8; HOST_L2 below the first descriptor. */
static struct devmed_smmu *two_level(u64 span)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	host_enable();
	host_l1 = fake_host_va(HOST_STRTAB);
	host_l2 = fake_host_va(HOST_L2);
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN);
	host_write(SMMU_STRTAB_BASE_CFG, 4, 1 << 16 | 8 << 6 | 16);
	host_l1[0] = HOST_L2 | span;
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN |
				SMMU_CR0_SMMUEN);
	hw_forget();

	return smmu;
}

static u64 hyp_word0(struct devmed_smmu *smmu, u32 sid)
{
	const u64 *ste = hyp_ste(smmu, sid);

	return ste ? ste[0] : 0;
}

static void set_l2(u32 index, u64 word0)
{
	host_l2[index * SMMU_STE_WORDS] = word0;
}

TEST(smmu_strtab_linear)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	host_enable();
	host_ste(5)[0] = CFG(4);
	ASSERT_EQ(hyp_word0(smmu, 5), 0);
	host_cmd(CFGI_STE(5), 1);
	ASSERT_EQ(hyp_word0(smmu, 5), CFG(6));
	ASSERT_EQ(hyp_word0(smmu, 4), 0);
	/* The hardware hears of it, of the descriptor too. */
	ASSERT_EQ(hw.cmds[hw.nr_cmds - 2][0], CFGI_STE(5));
	ASSERT_EQ(hw.cmds[hw.nr_cmds - 2][1], 0);
	/* Nothing changes before the host says so. */
	host_ste(5)[0] = CFG(0);
	host_ste(6)[0] = CFG(4);
	host_cmd(SMMU_OP_SYNC, 0);
	ASSERT_EQ(hyp_word0(smmu, 5), CFG(6));
	ASSERT_EQ(hyp_word0(smmu, 6), 0);
	/* SE28: beyond LOG2SIZE there are none. */
	*(u64 *)fake_host_va(HOST_STRTAB + 1024 * SMMU_STE_SIZE) = CFG(4);
	host_cmd(CFGI_STE(1024), 1);
	ASSERT_EQ(hyp_word0(smmu, 1024), 0);
	*(u64 *)fake_host_va(HOST_STRTAB + 1030 * SMMU_STE_SIZE) = CFG(4);
	host_cmd(CFGI_STE(1030), 1);
	ASSERT(!hyp_ste(smmu, 1030));
	ASSERT_EQ(host_error(), 0);
}

TEST(smmu_strtab_two_level)
{
	struct devmed_smmu *smmu = two_level(9);

	set_l2(255, CFG(4));
	set_l2(7, CFG(5) | CDPTR);
	host_cmd(CFGI_STE(255), 0);
	ASSERT_EQ(hyp_word0(smmu, 255), CFG(6));
	host_cmd(CFGI_STE(7), 1);
	ASSERT_EQ(hyp_word0(smmu, 7), CFG(7) | CDPTR);
	/* Neighbours came along as they were. */
	set_l2(6, CFG(4));
	host_cmd(CFGI_STE(7), 1);
	ASSERT_EQ(hyp_word0(smmu, 6), 0);
}

/* SE02: a table ends where its span says, and where the next begins. */
TEST(smmu_strtab_span_se02)
{
	static const struct {
		u64 span;
		u32 entries;
	} spans[] = {
		{ 0, 0 }, { 1, 1 }, { 2, 2 }, { 5, 16 }, { 9, 256 },
		{ 10, 256 }, { 11, 256 }, { 12, 0 }, { 31, 0 },
	};
	struct devmed_smmu *smmu = two_level(0);
	unsigned int i;

	for (i = 0; i < 512; i++)
		set_l2(i, CFG(4));
	for (i = 0; i < ARRAY_SIZE(spans); i++) {
		u32 n = spans[i].entries;

		host_l1[0] = HOST_L2 | spans[i].span;
		host_cmd(CFGI_ALL, SMMU_CFGI_RANGE_ALL);
		if (n)
			ASSERT_EQ(hyp_word0(smmu, n - 1), CFG(6));
		ASSERT_EQ(hyp_word0(smmu, n), 0);
		ASSERT_EQ(hyp_word0(smmu, 128), n > 128 ? CFG(6) : 0);
		ASSERT_EQ(hyp_word0(smmu, 256), 0);
	}
}

/* SE03: pointers and bases are aligned down, as hardware does. */
TEST(smmu_strtab_align_se03)
{
	struct devmed_smmu *smmu = two_level(0);

	set_l2(3, CFG(4));
	host_l1[0] = (HOST_L2 + SZ_8K) | 9;
	host_cmd(CFGI_STE(3), 0);
	ASSERT_EQ(hyp_word0(smmu, 3), CFG(6));

	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN);
	host_write(SMMU_STRTAB_BASE, 8, HOST_STRTAB + 0x40);
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN | SMMU_CR0_SMMUEN);
	ASSERT_EQ(hyp_word0(smmu, 3), CFG(6));
}

/* Each format and size of the host's register gives a table of some kind. */
TEST(smmu_strtab_formats_s15)
{
	struct devmed_smmu *smmu = two_level(9);
	u32 fmt, split, size;

	for (fmt = 0; fmt < 4; fmt++) {
		for (split = 0; split < 32; split += 3) {
			for (size = 0; size < 64; size += 7) {
				host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN);
				host_write(SMMU_STRTAB_BASE_CFG, 4,
					   fmt << 16 | split << 6 | size);
				host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN |
							SMMU_CR0_SMMUEN);
				ASSERT(host_read(SMMU_CR0ACK, 4) &
				       SMMU_CR0_SMMUEN);
				ASSERT(smmu->host_strtab.nr_sids <= 65536);
				hw_forget();
			}
		}
	}
}

/* SE01: a table that is not the host's is not read. */
TEST(smmu_strtab_foreign_se01)
{
	static const u64 bad[] = {
		FAKE_SMMU_POOL, FAKE_SMMU_BASE & ~0x3fffULL, BIT_ULL(47),
		FAKE_MEM_BASE + FAKE_MEM_SIZE,
	};
	struct devmed_smmu *smmu = two_level(0);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		host_l1[0] = bad[i] | 9;
		host_cmd(CFGI_STE(3), 0);
		ASSERT_EQ(hyp_word0(smmu, 3), 0);
		ASSERT_EQ(host_error(), 0);
	}
	fake_guest_takes(HOST_L2);
	host_l1[0] = HOST_L2 | 9;
	host_cmd(CFGI_STE(3), 0);
	ASSERT_EQ(hyp_word0(smmu, 3), 0);
}

/* C03, C04: each word of the host's is read once. */
static unsigned int l1_reads, ste_reads;
static u64 fixmapped;

static void flip(const volatile void *addr, size_t size)
{
	u64 offset = (u64)addr & (PAGE_SIZE - 1);

	if (!fixmapped || ((u64)addr & PAGE_MASK) != fixmapped)
		return;
	if (offset == 0 && host_l1[0] == *(const volatile u64 *)addr)
		l1_reads++;
	if (offset == 3 * SMMU_STE_SIZE) {
		ste_reads++;
		set_l2(3, CFG(6));
	}
}

TEST(smmu_strtab_once_c03)
{
	struct devmed_smmu *smmu = two_level(9);

	host_cmd(CFGI_STE(3), 0);
	set_l2(3, CFG(5) | CDPTR);
	fixmapped = (u64)hyp_fixmap_map(HOST_L2) & PAGE_MASK;
	hyp_fixmap_unmap();
	fake_on_read_once = flip;
	host_cmd(CFGI_STE(3), 0);
	fake_on_read_once = NULL;
	ASSERT_EQ(l1_reads, 1);
	ASSERT_EQ(ste_reads, 1);
	ASSERT_EQ(hyp_word0(smmu, 3), CFG(7) | CDPTR);
}

/* SC08: a range is aligned down and covers all of it; SC09: all is all. */
TEST(smmu_strtab_range_sc08)
{
	struct devmed_smmu *smmu = two_level(9);
	u32 i;

	for (i = 0; i < 256; i++)
		set_l2(i, CFG(4));
	host_cmd(CFGI_STE(0), 1);
	for (i = 0; i < 256; i++)
		set_l2(i, CFG(5) | CDPTR);
	host_cmd(CFGI_RANGE(19), 1);
	ASSERT_EQ(hyp_word0(smmu, 15), CFG(6));
	for (i = 16; i < 20; i++)
		ASSERT_EQ(hyp_word0(smmu, i), CFG(7) | CDPTR);
	ASSERT_EQ(hyp_word0(smmu, 20), CFG(6));
	host_cmd(CFGI_ALL, SMMU_CFGI_RANGE_ALL);
	for (i = 0; i < 256; i++)
		ASSERT_EQ(hyp_word0(smmu, i), CFG(7) | CDPTR);
	/* Where there are none. */
	host_cmd(CFGI_RANGE(0x20000), 3);
	host_cmd(CFGI_RANGE(0xf0000000), 3);
	host_cmd(CFGI_RANGE(0xffffffff), 14);
	ASSERT_EQ(host_error(), 0);
}

/* The same table is not read twice for one doorbell. */
TEST(smmu_strtab_all_once)
{
	unsigned int i, once;

	two_level(9);
	fake_log_reset();
	host_cmd(CFGI_ALL, SMMU_CFGI_RANGE_ALL);
	once = fake_count(FAKE_READ_ONCE);
	for (i = 0; i < 8; i++)
		host_put(CFGI_ALL, SMMU_CFGI_RANGE_ALL);
	fake_log_reset();
	host_doorbell();
	ASSERT(fake_count(FAKE_READ_ONCE) < 2 * once);
}

/* SC07: while the host has it disabled, GBPA counts and its tables do not. */
TEST(smmu_strtab_disabled_sc07)
{
	struct devmed_smmu *smmu = two_level(9);
	u64 before = devmed_pool_counter(DEVMED_POOL_FREE);

	set_l2(3, CFG(5) | CDPTR);
	host_cmd(CFGI_STE(3), 1);
	ASSERT_EQ(hyp_word0(smmu, 3), CFG(7) | CDPTR);
	ASSERT(devmed_pool_counter(DEVMED_POOL_FREE) < before);

	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN);
	ASSERT_EQ(hyp_word0(smmu, 3), CFG(6));
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FREE), before);
	host_cmd(CFGI_STE(3), 1);
	ASSERT_EQ(hyp_word0(smmu, 3), CFG(6));
	host_write(SMMU_GBPA, 4, SMMU_GBPA_UPDATE | SMMU_GBPA_ABORT);
	ASSERT_EQ(hyp_word0(smmu, 3), CFG(0));
	host_cmd(CFGI_STE(3), 1);
	ASSERT_EQ(hyp_word0(smmu, 3), CFG(0));
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FREE), before);

	/* What it has then counts. */
	set_l2(3, CFG(5) | CDPTR);
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN | SMMU_CR0_SMMUEN);
	ASSERT_EQ(hyp_word0(smmu, 3), CFG(7) | CDPTR);
}

/* A table is given back only when the hardware has forgotten it. */
TEST(smmu_strtab_disable_dead)
{
	u64 before;

	two_level(9);
	set_l2(3, CFG(4));
	host_cmd(CFGI_STE(3), 1);
	before = devmed_pool_counter(DEVMED_POOL_FREE);
	hw.deaf = true;
	hw.acks = 1;
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN);
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FREE), before);
}

/* M14: an empty pool fails one command, and what it was for aborts. */
TEST(smmu_strtab_no_memory_m14)
{
	struct devmed_smmu *smmu = two_level(9);
	void *page, *last = NULL;

	while ((page = devmed_pool_alloc(0)))
		last = page;
	set_l2(3, CFG(4));
	host_cmd(CFGI_STE(3), 1);
	ASSERT_EQ(host_error(), SMMU_CERROR_ILL);
	ASSERT(!hyp_ste(smmu, 3));

	/* The same command goes through when there is a page. */
	devmed_pool_free(last, 0);
	host_write(SMMU_GERRORN, 4, host_read(SMMU_GERROR, 4));
	ASSERT_EQ(host_error(), 0);
	ASSERT_EQ(hyp_word0(smmu, 3), CFG(6));
}

/* SC04: what the host wrote past the caches is read past them. */
static const void *flushed;

static void see_flush(void *addr, size_t size)
{
	if ((u64)addr == fixmapped + 3 * SMMU_STE_SIZE)
		flushed = addr;
}

TEST(smmu_strtab_noncoherent)
{
	fake_smmu_boot(0);
	host_enable();
	host_ste(3)[0] = CFG(4);
	fixmapped = (u64)hyp_fixmap_map(HOST_STRTAB) & PAGE_MASK;
	hyp_fixmap_unmap();
	fake_on_flush = see_flush;
	host_cmd(CFGI_STE(3), 1);
	fake_on_flush = NULL;
	ASSERT(flushed);
}

/* A table of nothing but aborts is not made for want of a reason. */
TEST(smmu_strtab_lazy)
{
	struct devmed_smmu *smmu = two_level(9);
	u32 i;

	for (i = 0; i < 256; i++)
		set_l2(i, CFG(0));
	host_cmd(CFGI_ALL, SMMU_CFGI_RANGE_ALL);
	ASSERT(!hyp_ste(smmu, 0));
	host_cmd(CFGI_STE(0), 1);
	ASSERT_EQ(hyp_word0(smmu, 0), CFG(0));
	ASSERT(!hyp_ste(smmu, 1 << smmu->split));
}

/* An SMMU that has one level has all entries from the start. */
TEST(smmu_strtab_hyp_linear)
{
	struct devmed_smmu *smmu;

	hw_set_reg(SMMU_IDR0, hw_reg(SMMU_IDR0) & ~SMMU_IDR0_ST_LEVEL);
	hw_set_reg(SMMU_IDR0 + 4, (hw_reg(SMMU_IDR0 + 4) & ~SMMU_IDR1_SIDSIZE) | 8);
	smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	ASSERT(!smmu->two_level);
	ASSERT_EQ(hw_reg(SMMU_STRTAB_BASE_CFG), 8);
	host_ste(255)[0] = CFG(5) | CDPTR;
	host_enable();
	ASSERT_EQ(hyp_word0(smmu, 255), CFG(7) | CDPTR);
	ASSERT_EQ(hyp_word0(smmu, 254), 0);
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN);
	ASSERT_EQ(hyp_word0(smmu, 255), CFG(6));
	ASSERT_EQ(hyp_word0(smmu, 254), CFG(6));
	host_write(SMMU_GBPA, 4, SMMU_GBPA_UPDATE | SMMU_GBPA_ABORT);
	ASSERT_EQ(hyp_word0(smmu, 255), CFG(0));
	/* What it meant stays until the hardware has forgotten it. */
	ASSERT(hyp_ste(smmu, 255)[3]);
}
