// SPDX-License-Identifier: GPL-2.0-only
/*
 * A correct driver notices nothing: the same stores go to an SMMU that EL2
 * mediates and to one of its own, and every stream sees the same addresses on
 * both, whatever the hardware remembers and whenever it looks.
 */
#include "draw_smmu.h"
#include "fake.h"
#include "harness.h"
#include "mediated_smmu.h"

#define STREAMS		6
#define DOMAINS		3
#define SUBSTREAMS	4
#define PAGES		24
#define STEPS		400
/* Of the steps, those that a driver takes. */
#define NR_TOLD		12
#define NR_STEPS	14
#define IOVA_BASE	0x10000000ULL
#define TARGETS		(FAKE_MEM_BASE + SZ_2M)
#define NR_TARGETS	64

static struct msmmu *real;
static struct msmmu *own;
static struct smmu_driver drv;
static u64 own_evtq;
static u64 roots[DOMAINS];
static u16 asids[DOMAINS];
/* Tables of Context Descriptors: SubstreamID n of one has the domain n further. */
static u64 cds[DOMAINS];
/* What a device asked for last; it asks again while EL2 works. */
static struct msmmu_access last;
/* The host has SMMUEN cleared. */
static bool off;
static unsigned int nr_passed;
static unsigned int nr_refused;
static const u32 sids[STREAMS] = { 0, 1, 63, 64, 0x1234, 0x4ffff };

static u32 sid_of(unsigned int stream)
{
	return sids[stream] & (BIT(drv.sid_bits) - 1);
}

/* The one of its own is quick: it has answered before it is asked. */
static void settle(void)
{
	unsigned int i;

	for (i = 0; i < 300; i++)
		msmmu_tick(own);
}

static u64 both_read(u64 offset, u8 size)
{
	return mediated_read(offset, size);
}

static void both_write(u64 offset, u8 size, u64 value)
{
	mediated_write(offset, size, value);
	if (offset == SMMU_EVENTQ_BASE)
		value = (value & ~M_BASE_ADDR) | own_evtq;
	msmmu_write_reg(own, offset, size, value);
	settle();
}

static void start_driver(bool two_level, u8 sid_bits)
{
	struct msmmu_config config = msmmu_typical;

	config.base = 0x0a000000;
	config.sidsize = max(config.sidsize, sid_bits);
	config.caches = false;
	config.ack_delay = 0;
	config.cmd_delay = 0;
	own = msmmu_init(1, &config);
	*msmmu_reg(own, SMMU_IRQ_CTRL) = 0;
	drv = (struct smmu_driver) {
		.read = both_read, .write = both_write,
		.memory = FAKE_MEM_BASE, .two_level = two_level,
		.sid_bits = sid_bits, .cmdq_bits = 6, .evtq_bits = 7,
	};
	own_evtq = drv_pages(&drv, 0);
	ASSERT(drv_start(&drv));
}

static u64 target(void)
{
	return TARGETS + test_random_below(NR_TARGETS) * PAGE_SIZE;
}

static u64 iova(void)
{
	return IOVA_BASE + test_random_below(PAGES) * PAGE_SIZE;
}

static struct msmmu_answer look(struct msmmu *s, u32 sid, u32 ssid, u64 addr, bool write)
{
	struct msmmu_access access = {
		.sid = sid, .ssid = ssid, .addr = addr, .write = write,
	};
	u64 data = 0;

	last = access;
	/* Only one of them gets to touch memory. */
	return s == own ? msmmu_translate(s, &access) :
			  msmmu_dma(s, &access, &data, sizeof(data));
}

/* One that is not valid stands for tables of which no entry lets anything through. */
static bool same_refusal(const struct msmmu_answer *a, const struct msmmu_answer *b)
{
	if (a->event == M_C_BAD_STE)
		return b->event == a->event || b->event == M_C_BAD_STREAMID || !b->event;

	return a->event == b->event;
}

static void compare(u32 sid, u64 addr, bool write)
{
	/* One more than there are; none without SMMUEN, where EL2's entry has no use for it. */
	u32 ssid = off || test_random_below(2) ? MSMMU_NO_SSID :
						 test_random_below(SUBSTREAMS + 1);
	struct msmmu_answer a = look(real, sid, ssid, addr, write);
	struct msmmu_answer b = look(own, sid, ssid, addr, write);
	bool foreign = b.result == MSMMU_OK && !msmmu_host_owns(b.pa, write);

	if (foreign) {
		/* What is not the host's is refused, and said so. */
		ASSERT_EQ(a.result, MSMMU_FAULT);
		ASSERT(a.event == M_F_TRANSLATION || a.event == M_F_PERMISSION);
		return;
	}
	ASSERT_EQ(a.result == MSMMU_OK, b.result == MSMMU_OK);
	if (a.result == MSMMU_OK) {
		ASSERT_EQ(a.pa, b.pa);
		nr_passed++;
	} else {
		ASSERT(same_refusal(&a, &b));
		nr_refused++;
	}
}

