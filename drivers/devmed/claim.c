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

#include <asm/kvm_asm.h>

#include "devmed.h"

/* Filled by devmed_host_setup() on one CPU, constant afterwards. */
struct devmed_claim devmed_claims[DEVMED_MAX_REGIONS];
unsigned int devmed_nr_claims;

/* Devices that EL2 does not hold, for whatever reason. */
unsigned int devmed_nr_missing;

static const char * const devmed_class_names[DEVMED_NR_CLASSES] = {
	[DEVMED_CLASS_ITS]	= "its",
	[DEVMED_CLASS_SMMUV3]	= "smmuv3",
};

/**
 * devmed_mode_name - the word for a mode
 * @mode: any mode
 *
 * Return: as on the command line, or "failed".
 */
const char *devmed_mode_name(enum devmed_mode mode)
{
	static const char * const names[] = {
		[DEVMED_OFF]		= "off",
		[DEVMED_FORWARD]	= "forward",
		[DEVMED_ON]		= "on",
		[DEVMED_FAILED]		= "failed",
	};

	return names[mode];
}

/**
 * devmed_hcall_setup - call EL2 while it still listens
 * @op: what for
 * @arg1: first argument
 * @arg2: second argument
 * @arg3: third argument
 * @arg4: fourth argument
 *
 * Context: Trusted phase.
 * Return: what EL2 returns; -EPERM once the host has lost its privileges.
 */
long devmed_hcall_setup(enum devmed_setup_op op, u64 arg1, u64 arg2, u64 arg3,
			u64 arg4)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_FUNC(__devmed_setup), op, arg1, arg2,
			  arg3, arg4, &res);

	return res.a0 == SMCCC_RET_SUCCESS ? (long)res.a1 : -EPERM;
}

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

static void devmed_register_claim(struct devmed_claim *claim)
{
	u32 flags = devmed_wants_direct_reads() ? DEVMED_REGION_DIRECT_READS : 0;
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

	/* No backend yet: "on" forwards too. */
	claim->mode = DEVMED_FORWARD;
	claim->region = ret;
	pr_info("%s: every access is trapped and forwarded\n", claim->name);
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
 */
void devmed_add_claim(enum devmed_class class, phys_addr_t base,
		      phys_addr_t size)
{
	struct devmed_claim *claim;

	if (devmed_nr_claims == ARRAY_SIZE(devmed_claims)) {
		devmed_note_missing(devmed_class_names[class],
				    "there are more devices than regions");
		return;
	}

	claim = &devmed_claims[devmed_nr_claims++];
	claim->class = class;
	claim->mode = devmed_wanted_mode(class);
	claim->base = base;
	claim->size = size;
	snprintf(claim->name, sizeof(claim->name), "%s@%llx",
		 devmed_class_names[class], (u64)base);

	if (claim->mode == DEVMED_OFF)
		pr_info("%s: left to the host\n", claim->name);
	else
		devmed_register_claim(claim);

	if (claim->mode == DEVMED_OFF || claim->mode == DEVMED_FAILED)
		devmed_nr_missing++;
}
