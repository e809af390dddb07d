// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu-off.c and smmu_adopt(): streams while the host has the SMMU disabled (threats
 * S12, P05), on an SMMU model, with a device that does not stop.
 */
#include "fake.h"
#include "harness.h"
#include "hostile_smmu.h"

#include <nvhe/devmed_idmap.h>

#define OPEN		M_GBPA_UPDATE
#define CLOSED		(M_GBPA_UPDATE | M_GBPA_ABORT)

static int smmu_id;
static unsigned int nr_tries;

/* As the firmware left it: no driver, and EL2 does not have it yet. */
static void firmware(const struct msmmu_config *config, u32 gbpa)
{
	fake_set_s2(MEDIATED_TEXT, MEDIATED_TEXT_PAGES * PAGE_SIZE, FAKE_S2_R);
	msmmu_set_pool(MEDIATED_POOL, MEDIATED_POOL_PAGES * PAGE_SIZE);
	ASSERT_EQ(devmed_pool_init(MEDIATED_POOL >> PAGE_SHIFT, MEDIATED_POOL_PAGES), 0);
	ASSERT(devmed_register(DEVMED_CLASS_ITS, MEDIATED_ITS, SZ_128K, 0) >= 0);
	bad = msmmu_init(0, config);
	bad->gbpa = gbpa;
	*msmmu_reg(bad, SMMU_GBPA) = gbpa;
	fake_attach(config->base, MSMMU_SIZE, &msmmu_ops[0]);
	smmu_id = devmed_register(DEVMED_CLASS_SMMUV3, config->base, MSMMU_SIZE, 0);
	ASSERT(smmu_id >= 0);
}

