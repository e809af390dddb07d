/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every form of load and store, each run between two snapshots of the
 * registers: forms.S has the instructions, forms_table.c what EL2 has to answer.
 */
#ifndef _DEVMED_FORMS_H
#define _DEVMED_FORMS_H

/* Offsets in struct devmed_regs, for forms.S. */
#define REGS_Q0		248
#define REGS_NZCV	264
#define REGS_ABORTED	272

#ifndef __ASSEMBLER__

#include <linux/types.h>

/**
 * struct devmed_regs - what a form starts from and what it leaves
 * @x: X0 to X30; X1 is the address, X2 and X3 the data, X4 a status, X5 zero.
 *     X18 is left alone
 * @q0: Q0
 * @nzcv: condition flags
 * @aborted: the access took an abort, at the instruction under test
 */
struct devmed_regs {
	u64 x[31];
	u64 q0[2];
	u64 nzcv;
	u64 aborted;
};

enum devmed_answer {
	ANSWER_DONE,		/* carried out: loads show the value */
	ANSWER_ABORT,		/* an abort, and one of the reasons counted */
	ANSWER_EITHER,		/* left open, but one of the two above */
	ANSWER_SILENT,		/* no access of the device, so no abort */
};

enum devmed_extend {
	EXTEND_NONE,		/* nothing that can be seen is loaded */
	EXTEND_ZERO,
	EXTEND_SIGN,
};

/* What a form is, besides its answer. */
#define FORM_LOAD	BIT(0)
#define FORM_STORE	BIT(1)
/* Only through a Normal mapping: stage 1 refuses it on Device memory. */
#define FORM_NORMAL	BIT(2)
/* The device answers a bare access with an external abort, fatal at EL1. */
#define FORM_SEA	BIT(3)
#define FORM_FPSIMD	BIT(4)
#define FORM_LSE	BIT(5)
#define FORM_MOPS	BIT(6)
#define FORM_LRCPC2	BIT(7)
/* Stores zero whatever X2 holds: only where a zero does no harm. */
#define FORM_ZERO	BIT(8)
/* The address of a device has to be a multiple of the size. */
#define FORM_ALIGNED	BIT(9)

/**
 * struct devmed_form - one instruction, and the answer required
 * @name: as the assembler spells it
 * @run: executes it on a set of registers
 * @size: bytes accessed
 * @flags: FORM_*
 * @answer: required of a forwarding region
 * @extend: how a loaded value fills its register
 * @target: number of that register
 * @writeback: X1 changes when the access is carried out
 * @reasons: counters of which one goes up with the abort
 */
struct devmed_form {
	const char *name;
	void (*run)(struct devmed_regs *regs);
	u8 size;
	u16 flags;
	u8 answer;
	u8 extend;
	u8 target;
	bool writeback;
	u32 reasons;
};

extern const struct devmed_form devmed_forms[];
extern const unsigned int devmed_forms_nr;

void devmed_form_ldr_w(struct devmed_regs *regs);
void devmed_form_ldr_x(struct devmed_regs *regs);
void devmed_form_str_w(struct devmed_regs *regs);
void devmed_form_str_x(struct devmed_regs *regs);
void devmed_form_str_wzr(struct devmed_regs *regs);
void devmed_form_stlr_w(struct devmed_regs *regs);
void devmed_form_ldp_w(struct devmed_regs *regs);

#endif /* __ASSEMBLER__ */
#endif /* _DEVMED_FORMS_H */
