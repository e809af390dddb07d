/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An SMMUv3 that is as bad as IHI 0070 allows: slow to acknowledge, caching all
 * it may for as long as it may, raising each error it may. On every access that
 * it makes it asks who owns the page, and complains if that is the wrong one.
 */
#ifndef DEVMED_MODEL_SMMU_H
#define DEVMED_MODEL_SMMU_H

#include <shim.h>

#include "fake.h"

#include "../../../drivers/devmed/smmuv3/smmu-layout.h"

#define MSMMU_NR		2
#define MSMMU_SIZE		0x20000
#define MSMMU_MAX_CONFIG	64
#define MSMMU_MAX_TLB		512
#define MSMMU_MAX_EVENTS	8
#define MSMMU_MAX_STALLED	4
#define MSMMU_MAX_PENDING	32
#define MSMMU_MAX_LATE		8
#define MSMMU_LATE_BYTES	64
#define MSMMU_NO_SSID		U32_MAX

/**
 * struct msmmu_config - what it is, and how badly it behaves
 * @base: physical address of register page 0
 * @oas: as SMMU_IDR5.OAS encodes it
 * @mediated: structures have to be EL2's; else any page of the host's does
 * @lenient: complaints are counted instead of ending the test
 * @lazy: what is invalidated goes on being used until CMD_SYNC completes
 * @dirty: starts as firmware left it: on, its caches full
 * @weak: what EL2 stores it sees late, see msmmu_weak_memory()
 * @caches: keeps anything at all
 * @unordered: each cache does what a command asks whenever it likes until
 *	CMD_SYNC completes, and none waits for another (IHI 0070, 4.7.3, 4.8)
 * @busy: devices go on between any two commands and register accesses
 * @ats_cached: an STE is kept with what CR0.ATSCHK was when it was fetched
 *	(IHI 0070, 6.3.9.2)
 * @outstanding: what a device writes may arrive later, but before a CMD_SYNC
 *	that comes after it completes
 * @off_resets: the platform promises that without power it loses its state
 * @dark_reads: what a register reads as that cannot be read: any of MSMMU_READS_*
 * @ack_delay: most accesses to registers before one is acknowledged
 * @cmd_delay: most accesses to registers before the next command is consumed
 * @access_us: what an access to a register takes beyond a microsecond, so that
 *	waits that end in nothing end soon
 * @seed: of all its choices
 */
struct msmmu_config {
	u64 base;
	bool s1p, s2p, two_level, cd2l, msi, ats, pri, hyp, sev, httu;
	bool vmid16, asid16, coherent, ril, tables_preset, queues_preset, ecmdq;
	u8 stall_model;
	u8 bbml;
	u8 sidsize;
	u8 ssidsize;
	u8 cmdqs;
	u8 evtqs;
	u8 priqs;
	u8 oas;
	u32 iidr;
	bool mediated;
	bool lenient;
	bool lazy;
	bool dirty;
	bool weak;
	bool caches;
	bool unordered;
	bool busy;
	bool ats_cached;
	bool outstanding;
	bool off_resets;
	u8 dark_reads;
	u8 ack_delay;
	u8 cmd_delay;
	u16 access_us;
	u32 seed;
};

enum {
	MSMMU_READS_EITHER,
	MSMMU_READS_ZERO,
	MSMMU_READS_ONES,
};

/*
 * While its registers cannot be read or written, its state is kept; it does
 * nothing, or serves what its TLBs have (of a TBU that has a clock of its own),
 * or goes on in full.
 */
enum msmmu_dark {
	MSMMU_LIT,
	MSMMU_DARK_STOPPED,
	MSMMU_DARK_HITS,
	MSMMU_DARK_RUNS,
};

/* Configuration caches, by what they hold. */
enum msmmu_kind {
	MSMMU_L1STD,
	MSMMU_STE,
	MSMMU_L1CD,
	MSMMU_CD_ENTRY,
};

