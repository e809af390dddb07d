// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of the ITS, IHI 0069 12.18 and 12.19, without any that an ITS may
 * lack. What the manual calls UNPREDICTABLE fails the test, and so does what EL2
 * has no reason to write.
 */
#include "fake_dram.h"
#include "harness.h"
#include "model_its_priv.h"

/* Those that a write changes. */
#define CTLR_FIELDS	(GITS_CTLR_ENABLE | GITS_CTLR_ITS_NUMBER)
#define CTLR_V4_FIELDS	(CTLR_FIELDS | GITS_CTLR_ImDe)
#define CBASER_FIELDS	(GITS_CBASER_VALID | GENMASK_ULL(61, 59) |	\
			 GENMASK_ULL(55, 53) | GENMASK_ULL(51, 12) |	\
			 GENMASK_ULL(11, 10) | GENMASK_ULL(7, 0))
#define CBASER_RES0	(BIT_ULL(62) | GENMASK_ULL(58, 56) | BIT_ULL(52) |	\
			 GENMASK_ULL(9, 8))
#define BASER_RO	(GENMASK_ULL(58, 56) | GENMASK_ULL(52, 48))
#define SHARE_FIELD	GENMASK_ULL(11, 10)

struct model_gic *model_gic;
/* An access of EL2's, not of a test that drives the model by itself. */
static bool from_el2;
/* One that has no trap: if the device aborts it, the host gets that. */
static bool host_reads;

const struct model_gic_params model_gic_default = {
	.nr_its = 1,
	.nr_rds = 4,
	.its = {
		.id_bits = 16,
		.dev_bits = 16,
		.ite_size = 12,
		.baser = {
			{ GITS_BASER_TYPE_DEVICE, 8, true, 0 },
			{ GITS_BASER_TYPE_COLLECTION, 8, false, 0 },
		},
	},
	.rd = {
		.id_bits = MODEL_LPI_BITS,
	},
};

bool model_its_quiescent(const struct model_its *its)
{
	return !(its->ctlr & GITS_CTLR_ENABLE) && !its->quiet_left;
}

static u64 its_ctlr_read(void *unit, unsigned int index)
{
	struct model_its *its = unit;

	return its->ctlr | (model_its_quiescent(its) ? GITS_CTLR_QUIESCENT : 0);
}

static void its_ctlr_write(void *unit, unsigned int index, u64 value)
{
	u32 known = model_its_params()->v4 ? CTLR_V4_FIELDS : CTLR_FIELDS;
	struct model_its *its = unit;
	u32 fields = value & known;
	bool was = its->ctlr & GITS_CTLR_ENABLE;
	bool is = fields & GITS_CTLR_ENABLE;

	if (value & ~(u64)(known | GITS_CTLR_QUIESCENT))
		model_fail("GITS_CTLR: reserved bits in %lx", value);
	if ((its->ctlr ^ fields) & GITS_CTLR_ITS_NUMBER &&
	    !model_its_quiescent(its))
		model_fail("GITS_CTLR: its number changes while enabled");
	if (!was && is && its->quiet_left)
		model_fail("GITS_CTLR: enabled before it was quiescent");
	its->ctlr = fields;
	if (was && !is)
		its->quiet_left = model_its_params()->quiet_delay;
	if (model_its_quiescent(its))
		model_its_write_back(its);
	model_its_run(its);
}

static u64 its_iidr_read(void *unit, unsigned int index)
{
	return model_its_params()->iidr;
}

static u64 its_typer_read(void *unit, unsigned int index)
{
	const struct model_its_params *params = model_its_params();
	u8 ite = params->told_ite_size ? params->told_ite_size : params->ite_size;
	u8 dev = params->told_dev_bits ? params->told_dev_bits : params->dev_bits;

	return GITS_TYPER_PLPIS | (params->v4 ? GITS_TYPER_VLPIS : 0) |
	       (u64)(ite - 1) << GITS_TYPER_ITT_ENTRY_SIZE_SHIFT |
	       (u64)(params->id_bits - 1) << GITS_TYPER_IDBITS_SHIFT |
	       (u64)(dev - 1) << GITS_TYPER_DEVBITS_SHIFT |
	       (params->pta ? GITS_TYPER_PTA : 0) |
	       (u64)params->hcc << GITS_TYPER_HCC_SHIFT |
	       (params->cid_bits ? (u64)(params->cid_bits - 1) << 32 |
				   BIT_ULL(36) : 0) |
	       (params->vmovp ? GITS_TYPER_VMOVP : 0) |
	       (params->v4 == 41 ? GITS_TYPER_VMAPP | BIT_ULL(39) |
				   FIELD_PREP(GITS_TYPER_SVPET, 1ULL) : 0);
}

