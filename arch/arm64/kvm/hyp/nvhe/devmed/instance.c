// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances: from a region that is forwarded to one that a backend answers for.
 *
 * Attack surface: none that is left after finalize but the lookup of an
 * instance, at any moment, from any CPU.
 *
 * Guarantees: backends start, take over what is live and stop in the trusted
 * phase only, which ends when the first CPU loses its privileges. An instance
 * becomes visible complete or not at all.
 *
 * Leaves to others: undoing what a backend did (the backend).
 */
#include <linux/errno.h>
#include <linux/percpu.h>

#include <asm/barrier.h>
#include <asm/kvm_hyp.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_mmio.h>

/* See devmed_finalized(). Set when the first CPU finalizes, never cleared. */
bool devmed_trust_ended;

/*
 * CPUs that run the host, or EL2 for it: each once, between its entry into EL2 and
 * its next call of firmware. A CPU that EL2 does not know counts as down, which has
 * EL2 do more than it has to.
 */
static DEFINE_PER_CPU(bool, devmed_cpu_runs);
static atomic64_t devmed_cpus_running;

/* How often devices were prepared for a loss of power, and looked at afterwards. */
static atomic64_t devmed_slept;
static u64 devmed_woken;

/* See devmed_watch_wakes(). */
static bool devmed_wakes_watched;

/* Returns false if EL2 knows that this CPU runs. */
static bool devmed_cpu_enters(void)
{
	bool *runs = this_cpu_ptr(&devmed_cpu_runs);

	if (*runs)
		return false;
	*runs = true;
	/* Ordered before the look at devmed_slept. */
	atomic64_inc_return(&devmed_cpus_running);

	return true;
}

/* Returns true if no CPU runs any more. */
static bool devmed_cpu_leaves(void)
{
	bool *runs = this_cpu_ptr(&devmed_cpu_runs);

	if (!*runs)
		return !atomic64_read(&devmed_cpus_running);
	*runs = false;

	return !atomic64_dec_return(&devmed_cpus_running);
}

/**
 * devmed_finalize - the trusted phase is over
 *
 * Context: Any, on each CPU that finalizes.
 */
void devmed_finalize(void)
{
	devmed_cpu_enters();
	/* Pairs with smp_load_acquire() in devmed_finalized(). */
	smp_store_release(&devmed_trust_ended, true);
}

/* What is asked of a backend in the trusted phase. */
enum devmed_step { DEVMED_STEP_START, DEVMED_STEP_STOP, DEVMED_STEP_ADOPT };

/*
 * An access that the device answered with an abort may have been the one that
 * mattered: whatever the backend made of it, the device is left to the host.
 */
static int devmed_start_locked(struct devmed_region *region, u64 arg1, u64 arg2)
{
	int ret;

	hyp_assert_lock_held(&devmed_setup_lock);

	ret = region->regs->start(region, arg1, arg2);
	if (!devmed_was_aborted())
		return ret;
	if (!ret)
		region->regs->stop(region);

	return -EIO;
}

static int devmed_step_locked(struct devmed_region *region,
			      enum devmed_step step, u64 arg1, u64 arg2,
			      u64 arg3)
{
	const struct devmed_regs *regs = region->regs;

	hyp_assert_lock_held(&devmed_setup_lock);

	if (!regs->start)
		return -ENODEV;
	if (step == DEVMED_STEP_START)
		return region->instance ? -EBUSY :
		       devmed_start_locked(region, arg1, arg2);
	if (!region->instance)
		return -ENOENT;
	if (step == DEVMED_STEP_ADOPT)
		return regs->adopt ? regs->adopt(region, arg1, arg2, arg3) : -ENODEV;
	if (!regs->stop)
		return -ENODEV;

	regs->stop(region);
	return 0;
}

static int devmed_step(u64 id, enum devmed_step step, u64 arg1, u64 arg2,
		       u64 arg3)
{
	struct devmed_region *region;
	int ret = -ENOENT;

	if (devmed_finalized())
		return -EPERM;

	hyp_spin_lock(&devmed_setup_lock);
	region = devmed_get_region(id);
	if (region)
		ret = devmed_step_locked(region, step, arg1, arg2, arg3);
	hyp_spin_unlock(&devmed_setup_lock);

	return ret;
}

/**
 * devmed_start - start the backend of a region
 * @id: what devmed_register() returned
 * @arg1: for the backend
 * @arg2: for the backend
 *
 * Context: Trusted phase. Takes devmed_setup_lock and those below it.
 * Return: 0; -EPERM after finalize, -ENOENT if there is no such region, -ENODEV
 * if its class has no backend, -EBUSY if it has an instance, -EIO if the device
 * answered with an abort; or what the backend returns, the region being forwarded
 * as before.
 */
int devmed_start(u64 id, u64 arg1, u64 arg2)
{
	return devmed_step(id, DEVMED_STEP_START, arg1, arg2, 0);
}

/**
 * devmed_adopt - let a backend take over something that was live before it
 * @id: what devmed_register() returned
 * @arg1: for the backend
 * @arg2: for the backend
 * @arg3: for the backend
 *
 * Context: Trusted phase. Takes devmed_setup_lock and those below it.
 * Return: 0; -EPERM after finalize, -ENOENT if there is no such region or it has
 * no instance, -ENODEV if its class takes over nothing; or what the backend
 * returns.
 */
