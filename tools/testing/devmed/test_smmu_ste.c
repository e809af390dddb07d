// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu-ste.c: what an entry becomes, and in which order (threats SE04 to SE25).
 */
#include "fake_smmu.h"

#define CFG(cfg)	((u64)(cfg) << 1)
#define CDPTR		0x0000000123456780ULL
#define CDMAX(n)	((u64)(n) << 59)
#define S1FMT(n)	((u64)(n) << 4)

/* What EL2 adds to every entry that lets something through. */
static u64 stage2_word2(void)
{
	const struct devmed_idmap_fmt *fmt = devmed_idmap_format();

	return SMMU_HOST_VMID | (u64)fmt->t0sz << 32 | (u64)fmt->sl0 << 38 |
	       (u64)fmt->irgn << 40 | (u64)fmt->orgn << 42 |
	       (u64)fmt->sh << 44 | (u64)fmt->tg << 46 | (u64)fmt->ps << 48 |
	       SMMU_STE2_S2AA64 | SMMU_STE2_S2PTW | SMMU_STE2_S2R;
}

#define SHCFG		(1ULL << 44)
#define S1_CACHED	(1ULL << 2 | 1ULL << 4 | 3ULL << 6)

static void expect_ste(const u64 *ste, u64 word0, u64 word1)
{
	unsigned int i;

	ASSERT_EQ(ste[0], word0);
	ASSERT_EQ(ste[1], word1);
	ASSERT_EQ(ste[2], stage2_word2());
	ASSERT_EQ(ste[3], devmed_idmap_format()->root);
	for (i = 4; i < SMMU_STE_WORDS; i++)
		ASSERT_EQ(ste[i], 0);
}

static void expect_no_ste(const u64 *ste, u64 word0)
{
	unsigned int i;

	ASSERT_EQ(ste[0], word0);
	for (i = 1; i < SMMU_STE_WORDS; i++)
		ASSERT_EQ(ste[i], 0);
}

/* All ones where the host may not decide. */
static void junk(u64 *host, u64 word0)
{
	memset(host, 0xff, SMMU_STE_SIZE);
	host[0] = word0;
	host[1] &= ~SMMU_STE1_S1DSS;
}

/* SE05, SE06, SE10 to SE25: each Config, with junk in all other fields. */
TEST(smmu_ste_config)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	u64 host[SMMU_STE_WORDS], ste[SMMU_STE_WORDS];
	u64 cfg;

	for (cfg = 0; cfg < 4; cfg++) {
		junk(host, SMMU_STE0_V | CFG(cfg));
		smmu_ste_build(smmu, host, ste);
		expect_no_ste(ste, SMMU_STE0_V);
		ASSERT(!smmu_ste_translates(ste));
	}

	junk(host, SMMU_STE0_V | CFG(4) | CDPTR | CDMAX(31));
	smmu_ste_build(smmu, host, ste);
	expect_ste(ste, SMMU_STE0_V | CFG(6), SHCFG);

	junk(host, SMMU_STE0_V | CFG(5) | CDPTR | CDMAX(8) | S1FMT(2));
	smmu_ste_build(smmu, host, ste);
	expect_ste(ste, SMMU_STE0_V | CFG(7) | CDPTR | CDMAX(8) | S1FMT(2),
		   SHCFG | S1_CACHED | SMMU_STE1_S1STALLD);
	ASSERT(smmu_ste_translates(ste));

	for (cfg = 6; cfg < 8; cfg++) {
		junk(host, SMMU_STE0_V | CFG(cfg));
		smmu_ste_build(smmu, host, ste);
		expect_no_ste(ste, 0);
	}
	junk(host, CFG(4));
	smmu_ste_build(smmu, host, ste);
	expect_no_ste(ste, 0);
}

