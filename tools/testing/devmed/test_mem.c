// SPDX-License-Identifier: GPL-2.0-only
/*
 * mem.c: pages that change hands (C10, C13, M07 to M09).
 */
#include "fake.h"
#include "harness.h"

#define MMIO	0x08080000ULL
#define MEM	FAKE_MEM_BASE
#define END	(FAKE_MEM_BASE + FAKE_MEM_SIZE)

static bool mapped(const void *va)
{
	u64 phys;

	return fake_hyp_maps((u64)va, &phys);
}

static void check_state(u64 phys, enum pkvm_page_state host,
			enum pkvm_page_state hyp, unsigned int refcount)
{
	struct hyp_page *page = hyp_phys_to_page(phys);

	ASSERT_EQ(get_host_state(page), host);
	ASSERT_EQ(get_hyp_state(page), hyp);
	ASSERT_EQ(page->refcount, refcount);
}

TEST(mem_donate_mmio)
{
	struct fake_snapshot *before = fake_snapshot();
	void *va = NULL;
	u64 phys;
	u64 i;

	ASSERT_EQ(devmed_donate_mmio(MMIO, SZ_64K, 2 * PAGE_SIZE, &va), 0);
	for (i = 0; i < SZ_64K; i += PAGE_SIZE) {
		ASSERT(fake_hyp_maps((u64)va + i, &phys));
		ASSERT_EQ(phys & ~1ULL, MMIO + i);
		ASSERT_EQ(fake_s2(MMIO + i), i < 2 * PAGE_SIZE ?
			  FAKE_S2_R : FAKE_S2_HYP);
	}
	ASSERT_EQ(fake_s2(MMIO - 1), FAKE_S2_LAZY);
	ASSERT_EQ(fake_s2(MMIO + SZ_64K), FAKE_S2_LAZY);
	ASSERT_EQ(devmed_return_mmio(MMIO, SZ_64K, va), 0);
	ASSERT(fake_unchanged(before));
}

TEST(mem_donate_all_readable)
{
	void *va;

	ASSERT_EQ(devmed_donate_mmio(MMIO, SZ_64K, SZ_64K, &va), 0);
	ASSERT_EQ(fake_s2(MMIO + SZ_64K - 1), FAKE_S2_R);
	ASSERT_EQ(fake_s2(MMIO + SZ_64K), FAKE_S2_LAZY);
}

/* What the host had mapped itself must not stay writable. */
TEST(mem_donate_mapped)
{
	void *va;

	fake_set_s2(MMIO, SZ_64K, FAKE_S2_RW);
	ASSERT_EQ(devmed_donate_mmio(MMIO, SZ_64K, SZ_32K, &va), 0);
	ASSERT_EQ(fake_s2(MMIO + SZ_32K), FAKE_S2_HYP);
	ASSERT_EQ(fake_s2(MMIO), FAKE_S2_R);
}

/* The pool of the host stage-2 runs dry half-way, and recovers by recycling. */
TEST(mem_donate_recycled)
{
	unsigned int n;

	for (n = 1; n <= 2 + 16 + 32; n++) {
		int id;
		u64 i;

		fake_fail_at(n, 0);
		id = devmed_register(DEVMED_CLASS_ITS, MMIO, SZ_128K,
				     DEVMED_REGION_DIRECT_READS);
		fake_fail_at(0, 0);
		if (id < 0)
			continue;
		for (i = 0; i < SZ_128K; i += PAGE_SIZE)
			ASSERT_EQ(fake_s2(MMIO + i), i < SZ_64K ?
				  FAKE_S2_R : FAKE_S2_HYP);
		ASSERT_EQ(devmed_unregister(id), 0);
	}
}

TEST(mem_pin)
{
	struct fake_snapshot *before = fake_snapshot();
	u64 i;

	ASSERT_EQ(devmed_pin(MEM, SZ_16K), 0);
	for (i = 0; i < SZ_16K; i += PAGE_SIZE) {
		check_state(MEM + i, PKVM_PAGE_SHARED_OWNED,
			    PKVM_PAGE_SHARED_BORROWED, 1);
		ASSERT(mapped(__hyp_va(MEM + i)));
		ASSERT_EQ(fake_s2(MEM + i), FAKE_S2_RW);
	}
	check_state(MEM + SZ_16K, PKVM_PAGE_OWNED, PKVM_NOPAGE, 0);
	ASSERT(!mapped(__hyp_va(MEM + SZ_16K)));
	/* One memory. */
	*(u64 *)fake_host_va(MEM + 8) = 0x1234;
	ASSERT_EQ(*(u64 *)__hyp_va(MEM + 8), 0x1234);
	ASSERT_EQ(devmed_unpin(MEM, SZ_16K), 0);
	ASSERT(fake_unchanged(before));
}

static void pin_fails(u64 phys, u64 size, int error)
{
	struct fake_snapshot *before = fake_snapshot();

	ASSERT_EQ(devmed_pin(phys, size), error);
	ASSERT(fake_unchanged(before));
	free(before);
}

