// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every access of the SMMU model to memory comes through here: whose page may
 * it be, and what does the SMMU see of what EL2 stored there.
 *
 * With weak memory, each double-word of EL2's pages is seen as it was at the
 * last barrier or as it is now, by chance, until the next barrier. An SMMU that
 * does not snoop knows no barrier, only what was cleaned to the point of
 * coherency; but a line may be evicted at any time.
 */
#include "fake.h"
#include "harness.h"
#include "model_smmu.h"

#define MEM_END		(FAKE_NOMAP_BASE + FAKE_NOMAP_SIZE)
#define MEM_BYTES	(MEM_END - FAKE_MEM_BASE)
#define MEM_PAGES	(MEM_BYTES / PAGE_SIZE)
#define TRANSLATER	SZ_64K
#define ITS_SIZE	SZ_128K
/* Of a page that is not the first: HYP_NO_ORDER. */
#define NO_ORDER	((u8)~0)

static u8 seen[MEM_BYTES];
static bool tracked[MEM_PAGES];
static bool weak;
static bool weak_coherent;
static bool weak_all;
/* Which pages of EL2's may be free. */
static u64 pool_base;
static u64 pool_size;

/* Who has to own the page that is used so. */
enum owner {
	EL2_OWNS,
	HOST_READS,
	HOST_WRITES,
	HOST_PINNED,
	MSI_TARGET,
};

static const struct {
	const char *complaint;
	enum owner mediated;
	enum owner raw;
} uses[] = {
	[MSMMU_USE_CMDQ] = { "fetches a command there", EL2_OWNS, HOST_READS },
	[MSMMU_USE_STRTAB] = { "fetches an STE there", EL2_OWNS, HOST_READS },
	[MSMMU_USE_S2_TABLE] = { "walks a stage-2 table there", EL2_OWNS, HOST_READS },
	[MSMMU_USE_CD] = { "fetches a CD there", HOST_READS, HOST_READS },
	[MSMMU_USE_S1_TABLE] = { "walks a stage-1 table there", HOST_READS, HOST_READS },
	[MSMMU_USE_S1_UPDATE] = { "updates a stage-1 table there", HOST_WRITES, HOST_WRITES },
	[MSMMU_USE_EVTQ] = { "writes an event there", HOST_PINNED, HOST_WRITES },
	[MSMMU_USE_PRIQ] = { "writes a page request there", HOST_PINNED, HOST_WRITES },
	[MSMMU_USE_MSI] = { "writes an MSI there", MSI_TARGET, HOST_WRITES },
	[MSMMU_USE_DMA_READ] = { "lets a device read there", HOST_READS, HOST_READS },
	[MSMMU_USE_DMA_WRITE] = { "lets a device write there", HOST_WRITES, HOST_WRITES },
};

static bool is_memory(u64 pa)
{
	return !check_range_allowed_memory(pa, pa + 1);
}

bool msmmu_el2_owns(u64 pa)
{
	struct hyp_page *page = hyp_phys_to_page(pa);

	return is_memory(pa) && get_hyp_state(page) == PKVM_PAGE_OWNED &&
	       get_host_state(page) == PKVM_NOPAGE;
}

static bool takes_msis(u64 pa)
{
	struct devmed_region *region = devmed_search_region(pa);

	return region && region->regs == &devmed_its_regs &&
	       pa - region->base >= TRANSLATER && pa - region->base < ITS_SIZE;
}

/* The pages of a region are EL2's, but for the one where MSIs are sent to. */
static bool host_owns_mmio(u64 pa, bool write)
{
	if (devmed_search_region(pa))
		return write && takes_msis(pa);

	return fake_s2(pa) != FAKE_S2_HYP && fake_s2(pa) != FAKE_S2_GUEST;
}

bool msmmu_host_owns(u64 pa, bool write)
{
	enum fake_s2 s2 = fake_s2(pa);

	if (!is_memory(pa))
		return host_owns_mmio(pa, write);
	if (get_host_state(hyp_phys_to_page(pa)) == PKVM_NOPAGE)
		return false;

	return s2 == FAKE_S2_LAZY || s2 == FAKE_S2_RW || (s2 == FAKE_S2_R && !write);
}

