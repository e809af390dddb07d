// SPDX-License-Identifier: GPL-2.0-only
/*
 * owner.c: what devices may reach, found range by range, is what the host may
 * reach page by page (M11, P01, P02, P03).
 */
#include "fake_dma.h"
#include "harness.h"

#define ITS	0x08080000ULL
#define SMMU	0x09050000ULL
#define ODD	0x50000000ULL

static u64 pages_seen[SZ_4G >> PAGE_SHIFT];
static u64 last_end;
static enum kvm_pgtable_prot last_prot;
static unsigned int ranges;
static u64 beyond;

static unsigned int right_of(enum kvm_pgtable_prot prot)
{
	unsigned int right = 0;

	ASSERT(!(prot & ~(KVM_PGTABLE_PROT_RWX | KVM_PGTABLE_PROT_DEVICE |
			  DEVMED_PROT_HOLE)));
	if (prot & KVM_PGTABLE_PROT_R)
		right |= FAKE_DMA_READ;
	if (prot & KVM_PGTABLE_PROT_W)
		right |= FAKE_DMA_WRITE;
	if (prot & KVM_PGTABLE_PROT_X)
		right |= FAKE_DMA_EXEC;
	if (prot & KVM_PGTABLE_PROT_DEVICE)
		right |= FAKE_DMA_DEVICE;

	return right;
}

static int note(u64 start, u64 end, enum kvm_pgtable_prot prot, void *arg)
{
	u64 addr;

	ASSERT(PAGE_ALIGNED(start | end) && start < end && prot);
	ASSERT(start > last_end || !last_end || prot != last_prot);
	ASSERT(start >= last_end);
	for (addr = start; addr < min_t(u64, end, SZ_4G); addr += PAGE_SIZE)
		pages_seen[addr >> PAGE_SHIFT] = right_of(prot);
	if (end > SZ_4G)
		beyond = right_of(prot);
	last_end = end;
	last_prot = prot;
	ranges++;

	return arg ? *(int *)arg : 0;
}

static int walk(u64 end, int *stop)
{
	int ret;

	memset(pages_seen, 0, sizeof(pages_seen));
	last_end = 0;
	ranges = 0;
	beyond = 0;
	hyp_spin_lock(&host_mmu.lock);
	ret = devmed_owner_walk_locked(end, note, stop);
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

static void compare(u64 end)
{
	u64 addr;

	for (addr = 0; addr < SZ_4G; addr += PAGE_SIZE) {
		u64 right = addr < end ? fake_dma_right(addr) : 0;

		if (pages_seen[addr >> PAGE_SHIFT] != right)
			test_fail(__FILE__, __LINE__, "page", addr,
				  pages_seen[addr >> PAGE_SHIFT]);
	}
}

static void furnish(void)
{
	ASSERT(devmed_register(DEVMED_CLASS_ITS, ITS, SZ_128K,
			       DEVMED_REGION_DIRECT_READS) >= 0);
	ASSERT(devmed_register(DEVMED_CLASS_SMMUV3, SMMU, SZ_128K, 0) >= 0);
	fake_set_s2(FAKE_MEM_BASE + SZ_1M, SZ_64K, FAKE_S2_R);
	fake_set_s2(FAKE_MEM_BASE + SZ_2M, SZ_64K, FAKE_S2_HYP);
	fake_set_s2(FAKE_MEM_BASE + FAKE_MEM_SIZE - PAGE_SIZE, PAGE_SIZE,
		    FAKE_S2_GUEST);
	fake_set_s2(FAKE_NOMAP_BASE, PAGE_SIZE, FAKE_S2_HYP);
	fake_add_memory(ODD + 0x800, 0x3000, MEMBLOCK_NONE);
	fake_add_memory(ODD + 0x8000, 0x800, MEMBLOCK_NONE);
	fake_add_memory(ODD + 0x9000, SZ_2M - 0x9000, MEMBLOCK_NONE);
}

TEST(owner_walk)
{
	furnish();
	ASSERT_EQ(walk(BIT_ULL(FAKE_IA_BITS), NULL), 0);
	compare(U64_MAX);
	ASSERT_EQ(last_end, BIT_ULL(FAKE_IA_BITS));
	ASSERT_EQ(beyond, FAKE_DMA_READ | FAKE_DMA_WRITE);
	/* As long as they can be: nothing here is in pieces. */
	ASSERT(ranges < 24);
}

TEST(owner_walk_end)
{
	static const u64 ends[] = {
		PAGE_SIZE, ITS, ITS + PAGE_SIZE, ITS + SZ_64K, SMMU + SZ_64K,
		FAKE_MEM_BASE - PAGE_SIZE, FAKE_MEM_BASE,
		FAKE_MEM_BASE + SZ_2M + PAGE_SIZE, FAKE_NOMAP_BASE + SZ_32K,
		ODD + 0x1000, ODD + 0x4000, SZ_4G,
	};
	unsigned int i;

	furnish();
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		ASSERT_EQ(walk(ends[i], NULL), 0);
		compare(ends[i]);
		ASSERT(last_end <= ends[i]);
	}
}

