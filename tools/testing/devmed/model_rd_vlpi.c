// SPDX-License-Identifier: GPL-2.0-only
/*
 * vLPIs, IHI 0069 12.11 and chapters 5 and 9: a vPE's tables, where they are while
 * it runs on a redistributor and while it does not.
 */
#include "harness.h"
#include "model_its_priv.h"

#define MAX_LATE	32
#define VPROP_FIELDS	(GENMASK_ULL(58, 56) | GENMASK_ULL(51, 7) | GENMASK_ULL(4, 0))
#define VPROP_ADDR	GENMASK_ULL(51, 12)
#define VPEND_ADDR	GENMASK_ULL(51, 16)
#define VPEND_KEEPS	(VPEND_ADDR | GENMASK_ULL(58, 56) | GENMASK_ULL(11, 7))

static bool is_v41(void)
{
	return model_its_params()->v4 == 41;
}

static struct model_user vlpi_user(enum model_use use, u32 unit, u32 id)
{
	enum model_coherency coherency = model_rd_params()->coherency;

	return (struct model_user) { use, unit, id, coherency == MODEL_SNOOPS };
}

/* Pending bits that are not in memory yet, a byte each. */
static struct vpt_late {
	u64 phys;
	u16 vpeid;
	u8 byte;
} vpt_late[MAX_LATE];
static unsigned int nr_late;

static u8 vpt_read(u16 vpeid, u64 phys)
{
	struct model_user user = vlpi_user(MODEL_VPT, MODEL_VPE_UNIT, vpeid);
	unsigned int i;
	u8 byte;

	for (i = 0; i < nr_late; i++) {
		if (vpt_late[i].vpeid == vpeid && vpt_late[i].phys == phys)
			return vpt_late[i].byte;
	}
	model_read(&user, phys, &byte, 1);

	return byte;
}

static void vpt_write_late(unsigned int i)
{
	struct vpt_late late = vpt_late[i];
	struct model_user user = vlpi_user(MODEL_VPT, MODEL_VPE_UNIT, late.vpeid);

	vpt_late[i] = vpt_late[--nr_late];
	model_write(&user, late.phys, &late.byte, 1);
}

static void vpt_write(u16 vpeid, u64 phys, u8 byte)
{
	struct model_user user = vlpi_user(MODEL_VPT, MODEL_VPE_UNIT, vpeid);
	unsigned int i = 0;

	if (!model_rd_params()->late_vpt) {
		model_write(&user, phys, &byte, 1);
		return;
	}
	while (i < nr_late && (vpt_late[i].vpeid != vpeid || vpt_late[i].phys != phys))
		i++;
	if (i == MAX_LATE)
		vpt_write_late(--i);
	if (i >= nr_late)
		i = nr_late++;
	vpt_late[i] = (struct vpt_late) { phys, vpeid, byte };
}

void model_vpe_write_back(void)
{
	while (nr_late)
		vpt_write_late(0);
}

static void vpt_write_all(u16 vpeid)
{
	unsigned int i = nr_late;

	while (i--) {
		if (vpt_late[i].vpeid == vpeid)
			vpt_write_late(i);
	}
}

static u64 vpe_limit(const struct model_vpe_entry *vpe)
{
	return BIT_ULL(vpe->size + 1);
}

void model_vpe_hold(u16 vpeid, const struct model_vpe_entry *vpe)
{
	struct model_vpe_state *state = &model_gic->vpe[vpeid];
	struct model_user vpt = vlpi_user(MODEL_VPT, MODEL_VPE_UNIT, vpeid);
	struct model_user conf = vlpi_user(MODEL_VPROP, MODEL_VPE_UNIT, vpeid);

	if (state->users && state->tables.vpt != vpe->vpt)
		model_fail("VMAPP: vPE %u has other tables for another ITS", vpeid);
	state->users++;
	state->held = true;
	state->tables = *vpe;
	model_hold(&vpt, vpe->vpt, vpe_limit(vpe) / 8);
	if (is_v41())
		model_hold(&conf, vpe->vconf, vpe_limit(vpe) - MODEL_FIRST_LPI);
}

void model_vpe_release(u16 vpeid, bool now)
{
	struct model_vpe_state *state = &model_gic->vpe[vpeid];

	if (!state->users)
		return;
	state->users--;
	if (now)
		model_vpe_sync(vpeid);
}

/* What the ITSs had for it has arrived. */
void model_vpe_sync(u16 vpeid)
{
	struct model_user vpt = vlpi_user(MODEL_VPT, MODEL_VPE_UNIT, vpeid);
	struct model_user conf = vlpi_user(MODEL_VPROP, MODEL_VPE_UNIT, vpeid);
	struct model_vpe_state *state = &model_gic->vpe[vpeid];

	vpt_write_all(vpeid);
	if (state->users || !state->held)
		return;
	model_drop_all(&vpt);
	model_drop_all(&conf);
	state->held = false;
}

