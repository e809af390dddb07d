// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of the host.
 *
 * Attack surface: any bytes in any slot, changing while they are read.
 *
 * Guarantees: the hardware gets only commands of the table below, with the bits
 * that it lists and the host's VMID, on streams that there are, and never one
 * that it would refuse. What it would refuse is an error of the host's view
 * alone: SMMU_CMDQ_CONS.ERR, SMMU_GERROR.CMDQ_ERR and the interrupt, and the
 * host ring stops until that is acknowledged (IHI 0070, 7.1). CMD_SYNC reaches
 * the hardware without an address; EL2 does the write, to the slot that the
 * command is in and nowhere else.
 *
 * Leaves to others: stream tables (smmu-strtab.c), the hardware's queue
 * (smmu-cmdq.c).
 */
#include <linux/compiler.h>
#include <linux/kvm_host.h>

#include <asm/kvm_mmu.h>

#include <asm/kvm_hypevents.h>

#include "smmu-doorbell.h"

/**
 * struct smmu_cmd_rule - what a command of the host may say
 * @legal: bits that may be set, beside the opcode
 * @apply: make it the hardware's; the bits are checked. NULL if there is no
 *	such command.
 */
struct smmu_cmd_rule {
	u64 legal[2];
	enum devmed_cmd_answer (*apply)(struct devmed_smmu *smmu, u64 *cmd);
};

static enum devmed_cmd_answer smmu_stop_at(struct devmed_smmu *smmu,
					   const u64 *cmd, enum smmu_stop stop)
{
	smmu->batch.stop = stop;
	smmu->batch.cmd[0] = cmd[0];
	smmu->batch.cmd[1] = cmd[1];
	return DEVMED_CMD_REJECT;
}

static bool smmu_sid_exists(const struct devmed_smmu *smmu, const u64 *cmd)
{
	return FIELD_GET(SMMU_CMD_SID, cmd[0]) < smmu_nr_sids(smmu);
}

/* A hint, to have something read before it is needed. */
static enum devmed_cmd_answer smmu_apply_prefetch(struct devmed_smmu *smmu,
						  u64 *cmd)
{
	return DEVMED_CMD_DROP;
}

/* Entries are read, which takes locks: not in the middle of a batch. */
static enum devmed_cmd_answer smmu_apply_config(struct devmed_smmu *smmu,
						u64 *cmd)
{
	return smmu_stop_at(smmu, cmd, SMMU_STOP_CONFIG);
}

/* Context Descriptors are the host's own, behind the DMA stage-2. */
static enum devmed_cmd_answer smmu_apply_stream(struct devmed_smmu *smmu,
						u64 *cmd)
{
	return smmu_sid_exists(smmu, cmd) ? DEVMED_CMD_PASS : DEVMED_CMD_DROP;
}

static void smmu_set_vmid(u64 *cmd)
{
	cmd[0] = (cmd[0] & ~SMMU_CMD_VMID) |
		 FIELD_PREP(SMMU_CMD_VMID, (u64)SMMU_HOST_VMID);
}

static enum devmed_cmd_answer smmu_apply_tlbi(struct devmed_smmu *smmu,
					      u64 *cmd)
{
	smmu_set_vmid(cmd);
	return DEVMED_CMD_PASS;
}

/* All of the host's own; guests have other VMIDs. */
static enum devmed_cmd_answer smmu_apply_tlbi_all(struct devmed_smmu *smmu,
						  u64 *cmd)
{
	cmd[0] = SMMU_OP_TLBI_NH_ALL;
	smmu_set_vmid(cmd);
	return DEVMED_CMD_PASS;
}

/*
 * A range is only looked at with a granule, which the SMMU has to have. One that
 * names neither size nor level is reserved, and stands for one page (IHI 0070,
 * 4.4.1.1).
 */