/* The rest of the device is nobody's but EL2's (P02). */
TEST(owner_walk_doorbell)
{
	u64 addr;

	ASSERT(devmed_register(DEVMED_CLASS_ITS, ITS, SZ_128K, 0) >= 0);
	/* One without its second frame has no page to write. */
	ASSERT(devmed_register(DEVMED_CLASS_ITS, ITS + SZ_1M, SZ_64K, 0) >= 0);
	ASSERT(devmed_register(DEVMED_CLASS_SMMUV3, SMMU, SZ_128K, 0) >= 0);
	/* What the host may read directly its devices may not. */
	ASSERT(devmed_register(DEVMED_CLASS_ITS, SMMU + SZ_1M, SZ_128K,
			       DEVMED_REGION_DIRECT_READS) >= 0);
	ASSERT_EQ(walk(SZ_4G, NULL), 0);
	ASSERT_EQ(pages_seen[(SMMU + SZ_1M) >> PAGE_SHIFT], 0);
	ASSERT_EQ(pages_seen[(SMMU + SZ_1M + SZ_64K) >> PAGE_SHIFT],
		  FAKE_DMA_WRITE | FAKE_DMA_DEVICE);
	for (addr = ITS; addr < ITS + SZ_128K; addr += PAGE_SIZE)
		ASSERT_EQ(pages_seen[addr >> PAGE_SHIFT], addr == ITS + SZ_64K ?
			  FAKE_DMA_WRITE | FAKE_DMA_DEVICE : 0);
	ASSERT_EQ(pages_seen[(ITS + SZ_1M) >> PAGE_SHIFT], 0);
	ASSERT_EQ(pages_seen[(ITS + SZ_1M + SZ_64K) >> PAGE_SHIFT],
		  FAKE_DMA_READ | FAKE_DMA_WRITE);
	for (addr = SMMU; addr < SMMU + SZ_128K; addr += PAGE_SIZE)
		ASSERT_EQ(pages_seen[addr >> PAGE_SHIFT], 0);
}

TEST(owner_walk_stops)
{
	int stop = -ENOMEM;

	furnish();
	ASSERT_EQ(walk(BIT_ULL(FAKE_IA_BITS), &stop), -ENOMEM);
	ASSERT_EQ(ranges, 1);
}

/* Before there is a table nobody has to be told, and nobody is. */
TEST(owner_before_start)
{
	u64 phys = FAKE_MEM_BASE + SZ_2M;

	ASSERT_EQ(fake_donate_guest(phys), 0);
	ASSERT_EQ(fake_reclaim_guest(phys), 0);
	ASSERT_EQ(__pkvm_host_donate_hyp(phys >> PAGE_SHIFT, 4), 0);
	ASSERT_EQ(__pkvm_hyp_donate_host(phys >> PAGE_SHIFT, 4), 0);
	hyp_spin_lock(&host_mmu.lock);
	ASSERT_EQ(devmed_owner_take(0, PAGE_SIZE), 0);
	devmed_owner_give(0, PAGE_SIZE);
	hyp_spin_unlock(&host_mmu.lock);
	ASSERT(!devmed_idmap_format());
}

TEST(owner_next_region)
{
	struct devmed_region *its, *smmu;

	ASSERT(!devmed_next_region(0));
	furnish();
	its = devmed_next_region(0);
	smmu = devmed_next_region(ITS + SZ_128K);
	ASSERT(its && its->base == ITS && smmu && smmu->base == SMMU);
	ASSERT(devmed_next_region(ITS) == its);
	ASSERT(devmed_next_region(ITS + SZ_128K - 1) == its);
	ASSERT(devmed_next_region(SMMU + SZ_128K - 1) == smmu);
	ASSERT(!devmed_next_region(SMMU + SZ_128K));
	ASSERT(!devmed_next_region(U64_MAX));
}
