// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host that drives a mediated SMMU as it likes: registers, commands, stream
 * tables and page tables of any content, devices that ask for anything, pages
 * that change hands meanwhile. The SMMU model judges each access that follows.
 *
 * Afterwards the host behaves: then all works, and no page of EL2's is missing.
 */
#include <nvhe/devmed_idmap.h>

#include "draw_smmu.h"
#include "fake.h"
#include "fuzz_input.h"
#include "harness.h"
#include "mediated_smmu.h"

#define PLAY		FAKE_MEM_BASE
#define PLAY_PAGES	128
#define OTHERS		(PLAY + PLAY_PAGES * PAGE_SIZE)
#define NR_OTHERS	16
#define IOVAS		0x10000000ULL
#define NR_IOVAS	16
#define SID_BITS	8

static struct msmmu *s;
static struct smmu_driver drv;
static u64 root;
static u64 cd;
static bool guests[PLAY_PAGES + NR_OTHERS];
static u64 pages_of_el2;
/* The last that a device asked for; it goes on meanwhile. */
static struct msmmu_access last;
/* As some_sid() has them. */
static const u32 sids[] = { 0, 65, 130, 195 };

static u64 page_at(u64 nr)
{
	return PLAY + nr % ARRAY_SIZE(guests) * PAGE_SIZE;
}

/* Places worth naming. */
static u64 some_address(void)
{
	u64 low = take(1) << 4;

	switch (take(1) % 8) {
	case 0:
		return MEDIATED_POOL + take(1) % MEDIATED_POOL_PAGES * PAGE_SIZE + low;
	case 1:
		return MEDIATED_TEXT + low;
	case 2:
		return MEDIATED_ITS + take(1) % 2 * SZ_64K + low;
	case 3:
		return s->config.base + take(1) % 2 * SZ_64K + low;
	case 4:
		return take(8);
	default:
		return page_at(take(1)) + low;
	}
}

/* The host's own store: where it owns the page. */
static void store(u64 pa, u64 value)
{
	pa = ALIGN_DOWN(pa, sizeof(u64));
	if (pa >= PLAY && pa < MEDIATED_TEXT && msmmu_host_owns(pa, true))
		*(u64 *)fake_host_va(pa) = value;
}

static u32 some_sid(void)
{
	return take(1) % 8 ? take(1) % 4 * 65 : take(4);
}

static void do_register(void)
{
	static const u32 offsets[] = {
		SMMU_CR0, SMMU_CR0, SMMU_CR1, SMMU_CR2, SMMU_GBPA, SMMU_AGBPA,
		SMMU_IRQ_CTRL, SMMU_GERRORN, SMMU_GERRORN, SMMU_GERROR_IRQ_CFG0,
		SMMU_GERROR_IRQ_CFG1, SMMU_STRTAB_BASE, SMMU_STRTAB_BASE_CFG,
		SMMU_CMDQ_BASE, SMMU_CMDQ_PROD, SMMU_CMDQ_PROD, SMMU_CMDQ_CONS,
		SMMU_EVENTQ_BASE, SMMU_EVENTQ_IRQ_CFG0, SMMU_EVENTQ_IRQ_CFG1,
		SMMU_PRIQ_BASE, SMMU_GATOS_CTRL, SMMU_EVENTQ_PROD, SMMU_EVENTQ_CONS,
		SMMU_PRIQ_PROD, SMMU_IDR0,
	};
	u8 which = take(1);
	u64 offset = which < 240 ? offsets[which % ARRAY_SIZE(offsets)] : take(3);
	u8 size = 4 << take(1) % 2;
	u64 value = take(1) % 2 ? take(1) : some_address() | take(1) % 32;

	offset = offset % MSMMU_SIZE & ~(size - 1ULL);
	if (take(1) % 4)
		mediated_write(offset, size, value);
	else
		mediated_read(offset, size);
}

static void do_command(void)
{
	static const u8 ops[] = {
		0x01, 0x02, 0x03, 0x03, 0x04, 0x05, 0x06, 0x10, 0x11, 0x12, 0x13, 0x20,
		0x28, 0x2a, 0x30, 0x40, 0x41, 0x44, 0x45, 0x46, 0x46, 0x46,
	};
	u8 which = take(1);
	u64 cmd0 = which < 250 ? ops[which % ARRAY_SIZE(ops)] : take(1);
	u64 cmd1 = take(1) % 4 ? take(1) : take(8);
	u32 size = BIT(drv.cmdq_bits);
	u64 slot = drv.cmdq_base + (drv.prod & (size - 1)) * 16;

	cmd0 |= (u64)some_sid() << 32;
	if (take(1) % 4 == 0)
		cmd0 |= take(8) & ~0xffULL;
	/* A CMD_SYNC that writes: to its own slot, or elsewhere. */
	if ((cmd0 & 0xff) == 0x46 && take(1) % 2) {
		cmd0 |= 1 << 12;
		cmd1 = take(1) % 4 ? slot : some_address();
	}
	store(slot, cmd0);
	store(slot + 8, cmd1);
	drv.prod = (drv.prod + 1) & (2 * size - 1);
	if (take(1) % 4)
		mediated_write(SMMU_CMDQ_PROD, 4, drv.prod);
}

