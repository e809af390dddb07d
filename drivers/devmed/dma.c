// SPDX-License-Identifier: GPL-2.0-only
/*
 * What EL2 needs for the stage-2 that DMA sees.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/minmax.h>

#include <asm/kvm_pgtable.h>

#include "devmed.h"

/* What is not memory in one piece: EL2's own pages, regions, firmware's holes. */
#define DMA_PAGES_FOR_EDGES	32

/* One page for so many blocks: those that lose a page to EL2 or a guest. */
#define DMA_BLOCKS_PER_SPLIT	16

/* EL2's descriptors hold so many bits of address. */
#define DMA_MAX_BITS		48U

/**
 * devmed_idmap_pages - how many pages the DMA stage-2 takes
 * @oas: output address bits of the least able SMMU
 * @blocks: every SMMU can change the size of a block without a break
 *
 * For the whole address space in the largest blocks there are, then for memory.
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
	unsigned int bits = min(oas, DMA_MAX_BITS);
	u64 memory = memblock_phys_mem_size();
	u64 pages = DMA_PAGES_FOR_EDGES + 1;

	pages += bits > shift ? BIT_ULL(bits - shift) : 1;
	pages += memory >> kvm_granule_shift(KVM_PGTABLE_LAST_LEVEL - 2);
	pages += (memory >> kvm_granule_shift(KVM_PGTABLE_LAST_LEVEL - 1)) /
		 (blocks ? DMA_BLOCKS_PER_SPLIT : 1);

	return pages;
}
