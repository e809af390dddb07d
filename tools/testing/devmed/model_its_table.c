// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables in memory: devices, collections, vPEs, and the ITT of a device. The
 * formats are this model's own; IHI 0069 leaves them to the ITS.
 */
#include "harness.h"
#include "model_its_priv.h"

#define ENTRY_ITT	GENMASK_ULL(51, 8)
#define ENTRY_RDBASE	GENMASK_ULL(51, 16)
#define ENTRY_SIZE	GENMASK_ULL(4, 0)
#define L1_ADDR		GENMASK_ULL(51, 12)

/* An ITE in the 8 bytes that an ITS has at least: 20 bits of each INTID. */
#define ITE_INTID	GENMASK_ULL(19, 0)
#define ITE_TARGET	GENMASK_ULL(35, 20)
#define ITE_DOORBELL	GENMASK_ULL(55, 36)
#define ITE_VIRTUAL	BIT_ULL(62)

static const enum model_use table_uses[] = {
	[GITS_BASER_TYPE_DEVICE]	= MODEL_DEVICES,
	[GITS_BASER_TYPE_VCPU]		= MODEL_VPES,
	[GITS_BASER_TYPE_COLLECTION]	= MODEL_COLLECTIONS,
};

struct model_user model_table_user(struct model_its *its, unsigned int n)
{
	u64 baser = its->baser[n];
	unsigned int cache = baser >> GITS_BASER_INNER_CACHEABILITY_SHIFT & 7;
	unsigned int share = baser >> GITS_BASER_SHAREABILITY_SHIFT & 3;

	return (struct model_user) {
		.use = table_uses[model_its_params()->baser[n].type],
		.unit = its->index,
		.id = n,
		.snoops = model_attrs_snoop(model_its_params()->coherency,
					    share, cache),
	};
}

int model_find_baser(struct model_its *its, unsigned int type)
{
	int n;

	for (n = 0; n < MODEL_NR_BASERS; n++) {
		if (model_its_params()->baser[n].type == type)
			return its->baser[n] & GITS_BASER_VALID ? n : -1;
	}

	return -1;
}

static u64 table_page_size(u64 baser)
{
	static const u32 sizes[] = { SZ_4K, SZ_16K, SZ_64K, SZ_64K };

	return sizes[baser >> GITS_BASER_PAGE_SIZE_SHIFT & 3];
}

/* What is below a page of the table is no part of its address. */
static u64 table_base(u64 baser)
{
	u64 psz = table_page_size(baser);

	if (psz == SZ_64K)
		return GITS_BASER_ADDR_48_to_52(baser) & ~(psz - 1);

	return ALIGN_DOWN(baser & GENMASK_ULL(47, 12), psz);
}

static u64 table_bytes(u64 baser)
{
	return GITS_BASER_NR_PAGES(baser) * table_page_size(baser);
}

static const enum model_kind table_kinds[] = {
	[GITS_BASER_TYPE_DEVICE]	= MODEL_KIND_DEVICE,
	[GITS_BASER_TYPE_VCPU]		= MODEL_KIND_VPE,
	[GITS_BASER_TYPE_COLLECTION]	= MODEL_KIND_COLLECTION,
};

static struct model_user level1_user(struct model_its *its, unsigned int n)
{
	struct model_user user = model_table_user(its, n);

	user.use = MODEL_LEVEL1;

	return user;
}

/* The ITS may follow a valid entry. */
static void level1_check(struct model_its *its, unsigned int n, u64 entry)
{
	struct model_user level1 = level1_user(its, n);
	struct model_user user = model_table_user(its, n);
	u64 psz = table_page_size(its->baser[n]);

	if (!(entry & MODEL_ENTRY_VALID))
		return;
	if (entry & ~(MODEL_ENTRY_VALID | L1_ADDR) || entry & L1_ADDR & (psz - 1))
		model_fail("%s: reserved bits in %lx", model_user_name(&level1), entry);
	model_hold(&user, entry & L1_ADDR, psz);
}

/* As it is in memory, 0 if it is not valid. */
static u64 level1_read(struct model_its *its, unsigned int n, u64 index)
{
	struct model_user level1 = level1_user(its, n);
	u64 entry;

	model_read(&level1, table_base(its->baser[n]) + index * sizeof(u64), &entry,
		   sizeof(entry));
	level1_check(its, n, entry);

	return entry & MODEL_ENTRY_VALID ? entry : 0;
}

/* A valid entry is read once; an invalid one whenever it is needed. */
static u64 table_level2(struct model_its *its, unsigned int n, u64 index)
{
	u64 data[MODEL_MAX_ENTRY / sizeof(u64)] = {};

	if (index * sizeof(u64) >= table_bytes(its->baser[n]))
		return 0;
	if (!model_cache_find(its, MODEL_KIND_L1, n, index, data)) {
		data[0] = level1_read(its, n, index);
		if (data[0])
			model_cache_put(its, MODEL_KIND_L1, n, index, data);
	}

	return data[0] & L1_ADDR;
}

