// SPDX-License-Identifier: GPL-2.0-only
/*
 * The answers EL2 owes to each form of access of a region that it forwards.
 *
 * What has a valid syndrome and a width the devices know is carried out: the
 * rest is refused with an abort, whatever the device would have said. Where the
 * architecture leaves it open whether there is a syndrome, both are allowed.
 */
#include <linux/array_size.h>
#include <linux/bits.h>
#include "devmed_test.h"
#include "forms.h"

#define R(reason)	BIT(COUNT_##reason)
/* A 64-bit access of something that has no 64-bit register there. */
#define NO_WIDE		(R(WIDTH) | R(HOLE) | R(UNALIGNED))

#define FORM(fn, text, bytes, fl, ans, ...)				\
	{ .name = text, .run = devmed_form_##fn, .size = bytes,		\
	  .flags = fl, .answer = ANSWER_##ans, __VA_ARGS__ }

#define LOADS(fn, text, bytes, ext)					\
	FORM(fn, text, bytes, FORM_LOAD, DONE, .extend = EXTEND_##ext, .target = 2)
#define LOADS_WIDE(fn, text)						\
	FORM(fn, text, 8, FORM_LOAD, DONE, .extend = EXTEND_ZERO, .target = 2,	\
	     .reasons = NO_WIDE)
#define STORES(fn, text, bytes)						\
	FORM(fn, text, bytes, FORM_STORE, DONE)
#define STORES_WIDE(fn, text)						\
	FORM(fn, text, 8, FORM_STORE, DONE, .reasons = NO_WIDE)
#define NARROW(fn, text, bytes, dir)					\
	FORM(fn, text, bytes, FORM_##dir | FORM_SEA, ABORT, .reasons = R(WIDTH))
/* No syndrome; a combined load and store counts as the store it is. */
#define BLIND(fn, text, bytes, fl)					\
	FORM(fn, text, bytes, fl, ABORT, .reasons = R(NO_SYNDROME))
#define BLIND_WB(fn, text, bytes, fl)					\
	FORM(fn, text, bytes, fl, ABORT, .reasons = R(NO_SYNDROME), .writeback = true)
#define CACHE(fn, text)							\
	FORM(fn, text, 4, FORM_LOAD, EITHER, .reasons = R(CACHE_OP) | R(NO_SYNDROME))
#define SILENT(fn, text)						\
	FORM(fn, text, 4, 0, SILENT)

#define DECLARE(fn)	void devmed_form_##fn(struct devmed_regs *regs)

DECLARE(ldrb); DECLARE(ldrh); DECLARE(ldrsb_w); DECLARE(ldrsb_x);
DECLARE(ldrsh_w); DECLARE(ldrsh_x); DECLARE(ldrsw); DECLARE(strb);
DECLARE(strh); DECLARE(ldr_wzr); DECLARE(ldr_xzr); DECLARE(str_wzr);
DECLARE(str_xzr); DECLARE(ldr_w30); DECLARE(ldr_x0); DECLARE(ldr_reg);
DECLARE(ldur_w); DECLARE(ldur_x); DECLARE(stur_w); DECLARE(ldar_w);
DECLARE(ldar_x); DECLARE(stlr_w); DECLARE(stlr_x); DECLARE(ldapr_w);
DECLARE(ldapur_w); DECLARE(stlur_w); DECLARE(ldp_x); DECLARE(ldpsw);
DECLARE(ldnp_w); DECLARE(ldnp_x); DECLARE(stp_w); DECLARE(stp_x);
DECLARE(stnp_w); DECLARE(ldp_zr); DECLARE(ldr_pre); DECLARE(ldr_post);
DECLARE(str_pre); DECLARE(str_post); DECLARE(ldp_post); DECLARE(stp_post);
DECLARE(ldxr_w); DECLARE(ldxr_x); DECLARE(ldaxr_w); DECLARE(ldxp_w);
DECLARE(stxr_w); DECLARE(stlxr_x); DECLARE(swp_w); DECLARE(swp_x);
DECLARE(swpal_w); DECLARE(ldadd_w); DECLARE(ldadd_x); DECLARE(ldset_w);
DECLARE(ldclr_w); DECLARE(stadd_w); DECLARE(cas_w); DECLARE(cas_x);
DECLARE(casp_w); DECLARE(dc_zva); DECLARE(dc_cvac); DECLARE(dc_civac);
DECLARE(dc_ivac); DECLARE(dc_cvau); DECLARE(ic_ivau); DECLARE(prfm_ld);
DECLARE(prfm_st); DECLARE(at_s1e1r); DECLARE(at_s1e1w); DECLARE(set_mops);
DECLARE(ldr_s); DECLARE(ldr_d); DECLARE(ldr_q); DECLARE(str_s);
DECLARE(str_d); DECLARE(str_q); DECLARE(ld1); DECLARE(ld1_lane);
DECLARE(st1_lane); DECLARE(ld1r);

#define LSE_RMW		(FORM_LOAD | FORM_STORE | FORM_LSE)
#define VEC_LOAD	(FORM_LOAD | FORM_FPSIMD)
#define VEC_STORE	(FORM_STORE | FORM_FPSIMD)

const struct devmed_form devmed_forms[] = {
	LOADS(ldr_w, "ldr w", 4, ZERO),
	LOADS_WIDE(ldr_x, "ldr x"),
	LOADS(ldrsw, "ldrsw x", 4, SIGN),
	LOADS(ldr_reg, "ldr w, [x, x]", 4, ZERO),
	LOADS(ldur_w, "ldur w", 4, ZERO),
	LOADS_WIDE(ldur_x, "ldur x"),
	LOADS(ldar_w, "ldar w", 4, ZERO),
	LOADS_WIDE(ldar_x, "ldar x"),
	LOADS(ldr_wzr, "ldr wzr", 4, NONE),
	FORM(ldr_xzr, "ldr xzr", 8, FORM_LOAD, DONE, .reasons = NO_WIDE),
	FORM(ldr_w30, "ldr w30", 4, FORM_LOAD, DONE, .extend = EXTEND_ZERO, .target = 30),
	FORM(ldr_x0, "ldr x0", 8, FORM_LOAD, DONE, .extend = EXTEND_ZERO, .target = 0,
	     .reasons = NO_WIDE),
	FORM(ldapr_w, "ldapr w", 4, FORM_LOAD | FORM_LRCPC2, EITHER,
	     .extend = EXTEND_ZERO, .target = 2, .reasons = R(NO_SYNDROME)),
	FORM(ldapur_w, "ldapur w", 4, FORM_LOAD | FORM_LRCPC2, EITHER,
	     .extend = EXTEND_ZERO, .target = 2, .reasons = R(NO_SYNDROME)),
	STORES(str_w, "str w", 4),
	STORES_WIDE(str_x, "str x"),
	STORES(stur_w, "stur w", 4),
	FORM(str_wzr, "str wzr", 4, FORM_STORE | FORM_ZERO, DONE),
	FORM(str_xzr, "str xzr", 8, FORM_STORE | FORM_ZERO, DONE, .reasons = NO_WIDE),
	STORES(stlr_w, "stlr w", 4),
	STORES_WIDE(stlr_x, "stlr x"),
	FORM(stlur_w, "stlur w", 4, FORM_STORE | FORM_LRCPC2, EITHER,
	     .reasons = R(NO_SYNDROME)),

	NARROW(ldrb, "ldrb", 1, LOAD),
	NARROW(ldrh, "ldrh", 2, LOAD),
	NARROW(ldrsb_w, "ldrsb w", 1, LOAD),
	NARROW(ldrsb_x, "ldrsb x", 1, LOAD),
	NARROW(ldrsh_w, "ldrsh w", 2, LOAD),
	NARROW(ldrsh_x, "ldrsh x", 2, LOAD),
	NARROW(strb, "strb", 1, STORE),
	NARROW(strh, "strh", 2, STORE),

	BLIND(ldp_w, "ldp w", 8, FORM_LOAD),
	BLIND(ldp_x, "ldp x", 16, FORM_LOAD),
	BLIND(ldpsw, "ldpsw", 8, FORM_LOAD),
	BLIND(ldnp_w, "ldnp w", 8, FORM_LOAD),
	BLIND(ldnp_x, "ldnp x", 16, FORM_LOAD),
	BLIND(ldp_zr, "ldp wzr, w", 8, FORM_LOAD),
	BLIND(stp_w, "stp w", 8, FORM_STORE),
	BLIND(stp_x, "stp x", 16, FORM_STORE),
	BLIND(stnp_w, "stnp w", 8, FORM_STORE),
	BLIND_WB(ldr_pre, "ldr w, [x, #]!", 4, FORM_LOAD),
	BLIND_WB(ldr_post, "ldr w, [x], #", 4, FORM_LOAD),
	BLIND_WB(str_pre, "str w, [x, #]!", 4, FORM_STORE),
	BLIND_WB(str_post, "str w, [x], #", 4, FORM_STORE),
	BLIND_WB(ldp_post, "ldp w, [x], #", 8, FORM_LOAD),
	BLIND_WB(stp_post, "stp w, [x], #", 8, FORM_STORE),

	BLIND(ldxr_w, "ldxr w", 4, FORM_LOAD),
	BLIND(ldxr_x, "ldxr x", 8, FORM_LOAD),
	BLIND(ldaxr_w, "ldaxr w", 4, FORM_LOAD),
	BLIND(ldxp_w, "ldxp w", 8, FORM_LOAD),
	BLIND(stxr_w, "ldxr + stxr w", 4, FORM_LOAD | FORM_STORE),
	BLIND(stlxr_x, "ldaxr + stlxr x", 8, FORM_LOAD | FORM_STORE),
	BLIND(swp_w, "swp w", 4, LSE_RMW),
	BLIND(swp_x, "swp x", 8, LSE_RMW),
	BLIND(swpal_w, "swpal w", 4, LSE_RMW),
	BLIND(ldadd_w, "ldadd w", 4, LSE_RMW),
	BLIND(ldadd_x, "ldadd x", 8, LSE_RMW),
	BLIND(ldset_w, "ldset w", 4, LSE_RMW),
	BLIND(ldclr_w, "ldclr w", 4, LSE_RMW),
	BLIND(stadd_w, "stadd w", 4, LSE_RMW),
	BLIND(cas_w, "cas w", 4, LSE_RMW),
	BLIND(cas_x, "cas x", 8, LSE_RMW),
	BLIND(casp_w, "casp w", 8, LSE_RMW),

	FORM(dc_zva, "dc zva", 1, FORM_STORE | FORM_NORMAL | FORM_SEA, ABORT,
	     .reasons = R(NO_SYNDROME) | R(CACHE_OP)),
	FORM(set_mops, "setp/setm/sete", 1, FORM_STORE | FORM_NORMAL | FORM_SEA | FORM_MOPS,
	     ABORT, .reasons = R(NO_SYNDROME), .writeback = true),
	CACHE(dc_cvac, "dc cvac"),
	CACHE(dc_civac, "dc civac"),
	CACHE(dc_ivac, "dc ivac"),
	CACHE(dc_cvau, "dc cvau"),
	CACHE(ic_ivau, "ic ivau"),
	SILENT(prfm_ld, "prfm pld"),
	SILENT(prfm_st, "prfm pst"),
	SILENT(at_s1e1r, "at s1e1r"),
	SILENT(at_s1e1w, "at s1e1w"),

	BLIND(ldr_s, "ldr s", 4, VEC_LOAD),
	BLIND(ldr_d, "ldr d", 8, VEC_LOAD),
	BLIND(ldr_q, "ldr q", 16, VEC_LOAD | FORM_ALIGNED),
	BLIND(str_s, "str s", 4, VEC_STORE),
	BLIND(str_d, "str d", 8, VEC_STORE),
	BLIND(str_q, "str q", 16, VEC_STORE | FORM_ALIGNED),
	BLIND(ld1, "ld1 {v.4s}", 16, VEC_LOAD),
	BLIND(ld1_lane, "ld1 {v.s}[0]", 4, VEC_LOAD),
	BLIND(st1_lane, "st1 {v.s}[0]", 4, VEC_STORE),
	BLIND(ld1r, "ld1r {v.4s}", 4, VEC_LOAD),
};

const unsigned int devmed_forms_nr = ARRAY_SIZE(devmed_forms);