static enum devmed_cmd_answer smmu_apply_tlbi_va(struct devmed_smmu *smmu,
						 u64 *cmd)
{
	static const u32 granules[] = {
		[1] = SMMU_IDR5_GRAN4K,
		[2] = SMMU_IDR5_GRAN16K,
		[3] = SMMU_IDR5_GRAN64K,
	};
	u64 tg = FIELD_GET(SMMU_CMD1_TG, cmd[1]);

	if (!smmu->ril)
		tg = 0;
	if (tg && !(smmu->idr[5] & granules[tg]))
		return smmu_stop_at(smmu, cmd, SMMU_STOP_ILLEGAL);
	if (!(cmd[0] & (SMMU_CMD_NUM | SMMU_CMD_SCALE)) &&
	    !(cmd[1] & SMMU_CMD1_TTL))
		tg = 0;
	if (!tg) {
		cmd[0] &= ~(SMMU_CMD_NUM | SMMU_CMD_SCALE);
		cmd[1] &= ~(SMMU_CMD1_TTL | SMMU_CMD1_TG);
	}

	smmu_set_vmid(cmd);
	return DEVMED_CMD_PASS;
}

/* Only where faults cannot but stall, see smmu_ste_build(). */
static enum devmed_cmd_answer smmu_apply_stalled(struct devmed_smmu *smmu,
						 u64 *cmd)
{
	if (!smmu->stalls)
		return smmu_stop_at(smmu, cmd, SMMU_STOP_ILLEGAL);

	return smmu_apply_stream(smmu, cmd);
}

static enum devmed_cmd_answer smmu_apply_sync(struct devmed_smmu *smmu,
					      u64 *cmd)
{
	u32 slot = smmu->ring.host.cons & (smmu->ring.host.slots - 1);
	struct smmu_batch *batch = &smmu->batch;
	u64 addr = cmd[1] & SMMU_CMD1_MSIADDR;

	switch (FIELD_GET(SMMU_CMD_SYNC_CS, cmd[0])) {
	case SMMU_SYNC_CS_NONE:
	case SMMU_SYNC_CS_SEV:
		break;
	case SMMU_SYNC_CS_IRQ:
		if (!addr)
			break;
		if (!(smmu->idr[0] & SMMU_IDR0_MSI) ||
		    addr != smmu->cmdq_start + slot * SMMU_CMD_SIZE) {
			/* As if the write had been refused (IHI 0070, 7.1). */
			smmu->batch.msi_abort = true;
			break;
		}
		if (batch->nr_syncs == SMMU_MAX_SYNCS)
			return smmu_stop_at(smmu, cmd, SMMU_STOP_SYNCS);
		batch->syncs[batch->nr_syncs].slot = slot;
		batch->syncs[batch->nr_syncs++].data =
			FIELD_GET(SMMU_CMD_SYNC_MSIDATA, cmd[0]);
		break;
	default:
		return smmu_stop_at(smmu, cmd, SMMU_STOP_ILLEGAL);
	}

	batch->synced = true;
	cmd[0] = SMMU_OP_SYNC;
	cmd[1] = 0;
	return DEVMED_CMD_PASS;
}

#define SMMU_CMD_RANGE		(SMMU_CMD_NUM | SMMU_CMD_SCALE | SMMU_CMD_VMID)
#define SMMU_CMD1_VA		(SMMU_CMD1_LEAF | SMMU_CMD1_TTL | \
				 SMMU_CMD1_TG | SMMU_CMD1_ADDR)