static void compare_all(void)
{
	unsigned int stream;
	unsigned int page;

	for (stream = 0; stream < STREAMS; stream++) {
		for (page = 0; page < PAGES; page += 1 + test_random_below(4))
			compare(sid_of(stream), IOVA_BASE + page * PAGE_SIZE,
				test_random_below(2));
		compare(sid_of(stream), target(), test_random_below(2));
		compare(sid_of(stream), MEDIATED_POOL, true);
	}
	compare(2, IOVA_BASE, false);
}

static void do_attach(void)
{
	unsigned int stream = test_random_below(STREAMS);
	unsigned int domain = test_random_below(DOMAINS);
	u64 ste[8] = {};

	switch (test_random_below(5)) {
	case 0:
		break;
	case 1:
		ste[0] = 1;
		break;
	case 2:
		drv_ste_bypass(ste);
		break;
	default:
		drv_ste_stage1(ste, cds[domain], test_random_below(2) * 2);
		break;
	}
	drv_write_ste(&drv, sid_of(stream), ste);
}

/* From whatever it was, without a break. */
static void do_overwrite(void)
{
	u32 sid = sid_of(test_random_below(STREAMS));
	u64 ste[8] = {};

	if (test_random_below(3))
		drv_ste_stage1(ste, cds[test_random_below(DOMAINS)], 0);
	else if (test_random_below(3))
		drv_ste_bypass(ste);
	memcpy(drv_ste(&drv, sid), ste, sizeof(ste));
	ASSERT(drv_cfgi_ste(&drv, sid));
}

static void do_map(void)
{
	unsigned int domain = test_random_below(DOMAINS);
	u64 at = iova();
	u64 *entry = drv_entry(roots[domain], at, 3);

	if (entry && *entry)
		return;
	drv_map(&drv, roots[domain], at, target(), 3,
		test_random_below(4) ? DRV_S1_RW : DRV_S1_RO);
}

static void invalidate(unsigned int domain, u64 at)
{
	const u64 tg4k = BIT_ULL(10);
	u64 cmd = 0x12 | (u64)asids[domain] << 48;

	bool ranges = both_read(SMMU_IDR0 + 12, 4) & BIT(10);

	switch (test_random_below(ranges ? 5 : 3)) {
	case 0:
		ASSERT(drv_tlbi_all(&drv));
		break;
	case 1:
		ASSERT(drv_tlbi_asid(&drv, asids[domain]));
		break;
	case 3:
		/* All of them, by range; then by level. */
		drv_put(&drv, cmd | (PAGES - 1) << 12, IOVA_BASE | tg4k);
		ASSERT(drv_sync(&drv));
		break;
	case 4:
		drv_put(&drv, cmd, at | tg4k | 3 << 8 | 1);
		ASSERT(drv_sync(&drv));
		break;
	default:
		ASSERT(drv_tlbi_va(&drv, asids[domain], at, true));
		break;
	}
}

static void do_unmap(void)
{
	unsigned int domain = test_random_below(DOMAINS);
	u64 at = iova();

	drv_unmap(roots[domain], at, 3);
	invalidate(domain, at);
}

static void write_cds(void)
{
	unsigned int domain, ssid;

	for (domain = 0; domain < DOMAINS; domain++) {
		for (ssid = 0; ssid < SUBSTREAMS; ssid++) {
			unsigned int its = (domain + ssid) % DOMAINS;

			drv_cd(drv_at(cds[domain]) + ssid * 8, roots[its], asids[its]);
		}
	}
}

/* One by one, or all of the stream. */
static void invalidate_cds(u32 sid)
{
	u32 ssid;

	if (test_random_below(2)) {
		drv_put(&drv, 0x06 | (u64)sid << 32, 0);
		ASSERT(drv_sync(&drv));
		return;
	}
	for (ssid = 0; ssid < SUBSTREAMS; ssid++)
		ASSERT(drv_cfgi_cd(&drv, sid, ssid));
}

/* The same descriptor with another table, as SVA and iommufd do. */
static void do_switch_table(void)
{
	unsigned int domain = test_random_below(DOMAINS);
	u64 swap = roots[domain];
	unsigned int other = (domain + 1) % DOMAINS;
	unsigned int stream;

	roots[domain] = roots[other];
	roots[other] = swap;
	write_cds();
	for (stream = 0; stream < STREAMS; stream++)
		invalidate_cds(sid_of(stream));
	ASSERT(drv_tlbi_asid(&drv, asids[domain]));
	ASSERT(drv_tlbi_asid(&drv, asids[other]));
}

static void set_gbpa(void)
{
	both_write(SMMU_GBPA, 4, M_GBPA_UPDATE |
				 (test_random_below(2) ? M_GBPA_ABORT : 0));
	ASSERT(!(mediated_read(SMMU_GBPA, 4) & M_GBPA_UPDATE));
	settle();
}

/* S07: off and on again, the tables as they are. */
static void do_toggle(void)
{
	const u32 on = M_CR0_CMDQEN | M_CR0_EVTQEN | M_CR0_SMMUEN;

	ASSERT(drv_set_cr0(&drv, on & ~M_CR0_SMMUEN));
	settle();
	off = true;
	compare_all();
	set_gbpa();
	compare_all();
	off = false;
	ASSERT(drv_set_cr0(&drv, on));
	settle();
	if (!test_random_below(3))
		set_gbpa();
}