TEST(mem_pin_arguments)
{
	pin_fails(MEM, 0, -EINVAL);
	pin_fails(MEM + 8, PAGE_SIZE, -EINVAL);
	pin_fails(MEM, PAGE_SIZE + 8, -EINVAL);
	pin_fails(MEM, -PAGE_SIZE, -EINVAL);
	pin_fails(-PAGE_SIZE, PAGE_SIZE, -EINVAL);
	pin_fails(-PAGE_SIZE, 2 * PAGE_SIZE, -EINVAL);
	pin_fails(MMIO, PAGE_SIZE, -EPERM);
	pin_fails(FAKE_NOMAP_BASE, PAGE_SIZE, -EPERM);
	pin_fails(MEM - PAGE_SIZE, 2 * PAGE_SIZE, -EINVAL);
	pin_fails(END - PAGE_SIZE, 2 * PAGE_SIZE, -EINVAL);
	ASSERT_EQ(devmed_unpin(MEM, 0), -EINVAL);
	ASSERT_EQ(devmed_unpin(MEM, PAGE_SIZE), -EBUSY);
	ASSERT_EQ(devmed_unpin(MMIO, PAGE_SIZE), -EPERM);
}

/* Every owner and sharer that a page can have but the host alone (M09). */
TEST(mem_pin_states)
{
	u64 page = MEM + 2 * PAGE_SIZE;
	u64 pfn = page >> PAGE_SHIFT;
	struct hyp_page *hyp_page = hyp_phys_to_page(page);
	unsigned int host, hyp, refs;

	for (host = 0; host < 4; host++) {
		for (hyp = 0; hyp < 4; hyp++) {
			for (refs = 0; refs < 3; refs++) {
				bool pinned = host == PKVM_PAGE_SHARED_OWNED &&
					hyp == PKVM_PAGE_SHARED_BORROWED &&
					refs == 1;

				set_host_state(hyp_page, host);
				set_hyp_state(hyp_page, hyp);
				hyp_page->refcount = refs;
				if (host == PKVM_PAGE_OWNED &&
				    hyp == PKVM_NOPAGE && !refs)
					continue;
				pin_fails(page, PAGE_SIZE, -EBUSY);
				pin_fails(MEM, SZ_16K, -EBUSY);
				if (!pinned)
					ASSERT_EQ(devmed_unpin(page, PAGE_SIZE), -EBUSY);
			}
		}
	}
	set_host_state(hyp_page, PKVM_PAGE_OWNED);
	set_hyp_state(hyp_page, PKVM_NOPAGE);
	hyp_page->refcount = 0;
	ASSERT_EQ(__pkvm_host_share_hyp(pfn), 0);
	pin_fails(MEM, SZ_16K, -EBUSY);
	ASSERT_EQ(devmed_unpin(page, PAGE_SIZE), -EBUSY);
	ASSERT_EQ(__pkvm_host_unshare_hyp(pfn), 0);
	ASSERT_EQ(devmed_pin(MEM, SZ_16K), 0);
}

/* So that a pin that is never dropped is noticed. */
TEST(mem_pinned)
{
	ASSERT_EQ(devmed_pinned(), 0);
	ASSERT_EQ(devmed_pin(MEM, SZ_16K), 0);
	ASSERT_EQ(devmed_pin(MEM + SZ_16K, PAGE_SIZE), 0);
	ASSERT_EQ(devmed_pinned(), SZ_16K / PAGE_SIZE + 1);
	ASSERT_EQ(devmed_pin(MEM, PAGE_SIZE), -EBUSY);
	ASSERT_EQ(devmed_unpin(MEM + SZ_64K, PAGE_SIZE), -EBUSY);
	ASSERT_EQ(devmed_pinned(), SZ_16K / PAGE_SIZE + 1);
	ASSERT_EQ(devmed_unpin(MEM, SZ_16K), 0);
	ASSERT_EQ(devmed_pinned(), 1);
	ASSERT_EQ(devmed_unpin(MEM + SZ_16K, PAGE_SIZE), 0);
	ASSERT_EQ(devmed_pinned(), 0);
}

/* Again and again: the count never grows (M08). */
TEST(mem_pin_once)
{
	unsigned int i;

	ASSERT_EQ(devmed_pin(MEM, PAGE_SIZE), 0);
	for (i = 0; i < 70000; i++)
		ASSERT_EQ(devmed_pin(MEM, PAGE_SIZE), -EBUSY);
	check_state(MEM, PKVM_PAGE_SHARED_OWNED, PKVM_PAGE_SHARED_BORROWED, 1);
	ASSERT_EQ(devmed_unpin(MEM, SZ_8K), -EBUSY);
	ASSERT_EQ(devmed_unpin(MEM, PAGE_SIZE), 0);
	ASSERT_EQ(devmed_unpin(MEM, PAGE_SIZE), -EBUSY);
}

