// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options: good values, bad ones, long ones, and lists that are given twice.
 * Part of ../param.c.
 */
#include "saved.h"

static void __init param_words(struct kunit *test)
{
	struct devmed_choice choice = devmed_its;
	struct kernel_param kp = { .name = "test.its", .arg = &choice };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(devmed_modes); i++) {
		KUNIT_EXPECT_EQ(test, devmed_set_choice(devmed_modes[i], &kp), 0);
		KUNIT_EXPECT_EQ(test, choice.chosen, i);
	}
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 0);
}

/* Each counts, and the boot goes on. */
static void __init param_bad_words(struct kunit *test)
{
	static const char * const words[] = { "On", "", "onn", "off ", "-1", NULL };
	struct devmed_choice choice = devmed_its;
	struct kernel_param kp = { .name = "test.its", .arg = &choice };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		choice.chosen = DEVMED_OFF;
		KUNIT_EXPECT_EQ(test, devmed_set_choice(words[i], &kp), 0);
		KUNIT_EXPECT_EQ(test, choice.chosen, DEVMED_ON);
		KUNIT_EXPECT_EQ(test, devmed_nr_missing, i + 1);
	}
}

/* A policy that is not understood is the stricter one. */
static void __init param_bad_policy(struct kunit *test)
{
	struct devmed_choice choice = devmed_policy;
	struct kernel_param kp = { .name = "test.policy", .arg = &choice };

	KUNIT_EXPECT_STREQ(test, choice.names[choice.safest], "require");
	devmed_set_choice("warn", &kp);
	KUNIT_EXPECT_STREQ(test, choice.names[choice.chosen], "warn");
	devmed_set_choice("Require", &kp);
	KUNIT_EXPECT_STREQ(test, choice.names[choice.chosen], "require");
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 1);

	choice = devmed_smmuv3_off;
	choice.chosen = 1;
	devmed_set_choice("Reset", &kp);
	KUNIT_EXPECT_STREQ(test, choice.names[choice.chosen], "unknown");
}

static struct devmed_pages *__init param_new_pages(struct kunit *test,
						   struct kernel_param *kp)
{
	struct devmed_pages *pages = kunit_kzalloc(test, sizeof(*pages), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	kp->name = "test.pages";
	kp->arg = pages;

	return pages;
}

static void __init param_pages(struct kunit *test)
{
	struct kernel_param kp = { };
	struct devmed_pages *pages = param_new_pages(test, &kp);
	char *text = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	devmed_set_pages("4K@0x2b440000,0x20000@0x2b500000,1m@1G,", &kp);
	devmed_set_pages("65536@0x30000000", &kp);
	KUNIT_ASSERT_EQ(test, pages->nr, 4);
	KUNIT_EXPECT_EQ(test, pages->range[0].base, 0x2b440000);
	KUNIT_EXPECT_EQ(test, pages->range[0].size, SZ_4K);
	KUNIT_EXPECT_EQ(test, pages->range[1].size, SZ_128K);
	KUNIT_EXPECT_EQ(test, pages->range[2].base, SZ_1G);
	KUNIT_EXPECT_EQ(test, pages->range[2].size, SZ_1M);
	KUNIT_EXPECT_EQ(test, pages->range[3].base, 0x30000000);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 0);
	devmed_get_pages(text, &kp);
	KUNIT_EXPECT_STREQ(test, text,
			   "0x1000@0x2b440000,0x20000@0x2b500000,0x100000@0x40000000,0x10000@0x30000000\n");
}

/* One range between two good ones, which hold. */
static void __init param_bad_pages(struct kunit *test)
{
	static const char * const ranges[] = {
		"4Q@0x1000", "4K", "4K@", "@0x1000", "0@0x1000", "4K@0", "4K@0x1000x",
		"4K@-1", "-4K@0x1000", "4K @0x1000", "16777217T@0x1000", "4K@@0x1000",
		"4K@0x10000000000000000", "4K@0xfffffffffffffffff", "",
		"8K@0xffffffffffffe000", "4K@0x1000@0x1000", "0x@0x1000",
	};
	struct kernel_param kp = { };
	struct devmed_pages *pages = param_new_pages(test, &kp);
	char text[80];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		pages->nr = 0;
		snprintf(text, sizeof(text), "4K@0xa000,%s,4K@0xb000", ranges[i]);
		KUNIT_EXPECT_EQ(test, devmed_set_pages(text, &kp), 0);
		KUNIT_EXPECT_EQ_MSG(test, devmed_nr_missing, i + 1, "%s", ranges[i]);
		KUNIT_EXPECT_EQ_MSG(test, pages->nr, 2, "%s", ranges[i]);
		KUNIT_EXPECT_EQ(test, pages->range[1].base, 0xb000);
	}
	devmed_set_pages(NULL, &kp);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, i + 1);
}

