// SPDX-License-Identifier: GPL-2.0-only
/*
 * idmap.c and idmap-table.c as a device sees them: what it may reach, while
 * pages change hands (M11 to M15, TL01, TL04, TL06, P01 to P03).
 */
#include "harness.h"
#include "idmap_setup.h"

#define POOL_PAGES	512
#define ITS		0x08080000ULL
#define SMMU		0x09050000ULL
#define TEXT		(FAKE_MEM_BASE + SZ_2M + SZ_1M)
#define BIG		0x80000000ULL
#define PAGE		(BIG + SZ_512M + 5 * PAGE_SIZE)

static struct fake_dma dma;
static struct fake_dma other;

static void furnish(void)
{
	u64 addr;

	idmap_pool(POOL_PAGES);
	ASSERT(devmed_register(DEVMED_CLASS_ITS, ITS, SZ_128K,
			       DEVMED_REGION_DIRECT_READS) >= 0);
	ASSERT(devmed_register(DEVMED_CLASS_SMMUV3, SMMU, SZ_128K, 0) >= 0);
	fake_add_memory(BIG, SZ_1G, MEMBLOCK_NONE);
	fake_set_s2(TEXT, SZ_64K, FAKE_S2_R);
	for (addr = TEXT; addr < TEXT + SZ_64K; addr += PAGE_SIZE) {
		set_host_state(hyp_phys_to_page(addr), PKVM_NOPAGE);
		set_hyp_state(hyp_phys_to_page(addr), PKVM_PAGE_OWNED);
	}
}

static void begin(u8 oas, u8 bbml, bool coherent)
{
	furnish();
	idmap_begin(&dma, oas, bbml, coherent);
}

/* All memory and all there is below it, with the device's own caches around. */
static void check_all(void)
{
	idmap_check(&dma, ITS - SZ_2M, SMMU + SZ_2M);
	idmap_check(&dma, FAKE_MEM_BASE - SZ_2M, FAKE_NOMAP_BASE + SZ_2M);
	idmap_check(&dma, BIG - SZ_2M, BIG + SZ_1G + SZ_2M);
	idmap_check_tables();
}

TEST(idmap_whole)
{
	begin(44, 2, true);
	idmap_check(&dma, 0, SZ_4G);
	idmap_check(&dma, BIT_ULL(44) - SZ_16M, BIT_ULL(44) + SZ_16M);
	check_all();
	/* By blocks wherever they fit. */
	ASSERT_EQ(idmap_level(PAGE), 1);
	ASSERT_EQ(idmap_level(BIG), 1);
	ASSERT_EQ(idmap_level(SZ_1G + SZ_512M), 2);
	ASSERT_EQ(idmap_level(BIT_ULL(44) - PAGE_SIZE), 1);
	ASSERT_EQ(idmap_level(ITS - PAGE_SIZE), 3);
	ASSERT_EQ(idmap_level(TEXT), 3);
	/* 33 for 16 TiB; GiB 0 and 1; what holds ITS, SMMU, pool, text, NOMAP. */
	ASSERT(devmed_idmap_counter(DEVMED_DMA_TABLES) <= 33 + 2 + 5);
}

