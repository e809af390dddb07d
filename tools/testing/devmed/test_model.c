// SPDX-License-Identifier: GPL-2.0-only
/*
 * The models themselves: a check that never fires proves nothing.
 */
#include <unistd.h>

#include "fake.h"
#include "harness.h"

#include <nvhe/devmed_raw.h>

static void wrong_order(void *arg)
{
	hyp_spin_lock(&pkvm_pgd_lock);
	hyp_spin_lock(&host_mmu.lock);
}

static void twice(void *arg)
{
	hyp_spin_lock(&host_mmu.lock);
	hyp_spin_lock(&host_mmu.lock);
}

static void left_held(void *arg)
{
	hyp_spin_lock(&devmed_setup_lock);
}

static void without_lock(void *arg)
{
	kvm_pgtable_stage2_unmap(&host_mmu.pgt, 0, PAGE_SIZE);
}

static void unmapped_memory(void *arg)
{
	*(volatile char *)__hyp_va(FAKE_MEM_BASE);
}

static void unmapped_device(void *arg)
{
	fake_read32((void *)FAKE_IO_BASE);
}

static void unaligned_device(void *arg)
{
	fake_read64((void *)(FAKE_DEV_BASE + 4));
}

static void vmemmap_of_mmio(void *arg)
{
	ASSERT(get_host_state(hyp_phys_to_page(0x08080000)) < 4);
}

static void slot_left_mapped(void *arg)
{
	hyp_fixmap_map(FAKE_MEM_BASE);
}

TEST(model_is_strict)
{
	void (*bad[])(void *arg) = {
		wrong_order, twice, left_held, without_lock, unmapped_memory,
		unmapped_device, unaligned_device, vmemmap_of_mmio,
		slot_left_mapped,
	};
	unsigned int i;

	/* Their last words are expected. */
	ASSERT(freopen("/dev/null", "w", stderr));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		if (test_fork(bad[i], NULL)) {
			printf("the model let number %u pass\n", i);
			fflush(stdout);
			ASSERT(false);
		}
	}
}

TEST(model_host_calls)
{
	u64 pfn = FAKE_MEM_BASE >> PAGE_SHIFT;
	struct fake_snapshot *before = fake_snapshot();

	ASSERT_EQ(__pkvm_host_share_hyp(pfn), 0);
	ASSERT_EQ(__pkvm_host_share_hyp(pfn), -EPERM);
	ASSERT(!fake_unchanged(before));
	ASSERT_EQ(__pkvm_host_donate_hyp(pfn, 1), -EPERM);
	ASSERT_EQ(__pkvm_host_unshare_hyp(pfn), 0);
	ASSERT(fake_unchanged(before));
	ASSERT_EQ(__pkvm_host_donate_hyp(pfn, 1), 0);
	ASSERT_EQ(__pkvm_host_donate_hyp(0x8080, 1), -EPERM);
}
