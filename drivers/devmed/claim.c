// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims: each device that the glue found, and what became of it.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/arm-smccc.h>
#include <linux/array_size.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/printk.h>

#include <kunit/static_stub.h>

#include <asm/kvm_asm.h>

#include "devmed.h"

/* Filled by devmed_host_setup() on one CPU, constant afterwards. */
struct devmed_claim devmed_claims[DEVMED_MAX_REGIONS];
unsigned int devmed_nr_claims;

static const char * const devmed_class_names[DEVMED_NR_CLASSES] = {
	[DEVMED_CLASS_ITS]	= "its",
	[DEVMED_CLASS_GICR]	= "gicr",
	[DEVMED_CLASS_GICR_VLPI] = "gicr-vlpi",
	[DEVMED_CLASS_SMMUV3]	= "smmuv3",
	[DEVMED_CLASS_SMMUV3_PAGE]	= "smmuv3-page",
	[DEVMED_CLASS_ITS_DENIED]	= "its",
	[DEVMED_CLASS_GICR_DENIED]	= "gicr",
};

/**
 * devmed_mode_name - the word for a mode
 * @mode: any mode
 *
 * Return: as on the command line, or "failed", or "denied".
 */
const char *devmed_mode_name(enum devmed_mode mode)
{
	static const char * const names[] = {
		[DEVMED_OFF]		= "off",
		[DEVMED_FORWARD]	= "forward",
		[DEVMED_ON]		= "on",
		[DEVMED_FAILED]		= "failed",
		[DEVMED_DENIED]		= "denied",
	};

	return names[mode];
}

/**
 * devmed_hcall_setup - call EL2 while it still listens
 * @op: what for
 * @x2: first argument
 * @x3: second argument
 * @x4: third argument
 * @x5: fourth argument
 *
 * They are named after their registers, since arm_smccc_1_1_hvc() has variables
 * of its own called arg1 and so on: an argument of that name would be cut to the
 * type of the one before it.
 *
 * Context: Trusted phase.
 * Return: what EL2 returns; -EPERM once the host has lost its privileges.
 */
long devmed_hcall_setup(enum devmed_setup_op op, u64 x2, u64 x3, u64 x4, u64 x5)
{
	struct arm_smccc_res res;

	KUNIT_STATIC_STUB_REDIRECT(devmed_hcall_setup, op, x2, x3, x4, x5);

	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_FUNC(__devmed_setup), op, x2, x3, x4,
			  x5, &res);

	return res.a0 == SMCCC_RET_SUCCESS ? (long)res.a1 : -EPERM;
}

static void devmed_register_claim(struct devmed_claim *claim)
{
	u32 flags = devmed_wants_direct_reads(claim->mode) ?
		    DEVMED_REGION_DIRECT_READS : 0;
	long ret;

	ret = devmed_hcall_setup(DEVMED_SETUP_REGISTER, claim->class,
				 claim->base, claim->size, flags);
	if (ret < 0) {
		claim->mode = DEVMED_FAILED;
		claim->error = ret;
		pr_warn("%s: cannot be mediated: %pe\n", claim->name,
			ERR_PTR(ret));
		return;
	}

	/* Until its backend has started. */
	claim->mode = DEVMED_FORWARD;
	claim->region = ret;
}

/**
 * devmed_add_claim - hand a device to EL2, if the command line wants that
 * @class: what it is
 * @base: physical address of its registers
 * @size: in bytes
 *
 * What goes wrong is reported by name, and counts for the policy.
 *
 * Context: Trusted phase, from devmed_host_setup().
 * Return: the claim, for the backend to complete; NULL if there is no room.
 */
struct devmed_claim *devmed_add_claim(enum devmed_class class, phys_addr_t base,
				      phys_addr_t size)
{
	struct devmed_claim *claim;

	if (devmed_nr_claims == ARRAY_SIZE(devmed_claims)) {
		devmed_note_missing(devmed_class_names[class],
				    "there are more devices than regions");
		return NULL;
	}

	claim = &devmed_claims[devmed_nr_claims++];
	claim->class = class;
	claim->mode = devmed_wanted_mode(class);
	claim->base = base;
	claim->size = size;
	snprintf(claim->name, sizeof(claim->name), "%s@%llx",
		 devmed_class_names[class], (u64)base);

	if (claim->mode != DEVMED_OFF)
		devmed_register_claim(claim);

	if (claim->mode == DEVMED_OFF || claim->mode == DEVMED_FAILED)
		devmed_nr_missing++;

	return claim;
}

/**
 * devmed_release_claim - leave a device to the host after all
 * @claim: a registered device that has not been started
 *
 * The device counts for the policy, as one that is off.
 *
 * Context: Trusted phase, before DEVMED_SETUP_DMA.
 */
void devmed_release_claim(struct devmed_claim *claim)
{
	if (devmed_hcall_setup(DEVMED_SETUP_UNREGISTER, claim->region, 0, 0, 0))
		return;
	claim->mode = DEVMED_OFF;
	devmed_nr_missing++;
}

/**
 * devmed_find_claim - find a device by its address
 * @class: what it is
 * @base: physical address of its registers
 *
 * Context: After devmed_host_setup().
 * Return: the claim, or NULL if there is none.
 */
struct devmed_claim *devmed_find_claim(enum devmed_class class, phys_addr_t base)
{
	unsigned int i;

	for (i = 0; i < devmed_nr_claims; i++) {
		if (devmed_claims[i].class == class && devmed_claims[i].base == base)
			return &devmed_claims[i];
	}

