// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handover of live ITSs and redistributors: EL2 takes the memory that they
 * use, and the driver gets other memory in its place.
 *
 * It happens while every other CPU is stopped, so that the driver posts no
 * command from the moment at which its queue is not the one that the ITS reads
 * until the doorbell traps; each CPU loses its privileges before it goes on. The
 * ITSs are not stopped: MSIs arrive all the time.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/bitfield.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/irqchip/its-handover.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>

#include <kvm/arm_vgic.h>

#include "../devmed.h"
#include "its-host.h"
#include "its-layout.h"

/* Single pages for a new device, but for its ITT: the records. */
#define ITS_RECORD_PAGES	4

/**
 * struct its_handover - the driver's new memory of one ITS
 * @claim: the ITS
 * @live: what the driver has now
 * @ring: host ring
 * @tables: level-1 tables for the driver to look at, NULL where it never does
 */
struct its_handover {
	struct devmed_claim *claim;
	struct its_live live;
	void *ring;
	void *tables[GITS_BASER_NR_REGS];
};

static struct its_handover its_handovers[DEVMED_MAX_ITS] __initdata;
static unsigned int its_nr_handovers __initdata;

/* Of vPEs, EL2 takes those of GICv4.0, if every ITS that has any is like that. */
static bool its_no_vpes __initdata;

/* The handover's outcome: nothing is printed while all CPUs are stopped. */
static bool its_handed_over __initdata;
static int its_handover_error __initdata;

/* Constant once devices are unlocked. */
static size_t its_l2_size;
static unsigned int its_nr_owned;

/*
 * For an ITT, a level-2 table and records; a vPE, for which @size is 0, needs the
 * last two. Each ITS may be at it, on another CPU, with devices of its own.
 */
static void its_reserve(size_t size)
{
	size_t piece = max3(size, its_l2_size, PAGE_SIZE);
	unsigned int records = DIV_ROUND_UP(ITS_RECORD_PAGES, BIT(get_order(piece)));

	devmed_reserve(piece, its_nr_owned * (2 + records));
}

static const struct its_owner its_hyp_owner = { .reserve = its_reserve };

/* Also that of a level-2 table. */
static size_t __init its_page_size(u64 baser)
{
	static const size_t page_sizes[] = { SZ_4K, SZ_16K, SZ_64K, SZ_64K };

	return page_sizes[(baser & GITS_BASER_PAGE_SIZE_MASK) >>
			  GITS_BASER_PAGE_SIZE_SHIFT];
}

static size_t __init its_table_size(u64 baser)
{
	return GITS_BASER_NR_PAGES(baser) * its_page_size(baser);
}

static void __init its_free_memory(struct its_handover *handover)
{
	unsigned int i;

	for (i = 0; i < GITS_BASER_NR_REGS; i++) {
		if (handover->tables[i])
			free_pages_exact(handover->tables[i],
					 its_table_size(handover->live.basers[i]));
	}
	if (handover->ring)
		free_pages_exact(handover->ring, handover->live.cmd_size);
}

/*
 * The driver allocates a level-2 table for an entry of 0, which would never
 * reach the ITS: let it find all of them there.
 */
static int __init its_alloc_table(struct its_handover *handover, unsigned int i)
{
	u64 baser = handover->live.basers[i];
	size_t size = its_table_size(baser);
	void *table;

	if (!(baser & GITS_BASER_VALID) || !(baser & GITS_BASER_INDIRECT))
		return 0;
	its_l2_size = max(its_l2_size, its_page_size(baser));
	table = alloc_pages_exact(size, GFP_KERNEL);
	if (!table)
		return -ENOMEM;

	memset(table, 0xff, size);
	handover->tables[i] = table;

	return 0;
}

/* What its_has_vpes() at EL2 asks for; NULL if it is there. */
static const char * __init its_why_no_vpes(u64 typer, u32 iidr, bool table)
{
	if (typer & GITS_TYPER_VMAPP)
		return "it is a GICv4.1";
	if (!(typer & GITS_TYPER_VMOVP))
		return "its VMOVP waits for other ITSs";
	if (iidr == ITS_IIDR_HIP07)
		return "it has addresses of its own for vPEs";

	return table ? NULL : "it has no table for them";
}

