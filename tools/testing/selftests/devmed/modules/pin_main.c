// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/devmed_pin: a driver that does DMA to the memory of a process, as any that
 * pins it does. Write the address of a page to have it pinned and mapped for
 * QEMU's edu, 0 to have it let go; a read has the device fetch a value from the
 * page and store it again, and says 1 if it came back.
 */
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>
#include "edu.h"

#define PATTERN		0x5a17c0de5a17c0deULL

static DEFINE_MUTEX(pin_mutex);
static struct page *pinned;
static dma_addr_t pinned_addr;

static struct device *pin_device(void)
{
	return &devmed_edu_find(0)->pdev->dev;
}

static void let_go(void)
{
	if (!pinned)
		return;
	dma_unmap_page(pin_device(), pinned_addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
	unpin_user_page(pinned);
	pinned = NULL;
}

static int pin(u64 address)
{
	struct page *page;

	if (pin_user_pages_fast(address, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	pinned_addr = dma_map_page(pin_device(), page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(pin_device(), pinned_addr)) {
		unpin_user_page(page);
		return -ENOMEM;
	}
	pinned = page;
	return 0;
}

static ssize_t pin_write(struct file *file, const char __user *buf, size_t size,
			 loff_t *pos)
{
	u64 address;
	int ret = 0;

	if (size != sizeof(address) || copy_from_user(&address, buf, size))
		return -EINVAL;
	mutex_lock(&pin_mutex);
	let_go();
	if (address)
		ret = pin(address);
	mutex_unlock(&pin_mutex);
	return ret ? ret : size;
}

/* A driver's transfer: the CPU's caches are told, whoever snoops. */
static bool transfer(bool to_memory)
{
	int ret;

	dma_sync_single_for_device(pin_device(), pinned_addr, PAGE_SIZE,
				   DMA_BIDIRECTIONAL);
	ret = devmed_edu_dma(devmed_edu_find(0), pinned_addr, 0, sizeof(u64), to_memory);
	dma_sync_single_for_cpu(pin_device(), pinned_addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return !ret;
}

static bool round_trip(void)
{
	u64 *word = page_address(pinned);
	bool ok;

	WRITE_ONCE(*word, PATTERN);
	ok = transfer(false);
	WRITE_ONCE(*word, 0);
	ok = ok && transfer(true) && READ_ONCE(*word) == PATTERN;
	WRITE_ONCE(*word, 0);
	return ok;
}

static ssize_t pin_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	char answer;

	mutex_lock(&pin_mutex);
	answer = pinned && round_trip() ? '1' : '0';
	mutex_unlock(&pin_mutex);
	return size && !copy_to_user(buf, &answer, 1) ? 1 : -EFAULT;
}

static int pin_release(struct inode *inode, struct file *file)
{
	mutex_lock(&pin_mutex);
	let_go();
	mutex_unlock(&pin_mutex);
	return 0;
}

static const struct file_operations pin_fops = {
	.owner		= THIS_MODULE,
	.read		= pin_read,
	.write		= pin_write,
	.release	= pin_release,
};

static struct miscdevice pin_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "devmed_pin",
	.fops	= &pin_fops,
};

static int __init pin_init(void)
{
	return devmed_edu_find(0) ? misc_register(&pin_misc) : -ENODEV;
}
module_init(pin_init);

static void __exit pin_exit(void)
{
	misc_deregister(&pin_misc);
}
module_exit(pin_exit);

MODULE_DESCRIPTION("devmed test: DMA to memory of a process");
MODULE_LICENSE("GPL");
