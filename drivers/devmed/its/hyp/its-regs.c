// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS frames as a register table.
 *
 * Attack surface: every register of the ITS; CBASER, CWRITER and BASERn are
 * addresses and indices that the ITS acts on.
 *
 * Guarantees: rows for each register of IHI 0069, 12.18 and 12.19, at its
 * width; IMPLEMENTATION DEFINED registers have none, so the host does not
 * reach them. Once an ITS is taken over, its base registers keep the values
 * that they have: the host can write those again, as it does on resume, and no
 * others. The ITS is never enabled with any others, whatever reset it.
 *
 * Leaves to others: the doorbell (its-cmd.c). The host reads what the device
 * reads: all addresses there were the host's own, before they were EL2's.
 */
#include <linux/bitfield.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_trap.h>
#include <nvhe/devmed_wait.h>

#include "its-hyp.h"

#define ITS_QUIESCE_USECS	100

/* GITS_CTLR of an ITS without power: it has bits that are always 0. */
#define ITS_NO_ANSWER		U32_MAX

/* What makes a base register the same one. */
#define ITS_CBASER_KEY		(GITS_CBASER_VALID | GENMASK_ULL(51, 12) | \
				 GITS_CBASER_SIZE)
#define ITS_BASER_KEY		(GITS_BASER_VALID | GITS_BASER_INDIRECT | \
				 GITS_BASER_ADDR | GITS_BASER_PAGE_SIZE_MASK | \
				 GITS_BASER_SIZE)

static u32 its_baser(unsigned int i)
{
	return GITS_BASER + i * sizeof(u64);
}

static u32 its_read_ctlr(const struct devmed_its *its)
{
	return devmed_read32(its->region, GITS_CTLR);
}

/**
 * its_is_enabled - does the ITS take commands?
 * @its: the instance
 *
 * Context: region->lock held.
 * Return: GITS_CTLR.Enabled.
 */
bool its_is_enabled(const struct devmed_its *its)
{
	return its_read_ctlr(its) & GITS_CTLR_ENABLE;
}

/* Base registers can be written now (IHI 0069, 12.19.1 and 12.19.2). */
static bool its_is_quiescent(const struct devmed_its *its)
{
	return !its_is_enabled(its) &&
	       devmed_wait_until(its_read_ctlr(its) & GITS_CTLR_QUIESCENT,
				 ITS_QUIESCE_USECS);
}

/**
 * its_was_reset - has the ITS lost its registers?
 * @its: the instance
 *
 * Context: region->lock held.
 * Return: true until they have been restored.
 */
bool its_was_reset(const struct devmed_its *its)
{
	return (devmed_read64(its->region, GITS_CBASER) ^ its->cbaser) &
	       ITS_CBASER_KEY;
}

/* Back to an empty ring: a write of CBASER makes CREADR 0 (IHI 0069, 12.19.2). */
static void its_restart_ring(struct devmed_its *its)
{
	struct devmed_ring *ring = &its->ring;

	its_lose_vpes(its);
	if (devmed_queue_used(&ring->hyp))
		its_lose_commands(its);
	its_scrub_all(its);
	devmed_write64(its->region, GITS_CBASER, its->cbaser);
	devmed_write64(its->region, GITS_CWRITER, 0);
	ring->host.prod = 0;
	ring->host.cons = 0;
	ring->hyp.prod = 0;
	ring->hyp.cons = 0;
	its->unsure = false;
}

static int its_write_cbaser(struct devmed_region *region, void *instance,
			    unsigned int index, u64 value)
{
	struct devmed_its *its = instance;

	if ((value ^ its->cbaser) & ITS_CBASER_KEY)
		return -EPERM;
	if (!its_is_quiescent(its))
		return -EBUSY;
	/*
	 * Commands that the ITS has not seen would be lost, but not their effects
	 * here. If firmware has reset it, that is how it is.
	 */
	its_update_cons(its);
	if (devmed_queue_used(&its->ring.hyp) && !its_was_reset(its))
		return -EBUSY;

	its_restart_ring(its);
	return 0;
}

static u64 its_read_cbaser(struct devmed_region *region, void *instance,
			   unsigned int index)
{
	return devmed_read64(region, GITS_CBASER);
}

static int its_write_baser(struct devmed_region *region, void *instance,
			   unsigned int index, u64 value)
{
	struct devmed_its *its = instance;
	const struct its_table *table = &its->tables[index];

	if (!table->page_size || ((value ^ table->baser) & ITS_BASER_KEY))
		return -EPERM;
	if (!its_is_quiescent(its))
		return -EBUSY;

	devmed_write64(region, its_baser(index), table->baser);
	return 0;
}

