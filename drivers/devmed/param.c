// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel command line says: devmed.its=, devmed.smmuv3=,
 * devmed.smmuv3_pages=, devmed.smmuv3_off=, devmed.policy=, devmed.trusted_dma=,
 * devmed.pool= and devmed.direct_reads=.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/array_size.h>
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <asm/setup.h>

#include "devmed.h"

static const char * const devmed_modes[] = {
	[DEVMED_OFF]	 = "off",
	[DEVMED_FORWARD] = "forward",
	[DEVMED_ON]	 = "on",
};

static const char * const devmed_policies[] = { "warn", "require" };

/* Of an SMMU whose registers cannot be read. */
static const char * const devmed_offs[] = { "unknown", "reset" };

/**
 * struct devmed_choice - an option that is one of several words
 * @names: the words
 * @nr_names: how many
 * @chosen: index of the word that holds
 * @safest: index of the word that holds once one was not understood
 */
struct devmed_choice {
	const char * const *names;
	unsigned int nr_names;
	unsigned int chosen;
	unsigned int safest;
};

static struct devmed_choice devmed_its = {
	.names = devmed_modes, .nr_names = ARRAY_SIZE(devmed_modes),
	.chosen = DEVMED_ON, .safest = DEVMED_ON,
};

static struct devmed_choice devmed_smmuv3 = {
	.names = devmed_modes, .nr_names = ARRAY_SIZE(devmed_modes),
	.chosen = DEVMED_ON, .safest = DEVMED_ON,
};

static struct devmed_choice devmed_policy = {
	.names = devmed_policies, .nr_names = ARRAY_SIZE(devmed_policies),
	.safest = 1,
};

static struct devmed_choice devmed_smmuv3_off = {
	.names = devmed_offs, .nr_names = ARRAY_SIZE(devmed_offs),
};

/*
 * A value that is not understood must not stop the boot. One line says so, and the
 * policy counts it: the administrator wanted something that is not so.
 */
static void devmed_misread(const struct kernel_param *kp, const char *value,
			   const char *what, const char *holds)
{
	pr_warn("%s=%.64s: %s, %s\n", kp->name, value ?: "", what, holds);
	devmed_nr_missing++;
}

static int devmed_set_choice(const char *word, const struct kernel_param *kp)
{
	struct devmed_choice *choice = kp->arg;
	int found = word ? match_string(choice->names, choice->nr_names, word) : -1;
	char holds[16];

	if (found < 0) {
		choice->chosen = choice->safest;
		snprintf(holds, sizeof(holds), "%s holds",
			 choice->names[choice->chosen]);
		devmed_misread(kp, word, "unknown value", holds);
	} else {
		choice->chosen = found;
	}

	return 0;
}

static int devmed_get_choice(char *buffer, const struct kernel_param *kp)
{
	const struct devmed_choice *choice = kp->arg;

	return sysfs_emit(buffer, "%s\n", choice->names[choice->chosen]);
}

/* The kernel would refuse an option without a value before devmed has seen it. */
static const struct kernel_param_ops devmed_choice_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
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

/*
 * Ranges that fit on a command line of COMMAND_LINE_SIZE, an entry having 16
 * characters.
 */
#define DEVMED_MAX_PAGES	(COMMAND_LINE_SIZE / 16)

/**
 * struct devmed_pages - the ranges of devmed.smmuv3_pages=
 * @nr: how many
 * @range: physical address and size in bytes
 */
struct devmed_pages {
	unsigned int nr;
	struct {
		u64 base;
		u64 size;
	} range[DEVMED_MAX_PAGES];
};

static struct devmed_pages devmed_smmuv3_pages;

/* Like memparse(), which says neither that there was no number nor that it wrapped. */
static bool devmed_parse_size(const char **text, u64 *value)
{
	static const char suffixes[] = "kmgt";
	size_t len = strspn(*text, "0123456789abcdefABCDEFxX");
	const char *suffix;
	char digits[32];

	if (len >= sizeof(digits))
		return false;
	memcpy(digits, *text, len);
	digits[len] = 0;
	if (kstrtoull(digits, 0, value))
		return false;

	*text += len;
	suffix = **text ? strchr(suffixes, tolower(**text)) : NULL;
	if (!suffix)
		return true;
	++*text;

	return !check_shl_overflow(*value, 10 * (suffix - suffixes + 1), value);
}

/* One "size@address", up to the comma or the end. */
static bool devmed_parse_range(const char *text, u64 *base, u64 *size)
{
	u64 end;

	return devmed_parse_size(&text, size) && *text++ == '@' &&
	       devmed_parse_size(&text, base) && (!*text || *text == ',') &&
	       *size && *base && !check_add_overflow(*base, *size, &end);
}

/* Given twice, all ranges hold. */
static int devmed_set_pages(const char *text, const struct kernel_param *kp)
{
	struct devmed_pages *pages = kp->arg;
	u64 base, size;

	for (;;) {
		if (!text || !devmed_parse_range(text, &base, &size)) {
			devmed_misread(kp, text, "not size@address",
				       "the other ranges hold");
		} else if (pages->nr < ARRAY_SIZE(pages->range)) {
			pages->range[pages->nr].base = base;
			pages->range[pages->nr++].size = size;
		} else {
			devmed_misread(kp, text, "too many ranges",
				       "those before hold");
			return 0;
		}
		text = text ? strchr(text, ',') : NULL;
		if (!text || !*++text)
			return 0;
	}
}

static int devmed_get_pages(char *buffer, const struct kernel_param *kp)
{
	const struct devmed_pages *pages = kp->arg;
	unsigned int i;
	int len = 0;

	for (i = 0; i < pages->nr; i++)
		len += sysfs_emit_at(buffer, len, "%s0x%llx@0x%llx", i ? "," : "",
				     pages->range[i].size, pages->range[i].base);

	return len + sysfs_emit_at(buffer, len, "\n");
}

