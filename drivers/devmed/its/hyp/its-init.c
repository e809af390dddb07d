// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handover of an ITS that runs.
 *
 * Attack surface: none, this is the trusted phase, all CPUs but one stopped.
 *
 * Guarantees: the ITS is neither disabled nor given a command. The memory that
 * it reads and writes becomes EL2's as it stands, found through the registers;
 * the host gets another ring, at the same offset. Either all of it is taken or
 * none.
 *
 * Leaves to others: the driver's own pointers, and the list of live devices,
 * which nobody else has (drivers/devmed/its/its-handover.c).
 */
#include <linux/bitfield.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_trap.h>
#include <nvhe/devmed_wait.h>
#include <nvhe/memory.h>

#include "its-hyp.h"

/*
 * The driver has as much patience with a command. All ITSs drain at once, and the
 * first that does not ends the handover: that is the time for all of them.
 */
#define ITS_DRAIN_USECS		1000000

/* An instance is larger than some pages. */
#define ITS_INSTANCE_ORDER	get_order(sizeof(struct devmed_its))

/* QDF2400, erratum 65: entries are 16 bytes whatever the register says. */
#define ITS_IIDR_QDF2400	0x00001070

/* ThunderX, erratum 23144; revisions differ in what the mask leaves out. */
#define ITS_IIDR_THUNDERX	0xa100034c
#define ITS_IIDR_THUNDERX_MASK	0xffff0fff

static u8 its_itt_entry_size(struct devmed_its *its)
{
	u8 size = FIELD_GET(GITS_TYPER_ITT_ENTRY_SIZE, its->typer) + 1;

	if (devmed_read32(its->region, GITS_IIDR) == ITS_IIDR_QDF2400)
		size = max_t(u8, size, 16);

	return size;
}

/*
 * The ITS keeps HCC collections itself, and others in a table, if it has one;
 * the ICID has so many bits (IHI 0069, 12.19.14).
 */
static u32 its_count_collections(const struct devmed_its *its)
{
	u32 bits = its->typer & GITS_TYPER_CIL ?
		   FIELD_GET(GITS_TYPER_CIDBITS, its->typer) + 1 : 16;
	u64 n = GITS_TYPER_HCC(its->typer) +
		its_table_entries(its, GITS_BASER_TYPE_COLLECTION);

	return min_t(u64, n, BIT(bits));
}

/*
 * vPEs as GICv4.0 has them, in a table, and without ITSs that wait for one
 * another (Documentation/virt/kvm/arm/devmed/its-gicv4.rst).
 */
static bool its_has_vpes(const struct devmed_its *its)
{
	return (its->typer & GITS_TYPER_VLPIS) &&
	       (its->typer & GITS_TYPER_VMOVP) &&
	       !(its->typer & GITS_TYPER_VMAPP) &&
	       devmed_read32(its->region, GITS_IIDR) != ITS_IIDR_HIP07 &&
	       its_table_entries(its, GITS_BASER_TYPE_VCPU) && gicr_has_vpes();
}

static void its_read_features(struct devmed_its *its)
{
	struct devmed_region *region = its->region;

	its->typer = devmed_read64(region, GITS_TYPER);
	its->cbaser = devmed_read64(region, GITS_CBASER);
	its->ctlr = devmed_read32(region, GITS_CTLR) &
		    (GITS_CTLR_ITS_NUMBER | GITS_CTLR_UMSIIRQ | GITS_CTLR_ImDe);
	/* The driver has seen to quirks: what it set is what works. */
	its->coherent = its->cbaser & GITS_CBASER_SHAREABILITY_MASK;
	its->entry_size = its_itt_entry_size(its);
	its->device_bits = FIELD_GET(GITS_TYPER_DEVBITS, its->typer) + 1;
	its->event_bits = FIELD_GET(GITS_TYPER_IDBITS, its->typer) + 1;
	its->near_only = (devmed_read32(region, GITS_IIDR) & ITS_IIDR_THUNDERX_MASK) ==
			 ITS_IIDR_THUNDERX;
}

static bool its_is_drained(struct devmed_its *its)
{
	struct devmed_region *region = its->region;

	return (devmed_read64(region, GITS_CREADR) & GITS_CREADR_OFFSET) ==
	       (devmed_read64(region, GITS_CWRITER) & GITS_CWRITER_OFFSET);
}