static u64 its_read_baser(struct devmed_region *region, void *instance,
			  unsigned int index)
{
	return devmed_read64(region, its_baser(index));
}

/* Firmware may have reset the ITS meanwhile: see that it knows its memory. */
static void its_restore_bases(struct devmed_its *its)
{
	unsigned int i;

	for (i = 0; i < GITS_BASER_NR_REGS; i++) {
		const struct its_table *table = &its->tables[i];
		u64 baser = devmed_read64(its->region, its_baser(i));

		if (!table->page_size && (baser & GITS_BASER_VALID))
			devmed_write64(its->region, its_baser(i),
				       baser & ~GITS_BASER_VALID);
		else if (table->page_size && ((baser ^ table->baser) & ITS_BASER_KEY))
			devmed_write64(its->region, its_baser(i),
				       table->baser);
	}

	if (its_was_reset(its))
		its_restart_ring(its);
}

static int its_write_ctlr(struct devmed_region *region, void *instance,
			  unsigned int index, u64 value)
{
	struct devmed_its *its = instance;
	bool enable = value & GITS_CTLR_ENABLE;
	u32 ctlr = its_read_ctlr(its);
	bool enabled = ctlr & GITS_CTLR_ENABLE;

	/* An answer of nobody, and the ITS may be back for the write. */
	if (ctlr == ITS_NO_ANSWER)
		return -EBUSY;
	if (enable && !enabled) {
		if (!its_is_quiescent(its))
			return -EBUSY;
		its_restore_bases(its);
	}
	devmed_write32(region, GITS_CTLR,
		       its->ctlr | (enable ? GITS_CTLR_ENABLE : 0));
	/* Should it be reset meanwhile, that much is done. */
	if (!enable)
		its_update_cons(its);

	return 0;
}

static u64 its_read_cwriter(struct devmed_region *region, void *instance,
			    unsigned int index)
{
	struct devmed_its *its = instance;

	return its->ring.host.prod * ITS_CMD_SIZE;
}

/* MSIs come from devices; a CPU has no DeviceID of its own to send them with. */
static int its_refuse_msi(struct devmed_region *region, void *instance,
			  unsigned int index, u64 value)
{
	return -EPERM;
}

static u64 its_read_zero(struct devmed_region *region, void *instance,
			 unsigned int index)
{
	return 0;
}

/* Nobody else's vPE table is shared, and the register need not be there. */
static u64 its_read_mpidr(struct devmed_region *region, void *instance,
			  unsigned int index)
{
	const struct devmed_its *its = instance;

	return its->typer & GITS_TYPER_SVPET ?
	       devmed_read32(region, GITS_MPIDR) : 0;
}

/*
 * What an ITS may lack has no row (STATUSR, UMSIR, those of MPAM, all of the
 * identification but PIDR2): it may answer with an abort, as Cavium erratum
 * 38539 has it of the distributor, and EL2 would not survive that.
 */
static const struct devmed_reg its_regs[] = {
	DEVMED_REG(GITS_CTLR, 4, U32_MAX, U32_MAX, .write = its_write_ctlr),
	DEVMED_REG32_RO(GITS_IIDR),
	DEVMED_REG64_RO(GITS_TYPER),
	DEVMED_REG(GITS_MPIDR, 4, U32_MAX, 0, .read = its_read_mpidr),
	DEVMED_REG(GITS_CBASER, 8, U64_MAX, U64_MAX,
		   .read = its_read_cbaser, .write = its_write_cbaser),
	DEVMED_REG(GITS_CWRITER, 8, U64_MAX, U64_MAX,
		   .read = its_read_cwriter, .write = its_write_cwriter),
	DEVMED_REG64_RO(GITS_CREADR),
	DEVMED_REGS(GITS_BASER, GITS_BASER_NR_REGS, 8, U64_MAX, U64_MAX,
		    .read = its_read_baser, .write = its_write_baser),
	DEVMED_REG32_RO(GITS_PIDR2),
	DEVMED_REG(GITS_TRANSLATER, 4, 0, U32_MAX, .write = its_refuse_msi),
	DEVMED_REG(GITS_SGIR, 8, 0, U64_MAX,
		   .read = its_read_zero, .write = its_refuse_msi),
};

static u8 its_index[DEVMED_INDEX_WORDS];

const struct devmed_regs devmed_its_regs = {
	.regs		= its_regs,
	.nr_regs	= ARRAY_SIZE(its_regs),
	.index		= its_index,
	.direct_reads	= SZ_64K,
	.start		= its_start,
	.stop		= its_stop,
	.adopt		= its_adopt,
	.suspend	= its_suspend,
};
