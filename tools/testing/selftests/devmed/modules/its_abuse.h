/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hostile host and its ITS: commands in the live host ring, registers, the
 * driver's tables. The numbers in the names of the tests are those of the
 * threats in Documentation/virt/kvm/arm/devmed/threat-model.rst.
 */
#ifndef _DEVMED_ITS_ABUSE_H
#define _DEVMED_ITS_ABUSE_H

#include <linux/bitfield.h>
#include <linux/sizes.h>
#include "attack.h"
#include "edu.h"
#include "its_driver.h"

/* Devices that the machine does not have, where the device table has room. */
#define DEV_A			0x1e00ULL
#define DEV_B			0x1e01ULL
/* And two more, which need another level-2 table. */
#define DEV_FAR			0xe000ULL
#define DEV_FAR2		0xe001ULL
/* An LPI that nobody uses, so that it stays disabled. */
#define LPI			0xe000ULL

#define ATTACK_VALID		BIT_ULL(63)
#define ATTACK_SLOT_SIZE	(ITS_DWORDS * sizeof(u64))
#define ATTACK_RING_SIZE	SZ_64K
#define ATTACK_SLOTS		(ATTACK_RING_SIZE / ATTACK_SLOT_SIZE)

/**
 * struct attack_cmd - a command, and what is only known when it is posted
 * @dw: as the ITS reads it
 * @fill: FILL_*
 */
struct attack_cmd {
	u64 dw[ITS_DWORDS];
	u8 fill;
#define FILL_CANARY	BIT(0)	/* the canary's address, added to dw[2] */
#define FILL_CANARY3	BIT(1)	/* the same, dw[3] */
#define FILL_TARGET	BIT(2)	/* a redistributor that there is, dw[2] */
#define FILL_TARGET3	BIT(3)	/* the same, dw[3] */
};

#define MAPD(dev, bits, offset)						\
	{ { GITS_CMD_MAPD | (dev) << 32, (bits) - 1ULL, ATTACK_VALID | (offset) }, FILL_CANARY }
#define UNMAP(dev)		{ { GITS_CMD_MAPD | (dev) << 32 } }
#define MAPTI(dev, event, lpi, icid)					\
	{ { GITS_CMD_MAPTI | (dev) << 32, (u64)(lpi) << 32 | (event), (icid) } }
#define EVENT_ICID(op, dev, event, icid)				\
	{ { (op) | (dev) << 32, (event), (icid) } }
#define EVENT(op, dev, event)	EVENT_ICID(op, dev, event, 0)
#define SYNC			{ { GITS_CMD_SYNC }, FILL_TARGET }

/**
 * struct attacker - what the attacks need
 * @results: of the tests
 * @read_counter: NULL on a kernel without devmed
 * @row: the ITS among EL2's regions, negative if it is not there
 * @its: the driver's
 * @dev: a device that works, to see that it still does
 * @edu: that device
 * @gits: a mapping of the ITS's own
 * @canary: memory that is named everywhere, and never to be written
 * @canary_phys: its address
 */
struct attacker {
	struct devmed_results results;
	devmed_read_counter_t read_counter;
	int row;
	struct host_its *its;
	struct host_device *dev;
	struct devmed_edu *edu;
	void __iomem *gits;
	u64 *canary;
	phys_addr_t canary_phys;
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

bool attack_has_vpes(void);
void attack_begin(struct attack *attack);
void attack_end(struct attack *attack, bool ok);
void attack_store(u64 *slot, const struct attack_cmd *cmd);
void attack_doorbell(u64 offset);
bool attack_wait(u64 offset);
bool attack_post(const struct attack_cmd *cmds, unsigned int nr);
void attack_clean_up(void);

void attack_commands(void);
void attack_once(void);
void attack_ring(void);
void attack_exhaust(void);
void attack_flood(void);
void attack_registers(void);
void attack_tables(void);
void attack_memory(void);
void attack_redistributors(void);
void attack_races(void);

/* Redistributors, as parameters of the module. */
extern unsigned long attack_gicr_base[];
extern int attack_gicr_row[];
extern unsigned int attack_gicr_nr;
extern unsigned long attack_vlpi_base;
extern int attack_vlpi_row;

#endif /* _DEVMED_ITS_ABUSE_H */