/* What is not here is illegal, and so is what needs a feature that is hidden. */
static const struct smmu_cmd_rule smmu_cmd_rules[] = {
	[SMMU_OP_PREFETCH_CONFIG] = {
		{ ~SMMU_CMD_SSEC, ~0ULL }, smmu_apply_prefetch },
	[SMMU_OP_PREFETCH_ADDR] = {
		{ ~SMMU_CMD_SSEC, ~0ULL }, smmu_apply_prefetch },
	[SMMU_OP_CFGI_STE] = {
		{ SMMU_CMD_SID, SMMU_CMD1_LEAF }, smmu_apply_config },
	[SMMU_OP_CFGI_STE_RANGE] = {
		{ SMMU_CMD_SID, SMMU_CMD1_RANGE }, smmu_apply_config },
	[SMMU_OP_CFGI_CD] = {
		{ SMMU_CMD_SID | SMMU_CMD_SSID, SMMU_CMD1_LEAF },
		smmu_apply_stream },
	[SMMU_OP_CFGI_CD_ALL] = { { SMMU_CMD_SID }, smmu_apply_stream },
	[SMMU_OP_TLBI_NH_ALL] = { { SMMU_CMD_VMID }, smmu_apply_tlbi },
	[SMMU_OP_TLBI_NH_ASID] = {
		{ SMMU_CMD_VMID | SMMU_CMD_ASID }, smmu_apply_tlbi },
	[SMMU_OP_TLBI_NH_VA] = {
		{ SMMU_CMD_RANGE | SMMU_CMD_ASID, SMMU_CMD1_VA },
		smmu_apply_tlbi_va },
	[SMMU_OP_TLBI_NH_VAA] = {
		{ SMMU_CMD_RANGE, SMMU_CMD1_VA }, smmu_apply_tlbi_va },
	[SMMU_OP_TLBI_NSNH_ALL] = { { 0 }, smmu_apply_tlbi_all },
	[SMMU_OP_RESUME] = {
		{ SMMU_CMD_SID | SMMU_CMD_RESUME_AC | SMMU_CMD_RESUME_ABORT,
		  SMMU_CMD1_STAG }, smmu_apply_stalled },
	[SMMU_OP_STALL_TERM] = { { SMMU_CMD_SID }, smmu_apply_stalled },
	[SMMU_OP_SYNC] = {
		{ SMMU_CMD_SYNC_CS | SMMU_CMD_SYNC_MSH | SMMU_CMD_SYNC_MSIATTR |
		  SMMU_CMD_SYNC_MSIDATA, SMMU_CMD1_MSIADDR }, smmu_apply_sync },
};

/* A devmed_sanitizer_t; smmu->batch says why, if it is rejected. */
static enum devmed_cmd_answer smmu_sanitize_cmd(u64 *cmd, void *arg)
{
	const struct smmu_cmd_rule *rule;
	struct devmed_smmu *smmu = arg;
	u64 op = FIELD_GET(SMMU_CMD_OP, cmd[0]);

	if (op >= ARRAY_SIZE(smmu_cmd_rules))
		return smmu_stop_at(smmu, cmd, SMMU_STOP_ILLEGAL);

	rule = &smmu_cmd_rules[op];
	if (!rule->apply ||
	    (cmd[0] & ~(rule->legal[0] | SMMU_CMD_OP)) ||
	    (cmd[1] & ~rule->legal[1]))
		return smmu_stop_at(smmu, cmd, SMMU_STOP_ILLEGAL);

	return rule->apply(smmu, cmd);
}

/* The hardware has completed the CMD_SYNCs: say so where the host waits. */
static void smmu_complete_syncs(struct devmed_smmu *smmu)
{
	struct devmed_ring *ring = &smmu->ring;
	unsigned int i;

	for (i = 0; i < smmu->batch.nr_syncs; i++) {
		u32 *word = ring->host.base +
			    smmu->batch.syncs[i].slot * SMMU_CMD_SIZE;

		WRITE_ONCE(*word, smmu->batch.syncs[i].data);
		if (!smmu->coherent)
			kvm_flush_dcache_to_poc(word, sizeof(*word));
	}
}

/* Hardware that EL2 cannot talk to gets no commands, unless it will forget all. */
static bool smmu_takes_commands(const struct devmed_smmu *smmu)
{
	return smmu->state == SMMU_RUNS ||
	       (smmu->state == SMMU_UNREADABLE && smmu->off_resets);
}

