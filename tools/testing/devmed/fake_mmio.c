// SPDX-License-Identifier: GPL-2.0-only
/*
 * A register file that logs every access. It is strict where hardware would
 * take EL2 down: an address that EL2 has not mapped, or that is not aligned.
 */
#include "fake.h"
#include "harness.h"

u8 fake_device[FAKE_DEV_SIZE];

void fake_device_fill(void)
{
	unsigned int i;

	for (i = 0; i < FAKE_DEV_SIZE; i++)
		fake_device[i] = test_random();
}

static u8 *fake_register(u64 addr, u64 size, u64 *phys)
{
	if (addr & (size - 1))
		fake_bug("unaligned access to a device", __FILE__, __LINE__);
	if (addr >= FAKE_DEV_BASE)
		*phys = addr - FAKE_DEV_BASE;
	else if (!fake_hyp_maps(addr, phys))
		fake_bug("access to a device that is not mapped", __FILE__, __LINE__);

	return &fake_device[*phys % FAKE_DEV_SIZE];
}

static u64 fake_read(void *addr, u64 size)
{
	u64 value = 0;
	u64 phys;

	memcpy(&value, fake_register((u64)addr, size, &phys), size);
	fake_log(FAKE_READ, phys, size, value, false);

	return value;
}

static void fake_write(u64 value, void *addr, u64 size, bool ordered)
{
	u64 phys;

	memcpy(fake_register((u64)addr, size, &phys), &value, size);
	fake_log(FAKE_WRITE, phys, size, value, ordered);
}

u32 fake_readl(void *addr)
{
	return fake_read(addr, sizeof(u32));
}

u64 fake_readq(void *addr)
{
	return fake_read(addr, sizeof(u64));
}

void fake_writel(u32 value, void *addr, bool barrier)
{
	fake_write(value, addr, sizeof(u32), barrier);
}

void fake_writeq(u64 value, void *addr, bool barrier)
{
	fake_write(value, addr, sizeof(u64), barrier);
}

/* With its mapping already in place. */
struct devmed_region *fake_region(const struct devmed_regs *regs, u64 size,
				  u32 flags)
{
	struct devmed_region *region = calloc(1, sizeof(*region));

	ASSERT(region);
	hyp_spin_lock_init(&region->lock);
	region->size = size;
	region->mmio = (void __iomem *)FAKE_DEV_BASE;
	region->regs = regs;
	region->flags = flags;
	devmed_index_regs(regs);

	return region;
}
