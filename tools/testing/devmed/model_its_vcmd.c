// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands of GICv4.0 and v4.1, IHI 0069 5.3.
 */
#include "harness.h"
#include "model_its_priv.h"

#define F_OP		GENMASK_ULL(7, 0)
#define F_DEVID		GENMASK_ULL(63, 32)
#define F_EVENT		GENMASK_ULL(31, 0)
#define F_VPEID		GENMASK_ULL(47, 32)
#define F_VINTID	GENMASK_ULL(31, 0)
#define F_DOORBELL	GENMASK_ULL(63, 32)
#define F_DEFAULT_DB	GENMASK_ULL(31, 0)
#define F_DB		BIT_ULL(63)
#define F_D		BIT_ULL(0)
#define F_VALID		BIT_ULL(63)
#define F_ADDR		GENMASK_ULL(51, 16)
#define F_VPT_SIZE	GENMASK_ULL(4, 0)
#define F_ALLOC		BIT_ULL(8)
#define F_PTZ		BIT_ULL(9)
#define F_SEQ		GENMASK_ULL(47, 32)
#define F_LIST		GENMASK_ULL(15, 0)
#define F_SGI		(GENMASK_ULL(35, 32) | GENMASK_ULL(23, 20) | GENMASK_ULL(10, 8))

static u16 cmd_vpeid(const u64 *cmd)
{
	return FIELD_GET(F_VPEID, cmd[1]);
}

static enum model_error vpe_of(struct model_its *its, const u64 *cmd,
			       struct model_vpe_entry *vpe)
{
	if (cmd_vpeid(cmd) >= MODEL_MAX_VPES ||
	    !model_vpe_get(its, cmd_vpeid(cmd), vpe))
		return MODEL_E_VPE;

	return vpe->valid ? MODEL_OK : MODEL_E_UNMAPPED_VPE;
}

static bool doorbell_ok(u64 doorbell)
{
	return doorbell == MODEL_NO_DOORBELL || model_intid_ok(doorbell);
}

/* 4.1 frees it when told that no other ITS has it; 4.0 waits for VSYNC. */
static void vmapp_release(const u64 *cmd)
{
	model_vpe_release(cmd_vpeid(cmd), model_its_params()->v4 == 41 &&
			  cmd[0] & F_ALLOC);
}

static enum model_error run_vmapp(struct model_its *its, const u64 *cmd)
{
	struct model_vpe_entry old;
	struct model_vpe_entry new = {
		.valid = cmd[2] & F_VALID,
		.rdbase = model_cmd_rdbase(cmd[2]),
		.vpt = cmd[3] & F_ADDR,
		.size = FIELD_GET(F_VPT_SIZE, cmd[3]),
		.vconf = cmd[0] & F_ADDR,
		.doorbell = FIELD_GET(F_DEFAULT_DB, cmd[1]),
	};
	enum model_error error = vpe_of(its, cmd, &old);

	if (error == MODEL_E_VPE)
		return error;
	if (new.valid && !model_vpe_rd_find(new.rdbase))
		return MODEL_E_PROC;
	if (new.valid && (new.size < 13 || new.size >= model_rd_params()->id_bits))
		return MODEL_E_VPT_SIZE;
	if (new.valid && model_its_params()->v4 == 41 && !doorbell_ok(new.doorbell))
		return MODEL_E_DOORBELL;
	if (old.valid)
		vmapp_release(cmd);
	if (new.valid)
		model_vpe_hold(cmd_vpeid(cmd), &new);
	model_vpe_set(its, cmd_vpeid(cmd), &new);

	return MODEL_OK;
}

static enum model_error map_vevent(struct model_its *its, const u64 *cmd, u32 vintid)
{
	struct model_ite ite = {
		.valid = true,
		.virt = true,
		.intid = vintid,
		.target = cmd_vpeid(cmd),
		.doorbell = FIELD_GET(F_DOORBELL, cmd[2]),
	};
	struct model_vpe_entry vpe;
	struct model_device dev;
	enum model_error error;

	error = model_cmd_event(its, cmd, &dev);
	if (!error)
		error = vpe_of(its, cmd, &vpe);
	if (error)
		return error;
	if (vintid < MODEL_FIRST_LPI || vintid >> (vpe.size + 1))
		return MODEL_E_VINTID;
	if (!doorbell_ok(ite.doorbell))
		return MODEL_E_DOORBELL;
	model_ite_set(its, FIELD_GET(F_DEVID, cmd[0]), &dev,
		      FIELD_GET(F_EVENT, cmd[1]), &ite, MODEL_ANY_RD);

	return MODEL_OK;
}

static enum model_error run_vmapti(struct model_its *its, const u64 *cmd)
{
	return map_vevent(its, cmd, FIELD_GET(F_VINTID, cmd[2]));
}

static enum model_error run_vmapi(struct model_its *its, const u64 *cmd)
{
	return map_vevent(its, cmd, FIELD_GET(F_EVENT, cmd[1]));
}

static enum model_error run_vmovi(struct model_its *its, const u64 *cmd)
{
	struct model_vpe_entry vpe;
	struct model_device dev;
	enum model_error error;
	struct model_ite ite;

