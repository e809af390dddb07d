// SPDX-License-Identifier: GPL-2.0-only
/*
 * Register pages 0 and 1 of the SMMU model: values take effect when the model
 * likes, and registers that are in use do not change (IHI 0070, 6.3).
 */
#include "fake.h"
#include "harness.h"
#include "model_smmu.h"

#define NR_IDRS		7
#define ANY_TIME	0

/* @guard: bits of CR0 that have to be clear, in effect too. */
struct row {
	u32 offset;
	u8 width;
	u32 guard;
	u64 wr;
	void (*written)(struct msmmu *s, u32 value);
};

static u32 delay(struct msmmu *s)
{
	return msmmu_random(s, s->config.ack_delay + 1);
}

u32 *msmmu_reg(struct msmmu *s, u32 offset)
{
	return &s->regs[offset / SMMU_PAGE1][offset % SMMU_PAGE1 / sizeof(u32)];
}

u64 msmmu_reg64(struct msmmu *s, u32 offset)
{
	u32 *reg = msmmu_reg(s, offset);

	return reg[0] | (u64)reg[1] << 32;
}

static u32 idr0(const struct msmmu_config *c)
{
	return c->s2p | c->s1p << 1 | 2 << 2 | c->coherent << 4 |
	       c->httu << 7 | c->hyp << 9 | c->ats << 10 | c->asid16 << 12 |
	       c->msi << 13 | c->sev << 14 | c->pri << 16 | c->vmid16 << 18 |
	       c->cd2l << 19 | 2 << 21 | c->stall_model << 24 |
	       c->two_level << 27;
}

static u32 idr1(const struct msmmu_config *c)
{
	return c->sidsize | c->ssidsize << 6 | c->priqs << 11 |
	       c->evtqs << 16 | c->cmdqs << 21 | c->queues_preset << 29 |
	       c->tables_preset << 30 | (u32)c->ecmdq << 31;
}

u32 msmmu_idr(struct msmmu *s, unsigned int nr)
{
	const struct msmmu_config *c = &s->config;
	const u32 values[NR_IDRS] = {
		[0] = idr0(c),
		[1] = idr1(c),
		[3] = c->ril << 10 | c->bbml << 11,
		[5] = c->oas | BIT(4),
		[6] = c->ecmdq << 24,
	};

	return values[nr];
}

bool msmmu_may(struct msmmu *s, u32 bit)
{
	if (s->off || s->dark == MSMMU_DARK_STOPPED)
		return false;
	if (((s->cr0_now ^ s->cr0) & bit) && msmmu_random(s, 2))
		s->cr0_now ^= bit;

	return s->cr0_now & bit;
}

u32 msmmu_bypass(struct msmmu *s)
{
	if (s->gbpa_left && msmmu_random(s, 2))
		return *msmmu_reg(s, SMMU_GBPA);

	return s->gbpa;
}

static void acknowledge_cr0(struct msmmu *s)
{
	/* What was to be written has been, once EVTQEN is clear. */
	msmmu_flush_events(s);
	s->cr0_now = s->cr0;
	*msmmu_reg(s, SMMU_CR0ACK) = s->cr0;
}

static void write_cr0(struct msmmu *s, u32 value)
{
	u32 known = M_CR0_SMMUEN | M_CR0_EVTQEN | M_CR0_CMDQEN;

	known |= s->config.ats ? M_CR0_ATSCHK : 0;
	known |= s->config.pri ? M_CR0_PRIQEN : 0;
	if (s->cr0 != *msmmu_reg(s, SMMU_CR0ACK))
		msmmu_complain(s, "CR0 written before CR0ACK", value);
	s->cr0 = value & known;
	s->ack_left = delay(s) + (fake_clock < s->ack_at);
	if (!s->ack_left)
		acknowledge_cr0(s);
}

static void write_gbpa(struct msmmu *s, u32 value)
{
	if (s->gbpa_left || !(value & M_GBPA_UPDATE))
		msmmu_complain(s, "GBPA written without UPDATE, or during one", value);
	s->gbpa_left = delay(s) + 1;
}

static void write_irq_ctrl(struct msmmu *s, u32 value)
{
	/* The host has this one to itself: no more than its interrupts depend on it. */
	if (s->irq_left && !s->config.mediated)
		msmmu_complain(s, "IRQ_CTRL written before IRQ_CTRLACK", value);
	s->irq_left = delay(s) + 1;
}

static void write_gerrorn(struct msmmu *s, u32 value)
{
	u32 active = *msmmu_reg(s, SMMU_GERROR) ^ s->gerrorn;

	if ((value ^ s->gerrorn) & ~active)
		msmmu_complain(s, "an error acknowledged that there is not", value);
	s->gerrorn = value;
}

