// SPDX-License-Identifier: GPL-2.0-only
/*
 * hcall.c: arguments arrive whole, in their place, and no number means
 * something that it does not say (C05, C06).
 */
#include "fake.h"
#include "harness.h"
#include "idmap_setup.h"
#include "its_mediate.h"

#include <nvhe/devmed_idmap.h>

#define BASE	0x08080000ULL

static struct kvm_cpu_context ctxt;

static s64 setup_call(u64 op, u64 a, u64 b, u64 c, u64 d)
{
	ctxt.regs.regs[1] = op;
	ctxt.regs.regs[2] = a;
	ctxt.regs.regs[3] = b;
	ctxt.regs.regs[4] = c;
	ctxt.regs.regs[5] = d;
	handle___devmed_setup(&ctxt);
	return ctxt.regs.regs[1];
}

static s64 call(u64 op, u64 a, u64 b)
{
	ctxt.regs.regs[1] = op;
	ctxt.regs.regs[2] = a;
	ctxt.regs.regs[3] = b;
	handle___devmed_call(&ctxt);
	return ctxt.regs.regs[1];
}

TEST(hcall_setup)
{
	s64 id = setup_call(DEVMED_SETUP_REGISTER, DEVMED_CLASS_SMMUV3, BASE,
			    SZ_128K, 0);
	struct devmed_region *region = devmed_get_region(id);

	ASSERT(region && region->base == BASE && region->size == SZ_128K);
	ASSERT(region->regs == &devmed_smmuv3_regs && !region->flags);
	ASSERT_EQ(setup_call(DEVMED_SETUP_UNREGISTER, id, 0, 0, 0), 0);
	ASSERT(!devmed_get_region(id));

	id = setup_call(DEVMED_SETUP_REGISTER, DEVMED_CLASS_ITS, BASE, SZ_64K,
			DEVMED_REGION_DIRECT_READS);
	ASSERT_EQ(devmed_get_region(id)->flags, DEVMED_REGION_DIRECT_READS);
	ASSERT_EQ(setup_call(DEVMED_SETUP_POOL, FAKE_MEM_BASE >> PAGE_SHIFT, 16,
			     0, 0), 0);
	ASSERT_EQ(devmed_pool_counter(DEVMED_POOL_FREE), 16);
	ASSERT_EQ(setup_call(DEVMED_SETUP_POLICY, 1, 1, 0, 0), 0);
	ASSERT(!devmed_allows_protected_vm());
}

TEST(hcall_unknown)
{
	u64 op;

	for (op = DEVMED_SETUP_POLICY + 1; op; op <<= 1) {
		ASSERT_EQ(setup_call(op, 0, 0, 0, 0), -EINVAL);
		ASSERT_EQ(call(op, 0, 0), -EINVAL);
		ASSERT_EQ(ctxt.regs.regs[2], 0);
	}
	ASSERT_EQ(setup_call(1ULL << 32, 0, BASE, SZ_64K, 0), -EINVAL);
	ASSERT_EQ(call(1ULL << 32, DEVMED_GLOBAL, 0), -EINVAL);
}

TEST(hcall_errors)
{
	ASSERT_EQ(setup_call(DEVMED_SETUP_REGISTER, 0, BASE + 1, SZ_64K, 0), -EINVAL);
	ASSERT_EQ(setup_call(DEVMED_SETUP_UNREGISTER, 5, 0, 0, 0), -ENOENT);
	ASSERT_EQ(call(DEVMED_CALL_POOL_TOPUP, 0, 0), -ENODEV);
}

