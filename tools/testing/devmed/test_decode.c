// SPDX-License-Identifier: GPL-2.0-only
/*
 * decode.c against an oracle that was written from DDI 0487, D24.2.40 ("ISS
 * encoding for an exception from a Data Abort"), not from the code: T01 to T17,
 * T21.
 */
#include <nvhe/devmed_trap.h>

#include "fake.h"
#include "harness.h"

#define BASE	0x08080000ULL
#define SIZE	0x20000ULL

/* The encoding, spelled out once more: nothing here comes from asm/esr.h. */
#define EC(x)	((u64)(x) << 26)
#define IL	(1ULL << 25)
#define ISV	(1ULL << 24)
#define SAS(x)	((u64)(x) << 22)
#define SSE	(1ULL << 21)
#define SRT(x)	((u64)(x) << 16)
#define SF	(1ULL << 15)
#define AR	(1ULL << 14)
#define LST(x)	((u64)(x) << 11)
#define FNV	(1ULL << 10)
#define EA	(1ULL << 9)
#define CM	(1ULL << 8)
#define S1PTW	(1ULL << 7)
#define WNR	(1ULL << 6)
#define EC_IABT	0x20
#define EC_DABT	0x24
#define LDR_W	(EC(EC_DABT) | IL | ISV | SAS(2) | 0x07)
#define EL1H	0x5
#define EE	(1ULL << 25)

static struct devmed_region region = { .base = BASE, .size = SIZE };

static int decode(u64 esr, u64 offset, struct devmed_access *access)
{
	u64 ipa = BASE + offset;

	return devmed_decode(&region, esr, 0xffff800010000000ULL | (ipa & 0xfff),
			     ipa & ~0xfffULL, EL1H, 0, access);
}

/* Table "DFSC": translation faults are 0b0001xx and, with LPA2, 0b101011. */
static bool oracle_translation(u64 esr)
{
	return (esr & 0x3c) == 0x04 || (esr & 0x3f) == 0x2b;
}

static bool oracle_permission(u64 esr)
{
	return (esr & 0x3c) == 0x0c;
}

/*
 * May it be emulated? Only a stage 2 abort of a single general-purpose load or
 * store, from EL1, on the fault that the region asked for.
 */
static bool oracle_accepts(u64 esr, u64 spsr, u64 sctlr, bool direct_reads)
{
	bool write = esr & WNR;

	if (esr >> 26 != EC_DABT || !(esr & ISV) || (esr & (CM | S1PTW)))
		return false;
	/* LD64B and its like set ISV, but the access has 64 bytes. */
	if (esr & LST(3))
		return false;
	if (!oracle_translation(esr) &&
	    !(direct_reads && write && oracle_permission(esr)))
		return false;
	if ((spsr & 0x10) || !(spsr & 0xf) || (sctlr & EE))
		return false;

	return true;
}

static bool is_syndrome_reason(int reason)
{
	return reason >= DEVMED_REFUSED_SYNDROME &&
	       reason <= DEVMED_REFUSED_ENDIAN;
}

static void check_against_oracle(u64 esr, bool direct_reads)
{
	struct devmed_access access = {};
	int ret = decode(esr, 0x88, &access);

	if (!oracle_accepts(esr, EL1H, 0, direct_reads)) {
		ASSERT(is_syndrome_reason(ret));
		return;
	}
	/* Nothing but alignment is left, and 0x88 is aligned. */
	ASSERT_EQ(ret, 0);
	ASSERT_EQ(access.offset, 0x88);
	ASSERT_EQ(access.size, 1 << (esr >> 22 & 3));
	ASSERT_EQ(access.rt, esr >> 16 & 31);
	ASSERT_EQ(access.write, !!(esr & WNR));
	ASSERT_EQ(access.sign_extend, !!(esr & SSE));
	ASSERT_EQ(access.reg64, !!(esr & SF));
}

/* Bits 24 to 15, 8 to 6 and the fault status code, for both kinds of region. */
static void sweep(u64 ec, unsigned int direct_reads)
{
	u64 high;
	u64 low;

	region.flags = direct_reads ? DEVMED_REGION_DIRECT_READS : 0;
	for (high = 0; high < 1 << 10; high++) {
		for (low = 0; low < 1 << 9; low++)
			check_against_oracle(EC(ec) | high << 15 | low,
					     direct_reads);
	}
}

TEST(decode_oracle)
{
	sweep(EC_DABT, 0);
	sweep(EC_DABT, 1);
}