/* Both halves of the ring begin where the ITS stands. */
static int its_init_ring(struct devmed_its *its, u64 host_phys)
{
	u64 size = (FIELD_GET(GITS_CBASER_SIZE, its->cbaser) + 1) * SZ_4K;
	u64 phys = GITS_CBASER_ADDRESS(its->cbaser);
	struct devmed_ring *ring = &its->ring;
	u32 slots = size / ITS_CMD_SIZE;
	u32 pos;
	int ret;

	if (!(its->cbaser & GITS_CBASER_VALID) ||
	    !devmed_wait_until(its_is_drained(its), ITS_DRAIN_USECS))
		return -EBUSY;
	pos = FIELD_GET(GITS_CREADR_OFFSET,
			devmed_read64(its->region, GITS_CREADR));

	ring->slot_size = ITS_CMD_SIZE;
	ring->coherent = its->coherent;
	ring->host = (struct devmed_queue) {
		__hyp_va(host_phys), slots, slots, pos, pos,
	};
	ring->hyp = (struct devmed_queue) {
		__hyp_va(phys), slots, slots, pos, pos,
	};
	ret = devmed_ring_check(ring);
	if (!ret)
		ret = its_take(its, phys, size);
	if (!ret)
		ret = devmed_pin(host_phys, size);

	return ret;
}

static int its_build(struct devmed_its *its, u64 host_ring)
{
	int ret;

	its_read_features(its);
	if (!gicr_first_target(its->typer, &its->target))
		return -ENODEV;
	ret = its_init_devices(its);
	if (!ret)
		ret = its_init_tables(its);
	if (ret)
		return ret;

	its->nr_collections = its_count_collections(its);
	its->has_vpes = its_has_vpes(its);

	/* Last: a pin that fails leaves nothing to undo. */
	ret = its_init_ring(its, host_ring);
	if (ret)
		return ret;

	its_find_target(its);
	/* Commands that the driver had there name memory that may be the host's again. */
	its_scrub_all(its);
	return 0;
}

static void its_free(struct devmed_its *its)
{
	its_give_back(its);
	its_free_devices(its);
	devmed_pool_free(its, ITS_INSTANCE_ORDER);
}

/**
 * its_start - take over an ITS
 * @region: its frames
 * @host_ring: physical address of the host's new ring, as long as the old one
 * @reach: end of the memory that it and the redistributors reach, exclusive; 0
 *	if that is all
 *
 * Context: Trusted phase, no command being posted; devmed_setup_lock held.
 * Return: 0; -ERANGE if the pool has pages past @reach, -ENODEV if no
 * redistributor was taken over, -EBUSY if the ITS has commands left, -ENOMEM, or
 * the error of the memory that could not be taken. Nothing changed on error, but
 * that the pool keeps below @reach.
 */
int its_start(struct devmed_region *region, u64 host_ring, u64 reach)
{
	struct devmed_its *its;
	int ret;

	ret = reach ? devmed_limit_reach(reach) : 0;
	if (ret)
		return ret;

	its = devmed_pool_alloc(ITS_INSTANCE_ORDER);
	if (!its)
		return -ENOMEM;

	its->region = region;
	ret = its_build(its, host_ring);
	if (ret)
		its_free(its);
	else
		devmed_publish(region, its);

	return ret;
}

/**
 * its_adopt - take over a device that is mapped
 * @region: of a started ITS
 * @id: DeviceID
 * @itt: physical address of its ITT
 * @bits: log2 of its number of events
 *
 * Context: As its_start().
 * Return: 0, or an errno; its_stop() undoes what was done.
 */
int its_adopt(struct devmed_region *region, u64 id, u64 itt, u64 bits)
{
	struct devmed_its *its = region->instance;
	int ret;

	if (id > U32_MAX || bits > its->event_bits)
		return -EINVAL;

	ret = its_take_shared(its, itt, (u64)its->entry_size << bits);
	if (!ret)
		ret = its_adopt_device(its, id, bits, itt);

	return ret;
}

/**
 * its_stop - undo its_start() and its_adopt()
 * @region: of a started ITS, to which no command was given since
 *
 * Context: As its_start().
 */
void its_stop(struct devmed_region *region)
{
	struct devmed_its *its = region->instance;
	const struct devmed_ring *ring = &its->ring;

	devmed_withdraw(region);
	devmed_unpin(__hyp_pa(ring->host.base),
		     ring->host.slots * ring->slot_size);
	its_free(its);
}
