// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of devmed: hands devices over to EL2 while the host is still
 * trusted, and asks EL2 for numbers afterwards.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/arm-smccc.h>
#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>

#include <kunit/static_stub.h>

#include <asm/kvm_asm.h>
#include <asm/virt.h>

#include "devmed.h"

/* Set once, at the end of the trusted phase, whatever came of it. */
static bool devmed_settled;

/* There is a stage-2 that DMA sees. Set in the trusted phase. */
bool devmed_dma_started;

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
	devmed_find_others();
	devmed_limit_its();
	devmed_reserve_pool();
	devmed_start_smmuv3();
	devmed_find_masters();
	devmed_set_policy();
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
	devmed_report_policy();
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
	bool deferred = devmed_defer_probe(DEVMED_CLASS_SMMUV3);

	WRITE_ONCE(devmed_settled, true);
	if (deferred)
		devmed_probe_smmuv3();

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

	KUNIT_STATIC_STUB_REDIRECT(devmed_hcall, op, x2, x3, value);

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
