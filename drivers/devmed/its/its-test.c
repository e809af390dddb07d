// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what the host's part of the ITS makes of redistributors that the firmware
 * describes, and how it reports what came of them.
 */
#include <linux/acpi.h>
#include <linux/array_size.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/sizes.h>

#include <kunit/test.h>

#include "../devmed.h"
#include "its-host.h"

#define BASE		0x80a0000ULL
#define OTHER		0x4000000000ULL
#define NR_FRAMES	16
#define GICV3		0x3b
#define GICV4		0x4b
/* GICR_TYPER.Affinity_Value */
#define CPU(aff)	((u64)(aff) << 32)

/* A redistributor of the fake machine; one that is @dark has no power: no read of it. */
struct fake_rd {
	phys_addr_t base;
	u64 typer;
	u32 pidr2;
	bool dark;
};

struct fake_walk {
	struct gicr_walk walk;
	struct kunit *test;
	const struct fake_rd *rds;
	unsigned int nr_rds;
	u32 up;
	u32 seen;
	unsigned int reads;
	struct gicr_frames found[NR_FRAMES];
	unsigned int nr_found;
};

static struct fake_walk *to_fake(struct gicr_walk *walk)
{
	return container_of(walk, struct fake_walk, walk);
}

/* Where nothing is, all reads as zero. */
static const struct fake_rd *fake_look(struct fake_walk *fake, phys_addr_t base)
{
	static const struct fake_rd nothing = { };
	unsigned int i;

	fake->reads++;
	for (i = 0; i < fake->nr_rds; i++) {
		if (fake->rds[i].base != base)
			continue;
		KUNIT_EXPECT_FALSE(fake->test, fake->rds[i].dark);
		return &fake->rds[i];
	}

	return &nothing;
}

static u32 fake_pidr2(struct gicr_walk *walk, phys_addr_t base)
{
	return fake_look(to_fake(walk), base)->pidr2;
}

static bool fake_typer(struct gicr_walk *walk, phys_addr_t base, u64 *typer)
{
	*typer = fake_look(to_fake(walk), base)->typer;
	return true;
}

/* CPUs by their affinity, below 32. */
static bool fake_is_up(struct gicr_walk *walk, u32 affinity)
{
	struct fake_walk *fake = to_fake(walk);
	u32 bit = affinity < 32 ? BIT(affinity) : 0;
	bool first = fake->up & bit & ~fake->seen;

	fake->seen |= bit;
	return first;
}

static void fake_found(struct gicr_walk *walk, const struct gicr_frames *frames)
{
	struct fake_walk *fake = to_fake(walk);

	KUNIT_ASSERT_LT(fake->test, fake->nr_found, NR_FRAMES);
	fake->found[fake->nr_found++] = *frames;
}

static struct fake_walk *fake_begin(struct kunit *test, const struct fake_rd *rds,
				    unsigned int nr_rds, u32 up)
{
	struct fake_walk *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fake);
	fake->walk = (struct gicr_walk) {
		.read_pidr2 = fake_pidr2, .read_typer = fake_typer,
		.is_up = fake_is_up, .found = fake_found,
	};
	fake->test = test;
	fake->rds = rds;
	fake->nr_rds = nr_rds;
	fake->up = up;

	return fake;
}

static void expect_found(struct fake_walk *fake, unsigned int nr, phys_addr_t base,
			 u64 size, bool up)
{
	KUNIT_ASSERT_LT(fake->test, nr, fake->nr_found);
	KUNIT_EXPECT_EQ(fake->test, fake->found[nr].base, base);
	KUNIT_EXPECT_EQ(fake->test, fake->found[nr].size, size);
	KUNIT_EXPECT_EQ(fake->test, fake->found[nr].up, up);
}

/* Four CPUs, the second of which did not come up: its frames stay in between. */
static void gicr_absent_cpu(struct kunit *test)
{
	static const struct fake_rd rds[] = {
		{ BASE, CPU(0), GICV3 },
		{ BASE + SZ_128K, CPU(1), GICV3 },
		{ BASE + 2 * SZ_128K, CPU(2), GICV3 },
		{ BASE + 3 * SZ_128K, CPU(3) | GICR_TYPER_LAST, GICV3 },
	};
	struct fake_walk *fake = fake_begin(test, rds, ARRAY_SIZE(rds), 0xd);
	const struct gicr_range range = { BASE, SZ_16M };

	gicr_walk_range(&fake->walk, &range);
	KUNIT_EXPECT_EQ(test, fake->nr_found, 4);
	expect_found(fake, 0, BASE, SZ_128K, true);
	expect_found(fake, 1, BASE + SZ_128K, SZ_128K, false);
	expect_found(fake, 2, BASE + 2 * SZ_128K, SZ_128K, true);
	expect_found(fake, 3, BASE + 3 * SZ_128K, SZ_128K, true);
	/* By these the driver passes it. */
	KUNIT_EXPECT_EQ(test, fake->found[1].typer, CPU(1));
	KUNIT_EXPECT_EQ(test, fake->found[1].pidr2, GICV3);
	KUNIT_EXPECT_FALSE(test, fake->walk.vlpis);
}

