/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory to withdraw blocks of: behind the rest, with a block in its middle that
 * one table of pages maps.
 */
#ifndef DEVMED_WITHDRAW_SETUP_H
#define DEVMED_WITHDRAW_SETUP_H

#include "idmap_setup.h"

#define BIG		0x80000000ULL
#define BIG_SIZE	SZ_64M
#define BLOCK		(BIG + SZ_4M)
#define ORDER		9
#define PAGES		BIT(ORDER)
#define PFN(phys)	((phys) >> PAGE_SHIFT)

/* One device, and a pool with pages for what a test withdraws; trust ends. */
void withdraw_begin(struct fake_dma *dma, u8 bbml, bool coherent);

#endif /* DEVMED_WITHDRAW_SETUP_H */
