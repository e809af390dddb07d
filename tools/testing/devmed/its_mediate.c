// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2 between the driver of its_setup.c and the GIC, as drivers/devmed/its puts
 * it there.
 */
#include "harness.h"
#include "its_mediate.h"

#define PC		0xffff800080001000ULL
#define VA		0xffff800010000000ULL
#define RT		1
#define MAX_REPEATS	1000

/* A load or store by a 32-bit instruction with a valid syndrome. */
#define ESR_ABORT	(0x92000000ULL | BIT(24))
#define ESR_SIZE(size)	((u64)__builtin_ctz(size) << 22)
#define ESR_RT		(RT << 16)
#define ESR_64		BIT(15)
#define ESR_WRITE	BIT(6)
#define FSC_TRANSLATION	0x07
#define FSC_PERMISSION	0x0f

u64 mediate_pool;
u64 mediate_reach;
int mediate_its[MODEL_MAX_ITS];
int mediate_rd[MODEL_MAX_RDS];
unsigned int mediate_traps;
unsigned int mediate_aborts;

/* The host's memory of each ITS from now on. */
static u64 new_rings[MODEL_MAX_ITS];

static u64 frames(void)
{
	u64 typer = model_mmio_read(MODEL_ITS_BASE + GITS_TYPER, 8);

	return typer & GITS_TYPER_VMAPP ? 3 * SZ_64K : 2 * SZ_64K;
}

static int register_region(enum devmed_class class, u64 base, u64 size, u32 flags)
{
	int id = devmed_register(class, base, size, flags);

	ASSERT(id >= 0);
	return id;
}

void mediate_register(u32 pool_pages)
{
	u64 pool = mediate_pool ?: MEDIATE_POOL_BASE;
	unsigned int i;
	u64 typer;

	ASSERT_EQ(devmed_pool_init(pool >> PAGE_SHIFT, pool_pages), 0);
	model_set_pool(pool, pool_pages * PAGE_SIZE);
	for (i = 0; i < setup_driver.nr_rds; i++) {
		typer = model_mmio_read(model_rd_phys(i) + GICR_TYPER, 8);
		mediate_rd[i] = register_region(DEVMED_CLASS_GICR,
						model_rd_phys(i), SZ_64K, 0);
		if (typer & GICR_TYPER_VLPIS)
			register_region(DEVMED_CLASS_GICR_VLPI,
					model_rd_phys(i) + SZ_128K, SZ_64K, 0);
	}
	for (i = 0; i < setup_nr_its; i++)
		mediate_its[i] = register_region(DEVMED_CLASS_ITS,
						 model_its_phys(i), frames(),
						 DEVMED_REGION_DIRECT_READS);
}

static int start_rds(void)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < setup_driver.nr_rds && !ret; i++)
		ret = devmed_start(mediate_rd[i], 0, 0);
	for (i = 0; i < DEVMED_MAX_REGIONS && !ret; i++) {
		struct devmed_region *region = devmed_get_region(i);

		if (region && region->regs == &devmed_gicr_vlpi_regs)
			ret = devmed_start(i, 0, 0);
	}

	return ret;
}

int mediate_start_its(struct model_its_driver *driver)
{
	u64 ring = model_its_driver_alloc(driver, driver->ring_size, SZ_64K);
	unsigned int i;
	int ret;

	new_rings[driver->its] = ring;
	ret = devmed_start(mediate_its[driver->its], ring, mediate_reach);
	for (i = 0; i < driver->nr_live && !ret; i++)
		ret = devmed_adopt(mediate_its[driver->its], driver->live[i].devid,
				   driver->live[i].itt, driver->live[i].bits);

	return ret;
}

int mediate_start(struct model_its_driver *drivers, unsigned int nr)
{
	int ret = start_rds();

	for (; nr-- && !ret; drivers++)
		ret = mediate_start_its(drivers);

	return ret;
}

/* It goes on at the same offset, and finds all level-2 tables there. */
void mediate_switch(struct model_its_driver *driver)
{
	driver->ring = new_rings[driver->its];
	driver->owned = true;
	driver->read = mediate_read;
	driver->write = mediate_write;
}

void mediate_finalize(void)
{
	devmed_finalize();
	devmed_finalize();
	model_trust_host(false);
}

void mediate_from(u32 pool_pages)
{
	mediate_register(pool_pages);
	ASSERT_EQ(mediate_start(&setup_driver, 1), 0);
	mediate_switch(&setup_driver);
	mediate_finalize();
}

void mediate(void)
{
	mediate_from(MEDIATE_POOL_SIZE / PAGE_SIZE);
}

void mediate_gic(const struct model_gic_params *params)
{
	setup_start(params);
	mediate();
}

void mediate_default(void)
{
	mediate_gic(&model_gic_default);
}

bool mediate_trap(struct kvm_cpu_context *host, u64 phys, u64 esr)
{
	struct kvm_vcpu_fault_info fault = {
		.far_el2 = VA | offset_in_page(phys),
		.hpfar_el2 = phys >> 12 << 4 | BIT_ULL(63),
	};
	unsigned int aborts = fake_count(FAKE_INJECT);

	fake_sysregs = (struct fake_sysregs) {
		.esr_el2 = esr, .spsr_el2 = 0x5, .elr_el2 = PC,
	};
	mediate_traps++;
	ASSERT(devmed_handle_host_abort(host, esr, &fault));
	fake_check_idle();
	mediate_aborts += fake_count(FAKE_INJECT) - aborts;

	return fake_sysregs.elr_el2 == PC + 4;
}

