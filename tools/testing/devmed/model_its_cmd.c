// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands of GICv3, IHI 0069 5.3. A field that is RES0 and is not zero fails
 * the test, and so does a name of a redistributor that is some other address.
 */
#include "harness.h"
#include "model_its_priv.h"

#define F_OP		GENMASK_ULL(7, 0)
#define F_DEVID		GENMASK_ULL(63, 32)
#define F_EVENT		GENMASK_ULL(31, 0)
#define F_INTID		GENMASK_ULL(63, 32)
#define F_ITT_SIZE	GENMASK_ULL(4, 0)
#define F_ITT		GENMASK_ULL(51, 8)
#define F_VALID		BIT_ULL(63)
#define F_ICID		GENMASK_ULL(15, 0)
#define F_RDBASE	GENMASK_ULL(51, 16)

u64 model_cmd_rdbase(u64 dw)
{
	return dw & F_RDBASE;
}

/* What LPIs there are is up to the distributor. */
bool model_intid_ok(u64 intid)
{
	return intid >= MODEL_FIRST_LPI && !(intid >> model_rd_params()->id_bits);
}

/* The device of a command that needs it, and its event. */
enum model_error model_cmd_event(struct model_its *its, const u64 *cmd,
				 struct model_device *dev)
{
	if (!model_device_get(its, FIELD_GET(F_DEVID, cmd[0]), dev))
		return MODEL_E_DEVICE;
	if (!dev->valid)
		return MODEL_E_UNMAPPED_DEVICE;
	if (FIELD_GET(F_EVENT, cmd[1]) >> (dev->size + 1))
		return MODEL_E_EVENT;

	return MODEL_OK;
}

enum model_error model_cmd_ite(struct model_its *its, const u64 *cmd,
			       struct model_device *dev, struct model_ite *ite)
{
	enum model_error error = model_cmd_event(its, cmd, dev);

	if (error)
		return error;
	model_ite_get(its, FIELD_GET(F_DEVID, cmd[0]), dev,
		      FIELD_GET(F_EVENT, cmd[1]), ite);

	return ite->valid ? MODEL_OK : MODEL_E_UNMAPPED_EVENT;
}

/* The redistributor of a collection, or NULL. */
static struct model_rd *cmd_collection_rd(struct model_its *its, u16 icid)
{
	u64 rdbase;

	if (!model_collection_get(its, icid, &rdbase) ||
	    !(rdbase & MODEL_ENTRY_VALID))
		return NULL;

	return model_rd_find(model_cmd_rdbase(rdbase));
}

static int cmd_collection_tag(struct model_its *its, u16 icid)
{
	struct model_rd *rd = cmd_collection_rd(its, icid);

	return rd ? (int)rd->index : MODEL_ANY_RD;
}

static enum model_error run_mapd(struct model_its *its, const u64 *cmd)
{
	u32 devid = FIELD_GET(F_DEVID, cmd[0]);
	struct model_user user = model_itt_user(its, devid);
	struct model_device old;
	struct model_device new = {
		.valid = cmd[2] & F_VALID,
		.itt = cmd[2] & F_ITT,
		.size = FIELD_GET(F_ITT_SIZE, cmd[1]),
	};

	if (!model_device_get(its, devid, &old))
		return MODEL_E_DEVICE;
	/* Some look at the size even if V is 0. */
	if (new.size >= model_its_params()->id_bits)
		return MODEL_E_ITT_SIZE;
	if (old.valid)
		model_drop_later(&user, old.itt);
	model_cache_forget_all(its, MODEL_KIND_ITE, devid);
	/* Zero is what it must be, and what the ITS may rely on. */
	if (new.valid)
		model_hold(&user, new.itt, model_itt_bytes(new.size));
	model_device_set(its, devid, &new);

	return MODEL_OK;
}

static enum model_error run_mapc(struct model_its *its, const u64 *cmd)
{
	u64 rdbase = model_cmd_rdbase(cmd[2]);
	bool valid = cmd[2] & F_VALID;

	/* Some look where it leads even if V is 0. */
	if ((valid || rdbase) && !model_rd_find(rdbase))
		return MODEL_E_PROC;
	if (!model_collection_set(its, cmd[2] & F_ICID,
				  valid ? rdbase | MODEL_ENTRY_VALID : 0))
		return MODEL_E_COLLECTION;

	return MODEL_OK;
}

