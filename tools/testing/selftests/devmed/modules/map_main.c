// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/devmed_map: physical pages mapped Normal and executable into a process,
 * which /dev/mem does not do for devices. What stage 1 allows is then EL2's to
 * refuse: instruction fetches, unaligned accesses.
 */
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>

static int map_mmap(struct file *file, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, vma->vm_pgoff,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static const struct file_operations map_fops = {
	.owner	= THIS_MODULE,
	.mmap	= map_mmap,
};

static struct miscdevice map_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "devmed_map",
	.fops	= &map_fops,
};
module_misc_device(map_device);

MODULE_DESCRIPTION("devmed test: device pages as a process has memory");
MODULE_LICENSE("GPL");
