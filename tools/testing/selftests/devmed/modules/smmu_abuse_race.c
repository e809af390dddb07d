// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two CPUs: one rings the doorbell, the other changes what EL2 reads then, or
 * takes it away.
 */
#include <linux/cpu.h>
#include "smmu_abuse.h"
#include "racer.h"

#define RACE_SLOTS	32
#define RACE_ROUNDS	64
/* Reading the whole table takes its time. */
#define RACE_ALL	8

/**
 * struct race - what the other CPU does, and to what
 * @racer: does it
 * @good: the driver's entry, or its level-1 descriptor
 */
struct race {
	struct racer racer;
	u64 good[SMMU_STE_WORDS];
};

/* From good to bad and back: opcode, StreamID, where an MSI goes. */
static void flip_slots(struct racer *racer)
{
	static const u64 flips[] = {
		SMMU_OP_SYNC ^ SMMU_OP_TLBI_S2_IPA, SMMU_OP_SYNC ^ SMMU_OP_CFGI_STE,
		0xffffULL << 32, FIELD_PREP_CONST(SMMU_CMD_SYNC_CS, SMMU_SYNC_CS_IRQ),
	};
	u64 *slot = attacker.ring + racer->rounds % ATTACK_SLOTS * 2;

	WRITE_ONCE(slot[0], READ_ONCE(slot[0]) ^
			    flips[racer->rounds / ATTACK_SLOTS % ARRAY_SIZE(flips)]);
	WRITE_ONCE(slot[1], READ_ONCE(slot[1]) ^ attacker.canary_phys);
}

/* Between the driver's, one that lets everything through, and a stage 2. */
static void flip_ste(struct racer *racer)
{
	const struct race *race = container_of(racer, struct race, racer);
	static const u8 configs[] = { SMMU_CFG_S1, SMMU_CFG_BYPASS, SMMU_CFG_NESTED, SMMU_CFG_S2 };
	u64 *ste = attack_ste();
	u64 config = configs[racer->rounds % ARRAY_SIZE(configs)];

	WRITE_ONCE(ste[0], (race->good[0] & ~SMMU_STE0_CFG) | FIELD_PREP(SMMU_STE0_CFG, config));
	WRITE_ONCE(ste[2], racer->rounds & 1 ? ~0ULL : race->good[2]);
	WRITE_ONCE(ste[3], racer->rounds & 1 ? attacker.canary_phys : race->good[3]);
}

static void flip_l1(struct racer *racer)
{
	const struct race *race = container_of(racer, struct race, racer);
	u64 *l1 = attack_l1();
	u64 descs[] = { race->good[0], attacker.hyp | 9, 0, attacker.registers | 9 };

	if (l1)
		WRITE_ONCE(*l1, descs[racer->rounds % ARRAY_SIZE(descs)]);
}

static void take_ring_page(struct racer *racer)
{
	racer_take(racer, attacker.ring);
}

static bool error_pending(void)
{
	return (smmu_read(SMMU_GERROR) ^ smmu_read(SMMU_GERRORN)) & SMMU_GERROR_CMDQ_ERR;
}

/*
 * Every round the same slots, or the other CPU would have to follow; what it makes
 * illegal is repaired a few times, and again in the next round.
 */
static void ring_slots(unsigned int round)
{
	static const struct attack_cmd all = {
		{ SMMU_OP_CFGI_STE_RANGE, SMMU_CFGI_RANGE_ALL },
	};
	static const struct attack_cmd cmds[] = {
		{ { SMMU_OP_CFGI_STE }, FILL_SID }, SYNC,
	};
	u32 prod = smmu_read(SMMU_CMDQ_PROD);
	unsigned int tries = 4;
	unsigned int i;

	for (i = 0; i < RACE_SLOTS; i++)
		attack_store(prod + i, &cmds[i % ARRAY_SIZE(cmds)]);
	if (!(round % RACE_ALL))
		attack_store(prod, &all);
	if (!error_pending())
		attack_doorbell((prod + RACE_SLOTS) % (2 * ATTACK_SLOTS));
	while (error_pending() && tries--)
		attack_repair();
}

/* The other CPU is quiet: everything is consumed. */
static bool drain_ring(void)
{
	unsigned int tries = ATTACK_SLOTS;

	while (error_pending() && tries--)
		attack_repair();
	return attack_wait(smmu_read(SMMU_CMDQ_PROD));
}

static bool run_rounds(struct race *race)
{
	struct saved_ring saved;
	unsigned int i;
	bool ok;

	attack_take_ring(&saved);
	if (!racer_start(&race->racer)) {
		attack_give_ring(&saved);
		return false;
	}
	for (i = 0; i < RACE_ROUNDS; i++)
		ring_slots(i);
	kthread_stop(race->racer.thread);
	ok = drain_ring();
	attack_give_ring(&saved);
	/* An MSI that was not sent is the driver's to hear of. */
	smmu_write(SMMU_GERRORN, smmu_read(SMMU_GERROR));
	return ok && race->racer.rounds && !race->racer.taken;
}

static void run_race(const char *name, void (*disturb)(struct racer *racer))
{
	struct race race = { .racer.disturb = disturb };
	struct attack attack = { .name = name };
	u64 *ste = attack_ste();
	u64 *l1 = attack_l1();
	u64 old_l1 = l1 ? *l1 : 0;
	u64 old_ste[SMMU_STE_WORDS];
	bool ok;

	memcpy(old_ste, ste, sizeof(old_ste));
	memcpy(race.good, ste, sizeof(race.good));
	if (disturb == flip_l1)
		race.good[0] = old_l1;
	attack_begin(&attack);
	ok = run_rounds(&race);
	if (l1)
		WRITE_ONCE(*l1, old_l1);
	memcpy(ste, old_ste, sizeof(old_ste));
	ok &= attack_config();
	/* What was refused is up to chance: only that it was not believed counts. */
	attack_restart(&attack);
	devmed_diag(&attacker.results, "# %lu rounds on the other CPU", race.racer.rounds);
	attack_end(&attack, ok ? NULL : "not all was consumed, or a page was taken away");
}

void attack_races(void)
{
	if (num_online_cpus() < 2 || attacker.row < 0) {
		devmed_result(&attacker.results, attacker.row >= 0,
			      "C01: two CPUs at once # SKIP one CPU");
		return;
	}
	run_race("C01: the ring is taken away while the doorbell rings", take_ring_page);
	run_race("C02, SC03: slots are rewritten while the doorbell rings", flip_slots);
	run_race("C03: the level-1 descriptor is rewritten while the doorbell rings", flip_l1);
	run_race("C04, SE04: an entry is rewritten while the doorbell rings", flip_ste);
}
