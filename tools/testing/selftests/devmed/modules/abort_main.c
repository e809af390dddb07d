// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that answers with aborts: each access of the host is forwarded by EL2,
 * which takes the abort itself. The host has to get one as well, at its own
 * instruction, and EL2 has to go on.
 */
#include <linux/io.h>
#include <linux/moduleparam.h>
#include <linux/uaccess.h>
#include "devmed_test.h"

#define ROUNDS	1000

static unsigned long base;
module_param(base, ulong, 0400);
MODULE_PARM_DESC(base, "physical address of an SMMUv3 where nothing is");

static int row;
module_param(row, int, 0400);
MODULE_PARM_DESC(row, "its row in the table of regions, -1 if it is not there");

static struct devmed_results results;
static devmed_read_counter_t read_counter;

static u64 counted(unsigned int counter)
{
	u64 value = 0;

	if (read_counter && row >= 0 && read_counter(row, counter, &value))
		value = 0;
	return value;
}

/* Each returns true if there was an abort. */
static bool load32(void *addr)
{
	u32 value;

	pagefault_disable();
	__get_kernel_nofault(&value, addr, u32, aborted);
	pagefault_enable();
	return false;
aborted:
	pagefault_enable();
	return true;
}

static bool load64(void *addr)
{
	u64 value;

	pagefault_disable();
	__get_kernel_nofault(&value, addr, u64, aborted);
	pagefault_enable();
	return false;
aborted:
	pagefault_enable();
	return true;
}

static bool store32(void *addr)
{
	u32 value = 0;

	pagefault_disable();
	__put_kernel_nofault(addr, &value, u32, aborted);
	pagefault_enable();
	return false;
aborted:
	pagefault_enable();
	return true;
}

static bool store64(void *addr)
{
	u64 value = 0;

	pagefault_disable();
	__put_kernel_nofault(addr, &value, u64, aborted);
	pagefault_enable();
	return false;
aborted:
	pagefault_enable();
	return true;
}

/* SMMU_IDR0, CR0, GERROR_IRQ_CFG0; EVENTQ_PROD in register page 1. */
static const struct {
	const char *name;
	unsigned long offset;
	bool (*access)(void *addr);
} accesses[] = {
	{ "32 bits read", 0x0, load32 },
	{ "32 bits read in the other page", 0x100a8, load32 },
	{ "64 bits read", 0x68, load64 },
	{ "32 bits written", 0x20, store32 },
	{ "64 bits written", 0x68, store64 },
};

static void try_access(void *frame, unsigned int i)
{
	u64 done = counted(COUNT_READS) + counted(COUNT_WRITES);
	u64 aborts = counted(COUNT_ABORTED);
	unsigned int got = 0;
	unsigned int round;

	for (round = 0; round < ROUNDS; round++)
		got += accesses[i].access(frame + accesses[i].offset);
	devmed_result(&results, got == ROUNDS, "T19: %s: an abort each time", accesses[i].name);
	devmed_result(&results, counted(COUNT_ABORTED) - aborts == ROUNDS &&
		      counted(COUNT_READS) + counted(COUNT_WRITES) == done,
		      "T19: %s: each is counted", accesses[i].name);
}

/* EL2 makes no access for a register that does not exist. */
static void try_hole(void *frame)
{
	u64 aborts = counted(COUNT_ABORTED);

	devmed_result(&results, !load32(frame + 0xf0) && counted(COUNT_ABORTED) == aborts,
		      "T19: no abort where there is no register");
}

static int __init abort_init(void)
{
	void __iomem *frame = ioremap(base, SZ_128K);
	unsigned int i;
	int ret;

	if (!frame)
		return -ENOMEM;
	ret = devmed_results_init(&results);
	if (ret) {
		iounmap(frame);
		return ret;
	}

	read_counter = devmed_counters_get();
	for (i = 0; i < ARRAY_SIZE(accesses); i++)
		try_access((__force void *)frame, i);
	try_hole((__force void *)frame);
	devmed_counters_put(read_counter);
	iounmap(frame);
	return 0;
}
module_init(abort_init);

static void __exit abort_exit(void)
{
	devmed_results_exit(&results);
}
module_exit(abort_exit);

MODULE_DESCRIPTION("devmed test: a device that answers with aborts");
MODULE_LICENSE("GPL");
