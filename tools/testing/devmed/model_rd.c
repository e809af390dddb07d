// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of the redistributors, IHI 0069 12.10 and 12.11, as strict as
 * those of the ITS in model_its.c. What GICR_TYPER and GICR_CTLR do not tell of is
 * not there.
 */
#include "harness.h"
#include "model_its_priv.h"

#define GICR_PWRR	0x0024
#define PWRR_RDPD	BIT(0)

#define FRAME_RD	0
#define FRAME_SGI	1
#define FRAME_VLPI	2

#define CTLR_DPG	GENMASK(26, 24)
#define CTLR_RO		(GICR_CTLR_CES | GICR_CTLR_IR | GICR_CTLR_RWP | BIT(31))
#define PROP_FIELDS	(GENMASK_ULL(58, 56) | GENMASK_ULL(51, 7) | GENMASK_ULL(4, 0))
#define PEND_FIELDS	(GICR_PENDBASER_PTZ | GENMASK_ULL(58, 56) |	\
			 GENMASK_ULL(51, 16) | GENMASK_ULL(11, 7))
#define SHARE_FIELD	GENMASK_ULL(11, 10)

/* Of the CPU that runs. */
u64 fake_mpidr;

u64 model_rd_stride(void)
{
	return (model_its_params()->v4 ? 4 : 2) * SZ_64K;
}

u64 model_rd_phys(unsigned int rd)
{
	return MODEL_RD_BASE + rd * model_rd_stride();
}

u64 model_rdbase(unsigned int rd)
{
	if (model_its_params()->pta)
		return model_rd_phys(rd);

	return (u64)(model_rd_params()->first_number + rd) << 16;
}

struct model_rd *model_rd_find(u64 rdbase)
{
	unsigned int i;

	for (i = 0; i < model_gic->params.nr_rds; i++) {
		if (model_rdbase(i) == rdbase)
			return &model_gic->rd[i];
	}
	if (model_its_params()->pta)
		model_fail("the ITS takes %lx for a redistributor", rdbase);

	return NULL;
}

u64 model_vpe_rdbase(unsigned int rd)
{
	return model_rdbase(rd) + model_rd_params()->vlpi_offset;
}

struct model_rd *model_vpe_rd_find(u64 rdbase)
{
	return model_rd_find(rdbase - model_rd_params()->vlpi_offset);
}

static u64 rd_ctlr_read(void *unit, unsigned int index)
{
	const struct model_rd_params *params = model_rd_params();
	struct model_rd *rd = unit;

	return rd->ctlr | (params->sticky ? 0 : GICR_CTLR_CES) |
	       (params->inv_regs ? GICR_CTLR_IR : 0) |
	       (rd->rwp_left ? GICR_CTLR_RWP : 0);
}

static void rd_ctlr_write(void *unit, unsigned int index, u64 value)
{
	struct model_rd *rd = unit;
	bool was = rd->ctlr & GICR_CTLR_ENABLE_LPIS;
	bool is = value & GICR_CTLR_ENABLE_LPIS;

	if (value & ~(u64)(GICR_CTLR_ENABLE_LPIS | CTLR_DPG | CTLR_RO))
		model_fail("GICR_CTLR: reserved bits in %lx", value);
	if (was && !is && model_rd_params()->sticky)
		is = true;
	if (!was && is && rd->rwp_left)
		model_fail("GICR_CTLR: LPIs enabled before RWP is clear");
	rd->ctlr = (value & CTLR_DPG) | (is ? GICR_CTLR_ENABLE_LPIS : 0);
	if (!was && is)
		model_rd_enable(rd);
	if (was && !is)
		rd->rwp_left = model_rd_params()->rwp_delay;
	if (was && !is && !rd->rwp_left)
		model_rd_disabled(rd);
}

static u64 rd_typer_read(void *unit, unsigned int index)
{
	const struct model_rd_params *params = model_rd_params();
	u8 v4 = model_its_params()->v4;
	struct model_rd *rd = unit;
	bool last = rd->index + 1 == model_gic->params.nr_rds;

	return GICR_TYPER_PLPIS |
	       (v4 ? GICR_TYPER_VLPIS | GICR_TYPER_DIRTY : 0) |
	       (params->direct_lpi ? GICR_TYPER_DirectLPIS : 0) |
	       (last ? GICR_TYPER_LAST : 0) |
	       (v4 == 41 ? GICR_TYPER_RVPEID | BIT(26) : 0) |
	       (u64)(params->first_number + rd->index) << 8 |
	       (u64)(rd->index ^ params->affinity) << 32;
}

static u64 rd_waker_read(void *unit, unsigned int index)
{
	struct model_rd *rd = unit;

	return rd->waker | (rd->waker & GICR_WAKER_ProcessorSleep ?
			    GICR_WAKER_ChildrenAsleep : 0);
}

