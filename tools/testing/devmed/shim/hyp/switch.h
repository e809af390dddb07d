/* SPDX-License-Identifier: GPL-2.0-only */
#include <shim.h>

/* arch/arm64/kvm/hyp/include/hyp/switch.h; fake_mmio.c has the one entry. */
struct kvm_exception_table_entry {
	int insn, fixup;
};

extern struct kvm_exception_table_entry __start___kvm_ex_table;
extern struct kvm_exception_table_entry __stop___kvm_ex_table;
