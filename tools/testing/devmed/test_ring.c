// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring.c: positions against plain arithmetic, and traffic against a model
 * queue, with a host that rewrites what has just been read (C02, T20).
 */
#include "fake.h"
#include "harness.h"

#include <nvhe/devmed_ring.h>

#define MAX_SLOTS	16

static u64 host_slots[MAX_SLOTS * 4];
static u64 hyp_slots[MAX_SLOTS * 4];

static struct devmed_ring make_ring(u32 host, u32 hyp, bool wrap, u8 slot_size)
{
	struct devmed_ring ring = {
		.host = { .base = host_slots, .slots = host,
			  .span = host << wrap },
		.hyp = { .base = hyp_slots, .slots = hyp, .span = hyp << wrap },
		.slot_size = slot_size,
		.coherent = true,
	};

	ASSERT_EQ(devmed_ring_check(&ring), 0);
	return ring;
}

static int check_queue(void *base, u32 slots, u32 span, u32 prod, u32 cons)
{
	struct devmed_ring good = make_ring(4, 4, false, 32);
	struct devmed_ring ring = good;
	int ret;

	ring.host = (struct devmed_queue) { base, slots, span, prod, cons };
	ret = devmed_ring_check(&ring);
	ring.hyp = ring.host;
	ring.host = good.host;
	ASSERT_EQ(devmed_ring_check(&ring), ret);

	return ret;
}

TEST(ring_check)
{
	unsigned int size;

	for (size = 0; size < 256; size++) {
		struct devmed_ring ring = make_ring(4, 4, true, 16);

		ring.slot_size = size;
		ASSERT_EQ(devmed_ring_check(&ring),
			  size == 16 || size == 32 ? 0 : -EINVAL);
	}
	ASSERT_EQ(check_queue(host_slots, 4, 4, 3, 3), 0);
	ASSERT_EQ(check_queue(NULL, 4, 4, 0, 0), -EINVAL);
	ASSERT_EQ(check_queue(host_slots, 0, 0, 0, 0), -EINVAL);
	ASSERT_EQ(check_queue(host_slots, 4, 5, 0, 0), -EINVAL);
	ASSERT_EQ(check_queue(host_slots, 4, 12, 0, 0), -EINVAL);
	ASSERT_EQ(check_queue(host_slots, 4, 4, 4, 0), -EINVAL);
	ASSERT_EQ(check_queue(host_slots, 4, 4, 0, 4), -EINVAL);
	ASSERT_EQ(check_queue(host_slots, 4, 8, 8, 0), -EINVAL);
	ASSERT_EQ(check_queue(host_slots, 4, 8, 7, 1), -EINVAL);
	ASSERT_EQ(check_queue(host_slots, 4, 8, 5, 1), 0);
	/* Twice this would be zero. */
	ASSERT_EQ(check_queue(host_slots, 1U << 31, 0, 0, 0), -EINVAL);
	ASSERT_EQ(check_queue(host_slots, 1U << 31, 1U << 31, 0, 0), -EINVAL);
	ASSERT_EQ(check_queue(host_slots, U32_MAX / 2, U32_MAX - 1, 0, 0), 0);
}

static u32 distance(u32 span, u32 from, u32 to)
{
	return (to + span - from) % span;
}

static void check_position(struct devmed_queue queue, u64 prod)
{
	struct devmed_queue copy = queue;
	u32 used = distance(queue.span, queue.cons, queue.prod);
	bool ok;

	ok = prod < queue.span &&
	     distance(queue.span, queue.cons, prod) <= queue.slots;
	ASSERT_EQ(devmed_queue_set_prod(&copy, prod), ok ? 0 : -EINVAL);
	ASSERT_EQ(copy.prod, ok ? prod : queue.prod);
	ASSERT_EQ(copy.cons, queue.cons);

	copy = queue;
	ok = prod < queue.span && distance(queue.span, queue.cons, prod) <= used;
	ASSERT_EQ(devmed_queue_set_cons(&copy, prod), ok ? 0 : -EINVAL);
	ASSERT_EQ(copy.cons, ok ? prod : queue.cons);
	ASSERT_EQ(copy.prod, queue.prod);
}

