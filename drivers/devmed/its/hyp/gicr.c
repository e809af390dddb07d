// SPDX-License-Identifier: GPL-2.0-only
/*
 * The redistributors: RD_base, where a CPU's LPIs are configured.
 *
 * Attack surface: two addresses. The redistributor reads the configuration of
 * LPIs at one and keeps their pending bits at the other, writing a single bit
 * for each interrupt.
 *
 * Guarantees: both tables are the host's own memory and pinned, for their whole
 * length, while LPIs are enabled, and until the redistributor has been seen to
 * be done with them. All redistributors share one configuration table, and no
 * other two tables overlap, a page having one pin. Neither moves while LPIs are
 * enabled. Cacheability is EL2's choice. A redistributor that firmware restores
 * with other tables is disabled before the host runs.
 *
 * Leaves to others: SGI_base, which has no addresses and is not mediated, and
 * VLPI_base (gicr-vlpi.c).
 */
#include <linux/bitfield.h>
#include <linux/kernel.h>

#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_trap.h>
#include <nvhe/devmed_wait.h>

#include "its-hyp.h"

#define GICR_RWP_USECS		1000

/* Inner Shareable, Write-Back inner and, with 0 for "same", outer. */
#define GICR_CACHED		(GICR_PROPBASER_InnerShareable | GICR_PROPBASER_RaWaWb)

/* Filled in the trusted phase, constant afterwards but for the last two. */
struct devmed_gicr gicrs[CONFIG_NR_CPUS];
unsigned int gicr_count;

/* Inside a region lock, outside of host_mmu.lock. */
static DEFINE_HYP_SPINLOCK(gicr_config_lock);

/*
 * The configuration table that all redistributors share, as GICR_PROPBASER has
 * it, attributes included, and how many use it. Guarded by gicr_config_lock.
 */
static u64 gicr_config;
static unsigned int gicr_config_users;

/* The size that the first one had: LPIs have this many bits of INTID, for good. */
unsigned int gicr_lpi_bits;
u64 gicr_attrs = GICR_CACHED;

/* In all of them, a vPE is made resident as GICv4.0 has it. */
static bool gicr_vpes;

/**
 * gicr_is_lpi - is there such an LPI?
 * @intid: any number
 *
 * Context: Any.
 * Return: true if all redistributors have room for it in their tables.
 */
bool gicr_is_lpi(u64 intid)
{
	return intid >= GIC_FIRST_LPI && intid < BIT(READ_ONCE(gicr_lpi_bits));
}

/**
 * gicr_has_vpes - can any vPE be resident?
 *
 * Context: Any, once all redistributors were taken over.
 * Return: true if all of them do GICv4.0. GICv4.1 finds vPEs in a table that the
 * host would supply, which is refused.
 */
bool gicr_has_vpes(void)
{
	return gicr_vpes;
}

static u32 gicr_read_ctlr(const struct devmed_gicr *gicr)
{
	return devmed_read32(gicr->region, GICR_CTLR);
}

static bool gicr_lpis_enabled(const struct devmed_gicr *gicr)
{
	return gicr_read_ctlr(gicr) & GICR_CTLR_ENABLE_LPIS;
}

/* Hardware is done with what was written to EnableLPIs (IHI 0069, 12.11.2). */
static bool gicr_is_settled(const struct devmed_gicr *gicr)
{
	return devmed_wait_until(!(gicr_read_ctlr(gicr) & GICR_CTLR_RWP),
				 GICR_RWP_USECS);
}

static int gicr_get_config_locked(u64 propbaser)
{
	unsigned int bits = (propbaser & GICR_PROPBASER_IDBITS_MASK) + 1;
	u64 config = propbaser & (GICR_PROPBASER_ADDR | GICR_PROPBASER_IDBITS_MASK);
	int ret;

	hyp_assert_lock_held(&gicr_config_lock);

	if (gicr_config_users && config != gicr_config)
		return -EXDEV;
	/* ITSs were told of these LPIs: there are no more, and no fewer. */
	if (bits < GIC_MIN_LPI_BITS || bits > GIC_MAX_LPI_BITS ||
	    (gicr_lpi_bits && bits != gicr_lpi_bits))
		return -EINVAL;

	if (!gicr_config_users) {
		ret = gicr_pin(propbaser & GICR_PROPBASER_ADDR,
			       gicr_config_size(propbaser));
		if (ret)
			return ret;
		gicr_config = config;
		WRITE_ONCE(gicr_lpi_bits, bits);
	}
	gicr_config_users++;

	return 0;
}

