// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls: the host's way to devmed beside its traps.
 *
 * Attack surface: any arguments, from all CPUs at once.
 *
 * Guarantees: every operation of __devmed_setup is refused once the first CPU
 * has lost its privileges. What is left, __devmed_call, reads counters and takes
 * pages that the host owns. Arguments are numbers in registers; no memory of
 * the host is read.
 *
 * Leaves to others: checking each argument (the function that takes it).
 */
#include <linux/kvm_host.h>

#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_idmap.h>
#include <nvhe/trap_handler.h>

static int devmed_start_dma(u64 end)
{
#ifdef CONFIG_DEVMED_SMMUV3
	return devmed_idmap_set_end(end) ?: devmed_idmap_start();
#else
	return -ENODEV;
#endif
}

/**
 * handle___devmed_setup - __devmed_setup, while the host is trusted
 * @host_ctxt: x1 holds an enum devmed_setup_op, its arguments follow
 *
 * Context: Hypercall, no lock held.
 * Return: in x1, what the operation returns; -EINVAL if there is no such one,
 * -EPERM after finalize.
 */
void handle___devmed_setup(struct kvm_cpu_context *host_ctxt)
{
	DECLARE_REG(u64, op, host_ctxt, 1);
	DECLARE_REG(u64, arg1, host_ctxt, 2);
	DECLARE_REG(u64, arg2, host_ctxt, 3);
	DECLARE_REG(u64, arg3, host_ctxt, 4);
	DECLARE_REG(u64, arg4, host_ctxt, 5);
	int ret = 0;

	switch (op) {
	case DEVMED_SETUP_REGISTER:
		ret = devmed_register(arg1, arg2, arg3, arg4);
		break;
	case DEVMED_SETUP_UNREGISTER:
		ret = devmed_unregister(arg1);
		break;
	case DEVMED_SETUP_POOL:
		ret = devmed_pool_init(arg1, arg2);
		break;
	case DEVMED_SETUP_START:
		ret = devmed_start(arg1, arg2, arg3);
		break;
	case DEVMED_SETUP_STOP:
		ret = devmed_stop(arg1);
		break;
	case DEVMED_SETUP_ADOPT:
		ret = devmed_adopt(arg1, arg2, arg3, arg4);
		break;
	case DEVMED_SETUP_DMA:
		ret = devmed_start_dma(arg1);
		break;
	case DEVMED_SETUP_POLICY:
		ret = devmed_set_policy(arg1, arg2);
		break;
	default:
		ret = -EINVAL;
		break;
	}

	cpu_reg(host_ctxt, 1) = ret;
}

/**
 * handle___devmed_call - __devmed_call, once the host is not trusted any more
 * @host_ctxt: x1 holds an enum devmed_call_op, its arguments follow
 *
 * Context: Hypercall, no lock held.
 * Return: in x1, what the operation returns, a counter in x2; -EINVAL if there
 * is no such operation.
 */
void handle___devmed_call(struct kvm_cpu_context *host_ctxt)
{
	DECLARE_REG(u64, op, host_ctxt, 1);
	DECLARE_REG(u64, arg1, host_ctxt, 2);
	DECLARE_REG(u64, arg2, host_ctxt, 3);
	u64 value = 0;
	int ret;

	switch (op) {
	case DEVMED_CALL_READ_COUNTER:
		ret = devmed_read_counter(arg1, arg2, &value);
		break;
	case DEVMED_CALL_POOL_TOPUP:
		ret = devmed_pool_topup(arg1, arg2);
		break;
	case DEVMED_CALL_POOL_BLOCKS:
		ret = devmed_pool_blocks(arg1, arg2);
		break;
	case DEVMED_CALL_DMA_WITHDRAW:
		ret = devmed_owner_withdraw(arg1, arg2);
		break;
	case DEVMED_CALL_DMA_RESTORE:
		ret = devmed_owner_restore(arg1, arg2);
		break;
	default:
		ret = -EINVAL;
		break;
	}

	cpu_reg(host_ctxt, 1) = ret;
	cpu_reg(host_ctxt, 2) = value;
}
