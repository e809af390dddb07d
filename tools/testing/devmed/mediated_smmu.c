// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2 with an SMMU model below it: see mediated_smmu.h.
 */
#include "fake.h"
#include "harness.h"
#include "mediated_smmu.h"

#include <nvhe/devmed_idmap.h>

/* ISV, a register of X0, translation fault at level 3. */
#define ESR_PLAIN	(0x92000000ULL | BIT(24) | BIT(15) | 0x07)
#define ESR_WRITE	BIT(6)
#define MAX_REPEATS	10000

/* Who the host's accesses go to, and how many there are. */
static struct msmmu *hardware;
static unsigned int nr_smmus;
u64 mediated_longest;
static const u32 *speculated;
static unsigned int nr_speculated;
static const struct msmmu_access *repeated;

/* What the host had there: entries that let everything through. */
static void fill_pool(void)
{
	u64 *word = fake_host_va(MEDIATED_POOL);
	u64 i;

	for (i = 0; i < MEDIATED_POOL_PAGES * PAGE_SIZE / sizeof(u64); i++)
		word[i] = i % 8 ? U64_MAX : 1 | 4 << 1;
}

static void start_one(unsigned int nr, const struct msmmu_config *config)
{
	u64 flags = (config->coherent ? DEVMED_SMMUV3_COHERENT : 0) |
		    (config->off_resets ? DEVMED_SMMUV3_OFF_RESETS : 0);
	struct msmmu *s = msmmu_init(nr, config);
	int id;

	fake_attach(config->base, MSMMU_SIZE, &msmmu_ops[nr]);
	id = devmed_register(DEVMED_CLASS_SMMUV3, config->base, MSMMU_SIZE, 0);
	ASSERT(id >= 0);
	s->config.mediated = true;
	ASSERT_EQ(devmed_start(id, flags, 0), 0);
}

void mediated_start_all(const struct msmmu_config *configs, unsigned int count)
{
	unsigned int i;

	fake_set_s2(MEDIATED_TEXT, MEDIATED_TEXT_PAGES * PAGE_SIZE, FAKE_S2_R);
	msmmu_set_pool(MEDIATED_POOL, MEDIATED_POOL_PAGES * PAGE_SIZE);
	if (configs->dirty)
		fill_pool();
	if (configs->weak)
		msmmu_weak_memory(true, configs->coherent, true);
	ASSERT_EQ(devmed_pool_init(MEDIATED_POOL >> PAGE_SHIFT, MEDIATED_POOL_PAGES), 0);
	for (i = 0; i < count && configs[i].sidsize <= MEDIATED_NARROW; i++)
		;
	if (i < count)
		fake_add_wide_pool(SZ_2M / PAGE_SIZE + 16);
	ASSERT(devmed_register(DEVMED_CLASS_ITS, MEDIATED_ITS, SZ_128K, 0) >= 0);
	for (i = 0; i < count; i++)
		start_one(i, &configs[i]);
	nr_smmus = count;
	hardware = &msmmus[0];
	ASSERT_EQ(devmed_idmap_start(), 0);
	/* The first region is the ITS. */
	for (i = 0; i < count; i++)
		ASSERT_EQ(devmed_adopt(i + 1, 0, 0, 0), 0);
	devmed_finalize();
}

struct msmmu *mediated_start(const struct msmmu_config *config)
{
	mediated_start_all(config, 1);
	return hardware;
}

void mediated_use(unsigned int nr)
{
	ASSERT(nr < nr_smmus);
	hardware = &msmmus[nr];
}

static u64 trap(u64 offset, u8 size, bool write, u64 value)
{
	u64 ipa = hardware->config.base + offset;
	struct kvm_cpu_context host = { .regs.regs[0] = value };
	struct kvm_vcpu_fault_info fault = {
		.far_el2 = ipa & 0xfff,
		.hpfar_el2 = ipa >> 12 << 4 | BIT_ULL(63),
	};
	u64 esr = ESR_PLAIN | (u64)__builtin_ctz(size) << 22 | (write ? ESR_WRITE : 0);
	unsigned int i;
	u64 start;

	/* Until it is answered the host's CPU comes again with the same. */
	for (i = 0; i < MAX_REPEATS; i++) {
		fake_log_reset();
		fake_sysregs = (struct fake_sysregs) { .esr_el2 = esr, .spsr_el2 = 5 };
		start = fake_clock;
		ASSERT(devmed_handle_host_abort(&host, esr, &fault));
		mediated_longest = max(mediated_longest, fake_clock - start);
		fake_check_idle();
		if (fake_count(FAKE_SKIP) || fake_count(FAKE_INJECT))
			break;
	}
	ASSERT(i < MAX_REPEATS);

	return host.regs.regs[0];
}

u64 mediated_read(u64 offset, u8 size)
{
	return trap(offset, size, false, 0);
}

void mediated_write(u64 offset, u8 size, u64 value)
{
	trap(offset, size, true, value);
}

u64 mediated_pool_free(void)
{
	return devmed_pool_counter(DEVMED_POOL_FREE);
}

/* It may read any structure at any time (IHI 0070, 3.21.3). */
static void on_step(struct msmmu *s)
{
	u32 sid = speculated[msmmu_random(s, nr_speculated)];
	struct msmmu_answer answer = {};
	struct msmmu_ste ste;
	u64 data;

	if (msmmu_may(s, M_CR0_SMMUEN))
		msmmu_get_ste(s, sid, &ste, &answer);
	if (repeated && !msmmu_random(s, 4)) {
		data = msmmu_random(s, 0);
		msmmu_dma(s, repeated, &data, sizeof(data));
	}
}

static void on_store(volatile void *addr, size_t size)
{
	unsigned int i;

	for (i = 0; i < nr_smmus; i++)
		on_step(&msmmus[i]);
}

void mediated_speculate(const u32 *sids, unsigned int count)
{
	unsigned int i;

	speculated = sids;
	nr_speculated = count;
	fake_on_write_once = count ? on_store : NULL;
	for (i = 0; i < nr_smmus; i++)
		msmmus[i].on_step = count ? on_step : NULL;
}

void mediated_repeat(const struct msmmu_access *access)
{
	repeated = access;
}

static bool is_hosts(const volatile void *addr)
{
	u64 pa = __hyp_pa(addr);

	return fake_in_fixmap(addr) ||
	       (pa - FAKE_MEM_BASE < FAKE_MEM_SIZE && msmmu_host_owns(pa, true));
}

static void on_read(const volatile void *addr, size_t size)
{
	if (size == sizeof(u64) && !msmmu_random(hardware, 8) && is_hosts(addr))
		*(volatile u64 *)addr ^= BIT_ULL(msmmu_random(hardware, 64));
}

void mediated_flip(bool on)
{
	fake_on_read_once = on ? on_read : NULL;
}