static bool is_pinned(u64 pa)
{
	struct hyp_page *page = hyp_phys_to_page(pa);

	return is_memory(pa) && page->refcount &&
	       get_host_state(page) == PKVM_PAGE_SHARED_OWNED;
}

static bool owned(enum owner owner, u64 pa)
{
	switch (owner) {
	case EL2_OWNS:
		return msmmu_el2_owns(pa);
	case HOST_READS:
		return msmmu_host_owns(pa, false);
	case HOST_WRITES:
		return msmmu_host_owns(pa, true);
	case HOST_PINNED:
		return is_pinned(pa);
	case MSI_TARGET:
		return is_pinned(pa) || takes_msis(pa);
	}

	return false;
}

void msmmu_set_pool(u64 base, u64 size)
{
	pool_base = base;
	pool_size = size;
}

/* The first page of what it was allocated with says so. */
static bool is_free(u64 pa)
{
	struct hyp_page *page = hyp_phys_to_page(pa);
	u64 head = ALIGN_DOWN(pa, PAGE_SIZE);

	if (pa - pool_base >= pool_size)
		return false;
	for (; page->order == NO_ORDER && head > pool_base; page--)
		head -= PAGE_SIZE;

	return !page->refcount && pa - head < PAGE_SIZE << page->order;
}

/* Is this in what a register has the hardware use? */
static bool is_used_as(struct msmmu *s, u32 base, u64 mask, u64 bytes, u64 pa)
{
	u64 first = ALIGN_DOWN(msmmu_reg64(s, base) & mask, bytes);

	return pa - first < bytes;
}

/* EL2's, and for something else. */
static bool is_misused(struct msmmu *s, enum msmmu_use use, u64 pa)
{
	u32 cfg = *msmmu_reg(s, SMMU_STRTAB_BASE_CFG);
	u8 bits = FIELD_GET(M_STRTAB_LOG2SIZE, cfg);
	u8 split = FIELD_GET(M_STRTAB_FMT, cfg) ? FIELD_GET(M_STRTAB_SPLIT, cfg) : 0;
	u32 slots = msmmu_reg64(s, SMMU_CMDQ_BASE) & M_BASE_LOG2SIZE;

	if (is_free(pa))
		return true;
	if (use != MSMMU_USE_CMDQ &&
	    is_used_as(s, SMMU_CMDQ_BASE, M_BASE_ADDR, 16ULL << min(slots, 19U), pa))
		return true;
	if (use == MSMMU_USE_STRTAB)
		return false;

	return is_used_as(s, SMMU_STRTAB_BASE, M_STRTAB_ADDR,
			  (split ? 8ULL : 64ULL) << (max(bits, split) - split), pa);
}

static void check_owner(struct msmmu *s, enum msmmu_use use, u64 pa, size_t size)
{
	enum owner owner = s->config.mediated ? uses[use].mediated : uses[use].raw;

	if (!owned(owner, pa) || !owned(owner, pa + size - 1))
		msmmu_complain(s, uses[use].complaint, pa);
	else if (owner == EL2_OWNS && is_misused(s, use, pa))
		msmmu_complain(s, "takes a page of EL2's for another", pa);
}

static bool is_el2s(u64 page)
{
	struct hyp_page *p = hyp_phys_to_page(FAKE_MEM_BASE + page * PAGE_SIZE);

	return get_hyp_state(p) == PKVM_PAGE_OWNED && get_host_state(p) == PKVM_NOPAGE;
}

static void copy(u64 page)
{
	memcpy(&seen[page * PAGE_SIZE], fake_host_va(FAKE_MEM_BASE + page * PAGE_SIZE),
	       PAGE_SIZE);
}

