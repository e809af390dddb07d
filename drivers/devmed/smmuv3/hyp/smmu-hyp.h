/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mediated SMMUv3 at EL2.
 *
 * The hardware's command queue, stream table and stage-2 are EL2's. The host
 * sees registers of its own making, a command ring that EL2 drains, and stream
 * tables that EL2 reads when told to. What holds at all times:
 *
 *  - The hardware is enabled from smmu_adopt() on, with GBPA aborting what it
 *    would not translate. SMMUEN of the host decides only which entries count:
 *    the host's, or those of smmu-off.c.
 *  - Every valid stream aborts, or goes through the stage-2 of devmed_idmap.
 *  - The hardware queue runs whatever error the host's is in.
 *
 * Locks, below those of <nvhe/devmed.h>:
 *
 *	region->lock		(protects what the host programmed: registers,
 *				 host ring, event queue, stream table)
 *	  host_mmu.lock ...
 *	    smmu->queue_lock	(protects the hyp ring, CR0 and GERRORN of the
 *				 hardware; nothing is taken below it)
 */
#ifndef __DEVMED_SMMU_HYP_H
#define __DEVMED_SMMU_HYP_H

#include <linux/bitfield.h>
#include <linux/compiler.h>
#include <linux/io.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_idmap.h>
#include <nvhe/devmed_mmio.h>
#include <nvhe/devmed_ring.h>
#include <nvhe/devmed_wait.h>

#include "../smmu-layout.h"
#include "smmu-walk.h"

/* What all streams of the host are tagged with; guests' own come later. */
#define SMMU_HOST_VMID		1

/*
 * Longest that EL2 waits for the hardware in a change of ownership, which fails
 * then and has the hardware fenced, or to set it up: as long as the driver waits
 * (ARM_SMMU_POLL_TIMEOUT_US).
 */
#define SMMU_TIMEOUT_US		1000000

/*
 * Longest that EL2 waits for it in one access of the host, which goes on later; and
 * for a fenced SMMU each time EL2 looks.
 */
#define SMMU_LOOK_US		1000

/* Microseconds to set up a fenced SMMU, and between two attempts. */
#define SMMU_REVIVE_US		100000
#define SMMU_RETRY_US		1000000

#define SMMU_NR_IDRS		6

/* Global errors that the hardware reports, and that are the host's to see. */
#define SMMU_HW_ERRORS		(SMMU_GERROR_EVENTQ_ABT | \
				 SMMU_GERROR_MSI_EVENTQ_ABT | \
				 SMMU_GERROR_MSI_GERROR_ABT | SMMU_GERROR_SFM)

/* CMD_SYNCs that a doorbell may add, see smmu-doorbell.h. */
#define SMMU_CMDQ_PAD		2

/* log2 of slots: of the hyp ring; and what the host is offered at most. */
#define SMMU_LOG2_HYP_CMDQ	8
#define SMMU_LOG2_MIN_CMDQ	7
#define SMMU_LOG2_MAX_CMDQ	10
#define SMMU_LOG2_MAX_EVENTQ	12

/* Stream Table Entries that are read from the host at a time: one page. */
#define SMMU_CHUNK		64

/**
 * struct smmu_msi - an interrupt that the SMMU sends as a memory write
 * @addr: where to; 0, or the translation register of an ITS
 * @data: what
 * @attr: memory attributes, as the host wrote them; hardware uses EL2's
 */
struct smmu_msi {
	u64 addr;
	u32 data;
	u32 attr;
};

enum smmu_msi_index {
	SMMU_MSI_GERROR,
	SMMU_MSI_EVENTQ,
	SMMU_NR_MSIS
};

/**
 * struct smmu_strtab_cfg - where the host keeps its stream table
 * @base: physical address, aligned as hardware does
 * @nr_sids: StreamIDs below this are in it
 * @split: log2 of entries below a level-1 descriptor
 * @two_level: there are such descriptors
 */
struct smmu_strtab_cfg {
	u64 base;
	u32 nr_sids;
	u8 split;
	bool two_level;
};

