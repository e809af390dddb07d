// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's ring is where the host says: the attacker's commands are in a ring
 * of its own, which takes the place of the driver's for a moment. And what the
 * driver makes of an error in its ring.
 */
#include <linux/iopoll.h>
#include <linux/slab.h>
#include "smmu_abuse.h"

#define TIMEOUT_US	(200 * USEC_PER_MSEC)

static bool error_pending(void)
{
	return (smmu_read(SMMU_GERROR) ^ smmu_read(SMMU_GERRORN)) & SMMU_GERROR_CMDQ_ERR;
}

/* The driver would look for an error in its own ring: it does not hear of it. */
void attack_take_ring(struct saved_ring *saved)
{
	saved->irq_ctrl = smmu_read(SMMU_IRQ_CTRL);
	smmu_write(SMMU_IRQ_CTRL, saved->irq_ctrl & ~SMMU_IRQ_GERROR);
	attack_enable(SMMU_CR0_CMDQEN, false);
	saved->base = smmu_read64(SMMU_CMDQ_BASE);
	saved->prod = smmu_read(SMMU_CMDQ_PROD);
	saved->cons = smmu_read(SMMU_CMDQ_CONS);
	smmu_write64(SMMU_CMDQ_BASE, virt_to_phys(attacker.ring) | ATTACK_RING_LOG2);
	smmu_write(SMMU_CMDQ_PROD, 0);
	smmu_write(SMMU_CMDQ_CONS, 0);
	attack_enable(SMMU_CR0_CMDQEN, true);
}

void attack_give_ring(const struct saved_ring *saved)
{
	attack_enable(SMMU_CR0_CMDQEN, false);
	if (error_pending())
		smmu_write(SMMU_GERRORN, smmu_read(SMMU_GERRORN) ^ SMMU_GERROR_CMDQ_ERR);
	smmu_write64(SMMU_CMDQ_BASE, saved->base);
	smmu_write(SMMU_CMDQ_PROD, saved->prod);
	smmu_write(SMMU_CMDQ_CONS, saved->cons & ~SMMU_CMDQ_CONS_ERR);
	attack_enable(SMMU_CR0_CMDQEN, true);
	smmu_write(SMMU_IRQ_CTRL, saved->irq_ctrl);
}

void attack_store(unsigned int slot, const struct attack_cmd *cmd)
{
	u64 *to = attacker.ring + (slot % ATTACK_SLOTS) * 2;
	u64 dw0 = cmd->dw[0];
	u64 dw1 = cmd->dw[1];

	if (cmd->fill & FILL_CANARY)
		dw1 += attacker.canary_phys;
	if (cmd->fill & FILL_HYP)
		dw1 += attacker.hyp;
	if (cmd->fill & FILL_SID)
		dw0 |= FIELD_PREP(SMMU_CMD_SID, (u64)attacker.sid);
	WRITE_ONCE(to[0], (__force u64)cpu_to_le64(dw0));
	WRITE_ONCE(to[1], (__force u64)cpu_to_le64(dw1));
}

/* Consumed as far as that, or stopped? ERR is stale once it was acknowledged. */
bool attack_wait(u32 prod)
{
	u32 cons;

	readl_poll_timeout_atomic(attacker.smmu + SMMU_CMDQ_CONS, cons,
				  (cons & ~SMMU_CMDQ_CONS_ERR) == prod || error_pending(), 1,
				  TIMEOUT_US);
	return (cons & ~SMMU_CMDQ_CONS_ERR) == prod && !error_pending();
}

bool attack_doorbell(u32 prod)
{
	dsb(ishst);
	smmu_write(SMMU_CMDQ_PROD, prod);
	return attack_wait(prod);
}

/* What the driver does: a CMD_SYNC in the place of the command. */
void attack_repair(void)
{
	static const struct attack_cmd sync = SYNC;

	attack_store(smmu_read(SMMU_CMDQ_CONS) & ~SMMU_CMDQ_CONS_ERR, &sync);
	dsb(ishst);
	smmu_write(SMMU_GERRORN, smmu_read(SMMU_GERRORN) ^ SMMU_GERROR_CMDQ_ERR);
}

static bool stopped_at(u32 slot)
{
	u32 cons = slot | FIELD_PREP(SMMU_CMDQ_CONS_ERR, SMMU_CERROR_ILL);

	return error_pending() && smmu_read(SMMU_CMDQ_CONS) == cons;
}

/*
 * In a ring of their own: each whose bit is set in @illegal has to be an error,
 * and all others have to be consumed.
 */
bool attack_post(const struct attack_cmd *cmds, unsigned int nr, u64 illegal)
{
	struct saved_ring saved;
	unsigned int i;
	bool ok;

	attack_take_ring(&saved);
	for (i = 0; i < nr; i++)
		attack_store(i, &cmds[i]);
	ok = attack_doorbell(nr);
	while (!ok && illegal && stopped_at(__ffs64(illegal))) {
		illegal &= illegal - 1;
		attack_repair();
		ok = attack_wait(nr);
	}
	attack_give_ring(&saved);
	return ok && !illegal;
}

/* Have the driver's entries read again. */
bool attack_config(void)
{
	static const struct attack_cmd cmds[] = {
		{ { SMMU_OP_CFGI_STE_RANGE, SMMU_CFGI_RANGE_ALL } },
		{ { SMMU_OP_TLBI_NSNH_ALL } }, SYNC,
	};

	return attack_post(cmds, ARRAY_SIZE(cmds), 0);
}

