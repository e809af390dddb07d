/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the test modules share: a buffer of TAP lines that a script collects
 * from debugfs, and the counters of EL2 when the kernel has them.
 *
 * A module runs its tests when it is loaded and leaves the lines, without
 * numbers, in /sys/kernel/debug/<module>; tap.sh numbers them. Nothing goes
 * through the console, where kernel messages would break the lines.
 */
#ifndef _DEVMED_TEST_H
#define _DEVMED_TEST_H

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/stdarg.h>
#include <linux/vmalloc.h>
#ifdef CONFIG_DEVMED
#include <kvm/devmed.h>
#endif

#define DEVMED_RESULTS_SIZE	(512 * 1024)

/**
 * struct devmed_results - TAP lines of one module
 * @blob: the lines, as debugfs shows them
 * @dentry: the file
 * @failed: how many tests failed so far
 */
struct devmed_results {
	struct debugfs_blob_wrapper blob;
	struct dentry *dentry;
	unsigned int failed;
};

static inline int devmed_results_init(struct devmed_results *res)
{
	res->blob.data = vzalloc(DEVMED_RESULTS_SIZE);
	if (!res->blob.data)
		return -ENOMEM;
	res->dentry = debugfs_create_blob(KBUILD_MODNAME, 0400, NULL, &res->blob);
	return 0;
}

static inline void devmed_results_exit(struct devmed_results *res)
{
	debugfs_remove(res->dentry);
	vfree(res->blob.data);
}

static inline __printf(2, 0)
void devmed_vline(struct devmed_results *res, const char *fmt, va_list args)
{
	size_t room = DEVMED_RESULTS_SIZE - res->blob.size;
	char *line = (char *)res->blob.data + res->blob.size;
	int len = vscnprintf(line, room, fmt, args);

	res->blob.size += len;
	if (len + 1 < room) {
		line[len] = '\n';
		res->blob.size++;
	}
}

/* One test: "ok - ..." or "not ok - ...". */
static inline __printf(3, 4)
void devmed_result(struct devmed_results *res, bool ok, const char *fmt, ...)
{
	const char *word = ok ? "ok - " : "not ok - ";
	va_list args;

	if (DEVMED_RESULTS_SIZE - res->blob.size > strlen(word)) {
		memcpy(res->blob.data + res->blob.size, word, strlen(word));
		res->blob.size += strlen(word);
	}
	va_start(args, fmt);
	devmed_vline(res, fmt, args);
	va_end(args);
	if (!ok)
		res->failed++;
}

/* Something to say about the next test: the caller starts it with "# ". */
static inline __printf(2, 3)
void devmed_diag(struct devmed_results *res, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	devmed_vline(res, fmt, args);
	va_end(args);
}

/* The counters of a region, in the order of enum devmed_counter, for all kernels. */
enum test_counter {
	COUNT_READS,
	COUNT_WRITES,
	COUNT_CMD_PASSED,
	COUNT_CMD_REWRITTEN,
	COUNT_REARMED,
	COUNT_NO_SYNDROME,
	COUNT_WALK,
	COUNT_CACHE_OP,
	COUNT_FAULT_CLASS,
	COUNT_FETCH,
	COUNT_EL0,
	COUNT_ENDIAN,
	COUNT_WIDTH,
	COUNT_UNALIGNED,
	COUNT_BOUNDS,
	COUNT_HOLE,
	COUNT_DIRECTION,
	COUNT_HANDLER,
	COUNT_ABORTED,
	COUNT_CMD_OPCODE,
	COUNT_CMD_DEVICE,
	COUNT_CMD_EVENT,
	COUNT_CMD_INTID,
	COUNT_CMD_COLLECTION,
	COUNT_CMD_TARGET,
	COUNT_CMD_MEMORY,
	COUNT_CMD_VPE,
	COUNT_CMD_ADDRESS,
	COUNT_NR,
};

#ifdef CONFIG_DEVMED
static_assert(COUNT_ABORTED == (int)DEVMED_REFUSED_ABORTED);
static_assert(COUNT_NR == (int)DEVMED_NR_COUNTERS);
#endif

/* Those that count commands; the others count traps. */
#define COUNTS_CMDS	(BIT(COUNT_CMD_PASSED) | BIT(COUNT_CMD_REWRITTEN) |	\
			 GENMASK(COUNT_CMD_ADDRESS, COUNT_CMD_OPCODE))

typedef int (*devmed_read_counter_t)(unsigned int region, unsigned int counter, u64 *value);

/*
 * NULL on a kernel without devmed. Looked up by name, so that one module
 * source loads on both kernels; put it back with devmed_counters_put().
 */
static inline devmed_read_counter_t devmed_counters_get(void)
{
	return (devmed_read_counter_t)__symbol_get("devmed_read_counter");
}

static inline void devmed_counters_put(devmed_read_counter_t read)
{
	if (read)
		__symbol_put("devmed_read_counter");
}

#endif /* _DEVMED_TEST_H */