static u64 its_cbaser_read(void *unit, unsigned int index)
{
	return ((struct model_its *)unit)->cbaser;
}

static void its_check_quiescent(struct model_its *its, const char *name)
{
	if (!model_its_quiescent(its))
		model_fail("%s: written while the ITS is not quiescent", name);
}

static void its_cbaser_write(void *unit, unsigned int index, u64 value)
{
	struct model_its *its = unit;

	its_check_quiescent(its, "GITS_CBASER");
	if (value & CBASER_RES0)
		model_fail("GITS_CBASER: reserved bits in %lx", value);
	if (model_its_params()->ring_not_shareable)
		value &= ~SHARE_FIELD;
	value &= CBASER_FIELDS;
	model_its_hold_ring(its, value);
	its->cbaser = value;
	its->creadr = 0;
	its->nr_fetched = 0;
	its->stalled = false;
}

static u64 its_cwriter_read(void *unit, unsigned int index)
{
	return ((struct model_its *)unit)->cwriter;
}

/* From EL2 it comes after what the host, or EL2 itself, wrote to the ring. */
static void its_cwriter_write(void *unit, unsigned int index, u64 value)
{
	struct model_its *its = unit;

	if (!model_trusted && from_el2 && value != its->cwriter &&
	    !fake_last_write_ordered())
		model_fail("GITS_CWRITER: no barrier between ring and doorbell");
	model_its_doorbell(its, value);
}

static u64 its_creadr_read(void *unit, unsigned int index)
{
	struct model_its *its = unit;

	return its->creadr | its->stalled;
}

static u64 its_baser_read(void *unit, unsigned int index)
{
	return ((struct model_its *)unit)->baser[index];
}

static u64 its_baser_reset_value(const struct model_baser_params *params)
{
	u64 value;

	if (!params->type)
		return 0;
	value = (u64)params->type << GITS_BASER_TYPE_SHIFT |
		(u64)(params->entry_size - 1) << GITS_BASER_ENTRY_SIZE_SHIFT;
	if (params->page_size == SZ_16K)
		value |= GITS_BASER_PAGE_SIZE_16K;
	if (params->page_size == SZ_64K)
		value |= GITS_BASER_PAGE_SIZE_64K;

	return value;
}

static void its_baser_write(void *unit, unsigned int index, u64 value)
{
	const struct model_baser_params *params = &model_its_params()->baser[index];
	u64 reset = its_baser_reset_value(params);
	struct model_its *its = unit;

	if (!params->type)
		return;
	its_check_quiescent(its, "GITS_BASER");
	value = (value & ~BASER_RO) | (reset & BASER_RO);
	if (params->page_size)
		value = (value & ~GITS_BASER_PAGE_SIZE_MASK) |
			(reset & GITS_BASER_PAGE_SIZE_MASK);
	if (!params->indirect)
		value &= ~GITS_BASER_INDIRECT;
	if (model_its_params()->tables_not_shareable)
		value &= ~SHARE_FIELD;
	if ((value & GITS_BASER_PAGE_SIZE_MASK) == GITS_BASER_PAGE_SIZE_MASK)
		model_fail("GITS_BASER%u: reserved page size", index);
	model_its_set_table(its, index, value);
}

static u64 its_id_read(void *unit, unsigned int index)
{
	return model_its_params()->v4 ? 0x4b : 0x3b;
}

static u64 its_mpidr_read(void *unit, unsigned int index)
{
	if (!host_reads && model_its_params()->v4 != 41)
		model_fail("no GITS_MPIDR");

	return MODEL_MPIDR;
}

static void its_translater_write(void *unit, unsigned int index, u64 value)
{
	struct model_its *its = unit;

	its->stats.cpu_msis++;
	model_its_translate(its, model_its_params()->cpu_devid, value);
}

static void its_sgir_write(void *unit, unsigned int index, u64 value)
{
	if (!model_trusted)
		model_fail("GITS_SGIR: a vSGI made with %lx", value);
}

