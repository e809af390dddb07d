/* SPDX-License-Identifier: GPL-2.0-only */
#include <shim.h>

/* DDI 0487, D24.2.97: Aff3 is apart from the others. */
#define MPIDR_HWID_BITMASK		UL(0xff00ffffff)
#define MPIDR_AFFINITY_LEVEL(mpidr, level)	\
	(((mpidr) >> ((level) == 3 ? 32 : (level) * 8)) & 0xff)