static int smmu_move_batch_locked(struct devmed_smmu *smmu)
{
	struct devmed_queue *hyp = &smmu->ring.hyp;
	u32 room = devmed_queue_free(hyp);
	u32 *moved = &smmu->batch.moved;

	hyp_assert_lock_held(&smmu->queue_lock);

	if (!smmu_takes_commands(smmu))
		return -EIO;
	if (smmu->batch.waits)
		return smmu_cmdq_wait_longer_locked(smmu);

	if (room > SMMU_CMDQ_PAD)
		*moved = devmed_ring_drain(&smmu->ring, SMMU_CMD_SIZE,
					   min(room - SMMU_CMDQ_PAD,
					       SMMU_BATCH_CMDS),
					   smmu_sanitize_cmd, smmu);
	if (*moved)
		smmu_cmdq_doorbell_locked(smmu);
	if (smmu->batch.synced || devmed_queue_free(hyp) <= SMMU_CMDQ_PAD)
		return smmu_cmdq_wait_locked(smmu);

	return 0;
}

/*
 * Move commands until one needs more than the queue. An error means that there is
 * no use in going on: commands that the hardware may not have completed then count
 * as not read, and are not moved again.
 */
static int smmu_drain_batch(struct devmed_smmu *smmu)
{
	struct smmu_batch *batch = &smmu->batch;
	int ret;

	if (likely(!batch->waits)) {
		batch->stop = SMMU_STOP_END;
		batch->synced = false;
		batch->nr_syncs = 0;
		batch->moved = 0;
		batch->first = smmu->ring.host.cons;
	}

	hyp_spin_lock(&smmu->queue_lock);
	ret = smmu_move_batch_locked(smmu);
	hyp_spin_unlock(&smmu->queue_lock);

	smmu->work += (batch->moved + 1) * SMMU_WORK_CMD;
	batch->waits = unlikely(ret) && batch->moved;
	if (unlikely(ret))
		return ret;
	devmed_count_many(smmu->region, DEVMED_CMD_REWRITTEN, batch->moved);
	smmu_complete_syncs(smmu);

	return 0;
}

/*
 * CFGI_STE, CFGI_STE_RANGE or CFGI_ALL (IHI 0070, 4.3): which entries are read.
 * Returns false if there is nothing to do.
 */
static bool smmu_begin_config(struct devmed_smmu *smmu)
{
	const u64 *cmd = smmu->batch.cmd;
	u64 sid = FIELD_GET(SMMU_CMD_SID, cmd[0]);
	u64 range = FIELD_GET(SMMU_CMD1_RANGE, cmd[1]);
	u32 count = 1;

	/* Entries that were read before may be what the host has changed. */
	if (smmu->walk.job == SMMU_JOB_ENABLE) {
		smmu->walk.next = 0;
		smmu->walk.forgotten = false;
	}
	/* What the host changed before its doorbell is there already. */
	if (!smmu_enabled(smmu) || smmu->walk.job == SMMU_JOB_DISABLE ||
	    smmu->resynced)
		return false;

	if (FIELD_GET(SMMU_CMD_OP, cmd[0]) == SMMU_OP_CFGI_STE) {
		if (!smmu_sid_exists(smmu, cmd))
			return false;
		smmu_strtab_begin(smmu, SMMU_JOB_CONFIG, sid, 1, true);
		return true;
	}

	/* It has no size: the StreamID is aligned down to what it covers. */
	if (range + 1 >= smmu->sid_bits) {
		sid = 0;
		count = smmu_nr_sids(smmu);
	} else {
		count = 2U << range;
	}
	smmu_strtab_begin(smmu, SMMU_JOB_CONFIG, ALIGN_DOWN((u32)sid, count),
			  count, false);
	smmu->walk.all = count == smmu_nr_sids(smmu);
	return true;
}

/* The command that the host's CONS points to, begun now or in an earlier trap. */
static noinline int smmu_do_config(struct devmed_smmu *smmu)
{
	struct smmu_walk *walk = &smmu->walk;
	int err;
	int ret;

	if (walk->job != SMMU_JOB_CONFIG && !smmu_begin_config(smmu))
		return 0;

	err = smmu_strtab_walk(smmu);
	if (err && err != -ENOMEM)
		return err;
	if (!walk->forgotten) {
		smmu->work += SMMU_WORK_RUN;
		ret = walk->asked ? smmu_cmdq_sync_ste(smmu, walk->end - 1) :
				    smmu_cmdq_invalidate_all(smmu);
		walk->forgotten = true;
		if (ret)
			return ret;
	}

	smmu->resynced |= walk->all;
	walk->job = SMMU_JOB_NONE;
	return err;
}