static void gicr_put_config_locked(void)
{
	hyp_assert_lock_held(&gicr_config_lock);

	if (--gicr_config_users)
		return;

	gicr_unpin(gicr_config & GICR_PROPBASER_ADDR,
		   gicr_config_size(gicr_config));
}

/* Pin both tables that the registers point to. */
static int gicr_get_tables(struct devmed_gicr *gicr)
{
	struct devmed_region *region = gicr->region;
	u64 pending = devmed_read64(region, GICR_PENDBASER) & GICR_PENDBASER_ADDR;
	int ret;

	hyp_spin_lock(&gicr_config_lock);
	ret = gicr_get_config_locked(devmed_read64(region, GICR_PROPBASER));
	if (!ret) {
		ret = gicr_pin(pending, gicr_pending_size());
		if (ret)
			gicr_put_config_locked();
	}
	hyp_spin_unlock(&gicr_config_lock);
	if (!ret) {
		gicr->pending = pending;
		gicr->pinned = true;
	}

	return ret;
}

static void gicr_put_tables(struct devmed_gicr *gicr)
{
	gicr_unpin(gicr->pending, gicr_pending_size());
	gicr->pinned = false;
	WRITE_ONCE(gicr->moved, true);
	devmed_watch_wakes();

	hyp_spin_lock(&gicr_config_lock);
	gicr_put_config_locked();
	hyp_spin_unlock(&gicr_config_lock);
}

static int gicr_enable_lpis(struct devmed_gicr *gicr, u32 ctlr)
{
	int ret;

	if (!gicr_is_settled(gicr))
		return -EBUSY;
	/* Powered down meanwhile, or it could not be seen to be done before. */
	if (gicr->pinned)
		gicr_put_tables(gicr);

	ret = gicr_get_tables(gicr);
	if (ret)
		return ret;

	devmed_write32(gicr->region, GICR_CTLR, ctlr);
	return 0;
}

/*
 * Some hardware cannot clear the bit, and takes its time if it can; what it may
 * still write to stays pinned.
 */
static void gicr_disable_lpis(struct devmed_gicr *gicr, u32 ctlr)
{
	devmed_write32(gicr->region, GICR_CTLR, ctlr);

	if (gicr->pinned && gicr_is_settled(gicr) && !gicr_lpis_enabled(gicr))
		gicr_put_tables(gicr);
}

static int gicr_write_ctlr(struct devmed_region *region, void *instance,
			   unsigned int index, u64 value)
{
	struct devmed_gicr *gicr = instance;
	bool enable = value & GICR_CTLR_ENABLE_LPIS;
	u32 ctlr = gicr_read_ctlr(gicr);

	/* The register cannot be read: LPIs that seem to be enabled have no pinned tables. */
	if (ctlr == U32_MAX)
		return -EIO;
	if (enable && !(ctlr & GICR_CTLR_ENABLE_LPIS))
		return gicr_enable_lpis(gicr, value);
	if (!enable)
		gicr_disable_lpis(gicr, value);
	else
		devmed_write32(region, GICR_CTLR, value);

	return 0;
}

/* While LPIs are enabled, changing either is UNPREDICTABLE (IHI 0069, 12.11). */
static bool gicr_bases_are_free(struct devmed_gicr *gicr)
{
	return !gicr_lpis_enabled(gicr) && gicr_is_settled(gicr);
}

static int gicr_set_propbaser(struct devmed_region *region, void *instance,
			      unsigned int index, u64 value)
{
	if (!gicr_bases_are_free(instance))
		return -EBUSY;

	devmed_write64(region, GICR_PROPBASER, value | gicr_attrs);
	return 0;
}

static u64 gicr_get_propbaser(struct devmed_region *region, void *instance,
			      unsigned int index)
{
	return devmed_read64(region, GICR_PROPBASER);
}

