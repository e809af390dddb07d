// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of devmed: hands devices over to EL2 while the host is still
 * trusted, and asks EL2 for numbers afterwards.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/arm-smccc.h>
#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>

#include <asm/kvm_asm.h>
#include <asm/virt.h>

#include "devmed.h"

/* Set once, at the end of the trusted phase, whatever came of it. */
static bool devmed_settled;

/* There is a stage-2 that DMA sees. Set in the trusted phase. */
bool devmed_dma_started;

/* What the devices that were found need to start. */
static size_t devmed_pool_size __initdata;

/**
 * devmed_want_pool - have more memory reserved for EL2
 * @size: in bytes
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_want_pool(size_t size)
{
	devmed_pool_size += size;
}

/* An ITS drives 32 address bits only. Set once, at the handover. */
static bool devmed_only_low;

/**
 * devmed_need_low - give EL2 no memory above 4 GiB from now on
 *
 * It would refuse that, after devmed_start_claim() of an ITS that says so.
 *
 * Context: Trusted phase.
 */
void __init devmed_need_low(void)
{
	devmed_only_low = true;
}

/*
 * Which ITSs need low memory is known only at the handover: wherever there is
 * any, EL2 gets that, and later no other if one does.
 */
static void *devmed_alloc_low(size_t size)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	void *pages = alloc_pages_exact(size, gfp | GFP_DMA32);

	if (pages || READ_ONCE(devmed_only_low))
		return pages;

	return alloc_pages_exact(size, gfp);
}

/* What the page allocator has in one piece. */
#define DEVMED_POOL_CHUNK	BIT(MAX_PAGE_ORDER)

static bool __init devmed_reserve_chunk(unsigned int nr_pages)
{
	size_t size = (size_t)nr_pages * PAGE_SIZE;
	void *pages;
	long ret;

	pages = devmed_alloc_low(size);
	if (!pages) {
		pr_warn("no pool: cannot allocate %u pages\n", nr_pages);
		return false;
	}

	ret = devmed_hcall_setup(DEVMED_SETUP_POOL,
				 virt_to_phys(pages) >> PAGE_SHIFT, nr_pages,
				 0, 0);
	if (ret) {
		pr_warn("no pool: EL2 refuses %u pages: %pe\n", nr_pages,
			ERR_PTR(ret));
		free_pages_exact(pages, size);
	}

	return !ret;
}

static void __init devmed_reserve_pool(void)
{
	unsigned int nr_pages = devmed_wanted_pool(devmed_pool_size >> PAGE_SHIFT);
	unsigned int count = 0;

	do {
		nr_pages -= count;
		count = min_t(unsigned int, nr_pages, DEVMED_POOL_CHUNK);
	} while (count && devmed_reserve_chunk(count));
}

/**
 * devmed_host_setup - hand every device to EL2 that the command line wants
 *
 * Context: Trusted phase, protected mode; called once, before finalize.
 */
void __init devmed_host_setup(void)
{
	devmed_find_gicr();
	devmed_find_its();
	devmed_find_smmuv3();
	devmed_reserve_pool();
	devmed_start_smmuv3();
	devmed_find_masters();
	devmed_hcall_setup(DEVMED_SETUP_POLICY, devmed_wants_require(),
			   devmed_nr_missing, 0, 0);

	if (devmed_wants_require())
		pr_warn("policy: protected guests are refused until every device is mediated\n");
}

/**
 * struct devmed_stop - what all CPUs do together
 * @finalize: takes the privileges of the CPU that calls it
 * @arg: for @finalize
 * @first: no CPU has come yet
 * @done: the handover is over
 */
struct devmed_stop {
	smp_call_func_t finalize;
	void *arg;
	atomic_t first;
	bool done;
};

static int __init devmed_stop_cpu(void *data)
{
	struct devmed_stop *stop = data;

	if (atomic_dec_and_test(&stop->first)) {
		devmed_handover_its();
		/* Pairs with smp_cond_load_acquire() on the other CPUs. */
		smp_store_release(&stop->done, true);
	} else {
		smp_cond_load_acquire(&stop->done, VAL);
	}
	stop->finalize(stop->arg);

	return 0;
}

/**
 * devmed_host_finalize - hand over what runs, then end the trusted phase
 * @finalize: takes the privileges of the CPU that calls it
 * @arg: for @finalize
 *
 * Context: May sleep; called once, after devmed_host_setup().
 */
