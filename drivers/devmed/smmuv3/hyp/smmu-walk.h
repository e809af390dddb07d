/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work that takes more than one trap: commands of the host, and the stream table.
 */
#ifndef __DEVMED_SMMU_WALK_H
#define __DEVMED_SMMU_WALK_H

#include <linux/types.h>

/*
 * Work that a trap may have done when it begins another step, and what steps
 * count: about an instruction each. The longest step is a level-2 table.
 */
#define SMMU_TRAP_WORK		20000
#define SMMU_WORK_CMD		128	/* command of the host */
#define SMMU_BATCH_CMDS		(SMMU_TRAP_WORK / SMMU_WORK_CMD / 4)
#define SMMU_WORK_RUN		800	/* commands of EL2 and their CMD_SYNC */
#define SMMU_WORK_READ		400	/* look at host memory */
#define SMMU_WORK_LOAD		30	/* Stream Table Entry read there */
#define SMMU_WORK_SKIP		10	/* entry that has not changed, or is zeroed */
#define SMMU_WORK_BUILD		200	/* entry nobody sees yet */
#define SMMU_WORK_STE		400	/* entry that the hardware may read */
#define SMMU_WORK_L1		10	/* level-1 descriptor */

/**
 * enum smmu_job - what the stream table is being changed for
 * @SMMU_JOB_NONE: nothing
 * @SMMU_JOB_CONFIG: the command that the host's CONS points to
 * @SMMU_JOB_ENABLE: SMMUEN, which the host wrote as 1
 * @SMMU_JOB_DISABLE: SMMUEN, which the host wrote as 0
 */
enum smmu_job {
	SMMU_JOB_NONE,
	SMMU_JOB_CONFIG,
	SMMU_JOB_ENABLE,
	SMMU_JOB_DISABLE,
};

/**
 * struct smmu_walk - how far a change of the stream table has got
 * @job: for which; the next access of the host goes on with it, or ends it
 * @asked: the host named one StreamID
 * @all: it is the whole table, for the host's last doorbell
 * @forgotten: the hardware was told to forget what has changed, and has when
 *	smmu_cmdq_resume() returns 0
 * @err: first error that did not stop it
 * @next: StreamID where it goes on; level-1 descriptor, if tables are taken out
 * @end: where it ends, exclusive
 * @chain: physical address of the first level-2 table to be freed, or 0
 */
struct smmu_walk {
	enum smmu_job job;
	bool asked;
	bool all;
	bool forgotten;
	int err;
	u32 next;
	u32 end;
	u64 chain;
};

/* CMD_SYNCs of a batch that end with a write to the host ring. */
#define SMMU_MAX_SYNCS		16

/**
 * enum smmu_stop - why a batch of commands ended
 * @SMMU_STOP_END: no more commands, or no more room
 * @SMMU_STOP_CONFIG: a command that changes the stream table comes next
 * @SMMU_STOP_SYNCS: smmu_batch.syncs is full
 * @SMMU_STOP_ILLEGAL: the next command is an error of the host
 */
enum smmu_stop {
	SMMU_STOP_END,
	SMMU_STOP_CONFIG,
	SMMU_STOP_SYNCS,
	SMMU_STOP_ILLEGAL,
};

/**
 * struct smmu_batch - commands on their way from the host ring to hardware
 * @stop: what ended it
 * @cmd: the last command looked at, as the host wrote it
 * @synced: the host waits for a CMD_SYNC of it
 * @waits: the hardware has the batch and has not completed it
 * @first: if @waits, position of the first command: SMMU_CMDQ_CONS
 * @moved: how many commands
 * @msi_abort: a CMD_SYNC asked for a write that it may not have
 * @nr_syncs: how many of @syncs are in use
 * @syncs: what to write to the host ring when it is complete
 */
struct smmu_batch {
	enum smmu_stop stop;
	u64 cmd[2];
	bool synced;
	bool waits;
	u32 first;
	u32 moved;
	bool msi_abort;
	unsigned int nr_syncs;
	struct {
		u32 slot;
		u32 data;
	} syncs[SMMU_MAX_SYNCS];
};

#endif /* __DEVMED_SMMU_WALK_H */