	error = model_cmd_ite(its, cmd, &dev, &ite);
	if (!error && !ite.virt)
		error = MODEL_E_VIRTUAL;
	if (!error)
		error = vpe_of(its, cmd, &vpe);
	if (error)
		return error;
	if (ite.intid >> (vpe.size + 1))
		return MODEL_E_VINTID;
	if (cmd[2] & F_D)
		ite.doorbell = FIELD_GET(F_DOORBELL, cmd[2]);
	if (!doorbell_ok(ite.doorbell))
		return MODEL_E_DOORBELL;
	ite.target = cmd_vpeid(cmd);
	model_ite_set(its, FIELD_GET(F_DEVID, cmd[0]), &dev,
		      FIELD_GET(F_EVENT, cmd[1]), &ite, MODEL_ANY_RD);

	return MODEL_OK;
}

/* True once all that are named have come to this VMOVP. */
static bool vmovp_together(struct model_its *its, const u64 *cmd)
{
	u16 seq = FIELD_GET(F_SEQ, cmd[0]);
	u16 list = cmd[1] & F_LIST;

	if (model_its_params()->vmovp || list == BIT(its->index))
		return true;
	if (!(list & BIT(its->index)) || list >> model_gic->params.nr_its)
		model_fail("VMOVP: list %x at ITS %u of %u", list, its->index,
			   model_gic->params.nr_its);
	if (model_gic->vmovp_seq != seq) {
		model_gic->vmovp_seq = seq;
		model_gic->vmovp_seen = 0;
	}
	model_gic->vmovp_seen |= BIT(its->index);

	return model_gic->vmovp_seen == list;
}

static enum model_error run_vmovp(struct model_its *its, const u64 *cmd)
{
	u64 rdbase = model_cmd_rdbase(cmd[2]);
	struct model_vpe_entry vpe;
	enum model_error error;

	error = vpe_of(its, cmd, &vpe);
	if (error)
		return error;
	if (!model_vpe_rd_find(rdbase))
		return MODEL_E_PROC;
	if (!vmovp_together(its, cmd))
		return MODEL_WAIT;
	vpe.rdbase = rdbase;
	if (cmd[2] & F_DB)
		vpe.doorbell = cmd[3] & F_DEFAULT_DB;
	if (!doorbell_ok(vpe.doorbell) && model_its_params()->v4 == 41)
		return MODEL_E_DOORBELL;
	model_vpe_set(its, cmd_vpeid(cmd), &vpe);

	return MODEL_OK;
}

/* A vPE just unmapped can still be synchronized, or cannot. */
static enum model_error run_vsync(struct model_its *its, const u64 *cmd)
{
	struct model_vpe_entry vpe;
	enum model_error error = vpe_of(its, cmd, &vpe);

	if (error == MODEL_E_VPE ||
	    (error && model_its_params()->vsync_needs_vpe))
		return error;
	model_its_sync(its, MODEL_ANY_RD);
	model_vpe_sync(cmd_vpeid(cmd));

	return MODEL_OK;
}

static enum model_error run_vinvall(struct model_its *its, const u64 *cmd)
{
	struct model_vpe_entry vpe;
	enum model_error error = vpe_of(its, cmd, &vpe);

	if (!error)
		model_vlpi_invalidate(its, cmd_vpeid(cmd));

	return error;
}

/* vSGIs and doorbells have no memory of their own. */
static enum model_error run_vpe_only(struct model_its *its, const u64 *cmd)
{
	struct model_vpe_entry vpe;

	return vpe_of(its, cmd, &vpe);
}

const struct model_op model_virtual_ops[] = {
	{ GITS_CMD_VMAPP, 41,
	  { F_OP | F_ADDR | F_ALLOC | F_PTZ, F_VPEID | F_DEFAULT_DB,
	    F_VALID | F_ADDR, F_ADDR | F_VPT_SIZE }, run_vmapp },
	{ GITS_CMD_VMAPP, 40,
	  { F_OP, F_VPEID, F_VALID | F_ADDR, F_ADDR | F_VPT_SIZE }, run_vmapp },
	{ GITS_CMD_VMAPTI, 40,
	  { F_OP | F_DEVID, F_EVENT | F_VPEID, F_VINTID | F_DOORBELL, 0 },
	  run_vmapti },
	{ GITS_CMD_GICv4(GITS_CMD_MAPI), 40,
	  { F_OP | F_DEVID, F_EVENT | F_VPEID, F_DOORBELL, 0 }, run_vmapi },
	{ GITS_CMD_VMOVI, 40,
	  { F_OP | F_DEVID, F_EVENT | F_VPEID, F_D | F_DOORBELL, 0 }, run_vmovi },
	{ GITS_CMD_VMOVP, 41,
	  { F_OP | F_SEQ, F_VPEID | F_LIST, F_DB | F_ADDR, F_DEFAULT_DB },
	  run_vmovp },
	{ GITS_CMD_VMOVP, 40,
	  { F_OP | F_SEQ, F_VPEID | F_LIST, F_ADDR, 0 }, run_vmovp },
	{ GITS_CMD_VSYNC, 40, { F_OP, F_VPEID, 0, 0 }, run_vsync },
	{ GITS_CMD_VINVALL, 40, { F_OP, F_VPEID, 0, 0 }, run_vinvall },
	{ GITS_CMD_VSGI, 41, { F_OP | F_SGI, F_VPEID, 0, 0 }, run_vpe_only },
	{ GITS_CMD_INVDB, 41, { F_OP, F_VPEID, 0, 0 }, run_vpe_only },
};

const unsigned int model_nr_virtual_ops = ARRAY_SIZE(model_virtual_ops);
