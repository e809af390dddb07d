/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The models that stand behind the EL2 sources, as tests see them.
 */
#ifndef DEVMED_FAKE_H
#define DEVMED_FAKE_H

#include <shim.h>

#include <nvhe/devmed.h>

void fake_init(void);
/* No lock held, no fixmap slot left mapped. */
void fake_check_idle(void);

/* fake_log.c: everything that happened, in order. */
enum fake_kind {
	FAKE_READ,
	FAKE_WRITE,
	FAKE_BARRIER,
	FAKE_FLUSH,
	FAKE_READ_ONCE,
	FAKE_S2_UNMAP,
	FAKE_INJECT,
	FAKE_SKIP,
	FAKE_TRACE,
	FAKE_UNLOCK,
};

struct fake_event {
	enum fake_kind kind;
	u64 addr;
	u64 size;
	u64 value;
	/* A write that came after a barrier, or that implies one. */
	bool ordered;
};

void fake_log(enum fake_kind kind, u64 addr, u64 size, u64 value, bool ordered);
void fake_log_reset(void);
unsigned int fake_count(enum fake_kind kind);
/* The @nth event of its kind, from 0. */
const struct fake_event *fake_event(enum fake_kind kind, unsigned int nth);
bool fake_last_write_ordered(void);
/* Its place among all events. */
unsigned int fake_order(enum fake_kind kind, unsigned int nth);

/* Called from inside; NULL if nothing is to happen. */
extern void (*fake_on_read_once)(const volatile void *addr, size_t size);
extern void (*fake_on_barrier)(void);
extern void (*fake_on_write_once)(volatile void *addr, size_t size);
extern void (*fake_on_flush)(void *addr, size_t size);
/* A lock has been taken. */
extern void (*fake_on_lock)(void);

/* fake_lock.c */
bool fake_holds(const char *name);
unsigned int fake_nr_held(void);
/* A host on another CPU: called whenever the last lock is let go. */
extern void (*fake_other_cpu)(void);
/* Another CPU, after each lock that is let go of, others being held still. */
extern void (*fake_on_unlock)(void);

/* fake_mmio.c: a device at every physical address, seen through EL2's map. */
#define FAKE_DEV_BASE	0x610000000000ULL	/* hyp address of physical 0 */
#define FAKE_DEV_SIZE	0x40000			/* then it repeats */
extern u8 fake_device[FAKE_DEV_SIZE];
void fake_device_fill(void);

/*
 * A model in place of that: @offset is from the physical address it is attached
 * to. It sees memory as a device does, through fake_host_va().
 */
#define FAKE_NR_MODELS		8
struct fake_device_ops {
	u64 (*read)(u64 offset, u8 size);
	void (*write)(u64 offset, u8 size, u64 value);
};

/*
 * Answer of the bus to an access of EL2's: the device answers; an abort comes at
 * once; or, for a write, later or never, so that EL2 hears of nothing.
 */
enum fake_abort {
	FAKE_ANSWERED,
	FAKE_ABORTED,
	FAKE_LOST,
};

extern enum fake_abort (*fake_bus)(u64 phys, u8 size, bool write);
/* Aborts that EL2 took. */
extern unsigned int fake_aborts;
/* The instruction that takes them, and its fixup. */
extern char fake_access[], fake_fixup[];
/* Data abort from EL2: a synchronous external one. EL2h, all masked. */
#define FAKE_ESR_ABORT		0x96000010ULL
#define FAKE_SPSR_EL2		0x3c9ULL

void fake_attach(u64 phys, u64 size, const struct fake_device_ops *ops);
void fake_detach_all(void);

/* fake_mem.c: who owns which page. */
#define FAKE_IA_BITS	48
#define FAKE_MEM_BASE	0x40000000ULL
#define FAKE_MEM_SIZE	0x00400000ULL
#define FAKE_NOMAP_BASE	0x40800000ULL
#define FAKE_NOMAP_SIZE	0x00010000ULL
/*
 * After fake_add_far_memory() only: its lower 32 bits are those of what tests of the
 * SMMU have as the pool.
 */
#define FAKE_FAR_BASE	0x140360000ULL
#define FAKE_FAR_SIZE	0x01b00000ULL
#define FAKE_IO_BASE	0x600000000000ULL
#define FAKE_IO_PAGES	0x10000

enum fake_s2 {
	FAKE_S2_LAZY,		/* mapped when the host touches it */
	FAKE_S2_RW,
	FAKE_S2_R,
	FAKE_S2_HYP,		/* annotated */
	FAKE_S2_GUEST,		/* annotated */
};

enum fake_s2 fake_s2(u64 phys);
void fake_set_s2(u64 phys, u64 size, enum fake_s2 state);
/* Does EL2's stage-1 map this? Then @phys says what. */
bool fake_hyp_maps(u64 va, u64 *phys);
/* The host's own view of its memory; EL2's is __hyp_va(). */
void *fake_host_va(u64 phys);
/* Where EL2 sees memory at @va: its map of all of it, or the fixmap. */
u64 fake_phys(const void *va);
void fake_guest_takes(u64 phys);
/* EL2 gives a page of memory back, as __pkvm_hyp_donate_host(). */
void fake_return(u64 phys);
/* More memory, above all there is; EL2 maps none of it. */
void fake_add_memory(u64 base, u64 size, enum memblock_flags flags);
/* Adds the memory at FAKE_FAR_BASE: the host owns it, as the rest. */
void fake_add_far_memory(void);
/* Adds that memory, and pages of it go to EL2's pool, in blocks of 2 MiB. */
void fake_add_wide_pool(u64 pages);

/* fake_guest.c: what the host and its guests do to a page, as mem_protect.c has it. */
int fake_donate_guest(u64 phys);
int fake_guest_share_host(u64 phys);
int fake_guest_unshare_host(u64 phys);
int fake_reclaim_guest(u64 phys);
int fake_force_reclaim_guest(u64 phys);
int fake_share_guest(u64 phys, u64 size);
int fake_unshare_guest(u64 phys, u64 size);
int fake_share_ffa(u64 phys, u64 size);
int fake_unshare_ffa(u64 phys, u64 size);

int fake_backing(u64 phys, u64 *offset);

/* fake_fixmap.c */
void fake_fixmap_init(void);
bool fake_fixmap_idle(void);
/* Does EL2 look at memory of the host's here for a moment? */
bool fake_in_fixmap(const volatile void *addr);

/* The host stage-2 pool ran dry: host_stage2_unmap_dev_all(). */
int fake_recycle(void);

/* All memory is the host's again, and zero; EL2 has to begin again too. */
void fake_reset_memory(void);
/* Begin the private range again; nothing may be mapped in it. */
void fake_reset_io(void);

/* Every owner, count and mapping; for memcmp(). */
struct fake_snapshot;
struct fake_snapshot *fake_snapshot(void);
bool fake_unchanged(const struct fake_snapshot *before);

/*
 * Fail the @nth fallible step from now, from 1; and if @again is not 0, all from
 * @again steps later on, as if memory had run out for good.
 */
void fake_fail_at(unsigned int nth, unsigned int again);
/* Steps since then. */
unsigned int fake_steps(void);
bool fake_step_fails(void);
/* For a stretch that the kernel believes cannot fail. */
void fake_infallible(bool on);

/* What a test does without a donation of its own. */
struct devmed_region *fake_region(const struct devmed_regs *regs, u64 size,
				  u32 flags);

#endif /* DEVMED_FAKE_H */