void __init devmed_host_finalize(smp_call_func_t finalize, void *arg)
{
	struct devmed_stop stop = {
		.finalize = finalize, .arg = arg, .first = ATOMIC_INIT(1),
	};

	if (devmed_prepare_its())
		stop_machine(devmed_stop_cpu, &stop, cpu_online_mask);
	else
		on_each_cpu(finalize, arg, 1);

	devmed_finish_its();
	devmed_report_claims();
}

/**
 * devmed_defer_probe - is it too early for a driver to touch its device?
 * @class: the device
 *
 * Context: Any, from the driver's probe.
 * Return: true as long as EL2 may still take the device.
 */
bool devmed_defer_probe(enum devmed_class class)
{
	return is_protected_kvm_enabled() && !READ_ONCE(devmed_settled) &&
	       devmed_wanted_mode(class) != DEVMED_OFF;
}
EXPORT_SYMBOL_GPL(devmed_defer_probe);

/* KVM finalizes in this initcall too, or not at all; it is linked before. */
static int __init devmed_settle(void)
{
	WRITE_ONCE(devmed_settled, true);
	return 0;
}
device_initcall_sync(devmed_settle);

/**
 * devmed_hcall - ask something of EL2
 * @op: what
 * @x2: its first argument
 * @x3: its second argument
 * @value: where the counter goes that @op reads, NULL if it does not
 *
 * Context: Any, after finalize.
 * Return: what EL2 returns; -ENODEV if there is no protected KVM, -EOPNOTSUPP if
 * it has no devmed.
 */
long devmed_hcall(enum devmed_call_op op, u64 x2, u64 x3, u64 *value)
{
	struct arm_smccc_res res;

	if (!is_pkvm_initialized())
		return -ENODEV;

	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_FUNC(__devmed_call), op, x2, x3,
			  &res);
	if (res.a0 != SMCCC_RET_SUCCESS)
		return -EOPNOTSUPP;
	if (value)
		*value = res.a2;

	return res.a1;
}

/**
 * devmed_read_counter - read a counter of EL2's
 * @region: EL2's number for a region, or DEVMED_GLOBAL
 * @counter: enum devmed_counter, or enum devmed_global_counter
 * @value: where it goes
 *
 * Context: Any, after finalize.
 * Return: 0, -ENODEV if there is no devmed at EL2, -ENOENT if there is no such
 * region, -EINVAL if there is no such counter.
 */
int devmed_read_counter(u32 region, unsigned int counter, u64 *value)
{
	return devmed_hcall(DEVMED_CALL_READ_COUNTER, region, counter, value);
}
EXPORT_SYMBOL_GPL(devmed_read_counter);

/* EL2 takes one block at a time. */
static DEFINE_MUTEX(devmed_topup_lock);

static int devmed_give_block(unsigned int order)
{
	size_t size = PAGE_SIZE << order;
	void *block = devmed_alloc_low(size);
	phys_addr_t pfn;
	size_t left = size;
	long ret;

	if (!block)
		return -ENOMEM;

	pfn = virt_to_phys(block) >> PAGE_SHIFT;
	mutex_lock(&devmed_topup_lock);
	/* A piece at a time; those that EL2 has taken it keeps. */
	for (;;) {
		ret = devmed_hcall(DEVMED_CALL_POOL_TOPUP, pfn, order, NULL);
		if (ret <= 0)
			break;
		left = ret << PAGE_SHIFT;
		cond_resched();
	}
	mutex_unlock(&devmed_topup_lock);
	if (ret)
		free_pages_exact(block + size - left, left);

	return ret;
}

/*
 * Pages that follow one another share the table that EL2 needs to take them from
 * devices: a few at a time are a gain, whatever it costs to take the first.
 */
#define DEVMED_TOPUP_ORDER	4

/**
 * devmed_pool_topup - give EL2 more pages
 * @nr_pages: how many
 *
 * The pages are EL2's from then on.
 *
 * Context: May sleep.
 * Return: 0, -ENOMEM, or EL2's error; pages given before it stay given.
 */
int devmed_pool_topup(unsigned int nr_pages)
{
	while (nr_pages) {
		unsigned int order = min(ilog2(nr_pages), DEVMED_TOPUP_ORDER);
		int ret = devmed_give_block(order);

		if (ret && order) {
			order = 0;
			ret = devmed_give_block(order);
		}
		if (ret)
			return ret;
		nr_pages -= BIT(order);
	}

	return 0;
}
EXPORT_SYMBOL_GPL(devmed_pool_topup);

