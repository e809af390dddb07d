/* SPDX-License-Identifier: GPL-2.0-only */
/* The benchmark: what is measured is in bench_main.c, how is in bench_run.c. */
#ifndef _DEVMED_BENCH_H
#define _DEVMED_BENCH_H

#include "devmed_test.h"
#include "edu.h"

struct bench {
	struct devmed_results results;
	struct devmed_edu *edu;
	devmed_read_counter_t read_counter;
	void __iomem *its;
	void __iomem *smmu;
	u64 nothing;		/* ticks of an operation that does nothing */
	unsigned int row;	/* number of the row that is being measured */
	unsigned int irq;	/* MSI of the device, once allocated */
	unsigned int next;	/* device that the ITS has not seen */
	unsigned int cpu;	/* where it goes */
	u32 offset;		/* of the next command in the ITS's ring */
	void *buffer;
	size_t size;		/* of a DMA mapping */
};

typedef void (*bench_op)(struct bench *bench);

/* One row: what is measured, and what makes it possible once more. */
struct bench_row {
	const char *name;
	bench_op op;
	bench_op undo;
	bool sleeps;		/* so interrupts stay on */
	unsigned int runs;	/* if that cannot be many */
};

u64 bench_starved(struct bench *bench);
void bench_run(struct bench *bench, const struct bench_row *row);

#endif /* _DEVMED_BENCH_H */
