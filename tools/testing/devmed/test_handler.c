// SPDX-License-Identifier: GPL-2.0-only
/*
 * reg.c with a backend: handlers see whole registers, masked, one at a time
 * (T05, habit 4 of the register tables).
 */
#include <nvhe/devmed_trap.h>

#include "fake.h"
#include "harness.h"

#define NR	4

static struct model {
	u64 value[NR];
	unsigned int reads;
	unsigned int writes;
	u64 given;
	int error;
} model;

static u64 model_read(struct devmed_region *region, void *instance,
		      unsigned int index)
{
	struct model *m = instance;

	ASSERT(m == &model && index < NR);
	ASSERT(fake_holds("&region->lock"));
	m->reads++;
	return m->value[index];
}

static int model_write(struct devmed_region *region, void *instance,
		       unsigned int index, u64 value)
{
	struct model *m = instance;

	ASSERT(m == &model && index < NR);
	ASSERT(fake_holds("&region->lock"));
	m->writes++;
	m->given = value;
	if (m->error)
		return m->error;
	m->value[index] = value;
	return 0;
}

static struct devmed_reg row;
static const struct devmed_regs table = { .regs = &row, .nr_regs = 1 };

static struct devmed_region *setup(u8 width, u64 rd, u64 wr)
{
	struct devmed_region *region = fake_region(&table, SZ_64K, 0);

	row = (struct devmed_reg) DEVMED_REGS(0x100, NR, width, rd, wr,
					      .read = model_read,
					      .write = model_write);
	model = (struct model) {};
	fake_log_reset();
	ASSERT_EQ(devmed_publish(region, &model), 0);
	return region;
}

static enum devmed_answer access_at(struct devmed_region *region, u64 offset,
				    u8 size, bool write, u64 *value,
				    enum devmed_counter *reason)
{
	struct devmed_access access = {
		.offset = offset, .size = size, .write = write,
		.value = write ? *value : 0,
	};
	enum devmed_answer answer;

	*reason = DEVMED_NR_COUNTERS;
	answer = devmed_access_reg(region, &access, reason);
	*value = access.value;
	/* Handlers stand for the device. */
	ASSERT_EQ(fake_count(FAKE_READ) + fake_count(FAKE_WRITE), 0);
	return answer;
}

static void write_at(struct devmed_region *region, u64 offset, u8 size, u64 value)
{
	enum devmed_counter reason;

	ASSERT_EQ(access_at(region, offset, size, true, &value, &reason),
		  DEVMED_EMULATE);
}

static u64 read_at(struct devmed_region *region, u64 offset, u8 size)
{
	enum devmed_counter reason;
	u64 value = 0;

	ASSERT_EQ(access_at(region, offset, size, false, &value, &reason),
		  DEVMED_EMULATE);
	return value;
}

/* A write in halves, in either order, is the write as a whole. */
static void check_split(u64 rd, u64 wr)
{
	struct devmed_region *region = setup(8, rd, wr);
	u64 value = test_random();
	u64 old = test_random();
	unsigned int order;
	u64 whole;

	model.value[1] = old;
	write_at(region, 0x108, 8, value);
	whole = model.value[1];
	ASSERT_EQ(whole & ~wr, 0);

	for (order = 0; order < 2; order++) {
		model.value[1] = old & wr;
		write_at(region, 0x108 + order * 4, 4, (u32)(value >> order * 32));
		ASSERT_EQ(model.given & ~wr, 0);
		order ^= 1;
		write_at(region, 0x108 + order * 4, 4, (u32)(value >> order * 32));
		order ^= 1;
		ASSERT_EQ(model.value[1], whole);
	}
	free(region);
}

TEST(handler_split)
{
	unsigned int i;

	check_split(U64_MAX, U64_MAX);
	for (i = 0; i < 2000; i++) {
		u64 wr = test_random() | 1;

		check_split(wr | test_random(), wr);
	}
}

/* What a read hides, a write to the other half must keep. */
TEST(handler_split_hidden)
{
	unsigned int i;

	check_split(1, U64_MAX);
	check_split(0, U64_MAX);
	for (i = 0; i < 2000; i++)
		check_split(test_random(), test_random() | 1);
}

TEST(handler_masks)
{
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		u64 rd = test_random() | 1;
		u64 wr = test_random() | 1;
		struct devmed_region *region = setup(8, rd, wr);
		u64 value = test_random();

		write_at(region, 0x110, 8, value);
		ASSERT_EQ(model.given, value & wr);
		model.value[2] = value;
		ASSERT_EQ(read_at(region, 0x110, 8), value & rd);
		ASSERT_EQ(read_at(region, 0x110, 4), (u32)(value & rd));
		ASSERT_EQ(read_at(region, 0x114, 4), (value & rd) >> 32);
		free(region);
	}
}