/**
 * enum smmu_state - what EL2 knows of the hardware
 * @SMMU_RUNS: EL2 found it in service when EL2 last looked
 * @SMMU_UNREADABLE: its registers read as nothing that they can hold. The SMMU
 *	may be off, or only its registers are out of reach while devices go on: no
 *	value of a register tells which.
 * @SMMU_FENCED: it did not complete a CMD_SYNC in time for a change of ownership, or
 *	did not come up. EL2 has told it to abort all streams, but transactions that it translated
 *	before may still be on their way (IHI 0070, 6.3.9.6).
 * @SMMU_LEFT: EL2 has not taken it yet, or has given it back to the host
 */
enum smmu_state {
	SMMU_RUNS,
	SMMU_UNREADABLE,
	SMMU_FENCED,
	SMMU_LEFT,
};

/**
 * enum smmu_tried - what has become of commands that an access of the host's needed
 * @SMMU_TRIED_NONE: they are complete
 * @SMMU_TRIED_OWED: they were not issued; the hardware has to forget everything
 * @SMMU_TRIED_ISSUED: the hardware has them
 */
enum smmu_tried {
	SMMU_TRIED_NONE,
	SMMU_TRIED_OWED,
	SMMU_TRIED_ISSUED,
};

/**
 * struct smmu_hw - what the hardware is told, and told again after a reset
 * @cr0: SMMU_CR0
 * @cr0_old: what SMMU_CR0ACK was before; @cr0 once that is acknowledged
 * @irq_ctrl: SMMU_IRQ_CTRL
 * @eventq_base: SMMU_EVENTQ_BASE, of pinned pages while @cr0 has EVENTQEN
 * @eventq_cons: SMMU_EVENTQ_CONS
 */
struct smmu_hw {
	u32 cr0;
	u32 cr0_old;
	u32 irq_ctrl;
	u64 eventq_base;
	u32 eventq_cons;
};

/**
 * struct devmed_smmu - the instance
 * @region: its registers
 * @dma: its part in the DMA stage-2
 * @idr: SMMU_IDR0 to SMMU_IDR5 as the host reads them
 * @hw_idr: SMMU_IDR0 and SMMU_IDR1 of the hardware
 * @hw_cr0: what SMMU_CR0 of the hardware always has set
 * @coherent: the hardware snoops, so that nothing has to be flushed
 * @msi: the host may have the SMMU send MSIs
 * @ril: commands may invalidate a range
 * @stalld: the hardware could stall faults, and is told not to
 * @stalls: the hardware cannot but stall them
 * @off_resets: the platform promises that an SMMU which cannot be read has lost
 *	all that it knew (DEVMED_SMMUV3_OFF_RESETS)
 * @sid_bits: of the StreamIDs
 * @split: log2 of entries below a level-1 descriptor of the hyp table
 * @two_level: the hyp table has two levels
 * @strtab: the hyp table: level-1 descriptors, or entries
 * @off_l2: level-2 table of all streams that have none of their own; NULL without
 *	two levels. Guarded by the region lock.
 * @off_desc: level-1 descriptor that points to @off_l2
 * @chunk: a page to read Stream Table Entries into
 *	(all of the above constant after smmu_start(), but for what @chunk, @off_l2
 *	and @strtab point to)
 * @found_gbpa: SMMU_GBPA of the hardware, as smmu_adopt() found it
 * @queue_lock: see above
 * @hw: guarded by @queue_lock
 * @repairs: errors of the hardware queue. Guarded by @queue_lock.
 * @state: guarded by @queue_lock; read without it only to decide whether to take it
 * @retry: count of the physical counter from which on EL2 tries again to set up an
 *	SMMU that did not come up, 0 for at once. Guarded by @queue_lock.
 * @limit: of what EL2 is doing with @queue_lock held. Guarded by @queue_lock.
 * @late: count from which on the host is no longer made to repeat its access for
 *	hardware that is slow, 0 if nothing is held up. The region lock guards this and
 *	the next three.
 * @tried: commands of EL2's for the host that an earlier access could not complete
 * @tried_repairs: @repairs when they were issued
 * @raise: an interrupt of a global error is owed to the host
 * @ring: .host guarded by the region lock, .hyp by @queue_lock
 * @batch: guarded by the region lock
 * @held_up: commands were left in the host ring, since the hardware did not
 *	answer, and SMMU_CMDQ_CONS was not read since. Guarded by the region lock.
 * @cr0_held_up: the same of SMMU_CR0 and SMMU_CR0ACK
 * @resynced: the whole stream table was read for this doorbell
 * @walk: guarded by the region lock
 * @work: SMMU_WORK_* that this trap has done, guarded by the region lock
 * @cr0: as the host wrote it. The region lock guards this and what follows.
 * @cr0ack: what of it holds
 * @cr1: as the host wrote it, without effect
 * @cr2: as the host wrote it, without effect
 * @gbpa: ABORT as the host wrote it; UPDATE while streams do not follow it yet
 * @gbpa_told: the hardware was told to forget what entries said before @gbpa, and
 *	has when smmu_cmdq_resume() returns 0
 * @gerror: errors that EL2 stands in for
 * @gerrorn: which of them the host has seen
 * @cmdq_error: SMMU_CMDQ_CONS.ERR
 * @cmdq_base: as the host wrote it
 * @cmdq_prod: as the host wrote it, while the queue is disabled
 * @cmdq_cons: as the host wrote it, while the queue is disabled
 * @eventq_base: as the host wrote it
 * @eventq_prod: as the host wrote it, while the queue is disabled
 * @eventq_cons: as the host wrote it, while the queue is disabled
 * @eventq_phys: what hardware may write to, pinned
 * @eventq_size: bytes of it, 0 if none
 * @eventq_mask: bits of an index, with its wrap bit
 * @cmdq_start: physical address of the host ring
 * @cmdq_phys: the host ring's pages, pinned
 * @cmdq_size: bytes of them, 0 if none
 * @strtab_base: as the host wrote it
 * @strtab_base_cfg: as the host wrote it
 * @host_strtab: what they mean, from SMMUEN on
 * @msis: as the host wrote them; changed with @queue_lock held too
 */