/**
 * devmed_reserve - see to it that EL2 has memory for what comes next
 * @size: contiguous, in bytes
 * @count: how many such pieces, DEVMED_POOL_MOST at most
 *
 * A device driver is about to ask for something that EL2 needs memory for. If
 * there is none, EL2 will refuse that.
 *
 * Context: May sleep.
 */
void devmed_reserve(size_t size, unsigned int count)
{
	unsigned int order = get_order(size);
	long have = devmed_hcall(DEVMED_CALL_POOL_BLOCKS, order, count, NULL);

	while (have >= 0 && have < count && !devmed_give_block(order))
		have++;
}

/* Tables that one request of KVM's may cost: four pages, each from two blocks. */
#define DEVMED_TABLES_PER_REQUEST	8

/* Free pages that EL2 is to have before guests get theirs. */
#define DEVMED_POOL_FOR_GUESTS		max(SZ_512K / PAGE_SIZE, 32UL)

/* Requests for which EL2's pool is large enough. */
static atomic_t devmed_requests;

/**
 * devmed_prepare_donations - see to it that EL2 can take pages from devices
 *
 * A page that goes to a guest or to EL2 leaves the stage-2 that DMA sees, which
 * may take a table for each block that it is in. EL2 cannot allocate from the
 * host: without a table the donation fails. So that it never does, KVM calls
 * this before it donates. EL2 is asked only now and then. SMMUs are woken before
 * the first donation, since EL2 has to reach them for each.
 *
 * Context: May sleep.
 */
void devmed_prepare_donations(void)
{
	static atomic_t asleep = ATOMIC_INIT(1);
	u64 have;

	if (!READ_ONCE(devmed_dma_started) ||
	    likely(atomic_add_unless(&devmed_requests, -1, 0)) ||
	    devmed_read_counter(DEVMED_GLOBAL, DEVMED_POOL_FREE, &have))
		return;

	if (atomic_xchg(&asleep, 0))
		devmed_wake_smmuv3();
	if (have < DEVMED_POOL_FOR_GUESTS) {
		devmed_pool_topup(DEVMED_POOL_FOR_GUESTS - have);
		devmed_read_counter(DEVMED_GLOBAL, DEVMED_POOL_FREE, &have);
	}
	atomic_set(&devmed_requests,
		   min_t(u64, have, INT_MAX) / DEVMED_TABLES_PER_REQUEST);
}

/**
 * devmed_counter_name - the word for a counter of a region
 * @counter: any value
 *
 * Return: what counters and trace events are called by.
 */
const char *devmed_counter_name(unsigned int counter)
{
	static const char * const names[DEVMED_NR_COUNTERS] = {
		[DEVMED_READS]			= "reads",
		[DEVMED_WRITES]			= "writes",
		[DEVMED_CMD_PASSED]		= "cmd-passed",
		[DEVMED_CMD_REWRITTEN]		= "cmd-rewritten",
		[DEVMED_REARMED]		= "rearmed",
		[DEVMED_REFUSED_SYNDROME]	= "no-syndrome",
		[DEVMED_REFUSED_WALK]		= "walk",
		[DEVMED_REFUSED_CACHE_OP]	= "cache-op",
		[DEVMED_REFUSED_CLASS]		= "fault-class",
		[DEVMED_REFUSED_FETCH]		= "fetch",
		[DEVMED_REFUSED_EL0]		= "el0",
		[DEVMED_REFUSED_ENDIAN]		= "endian",
		[DEVMED_REFUSED_WIDTH]		= "width",
		[DEVMED_REFUSED_UNALIGNED]	= "unaligned",
		[DEVMED_REFUSED_BOUNDS]		= "bounds",
		[DEVMED_REFUSED_HOLE]		= "hole",
		[DEVMED_REFUSED_DIRECTION]	= "direction",
		[DEVMED_REFUSED_HANDLER]	= "handler",
		[DEVMED_REFUSED_ABORTED]	= "device-abort",
		[DEVMED_CMD_OPCODE]		= "cmd-opcode",
		[DEVMED_CMD_DEVICE]		= "cmd-device",
		[DEVMED_CMD_EVENT]		= "cmd-event",
		[DEVMED_CMD_INTID]		= "cmd-intid",
		[DEVMED_CMD_COLLECTION]		= "cmd-collection",
		[DEVMED_CMD_TARGET]		= "cmd-target",
		[DEVMED_CMD_MEMORY]		= "cmd-memory",
		[DEVMED_CMD_VPE]		= "cmd-vpe",
		[DEVMED_CMD_ADDRESS]		= "cmd-address",
	};

	return counter < ARRAY_SIZE(names) ? names[counter] : "unknown";
}
