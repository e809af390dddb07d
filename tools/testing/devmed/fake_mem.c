// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who owns which page: the host stage-2, EL2's stage-1, the vmemmap and the
 * memory behind them. Fails where the kernel's own code can fail, and only
 * there; mem_protect.c, mm.c and pgtable.c in arch/arm64/kvm/hyp say where.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "fake.h"
#include "harness.h"

#define LOW_PAGES	(SZ_4G >> PAGE_SHIFT)
#define HIGH_PAGES	(SZ_16M >> PAGE_SHIFT)
#define HIGH_BASE	(BIT_ULL(FAKE_IA_BITS) - SZ_16M)
#define MEM_BYTES	(FAKE_NOMAP_BASE + FAKE_NOMAP_SIZE - FAKE_MEM_BASE)
#define MEM_PAGES	(MEM_BYTES >> PAGE_SHIFT)
#define FAR_OFFSET	(FAKE_FAR_BASE - FAKE_MEM_BASE)
#define FAR_PAGES	(FAKE_FAR_SIZE >> PAGE_SHIFT)
#define ALL_BYTES	(MEM_BYTES + FAKE_FAR_SIZE)
#define VMEMMAP_BYTES	SZ_16M

/* All that a failed operation must leave as it was. */
struct fake_snapshot {
	u8 low[LOW_PAGES];
	u8 high[HIGH_PAGES];
	u8 far[FAR_PAGES];
	u64 io[FAKE_IO_PAGES];
	bool linear[MEM_PAGES + FAR_PAGES];
	struct hyp_page vmemmap[MEM_PAGES];
	u64 counters[DEVMED_NR_GLOBAL_COUNTERS];
};

static struct fake_snapshot now;
static u64 io_next;
static int mem_fd;
static u8 *mem_hyp;
static u8 *mem_host;
static unsigned int steps;
static unsigned int fail_at;
static unsigned int fail_again;
static bool infallible;

s64 hyp_physvirt_offset;
struct host_mmu host_mmu = { .lock = { .name = "host_mmu.lock" } };
struct kvm_pgtable pkvm_pgtable;
DEFINE_HYP_SPINLOCK(pkvm_pgd_lock);
struct memblock_region hyp_memory[HYP_MEMBLOCK_REGIONS];
unsigned int hyp_memblock_nr;

static struct hyp_page *fake_vmemmap(void)
{
	return &hyp_vmemmap[FAKE_MEM_BASE >> PAGE_SHIFT];
}

static void *fake_mmap(size_t size, int prot, int flags, int fd)
{
	void *addr = mmap(NULL, size, prot, flags, fd, 0);

	ASSERT(addr != MAP_FAILED);
	return addr;
}

static void fake_map_window(u64 at, u64 size, u64 offset)
{
	ASSERT(mmap(mem_hyp + at, size, PROT_NONE, MAP_SHARED | MAP_FIXED, mem_fd,
		    offset) == mem_hyp + at);
}