TEST(decode_exception_class)
{
	u64 ec;

	for (ec = 0; ec < 64; ec++) {
		struct devmed_access access;
		u64 esr = (LDR_W & ~EC(63)) | EC(ec);

		ASSERT_EQ(decode(esr, 0, &access),
			  ec == EC_DABT ? 0 : DEVMED_REFUSED_FETCH);
	}
}

TEST(decode_fetch)
{
	struct devmed_access access;

	ASSERT_EQ(decode(EC(EC_IABT) | IL | 0x07, 0x88, &access),
		  DEVMED_REFUSED_FETCH);
	ASSERT_EQ(decode(EC(EC_IABT) | IL | ISV | 0x07, 0x88, &access),
		  DEVMED_REFUSED_FETCH);
}

TEST(decode_isv)
{
	struct devmed_access access;
	u64 bits;

	/* Whatever the fields say that are RES0 then. */
	for (bits = 0; bits < 1 << 10; bits++) {
		u64 esr = EC(EC_DABT) | IL | bits << 14 | 0x07;

		if (!(esr & ISV))
			ASSERT_EQ(decode(esr, 0x88, &access),
				  DEVMED_REFUSED_SYNDROME);
	}
}

/* ST64BV, LD64B and ST64B, ST64BV0: ISV=1, SAS=3, but 64 bytes. */
TEST(decode_ls64)
{
	struct devmed_access access;
	u64 lst;

	for (lst = 1; lst < 4; lst++)
		ASSERT_EQ(decode(LDR_W | SAS(3) | SF | LST(lst), 0x88, &access),
			  DEVMED_REFUSED_SYNDROME);
}

TEST(decode_walk)
{
	struct devmed_access access;

	ASSERT_EQ(decode(LDR_W | S1PTW, 0x88, &access), DEVMED_REFUSED_WALK);
	ASSERT_EQ(decode((LDR_W | S1PTW) & ~ISV, 0x88, &access),
		  DEVMED_REFUSED_WALK);
}

TEST(decode_cache_op)
{
	struct devmed_access access;

	ASSERT_EQ(decode(LDR_W | CM, 0x88, &access), DEVMED_REFUSED_CACHE_OP);
	ASSERT_EQ(decode((LDR_W | CM | WNR) & ~ISV, 0x88, &access),
		  DEVMED_REFUSED_CACHE_OP);
}

TEST(decode_fault_class)
{
	struct devmed_access access;
	unsigned int direct;
	u64 write;
	u64 fsc;

	for (direct = 0; direct < 2; direct++) {
		region.flags = direct ? DEVMED_REGION_DIRECT_READS : 0;
		for (fsc = 0; fsc < 64; fsc++) {
			for (write = 0; write <= WNR; write += WNR) {
				u64 esr = (LDR_W & ~0x3fULL) | fsc | write;
				bool ok = oracle_accepts(esr, EL1H, 0, direct);

				ASSERT_EQ(decode(esr, 0x88, &access), ok ? 0 :
					  DEVMED_REFUSED_CLASS);
			}
		}
	}
}

TEST(decode_exception_level)
{
	struct devmed_access access;
	u64 spsr;

	for (spsr = 0; spsr < 32; spsr++) {
		bool ok = !(spsr & 0x10) && (spsr & 0xf);

		ASSERT_EQ(devmed_decode(&region, LDR_W, 0x88, BASE,
					spsr | 0x60000000, 0, &access),
			  ok ? 0 : DEVMED_REFUSED_EL0);
	}
}

TEST(decode_endian)
{
	struct devmed_access access;

	ASSERT_EQ(devmed_decode(&region, LDR_W, 0x88, BASE, EL1H, EE, &access),
		  DEVMED_REFUSED_ENDIAN);
	/* User space's endianness is its own. */
	ASSERT_EQ(devmed_decode(&region, LDR_W, 0x88, BASE, EL1H, 1 << 24,
				&access), 0);
}

/* Every offset around both ends, every width. */
TEST(decode_bounds)
{
	u64 offsets[] = { 0, SIZE / 2, SIZE - 16, SIZE };
	unsigned int sas, i;
	u64 offset;

	for (sas = 0; sas < 4; sas++) {
		for (i = 0; i < ARRAY_SIZE(offsets); i++) {
			for (offset = offsets[i]; offset < offsets[i] + 16; offset++) {
				u64 esr = (LDR_W & ~SAS(3)) | SAS(sas);
				u64 size = 1 << sas;
				struct devmed_access access = {};
				int want = 0;

				if (offset % size)
					want = DEVMED_REFUSED_UNALIGNED;
				else if (offset + size > SIZE)
					want = DEVMED_REFUSED_BOUNDS;
				ASSERT_EQ(decode(esr, offset, &access), want);
				if (!want)
					ASSERT_EQ(access.offset, offset);
			}
		}
	}
}

