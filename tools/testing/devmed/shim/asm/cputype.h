/* SPDX-License-Identifier: GPL-2.0-only */
#include <shim.h>

/* DDI 0487, MPIDR_EL1: Aff3 is apart from the others. */
#define MPIDR_HWID_BITMASK	UL(0xff00ffffff)