/* PTZ is a promise that the table is zero, and the host could break it. */
static int gicr_set_pendbaser(struct devmed_region *region, void *instance,
			      unsigned int index, u64 value)
{
	if (!gicr_bases_are_free(instance))
		return -EBUSY;

	devmed_write64(region, GICR_PENDBASER, value | gicr_attrs);
	return 0;
}

static u64 gicr_get_pendbaser(struct devmed_region *region, void *instance,
			      unsigned int index)
{
	return devmed_read64(region, GICR_PENDBASER);
}

/* SETLPIR, CLRLPIR and INVLPIR by their place in the frame: all name an LPI. */
static int gicr_write_lpi(struct devmed_region *region, bool exists, u32 offset,
			  u64 value)
{
	if (!exists)
		return -ENXIO;
	if (!gicr_is_lpi(value))
		return -EINVAL;

	devmed_write64(region, offset, value);
	return 0;
}

static int gicr_write_setlpir(struct devmed_region *region, void *instance,
			      unsigned int index, u64 value)
{
	static const u32 offsets[] = { GICR_SETLPIR, GICR_CLRLPIR };
	const struct devmed_gicr *gicr = instance;

	return gicr_write_lpi(region, gicr->can_set, offsets[index], value);
}

/* With bit 63 set it would be about a vPE (IHI 0069, 12.11.19). */
static int gicr_write_invlpir(struct devmed_region *region, void *instance,
			      unsigned int index, u64 value)
{
	const struct devmed_gicr *gicr = instance;

	return gicr_write_lpi(region, gicr->can_invalidate, GICR_INVLPIR, value);
}

static int gicr_write_invallr(struct devmed_region *region, void *instance,
			      unsigned int index, u64 value)
{
	const struct devmed_gicr *gicr = instance;

	if (!gicr->can_invalidate)
		return -ENXIO;
	if (value)
		return -EINVAL;

	devmed_write64(region, GICR_INVALLR, 0);
	return 0;
}

static u64 gicr_read_syncr(struct devmed_region *region, void *instance,
			   unsigned int index)
{
	const struct devmed_gicr *gicr = instance;

	return gicr->can_invalidate ? devmed_read32(region, GICR_SYNCR) : 0;
}

static u64 gicr_read_zero(struct devmed_region *region, void *instance,
			  unsigned int index)
{
	return 0;
}

/* GICv4.1 has those that invalidate whatever it says of DirectLPI. */
static void gicr_read_features(struct devmed_gicr *gicr)
{
	gicr->typer = devmed_read64(gicr->region, GICR_TYPER);
	gicr->can_set = gicr->typer & GICR_TYPER_DirectLPIS;
	gicr->can_invalidate = gicr->can_set ||
			       gicr->typer & GICR_TYPER_RVPEID ||
			       gicr_read_ctlr(gicr) & GICR_CTLR_IR;
}

static int gicr_start(struct devmed_region *region, u64 unused1, u64 unused2)
{
	struct devmed_gicr *gicr = &gicrs[gicr_count];
	int ret = 0;

	if (gicr_count == ARRAY_SIZE(gicrs))
		return -ENOSPC;

	gicr->region = region;
	gicr->pinned = false;
	gicr->moved = false;
	gicr_read_features(gicr);
	if (gicr_lpis_enabled(gicr)) {
		/* What the driver found to work, for those that come later. */
		gicr_attrs = devmed_read64(region, GICR_PROPBASER) &
			     GICR_BASER_ATTRS;
		ret = gicr_get_tables(gicr);
	}
	if (ret)
		return ret;

	gicr_vpes = (gicr_vpes || !gicr_count) &&
		    (gicr->typer & GICR_TYPER_VLPIS) &&
		    !(gicr->typer & GICR_TYPER_RVPEID);
	gicr_count++;
	return devmed_publish(region, gicr);
}

/* In the reverse order of gicr_start(), as every undo. */
static void gicr_stop(struct devmed_region *region)
{
	struct devmed_gicr *gicr = region->instance;

	devmed_withdraw(region);
	if (gicr->pinned)
		gicr_put_tables(gicr);
	gicr_count--;
}

