/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ITS backend among its own files: an instance for each ITS, one for each
 * redistributor.
 */
#ifndef __DEVMED_ITS_HYP_H
#define __DEVMED_ITS_HYP_H

#include <linux/bitmap.h>
#include <linux/compiler.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include <asm/page.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_mmio.h>
#include <nvhe/devmed_ring.h>

#include "../its-layout.h"

/**
 * struct its_itt - the memory of one Interrupt Translation Table
 * @phys: its address, a multiple of its size unless @adopted
 * @retired: commands given to the ITS when the device was unmapped, that one
 *	not counted
 * @next: in the list that it is on while no device uses it
 * @order: log2 of its size in bytes
 * @bits: log2 of the number of events it is used for
 * @adopted: was the driver's; its pages hold other ITTs as well
 */
struct its_itt {
	u64 phys;
	u64 retired;
	struct its_itt *next;
	u8 order;
	u8 bits;
	bool adopted;
};

/* Cleared in one trap: some 6,000 instructions, twice that if it is flushed too. */
#define ITS_MAX_CLEAR		SZ_128K

/* From the smallest ITT to what the pool can give in one piece. */
#define ITS_MAX_ITT_ORDER	(PAGE_SHIFT + 10)
#define ITS_NR_ITT_ORDERS	(ITS_MAX_ITT_ORDER - ITS_ITT_SHIFT + 1)

/**
 * struct its_itt_list - ITTs of one size
 * @head: retired first
 * @tail: retired last
 * @piece: next part of a page that is being cut up
 * @pieces: how many are left
 */
struct its_itt_list {
	struct its_itt *head;
	struct its_itt *tail;
	u64 piece;
	u32 pieces;
};

/**
 * struct its_table - a table in memory that GITS_BASER<n> points to
 * @baser: GITS_BASER<n> as it must be
 * @phys: of the level that @baser points to
 * @size: of that level in bytes
 * @page_size: of the ITS: also the size of a level-2 table
 * @entry_size: of a table entry in bytes
 */
struct its_table {
	u64 baser;
	u64 phys;
	u64 size;
	u32 page_size;
	u32 entry_size;
};

/* In place of a vPEID. */
#define ITS_NO_VPE		(-1)

/**
 * struct its_hold - memory of the host's, pinned for vPEs
 * @phys: first byte
 * @size: in bytes
 * @vpe: whose pending table it is; ITS_NO_VPE for a configuration table, which
 *	all vPEs of a guest share
 * @mappers: ITSs that have the vPE mapped
 * @resident: a redistributor uses it
 * @users: those two, and who has to be proved done with it. Pending tables, if
 *	it is a configuration table.
 * @config: what the vPE was last resident with, NULL if it never was
 * @next: of those with an address like this
 * @next_vpe: of those with a vPEID like this
 *
 * Guarded by its_hold_lock, constant up to @vpe.
 */
struct its_hold {
	u64 phys;
	u64 size;
	s32 vpe;
	u16 mappers;
	bool resident;
	u32 users;
	struct its_hold *config;
	struct its_hold *next;
	struct its_hold *next_vpe;
};

/**
 * struct its_vpe_map - a vPE as one ITS has it
 * @vpt: its pending table, NULL if the ITS has nothing to do with it
 * @left: commands given to the ITS up to the one that unmapped it, 0 while it
 *	is mapped
 * @synced: the same up to the first VSYNC for it after that, 0 if none was
 * @next: which one was synchronized after it
 */
struct its_vpe_map {
	struct its_hold *vpt;
	u64 left;
	u64 synced;
	struct its_vpe_map *next;
};