/*
 * @nr: of the L1STD or L1CD, or the SubstreamID of a CD. @unchecked: fetched while
 * CR0.ATSCHK was not in effect.
 */
struct msmmu_cached {
	bool valid;
	bool doomed;
	bool unchecked;
	enum msmmu_kind kind;
	u32 sid;
	u32 nr;
	u64 data[8];
};

enum msmmu_stage {
	MSMMU_S1 = 1,		/* VA to IPA, or to PA if there is no stage 2 */
	MSMMU_S2 = 2,		/* IPA to PA */
	MSMMU_S12 = 3,		/* VA to PA through both */
};

#define MSMMU_R		BIT(0)
#define MSMMU_W		BIT(1)

/* @table: @out is where the next level is, else what @in translates to. */
struct msmmu_tlb {
	bool valid;
	bool doomed;
	bool table;
	bool global;
	bool device;
	bool nt;
	u8 stage;
	u8 level;
	u8 shift;
	u8 granule;
	u8 world;
	u8 perm;
	u16 vmid;
	u16 asid;
	u64 in;
	u64 out;
};

struct msmmu_event {
	u64 data[4];
};

/**
 * struct msmmu_access - what a device asks for
 * @sid: StreamID
 * @ssid: SubstreamID, or MSMMU_NO_SSID
 * @addr: input address
 * @write: or a read
 * @translated: marked Translated by the device (ATS)
 */
struct msmmu_access {
	u32 sid;
	u32 ssid;
	u64 addr;
	bool write;
	bool translated;
};

enum msmmu_result {
	MSMMU_OK,
	MSMMU_FAULT,		/* terminated, @event recorded */
	MSMMU_ABORT,		/* terminated without a word */
	MSMMU_STALLED,
};

/* What became of it; @event is 0 without one. */
struct msmmu_answer {
	enum msmmu_result result;
	u64 pa;
	u64 ipa;
	u8 event;
	u8 shift;
	u8 perm;
	bool nt;
	bool s2;
	u8 class;
};

/**
 * struct msmmu_scope - what a TLB invalidation reaches
 * @stages: bits of MSMMU_S1, MSMMU_S2, MSMMU_S12
 * @any_vmid: or @vmid only
 * @by_asid: @asid only; global entries too if @by_addr
 * @by_addr: @addr and @size only
 * @leaf: no table entries
 * @granule: entries of this granule only, if not 0
 * @level: leaf entries of this level only, if not 0
 */
struct msmmu_scope {
	u8 stages;
	u8 world;
	bool any_vmid;
	bool by_asid;
	bool by_addr;
	bool leaf;
	u8 granule;
	u8 level;
	u16 vmid;
	u16 asid;
	u64 addr;
	u64 size;
};

/* @cds: of one stream, and @ssid; else STEs and what was found through them. */
struct msmmu_config_scope {
	bool cds;
	bool leaf;
	u32 sid;
	u32 ssid;
	u64 count;
};

/* Consumed, and not complete. */
struct msmmu_pending {
	bool valid;
	bool config;
	struct msmmu_scope tlb;
	struct msmmu_config_scope cfg;
};

/* Translated, and not there yet; @stuck: not before the model's user wants it. */
struct msmmu_late {
	bool valid;
	bool stuck;
	u64 pa;
	u64 size;
	u8 data[MSMMU_LATE_BYTES];
};

struct msmmu_stalled {
	bool valid;
	u16 stag;
	struct msmmu_access access;
};

/* A translation regime, from a CD or the stage-2 half of an STE. */
struct msmmu_regime {
	u64 ttb;
	u8 granule;
	u8 in_bits;
	u8 out_bits;
	u8 level;
	bool affd;
	bool ha;
	bool upper;		/* TTB1: the bits above are ones */
	bool disabled;		/* EPD */
	bool ptw;		/* S2PTW */
	u16 asid;
};

