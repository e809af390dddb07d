// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile host that has a device do what it cannot do itself: QEMU's edu reads
 * and writes memory and registers that are not the host's. The stage-1 mapping is
 * the host's to make, so it is made; what counts is whether the SMMU refuses.
 *
 * What is written is what was read, or, if nothing was, a pattern: on a kernel
 * that mediates nothing, where these tests have to fail, nothing breaks.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/moduleparam.h>
#include "devmed_test.h"
#include "edu.h"

#define MAX_TARGETS	16
#define TARGET_IOVA	0x10000000
#define EVENTQ_PROD	0x100a8
#define EVENTQ_INDEX	GENMASK(19, 0)
#define PATTERN		0x5a17c0de5a17c0deULL

static char *name[MAX_TARGETS];
static unsigned int name_nr;
module_param_array(name, charp, &name_nr, 0400);
MODULE_PARM_DESC(name, "what is attacked");

static unsigned long phys[MAX_TARGETS];
static unsigned int phys_nr;
module_param_array(phys, ulong, &phys_nr, 0400);
MODULE_PARM_DESC(phys, "physical addresses, of 4 or 8 bytes");

static char *refused[MAX_TARGETS];
static unsigned int refused_nr;
module_param_array(refused, charp, &refused_nr, 0400);
MODULE_PARM_DESC(refused, "what has to be refused: r, w, rw or -");

static bool mapped;
module_param(mapped, bool, 0400);
MODULE_PARM_DESC(mapped, "stage 1 has them, at their physical addresses");

static char *device;
module_param(device, charp, 0400);
MODULE_PARM_DESC(device, "PCI address of the edu that attacks (default: any)");

static unsigned long smmu;
module_param(smmu, ulong, 0400);
MODULE_PARM_DESC(smmu, "physical address of the SMMU in front of it");

static struct devmed_results results;
static struct devmed_edu *edu;
static void __iomem *eventq_prod;
static dma_addr_t page_addr;
static u64 *page;

/* Events that the SMMU has recorded, modulo the size of its queue. */
static u32 events(void)
{
	return readl(eventq_prod) & EVENTQ_INDEX;
}

/* What the device holds, by way of memory that the host may use. */
static u64 device_value(void)
{
	page[0] = 0;
	devmed_edu_dma(edu, page_addr, 0, sizeof(u64), true);
	return page[0];
}

static void set_device_value(u64 value)
{
	page[0] = value;
	devmed_edu_dma(edu, page_addr, 0, sizeof(u64), false);
}

/* One transfer: was it refused, and did the SMMU say so? */
static bool is_refused(dma_addr_t iova, size_t len, bool to_memory)
{
	u32 before = events();

	devmed_edu_dma(edu, iova, 0, len, to_memory);
	return events() != before;
}

static void attack_mapped(unsigned int i, dma_addr_t iova)
{
	bool no_read = strchr(refused[i], 'r');
	bool no_write = strchr(refused[i], 'w');
	size_t len = IS_ALIGNED(phys[i], sizeof(u64)) ? sizeof(u64) : sizeof(u32);
	u64 pattern = PATTERN & GENMASK(len * 8 - 1, 0);
	u64 value;
	bool done;

	set_device_value(pattern);
	done = is_refused(iova, len, false);
	value = device_value();
	devmed_diag(&results, "# %s at %#lx: the device holds %#llx after a read", name[i],
		    phys[i], value);
	devmed_result(&results, done == no_read, "%s: DMA reads it%s", name[i],
		      no_read ? " not: the SMMU reports a fault" : "");
	/* QEMU's device takes zeros for what it could not read. */
	if (no_read)
		devmed_result(&results, value == pattern || !value,
			      "%s: nothing of it got to the device", name[i]);
	done = is_refused(iova, len, true);
	devmed_result(&results, done == no_write, "%s: DMA writes it%s", name[i],
		      no_write ? " not: the SMMU reports a fault" : "");
}

static void attack(unsigned int i)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(&edu->pdev->dev);
	dma_addr_t iova = TARGET_IOVA + i * PAGE_SIZE;
	int prot = IOMMU_READ | IOMMU_WRITE;
	int ret;

	/* No stage 1: the device names what it likes. */
	if (mapped || domain->type == IOMMU_DOMAIN_IDENTITY) {
		attack_mapped(i, phys[i]);
		return;
	}
	if (!pfn_valid(PHYS_PFN(phys[i])))
		prot |= IOMMU_MMIO;
	ret = iommu_map(domain, iova, phys[i] & PAGE_MASK, PAGE_SIZE, prot, GFP_KERNEL);
	if (ret) {
		devmed_result(&results, false, "%s: stage 1 maps it", name[i]);
		return;
	}
	attack_mapped(i, iova + offset_in_page(phys[i]));
	iommu_unmap(domain, iova, PAGE_SIZE);
}

/* The device works: else all of the above would look refused. */
static void control(void)
{
	u32 before = events();

	set_device_value(PATTERN);
	devmed_result(&results, device_value() == PATTERN && events() == before,
		      "memory of the host: DMA reads and writes it");
}

static struct devmed_edu *find_device(void)
{
	struct devmed_edu *found;
	unsigned int n = 0;

	do {
		found = devmed_edu_find(n++);
	} while (found && device && strcmp(pci_name(found->pdev), device));
	return found;
}

static int dma_setup(void)
{
	edu = find_device();
	if (!edu || !smmu)
		return -ENODEV;
	eventq_prod = ioremap(smmu + EVENTQ_PROD, sizeof(u32));
	if (!eventq_prod)
		return -ENOMEM;
	page = dma_alloc_coherent(&edu->pdev->dev, PAGE_SIZE, &page_addr, GFP_KERNEL);
	if (!page)
		iounmap(eventq_prod);
	return page ? 0 : -ENOMEM;
}

static int __init dma_init(void)
{
	unsigned int i;
	int ret;

	if (name_nr != phys_nr || name_nr != refused_nr)
		return -EINVAL;
	ret = devmed_results_init(&results);
	if (ret)
		return ret;
	ret = dma_setup();
	if (ret) {
		devmed_results_exit(&results);
		return ret;
	}
	control();
	for (i = 0; i < name_nr; i++)
		attack(i);
	control();
	dma_free_coherent(&edu->pdev->dev, PAGE_SIZE, page, page_addr);
	iounmap(eventq_prod);
	return 0;
}
module_init(dma_init);

static void __exit dma_exit(void)
{
	devmed_results_exit(&results);
}
module_exit(dma_exit);

MODULE_DESCRIPTION("devmed test: DMA to what is not the host's");
MODULE_LICENSE("GPL");
