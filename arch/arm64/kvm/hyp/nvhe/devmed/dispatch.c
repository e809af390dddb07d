// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trap: an abort of the host comes in, an answer goes out.
 *
 * Attack surface: every stage-2 abort of the host passes here first.
 *
 * Guarantees: an abort on a mediated page never reaches the code that would
 * map it. It ends in exactly one of two ways: the instruction is stepped over
 * with its answer in the host's register, or an abort is injected at it. Each is
 * counted, and each refusal traced where EL2 has tracing (NVHE_EL2_TRACING).
 * If the device answers EL2 with an abort the host gets one as well, whatever else
 * came of its access. An access that takes too long for one trap is continued in
 * the next: the host takes its interrupts in between and makes it again.
 * No path here can stop EL2.
 *
 * Leaves to others: every decision about the access (decode.c, reg.c).
 */
#include <linux/kvm_host.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_trap.h>
#include <nvhe/mem_protect.h>
#include <nvhe/trap_handler.h>

#include <asm/kvm_hypevents.h>

#define DEVMED_ZERO_REG		31

/* Data fault status code of an alignment fault, DDI 0487, D24.2.40. */
#define DEVMED_FSC_ALIGNMENT	0x21

/* Counted and traced, whatever the host gets for it. */
static noinline void devmed_refuse(struct devmed_region *region, u64 esr,
				   u64 ipa, enum devmed_counter reason)
{
	devmed_count(region, reason);
	trace_devmed_refuse(ipa, esr, reason);
}

/*
 * host_inject_mem_abort() builds ESR_EL1 from ESR_EL2, and FAR_EL1 from FAR_EL2 for
 * translation faults only; here FAR_EL1 always holds the address. An abort of EL2's
 * own access has changed both: the host is told of its own access, as it is of one
 * that is refused, and not where EL2 has mapped the device.
 */
static noinline void devmed_inject(struct kvm_cpu_context *host_ctxt, u64 esr,
				   u64 far, enum devmed_counter reason)
{
	if (reason == DEVMED_REFUSED_UNALIGNED)
		esr = (esr & ~ESR_ELx_FSC) | DEVMED_FSC_ALIGNMENT;
	write_sysreg_el2(esr, SYS_ESR);
	write_sysreg_el2(far, SYS_FAR);
	write_sysreg_el1(far, SYS_FAR);
	host_inject_mem_abort(host_ctxt);
}

static u64 devmed_host_value(const struct kvm_cpu_context *host_ctxt,
			     const struct devmed_access *access)
{
	if (access->rt == DEVMED_ZERO_REG)
		return 0;

	return host_ctxt->regs.regs[access->rt] &
	       GENMASK_ULL(access->size * 8 - 1, 0);
}

/* Carry out an access that was decoded; returns what became of it. */
static enum devmed_answer devmed_answer(struct kvm_cpu_context *host_ctxt,
					struct devmed_region *region,
					struct devmed_access *access,
					enum devmed_counter *reason)
{
	enum devmed_answer answer;

	if (access->write)
		access->value = devmed_host_value(host_ctxt, access);

	answer = devmed_access_reg(region, access, reason);
	if (unlikely(devmed_was_aborted())) {
		*reason = DEVMED_REFUSED_ABORTED;
		return DEVMED_FAULT;
	}
	if (unlikely(answer >= DEVMED_FAULT))
		return answer;

	if (!access->write && access->rt != DEVMED_ZERO_REG)
		host_ctxt->regs.regs[access->rt] = devmed_extend(access);
	devmed_raw_skip();

	return answer;
}

/**
 * devmed_handle_host_abort - answer an abort of the host, if it is ours
 * @host_ctxt: the host's registers
 * @esr: ESR_EL2
 * @fault: FAR_EL2 and HPFAR_EL2, the latter with HPFAR_EL2_NS if it is known
 *
 * For a permission fault HPFAR_EL2 was rebuilt by walking the host's own page
 * tables, which may have changed meanwhile. That only decides which region
 * answers: every check is made on what is then decoded.
 *
 * Context: The host's abort handler, no lock held.
 * Return: true if the host is to be resumed, false if the abort is not for
 * devmed.
 */
bool devmed_handle_host_abort(struct kvm_cpu_context *host_ctxt, u64 esr,
			      struct kvm_vcpu_fault_info *fault)
{
	enum devmed_answer answer = DEVMED_FAULT;
	enum devmed_counter reason;
	struct devmed_region *region;
	struct devmed_access access;
	u64 ipa;

	if (!(fault->hpfar_el2 & HPFAR_EL2_NS)) {
		atomic64_inc(&devmed_unresolved);
		host_inject_mem_abort(host_ctxt);
		return true;
	}

	ipa = FIELD_GET(HPFAR_EL2_FIPA, fault->hpfar_el2) << 12;
	region = devmed_find_region(ipa);
	if (!region)
		return false;

	reason = devmed_decode(region, esr, fault->far_el2, ipa,
			       devmed_raw_spsr(),
			       read_sysreg_el1(SYS_SCTLR), &access);
	if (likely(!reason))
		answer = devmed_answer(host_ctxt, region, &access, &reason);

	if (likely(answer == DEVMED_FORWARD || answer == DEVMED_EMULATE)) {
		devmed_count(region, esr & ESR_ELx_WNR ? DEVMED_WRITES :
							 DEVMED_READS);
		return true;
	}
	if (answer == DEVMED_REPEAT)
		return true;

	devmed_refuse(region, esr, ipa, reason);
	if (answer == DEVMED_FAULT)
		devmed_inject(host_ctxt, esr, fault->far_el2, reason);

	return true;
}