static enum model_error map_event(struct model_its *its, const u64 *cmd, u64 intid)
{
	struct model_ite ite = {
		.valid = true,
		.intid = intid,
		.target = cmd[2] & F_ICID,
		.doorbell = MODEL_NO_DOORBELL,
	};
	struct model_device dev;
	enum model_error error;
	u64 rdbase;

	error = model_cmd_event(its, cmd, &dev);
	if (error)
		return error;
	if (!model_collection_get(its, ite.target, &rdbase))
		return MODEL_E_COLLECTION;
	if (!model_intid_ok(intid))
		return MODEL_E_INTID;
	model_ite_set(its, FIELD_GET(F_DEVID, cmd[0]), &dev,
		      FIELD_GET(F_EVENT, cmd[1]), &ite,
		      cmd_collection_tag(its, ite.target));

	return MODEL_OK;
}

static enum model_error run_mapti(struct model_its *its, const u64 *cmd)
{
	return map_event(its, cmd, FIELD_GET(F_INTID, cmd[1]));
}

static enum model_error run_mapi(struct model_its *its, const u64 *cmd)
{
	return map_event(its, cmd, FIELD_GET(F_EVENT, cmd[1]));
}

static enum model_error run_movi(struct model_its *its, const u64 *cmd)
{
	u16 icid = cmd[2] & F_ICID;
	struct model_device dev;
	enum model_error error;
	struct model_rd *from;
	struct model_rd *to;
	struct model_ite ite;
	u64 rdbase;

	error = model_cmd_ite(its, cmd, &dev, &ite);
	if (error)
		return error;
	if (ite.virt)
		return MODEL_E_VIRTUAL;
	if (!model_collection_get(its, icid, &rdbase))
		return MODEL_E_COLLECTION;
	from = cmd_collection_rd(its, ite.target);
	to = cmd_collection_rd(its, icid);
	if (!from || !to)
		return MODEL_E_UNMAPPED_COLL;
	ite.target = icid;
	model_ite_set(its, FIELD_GET(F_DEVID, cmd[0]), &dev,
		      FIELD_GET(F_EVENT, cmd[1]), &ite, to->index);
	model_rd_move(from, to, ite.intid);

	return MODEL_OK;
}

static enum model_error run_movall(struct model_its *its, const u64 *cmd)
{
	struct model_rd *from = model_rd_find(model_cmd_rdbase(cmd[2]));
	struct model_rd *to = model_rd_find(model_cmd_rdbase(cmd[3]));

	if (!from || !to)
		return MODEL_E_DEVICE;
	model_rd_move_all(from, to);

	return MODEL_OK;
}

/* Pending state of an event, physical or not. */
static enum model_error event_clear(struct model_its *its, const struct model_ite *ite)
{
	struct model_rd *rd;

	if (ite->virt)
		return model_vlpi_change(its, ite->target, ite->intid, false) ?
		       MODEL_OK : MODEL_E_UNMAPPED_VPE;
	rd = cmd_collection_rd(its, ite->target);
	if (!rd)
		return MODEL_E_UNMAPPED_COLL;
	model_rd_set_pending(rd, ite->intid, false);

	return MODEL_OK;
}

static enum model_error run_clear(struct model_its *its, const u64 *cmd)
{
	struct model_device dev;
	enum model_error error;
	struct model_ite ite;

	error = model_cmd_ite(its, cmd, &dev, &ite);

	return error ? error : event_clear(its, &ite);
}

static enum model_error run_discard(struct model_its *its, const u64 *cmd)
{
	struct model_ite none = {};
	struct model_device dev;
	enum model_error error;
	struct model_ite ite;

	error = model_cmd_ite(its, cmd, &dev, &ite);
	if (error)
		return error;
	event_clear(its, &ite);
	model_ite_set(its, FIELD_GET(F_DEVID, cmd[0]), &dev,
		      FIELD_GET(F_EVENT, cmd[1]), &none,
		      ite.virt ? MODEL_ANY_RD : cmd_collection_tag(its, ite.target));

	return MODEL_OK;
}

static enum model_error run_int(struct model_its *its, const u64 *cmd)
{
	struct model_device dev;
	enum model_error error;
	struct model_ite ite;

	error = model_cmd_ite(its, cmd, &dev, &ite);
	if (error)
		return error;
	if (!ite.virt && !cmd_collection_rd(its, ite.target))
		return MODEL_E_UNMAPPED_COLL;
	model_its_translate(its, FIELD_GET(F_DEVID, cmd[0]), FIELD_GET(F_EVENT, cmd[1]));