static void smmu_report(struct devmed_smmu *smmu, u32 error)
{
	/* It is reported once, until it is acknowledged. */
	if (!((smmu->gerror ^ smmu->gerrorn) & error))
		smmu->gerror ^= error;
	smmu_cmdq_raise_gerror(smmu);
}

/* An error of the host's, at the command that its CONS points to. */
static void smmu_refuse_cmd(struct devmed_smmu *smmu,
			    enum devmed_counter reason)
{
	struct devmed_region *region = smmu->region;

	devmed_count(region, reason);
	trace_devmed_refuse_cmd(region->base, smmu->batch.cmd[0],
				smmu->batch.cmd[1], reason);
	smmu->cmdq_error = SMMU_CERROR_ILL;
	smmu_report(smmu, SMMU_GERROR_CMDQ_ERR);
}

/* The next commands. Returns an error if there is no use in going on. */
static int smmu_drain_some(struct devmed_smmu *smmu)
{
	struct devmed_queue *host = &smmu->ring.host;
	struct smmu_batch *batch = &smmu->batch;
	int ret = 0;

	/* A command that was begun is not read again. */
	if (smmu->walk.job == SMMU_JOB_CONFIG)
		batch->stop = SMMU_STOP_CONFIG;
	else
		ret = smmu_drain_batch(smmu);
	if (unlikely(ret))
		return ret;

	if (likely(batch->stop == SMMU_STOP_END))
		return 0;
	if (batch->stop == SMMU_STOP_CONFIG) {
		ret = smmu_do_config(smmu);
		if (!ret)
			host->cons = devmed_queue_next(host, host->cons);
	}
	if (ret == -ENOMEM || batch->stop == SMMU_STOP_ILLEGAL) {
		smmu_refuse_cmd(smmu, ret ? DEVMED_CMD_MEMORY :
					    DEVMED_CMD_OPCODE);
		ret = 0;
	}

	return ret;
}

/* Commands that an earlier trap had begun come first. */
static int smmu_drain_all(struct devmed_smmu *smmu)
{
	int ret = smmu_cmdq_resume(smmu);

	if (unlikely(smmu->raise))
		smmu_cmdq_raise_gerror(smmu);
	while (!ret && !((smmu->gerror ^ smmu->gerrorn) & SMMU_GERROR_CMDQ_ERR) &&
	       (devmed_queue_used(&smmu->ring.host) || smmu->batch.waits)) {
		if (smmu->work >= SMMU_TRAP_WORK)
			return -EINPROGRESS;
		ret = smmu_drain_some(smmu);
	}

	return ret;
}

/**
 * smmu_drain - carry out what the host has put into its ring
 * @smmu: the instance, its command queue enabled
 *
 * Commands that are consumed are carried out, each CMD_SYNC among them complete. When
 * the hardware does not answer, the rest stays in the ring. As long as a driver
 * would wait for slow hardware, the host makes its access again; then the access is
 * answered, and reads of SMMU_CMDQ_CONS go on with it.
 *
 * Context: Region lock held. Takes host_mmu.lock and those below it, and
 * queue_lock.
 * Return: 0 if that is all commands up to the host's doorbell, or up to the
 * first illegal one, or up to where the hardware does not go on; -EINPROGRESS if
 * one trap is not enough: the next call goes on.
 */
int smmu_drain(struct devmed_smmu *smmu)
{
	int ret = smmu_drain_all(smmu);

	if (smmu->batch.msi_abort && !smmu->batch.waits) {
		smmu->batch.msi_abort = false;
		smmu_report(smmu, SMMU_GERROR_MSI_CMDQ_ABT);
	}
	smmu->held_up = smmu_is_held_up(smmu, ret, smmu->held_up) || smmu->raise;
	if (likely(!ret))
		smmu->late = 0;

	return ret == -EINPROGRESS ? ret : 0;
}
