/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hostile host and its SMMUv3: registers, commands in a ring of its own, the
 * driver's stream table. The numbers in the names of the tests are those of the
 * threats in Documentation/virt/kvm/arm/devmed/smmuv3.rst.
 */
#ifndef _DEVMED_SMMU_ABUSE_H
#define _DEVMED_SMMU_ABUSE_H

#include <linux/bitfield.h>
#include <linux/io.h>
#include <linux/sizes.h>
#include "attack.h"
#include "edu.h"
#include "../../../../../drivers/devmed/smmuv3/smmu-layout.h"

#define ATTACK_RING_LOG2	10
#define ATTACK_SLOTS		BIT(ATTACK_RING_LOG2)
#define ATTACK_RING_SIZE	(ATTACK_SLOTS * SMMU_CMD_SIZE)
/* A StreamID that no table has room for, at its place in a command. */
#define NO_SID			SMMU_CMD_SID
#define SYNC			{ { SMMU_OP_SYNC } }

/* Records of the event queue: which error, of which stage, while reading what. */
#define EVENT_ID		GENMASK_ULL(7, 0)
#define EVENT_BAD_STREAMID	0x02
#define EVENT_BAD_STE		0x04
#define EVENT_TRANSLATION	0x10
#define EVENT1_S2		BIT_ULL(39)
#define EVENT1_CLASS		GENMASK_ULL(41, 40)
#define EVENT_CLASS_CD		0
#define EVENT_CLASS_TABLE	1
#define EVENT_CLASS_INPUT	2

/**
 * struct attack_cmd - a command, and what is only known when it is posted
 * @dw: as the SMMU reads it
 * @fill: FILL_*
 */
struct attack_cmd {
	u64 dw[2];
	u8 fill;
#define FILL_CANARY	BIT(0)	/* the canary's address, added to dw[1] */
#define FILL_HYP	BIT(1)	/* that of EL2's memory */
#define FILL_SID	BIT(2)	/* the attacking device's StreamID */
};

/**
 * struct saved_ring - the driver's ring, while there is another
 * @base: SMMU_CMDQ_BASE
 * @prod: SMMU_CMDQ_PROD
 * @cons: SMMU_CMDQ_CONS
 * @irq_ctrl: SMMU_IRQ_CTRL
 */
struct saved_ring {
	u64 base;
	u32 prod;
	u32 cons;
	u32 irq_ctrl;
};

/**
 * struct attack_event - what the SMMU said about a DMA
 * @id: 0 for nothing
 * @class: EVENT_CLASS_*
 * @s2: stage 2 refused it
 */
struct attack_event {
	u8 id;
	u8 class;
	bool s2;
};

/**
 * struct attacker - what the attacks need
 * @results: of the tests
 * @read_counter: NULL on a kernel without devmed
 * @row: the SMMU among EL2's regions, negative if it is not there
 * @smmu: a mapping of its registers
 * @disk: a good device
 * @sector: what is at its beginning
 * @edu: the device that attacks
 * @sid: its StreamID
 * @page: memory of the host's, at @page_addr for the device
 * @page_addr: through the driver's stage 1
 * @ring: of the attacker's
 * @canary: memory that is named everywhere, and never to be written
 * @canary_phys: its address
 * @hyp: address of memory of EL2's
 * @registers: address of the SMMU's registers
 */
struct attacker {
	struct devmed_results results;
	devmed_read_counter_t read_counter;
	int row;
	void __iomem *smmu;
	struct file *disk;
	void *sector;
	struct devmed_edu *edu;
	u32 sid;
	u64 *page;
	dma_addr_t page_addr;
	u64 *ring;
	u64 *canary;
	phys_addr_t canary_phys;
	phys_addr_t hyp;
	phys_addr_t registers;
};

extern struct attacker attacker;

static inline u64 attack_count(unsigned int region, unsigned int counter)
{
	return attack_read(attacker.read_counter, region, counter);
}

/* The first of the global counters: pages that EL2 has left. */
static inline u64 attack_pool_free(void)
{
	return attack_count(~0U, 0);
}

#define DEVICE_PATTERN		0x5a17c0de5a17c0deULL

static inline u32 smmu_read(u32 reg)
{
	return readl(attacker.smmu + reg);
}

static inline void smmu_write(u32 reg, u32 value)
{
	writel(value, attacker.smmu + reg);
}

static inline u64 smmu_read64(u32 reg)
{
	return readq(attacker.smmu + reg);
}

static inline void smmu_write64(u32 reg, u64 value)
{
	writeq(value, attacker.smmu + reg);
}

void attack_begin(struct attack *attack);
void attack_restart(struct attack *attack);
void attack_end(struct attack *attack, const char *happened);
bool attack_set_cr0(u32 cr0);
bool attack_enable(u32 bits, bool on);
void attack_event_since(u32 prod, struct attack_event *event);
void attack_dma(dma_addr_t addr, bool to_memory, struct attack_event *event);
u64 attack_device_value(void);
void attack_set_device_value(u64 value);
u64 *attack_ste(void);
u64 *attack_l1(void);
bool attack_with_strtab(u64 base, u32 cfg, dma_addr_t addr, struct attack_event *event);

/* smmu_abuse_ring.c */
void attack_take_ring(struct saved_ring *saved);
void attack_give_ring(const struct saved_ring *saved);
void attack_store(unsigned int slot, const struct attack_cmd *cmd);
bool attack_doorbell(u32 prod);
bool attack_wait(u32 prod);
void attack_repair(void);
bool attack_post(const struct attack_cmd *cmds, unsigned int nr, u64 illegal);
bool attack_config(void);

void attack_commands(void);
void attack_ring(void);
void attack_registers(void);
void attack_queues(void);
void attack_stes(void);
void attack_memory(void);
void attack_races(void);

#endif /* _DEVMED_SMMU_ABUSE_H */
