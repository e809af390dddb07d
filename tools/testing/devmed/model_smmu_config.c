// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stream table entries and context descriptors of the SMMU model: where they
 * are, and which are ILLEGAL (IHI 0070, 5.2 and 5.4).
 *
 * An STE that EL2 wrote also has to say what EL2 may say, and no bit more.
 */
#include "fake.h"
#include "harness.h"
#include "model_smmu.h"

#define STE_BYTES	64
#define L1_BYTES	8
#define L1_SPAN		GENMASK_ULL(4, 0)
#define L1_PTR		GENMASK_ULL(51, 6)
#define MAX_SPAN	11
#define FMT_TWO_LEVEL	1

#define STE0_V		BIT_ULL(0)
#define STE0_CONFIG	GENMASK_ULL(3, 1)
#define STE0_S1FMT	GENMASK_ULL(5, 4)
#define STE0_S1PTR	GENMASK_ULL(51, 6)
#define STE0_S1CDMAX	GENMASK_ULL(63, 59)
#define STE1_S1DSS	GENMASK_ULL(1, 0)
#define STE1_S1CACHE	GENMASK_ULL(7, 2)
#define STE1_MEV	BIT_ULL(19)
#define STE1_S1STALLD	BIT_ULL(27)
#define STE1_EATS	GENMASK_ULL(29, 28)
#define STE1_STRW	GENMASK_ULL(31, 30)
#define STE1_SHCFG	GENMASK_ULL(45, 44)
#define STE2_S2VMID	GENMASK_ULL(15, 0)
#define STE2_VTCR	GENMASK_ULL(50, 32)
#define STE2_T0SZ	GENMASK_ULL(37, 32)
#define STE2_SL0	GENMASK_ULL(39, 38)
#define STE2_TG		GENMASK_ULL(47, 46)
#define STE2_PS		GENMASK_ULL(50, 48)
#define STE2_AA64	BIT_ULL(51)
#define STE2_ENDI	BIT_ULL(52)
#define STE2_AFFD	BIT_ULL(53)
#define STE2_PTW	BIT_ULL(54)
#define STE2_HD		BIT_ULL(55)
#define STE2_HA		BIT_ULL(56)
#define STE2_S2S	BIT_ULL(57)
#define STE2_S2R	BIT_ULL(58)
#define STE3_TTB	GENMASK_ULL(51, 4)
#define CONFIG_TRAFFIC	4
#define CONFIG_S2	2
#define CONFIG_S1	1
#define DSS_RESERVED	3
#define EATS_SPLIT	2

#define CD0_T0SZ	GENMASK_ULL(5, 0)
#define CD0_TG0		GENMASK_ULL(7, 6)
#define CD0_EPD0	BIT_ULL(14)
#define CD0_ENDI	BIT_ULL(15)
#define CD0_T1SZ	GENMASK_ULL(21, 16)
#define CD0_TG1		GENMASK_ULL(23, 22)
#define CD0_EPD1	BIT_ULL(30)
#define CD0_V		BIT_ULL(31)
#define CD0_IPS		GENMASK_ULL(34, 32)
#define CD0_AFFD	BIT_ULL(35)
#define CD0_AA64	BIT_ULL(41)
#define CD0_HD		BIT_ULL(42)
#define CD0_HA		BIT_ULL(43)
#define CD0_S		BIT_ULL(44)
#define CD0_ASID	GENMASK_ULL(63, 48)
#define CD_TTB		GENMASK_ULL(51, 4)

/* What an STE of EL2's may hold, word by word. */
static const u64 el2_ste[8] = {
	STE0_V | STE0_CONFIG | STE0_S1FMT | STE0_S1PTR | STE0_S1CDMAX,
	STE1_S1DSS | STE1_S1CACHE | STE1_MEV | STE1_S1STALLD | STE1_SHCFG,
	STE2_S2VMID | STE2_VTCR | STE2_AA64 | STE2_AFFD | STE2_PTW | STE2_S2R,
	STE3_TTB,
};

u8 msmmu_pa_bits(u8 encoded)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 52, 52 };

	return bits[encoded];
}

static u8 granule(u8 tg)
{
	static const u8 shifts[] = { 12, 16, 14, 0 };

	return shifts[tg];
}

/* Is this start level one that the input size can have, with 16 tables at most? */
static bool start_fits(const struct msmmu_regime *regime)
{
	u8 step = regime->granule - 3;
	int bits = regime->in_bits - regime->granule - (3 - regime->level) * step;

	return bits >= 1 && bits <= step + 4 && (regime->level || bits <= step);
}

