/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a second CPU does over and over, while the first one rings a doorbell.
 */
#ifndef _DEVMED_RACER_H
#define _DEVMED_RACER_H

#include <linux/arm-smccc.h>
#include <linux/err.h>
#include <linux/iopoll.h>
#include <linux/kthread.h>
#include <asm/kvm_asm.h>

/**
 * struct racer - the second CPU
 * @disturb: over and over
 * @rounds: how often it was done
 * @taken: how often a page was given up that EL2 holds
 * @thread: which does it
 */
struct racer {
	void (*disturb)(struct racer *racer);
	unsigned long rounds;
	unsigned long taken;
	struct task_struct *thread;
};

static int racer_run(void *data)
{
	struct racer *racer = data;

	while (!kthread_should_stop()) {
		racer->disturb(racer);
		racer->rounds++;
		if (!(racer->rounds % 256))
			cond_resched();
	}
	return 0;
}

/* On CPU 1; true once it is at it, to be stopped by kthread_stop(). */
static bool racer_start(struct racer *racer)
{
	unsigned long rounds;

	racer->thread = kthread_create(racer_run, racer, "devmed_racer");
	if (IS_ERR(racer->thread))
		return false;
	kthread_bind(racer->thread, 1);
	wake_up_process(racer->thread);
	read_poll_timeout(READ_ONCE, rounds, rounds, 100, 5 * USEC_PER_SEC, false,
			  racer->rounds);
	return true;
}

/* Try to have a page back that is shared with EL2. */
static __maybe_unused void racer_take(struct racer *racer, const void *page)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_FUNC(__pkvm_host_unshare_hyp),
			  virt_to_phys(page) >> PAGE_SHIFT, &res);
	racer->taken += res.a0 == SMCCC_RET_SUCCESS && !(int)res.a1;
}

#endif /* _DEVMED_RACER_H */