/* Where a redistributor says that a vPE runs on it. */
static bool rd_runs(const struct model_rd *rd, u16 vpeid)
{
	const struct model_vpe_state *state = &model_gic->vpe[vpeid];

	if (!(rd->vpendbaser & GICR_VPENDBASER_Valid))
		return false;
	if (is_v41())
		return (rd->vpendbaser & GICR_VPENDBASER_4_1_VPEID) == vpeid;

	return state->held && state->tables.vpt == (rd->vpendbaser & VPEND_ADDR);
}

static bool vlpi_enabled(struct model_rd *rd, u16 vpeid, u32 vintid)
{
	struct model_user user = vlpi_user(MODEL_VPROP, rd->index, 0);
	u64 base = rd->vpropbaser & VPROP_ADDR;
	u8 config;

	if (is_v41()) {
		user = vlpi_user(MODEL_VPROP, MODEL_VPE_UNIT, vpeid);
		base = model_gic->vpe[vpeid].tables.vconf;
	}
	model_read(&user, base + vintid - MODEL_FIRST_LPI, &config, 1);

	return config & LPI_PROP_ENABLED;
}

static bool vpt_change(u16 vpeid, u32 vintid, bool pending)
{
	u64 phys = model_gic->vpe[vpeid].tables.vpt + vintid / 8;
	u8 byte = vpt_read(vpeid, phys);
	u8 mask = BIT(vintid % 8);
	bool was = byte & mask;

	vpt_write(vpeid, phys, pending ? byte | mask : byte & ~mask);

	return was;
}

/* The guest takes it at once. */
static void vlpi_offer(struct model_rd *rd, u16 vpeid, u32 vintid)
{
	struct model_vpe_state *state = &model_gic->vpe[vpeid];

	if (!rd_runs(rd, vpeid) || !vlpi_enabled(rd, vpeid, vintid))
		return;
	vpt_change(vpeid, vintid, false);
	if (!state->taken)
		state->taken = calloc(BIT(MODEL_LPI_BITS), sizeof(*state->taken));
	ASSERT(state->taken);
	state->taken[vintid]++;
}

static void vlpi_offer_all(struct model_rd *rd, u16 vpeid)
{
	u64 limit = vpe_limit(&model_gic->vpe[vpeid].tables);
	u64 vintid;
	u8 byte;

	for (vintid = MODEL_FIRST_LPI; vintid < limit; vintid++) {
		byte = vpt_read(vpeid, model_gic->vpe[vpeid].tables.vpt + vintid / 8);
		if (byte & BIT(vintid % 8))
			vlpi_offer(rd, vpeid, vintid);
	}
}

static struct model_rd *vpe_rd(struct model_its *its, u16 vpeid)
{
	struct model_vpe_entry vpe;

	if (vpeid >= MODEL_MAX_VPES || !model_vpe_get(its, vpeid, &vpe) || !vpe.valid)
		return NULL;

	return model_vpe_rd_find(vpe.rdbase);
}

bool model_vlpi_change(struct model_its *its, u16 vpeid, u32 vintid, bool pending)
{
	struct model_rd *rd = vpe_rd(its, vpeid);

	if (!rd)
		return false;
	vpt_change(vpeid, vintid, pending);
	if (pending)
		vlpi_offer(rd, vpeid, vintid);

	return true;
}

bool model_vlpi_set(struct model_its *its, u16 vpeid, u32 vintid, u32 doorbell)
{
	struct model_rd *rd = vpe_rd(its, vpeid);

	if (!rd || !model_vlpi_change(its, vpeid, vintid, true))
		return false;
	if (is_v41())
		doorbell = model_gic->vpe[vpeid].tables.doorbell;
	if (!rd_runs(rd, vpeid) && doorbell != MODEL_NO_DOORBELL)
		model_rd_set_pending(rd, doorbell, true);

	return true;
}

bool model_vlpi_invalidate(struct model_its *its, u16 vpeid)
{
	struct model_rd *rd = vpe_rd(its, vpeid);

	if (rd && rd_runs(rd, vpeid))
		vlpi_offer_all(rd, vpeid);

	return rd;
}

static u64 vprop_read(void *unit, unsigned int index)
{
	return ((struct model_rd *)unit)->vpropbaser;
}

static u64 vpe_table_bytes(u64 value)
{
	static const u32 sizes[] = { SZ_4K, SZ_16K, SZ_64K, SZ_64K };

	return (FIELD_GET(GICR_VPROPBASER_4_1_SIZE, value) + 1) *
	       (u64)sizes[FIELD_GET(GICR_VPROPBASER_4_1_PAGE_SIZE, value)];
}

