// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/devmed: what EL2 holds, and what it answered.
 *
 *	regions		a table for people
 *	counters	"<region> <counter> <value>" a line, for programs
 *	topup		write a number of pages to give them to EL2
 */
#include <linux/array_size.h>
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/seq_file.h>

#include "devmed.h"

static u64 devmed_count(const struct devmed_claim *claim, unsigned int counter)
{
	u64 value = 0;

	if (claim->mode != DEVMED_OFF && claim->mode != DEVMED_FAILED)
		devmed_read_counter(claim->region, counter, &value);

	return value;
}

static u64 devmed_count_refused(const struct devmed_claim *claim)
{
	unsigned int i;
	u64 sum = 0;

	for (i = DEVMED_REFUSED_SYNDROME; i < DEVMED_NR_COUNTERS; i++)
		sum += devmed_count(claim, i);

	return sum;
}

static int devmed_regions_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	seq_printf(m, "%-20s %-18s %-10s %-8s %12s %12s %12s %12s %12s\n", "name",
		   "base", "size", "mode", "reads", "writes", "refused",
		   "passed", "rewritten");

	for (i = 0; i < devmed_nr_claims; i++) {
		const struct devmed_claim *claim = &devmed_claims[i];

		seq_printf(m, "%-20s 0x%016llx 0x%-8llx %-8s %12llu %12llu %12llu %12llu %12llu\n",
			   claim->name, (u64)claim->base, (u64)claim->size,
			   devmed_mode_name(claim->mode),
			   devmed_count(claim, DEVMED_READS),
			   devmed_count(claim, DEVMED_WRITES),
			   devmed_count_refused(claim),
			   devmed_count(claim, DEVMED_CMD_PASSED),
			   devmed_count(claim, DEVMED_CMD_REWRITTEN));
	}

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(devmed_regions);

static void devmed_show_globals(struct seq_file *m)
{
	static const char * const names[DEVMED_NR_GLOBAL_COUNTERS] = {
		[DEVMED_POOL_FREE]	= "pool free",
		[DEVMED_POOL_LOW]	= "pool low",
		[DEVMED_POOL_FAILED]	= "pool failed",
		[DEVMED_POOL_SIZE]	= "pool size",
		[DEVMED_UNRESOLVED]	= "hyp unresolved",
		[DEVMED_ABORTS]		= "hyp aborts",
		[DEVMED_PINNED]		= "hyp pinned",
		[DEVMED_GUESTS_REFUSED]	= "hyp guests-refused",
		[DEVMED_DMA_TABLES]	= "dma tables",
		[DEVMED_DMA_REFUSED]	= "dma refused",
		[DEVMED_DMA_LOST]	= "dma lost",
		[DEVMED_DMA_INVALIDATIONS] = "dma invalidations",
	};
	unsigned int i;
	u64 value;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!devmed_read_counter(DEVMED_GLOBAL, i, &value))
			seq_printf(m, "%s %llu\n", names[i], value);
	}
}

static int devmed_counters_show(struct seq_file *m, void *unused)
{
	unsigned int i, counter;

	for (i = 0; i < devmed_nr_claims; i++) {
		const struct devmed_claim *claim = &devmed_claims[i];

		for (counter = 0; counter < DEVMED_NR_COUNTERS; counter++)
			seq_printf(m, "%s %s %llu\n", claim->name,
				   devmed_counter_name(counter),
				   devmed_count(claim, counter));
		if (claim->mode == DEVMED_FAILED)
			seq_printf(m, "%s error %d\n", claim->name, claim->error);
	}
	devmed_show_globals(m);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(devmed_counters);

static int devmed_masters_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < devmed_nr_masters; i++) {
		const struct devmed_master *master = &devmed_masters[i];

		seq_printf(m, "%-32s %-32s %6u %s\n", master->name, master->kind,
			   master->count,
			   master->trusted ? "trusted" : "unconfined");
	}

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(devmed_masters);

static int devmed_topup_set(void *unused, u64 nr_pages)
{
	return nr_pages > UINT_MAX ? -EINVAL : devmed_pool_topup(nr_pages);
}
DEFINE_DEBUGFS_ATTRIBUTE(devmed_topup_fops, NULL, devmed_topup_set, "%llu\n");

static int __init devmed_debugfs_init(void)
{
	struct dentry *dir = debugfs_create_dir("devmed", NULL);

	debugfs_create_file("regions", 0444, dir, NULL, &devmed_regions_fops);
	debugfs_create_file("counters", 0444, dir, NULL, &devmed_counters_fops);
	debugfs_create_file("masters", 0444, dir, NULL, &devmed_masters_fops);
	debugfs_create_file("topup", 0200, dir, NULL, &devmed_topup_fops);

	return 0;
}
late_initcall(devmed_debugfs_init);