/**
 * struct devmed_its - an ITS
 * @region: its registers
 * @ring: its command queue; slots of both halves correspond
 * @typer: GITS_TYPER
 * @cbaser: GITS_CBASER as it must be
 * @ctlr: bits of GITS_CTLR that the host does not change
 * @coherent: snoops the caches
 * @entry_size: of an ITT entry in bytes
 * @device_bits: of a DeviceID
 * @event_bits: of an EventID, at most
 * @has_vpes: of GICv4.0, and one VMOVP reaches all ITSs
 * @nr_collections: ICIDs that the ITS has room for
 * @near_only: it hangs at a SYNC for a redistributor that the driver does not
 *	use with it
 * @target: RDbase that the driver named last
 * @own_mpidr: affinity of the CPU that had a command refused last
 * @own: that CPU's redistributor, as an index of gicrs[]
 * @reached: redistributors that the driver has named, likewise
 * @tables: by GITS_BASER<n>; @page_size is 0 if there is none
 * @devices: root of the radix tree from DeviceID to struct its_itt
 * @levels: of that tree
 * @last_id: a device that was looked for there
 * @last_itt: what was found, NULL if that may have changed
 * @emitted: commands given to the ITS, ever
 * @synced: @emitted when the last SYNC was given
 * @mapped: the same of the last command that others are checked against
 * @lost: @emitted when a reset may have lost some of them
 * @scrubbed: commands of which the ITS can no longer be made to run any again,
 *	counted as @emitted: of those that it has consumed, their slots are
 *	overwritten
 * @unsure: GITS_CREADR may be anything, for firmware may have restored the ITS.
 *	Set without the lock, by a CPU that is going to sleep
 * @refused: commands refused, in this trap
 * @rewritten: commands rewritten, in this trap
 * @clearing: bytes of memory cleared, in this trap
 * @again: the command that was looked at last needs another trap
 * @fresh: an ITT that is being cleared for the MAPD that is to come again, NULL
 *	if there is none
 * @fresh_order: log2 of the bytes that are wanted of it
 * @cleared: those that are zero already
 * @itts: by log2 of the size, from ITS_ITT_SHIFT on
 * @spare: structs that no ITT has at present
 * @structs: the pages that they are in
 * @taken: pages of the host's that became EL2's, for the way back
 * @next_taker: another instance that has such pages
 * @vpes: pages of struct its_vpe_map by vPEID, NULL without any
 * @leaving: the first vPE that was unmapped and synchronized
 * @leaving_tail: the last
 *
 * All guarded by @region->lock once it is published, and constant from @region
 * to @nr_collections.
 */
struct devmed_its {
	struct devmed_region *region;
	struct devmed_ring ring;
	u64 typer;
	u64 cbaser;
	u32 ctlr;
	bool coherent;
	u8 entry_size;
	u8 device_bits;
	u8 event_bits;
	bool has_vpes;
	bool near_only;
	u32 nr_collections;
	u64 target;
	u64 own_mpidr;
	unsigned int own;
	DECLARE_BITMAP(reached, CONFIG_NR_CPUS);
	struct its_table tables[GITS_BASER_NR_REGS];
	void **devices;
	u8 levels;
	u32 last_id;
	struct its_itt *last_itt;
	u64 emitted;
	u64 synced;
	u64 mapped;
	u64 lost;
	u64 scrubbed;
	bool unsure;
	u32 refused;
	u32 rewritten;
	u32 clearing;
	bool again;
	u8 fresh_order;
	struct its_itt *fresh;
	u64 cleared;
	struct its_itt_list itts[ITS_NR_ITT_ORDERS];
	struct its_itt *spare;
	struct its_itt *structs;
	struct its_taken *taken;
	struct devmed_its *next_taker;
	struct its_vpe_map **vpes;
	struct its_vpe_map *leaving;
	struct its_vpe_map *leaving_tail;
};

/**
 * struct devmed_gicr - a redistributor
 * @region: its RD_base frame
 * @typer: GICR_TYPER
 * @pending: address of its pending table, while that is pinned
 * @pinned: both tables are. Guarded by @region->lock, as is @pending.
 * @moved: tables were let go of, which firmware may have seen before. Guarded by
 *	@region->lock, read without.
 * @can_set: has SETLPIR and CLRLPIR
 * @can_invalidate: has INVLPIR, INVALLR and SYNCR
 */
struct devmed_gicr {
	struct devmed_region *region;
	u64 typer;
	u64 pending;
	bool pinned;
	bool moved;
	bool can_set;
	bool can_invalidate;
};

/* its-init.c */
int its_start(struct devmed_region *region, u64 host_ring, u64 reach);
int its_adopt(struct devmed_region *region, u64 id, u64 itt, u64 bits);
void its_stop(struct devmed_region *region);

/* its-take.c */
int its_take(struct devmed_its *its, u64 phys, u64 size);
int its_take_shared(struct devmed_its *its, u64 phys, u64 size);
void its_give_back(struct devmed_its *its);