/* SE07, SE08: what no SMMU of this kind would accept is not valid. */
TEST(smmu_ste_stage1)
{
	static const struct {
		u64 word0;
		u64 dss;
		bool good;
	} tries[] = {
		{ CDPTR, 0, true },
		{ CDPTR | CDMAX(8), 1, true },
		{ CDPTR | CDMAX(8), 2, true },
		{ CDPTR | CDMAX(8), 3, false },
		{ CDPTR | CDMAX(9), 0, false },
		{ CDPTR | CDMAX(8) | S1FMT(3), 0, false },
		{ CDPTR | S1FMT(3), 3, true },
		{ CDPTR | BIT_ULL(44), 0, false },
	};
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	u64 host[SMMU_STE_WORDS] = {}, ste[SMMU_STE_WORDS];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		host[0] = SMMU_STE0_V | CFG(5) | tries[i].word0;
		host[1] = tries[i].dss;
		smmu_ste_build(smmu, host, ste);
		ASSERT_EQ(ste[0] & SMMU_STE0_V, tries[i].good);
		if (!tries[i].good)
			expect_no_ste(ste, 0);
	}
	/* Without two levels of descriptors. */
	smmu->idr[0] &= ~SMMU_IDR0_CD2L;
	host[0] = SMMU_STE0_V | CFG(5) | CDPTR | CDMAX(8) | S1FMT(1);
	host[1] = 0;
	smmu_ste_build(smmu, host, ste);
	expect_no_ste(ste, 0);
}

/* SE18: faults abort, unless the SMMU can only stall. */
TEST(smmu_ste_stall)
{
	u64 host[SMMU_STE_WORDS] = { SMMU_STE0_V | CFG(5) | CDPTR };
	u64 ste[SMMU_STE_WORDS];
	struct devmed_smmu *smmu;

	hw_set_reg(SMMU_IDR0, hw_reg(SMMU_IDR0) | SMMU_STALL_FORCED << 24);
	smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	smmu_ste_build(smmu, host, ste);
	ASSERT_EQ(ste[1] & SMMU_STE1_S1STALLD, 0);
	ASSERT_EQ(ste[2], stage2_word2() | SMMU_STE2_S2S);
	ASSERT_EQ(FIELD_GET(SMMU_IDR0_STALL_MODEL, host_read(SMMU_IDR0, 4)),
		  SMMU_STALL_FORCED);
}

/* No stage 2, no stream. */
TEST(smmu_ste_no_stage2)
{
	u64 host[SMMU_STE_WORDS] = { SMMU_STE0_V | CFG(4) };
	u64 ste[SMMU_STE_WORDS];

	ASSERT_EQ(fake_smmu_start(DEVMED_SMMUV3_COHERENT), 0);
	smmu_ste_build(smmu_region->instance, host, ste);
	expect_no_ste(ste, 0);
}

/*
 * SE04: what the hardware may make of an entry at any moment, reading its words
 * one by one with stores in between, has to be the old one, the new one, or
 * nothing: until a CFGI_STE is complete it may keep any word it has read.
 */
static u64 *live;
static u64 old[SMMU_STE_WORDS], new[SMMU_STE_WORDS];
/* For each word: the values since the last CMD_SYNC. */
static u64 seen[SMMU_STE_WORDS][8];
static unsigned int nr_seen[SMMU_STE_WORDS];
static unsigned int nr_syncs;
static bool stopped;

static void see(unsigned int word)
{
	seen[word][nr_seen[word]++] = live[word];
	ASSERT(nr_seen[word] < 8);
}

static void see_all(void)
{
	unsigned int i;

	for (i = 0; i < SMMU_STE_WORDS; i++) {
		nr_seen[i] = 0;
		see(i);
	}
}

static u64 used(u64 word0, unsigned int word)
{
	const u64 stage1 = SMMU_STE1_S1DSS | SMMU_STE1_S1CIR | SMMU_STE1_S1COR |
			   SMMU_STE1_S1CSH | SMMU_STE1_S1STALLD;

	if (!(word0 & SMMU_STE0_V) || FIELD_GET(SMMU_STE0_CFG, word0) < 4)
		return 0;
	if (word == 1 && FIELD_GET(SMMU_STE0_CFG, word0) == SMMU_CFG_S2)
		return ~stage1;
	return ~0ULL;
}