u64 mediate_syndrome(u64 phys, u8 size, bool write)
{
	return ESR_ABORT | ESR_SIZE(size) | ESR_RT | (size == 8 ? ESR_64 : 0) |
	       (write ? ESR_WRITE : 0) |
	       (fake_s2(phys) == FAKE_S2_R ? FSC_PERMISSION : FSC_TRANSLATION);
}

static bool trap(u64 phys, u8 size, bool write, u64 *value)
{
	struct kvm_cpu_context host = { .regs.regs[RT] = *value };
	bool done = mediate_trap(&host, phys, mediate_syndrome(phys, size, write));

	*value = host.regs.regs[RT];

	return done;
}

u64 mediate_read(u64 phys, u8 size)
{
	u64 value = 0;

	fake_log_reset();
	if (fake_s2(phys) == FAKE_S2_HYP)
		trap(phys, size, false, &value);
	else
		value = model_host_read(phys, size);

	return value;
}

bool mediate_try_write(u64 phys, u8 size, u64 value)
{
	unsigned int aborts = mediate_aborts;
	unsigned int i;

	fake_log_reset();
	if (fake_s2(phys) != FAKE_S2_HYP && fake_s2(phys) != FAKE_S2_R) {
		model_mmio_write(phys, size, value);
		return true;
	}
	for (i = 0; i < MAX_REPEATS; i++) {
		u64 rt = value;

		if (trap(phys, size, true, &rt))
			return true;
		if (mediate_aborts != aborts)
			return false;
	}
	ASSERT(false);
}

void mediate_write(u64 phys, u8 size, u64 value)
{
	ASSERT(mediate_try_write(phys, size, value));
}

u64 mediate_counter(int region, enum devmed_counter counter)
{
	u64 value;

	ASSERT_EQ(devmed_read_counter(region, counter, &value), 0);
	return value;
}

void mediate_works(void)
{
	const struct model_its_stats before = *model_its_stats(0);
	unsigned int taken = model_lpis_taken(SETUP_RD, SETUP_LPI);

	setup_sync(model_event(GITS_CMD_INT, SETUP_DEV, SETUP_EVENT), SETUP_RD);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(SETUP_RD, SETUP_LPI), taken + 2);
	ASSERT_EQ(model_its_stats(0)->errors, before.errors);
	ASSERT_EQ(model_its_stats(0)->commands, before.commands + 2);
	model_gic_settle();
	model_gic_check();
}

const u64 *mediate_hyp_slot(u32 offset)
{
	u64 cbaser = model_mmio_read(MODEL_ITS_BASE + GITS_CBASER, 8);

	return fake_host_va(GITS_CBASER_ADDRESS(cbaser) + offset);
}

u32 mediate_stall(struct model_cmd cmd, struct model_cmd next)
{
	unsigned int patience = setup_driver.patience;
	u32 offset = setup_driver.prod;

	setup_driver.patience = 3;
	model_its_object(0);
	model_its_driver_queue(&setup_driver, cmd.dw);
	ASSERT(!model_its_driver_send(&setup_driver, next.dw));
	setup_driver.patience = patience;
	ASSERT_EQ(mediate_read(MODEL_ITS_BASE + GITS_CREADR, 8), offset | 1);

	return offset;
}

void mediate_retry(u32 offset, struct model_cmd cmd)
{
	memcpy(fake_host_va(setup_driver.ring + offset), cmd.dw, sizeof(cmd));
	mediate_write(MODEL_ITS_BASE + GITS_CWRITER, 8, setup_driver.prod | 1);
	ASSERT_EQ(mediate_read(MODEL_ITS_BASE + GITS_CREADR, 8),
		  setup_driver.prod);
}

void mediate_refused(struct model_cmd cmd, enum devmed_counter reason)
{
	u64 refused = mediate_counter(mediate_its[0], reason);
	u64 errors = model_its_stats(0)->errors;

	setup_send(cmd);
	ASSERT_EQ(mediate_counter(mediate_its[0], reason), refused + 1);
	ASSERT_EQ(model_its_stats(0)->errors, errors);
	mediate_works();
}

void mediate_suspend(unsigned int how)
{
	devmed_suspend();
	model_its_firmware(0, how);
	devmed_resume();
	fake_check_idle();
	model_gic_check();
}

/* Off, and quiescent. */
void mediate_disable(void)
{
	mediate_write(MODEL_ITS_BASE + GITS_CTLR, 4, 0);
	while (!(mediate_read(MODEL_ITS_BASE + GITS_CTLR, 4) & GITS_CTLR_QUIESCENT))
		;
}

void mediate_enable(void)
{
	mediate_write(MODEL_ITS_BASE + GITS_CTLR, 4, GITS_CTLR_ENABLE);
	ASSERT(mediate_read(MODEL_ITS_BASE + GITS_CTLR, 4) & GITS_CTLR_ENABLE);
}
