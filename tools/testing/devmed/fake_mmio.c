// SPDX-License-Identifier: GPL-2.0-only
/*
 * A register file that logs every access. It is strict where hardware would
 * take EL2 down: an address that EL2 has not mapped, or that is not aligned. An
 * access that is aborted goes through EL2's own handler.
 */
#include "fake.h"
#include "harness.h"

#include <nvhe/devmed_raw.h>

u8 fake_device[FAKE_DEV_SIZE];

u64 fake_clock;

enum fake_abort (*fake_bus)(u64 phys, u8 size, bool write);
unsigned int fake_aborts;

/* The next write is behind a barrier. */
static bool fenced;

/* One instruction that accesses devices, and where EL2 goes on if that is aborted. */
asm(".pushsection .text\n"
	".globl fake_access, fake_fixup\n"
	"fake_access:	nop\n"
	"fake_fixup:	nop\n"
	".popsection\n"
	".pushsection __kvm_ex_table, \"a\"\n"
	"	.balign	8\n"
	"	.long	fake_access - ., fake_fixup - .\n"
	".popsection\n");

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

/* Does the work of the exception and of the accessor's fixup. */
static void fake_take_abort(u64 addr)
{
	const struct fake_sysregs before = fake_sysregs;

	fake_aborts++;
	fake_sysregs.esr_el2 = FAKE_ESR_ABORT;
	fake_sysregs.far_el2 = addr;
	fake_sysregs.elr_el2 = (u64)fake_access;
	fake_sysregs.spsr_el2 = FAKE_SPSR_EL2;
	ASSERT(devmed_fix_abort());
	ASSERT_EQ(fake_sysregs.elr_el2, (u64)fake_fixup);
	ASSERT_EQ(fake_sysregs.spsr_el2, FAKE_SPSR_EL2);
	fake_sysregs.elr_el2 = before.elr_el2;
	fake_sysregs.spsr_el2 = before.spsr_el2;
}

static u64 fake_read(u64 addr, u64 size)
{
	const struct fake_model *model;
	u64 value = 0;
	u64 phys;
	u8 *reg;

	reg = fake_register(addr, size, &phys);
	if (fake_bus && fake_bus(phys, size, false) != FAKE_ANSWERED) {
		fake_take_abort(addr);
		return U64_MAX;
	}
	model = fake_model_at(phys);
	if (model)
		value = model->ops->read(phys - model->phys, size);
	else
		memcpy(&value, reg, size);
	fake_log(FAKE_READ, phys, size, value, false);

	return value;
}

static void fake_write(u64 value, u64 addr, u64 size)
{
	enum fake_abort abort = FAKE_ANSWERED;
	const struct fake_model *model;
	u64 phys;
	u8 *reg;

	reg = fake_register(addr, size, &phys);
	fake_log(FAKE_WRITE, phys, size, value, fenced);
	fenced = false;
	if (fake_bus)
		abort = fake_bus(phys, size, true);
	if (abort == FAKE_ABORTED)
		fake_take_abort(addr);
	if (abort != FAKE_ANSWERED)
		return;
	model = fake_model_at(phys);
	if (model)
		model->ops->write(phys - model->phys, size, value);
	else
		memcpy(reg, &value, size);
}

u32 fake_read32(void *addr)
{
	return fake_read((u64)addr, sizeof(u32));
}

u64 fake_read64(void *addr)
{
	return fake_read((u64)addr, sizeof(u64));
}

void fake_write32(u32 value, void *addr)
{
	fake_write(value, (u64)addr, sizeof(u32));
}

void fake_write64(u64 value, void *addr)
{
	fake_write(value, (u64)addr, sizeof(u64));
}

void fake_iowmb(void)
{
	fenced = true;
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