struct devmed_smmu {
	struct devmed_region *region;
	struct devmed_idmap_user dma;
	u32 idr[SMMU_NR_IDRS];
	u32 hw_idr[2];
	u32 hw_cr0;
	bool coherent;
	bool msi;
	bool ril;
	bool stalld;
	bool stalls;
	bool off_resets;
	u8 sid_bits;
	u8 split;
	bool two_level;
	u64 *strtab;
	u64 *off_l2;
	u64 off_desc;
	u64 *chunk;
	u32 found_gbpa;

	hyp_spinlock_t queue_lock;
	struct smmu_hw hw;
	u32 repairs;
	enum smmu_state state;
	u64 retry;
	struct devmed_limit limit;
	u64 late;

	enum smmu_tried tried;
	u32 tried_repairs;
	bool raise;
	struct devmed_ring ring;
	struct smmu_batch batch;
	bool held_up;
	bool cr0_held_up;
	bool resynced;
	struct smmu_walk walk;
	u32 work;

	u32 cr0;
	u32 cr0ack;
	u32 cr1;
	u32 cr2;
	u32 gbpa;
	bool gbpa_told;
	u32 gerror;
	u32 gerrorn;
	u32 cmdq_error;
	u64 cmdq_base;
	u32 cmdq_prod;
	u32 cmdq_cons;
	u64 cmdq_start;
	u64 cmdq_phys;
	u64 cmdq_size;
	u64 eventq_base;
	u32 eventq_prod;
	u32 eventq_cons;
	u64 eventq_phys;
	u64 eventq_size;
	u32 eventq_mask;
	u64 strtab_base;
	u32 strtab_base_cfg;
	struct smmu_strtab_cfg host_strtab;
	struct smmu_msi msis[SMMU_NR_MSIS];
};

static inline u32 smmu_read32(const struct devmed_smmu *smmu, u32 offset)
{
	return devmed_read32(smmu->region, offset);
}

static inline u64 smmu_read64(const struct devmed_smmu *smmu, u32 offset)
{
	return devmed_read64(smmu->region, offset);
}

static inline void smmu_write32(const struct devmed_smmu *smmu, u32 offset,
				u32 value)
{
	devmed_write32(smmu->region, offset, value);
}

