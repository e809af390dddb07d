/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hostile host: regions, the places in them that are touched, and the
 * judgement of one access.
 */
#ifndef _DEVMED_ABUSE_H
#define _DEVMED_ABUSE_H

#include "devmed_test.h"
#include "forms.h"

/* Neighbours are mapped as well, for the accesses that straddle an end. */
#define ABUSE_MARGIN	SZ_64K

enum abuse_mapping {
	MAPPING_DEVICE,		/* Device-nGnRE, as drivers map it */
	MAPPING_NC,		/* Normal, not cacheable */
	MAPPING_WB,		/* Normal, write-back */
	MAPPING_NR,
};

/**
 * struct abuse_region - one mediated region as the host sees it
 * @name: of the region
 * @base: physical
 * @size: in bytes
 * @index: for the counters; negative when EL2 does not have the region
 * @scratch: offset of a 32-bit register that keeps what is written and does
 *	     nothing with it, or zero
 * @reg64: offset of a 64-bit register that keeps what it has when that is
 *	   written, or zero
 * @direct: so many bytes from @base on, reads are answered by the device
 * @adjacent: another region ends at @base
 * @map: virtual address of @base in each mapping
 */
struct abuse_region {
	const char *name;
	phys_addr_t base;
	size_t size;
	int index;
	unsigned int scratch;
	unsigned int reg64;
	size_t direct;
	bool adjacent;
	unsigned long map[MAPPING_NR];
};

/* Where an access goes, and what is expected to be there. */
struct abuse_place {
	unsigned long offset;
	u64 value;
	unsigned int flags;
#define PLACE_READONLY	BIT(0)	/* writes change nothing */
#define PLACE_REG64	BIT(1)	/* a 64-bit register */
#define PLACE_REG32	BIT(2)	/* a 32-bit register, and another one after it */
#define PLACE_FRAGILE	BIT(3)	/* wider than 32 bits, the device may abort */
};

/* EL2 answered in the device's place: nothing there, or not in this direction. */
#define REASONS_IGNORED	(BIT(COUNT_HOLE) | BIT(COUNT_DIRECTION))

struct abuse_snapshot {
	u64 count[COUNT_NR];
};

extern struct devmed_results abuse_results;
extern devmed_read_counter_t abuse_read_counter;

void abuse_snapshot(const struct abuse_region *region, struct abuse_snapshot *snap);
void abuse_marks(const struct devmed_form *form, struct devmed_regs *regs,
		 unsigned long addr, u64 data);
void abuse_run(const struct devmed_form *form, struct devmed_regs *regs);
bool abuse_read32(unsigned long addr, u32 *value);
u64 abuse_counted(const struct abuse_region *region, const struct abuse_snapshot *before);
bool abuse_refused(const struct abuse_region *region, const struct abuse_snapshot *before,
		   u32 reasons);

void abuse_forms(const struct abuse_region *region);
void abuse_odd(const struct abuse_region *region);
void abuse_scratch(const struct abuse_region *region);
void abuse_sweep(const struct abuse_region *region);
void abuse_walk(const struct abuse_region *region);

#endif /* _DEVMED_ABUSE_H */