static bool decode_stage2(struct msmmu *s, struct msmmu_ste *ste)
{
	struct msmmu_regime *regime = &ste->stage2;
	u64 word = ste->data[2];
	u8 sl0 = FIELD_GET(STE2_SL0, word);
	u8 oas = msmmu_pa_bits(s->config.oas);

	*regime = (struct msmmu_regime) {
		.ttb = ste->data[3] & STE3_TTB,
		.granule = granule(FIELD_GET(STE2_TG, word)),
		.in_bits = 64 - FIELD_GET(STE2_T0SZ, word),
		.out_bits = min(oas, msmmu_pa_bits(FIELD_GET(STE2_PS, word))),
		.affd = word & STE2_AFFD,
		.ptw = word & STE2_PTW,
	};
	if (regime->granule != 12 || sl0 > 2)
		return false;
	regime->level = 2 - sl0;

	return (word & STE2_AA64) && !(word & (STE2_ENDI | STE2_HA | STE2_HD)) &&
	       regime->in_bits <= oas && regime->in_bits >= 25 &&
	       start_fits(regime) && !(regime->ttb >> oas) &&
	       !((word & STE2_S2S) && s->config.stall_model == 1);
}

static bool is_legal(struct msmmu *s, struct msmmu_ste *ste)
{
	u64 word0 = ste->data[0];
	u64 word1 = ste->data[1];

	if (ste->s1 && !s->config.s1p)
		return false;
	if (ste->s2 && (!s->config.s2p || !decode_stage2(s, ste)))
		return false;
	if (ste->s1 && (ste->cdmax > s->config.ssidsize ||
			(ste->cdmax && FIELD_GET(STE0_S1FMT, word0) && !s->config.cd2l) ||
			(ste->cdmax && ste->dss == DSS_RESERVED)))
		return false;
	if (ste->s1 && s->config.stall_model == 2 && (word1 & STE1_S1STALLD))
		return false;
	if (ste->world && !ste->s2 && !s->config.hyp)
		return false;

	return !s->config.ats || ste->eats != EATS_SPLIT || (ste->s1 && ste->s2);
}

/* Two stage-2 configurations under one VMID share TLB entries. */
static void check_vmid(struct msmmu *s, u32 sid, const struct msmmu_ste *ste)
{
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_CONFIG; i++) {
		const struct msmmu_cached *c = &s->cached[i];

		if (!c->valid || c->kind != MSMMU_STE || !(c->data[0] & STE0_V) ||
		    !(FIELD_GET(STE0_CONFIG, c->data[0]) & CONFIG_S2) ||
		    FIELD_GET(STE2_S2VMID, c->data[2]) != ste->vmid)
			continue;
		if (c->data[2] != ste->data[2] || c->data[3] != ste->data[3])
			msmmu_complain(s, "two stage-2 configurations under one VMID", sid);
	}
}

static void check_mediated(struct msmmu *s, u32 sid, const struct msmmu_ste *ste)
{
	unsigned int i;

	if (!s->config.mediated || !(ste->config & CONFIG_TRAFFIC))
		return;
	if (!ste->s2)
		msmmu_complain(s, "a stream without stage 2", sid);
	for (i = 0; i < ARRAY_SIZE(el2_ste); i++) {
		if (ste->data[i] & ~el2_ste[i])
			msmmu_complain(s, "an STE with a bit that EL2 does not set", i);
	}
	if (ste->s2 && !(ste->data[2] & STE2_PTW))
		msmmu_complain(s, "stage-1 walks may touch devices", sid);
	if (ste->s1 && !s->config.stall_model && !(ste->data[1] & STE1_S1STALLD))
		msmmu_complain(s, "a stream may stall", sid);
	if (ste->s2)
		check_vmid(s, sid, ste);
}

static bool no_streamid(struct msmmu *s, struct msmmu_answer *answer)
{
	msmmu_fault(answer, M_C_BAD_STREAMID);
	if (!(*msmmu_reg(s, SMMU_CR2) & M_CR2_RECINVSID))
		answer->event = 0;

	return false;
}

