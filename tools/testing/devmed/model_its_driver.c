// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small driver: the registers and commands of drivers/irqchip/irq-gic-v3-its.c,
 * in its order and its widths, with memory that it never gives back.
 */
#include "fake_dram.h"
#include "harness.h"
#include "model_its.h"

#define DRIVER_PATIENCE	1000

static u64 driver_read(struct model_its_driver *driver, u64 offset, u8 size)
{
	return driver->read(model_its_phys(driver->its) + offset, size);
}

static void driver_write(struct model_its_driver *driver, u64 offset, u8 size,
			 u64 value)
{
	driver->write(model_its_phys(driver->its) + offset, size, value);
}

static void driver_flush(struct model_its_driver *driver, u64 phys, u64 size)
{
	if (driver->flush)
		fake_dram_flush(phys, size);
}

u64 model_its_driver_alloc(struct model_its_driver *driver, u64 size, u64 align)
{
	u64 phys = ALIGN(driver->next, align);

	ASSERT(phys + size <= driver->end);
	driver->next = phys + size;
	memset(fake_host_va(phys), 0, size);
	driver_flush(driver, phys, size);

	return phys;
}

void model_its_driver_enable_lpi(struct model_its_driver *driver, u32 intid, bool on)
{
	u64 phys = driver->prop + intid - MODEL_FIRST_LPI;

	*(u8 *)fake_host_va(phys) = LPI_PROP_GROUP1 | (on ? LPI_PROP_ENABLED : 0);
	driver_flush(driver, phys, 1);
}

void model_its_driver_init_rd(struct model_its_driver *driver, unsigned int rd)
{
	u64 base = model_rd_phys(rd);
	u32 ctlr;

	driver->pend[rd] = model_its_driver_alloc(driver, SZ_64K, SZ_64K);
	driver->write(base + GICR_PROPBASER, 8, driver->prop |
		      GICR_PROPBASER_InnerShareable | GICR_PROPBASER_RaWaWb |
		      ((driver->lpi_bits ? driver->lpi_bits : MODEL_LPI_BITS) - 1));
	if (!(driver->read(base + GICR_PROPBASER, 8) & GICR_PROPBASER_SHAREABILITY_MASK))
		driver->flush = true;
	driver->write(base + GICR_PENDBASER, 8, driver->pend[rd] |
		      GICR_PENDBASER_InnerShareable | GICR_PENDBASER_RaWaWb);
	ctlr = driver->read(base + GICR_CTLR, 4);
	driver->write(base + GICR_CTLR, 4, ctlr | GICR_CTLR_ENABLE_LPIS);
}

u64 model_its_driver_page_size(u64 baser)
{
	static const u32 sizes[] = { SZ_4K, SZ_16K, SZ_64K, SZ_64K };

	return sizes[baser >> GITS_BASER_PAGE_SIZE_SHIFT & 3];
}

/* The page allocator has no less than a page. */
static u64 driver_alloc_table(struct model_its_driver *driver, u64 size, u64 psz)
{
	return model_its_driver_alloc(driver, ALIGN(size, PAGE_SIZE),
				      max_t(u64, psz, PAGE_SIZE));
}

static u64 driver_page_field(u32 psz)
{
	return psz == SZ_4K ? GITS_BASER_PAGE_SIZE_4K :
	       psz == SZ_16K ? GITS_BASER_PAGE_SIZE_16K : GITS_BASER_PAGE_SIZE_64K;
}

/* The pages wanted if it has them, two levels if it has them: its_setup_baser(). */
static void driver_init_baser(struct model_its_driver *driver, unsigned int n)
{
	u64 attrs = GITS_BASER_InnerShareable | GITS_BASER_RaWaWb;
	u64 offset = GITS_BASER + n * sizeof(u64);
	u64 value = driver_read(driver, offset, 8);
	u32 pages = 1;
	u64 psz;

	if (GITS_BASER_TYPE(value) == GITS_BASER_TYPE_NONE)
		return;
	attrs |= driver_page_field(driver->page_size);
	if (GITS_BASER_TYPE(value) != GITS_BASER_TYPE_COLLECTION)
		attrs |= GITS_BASER_INDIRECT;
	driver_write(driver, offset, 8, attrs);
	value = driver_read(driver, offset, 8);
	psz = model_its_driver_page_size(value);
	if (!(value & GITS_BASER_INDIRECT) && driver->flat_pages)
		pages = driver->flat_pages;
	driver->table[n] = driver_alloc_table(driver, pages * psz, psz);
	driver_write(driver, offset, 8, value | driver->table[n] | (pages - 1) |
		     GITS_BASER_VALID);
	driver->baser[n] = driver_read(driver, offset, 8);
	if (!(driver->baser[n] & GITS_BASER_SHAREABILITY_MASK))
		driver->flush = true;
}

