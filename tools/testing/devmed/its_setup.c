// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GIC, its driver and one device, as tests start with them.
 */
#include <unistd.h>

#include "fake_dram.h"
#include "harness.h"
#include "its_setup.h"

struct model_its_driver setup_driver = {
	.read = model_mmio_read,
	.write = model_mmio_write,
};

u64 setup_itt;
unsigned int setup_nr_its;
static const char *expected;

/* A new one may be attached where the old one was. */
void setup_reset(void)
{
	fake_detach_all();
	fake_dram_stop();
	setup_driver = (struct model_its_driver) {
		.read = model_mmio_read,
		.write = model_mmio_write,
	};
	setup_itt = 0;
}

void setup_gic(const struct model_gic_params *params)
{
	model_gic_init(params);
	setup_nr_its = params->nr_its;
	setup_driver.nr_rds = params->nr_rds;
	model_its_driver_start(&setup_driver, FAKE_MEM_BASE, FAKE_MEM_SIZE);
}

void setup_start(const struct model_gic_params *params)
{
	setup_gic(params);
	model_its_driver_enable_lpi(&setup_driver, SETUP_LPI, true);
	setup_page(0);
	setup_itt = model_its_driver_map(&setup_driver, SETUP_DEV, SETUP_EVENTS);
	setup_page(0);
	setup_sync(model_mapti(SETUP_DEV, SETUP_EVENT, SETUP_LPI, SETUP_RD), SETUP_RD);
}

void setup_send(struct model_cmd cmd)
{
	ASSERT(model_its_driver_send(&setup_driver, cmd.dw));
}

void setup_sync(struct model_cmd cmd, unsigned int rd)
{
	ASSERT(model_its_driver_sync(&setup_driver, cmd.dw, rd));
}

u64 setup_page(unsigned int nr)
{
	return model_its_driver_alloc(&setup_driver, nr * PAGE_SIZE, PAGE_SIZE);
}

void setup_donate(u64 phys, u64 size)
{
	ASSERT_EQ(__pkvm_host_donate_hyp(phys >> PAGE_SHIFT, size >> PAGE_SHIFT), 0);
}

/* The driver fills level 1 from its start, as it needs it. */
static void take_level2(u64 baser, const u64 *entry)
{
	for (; *entry & GITS_BASER_VALID; entry++)
		setup_donate(*entry & GENMASK_ULL(51, 12),
			     model_its_driver_page_size(baser));
}

static void take_tables(unsigned int what)
{
	unsigned int n;

	for (n = 0; n < MODEL_NR_BASERS; n++) {
		u64 baser = setup_driver.baser[n];

		if (!(baser & GITS_BASER_VALID))
			continue;
		if (what & SETUP_LEVEL2 && baser & GITS_BASER_INDIRECT)
			take_level2(baser, fake_host_va(setup_driver.table[n]));
		if (what & SETUP_TABLES)
			setup_donate(setup_driver.table[n],
				     model_its_driver_page_size(baser) *
				     GITS_BASER_NR_PAGES(baser));
	}
}

void setup_take_over(unsigned int what)
{
	unsigned int rd;

	if (what & SETUP_RING)
		setup_donate(setup_driver.ring, setup_driver.ring_size);
	take_tables(what);
	if (what & SETUP_ITT && setup_itt)
		setup_donate(setup_itt & PAGE_MASK, PAGE_SIZE);
	if (what & SETUP_LPIS)
		ASSERT_EQ(devmed_pin(setup_driver.prop, SZ_64K), 0);
	for (rd = 0; what & SETUP_LPIS && rd < setup_driver.nr_rds; rd++)
		ASSERT_EQ(devmed_pin(setup_driver.pend[rd], SZ_64K), 0);
	model_trust_host(false);
}

static void on_fail(const char *text)
{
	if (!strstr(text, expected))
		fprintf(stderr, "it said: %s\n", text);
	_exit(!strstr(text, expected));
}

static void must_fail(void *arg)
{
	void (**fn)(void) = arg;

	model_on_fail = on_fail;
	(*fn)();
	_exit(1);
}

/* Memory is one for all processes: put back what @fn did to it. */
void setup_objects(void (*fn)(void), const char *words)
{
	static u8 memory[FAKE_MEM_SIZE];
	bool ok;

	expected = words;
	memcpy(memory, fake_host_va(FAKE_MEM_BASE), FAKE_MEM_SIZE);
	ok = test_fork(must_fail, &fn);
	memcpy(fake_host_va(FAKE_MEM_BASE), memory, FAKE_MEM_SIZE);
	if (!ok)
		fprintf(stderr, "no such objection: %s\n", words);
	ASSERT(ok);
}