/* Asleep it has written everything back. */
static void rd_waker_write(void *unit, unsigned int index, u64 value)
{
	struct model_rd *rd = unit;

	rd->waker = value & GICR_WAKER_ProcessorSleep;
	if (rd->waker)
		model_rd_write_back(rd);
}

static u64 rd_pwrr_read(void *unit, unsigned int index)
{
	return ((struct model_rd *)unit)->pwrr;
}

static void rd_pwrr_write(void *unit, unsigned int index, u64 value)
{
	struct model_rd *rd = unit;

	if (!model_rd_params()->pwrr)
		return;
	if (value & PWRR_RDPD) {
		model_rd_write_back(rd);
		model_rd_reset(rd);
	}
	rd->pwrr = value & PWRR_RDPD;
}

/* The tables may change only while nobody uses them. */
static void rd_check_disabled(const struct model_rd *rd, const char *name)
{
	if (rd->ctlr & GICR_CTLR_ENABLE_LPIS || rd->rwp_left)
		model_fail("%s: written while LPIs are enabled", name);
}

static u64 rd_propbaser_read(void *unit, unsigned int index)
{
	return ((struct model_rd *)unit)->propbaser;
}

static void rd_propbaser_write(void *unit, unsigned int index, u64 value)
{
	struct model_rd *rd = unit;

	rd_check_disabled(rd, "GICR_PROPBASER");
	if (value & ~PROP_FIELDS)
		model_fail("GICR_PROPBASER: reserved bits in %lx", value);
	rd->propbaser = value & ~(model_rd_params()->not_shareable ? SHARE_FIELD : 0);
}

/* PTZ reads as zero. */
static u64 rd_pendbaser_read(void *unit, unsigned int index)
{
	return ((struct model_rd *)unit)->pendbaser & ~GICR_PENDBASER_PTZ;
}

static void rd_pendbaser_write(void *unit, unsigned int index, u64 value)
{
	struct model_rd *rd = unit;

	rd_check_disabled(rd, "GICR_PENDBASER");
	if (value & ~PEND_FIELDS)
		model_fail("GICR_PENDBASER: reserved bits in %lx", value);
	rd->pendbaser = value & ~(model_rd_params()->not_shareable ? SHARE_FIELD : 0);
}

static void rd_change_pending(struct model_rd *rd, u64 value, bool pending)
{
	if (!model_rd_params()->direct_lpi)
		model_fail("no GICR_SETLPIR");
	model_rd_set_pending(rd, value, pending);
}

static void rd_setlpir_write(void *unit, unsigned int index, u64 value)
{
	rd_change_pending(unit, value, true);
}

static void rd_clrlpir_write(void *unit, unsigned int index, u64 value)
{
	rd_change_pending(unit, value, false);
}

static void rd_check_invalidates(void)
{
	if (!model_rd_params()->direct_lpi && !model_rd_params()->inv_regs &&
	    model_its_params()->v4 != 41)
		model_fail("no GICR_INVLPIR");
}

static bool rd_can_invalidate(struct model_rd *rd, u64 value)
{
	rd_check_invalidates();
	if (value & GICR_INVLPIR_V && !model_trusted)
		model_fail("invalidates vPE %lx", value);
	rd->sync_left = model_rd_params()->rwp_delay;

	return !(value & GICR_INVLPIR_V);
}

static void rd_invlpir_write(void *unit, unsigned int index, u64 value)
{
	if (rd_can_invalidate(unit, value))
		model_rd_invalidate(unit, value & GICR_INVLPIR_INTID);
}

static void rd_invallr_write(void *unit, unsigned int index, u64 value)
{
	if (rd_can_invalidate(unit, value))
		model_rd_invalidate_all(unit);
}

static u64 rd_syncr_read(void *unit, unsigned int index)
{
	rd_check_invalidates();

	return !!((struct model_rd *)unit)->sync_left;
}

static u64 rd_zero_read(void *unit, unsigned int index)
{
	return 0;
}

static u64 rd_id_read(void *unit, unsigned int index)
{
	return model_its_params()->v4 ? 0x4b : 0x3b;
}

static const struct model_reg rd_regs[] = {
	{ GICR_CTLR, 1, 4, rd_ctlr_read, rd_ctlr_write },
	{ GICR_IIDR, 1, 4, rd_zero_read },
	{ GICR_TYPER, 1, 8, rd_typer_read },
	{ GICR_WAKER, 1, 4, rd_waker_read, rd_waker_write },
	{ GICR_PWRR, 1, 4, rd_pwrr_read, rd_pwrr_write },
	{ GICR_SETLPIR, 1, 8, NULL, rd_setlpir_write },
	{ GICR_CLRLPIR, 1, 8, NULL, rd_clrlpir_write },
	{ GICR_PROPBASER, 1, 8, rd_propbaser_read, rd_propbaser_write },
	{ GICR_PENDBASER, 1, 8, rd_pendbaser_read, rd_pendbaser_write },
	{ GICR_INVLPIR, 1, 8, NULL, rd_invlpir_write },
	{ GICR_INVALLR, 1, 8, NULL, rd_invallr_write },
	{ GICR_SYNCR, 1, 4, rd_syncr_read },
	{ GICR_PIDR2, 1, 4, rd_id_read },
};