static void __init its_check_vpes(const struct its_handover *handover)
{
	const struct its_live *live = &handover->live;
	void __iomem *frame = ioremap(live->base, SZ_64K);
	const char *why = "its frame cannot be mapped";
	bool table = false;
	unsigned int i;
	u64 typer;

	for (i = 0; i < GITS_BASER_NR_REGS; i++)
		table |= (live->basers[i] & GITS_BASER_VALID) &&
			 GITS_BASER_TYPE(live->basers[i]) == GITS_BASER_TYPE_VCPU;
	if (frame) {
		typer = gic_read_typer(frame + GITS_TYPER);
		why = typer & GITS_TYPER_VLPIS ?
		      its_why_no_vpes(typer, readl(frame + GITS_IIDR), table) :
		      NULL;
		iounmap(frame);
	}
	if (!why)
		return;

	its_no_vpes = true;
	if (kvm_vgic_global_state.has_gicv4)
		pr_info("%s: no GICv4 for guests: %s\n", handover->claim->name,
			why);
}

/* Of the memory that the ITS reaches, 0 if that is all. */
static u64 __init its_reach(const struct its_live *live)
{
	return live->gfp & GFP_DMA32 ? SZ_4G : 0;
}

static int __init its_limit_one(const struct its_live *live, void *unused)
{
	if (its_reach(live))
		devmed_limit_pool(its_reach(live));

	return 0;
}

static int __init its_no_device(u32 id, phys_addr_t itt, u32 nr_ites,
				void *unused)
{
	return 0;
}

static const struct its_visitor its_limiter __initconst = {
	.its = its_limit_one, .device = its_no_device,
};

/**
 * devmed_limit_its - have EL2's pool where every live ITS reaches it
 *
 * Context: Trusted phase, may sleep; before devmed_reserve_pool().
 */
void __init devmed_limit_its(void)
{
	if (devmed_wanted_mode(DEVMED_CLASS_ITS) != DEVMED_ON)
		return;

	its_lock_devices();
	its_visit(&its_limiter, NULL);
	its_unlock_devices(NULL);
}

static int __init its_prepare_one(const struct its_live *live, void *unused)
{
	struct its_handover *handover;
	struct devmed_claim *claim;
	unsigned int i;

	claim = devmed_find_claim(DEVMED_CLASS_ITS, live->base);
	if (!claim || claim->mode != DEVMED_FORWARD ||
	    its_nr_handovers == ARRAY_SIZE(its_handovers))
		return -ENODEV;

	handover = &its_handovers[its_nr_handovers++];
	handover->claim = claim;
	handover->live = *live;
	its_check_vpes(handover);
	handover->ring = alloc_pages_exact(live->cmd_size,
					   GFP_KERNEL | __GFP_ZERO);
	if (!handover->ring)
		return -ENOMEM;
	for (i = 0; i < GITS_BASER_NR_REGS; i++) {
		if (its_alloc_table(handover, i))
			return -ENOMEM;
	}

	return 0;
}

static const struct its_visitor its_preparer __initconst = {
	.its = its_prepare_one, .device = its_no_device,
};

struct its_search {
	phys_addr_t base;
	bool found;
};

static int __init its_compare_one(const struct its_live *live, void *arg)
{
	struct its_search *search = arg;

	search->found |= live->base == search->base;
	return 0;
}

static const struct its_visitor its_searcher __initconst = {
	.its = its_compare_one, .device = its_no_device,
};

/**
 * devmed_its_is_driven - did the driver take an ITS?
 * @base: physical address of its registers
 *
 * The driver leaves an ITS alone that the firmware does not call an MSI controller, that does
 * not come to rest, or if LPIs are switched off.
 *
 * Context: Trusted phase, may sleep.
 * Return: true if it drives the ITS.
 */
bool __init devmed_its_is_driven(phys_addr_t base)
{
	struct its_search search = { .base = base };

	its_lock_devices();
	its_visit(&its_searcher, &search);
	its_unlock_devices(NULL);

	return search.found;
}

/* Redistributors can do with LPIs what they do, with an ITS or without one. */
static bool __init its_has_redistributors(void)
{
	unsigned int i;

	for (i = 0; i < devmed_nr_claims; i++) {
		if (devmed_claims[i].class == DEVMED_CLASS_GICR)
			return true;
	}

	return false;
}

/**
 * devmed_prepare_its - get ready for the handover
 *
 * Context: Trusted phase, may sleep; devmed_finish_its() must follow.
 * Return: true if there is anything to hand over.
 */
