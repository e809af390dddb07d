/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A synchronous exception of EL2 itself while the host's vectors are in place.
 *
 * Attack surface: a device that answers an access of EL2's with an abort.
 *
 * Guarantees: EL2 goes on as devmed_fix_abort() says, every register being as it
 * was, or panics as it does without devmed.
 *
 * Leaves to others: that the stack is not used up (the vector); which exceptions
 * are no bugs (abort.c).
 */
#include <linux/linkage.h>

#include <asm/assembler.h>

	.text

/* x0 to x17, and the frame: what a function of C does not keep. */
#define FRAME_SIZE	(16 * 10)

SYM_CODE_START(devmed_el2_sync)
	stp	x29, x30, [sp, #-FRAME_SIZE]!
	stp	x0, x1, [sp, #16 * 1]
	stp	x2, x3, [sp, #16 * 2]
	stp	x4, x5, [sp, #16 * 3]
	stp	x6, x7, [sp, #16 * 4]
	stp	x8, x9, [sp, #16 * 5]
	stp	x10, x11, [sp, #16 * 6]
	stp	x12, x13, [sp, #16 * 7]
	stp	x14, x15, [sp, #16 * 8]
	stp	x16, x17, [sp, #16 * 9]
	mov	x29, sp

	bl	devmed_fix_abort
	/* Where to go must not be in a register that is about to be restored. */
	cmp	w0, #0

	ldp	x0, x1, [sp, #16 * 1]
	ldp	x2, x3, [sp, #16 * 2]
	ldp	x4, x5, [sp, #16 * 3]
	ldp	x6, x7, [sp, #16 * 4]
	ldp	x8, x9, [sp, #16 * 5]
	ldp	x10, x11, [sp, #16 * 6]
	ldp	x12, x13, [sp, #16 * 7]
	ldp	x14, x15, [sp, #16 * 8]
	ldp	x16, x17, [sp, #16 * 9]
	ldp	x29, x30, [sp], #FRAME_SIZE
	b.ne	1f
	b	hyp_panic
1:
	eret
	sb
SYM_CODE_END(devmed_el2_sync)