/* A decoded STE. */
struct msmmu_ste {
	u64 data[8];
	bool s1;
	bool s2;
	u8 config;
	u8 cdmax;
	u8 dss;
	u8 eats;
	u8 world;
	bool stalls;
	u16 vmid;
	struct msmmu_regime stage2;
};

struct msmmu {
	struct msmmu_config config;
	u32 regs[2][0x400];
	u32 cr0;
	/* Bits of CR0 in effect: they follow a write of CR0 one by one. */
	u32 cr0_now;
	u32 gbpa;
	u32 gerrorn;
	u32 ack_left;
	u32 irq_left;
	u32 gbpa_left;
	u32 cmd_left;
	u32 random;
	/* Accesses to registers until it is reset, if not 0. */
	u32 reset_in;
	bool off;
	enum msmmu_dark dark;
	bool running;
	bool stepping;
	/* Called at each step if @busy: the accesses of devices meanwhile. */
	void (*on_step)(struct msmmu *s);
	/* Writes of devices hang from now on. */
	bool hang;
	/* Reads no commands. */
	bool deaf;
	/* Counts before which no CMD_SYNC completes, and SMMU_CR0 is not acknowledged. */
	u64 sync_at;
	u64 ack_at;
	/* Microseconds that each CMD_SYNC takes, and when the next one is done. */
	u32 sync_us;
	u64 sync_due;
	struct msmmu_cached cached[MSMMU_MAX_CONFIG];
	struct msmmu_tlb tlb[MSMMU_MAX_TLB];
	struct msmmu_event events[MSMMU_MAX_EVENTS];
	unsigned int nr_events;
	struct msmmu_stalled stalled[MSMMU_MAX_STALLED];
	u16 next_stag;
	struct msmmu_pending pending[MSMMU_MAX_PENDING];
	struct msmmu_late late[MSMMU_MAX_LATE];
	/* The next command fails so, whatever it is. */
	u8 inject_cerror;
	bool injected;
	/* Device does not answer CMD_ATC_INV. */
	bool atc_timeout;
	bool atc_pending;
	unsigned int complaints;
	const char *complaint;
	unsigned int irqs;
	unsigned int sevs;
	unsigned int commands;
	unsigned int syncs;
};

/* model_smmu.c */
extern struct msmmu msmmus[MSMMU_NR];
extern const struct msmmu_config msmmu_typical;
struct msmmu *msmmu_init(unsigned int nr, const struct msmmu_config *config);
void msmmu_reset(struct msmmu *s);
/* One whose bypass aborts after a reset: devices may go on. */
void msmmu_reset_closed(struct msmmu *s);
void msmmu_complain(struct msmmu *s, const char *what, u64 addr);
u32 msmmu_random(struct msmmu *s, u32 limit);

/* model_smmu_regs.c */
extern const struct fake_device_ops msmmu_ops[MSMMU_NR];
u64 msmmu_read_reg(struct msmmu *s, u64 offset, u8 size);
void msmmu_write_reg(struct msmmu *s, u64 offset, u8 size, u64 value);
u32 *msmmu_reg(struct msmmu *s, u32 offset);
u64 msmmu_reg64(struct msmmu *s, u32 offset);
u32 msmmu_idr(struct msmmu *s, unsigned int nr);
void msmmu_tick(struct msmmu *s);
/* May this bit of CR0 be in effect? In between two values it may. */
bool msmmu_may(struct msmmu *s, u32 bit);
u32 msmmu_bypass(struct msmmu *s);

/* model_smmu_mem.c */
enum msmmu_use {
	MSMMU_USE_CMDQ,
	MSMMU_USE_STRTAB,
	MSMMU_USE_S2_TABLE,
	MSMMU_USE_CD,
	MSMMU_USE_S1_TABLE,
	MSMMU_USE_S1_UPDATE,
	MSMMU_USE_EVTQ,
	MSMMU_USE_PRIQ,
	MSMMU_USE_MSI,
	MSMMU_USE_DMA_READ,
	MSMMU_USE_DMA_WRITE,
};

