// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands: what the host asks of the ITS, and what the ITS gets.
 *
 * Attack surface: 32 bytes of any content in each slot, doorbells with any
 * value, thousands of commands at once, slots rewritten meanwhile.
 *
 * Guarantees: the ITS gets commands that EL2 put together out of fields that
 * it checked against its own records; every other bit is zero, and no address
 * in them is the host's, except for pending tables of vPEs, which are pinned. A
 * command that is refused becomes a SYNC, so that the ITS consumes its slot like
 * any other and what follows works. A doorbell never keeps EL2 longer than
 * ITS_MAX_DRAIN commands take, ITS_MAX_CLEAR bytes of memory for the ITS, and one
 * wait for vPEs that leave (its-vpe.c).
 *
 * Leaves to others: whose an ITT is (its-itt.c), what the tables have room for
 * (its-table.c), which redistributors and LPIs there are (gicr.c).
 *
 * Commands of GICv4, all those with bit 5 of the opcode set, are refused unless
 * the ITS and the redistributors are as its_has_vpes() wants them, and those of
 * GICv4.1 have no rule: KVM is told, so that nothing tries them.
 */
#include <linux/bitfield.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_trap.h>

#include <asm/kvm_hypevents.h>

#include "its-hyp.h"

/* Some 6,000 instructions; the driver never posts more than two. */
#define ITS_MAX_DRAIN		64

#define ITS_HAS_DEVICE		BIT(0)	/* a mapped DeviceID, and an EventID of it */
#define ITS_HAS_INTID		BIT(1)	/* an LPI */
#define ITS_EVENT_IS_INTID	BIT(2)	/* the EventID is the LPI */
#define ITS_HAS_ICID		BIT(3)
#define ITS_HAS_TARGET		BIT(4)	/* RDbase in double-word 2 */
#define ITS_HAS_TARGET2		BIT(5)	/* and another in 3 */
#define ITS_IS_SYNC		BIT(6)
#define ITS_IS_MAPPING		BIT(7)	/* what follows is checked against it */
#define ITS_IS_VSYNC		BIT(8)
#define ITS_HAS_VPE		BIT(9)	/* a vPEID that is mapped */
#define ITS_HAS_VINTID		BIT(10)	/* an LPI of a vPE's */
#define ITS_HAS_DOORBELL	BIT(11)	/* an LPI, or none */

/* EL2 counts on the ITS to do these. */
#define ITS_IS_RECORDED		(ITS_IS_SYNC | ITS_IS_VSYNC | ITS_IS_MAPPING)

/* Bit of the opcodes that are about vPEs */
#define ITS_CMD_VIRTUAL		BIT(5)

/**
 * struct its_rule - how a command is checked (IHI 0069, 5.3)
 * @fields: bits that mean something, the rest being reserved; 0 in the first
 *	double-word if there is no such command
 * @checks: ITS_HAS_*, ITS_IS_*
 * @rewrite: puts the command together itself, and says why if it refuses it
 */
struct its_rule {
	u64 fields[DEVMED_RING_CMD_DWORDS];
	u16 checks;
	enum devmed_counter (*rewrite)(struct devmed_its *its, u64 *cmd);
};

static enum devmed_counter its_rewrite_mapd(struct devmed_its *its, u64 *cmd);
static enum devmed_counter its_rewrite_mapc(struct devmed_its *its, u64 *cmd);

#define ITS_DEVICE_FIELDS	(ITS_CMD_OP | ITS_CMD_DEVICE)
#define ITS_EVENT_RULE(checks_, dw1, dw2)				\
	{ .fields = { ITS_DEVICE_FIELDS, dw1, dw2 },			\
	  .checks = ITS_HAS_DEVICE | (checks_) }