bool __init devmed_prepare_its(void)
{
	int ret;

	if (devmed_wanted_mode(DEVMED_CLASS_ITS) != DEVMED_ON)
		return false;

	its_lock_devices();
	ret = its_visit(&its_preparer, NULL);
	if (ret)
		pr_warn("its: no handover: %pe\n", ERR_PTR(ret));

	return !ret && (its_nr_handovers || its_has_redistributors());
}

/* The ITS being visited is the last one started. */
static int __init its_start_one(const struct its_live *live, void *arg)
{
	struct its_handover **next = arg;
	struct its_handover *handover = (*next)++;

	return devmed_start_claim(handover->claim, virt_to_phys(handover->ring),
				  its_reach(live));
}

static int __init its_adopt_one(u32 id, phys_addr_t itt, u32 nr_ites, void *arg)
{
	struct its_handover **next = arg;

	return devmed_hcall_setup(DEVMED_SETUP_ADOPT, (*next - 1)->claim->region,
				  id, itt, ilog2(nr_ites));
}

static const struct its_visitor its_starter __initconst = {
	.its = its_start_one, .device = its_adopt_one,
};

/* The same offset in another queue. */
static void __init its_switch_driver(struct its_handover *handover)
{
	const struct its_live *live = &handover->live;
	unsigned int i;

	*live->cmd_write = handover->ring + (*live->cmd_write - *live->cmd_base);
	*live->cmd_base = handover->ring;
	for (i = 0; i < GITS_BASER_NR_REGS; i++) {
		if (handover->tables[i])
			*live->tables[i] = handover->tables[i];
	}
}

/**
 * devmed_handover_its - let EL2 take over every ITS and every redistributor
 *
 * All or none: ITSs share the memory of their ITTs.
 *
 * Context: Trusted phase, every other CPU stopped, interrupts off. Prints nothing: a
 * console may take as long as it likes.
 */
void __init devmed_handover_its(void)
{
	struct its_handover *next = its_handovers;
	unsigned int i;
	int ret;

	ret = devmed_start_class(DEVMED_CLASS_GICR);
	if (!ret)
		ret = devmed_start_class(DEVMED_CLASS_GICR_VLPI);
	if (!ret)
		ret = its_visit(&its_starter, &next);
	if (ret) {
		its_handover_error = ret;
		devmed_stop_class(DEVMED_CLASS_ITS, ret);
		devmed_stop_class(DEVMED_CLASS_GICR_VLPI, ret);
		devmed_stop_class(DEVMED_CLASS_GICR, ret);
		return;
	}

	for (i = 0; i < its_nr_handovers; i++)
		its_switch_driver(&its_handovers[i]);
	its_nr_owned = its_nr_handovers;
	its_handed_over = true;
}

/**
 * its_why_no_handover - what an error of the handover means
 * @error: an errno, or 0
 *
 * Return: the words for the log; NULL if each device's own line says enough.
 */
const char *its_why_no_handover(int error)
{
	switch (error) {
	case -ERANGE:
		return "an ITS needs memory below 4 GiB, and EL2 has other";
	case -EXDEV:
		return "redistributors differ in their table of LPI configuration";
	default:
		return NULL;
	}
}

static void __init its_report_handover(void)
{
	const char *why = its_why_no_handover(its_handover_error);

	if (why)
		pr_warn("its: no handover: %s\n", why);
}

/* Before any guest: what EL2 refuses, nobody is to try. */
static void __init its_limit_guests(void)
{
	if (kvm_vgic_global_state.has_gicv4_1 || !its_nr_owned)
		its_no_vpes = true;
	kvm_vgic_global_state.has_gicv4_1 = false;
	if (its_no_vpes)
		kvm_vgic_global_state.has_gicv4 = false;
	else if (kvm_vgic_global_state.has_gicv4)
		pr_info("its: GICv4 for guests\n");
}

/**
 * devmed_finish_its - after the handover, whatever came of it
 *
 * Context: May sleep.
 */
void __init devmed_finish_its(void)
{
	if (devmed_wanted_mode(DEVMED_CLASS_ITS) != DEVMED_ON)
		return;

	its_report_handover();
	if (its_handed_over) {
		its_limit_guests();
	} else {
		while (its_nr_handovers--)
			its_free_memory(&its_handovers[its_nr_handovers]);
	}
	its_unlock_devices(its_nr_owned ? &its_hyp_owner : NULL);
}