/* Time passes when somebody looks. */
static void rd_tick(struct model_rd *rd)
{
	if (rd->rwp_left && !--rd->rwp_left)
		model_rd_disabled(rd);
	if (rd->sync_left)
		rd->sync_left--;
	model_vlpi_tick(rd);
}

static void rd_check_power(const struct model_rd *rd, u64 offset)
{
	if (rd->pwrr && offset % model_rd_stride() != GICR_PWRR)
		model_fail("access at %lx of redistributor %u, which is off",
			   offset % model_rd_stride(), rd->index);
}

/* Which of the frames, and the registers in it; NULL for plain memory. */
static const struct model_reg *rd_frame(u64 offset, unsigned int *nr)
{
	unsigned int frame = offset % model_rd_stride() / SZ_64K;

	*nr = frame == FRAME_RD ? ARRAY_SIZE(rd_regs) :
	      frame == FRAME_VLPI ? model_nr_vlpi_regs : 0;
	if (frame == FRAME_SGI)
		return NULL;

	return frame == FRAME_RD ? rd_regs : model_vlpi_regs;
}

u64 model_rd_read(u64 offset, u8 size)
{
	struct model_rd *rd = &model_gic->rd[offset / model_rd_stride()];
	const struct model_reg *regs;
	unsigned int nr;
	u64 value = 0;

	rd_check_power(rd, offset);
	if (model_is_silent(&rd->silent))
		return size == 8 ? U64_MAX : U32_MAX;
	rd_tick(rd);
	regs = rd_frame(offset, &nr);
	if (regs)
		return model_reg_read(regs, nr, rd, offset % SZ_64K, size);
	if (offset % SZ_64K < sizeof(rd->sgi_frame))
		memcpy(&value, rd->sgi_frame + offset % SZ_64K, size);

	return value;
}

void model_rd_write(u64 offset, u8 size, u64 value)
{
	struct model_rd *rd = &model_gic->rd[offset / model_rd_stride()];
	const struct model_reg *regs;
	unsigned int nr;

	rd_check_power(rd, offset);
	if (model_is_silent(&rd->silent))
		return;
	regs = rd_frame(offset, &nr);
	if (regs)
		model_reg_write(regs, nr, rd, offset % SZ_64K, size, value);
	else if (offset % SZ_64K < sizeof(rd->sgi_frame))
		memcpy(rd->sgi_frame + offset % SZ_64K, &value, size);
}

void model_rd_init(struct model_rd *rd, u32 index)
{
	size_t nr = BIT(model_rd_params()->id_bits);

	rd->index = index;
	rd->known = calloc(nr, sizeof(*rd->known));
	rd->config = calloc(nr, sizeof(*rd->config));
	rd->taken = calloc(nr, sizeof(*rd->taken));
	ASSERT(rd->known && rd->config && rd->taken);
	model_rd_reset(rd);
}

void model_rd_free(struct model_rd *rd)
{
	free(rd->known);
	free(rd->config);
	free(rd->taken);
}

void model_rd_reset(struct model_rd *rd)
{
	model_rd_drop(rd);
	model_vlpi_reset(rd);
	rd->ctlr = 0;
	rd->waker = GICR_WAKER_ProcessorSleep;
	rd->pwrr = 0;
	rd->propbaser = 0;
	rd->pendbaser = 0;
	rd->rwp_left = 0;
	rd->sync_left = 0;
	model_rd_forget(rd);
}

void model_rd_save(unsigned int index)
{
	struct model_rd *rd = &model_gic->rd[index];

	rd->saved = (struct model_rd_saved) {
		rd->ctlr, rd->propbaser, rd->pendbaser,
	};
}

/* Power was lost in between, after all was written back. */
void model_rd_restore(unsigned int index)
{
	struct model_rd *rd = &model_gic->rd[index];

	model_rd_write_back(rd);
	model_rd_reset(rd);
	rd->propbaser = rd->saved.propbaser;
	rd->pendbaser = rd->saved.pendbaser;
	rd->ctlr = rd->saved.ctlr;
}

void model_rd_silence(unsigned int rd, unsigned int accesses)
{
	model_gic->rd[rd].silent = accesses;
}

void model_rd_stick(void)
{
	model_gic->params.rd.sticky = true;
}

void model_rd_awake(unsigned int index)
{
	struct model_rd *rd = &model_gic->rd[index];

	if (rd->ctlr & GICR_CTLR_ENABLE_LPIS && !rd->holds)
		model_rd_enable(rd);
}

void model_rd_power_cut(unsigned int rd)
{
	model_rd_reset(&model_gic->rd[rd]);
}