static void some_ste(u64 *ste)
{
	unsigned int i;

	switch (take(1) % 4) {
	case 0:
		drv_ste_bypass(ste);
		break;
	case 1:
		drv_ste_stage2(ste, some_address() & PAGE_MASK, take(1));
		break;
	default:
		drv_ste_stage1(ste, take(1) % 4 ? cd : some_address(), take(1) % 8);
		break;
	}
	for (i = take(1) % 4; i; i--)
		ste[take(1) % 8] ^= BIT_ULL(take(1) % 64);
}

static void do_ste(void)
{
	u32 sid = some_sid() & (BIT(SID_BITS) - 1);
	u64 ste[8] = {};
	unsigned int i;

	some_ste(ste);
	for (i = 0; i < 8; i++)
		store(drv.strtab_base + sid * 64 + i * 8, ste[i]);
}

static void do_store(void)
{
	u64 value = take(1) % 2 ? some_address() | take(1) : take(8);

	store(take(1) % 2 ? drv.strtab_base + take(2) : some_address(), value);
}

static void do_map(void)
{
	u64 *entry = drv_entry(root, IOVAS + take(1) % NR_IOVAS * PAGE_SIZE, 3);
	u64 value = (some_address() & PAGE_MASK) | DRV_S1_RW | 3;

	if (entry)
		store(root + 3 * PAGE_SIZE + ((u64)entry & 0xfff),
		      take(1) % 4 ? value : 0);
}

static void do_dma(void)
{
	struct msmmu_access access = {
		.sid = some_sid(),
		.ssid = take(1) % 4 ? MSMMU_NO_SSID : take(1),
		.addr = take(1) % 2 ? IOVAS + take(1) % NR_IOVAS * PAGE_SIZE :
				      some_address(),
		.write = take(1) % 2,
		.translated = take(1) % 8 == 0,
	};
	u64 data = take(8);

	access.addr &= ~7ULL;
	last = access;
	msmmu_dma(s, &access, &data, sizeof(data));
	if (take(1) % 8 == 0)
		msmmu_page_request(s, access.sid, access.addr);
}

/* To a guest and back; what hypercalls the host has. */
static void do_owner(void)
{
	unsigned int nr = take(1) % ARRAY_SIZE(guests);
	u64 page = page_at(nr);

	switch (take(1) % 6) {
	case 0:
	case 1:
		if (!guests[nr])
			guests[nr] = !fake_donate_guest(page);
		break;
	case 2:
		if (guests[nr])
			guests[nr] = fake_reclaim_guest(page);
		break;
	case 3:
		__pkvm_host_share_hyp(page >> PAGE_SHIFT);
		break;
	case 4:
		__pkvm_host_unshare_hyp(page >> PAGE_SHIFT);
		break;
	default:
		if (guests[nr])
			fake_guest_share_host(page);
		break;
	}
	fake_check_idle();
}

/* Queues and tables where nobody else is, as far as that is so. */
static void do_start(void)
{
	mediated_write(SMMU_CR0, 4, 0);
	drv.memory = PLAY;
	drv.sid_bits = SID_BITS;
	drv.cmdq_bits = take(1) % 10;
	drv.evtq_bits = take(1) % 8;
	drv.two_level = take(1) % 2;
	drv_start(&drv);
	root = drv_pages(&drv, 2);
	cd = drv_pages(&drv, 0);
	drv_at(root)[IOVAS >> 39] = (root + PAGE_SIZE) | 3;
	drv_at(root + PAGE_SIZE)[IOVAS >> 30] = (root + 2 * PAGE_SIZE) | 3;
	drv_at(root + 2 * PAGE_SIZE)[IOVAS >> 21 & 511] = (root + 3 * PAGE_SIZE) | 3;
	drv_cd(drv_at(cd), root, 1);
}

