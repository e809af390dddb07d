/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A GICv3/v4 ITS with its redistributors, as bad as IHI 0069 lets one be: it
 * aligns addresses down, keeps what it has read, writes late, completes late,
 * stalls or skips. Every access it makes to memory is judged: see model_bus.c.
 *
 * One per test: the GIC, its ITSs and its redistributors are @model_gic.
 */
#ifndef DEVMED_MODEL_ITS_H
#define DEVMED_MODEL_ITS_H

#include "fake.h"

#include <linux/irqchip/arm-gic-v3.h>

#define MODEL_MAX_ITS		2
#define MODEL_MAX_RDS		8
#define MODEL_LPI_BITS		16
#define MODEL_ITS_BASE		0x08080000ULL
#define MODEL_ITS_STRIDE	0x00040000ULL
#define MODEL_RD_BASE		0x08400000ULL
#define MODEL_FIRST_LPI		8192
#define MODEL_NO_DOORBELL	1023
#define MODEL_MPIDR		0x80000100U
#define MODEL_NR_BASERS		GITS_BASER_NR_REGS
#define MODEL_MAX_LIVE		1024

/**
 * enum model_coherency - which accesses of the GIC see the caches
 * @MODEL_SNOOPS: all
 * @MODEL_BY_ATTRS: those whose register says shareable and cacheable
 * @MODEL_NEVER_SNOOPS: none, whatever a register says
 */
enum model_coherency {
	MODEL_SNOOPS,
	MODEL_BY_ATTRS,
	MODEL_NEVER_SNOOPS,
};

/**
 * struct model_baser_params - one GITS_BASERn, as it comes out of reset
 * @type: GITS_BASER_TYPE_*, 0 for a register that is not implemented
 * @entry_size: bytes
 * @indirect: two levels are possible
 * @page_size: the only one, in bytes; 0 for all three
 */
struct model_baser_params {
	u8 type;
	u8 entry_size;
	bool indirect;
	u32 page_size;
};

/**
 * struct model_its_params - of all ITSs
 * @id_bits: bits of an EventID
 * @dev_bits: bits of a DeviceID
 * @cid_bits: bits of an ICID, 0 for 16 without GITS_TYPER.CIL
 * @hcc: collections that need no table
 * @ite_size: bytes that an ITT entry takes, at least 8
 * @told_ite_size: what GITS_TYPER says of it, 0 for the truth
 * @told_dev_bits: what it says of DeviceIDs, 0 for the truth
 * @iidr: GITS_IIDR, which errata go by
 * @pta: GITS_TYPER.PTA, a redistributor is named by its address
 * @v4: 0, 40 or 41
 * @vmovp: one VMOVP reaches all ITSs
 * @baser: GITS_BASERn
 * @prefetch: commands that are read ahead, and not again if the first one stalls
 * @stalls: stop at a command in error, else skip it
 * @errors_fail: such a command fails the test
 * @cmd_delay: register reads before each command is done, 0 for at once
 * @quiet_delay: register reads before GITS_CTLR.Quiescent
 * @pa_mask: address bits that reach the bus, 0 for all
 * @coherency: of ring and tables
 * @ring_not_shareable: GITS_CBASER's shareability stays 0
 * @tables_not_shareable: that of GITS_BASERn does
 * @sync_is_global: SYNC is for all redistributors, whichever it names
 * @sync_needs_lpis: SYNC is in error for one whose LPIs are not enabled
 * @vsync_needs_vpe: VSYNC is in error for a vPE that is not mapped
 * @far_rds: redistributors of another node: SYNC for one of them never ends
 *	(Cavium erratum 23144)
 * @cpu_devid: DeviceID of a write by a CPU
 * @pre_its: a window of 64K, where a write's address names the DeviceID; 0 for
 *	none
 */