/* As long as the kernel's command line may be, then more than there is room for. */
static void __init param_long_pages(struct kunit *test)
{
	struct kernel_param kp = { };
	struct devmed_pages *pages = param_new_pages(test, &kp);
	char *text = kunit_kzalloc(test, COMMAND_LINE_SIZE, GFP_KERNEL);
	unsigned int len = 0;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < DEVMED_MAX_PAGES; i++)
		len += scnprintf(text + len, COMMAND_LINE_SIZE - len,
				 "4K@0x%08x,", 0x2b000000 + i * SZ_4K);
	KUNIT_ASSERT_GT(test, len, 1500);
	devmed_set_pages(text, &kp);
	KUNIT_EXPECT_EQ(test, pages->nr, DEVMED_MAX_PAGES);
	KUNIT_EXPECT_EQ(test, pages->range[DEVMED_MAX_PAGES - 1].base,
			0x2b000000 + (DEVMED_MAX_PAGES - 1) * SZ_4K);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 0);
	devmed_set_pages("4K@0x1000,4K@0x2000", &kp);
	KUNIT_EXPECT_EQ(test, pages->nr, DEVMED_MAX_PAGES);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 1);
}

static void __init param_names(struct kunit *test)
{
	struct devmed_words *words = kunit_kzalloc(test, sizeof(*words), GFP_KERNEL);
	struct kernel_param kp = { .name = "test.trusted", .arg = words };
	char *text = kunit_kzalloc(test, COMMAND_LINE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, words);
	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_FALSE(test, devmed_words_match(words, "fw-cfg@1"));
	devmed_set_words("fw-cfg,,virtio", &kp);
	devmed_set_words("pci0000", &kp);
	KUNIT_EXPECT_TRUE(test, devmed_words_match(words, "fw-cfg@1"));
	KUNIT_EXPECT_TRUE(test, devmed_words_match(words, "virtio_mmio@2"));
	KUNIT_EXPECT_TRUE(test, devmed_words_match(words, "pci0000"));
	KUNIT_EXPECT_FALSE(test, devmed_words_match(words, "pci0001"));
	KUNIT_EXPECT_FALSE(test, devmed_words_match(words, "fw"));
	KUNIT_EXPECT_FALSE(test, devmed_words_match(words, ""));
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 0);

	/* Beyond the limit of a "charp", and beyond the table. */
	memset(text, 'x', 1500);
	devmed_set_words(text, &kp);
	KUNIT_EXPECT_TRUE(test, devmed_words_match(words, text));
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 0);
	devmed_set_words(text, &kp);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 1);
	devmed_set_words("", &kp);
	devmed_set_words(NULL, &kp);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 3);
	KUNIT_EXPECT_TRUE(test, devmed_words_match(words, "pci0000"));
}

static void __init param_numbers(struct kunit *test)
{
	static const char * const bad[] = { "-5", "", "4K", "0x100000000", "2147483648", NULL };
	int value = -1;
	struct kernel_param kp = { .name = "test.number", .arg = &value };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ(test, devmed_set_pool(bad[i], &kp), 0);
		KUNIT_EXPECT_EQ(test, value, -1);
		KUNIT_EXPECT_EQ(test, devmed_nr_missing, i + 1);
	}
	devmed_set_pool("0", &kp);
	KUNIT_EXPECT_EQ(test, value, 0);
	devmed_set_pool("0x200", &kp);
	KUNIT_EXPECT_EQ(test, value, 512);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, i);
}

static void __init param_truth(struct kunit *test)
{
	static const struct {
		const char *text;
		int value;
	} values[] = {
		{ "1", 1 }, { "0", 0 }, { "yes", 1 }, { "no", 0 }, { "Y", 1 },
		{ "n", 0 }, { "on", 1 }, { "off", 0 }, { "true", 1 }, { "false", 0 },
		{ NULL, 1 },
	};
	int value = -1;
	struct kernel_param kp = { .name = "test.truth", .arg = &value };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		devmed_set_direct(values[i].text, &kp);
		KUNIT_EXPECT_EQ(test, value, values[i].value);
	}
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 0);
	devmed_set_direct("2", &kp);
	devmed_set_direct("", &kp);
	KUNIT_EXPECT_EQ(test, value, 1);
	KUNIT_EXPECT_EQ(test, devmed_nr_missing, 2);
}

/* A class that the kernel was built without is off, whatever the word. */
static void __init param_classes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, devmed_wanted_mode(DEVMED_CLASS_ITS),
			IS_ENABLED(CONFIG_DEVMED_ITS) ? devmed_its.chosen : DEVMED_OFF);
	KUNIT_EXPECT_EQ(test, devmed_wanted_mode(DEVMED_CLASS_SMMUV3),
			IS_ENABLED(CONFIG_DEVMED_SMMUV3) ? devmed_smmuv3.chosen :
							   DEVMED_OFF);
}

static struct kunit_case __refdata param_cases[] = {
	KUNIT_CASE(param_words),
	KUNIT_CASE(param_bad_words),
	KUNIT_CASE(param_bad_policy),
	KUNIT_CASE(param_pages),
	KUNIT_CASE(param_bad_pages),
	KUNIT_CASE(param_long_pages),
	KUNIT_CASE(param_names),
	KUNIT_CASE(param_numbers),
	KUNIT_CASE(param_truth),
	KUNIT_CASE(param_classes),
	{ }
};

static struct kunit_suite param_suite = {
	.name = "devmed-param",
	.init = devmed_test_begin,
	.exit = devmed_test_end,
	.test_cases = param_cases,
};
kunit_test_init_section_suites(&param_suite);