/* One memory, seen twice: EL2 faults on what is not mapped there. */
static void fake_init_memory(void)
{
	mem_fd = memfd_create("memory", 0);
	ASSERT(mem_fd >= 0 && !ftruncate(mem_fd, ALL_BYTES));
	mem_host = fake_mmap(ALL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, mem_fd);
	/* Aligned as memory is, whatever size pages have. */
	mem_hyp = fake_mmap(FAR_OFFSET + FAKE_FAR_SIZE + SZ_64K, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	mem_hyp = (void *)ALIGN((u64)mem_hyp, SZ_64K);
	fake_map_window(0, MEM_BYTES, 0);
	fake_map_window(FAR_OFFSET, FAKE_FAR_SIZE, MEM_BYTES);
	hyp_physvirt_offset = FAKE_MEM_BASE - (u64)mem_hyp;
}

/* EL2 faults where there is no memory; the model keeps a copy to compare. */
static void fake_init_vmemmap(void)
{
	u8 *base = fake_mmap(VMEMMAP_BYTES, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);

	__hyp_vmemmap = (u64)base;
	ASSERT(!mprotect(&hyp_vmemmap[FAKE_MEM_BASE >> PAGE_SHIFT],
			 MEM_PAGES * sizeof(struct hyp_page),
			 PROT_READ | PROT_WRITE));
}

void fake_init(void)
{
	fake_init_memory();
	fake_init_vmemmap();
	fake_fixmap_init();
	io_next = FAKE_IO_BASE;
	host_mmu.pgt.ia_bits = FAKE_IA_BITS;
	hyp_memory[0] = (struct memblock_region) {
		FAKE_MEM_BASE, FAKE_MEM_SIZE, MEMBLOCK_NONE
	};
	hyp_memory[1] = (struct memblock_region) {
		FAKE_NOMAP_BASE, FAKE_NOMAP_SIZE, MEMBLOCK_NOMAP
	};
	hyp_memblock_nr = 2;
	fake_set_s2(FAKE_MEM_BASE, FAKE_MEM_SIZE, FAKE_S2_RW);
}

void fake_reset_memory(void)
{
	memset(&now, 0, sizeof(now));
	memset(mem_host, 0, MEM_BYTES);
	/* There is much of it, and few tests use any. */
	ASSERT(!madvise(mem_host + MEM_BYTES, FAKE_FAR_SIZE, MADV_REMOVE));
	memset(fake_vmemmap(), 0, sizeof(now.vmemmap));
	ASSERT(!mprotect(mem_hyp, MEM_BYTES, PROT_NONE));
	ASSERT(!mprotect(mem_hyp + FAR_OFFSET, FAKE_FAR_SIZE, PROT_NONE));
	io_next = FAKE_IO_BASE;
	fake_set_s2(FAKE_MEM_BASE, FAKE_MEM_SIZE, FAKE_S2_RW);
}

void fake_check_idle(void)
{
	ASSERT(!fake_nr_held());
	ASSERT(fake_fixmap_idle());
}

void fake_fail_at(unsigned int nth, unsigned int again)
{
	steps = 0;
	fail_at = nth;
	fail_again = again;
}

void fake_infallible(bool on)
{
	infallible = on;
}

unsigned int fake_steps(void)
{
	return steps;
}

bool fake_step_fails(void)
{
	if (infallible)
		return false;
	steps++;
	if (!fail_at)
		return false;

	return steps == fail_at || (fail_again && steps >= fail_at + fail_again);
}

/*
 * What the host maps again by itself is no state: unmapped and read-write MMIO
 * are the same to it.
 */
static void fake_take(struct fake_snapshot *to)
{
	u64 i;

	*to = now;
	memcpy(to->vmemmap, fake_vmemmap(), sizeof(to->vmemmap));
	for (i = 0; i < DEVMED_NR_GLOBAL_COUNTERS; i++)
		to->counters[i] = i == DEVMED_PINNED ? devmed_pinned() :
				  i == DEVMED_UNRESOLVED || i == DEVMED_GUESTS_REFUSED ? 0 :
				  devmed_pool_counter(i);
	for (i = 0; i < FAKE_MEM_BASE >> PAGE_SHIFT; i++) {
		if (to->low[i] == FAKE_S2_RW)
			to->low[i] = FAKE_S2_LAZY;
	}
}

struct fake_snapshot *fake_snapshot(void)
{
	struct fake_snapshot *snapshot = malloc(sizeof(*snapshot));

	ASSERT(snapshot);
	fake_take(snapshot);
	return snapshot;
}

bool fake_unchanged(const struct fake_snapshot *before)
{
	struct fake_snapshot *after = fake_snapshot();
	bool same;

	/* A failed allocation may be counted, and others remembered. */
	after->counters[DEVMED_POOL_FAILED] = before->counters[DEVMED_POOL_FAILED];
	after->counters[DEVMED_POOL_LOW] = before->counters[DEVMED_POOL_LOW];
	same = !memcmp(before, after, sizeof(*before));
	free(after);
	return same;
}

static u8 *fake_s2_entry(u64 phys)
{
	u64 pfn = phys >> PAGE_SHIFT;

	if (pfn < LOW_PAGES)
		return &now.low[pfn];
	if (phys >= HIGH_BASE && phys < BIT_ULL(FAKE_IA_BITS))
		return &now.high[(phys - HIGH_BASE) >> PAGE_SHIFT];
	if (phys - FAKE_FAR_BASE < FAKE_FAR_SIZE)
		return &now.far[(phys - FAKE_FAR_BASE) >> PAGE_SHIFT];

	return NULL;
}

enum fake_s2 fake_s2(u64 phys)
{
	u8 *entry = fake_s2_entry(phys);

	return entry ? *entry : FAKE_S2_LAZY;
}

void fake_set_s2(u64 phys, u64 size, enum fake_s2 state)
{
	u64 end = phys + size;

	for (; phys < end; phys += PAGE_SIZE) {
		ASSERT(fake_s2_entry(phys));
		*fake_s2_entry(phys) = state;
	}
}

static void fake_clear(u8 *window, u64 base, u64 pages, u64 first, u64 end)
{
	first = max(first, base);
	end = min(end, base + pages);
	if (first < end)
		memset(window + first - base, FAKE_S2_LAZY, end - first);
}

/* Clears annotations like mappings, whole pages outwards. */
int kvm_pgtable_stage2_unmap(struct kvm_pgtable *pgt, u64 addr, u64 size)
{
	u64 end = PAGE_ALIGN(addr + size);
	u64 first = ALIGN_DOWN(addr, PAGE_SIZE);

	hyp_assert_lock_held(&host_mmu.lock);
	ASSERT(pgt == &host_mmu.pgt);
	fake_log(FAKE_S2_UNMAP, addr, size, 0, false);
	if (end > BIT_ULL(pgt->ia_bits) || end < first)
		return -ERANGE;
	/* It takes no memory, so it does not run out of it. */
	if (!fail_again && fake_step_fails())
		return -ERANGE;

	fake_clear(now.low, 0, LOW_PAGES, first >> PAGE_SHIFT, end >> PAGE_SHIFT);
	fake_clear(now.high, HIGH_BASE >> PAGE_SHIFT, HIGH_PAGES,
		   first >> PAGE_SHIFT, end >> PAGE_SHIFT);
	fake_clear(now.far, FAKE_FAR_BASE >> PAGE_SHIFT, FAR_PAGES,
		   first >> PAGE_SHIFT, end >> PAGE_SHIFT);

	return 0;
}

/* mem_protect.c, as patched: host_stage2_unmap_dev_all(). */
int fake_recycle(void)
{
	u64 addr = 0;
	unsigned int i;
	int ret;

	for (i = 0; i < hyp_memblock_nr; i++) {
		ret = devmed_unmap_hole(&host_mmu.pgt, addr, hyp_memory[i].base);
		if (ret)
			return ret;
		addr = hyp_memory[i].base + hyp_memory[i].size;
	}

	return devmed_unmap_hole(&host_mmu.pgt, addr, BIT_ULL(FAKE_IA_BITS));
}

static int fake_s2_map(u64 addr, u64 size, enum fake_s2 state)
{
	u64 end = addr + size;

	for (; addr < end; addr += PAGE_SIZE) {
		u8 *entry = fake_s2_entry(addr);

		/* Tables for so much of the address space and no more. */
		if (!entry)
			return -ENOMEM;
		/* A map that changes permissions only is skipped. */
		if (state != FAKE_S2_HYP &&
		    (*entry == FAKE_S2_RW || *entry == FAKE_S2_R))
			continue;
		if (fake_step_fails())
			return -ENOMEM;
		*entry = state;
	}

	return 0;
}

/* host_stage2_try() */
static int fake_s2_try(u64 addr, u64 size, enum fake_s2 state)
{
	int ret;

	hyp_assert_lock_held(&host_mmu.lock);
	ASSERT(size && PAGE_ALIGNED(addr | size));

	ret = fake_s2_map(addr, size, state);
	if (ret != -ENOMEM)
		return ret;
	ret = fake_recycle();

	return ret ? ret : fake_s2_map(addr, size, state);
}

int host_stage2_idmap_locked(phys_addr_t addr, u64 size,
			     enum kvm_pgtable_prot prot)
{
	ASSERT(prot & KVM_PGTABLE_PROT_R);
	return fake_s2_try(addr, size, prot & KVM_PGTABLE_PROT_W ?
			   FAKE_S2_RW : FAKE_S2_R);
}

int host_stage2_donate_mmio_locked(phys_addr_t addr, u64 size)
{
	return fake_s2_try(addr, size, FAKE_S2_HYP);
}

/* As in mem_protect.c, but for the binary search. */
int check_range_allowed_memory(u64 start, u64 end)
{
	unsigned int i;

	for (i = 0; i < hyp_memblock_nr; i++) {
		const struct memblock_region *mem = &hyp_memory[i];
		u64 mem_end = mem->base + mem->size;
		bool first = start >= mem->base && start < mem_end;
		bool last = end - 1 >= mem->base && end - 1 < mem_end;

		if (first != last)
			return -EINVAL;
		if (first)
			return mem->flags & MEMBLOCK_NOMAP ? -EPERM : 0;
		if (start < mem->base && end > mem->base)
			return -EINVAL;
	}

	return -EPERM;
}

/* Of the file behind memory. */
static u64 fake_offset(u64 phys)
{
	if (phys - FAKE_FAR_BASE < FAKE_FAR_SIZE)
		return MEM_BYTES + phys - FAKE_FAR_BASE;

	return phys - FAKE_MEM_BASE < MEM_BYTES ? phys - FAKE_MEM_BASE : U64_MAX;
}

static u64 fake_linear_page(u64 va)
{
	u64 offset = fake_offset(va - (u64)mem_hyp + FAKE_MEM_BASE);

	return offset == U64_MAX ? U64_MAX : offset >> PAGE_SHIFT;
}

static void fake_protect(u64 va, bool mapped)
{
	now.linear[fake_linear_page(va)] = mapped;
	ASSERT(!mprotect((void *)ALIGN_DOWN(va, PAGE_SIZE), PAGE_SIZE,
			 mapped ? PROT_READ | PROT_WRITE : PROT_NONE));
}

static u64 *fake_io_entry(u64 va)
{
	ASSERT(va >= FAKE_IO_BASE);
	ASSERT(va < FAKE_IO_BASE + FAKE_IO_PAGES * PAGE_SIZE);
	return &now.io[(va - FAKE_IO_BASE) >> PAGE_SHIFT];
}

bool fake_hyp_maps(u64 va, u64 *phys)
{
	u64 page = fake_linear_page(va);
	u64 entry;

	if (page != U64_MAX) {
		*phys = FAKE_MEM_BASE + va - (u64)mem_hyp;
		return now.linear[page];
	}
	entry = *fake_io_entry(va);
	*phys = (entry & PAGE_MASK) | offset_in_page(va);

	return entry;
}

static int fake_hyp_map_page(u64 va, u64 phys, enum kvm_pgtable_prot prot)
{
	u64 page = fake_linear_page(va);

	if (fake_step_fails())
		return -ENOMEM;
	if (page != U64_MAX) {
		ASSERT(prot == PAGE_HYP && !now.linear[page]);
		ASSERT_EQ(va - (u64)mem_hyp + FAKE_MEM_BASE, phys);
		fake_protect(va, true);
		return 0;
	}
	ASSERT(prot == PAGE_HYP_DEVICE && !*fake_io_entry(va));
	*fake_io_entry(va) = phys | 1;

	return 0;
}

int kvm_pgtable_hyp_map(struct kvm_pgtable *pgt, u64 addr, u64 size, u64 phys,
			enum kvm_pgtable_prot prot)
{
	u64 offset;
	int ret;

	hyp_assert_lock_held(&pkvm_pgd_lock);
	ASSERT(pgt == &pkvm_pgtable);
	for (offset = 0; offset < size; offset += PAGE_SIZE) {
		ret = fake_hyp_map_page(addr + offset, phys + offset, prot);
		if (ret)
			return ret;
	}

	return 0;
}

/* Stops at the first page that is not mapped. */
u64 kvm_pgtable_hyp_unmap(struct kvm_pgtable *pgt, u64 addr, u64 size)
{
	u64 done;
	u64 phys;

	hyp_assert_lock_held(&pkvm_pgd_lock);
	ASSERT(pgt == &pkvm_pgtable);
	for (done = 0; done < size; done += PAGE_SIZE) {
		if (!fake_hyp_maps(addr + done, &phys))
			break;
		if (fake_linear_page(addr + done) != U64_MAX)
			fake_protect(addr + done, false);
		else
			*fake_io_entry(addr + done) = 0;
	}

	return done;
}

int pkvm_create_mappings_locked(void *from, void *to, enum kvm_pgtable_prot prot)
{
	return kvm_pgtable_hyp_map(&pkvm_pgtable, (u64)from, to - from,
				   __hyp_pa(from), prot);
}

void fake_reset_io(void)
{
	for (; io_next > FAKE_IO_BASE; io_next -= PAGE_SIZE)
		ASSERT(!*fake_io_entry(io_next - PAGE_SIZE));
}

int pkvm_alloc_private_va_range(size_t size, unsigned long *haddr)
{
	hyp_spin_lock(&pkvm_pgd_lock);
	*haddr = io_next;
	hyp_spin_unlock(&pkvm_pgd_lock);
	if (fake_step_fails() ||
	    size > FAKE_IO_BASE + FAKE_IO_PAGES * PAGE_SIZE - io_next)
		return -ENOMEM;
	io_next += PAGE_ALIGN(size);

	return 0;
}

void *fake_host_va(u64 phys)
{
	ASSERT(fake_offset(phys) != U64_MAX);
	return mem_host + fake_offset(phys);
}

/* The file behind memory, and where in it; past its end for memory that was added. */
int fake_backing(u64 phys, u64 *offset)
{
	*offset = fake_offset(phys) == U64_MAX ? phys : fake_offset(phys);
	return mem_fd;
}
