// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a write of a device to a pending interrupt.
 */
#include "harness.h"
#include "model_its_priv.h"

static bool its_deliver(struct model_its *its, const struct model_ite *ite)
{
	struct model_rd *rd;
	u64 rdbase;

	if (ite->virt)
		return model_vlpi_set(its, ite->target, ite->intid, ite->doorbell);
	if (!model_collection_get(its, ite->target, &rdbase) ||
	    !(rdbase & MODEL_ENTRY_VALID))
		return false;
	rd = model_rd_find(model_cmd_rdbase(rdbase));

	return rd && model_rd_set_pending(rd, ite->intid, true);
}

bool model_its_translate(struct model_its *its, u32 devid, u32 eventid)
{
	struct model_device dev;
	struct model_ite ite;
	bool done = false;

	if (its->ctlr & GITS_CTLR_ENABLE && !its->hung &&
	    model_device_get(its, devid, &dev) && dev.valid &&
	    !((u64)eventid >> (dev.size + 1))) {
		model_ite_get(its, devid, &dev, eventid, &ite);
		done = ite.valid && its_deliver(its, &ite);
	}
	if (done)
		its->stats.msis++;
	else
		its->stats.lost++;

	return done;
}

bool model_its_msi(unsigned int its, u32 devid, u32 eventid)
{
	return model_its_translate(&model_gic->its[its], devid, eventid);
}

/* Synquacer: for the first ITS, and anybody can write there. */
static u64 pre_its_read(u64 offset, u8 size)
{
	return 0;
}

static void pre_its_write(u64 offset, u8 size, u64 value)
{
	model_its_translate(&model_gic->its[0], offset / sizeof(u32), value);
}

const struct fake_device_ops model_pre_its_ops = { pre_its_read, pre_its_write };