static inline void smmu_write64(const struct devmed_smmu *smmu, u32 offset,
				u64 value)
{
	devmed_write64(smmu->region, offset, value);
}

/* Can its registers be read and written, as far as EL2 knows? */
static inline bool smmu_has_registers(const struct devmed_smmu *smmu)
{
	return READ_ONCE(smmu->state) != SMMU_UNREADABLE;
}

/*
 * The meaning of -EBUSY of smmu_ready_locked() on a platform that promises that such
 * an SMMU has lost all that it knew: EL2 sets it up from what it recorded.
 */
static inline int smmu_unless_promised(const struct devmed_smmu *smmu, int ret)
{
	return ret == -EBUSY && smmu->off_resets ? 0 : ret;
}

/* SMMU_EVENTQ_PROD or SMMU_EVENTQ_CONS; of hardware out of reach, an empty queue. */
static inline u32 smmu_eventq_index(const struct devmed_smmu *smmu, u32 offset)
{
	return smmu_has_registers(smmu) ? smmu_read32(smmu, offset) :
					  smmu->hw.eventq_cons;
}

/* SMMU_GERROR or SMMU_GERRORN; of hardware out of reach, no error is active. */
static inline u32 smmu_hw_errors(const struct devmed_smmu *smmu, u32 offset)
{
	return smmu_has_registers(smmu) ?
	       smmu_read32(smmu, offset) & SMMU_HW_ERRORS : 0;
}

/*
 * Does the SMMU drive all address bits of this? An SMMU truncates addresses of its
 * own queues and MSIs to its output size, and would reach something else
 * (IHI 0070, 3.4.3).
 */
static inline bool smmu_reaches(const struct devmed_smmu *smmu, u64 addr,
				u64 size)
{
	u64 end = BIT_ULL(smmu->dma.oas);

	return addr < end && size <= end - addr;
}

/* Something begins that takes @usecs at most, however often it has to wait. */
static inline void smmu_begin_locked(struct devmed_smmu *smmu, u32 usecs)
{
	smmu->limit.usecs = usecs;
	smmu->limit.end = 0;
}

#define smmu_wait(smmu, cond)	devmed_wait_within(cond, &(smmu)->limit)

/* SMMU_CMDQ_CONS: up to where the hardware has completed what it was given. */
static inline u32 smmu_host_cons(const struct devmed_smmu *smmu)
{
	return smmu->batch.waits ? smmu->batch.first : smmu->ring.host.cons;
}

/*
 * Is it the hardware that has to answer first, so that a read of the host goes on with
 * what a write has begun? @before: it did so before, and goes on to the end.
 */
static inline bool smmu_is_held_up(const struct devmed_smmu *smmu, int ret,
				   bool before)
{
	if (ret == -EINPROGRESS)
		return smmu->late || before;

	return ret == -ETIMEDOUT || ret == -EIO || ret == -EBUSY;
}

static inline bool smmu_enabled(const struct devmed_smmu *smmu)
{
	return smmu->cr0ack & SMMU_CR0_SMMUEN;
}

static inline u32 smmu_nr_sids(const struct devmed_smmu *smmu)
{
	return 1U << smmu->sid_bits;
}

static inline u32 smmu_nr_l1(const struct devmed_smmu *smmu)
{
	return smmu_nr_sids(smmu) >> smmu->split;
}

static inline size_t smmu_l2_size(const struct devmed_smmu *smmu)
{
	return SMMU_STE_SIZE << smmu->split;
}

static inline size_t smmu_strtab_size(const struct devmed_smmu *smmu)
{
	if (smmu->two_level)
		return sizeof(u64) << (smmu->sid_bits - smmu->split);

	return SMMU_STE_SIZE << smmu->sid_bits;
}

/* smmu-init.c */
int smmu_start(struct devmed_region *region, u64 flags, u64 unused);
int smmu_adopt(struct devmed_region *region, u64 flags, u64 unused1, u64 unused2);
void smmu_stop(struct devmed_region *region);

