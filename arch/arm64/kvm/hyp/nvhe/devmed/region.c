// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry: which physical pages are mediated, and by whom.
 *
 * Attack surface: the host chooses the address of every trap, so it chooses
 * what is looked up here, and it makes the host stage-2 recycle its MMIO
 * mappings whenever it likes.
 *
 * Guarantees: the registry is filled while the host is trusted and constant
 * afterwards, so that one list decides, without a lock, what traps, what
 * may be mapped for the host and what survives recycling. Regions are whole
 * pages, disjoint, and never memory.
 *
 * Leaves to others: taking the pages (mem.c), what an access means (decode.c,
 * reg.c), and who answers it (instance.c).
 */
#include <linux/kvm_host.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>
#include <asm/kvm_pgtable.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_idmap.h>
#include <nvhe/mem_protect.h>

/* GITS_TRANSLATER, in the page of it. */
#define DEVMED_TRANSLATER	0x40

DEFINE_HYP_SPINLOCK(devmed_setup_lock);

/* Guarded by devmed_setup_lock until finalize, constant afterwards. */
static struct devmed_region devmed_regions[DEVMED_MAX_REGIONS];

/* What a lookup searches: by ascending base. Guarded like devmed_regions. */
static struct devmed_region *devmed_map[DEVMED_MAX_REGIONS];
static unsigned int devmed_nr_mapped;

/*
 * Where the last lookup ended: traps come in runs. Any region is right, its
 * bounds being checked, and none if it has been unregistered.
 */
struct devmed_region *devmed_last_region;

/*
 * The policy. Guarded by devmed_setup_lock until finalize, constant afterwards. No
 * protected guest runs unless the host has set it.
 */
static bool devmed_require = true;
static u64 devmed_nr_unregistered = 1;

/* Aborts for which the hardware gave no address. */
atomic64_t devmed_unresolved;

static const struct devmed_regs * const devmed_classes[DEVMED_NR_CLASSES] = {
#ifdef CONFIG_DEVMED_ITS
	[DEVMED_CLASS_ITS] = &devmed_its_regs,
	[DEVMED_CLASS_GICR] = &devmed_gicr_regs,
	[DEVMED_CLASS_GICR_VLPI] = &devmed_gicr_vlpi_regs,
	[DEVMED_CLASS_ITS_DENIED] = &devmed_gic_denied_regs,
	[DEVMED_CLASS_GICR_DENIED] = &devmed_gic_denied_regs,
#endif
#ifdef CONFIG_DEVMED_SMMUV3
	[DEVMED_CLASS_SMMUV3] = &devmed_smmuv3_regs,
	[DEVMED_CLASS_SMMUV3_PAGE] = &devmed_smmuv3_page_regs,
#endif
};

/*
 * GITS_TRANSLATER has a frame of its own (IHI 0069, 12.18). The frame of an ITS
 * that is denied is no doorbell for devices either.
 */
static const u32 devmed_doorbells[DEVMED_NR_CLASSES] = {
	[DEVMED_CLASS_ITS] = SZ_64K,
};

static u64 devmed_map_end(unsigned int i)
{
	return devmed_map[i]->base + devmed_map[i]->size;
}

/* Number of regions that begin at or below @addr. */
static unsigned int devmed_upper_bound(u64 addr)
{
	unsigned int left = 0;
	unsigned int right = devmed_nr_mapped;

	while (left < right) {
		unsigned int mid = (left + right) / 2;

		if (devmed_map[mid]->base <= addr)
			left = mid + 1;
		else
			right = mid;
	}

	return left;
}

/**
 * devmed_search_region - find the region that an address belongs to
 * @ipa: intermediate physical address
 *
 * Context: Any. Takes no lock: the list is constant once the host can trap.
 * Return: the region, or NULL if nothing mediates @ipa.
 */
struct devmed_region *devmed_search_region(u64 ipa)
{
	unsigned int i = devmed_upper_bound(ipa);

