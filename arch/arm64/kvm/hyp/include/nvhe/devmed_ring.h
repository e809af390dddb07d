/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadowed rings: the host writes one ring, hardware reads another. The way of a
 * command is inline, so that a backend's sanitizer becomes part of it; what it
 * guarantees is in ring.c.
 */
#ifndef __ARM64_KVM_NVHE_DEVMED_RING_H__
#define __ARM64_KVM_NVHE_DEVMED_RING_H__

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#include <asm/barrier.h>
#include <asm/kvm_mmu.h>

/* A command of the SMMU, and one of the ITS. */
#define DEVMED_RING_MIN_CMD	16
#define DEVMED_RING_MAX_CMD	32
#define DEVMED_RING_CMD_DWORDS	(DEVMED_RING_MAX_CMD / sizeof(u64))

/**
 * enum devmed_cmd_answer - what becomes of a command
 * @DEVMED_CMD_PASS: hardware gets it, as the sanitizer left it
 * @DEVMED_CMD_DROP: the host sees it consumed, hardware does not see it
 * @DEVMED_CMD_REJECT: the ring stops before it
 */
enum devmed_cmd_answer {
	DEVMED_CMD_PASS,
	DEVMED_CMD_DROP,
	DEVMED_CMD_REJECT,
};

/**
 * typedef devmed_sanitizer_t - check a command, and rewrite it for hardware
 * @cmd: EL2's copy, DEVMED_RING_CMD_DWORDS of which the slot size counts
 * @arg: of devmed_ring_drain()
 *
 * Called with the caller's locks held.
 */
typedef enum devmed_cmd_answer (*devmed_sanitizer_t)(u64 *cmd, void *arg);

/**
 * struct devmed_queue - one half of a shadowed ring
 * @base: the slots
 * @slots: how many
 * @span: positions before @prod and @cons repeat: @slots for an offset without
 *	a wrap bit (ITS, of which one slot always stays empty), 2 * @slots for
 *	an index with one (SMMU)
 * @prod: position after the last command written
 * @cons: position of the next command to be read
 *
 * @prod and @cons are below @span at all times.
 */
struct devmed_queue {
	void *base;
	u32 slots;
	u32 span;
	u32 prod;
	u32 cons;
};

/**
 * struct devmed_ring - a shadowed ring
 * @host: the half that the host writes, pinned; @host.cons is what the host is
 *	told
 * @hyp: the half that hardware reads, EL2's own
 * @slot_size: of a command in bytes, one of the above
 * @coherent: hardware snoops the caches
 *
 * Guarded by the lock of the instance that it belongs to.
 */
struct devmed_ring {
	struct devmed_queue host;
	struct devmed_queue hyp;
	u8 slot_size;
	bool coherent;
};

int devmed_ring_check(const struct devmed_ring *ring);
int devmed_ring_emit(struct devmed_ring *ring, const u64 *cmd);

/**
 * devmed_copy_once - copy what somebody else may be writing
 * @dst: EL2's own memory
 * @src: each double-word is loaded once, whole
 * @size: in bytes, a multiple of 8
 */
static inline void devmed_copy_once(void *dst, const void *src, size_t size)
{
	const u64 *from = src;
	u64 *to = dst;

	/* In pairs, which leaves no loop where the size of a command is known. */
	for (; size > sizeof(u64); size -= 2 * sizeof(u64), from += 2, to += 2) {
		to[0] = READ_ONCE(from[0]);
		to[1] = READ_ONCE(from[1]);
	}
	if (size)
		*to = READ_ONCE(*from);
}

/* How far @to is ahead of @from. */
static inline u32 devmed_queue_distance(const struct devmed_queue *queue,
					u32 from, u32 to)
{
	return to >= from ? to - from : queue->span - (from - to);
}

static inline u32 devmed_queue_next(const struct devmed_queue *queue, u32 pos)
{
	return pos + 1 == queue->span ? 0 : pos + 1;
}

static inline void *devmed_queue_slot(const struct devmed_queue *queue, u32 pos,
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
static inline u32 devmed_queue_used(const struct devmed_queue *queue)
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
static inline u32 devmed_queue_free(const struct devmed_queue *queue)
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
static inline int devmed_queue_set_prod(struct devmed_queue *queue, u64 prod)
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
static inline int devmed_queue_set_cons(struct devmed_queue *queue, u64 cons)
{
	if (cons >= queue->span ||
	    devmed_queue_distance(queue, queue->cons, cons) >
	    devmed_queue_used(queue))
		return -EINVAL;

	queue->cons = cons;
	return 0;
}

/* For hardware that does not snoop, and a host that writes past the caches. */
static inline void devmed_ring_flush(const struct devmed_ring *ring,
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
	u32 pos = ring->host.cons;

	devmed_ring_flush(ring, &ring->host, pos);
	devmed_copy_once(cmd, devmed_queue_slot(&ring->host, pos, slot_size),
			 slot_size);
}

static __always_inline void devmed_ring_store(struct devmed_ring *ring,
					      size_t slot_size, const u64 *cmd)
{
	u32 pos = ring->hyp.prod;

	memcpy(devmed_queue_slot(&ring->hyp, pos, slot_size), cmd, slot_size);
	devmed_ring_flush(ring, &ring->hyp, pos);
	ring->hyp.prod = devmed_queue_next(&ring->hyp, pos);
}

/**
 * devmed_ring_drain - move commands from the host ring to the hyp ring
 * @ring: a checked ring; @ring->host.prod is the host's doorbell
 * @slot_size: @ring->slot_size, a constant where that saves loops
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
static __always_inline u32 devmed_ring_drain(struct devmed_ring *ring,
					     size_t slot_size, u32 max,
					     devmed_sanitizer_t sanitize,
					     void *arg)
{
	u32 todo = min(devmed_queue_used(&ring->host), max);
	u32 room = devmed_queue_free(&ring->hyp);
	/* All slots are of one size, so what is beyond it stays zero. */
	u64 cmd[DEVMED_RING_CMD_DWORDS] = {};
	u32 done;

	for (done = 0; done < todo && room; done++) {
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

#endif /* __ARM64_KVM_NVHE_DEVMED_RING_H__ */