TEST(idmap_whole_pages)
{
	furnish();
	hyp_memblock_nr--;
	fake_dma_init(&dma, 40, 0, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	idmap_check(&dma, 0, SZ_4G);
	/* What might have to be split is split from the start. */
	ASSERT_EQ(idmap_level(FAKE_MEM_BASE + SZ_2M), 3);
	ASSERT_EQ(idmap_level(BIG), 1);
}

static const struct format { u8 oas, t0sz, sl0, ps; } formats[] = {
	{ 32, 32, 0, 0 }, { 36, 28, 1, 1 }, { 40, 24, 1, 2 }, { 42, 22, 1, 3 },
	{ 44, 20, 2, 4 }, { 48, 16, 2, 5 }, { 52, 16, 2, 5 },
};

static void one_format(void *arg)
{
	const struct format *wanted = arg;
	const struct devmed_idmap_fmt *fmt;
	u64 end = BIT_ULL(min_t(u8, wanted->oas, 48));

	idmap_pool(1000);
	fake_dma_init(&dma, wanted->oas, 2, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	fmt = devmed_idmap_format();
	ASSERT_EQ(fmt->t0sz, wanted->t0sz);
	ASSERT_EQ(fmt->sl0, wanted->sl0);
	ASSERT_EQ(fmt->ps, wanted->ps);
	ASSERT_EQ(fmt->tg, 0);
	ASSERT(fmt->sh == 3 && fmt->irgn == 1 && fmt->orgn == 1);
	/* Concatenated pages have to be aligned to the size of all of them. */
	ASSERT(IS_ALIGNED(fmt->root, wanted->oas == 42 ? SZ_32K : PAGE_SIZE));
	idmap_check(&dma, FAKE_MEM_BASE - SZ_2M, FAKE_NOMAP_BASE + SZ_2M);
	idmap_check(&dma, end - SZ_2M, end + SZ_2M);
	idmap_check_tables();
}

TEST(idmap_format)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		ASSERT(test_fork(one_format, (void *)&formats[i]));
}

static const struct range { u64 end; u8 oas, t0sz; } ranges[] = {
	{ 0, 48, 16 }, { SZ_4G, 48, 22 }, { 1ULL << 42, 48, 22 },
	{ (1ULL << 42) + 1, 48, 20 }, { (1ULL << 44) + 1, 48, 16 },
	{ U64_MAX, 48, 16 }, { SZ_4G, 40, 24 },
};

static void one_range(void *arg)
{
	const struct range *range = arg;

	ASSERT_EQ(devmed_pool_init(FAKE_MEM_BASE >> PAGE_SHIFT, 1000), 0);
	fake_dma_init(&dma, range->oas, 2, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_set_end(range->end), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	ASSERT_EQ(devmed_idmap_format()->t0sz, range->t0sz);
	idmap_check(&dma, FAKE_MEM_BASE - SZ_2M, FAKE_NOMAP_BASE + SZ_2M);
	/* What is above memory and registers costs next to nothing. */
	if (range->t0sz == 22)
		ASSERT(devmed_idmap_counter(DEVMED_DMA_TABLES) < 16);
	ASSERT_EQ(devmed_idmap_set_end(0), -EBUSY);
	devmed_finalize();
	ASSERT_EQ(devmed_idmap_set_end(0), -EPERM);
}

TEST(idmap_range)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		ASSERT(test_fork(one_range, (void *)&ranges[i]));
}

/* The least that any of them can do. */
TEST(idmap_least_able)
{
	const struct devmed_idmap_fmt *fmt;

	furnish();
	fake_dma_init(&dma, 44, 2, true);
	fake_dma_init(&other, 40, 1, false);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_join(&other.user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	fmt = devmed_idmap_format();
	ASSERT_EQ(fmt->t0sz, 24);
	ASSERT_EQ(fmt->ps, 2);
	ASSERT(fmt->sh == 2 && fmt->irgn == 0 && fmt->orgn == 0);
	check_all();

	/* Both forget, whichever needs to (C12: nobody asks what is enabled). */
	ASSERT_EQ(fake_donate_guest(PAGE), 0);
	ASSERT(dma.invalidations && other.invalidations == dma.invalidations);
	/* One that does not is enough to refuse, and the others are still told. */
	dma.deaf = 1;
	other.deaf = 0;
	ASSERT_EQ(fake_donate_guest(PAGE + PAGE_SIZE), -ETIMEDOUT);
	dma.deaf = 0;
	other.deaf = 1;
	ASSERT_EQ(fake_donate_guest(PAGE + PAGE_SIZE), -ETIMEDOUT);
	ASSERT_EQ(other.invalidations, dma.invalidations);
	check_all();
}

TEST(idmap_join)
{
	fake_dma_init(&dma, 44, 2, true);
	fake_dma_init(&other, 44, 2, true);
	other.user.oas = 43;
	ASSERT_EQ(devmed_idmap_join(&other.user), -EINVAL);
	other.user.oas = 44;
	other.user.bbml = 3;
	ASSERT_EQ(devmed_idmap_join(&other.user), -EINVAL);
	other.user.bbml = 2;
	other.user.pgsizes &= ~PAGE_SIZE;
	ASSERT_EQ(devmed_idmap_join(&other.user), -EOPNOTSUPP);
	other.user.pgsizes = PAGE_SIZE;
	other.user.invalidate = NULL;
	ASSERT_EQ(devmed_idmap_join(&other.user), -EINVAL);
	ASSERT_EQ(devmed_idmap_start(), -ENODEV);

	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_join(&dma.user), -EBUSY);
	furnish();
	ASSERT_EQ(devmed_idmap_start(), 0);
	ASSERT_EQ(devmed_idmap_start(), -EBUSY);
	fake_dma_init(&other, 44, 2, true);
	ASSERT_EQ(devmed_idmap_join(&other.user), -EBUSY);
	devmed_finalize();
	ASSERT_EQ(devmed_idmap_join(&other.user), -EPERM);
	ASSERT_EQ(devmed_idmap_start(), -EPERM);
}

TEST(idmap_leave)
{
	furnish();
	fake_dma_init(&dma, 44, 2, true);
	fake_dma_init(&other, 32, 0, false);
	ASSERT_EQ(devmed_idmap_leave(&dma.user), -ENOENT);
	ASSERT_EQ(devmed_idmap_join(&other.user), 0);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_leave(&other.user), 0);
	ASSERT_EQ(devmed_idmap_leave(&other.user), -ENOENT);
	/* Whoever has left counts no more. */
	ASSERT_EQ(devmed_idmap_start(), 0);
	ASSERT_EQ(devmed_idmap_format()->t0sz, 20);
	ASSERT_EQ(idmap_level(PAGE), 1);
	ASSERT_EQ(fake_donate_guest(PAGE), 0);
	ASSERT_EQ(other.invalidations, 0);
	ASSERT_EQ(devmed_idmap_leave(&dma.user), -EBUSY);
	devmed_finalize();
	ASSERT_EQ(devmed_idmap_leave(&dma.user), -EPERM);
}