static void driver_init_ring(struct model_its_driver *driver)
{
	u64 value;

	if (!driver->ring_size)
		driver->ring_size = SZ_64K;
	driver->ring = model_its_driver_alloc(driver, driver->ring_size, SZ_64K);
	driver_write(driver, GITS_CBASER, 8, driver->ring | GITS_CBASER_RaWaWb |
		     GITS_CBASER_InnerShareable | GITS_CBASER_VALID |
		     (driver->ring_size / SZ_4K - 1));
	value = driver_read(driver, GITS_CBASER, 8);
	if (!(value & GITS_CBASER_SHAREABILITY_MASK))
		driver->flush = true;
	driver_write(driver, GITS_CWRITER, 8, 0);
	driver->prod = 0;
}

void model_its_driver_init(struct model_its_driver *driver)
{
	u32 ctlr = driver_read(driver, GITS_CTLR, 4);
	unsigned int i;

	if (!driver->patience)
		driver->patience = DRIVER_PATIENCE;
	driver->typer = driver_read(driver, GITS_TYPER, 8);
	for (i = 0; i < MODEL_NR_BASERS; i++)
		driver_init_baser(driver, i);
	driver_init_ring(driver);
	driver_write(driver, GITS_CTLR, 4, ctlr | GITS_CTLR_ENABLE);
}

void model_its_driver_start(struct model_its_driver *driver, u64 base, u64 size)
{
	struct model_cmd cmd;
	unsigned int rd;

	driver->next = base;
	driver->end = base + size;
	if (!driver->prop) {
		driver->prop = model_its_driver_alloc(driver, SZ_64K, SZ_64K);
		for (rd = 0; rd < driver->nr_rds; rd++) {
			if (!(driver->skip_lpis & BIT(rd)))
				model_its_driver_init_rd(driver, rd);
		}
	}
	model_its_driver_init(driver);
	for (rd = 0; rd < driver->nr_rds; rd++) {
		if (driver->skip_rds & BIT(rd))
			continue;
		cmd = model_mapc(rd, model_rdbase(rd), true);
		ASSERT(model_its_driver_sync(driver, cmd.dw, rd));
		cmd = model_invall(rd);
		ASSERT(model_its_driver_sync(driver, cmd.dw, rd));
	}
}

static void driver_force_quiescent(struct model_its_driver *driver)
{
	u32 ctlr = driver_read(driver, GITS_CTLR, 4);
	unsigned int i;

	driver_write(driver, GITS_CTLR, 4, ctlr & ~(GITS_CTLR_ENABLE | GITS_CTLR_ImDe));
	for (i = 0; i < driver->patience; i++) {
		if (driver_read(driver, GITS_CTLR, 4) & GITS_CTLR_QUIESCENT)
			return;
	}
	ASSERT(false);
}

void model_its_driver_suspend(struct model_its_driver *driver)
{
	driver->ctlr_save = driver_read(driver, GITS_CTLR, 4);
	driver_force_quiescent(driver);
	driver->cbaser_save = driver_read(driver, GITS_CBASER, 8);
}

void model_its_driver_resume(struct model_its_driver *driver)
{
	unsigned int rd;
	unsigned int n;

	driver_force_quiescent(driver);
	driver_write(driver, GITS_CBASER, 8, driver->cbaser_save);
	driver->prod = 0;
	driver_write(driver, GITS_CWRITER, 8, 0);
	for (n = 0; n < MODEL_NR_BASERS; n++) {
		if (driver->baser[n] & GITS_BASER_VALID)
			driver_write(driver, GITS_BASER + n * 8, 8, driver->baser[n]);
	}
	driver_write(driver, GITS_CTLR, 4, driver->ctlr_save);
	for (rd = 0; rd < GITS_TYPER_HCC(driver->typer) && rd < driver->nr_rds; rd++) {
		struct model_cmd cmd = model_mapc(rd, model_rdbase(rd), true);

		ASSERT(model_its_driver_sync(driver, cmd.dw, rd));
	}
}

