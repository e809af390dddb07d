// SPDX-License-Identifier: GPL-2.0-only
/*
 * How an operation is measured.
 */
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <asm/barrier.h>
#include <asm/sysreg.h>
#include "bench.h"
#include "edu_regs.h"

#define RUNS		100
#define MAX_REGIONS	64

static u64 ticks(void)
{
	u64 now;

	isb();
	now = read_sysreg(cntvct_el0);
	isb();
	return now;
}

static void mark(struct bench *bench, u32 what)
{
	if (bench->edu)
		writel(what | bench->row, bench->edu->regs + EDU_LIVENESS);
}

static u64 time_once(struct bench *bench, const struct bench_row *row)
{
	unsigned long flags = 0;
	u64 start, end;

	if (!row->sleeps)
		local_irq_save(flags);
	mark(bench, EDU_MARK_BEGIN);
	start = ticks();
	row->op(bench);
	end = ticks();
	mark(bench, EDU_MARK_END);
	if (!row->sleeps)
		local_irq_restore(flags);
	return end - start;
}

/* Commands that EL2 had no memory for, over all regions. */
u64 bench_starved(struct bench *bench)
{
	unsigned int region;
	u64 sum = 0;
	u64 value;

	for (region = 0; bench->read_counter && region < MAX_REGIONS; region++) {
		if (bench->read_counter(region, COUNT_CMD_MEMORY, &value))
			break;
		sum += value;
	}
	return sum;
}

/* Accesses that EL2 answered or refused so far, over all regions. */
static u64 traps(struct bench *bench)
{
	unsigned int region, counter;
	u64 sum = 0;
	u64 value;

	if (!bench->read_counter)
		return 0;
	for (region = 0; region < MAX_REGIONS; region++) {
		for (counter = 0; counter < COUNT_NR; counter++) {
			if (bench->read_counter(region, counter, &value))
				break;
			if (!(COUNTS_CMDS & BIT(counter)))
				sum += value;
		}
		if (!counter)
			break;
	}
	return sum;
}

/* Say what @row costs, and how often it traps; without a name, set the zero. */
void bench_run(struct bench *bench, const struct bench_row *row)
{
	unsigned int runs = row->runs ?: RUNS;
	u64 best = U64_MAX;
	unsigned int i;
	u64 count = 0;

	bench->row++;
	for (i = 0; i < runs; i++) {
		u64 before = traps(bench);

		best = min(best, time_once(bench, row));
		count += traps(bench) - before;
		if (row->undo)
			row->undo(bench);
	}
	if (!row->name) {
		bench->nothing = best;
		return;
	}
	devmed_diag(&bench->results, "BENCH: %s %llu instructions", row->name,
		    best - bench->nothing);
	devmed_diag(&bench->results, "BENCH: %s.mark %u number", row->name, bench->row);
	/* Two decimals: an odd one out among many shows. */
	devmed_diag(&bench->results, "BENCH: %s.traps %llu.%02llu per-operation", row->name,
		    count / runs, count % runs * 100 / runs);
}
