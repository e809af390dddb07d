// SPDX-License-Identifier: GPL-2.0-only
/*
 * A register file that logs every access. It is strict where hardware would
 * take EL2 down: an address that EL2 has not mapped, or that is not aligned.
 */
#include "fake.h"
#include "harness.h"

u8 fake_device[FAKE_DEV_SIZE];

u64 fake_clock;

static struct fake_model {
	u64 phys;
	u64 size;
	const struct fake_device_ops *ops;
} fake_models[FAKE_NR_MODELS];

void fake_attach(u64 phys, u64 size, const struct fake_device_ops *ops)
{
	unsigned int i = 0;

	while (fake_models[i].ops) {
		i++;
		ASSERT(i < FAKE_NR_MODELS);
	}
	fake_models[i] = (struct fake_model) { phys, size, ops };
}

void fake_detach_all(void)
{
	memset(fake_models, 0, sizeof(fake_models));
}

static const struct fake_model *fake_model_at(u64 phys)
{
	unsigned int i;

	for (i = 0; i < FAKE_NR_MODELS && fake_models[i].ops; i++) {
		if (phys - fake_models[i].phys < fake_models[i].size)
			return &fake_models[i];
	}

	return NULL;
}

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
	const struct fake_model *model;
	u64 value = 0;
	u64 phys;
	u8 *reg;

	reg = fake_register((u64)addr, size, &phys);
	model = fake_model_at(phys);
	if (model)
		value = model->ops->read(phys - model->phys, size);
	else
		memcpy(&value, reg, size);
	fake_log(FAKE_READ, phys, size, value, false);

	return value;
}

static void fake_write(u64 value, void *addr, u64 size, bool ordered)
{
	const struct fake_model *model;
	u64 phys;
	u8 *reg;

	reg = fake_register((u64)addr, size, &phys);
	fake_log(FAKE_WRITE, phys, size, value, ordered);
	model = fake_model_at(phys);
	if (model)
		model->ops->write(phys - model->phys, size, value);
	else
		memcpy(reg, &value, size);
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