	return MODEL_OK;
}

static enum model_error run_inv(struct model_its *its, const u64 *cmd)
{
	struct model_device dev;
	enum model_error error;
	struct model_ite ite;
	struct model_rd *rd;

	error = model_cmd_ite(its, cmd, &dev, &ite);
	if (error || ite.virt)
		return error;
	rd = cmd_collection_rd(its, ite.target);
	if (!rd)
		return MODEL_E_UNMAPPED_COLL;
	model_rd_invalidate(rd, ite.intid);

	return MODEL_OK;
}

static enum model_error run_invall(struct model_its *its, const u64 *cmd)
{
	struct model_rd *rd;
	u64 rdbase;

	if (!model_collection_get(its, cmd[2] & F_ICID, &rdbase))
		return MODEL_E_COLLECTION;
	rd = cmd_collection_rd(its, cmd[2] & F_ICID);
	if (!rd)
		return MODEL_E_UNMAPPED_COLL;
	model_rd_invalidate_all(rd);

	return MODEL_OK;
}

static enum model_error run_sync(struct model_its *its, const u64 *cmd)
{
	struct model_rd *rd = model_rd_find(model_cmd_rdbase(cmd[2]));
	const struct model_its_params *params = model_its_params();

	if (!rd)
		return MODEL_E_PROC;
	if (params->sync_needs_lpis && !(rd->ctlr & GICR_CTLR_ENABLE_LPIS))
		return MODEL_E_PROC;
	if (params->far_rds & BIT(rd->index))
		its->hung = true;
	if (params->sync_is_global)
		model_its_write_back(its);
	else
		model_its_sync(its, rd->index);

	return MODEL_OK;
}

#define EVENT_FIELDS	{ F_OP | F_DEVID, F_EVENT, 0, 0 }

static const struct model_op model_ops[] = {
	{ GITS_CMD_MOVI, 0, { F_OP | F_DEVID, F_EVENT, F_ICID, 0 }, run_movi },
	{ GITS_CMD_INT, 0, EVENT_FIELDS, run_int },
	{ GITS_CMD_CLEAR, 0, EVENT_FIELDS, run_clear },
	{ GITS_CMD_SYNC, 0, { F_OP, 0, F_RDBASE, 0 }, run_sync },
	{ GITS_CMD_MAPD, 0,
	  { F_OP | F_DEVID, F_ITT_SIZE, F_VALID | F_ITT, 0 }, run_mapd },
	{ GITS_CMD_MAPC, 0, { F_OP, 0, F_VALID | F_RDBASE | F_ICID, 0 }, run_mapc },
	{ GITS_CMD_MAPTI, 0,
	  { F_OP | F_DEVID, F_INTID | F_EVENT, F_ICID, 0 }, run_mapti },
	{ GITS_CMD_MAPI, 0, { F_OP | F_DEVID, F_EVENT, F_ICID, 0 }, run_mapi },
	{ GITS_CMD_INV, 0, EVENT_FIELDS, run_inv },
	{ GITS_CMD_INVALL, 0, { F_OP, 0, F_ICID, 0 }, run_invall },
	{ GITS_CMD_MOVALL, 0, { F_OP, 0, F_RDBASE, F_RDBASE }, run_movall },
	{ GITS_CMD_DISCARD, 0, EVENT_FIELDS, run_discard },
};

static const struct model_op *find_op(const struct model_op *ops, unsigned int nr,
				      const u64 *cmd)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (ops[i].op == (cmd[0] & F_OP) &&
		    ops[i].v4 <= model_its_params()->v4)
			return &ops[i];
	}

	return NULL;
}

enum model_error model_its_execute(struct model_its *its, const u64 *cmd)
{
	const struct model_op *op;
	unsigned int i;

	op = find_op(model_ops, ARRAY_SIZE(model_ops), cmd);
	if (!op)
		op = find_op(model_virtual_ops, model_nr_virtual_ops, cmd);
	if (!op && !model_trusted)
		model_fail("command %lx is none of this ITS", cmd[0]);
	if (!op)
		return MODEL_E_OPCODE;
	for (i = 0; i < 4; i++) {
		if (cmd[i] & ~op->fields[i])
			model_fail("command %x: reserved bits in double-word %u: %lx",
				   op->op, i, cmd[i]);
	}

	return op->run(its, cmd);
}