	if (!i || ipa >= devmed_map_end(i - 1))
		return NULL;

	WRITE_ONCE(devmed_last_region, devmed_map[i - 1]);
	return devmed_map[i - 1];
}

/**
 * devmed_next_region - find the region that an address is in, or the next above
 * @addr: any physical address
 *
 * Context: Any, once the registry does not change any more.
 * Return: the region, or NULL if all end at or below @addr.
 */
struct devmed_region *devmed_next_region(u64 addr)
{
	unsigned int i = devmed_upper_bound(addr);

	if (i && addr < devmed_map_end(i - 1))
		i--;

	return i < devmed_nr_mapped ? devmed_map[i] : NULL;
}

/**
 * devmed_get_region - find a region by the number that registration returned
 * @id: any value
 *
 * Context: Any.
 * Return: the region, or NULL if there is none of this number.
 */
struct devmed_region *devmed_get_region(u64 id)
{
	if (id >= DEVMED_MAX_REGIONS || !devmed_regions[id].size)
		return NULL;

	return &devmed_regions[id];
}

/**
 * devmed_is_translater - is this where an ITS takes MSIs?
 * @addr: physical address, any value
 *
 * Context: Any.
 * Return: true for GITS_TRANSLATER of an ITS that is registered.
 */
bool devmed_is_translater(u64 addr)
{
	const struct devmed_region *region = devmed_search_region(addr);

	return region && region->doorbell &&
	       addr - region->base == region->doorbell + DEVMED_TRANSLATER;
}

static bool devmed_overlaps_memory(u64 base, u64 end)
{
	unsigned int i;

	for (i = 0; i < hyp_memblock_nr; i++) {
		const struct memblock_region *mem = &hyp_memory[i];

		/* A page that memory shares with a device is memory. */
		if (base < PAGE_ALIGN(mem->base + mem->size) &&
		    end > ALIGN_DOWN(mem->base, PAGE_SIZE))
			return true;
	}

	return false;
}

static int devmed_check_claim(u64 class, u64 base, u64 size, u64 flags)
{
	u64 end = base + size;
	unsigned int i;

	if (class >= DEVMED_NR_CLASSES || !devmed_classes[class])
		return -ENODEV;
	if (flags & ~(u64)DEVMED_REGION_DIRECT_READS)
		return -EINVAL;
	if (!size || !PAGE_ALIGNED(base | size) || end < base ||
	    end > BIT(host_mmu.pgt.ia_bits))
		return -EINVAL;
	if (devmed_overlaps_memory(base, end))
		return -EFAULT;

	i = devmed_upper_bound(end - 1);
	if (i && devmed_map_end(i - 1) > base)
		return -EEXIST;

	return devmed_check_regs(devmed_classes[class]);
}

static void devmed_map_insert(struct devmed_region *region)
{
	unsigned int pos = devmed_upper_bound(region->base);
	unsigned int i;

	for (i = devmed_nr_mapped; i > pos; i--)
		devmed_map[i] = devmed_map[i - 1];

	devmed_map[pos] = region;
	devmed_nr_mapped++;
}

static void devmed_map_remove(const struct devmed_region *region)
{
	unsigned int i = devmed_upper_bound(region->base) - 1;

	for (devmed_nr_mapped--; i < devmed_nr_mapped; i++)
		devmed_map[i] = devmed_map[i + 1];
}

static struct devmed_region *devmed_alloc_region(void)
{
	unsigned int i;

	for (i = 0; i < DEVMED_MAX_REGIONS; i++) {
		if (!devmed_regions[i].size)
			return &devmed_regions[i];
	}

	return NULL;
}