/* A mistake, found and mended: nothing else is different. */
static void do_error(void)
{
	static const u64 wrong[] = { 0xff, 0x28, 0x2a, 0x40, 0x46 | 3 << 12, 0x20 };
	bool s2 = own->config.s2p;
	u32 error;

	/* Commands of what EL2 hides are as wrong on the other. */
	own->config.s2p = false;
	drv_put(&drv, wrong[test_random_below(ARRAY_SIZE(wrong))], 0);
	ASSERT(!drv_sync(&drv));
	settle();
	own->config.s2p = s2;
	ASSERT(drv_recover(&drv, &error));
	ASSERT_EQ(error, M_CERROR_ILL);
	settle();
	ASSERT(drv_sync(&drv));
}

/* A page that nobody maps goes to a guest and comes back: no DMA notices. */
static void do_guest(void)
{
	u64 page = TARGETS + NR_TARGETS * PAGE_SIZE + test_random_below(32) * PAGE_SIZE;

	if (!fake_donate_guest(page)) {
		compare_all();
		ASSERT_EQ(fake_reclaim_guest(page), 0);
	}
}

/* Its registers cannot be read for a while. */
static void do_blink(void)
{
	real->dark = 1 + test_random_below(MSMMU_DARK_RUNS);
	mediated_read(SMMU_IDR0, 4);
	real->dark = MSMMU_LIT;
}

/* And now it has been reset. */
static void do_reset(void)
{
	msmmu_reset_closed(real);
	mediated_read(SMMU_IDR0, 4);
}

static void do_batch(void)
{
	unsigned int count = test_random_below(200);

	while (count--)
		drv_put(&drv, 0x11 | (u64)asids[test_random_below(DOMAINS)] << 48, 0);
	ASSERT(drv_sync(&drv));
}

static void prepare(void)
{
	unsigned int domain;

	for (domain = 0; domain < DOMAINS; domain++) {
		roots[domain] = drv_pages(&drv, 0);
		cds[domain] = drv_pages(&drv, 0);
		asids[domain] = 1 + domain;
	}
	write_cds();
}

static void run_steps(const struct msmmu_config *config, bool two_level, u8 sid_bits,
		      unsigned int nr_steps)
{
	static void (* const steps[])(void) = {
		do_attach, do_attach, do_map, do_map, do_map, do_unmap, do_overwrite,
		do_switch_table, do_toggle, do_error, do_guest, do_batch,
		/* Events that no driver is told of come last. */
		do_blink, do_reset,
	};
	unsigned int i;

	real = mediated_start(config);
	start_driver(two_level, sid_bits);
	prepare();
	mediated_speculate(sids, drv.two_level ? STREAMS : 3);
	mediated_repeat(&last);
	for (i = 0; i < STEPS; i++) {
		steps[test_random_below(nr_steps)]();
		compare_all();
		if (drv.memory > TARGETS - SZ_64K)
			break;
	}
	ASSERT(!drv.lost);
	/* All of it has been looked at. */
	ASSERT(i > STEPS / 4);
	ASSERT(nr_passed > STEPS && nr_refused > STEPS);
}

static void run(const struct msmmu_config *config, bool two_level)
{
	run_steps(config, two_level, two_level ? 16 : 7, NR_TOLD);
}

static struct msmmu_config typical(void)
{
	struct msmmu_config config = msmmu_typical;

	config.oas = 2;
	config.dirty = true;
	config.unordered = true;
	config.busy = true;
	config.outstanding = true;

	return config;
}

TEST(smmu_property)
{
	struct msmmu_config config = typical();

	run(&config, true);
}

TEST(smmu_property_linear)
{
	struct msmmu_config config = typical();

	config.two_level = false;
	config.sidsize = 7;
	run(&config, false);
}

TEST(smmu_property_by_pages)
{
	struct msmmu_config config = typical();

	config.bbml = 0;
	config.ril = false;
	run(&config, true);
}

TEST(smmu_property_not_coherent)
{
	struct msmmu_config config = typical();

	config.coherent = false;
	config.weak = true;
	run(&config, true);
}

TEST(smmu_property_weak)
{
	struct msmmu_config config = typical();

	config.bbml = 1;
	config.weak = true;
	run(&config, true);
}

/* DEVMED_SEEDS=n: so many of them. */
#define NR_SEEDS	6

static void run_drawn(void *arg)
{
	const u32 seed = *(u32 *)arg;
	struct msmmu_config config;
	unsigned int i;

	draw_smmu(&config, seed);
	for (i = 0; i < seed; i++)
		test_random();
	run_steps(&config, true, min_t(u8, config.sidsize, 19), NR_STEPS);
}

TEST(smmu_property_drawn)
{
	const char *seeds = getenv("DEVMED_SEEDS");
	u32 last_seed = seeds ? atoi(seeds) : NR_SEEDS;
	u32 seed;

	for (seed = 1; seed <= last_seed; seed++) {
		if (!test_fork(run_drawn, &seed))
			test_fail(__FILE__, __LINE__, "seed", seed, 0);
	}
}