static void vprop_write(void *unit, unsigned int index, u64 value)
{
	struct model_rd *rd = unit;
	struct model_user user = vlpi_user(MODEL_VPES, rd->index, U32_MAX);

	if (rd->vpendbaser & GICR_VPENDBASER_Valid || rd->dirty_left)
		model_fail("GICR_VPROPBASER: written while a vPE is there");
	if (!is_v41() && value & ~VPROP_FIELDS)
		model_fail("GICR_VPROPBASER: reserved bits in %lx", value);
	rd->vpropbaser = value;
	if (!is_v41())
		return;
	model_drop_all(&user);
	if (value & GICR_VPROPBASER_4_1_VALID)
		model_hold(&user, value & GICR_VPROPBASER_4_1_ADDR,
			   vpe_table_bytes(value));
}

static u64 vpend_read(void *unit, unsigned int index)
{
	struct model_rd *rd = unit;

	return rd->vpendbaser | (rd->dirty_left ? GICR_VPENDBASER_Dirty : 0);
}

/* The tables as the redistributor has them, whoever maps them for an ITS. */
static void vpend_hold(struct model_rd *rd)
{
	struct model_user vpt = vlpi_user(MODEL_VPT, rd->index, 0);
	struct model_user conf = vlpi_user(MODEL_VPROP, rd->index, 0);
	u64 limit = BIT_ULL((rd->vpropbaser & GICR_VPROPBASER_IDBITS_MASK) + 1);

	if (is_v41())
		return;
	if (limit <= MODEL_FIRST_LPI)
		model_fail("GICR_VPROPBASER: %lx has no LPIs", rd->vpropbaser);
	model_hold(&vpt, rd->vpendbaser & VPEND_ADDR, limit / 8);
	model_hold(&conf, rd->vpropbaser & VPROP_ADDR, limit - MODEL_FIRST_LPI);
}

static void vpend_drop(struct model_rd *rd)
{
	struct model_user vpt = vlpi_user(MODEL_VPT, rd->index, 0);
	struct model_user conf = vlpi_user(MODEL_VPROP, rd->index, 0);

	model_drop_all(&vpt);
	model_drop_all(&conf);
}

static void vpe_leaves(struct model_rd *rd)
{
	struct model_user vpt = vlpi_user(MODEL_VPT, rd->index, 0);
	u8 bytes[64];

	if (is_v41())
		return;
	model_read(&vpt, rd->vpendbaser & VPEND_ADDR, bytes, sizeof(bytes));
	model_write(&vpt, rd->vpendbaser & VPEND_ADDR, bytes, sizeof(bytes));
	vpend_drop(rd);
}

static void vpend_write(void *unit, unsigned int index, u64 value)
{
	struct model_rd *rd = unit;
	bool was = rd->vpendbaser & GICR_VPENDBASER_Valid;
	bool is = value & GICR_VPENDBASER_Valid;
	u16 vpeid;

	if (rd->dirty_left)
		model_fail("GICR_VPENDBASER: written while Dirty");
	if (was && is)
		model_fail("GICR_VPENDBASER: written while a vPE is there");
	if (was && !is_v41() && (value ^ rd->vpendbaser) & VPEND_KEEPS)
		model_fail("GICR_VPENDBASER: changes as it is made invalid");
	rd->vpendbaser = value & ~GICR_VPENDBASER_Dirty;
	if (was)
		rd->dirty_left = model_rd_params()->dirty_delay;
	if (was && !rd->dirty_left)
		vpe_leaves(rd);
	if (!is)
		return;
	vpend_hold(rd);
	for (vpeid = 0; vpeid < MODEL_MAX_VPES; vpeid++) {
		if (rd_runs(rd, vpeid))
			vlpi_offer_all(rd, vpeid);
	}
}

static void vsgir_write(void *unit, unsigned int index, u64 value)
{
	if (!model_trusted)
		model_fail("GICR_VSGIR: asks for vPE %lx", value);
}

static u64 vsgipendr_read(void *unit, unsigned int index)
{
	return 0;
}

const struct model_reg model_vlpi_regs[] = {
	{ GICR_VPROPBASER, 1, 8, vprop_read, vprop_write },
	{ GICR_VPENDBASER, 1, 8, vpend_read, vpend_write },
	{ GICR_VSGIR, 1, 4, NULL, vsgir_write },
	{ GICR_VSGIPENDR, 1, 4, vsgipendr_read },
};

const unsigned int model_nr_vlpi_regs = ARRAY_SIZE(model_vlpi_regs);

void model_vlpi_tick(struct model_rd *rd)
{
	if (rd->dirty_left && !--rd->dirty_left)
		vpe_leaves(rd);
}

void model_vlpi_reset(struct model_rd *rd)
{
	vpend_drop(rd);
	rd->vpropbaser = 0;
	rd->vpendbaser = 0;
	rd->dirty_left = 0;
}

unsigned int model_vlpis_taken(u16 vpeid, u32 vintid)
{
	return model_gic->vpe[vpeid].taken ? model_gic->vpe[vpeid].taken[vintid] : 0;
}

void model_vlpi_free(void)
{
	unsigned int i;

	for (i = 0; i < MODEL_MAX_VPES; i++)
		free(model_gic->vpe[i].taken);
	nr_late = 0;
}