/* smmu-power.c: out of a reset */
bool smmu_arm(struct devmed_smmu *smmu, bool open);
void smmu_release(struct devmed_smmu *smmu);
int smmu_rearm_locked(struct devmed_smmu *smmu, u32 usecs);
int smmu_ready_locked(struct devmed_smmu *smmu);
bool smmu_has_tables(const struct devmed_smmu *smmu);
bool smmu_has_lost(const struct devmed_smmu *smmu);
void smmu_fence_locked(struct devmed_smmu *smmu);
void smmu_check(struct devmed_region *region, void *instance);
bool smmu_has_eventq(const struct devmed_smmu *smmu, u64 base);

/* smmu-msi.c */
void smmu_set_irqs(struct devmed_smmu *smmu, u32 irqs);
int smmu_set_msi_addr(struct devmed_smmu *smmu, u32 irq, u32 offset, u64 addr);
int smmu_set_msi_data(struct devmed_smmu *smmu, u32 irq, u32 offset, u32 data);
int smmu_set_msi_attr(struct devmed_smmu *smmu, u32 irq, u32 offset, u32 attr);

u64 smmu_read_irq_ctrl(struct devmed_region *region, void *instance,
		       unsigned int index);
int smmu_write_irq_ctrl(struct devmed_region *region, void *instance,
			unsigned int index, u64 value);
u64 smmu_read_irq_ctrlack(struct devmed_region *region, void *instance,
			  unsigned int index);

/* The MSI of an interrupt, by what enables it in SMMU_IRQ_CTRL. */
static inline struct smmu_msi *smmu_msi(struct devmed_smmu *smmu, u32 irq)
{
	return &smmu->msis[irq == SMMU_IRQ_GERROR ? SMMU_MSI_GERROR :
						    SMMU_MSI_EVENTQ];
}

/* smmu-cmd.c: commands of the host */
int smmu_drain(struct devmed_smmu *smmu);

/* smmu-cmdq.c: the hardware's command queue */
int smmu_not_yet_locked(struct devmed_smmu *smmu);
bool smmu_cmdq_idle_locked(struct devmed_smmu *smmu);
int smmu_cmdq_wait_longer_locked(struct devmed_smmu *smmu);
void smmu_cmdq_pad_locked(struct devmed_smmu *smmu);
bool smmu_cmdq_forget_locked(struct devmed_smmu *smmu);
int smmu_cmdq_resume(struct devmed_smmu *smmu);
int smmu_cmdq_sync_ste(struct devmed_smmu *smmu, u32 sid);
int smmu_cmdq_invalidate_all(struct devmed_smmu *smmu);
int smmu_cmdq_invalidate(struct devmed_idmap_user *user, u64 ipa, u64 size);
void smmu_cmdq_raise_gerror(struct devmed_smmu *smmu);
void smmu_cmdq_ack(struct devmed_smmu *smmu, u32 errors);

/* smmu-queue.c: queues that the host enables */
int smmu_set_eventq(struct devmed_smmu *smmu, u64 base, u32 prod, u32 cons);
void smmu_set_eventq_cons(struct devmed_smmu *smmu, u32 cons);
int smmu_queue_enable_cmdq(struct devmed_smmu *smmu);
void smmu_queue_disable_cmdq(struct devmed_smmu *smmu);
int smmu_queue_enable_eventq(struct devmed_smmu *smmu);
void smmu_queue_disable_eventq(struct devmed_smmu *smmu);

/* smmu-cr0.c: what the host enables */
int smmu_cmdq_set_cr0(struct devmed_smmu *smmu, u32 cr0);
int smmu_set_host_cr0(struct devmed_smmu *smmu, u32 cr0);
int smmu_drain_again(struct devmed_smmu *smmu);

/* smmu-strtab.c: which Stream Table Entry */
int smmu_strtab_disable(struct devmed_smmu *smmu);
void smmu_strtab_begin(struct devmed_smmu *smmu, enum smmu_job job, u32 first,
		       u32 count, bool asked);
int smmu_strtab_walk(struct devmed_smmu *smmu);

/* smmu-ste.c: what is in it */
void smmu_ste_build(const struct devmed_smmu *smmu, const u64 *host, u64 *hyp);
bool smmu_ste_translates(const u64 *ste);
int smmu_ste_update(struct devmed_smmu *smmu, u32 sid, u64 *ste,
		    const u64 *target, bool live);

#endif /* __DEVMED_SMMU_HYP_H */