static const struct its_rule its_rules[] = {
	[GITS_CMD_MOVI]	   = ITS_EVENT_RULE(ITS_HAS_ICID, ITS_CMD1_EVENT,
					    ITS_CMD2_ICID),
	[GITS_CMD_INT]	   = ITS_EVENT_RULE(0, ITS_CMD1_EVENT, 0),
	[GITS_CMD_CLEAR]   = ITS_EVENT_RULE(0, ITS_CMD1_EVENT, 0),
	[GITS_CMD_SYNC]	   = {
		.fields = { ITS_CMD_OP, 0, ITS_CMD2_TARGET },
		.checks = ITS_HAS_TARGET | ITS_IS_SYNC,
	},
	[GITS_CMD_MAPD]	   = {
		.fields = { ITS_DEVICE_FIELDS, ITS_CMD1_SIZE, ITS_CMD2_VALID },
		.checks = ITS_IS_MAPPING,
		.rewrite = its_rewrite_mapd,
	},
	[GITS_CMD_MAPC]	   = {
		.fields = { ITS_CMD_OP, 0,
			    ITS_CMD2_VALID | ITS_CMD2_TARGET | ITS_CMD2_ICID },
		.checks = ITS_HAS_ICID,
		.rewrite = its_rewrite_mapc,
	},
	[GITS_CMD_MAPTI]   = ITS_EVENT_RULE(ITS_HAS_INTID | ITS_HAS_ICID,
					    ITS_CMD1_INTID | ITS_CMD1_EVENT,
					    ITS_CMD2_ICID),
	[GITS_CMD_MAPI]	   = ITS_EVENT_RULE(ITS_EVENT_IS_INTID | ITS_HAS_ICID,
					    ITS_CMD1_EVENT, ITS_CMD2_ICID),
	[GITS_CMD_INV]	   = ITS_EVENT_RULE(0, ITS_CMD1_EVENT, 0),
	[GITS_CMD_INVALL]  = {
		.fields = { ITS_CMD_OP, 0, ITS_CMD2_ICID },
		.checks = ITS_HAS_ICID,
	},
	[GITS_CMD_MOVALL]  = {
		.fields = { ITS_CMD_OP, 0, ITS_CMD2_TARGET, ITS_CMD3_TARGET },
		.checks = ITS_HAS_TARGET | ITS_HAS_TARGET2,
	},
	[GITS_CMD_DISCARD] = ITS_EVENT_RULE(0, ITS_CMD1_EVENT, 0),
	[GITS_CMD_VMOVI]   = {
		.fields = { ITS_DEVICE_FIELDS, ITS_CMD1_VPE | ITS_CMD1_EVENT,
			    ITS_CMD2_DOORBELL | ITS_CMD2_DB_VALID },
		.checks = ITS_HAS_DEVICE | ITS_HAS_VPE,
		.rewrite = its_rewrite_vmovi,
	},
	/* ITSList and SequenceNumber are of ITSs that wait for one another. */
	[GITS_CMD_VMOVP]   = {
		.fields = { ITS_CMD_OP, ITS_CMD1_VPE, ITS_CMD2_TARGET },
		.checks = ITS_HAS_VPE | ITS_HAS_TARGET,
		.rewrite = its_rewrite_vmovp,
	},
	[GITS_CMD_VSYNC]   = {
		.fields = { ITS_CMD_OP, ITS_CMD1_VPE },
		.checks = ITS_IS_VSYNC,
		.rewrite = its_rewrite_vsync,
	},
	[GITS_CMD_VMAPP]   = {
		.fields = { ITS_CMD_OP, ITS_CMD1_VPE,
			    ITS_CMD2_VALID | ITS_CMD2_TARGET,
			    ITS_CMD3_VPT | ITS_CMD3_VPT_SIZE },
		.checks = ITS_IS_MAPPING,
		.rewrite = its_rewrite_vmapp,
	},
	[GITS_CMD_VMAPTI]  = ITS_EVENT_RULE(ITS_HAS_VPE | ITS_HAS_VINTID |
					    ITS_HAS_DOORBELL,
					    ITS_CMD1_VPE | ITS_CMD1_EVENT,
					    ITS_CMD2_VINTID | ITS_CMD2_DOORBELL),
	[GITS_CMD_VMAPI]   = ITS_EVENT_RULE(ITS_HAS_VPE | ITS_EVENT_IS_INTID |
					    ITS_HAS_DOORBELL,
					    ITS_CMD1_VPE | ITS_CMD1_EVENT,
					    ITS_CMD2_DOORBELL),
	[GITS_CMD_VINVALL] = {
		.fields = { ITS_CMD_OP, ITS_CMD1_VPE },
		.checks = ITS_HAS_VPE,
	},
};

