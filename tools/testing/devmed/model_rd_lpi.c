// SPDX-License-Identifier: GPL-2.0-only
/*
 * LPIs of a redistributor: configuration that it reads once, and the pending
 * table. It does not check an INTID against the tables; that is the judge's.
 */
#include "harness.h"
#include "model_its_priv.h"

/* What the redistributor may put there, before the first LPI. */
#define PEND_PRIVATE	(MODEL_FIRST_LPI / 8)
#define PEND_CHUNK	64U

static struct model_user prop_user(const struct model_rd *rd)
{
	unsigned int cache = rd->propbaser >> GICR_PROPBASER_INNER_CACHEABILITY_SHIFT & 7;
	unsigned int share = rd->propbaser >> GICR_PROPBASER_SHAREABILITY_SHIFT & 3;

	return (struct model_user) {
		.use = MODEL_PROP,
		.unit = rd->index,
		.snoops = model_attrs_snoop(model_rd_params()->coherency,
					    share, cache),
	};
}

static struct model_user pend_user(const struct model_rd *rd)
{
	unsigned int cache = rd->pendbaser >> GICR_PENDBASER_INNER_CACHEABILITY_SHIFT & 7;
	unsigned int share = rd->pendbaser >> GICR_PENDBASER_SHAREABILITY_SHIFT & 3;

	return (struct model_user) {
		.use = MODEL_PEND,
		.unit = rd->index,
		.snoops = model_attrs_snoop(model_rd_params()->coherency,
					    share, cache),
	};
}

/* First INTID that the tables do not have. */
u64 model_rd_lpi_limit(const struct model_rd *rd)
{
	u64 bits = (rd->propbaser & GICR_PROPBASER_IDBITS_MASK) + 1;

	return BIT_ULL(min_t(u64, bits, model_rd_params()->id_bits));
}

static u64 pend_base(const struct model_rd *rd)
{
	return GICR_PENDBASER_ADDRESS(rd->pendbaser);
}

static u8 pend_read(struct model_rd *rd, u32 intid)
{
	struct model_user user = pend_user(rd);
	u8 byte;

	model_read(&user, pend_base(rd) + intid / 8, &byte, 1);

	return byte;
}

static void pend_change(struct model_rd *rd, u32 intid, bool pending)
{
	struct model_user user = pend_user(rd);
	u8 byte = pend_read(rd, intid);
	u8 mask = BIT(intid % 8);

	byte = pending ? byte | mask : byte & ~mask;
	model_write(&user, pend_base(rd) + intid / 8, &byte, 1);
}

bool model_rd_is_pending(struct model_rd *rd, u32 intid)
{
	return pend_read(rd, intid) & BIT(intid % 8);
}

static bool lpi_enabled(struct model_rd *rd, u32 intid)
{
	struct model_user user = prop_user(rd);

	if (!rd->known[intid])
		model_read(&user, GICR_PROPBASER_ADDRESS(rd->propbaser) + intid -
			   MODEL_FIRST_LPI, &rd->config[intid], 1);
	rd->known[intid] = true;

	return rd->config[intid] & LPI_PROP_ENABLED;
}

void model_rd_forget(struct model_rd *rd)
{
	memset(rd->known, 0, BIT(model_rd_params()->id_bits));
}

/* The CPU takes it at once. */
static void lpi_offer(struct model_rd *rd, u32 intid)
{
	if (!lpi_enabled(rd, intid))
		return;
	pend_change(rd, intid, false);
	rd->taken[intid]++;
}

bool model_rd_set_pending(struct model_rd *rd, u32 intid, bool pending)
{
	if (!(rd->ctlr & GICR_CTLR_ENABLE_LPIS))
		return false;
	if (intid < MODEL_FIRST_LPI)
		model_fail("INTID %x is no LPI", intid);
	pend_change(rd, intid, pending);
	if (pending)
		lpi_offer(rd, intid);

	return true;
}

void model_rd_invalidate(struct model_rd *rd, u32 intid)
{
	if (!(rd->ctlr & GICR_CTLR_ENABLE_LPIS))
		return;
	if (intid < MODEL_FIRST_LPI || intid >= model_rd_lpi_limit(rd))
		return;
	rd->known[intid] = false;
	if (model_rd_is_pending(rd, intid))
		lpi_offer(rd, intid);
}