struct model_its_params {
	u8 id_bits;
	u8 dev_bits;
	u8 cid_bits;
	u8 hcc;
	u8 ite_size;
	u8 told_ite_size;
	u8 told_dev_bits;
	u32 iidr;
	bool pta;
	u8 v4;
	bool vmovp;
	struct model_baser_params baser[MODEL_NR_BASERS];
	unsigned int prefetch;
	bool stalls;
	bool errors_fail;
	unsigned int cmd_delay;
	unsigned int quiet_delay;
	u64 pa_mask;
	enum model_coherency coherency;
	bool ring_not_shareable;
	bool tables_not_shareable;
	bool sync_is_global;
	bool sync_needs_lpis;
	bool vsync_needs_vpe;
	u32 far_rds;
	u32 cpu_devid;
	u64 pre_its;
};

/**
 * struct model_rd_params - of all redistributors
 * @id_bits: GICD_TYPER.IDbits + 1
 * @first_number: GICR_TYPER.Processor_Number of the first
 * @affinity: of the first one's CPU; that of the others has other bits of the
 *	index set as well
 * @vlpi_offset: of a vPE's redistributor from GICR's base, in commands
 * @direct_lpi: GICR_TYPER.DirectLPI
 * @inv_regs: GICR_CTLR.IR, INVLPIR and INVALLR without DirectLPI
 * @sticky: EnableLPIs cannot be cleared
 * @rwp_delay: register reads before GICR_CTLR.RWP is 0
 * @dirty_delay: register reads before GICR_VPENDBASER.Dirty is 0
 * @late_vpt: pending bits of a vPE are written when they have to be
 * @coherency: of LPI tables
 * @not_shareable: the shareability fields stay 0
 * @pwrr: has the GICR_PWRR of GIC-600
 */
struct model_rd_params {
	u8 id_bits;
	u16 first_number;
	u32 affinity;
	u32 vlpi_offset;
	bool direct_lpi;
	bool inv_regs;
	bool sticky;
	unsigned int rwp_delay;
	unsigned int dirty_delay;
	bool late_vpt;
	enum model_coherency coherency;
	bool not_shareable;
	bool pwrr;
};

struct model_gic_params {
	unsigned int nr_its;
	unsigned int nr_rds;
	struct model_its_params its;
	struct model_rd_params rd;
};

/* As QEMU's, which errs nowhere: start from these. */
extern const struct model_gic_params model_gic_default;
void model_gic_init(const struct model_gic_params *params);

/**
 * model_trust_host - may the GIC use memory that the host can write?
 * @trusted: as before finalize; false from then on. A test begins trusted.
 *
 * When it ends, all that the GIC holds is judged at once.
 */
void model_trust_host(bool trusted);

/* Judge all memory that the GIC may still touch. Call it after each step. */
void model_gic_check(void);

/* All that the GIC keeps back goes to memory now; caches forget what is clean. */
void model_gic_settle(void);

/* Pages of this range are EL2's only while its pool has handed them out. */
void model_set_pool(u64 base, u64 size);

/*
 * How a test ends that did what is forbidden. @model_on_fail sees it first; a
 * test of the model itself leaves from there.
 */
void model_fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
extern void (*model_on_fail)(const char *text);

/* A device writes @eventid to GITS_TRANSLATER; true if an LPI became pending. */
bool model_its_msi(unsigned int its, u32 devid, u32 eventid);

/* Registers, as the bus reaches them: for tests without EL2 in between. */
u64 model_mmio_read(u64 phys, u8 size);
void model_mmio_write(u64 phys, u8 size, u64 value);
/* By a host that reads directly: what EL2 must not touch, is 0. */
u64 model_host_read(u64 phys, u8 size);

/* Power was cut: registers as after reset, nothing written back. */
void model_its_power_cut(unsigned int its);

/* Firmware took the power, and what it restores differs from one to the next. */
#define MODEL_FW_CWRITER	BIT(0)	/* GITS_CWRITER as it was, else 0 */
#define MODEL_FW_ENABLED	BIT(1)	/* as it was, else GITS_CTLR.Enabled is 0 */
#define MODEL_FW_KINDS		4

