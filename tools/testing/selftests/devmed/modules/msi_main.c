// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver of the machine's edu devices that has their MSIs come and go. Writing
 * a number to a parameter does something so often, and fails with EIO as soon as
 * one MSI that was raised does not come:
 *
 *	raise	one MSI of the first device after another
 *	move	the same, each to another CPU than the one before
 *	storm	one after another from a thread, while they are moved
 *	rebind	every device loses its driver and gets it back
 *	replug	every device goes from the bus and is found again
 *	suspend	what drivers save and restore last, with one CPU online
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/iopoll.h>
#include <linux/kthread.h>
#include <linux/pci.h>
#include <linux/suspend.h>
#include <linux/syscore_ops.h>
#include "devmed_test.h"

#define EDU_IRQ_STATUS	0x24
#define EDU_IRQ_RAISE	0x60
#define EDU_IRQ_ACK	0x64
#define EDU_VENDOR	0x1234
#define EDU_DEVICE	0x11e8
#define MAX_DEVICES	8

struct msi_device {
	struct pci_dev *pdev;
	void __iomem *regs;
	int irq;
	atomic_t msis;
	unsigned int cpu;	/* where the last one came */
};

static struct msi_device devices[MAX_DEVICES];
static unsigned int devices_nr;

static unsigned long raised;
module_param(raised, ulong, 0400);
MODULE_PARM_DESC(raised, "MSIs so far, each of which came");

static irqreturn_t msi_interrupt(int irq, void *data)
{
	struct msi_device *dev = data;

	writel(readl(dev->regs + EDU_IRQ_STATUS), dev->regs + EDU_IRQ_ACK);
	WRITE_ONCE(dev->cpu, raw_smp_processor_id());
	atomic_inc(&dev->msis);
	return IRQ_HANDLED;
}

/* One, and only when it came another. */
static int raise_one(struct msi_device *dev)
{
	int before = atomic_read(&dev->msis);
	int msis;

	if (!dev->irq)
		return -ENODEV;
	writel(1, dev->regs + EDU_IRQ_RAISE);
	if (read_poll_timeout(atomic_read, msis, msis != before, 5, 2 * USEC_PER_SEC, false,
			      &dev->msis))
		return -EIO;
	raised++;
	return msis == before + 1 ? 0 : -EIO;
}

static int raise_all(void)
{
	unsigned int i;
	int ret = devices_nr ? 0 : -ENODEV;

	for (i = 0; i < devices_nr && !ret; i++)
		ret = raise_one(&devices[i]);
	return ret;
}

static unsigned int next_cpu(unsigned int cpu)
{
	cpu = cpumask_next(cpu, cpu_online_mask);
	return cpu < nr_cpu_ids ? cpu : cpumask_first(cpu_online_mask);
}

static int do_raise(unsigned int nr)
{
	int ret = 0;

	while (nr-- && !ret)
		ret = raise_one(&devices[0]);
	return ret;
}

static int do_move(unsigned int nr)
{
	struct msi_device *dev = &devices[0];
	unsigned int cpu = 0;
	int ret = 0;

	while (nr-- && !ret) {
		cpu = next_cpu(cpu);
		ret = irq_set_affinity(dev->irq, cpumask_of(cpu)) ?: raise_one(dev);
		if (!ret && dev->cpu != cpu)
			ret = -EXDEV;
	}
	return ret;
}

static int storm_thread(void *data)
{
	int ret = 0;

	while (!kthread_should_stop()) {
		ret = ret ?: raise_one(data);
		cond_resched();
	}
	return ret;
}

static int do_storm(unsigned int nr)
{
	struct task_struct *thread;
	unsigned int cpu = 0;
	int stopped;
	int ret = 0;

	thread = kthread_run(storm_thread, &devices[0], "devmed_storm");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	while (nr-- && !ret) {
		cpu = next_cpu(cpu);
		ret = irq_set_affinity(devices[0].irq, cpumask_of(cpu));
		usleep_range(20, 40);
	}
	stopped = kthread_stop(thread);
	return ret ?: stopped;
}

/* A driver's unbind and bind: the device's MSI domain goes, and comes. */
static int rebind_all(void)
{
	struct pci_dev *pdev = NULL;
	int ret;

	while ((pdev = pci_get_device(EDU_VENDOR, EDU_DEVICE, pdev)))
		device_release_driver(&pdev->dev);
	while ((pdev = pci_get_device(EDU_VENDOR, EDU_DEVICE, pdev))) {
		ret = device_attach(&pdev->dev);
		if (ret != 1) {
			pci_dev_put(pdev);
			return ret ?: -ENODEV;
		}
	}
	return raise_all();
}

