/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadowed rings: the host writes one ring, hardware reads another.
 */
#ifndef __ARM64_KVM_NVHE_DEVMED_RING_H__
#define __ARM64_KVM_NVHE_DEVMED_RING_H__

#include <linux/compiler.h>
#include <linux/types.h>

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
u32 devmed_queue_used(const struct devmed_queue *queue);
u32 devmed_queue_free(const struct devmed_queue *queue);
int devmed_queue_set_prod(struct devmed_queue *queue, u64 prod);
int devmed_queue_set_cons(struct devmed_queue *queue, u64 cons);
u32 devmed_ring_drain(struct devmed_ring *ring, u32 max,
		      devmed_sanitizer_t sanitize, void *arg);
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

#endif /* __ARM64_KVM_NVHE_DEVMED_RING_H__ */
