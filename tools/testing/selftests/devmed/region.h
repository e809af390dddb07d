/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mediated regions and EL2's counters, as debugfs shows them; unnumbered
 * TAP lines that tap.sh numbers; accesses that may end in a signal.
 */
#ifndef DEVMED_REGION_H
#define DEVMED_REGION_H

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEBUGFS_REGIONS		"/sys/kernel/debug/devmed/regions"
#define DEBUGFS_COUNTERS	"/sys/kernel/debug/devmed/counters"
#define MAX_REGIONS		32

struct region {
	char name[32];
	char mode[16];
	unsigned long base;
	unsigned long size;
};

static inline void result(bool ok, const char *region, const char *what)
{
	printf("%sok - %s: %s\n", ok ? "" : "not ", region, what);
	fflush(stdout);
}

/* How many regions EL2 has; none on a kernel without devmed. */
static inline unsigned int read_regions(struct region *regions)
{
	FILE *file = fopen(DEBUGFS_REGIONS, "r");
	unsigned int n = 0;
	char line[256];

	if (!file)
		return 0;
	while (n < MAX_REGIONS && fgets(line, sizeof(line), file))
		if (sscanf(line, "%31s %lx %lx %15s", regions[n].name, &regions[n].base,
			   &regions[n].size, regions[n].mode) == 4 &&
		    (!strcmp(regions[n].mode, "forward") || !strcmp(regions[n].mode, "on")))
			n++;
	fclose(file);
	return n;
}

/* What counts no refusal. */
static inline bool counts_work(const char *what)
{
	return !strcmp(what, "reads") || !strcmp(what, "writes") ||
	       !strcmp(what, "cmd-passed") || !strcmp(what, "cmd-rewritten");
}

/* One of a region's counters, or with NULL all that it refused. */
static inline unsigned long read_counter(const char *region, const char *wanted)
{
	FILE *file = fopen(DEBUGFS_COUNTERS, "r");
	unsigned long sum = 0;
	unsigned long value;
	char line[256];
	char name[64];
	char what[64];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %63s %lu", name, what, &value) != 3 || strcmp(name, region))
			continue;
		if (wanted ? !strcmp(what, wanted) : !counts_work(what))
			sum += value;
	}
	fclose(file);
	return sum;
}

static sigjmp_buf fault_escape;
static volatile sig_atomic_t fault_signal;

static void fault_handler(int sig)
{
	fault_signal = sig;
	siglongjmp(fault_escape, 1);
}

static inline void catch_faults(void)
{
	struct sigaction action = { .sa_handler = fault_handler };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
}

/* The signal that ends @access of @p, or 0. An endless one ends in SIGALRM. */
static inline int signal_of(void (*access)(void *p), void *p)
{
	fault_signal = 0;
	alarm(2);
	if (!sigsetjmp(fault_escape, 1))
		access(p);
	alarm(0);
	return fault_signal;
}

#endif /* DEVMED_REGION_H */
