// SPDX-License-Identifier: GPL-2.0-only
/*
 * What EL2 needs for the stage-2 that DMA sees.
 */
#include <linux/init.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/of.h>
#include <linux/of_address.h>

#include <asm/kvm_pgtable.h>

#include "devmed.h"

/* What is not memory in one piece: EL2's own pages, regions, firmware's holes. */
#define DMA_PAGES_FOR_EDGES	32

/* One page for so many blocks: those that lose a page to EL2 or a guest. */
#define DMA_BLOCKS_PER_SPLIT	16

/* EL2's descriptors hold so many bits of address. */
#define DMA_MAX_BITS		48U

static int __init dma_raise_end(struct resource *res, void *end)
{
	*(u64 *)end = max(*(u64 *)end, res->end + 1);
	return 0;
}

/**
 * devmed_dma_end - the end of all that devices may have to reach
 *
 * What the host knows of: memory, registers, and windows of PCI host bridges, of
 * which not each has a driver yet.
 *
 * Context: Trusted phase.
 * Return: an address, exclusive.
 */
u64 __init devmed_dma_end(void)
{
	u64 end = memblock_end_of_DRAM();
	struct of_pci_range_parser parser;
	struct of_pci_range range;
	struct device_node *np;
	unsigned int i;

	walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_MEM, 0, -1, &end,
			    dma_raise_end);
	for (i = 0; i < devmed_nr_claims; i++)
		end = max(end, devmed_claims[i].base + devmed_claims[i].size);
	for_each_node_by_type(np, "pci") {
		if (of_pci_range_parser_init(&parser, np))
			continue;
		for_each_of_pci_range(&parser, &range) {
			if (range.cpu_addr != OF_BAD_ADDR)
				end = max(end, range.cpu_addr + range.size);
		}
	}

	return end;
}

static unsigned int __init dma_bits(unsigned int oas)
{
	unsigned int needed = max(DEVMED_DMA_MIN_BITS, fls64(devmed_dma_end() - 1));

	/* EL2 takes the next that there is: 42, 44 or 48. */
	if (needed > 44)
		needed = DMA_MAX_BITS;
	else if (needed > 42)
		needed = 44;

	return min3(oas, DMA_MAX_BITS, needed);
}

/**
 * devmed_idmap_pages - how many pages the DMA stage-2 takes
 * @oas: output address bits of the least able SMMU
 * @blocks: every SMMU can change the size of a block without a break
 *
 * For the address space in the largest blocks there are, then for memory.
 * If each block of memory loses a page to EL2 or a guest it takes a page for
 * each; only part of that is reserved. EL2 makes blocks again of what has come
 * back, and can be given pages by devmed_pool_topup().
 *
 * Context: Trusted phase.
 * Return: number of pages.
 */
unsigned int __init devmed_idmap_pages(unsigned int oas, bool blocks)
{
	/* What one table of the largest blocks maps. */
	unsigned int shift = kvm_granule_shift(KVM_PGTABLE_MIN_BLOCK_LEVEL - 1);
	unsigned int bits = dma_bits(oas);
	u64 memory = memblock_phys_mem_size();
	u64 pages = DMA_PAGES_FOR_EDGES + 1;

	pages += bits > shift ? BIT_ULL(bits - shift) : 1;
	pages += memory >> kvm_granule_shift(KVM_PGTABLE_LAST_LEVEL - 2);
	pages += (memory >> kvm_granule_shift(KVM_PGTABLE_LAST_LEVEL - 1)) /
		 (blocks ? DMA_BLOCKS_PER_SPLIT : 1);

	return pages;
}
