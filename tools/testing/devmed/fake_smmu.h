/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The least SMMU that EL2 can drive, for tests of single functions: registers
 * that acknowledge, a queue whose commands are kept for the test to look at.
 */
#ifndef DEVMED_FAKE_SMMU_H
#define DEVMED_FAKE_SMMU_H

#include "fake.h"
#include "harness.h"

#include "../../../drivers/devmed/smmuv3/hyp/smmu-hyp.h"

#define FAKE_SMMU_BASE		0x09050000ULL
#define FAKE_SMMU_SIZE		0x20000
#define FAKE_ITS_BASE		0x08080000ULL
#define FAKE_SMMU_CMDS		2048

/* Host memory for tests, below EL2's pool. */
#define FAKE_SMMU_POOL_PAGES	(PAGE_SHIFT == 12 ? 192 : SZ_2M / PAGE_SIZE)
/* With more bits in a StreamID EL2 has this many pages of far memory, too. */
#define FAKE_SMMU_NARROW	20
#define FAKE_SMMU_WIDE_PAGES	(SZ_2M / PAGE_SIZE + 16)
#define FAKE_SMMU_POOL		(FAKE_MEM_BASE + FAKE_MEM_SIZE - \
				 FAKE_SMMU_POOL_PAGES * PAGE_SIZE)
#define HOST_RING		(FAKE_MEM_BASE + 0x10000)
#define HOST_EVENTQ		(FAKE_MEM_BASE + 0x20000)
#define HOST_STRTAB		(FAKE_MEM_BASE + 0x40000)
#define HOST_L2			(FAKE_MEM_BASE + 0x80000)
#define HOST_LOG2_RING		8
#define HOST_SLOTS		BIT(HOST_LOG2_RING)

/**
 * struct fake_smmu - the hardware
 * @regs: pages 0 and 1, to be set before fake_smmu_start()
 * @cmds: commands that it has carried out
 * @nr_cmds: how many
 * @deaf: reads no command any more
 * @mute: acknowledges nothing in CR0ACK any more
 * @acks: is mute after so many more, -1 never
 * @forgets: a reset comes before the next write of SMMU_CR0, and takes its tables
 * @open: GBPA stays as it is
 * @lost: offset of a register to which no write gets through, 0 for none
 * @refuse: opcode that is an error, once, beside the one that always is
 * @irqs: times that it would have sent the interrupt for a global error
 * @repaired: errors that were acknowledged
 */
struct fake_smmu {
	u8 regs[FAKE_SMMU_SIZE];
	u64 cmds[FAKE_SMMU_CMDS][2];
	unsigned int nr_cmds;
	bool deaf;
	bool mute;
	int acks;
	bool forgets;
	bool open;
	u32 lost;
	int refuse;
	unsigned int irqs;
	unsigned int repaired;
};

extern struct fake_smmu hw;
extern struct devmed_region *smmu_region;

u32 hw_reg(u32 offset);
u64 hw_reg64(u32 offset);
void hw_set_reg(u32 offset, u32 value);

/* What start returns; the rest of the machine is there once. */
int fake_smmu_start(u64 flags);
/* And what comes of taking it, once DMA has its stage-2. */
int fake_smmu_take(u64 flags);
/* And with nothing wrong: the instance. */
struct devmed_smmu *fake_smmu_boot(u64 flags);

/* Accesses of the host. */
u64 host_read(u32 offset, u8 size);
enum devmed_answer host_write_once(u32 offset, u8 size, u64 value);
/* Once more as long as EL2 says so; the traps of the last one. */
#define FAKE_SMMU_TRAPS		100000
enum devmed_answer host_write(u32 offset, u8 size, u64 value);
extern unsigned int host_traps;
/* A ring at HOST_RING, an event queue, an empty linear table; all enabled. */
void host_enable(void);
/* Put a command into the next slot, and ring the doorbell. */
void host_put(u64 dw0, u64 dw1);
void host_doorbell(void);
void host_cmd(u64 dw0, u64 dw1);
u32 host_error(void);
/* An entry of the linear table of host_enable(). */
u64 *host_ste(u32 sid);
/* The hardware's, NULL if it has none but in the shared table, where it is not valid. */
u64 *hyp_ste(struct devmed_smmu *smmu, u32 sid);

/* More than EL2 lets pass between two attempts at an SMMU that did not come up. */
void hw_wait_for_retry(void);
/* Forget what the hardware has done. */
void hw_forget(void);

#endif /* DEVMED_FAKE_SMMU_H */
