// SPDX-License-Identifier: GPL-2.0-only
/*
 * Aborts of EL2's own accesses: a device without clock or power may answer with
 * one, and the host is who switches clocks.
 *
 * Attack surface: every device that EL2 accesses, at any moment.
 *
 * Guarantees: an external abort of an instruction in KVM's exception table is
 * counted, and EL2 goes on at the fixup of that instruction. Any other exception
 * is left as it is.
 *
 * Leaves to others: what the access then gives (devmed_raw.h); telling the host
 * (dispatch.c); what a device that cannot be read means (its backend). An abort
 * that comes later is an SError, which is masked at EL2 and taken by the host.
 */
#include <linux/atomic.h>

#include <asm/esr.h>
#include <asm/kvm_hyp.h>

#include <hyp/switch.h>

#include <nvhe/devmed.h>

/* External aborts of EL2's own accesses, on all CPUs. */
atomic64_t devmed_aborts;

/*
 * Of the access or of a table walk for it, from level -1 on (DDI 0487, D24.2.40).
 * The latter is for an AT instruction of KVM's, which walks tables of the host's.
 */
static bool abort_is_external(u64 esr)
{
	u64 fsc = esr & ESR_ELx_FSC;

	return ESR_ELx_EC(esr) == ESR_ELx_EC_DABT_CUR &&
	       (fsc == ESR_ELx_FSC_EXTABT ||
		(fsc >= ESR_ELx_FSC_SEA_TTW(-1) && fsc <= ESR_ELx_FSC_SEA_TTW(3)));
}

/* Format and table are those that __kvm_unexpected_el2_exception() has; not sorted. */
static struct kvm_exception_table_entry *abort_find_entry(u64 elr)
{
	struct kvm_exception_table_entry *entry = &__start___kvm_ex_table;

	for (; entry < &__stop___kvm_ex_table; entry++) {
		if ((u64)&entry->insn + entry->insn == elr)
			return entry;
	}

	return NULL;
}

/**
 * devmed_fix_abort - go on after an access that a device answered with an abort
 *
 * Context: An exception of EL2 itself, under the host's vectors or a guest's, any
 * lock held.
 * Return: true if EL2 is to return to ELR_EL2, which is the fixup now; false if the
 * exception is another one, with nothing changed.
 */
bool devmed_fix_abort(void)
{
	struct kvm_exception_table_entry *entry;

	if (!abort_is_external(read_sysreg_el2(SYS_ESR)))
		return false;

	entry = abort_find_entry(read_sysreg_el2(SYS_ELR));
	if (!entry)
		return false;

	atomic64_inc(&devmed_aborts);
	write_sysreg_el2((u64)&entry->fixup + entry->fixup, SYS_ELR);

	return true;
}