static const struct model_reg its_regs[] = {
	{ GITS_CTLR, 1, 4, its_ctlr_read, its_ctlr_write },
	{ GITS_IIDR, 1, 4, its_iidr_read },
	{ GITS_TYPER, 1, 8, its_typer_read },
	{ GITS_MPIDR, 1, 4, its_mpidr_read },
	{ GITS_CBASER, 1, 8, its_cbaser_read, its_cbaser_write },
	{ GITS_CWRITER, 1, 8, its_cwriter_read, its_cwriter_write },
	{ GITS_CREADR, 1, 8, its_creadr_read },
	{ GITS_BASER, MODEL_NR_BASERS, 8, its_baser_read, its_baser_write },
	{ GITS_PIDR2, 1, 4, its_id_read },
	{ GITS_TRANSLATER, 1, 4, NULL, its_translater_write },
	{ GITS_SGIR, 1, 8, NULL, its_sgir_write },
};

/* Any other access the device would answer with an abort, and that kills EL2. */
static const struct model_reg *model_reg_find(const struct model_reg *regs,
					      unsigned int nr, u64 offset, u8 size)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		u64 from = offset - regs[i].offset;

		if (from >= regs[i].count * regs[i].width)
			continue;
		if (offset % size || (size != 4 && size != regs[i].width))
			break;
		return &regs[i];
	}

	if (!host_reads)
		model_fail("no register of %u bytes at %lx", size, offset);

	return NULL;
}

u64 model_reg_read(const struct model_reg *regs, unsigned int nr, void *unit,
		   u64 offset, u8 size)
{
	const struct model_reg *reg = model_reg_find(regs, nr, offset, size);
	u64 from;
	u64 value;

	if (!reg || !reg->read)
		return 0;
	from = offset - reg->offset;
	value = reg->read(unit, from / reg->width) >> from % reg->width * 8;

	return size == 8 ? value : (u32)value;
}

void model_reg_write(const struct model_reg *regs, unsigned int nr, void *unit,
		     u64 offset, u8 size, u64 value)
{
	const struct model_reg *reg = model_reg_find(regs, nr, offset, size);
	u64 from = offset - reg->offset;
	u32 shift = from % reg->width * 8;
	u64 mask = size == 8 ? U64_MAX : (u64)U32_MAX << shift;

	if (!reg->write && !model_trusted)
		model_fail("write of %lx to a read-only register at %lx",
			   value, offset);
	if (!reg->write)
		return;
	if (~mask && reg->width == 8 && reg->read)
		value = (reg->read(unit, from / reg->width) & ~mask) |
			(value << shift & mask);
	reg->write(unit, from / reg->width, value);
}

static u64 its_read(struct model_its *its, u64 offset, u8 size)
{
	if (model_is_silent(&its->silent))
		return size == 8 ? U64_MAX : U32_MAX;
	model_its_tick(its);

	return model_reg_read(its_regs, ARRAY_SIZE(its_regs), its, offset, size);
}

static void its_write(struct model_its *its, u64 offset, u8 size, u64 value)
{
	if (model_is_silent(&its->silent))
		return;
	model_reg_write(its_regs, ARRAY_SIZE(its_regs), its, offset, size, value);
}

static u64 its_read_from_el2(unsigned int its, u64 offset, u8 size)
{
	u64 value;

	from_el2 = true;
	value = its_read(&model_gic->its[its], offset, size);
	from_el2 = false;

	return value;
}

static void its_write_from_el2(unsigned int its, u64 offset, u8 size, u64 value)
{
	from_el2 = true;
	its_write(&model_gic->its[its], offset, size, value);
	from_el2 = false;
}

static u64 its0_read(u64 offset, u8 size)
{
	return its_read_from_el2(0, offset, size);
}

static void its0_write(u64 offset, u8 size, u64 value)
{
	its_write_from_el2(0, offset, size, value);
}

static u64 its1_read(u64 offset, u8 size)
{
	return its_read_from_el2(1, offset, size);
}

static void its1_write(u64 offset, u8 size, u64 value)
{
	its_write_from_el2(1, offset, size, value);
}

static const struct fake_device_ops its_ops[MODEL_MAX_ITS] = {
	{ its0_read, its0_write },
	{ its1_read, its1_write },
};

static const struct fake_device_ops rd_ops = { model_rd_read, model_rd_write };

static u64 its_frames(void)
{
	return model_its_params()->v4 == 41 ? 3 * SZ_64K : 2 * SZ_64K;
}