static void fill_ring(const struct attack_cmd *cmd)
{
	unsigned int i;

	for (i = 0; i < ATTACK_SLOTS; i++)
		attack_store(i, cmd);
}

/* Any doorbell: it is ignored, or it is one. */
static void try_doorbell(const char *name, u32 prod)
{
	static const struct attack_cmd sync = SYNC;
	struct attack attack = { name, COUNT_HANDLER, 1 };
	struct saved_ring saved;
	bool ok;

	attack_begin(&attack);
	attack_take_ring(&saved);
	fill_ring(&sync);
	ok = attack_doorbell(8);
	smmu_write(SMMU_CMDQ_PROD, prod);
	ok &= smmu_read(SMMU_CMDQ_PROD) == 8 && smmu_read(SMMU_CMDQ_CONS) == 8;
	ok &= attack_doorbell(16);
	attack_give_ring(&saved);
	attack_end(&attack, ok ? NULL : "the SMMU did what it was told");
}

/* More than EL2's ring has room for; each with an entry to read, or a CMD_SYNC. */
static void try_full(void)
{
	static const struct attack_cmd cmds[] = {
		SYNC, { { SMMU_OP_CFGI_STE }, FILL_SID },
		{ { SMMU_OP_TLBI_NH_ALL | SMMU_CMD_VMID } },
		{ { SMMU_OP_SYNC | FIELD_PREP_CONST(SMMU_CMD_SYNC_CS, SMMU_SYNC_CS_SEV) } },
	};
	struct attack attack = { "SC02: a ring that is full, 8 times" };
	struct saved_ring saved;
	unsigned int i;
	u32 prod = 0;
	bool ok = true;

	attack_begin(&attack);
	attack_take_ring(&saved);
	for (i = 0; i < ATTACK_SLOTS; i++)
		attack_store(i, &cmds[i % ARRAY_SIZE(cmds)]);
	for (i = 0; i < 8; i++) {
		prod ^= ATTACK_SLOTS;
		ok &= attack_doorbell(prod);
	}
	attack_give_ring(&saved);
	attack_end(&attack, ok ? NULL : "not all were consumed");
}

/* One error after the other, and nothing is lost. */
static void try_all_illegal(void)
{
	static const struct attack_cmd bad = { { SMMU_OP_ILLEGAL, ~0ULL } };
	struct attack attack = {
		"SC30: 1,024 illegal commands for one doorbell", COUNT_CMD_OPCODE, ATTACK_SLOTS,
	};
	struct saved_ring saved;
	unsigned int errors = 0;

	attack_begin(&attack);
	attack_take_ring(&saved);
	fill_ring(&bad);
	attack_doorbell(ATTACK_SLOTS);
	while (error_pending() && errors <= ATTACK_SLOTS) {
		errors++;
		attack_repair();
	}
	if (!attack_wait(ATTACK_SLOTS))
		errors = 0;
	attack_give_ring(&saved);
	attack_end(&attack, errors == ATTACK_SLOTS ? NULL : "not all were errors");
}

static void store_in(u64 *ring, u32 slot, u64 dw0)
{
	WRITE_ONCE(ring[slot * 2], (__force u64)cpu_to_le64(dw0));
	WRITE_ONCE(ring[slot * 2 + 1], 0);
}

/*
 * In the driver's own ring, with its interrupt handler to find the error. Then
 * once around the ring: the driver goes on where it was.
 */
static void try_driver(void)
{
	struct attack attack = {
		"SC30: the driver recovers from an illegal command in its ring",
		COUNT_CMD_OPCODE, 1,
	};
	u64 base = smmu_read64(SMMU_CMDQ_BASE);
	u32 slots = 1U << FIELD_GET(SMMU_QUEUE_LOG2SIZE, base);
	u64 *ring = phys_to_virt(base & SMMU_QUEUE_BASE_ADDR);
	u32 start = smmu_read(SMMU_CMDQ_PROD);
	u32 prod = start;
	u32 cons;
	bool ok;
	u32 i;

	attack_begin(&attack);
	store_in(ring, start % slots, SMMU_OP_ILLEGAL);
	prod = (prod + 1) % (2 * slots);
	dsb(ishst);
	smmu_write(SMMU_CMDQ_PROD, prod);
	ok = !readl_poll_timeout(attacker.smmu + SMMU_CMDQ_CONS, cons,
				 (cons & ~SMMU_CMDQ_CONS_ERR) == prod && !error_pending(), 100,
				 USEC_PER_SEC);
	if (!ok && error_pending()) {
		store_in(ring, start % slots, SMMU_OP_SYNC);
		smmu_write(SMMU_GERRORN, smmu_read(SMMU_GERROR));
	}
	for (i = 0; i < slots; i++)
		store_in(ring, i, SMMU_OP_SYNC);
	ok &= attack_doorbell((prod + slots - 1) % (2 * slots));
	ok &= attack_doorbell(start);
	attack_end(&attack, ok ? NULL : "it did not");
}

void attack_ring(void)
{
	try_doorbell("SC01: a doorbell that takes commands back", 6);
	try_doorbell("SC01: a doorbell for more commands than there are slots",
		     8 + ATTACK_SLOTS + 1);
	try_full();
	try_all_illegal();
	try_driver();
}