	return NULL;
}

/**
 * devmed_start_claim - let the backend answer for a device
 * @claim: a registered device
 * @arg1: for the backend
 * @arg2: for the backend
 *
 * Context: Trusted phase.
 * Return: 0; or what EL2 returns, the device being forwarded: an errno, or a
 * number of the backend's.
 */
int devmed_start_claim(struct devmed_claim *claim, u64 arg1, u64 arg2)
{
	claim->error = devmed_hcall_setup(DEVMED_SETUP_START, claim->region, arg1,
					  arg2, 0);
	if (!claim->error)
		claim->mode = DEVMED_ON;

	return claim->error;
}

/**
 * devmed_deny - take a device that nobody drives from everybody
 * @class: what it is, one whose backend makes no access
 * @base: physical address of its registers
 * @size: in bytes
 * @arg1: for the backend
 * @arg2: for the backend
 *
 * A device that is denied does not count as missing: nobody can use it. If that
 * fails, it does.
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void devmed_deny(enum devmed_class class, phys_addr_t base, phys_addr_t size,
		 u64 arg1, u64 arg2)
{
	struct devmed_claim *claim = devmed_add_claim(class, base, size);

	if (claim && claim->mode == DEVMED_FORWARD &&
	    !devmed_start_claim(claim, arg1, arg2))
		claim->mode = DEVMED_DENIED;
}

/**
 * devmed_start_class - let the backend answer for every device of a class
 * @class: which
 *
 * Context: Trusted phase.
 * Return: 0, or the error of the first that does not start; -ENODEV if EL2 does
 * not hold one of them.
 */
int devmed_start_class(enum devmed_class class)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < devmed_nr_claims && !ret; i++) {
		struct devmed_claim *claim = &devmed_claims[i];

		if (claim->class == class)
			ret = claim->mode == DEVMED_FORWARD ?
			      devmed_start_claim(claim, 0, 0) : -ENODEV;
	}

	return ret;
}

/**
 * devmed_stop_class - undo devmed_start_claim() for a class, last first
 * @class: which
 * @why: an errno, for the report
 *
 * Context: Trusted phase.
 */
void devmed_stop_class(enum devmed_class class, int why)
{
	unsigned int i = devmed_nr_claims;

	while (i--) {
		struct devmed_claim *claim = &devmed_claims[i];

		if (claim->class != class || claim->mode != DEVMED_ON)
			continue;
		if (!devmed_hcall_setup(DEVMED_SETUP_STOP, claim->region, 0, 0, 0))
			claim->mode = DEVMED_FORWARD;
		claim->error = why;
	}
}

/* Of these there may be hundreds, and all of them come off alike. */
static bool devmed_is_one_of_many(const struct devmed_claim *claim)
{
	return claim->class == DEVMED_CLASS_GICR ||
	       claim->class == DEVMED_CLASS_GICR_VLPI ||
	       claim->class == DEVMED_CLASS_GICR_DENIED;
}

static bool devmed_is_alike(const struct devmed_claim *a,
			    const struct devmed_claim *b)
{
	return a->class == b->class && a->mode == b->mode &&
	       a->error == b->error && a->reason == b->reason;
}

/**
 * devmed_count_alike - how many claims are reported in one line
 * @claims: all of them
 * @nr: how many there are
 * @first: index of the one in question
 *
 * Context: Any. Pure.
 * Return: 1 for a device that has a line of its own; for a redistributor how many
 * became what it became, or 0 if one of those comes before it.
 */
unsigned int devmed_count_alike(const struct devmed_claim *claims,
				unsigned int nr, unsigned int first)
{
	unsigned int count = 0;
	unsigned int i;

	if (!devmed_is_one_of_many(&claims[first]))
		return 1;

	for (i = 0; i < nr; i++) {
		if (!devmed_is_alike(&claims[i], &claims[first]))
			continue;
		if (i < first)
			return 0;
		count++;
	}

	return count;
}

static void devmed_report_claim(const struct devmed_claim *claim,
				unsigned int count)
{
	static const char * const texts[] = {
		[DEVMED_OFF]		= "left to the host",
		[DEVMED_FORWARD]	= "every access is trapped and forwarded",
		[DEVMED_ON]		= "mediated",
		[DEVMED_DENIED]		= "denied, for no driver uses it",
	};
	char more[24] = "";

	if (count > 1)
		snprintf(more, sizeof(more), " and %u more", count - 1);

	if (claim->reason)
		pr_warn("%s%s: cannot be mediated: %s\n", claim->name, more,
			claim->reason);
	else if (claim->error)
		pr_warn("%s%s: cannot be mediated: %pe\n", claim->name, more,
			ERR_PTR(claim->error));
	pr_info("%s%s: %s\n", claim->name, more, texts[claim->mode]);
}

/**
 * devmed_report_claims - say what became of each device
 *
 * Redistributors of which the same became share a line.
 *
 * Context: Any, the trusted phase being over.
 */
void devmed_report_claims(void)
{
	unsigned int count;
	unsigned int i;

	for (i = 0; i < devmed_nr_claims; i++) {
		if (devmed_claims[i].mode == DEVMED_FAILED)
			continue;
		count = devmed_count_alike(devmed_claims, devmed_nr_claims, i);
		if (count)
			devmed_report_claim(&devmed_claims[i], count);
	}
}

#ifdef CONFIG_DEVMED_KUNIT_TEST
#include "tests/claim.c"
#endif