bool msmmu_load(struct msmmu *s, enum msmmu_use use, u64 pa, void *to, size_t size);
bool msmmu_store(struct msmmu *s, enum msmmu_use use, u64 pa, const void *from,
		 size_t size);
/* Is this page EL2's and nobody else's? */
bool msmmu_el2_owns(u64 pa);
bool msmmu_host_owns(u64 pa, bool write);
/* Pages of EL2's here have to be allocated. */
void msmmu_set_pool(u64 base, u64 size);
/*
 * Stores become visible late: at a barrier, or if not @coherent when cleaned.
 * With @all also to pages that the SMMU looks at for the first time.
 */
void msmmu_weak_memory(bool on, bool coherent, bool all);

/* model_smmu_cmdq.c */
void msmmu_run_commands(struct msmmu *s, unsigned int max);

/* model_smmu_cache.c */
struct msmmu_cached *msmmu_find_config(struct msmmu *s, enum msmmu_kind kind,
				       u32 sid, u32 nr);
void msmmu_keep_config(struct msmmu *s, enum msmmu_kind kind, u32 sid, u32 nr,
		       const u64 *data, unsigned int words);
const struct msmmu_tlb *msmmu_find_tlb(struct msmmu *s, const struct msmmu_tlb *key);
void msmmu_keep_tlb(struct msmmu *s, const struct msmmu_tlb *entry);
void msmmu_fill_with_leftovers(struct msmmu *s);
void msmmu_sync_caches(struct msmmu *s);
void msmmu_invalidate_stes(struct msmmu *s, u32 sid, u64 count, bool leaf);
void msmmu_invalidate_cds(struct msmmu *s, u32 sid, u32 ssid, bool leaf);

/* @parts: which caches, bits of enum msmmu_kind or MSMMU_TLB_PART(). */
#define MSMMU_TLB_PART(stage, table)	BIT(2 * (stage) + (table))
#define MSMMU_ALL_PARTS			U32_MAX
void msmmu_apply(struct msmmu *s, const struct msmmu_pending *pending, u32 parts);
void msmmu_invalidate_tlb(struct msmmu *s, const struct msmmu_scope *scope);

/* model_smmu_late.c */
void msmmu_pend(struct msmmu *s, const struct msmmu_pending *pending);
/* Devices and caches go on. */
void msmmu_step(struct msmmu *s);
/* Completes all that CMD_SYNC waits for; false if some of it has to wait. */
bool msmmu_complete(struct msmmu *s);
/* Of a device: true if it is under way now. */
bool msmmu_delay_write(struct msmmu *s, u64 pa, const void *data, size_t size);
/* Lets writes go on that hung (@hang). */
void msmmu_release(struct msmmu *s);
/* Nothing is answered that an SMMU has to fetch something for. */
bool msmmu_only_hits(struct msmmu *s);

/* model_smmu_config.c: true with a usable one, else @answer says what is wrong. */
bool msmmu_get_ste(struct msmmu *s, u32 sid, struct msmmu_ste *ste,
		   struct msmmu_answer *answer);
bool msmmu_get_cd(struct msmmu *s, u32 sid, u32 nr, const struct msmmu_ste *ste,
		  u64 *cd, struct msmmu_answer *answer);
bool msmmu_cd_regime(struct msmmu *s, const u64 *cd, u64 va,
		     struct msmmu_regime *regime, struct msmmu_answer *answer);
u8 msmmu_pa_bits(u8 encoded);

/* model_smmu_walk.c: true with a translation in @answer. */
bool msmmu_stage2(struct msmmu *s, const struct msmmu_ste *ste, u64 ipa, u8 want,
		  bool ptw, struct msmmu_answer *answer);
bool msmmu_stage1(struct msmmu *s, const struct msmmu_ste *ste,
		  const struct msmmu_regime *regime, u64 va, u8 want,
		  struct msmmu_answer *answer);
