// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for a device: nvhe/devmed_wait.h, and the models that one waits for.
 */
#include <nvhe/devmed_raw.h>
#include <nvhe/devmed_wait.h>

#include "fake.h"
#include "harness.h"

#define BASE	0x08080000ULL

static unsigned int busy;

static u64 slow_read(u64 offset, u8 size)
{
	ASSERT_EQ(offset, 8);
	ASSERT_EQ(size, 4);

	return busy ? busy-- : 0;
}

static void slow_write(u64 offset, u8 size, u64 value)
{
	busy = value;
}

static const struct fake_device_ops slow_ops = { slow_read, slow_write };

TEST(wait_until_done)
{
	void __iomem *reg = (void __iomem *)(FAKE_DEV_BASE + BASE + 8);

	fake_attach(BASE, SZ_4K, &slow_ops);

	fake_write32(5, reg);
	ASSERT(devmed_wait_until(!fake_read32(reg), 100));
	ASSERT_EQ(busy, 0);

	fake_write32(1000000, reg);
	ASSERT(!devmed_wait_until(!fake_read32(reg), 100));
	ASSERT(busy > 1000000 - 200);
}

/* What is done just when the time is over is done. */
TEST(wait_looks_once_more)
{
	u64 end = fake_clock + 5 * FAKE_CNTFRQ / 1000000;

	ASSERT(devmed_wait_until(fake_clock > end, 5));
	ASSERT(!devmed_wait_until(false, 0));
}