/* Frames of GICv4, and a stride that says otherwise. */
static void gicr_strides(struct kunit *test)
{
	static const struct fake_rd rds[] = {
		{ BASE, CPU(0) | GICR_TYPER_VLPIS, GICV4 },
		{ BASE + SZ_256K, CPU(1) | GICR_TYPER_VLPIS | GICR_TYPER_LAST, GICV4 },
		{ OTHER, CPU(2), GICV3 },
		{ OTHER + SZ_512K, CPU(3) | GICR_TYPER_LAST, GICV3 },
	};
	struct fake_walk *fake = fake_begin(test, rds, ARRAY_SIZE(rds), 0xf);
	const struct gicr_range implied = { BASE, SZ_16M };
	const struct gicr_range stride = { OTHER, SZ_16M, SZ_512K };

	gicr_walk_range(&fake->walk, &implied);
	KUNIT_EXPECT_TRUE(test, fake->walk.vlpis);
	gicr_walk_range(&fake->walk, &stride);
	KUNIT_EXPECT_EQ(test, fake->nr_found, 4);
	expect_found(fake, 0, BASE, SZ_256K, true);
	expect_found(fake, 1, BASE + SZ_256K, SZ_256K, true);
	expect_found(fake, 2, OTHER, SZ_128K, true);
	expect_found(fake, 3, OTHER + SZ_512K, SZ_128K, true);
}

/* After the last redistributor there is something else, whatever the range says. */
static void gicr_range_too_long(struct kunit *test)
{
	static const struct fake_rd rds[] = {
		{ BASE, CPU(0) | GICR_TYPER_LAST, GICV3 },
		{ BASE + SZ_128K, CPU(1), GICV3, .dark = true },
	};
	struct fake_walk *fake = fake_begin(test, rds, ARRAY_SIZE(rds), 0x3);
	const struct gicr_range range = { BASE, SZ_16M };

	gicr_walk_range(&fake->walk, &range);
	KUNIT_EXPECT_EQ(test, fake->nr_found, 1);
	KUNIT_EXPECT_EQ(test, fake->reads, 2);
}

/* None of them is the last one: the range ends. */
static void gicr_range_ends(struct kunit *test)
{
	static const struct fake_rd rds[] = {
		{ BASE, CPU(0), GICV3 },
		{ BASE + SZ_128K, CPU(1), GICV3 },
		{ BASE + SZ_256K, CPU(2), GICV3, .dark = true },
	};
	struct fake_walk *fake = fake_begin(test, rds, ARRAY_SIZE(rds), 0x7);
	const struct gicr_range range = { BASE, SZ_256K };

	gicr_walk_range(&fake->walk, &range);
	KUNIT_EXPECT_EQ(test, fake->nr_found, 2);
}