TEST(handler_index)
{
	struct devmed_region *region = setup(4, U32_MAX, U32_MAX);
	unsigned int i;

	for (i = 0; i < NR; i++) {
		write_at(region, 0x100 + i * 4, 4, i + 7);
		ASSERT_EQ(model.value[i], i + 7);
		ASSERT_EQ(read_at(region, 0x100 + i * 4, 4), i + 7);
	}
	ASSERT_EQ(model.reads, NR);
	ASSERT_EQ(model.writes, NR);
	/* Widely spaced, nothing answers between them. */
	row.stride = 16;
	write_at(region, 0x120, 4, 99);
	ASSERT_EQ(model.value[2], 99);

	enum devmed_counter reason;
	u64 value = 0;

	ASSERT_EQ(access_at(region, 0x124, 4, false, &value, &reason),
		  DEVMED_IGNORE);
	ASSERT_EQ(reason, DEVMED_REFUSED_HOLE);
}

TEST(handler_error)
{
	struct devmed_region *region = setup(8, U64_MAX, U64_MAX);
	enum devmed_counter reason;
	u64 value = 5;

	model.error = -EINVAL;
	ASSERT_EQ(access_at(region, 0x100, 8, true, &value, &reason),
		  DEVMED_IGNORE);
	ASSERT_EQ(reason, DEVMED_REFUSED_HANDLER);
	ASSERT_EQ(model.value[0], 0);
	fake_check_idle();
	/* And the next one is not affected. */
	model.error = 0;
	write_at(region, 0x100, 8, 6);
	ASSERT_EQ(model.value[0], 6);
}

TEST(handler_not_before_publication)
{
	struct devmed_region *region = setup(4, U32_MAX, U32_MAX);
	enum devmed_counter reason;
	struct devmed_access access = { .offset = 0x100, .size = 4 };

	devmed_withdraw(region);
	ASSERT_EQ(devmed_access_reg(region, &access, &reason), DEVMED_FORWARD);
	ASSERT_EQ(fake_count(FAKE_READ), 1);
	ASSERT_EQ(model.reads, 0);
}

/* A device-backed register of a published region: masked too. */
TEST(handler_none)
{
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		u64 rd = test_random() | 1;
		u64 wr = test_random() | 1;
		struct devmed_region *region = setup(8, rd, wr);
		enum devmed_counter reason;
		struct devmed_access access = {
			.offset = 0x108, .size = 8, .write = true,
			.value = test_random(),
		};

		row.read = NULL;
		row.write = NULL;
		fake_log_reset();
		ASSERT_EQ(devmed_access_reg(region, &access, &reason),
			  DEVMED_EMULATE);
		ASSERT_EQ(fake_count(FAKE_WRITE), 1);
		ASSERT_EQ(fake_event(FAKE_WRITE, 0)->value, access.value & wr);
		ASSERT(fake_event(FAKE_WRITE, 0)->ordered);
		ASSERT_EQ(fake_count(FAKE_READ), 0);
		access.write = false;
		ASSERT_EQ(devmed_access_reg(region, &access, &reason),
			  DEVMED_EMULATE);
		ASSERT_EQ(access.value, fake_event(FAKE_READ, 0)->value & rd);
		free(region);
	}
}

static u64 reading_read(struct devmed_region *region, void *instance,
			unsigned int index)
{
	return devmed_read32(region, 0x200);
}

static int reading_write(struct devmed_region *region, void *instance,
			 unsigned int index, u64 value)
{
	devmed_write32(region, 0x200, value);
	return devmed_read32(region, 0x204) == U32_MAX ? -EAGAIN : 0;
}

static enum fake_abort bus_aborts(u64 phys, u8 size, bool write)
{
	return FAKE_ABORTED;
}

/*
 * A handler whose accesses are aborted sees all ones, lets its lock go and may say
 * anything; the trap knows.
 */
TEST(handler_t19_aborted)
{
	struct devmed_region *region = setup(4, U32_MAX, U32_MAX);
	struct devmed_access access = { .offset = 0x100, .size = 4 };
	enum devmed_counter reason;

	row.read = reading_read;
	row.write = reading_write;
	fake_sysregs.esr_el2 = 0x93830047;
	ASSERT_EQ(devmed_access_reg(region, &access, &reason), DEVMED_EMULATE);
	ASSERT(!devmed_was_aborted());

	fake_bus = bus_aborts;
	ASSERT_EQ(devmed_access_reg(region, &access, &reason), DEVMED_EMULATE);
	ASSERT_EQ(access.value, U32_MAX);
	ASSERT(devmed_was_aborted());
	fake_check_idle();

	access.write = true;
	fake_sysregs.esr_el2 = 0x93830047;
	ASSERT_EQ(devmed_access_reg(region, &access, &reason), DEVMED_REPEAT);
	ASSERT(devmed_was_aborted());
	ASSERT_EQ(fake_aborts, 3);
	fake_check_idle();
}

/*
 * A 64-bit register that EL2 writes but the device reads cannot take halves:
 * the device knows EL2's value, not the host's. The table is refused, or the
 * device is left alone.
 */
TEST(handler_write_alone)
{
	struct devmed_region *region = setup(8, U64_MAX, U64_MAX);
	u64 value = 1;
	enum devmed_counter reason;

	row.read = NULL;
	if (!devmed_check_regs(&table))
		access_at(region, 0x100, 4, true, &value, &reason);
}