/*
 * GITS_CBASER and GITS_BASER<n> are always restored. The ITS wrote back all that it
 * cached, as it does before it is quiescent, and has forgotten it.
 */
void model_its_firmware(unsigned int its, unsigned int how);

void model_rd_power_cut(unsigned int rd);
/* Registers as firmware finds them, and as it restores them later. */
void model_rd_save(unsigned int rd);
void model_rd_restore(unsigned int rd);
/* From now on EnableLPIs cannot be cleared. */
void model_rd_stick(void);
/* Redistributor @rd has had something to do, and has read its tables for that. */
void model_rd_awake(unsigned int rd);

/* The ITS answers reads, and does nothing more. */
void model_its_hang(unsigned int its, bool hang);

/* Each command takes so many looks from now on. */
void model_its_slow_down(unsigned int delay);

/*
 * The bus aborts so many accesses, UINT_MAX until told otherwise: EL2 reads all
 * ones, and what it writes is lost. Nothing else changes.
 */
void model_its_silence(unsigned int its, unsigned int accesses);
void model_rd_silence(unsigned int rd, unsigned int accesses);

/* It does not like the next command, whatever that is, for the first time. */
void model_its_object(unsigned int its);

/**
 * struct model_its_stats - what an ITS has done
 * @commands: done without error
 * @errors: commands in error
 * @error: the last one's code: 0x010000 | opcode << 8 | reason
 * @msis: interrupts translated
 * @lost: interrupts that came to nothing
 * @cpu_msis: writes of GITS_TRANSLATER by a CPU
 * @doorbells: writes of GITS_CWRITER
 */
struct model_its_stats {
	u64 commands;
	u64 errors;
	u32 error;
	u64 msis;
	u64 lost;
	u64 cpu_msis;
	u64 doorbells;
};

const struct model_its_stats *model_its_stats(unsigned int its);

/* Interrupts that a CPU took: LPIs of a redistributor, or of a vPE on it. */
unsigned int model_lpis_taken(unsigned int rd, u32 intid);
unsigned int model_vlpis_taken(u16 vpeid, u32 vintid);
bool model_lpi_pending(unsigned int rd, u32 intid);

static inline u64 model_its_phys(unsigned int its)
{
	return MODEL_ITS_BASE + its * MODEL_ITS_STRIDE;
}

u64 model_rd_phys(unsigned int rd);
/* As a command names it; for a vPE too, but for Hip07. */
u64 model_rdbase(unsigned int rd);
u64 model_vpe_rdbase(unsigned int rd);

/* model_its_driver.c: a small driver, that does what 7.3's does. */
struct model_its_driver {
	unsigned int its;
	unsigned int nr_rds;
	u64 (*read)(u64 phys, u8 size);
	void (*write)(u64 phys, u8 size, u64 value);
	/* Host memory that it hands out, and never takes back. */
	u64 next;
	u64 end;
	u64 ring;
	u32 ring_size;
	u32 prod;
	/* Devices that it has mapped. */
	struct model_its_live {
		u32 devid;
		u64 itt;
		u8 bits;
	} live[MODEL_MAX_LIVE];
	unsigned int nr_live;
	/* Somebody else finds room for ITTs and level-2 tables. */
	bool owned;
	u64 typer;
	u64 cbaser_save;
	u32 ctlr_save;
	/* LPI configuration, of all redistributors. */
	u64 prop;
	u64 pend[MODEL_MAX_RDS];
	u64 table[MODEL_NR_BASERS];
	u64 baser[MODEL_NR_BASERS];
	/* Page size and number of pages of flat tables, 0 for 64K and 1. */
	u32 page_size;
	u32 flat_pages;
	/* Of an ITE, if the driver knows better than GITS_TYPER. */
	u8 ite_size;
	/* GICR_PROPBASER.IDbits + 1, 0 for MODEL_LPI_BITS. */
	u8 lpi_bits;
	/* Redistributors of CPUs that are not up; those that it does not use. */
	u32 skip_lpis;
	u32 skip_rds;
	bool flush;
	/* Polls of GITS_CREADR before it gives up. */
	unsigned int patience;
};