void model_its_walk_level1(struct model_its *its)
{
	static u64 entries[SZ_2M / sizeof(u64)];
	unsigned int n;
	u64 i;

	for (n = 0; n < MODEL_NR_BASERS; n++) {
		struct model_user level1 = level1_user(its, n);
		u64 baser = its->baser[n];
		u64 bytes = table_bytes(baser);

		if (!(baser & GITS_BASER_VALID) || !(baser & GITS_BASER_INDIRECT))
			continue;
		ASSERT(bytes <= sizeof(entries));
		model_read(&level1, table_base(baser), entries, bytes);
		for (i = 0; i < bytes / sizeof(u64); i++)
			level1_check(its, n, entries[i]);
	}
}

/* 0 if the table has no such entry. */
static u64 table_entry(struct model_its *its, unsigned int n, u32 index)
{
	u64 size = model_its_params()->baser[n].entry_size;
	u64 baser = its->baser[n];
	u64 per_page = table_page_size(baser) / size;
	u64 base;

	if (!(baser & GITS_BASER_INDIRECT))
		return (index + 1ULL) * size > table_bytes(baser) ? 0 :
		       table_base(baser) + index * size;
	base = table_level2(its, n, index / per_page);

	return base ? base + index % per_page * size : 0;
}

static bool table_get(struct model_its *its, unsigned int type, u32 index, u64 *data)
{
	struct model_user user;
	int n = model_find_baser(its, type);
	u64 phys;

	memset(data, 0, MODEL_MAX_ENTRY);
	if (n < 0)
		return false;
	if (model_cache_find(its, table_kinds[type], index, 0, data))
		return true;
	phys = table_entry(its, n, index);
	if (!phys)
		return false;
	user = model_table_user(its, n);
	model_its_load(its, &user, phys, data, model_its_params()->baser[n].entry_size);
	model_cache_put(its, table_kinds[type], index, 0, data);

	return true;
}

static bool table_set(struct model_its *its, unsigned int type, u32 index,
		      const u64 *data)
{
	struct model_user user;
	int n = model_find_baser(its, type);
	u64 phys;

	phys = n < 0 ? 0 : table_entry(its, n, index);
	if (!phys)
		return false;
	user = model_table_user(its, n);
	model_its_store(its, &user, phys, data,
			model_its_params()->baser[n].entry_size, MODEL_ANY_RD);
	model_cache_put(its, table_kinds[type], index, 0, data);

	return true;
}

bool model_device_get(struct model_its *its, u32 devid, struct model_device *dev)
{
	u64 data[MODEL_MAX_ENTRY / sizeof(u64)];

	if (devid >> model_its_params()->dev_bits ||
	    !table_get(its, GITS_BASER_TYPE_DEVICE, devid, data))
		return false;
	dev->valid = data[0] & MODEL_ENTRY_VALID;
	dev->itt = data[0] & ENTRY_ITT;
	dev->size = data[0] & ENTRY_SIZE;

	return true;
}

bool model_device_set(struct model_its *its, u32 devid, const struct model_device *dev)
{
	u64 data[MODEL_MAX_ENTRY / sizeof(u64)] = {};

	if (dev->valid)
		data[0] = MODEL_ENTRY_VALID | dev->itt | dev->size;

	return table_set(its, GITS_BASER_TYPE_DEVICE, devid, data);
}

/* The table begins with the first that the ITS does not keep itself. */
static bool collection_ok(u16 icid)
{
	u8 bits = model_its_params()->cid_bits;

	return !bits || !(icid >> bits);
}

bool model_collection_get(struct model_its *its, u16 icid, u64 *rdbase)
{
	u64 data[MODEL_MAX_ENTRY / sizeof(u64)] = {};

	if (!collection_ok(icid))
		return false;
	if (icid < model_its_params()->hcc)
		data[0] = its->hcc[icid];
	else if (!table_get(its, GITS_BASER_TYPE_COLLECTION,
			    icid - model_its_params()->hcc, data))
		return false;
	*rdbase = data[0] & (MODEL_ENTRY_VALID | ENTRY_RDBASE);

	return true;
}

bool model_collection_set(struct model_its *its, u16 icid, u64 rdbase)
{
	u64 data[MODEL_MAX_ENTRY / sizeof(u64)] = { rdbase };

	if (!collection_ok(icid))
		return false;
	if (icid >= model_its_params()->hcc)
		return table_set(its, GITS_BASER_TYPE_COLLECTION,
				 icid - model_its_params()->hcc, data);
	its->hcc[icid] = rdbase;

	return true;
}

bool model_vpe_get(struct model_its *its, u16 vpeid, struct model_vpe_entry *vpe)
{
	u64 data[MODEL_MAX_ENTRY / sizeof(u64)];

	if (!table_get(its, GITS_BASER_TYPE_VCPU, vpeid, data))
		return false;
	*vpe = (struct model_vpe_entry) {
		.valid = data[0] & MODEL_ENTRY_VALID,
		.rdbase = data[0] & ENTRY_RDBASE,
		.vpt = data[1] & ENTRY_RDBASE,
		.size = data[1] & ENTRY_SIZE,
		.vconf = data[2] & ENTRY_RDBASE,
		.doorbell = data[3],
	};

	return true;
}

