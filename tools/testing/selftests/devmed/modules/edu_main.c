// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver of QEMU's "edu" device, for other test modules to do DMA and raise
 * MSIs with, and a test of its own: a round trip of a page and an MSI.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/iopoll.h>
#include "devmed_test.h"
#include "edu.h"
#include "edu_regs.h"

static bool test = true;
module_param(test, bool, 0400);
MODULE_PARM_DESC(test, "test the device when it is found");

static struct devmed_results results;
#define MAX_EDUS	16

static struct devmed_edu *edus[MAX_EDUS];
static unsigned int edus_nr;

/**
 * devmed_edu_find - the devices that the machine has
 * @n: from zero on
 *
 * Return: the device or NULL.
 */
struct devmed_edu *devmed_edu_find(unsigned int n)
{
	return n < edus_nr ? edus[n] : NULL;
}
EXPORT_SYMBOL_GPL(devmed_edu_find);

static irqreturn_t edu_interrupt(int irq, void *data)
{
	struct devmed_edu *edu = data;
	u32 status = readl(edu->regs + EDU_IRQ_STATUS);

	writel(status, edu->regs + EDU_IRQ_ACK);
	atomic_inc(&edu->msis);
	return IRQ_HANDLED;
}

/**
 * devmed_edu_start_msi - take the MSI, and count it from now on
 * @edu: the device
 *
 * Return: 0 or a negative error.
 */
int devmed_edu_start_msi(struct devmed_edu *edu)
{
	int ret;

	ret = pci_alloc_irq_vectors(edu->pdev, 1, 1, PCI_IRQ_MSI);
	if (ret < 0)
		return ret;
	edu->irq = pci_irq_vector(edu->pdev, 0);
	atomic_set(&edu->msis, 0);
	ret = request_irq(edu->irq, edu_interrupt, 0, "devmed_edu", edu);
	if (ret)
		pci_free_irq_vectors(edu->pdev);
	return ret;
}
EXPORT_SYMBOL_GPL(devmed_edu_start_msi);

/**
 * devmed_edu_stop_msi - give the MSI back
 * @edu: the device
 */
void devmed_edu_stop_msi(struct devmed_edu *edu)
{
	free_irq(edu->irq, edu);
	pci_free_irq_vectors(edu->pdev);
	edu->irq = 0;
}
EXPORT_SYMBOL_GPL(devmed_edu_stop_msi);

/**
 * devmed_edu_raise - let the device send its MSI
 * @edu: the device
 */
void devmed_edu_raise(struct devmed_edu *edu)
{
	writel(1, edu->regs + EDU_IRQ_RAISE);
}
EXPORT_SYMBOL_GPL(devmed_edu_raise);

/**
 * devmed_edu_dma - copy between memory and the device
 * @edu: the device
 * @addr: in memory, as the device addresses it
 * @offset: in the memory of the device
 * @size: bytes
 * @to_memory: out of the device, or into it
 *
 * The device takes 100 ms and says nothing about an address that it could not
 * use. Context: may sleep.
 *
 * Return: 0, or -ETIMEDOUT.
 */
int devmed_edu_dma(struct devmed_edu *edu, dma_addr_t addr, size_t offset, size_t size,
		   bool to_memory)
{
	u64 own = EDU_MEMORY + offset;
	u64 cmd = EDU_DMA_START | (to_memory ? EDU_DMA_TO_RAM : 0);

	writeq(to_memory ? own : addr, edu->regs + EDU_DMA_SRC);
	writeq(to_memory ? addr : own, edu->regs + EDU_DMA_DST);
	writeq(size, edu->regs + EDU_DMA_COUNT);
	writeq(cmd, edu->regs + EDU_DMA_CMD);
	return readq_poll_timeout(edu->regs + EDU_DMA_CMD, cmd, !(cmd & EDU_DMA_START),
				  10 * USEC_PER_MSEC, 2 * USEC_PER_SEC);
}
EXPORT_SYMBOL_GPL(devmed_edu_dma);