/* Of a queue that is on, only forwards, and not past what is full. */
static void write_cmdq_prod(struct msmmu *s, u32 value)
{
	u32 size = BIT(msmmu_reg64(s, SMMU_CMDQ_BASE) & M_BASE_LOG2SIZE);
	u32 cons = *msmmu_reg(s, SMMU_CMDQ_CONS);

	if ((s->cr0 & M_CR0_CMDQEN) &&
	    ((value - cons) & (2 * size - 1)) > size)
		msmmu_complain(s, "CMDQ_PROD beyond a full queue", value);
}

/* Sorted. What has no row reads as zero and ignores writes. */
static const struct row rows[] = {
	{ SMMU_CR0, 4, ANY_TIME, U32_MAX, write_cr0 },
	{ SMMU_CR0ACK, 4, ANY_TIME, 0 },
	{ SMMU_CR1, 4, M_CR0_SMMUEN | M_CR0_CMDQEN | M_CR0_EVTQEN, 0xfff },
	{ SMMU_CR2, 4, M_CR0_SMMUEN, 0x7 },
	{ SMMU_STATUSR, 4, ANY_TIME, 0 },
	{ SMMU_GBPA, 4, ANY_TIME, U32_MAX, write_gbpa },
	{ SMMU_IRQ_CTRL, 4, ANY_TIME, 0x7, write_irq_ctrl },
	{ SMMU_IRQ_CTRLACK, 4, ANY_TIME, 0 },
	{ SMMU_GERROR, 4, ANY_TIME, 0 },
	{ SMMU_GERRORN, 4, ANY_TIME, 0x1fd, write_gerrorn },
	{ SMMU_GERROR_IRQ_CFG0, 8, ANY_TIME, GENMASK_ULL(51, 2) },
	{ SMMU_GERROR_IRQ_CFG1, 4, ANY_TIME, U32_MAX },
	{ SMMU_GERROR_IRQ_CFG2, 4, ANY_TIME, 0x3f },
	{ SMMU_STRTAB_BASE, 8, M_CR0_SMMUEN, BIT_ULL(62) | M_STRTAB_ADDR },
	{ SMMU_STRTAB_BASE_CFG, 4, M_CR0_SMMUEN, GENMASK(17, 16) | GENMASK(10, 0) },
	{ SMMU_CMDQ_BASE, 8, M_CR0_CMDQEN, BIT_ULL(62) | M_BASE_ADDR | M_BASE_LOG2SIZE },
	{ SMMU_CMDQ_PROD, 4, ANY_TIME, GENMASK(19, 0), write_cmdq_prod },
	{ SMMU_CMDQ_CONS, 4, M_CR0_CMDQEN, GENMASK(30, 24) | GENMASK(19, 0) },
	{ SMMU_EVENTQ_BASE, 8, M_CR0_EVTQEN, BIT_ULL(62) | M_BASE_ADDR | M_BASE_LOG2SIZE },
	{ SMMU_EVENTQ_IRQ_CFG0, 8, ANY_TIME, GENMASK_ULL(51, 2) },
	{ SMMU_EVENTQ_IRQ_CFG1, 4, ANY_TIME, U32_MAX },
	{ SMMU_EVENTQ_IRQ_CFG2, 4, ANY_TIME, 0x3f },
	{ SMMU_PRIQ_BASE, 8, M_CR0_PRIQEN, BIT_ULL(62) | M_BASE_ADDR | M_BASE_LOG2SIZE },
	{ SMMU_PRIQ_IRQ_CFG0, 8, ANY_TIME, GENMASK_ULL(51, 2) },
	{ SMMU_PRIQ_IRQ_CFG1, 4, ANY_TIME, U32_MAX },
	{ SMMU_PRIQ_IRQ_CFG2, 4, ANY_TIME, GENMASK(31, 31) | 0x3f },
	{ SMMU_EVENTQ_PROD, 4, M_CR0_EVTQEN, U32_MAX },
	{ SMMU_EVENTQ_CONS, 4, ANY_TIME, U32_MAX },
	{ SMMU_PRIQ_PROD, 4, M_CR0_PRIQEN, U32_MAX },
	{ SMMU_PRIQ_CONS, 4, ANY_TIME, U32_MAX },
};

static const struct row *find_row(u64 offset)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (offset - rows[i].offset < rows[i].width)
			return &rows[i];
	}

	return NULL;
}

static bool is_absent(struct msmmu *s, const struct row *row)
{
	u32 offset = row->offset;

	if (offset == SMMU_GERROR_IRQ_CFG0 || offset == SMMU_EVENTQ_IRQ_CFG0 ||
	    offset == SMMU_PRIQ_IRQ_CFG0)
		return !s->config.msi;
	if ((offset >= SMMU_PRIQ_BASE && offset <= SMMU_PRIQ_IRQ_CFG2) ||
	    offset >= SMMU_PRIQ_PROD)
		return !s->config.pri;

	return false;
}