static int devmed_register_locked(u64 class, u64 base, u64 size, u64 flags)
{
	const struct devmed_regs *regs;
	struct devmed_region *region;
	u32 direct_reads = 0;
	int ret;

	hyp_assert_lock_held(&devmed_setup_lock);

	/* What DMA may reach has been decided. */
	if (devmed_idmap_started())
		return -EBUSY;
	ret = devmed_check_claim(class, base, size, flags);
	if (ret)
		return ret;
	region = devmed_alloc_region();
	if (!region)
		return -ENOSPC;

	regs = devmed_classes[class];
	if (flags & DEVMED_REGION_DIRECT_READS)
		direct_reads = min_t(u64, regs->direct_reads, size);

	devmed_index_regs(regs);
	memset(region, 0, sizeof(*region));
	hyp_spin_lock_init(&region->lock);
	region->base = base;
	region->size = size;
	region->regs = regs;
	region->doorbell = devmed_doorbells[class];
	region->flags = flags;
	/* First, so that recycling leaves alone what is being donated. */
	devmed_map_insert(region);
	ret = devmed_donate_mmio(base, size, direct_reads, &region->mmio);
	if (ret) {
		devmed_map_remove(region);
		region->size = 0;
		return ret;
	}

	return region - devmed_regions;
}

/**
 * devmed_register - take a device's registers from the host
 * @class: enum devmed_class: which register table answers for them
 * @base: physical address of the first byte, page aligned
 * @size: in bytes, a multiple of the page size
 * @flags: DEVMED_REGION_*
 *
 * From finalize on, every access of the host to the region traps, and is
 * forwarded until an instance is published.
 *
 * Context: Trusted phase. Takes devmed_setup_lock and those below it.
 * Return: the region's number; -EPERM after finalize, -ENODEV if EL2 has no
 * table for @class, -EINVAL for an unknown flag or a range that is not whole
 * pages within the physical address space, -EFAULT if memory overlaps it,
 * -EEXIST if a region does, -EBUSY if the DMA stage-2 has been built, -ENOSPC if
 * the registry is full, -ENOMEM. Nothing changed on error.
 */
int devmed_register(u64 class, u64 base, u64 size, u64 flags)
{
	int ret;

	if (devmed_finalized())
		return -EPERM;

	hyp_spin_lock(&devmed_setup_lock);
	ret = devmed_register_locked(class, base, size, flags);
	hyp_spin_unlock(&devmed_setup_lock);

	return ret;
}

/**
 * devmed_unregister - give a device's registers back to the host
 * @id: what devmed_register() returned
 *
 * Context: Trusted phase. Takes devmed_setup_lock and those below it.
 * Return: 0, -EPERM after finalize, -ENOENT if there is no such region, -EBUSY
 * if an instance is published or the DMA stage-2 has been built.
 */
int devmed_unregister(u64 id)
{
	struct devmed_region *region;
	int ret;

	if (devmed_finalized())
		return -EPERM;

	hyp_spin_lock(&devmed_setup_lock);
	region = devmed_get_region(id);
	ret = !region ? -ENOENT :
	      region->instance || devmed_idmap_started() ? -EBUSY : 0;
	if (!ret)
		ret = devmed_return_mmio(region->base, region->size,
					 region->mmio);
	if (!ret) {
		devmed_map_remove(region);
		region->size = 0;
	}
	hyp_spin_unlock(&devmed_setup_lock);

	return ret;
}

/**
 * devmed_set_policy - say what a device that is not mediated means
 * @require: refuse protected guests until every device is mediated
 * @unregistered: devices that the glue found and could not register, and options
 *	and tables that it did not understand
 *
 * Context: Trusted phase.
 * Return: 0; -EPERM after finalize, with nothing changed.
 */
int devmed_set_policy(bool require, u64 unregistered)
{
	if (devmed_finalized())
		return -EPERM;

	hyp_spin_lock(&devmed_setup_lock);
	devmed_require = require;
	devmed_nr_unregistered = unregistered;
	hyp_spin_unlock(&devmed_setup_lock);

	return 0;
}

/**
 * devmed_allows_protected_vm - may a protected guest be created now?
 *
 * Context: Any.
 * Return: false if the policy requires mediation and some device lacks it.
 */