void model_its_driver_queue(struct model_its_driver *driver, const u64 *cmd)
{
	u64 phys = driver->ring + driver->prod;

	memcpy(fake_host_va(phys), cmd, 32);
	driver_flush(driver, phys, 32);
	driver->prod = (driver->prod + 32) % driver->ring_size;
}

bool model_its_driver_post(struct model_its_driver *driver)
{
	unsigned int i;

	driver_write(driver, GITS_CWRITER, 4, driver->prod);
	for (i = 0; i < driver->patience; i++) {
		if (driver_read(driver, GITS_CREADR, 4) == driver->prod)
			return true;
	}

	return false;
}

bool model_its_driver_send(struct model_its_driver *driver, const u64 *cmd)
{
	model_its_driver_queue(driver, cmd);

	return model_its_driver_post(driver);
}

bool model_its_driver_sync(struct model_its_driver *driver, const u64 *cmd,
			   unsigned int rd)
{
	struct model_cmd sync = model_sync(model_rdbase(rd));

	model_its_driver_queue(driver, cmd);

	return model_its_driver_send(driver, sync.dw);
}

/* its_alloc_table_entry() */
static void driver_alloc_level2(struct model_its_driver *driver, unsigned int type,
				u32 id)
{
	unsigned int n = 0;
	u64 entry;
	u64 psz;
	u64 *l1;

	while (n < MODEL_NR_BASERS && GITS_BASER_TYPE(driver->baser[n]) != type)
		n++;
	if (n == MODEL_NR_BASERS || !(driver->baser[n] & GITS_BASER_INDIRECT))
		return;
	if (driver->owned)
		return;
	psz = model_its_driver_page_size(driver->baser[n]);
	entry = id / (psz / GITS_BASER_ENTRY_SIZE(driver->baser[n]));
	l1 = fake_host_va(driver->table[n] + entry * sizeof(u64));
	if (*l1 & GITS_BASER_VALID)
		return;
	*l1 = driver_alloc_table(driver, psz, psz) | GITS_BASER_VALID;
	driver_flush(driver, driver->table[n] + entry * sizeof(u64), sizeof(u64));
}

static u8 driver_event_bits(u32 nr_events)
{
	u8 bits = 1;

	while (BIT(bits) < nr_events)
		bits++;

	return bits;
}

/* Of at least 256 bytes, and wherever the last one ended. */
static u64 driver_alloc_itt(struct model_its_driver *driver, u8 bits)
{
	u64 size = FIELD_GET(GITS_TYPER_ITT_ENTRY_SIZE, driver->typer) + 1;

	if (driver->owned)
		return 0;
	if (driver->ite_size)
		size = driver->ite_size;

	return model_its_driver_alloc(driver, max(size << bits, 256ULL), 256);
}

bool model_its_driver_try_map(struct model_its_driver *driver, u32 devid,
			      u32 nr_events)
{
	u8 bits = driver_event_bits(nr_events);
	struct model_its_live *live;
	struct model_cmd cmd;

	ASSERT(driver->nr_live < MODEL_MAX_LIVE);
	live = &driver->live[driver->nr_live++];
	driver_alloc_level2(driver, GITS_BASER_TYPE_DEVICE, devid);
	*live = (struct model_its_live) {
		devid, driver_alloc_itt(driver, bits), bits
	};
	cmd = model_mapd(devid, live->itt, bits - 1, true);

	return model_its_driver_send(driver, cmd.dw);
}

u64 model_its_driver_map(struct model_its_driver *driver, u32 devid, u32 nr_events)
{
	ASSERT(model_its_driver_try_map(driver, devid, nr_events));

	return driver->live[driver->nr_live - 1].itt;
}

/* As its_alloc_vpe_table(): the level-2 page, if that is what it takes. */
void model_its_driver_need_vpe(struct model_its_driver *driver, u16 vpeid)
{
	driver_alloc_level2(driver, GITS_BASER_TYPE_VCPU, vpeid);
}

void model_its_driver_unmap(struct model_its_driver *driver, u32 devid)
{
	struct model_cmd cmd = model_mapd(devid, 0, 0, false);
	unsigned int i = 0;

	while (driver->live[i].devid != devid) {
		i++;
		ASSERT(i < driver->nr_live);
	}
	driver->live[i] = driver->live[--driver->nr_live];
	ASSERT(model_its_driver_send(driver, cmd.dw));
}
