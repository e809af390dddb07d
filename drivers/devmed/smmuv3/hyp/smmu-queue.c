// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queues that the host gives: its command ring, which EL2 reads, and its
 * event queue, which the hardware writes.
 *
 * Attack surface: addresses, sizes and indices of the host's choice.
 *
 * Guarantees: from enable to disable the pages of a queue are pinned, and they
 * are those that the hardware uses: the base is aligned down to the size, and
 * the size capped (IHI 0070, 3.5.1, 6.3.29). A queue that cannot be had does
 * not come up, which is how hardware would say that it did not acknowledge.
 * The event queue is let go only when the hardware has acknowledged that it
 * is disabled.
 *
 * Leaves to others: what is in them. PRI is not offered, so there is no PRI
 * queue.
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>

#include <nvhe/memory.h>

#include "smmu-hyp.h"

static u32 smmu_queue_slots(u64 base, u32 max_log2)
{
	return 1U << min_t(u32, FIELD_GET(SMMU_QUEUE_LOG2SIZE, base), max_log2);
}

/* Where hardware takes a queue of @size bytes to be. */
static u64 smmu_queue_phys(u64 base, u64 size)
{
	return ALIGN_DOWN(base & SMMU_QUEUE_BASE_ADDR, size);
}

/* The pages of it, and what of them is pinned in @phys and @size. */
static int smmu_queue_pin(u64 start, u64 bytes, u64 *phys, u64 *size)
{
	u64 first = ALIGN_DOWN(start, PAGE_SIZE);
	u64 len = PAGE_ALIGN(start + bytes) - first;
	int ret = devmed_pin(first, len);

	if (!ret) {
		*phys = first;
		*size = len;
	}

	return ret;
}

/**
 * smmu_queue_enable_cmdq - begin to read the host ring
 * @smmu: the instance, its command queue disabled in the host's view
 *
 * Context: Region lock held. Takes host_mmu.lock and those below it.
 * Return: 0, or an errno if there cannot be a ring where the host says.
 */
int smmu_queue_enable_cmdq(struct devmed_smmu *smmu)
{
	u32 slots = smmu_queue_slots(smmu->cmdq_base,
				     FIELD_GET(SMMU_IDR1_CMDQS, smmu->idr[1]));
	u64 start = smmu_queue_phys(smmu->cmdq_base, slots * SMMU_CMD_SIZE);
	struct devmed_ring *ring = &smmu->ring;
	int ret;

	ret = smmu_queue_pin(start, slots * SMMU_CMD_SIZE, &smmu->cmdq_phys,
			     &smmu->cmdq_size);
	if (ret)
		return ret;

	smmu->cmdq_start = start;
	ring->host.base = __hyp_va(start);
	ring->host.slots = slots;
	ring->host.span = 2 * slots;
	ring->host.prod = smmu->cmdq_prod & (2 * slots - 1);
	ring->host.cons = smmu->cmdq_cons & (2 * slots - 1);
	if (devmed_queue_used(&ring->host) > slots) {
		smmu_queue_disable_cmdq(smmu);
		return -EINVAL;
	}

	return 0;
}

/**
 * smmu_queue_disable_cmdq - stop reading the host ring
 * @smmu: the instance
 *
 * Context: Region lock held. Takes host_mmu.lock and those below it.
 */
void smmu_queue_disable_cmdq(struct devmed_smmu *smmu)
{
	smmu->cmdq_prod = smmu->ring.host.prod;
	smmu->cmdq_cons = smmu_host_cons(smmu);
	smmu->batch.waits = false;
	smmu->held_up = false;
	smmu->ring.host.base = NULL;
	devmed_unpin(smmu->cmdq_phys, smmu->cmdq_size);
	smmu->cmdq_size = 0;
}

static void smmu_queue_unpin_eventq(struct devmed_smmu *smmu)
{
	devmed_unpin(smmu->eventq_phys, smmu->eventq_size);
	smmu->eventq_size = 0;
}

/*
 * An event queue is left when its EVENTQEN was not acknowledged. Whether hardware
 * uses it is known again once EVENTQEN is acknowledged as 0.
 */
static int smmu_queue_drop_eventq(struct devmed_smmu *smmu)
{
	int ret;

	if (!smmu->eventq_size)
		return 0;
	ret = smmu_cmdq_set_cr0(smmu, 0);
	if (!ret)
		smmu_queue_unpin_eventq(smmu);

	return ret;
}