int devmed_adopt(u64 id, u64 arg1, u64 arg2, u64 arg3)
{
	return devmed_step(id, DEVMED_STEP_ADOPT, arg1, arg2, arg3);
}

/**
 * devmed_stop - undo devmed_start() and devmed_adopt()
 * @id: what devmed_register() returned
 *
 * Context: Trusted phase. Takes devmed_setup_lock and those below it.
 * Return: 0, the region being forwarded; -EPERM after finalize, -ENOENT if there
 * is no such region or it has no instance, -ENODEV if its class cannot stop.
 */
int devmed_stop(u64 id)
{
	return devmed_step(id, DEVMED_STEP_STOP, 0, 0, 0);
}

/**
 * devmed_publish - let a backend answer for a region
 * @region: a registered region
 * @instance: the backend's, complete
 *
 * Context: Any. Takes the region lock.
 * Return: 0, or -EBUSY if there is an instance already.
 */
int devmed_publish(struct devmed_region *region, void *instance)
{
	int ret = -EBUSY;

	hyp_spin_lock(&region->lock);
	if (!region->instance) {
		/* Pairs with smp_load_acquire() in devmed_access_reg(). */
		smp_store_release(&region->instance, instance);
		ret = 0;
	}
	hyp_spin_unlock(&region->lock);

	return ret;
}

/**
 * devmed_withdraw - forward a region again, after a backend failed to start
 * @region: a registered region
 *
 * No access is inside the backend when this returns, and none enters it.
 *
 * Context: Any. Takes the region lock.
 */
void devmed_withdraw(struct devmed_region *region)
{
	hyp_spin_lock(&region->lock);
	/* Pairs with smp_load_acquire() in devmed_access_reg(). */
	smp_store_release(&region->instance, NULL);
	hyp_spin_unlock(&region->lock);
}

static void devmed_for_each(void (*visit)(struct devmed_region *region))
{
	struct devmed_region *region;
	u64 addr = 0;

	while ((region = devmed_next_region(addr))) {
		visit(region);
		addr = region->base + region->size;
	}
}

static void devmed_suspend_region(struct devmed_region *region)
{
	/* Pairs with smp_store_release() in devmed_publish(). */
	void *instance = smp_load_acquire(&region->instance);

	if (instance && region->regs->suspend)
		region->regs->suspend(region, instance);
}

static void devmed_suspend_devices(void)
{
	/* Before firmware takes the power: whoever comes back sees it. */
	atomic64_inc_return(&devmed_slept);
	devmed_for_each(devmed_suspend_region);
}

/**
 * devmed_suspend - this CPU is about to call firmware, and may lose its power
 *
 * Devices lose theirs, and firmware may save what they have and restore it, when
 * the last CPU is down: whatever a device then does on account of its registers, it
 * does with memory as it is after this. A CPU that is not the last has nothing to
 * do: those that run use the devices, and the last of them comes here.
 *
 * Context: A CPU about to call firmware. If it is the last one, takes region locks,
 * one at a time, of backends that have something to do; else no lock.
 */
void devmed_suspend(void)
{
	if (devmed_cpu_leaves() || !devmed_finalized())
		devmed_suspend_devices();
}

/**
 * devmed_suspend_all - this CPU is about to have firmware suspend the machine
 *
 * Context: As devmed_suspend(), whatever other CPUs do.
 */
void devmed_suspend_all(void)
{
	devmed_cpu_leaves();
	devmed_suspend_devices();
}

static void devmed_resume_region(struct devmed_region *region)
{
	const struct devmed_regs *regs = region->regs;
	/* Pairs with smp_store_release() in devmed_publish(). */
	void *instance = smp_load_acquire(&region->instance);

	if (!instance)
		return;
	if (regs->resume)
		regs->resume(region, instance);
	if (!regs->check)
		return;

	hyp_spin_lock(&region->lock);
	if (region->instance)
		regs->check(region, region->instance);
	hyp_spin_unlock(&region->lock);
}

static void devmed_wake_region(struct devmed_region *region)
{
	/* Pairs with smp_store_release() in devmed_publish(). */
	void *instance = smp_load_acquire(&region->instance);

	if (instance && region->regs->wake)
		region->regs->wake(region, instance);
}

/**
 * devmed_watch_wakes - have .wake called from now on
 *
 * Context: Any.
 */
void devmed_watch_wakes(void)
{
	WRITE_ONCE(devmed_wakes_watched, true);
}

/**
 * devmed_resume - this CPU is back from firmware
 *
 * If all CPUs were down, any device may have lost its power, and with it what EL2
 * told it. Each CPU that comes back looks at all of them until one has done so; else
 * only at what is the CPU's own.
 *
 * Context: A CPU on its way back to the host, from each call of firmware and from
 * each entry into EL2. If all CPUs were down, takes region locks, one at a time, of
 * backends that have something to look at.
 */
void devmed_resume(void)
{
	u64 slept;

	if (likely(!devmed_cpu_enters()))
		return;

	slept = atomic64_read(&devmed_slept);
	if (slept != READ_ONCE(devmed_woken)) {
		devmed_for_each(devmed_resume_region);
		WRITE_ONCE(devmed_woken, slept);
	} else if (READ_ONCE(devmed_wakes_watched)) {
		devmed_for_each(devmed_wake_region);
	}
}