/* IHI 0070, 3.3.1 and 5.1: the level-2 array that @sid is in. */
static bool find_array(struct msmmu *s, u32 sid, u64 *addr, struct msmmu_answer *answer)
{
	u32 cfg = *msmmu_reg(s, SMMU_STRTAB_BASE_CFG);
	u8 split = FIELD_GET(M_STRTAB_SPLIT, cfg);
	u8 bits = FIELD_GET(M_STRTAB_LOG2SIZE, cfg);
	u64 size = max_t(u64, BIT_ULL(max(bits, split) - split) * L1_BYTES, STE_BYTES);
	u64 base = msmmu_reg64(s, SMMU_STRTAB_BASE) & M_STRTAB_ADDR;
	struct msmmu_cached *cached;
	u64 desc;
	u8 span;

	cached = msmmu_find_config(s, MSMMU_L1STD, sid, sid >> split);
	if (cached) {
		desc = cached->data[0];
	} else {
		if (!msmmu_load(s, MSMMU_USE_STRTAB, ALIGN_DOWN(base, size) +
				(u64)(sid >> split) * L1_BYTES, &desc, sizeof(desc)))
			return msmmu_fault(answer, M_F_STE_FETCH);
		msmmu_keep_config(s, MSMMU_L1STD, sid, sid >> split, &desc, 1);
	}
	span = FIELD_GET(L1_SPAN, desc);
	if (!span || span > MAX_SPAN || span > split + 1 ||
	    (sid & (BIT(split) - 1)) >> (span - 1))
		return no_streamid(s, answer);
	*addr = ALIGN_DOWN(desc & L1_PTR, (u64)STE_BYTES << (span - 1)) +
		(u64)(sid & (BIT(split) - 1)) * STE_BYTES;

	return true;
}

static bool find_ste(struct msmmu *s, u32 sid, u64 *addr, struct msmmu_answer *answer)
{
	u32 cfg = *msmmu_reg(s, SMMU_STRTAB_BASE_CFG);
	u8 bits = FIELD_GET(M_STRTAB_LOG2SIZE, cfg);

	bits = min(bits, s->config.sidsize);
	if ((u64)sid >> bits)
		return no_streamid(s, answer);
	if (s->config.two_level && FIELD_GET(M_STRTAB_FMT, cfg) == FMT_TWO_LEVEL)
		return find_array(s, sid, addr, answer);
	*addr = ALIGN_DOWN(msmmu_reg64(s, SMMU_STRTAB_BASE) & M_STRTAB_ADDR,
			   (u64)STE_BYTES << bits) + (u64)sid * STE_BYTES;

	return true;
}

/* Double-words in any order, each whole (IHI 0070, 3.21.3). */
static bool fetch_ste(struct msmmu *s, u32 sid, u64 *data, struct msmmu_answer *answer)
{
	struct msmmu_cached *cached = msmmu_find_config(s, MSMMU_STE, sid, 0);
	u64 addr;

	if (cached) {
		memcpy(data, cached->data, STE_BYTES);
		return true;
	}
	if (!find_ste(s, sid, &addr, answer))
		return false;
	if (!msmmu_load(s, MSMMU_USE_STRTAB, addr, data, STE_BYTES))
		return msmmu_fault(answer, M_F_STE_FETCH);
	msmmu_keep_config(s, MSMMU_STE, sid, 0, data, STE_BYTES / sizeof(u64));

	return true;
}

bool msmmu_get_ste(struct msmmu *s, u32 sid, struct msmmu_ste *ste,
		   struct msmmu_answer *answer)
{
	memset(ste, 0, sizeof(*ste));
	if (!fetch_ste(s, sid, ste->data, answer))
		return false;
	if (!(ste->data[0] & STE0_V))
		return msmmu_fault(answer, M_C_BAD_STE);

	ste->config = FIELD_GET(STE0_CONFIG, ste->data[0]);
	ste->s1 = (ste->config & CONFIG_TRAFFIC) && (ste->config & CONFIG_S1);
	ste->s2 = (ste->config & CONFIG_TRAFFIC) && (ste->config & CONFIG_S2);
	ste->cdmax = s->config.ssidsize ? FIELD_GET(STE0_S1CDMAX, ste->data[0]) : 0;
	ste->dss = FIELD_GET(STE1_S1DSS, ste->data[1]);
	ste->eats = FIELD_GET(STE1_EATS, ste->data[1]);
	ste->world = ste->s2 ? 0 : FIELD_GET(STE1_STRW, ste->data[1]);
	ste->vmid = FIELD_GET(STE2_S2VMID, ste->data[2]);
	ste->stalls = s->config.stall_model == 2 ||
		      (!s->config.stall_model && !(ste->data[1] & STE1_S1STALLD));
	check_mediated(s, sid, ste);
	if ((ste->config & CONFIG_TRAFFIC) && !is_legal(s, ste))
		return msmmu_fault(answer, M_C_BAD_STE);
	if (ste->config & CONFIG_TRAFFIC)
		return true;
	answer->result = MSMMU_ABORT;

	return false;
}

/* Reads what stage 2 has to lead to. */
static bool load_ipa(struct msmmu *s, const struct msmmu_ste *ste, u64 ipa, void *to,
		     size_t size, struct msmmu_answer *answer)
{
	struct msmmu_answer at = { .pa = ipa };

	if (ste->s2 && !msmmu_stage2(s, ste, ipa, MSMMU_R, true, &at)) {
		*answer = at;
		answer->class = M_CLASS_CD;
		return false;
	}

	return msmmu_load(s, MSMMU_USE_CD, at.pa, to, size) ||
	       msmmu_fault(answer, M_F_CD_FETCH);
}