TEST(decode_unaligned)
{
	struct devmed_access access;

	ASSERT_EQ(decode(LDR_W, 0x89, &access), DEVMED_REFUSED_UNALIGNED);
	ASSERT_EQ(decode(LDR_W | SAS(3), 0x84, &access),
		  DEVMED_REFUSED_UNALIGNED);
	/* First of all, as no width can be right. */
	ASSERT_EQ(decode(LDR_W, SIZE - 2, &access), DEVMED_REFUSED_UNALIGNED);
}

/* An address that is in no region of this description must not wrap into it. */
TEST(decode_outside)
{
	struct devmed_access access;

	ASSERT_EQ(devmed_decode(&region, LDR_W, 0xff8, BASE - 0x1000, EL1H, 0,
				&access), DEVMED_REFUSED_BOUNDS);
	ASSERT_EQ(devmed_decode(&region, LDR_W, 0, BASE + SIZE, EL1H, 0,
				&access), DEVMED_REFUSED_BOUNDS);
}

/* FIPA holds bits from 12 up with 64 KiB pages too: FAR gives 12, not 16. */
TEST(decode_64k_pages)
{
	struct devmed_access access = {};
	u64 page;

	for (page = 0; page < 16; page++) {
		u64 far = 0xffff800012340000ULL | page << 12 | 0x88;

		ASSERT_EQ(devmed_decode(&region, LDR_W, far,
					BASE + 0x10000 + (page << 12), EL1H, 0,
					&access), 0);
		ASSERT_EQ(access.offset, 0x10000 + (page << 12) + 0x88);
	}
}

TEST(decode_leaves_value)
{
	struct devmed_access access = {};

	ASSERT_EQ(decode(LDR_W | SRT(31), 0x88, &access), 0);
	ASSERT_EQ(access.value, 0);
	ASSERT_EQ(access.rt, 31);
	/* Acquire and release change nothing. */
	ASSERT_EQ(decode(LDR_W | AR, 0x88, &access), 0);
	ASSERT_EQ(decode(LDR_W | EA | FNV, 0x88, &access), 0);
}

/* By hand, from C6.2: LDRB, LDRSB, LDRH, LDRSH, LDR, LDRSW, all to W and X. */
static u64 oracle_extend(u64 value, unsigned int size, bool sign, bool x)
{
	switch (size << 2 | sign << 1 | x) {
	case 1 << 2 | 0 << 1 | 0:
	case 1 << 2 | 0 << 1 | 1:
		return (u8)value;
	case 1 << 2 | 1 << 1 | 0:
		return (u32)(s32)(s8)value;
	case 1 << 2 | 1 << 1 | 1:
		return (s64)(s8)value;
	case 2 << 2 | 0 << 1 | 0:
	case 2 << 2 | 0 << 1 | 1:
		return (u16)value;
	case 2 << 2 | 1 << 1 | 0:
		return (u32)(s32)(s16)value;
	case 2 << 2 | 1 << 1 | 1:
		return (s64)(s16)value;
	case 4 << 2 | 1 << 1 | 1:
		return (s64)(s32)value;
	case 8 << 2 | 0 << 1 | 1:
	case 8 << 2 | 1 << 1 | 1:
		return value;
	default:
		return (u32)value;
	}
}

TEST(decode_extend)
{
	unsigned int sas, sign, x, top, low;

	for (sas = 0; sas < 4; sas++) {
		for (sign = 0; sign < 2; sign++) {
			for (x = 0; x < 2; x++) {
				for (top = 0; top < 2; top++) {
					for (low = 0; low < 256; low++) {
						unsigned int size = 1 << sas;
						u64 value = low & 0x7f;
						struct devmed_access access;

						value |= (u64)top << (size * 8 - 1);
						access = (struct devmed_access) {
							.value = value,
							.size = size,
							.sign_extend = sign,
							.reg64 = x,
						};
						ASSERT_EQ(devmed_extend(&access),
							  oracle_extend(value, size,
									sign, x));
					}
				}
			}
		}
	}
}