/**
 * its_is_target - is there such a redistributor?
 * @its: the instance
 * @dword: of a command, with RDbase in it
 *
 * Context: region->lock held.
 * Return: true if there is.
 */
bool its_is_target(struct devmed_its *its, u64 dword)
{
	u64 target = dword & ITS_CMD2_TARGET;

	if (likely(target == its->target))
		return true;
	return its_new_target(its, target);
}

/**
 * its_rewritten - the ITS gets a command, but not all of it as the host wrote it
 * @its: the instance
 *
 * Context: region->lock held.
 * Return: 0, for it is not refused.
 */
enum devmed_counter its_rewritten(struct devmed_its *its)
{
	its->rewritten++;
	return 0;
}

/* V, ITT address and size (IHI 0069, 5.3.11): only V and the size are the host's. */
static enum devmed_counter its_rewrite_mapd(struct devmed_its *its, u64 *cmd)
{
	u32 id = FIELD_GET(ITS_CMD_DEVICE, cmd[0]);
	u8 bits = FIELD_GET(ITS_CMD1_SIZE, cmd[1]) + 1;
	enum devmed_counter reason;
	u64 itt;

	if ((u64)id >> its->device_bits)
		return DEVMED_CMD_DEVICE;

	if (cmd[2] & ITS_CMD2_VALID) {
		reason = its_map_device(its, id, bits, &itt);
		if (reason)
			return reason;
		cmd[2] |= itt;
	} else if (its_unmap_device(its, id)) {
		cmd[1] = 0;
	} else {
		/* Nothing to do; the ITS may not even have a table for it. */
		its_make_harmless(its, cmd);
	}

	return its_rewritten(its);
}

/* RDbase counts only if the collection is being mapped (IHI 0069, 5.3.10). */
static enum devmed_counter its_rewrite_mapc(struct devmed_its *its, u64 *cmd)
{
	if (!(cmd[2] & ITS_CMD2_VALID))
		cmd[2] &= ~ITS_CMD2_TARGET;
	else if (!its_is_target(its, cmd[2]))
		return DEVMED_CMD_TARGET;

	return 0;
}

static enum devmed_counter its_check_event(struct devmed_its *its,
					   const u64 *cmd)
{
	const struct its_itt *itt;

	itt = its_find_itt(its, FIELD_GET(ITS_CMD_DEVICE, cmd[0]));
	if (!itt)
		return DEVMED_CMD_DEVICE;
	if (FIELD_GET(ITS_CMD1_EVENT, cmd[1]) >> itt->bits)
		return DEVMED_CMD_EVENT;

	return 0;
}

static enum devmed_counter its_check_virtual(struct devmed_its *its,
					     const struct its_rule *rule,
					     const u64 *cmd)
{
	u16 checks = rule->checks;

	if (!its->has_vpes)
		return DEVMED_CMD_OPCODE;
	if ((checks & ITS_HAS_VPE) &&
	    !its_has_vpe(its, FIELD_GET(ITS_CMD1_VPE, cmd[1])))
		return DEVMED_CMD_VPE;
	if ((checks & ITS_HAS_VINTID) &&
	    !gicr_is_lpi(FIELD_GET(ITS_CMD2_VINTID, cmd[2])))
		return DEVMED_CMD_INTID;
	if ((checks & ITS_HAS_DOORBELL) &&
	    !its_is_doorbell(FIELD_GET(ITS_CMD2_DOORBELL, cmd[2])))
		return DEVMED_CMD_INTID;

	return 0;
}