/* Of those that the SMMU has looked at, or of all, which takes its time. */
static void on_barrier(void)
{
	u64 page;

	if (!weak_coherent)
		return;
	for (page = 0; page < MEM_PAGES; page++) {
		if (weak_all)
			tracked[page] = is_el2s(page);
		if (tracked[page])
			copy(page);
	}
}

static void on_flush(void *addr, size_t size)
{
	u64 first = fake_phys(addr) - FAKE_MEM_BASE;

	if (weak_coherent || first >= MEM_BYTES || size > MEM_BYTES - first)
		return;
	memcpy(&seen[first], fake_host_va(FAKE_MEM_BASE + first), size);
}

void msmmu_weak_memory(bool on, bool coherent, bool all)
{
	u64 page;

	weak = on;
	weak_coherent = coherent;
	weak_all = all;
	memset(tracked, 0, sizeof(tracked));
	fake_on_barrier = on ? on_barrier : NULL;
	fake_on_flush = on ? on_flush : NULL;
	/* What there is was written back before. */
	for (page = 0; on && page < MEM_PAGES; page++)
		copy(page);
}

static void look(struct msmmu *s, u64 pa, void *to, size_t size)
{
	u64 page = (pa - FAKE_MEM_BASE) / PAGE_SIZE;
	u8 *old;
	size_t done;

	memcpy(to, fake_host_va(pa), size);
	if (!weak || pa - FAKE_MEM_BASE >= MEM_BYTES || !is_el2s(page))
		return;
	old = &seen[pa - FAKE_MEM_BASE];
	if (!tracked[page] && weak_coherent && !weak_all)
		copy(page);
	tracked[page] = true;

	for (done = 0; done + sizeof(u64) <= size; done += sizeof(u64)) {
		if (!memcmp(to + done, old + done, sizeof(u64)))
			continue;
		/* Once seen, seen. */
		if (msmmu_random(s, 2))
			memcpy(old + done, to + done, sizeof(u64));
		else
			memcpy(to + done, old + done, sizeof(u64));
	}
}

/*
 * An address that the SMMU has no wires for, of its own accesses (IHI 0070, 3.4.3):
 * a truncated one is another's. Where a fault may be raised instead, either.
 */
static bool truncate(struct msmmu *s, enum msmmu_use use, u64 *pa)
{
	u64 end = BIT_ULL(msmmu_pa_bits(s->config.oas));

	if (*pa < end || use >= MSMMU_USE_DMA_READ)
		return true;
	*pa &= end - 1;

	return (use != MSMMU_USE_STRTAB && use != MSMMU_USE_CD) || msmmu_random(s, 2);
}

/**
 * msmmu_load - read memory
 * @s: who
 * @use: what for
 * @pa: not across a page
 * @to: where to
 * @size: in bytes
 *
 * Return: false for an external abort. Devices answer devices.
 */
bool msmmu_load(struct msmmu *s, enum msmmu_use use, u64 pa, void *to, size_t size)
{
	if (!truncate(s, use, &pa))
		return false;
	if (use < MSMMU_USE_DMA_READ && msmmu_only_hits(s))
		return false;
	check_owner(s, use, pa, size);
	if (!is_memory(pa) || !is_memory(pa + size - 1)) {
		memset(to, 0, size);
		return use == MSMMU_USE_DMA_READ;
	}
	look(s, pa, to, size);

	return true;
}

/**
 * msmmu_store - write memory, or a register
 * @s: who
 * @use: what for
 * @pa: not across a page
 * @from: what
 * @size: in bytes
 *
 * Return: false for an external abort.
 */
bool msmmu_store(struct msmmu *s, enum msmmu_use use, u64 pa, const void *from,
		 size_t size)
{
	if (!truncate(s, use, &pa))
		return false;
	if (use < MSMMU_USE_DMA_READ && msmmu_only_hits(s))
		return false;
	check_owner(s, use, pa, size);
	if (!is_memory(pa) || !is_memory(pa + size - 1))
		return use >= MSMMU_USE_MSI;
	memcpy(fake_host_va(pa), from, size);

	return true;
}