/* its-cmd.c */
int its_write_cwriter(struct devmed_region *region, void *instance,
		      unsigned int index, u64 value);
void its_update_cons(struct devmed_its *its);
void its_ring_doorbell(struct devmed_its *its, u64 flags);
bool its_is_target(struct devmed_its *its, u64 dword);
enum devmed_counter its_rewritten(struct devmed_its *its);

/* its-power.c */
void its_scrub_all(struct devmed_its *its);
int its_resync(struct devmed_its *its);
void its_suspend(struct devmed_region *region, void *instance);

/* its-regs.c */
bool its_is_enabled(const struct devmed_its *its);
bool its_was_reset(const struct devmed_its *its);

/* its-itt.c */
struct its_itt *its_get_struct(struct devmed_its *its);
struct its_itt *its_get_itt(struct devmed_its *its, u8 order);
void its_retire(struct devmed_its *its, struct its_itt *itt);
u64 its_may_clear(struct devmed_its *its, u64 size);
void its_lose_commands(struct devmed_its *its);

/* its-device.c */
int its_init_devices(struct devmed_its *its);
struct its_itt *its_search_itt(struct devmed_its *its, u32 id);
enum devmed_counter its_map_device(struct devmed_its *its, u32 id, u8 bits,
				   u64 *phys);
bool its_unmap_device(struct devmed_its *its, u32 id);
int its_adopt_device(struct devmed_its *its, u32 id, u8 bits, u64 phys);
void its_free_devices(struct devmed_its *its);

/* its-table.c */
int its_init_tables(struct devmed_its *its);
bool its_has_entry(const struct devmed_its *its, unsigned int type, u32 id);
bool its_reserve_entry(struct devmed_its *its, unsigned int type, u32 id);
u64 its_table_entries(const struct devmed_its *its, unsigned int type);

/* its-vpe.c */
bool its_has_vpe(const struct devmed_its *its, u16 id);
enum devmed_counter its_rewrite_vmapp(struct devmed_its *its, u64 *cmd);
enum devmed_counter its_rewrite_vmovi(struct devmed_its *its, u64 *cmd);
enum devmed_counter its_rewrite_vmovp(struct devmed_its *its, u64 *cmd);
enum devmed_counter its_rewrite_vsync(struct devmed_its *its, u64 *cmd);
bool its_is_doorbell(u64 intid);
void its_release_vpes(struct devmed_its *its);
void its_lose_vpes(struct devmed_its *its);

/* its-hold.c */
u64 gicr_config_size(u64 propbaser);
u64 gicr_pending_size(void);
int gicr_pin(u64 phys, u64 size);
void gicr_unpin(u64 phys, u64 size);
int its_hold_map(u16 vpe, u64 phys, struct its_hold **hold);
void its_hold_unmap(struct its_hold *hold);
void its_hold_release(struct its_hold *hold);
struct its_hold *its_hold_enter(u64 vpt, u64 propbaser);
void its_hold_leave(struct its_hold *hold);
bool its_hold_is_resident(const struct its_hold *hold);

/* gicr.c: both constant once a redistributor has LPIs enabled. */
extern unsigned int gicr_lpi_bits;
extern u64 gicr_attrs;
extern struct devmed_gicr gicrs[CONFIG_NR_CPUS];
extern unsigned int gicr_count;
bool gicr_has_vpes(void);
bool gicr_is_lpi(u64 intid);

/* its-target.c */
bool gicr_is_of(const struct devmed_gicr *gicr, u64 mpidr);
bool gicr_is_target(u64 typer, u64 target);
bool gicr_first_target(u64 typer, u64 *target);
bool its_new_target(struct devmed_its *its, u64 target);
void its_find_target(struct devmed_its *its);
void its_make_harmless(struct devmed_its *its, u64 *cmd);

/* Commands come in runs for one device. Locks as its_search_itt(). */
static inline struct its_itt *its_find_itt(struct devmed_its *its, u32 id)
{
	if (likely(its->last_itt && its->last_id == id))
		return its->last_itt;

	return its_search_itt(its, id);
}

/* For memory of EL2's that the ITS reads past the caches. */
void its_flush(const struct devmed_its *its, u64 phys, u64 size);

#endif /* __DEVMED_ITS_HYP_H */
