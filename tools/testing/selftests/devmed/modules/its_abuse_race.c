// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two CPUs: one rings the doorbell, the other changes what it announces, or
 * takes it away.
 */
#include <linux/arm-smccc.h>
#include <linux/cpu.h>
#include <linux/iopoll.h>
#include <linux/kthread.h>
#include <asm/kvm_asm.h>
#include "its_abuse.h"

#define RACE_SLOTS	32
#define RACE_ROUNDS	400

/**
 * struct race - what the other CPU does
 * @disturb: over and over
 * @slots: the first of the slots in the ring, which is @RACE_SLOTS long
 * @rounds: how often it was done
 * @taken: how often a page was given up
 */
struct race {
	void (*disturb)(struct race *race);
	u64 (*slots)[ITS_DWORDS];
	unsigned long rounds;
	unsigned long taken;
};

static int race_thread(void *data)
{
	struct race *race = data;

	while (!kthread_should_stop()) {
		race->disturb(race);
		race->rounds++;
		if (!(race->rounds % 256))
			cond_resched();
	}
	return 0;
}

/* From good to bad and back: opcode, DeviceID, operands. */
static void flip_slots(struct race *race)
{
	static const u64 flips[] = {
		GITS_CMD_MAPD ^ GITS_CMD_VMAPP, GITS_CMD_MAPD ^ GITS_CMD_MAPTI,
		0xffffULL << 32, GITS_CMD_MAPD,
	};
	u64 *slot = race->slots[race->rounds % RACE_SLOTS];
	u64 flip = flips[race->rounds / RACE_SLOTS % ARRAY_SIZE(flips)];

	WRITE_ONCE(slot[0], READ_ONCE(slot[0]) ^ flip);
	WRITE_ONCE(slot[1], READ_ONCE(slot[1]) ^ 0x1f);
	WRITE_ONCE(slot[2], READ_ONCE(slot[2]) ^ ATTACK_VALID);
}

/* The level-1 entry of the devices that are mapped meanwhile. */
static void flip_table(struct race *race)
{
	struct host_baser *baser = &attacker.its->tables[0];
	u64 *l1 = baser->base;

	if (baser->val & GITS_BASER_INDIRECT)
		WRITE_ONCE(l1[7], race->rounds & 1 ? attacker.canary_phys | ATTACK_VALID : 0);
}

static void take_ring(struct race *race)
{
	u64 pfn = virt_to_phys(attacker.its->cmd_base) >> PAGE_SHIFT;
	struct arm_smccc_res res;

	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_FUNC(__pkvm_host_unshare_hyp), pfn, &res);
	race->taken += res.a0 == SMCCC_RET_SUCCESS && !(int)res.a1;
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

static void run_race(const char *name, void (*disturb)(struct race *race),
		     const struct attack_cmd *cmds, unsigned int nr)
{
	struct race race = { .disturb = disturb, .slots = attacker.its->cmd_base };
	struct attack attack = { .name = name };
	struct task_struct *thread;
	unsigned long rounds;
	unsigned int i;
	bool ok = true;

	attack_begin(&attack);
	thread = kthread_create(race_thread, &race, "devmed_race");
	if (IS_ERR(thread))
		return;
	kthread_bind(thread, 1);
	wake_up_process(thread);
	read_poll_timeout(READ_ONCE, rounds, rounds, 100, 5 * USEC_PER_SEC, false, race.rounds);
	for (i = 0; i < RACE_ROUNDS; i++)
		ok &= ring_slots(&race, cmds, nr);
	kthread_stop(thread);
	/* What was refused is up to chance: only that it was not believed counts. */
	for (i = 0; i < COUNT_NR; i++)
		attack.before[i] = attack_count(attacker.row, i);
	devmed_diag(&attacker.results, "# %lu rounds on the other CPU", race.rounds);
	attack_end(&attack, ok && race.rounds && !race.taken);
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