/* Its registers cannot be read for a while, or it is reset. */
static void do_power(void)
{
	u8 what = take(1);

	if (what % 8 == 7)
		msmmu_reset_closed(s);
	else
		s->dark = what % 4;
	if (what & BIT(7))
		mediated_read(SMMU_IDR0, 4);
}

static u64 count_pages(void)
{
	return mediated_pool_free() + devmed_idmap_counter(DEVMED_DMA_TABLES);
}

static void take_back(void)
{
	unsigned int nr;

	mediated_write(SMMU_CR0, 4, 0);
	ASSERT_EQ(mediated_read(SMMU_CR0ACK, 4), 0);
	for (nr = 0; nr < ARRAY_SIZE(guests); nr++) {
		if (guests[nr])
			ASSERT_EQ(fake_reclaim_guest(page_at(nr)), 0);
		guests[nr] = false;
		__pkvm_host_unshare_hyp(page_at(nr) >> PAGE_SHIFT);
		ASSERT_EQ(get_host_state(hyp_phys_to_page(page_at(nr))), PKVM_PAGE_OWNED);
	}
	ASSERT_EQ(count_pages(), pages_of_el2);
	mediated_write(SMMU_GERRORN, 4, mediated_read(SMMU_GERROR, 4));
}

/* All is as if nothing had been. */
static void behave(void)
{
	struct msmmu_access access = { .ssid = MSMMU_NO_SSID, .write = true };
	u64 data = 0;
	u64 ste[8];

	s->dark = MSMMU_LIT;
	take_back();
	memset(fake_host_va(PLAY), 0, ARRAY_SIZE(guests) * PAGE_SIZE);
	drv = (struct smmu_driver) {
		.read = mediated_read, .write = mediated_write, .memory = PLAY,
		.sid_bits = SID_BITS, .cmdq_bits = 5, .evtq_bits = 5,
	};
	ASSERT(drv_start(&drv));
	drv_ste_bypass(ste);
	drv_write_ste(&drv, 0, ste);
	access.addr = OTHERS;
	ASSERT_EQ(msmmu_dma(s, &access, &data, sizeof(data)).result, MSMMU_OK);
	ASSERT_EQ(fake_donate_guest(OTHERS), 0);
	ASSERT_EQ(msmmu_dma(s, &access, &data, sizeof(data)).result, MSMMU_FAULT);
	ASSERT_EQ(fake_reclaim_guest(OTHERS), 0);
	/* As the host's driver has before its device's doorbell. */
	fake_barrier();
	ASSERT_EQ(msmmu_dma(s, &access, &data, sizeof(data)).result, MSMMU_OK);
	ASSERT(!drv.lost);
	take_back();
}

/* All that an SMMU can have, and FUZZ_SMMU=1 next to nothing. */
static void choose(struct msmmu_config *config, bool little)
{
	draw_smmu(config, 1);
	config->oas = 2;
	config->sidsize = little ? SID_BITS : 16;
	config->two_level = !little;
	config->bbml = little ? 0 : 2;
	config->ril = !little;
	config->coherent = !little;
	config->ats = !little;
	config->pri = true;
	config->msi = true;
	config->hyp = true;
	config->httu = true;
	config->stall_model = 0;
	config->caches = true;
	config->lazy = true;
	config->unordered = true;
	config->busy = true;
	config->ats_cached = true;
	config->outstanding = true;
}

/* FUZZ_SMMU=n from 2: any, by its number. */
static void start(void)
{
	const char *which = getenv("FUZZ_SMMU");
	int nr = which ? atoi(which) : 0;
	struct msmmu_config config;

	if (nr > 1)
		draw_smmu(&config, nr);
	else
		choose(&config, nr);
	/* Each start looks at the whole table. */
	config.sidsize = min_t(u8, config.sidsize, 18);
	fake_init();
	s = mediated_start(&config);
	msmmu_weak_memory(true, config.coherent, false);
	mediated_speculate(sids, ARRAY_SIZE(sids));
	pages_of_el2 = count_pages();
	behave();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static void (* const steps[])(void) = {
		do_register, do_register, do_command, do_command, do_command, do_ste,
		do_store, do_map, do_map, do_dma, do_dma, do_dma, do_owner, do_owner,
		do_power,
	};

	if (!s)
		start();
	take_from(data, size);
	do_start();
	mediated_flip(take(1) % 2);
	mediated_repeat(&last);
	while (left) {
		u8 step = take(1);

		fake_log_reset();
		if (step >= 0xf8)
			do_start();
		else
			steps[step % ARRAY_SIZE(steps)]();
	}
	mediated_flip(false);
	mediated_repeat(NULL);
	behave();

	return 0;
}