TEST(ring_positions)
{
	u32 slots, wrap, prod, cons;
	u64 pos;

	for (slots = 1; slots <= 9; slots++) {
		for (wrap = 0; wrap < 2; wrap++) {
			u32 span = slots << wrap;

			for (prod = 0; prod < span; prod++) {
				for (cons = 0; cons < span; cons++) {
					struct devmed_queue queue = {
						host_slots, slots, span, prod, cons
					};
					u32 used = distance(span, cons, prod);

					if (used > slots)
						continue;
					ASSERT_EQ(devmed_queue_used(&queue), used);
					ASSERT_EQ(devmed_queue_free(&queue),
						  (wrap ? slots : slots - 1) - used);
					for (pos = 0; pos < span + 4; pos++)
						check_position(queue, pos);
					check_position(queue, U32_MAX);
					check_position(queue, (1ULL << 32) | prod);
					check_position(queue, U64_MAX);
				}
			}
		}
	}
}

/* Traffic: each command is its number; a model says what must come out. */
struct traffic {
	u64 next;
	u64 seen;
	u64 out[1024];
	unsigned int nr_out;
	bool forbid;
	struct devmed_ring *ring;
};

/* Its first dword's low bits decide: rejected once, dropped, or passed. */
static enum devmed_cmd_answer sanitize(u64 *cmd, void *arg)
{
	struct traffic *traffic = arg;
	unsigned int dwords = traffic->ring->slot_size / 8;
	unsigned int i;

	ASSERT_EQ(cmd[0] >> 8, traffic->seen);
	for (i = 1; i < dwords; i++)
		ASSERT_EQ(cmd[i], cmd[0] * i);
	for (; i < DEVMED_RING_CMD_DWORDS; i++)
		ASSERT_EQ(cmd[i], 0);
	if ((cmd[0] & 0xff) == 1 && !traffic->forbid) {
		traffic->forbid = true;
		return DEVMED_CMD_REJECT;
	}
	traffic->forbid = false;
	traffic->seen++;
	if ((cmd[0] & 0xff) == 2)
		return DEVMED_CMD_DROP;

	/* Hardware gets what is left here, not what the host wrote. */
	cmd[1] = ~cmd[1];
	ASSERT(traffic->nr_out < ARRAY_SIZE(traffic->out));
	traffic->out[traffic->nr_out++] = cmd[0];
	return DEVMED_CMD_PASS;
}

static void produce(struct traffic *traffic)
{
	struct devmed_queue *host = &traffic->ring->host;
	u32 room = devmed_queue_free(host);
	u32 prod = host->prod;
	u32 count = room ? test_random_below(room + 1) : 0;
	unsigned int dwords = traffic->ring->slot_size / 8;

	while (count--) {
		u64 *slot = &host_slots[prod % host->slots * dwords];
		u64 cmd = traffic->next++ << 8 | test_random_below(5);
		unsigned int i;

		slot[0] = cmd;
		for (i = 1; i < dwords; i++)
			slot[i] = cmd * i;
		prod = prod + 1 == host->span ? 0 : prod + 1;
	}
	ASSERT_EQ(devmed_queue_set_prod(host, prod), 0);
}

/* Hardware reads some of the hyp ring, and must find exactly what passed. */
static void consume(struct traffic *traffic)
{
	struct devmed_queue *hyp = &traffic->ring->hyp;
	u32 count = test_random_below(devmed_queue_used(hyp) + 1);
	unsigned int dwords = traffic->ring->slot_size / 8;
	u32 cons = hyp->cons;
	unsigned int i;

	for (i = 0; i < count; i++) {
		u64 *slot = &hyp_slots[cons % hyp->slots * dwords];

		ASSERT_EQ(slot[0], traffic->out[i]);
		ASSERT_EQ(slot[1], ~slot[0]);
		if (dwords == 4)
			ASSERT_EQ(slot[3], slot[0] * 3);
		cons = cons + 1 == hyp->span ? 0 : cons + 1;
	}
	traffic->nr_out -= count;
	memmove(traffic->out, traffic->out + count,
		traffic->nr_out * sizeof(u64));
	ASSERT_EQ(devmed_queue_set_cons(hyp, cons), 0);
	ASSERT_EQ(devmed_queue_used(hyp), traffic->nr_out);
}