bool devmed_allows_protected_vm(void)
{
	unsigned int i;

	if (!devmed_require)
		return true;
	if (devmed_nr_unregistered)
		return false;

	for (i = 0; i < devmed_nr_mapped; i++) {
		/* Pairs with smp_store_release() in devmed_publish(). */
		if (!smp_load_acquire(&devmed_map[i]->instance))
			return false;
	}

	return true;
}

/**
 * devmed_unmap_hole - recycle the host's MMIO mappings, but not a region's
 * @pgt: the host stage-2
 * @start: first byte of a hole between memory
 * @end: its end, exclusive
 *
 * kvm_pgtable_stage2_unmap() clears annotations as well as mappings, and
 * rounds to whole pages, which with large pages reaches into memory. So it
 * only gets what lies between the regions and wholly inside the hole.
 *
 * Context: host_mmu.lock held.
 * Return: 0 or the error of kvm_pgtable_stage2_unmap().
 */
int devmed_unmap_hole(struct kvm_pgtable *pgt, u64 start, u64 end)
{
	unsigned int i;
	int ret;

	hyp_assert_lock_held(&host_mmu.lock);

	start = PAGE_ALIGN(start);
	end = ALIGN_DOWN(end, PAGE_SIZE);

	for (i = 0; i < devmed_nr_mapped && devmed_map[i]->base < end; i++) {
		if (devmed_map_end(i) <= start)
			continue;
		if (devmed_map[i]->base > start) {
			ret = kvm_pgtable_stage2_unmap(pgt, start,
						       devmed_map[i]->base - start);
			if (ret)
				return ret;
		}
		start = devmed_map_end(i);
	}

	return start < end ? kvm_pgtable_stage2_unmap(pgt, start, end - start) : 0;
}

/**
 * devmed_clamp_range - keep a mapping of the host clear of every region
 * @addr: an address that no region contains
 * @start: first byte that could be mapped around @addr, moved up if need be
 * @end: end of it, exclusive, moved down if need be
 *
 * Context: host_mmu.lock held.
 */
void devmed_clamp_range(u64 addr, u64 *start, u64 *end)
{
	unsigned int i = devmed_upper_bound(addr);

	hyp_assert_lock_held(&host_mmu.lock);

	if (i)
		*start = max(*start, devmed_map_end(i - 1));
	if (i < devmed_nr_mapped)
		*end = min(*end, devmed_map[i]->base);
}

/**
 * devmed_read_counter - read one counter
 * @id: region, or DEVMED_GLOBAL
 * @counter: enum devmed_counter, or enum devmed_global_counter
 * @value: where it goes
 *
 * Context: Any.
 * Return: 0, -ENOENT if there is no such region, -EINVAL if there is no such
 * counter.
 */
int devmed_read_counter(u64 id, u64 counter, u64 *value)
{
	struct devmed_region *region;

	if (id == DEVMED_GLOBAL) {
		if (counter >= DEVMED_NR_GLOBAL_COUNTERS)
			return -EINVAL;
		if (counter == DEVMED_UNRESOLVED)
			*value = atomic64_read(&devmed_unresolved);
		else if (counter == DEVMED_ABORTS)
			*value = atomic64_read(&devmed_aborts);
		else if (counter == DEVMED_PINNED)
			*value = devmed_pinned();
		else if (counter == DEVMED_GUESTS_REFUSED)
			*value = !devmed_allows_protected_vm();
		else if (counter >= DEVMED_DMA_TABLES)
			*value = devmed_idmap_counter(counter);
		else
			*value = devmed_pool_counter(counter);
		return 0;
	}

	region = devmed_get_region(id);
	if (!region)
		return -ENOENT;
	if (counter >= DEVMED_NR_COUNTERS)
		return -EINVAL;

	*value = atomic64_read(&region->counters[counter]);
	return 0;
}