TEST(hcall_call)
{
	s64 id = setup_call(DEVMED_SETUP_REGISTER, DEVMED_CLASS_ITS, BASE,
			    SZ_128K, 0);

	devmed_count(devmed_get_region(id), DEVMED_REFUSED_HOLE);
	ASSERT_EQ(setup_call(DEVMED_SETUP_POOL, FAKE_MEM_BASE >> PAGE_SHIFT, 1,
			     0, 0), 0);
	devmed_finalize();
	ASSERT_EQ(call(DEVMED_CALL_READ_COUNTER, id, DEVMED_REFUSED_HOLE), 0);
	ASSERT_EQ(ctxt.regs.regs[2], 1);
	ASSERT_EQ(call(DEVMED_CALL_POOL_TOPUP,
		       (FAKE_MEM_BASE >> PAGE_SHIFT) + 5, 0), 0);
	ASSERT_EQ(ctxt.regs.regs[2], 0);
	ASSERT_EQ(call(DEVMED_CALL_READ_COUNTER, DEVMED_GLOBAL,
		       DEVMED_POOL_FREE), 0);
	ASSERT_EQ(ctxt.regs.regs[2], 2);
	ASSERT_EQ(call(DEVMED_CALL_POOL_TOPUP,
		       (FAKE_MEM_BASE >> PAGE_SHIFT) + 8, 2), 0);
	ASSERT_EQ(call(DEVMED_CALL_POOL_BLOCKS, 2, 9), 1);
	ASSERT_EQ(call(DEVMED_CALL_POOL_BLOCKS, 0, 9), 6);
	/* An error leaves nothing in x2 (it was the argument). */
	ASSERT_EQ(call(DEVMED_CALL_READ_COUNTER, 63, 0), -ENOENT);
	ASSERT_EQ(ctxt.regs.regs[2], 0);
}

TEST(hcall_after_finalize)
{
	struct fake_snapshot *before = fake_snapshot();

	devmed_finalize();
	ASSERT_EQ(setup_call(DEVMED_SETUP_REGISTER, 0, BASE, SZ_64K, 0), -EPERM);
	ASSERT_EQ(setup_call(DEVMED_SETUP_UNREGISTER, 0, 0, 0, 0), -EPERM);
	ASSERT_EQ(setup_call(DEVMED_SETUP_POOL, FAKE_MEM_BASE >> PAGE_SHIFT, 1,
			     0, 0), -EPERM);
	ASSERT_EQ(setup_call(DEVMED_SETUP_POLICY, 0, 0, 0, 0), -EPERM);
	ASSERT(!devmed_allows_protected_vm());
	ASSERT(fake_unchanged(before));
}

/*
 * Regions that exist, with an instance and without: what would be done to each of
 * them before is refused for the time alone.
 */
TEST(hcall_c06_regions)
{
	struct fake_snapshot *before;
	unsigned int op;

	mediate_default();
	before = fake_snapshot();
	for (op = 0; op <= DEVMED_SETUP_POLICY; op++)
		ASSERT_EQ(setup_call(op, mediate_its[0], SETUP_DEV, 0, 0), -EPERM);
	ASSERT_EQ(setup_call(DEVMED_SETUP_START, mediate_its[0], 0, 0, 0), -EPERM);
	ASSERT_EQ(setup_call(DEVMED_SETUP_ADOPT, mediate_its[0], SETUP_DEV + 1,
			     FAKE_MEM_BASE, 1), -EPERM);
	ASSERT_EQ(setup_call(DEVMED_SETUP_STOP, mediate_its[0], 0, 0, 0), -EPERM);
	ASSERT(fake_unchanged(before));
	mediate_works();
}

static int started(struct devmed_region *region, u64 arg1, u64 arg2)
{
	return devmed_publish(region, region);
}

static void stopped(struct devmed_region *region)
{
	devmed_withdraw(region);
}

static int adopted(struct devmed_region *region, u64 arg1, u64 arg2, u64 arg3)
{
	return 0;
}

/* A backend that would do all that it is asked. */
TEST(hcall_c06_willing_backend)
{
	struct devmed_regs regs = devmed_its_regs;
	s64 id = setup_call(DEVMED_SETUP_REGISTER, DEVMED_CLASS_ITS, BASE,
			    SZ_128K, 0);
	s64 other = setup_call(DEVMED_SETUP_REGISTER, DEVMED_CLASS_ITS,
			       BASE + SZ_1M, SZ_128K, 0);

	regs.start = started;
	regs.stop = stopped;
	regs.adopt = adopted;
	devmed_get_region(id)->regs = &regs;
	devmed_get_region(other)->regs = &regs;
	ASSERT_EQ(setup_call(DEVMED_SETUP_START, id, 0, 0, 0), 0);
	ASSERT_EQ(setup_call(DEVMED_SETUP_ADOPT, id, 0, 0, 0), 0);
	devmed_finalize();
	ASSERT_EQ(setup_call(DEVMED_SETUP_START, other, 0, 0, 0), -EPERM);
	ASSERT(!devmed_get_region(other)->instance);
	ASSERT_EQ(setup_call(DEVMED_SETUP_ADOPT, id, 0, 0, 0), -EPERM);
	ASSERT_EQ(setup_call(DEVMED_SETUP_STOP, id, 0, 0, 0), -EPERM);
	ASSERT(devmed_get_region(id)->instance);
	ASSERT_EQ(setup_call(DEVMED_SETUP_UNREGISTER, other, 0, 0, 0), -EPERM);
	ASSERT_EQ(devmed_get_region(other)->base, BASE + SZ_1M);
}