/* Of a table. */
u64 model_its_driver_page_size(u64 baser);
u64 model_its_driver_alloc(struct model_its_driver *driver, u64 size, u64 align);
/* Pending table, EnableLPIs. */
void model_its_driver_init_rd(struct model_its_driver *driver, unsigned int rd);
/*
 * All redistributors, the ITS, a collection of the same number for each. With
 * @driver->prop already set, the redistributors are another driver's.
 */
void model_its_driver_start(struct model_its_driver *driver, u64 base, u64 size);
/* In memory; INV tells the redistributor. */
void model_its_driver_enable_lpi(struct model_its_driver *driver, u32 intid, bool on);
/* Tables, ring, enable. */
void model_its_driver_init(struct model_its_driver *driver);
/* its_save_disable(), its_restore_enable() */
void model_its_driver_suspend(struct model_its_driver *driver);
void model_its_driver_resume(struct model_its_driver *driver);
/* Fill one slot; the doorbell is model_its_driver_post(). */
void model_its_driver_queue(struct model_its_driver *driver, const u64 *cmd);
/* Ring and wait; false if the ITS did not get there. */
bool model_its_driver_post(struct model_its_driver *driver);
bool model_its_driver_send(struct model_its_driver *driver, const u64 *cmd);
/* The same with a SYNC behind it. */
bool model_its_driver_sync(struct model_its_driver *driver, const u64 *cmd,
			   unsigned int rd);
/* Table pages for @devid, then MAPD. */
bool model_its_driver_try_map(struct model_its_driver *driver, u32 devid,
			      u32 nr_events);
/* It has to work. Returns the ITT. */
u64 model_its_driver_map(struct model_its_driver *driver, u32 devid, u32 nr_events);
void model_its_driver_need_vpe(struct model_its_driver *driver, u16 vpeid);
void model_its_driver_unmap(struct model_its_driver *driver, u32 devid);

/* model_its_encode.c */
struct model_cmd {
	u64 dw[4];
};

struct model_cmd model_mapd(u32 devid, u64 itt, u8 size, bool valid);
struct model_cmd model_mapc(u16 icid, u64 rdbase, bool valid);
struct model_cmd model_mapti(u32 devid, u32 eventid, u32 intid, u16 icid);
struct model_cmd model_mapi(u32 devid, u32 eventid, u16 icid);
struct model_cmd model_movi(u32 devid, u32 eventid, u16 icid);
struct model_cmd model_movall(u64 from, u64 to);
struct model_cmd model_event(u8 op, u32 devid, u32 eventid);
struct model_cmd model_invall(u16 icid);
struct model_cmd model_sync(u64 rdbase);
struct model_cmd model_vmapp(u16 vpeid, u64 rdbase, u64 vpt, u8 size, bool valid);
struct model_cmd model_vmapp41(u16 vpeid, u64 rdbase, u64 vpt, u8 size, u64 vconf,
			       u32 doorbell, bool alloc, bool ptz, bool valid);
struct model_cmd model_vmapti(u32 devid, u32 eventid, u16 vpeid, u32 vintid,
			      u32 doorbell);
struct model_cmd model_vmovi(u32 devid, u32 eventid, u16 vpeid, u32 doorbell);
struct model_cmd model_vmovp(u16 vpeid, u64 rdbase, u16 seq, u16 list);
struct model_cmd model_vpe(u8 op, u16 vpeid);
struct model_cmd model_vsgi(u16 vpeid, u8 intid, bool enable, bool clear);

#endif /* DEVMED_MODEL_ITS_H */
