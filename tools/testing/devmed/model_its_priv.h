/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the GIC model tell each other.
 */
#ifndef DEVMED_MODEL_ITS_PRIV_H
#define DEVMED_MODEL_ITS_PRIV_H

#include "model_its.h"

#define MODEL_MAX_ENTRY		32
#define MODEL_MAX_LATE		512
#define MODEL_CACHE_SLOTS	4096
#define MODEL_SLOT		32
#define MODEL_MAX_PREFETCH	8
#define MODEL_ANY_RD		(-1)

/* Whose vLPI tables they are, when no redistributor has it. */
#define MODEL_VPE_UNIT		0x100
#define MODEL_MAX_VPES		1024

/* What a piece of memory is to the GIC. */
enum model_use {
	MODEL_RING,
	MODEL_LEVEL1,
	MODEL_DEVICES,
	MODEL_COLLECTIONS,
	MODEL_VPES,
	MODEL_ITT,
	MODEL_PROP,
	MODEL_PEND,
	MODEL_VPROP,
	MODEL_VPT,
	MODEL_NR_USES
};

/*
 * A user of memory: which one of its kind, and whether it sees the caches. Two
 * users are the same if use, unit and id are.
 */
struct model_user {
	enum model_use use;
	u32 unit;
	u32 id;
	bool snoops;
};

/* One access less that the bus aborts; false if the device answers. */
static inline bool model_is_silent(unsigned int *silent)
{
	if (*silent && *silent != UINT_MAX)
		return (*silent)--;

	return *silent;
}

/* model_bus.c */
void model_bus_init(u64 pa_mask);
extern bool model_trusted;
u64 model_bus_addr(u64 phys);
const char *model_user_name(const struct model_user *user);
void model_judge(const struct model_user *user, u64 base, u64 size);
void model_read(const struct model_user *user, u64 phys, void *data, u32 size);
void model_write(const struct model_user *user, u64 phys, const void *data,
		 u32 size);
bool model_attrs_snoop(enum model_coherency coherency, unsigned int share,
		       unsigned int cache);

/* model_range.c */
void model_range_init(void);
/* The GIC may access it from now on; again for the same is nothing new. */
void model_hold(const struct model_user *user, u64 base, u64 size);
/* Not from now on. */
void model_drop(const struct model_user *user, u64 base);
/* Nothing of this user. */
void model_drop_all(const struct model_user *user);
/* Nothing of these kinds. */
void model_drop_uses(enum model_use first, enum model_use last, u32 unit);
/* Until nothing is left to be written back: model_its_sync() drops it. */
void model_drop_later(const struct model_user *user, u64 base);
void model_drop_idle(u32 unit, bool (*busy)(u32 unit, u64 base, u64 size));
void model_check_access(const struct model_user *user, u64 phys, u32 size,
			const char *what);
void model_range_wrote(u64 phys, const void *data, u32 size);

/* A write that has not reached memory. */
struct model_late {
	struct model_user user;
	u64 phys;
	int rd;
	u32 size;
	u8 data[MODEL_MAX_ENTRY];
};

enum model_kind {
	MODEL_KIND_NONE,
	MODEL_KIND_L1,
	MODEL_KIND_DEVICE,
	MODEL_KIND_COLLECTION,
	MODEL_KIND_VPE,
	MODEL_KIND_ITE,
};

/* What it read once, and believes until a command says otherwise. */
struct model_cached {
	enum model_kind kind;
	u32 key;
	u32 sub;
	u64 data[MODEL_MAX_ENTRY / sizeof(u64)];
};

struct model_its {
	u32 index;
	u32 ctlr;
	u64 cbaser;
	u64 cwriter;
	u64 creadr;
	u64 baser[MODEL_NR_BASERS];
	u64 hcc[256];
	bool stalled;
	bool hung;
	unsigned int silent;
	u64 fetched[MODEL_MAX_PREFETCH][4];
	unsigned int nr_fetched;
	bool objects;
	bool running;
	bool waiting;
	unsigned int quiet_left;
	unsigned int delay_left;
	struct model_cached cache[MODEL_CACHE_SLOTS];
	struct model_late late[MODEL_MAX_LATE];
	unsigned int nr_late;
	struct model_its_stats stats;
};

struct model_rd {
	u32 index;
	u32 ctlr;
	u32 waker;
	u32 pwrr;
	u64 propbaser;
	u64 pendbaser;
	u64 vpropbaser;
	u64 vpendbaser;
	unsigned int silent;
	unsigned int rwp_left;
	unsigned int sync_left;
	unsigned int dirty_left;
	/* The table in use, from EnableLPIs until the end of RWP. */
	bool holds;
	/* INTIDs whose configuration it has read, and what that was. */
	u8 *known;
	u8 *config;
	u16 *taken;
	/* Registers that firmware has saved. */
	struct model_rd_saved {
		u32 ctlr;
		u64 propbaser;
		u64 pendbaser;
	} saved;
	/* As plain memory; what is beyond its registers stays zero. */
	u8 sgi_frame[SZ_4K];
};