static bool is_like(const u64 *want, u64 word0, unsigned int word, u64 value)
{
	return want[0] == word0 && !((want[word] ^ value) & used(word0, word));
}

/* Every mixture of what has been seen. */
static void check_mixtures(void)
{
	unsigned int i, word, n;

	for (i = 0; i < nr_seen[0]; i++) {
		u64 word0 = seen[0][i];

		if (!(word0 & SMMU_STE0_V)) {
			stopped |= word0 != old[0] && word0 != new[0];
			continue;
		}
		ASSERT(word0 == old[0] || word0 == new[0]);
		for (word = 1; word < SMMU_STE_WORDS; word++) {
			for (n = 0; n < nr_seen[word]; n++)
				ASSERT(is_like(old, word0, word, seen[word][n]) ||
				       is_like(new, word0, word, seen[word][n]));
		}
	}
}

static void watch_ste(volatile void *addr, size_t size)
{
	u64 word = (u64 *)addr - live;

	if (word >= SMMU_STE_WORDS)
		return;
	ASSERT_EQ(size, sizeof(u64));
	if (hw.nr_cmds != nr_syncs) {
		nr_syncs = hw.nr_cmds;
		see_all();
	} else {
		see(word);
	}
	check_mixtures();
}

static void change(struct devmed_smmu *smmu, const u64 *from, const u64 *to,
		   bool hitless)
{
	u64 host[SMMU_STE_WORDS];

	memcpy(host, from, sizeof(host));
	smmu_ste_build(smmu, host, old);
	smmu_ste_build(smmu, to, new);
	memcpy(live, old, SMMU_STE_SIZE);
	/* An entry that lets nothing through may hold leftovers of another. */
	if (!smmu_ste_translates(old))
		memset(&live[1], 0x5a, SMMU_STE_SIZE - sizeof(u64));
	hw_forget();
	nr_syncs = 0;
	stopped = false;
	see_all();
	fake_on_write_once = watch_ste;
	ASSERT_EQ(smmu_ste_update(smmu, 3, live, new, true), 0);
	fake_on_write_once = NULL;
	ASSERT(!memcmp(live, new, SMMU_STE_SIZE));
	ASSERT_EQ(stopped, !hitless);
}

TEST(smmu_ste_update_order)
{
	static const u64 stes[][SMMU_STE_WORDS] = {
		{ 0 },
		{ SMMU_STE0_V },
		{ SMMU_STE0_V | CFG(4) },
		{ SMMU_STE0_V | CFG(5) | CDPTR | CDMAX(8), 0 },
		{ SMMU_STE0_V | CFG(5) | CDPTR | CDMAX(8), 2 },
		{ SMMU_STE0_V | CFG(5) | (CDPTR + 0x40) | CDMAX(4), 2 },
		{ SMMU_STE0_V | CFG(5) | (CDPTR + 0x80) | CDMAX(4), 1 },
	};
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	unsigned int i, n;

	live = fake_host_va(HOST_L2);
	for (i = 0; i < ARRAY_SIZE(stes); i++) {
		for (n = 0; n < ARRAY_SIZE(stes); n++) {
			/* Only two words at once of a stage 1 in use. */
			bool both = i > 2 && n > 2 && stes[i][0] != stes[n][0] &&
				    stes[i][1] != stes[n][1];

			change(smmu, stes[i], stes[n], !both);
		}
	}
}