static const struct kernel_param_ops devmed_pages_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = devmed_set_pages,
	.get = devmed_get_pages,
};

module_param_cb(smmuv3_pages, &devmed_pages_ops, &devmed_smmuv3_pages, 0444);
MODULE_PARM_DESC(smmuv3_pages, "size@address,...: registers of SMMUs that the firmware does not describe, to be denied (default: none)");

/**
 * struct devmed_words - words with commas between them
 * @len: characters of @text
 * @text: what was given, as often as it was given
 */
struct devmed_words {
	unsigned int len;
	char text[COMMAND_LINE_SIZE];
};

static struct devmed_words devmed_trusted;

static int devmed_set_words(const char *text, const struct kernel_param *kp)
{
	struct devmed_words *words = kp->arg;
	size_t len = text ? strlen(text) : 0;

	if (!len || words->len + len + 1 >= sizeof(words->text)) {
		devmed_misread(kp, text, len ? "too long" : "no name",
			       "names given before hold");
		return 0;
	}

	if (words->len)
		words->text[words->len++] = ',';
	memcpy(words->text + words->len, text, len + 1);
	words->len += len;

	return 0;
}

static int devmed_get_words(char *buffer, const struct kernel_param *kp)
{
	const struct devmed_words *words = kp->arg;

	return sysfs_emit(buffer, "%s\n", words->text);
}

static const struct kernel_param_ops devmed_words_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = devmed_set_words,
	.get = devmed_get_words,
};

module_param_cb(trusted_dma, &devmed_words_ops, &devmed_trusted, 0444);
MODULE_PARM_DESC(trusted_dma, "how names of DMA masters begin that need no SMMU, by commas (default: none)");

/* A number of pages, or a truth value; -1 where the default holds. */
static int devmed_pool = -1;
static int devmed_direct = -1;

static int devmed_set_pool(const char *text, const struct kernel_param *kp)
{
	unsigned int pages;

	if (text && !kstrtouint(text, 0, &pages) && pages <= INT_MAX)
		*(int *)kp->arg = pages;
	else
		devmed_misread(kp, text, "no number of pages",
			       *(int *)kp->arg < 0 ? "the default holds" :
						     "the number before holds");

	return 0;
}

/* An option without a value is true, as those of the kernel are. */
static int devmed_set_direct(const char *text, const struct kernel_param *kp)
{
	bool value = true;

	if (text && kstrtobool(text, &value))
		devmed_misread(kp, text, "no truth value",
			       *(int *)kp->arg < 0 ? "the default holds" :
						     "the value before holds");
	else
		*(int *)kp->arg = value;

	return 0;
}

static const struct kernel_param_ops devmed_pool_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = devmed_set_pool,
	.get = param_get_int,
};

static const struct kernel_param_ops devmed_direct_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = devmed_set_direct,
	.get = param_get_int,
};

module_param_cb(pool, &devmed_pool_ops, &devmed_pool, 0444);
MODULE_PARM_DESC(pool, "pages reserved for EL2 at boot (default: what the devices need to start)");
module_param_cb(direct_reads, &devmed_direct_ops, &devmed_direct, 0444);
MODULE_PARM_DESC(direct_reads, "a truth value: let the host read registers without a trap where that is harmless (default: true for devices that are on)");

static const struct devmed_choice * const devmed_class_choices[DEVMED_NR_CLASSES] = {
#ifdef CONFIG_DEVMED_ITS
	[DEVMED_CLASS_ITS]	= &devmed_its,
	[DEVMED_CLASS_GICR]	= &devmed_its,
	[DEVMED_CLASS_GICR_VLPI] = &devmed_its,
	[DEVMED_CLASS_ITS_DENIED] = &devmed_its,
	[DEVMED_CLASS_GICR_DENIED] = &devmed_its,
#endif
#ifdef CONFIG_DEVMED_SMMUV3
	[DEVMED_CLASS_SMMUV3]	= &devmed_smmuv3,
	[DEVMED_CLASS_SMMUV3_PAGE] = &devmed_smmuv3,
#endif
};

/**
 * devmed_wanted_mode - what the command line wants for a device
 * @class: which device
 *
 * Return: off, forward or on; off if the kernel was built without it.
 */
enum devmed_mode devmed_wanted_mode(enum devmed_class class)
{
	const struct devmed_choice *choice = devmed_class_choices[class];

	return choice ? choice->chosen : DEVMED_OFF;
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

static bool devmed_words_match(const struct devmed_words *words, const char *name)
{
	const char *word = words->text;

	while (*word) {
		size_t len = strcspn(word, ",");

		if (len && !strncmp(name, word, len))
			return true;
		word += len + (word[len] == ',');
	}

	return false;
}

/**
 * devmed_trusts_dma - does devmed.trusted_dma= name this?
 * @name: of a DMA master
 *
 * Return: true if @name begins with one of its words.
 */
bool devmed_trusts_dma(const char *name)
{
	return devmed_words_match(&devmed_trusted, name);
}

/**
 * devmed_for_each_smmuv3_page - go through devmed.smmuv3_pages=
 * @claim: takes physical address and size, in bytes
 *
 * Context: Trusted phase.
 */
void __init
devmed_for_each_smmuv3_page(void (*claim)(phys_addr_t base, phys_addr_t size))
{
	unsigned int i;

	for (i = 0; i < devmed_smmuv3_pages.nr; i++)
		claim(devmed_smmuv3_pages.range[i].base,
		      devmed_smmuv3_pages.range[i].size);
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

#ifdef CONFIG_DEVMED_KUNIT_TEST
#include "tests/param.c"
#endif
