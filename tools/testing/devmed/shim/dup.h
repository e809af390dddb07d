/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Duplicates: definitions whose own header cannot be included natively, with the
 * file that they come from.
 */
#ifndef DEVMED_DUP_H
#define DEVMED_DUP_H

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include <asm/ptrace.h>

/* include/linux/limits.h, include/vdso/limits.h */
#ifndef U8_MAX
#define U8_MAX		((u8)~0U)
#endif
#ifndef U32_MAX
#define U32_MAX		((u32)~0U)
#endif
#ifndef U64_MAX
#define U64_MAX		((u64)~0ULL)
#endif
#ifndef USHRT_MAX
#define USHRT_MAX	((unsigned short)~0U)
#endif

/* include/vdso/page.h, include/linux/mm.h, include/linux/mmzone.h */
#ifndef FAKE_PAGE_SHIFT
#define FAKE_PAGE_SHIFT	12
#endif
#undef PAGE_SHIFT
#undef PAGE_SIZE
#undef PAGE_MASK
#define PAGE_SHIFT	FAKE_PAGE_SHIFT
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#undef PAGE_ALIGN
#define PAGE_ALIGN(x)	ALIGN(x, PAGE_SIZE)
#define PAGE_ALIGNED(x)	IS_ALIGNED((unsigned long)(x), PAGE_SIZE)
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)
#define MAX_PAGE_ORDER	10
#define NR_PAGE_ORDERS	(MAX_PAGE_ORDER + 1)

/* include/asm-generic/getorder.h */
static inline int get_order(unsigned long size)
{
	int order = 0;

	if (!size)
		return BITS_PER_LONG - PAGE_SHIFT;
	while ((PAGE_SIZE << order) < size)
		order++;

	return order;
}

/* include/linux/memblock.h */
enum memblock_flags {
	MEMBLOCK_NONE	= 0,
	MEMBLOCK_NOMAP	= 4,
};

struct memblock_region {
	phys_addr_t base;
	phys_addr_t size;
	enum memblock_flags flags;
};

/* arch/arm64/include/asm/kvm_pkvm.h */
#define HYP_MEMBLOCK_REGIONS 128
extern struct memblock_region hyp_memory[HYP_MEMBLOCK_REGIONS];
extern unsigned int hyp_memblock_nr;

/* arch/arm64/include/asm/kvm_pgtable.h */
enum kvm_pgtable_prot {
	KVM_PGTABLE_PROT_X	= BIT(0),
	KVM_PGTABLE_PROT_W	= BIT(1),
	KVM_PGTABLE_PROT_R	= BIT(2),
	KVM_PGTABLE_PROT_DEVICE	= BIT(3),
	KVM_PGTABLE_PROT_SW0	= BIT(55),
	KVM_PGTABLE_PROT_SW1	= BIT(56),
};

#define KVM_PGTABLE_PROT_RW	(KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_W)
#define KVM_PGTABLE_PROT_RWX	(KVM_PGTABLE_PROT_RW | KVM_PGTABLE_PROT_X)
#define PKVM_HOST_MEM_PROT	KVM_PGTABLE_PROT_RWX
#define PKVM_HOST_MMIO_PROT	KVM_PGTABLE_PROT_RW

#define KVM_PGTABLE_LAST_LEVEL	3
#define KVM_PGTABLE_MIN_BLOCK_LEVEL	(PAGE_SHIFT == 12 ? 1 : 2)

static inline u64 kvm_granule_shift(s8 level)
{
	return PAGE_SHIFT + (KVM_PGTABLE_LAST_LEVEL - level) * (PAGE_SHIFT - 3);
}

static inline u64 kvm_granule_size(s8 level)
{
	return BIT(kvm_granule_shift(level));
}

typedef u64 kvm_pte_t;

static inline bool kvm_pte_valid(kvm_pte_t pte)
{
	return pte & 1;
}

enum kvm_pgtable_walk_flags {
	KVM_PGTABLE_WALK_LEAF	= BIT(0),
};

struct kvm_pgtable_visit_ctx {
	kvm_pte_t old;
	void *arg;
	u64 addr;
	u64 end;
	s8 level;
};

struct kvm_pgtable_walker {
	int (*cb)(const struct kvm_pgtable_visit_ctx *ctx,
		  enum kvm_pgtable_walk_flags visit);
	void *arg;
	enum kvm_pgtable_walk_flags flags;
};

#define PAGE_HYP	(KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_W)
#define PAGE_HYP_DEVICE	(PAGE_HYP | KVM_PGTABLE_PROT_DEVICE)

/* Reduced to what the model keeps. */
struct kvm_pgtable {
	u32 ia_bits;
};

int kvm_pgtable_stage2_unmap(struct kvm_pgtable *pgt, u64 addr, u64 size);
int kvm_pgtable_hyp_map(struct kvm_pgtable *pgt, u64 addr, u64 size, u64 phys,
			enum kvm_pgtable_prot prot);
int kvm_pgtable_walk(struct kvm_pgtable *pgt, u64 addr, u64 size,
		     struct kvm_pgtable_walker *walker);
enum kvm_pgtable_prot kvm_pgtable_stage2_pte_prot(kvm_pte_t pte);
u64 kvm_pgtable_hyp_unmap(struct kvm_pgtable *pgt, u64 addr, u64 size);

/* arch/arm64/include/asm/kvm_host.h, kvm_mmu.h, kvm_hyp.h */
struct kvm_cpu_context {
	struct user_pt_regs regs;
};

struct kvm_vcpu_fault_info {
	u64 esr_el2;
	u64 far_el2;
	u64 hpfar_el2;
};

extern s64 hyp_physvirt_offset;
#define __hyp_pa(virt)	((phys_addr_t)(virt) + hyp_physvirt_offset)
void kvm_flush_dcache_to_poc(void *addr, size_t size);
void kvm_skip_host_instr(void);

#endif /* DEVMED_DUP_H */