static int replug_all(void)
{
	struct pci_dev *pdev;
	struct pci_bus *bus = NULL;
	unsigned int had = devices_nr;

	pci_lock_rescan_remove();
	while ((pdev = pci_get_device(EDU_VENDOR, EDU_DEVICE, NULL))) {
		bus = pdev->bus;
		pci_stop_and_remove_bus_device(pdev);
		pci_dev_put(pdev);
	}
	if (bus)
		pci_rescan_bus(bus);
	pci_unlock_rescan_remove();
	return devices_nr == had ? raise_all() : -ENODEV;
}

#ifdef CONFIG_PM_SLEEP
static int suspend_cpu(void)
{
	int ret;

	local_irq_disable();
	system_state = SYSTEM_SUSPEND;
	ret = syscore_suspend();
	if (!ret)
		syscore_resume();
	system_state = SYSTEM_RUNNING;
	local_irq_enable();
	return ret;
}

/* As suspend_enter() does it, without going to sleep. */
static int suspend_once(void)
{
	unsigned int cpu;
	int ret = 0;

	for (cpu = 1; cpu < nr_cpu_ids && !ret; cpu++)
		if (cpu_online(cpu))
			ret = remove_cpu(cpu);
	ret = ret ?: suspend_cpu();
	for (cpu = 1; cpu < nr_cpu_ids; cpu++)
		if (cpu_present(cpu))
			ret = ret ?: add_cpu(cpu);
	return ret ?: raise_all();
}
#else
static int suspend_once(void)
{
	return -EOPNOTSUPP;
}
#endif

static int repeat(int (*once)(void), unsigned int nr)
{
	int ret = 0;

	while (nr-- && !ret)
		ret = once();
	return ret;
}

static int do_rebind(unsigned int nr)
{
	return repeat(rebind_all, nr);
}

static int do_replug(unsigned int nr)
{
	return repeat(replug_all, nr);
}

static int do_suspend(unsigned int nr)
{
	return repeat(suspend_once, nr);
}

static DEFINE_MUTEX(msi_lock);

static int set_action(const char *value, const struct kernel_param *kp)
{
	int (*action)(unsigned int nr) = kp->arg;
	unsigned int nr;
	int ret = kstrtouint(value, 0, &nr);

	if (ret)
		return ret;
	/* What the kernel calls back for a device takes the lock of parameters. */
	kernel_param_unlock(THIS_MODULE);
	mutex_lock(&msi_lock);
	ret = devices_nr ? action(nr) : -ENODEV;
	mutex_unlock(&msi_lock);
	kernel_param_lock(THIS_MODULE);
	return ret;
}

static const struct kernel_param_ops action_ops = { .set = set_action };

#define ACTION(name)	module_param_cb(name, &action_ops, do_##name, 0200)
ACTION(raise);
ACTION(move);
ACTION(storm);
ACTION(rebind);
ACTION(replug);
ACTION(suspend);

static void msi_remove(struct pci_dev *pdev)
{
	struct msi_device *dev = pci_get_drvdata(pdev);

	free_irq(dev->irq, dev);
	pci_free_irq_vectors(pdev);
	dev->irq = 0;
	devices_nr--;
}

static int msi_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct msi_device *dev = devices;
	int ret = pcim_enable_device(pdev);

	while (dev < devices + MAX_DEVICES && dev->irq)
		dev++;
	if (ret || dev == devices + MAX_DEVICES)
		return ret ?: -ENOSPC;
	dev->pdev = pdev;
	dev->regs = pcim_iomap(pdev, 0, 0);
	if (!dev->regs)
		return -ENOMEM;
	pci_set_master(pdev);
	pci_set_drvdata(pdev, dev);
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	if (ret < 0)
		return ret;
	ret = request_irq(pci_irq_vector(pdev, 0), msi_interrupt, 0, "devmed_msi", dev);
	if (ret) {
		pci_free_irq_vectors(pdev);
		return ret;
	}
	dev->irq = pci_irq_vector(pdev, 0);
	devices_nr++;
	return 0;
}

static const struct pci_device_id msi_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR, EDU_DEVICE) },
	{ }
};

static struct pci_driver msi_driver = {
	.name		= "devmed_msi",
	.id_table	= msi_ids,
	.probe		= msi_probe,
	.remove		= msi_remove,
};
module_pci_driver(msi_driver);

MODULE_DESCRIPTION("devmed test: MSIs that come and go");
MODULE_LICENSE("GPL");