bool model_vpe_set(struct model_its *its, u16 vpeid, const struct model_vpe_entry *vpe)
{
	u64 data[MODEL_MAX_ENTRY / sizeof(u64)] = {};

	if (vpe->valid) {
		data[0] = MODEL_ENTRY_VALID | vpe->rdbase;
		data[1] = vpe->vpt | vpe->size;
		data[2] = vpe->vconf;
		data[3] = vpe->doorbell;
	}

	return table_set(its, GITS_BASER_TYPE_VCPU, vpeid, data);
}

/* Its attributes are those of the device table. */
struct model_user model_itt_user(struct model_its *its, u32 devid)
{
	int n = model_find_baser(its, GITS_BASER_TYPE_DEVICE);
	struct model_user user = model_table_user(its, max(n, 0));

	user.use = MODEL_ITT;
	user.id = devid;

	return user;
}

u64 model_itt_bytes(u8 size)
{
	return (2ULL << size) * model_its_params()->ite_size;
}

static u64 ite_phys(const struct model_device *dev, u32 eventid)
{
	return dev->itt + (u64)eventid * model_its_params()->ite_size;
}

void model_ite_get(struct model_its *its, u32 devid, const struct model_device *dev,
		   u32 eventid, struct model_ite *ite)
{
	struct model_user user = model_itt_user(its, devid);
	u64 data[MODEL_MAX_ENTRY / sizeof(u64)];

	if (!model_cache_find(its, MODEL_KIND_ITE, devid, eventid, data)) {
		model_its_load(its, &user, ite_phys(dev, eventid), data,
			       model_its_params()->ite_size);
		model_cache_put(its, MODEL_KIND_ITE, devid, eventid, data);
	}
	*ite = (struct model_ite) {
		.valid = data[0] & MODEL_ENTRY_VALID,
		.virt = data[0] & ITE_VIRTUAL,
		.intid = FIELD_GET(ITE_INTID, data[0]),
		.target = FIELD_GET(ITE_TARGET, data[0]),
		.doorbell = FIELD_GET(ITE_DOORBELL, data[0]),
	};
}

void model_ite_set(struct model_its *its, u32 devid, const struct model_device *dev,
		   u32 eventid, const struct model_ite *ite, int rd)
{
	struct model_user user = model_itt_user(its, devid);
	u64 data[MODEL_MAX_ENTRY / sizeof(u64)] = {};

	if (ite->valid)
		data[0] = MODEL_ENTRY_VALID | (ite->virt ? ITE_VIRTUAL : 0) |
			  FIELD_PREP(ITE_INTID, ite->intid) |
			  FIELD_PREP(ITE_TARGET, ite->target) |
			  FIELD_PREP(ITE_DOORBELL, ite->doorbell);
	model_its_store(its, &user, ite_phys(dev, eventid), data,
			model_its_params()->ite_size, rd);
	model_cache_put(its, MODEL_KIND_ITE, devid, eventid, data);
}

/* What a device table maps that was there before: after a reset, for one. */
static void table_hold_itts(struct model_its *its, unsigned int n)
{
	u64 per_page = table_page_size(its->baser[n]) /
		       model_its_params()->baser[n].entry_size;
	struct model_device dev;
	u64 devid = 0;

	while (!(devid >> model_its_params()->dev_bits)) {
		struct model_user user = model_itt_user(its, devid);

		if (!table_entry(its, n, devid)) {
			devid = ALIGN_DOWN(devid, per_page) + per_page;
			continue;
		}
		model_device_get(its, devid, &dev);
		if (dev.valid)
			model_hold(&user, dev.itt, model_itt_bytes(dev.size));
		devid++;
	}
}

/* The ITS is quiescent: it forgets the old table, and may read the new one. */
void model_its_set_table(struct model_its *its, unsigned int n, u64 value)
{
	unsigned int type = model_its_params()->baser[n].type;
	struct model_user level1 = level1_user(its, n);
	struct model_user user = model_table_user(its, n);

	if (its->baser[n] == value)
		return;
	model_cache_forget_all(its, MODEL_KIND_L1, n);
	model_cache_forget_all(its, table_kinds[type], U32_MAX);
	model_drop_all(&level1);
	model_drop_all(&user);
	if (type == GITS_BASER_TYPE_DEVICE) {
		model_cache_forget_all(its, MODEL_KIND_ITE, U32_MAX);
		model_drop_uses(MODEL_ITT, MODEL_ITT, its->index);
	}
	its->baser[n] = value;
	if (!(value & GITS_BASER_VALID))
		return;
	level1 = level1_user(its, n);
	user = model_table_user(its, n);
	model_hold(value & GITS_BASER_INDIRECT ? &level1 : &user, table_base(value),
		   table_bytes(value));
	if (type == GITS_BASER_TYPE_DEVICE)
		table_hold_itts(its, n);
}
