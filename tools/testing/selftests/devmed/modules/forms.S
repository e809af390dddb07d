/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One function per form of access. Each loads all registers from a struct
 * devmed_regs, runs the form, and stores all registers back: an access that
 * EL2 answers wrongly shows in whichever register it changed.
 *
 * The exception table has the form itself, and nothing else, so an abort is
 * survived only when the host finds it at the very instruction.
 */
#include <linux/linkage.h>
#include <asm/asm-extable.h>
#include <asm/assembler.h>
#include "forms.h"

	.arch	armv8.5-a
	.arch_extension fp
	.arch_extension simd
	.arch_extension lse
	.arch_extension crc

#define FRAME		128
#define FRAME_REGS	96
#define FRAME_ABORTED	104
#define FRAME_X0	112

	.macro	form_begin, name
SYM_FUNC_START(devmed_form_\name)
	stp	x29, x30, [sp, #-FRAME]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x0, [sp, #FRAME_REGS]
	mov	x30, #1
	str	x30, [sp, #FRAME_ABORTED]
	.ifdef	.Lfpsimd
	ldur	q0, [x0, #REGS_Q0]
	.endif
	ldr	x30, [x0, #REGS_NZCV]
	msr	nzcv, x30
	ldp	x2, x3, [x0, #16]
	ldp	x4, x5, [x0, #32]
	ldp	x6, x7, [x0, #48]
	ldp	x8, x9, [x0, #64]
	ldp	x10, x11, [x0, #80]
	ldp	x12, x13, [x0, #96]
	ldp	x14, x15, [x0, #112]
	ldp	x16, x17, [x0, #128]
	ldp	x19, x20, [x0, #152]
	ldp	x21, x22, [x0, #168]
	ldp	x23, x24, [x0, #184]
	ldp	x25, x26, [x0, #200]
	ldp	x27, x28, [x0, #216]
	ldp	x29, x30, [x0, #232]
	ldp	x0, x1, [x0]
	.endm

	.macro	access, insn:vararg
9990:	\insn
	_asm_extable_uaccess	9990b, 9991f
	.endm

	.macro	form_end, name
	str	xzr, [sp, #FRAME_ABORTED]
9991:	str	x0, [sp, #FRAME_X0]
	ldr	x0, [sp, #FRAME_REGS]
	str	x1, [x0, #8]
	stp	x2, x3, [x0, #16]
	stp	x4, x5, [x0, #32]
	stp	x6, x7, [x0, #48]
	stp	x8, x9, [x0, #64]
	stp	x10, x11, [x0, #80]
	stp	x12, x13, [x0, #96]
	stp	x14, x15, [x0, #112]
	stp	x16, x17, [x0, #128]
	stp	x19, x20, [x0, #152]
	stp	x21, x22, [x0, #168]
	stp	x23, x24, [x0, #184]
	stp	x25, x26, [x0, #200]
	stp	x27, x28, [x0, #216]
	stp	x29, x30, [x0, #232]
	mrs	x1, nzcv
	str	x1, [x0, #REGS_NZCV]
	ldp	x1, x2, [sp, #FRAME_ABORTED]
	str	x1, [x0, #REGS_ABORTED]
	str	x2, [x0]
	.ifdef	.Lfpsimd
	stur	q0, [x0, #REGS_Q0]
	.endif
	ldp	x27, x28, [sp, #80]
	ldp	x25, x26, [sp, #64]
	ldp	x23, x24, [sp, #48]
	ldp	x21, x22, [sp, #32]
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #FRAME
	ret
SYM_FUNC_END(devmed_form_\name)
	.endm

	.macro	form, name, insn:vararg
	form_begin \name
	access	\insn
	form_end \name
	.endm

	/* A second instruction that needs the first: exclusives. */
	.macro	form2, name, first, second:vararg
	form_begin \name
	access	\first
	access	\second
	form_end \name
	.endm

/* The plain ones, with a syndrome */
	form	ldr_w,		ldr	w2, [x1]
	form	ldr_x,		ldr	x2, [x1]
	form	ldrb,		ldrb	w2, [x1]
	form	ldrh,		ldrh	w2, [x1]
	form	ldrsb_w,	ldrsb	w2, [x1]
	form	ldrsb_x,	ldrsb	x2, [x1]
	form	ldrsh_w,	ldrsh	w2, [x1]
	form	ldrsh_x,	ldrsh	x2, [x1]
	form	ldrsw,		ldrsw	x2, [x1]
	form	str_w,		str	w2, [x1]
	form	str_x,		str	x2, [x1]
	form	strb,		strb	w2, [x1]
	form	strh,		strh	w2, [x1]
	form	ldr_wzr,	ldr	wzr, [x1]
	form	ldr_xzr,	ldr	xzr, [x1]
	form	str_wzr,	str	wzr, [x1]
	form	str_xzr,	str	xzr, [x1]
	form	ldr_w30,	ldr	w30, [x1]
	form	ldr_x0,		ldr	x0, [x1]
	form	ldr_reg,	ldr	w2, [x1, x5]
	form	ldur_w,		ldur	w2, [x1, #0]
	form	ldur_x,		ldur	x2, [x1, #0]
	form	stur_w,		stur	w2, [x1, #0]
	form	ldar_w,		ldar	w2, [x1]
	form	ldar_x,		ldar	x2, [x1]
	form	stlr_w,		stlr	w2, [x1]
	form	stlr_x,		stlr	x2, [x1]
	form	ldapr_w,	ldapr	w2, [x1]
	form	ldapur_w,	ldapur	w2, [x1, #0]
	form	stlur_w,	stlur	w2, [x1, #0]

/* Pairs and writeback */
	form	ldp_w,		ldp	w2, w3, [x1]
	form	ldp_x,		ldp	x2, x3, [x1]
	form	ldpsw,		ldpsw	x2, x3, [x1]
	form	ldnp_w,		ldnp	w2, w3, [x1]
	form	ldnp_x,		ldnp	x2, x3, [x1]
	form	stp_w,		stp	w2, w3, [x1]
	form	stp_x,		stp	x2, x3, [x1]
	form	stnp_w,		stnp	w2, w3, [x1]
	form	ldp_zr,		ldp	wzr, w3, [x1]
	form	ldr_pre,	ldr	w2, [x1, #0]!
	form	ldr_post,	ldr	w2, [x1], #4
	form	str_pre,	str	w2, [x1, #0]!
	form	str_post,	str	w2, [x1], #4
	form	ldp_post,	ldp	w2, w3, [x1], #8
	form	stp_post,	stp	w2, w3, [x1], #8

/* Exclusives and atomics */
	form	ldxr_w,		ldxr	w2, [x1]
	form	ldxr_x,		ldxr	x2, [x1]
	form	ldaxr_w,	ldaxr	w2, [x1]
	form	ldxp_w,		ldxp	w2, w3, [x1]
	form2	stxr_w,		"ldxr	w2, [x1]", stxr	w4, w2, [x1]
	form2	stlxr_x,	"ldaxr	x2, [x1]", stlxr	w4, x2, [x1]
	form	swp_w,		swp	w2, w3, [x1]
	form	swp_x,		swp	x2, x3, [x1]
	form	swpal_w,	swpal	w2, w3, [x1]
	form	ldadd_w,	ldadd	w5, w3, [x1]
	form	ldadd_x,	ldadd	x5, x3, [x1]
	form	ldset_w,	ldset	w5, w3, [x1]
	form	ldclr_w,	ldclr	w5, w3, [x1]
	form	stadd_w,	stadd	w5, [x1]
	form	cas_w,		cas	w2, w3, [x1]
	form	cas_x,		cas	x2, x3, [x1]
	form	casp_w,		casp	w2, w3, w6, w7, [x1]

/* Cache maintenance and hints */
	form	dc_zva,		dc	zva, x1
	form	dc_cvac,	dc	cvac, x1
	form	dc_civac,	dc	civac, x1
	form	dc_ivac,	dc	ivac, x1
	form	dc_cvau,	dc	cvau, x1
	form	ic_ivau,	ic	ivau, x1
	form	prfm_ld,	prfm	pldl1keep, [x1]
	form	prfm_st,	prfm	pstl1keep, [x1]
	form	at_s1e1r,	at	s1e1r, x1
	form	at_s1e1w,	at	s1e1w, x1

/* Memory set: setp, setm and sete of X2 bytes at X1, value X5 */
	form_begin set_mops
	access	.inst 0x19c50441
	access	.inst 0x19c54441
	access	.inst 0x19c58441
	form_end set_mops

/* Floating point and vectors */
	.set	.Lfpsimd, 1
	form	ldr_s,		ldr	s0, [x1]
	form	ldr_d,		ldr	d0, [x1]
	form	ldr_q,		ldr	q0, [x1]
	form	str_s,		str	s0, [x1]
	form	str_d,		str	d0, [x1]
	form	str_q,		str	q0, [x1]
	form	ld1,		ld1	{ v0.4s }, [x1]
	form	ld1_lane,	ld1	{ v0.s }[0], [x1]
	form	st1_lane,	st1	{ v0.s }[0], [x1]
	form	ld1r,		ld1r	{ v0.4s }, [x1]