/* The first from @intid on, or 0. */
static u32 pend_next(struct model_rd *rd, u32 intid)
{
	struct model_user user = pend_user(rd);
	u32 limit = model_rd_lpi_limit(rd);
	u8 bytes[PEND_CHUNK];
	u32 i;

	for (; intid < limit; intid = ALIGN(intid + 1, PEND_CHUNK * 8)) {
		model_read(&user, pend_base(rd) +
			   ALIGN_DOWN(intid / 8, PEND_CHUNK), bytes, PEND_CHUNK);
		for (i = intid % (PEND_CHUNK * 8); i < PEND_CHUNK * 8; i++) {
			if (bytes[i / 8] & BIT(i % 8))
				return ALIGN_DOWN(intid, PEND_CHUNK * 8) + i;
		}
	}

	return 0;
}

static void lpi_offer_all(struct model_rd *rd)
{
	u32 intid = MODEL_FIRST_LPI - 1;

	while ((intid = pend_next(rd, intid + 1)))
		lpi_offer(rd, intid);
}

void model_rd_invalidate_all(struct model_rd *rd)
{
	if (!(rd->ctlr & GICR_CTLR_ENABLE_LPIS))
		return;
	model_rd_forget(rd);
	lpi_offer_all(rd);
}

void model_rd_move(struct model_rd *from, struct model_rd *to, u32 intid)
{
	if (!(from->ctlr & to->ctlr & GICR_CTLR_ENABLE_LPIS) || from == to ||
	    !model_rd_is_pending(from, intid))
		return;
	pend_change(from, intid, false);
	model_rd_set_pending(to, intid, true);
}

void model_rd_move_all(struct model_rd *from, struct model_rd *to)
{
	u32 intid = MODEL_FIRST_LPI - 1;

	if (!(from->ctlr & to->ctlr & GICR_CTLR_ENABLE_LPIS))
		return;
	while ((intid = pend_next(from, intid + 1)))
		model_rd_move(from, to, intid);
}

/* Told that it is zero, it does not look. */
static void pend_check_zero(struct model_rd *rd)
{
	u32 intid = pend_next(rd, 0);

	if (intid)
		model_fail("GICR_PENDBASER.PTZ: redistributor %u has %x pending",
			   rd->index, intid);
}

void model_rd_enable(struct model_rd *rd)
{
	struct model_user prop = prop_user(rd);
	struct model_user pend = pend_user(rd);
	u64 limit = model_rd_lpi_limit(rd);

	if (limit <= MODEL_FIRST_LPI)
		model_fail("GICR_PROPBASER: %lx has no LPIs", rd->propbaser);
	model_hold(&prop, GICR_PROPBASER_ADDRESS(rd->propbaser),
		   limit - MODEL_FIRST_LPI);
	model_hold(&pend, pend_base(rd), limit / 8);
	rd->holds = true;
	model_rd_forget(rd);
	if (rd->pendbaser & GICR_PENDBASER_PTZ)
		pend_check_zero(rd);
	else
		lpi_offer_all(rd);
}

/* Whatever it keeps for itself goes where the manual reserves room for it. */
void model_rd_write_back(struct model_rd *rd)
{
	struct model_user user = pend_user(rd);
	u8 bytes[64];

	if (!rd->holds)
		return;
	model_read(&user, pend_base(rd), bytes, sizeof(bytes));
	model_write(&user, pend_base(rd), bytes, sizeof(bytes));
	model_read(&user, pend_base(rd) + PEND_PRIVATE, bytes, sizeof(bytes));
	model_write(&user, pend_base(rd) + PEND_PRIVATE, bytes, sizeof(bytes));
}

void model_rd_drop(struct model_rd *rd)
{
	struct model_user prop = prop_user(rd);
	struct model_user pend = pend_user(rd);

	if (!rd->holds)
		return;
	model_drop_all(&prop);
	model_drop_all(&pend);
	rd->holds = false;
}

void model_rd_disabled(struct model_rd *rd)
{
	model_rd_write_back(rd);
	model_rd_drop(rd);
}

void model_rd_settle(struct model_rd *rd)
{
	model_rd_write_back(rd);
	model_rd_forget(rd);
}

unsigned int model_lpis_taken(unsigned int rd, u32 intid)
{
	return model_gic->rd[rd].taken[intid];
}

bool model_lpi_pending(unsigned int rd, u32 intid)
{
	return model_gic->rd[rd].holds &&
	       model_rd_is_pending(&model_gic->rd[rd], intid);
}
