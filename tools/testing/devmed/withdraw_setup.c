// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory to withdraw blocks of.
 */
#include "fake.h"
#include "withdraw_setup.h"

void withdraw_begin(struct fake_dma *dma, u8 bbml, bool coherent)
{
	idmap_pool(bbml ? 64 : 128);
	fake_add_memory(BIG, BIG_SIZE, MEMBLOCK_NONE);
	idmap_begin(dma, 40, bbml, coherent);
}