static bool round_trip(struct devmed_edu *edu, u8 *from, u8 *to)
{
	struct device *dev = &edu->pdev->dev;
	dma_addr_t addr;
	int ret;

	addr = dma_map_single(dev, from, EDU_MEMORY_SIZE, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, addr))
		return false;
	ret = devmed_edu_dma(edu, addr, 0, EDU_MEMORY_SIZE, false);
	dma_unmap_single(dev, addr, EDU_MEMORY_SIZE, DMA_TO_DEVICE);
	if (ret)
		return false;
	addr = dma_map_single(dev, to, EDU_MEMORY_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, addr))
		return false;
	ret = devmed_edu_dma(edu, addr, 0, EDU_MEMORY_SIZE, true);
	dma_unmap_single(dev, addr, EDU_MEMORY_SIZE, DMA_FROM_DEVICE);
	return !ret && !memcmp(from, to, EDU_MEMORY_SIZE);
}

static bool dma_works(struct devmed_edu *edu)
{
	u8 *from = kmalloc(EDU_MEMORY_SIZE, GFP_KERNEL);
	u8 *to = kzalloc(EDU_MEMORY_SIZE, GFP_KERNEL);
	bool ok = false;
	unsigned int i;

	if (from && to) {
		for (i = 0; i < EDU_MEMORY_SIZE; i++)
			from[i] = i * 7 + (i >> 8);
		ok = round_trip(edu, from, to);
	}
	kfree(from);
	kfree(to);
	return ok;
}

static void edu_test(struct devmed_edu *edu)
{
	int msis = 0;
	int i;

	writel(0x12345678, edu->regs + EDU_LIVENESS);
	devmed_result(&results, readl(edu->regs + EDU_LIVENESS) == ~0x12345678u,
		      "edu: the device is alive");
	devmed_result(&results, dma_works(edu), "edu: a page goes to the device and back");
	if (devmed_edu_start_msi(edu)) {
		devmed_result(&results, false, "edu: it gets an MSI");
		return;
	}
	/* One at a time: two that are pending together arrive as one. */
	for (i = 0; i < 10; i++) {
		devmed_edu_raise(edu);
		read_poll_timeout(atomic_read, msis, msis > i, 100, USEC_PER_SEC,
				  false, &edu->msis);
	}
	devmed_edu_stop_msi(edu);
	devmed_result(&results, msis == 10, "edu: 10 MSIs raised, %d arrived", msis);
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct devmed_edu *edu;
	int ret;

	edu = devm_kzalloc(&pdev->dev, sizeof(*edu), GFP_KERNEL);
	if (!edu)
		return -ENOMEM;
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	edu->pdev = pdev;
	edu->regs = pcim_iomap(pdev, 0, 0);
	if (!edu->regs)
		return -ENOMEM;
	pci_set_master(pdev);
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;
	if (edus_nr < MAX_EDUS)
		edus[edus_nr++] = edu;
	if (test)
		edu_test(edu);
	return 0;
}

static void edu_remove(struct pci_dev *pdev)
{
	edus_nr = 0;
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name		= "devmed_edu",
	.id_table	= edu_ids,
	.probe		= edu_probe,
	.remove		= edu_remove,
};

/* For programs: see EDU_MARK_BEGIN. */
static int edu_mark(void *data, u64 value)
{
	if (edus_nr)
		writel(value, edus[0]->regs + EDU_LIVENESS);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(edu_mark_fops, NULL, edu_mark, "%llu\n");

static struct dentry *edu_mark_file;

static int __init edu_init(void)
{
	int ret = devmed_results_init(&results);

	if (ret)
		return ret;
	ret = pci_register_driver(&edu_driver);
	if (ret)
		devmed_results_exit(&results);
	else
		edu_mark_file = debugfs_create_file("devmed_mark", 0200, NULL, NULL,
						    &edu_mark_fops);
	return ret;
}
module_init(edu_init);

static void __exit edu_exit(void)
{
	debugfs_remove(edu_mark_file);
	pci_unregister_driver(&edu_driver);
	devmed_results_exit(&results);
}
module_exit(edu_exit);

MODULE_DESCRIPTION("devmed test: QEMU's edu device");
MODULE_LICENSE("GPL");
