// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two CPUs: one rings the doorbell, the other changes what it announces, or
 * takes it away.
 */
#include <linux/cpu.h>
#include "its_abuse.h"
#include "racer.h"

#define RACE_SLOTS	32
#define RACE_ROUNDS	400

/**
 * struct race - what the other CPU does, and where
 * @racer: does it
 * @slots: the first of the slots in the ring, which is @RACE_SLOTS long
 */
struct race {
	struct racer racer;
	u64 (*slots)[ITS_DWORDS];
};

/* From good to bad and back: opcode, DeviceID, operands. */
static void flip_slots(struct racer *racer)
{
	const struct race *race = container_of(racer, struct race, racer);
	static const u64 flips[] = {
		GITS_CMD_MAPD ^ GITS_CMD_VMAPP, GITS_CMD_MAPD ^ GITS_CMD_MAPTI,
		0xffffULL << 32, GITS_CMD_MAPD,
	};
	u64 *slot = race->slots[racer->rounds % RACE_SLOTS];
	u64 flip = flips[racer->rounds / RACE_SLOTS % ARRAY_SIZE(flips)];

	WRITE_ONCE(slot[0], READ_ONCE(slot[0]) ^ flip);
	WRITE_ONCE(slot[1], READ_ONCE(slot[1]) ^ 0x1f);
	WRITE_ONCE(slot[2], READ_ONCE(slot[2]) ^ ATTACK_VALID);
}

/* The level-1 entry of the devices that are mapped meanwhile. */
static void flip_table(struct racer *racer)
{
	struct host_baser *baser = &attacker.its->tables[0];
	u64 *l1 = baser->base;

	if (baser->val & GITS_BASER_INDIRECT)
		WRITE_ONCE(l1[7], racer->rounds & 1 ? attacker.canary_phys | ATTACK_VALID : 0);
}

static void take_ring(struct racer *racer)
{
	racer_take(racer, attacker.its->cmd_base);
}

/* The same slots again and again, rewritten by both CPUs. */
static bool ring_slots(struct race *race, const struct attack_cmd *cmds, unsigned int nr)
{
	struct host_its *its = attacker.its;
	unsigned long flags;
	bool ok = true;
	unsigned int i;
	u64 offset;

	raw_spin_lock_irqsave(&its->lock, flags);
	if (its->cmd_write + RACE_SLOTS >= its->cmd_base + ATTACK_SLOTS) {
		raw_spin_unlock_irqrestore(&its->lock, flags);
		return attack_post(cmds, nr);
	}
	WRITE_ONCE(race->slots, its->cmd_write);
	for (i = 0; i < RACE_SLOTS; i++)
		attack_store(its->cmd_write[i], &cmds[i % nr]);
	its->cmd_write += RACE_SLOTS;
	offset = (u8 *)its->cmd_write - (u8 *)its->cmd_base;
	attack_doorbell(offset);
	ok = attack_wait(offset);
	raw_spin_unlock_irqrestore(&its->lock, flags);
	return ok;
}

static void run_race(const char *name, void (*disturb)(struct racer *racer),
		     const struct attack_cmd *cmds, unsigned int nr)
{
	struct race race = { .racer.disturb = disturb, .slots = attacker.its->cmd_base };
	struct attack attack = { .name = name };
	unsigned int i;
	bool ok;

	attack_begin(&attack);
	ok = racer_start(&race.racer);
	for (i = 0; ok && i < RACE_ROUNDS; i++)
		ok = ring_slots(&race, cmds, nr);
	if (!IS_ERR(race.racer.thread))
		kthread_stop(race.racer.thread);
	/* What was refused is up to chance: only that it was not believed counts. */
	attack_snapshot(&attack, attacker.read_counter, attacker.row);
	devmed_diag(&attacker.results, "# %lu rounds on the other CPU", race.racer.rounds);
	attack_end(&attack, ok && race.racer.rounds && !race.racer.taken);
}

void attack_races(void)
{
	static const struct attack_cmd map[] = {
		MAPD(DEV_A, 5, 0), MAPD(DEV_FAR, 5, 0x400), MAPTI(DEV_A, 3, LPI, 0),
		MAPTI(DEV_FAR, 3, LPI, 0), EVENT(GITS_CMD_INT, DEV_A, 3), UNMAP(DEV_A), SYNC,
	};

	if (num_online_cpus() < 2 || attacker.row < 0) {
		devmed_result(&attacker.results, attacker.row >= 0,
			      "C01: two CPUs at once # SKIP one CPU");
		return;
	}
	run_race("C01: the ring is taken away while the doorbell rings", take_ring,
		 map, ARRAY_SIZE(map));
	run_race("C02: slots are rewritten while the doorbell rings", flip_slots,
		 map, ARRAY_SIZE(map));
	run_race("C03: the level-1 table is rewritten while the doorbell rings", flip_table,
		 map, ARRAY_SIZE(map));
}