static enum devmed_counter its_check_cmd(struct devmed_its *its,
					 const struct its_rule *rule, u64 *cmd)
{
	enum devmed_counter reason;
	u16 checks = rule->checks;

	if (cmd[0] & ITS_CMD_VIRTUAL) {
		reason = its_check_virtual(its, rule, cmd);
		if (reason)
			return reason;
	}
	if (checks & ITS_HAS_DEVICE) {
		reason = its_check_event(its, cmd);
		if (reason)
			return reason;
	}
	if ((checks & ITS_HAS_INTID) &&
	    !gicr_is_lpi(FIELD_GET(ITS_CMD1_INTID, cmd[1])))
		return DEVMED_CMD_INTID;
	if ((checks & ITS_EVENT_IS_INTID) &&
	    !gicr_is_lpi(FIELD_GET(ITS_CMD1_EVENT, cmd[1])))
		return DEVMED_CMD_INTID;
	if ((checks & ITS_HAS_ICID) &&
	    FIELD_GET(ITS_CMD2_ICID, cmd[2]) >= its->nr_collections)
		return DEVMED_CMD_COLLECTION;
	if ((checks & ITS_HAS_TARGET) && !its_is_target(its, cmd[2]))
		return DEVMED_CMD_TARGET;
	if ((checks & ITS_HAS_TARGET2) && !its_is_target(its, cmd[3]))
		return DEVMED_CMD_TARGET;

	return rule->rewrite ? rule->rewrite(its, cmd) : 0;
}

static void its_refuse_cmd(struct devmed_its *its, u64 *cmd,
			   enum devmed_counter reason)
{
	devmed_count(its->region, reason);
	trace_devmed_refuse_cmd(its->region->base, cmd[0], cmd[1], reason);
	its->refused++;
	its_make_harmless(its, cmd);
}

/* NULL if there is no such command. */
static const struct its_rule *its_find_rule(const u64 *cmd)
{
	u8 opcode = FIELD_GET(ITS_CMD_OP, cmd[0]);

	if (unlikely(opcode >= ARRAY_SIZE(its_rules)))
		return NULL;
	/* A rule is a branch target, and the host chooses which. */
	opcode = array_index_nospec(opcode, ARRAY_SIZE(its_rules));

	return likely(its_rules[opcode].fields[0]) ? &its_rules[opcode] : NULL;
}

/*
 * A devmed_sanitizer_t. Passes always, for slots of both rings correspond, unless
 * the command takes another trap. Inline, to be part of the drain.
 */
static __always_inline enum devmed_cmd_answer its_sanitize_cmd(u64 *cmd,
							       void *arg)
{
	const struct its_rule *rule = its_find_rule(cmd);
	enum devmed_counter reason = DEVMED_CMD_OPCODE;
	struct devmed_its *its = arg;

	if (likely(rule)) {
		cmd[0] &= rule->fields[0];
		cmd[1] &= rule->fields[1];
		cmd[2] &= rule->fields[2];
		cmd[3] &= rule->fields[3];
		reason = its_check_cmd(its, rule, cmd);
		if (!reason && (rule->checks & ITS_IS_SYNC))
			its->synced = its->emitted + 1;
		if (!reason && (rule->checks & ITS_IS_MAPPING))
			its->mapped = its->emitted + 1;
	}
	if (unlikely(reason)) {
		if (its->again) {
			its->again = false;
			return DEVMED_CMD_REJECT;
		}
		its_refuse_cmd(its, cmd, reason);
	}
	its->emitted++;

	return DEVMED_CMD_PASS;
}

static bool its_is_recorded(const u64 *cmd)
{
	const struct its_rule *rule = its_find_rule(cmd);

	return rule && (rule->checks & ITS_IS_RECORDED);
}

/*
 * The same, for a slot at which the ITS stalled. What EL2 has recorded stays
 * what it is; what it would record comes too late; and nothing can be checked
 * if what it is checked against has changed since.
 */
static enum devmed_cmd_answer its_sanitize_retried(u64 *cmd, void *arg)
{
	struct devmed_its *its = arg;
	const struct devmed_queue *hyp = &its->ring.hyp;
	const u64 *was = hyp->base + hyp->prod * ITS_CMD_SIZE;

	if (its_is_recorded(was))
		memcpy(cmd, was, ITS_CMD_SIZE);
	else if (its_is_recorded(cmd) || its->mapped > its->emitted)
		its_refuse_cmd(its, cmd, DEVMED_CMD_OPCODE);
	else
		its_sanitize_cmd(cmd, its);

	return DEVMED_CMD_PASS;
}

static u64 its_read_creadr(const struct devmed_its *its)
{
	return devmed_read64_relaxed(its->region, GITS_CREADR);
}

/**
 * its_update_cons - see how far the ITS has come
 * @its: the instance
 *
 * Context: region->lock held.
 */
