// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices behind the SMMU model: transactions, ATS, and what is stalled.
 */
#include "fake.h"
#include "harness.h"
#include "model_smmu.h"

#define EATS_FULL	1
#define EATS_SPLIT	2
#define DSS_TERMINATE	0
#define DSS_BYPASS	1
#define CD0_S		BIT_ULL(44)
#define EVENT_STALL	BIT_ULL(31)
#define EVENT_RNW	BIT_ULL(35)
#define EVENT_S2	BIT_ULL(39)

static void report(struct msmmu *s, const struct msmmu_access *access,
		   const struct msmmu_answer *answer, bool stall, u16 stag)
{
	struct msmmu_event event = { { answer->event | (u64)access->sid << 32 } };

	if (access->ssid != MSMMU_NO_SSID)
		event.data[0] |= BIT_ULL(11) | (u64)access->ssid << 12;
	if (stall)
		event.data[1] |= EVENT_STALL | stag;
	if (!access->write)
		event.data[1] |= EVENT_RNW;
	if (answer->s2)
		event.data[1] |= EVENT_S2;
	event.data[1] |= (u64)answer->class << 40;
	event.data[2] = access->addr;
	if (answer->s2)
		event.data[3] = answer->ipa & GENMASK_ULL(51, 12);
	msmmu_record(s, &event);
}

static bool can_stall(u8 event)
{
	return event >= M_F_TRANSLATION && event <= M_F_PERMISSION;
}

static bool stall(struct msmmu *s, const struct msmmu_access *access,
		  struct msmmu_answer *answer)
{
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_STALLED; i++) {
		if (s->stalled[i].valid)
			continue;
		s->stalled[i] = (struct msmmu_stalled) { true, s->next_stag++, *access };
		answer->result = MSMMU_STALLED;
		report(s, access, answer, true, s->stalled[i].stag);
		return true;
	}

	return false;
}

void msmmu_resume(struct msmmu *s, u32 sid, u16 stag, bool retry)
{
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_STALLED; i++) {
		struct msmmu_stalled *stalled = &s->stalled[i];
		u64 data = 0;

		if (!stalled->valid || stalled->stag != stag || stalled->access.sid != sid)
			continue;
		stalled->valid = false;
		if (retry)
			msmmu_dma(s, &stalled->access, &data, sizeof(data));
	}
}

void msmmu_stall_term(struct msmmu *s, u32 sid)
{
	unsigned int i;

	for (i = 0; i < MSMMU_MAX_STALLED; i++)
		s->stalled[i].valid &= s->stalled[i].access.sid != sid;
}

/* Which CD, or none: -1 for stage 1 bypassed, or a fault. */
static bool choose_cd(const struct msmmu_access *access, const struct msmmu_ste *ste,
		      s64 *nr, struct msmmu_answer *answer)
{
	bool given = access->ssid != MSMMU_NO_SSID;

	*nr = -1;
	if (!ste->s1 || !ste->cdmax) {
		if (given)
			return msmmu_fault(answer, M_C_BAD_SUBSTREAMID);
		*nr = ste->s1 ? 0 : -1;
		return true;
	}
	if (given && access->ssid >> ste->cdmax)
		return msmmu_fault(answer, M_C_BAD_SUBSTREAMID);
	if (given) {
		*nr = access->ssid;
		/* Substream 0 is what comes without one. */
		return *nr || ste->dss <= DSS_BYPASS ||
		       msmmu_fault(answer, M_F_STREAM_DISABLED);
	}
	if (ste->dss == DSS_TERMINATE)
		return msmmu_fault(answer, M_F_STREAM_DISABLED);
	*nr = ste->dss == DSS_BYPASS ? -1 : 0;

	return true;
}

static bool through(struct msmmu *s, const struct msmmu_access *access,
		    struct msmmu_ste *ste, struct msmmu_answer *answer)
{
	u8 want = access->write ? MSMMU_W : MSMMU_R;
	struct msmmu_regime regime;
	u64 cd[8];
	s64 nr;

	if (!choose_cd(access, ste, &nr, answer))
		return false;
	if (nr < 0) {
		ste->stalls = false;
		answer->pa = access->addr;
		answer->perm = MSMMU_R | MSMMU_W;
		return !ste->s2 ||
		       msmmu_stage2(s, ste, access->addr, want, false, answer);
	}
	if (!msmmu_get_cd(s, access->sid, nr, ste, cd, answer))
		return false;
	ste->stalls &= !!(cd[0] & CD0_S);
	if (!msmmu_cd_regime(s, cd, access->addr, &regime, answer))
		return false;

	return msmmu_stage1(s, ste, &regime, access->addr, want, answer);
}