/* One word at a time, and nothing at all where nothing changes. */
TEST(smmu_ste_update_same)
{
	u64 host[SMMU_STE_WORDS] = { SMMU_STE0_V | CFG(4) };
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	live = fake_host_va(HOST_L2);
	smmu_ste_build(smmu, host, live);
	smmu_ste_build(smmu, host, new);
	ASSERT_EQ(smmu_ste_update(smmu, 3, live, new, true), 0);
	ASSERT_EQ(hw.nr_cmds, 0);
}

/* A dead SMMU gets no half of an entry. */
TEST(smmu_ste_update_dead)
{
	u64 host[SMMU_STE_WORDS] = { SMMU_STE0_V | CFG(5) | CDPTR };
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	live = fake_host_va(HOST_L2);
	memset(live, 0, SMMU_STE_SIZE);
	smmu_ste_build(smmu, host, new);
	hw.deaf = true;
	hw.mute = true;
	ASSERT_EQ(smmu_ste_update(smmu, 3, live, new, true), -EINPROGRESS);
	ASSERT_EQ(live[0], 0);
	ASSERT_EQ(smmu->dma.invalidate(&smmu->dma, PAGE_SIZE, PAGE_SIZE), -EIO);
	ASSERT_EQ(smmu_cmdq_resume(smmu), -EIO);
	ASSERT_EQ(live[0], 0);
}

/* As long as @smmu is deaf EL2 does not go on; then each step is the hardware's. */
static void expect_slow_step(struct devmed_smmu *smmu)
{
	hw.deaf = true;
	ASSERT_EQ(smmu_ste_update(smmu, 3, live, new, true), -EINPROGRESS);
	ASSERT_EQ(smmu_cmdq_resume(smmu), -EINPROGRESS);
	hw.deaf = false;
	smmu_write32(smmu, SMMU_CMDQ_PROD, smmu->ring.hyp.prod);
	ASSERT_EQ(smmu_cmdq_resume(smmu), 0);
}

/*
 * Between the steps of an update the hardware forgets what it read of the entry, also
 * if there was no room to tell it: it might have read half of it.
 */
TEST(smmu_ste_update_slow)
{
	u64 host[SMMU_STE_WORDS] = { SMMU_STE0_V | CFG(5) | CDPTR };
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	host_enable();
	live = fake_host_va(HOST_L2);
	memset(live, 0, SMMU_STE_SIZE);
	smmu_ste_build(smmu, host, new);
	expect_slow_step(smmu);
	ASSERT_EQ(live[0], 0);
	ASSERT_EQ(hw.nr_cmds, 2);
	ASSERT_EQ(hw.cmds[0][0] & SMMU_CMD_OP, SMMU_OP_CFGI_STE);
	ASSERT_EQ(smmu_ste_update(smmu, 3, live, new, true), 0);
	ASSERT_EQ(live[0], new[0]);

	/* A command of the host's is in the way. */
	memset(live, 0, SMMU_STE_SIZE);
	hw.deaf = true;
	host_cmd(SMMU_OP_TLBI_NH_ALL, 0);
	hw_forget();
	expect_slow_step(smmu);
	ASSERT_EQ(live[0], 0);
	ASSERT_EQ(hw.cmds[1][0] & SMMU_CMD_OP, SMMU_OP_CFGI_STE_RANGE);
	ASSERT_EQ(smmu_ste_update(smmu, 3, live, new, true), 0);
	ASSERT_EQ(live[0], new[0]);
}

/* TL05: each word is cleaned where the hardware does not snoop. */
TEST(smmu_ste_update_noncoherent)
{
	u64 host[SMMU_STE_WORDS] = { SMMU_STE0_V | CFG(5) | CDPTR };
	struct devmed_smmu *smmu = fake_smmu_boot(0);

	live = fake_host_va(HOST_L2);
	memset(live, 0, SMMU_STE_SIZE);
	smmu_ste_build(smmu, host, new);
	fake_log_reset();
	ASSERT_EQ(smmu_ste_update(smmu, 3, live, new, false), 0);
	ASSERT_EQ(fake_count(FAKE_FLUSH), 4);
}