static void check_drain(struct traffic *traffic)
{
	struct devmed_ring *ring = traffic->ring;
	u32 used = devmed_queue_used(&ring->host);
	u32 max = test_random_below(8);
	u64 seen = traffic->seen;
	bool rejected = traffic->forbid;
	u32 done;

	fake_log_reset();
	done = devmed_ring_drain(ring, ring->slot_size, max, sanitize,
				 traffic);
	ASSERT(done <= max && done <= used);
	ASSERT_EQ(traffic->seen, seen + done);
	ASSERT_EQ(devmed_queue_used(&ring->host), used - done);
	/* It stopped for a reason. */
	if (done < max && done < used)
		ASSERT(!devmed_queue_free(&ring->hyp) ||
		       (traffic->forbid && (!rejected || done)));
	ASSERT_EQ(devmed_ring_check(ring), 0);
}

static void run_traffic(u32 host, u32 hyp, bool wrap, u8 slot_size)
{
	struct devmed_ring ring = make_ring(host, hyp, wrap, slot_size);
	struct traffic traffic = { .ring = &ring };
	unsigned int i;

	for (i = 0; i < 400; i++) {
		produce(&traffic);
		check_drain(&traffic);
		if (test_random_below(2))
			consume(&traffic);
	}
	/* Without a wrap bit one slot stays empty. */
	ASSERT(traffic.seen > 20 || (!wrap && (hyp == 1 || host == 1)));
}

TEST(ring_traffic)
{
	u32 host, hyp, wrap, slot_size;

	for (host = 1; host <= 7; host++) {
		for (hyp = 1; hyp <= 7; hyp++) {
			for (wrap = 0; wrap < 2; wrap++) {
				for (slot_size = 16; slot_size <= 32; slot_size += 16)
					run_traffic(host, hyp, wrap, slot_size);
			}
		}
	}
}

static enum devmed_cmd_answer pass(u64 *cmd, void *arg)
{
	u64 *seen = arg;

	if (seen)
		memcpy(seen, cmd, DEVMED_RING_MAX_CMD);
	return DEVMED_CMD_PASS;
}

static enum devmed_cmd_answer reject(u64 *cmd, void *arg)
{
	unsigned int *calls = arg;

	++*calls;
	return DEVMED_CMD_REJECT;
}

static enum devmed_cmd_answer drop(u64 *cmd, void *arg)
{
	return DEVMED_CMD_DROP;
}

TEST(ring_limits)
{
	struct devmed_ring ring = make_ring(8, 4, true, 16);
	unsigned int calls = 0;

	ring.host.prod = 8;
	ASSERT_EQ(devmed_ring_drain(&ring, ring.slot_size, 0, pass, NULL), 0);
	ASSERT_EQ(devmed_ring_drain(&ring, ring.slot_size, 3, pass, NULL), 3);
	ASSERT_EQ(devmed_ring_drain(&ring, ring.slot_size, U32_MAX, pass, NULL), 1);
	ASSERT_EQ(devmed_ring_drain(&ring, ring.slot_size, U32_MAX, pass, NULL), 0);
	ASSERT_EQ(ring.host.cons, 4);
	ASSERT_EQ(ring.hyp.prod, 4);
	ring.hyp.cons = 1;
	ASSERT_EQ(devmed_ring_drain(&ring, ring.slot_size, U32_MAX, reject, &calls), 0);
	ASSERT_EQ(calls, 1);
	ASSERT_EQ(ring.host.cons, 4);
	ASSERT_EQ(devmed_ring_drain(&ring, ring.slot_size, U32_MAX, drop, NULL), 4);
	ASSERT_EQ(ring.host.cons, 8);
	ASSERT_EQ(ring.hyp.prod, 4);
}

/* The host rewrites each word as soon as it was read. */
static void flip(const volatile void *addr, size_t size)
{
	u64 offset = (u64)addr - (u64)host_slots;

	if (offset < sizeof(host_slots))
		host_slots[offset / 8] ^= 0xdeadbeefdeadbeefULL;
}