/* Nor does the DMA stage-2 begin late, or end elsewhere. */
TEST(hcall_c06_dma)
{
	ASSERT_EQ(setup_call(DEVMED_SETUP_DMA, 0, 0, 0, 0), -ENODEV);
	devmed_finalize();
	ASSERT_EQ(setup_call(DEVMED_SETUP_DMA, 0, 0, 0, 0), -EPERM);
	ASSERT_EQ(devmed_idmap_start(), -EPERM);
	ASSERT_EQ(devmed_idmap_set_end(0), -EPERM);
}

/* Each of the two takes its own arguments, and does its own work (C14). */
TEST(hcall_withdraw)
{
	const u64 block = FAKE_MEM_BASE + SZ_2M;
	static struct fake_dma dma;
	u64 high = 1ULL << 32;

	ASSERT_EQ(call(DEVMED_CALL_DMA_WITHDRAW, block >> PAGE_SHIFT, 9), -ENODEV);
	ASSERT_EQ(call(DEVMED_CALL_DMA_RESTORE, block >> PAGE_SHIFT, 9), -ENODEV);
	idmap_pool(64);
	idmap_begin(&dma, 44, 2, true);
	ASSERT_EQ(call(DEVMED_CALL_DMA_WITHDRAW, block >> PAGE_SHIFT, 9), 0);
	ASSERT_EQ(fake_dma_look(block, &(s8){ 0 }), 0);
	ASSERT_EQ(fake_dma_look(block + SZ_2M - PAGE_SIZE, &(s8){ 0 }), 0);
	ASSERT_EQ(call(DEVMED_CALL_DMA_RESTORE, block >> PAGE_SHIFT, 3), 0);
	ASSERT_EQ(fake_dma_look(block + 7 * PAGE_SIZE, &(s8){ 0 }), FAKE_DMA_MEMORY);
	ASSERT_EQ(fake_dma_look(block + 8 * PAGE_SIZE, &(s8){ 0 }), 0);
	ASSERT_EQ(call(DEVMED_CALL_DMA_WITHDRAW, block >> PAGE_SHIFT, high), -EINVAL);
	ASSERT_EQ(call(DEVMED_CALL_DMA_RESTORE, high << 24, 0), -EINVAL);
	ASSERT_EQ(call(DEVMED_CALL_READ_COUNTER, DEVMED_GLOBAL,
		       DEVMED_DMA_INVALIDATIONS), 0);
	ASSERT_EQ(ctxt.regs.regs[2], 1);
}

/* Bits above 32 are part of a number: none is cut off on the way. */
TEST(hcall_wide_arguments)
{
	u64 high = 1ULL << 32;
	s64 id = setup_call(DEVMED_SETUP_REGISTER, DEVMED_CLASS_ITS, BASE,
			    SZ_128K, 0);

	ASSERT_EQ(id, 0);
	ASSERT_EQ(setup_call(DEVMED_SETUP_REGISTER, high, BASE + SZ_1M, SZ_64K, 0),
		  -ENODEV);
	ASSERT_EQ(setup_call(DEVMED_SETUP_UNREGISTER, high, 0, 0, 0), -ENOENT);
	ASSERT_EQ(setup_call(DEVMED_SETUP_POLICY, high, high, 0, 0), 0);
	ASSERT(!devmed_allows_protected_vm());
	ASSERT_EQ(call(DEVMED_CALL_READ_COUNTER, high, 0), -ENOENT);
	ASSERT_EQ(call(DEVMED_CALL_READ_COUNTER, 0, high), -EINVAL);
}