static void start(void)
{
	ASSERT_EQ(devmed_start(smmu_id, DEVMED_SMMUV3_COHERENT, 0), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
}

static struct msmmu_config disabled(void)
{
	struct msmmu_config config = worst();

	config.dirty = false;
	config.weak = false;

	return config;
}

/* A device that transfers all the time, between any two steps of EL2's. */
static void transfer(struct msmmu *s)
{
	struct msmmu_access access = {
		.sid = SID, .ssid = MSMMU_NO_SSID, .addr = TARGET, .write = true,
	};
	struct msmmu_answer answer = msmmu_translate(s, &access);

	ASSERT_EQ(answer.result, MSMMU_OK);
	ASSERT_EQ(answer.pa, TARGET);
	nr_tries++;
}

/* A device transfers all the while. */
static void adopt_with(struct msmmu_config *config)
{
	config->outstanding = false;
	firmware(config, 0);
	bad->on_step = transfer;
	start();
	bad->config.mediated = true;
	ASSERT_EQ(devmed_adopt(smmu_id, 0, 0, 0), 0);
}

static void adopt_live(bool two_level)
{
	struct msmmu_config config = disabled();

	config.two_level = two_level;
	config.sidsize = two_level ? 16 : 8;
	adopt_with(&config);
	ASSERT(nr_tries > 20);
	/* The device is confined from then on. */
	ASSERT(bad->gbpa & M_GBPA_ABORT);
	ASSERT(bad->cr0 & M_CR0_SMMUEN);
	bad->on_step = NULL;
	devmed_finalize();
	expect_stopped(MEDIATED_POOL);
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	expect_stopped(TARGET);
}

/* RMR: what is under way while EL2 takes the SMMU is not interrupted. */
TEST(smmu_off_no_gap)
{
	adopt_live(true);
}

TEST(smmu_off_no_gap_linear)
{
	adopt_live(false);
}

/* Nobody drives the SMMU: its devices reach what the host does, no more. */
TEST(smmu_off_no_driver)
{
	struct msmmu_config config = worst();
	u64 pool;

	config.dirty = false;
	bad = mediated_start(&config);
	pool = mediated_pool_free();
	ASSERT_EQ(mediated_read(SMMU_CR0ACK, 4), 0);
	ASSERT_EQ(mediated_read(SMMU_GBPA, 4), 0);
	warm(TARGET);
	expect_stopped(MEDIATED_POOL);
	expect_stopped(MEDIATED_TEXT);
	expect_stopped(MEDIATED_ITS);
	expect_stopped(bad->config.base);
	ASSERT_EQ(fake_donate_guest(TARGET), 0);
	expect_stopped(TARGET);
	ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
	fake_barrier();
	warm(TARGET);
	/* A reset takes nothing of that. */
	msmmu_reset_closed(bad);
	mediated_read(SMMU_IDR0, 4);
	warm(TARGET);
	expect_stopped(MEDIATED_POOL);
	ASSERT_EQ(mediated_pool_free(), pool);
}

/* As on bare hardware: the bypass of one that was enabled is what its streams had. */
static void found(void *arg)
{
	const u32 *how = arg;
	struct msmmu_config config = disabled();

	config.dirty = how[0];
	firmware(&config, how[1]);
	start();
	bad->config.mediated = true;
	ASSERT_EQ(devmed_adopt(smmu_id, how[2], 0, 0), 0);
	devmed_finalize();
	ASSERT(bad->gbpa & M_GBPA_ABORT);
	if (how[3])
		warm(TARGET);
	else
		expect_stopped(TARGET);
	expect_stopped(MEDIATED_POOL);
}

TEST(smmu_off_found)
{
	/* Enabled, GBPA, flags; passes. */
	static const u32 hows[][4] = {
		{ 0, 0, 0, 1 }, { 0, M_GBPA_ABORT, 0, 0 },
		{ 1, 0, 0, 1 }, { 1, M_GBPA_ABORT, 0, 1 },
		{ 0, 0, DEVMED_SMMUV3_STALE, 1 },
		{ 1, 0, DEVMED_SMMUV3_STALE, 0 },
		{ 1, M_GBPA_ABORT, DEVMED_SMMUV3_STALE, 0 },
	};
	unsigned int i;
	u32 how[4];

	for (i = 0; i < ARRAY_SIZE(hows); i++) {
		memcpy(how, hows[i], sizeof(how));
		if (!test_fork(found, how))
			test_fail(__FILE__, __LINE__, "case", i, 0);
	}
}

/* Off and given back: what its registers were is what the stock driver finds. */
TEST(smmu_off_stop)
{
	struct msmmu_config config = disabled();

	adopt_with(&config);
	ASSERT_EQ(devmed_adopt(smmu_id, 0, 0, 0), -EBUSY);
	ASSERT_EQ(devmed_stop(smmu_id), 0);
	bad->on_step = NULL;
	ASSERT_EQ(bad->cr0, 0);
	ASSERT_EQ(bad->gbpa, 0);
	warm(TARGET);
	/* Ownership does not wait for it. */
	devmed_finalize();
	bad->deaf = true;
	ASSERT_EQ(fake_donate_guest(TARGET + SZ_64K), 0);
}

/* The table has to be there first. */
TEST(smmu_off_no_table)
{
	struct msmmu_config config = disabled();

	firmware(&config, 0);
	ASSERT_EQ(devmed_start(smmu_id, DEVMED_SMMUV3_COHERENT, 0), 0);
	ASSERT_EQ(devmed_adopt(smmu_id, 0, 0, 0), -ENODEV);
	ASSERT(!devmed_get_region(smmu_id)->instance);
	ASSERT_EQ(bad->gbpa, 0);
	ASSERT_EQ(bad->cr0, 0);
	warm(TARGET);
}

/* A stream that is bypassed without SMMUEN and with it does not notice the change. */
TEST(smmu_off_enable_live)
{
	struct msmmu_config config = disabled();
	u64 ste[8];

	config.outstanding = false;
	hostile_start_with(&config);
	mediated_speculate(NULL, 0);
	drv_ste_bypass(ste);
	drv_write_ste(&drv, SID, ste);
	bad->on_step = transfer;
	bad->config.busy = true;
	ASSERT(drv_set_cr0(&drv, ON));
	/* Not the other way: the first entry of a table holds its link. */
	bad->on_step = NULL;
	ASSERT(drv_set_cr0(&drv, ON & ~M_CR0_SMMUEN));
	bad->on_step = transfer;
	ASSERT(drv_set_cr0(&drv, ON));
	ASSERT(nr_tries > 20);
}

static void attack_once(unsigned int *taken)
{
	static const u32 gbpa[] = { OPEN, CLOSED, 0, U32_MAX, M_GBPA_ABORT };
	static const u32 cr0[] = { 0, ON, M_CR0_CMDQEN, ON & ~M_CR0_SMMUEN };

	switch (test_random_below(8)) {
	case 0:
	case 1:
		mediated_write(SMMU_GBPA, 4, gbpa[test_random_below(ARRAY_SIZE(gbpa))]);
		break;
	case 2:
	case 3:
		mediated_write(SMMU_CR0, 4, cr0[test_random_below(ARRAY_SIZE(cr0))]);
		break;
	case 4:
		msmmu_reset_closed(bad);
		mediated_read(SMMU_GBPA, 4);
		break;
	case 5:
		if (!*taken)
			*taken = !fake_donate_guest(TARGET);
		break;
	case 6:
		if (*taken) {
			ASSERT_EQ(fake_reclaim_guest(TARGET), 0);
			*taken = 0;
			fake_barrier();
		}
		break;
	default:
		devmed_pool_free(devmed_pool_alloc(0) ?: devmed_pool_alloc(0), 0);
		break;
	}
	if (*taken)
		ASSERT(!passes(TARGET));
	ASSERT(!passes(MEDIATED_POOL));
	ASSERT(!passes(MEDIATED_TEXT));
}

static void attack(void *arg)
{
	struct msmmu_config config = worst();
	const u32 kind = *(u32 *)arg;
	struct msmmu_access access = {
		.sid = SID, .ssid = MSMMU_NO_SSID, .addr = TARGET, .write = true,
	};
	unsigned int taken = 0;
	unsigned int i;

	config.seed += kind;
	config.coherent = kind & 1;
	config.two_level = !(kind & 2);
	if (!config.two_level)
		config.sidsize = 7;
	bad = mediated_start(&config);
	drv = (struct smmu_driver) {
		.read = mediated_read, .write = mediated_write,
		.memory = FAKE_MEM_BASE, .two_level = config.two_level,
		.sid_bits = config.two_level ? 10 : 7,
		.cmdq_bits = 5, .evtq_bits = 5,
	};
	ASSERT(drv_start(&drv));
	bypass_stream();
	mediated_repeat(&access);
	for (i = 0; i < 150; i++)
		attack_once(&taken);
}

/* GBPA, SMMUEN and resets in any order, a device that walks meanwhile. */
TEST(smmu_off_attack)
{
	u32 kind;

	for (kind = 0; kind < 8; kind++) {
		if (!test_fork(attack, &kind))
			test_fail(__FILE__, __LINE__, "kind", kind, 0);
	}
}
