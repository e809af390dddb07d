// SPDX-License-Identifier: GPL-2.0-only
/*
 * devmed.policy=: EL2 is told the policy and what it cannot see itself, and says
 * what follows for protected guests.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/acpi.h>
#include <linux/array_size.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "devmed.h"

/* Devices that EL2 does not hold; options and tables that were not understood. */
unsigned int devmed_nr_missing;

/**
 * devmed_note_missing - a device is there, or may be, that EL2 does not hold
 * @what: the device or the table that should have described it
 * @why: what is wrong
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void devmed_note_missing(const char *what, const char *why)
{
	pr_warn("%s: cannot be mediated: %s\n", what, why);
	devmed_nr_missing++;
}

/**
 * devmed_note_misread - something of an option or a table was not understood
 * @what: name of the option or the table
 * @why: what is wrong, and what holds
 *
 * Context: Trusted phase.
 */
void devmed_note_misread(const char *what, const char *why)
{
	pr_warn("%s: %s\n", what, why);
	devmed_nr_missing++;
}

static int __init devmed_check_option(char *name, char *value,
				      const char *unused, void *nothing)
{
	static const char * const known[] = {
		"devmed.its", "devmed.smmuv3", "devmed.smmuv3_pages",
		"devmed.smmuv3_off", "devmed.policy", "devmed.trusted_dma",
		"devmed.pool", "devmed.direct_reads",
	};
	unsigned int i;

	if (strncmp(name, "devmed.", strlen("devmed.")))
		return 0;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (parameq(name, known[i]))
			return 0;
	}
	devmed_note_misread(name, "there is no such option, it is ignored");

	return 0;
}

/* The kernel says nothing of options that do not exist: they might be a module's. */
static void __init devmed_check_options(const char *line)
{
	char *copy = kstrdup(line, GFP_KERNEL);

	if (!copy) {
		devmed_note_misread("options", "no memory to check them");
		return;
	}
	parse_args("devmed", copy, NULL, 0, 0, 0, NULL, devmed_check_option);
	kfree(copy);
}

/**
 * devmed_set_policy - tell EL2 the policy, and how much it does not hold
 *
 * Without it EL2 allows no protected guest.
 *
 * Context: Trusted phase, at the end of devmed_host_setup().
 */
void __init devmed_set_policy(void)
{
	long ret;

	devmed_check_options(saved_command_line);
	ret = devmed_hcall_setup(DEVMED_SETUP_POLICY, devmed_wants_require(),
				 devmed_nr_missing, 0, 0);
	if (ret)
		pr_err("policy: EL2 refuses it: %pe\n", ERR_PTR(ret));
}

static unsigned int devmed_count_unmediated(void)
{
	unsigned int count = devmed_nr_missing;
	unsigned int i;

	/* Claims of the other modes are among the missing. */
	for (i = 0; i < devmed_nr_claims; i++)
		count += devmed_claims[i].mode == DEVMED_FORWARD;

	return count;
}

/**
 * devmed_report_policy - say what the policy means for protected guests
 *
 * EL2 decides; so the line is what EL2 says, not what follows from the options.
 *
 * Context: Any, the trusted phase being over.
 */
void devmed_report_policy(void)
{
	u64 refused;
	int ret;

	ret = devmed_read_counter(DEVMED_GLOBAL, DEVMED_GUESTS_REFUSED, &refused);
	if (ret)
		pr_err("policy: EL2 does not answer: %pe\n", ERR_PTR(ret));
	else if (refused)
		pr_warn("policy: protected guests are refused: %u devices, DMA masters, options or tables are not mediated or not understood\n",
			devmed_count_unmediated());
	else if (devmed_wants_require())
		pr_info("policy: met, as far as %s tells of DMA masters: protected guests may run\n",
			acpi_disabled ? "the device tree" : "ACPI");
}

#ifdef CONFIG_DEVMED_KUNIT_TEST
#include "tests/policy.c"
#endif
