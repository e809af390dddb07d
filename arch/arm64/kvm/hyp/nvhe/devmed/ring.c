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
#include <linux/minmax.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/kvm_mmu.h>

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

/* How far @to is ahead of @from. */
static u32 devmed_queue_distance(const struct devmed_queue *queue, u32 from,
				 u32 to)
{
	return to >= from ? to - from : queue->span - (from - to);
}

static u32 devmed_queue_next(const struct devmed_queue *queue, u32 pos)
{
	return pos + 1 == queue->span ? 0 : pos + 1;
}

static void *devmed_queue_slot(const struct devmed_queue *queue, u32 pos,
			       size_t slot_size)
{
	u32 index = pos >= queue->slots ? pos - queue->slots : pos;

	return queue->base + index * slot_size;
}

/**
 * devmed_queue_used - commands written and not read yet
 * @queue: one half of a ring
 *
 * Context: The ring's lock held.
 * Return: how many.
 */
u32 devmed_queue_used(const struct devmed_queue *queue)
{
	return devmed_queue_distance(queue, queue->cons, queue->prod);
}

/**
 * devmed_queue_free - commands that can be written
 * @queue: one half of a ring
 *
 * Context: The ring's lock held.
 * Return: how many.
 */
u32 devmed_queue_free(const struct devmed_queue *queue)
{
	u32 capacity = queue->slots;

	/* Without a wrap bit a full ring would look empty. */
	if (queue->span == queue->slots)
		capacity--;

	return capacity - devmed_queue_used(queue);
}

/**
 * devmed_queue_set_prod - take over a doorbell value
 * @queue: the host's half
 * @prod: what it wrote, as a position; any value
 *
 * Context: The ring's lock held.
 * Return: 0, or -EINVAL with nothing changed if there is no such position, or
 * more commands before it than there are slots.
 */
int devmed_queue_set_prod(struct devmed_queue *queue, u64 prod)
{
	if (prod >= queue->span ||
	    devmed_queue_distance(queue, queue->cons, prod) > queue->slots)
		return -EINVAL;

	queue->prod = prod;
	return 0;
}

/**
 * devmed_queue_set_cons - take over how far hardware has read
 * @queue: the hyp half
 * @cons: what it says, as a position; any value
 *
 * Context: The ring's lock held.
 * Return: 0, or -EINVAL with nothing changed if that is not between the last
 * position read and @queue->prod.
 */
int devmed_queue_set_cons(struct devmed_queue *queue, u64 cons)
{
	if (cons >= queue->span ||
	    devmed_queue_distance(queue, queue->cons, cons) >
	    devmed_queue_used(queue))
		return -EINVAL;

	queue->cons = cons;
	return 0;
}

/* For hardware that does not snoop, and a host that writes past the caches. */
static void devmed_ring_flush(const struct devmed_ring *ring,
			      const struct devmed_queue *queue, u32 pos)
{
	if (unlikely(!ring->coherent))
		kvm_flush_dcache_to_poc(devmed_queue_slot(queue, pos,
							  ring->slot_size),
					ring->slot_size);
}

static __always_inline void devmed_ring_load(const struct devmed_ring *ring,
					     size_t slot_size, u64 *cmd)
{
	devmed_ring_flush(ring, &ring->host, ring->host.cons);
	devmed_copy_once(cmd, devmed_queue_slot(&ring->host, ring->host.cons,
						slot_size), slot_size);
}

static __always_inline void devmed_ring_store(struct devmed_ring *ring,
					      size_t slot_size, const u64 *cmd)
{
	memcpy(devmed_queue_slot(&ring->hyp, ring->hyp.prod, slot_size), cmd,
	       slot_size);
	devmed_ring_flush(ring, &ring->hyp, ring->hyp.prod);
	ring->hyp.prod = devmed_queue_next(&ring->hyp, ring->hyp.prod);
}

/* For each size of a slot once, so that the compiler knows it. */
static __always_inline u32 devmed_ring_move(struct devmed_ring *ring,
					    size_t slot_size, u32 max,
					    devmed_sanitizer_t sanitize,
					    void *arg)
{
	u32 todo = min(devmed_queue_used(&ring->host), max);
	u32 room = devmed_queue_free(&ring->hyp);
	u32 done;

	for (done = 0; done < todo && room; done++) {
		u64 cmd[DEVMED_RING_CMD_DWORDS] = {};
		enum devmed_cmd_answer answer;

		devmed_ring_load(ring, slot_size, cmd);
		answer = sanitize(cmd, arg);
		if (answer == DEVMED_CMD_REJECT)
			break;
		if (answer == DEVMED_CMD_PASS) {
			devmed_ring_store(ring, slot_size, cmd);
			room--;
		}
		ring->host.cons = devmed_queue_next(&ring->host,
						    ring->host.cons);
	}

	/* The commands before the doorbell that announces them. */
	dma_wmb();

	return done;
}

/**
 * devmed_ring_drain - move commands from the host ring to the hyp ring
 * @ring: a checked ring; @ring->host.prod is the host's doorbell
 * @max: most commands to move, so that a trap stays short
 * @sanitize: decides on each
 * @arg: for @sanitize
 *
 * Stops at the first command that is rejected, at a full hyp ring, and at
 * @max; @ring->host.cons then says where. What was moved is in memory for
 * hardware to read: the caller announces @ring->hyp.prod.
 *
 * Context: The ring's lock held.
 * Return: commands taken from the host ring.
 */
u32 devmed_ring_drain(struct devmed_ring *ring, u32 max,
		      devmed_sanitizer_t sanitize, void *arg)
{
	if (ring->slot_size == DEVMED_RING_MAX_CMD)
		return devmed_ring_move(ring, DEVMED_RING_MAX_CMD, max,
					sanitize, arg);

	return devmed_ring_move(ring, DEVMED_RING_MIN_CMD, max, sanitize, arg);
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
