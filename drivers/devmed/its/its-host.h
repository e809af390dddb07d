/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's part of the ITS among its own files: decisions about what the firmware
 * describes, apart from the hardware that they are about.
 */
#ifndef __DEVMED_ITS_HOST_H
#define __DEVMED_ITS_HOST_H

#include <linux/types.h>

/**
 * struct gicr_range - redistributors that follow one another
 * @base: physical address of the first
 * @size: in bytes
 * @stride: bytes from one to the next, 0 for what GICR_TYPER implies
 * @single: there is one only
 */
struct gicr_range {
	phys_addr_t base;
	u64 size;
	u64 stride;
	bool single;
};

/**
 * struct gicr_frames - the frames of a redistributor, or some that have none
 * @base: physical address of RD_base
 * @size: of all of them in bytes
 * @typer: GICR_TYPER, 0 if it was not read
 * @pidr2: GICR_PIDR2, likewise
 * @up: its CPU is up
 */
struct gicr_frames {
	phys_addr_t base;
	u64 size;
	u64 typer;
	u32 pidr2;
	bool up;
};

/**
 * struct gicr_walk - a way through the redistributors
 * @off: nothing is to be read
 * @ended: the driver looked no further
 * @vlpis: one of them has VLPI_base
 * @read_pidr2: reads GICR_PIDR2 of the frame at @base; 0 if that cannot be mapped
 * @read_typer: reads GICR_TYPER there; false if that cannot be mapped
 * @is_up: is a CPU of this affinity up, and were these the first frames with it?
 * @found: takes what was found
 */
struct gicr_walk {
	bool off;
	bool ended;
	bool vlpis;
	u32 (*read_pidr2)(struct gicr_walk *walk, phys_addr_t base);
	bool (*read_typer)(struct gicr_walk *walk, phys_addr_t base, u64 *typer);
	bool (*is_up)(struct gicr_walk *walk, u32 affinity);
	void (*found)(struct gicr_walk *walk, const struct gicr_frames *frames);
};

/**
 * enum gicr_cpu - what an entry of the MADT says of a CPU's redistributor
 * @GICR_CPU_NONE: there is none
 * @GICR_CPU_PRESENT: it can be accessed
 * @GICR_CPU_ABSENT: it may come, or have no power now
 */
enum gicr_cpu {
	GICR_CPU_NONE,
	GICR_CPU_PRESENT,
	GICR_CPU_ABSENT,
};

/* gicr-walk.c */
void gicr_walk_range(struct gicr_walk *walk, const struct gicr_range *range);
enum gicr_cpu gicr_classify_cpu(u32 flags, u64 base);
u32 gicr_affinity(u64 mpidr);
u64 gicr_frames_size(bool vlpis);

/* its-handover.c */
bool devmed_its_is_driven(phys_addr_t base);
const char *its_why_no_handover(int error);

#endif /* __DEVMED_ITS_HOST_H */