/* The redistributor is disabled, or uses the tables that are pinned for it. */
static bool gicr_is_as_left(const struct devmed_gicr *gicr)
{
	u64 config = devmed_read64(gicr->region, GICR_PROPBASER);
	u64 pending = devmed_read64(gicr->region, GICR_PENDBASER);

	if (!gicr_lpis_enabled(gicr))
		return true;

	return gicr->pinned && (pending & GICR_PENDBASER_ADDR) == gicr->pending &&
	       (config & (GICR_PROPBASER_ADDR | GICR_PROPBASER_IDBITS_MASK)) ==
	       READ_ONCE(gicr_config);
}

/*
 * Firmware may have saved the redistributor before the host took its tables away,
 * and restored it after that. If the bit cannot be cleared, the tables are pinned,
 * should they still be the host's.
 */
static void gicr_resume_locked(struct devmed_gicr *gicr)
{
	hyp_assert_lock_held(&gicr->region->lock);

	if (gicr_is_as_left(gicr))
		return;

	devmed_count(gicr->region, DEVMED_REARMED);
	devmed_write32(gicr->region, GICR_CTLR,
		       gicr_read_ctlr(gicr) & GICR_CTLR_DPG);
	if ((!gicr_is_settled(gicr) || gicr_lpis_enabled(gicr)) && !gicr->pinned)
		gicr_get_tables(gicr);
}

/* Tables that never moved are pinned still, whatever firmware does. */
static void gicr_resume(struct devmed_region *region, void *instance)
{
	struct devmed_gicr *gicr = instance;

	if (likely(!READ_ONCE(gicr->moved)))
		return;

	hyp_spin_lock(&region->lock);
	gicr_resume_locked(gicr);
	hyp_spin_unlock(&region->lock);
}

/* Firmware restores the redistributor of a CPU together with the CPU. */
static void gicr_wake(struct devmed_region *region, void *instance)
{
	if (gicr_is_of(instance, read_sysreg(mpidr_el1)))
		gicr_resume(region, instance);
}

/* What a redistributor may lack has no row, or one that looks first: its-regs.c */
static const struct devmed_reg gicr_regs[] = {
	DEVMED_REG(GICR_CTLR, 4, U32_MAX,
		   GICR_CTLR_ENABLE_LPIS | GICR_CTLR_DPG,
		   .write = gicr_write_ctlr),
	DEVMED_REG32_RO(GICR_IIDR),
	DEVMED_REG64_RO(GICR_TYPER),
	DEVMED_REG(GICR_WAKER, 4, U32_MAX, GICR_WAKER_ProcessorSleep),
	DEVMED_REGS(GICR_SETLPIR, 2, 8, 0, U32_MAX,
		    .read = gicr_read_zero, .write = gicr_write_setlpir),
	DEVMED_REG(GICR_PROPBASER, 8, U64_MAX,
		   GICR_PROPBASER_ADDR | GICR_PROPBASER_IDBITS_MASK,
		   .read = gicr_get_propbaser, .write = gicr_set_propbaser),
	DEVMED_REG(GICR_PENDBASER, 8, U64_MAX, GICR_PENDBASER_ADDR,
		   .read = gicr_get_pendbaser, .write = gicr_set_pendbaser),
	DEVMED_REG(GICR_INVLPIR, 8, 0, U64_MAX,
		   .read = gicr_read_zero, .write = gicr_write_invlpir),
	DEVMED_REG(GICR_INVALLR, 8, 0, U64_MAX,
		   .read = gicr_read_zero, .write = gicr_write_invallr),
	DEVMED_REG(GICR_SYNCR, 4, U32_MAX, 0, .read = gicr_read_syncr),
	DEVMED_REG32_RO(GICR_PIDR2),
};

static u8 gicr_index[DEVMED_INDEX_WORDS];

const struct devmed_regs devmed_gicr_regs = {
	.regs		= gicr_regs,
	.nr_regs	= ARRAY_SIZE(gicr_regs),
	.index		= gicr_index,
	.start		= gicr_start,
	.stop		= gicr_stop,
	.resume		= gicr_resume,
	.wake		= gicr_wake,
};