struct model_vpe_entry {
	bool valid;
	u64 rdbase;
	u64 vpt;
	u8 size;
	u64 vconf;
	u32 doorbell;
};

struct model_gic {
	struct model_gic_params params;
	struct model_its its[MODEL_MAX_ITS];
	struct model_rd rd[MODEL_MAX_RDS];
	/* A VMOVP that some ITSs have and others wait for. */
	u16 vmovp_seq;
	u16 vmovp_seen;
	struct model_vpe_state {
		struct model_vpe_entry tables;
		unsigned int users;
		bool held;
		u16 *taken;
	} vpe[MODEL_MAX_VPES];
};

extern struct model_gic *model_gic;

static inline const struct model_its_params *model_its_params(void)
{
	return &model_gic->params.its;
}

static inline const struct model_rd_params *model_rd_params(void)
{
	return &model_gic->params.rd;
}

/* One register or an array of them. */
struct model_reg {
	u32 offset;
	u32 count;
	u8 width;
	u64 (*read)(void *unit, unsigned int index);
	void (*write)(void *unit, unsigned int index, u64 value);
};

/* model_its.c */
u64 model_reg_read(const struct model_reg *regs, unsigned int nr, void *unit,
		   u64 offset, u8 size);
void model_reg_write(const struct model_reg *regs, unsigned int nr, void *unit,
		     u64 offset, u8 size, u64 value);
bool model_its_quiescent(const struct model_its *its);

/* model_its_queue.c */
u64 model_its_ring_bytes(const struct model_its *its);
void model_its_hold_ring(struct model_its *its, u64 cbaser);
void model_its_doorbell(struct model_its *its, u64 value);
void model_its_run(struct model_its *its);
void model_its_tick(struct model_its *its);

/* model_its_cache.c */
bool model_cache_find(struct model_its *its, enum model_kind kind, u32 key,
		      u32 sub, u64 *data);
void model_cache_put(struct model_its *its, enum model_kind kind, u32 key,
		     u32 sub, const u64 *data);
void model_cache_forget(struct model_its *its, enum model_kind kind, u32 key,
			u32 sub);
/* All of one kind and key, or with U32_MAX all of one kind. */
void model_cache_forget_all(struct model_its *its, enum model_kind kind, u32 key);
/* As the ITS sees memory, with what it has not yet written. */
void model_its_load(struct model_its *its, const struct model_user *user,
		    u64 phys, u64 *data, u32 size);
/* Memory sees it when @rd is synchronized, or any if it is MODEL_ANY_RD. */
void model_its_store(struct model_its *its, const struct model_user *user,
		     u64 phys, const u64 *data, u32 size, int rd);
void model_its_sync(struct model_its *its, int rd);
void model_its_write_back(struct model_its *its);

/* model_its_table.c: what is in the tables. */
struct model_device {
	bool valid;
	u64 itt;
	u8 size;
};

struct model_ite {
	bool valid;
	bool virt;
	u32 intid;
	/* A collection, or a vPE. */
	u16 target;
	u32 doorbell;
};

struct model_user model_table_user(struct model_its *its, unsigned int n);
int model_find_baser(struct model_its *its, unsigned int type);
/* Whatever a level-1 table points to, the ITS may read. */
void model_its_walk_level1(struct model_its *its);
void model_its_set_table(struct model_its *its, unsigned int n, u64 value);
bool model_device_get(struct model_its *its, u32 devid, struct model_device *dev);
bool model_device_set(struct model_its *its, u32 devid,
		      const struct model_device *dev);
/* False: no such ICID. @rdbase is 0 with bit 63 clear if not mapped. */
bool model_collection_get(struct model_its *its, u16 icid, u64 *rdbase);
bool model_collection_set(struct model_its *its, u16 icid, u64 rdbase);
bool model_vpe_get(struct model_its *its, u16 vpeid, struct model_vpe_entry *vpe);
bool model_vpe_set(struct model_its *its, u16 vpeid,
		   const struct model_vpe_entry *vpe);
struct model_user model_itt_user(struct model_its *its, u32 devid);
u64 model_itt_bytes(u8 size);
void model_ite_get(struct model_its *its, u32 devid,
		   const struct model_device *dev, u32 eventid,
		   struct model_ite *ite);
void model_ite_set(struct model_its *its, u32 devid,
		   const struct model_device *dev, u32 eventid,
		   const struct model_ite *ite, int rd);