u64 model_mmio_read(u64 phys, u8 size)
{
	u64 offset = phys - MODEL_ITS_BASE;

	if (phys >= MODEL_RD_BASE)
		return model_rd_read(phys - MODEL_RD_BASE, size);

	return its_read(&model_gic->its[offset / MODEL_ITS_STRIDE],
			offset % MODEL_ITS_STRIDE, size);
}

u64 model_host_read(u64 phys, u8 size)
{
	u64 value;

	host_reads = true;
	value = model_mmio_read(phys, size);
	host_reads = false;

	return value;
}

void model_mmio_write(u64 phys, u8 size, u64 value)
{
	u64 offset = phys - MODEL_ITS_BASE;

	if (phys >= MODEL_RD_BASE)
		model_rd_write(phys - MODEL_RD_BASE, size, value);
	else
		its_write(&model_gic->its[offset / MODEL_ITS_STRIDE],
			  offset % MODEL_ITS_STRIDE, size, value);
}

void model_its_power_cut(unsigned int index)
{
	struct model_its *its = &model_gic->its[index];
	struct model_its_stats stats = its->stats;
	unsigned int i;

	model_drop_uses(MODEL_RING, MODEL_ITT, index);
	memset(its, 0, sizeof(*its));
	its->index = index;
	its->stats = stats;
	for (i = 0; i < MODEL_NR_BASERS; i++)
		its->baser[i] = its_baser_reset_value(&model_its_params()->baser[i]);
}

void model_its_firmware(unsigned int index, unsigned int how)
{
	struct model_its *its = &model_gic->its[index];
	u64 baser[MODEL_NR_BASERS];
	u64 cwriter = its->cwriter;
	u64 cbaser = its->cbaser;
	u32 ctlr = its->ctlr;
	unsigned int i;

	memcpy(baser, its->baser, sizeof(baser));
	model_its_write_back(its);
	model_its_power_cut(index);
	its_cbaser_write(its, 0, cbaser);
	its->cwriter = how & MODEL_FW_CWRITER ? cwriter : 0;
	for (i = 0; i < MODEL_NR_BASERS; i++)
		its_baser_write(its, i, baser[i]);
	its->ctlr = how & MODEL_FW_ENABLED ? ctlr : ctlr & ~GITS_CTLR_ENABLE;
	its->delay_left = model_its_params()->cmd_delay;
	model_its_run(its);
}

void model_gic_settle(void)
{
	unsigned int i;

	for (i = 0; i < model_gic->params.nr_its; i++) {
		struct model_its *its = &model_gic->its[i];

		model_its_write_back(its);
		memset(its->cache, 0, sizeof(its->cache));
	}
	for (i = 0; i < model_gic->params.nr_rds; i++)
		model_rd_settle(&model_gic->rd[i]);
	model_vpe_write_back();
}

const struct model_its_stats *model_its_stats(unsigned int its)
{
	return &model_gic->its[its].stats;
}

static void model_gic_free(void)
{
	unsigned int i;

	if (!model_gic)
		return;
	for (i = 0; i < model_gic->params.nr_rds; i++)
		model_rd_free(&model_gic->rd[i]);
	model_vlpi_free();
	free(model_gic);
}

void model_gic_init(const struct model_gic_params *params)
{
	unsigned int i;

	ASSERT(params->nr_its <= MODEL_MAX_ITS && params->nr_rds <= MODEL_MAX_RDS);
	ASSERT(params->its.ite_size >= 8 && params->its.ite_size <= 16);
	ASSERT(params->rd.id_bits <= MODEL_LPI_BITS);
	model_range_init();
	model_gic_free();
	model_gic = calloc(1, sizeof(*model_gic));
	ASSERT(model_gic);
	model_gic->params = *params;
	model_bus_init(params->its.pa_mask);
	if (params->its.coherency || params->rd.coherency)
		fake_dram_init();
	for (i = 0; i < params->nr_its; i++) {
		model_its_power_cut(i);
		fake_attach(model_its_phys(i), its_frames(), &its_ops[i]);
	}
	for (i = 0; i < params->nr_rds; i++)
		model_rd_init(&model_gic->rd[i], i);
	fake_attach(MODEL_RD_BASE, params->nr_rds * model_rd_stride(), &rd_ops);
	if (params->its.pre_its)
		fake_attach(params->its.pre_its, SZ_64K, &model_pre_its_ops);
}
