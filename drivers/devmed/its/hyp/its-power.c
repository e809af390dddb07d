// SPDX-License-Identifier: GPL-2.0-only
/*
 * Power that goes and comes back.
 *
 * Attack surface: the host suspends CPUs whenever it likes, with commands in any
 * state. Firmware may save GITS_CBASER, GITS_CWRITER, GITS_BASER<n> and GITS_CTLR
 * then, and restore them later, with GITS_CWRITER as it was or 0, the ITS enabled
 * or not. A write of GITS_CBASER makes GITS_CREADR 0 (IHI 0069, 12.19.2): the ITS
 * goes through the ring from its start, whatever it had consumed.
 *
 * Guarantees: a command that the ITS has consumed is no longer in the ring when
 * firmware is called, so that going through the ring again does nothing. No page
 * is let go of, and no ITT used again, because of commands that were not seen
 * consumed before. Slots of both halves of the ring go on to correspond: a host
 * that did not notice continues where it was, once the ITS has caught up.
 *
 * Leaves to others: an ITS that comes back without its registers (its-regs.c).
 * Firmware that takes the power of an ITS is trusted to disable it first and to
 * wait for GITS_CTLR.Quiescent, which has the ITS write back what it caches.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_wait.h>
#include <nvhe/memory.h>

#include "its-hyp.h"

/* For commands that another CPU has just posted: the driver waits for them too. */
#define ITS_SUSPEND_USECS	1000

/* For a ring of commands that do nothing; then the host comes again. */
#define ITS_CATCH_UP_USECS	1000

/* Slots one after the other. */
static void its_fill(struct devmed_its *its, u32 from, u32 n, const u64 *cmd)
{
	void *slot = its->ring.hyp.base + from * ITS_CMD_SIZE;
	u32 i;

	for (i = 0; i < n; i++)
		memcpy(slot + i * ITS_CMD_SIZE, cmd, ITS_CMD_SIZE);
	its_flush(its, hyp_virt_to_phys(slot), n * ITS_CMD_SIZE);
}

/* How many commands the ITS was seen to consume, ever. */
static u64 its_consumed(const struct devmed_its *its)
{
	return its->emitted - devmed_queue_used(&its->ring.hyp);
}

/* The last @n slots that were consumed. */
static void its_scrub(struct devmed_its *its, u32 n)
{
	const struct devmed_queue *queue = &its->ring.hyp;
	u32 before = min(n, queue->cons);
	u64 cmd[DEVMED_RING_CMD_DWORDS];

	its_make_harmless(its, cmd);
	its_fill(its, queue->cons - before, before, cmd);
	its_fill(its, queue->slots - (n - before), n - before, cmd);
	/* Before firmware is called, or the ITS hears of the ring again. */
	dma_wmb();
	WRITE_ONCE(its->scrubbed, its_consumed(its));
}

/**
 * its_scrub_all - leave nothing in the ring
 * @its: the instance, its ITS not to read what is in the ring now
 *
 * Context: Trusted phase, or region->lock held.
 */
void its_scrub_all(struct devmed_its *its)
{
	u64 cmd[DEVMED_RING_CMD_DWORDS];

	its_make_harmless(its, cmd);
	its_fill(its, 0, its->ring.hyp.slots, cmd);
	dma_wmb();
	WRITE_ONCE(its->scrubbed, its->emitted);
}

/* All consumed, or nothing that would consume it. */
static bool its_has_come_to_rest(struct devmed_its *its)
{
	its_update_cons(its);

	return !devmed_queue_used(&its->ring.hyp) || !its_is_enabled(its);
}

static void its_suspend_locked(struct devmed_its *its)
{
	const struct devmed_queue *queue = &its->ring.hyp;
	u32 outside;

	hyp_assert_lock_held(&its->region->lock);

	its_update_cons(its);
	/* Once in vain is enough: an idle CPU does not wait for a dead ITS. */
	if (devmed_queue_used(queue) && its->lost != its->emitted)
		devmed_wait_until(its_has_come_to_rest(its), ITS_SUSPEND_USECS);

	outside = queue->slots - devmed_queue_used(queue);
	its_scrub(its, min_t(u64, its_consumed(its) - its->scrubbed, outside));
	if (devmed_queue_used(queue) && its->lost != its->emitted) {
		its_lose_vpes(its);
		its_lose_commands(its);
	}
}

/**
 * its_suspend - firmware may save and restore the ITS from now on
 * @region: of the ITS
 * @instance: struct devmed_its
 *
 * Commands that another CPU posts meanwhile are for that CPU to see to: it runs,
 * so the ITS keeps its power until it is the last one here. EL2 looks at the ITS
 * when the ITS gets its next command.
 *
 * Context: As struct devmed_regs has it. Takes the region lock if there were
 * commands since the last time.
 */
void its_suspend(struct devmed_region *region, void *instance)
{
	struct devmed_its *its = instance;

	WRITE_ONCE(its->unsure, true);
	if (READ_ONCE(its->emitted) == READ_ONCE(its->scrubbed))
		return;

	hyp_spin_lock(&region->lock);
	its_suspend_locked(its);
	hyp_spin_unlock(&region->lock);
}

static u32 its_read_slot(const struct devmed_its *its)
{
	return (devmed_read64_relaxed(its->region, GITS_CREADR) &
		GITS_CREADR_OFFSET) / ITS_CMD_SIZE;
}

/* The ITS was where EL2 takes it to be, or is on its way from there. */
static bool its_is_in_step(struct devmed_its *its)
{
	return !devmed_queue_set_cons(&its->ring.hyp, its_read_slot(its));
}

/**
 * its_resync - see where the ITS is, after a CPU was suspended
 * @its: the instance
 *
 * An ITS that was set back to the start of its ring has only commands before it
 * that do nothing, up to those that it had not consumed. No other is given to it
 * until it has run them: after that, GITS_CREADR is to be believed again.
 *
 * Context: region->lock held.
 * Return: 0; -EAGAIN if it has not come that far yet, -EBUSY if it does not move.
 */
int its_resync(struct devmed_its *its)
{
	u32 slot;

	hyp_assert_lock_held(&its->region->lock);

	/* Without its registers it has no ring: its_restart_ring() is to come. */
	if (its_was_reset(its))
		return -EBUSY;

	if (!its_is_in_step(its)) {
		slot = its_read_slot(its);
		/* After what another CPU may have written to the ring. */
		dma_wmb();
		its_ring_doorbell(its, 0);
		if (!devmed_wait_until(its_is_in_step(its), ITS_CATCH_UP_USECS))
			return its_read_slot(its) == slot ? -EBUSY : -EAGAIN;
	}
	WRITE_ONCE(its->unsure, false);

	return 0;
}
