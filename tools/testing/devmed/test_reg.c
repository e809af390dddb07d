// SPDX-License-Identifier: GPL-2.0-only
/*
 * reg.c: the real tables, register by register, against a map of the frame
 * that is drawn byte by byte (T04 to T07, T18).
 */
#include <nvhe/devmed_trap.h>

#include "fake.h"
#include "harness.h"

#define FRAME	SZ_256K

struct want {
	enum devmed_answer answer;
	enum devmed_counter reason;
};

/* For each byte of a frame, its register; NULL in a hole. */
static const struct devmed_reg *map[FRAME];
static u32 map_base[FRAME];

static void draw(const struct devmed_regs *regs)
{
	unsigned int i, n, byte;

	memset(map, 0, sizeof(map));
	for (i = 0; i < regs->nr_regs; i++) {
		const struct devmed_reg *reg = &regs->regs[i];

		for (n = 0; n < reg->count; n++) {
			u32 base = reg->offset + n * reg->stride;

			for (byte = base; byte < base + reg->width; byte++) {
				ASSERT(byte < FRAME && !map[byte]);
				map[byte] = reg;
				map_base[byte] = base;
			}
		}
	}
}

static struct want oracle(u64 offset, u8 size, bool write, bool published)
{
	const struct devmed_reg *reg = map[offset];

	if (size < 4)
		return (struct want) { DEVMED_FAULT, DEVMED_REFUSED_WIDTH };
	if (!reg)
		return (struct want) { DEVMED_IGNORE, DEVMED_REFUSED_HOLE };
	if (size > reg->width)
		return (struct want) { DEVMED_FAULT, DEVMED_REFUSED_WIDTH };
	if (!(write ? reg->wr : reg->rd))
		return (struct want) { DEVMED_IGNORE, DEVMED_REFUSED_DIRECTION };

	return (struct want) {
		published ? DEVMED_EMULATE : DEVMED_FORWARD, DEVMED_NR_COUNTERS
	};
}

static u64 mask_of(u8 size)
{
	return size == 8 ? U64_MAX : (1ULL << size * 8) - 1;
}

static u64 device_value(u64 offset, u8 size)
{
	u64 value = 0;

	memcpy(&value, &fake_device[offset], size);
	return value;
}

/* The one access that a forwarded one becomes. */
static void check_forwarded(const struct devmed_access *access, u64 before)
{
	const struct fake_event *event;

	ASSERT_EQ(fake_count(FAKE_READ), !access->write);
	ASSERT_EQ(fake_count(FAKE_WRITE), access->write);
	event = fake_event(access->write ? FAKE_WRITE : FAKE_READ, 0);
	ASSERT_EQ(event->addr, access->offset);
	ASSERT_EQ(event->size, access->size);
	ASSERT_EQ(event->value, access->value);
	if (access->write)
		ASSERT(event->ordered);
	else
		ASSERT_EQ(access->value, before);
}

/* Touches no other register, reads right, changes what was written. */
static void check_emulated(const struct devmed_access *access, u64 before)
{
	const struct devmed_reg *reg = map[access->offset];
	u32 base = map_base[access->offset];
	unsigned int i;

	for (i = 0; i < fake_count(FAKE_READ); i++) {
		ASSERT_EQ(fake_event(FAKE_READ, i)->addr, base);
		ASSERT_EQ(fake_event(FAKE_READ, i)->size, reg->width);
	}
	ASSERT_EQ(fake_count(FAKE_WRITE), access->write);
	if (access->write)
		ASSERT_EQ(device_value(access->offset, access->size),
			  access->value);
	else
		ASSERT_EQ(access->value, before);
}

static void check_access(struct devmed_region *region, u64 offset, u8 size,
			 bool write)
{
	struct want want = oracle(offset, size, write, region->instance);
	u64 before = device_value(offset, size);
	enum devmed_counter reason = DEVMED_NR_COUNTERS;
	struct devmed_access access = {
		.offset = offset, .size = size, .write = write,
		.value = write ? test_random() & mask_of(size) : 0,
	};

	fake_log_reset();
	ASSERT_EQ(devmed_access_reg(region, &access, &reason), want.answer);
	ASSERT_EQ(reason, want.reason);
	if (want.answer == DEVMED_FORWARD) {
		check_forwarded(&access, before);
	} else if (want.answer == DEVMED_EMULATE) {
		check_emulated(&access, before);
	} else {
		ASSERT_EQ(fake_count(FAKE_READ) + fake_count(FAKE_WRITE), 0);
		if (!write)
			ASSERT_EQ(access.value, 0);
	}
}

static void check_frame(const struct devmed_regs *regs, void *instance)
{
	struct devmed_region *region = fake_region(regs, FRAME, 0);
	u8 size;
	u64 offset;

	fake_device_fill();
	draw(regs);
	region->instance = instance;
	for (size = 1; size <= 8; size <<= 1) {
		for (offset = 0; offset < FRAME; offset += size) {
			check_access(region, offset, size, false);
			check_access(region, offset, size, true);
		}
	}
	free(region);
}

/* The rows without their handlers: what reg.c makes of them by itself. */
static const struct devmed_regs *bare(const struct devmed_regs *regs)
{
	struct devmed_regs *copy = malloc(sizeof(*copy));
	struct devmed_reg *rows = calloc(regs->nr_regs, sizeof(*rows));
	unsigned int i;

	ASSERT(copy && rows);
	for (i = 0; i < regs->nr_regs; i++) {
		rows[i] = regs->regs[i];
		rows[i].read = NULL;
		rows[i].write = NULL;
	}
	*copy = *regs;
	copy->regs = rows;

	return copy;
}

