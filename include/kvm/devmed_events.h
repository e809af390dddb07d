/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace events of devmed at EL2. Read several times by <asm/kvm_hypevents.h>, so
 * without a guard.
 */
#include <kvm/devmed.h>

HYP_EVENT(devmed_refuse,
	HE_PROTO(u64 ipa, u64 esr, u32 reason),
	HE_STRUCT(
		he_field(u64, ipa)
		he_field(u64, esr)
		he_field(u32, reason)
	),
	HE_ASSIGN(
		__entry->ipa = ipa;
		__entry->esr = esr;
		__entry->reason = reason;
	),
	HE_PRINTK("ipa=0x%llx esr=0x%llx reason=%s", __entry->ipa, __entry->esr,
		  devmed_counter_name(__entry->reason))
);

HYP_EVENT(devmed_refuse_cmd,
	HE_PROTO(u64 base, u64 dword0, u64 dword1, u32 reason),
	HE_STRUCT(
		he_field(u64, base)
		he_field(u64, dword0)
		he_field(u64, dword1)
		he_field(u32, reason)
	),
	HE_ASSIGN(
		__entry->base = base;
		__entry->dword0 = dword0;
		__entry->dword1 = dword1;
		__entry->reason = reason;
	),
	HE_PRINTK("base=0x%llx cmd=0x%llx,0x%llx reason=%s", __entry->base,
		  __entry->dword0, __entry->dword1,
		  devmed_counter_name(__entry->reason))
);