/**
 * smmu_set_eventq - tell the hardware where to write events
 * @smmu: the instance, its event queue disabled
 * @base: SMMU_EVENTQ_BASE, of pinned pages
 * @prod: SMMU_EVENTQ_PROD
 * @cons: SMMU_EVENTQ_CONS
 *
 * The base is read back: if the write was lost on its way, the hardware would
 * write to wherever its event queue was before.
 *
 * Context: Takes queue_lock. Spins only if the hardware is not as EL2 left it.
 * Return: 0; -EBUSY or -EIO as smmu_ready_locked(), -EIO if the hardware does not
 * hold the base. On error EL2 keeps nothing of the arguments.
 */
int smmu_set_eventq(struct devmed_smmu *smmu, u64 base, u32 prod, u32 cons)
{
	int ret;

	hyp_spin_lock(&smmu->queue_lock);
	smmu_begin_locked(smmu, SMMU_LOOK_US);
	ret = smmu_ready_locked(smmu);
	if (!ret) {
		smmu_write64(smmu, SMMU_EVENTQ_BASE, base);
		smmu_write32(smmu, SMMU_EVENTQ_PROD, prod);
		smmu_write32(smmu, SMMU_EVENTQ_CONS, cons);
		if (!smmu_has_eventq(smmu, base))
			ret = -EIO;
	}
	ret = smmu_unless_promised(smmu, ret);
	if (!ret) {
		smmu->hw.eventq_base = base;
		smmu->hw.eventq_cons = cons;
	}
	hyp_spin_unlock(&smmu->queue_lock);

	return ret;
}

/**
 * smmu_set_eventq_cons - tell the hardware how far the host has read
 * @smmu: the instance, its event queue enabled
 * @cons: SMMU_EVENTQ_CONS
 *
 * Context: Takes queue_lock.
 */
void smmu_set_eventq_cons(struct devmed_smmu *smmu, u32 cons)
{
	hyp_spin_lock(&smmu->queue_lock);
	smmu->hw.eventq_cons = cons;
	if (smmu_has_registers(smmu))
		smmu_write32(smmu, SMMU_EVENTQ_CONS, cons);
	hyp_spin_unlock(&smmu->queue_lock);
}

/**
 * smmu_queue_enable_eventq - let the hardware use the host's event queue
 * @smmu: the instance, its event queue disabled
 *
 * The hardware has it from the next smmu_cmdq_set_cr0() with EVENTQEN on.
 *
 * Context: Region lock held. Takes host_mmu.lock and those below it.
 * Return: 0; -ERANGE if the SMMU does not reach all of the queue, -EBUSY or -EIO
 * as smmu_ready_locked(), or an errno if the pages are not the host's to give.
 */
int smmu_queue_enable_eventq(struct devmed_smmu *smmu)
{
	u32 slots = smmu_queue_slots(smmu->eventq_base,
				     FIELD_GET(SMMU_IDR1_EVENTQS, smmu->idr[1]));
	u64 size = slots * SMMU_EVENT_SIZE;
	u64 start = smmu_queue_phys(smmu->eventq_base, size);
	u32 index = SMMU_QUEUE_OVERFLOW | (2 * slots - 1);
	u64 base = SMMU_QUEUE_BASE_RA | start |
		   FIELD_PREP(SMMU_QUEUE_LOG2SIZE, (u64)ilog2(slots));
	int ret;

	/* The hardware was told, and takes its time to acknowledge. */
	if (smmu->eventq_size && (smmu->hw.cr0 & SMMU_CR0_EVENTQEN) &&
	    smmu->hw.eventq_base == base)
		return 0;
	ret = smmu_queue_drop_eventq(smmu);
	if (ret)
		return ret;
	if (!smmu_reaches(smmu, start, size))
		return -ERANGE;
	ret = smmu_queue_pin(start, size, &smmu->eventq_phys,
			     &smmu->eventq_size);
	if (ret)
		return ret;

	smmu->eventq_mask = 2 * slots - 1;
	ret = smmu_set_eventq(smmu, base, smmu->eventq_prod & index,
			      smmu->eventq_cons & index);
	/* EVENTQEN is clear: the hardware does not use what it may hold of it. */
	if (ret)
		smmu_queue_unpin_eventq(smmu);

	return ret;
}

/**
 * smmu_queue_disable_eventq - let go of the host's event queue
 * @smmu: the instance; the hardware has acknowledged EVENTQEN as 0
 *
 * Context: Region lock held. Takes host_mmu.lock and those below it.
 */
void smmu_queue_disable_eventq(struct devmed_smmu *smmu)
{
	smmu->eventq_prod = smmu_eventq_index(smmu, SMMU_EVENTQ_PROD);
	smmu->eventq_cons = smmu_eventq_index(smmu, SMMU_EVENTQ_CONS);
	smmu_queue_unpin_eventq(smmu);
}