/* For want of any of its pages: nothing has happened, and all are back. */
TEST(idmap_start_no_memory)
{
	struct fake_snapshot *before;
	unsigned int left;
	int ret = -ENOMEM;

	furnish();
	fake_dma_init(&dma, 40, 2, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	for (left = 0; ret; left++) {
		idmap_drain(left);
		before = fake_snapshot();
		ret = devmed_idmap_start();
		if (!ret)
			break;
		ASSERT_EQ(ret, -ENOMEM);
		ASSERT(!devmed_idmap_format());
		ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FREE), left);
		ASSERT_EQ(fake_donate_guest(PAGE), 0);
		ASSERT_EQ(fake_reclaim_guest(PAGE), 0);
		idmap_fill();
	}
	ASSERT_EQ(left, devmed_idmap_counter(DEVMED_DMA_TABLES));
	ASSERT_EQ(dma.invalidations, 0);
	free(before);
	check_all();
}

/* The host stage-2 of another size than any S2PS. */
TEST(idmap_start_size)
{
	furnish();
	fake_dma_init(&dma, 48, 2, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	host_mmu.pgt.ia_bits = 39;
	ASSERT_EQ(devmed_idmap_start(), -EINVAL);
	host_mmu.pgt.ia_bits = 40;
	ASSERT_EQ(devmed_idmap_start(), 0);
	ASSERT_EQ(devmed_idmap_format()->t0sz, 24);
}

/* What DMA may reach was decided by the registry of that moment (P03). */
TEST(idmap_fixes_registry)
{
	int id;

	furnish();
	id = devmed_register(DEVMED_CLASS_SMMUV3, SMMU + SZ_1M, SZ_128K, 0);
	ASSERT(id >= 0);
	ASSERT_EQ(devmed_unregister(id), 0);
	fake_dma_init(&dma, 44, 2, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	ASSERT_EQ(devmed_register(DEVMED_CLASS_SMMUV3, SMMU + SZ_1M, SZ_128K, 0),
		  -EBUSY);
	ASSERT_EQ(devmed_unregister(0), -EBUSY);
	check_all();
}

/* EL2's text can be read by the host's devices, and no more (M11). */
TEST(idmap_hyp_text)
{
	s8 level;

	begin(44, 2, true);
	ASSERT_EQ(fake_dma_look(TEXT, &level), FAKE_DMA_READ);
	ASSERT_EQ(fake_dma_look(TEXT + SZ_64K - PAGE_SIZE, &level), FAKE_DMA_READ);
	ASSERT_EQ(fake_dma_look(TEXT + SZ_64K, &level), FAKE_DMA_MEMORY);
}

/* Registers are out of reach, MSIs arrive (P01, P02). */
TEST(idmap_regions)
{
	s8 level;

	begin(44, 2, true);
	ASSERT_EQ(fake_dma_look(ITS, &level), 0);
	ASSERT_EQ(fake_dma_look(ITS + SZ_64K - PAGE_SIZE, &level), 0);
	ASSERT_EQ(fake_dma_look(ITS + SZ_64K, &level),
		  FAKE_DMA_WRITE | FAKE_DMA_DEVICE);
	ASSERT_EQ(fake_dma_look(ITS + SZ_64K + PAGE_SIZE, &level), 0);
	ASSERT_EQ(fake_dma_look(ITS + SZ_128K, &level),
		  FAKE_DMA_READ | FAKE_DMA_WRITE);
	ASSERT_EQ(fake_dma_look(SMMU, &level), 0);
	ASSERT_EQ(fake_dma_look(SMMU + SZ_128K - PAGE_SIZE, &level), 0);
}

/*
 * Memory that EL2 does not know, and registers: stage 1 says which it is. Stage 2 has
 * the type that changes none, and large blocks in any case.
 */
static void look_into_hole(void *bbml)
{
	s8 level;

	furnish();
	/* The last is too much to map by pages. */
	hyp_memblock_nr--;
	fake_dma_init(&dma, 40, *(u8 *)bbml, true);
	ASSERT_EQ(devmed_idmap_join(&dma.user), 0);
	ASSERT_EQ(devmed_idmap_start(), 0);
	ASSERT_EQ(fake_dma_look(BIG, &level), FAKE_DMA_READ | FAKE_DMA_WRITE);
	ASSERT_EQ(level, 1);
	ASSERT_EQ(fake_dma_look(BIT_ULL(38), &level), FAKE_DMA_READ | FAKE_DMA_WRITE);
	ASSERT_EQ(level, 1);
	/* Of this page EL2 knows that it is a device. */
	ASSERT_EQ(fake_dma_look(ITS + SZ_64K, &level),
		  FAKE_DMA_WRITE | FAKE_DMA_DEVICE);
}

TEST(idmap_hole)
{
	u8 bbml;

	for (bbml = 0; bbml <= 2; bbml++)
		ASSERT(test_fork(look_into_hole, &bbml));
}

/* Every change of ownership that 7.3 has (M12, M13). */
TEST(idmap_follows)
{
	u64 page = FAKE_MEM_BASE + SZ_2M + SZ_64K;
	u64 pfn = page >> PAGE_SHIFT;
	s8 level;

	begin(44, 2, true);
#define STEP(call, right)						\
	do {								\
		ASSERT_EQ(call, 0);					\
		ASSERT_EQ(fake_dma_look(page, &level), right);		\
		ASSERT_EQ(fake_dma_access(&dma, page), right);		\
		idmap_check(&dma, FAKE_MEM_BASE + SZ_2M, FAKE_MEM_BASE + FAKE_MEM_SIZE);	\
	} while (0)

	STEP(__pkvm_host_donate_hyp(pfn, 1), 0);
	STEP(__pkvm_hyp_donate_host(pfn, 1), FAKE_DMA_MEMORY);
	STEP(__pkvm_host_share_hyp(pfn), FAKE_DMA_MEMORY);
	STEP(__pkvm_host_unshare_hyp(pfn), FAKE_DMA_MEMORY);
	STEP(devmed_pin(page, PAGE_SIZE), FAKE_DMA_MEMORY);
	STEP(devmed_unpin(page, PAGE_SIZE), FAKE_DMA_MEMORY);
	STEP(fake_share_ffa(page, PAGE_SIZE), FAKE_DMA_MEMORY);
	STEP(fake_unshare_ffa(page, PAGE_SIZE), FAKE_DMA_MEMORY);
	STEP(fake_share_guest(page, PAGE_SIZE), FAKE_DMA_MEMORY);
	STEP(fake_unshare_guest(page, PAGE_SIZE), FAKE_DMA_MEMORY);
	STEP(fake_donate_guest(page), 0);
	STEP(fake_guest_share_host(page), FAKE_DMA_MEMORY);
	STEP(fake_guest_unshare_host(page), 0);
	STEP(fake_force_reclaim_guest(page), FAKE_DMA_MEMORY);
	STEP(fake_donate_guest(page), 0);
	STEP(fake_guest_share_host(page), FAKE_DMA_MEMORY);
	STEP(fake_reclaim_guest(page), FAKE_DMA_MEMORY);
	STEP(__pkvm_host_donate_hyp(pfn, 7), 0);
	STEP(__pkvm_hyp_donate_host(pfn, 7), FAKE_DMA_MEMORY);
	STEP(devmed_pool_topup(pfn, 0), 0);
#undef STEP
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_REFUSED), 0);
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_LOST), 0);
}