void its_update_cons(struct devmed_its *its)
{
	u64 offset = its_read_creadr(its) & GITS_CREADR_OFFSET;

	hyp_assert_lock_held(&its->region->lock);

	/* A reset makes it 0, as if the ITS had come around; look after it. */
	if (its_was_reset(its))
		return;

	/* If it says what cannot be, it counts as not having moved. */
	devmed_queue_set_cons(&its->ring.hyp, offset / ITS_CMD_SIZE);
}

/**
 * its_ring_doorbell - tell the ITS how far the ring is filled
 * @its: the instance
 * @flags: GITS_CWRITER_RETRY or 0
 *
 * Context: region->lock held.
 */
void its_ring_doorbell(struct devmed_its *its, u64 flags)
{
	devmed_write64_relaxed(its->region, GITS_CWRITER,
			       its->ring.hyp.prod * ITS_CMD_SIZE | flags);
}

/*
 * The ITS stopped at a command that it does not like (IHI 0069, 12.19.4), and
 * the host may have put another one in its place.
 */
static noinline void its_retry(struct devmed_its *its)
{
	struct devmed_ring *ring = &its->ring;
	u32 host_cons = ring->host.cons;
	u32 prod = ring->hyp.prod;
	u64 emitted = its->emitted;

	if (!(its_read_creadr(its) & GITS_CREADR_STALLED))
		return;
	its_update_cons(its);
	if (!devmed_queue_used(&ring->hyp))
		return;

	/* That slot once more, then on from where it was. */
	its->emitted -= devmed_queue_used(&ring->hyp);
	ring->hyp.prod = ring->hyp.cons;
	ring->host.cons = ring->hyp.cons;
	devmed_ring_drain(ring, ITS_CMD_SIZE, 1, its_sanitize_retried, its);
	ring->hyp.prod = prod;
	ring->host.cons = host_cons;
	its->emitted = emitted;
	its_ring_doorbell(its, GITS_CWRITER_RETRY);
}

static void its_count_drained(struct devmed_its *its, u32 drained)
{
	struct devmed_region *region = its->region;
	u32 passed = drained - its->rewritten - its->refused;

	if (passed)
		devmed_count_many(region, DEVMED_CMD_PASSED, passed);
	if (its->rewritten)
		devmed_count_many(region, DEVMED_CMD_REWRITTEN, its->rewritten);
}

/**
 * its_write_cwriter - the doorbell
 * @region: of the ITS
 * @instance: struct devmed_its
 * @index: 0
 * @value: GITS_CWRITER: where the next command will be, and Retry
 *
 * An offset at or past the end of the ring is ignored: behaviour is
 * CONSTRAINED UNPREDICTABLE, and that is one of the choices (IHI 0069,
 * 12.19.5).
 *
 * Context: region->lock held.
 * Return: 0; -EINVAL if there is no such offset; -EAGAIN if commands are left
 * for another trap; -EBUSY if the ITS was set back by firmware, and does not move.
 */
int its_write_cwriter(struct devmed_region *region, void *instance,
		      unsigned int index, u64 value)
{
	struct devmed_its *its = instance;
	struct devmed_ring *ring = &its->ring;
	u64 slot = FIELD_GET(GITS_CWRITER_OFFSET, value);
	u32 drained;

	if (unlikely(READ_ONCE(its->unsure))) {
		int ret = its_resync(its);

		if (ret)
			return ret;
	}
	if (devmed_queue_set_prod(&ring->host, slot))
		return -EINVAL;
	if (unlikely(value & GITS_CWRITER_RETRY))
		its_retry(its);
	if (devmed_queue_free(&ring->hyp) < devmed_queue_used(&ring->host))
		its_update_cons(its);

	its->refused = 0;
	its->rewritten = 0;
	its->clearing = 0;
	drained = devmed_ring_drain(ring, ITS_CMD_SIZE, ITS_MAX_DRAIN,
				    its_sanitize_cmd, its);
	if (drained) {
		its_ring_doorbell(its, 0);
		its_count_drained(its, drained);
	}
	its_release_vpes(its);

	return devmed_queue_used(&ring->host) &&
	       devmed_queue_free(&ring->hyp) ? -EAGAIN : 0;
}