/* A range of nothing reads as zero: no redistributors of CPU 0, nor those behind it. */
static void gicr_range_of_nothing(struct kunit *test)
{
	static const struct fake_rd rds[] = {
		{ BASE, CPU(0) | GICR_TYPER_LAST, GICV3 },
		{ OTHER + SZ_16M, CPU(1) | GICR_TYPER_LAST, GICV3, .dark = true },
	};
	struct fake_walk *fake = fake_begin(test, rds, ARRAY_SIZE(rds), 0x3);
	const struct gicr_range ranges[] = {
		{ BASE, SZ_16M }, { OTHER, SZ_16M }, { OTHER + SZ_16M, SZ_16M },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		gicr_walk_range(&fake->walk, &ranges[i]);
	KUNIT_EXPECT_EQ(test, fake->nr_found, 3);
	expect_found(fake, 0, BASE, SZ_128K, true);
	expect_found(fake, 1, OTHER, SZ_16M, false);
	expect_found(fake, 2, OTHER + SZ_16M, SZ_16M, false);
	KUNIT_EXPECT_EQ(test, fake->found[1].pidr2, 0);
	/* Two of the first, one of the second, none of the third. */
	KUNIT_EXPECT_EQ(test, fake->reads, 3);
}

/* Frames that read as zero inside of a range are not CPU 0's a second time. */
static void gicr_hole_in_range(struct kunit *test)
{
	static const struct fake_rd rds[] = {
		{ BASE, CPU(0), GICV3 },
		{ BASE + 2 * SZ_128K, CPU(1) | GICR_TYPER_LAST, GICV3 },
	};
	struct fake_walk *fake = fake_begin(test, rds, ARRAY_SIZE(rds), 0x3);
	const struct gicr_range range = { BASE, SZ_16M };

	gicr_walk_range(&fake->walk, &range);
	KUNIT_EXPECT_EQ(test, fake->nr_found, 3);
	expect_found(fake, 0, BASE, SZ_128K, true);
	expect_found(fake, 1, BASE + SZ_128K, SZ_128K, false);
	expect_found(fake, 2, BASE + 2 * SZ_128K, SZ_128K, true);
}

/* devmed.its=off: what may have no power is not read. */
static void gicr_off_reads_nothing(struct kunit *test)
{
	static const struct fake_rd rds[] = {
		{ BASE, CPU(0) | GICR_TYPER_LAST, GICV3, .dark = true },
	};
	struct fake_walk *fake = fake_begin(test, rds, ARRAY_SIZE(rds), 0x1);
	const struct gicr_range range = { BASE, SZ_16M };

	fake->walk.off = true;
	gicr_walk_range(&fake->walk, &range);
	KUNIT_EXPECT_EQ(test, fake->reads, 0);
	KUNIT_EXPECT_EQ(test, fake->nr_found, 1);
	expect_found(fake, 0, BASE, SZ_16M, false);
}

/* The MADT gives each CPU the address of its own. */
static void gicr_single(struct kunit *test)
{
	static const struct fake_rd rds[] = {
		{ BASE, CPU(0), GICV3 },
		{ BASE + SZ_128K, CPU(1), GICV3, .dark = true },
	};
	struct fake_walk *fake = fake_begin(test, rds, ARRAY_SIZE(rds), 0x1);
	const struct gicr_range range = { BASE, SZ_128K, .single = true };

	gicr_walk_range(&fake->walk, &range);
	KUNIT_EXPECT_EQ(test, fake->nr_found, 1);
	expect_found(fake, 0, BASE, SZ_128K, true);
}

static void gicr_madt_flags(struct kunit *test)
{
	static const struct {
		u32 flags;
		u64 base;
		enum gicr_cpu cpu;
	} cpus[] = {
		{ 0, BASE, GICR_CPU_NONE },
		{ ACPI_MADT_ENABLED, BASE, GICR_CPU_PRESENT },
		{ ACPI_MADT_ENABLED, 0, GICR_CPU_NONE },
		{ ACPI_MADT_GICC_ONLINE_CAPABLE, BASE, GICR_CPU_ABSENT },
		{ ACPI_MADT_GICC_ONLINE_CAPABLE, 0, GICR_CPU_NONE },
		{ ACPI_MADT_ENABLED | ACPI_MADT_GICC_ONLINE_CAPABLE, BASE,
		  GICR_CPU_PRESENT },
		{ ACPI_MADT_PERFORMANCE_IRQ_MODE, BASE, GICR_CPU_NONE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cpus); i++)
		KUNIT_EXPECT_EQ(test, gicr_classify_cpu(cpus[i].flags, cpus[i].base),
				cpus[i].cpu);
}

static void gicr_affinities(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, gicr_affinity(0x80000000ULL), 0);
	KUNIT_EXPECT_EQ(test, gicr_affinity(0x1281020304ULL), 0x12020304);
}

static void its_handover_words(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, its_why_no_handover(-ERANGE));
	KUNIT_EXPECT_NOT_NULL(test, its_why_no_handover(-EXDEV));
	KUNIT_EXPECT_NULL(test, its_why_no_handover(-EBUSY));
	KUNIT_EXPECT_NULL(test, its_why_no_handover(0));
}

/* A hundred CPUs are two lines, and one for each that came off otherwise. */
static void claims_alike(struct kunit *test)
{
	static const struct devmed_claim claims[] = {
		{ .class = DEVMED_CLASS_GICR, .mode = DEVMED_ON },
		{ .class = DEVMED_CLASS_GICR_VLPI, .mode = DEVMED_ON },
		{ .class = DEVMED_CLASS_GICR, .mode = DEVMED_ON },
		{ .class = DEVMED_CLASS_GICR_VLPI, .mode = DEVMED_ON },
		{ .class = DEVMED_CLASS_GICR, .mode = DEVMED_FORWARD, .error = -EBUSY },
		{ .class = DEVMED_CLASS_GICR, .mode = DEVMED_ON },
		{ .class = DEVMED_CLASS_GICR_DENIED, .mode = DEVMED_DENIED },
		{ .class = DEVMED_CLASS_GICR, .mode = DEVMED_FORWARD },
		{ .class = DEVMED_CLASS_ITS, .mode = DEVMED_ON },
		{ .class = DEVMED_CLASS_ITS, .mode = DEVMED_ON },
	};
	static const unsigned int counts[] = { 3, 2, 0, 0, 1, 0, 1, 1, 1, 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(claims); i++)
		KUNIT_EXPECT_EQ(test, devmed_count_alike(claims, ARRAY_SIZE(claims), i),
				counts[i]);
}

static struct kunit_case its_cases[] = {
	KUNIT_CASE(gicr_absent_cpu),
	KUNIT_CASE(gicr_strides),
	KUNIT_CASE(gicr_range_too_long),
	KUNIT_CASE(gicr_range_ends),
	KUNIT_CASE(gicr_range_of_nothing),
	KUNIT_CASE(gicr_hole_in_range),
	KUNIT_CASE(gicr_off_reads_nothing),
	KUNIT_CASE(gicr_single),
	KUNIT_CASE(gicr_madt_flags),
	KUNIT_CASE(gicr_affinities),
	KUNIT_CASE(its_handover_words),
	KUNIT_CASE(claims_alike),
	{}
};

static struct kunit_suite its_suite = {
	.name = "devmed-its",
	.test_cases = its_cases,
};

kunit_test_suite(its_suite);
