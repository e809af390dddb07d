// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel command line says: devmed.its=, devmed.smmuv3=,
 * devmed.smmuv3_pages=, devmed.smmuv3_off=, devmed.policy=, devmed.trusted_dma=,
 * devmed.pool= and devmed.direct_reads=.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/array_size.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "devmed.h"

static const char * const devmed_modes[] = {
	[DEVMED_OFF]	 = "off",
	[DEVMED_FORWARD] = "forward",
	[DEVMED_ON]	 = "on",
};

static const char * const devmed_policies[] = { "warn", "require" };

/* Of an SMMU whose registers cannot be read. */
static const char * const devmed_offs[] = { "unknown", "reset" };

struct devmed_choice {
	const char * const *names;
	unsigned int nr_names;
	unsigned int chosen;
};

static struct devmed_choice devmed_its = {
	.names = devmed_modes, .nr_names = ARRAY_SIZE(devmed_modes),
	.chosen = DEVMED_ON,
};

static struct devmed_choice devmed_smmuv3 = {
	.names = devmed_modes, .nr_names = ARRAY_SIZE(devmed_modes),
	.chosen = DEVMED_ON,
};

static struct devmed_choice devmed_policy = {
	.names = devmed_policies, .nr_names = ARRAY_SIZE(devmed_policies),
};

static struct devmed_choice devmed_smmuv3_off = {
	.names = devmed_offs, .nr_names = ARRAY_SIZE(devmed_offs),
};

/* A word that is not known must not stop the boot: the default holds. */
static int devmed_set_choice(const char *word, const struct kernel_param *kp)
{
	struct devmed_choice *choice = kp->arg;
	int found = match_string(choice->names, choice->nr_names, word);

	if (found < 0)
		pr_warn("%s=%s: unknown value, %s holds\n", kp->name, word,
			choice->names[choice->chosen]);
	else
		choice->chosen = found;

	return 0;
}

static int devmed_get_choice(char *buffer, const struct kernel_param *kp)
{
	const struct devmed_choice *choice = kp->arg;

	return sysfs_emit(buffer, "%s\n", choice->names[choice->chosen]);
}

static const struct kernel_param_ops devmed_choice_ops = {
	.set = devmed_set_choice,
	.get = devmed_get_choice,
};

module_param_cb(its, &devmed_choice_ops, &devmed_its, 0444);
MODULE_PARM_DESC(its, "GICv3/v4 ITS: on, forward or off (default: on)");
module_param_cb(smmuv3, &devmed_choice_ops, &devmed_smmuv3, 0444);
MODULE_PARM_DESC(smmuv3, "SMMUv3: on, forward or off (default: on)");
module_param_cb(smmuv3_off, &devmed_choice_ops, &devmed_smmuv3_off, 0444);
MODULE_PARM_DESC(smmuv3_off, "an SMMUv3 whose registers cannot be read: unknown, or reset if the platform promises that it has lost all state (default: unknown)");
module_param_cb(policy, &devmed_choice_ops, &devmed_policy, 0444);
MODULE_PARM_DESC(policy, "a device that is not mediated: warn, or require to refuse protected guests (default: warn)");

static char *devmed_smmuv3_pages;
module_param_named(smmuv3_pages, devmed_smmuv3_pages, charp, 0444);
MODULE_PARM_DESC(smmuv3_pages, "size@address,...: registers of SMMUs that the firmware does not describe, to be denied (default: none)");

static char *devmed_trusted_dma;
module_param_named(trusted_dma, devmed_trusted_dma, charp, 0444);
MODULE_PARM_DESC(trusted_dma, "how names of DMA masters begin that need no SMMU, by commas (default: none)");

static int devmed_pool = -1;
module_param_named(pool, devmed_pool, int, 0444);
MODULE_PARM_DESC(pool, "pages reserved for EL2 at boot (default: what the devices need to start)");

static int devmed_direct = -1;
module_param_named(direct_reads, devmed_direct, int, 0444);
MODULE_PARM_DESC(direct_reads, "let the host read registers without a trap where that is harmless: 0 or 1 (default: 1 for devices that are on)");

static const struct devmed_choice * const devmed_class_choices[DEVMED_NR_CLASSES] = {
	[DEVMED_CLASS_ITS]	= &devmed_its,
	[DEVMED_CLASS_GICR]	= &devmed_its,
	[DEVMED_CLASS_GICR_VLPI] = &devmed_its,
	[DEVMED_CLASS_SMMUV3]	= &devmed_smmuv3,
	[DEVMED_CLASS_SMMUV3_PAGE] = &devmed_smmuv3,
	[DEVMED_CLASS_ITS_DENIED] = &devmed_its,
	[DEVMED_CLASS_GICR_DENIED] = &devmed_its,
};

/**
 * devmed_wanted_mode - what the command line wants for a device
 * @class: which device
 *
 * Return: off, forward or on.
 */
enum devmed_mode devmed_wanted_mode(enum devmed_class class)
{
	return devmed_class_choices[class]->chosen;
}

/**
 * devmed_wants_require - is devmed.policy=require?
 *
 * Return: true if protected guests depend on mediation.
 */
bool devmed_wants_require(void)
{
	return devmed_policy.chosen;
}

/**
 * devmed_smmuv3_off_resets - is devmed.smmuv3_off=reset?
 *
 * Return: true if the administrator promises, for the platform, that an SMMU
 * whose registers cannot be read translates nothing and comes back reset.
 */
bool devmed_smmuv3_off_resets(void)
{
	return devmed_smmuv3_off.chosen;
}

/**
 * devmed_trusts_dma - does devmed.trusted_dma= name this?
 * @name: of a DMA master
 *
 * Return: true if @name begins with one of its words.
 */
bool devmed_trusts_dma(const char *name)
{
	const char *word = devmed_trusted_dma;

	while (word && *word) {
		size_t len = strcspn(word, ",");

		if (len && !strncmp(name, word, len))
			return true;
		word += len + (word[len] == ',');
	}

	return false;
}

/**
 * devmed_for_each_smmuv3_page - go through devmed.smmuv3_pages=
 * @claim: takes physical address and size, in bytes
 *
 * It ends at what is not "size@address", which counts for the policy.
 *
 * Context: Trusted phase.
 */
void __init
devmed_for_each_smmuv3_page(void (*claim)(phys_addr_t base, phys_addr_t size))
{
	char *text = devmed_smmuv3_pages;

	while (text && *text) {
		phys_addr_t size = memparse(text, &text);
		phys_addr_t base = 0;

		if (*text == '@')
			base = memparse(text + 1, &text);
		if (!size || !base || (*text && *text++ != ',')) {
			devmed_note_missing("devmed.smmuv3_pages", "not size@address,...");
			return;
		}
		claim(base, size);
	}
}

/**
 * devmed_wants_direct_reads - may reads go without a trap?
 * @mode: what the device is to be
 *
 * Return: true if the host reads registers itself where that is harmless.
 */
bool devmed_wants_direct_reads(enum devmed_mode mode)
{
	return devmed_direct < 0 ? mode == DEVMED_ON : devmed_direct;
}

/**
 * devmed_wanted_pool - what devmed.pool= says
 * @otherwise: what holds if it says nothing
 *
 * Return: pages to reserve for EL2.
 */
unsigned int devmed_wanted_pool(unsigned int otherwise)
{
	return devmed_pool < 0 ? otherwise : devmed_pool;
}