static void update_gbpa(struct msmmu *s)
{
	u32 *reg = msmmu_reg(s, SMMU_GBPA);

	*reg &= ~M_GBPA_UPDATE;
	s->gbpa = *reg;
}

/**
 * msmmu_tick - time passes
 * @s: the SMMU
 *
 * Called on each access to a register, and by whoever lets it pass otherwise.
 */
void msmmu_tick(struct msmmu *s)
{
	fake_clock += (u64)s->config.access_us * FAKE_CNTFRQ / 1000000;
	if (s->off || s->dark == MSMMU_DARK_STOPPED)
		return;
	if (s->reset_in && !--s->reset_in) {
		msmmu_reset(s);
		return;
	}
	if (s->dark == MSMMU_DARK_HITS) {
		msmmu_step(s);
		return;
	}
	if (s->ack_left && fake_clock >= s->ack_at && !--s->ack_left)
		acknowledge_cr0(s);
	if (s->irq_left && !--s->irq_left)
		*msmmu_reg(s, SMMU_IRQ_CTRLACK) = *msmmu_reg(s, SMMU_IRQ_CTRL);
	if (s->gbpa_left && !--s->gbpa_left)
		update_gbpa(s);
	if (s->cmd_left) {
		s->cmd_left--;
	} else {
		msmmu_run_commands(s, 1 + msmmu_random(s, 4));
		s->cmd_left = msmmu_random(s, s->config.cmd_delay + 1);
	}
	if (!msmmu_random(s, 4))
		msmmu_flush_events(s);
	msmmu_step(s);
}

static bool bad_access(struct msmmu *s, const struct row *row, u64 offset, u8 size)
{
	if (row && size > row->width) {
		msmmu_complain(s, "one access to two registers", offset);
		return true;
	}

	if (s->dark)
		msmmu_tick(s);

	return s->off || s->dark;
}

/* Reads a register of an SMMU that does not answer, as @dark says. */
static u64 read_nothing(struct msmmu *s)
{
	if (s->config.dark_reads == MSMMU_READS_EITHER)
		return 0ULL - msmmu_random(s, 2);

	return s->config.dark_reads == MSMMU_READS_ONES ? U64_MAX : 0;
}

u64 msmmu_read_reg(struct msmmu *s, u64 offset, u8 size)
{
	const struct row *row = find_row(offset);
	u64 value = 0;

	if (bad_access(s, row, offset, size))
		return s->off || s->dark ? read_nothing(s) : 0;
	msmmu_tick(s);
	if (offset / 4 < NR_IDRS - 1)
		return msmmu_idr(s, offset / 4);
	if (offset == SMMU_IDR6)
		return msmmu_idr(s, 6);
	if (offset == SMMU_IIDR)
		return s->config.iidr;
	if (offset == SMMU_AIDR)
		return s->config.ril ? 2 : 0;
	if (row && !is_absent(s, row))
		memcpy(&value, msmmu_reg(s, offset), size);

	return value;
}

void msmmu_write_reg(struct msmmu *s, u64 offset, u8 size, u64 value)
{
	const struct row *row = find_row(offset);
	u64 mask;
	u64 old = 0;

	if (s->off)
		msmmu_complain(s, "write to an SMMU without power", offset);
	if (bad_access(s, row, offset, size))
		return;
	msmmu_tick(s);
	if (!row || !row->wr || is_absent(s, row))
		return;
	if ((s->cr0 | *msmmu_reg(s, SMMU_CR0ACK)) & row->guard) {
		msmmu_complain(s, "register written while it is in use", offset);
		return;
	}

	mask = row->wr >> 8 * (offset - row->offset);
	memcpy(&old, msmmu_reg(s, offset), size);
	value = (old & ~mask) | (value & mask);
	memcpy(msmmu_reg(s, offset), &value, size);
	if (row->written)
		row->written(s, value);
}

static u64 read0(u64 offset, u8 size)
{
	return msmmu_read_reg(&msmmus[0], offset, size);
}

static void write0(u64 offset, u8 size, u64 value)
{
	msmmu_write_reg(&msmmus[0], offset, size, value);
}

static u64 read1(u64 offset, u8 size)
{
	return msmmu_read_reg(&msmmus[1], offset, size);
}

static void write1(u64 offset, u8 size, u64 value)
{
	msmmu_write_reg(&msmmus[1], offset, size, value);
}

const struct fake_device_ops msmmu_ops[MSMMU_NR] = {
	{ read0, write0 }, { read1, write1 },
};
