// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that reach memory without a mediated SMMU in front of them: the list of
 * DMA masters that masters-of.c or masters-acpi.c finds, compared with what EL2
 * holds.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/acpi.h>
#include <linux/array_size.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "devmed.h"

/* Constant after devmed_find_masters(). */
struct devmed_master devmed_masters[DEVMED_MAX_MASTERS];
unsigned int devmed_nr_masters;

/**
 * devmed_is_mediated - is this an SMMU that EL2 mediates?
 * @base: physical address of its registers
 *
 * A node that is not claimed, or whose driver is not arm-smmu-v3, is not.
 *
 * Context: Trusted phase, after devmed_start_smmuv3().
 * Return: true if it is.
 */
bool __init devmed_is_mediated(phys_addr_t base)
{
	const struct devmed_claim *claim;

	claim = devmed_find_claim(DEVMED_CLASS_SMMUV3, base);

	return claim && claim->mode == DEVMED_ON;
}

/**
 * devmed_skip_range - step over IDs that a range covers
 * @start: the first ID that nothing is known to cover
 * @base: first ID of a range
 * @count: how many IDs it has
 *
 * Called for all ranges until nothing changes, it ends at the first ID that none
 * of them covers, however they overlap.
 *
 * Return: @start, or the ID after the range if @start lies in it.
 */
u64 __init devmed_skip_range(u64 start, u64 base, u64 count)
{
	return start >= base && start - base < count ? base + count : start;
}

/**
 * devmed_add_master - list a DMA master that no mediated SMMU confines
 * @name: as the firmware has it
 * @kind: what it is
 *
 * Like masters that follow each other share a line: a board has dozens of some.
 *
 * Context: Trusted phase, from devmed_find_masters().
 */
void __init devmed_add_master(const char *name, const char *kind)
{
	struct devmed_master *master = &devmed_masters[devmed_nr_masters];
	bool trusted = devmed_trusts_dma(name);

	if (!trusted)
		devmed_nr_missing++;
	if (devmed_nr_masters && !strcmp(master[-1].kind, kind) &&
	    master[-1].trusted == trusted) {
		master[-1].count++;
		return;
	}
	if (devmed_nr_masters == ARRAY_SIZE(devmed_masters)) {
		master[-1].count++;
		return;
	}

	strscpy(master->name, name);
	strscpy(master->kind, kind);
	master->count = 1;
	master->trusted = trusted;
	devmed_nr_masters++;
}

static void __init masters_report(void)
{
	unsigned int i;

	for (i = 0; i < devmed_nr_masters; i++) {
		const struct devmed_master *master = &devmed_masters[i];

		pr_warn("%s (%s, %u of them): DMA without a mediated SMMU%s\n",
			master->name, master->kind, master->count,
			master->trusted ? ", trusted" : "");
	}
}

/**
 * devmed_find_masters - list the DMA masters that no mediated SMMU confines
 *
 * They are reported once, and count for the policy if the administrator does not
 * vouch for them.
 *
 * Context: Trusted phase, from devmed_host_setup(), after the last
 * devmed_start_claim() of an SMMU.
 */
void __init devmed_find_masters(void)
{
	if (acpi_disabled)
		devmed_find_masters_of();
	else
		devmed_find_masters_acpi();
	masters_report();
}
