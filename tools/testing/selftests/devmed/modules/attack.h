/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How an attack of a hostile host is judged, whatever device it goes by: EL2's
 * counters before and after it, and a canary, memory that is named everywhere
 * and never to be written.
 */
#ifndef _DEVMED_ATTACK_H
#define _DEVMED_ATTACK_H

#include <linux/sizes.h>
#include <linux/string.h>
#include "devmed_test.h"

#define ATTACK_CANARY		0xca7a12eca7a12eULL
#define ATTACK_CANARY_SIZE	SZ_64K

/**
 * struct attack - one test
 * @name: what is tried
 * @counter: the refusal that is counted, if @refused
 * @refused: how many times
 * @commands: how many commands the device gets, as they are or rewritten, at
 *	least
 * @any: @refused is any number but 0
 * @before: the counters of the device
 */
struct attack {
	const char *name;
	unsigned int counter;
	unsigned int refused;
	unsigned int commands;
	bool any;
	u64 before[COUNT_NR];
};

/* A counter of a region's; 0 where there is none. */
static inline u64 attack_read(devmed_read_counter_t read, unsigned int region,
			      unsigned int counter)
{
	u64 value = 0;

	if (read && read(region, counter, &value))
		value = 0;
	return value;
}

static inline void attack_snapshot(struct attack *attack, devmed_read_counter_t read, int row)
{
	unsigned int i;

	for (i = 0; i < COUNT_NR; i++)
		attack->before[i] = attack_read(read, row, i);
}

/* What is wrong, if not just the refusals that were expected are counted. */
static inline const char *attack_judge(const struct attack *attack, devmed_read_counter_t read,
				       int row)
{
	u64 delta[COUNT_NR];
	unsigned int i;

	if (!read || row < 0)
		return "nothing is counted";
	for (i = 0; i < COUNT_NR; i++)
		delta[i] = attack_read(read, row, i) - attack->before[i];
	if (attack->refused && !attack->any && delta[attack->counter] != attack->refused)
		return "not refused so many times";
	if (attack->refused && !delta[attack->counter])
		return "not refused";
	for (i = COUNT_NO_SYNDROME; i < COUNT_NR; i++)
		if (delta[i] && !(attack->refused && i == attack->counter))
			return "refused for another reason";
	if (delta[COUNT_CMD_PASSED] + delta[COUNT_CMD_REWRITTEN] < attack->commands)
		return "a good command was refused";
	return NULL;
}

static inline void attack_canary_fill(u64 *canary)
{
	memset64(canary, ATTACK_CANARY, ATTACK_CANARY_SIZE / sizeof(u64));
}

static inline bool attack_canary_intact(const u64 *canary)
{
	unsigned int i;

	for (i = 0; i < ATTACK_CANARY_SIZE / sizeof(u64); i++)
		if (canary[i] != ATTACK_CANARY)
			return false;
	return true;
}

#endif /* _DEVMED_ATTACK_H */