/* Nothing takes a pinned page away (M07). */
TEST(mem_pin_holds)
{
	u64 pfn = MEM >> PAGE_SHIFT;

	ASSERT_EQ(devmed_pin(MEM, PAGE_SIZE), 0);
	ASSERT_EQ(__pkvm_host_unshare_hyp(pfn), -EBUSY);
	ASSERT_EQ(__pkvm_host_share_hyp(pfn), -EPERM);
	ASSERT_EQ(__pkvm_host_donate_hyp(pfn, 1), -EPERM);
	ASSERT_EQ(devmed_pool_init(pfn, 1), -EPERM);
}

/* The host on another CPU, whenever EL2 lets go of its locks (C13). */
static unsigned int snatched;

static void snatch(void)
{
	u64 pfn = MEM >> PAGE_SHIFT;
	struct hyp_page *page = hyp_phys_to_page(MEM);
	enum pkvm_page_state host = get_host_state(page);

	/* Either state is whole. */
	if (host == PKVM_PAGE_SHARED_OWNED)
		check_state(MEM, host, PKVM_PAGE_SHARED_BORROWED, 1);
	else
		check_state(MEM, PKVM_PAGE_OWNED, PKVM_NOPAGE, 0);
	ASSERT(__pkvm_host_unshare_hyp(pfn) < 0);
	snatched++;
}

TEST(mem_pin_race)
{
	unsigned int i;

	fake_other_cpu = snatch;
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(devmed_pin(MEM, PAGE_SIZE), 0);
		ASSERT_EQ(devmed_unpin(MEM, PAGE_SIZE), 0);
	}
	fake_other_cpu = NULL;
	ASSERT(snatched >= 20);
}

static u64 copy[1024];

static void fill(u64 phys, u64 size)
{
	u64 *words = fake_host_va(phys);
	u64 i;

	for (i = 0; i < size / 8; i++)
		words[i] = phys + i * 8;
}

TEST(mem_copy)
{
	struct fake_snapshot *before = fake_snapshot();
	u64 offset, size, i;

	fill(MEM, 3 * PAGE_SIZE);
	for (offset = PAGE_SIZE - 64; offset <= PAGE_SIZE; offset += 8) {
		for (size = 0; size <= PAGE_SIZE + 128; size += 8) {
			memset(copy, 0xff, sizeof(copy));
			ASSERT_EQ(devmed_copy_from_host(copy, MEM + offset, size), 0);
			for (i = 0; i < size / 8; i++)
				ASSERT_EQ(copy[i], MEM + offset + i * 8);
			ASSERT_EQ(copy[i], U64_MAX);
		}
	}
	ASSERT(fake_unchanged(before));
}

TEST(mem_copy_errors)
{
	ASSERT_EQ(devmed_copy_from_host(copy, MEM + 4, 8), -EINVAL);
	ASSERT_EQ(devmed_copy_from_host(copy, MEM, 12), -EINVAL);
	ASSERT_EQ(devmed_copy_from_host(copy, -8ULL, 16), -EINVAL);
	ASSERT_EQ(devmed_copy_from_host(copy, MMIO, 8), -EPERM);
	ASSERT_EQ(devmed_copy_from_host(copy, FAKE_NOMAP_BASE, 8), -EPERM);
	ASSERT_EQ(devmed_copy_from_host(copy, END - 8, 16), -EPERM);
	fake_guest_takes(MEM + PAGE_SIZE);
	ASSERT_EQ(devmed_copy_from_host(copy, MEM + PAGE_SIZE, 8), -EPERM);
	ASSERT_EQ(devmed_copy_from_host(copy, MEM + PAGE_SIZE - 8, 16), -EPERM);
	ASSERT_EQ(devmed_copy_from_host(copy, MEM + PAGE_SIZE - 8, 8), 0);
	ASSERT_EQ(__pkvm_host_donate_hyp((MEM >> PAGE_SHIFT) + 2, 1), 0);
	ASSERT_EQ(devmed_copy_from_host(copy, MEM + 2 * PAGE_SIZE, 8), -EPERM);
	/* Pinned and shared pages are the host's. */
	ASSERT_EQ(devmed_pin(MEM, PAGE_SIZE), 0);
	ASSERT_EQ(devmed_copy_from_host(copy, MEM, 8), 0);
}

static void flip(const volatile void *addr, size_t size)
{
	fill(MEM, PAGE_SIZE);
	*(u64 *)fake_host_va(MEM + offset_in_page(addr)) = U64_MAX;
}

/* Each word once, with the locks that keep the page the host's (C03). */
TEST(mem_copy_once)
{
	unsigned int i;

	fill(MEM, PAGE_SIZE);
	fake_log_reset();
	fake_on_read_once = flip;
	ASSERT_EQ(devmed_copy_from_host(copy, MEM + 64, 64), 0);
	ASSERT_EQ(fake_count(FAKE_READ_ONCE), 8);
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(copy[i], MEM + 64 + i * 8);
		ASSERT_EQ(fake_event(FAKE_READ_ONCE, i)->size, 8);
	}
}

static void check_locked(const volatile void *addr, size_t size)
{
	ASSERT(fake_holds("host_mmu.lock"));
}

TEST(mem_copy_locked)
{
	fake_on_read_once = check_locked;
	ASSERT_EQ(devmed_copy_from_host(copy, MEM, SZ_8K), 0);
}
