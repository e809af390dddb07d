// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue: one command after the other, each some time after its
 * doorbell and as the ring is then.
 */
#include "harness.h"
#include "model_its_priv.h"

#define CWRITER_OFFSET	GENMASK_ULL(19, 5)
#define CWRITER_RETRY	BIT_ULL(0)
#define RING_ALIGN	SZ_64K

static struct model_user ring_user(const struct model_its *its)
{
	unsigned int cache = its->cbaser >> GITS_CBASER_INNER_CACHEABILITY_SHIFT & 7;
	unsigned int share = its->cbaser >> GITS_CBASER_SHAREABILITY_SHIFT & 3;

	return (struct model_user) {
		.use = MODEL_RING,
		.unit = its->index,
		.snoops = model_attrs_snoop(model_its_params()->coherency,
					    share, cache),
	};
}

static u64 ring_base(u64 cbaser)
{
	return ALIGN_DOWN(GITS_CBASER_ADDRESS(cbaser), RING_ALIGN);
}

static u64 ring_bytes(u64 cbaser)
{
	return ((cbaser & 0xff) + 1) * SZ_4K;
}

u64 model_its_ring_bytes(const struct model_its *its)
{
	return ring_bytes(its->cbaser);
}

/* It reads from there only while @cbaser is valid. */
void model_its_hold_ring(struct model_its *its, u64 cbaser)
{
	struct model_user user = ring_user(its);

	if (its->cbaser & GITS_CBASER_VALID)
		model_drop(&user, ring_base(its->cbaser));
	if (cbaser & GITS_CBASER_VALID) {
		if (GITS_CBASER_ADDRESS(cbaser) % RING_ALIGN)
			model_fail("GITS_CBASER: %lx is not aligned", cbaser);
		model_hold(&user, ring_base(cbaser), ring_bytes(cbaser));
	}
}

void model_its_doorbell(struct model_its *its, u64 value)
{
	if (value & ~(CWRITER_OFFSET | CWRITER_RETRY))
		model_fail("GITS_CWRITER: reserved bits in %lx", value);
	if ((value & CWRITER_OFFSET) >= model_its_ring_bytes(its))
		model_fail("GITS_CWRITER: %lx is outside of the ring", value);
	if (value & CWRITER_RETRY && !its->stalled)
		model_fail("GITS_CWRITER: Retry, and it is not stalled");
	if (value & CWRITER_RETRY)
		its->stalled = false;
	its->cwriter = value & CWRITER_OFFSET;
	its->stats.doorbells++;
	its->delay_left = model_its_params()->cmd_delay;
	if (!its->delay_left)
		model_its_run(its);
}

/* Until it is quiescent it may have commands at hand. */
static bool its_may_run(const struct model_its *its)
{
	return !model_its_quiescent(its) && its->cbaser & GITS_CBASER_VALID &&
	       !its->stalled && !its->hung && its->creadr != its->cwriter;
}

/* The next command: as it is in the ring now, or as it was when it was read. */
static void its_fetch(struct model_its *its, u64 *cmd)
{
	u32 ahead = max(model_its_params()->prefetch, 1U);
	struct model_user user = ring_user(its);
	u64 pos = its->creadr;

	if (!its->nr_fetched) {
		while (its->nr_fetched < ahead && pos != its->cwriter) {
			model_read(&user, ring_base(its->cbaser) + pos,
				   its->fetched[its->nr_fetched++], MODEL_SLOT);
			pos = (pos + MODEL_SLOT) % ring_bytes(its->cbaser);
		}
	}
	memcpy(cmd, its->fetched[0], MODEL_SLOT);
}

static void its_fetched_is_done(struct model_its *its)
{
	its->nr_fetched--;
	memmove(its->fetched[0], its->fetched[1],
		its->nr_fetched * sizeof(its->fetched[0]));
}

/* False if it has to stop there. */
static bool its_step(struct model_its *its)
{
	const struct model_its_params *params = model_its_params();
	enum model_error error;
	u64 cmd[4];

	its_fetch(its, cmd);
	error = its->objects ? MODEL_E_OPCODE : model_its_execute(its, cmd);
	its->objects = false;
	its->waiting = error == MODEL_WAIT;
	if (its->waiting)
		return false;
	if (error) {
		its->stats.errors++;
		its->stats.error = 0x010000 | (cmd[0] & 0xff) << 8 | error;
		if (params->errors_fail)
			model_fail("command %lx %lx %lx %lx is in error: %x",
				   cmd[0], cmd[1], cmd[2], cmd[3],
				   its->stats.error);
		its->stalled = params->stalls;
	} else {
		its->stats.commands++;
	}
	/* Without a prefetch it reads the slot again. */
	if (its->stalled && !params->prefetch)
		its->nr_fetched = 0;
	if (its->stalled)
		return false;
	its->creadr = (its->creadr + MODEL_SLOT) % ring_bytes(its->cbaser);
	its_fetched_is_done(its);

	return true;
}

/* One command if each takes its time, else all. */
void model_its_run(struct model_its *its)
{
	unsigned int i;

	/* Not again from inside of a command. */
	if (its->running || its->delay_left)
		return;
	its->running = true;
	while (its_may_run(its) && its_step(its)) {
		its->delay_left = model_its_params()->cmd_delay;
		if (its->delay_left)
			break;
	}
	its->running = false;
	/* One of them may have been what another ITS waits for. */
	for (i = 0; i < model_gic->params.nr_its; i++) {
		if (model_gic->its[i].waiting && &model_gic->its[i] != its)
			model_its_run(&model_gic->its[i]);
	}
}

/* Time passes when somebody looks. */
void model_its_tick(struct model_its *its)
{
	if (its->hung)
		return;
	if (its->quiet_left && !--its->quiet_left)
		model_its_write_back(its);
	if (its->delay_left && !--its->delay_left)
		model_its_run(its);
}

void model_its_hang(unsigned int its, bool hang)
{
	model_gic->its[its].hung = hang;
}

void model_its_silence(unsigned int its, unsigned int accesses)
{
	model_gic->its[its].silent = accesses;
}

void model_its_slow_down(unsigned int delay)
{
	model_gic->params.its.cmd_delay = delay;
}

void model_its_object(unsigned int its)
{
	model_gic->its[its].objects = true;
}