TEST(ring_read_once)
{
	u8 slot_size;

	for (slot_size = 16; slot_size <= 32; slot_size += 16) {
		struct devmed_ring ring = make_ring(4, 4, true, slot_size);
		unsigned int dwords = slot_size / 8;
		u64 seen[DEVMED_RING_CMD_DWORDS];
		unsigned int i;

		for (i = 0; i < dwords; i++)
			host_slots[i] = i + 1;
		ring.host.prod = 1;
		fake_log_reset();
		fake_on_read_once = flip;
		ASSERT_EQ(devmed_ring_drain(&ring, ring.slot_size, 1, pass, seen), 1);
		fake_on_read_once = NULL;

		ASSERT_EQ(fake_count(FAKE_READ_ONCE), dwords);
		for (i = 0; i < dwords; i++) {
			ASSERT_EQ(fake_event(FAKE_READ_ONCE, i)->addr,
				  (u64)&host_slots[i]);
			ASSERT_EQ(fake_event(FAKE_READ_ONCE, i)->size, 8);
			ASSERT_EQ(seen[i], i + 1);
			ASSERT_EQ(hyp_slots[i], i + 1);
		}
	}
}

static unsigned int complete;

static void count_complete(void)
{
	for (complete = 0; complete < 3; complete++) {
		if (hyp_slots[complete * 2] != complete + 1)
			break;
	}
}

/* What the barrier orders is there when it is reached, and flushed. */
TEST(ring_barrier)
{
	struct devmed_ring ring = make_ring(4, 4, true, 16);
	unsigned int i;

	ring.coherent = false;
	for (i = 0; i < 3; i++)
		host_slots[i * 2] = i + 1;
	ring.host.prod = 3;
	fake_on_barrier = count_complete;
	ASSERT_EQ(devmed_ring_drain(&ring, ring.slot_size, 8, pass, NULL), 3);
	ASSERT_EQ(complete, 3);
	ASSERT_EQ(fake_count(FAKE_BARRIER), 1);
	/* Each slot twice: before it is read, after it is written. */
	ASSERT_EQ(fake_count(FAKE_FLUSH), 6);
	for (i = 0; i < 6; i++) {
		u64 *slots = i % 2 ? hyp_slots : host_slots;

		ASSERT_EQ(fake_event(FAKE_FLUSH, i)->addr, (u64)&slots[i / 2 * 2]);
		ASSERT_EQ(fake_event(FAKE_FLUSH, i)->size, 16);
		ASSERT(fake_order(FAKE_FLUSH, i) < fake_order(FAKE_BARRIER, 0));
	}

	ring.coherent = true;
	fake_log_reset();
	ring.host.prod = 4;
	ASSERT_EQ(devmed_ring_drain(&ring, ring.slot_size, 8, pass, NULL), 1);
	ASSERT_EQ(fake_count(FAKE_FLUSH), 0);
	ASSERT_EQ(fake_count(FAKE_BARRIER), 1);
}

TEST(ring_emit)
{
	struct devmed_ring ring = make_ring(4, 2, true, 16);
	u64 cmd[2] = { 7, 9 };

	ring.coherent = false;
	ASSERT_EQ(devmed_ring_emit(&ring, cmd), 0);
	ASSERT_EQ(hyp_slots[0], 7);
	ASSERT_EQ(hyp_slots[1], 9);
	ASSERT(fake_order(FAKE_FLUSH, 0) < fake_order(FAKE_BARRIER, 0));
	ASSERT_EQ(devmed_ring_emit(&ring, cmd), 0);
	ASSERT_EQ(devmed_ring_emit(&ring, cmd), -ENOSPC);
	ASSERT_EQ(ring.hyp.prod, 2);
	ring.hyp.cons = 1;
	cmd[0] = 8;
	ASSERT_EQ(devmed_ring_emit(&ring, cmd), 0);
	ASSERT_EQ(hyp_slots[0], 8);
	ASSERT_EQ(hyp_slots[2], 7);
}
