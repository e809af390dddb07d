/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One load or store of EL2's own to a device, which may answer it with an external
 * abort: see abort.c. Only the accessors of <nvhe/devmed_mmio.h> call these.
 *
 * An aborted load gives all ones, an aborted store does nothing. Either has taken
 * an exception to EL2, so ELR_EL2 and SPSR_EL2, which say where EL2 is to return
 * to, are given back; ESR_EL2 and FAR_EL2 still tell of the abort.
 */
#ifndef __ARM64_KVM_NVHE_DEVMED_RAW_H__
#define __ARM64_KVM_NVHE_DEVMED_RAW_H__

#include <linux/types.h>

#include <asm/alternative.h>
#include <asm/cpucaps.h>
#include <asm/kvm_asm.h>
#include <asm/kvm_hyp.h>

/*
 * Where EL2 returns to does not change before it does, so the compiler may read it
 * once for all accesses of a function: this asm is not volatile.
 */
static __always_inline u64 devmed_raw_elr(void)
{
	u64 elr;

	asm("mrs %0, elr_el2" : "=r" (elr));

	return elr;
}

static __always_inline u64 devmed_raw_spsr(void)
{
	u64 spsr;

	asm("mrs %0, spsr_el2" : "=r" (spsr));

	return spsr;
}

/* Step over the host's instruction, once nothing is accessed any more. */
static __always_inline void devmed_raw_skip(void)
{
	write_sysreg_el2(devmed_raw_elr() + 4, SYS_ELR);
}

/* After the instruction at label 1: where EL2 goes on, @result first, if that aborted. */
#define DEVMED_RAW_FIXUP(result)					\
	"9:\n"								\
	"	.subsection 1\n"					\
	"2:	msr	elr_el2, %[elr]\n"				\
	"	msr	spsr_el2, %[spsr]\n"				\
	result								\
	"	b	9b\n"						\
	"	.previous\n"						\
	__KVM_EXTABLE(1b, 2b)

/* Of a width that @value says, with the errata of __raw_readl() and __raw_readq(). */
#define DEVMED_RAW_LDR(value)						\
	ALTERNATIVE("nop", "dmb osh", ARM64_WORKAROUND_NVIDIA_OLYMPUS_1027) \
	"1:\n"								\
	ALTERNATIVE("ldr " value ", [%[addr]]",				\
		    "ldar " value ", [%[addr]]",			\
		    ARM64_WORKAROUND_DEVICE_LOAD_ACQUIRE)		\
	DEVMED_RAW_FIXUP("	mov	" value ", #-1\n")

#define DEVMED_RAW_STR(value)						\
	"1:	str	" value ", %[addr]\n"				\
	DEVMED_RAW_FIXUP("")

/* An aborted load leaves its register UNKNOWN: no input may share the register. */
static __always_inline u32 devmed_raw_read32(const void __iomem *addr)
{
	u32 value;

	asm volatile(DEVMED_RAW_LDR("%w[value]")
		     : [value] "=&r" (value)
		     : [addr] "r" (addr), [elr] "r" (devmed_raw_elr()),
		       [spsr] "r" (devmed_raw_spsr()));

	return value;
}

static __always_inline u64 devmed_raw_read64(const void __iomem *addr)
{
	u64 value;

	asm volatile(DEVMED_RAW_LDR("%x[value]")
		     : [value] "=&r" (value)
		     : [addr] "r" (addr), [elr] "r" (devmed_raw_elr()),
		       [spsr] "r" (devmed_raw_spsr()));

	return value;
}

static __always_inline void devmed_raw_write32(u32 value, void __iomem *addr)
{
	u32 __iomem *ptr = addr;

	asm volatile(DEVMED_RAW_STR("%w[value]")
		     :
		     : [value] "rZ" (value), [addr] "Qo" (*ptr),
		       [elr] "r" (devmed_raw_elr()),
		       [spsr] "r" (devmed_raw_spsr()));
}

static __always_inline void devmed_raw_write64(u64 value, void __iomem *addr)
{
	u64 __iomem *ptr = addr;

	asm volatile(DEVMED_RAW_STR("%x[value]")
		     :
		     : [value] "rZ" (value), [addr] "Qo" (*ptr),
		       [elr] "r" (devmed_raw_elr()),
		       [spsr] "r" (devmed_raw_spsr()));
}

#endif /* __ARM64_KVM_NVHE_DEVMED_RAW_H__ */