bool msmmu_fault(struct msmmu_answer *answer, u8 event);

/* model_smmu_event.c */
void msmmu_record(struct msmmu *s, const struct msmmu_event *event);
void msmmu_flush_events(struct msmmu *s);
void msmmu_raise_gerror(struct msmmu *s, u32 bits);
bool msmmu_send_msi(struct msmmu *s, u64 addr, u32 data);
enum msmmu_irq { MSMMU_IRQ_GERROR, MSMMU_IRQ_PRIQ, MSMMU_IRQ_EVTQ };
void msmmu_interrupt(struct msmmu *s, enum msmmu_irq irq);

/* model_smmu_dma.c */
struct msmmu_answer msmmu_translate(struct msmmu *s, const struct msmmu_access *access);
struct msmmu_answer msmmu_dma(struct msmmu *s, const struct msmmu_access *access,
			      void *data, size_t size);
/* ATS: ask for a translation, which the device may keep. */
struct msmmu_answer msmmu_ats_request(struct msmmu *s, const struct msmmu_access *access);
/* PRI: ask the host for a page. */
void msmmu_page_request(struct msmmu *s, u32 sid, u64 addr);
void msmmu_resume(struct msmmu *s, u32 sid, u16 stag, bool retry);
void msmmu_stall_term(struct msmmu *s, u32 sid);

/* Registers, IHI 0070, 6.3 */
#define M_CR0_SMMUEN		BIT(0)
#define M_CR0_PRIQEN		BIT(1)
#define M_CR0_EVTQEN		BIT(2)
#define M_CR0_CMDQEN		BIT(3)
#define M_CR0_ATSCHK		BIT(4)
#define M_CR2_RECINVSID		BIT(1)
#define M_GBPA_UPDATE		BIT(31)
#define M_GBPA_ABORT		BIT(20)
#define M_GERROR_CMDQ		BIT(0)
#define M_GERROR_EVTQ_ABT	BIT(2)
#define M_GERROR_PRIQ_ABT	BIT(3)
#define M_GERROR_MSI_CMDQ	BIT(4)
#define M_GERROR_MSI_EVTQ	BIT(5)
#define M_GERROR_MSI_PRIQ	BIT(6)
#define M_GERROR_MSI_GERROR	BIT(7)
#define M_CERROR_ILL		1
#define M_CERROR_ABT		2
#define M_CERROR_ATC_INV_SYNC	3
#define M_CONS_ERR		GENMASK(30, 24)
#define M_BASE_ADDR		GENMASK_ULL(51, 5)
#define M_BASE_LOG2SIZE		GENMASK_ULL(4, 0)
#define M_STRTAB_ADDR		GENMASK_ULL(51, 6)
#define M_STRTAB_LOG2SIZE	GENMASK(5, 0)
#define M_STRTAB_SPLIT		GENMASK(10, 6)
#define M_STRTAB_FMT		GENMASK(17, 16)

/* Events, IHI 0070, 7.3 */
#define M_C_BAD_STREAMID	0x02
#define M_F_STE_FETCH		0x03
#define M_C_BAD_STE		0x04
#define M_F_STREAM_DISABLED	0x06
#define M_F_TRANSL_FORBIDDEN	0x07
#define M_C_BAD_SUBSTREAMID	0x08
#define M_F_CD_FETCH		0x09
#define M_C_BAD_CD		0x0a
#define M_F_WALK_EABT		0x0b
#define M_F_TRANSLATION		0x10
#define M_F_ADDR_SIZE		0x11
#define M_F_ACCESS		0x12
#define M_F_PERMISSION		0x13

/* Class of a stage-2 fault, IHI 0070, 7.3.12: what was being fetched. */
#define M_CLASS_CD		0
#define M_CLASS_TT		1
#define M_CLASS_IN		2

#endif /* DEVMED_MODEL_SMMU_H */
