// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shadowed rings: commands go from the host ring through a sanitizer to the
 * hyp ring.
 *
 * Attack surface: the host chooses the doorbell value, and rewrites its slots
 * while they are read.
 *
 * Guarantees: each slot is read once and only the copy is looked at; hardware
 * sees only what the sanitizer passed, complete in memory before its position
 * is announced. Positions stay inside their ring whatever the host writes, the
 * wrap being an explicit branch. What does not fit waits; nothing is
 * overwritten.
 *
 * Leaves to others: the encoding of a position in a register, the doorbell,
 * and what a command may say (the backend).
 */
#include <linux/errno.h>

#include <asm/barrier.h>

#include <nvhe/devmed_ring.h>

static bool devmed_queue_is_valid(const struct devmed_queue *queue)
{
	return queue->base && queue->slots && queue->slots <= U32_MAX / 2 &&
	       (queue->span == queue->slots ||
		queue->span == 2 * queue->slots) &&
	       queue->prod < queue->span && queue->cons < queue->span &&
	       devmed_queue_used(queue) <= queue->slots;
}

/**
 * devmed_ring_check - check a ring that a backend has filled in
 * @ring: the ring
 *
 * Context: Any. Pure.
 * Return: 0, or -EINVAL if a field breaks what the others rely on.
 */
int devmed_ring_check(const struct devmed_ring *ring)
{
	if (ring->slot_size != DEVMED_RING_MIN_CMD &&
	    ring->slot_size != DEVMED_RING_MAX_CMD)
		return -EINVAL;
	if (!devmed_queue_is_valid(&ring->host) ||
	    !devmed_queue_is_valid(&ring->hyp))
		return -EINVAL;

	return 0;
}

/**
 * devmed_ring_emit - put a command of EL2's own into the hyp ring
 * @ring: a checked ring
 * @cmd: as hardware reads it
 *
 * Context: The ring's lock held. The caller announces @ring->hyp.prod.
 * Return: 0, or -ENOSPC if the hyp ring is full.
 */
int devmed_ring_emit(struct devmed_ring *ring, const u64 *cmd)
{
	if (!devmed_queue_free(&ring->hyp))
		return -ENOSPC;

	devmed_ring_store(ring, ring->slot_size, cmd);
	dma_wmb();

	return 0;
}