TEST(reg_tables_are_valid)
{
	ASSERT_EQ(devmed_check_regs(&devmed_its_regs), 0);
	ASSERT_EQ(devmed_check_regs(&devmed_gicr_regs), 0);
	ASSERT_EQ(devmed_check_regs(&devmed_gicr_vlpi_regs), 0);
	ASSERT_EQ(devmed_check_regs(&devmed_smmuv3_regs), 0);
}

TEST(reg_frames_forwarded)
{
	check_frame(&devmed_its_regs, NULL);
	check_frame(&devmed_smmuv3_regs, NULL);
}

/* The SMMU's has a backend that answers: see smmu_regs_sweep. */
TEST(reg_frames_published)
{
	int instance;

	check_frame(bare(&devmed_its_regs), &instance);
}

/* A write-only register is not read, whatever part of it is written. */
TEST(reg_write_only_not_read)
{
	const struct devmed_regs *tables[] = {
		bare(&devmed_its_regs), bare(&devmed_smmuv3_regs),
	};
	struct devmed_region *region;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		region = fake_region(tables[i], FRAME, 0);
		region->instance = region;
		for (n = 0; n < tables[i]->nr_regs; n++) {
			enum devmed_counter reason;
			struct devmed_access access = {
				.offset = tables[i]->regs[n].offset,
				.size = 4, .write = true, .value = 1,
			};

			if (tables[i]->regs[n].rd)
				continue;
			fake_log_reset();
			devmed_access_reg(region, &access, &reason);
			ASSERT_EQ(fake_count(FAKE_READ), 0);
			ASSERT_EQ(fake_count(FAKE_WRITE), 1);
		}
	}
}

static int check_row(struct devmed_reg reg)
{
	struct devmed_regs regs = { .regs = &reg, .nr_regs = 1 };

	return devmed_check_regs(&regs);
}

TEST(reg_broken_rows)
{
	struct devmed_reg good = DEVMED_REGS(0x100, 4, 8, U64_MAX, U64_MAX);
	struct devmed_reg reg;

	ASSERT_EQ(check_row(good), 0);
	reg = good;
	reg.count = 0;
	ASSERT_EQ(check_row(reg), -EINVAL);
	reg = good;
	reg.stride = 4;
	ASSERT_EQ(check_row(reg), -EINVAL);
	reg = good;
	reg.stride = 0;
	ASSERT_EQ(check_row(reg), -EINVAL);
	reg = good;
	reg.stride = 12;
	ASSERT_EQ(check_row(reg), -EINVAL);
	reg = good;
	reg.offset = 0x104;
	ASSERT_EQ(check_row(reg), -EINVAL);
	reg = good;
	reg.rd = 0;
	reg.wr = 0;
	ASSERT_EQ(check_row(reg), -EINVAL);
	reg = good;
	reg.width = 4;
	reg.wr = 0;
	ASSERT_EQ(check_row(reg), -EINVAL);
	reg = good;
	reg.width = 4;
	reg.rd = 0;
	ASSERT_EQ(check_row(reg), -EINVAL);
}

TEST(reg_broken_widths)
{
	unsigned int width;

	for (width = 0; width < 256; width++) {
		struct devmed_reg reg = DEVMED_REG(0, width, 1, 1);

		reg.stride = 0x100;
		ASSERT_EQ(check_row(reg), width == 4 || width == 8 ? 0 : -EINVAL);
	}
}

static int check_two(u32 first, u16 count, u16 stride, u32 second)
{
	struct devmed_reg rows[] = {
		DEVMED_REGS(first, count, 4, 1, 0), DEVMED_REG(second, 4, 1, 0),
	};
	struct devmed_regs regs = { .regs = rows, .nr_regs = 2 };

	rows[0].stride = stride;
	return devmed_check_regs(&regs);
}

TEST(reg_broken_tables)
{
	struct devmed_reg reg = DEVMED_REG(0, 4, 1, 1);
	struct devmed_regs regs = { .regs = &reg, .nr_regs = 1 };

	regs.nr_regs = 0;
	ASSERT_EQ(devmed_check_regs(&regs), -EINVAL);
	regs.nr_regs = 1;
	regs.direct_reads = SZ_64K;
	ASSERT_EQ(devmed_check_regs(&regs), 0);
	regs.direct_reads = SZ_64K + SZ_4K;
	ASSERT_EQ(devmed_check_regs(&regs), -EINVAL);

	ASSERT_EQ(check_two(0, 1, 4, 4), 0);
	ASSERT_EQ(check_two(8, 1, 4, 4), -EINVAL);
	ASSERT_EQ(check_two(4, 1, 4, 4), -EINVAL);
	ASSERT_EQ(check_two(0, 4, 4, 12), -EINVAL);
	ASSERT_EQ(check_two(0, 4, 4, 16), 0);
	ASSERT_EQ(check_two(0, 4, 8, 24), -EINVAL);
	ASSERT_EQ(check_two(0, 4, 8, 28), 0);
	/* A row may not sit in the gaps of an array. */
	ASSERT_EQ(check_two(0, 4, 8, 4), -EINVAL);
}

/* Offsets have 64 bits as long as regions may be that large. */
TEST(reg_far_offset)
{
	struct devmed_region *region = fake_region(&devmed_its_regs, 2ULL * SZ_4G, 0);
	enum devmed_counter reason = DEVMED_NR_COUNTERS;
	struct devmed_access access = { .offset = SZ_4G, .size = 4 };

	ASSERT_EQ(devmed_access_reg(region, &access, &reason), DEVMED_IGNORE);
	ASSERT_EQ(reason, DEVMED_REFUSED_HOLE);
	ASSERT_EQ(fake_count(FAKE_READ), 0);
}