#define MODEL_ENTRY_VALID	BIT_ULL(63)

/* model_its_cmd.c; why a command is in error, the low byte of its code. */
enum model_error {
	MODEL_OK		= 0x00,
	MODEL_E_DEVICE		= 0x01,
	MODEL_E_ITT_SIZE	= 0x02,
	MODEL_E_PROC		= 0x02,
	MODEL_E_COLLECTION	= 0x03,
	MODEL_E_UNMAPPED_DEVICE	= 0x04,
	MODEL_E_EVENT		= 0x05,
	MODEL_E_INTID		= 0x06,
	MODEL_E_UNMAPPED_EVENT	= 0x07,
	MODEL_E_VIRTUAL		= 0x08,
	MODEL_E_UNMAPPED_COLL	= 0x09,
	MODEL_E_VPE		= 0x11,
	MODEL_E_VPT_SIZE	= 0x12,
	MODEL_E_VINTID		= 0x13,
	MODEL_E_DOORBELL	= 0x14,
	MODEL_E_UNMAPPED_VPE	= 0x16,
	MODEL_E_OPCODE		= 0xfe,
	/* Not an error: it has to wait for another ITS. */
	MODEL_WAIT		= 0x100,
};

typedef enum model_error (*model_cmd_t)(struct model_its *its, const u64 *cmd);

/* Bits that a command has, and what it does. */
struct model_op {
	u8 op;
	u8 v4;
	u64 fields[4];
	model_cmd_t run;
};

extern const struct model_op model_virtual_ops[];
extern const unsigned int model_nr_virtual_ops;
enum model_error model_its_execute(struct model_its *its, const u64 *cmd);
enum model_error model_cmd_event(struct model_its *its, const u64 *cmd,
				 struct model_device *dev);
enum model_error model_cmd_ite(struct model_its *its, const u64 *cmd,
			       struct model_device *dev, struct model_ite *ite);
bool model_intid_ok(u64 intid);
u64 model_cmd_rdbase(u64 dw);

/* model_its_msi.c */
extern const struct fake_device_ops model_pre_its_ops;
bool model_its_translate(struct model_its *its, u32 devid, u32 eventid);

/* model_rd.c */
u64 model_rd_read(u64 offset, u8 size);
void model_rd_write(u64 offset, u8 size, u64 value);
u64 model_rd_stride(void);
/* NULL if there is none of that name; an address that is none fails the test. */
struct model_rd *model_rd_find(u64 rdbase);
struct model_rd *model_vpe_rd_find(u64 rdbase);
void model_rd_init(struct model_rd *rd, u32 index);
void model_rd_free(struct model_rd *rd);
void model_rd_reset(struct model_rd *rd);
void model_rd_settle(struct model_rd *rd);

/* model_rd_lpi.c */
void model_rd_enable(struct model_rd *rd);
void model_rd_write_back(struct model_rd *rd);
/* RWP is clear: the tables are the host's to take. */
void model_rd_disabled(struct model_rd *rd);
void model_rd_drop(struct model_rd *rd);
bool model_rd_set_pending(struct model_rd *rd, u32 intid, bool pending);
bool model_rd_is_pending(struct model_rd *rd, u32 intid);
void model_rd_invalidate(struct model_rd *rd, u32 intid);
void model_rd_invalidate_all(struct model_rd *rd);
void model_rd_move(struct model_rd *from, struct model_rd *to, u32 intid);
void model_rd_move_all(struct model_rd *from, struct model_rd *to);
u64 model_rd_lpi_limit(const struct model_rd *rd);
void model_rd_forget(struct model_rd *rd);

/* model_rd_vlpi.c */
extern const struct model_reg model_vlpi_regs[];
extern const unsigned int model_nr_vlpi_regs;
void model_vlpi_tick(struct model_rd *rd);
void model_vlpi_reset(struct model_rd *rd);
void model_vlpi_free(void);
/* False if the vPE is not mapped. */
bool model_vlpi_set(struct model_its *its, u16 vpeid, u32 vintid, u32 doorbell);
bool model_vlpi_change(struct model_its *its, u16 vpeid, u32 vintid, bool pending);
bool model_vlpi_invalidate(struct model_its *its, u16 vpeid);
/* Its tables, from the first VMAPP to the VSYNC after the last. */
void model_vpe_hold(u16 vpeid, const struct model_vpe_entry *vpe);
void model_vpe_release(u16 vpeid, bool now);
void model_vpe_sync(u16 vpeid);
/* Pending bits that were not written yet. */
void model_vpe_write_back(void);

#endif /* DEVMED_MODEL_ITS_PRIV_H */
