/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's own headers give the EL2 sources, for all wrappers here.
 */
#ifndef DEVMED_SHIM_H
#define DEVMED_SHIM_H

#include <errno.h>
#include <string.h>

#include <linux/bitfield.h>

#include <asm/esr.h>

#include <custom.h>
#include <dup.h>
#include <stub.h>

/* System registers: a settable struct. */
extern struct fake_sysregs {
	u64 esr_el2;
	u64 spsr_el2;
	u64 elr_el2;
	u64 far_el2;
	u64 sctlr_el1;
	u64 far_el1;
} fake_sysregs;

#define FAKE_EL2_SYS_ESR	fake_sysregs.esr_el2
#define FAKE_EL2_SYS_SPSR	fake_sysregs.spsr_el2
#define FAKE_EL2_SYS_ELR	fake_sysregs.elr_el2
#define FAKE_EL2_SYS_FAR	fake_sysregs.far_el2
#define FAKE_EL1_SYS_SCTLR	fake_sysregs.sctlr_el1
#define FAKE_EL1_SYS_FAR	fake_sysregs.far_el1
#define read_sysreg_el2(r)	(FAKE_EL2_##r)
#define read_sysreg_el1(r)	(FAKE_EL1_##r)
#define write_sysreg_el2(v, r)	(FAKE_EL2_##r = (v))
#define write_sysreg_el1(v, r)	(FAKE_EL1_##r = (v))

/* The clock: nanoseconds, and each look takes one microsecond. */
#define FAKE_CNTFRQ		1000000000ULL
extern u64 fake_clock;
#undef read_sysreg
#define read_sysreg(r)		FAKE_READ_##r
#define FAKE_READ_cntfrq_el0	FAKE_CNTFRQ
#define FAKE_READ_mpidr_el1	fake_mpidr
extern u64 fake_mpidr;
#define __arch_counter_get_cntpct()	(fake_clock += FAKE_CNTFRQ / 1000000)
#define cpu_relax()		do { } while (0)

void trace_devmed_refuse(u64 ipa, u64 esr, u32 reason);
void trace_devmed_refuse_cmd(u64 base, u64 dword0, u64 dword1, u32 reason);

/* Page ownership: see fake_mem.c. */
#include <nvhe/memory.h>

struct host_mmu {
	struct kvm_arch arch;
	struct kvm_pgtable pgt;
	hyp_spinlock_t lock;
};

extern struct host_mmu host_mmu;
extern struct kvm_pgtable pkvm_pgtable;
extern hyp_spinlock_t pkvm_pgd_lock;

int __pkvm_host_share_hyp(u64 pfn);
int __pkvm_host_unshare_hyp(u64 pfn);
int __pkvm_host_donate_hyp(u64 pfn, u64 nr_pages);
int __pkvm_hyp_donate_host(u64 pfn, u64 nr_pages);
int host_stage2_idmap_locked(phys_addr_t addr, u64 size,
			     enum kvm_pgtable_prot prot);
int host_stage2_donate_mmio_locked(phys_addr_t addr, u64 size);
int check_range_allowed_memory(u64 start, u64 end);
bool addr_is_memory(phys_addr_t phys);
void host_inject_mem_abort(struct kvm_cpu_context *host_ctxt);
int pkvm_create_mappings_locked(void *from, void *to,
				enum kvm_pgtable_prot prot);
int pkvm_alloc_private_va_range(size_t size, unsigned long *haddr);
void *hyp_fixmap_map(phys_addr_t phys);
void hyp_fixmap_unmap(void);

#endif /* DEVMED_SHIM_H */