static bool find_cd(struct msmmu *s, u32 sid, u32 nr, const struct msmmu_ste *ste,
		    u64 *ipa, struct msmmu_answer *answer)
{
	u64 base = ste->data[0] & STE0_S1PTR;
	u8 fmt = FIELD_GET(STE0_S1FMT, ste->data[0]);
	u8 leaf_bits = fmt == 1 ? 6 : 10;
	struct msmmu_cached *cached;
	u64 desc;

	if (!ste->cdmax || (fmt != 1 && fmt != 2)) {
		*ipa = base + (u64)nr * STE_BYTES;
		return true;
	}
	cached = msmmu_find_config(s, MSMMU_L1CD, sid, nr >> leaf_bits);
	if (cached) {
		desc = cached->data[0];
	} else {
		if (!load_ipa(s, ste, base + (u64)(nr >> leaf_bits) * L1_BYTES, &desc,
			      sizeof(desc), answer))
			return false;
		msmmu_keep_config(s, MSMMU_L1CD, sid, nr >> leaf_bits, &desc, 1);
	}
	if (!(desc & BIT_ULL(0)))
		return msmmu_fault(answer, M_C_BAD_SUBSTREAMID);
	*ipa = (desc & GENMASK_ULL(51, 12)) + (u64)(nr & (BIT(leaf_bits) - 1)) * STE_BYTES;

	return true;
}

/* @nr: index in the table, which the SubstreamID led to. */
bool msmmu_get_cd(struct msmmu *s, u32 sid, u32 nr, const struct msmmu_ste *ste,
		  u64 *cd, struct msmmu_answer *answer)
{
	struct msmmu_cached *cached = msmmu_find_config(s, MSMMU_CD_ENTRY, sid, nr);
	u64 ipa;

	if (cached) {
		memcpy(cd, cached->data, STE_BYTES);
	} else {
		if (!find_cd(s, sid, nr, ste, &ipa, answer) ||
		    !load_ipa(s, ste, ipa, cd, STE_BYTES, answer))
			return false;
		msmmu_keep_config(s, MSMMU_CD_ENTRY, sid, nr, cd,
				  STE_BYTES / sizeof(u64));
	}
	if (!(cd[0] & CD0_V) || !(cd[0] & CD0_AA64) || (cd[0] & CD0_ENDI) ||
	    ((cd[0] & (CD0_HA | CD0_HD)) && !s->config.httu) ||
	    ((cd[0] & CD0_S) && s->config.stall_model == 1) ||
	    (!(cd[0] & CD0_S) && s->config.stall_model == 2))
		return msmmu_fault(answer, M_C_BAD_CD);

	return true;
}

static u8 start_level(const struct msmmu_regime *regime)
{
	u8 step = regime->granule - 3;

	return 3 - (regime->in_bits - regime->granule - 1) / step;
}

/* The half of the address space that @va is in; bit 55 says (DDI 0487, D8.2). */
bool msmmu_cd_regime(struct msmmu *s, const u64 *cd, u64 va,
		     struct msmmu_regime *regime, struct msmmu_answer *answer)
{
	static const u8 tg1[] = { 0, 14, 12, 16 };
	bool upper = va & BIT_ULL(55);
	u8 size = upper ? FIELD_GET(CD0_T1SZ, cd[0]) : FIELD_GET(CD0_T0SZ, cd[0]);
	u64 above;

	*regime = (struct msmmu_regime) {
		.ttb = cd[upper ? 2 : 1] & CD_TTB,
		.granule = upper ? tg1[FIELD_GET(CD0_TG1, cd[0])] :
				   granule(FIELD_GET(CD0_TG0, cd[0])),
		.in_bits = 64 - size,
		.out_bits = min(msmmu_pa_bits(FIELD_GET(CD0_IPS, cd[0])),
				msmmu_pa_bits(s->config.oas)),
		.affd = cd[0] & CD0_AFFD,
		.ha = cd[0] & CD0_HA,
		.upper = upper,
		.disabled = cd[0] & (upper ? CD0_EPD1 : CD0_EPD0),
		.asid = FIELD_GET(CD0_ASID, cd[0]),
	};
	if (regime->disabled) {
		regime->granule = 12;
		return true;
	}
	if (regime->granule != 12 || size < 16 || size > 39)
		return msmmu_fault(answer, M_C_BAD_CD);
	regime->level = start_level(regime);
	above = va >> regime->in_bits;
	if (above != (upper ? BIT_ULL(size) - 1 : 0))
		return msmmu_fault(answer, M_F_TRANSLATION);

	return true;
}