/* As it was when the STE was fetched, if that is kept. */
static bool checks_ats(struct msmmu *s, u32 sid)
{
	struct msmmu_cached *c = s->config.ats_cached ?
				 msmmu_find_config(s, MSMMU_STE, sid, 0) : NULL;

	return c ? !c->unchecked : msmmu_may(s, M_CR0_ATSCHK);
}

/* What a device marks as Translated (IHI 0070, 3.9.1.4). */
static bool translated(struct msmmu *s, const struct msmmu_access *access,
		       struct msmmu_answer *answer)
{
	u8 want = access->write ? MSMMU_W : MSMMU_R;
	struct msmmu_ste ste;

	answer->pa = access->addr;
	if (!s->config.ats) {
		answer->result = MSMMU_ABORT;
		return false;
	}
	if (!checks_ats(s, access->sid))
		return true;
	if (!msmmu_get_ste(s, access->sid, &ste, answer)) {
		answer->event = 0;
		return false;
	}
	if (ste.eats == EATS_FULL && (ste.s1 || ste.s2))
		return true;
	if (ste.eats == EATS_SPLIT)
		return msmmu_stage2(s, &ste, access->addr, want, false, answer);

	return msmmu_fault(answer, M_F_TRANSL_FORBIDDEN);
}

static bool bypass(struct msmmu *s, const struct msmmu_access *access,
		   struct msmmu_answer *answer)
{
	answer->pa = access->addr;
	answer->perm = MSMMU_R | MSMMU_W;
	answer->result = s->off || s->dark == MSMMU_DARK_STOPPED ||
			 (msmmu_bypass(s) & M_GBPA_ABORT) ? MSMMU_ABORT : MSMMU_OK;

	return answer->result == MSMMU_OK;
}

/**
 * msmmu_translate - what becomes of an access
 * @s: the SMMU
 * @access: of a device
 *
 * Return: a physical address, or why not. Events are recorded.
 */
struct msmmu_answer msmmu_translate(struct msmmu *s, const struct msmmu_access *access)
{
	struct msmmu_answer answer = {};
	struct msmmu_ste ste = {};
	bool ok;

	if (!s->stepping)
		msmmu_tick(s);
	if (!msmmu_may(s, M_CR0_SMMUEN)) {
		bypass(s, access, &answer);
		return answer;
	}
	if (access->translated)
		ok = translated(s, access, &answer);
	else
		ok = msmmu_get_ste(s, access->sid, &ste, &answer) &&
		     through(s, access, &ste, &answer);
	if (ok || !answer.event)
		return answer;
	if (ste.stalls && can_stall(answer.event) && stall(s, access, &answer))
		return answer;
	report(s, access, &answer, false, 0);

	return answer;
}

/**
 * msmmu_dma - let a device read or write
 * @s: the SMMU
 * @access: of a device
 * @data: what is written, or was read
 * @size: in bytes, not across a page
 *
 * Return: as msmmu_translate(); with MSMMU_ABORT also for memory that does not
 * answer.
 */
struct msmmu_answer msmmu_dma(struct msmmu *s, const struct msmmu_access *access,
			      void *data, size_t size)
{
	struct msmmu_answer answer = msmmu_translate(s, access);
	bool ok;

	if (answer.result != MSMMU_OK)
		return answer;
	if (access->write && msmmu_delay_write(s, answer.pa, data, size))
		return answer;
	if (access->write)
		ok = msmmu_store(s, MSMMU_USE_DMA_WRITE, answer.pa, data, size);
	else
		ok = msmmu_load(s, MSMMU_USE_DMA_READ, answer.pa, data, size);
	if (!ok)
		answer.result = MSMMU_ABORT;

	return answer;
}

/**
 * msmmu_ats_request - ask for a translation that the device keeps
 * @s: the SMMU
 * @access: what it would access
 *
 * Return: an answer whose @pa the device may use until CMD_ATC_INV, or
 * MSMMU_ABORT.
 */
struct msmmu_answer msmmu_ats_request(struct msmmu *s, const struct msmmu_access *access)
{
	struct msmmu_answer answer = { .result = MSMMU_ABORT };
	struct msmmu_ste ste;

	msmmu_tick(s);
	if (!s->config.ats || !msmmu_may(s, M_CR0_SMMUEN) ||
	    !msmmu_get_ste(s, access->sid, &ste, &answer) ||
	    (ste.eats != EATS_FULL && ste.eats != EATS_SPLIT))
		return answer;

	answer = (struct msmmu_answer) {};
	if (!through(s, access, &ste, &answer)) {
		answer.result = MSMMU_ABORT;
		return answer;
	}
	/* Of split stages the device is told the IPA. */
	if (ste.eats == EATS_SPLIT)
		answer.pa = answer.ipa;

	return answer;
}
