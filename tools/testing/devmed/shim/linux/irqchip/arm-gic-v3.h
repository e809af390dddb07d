/* SPDX-License-Identifier: GPL-2.0-only */
#include <shim.h>

/* Its constants only. */
#define __ASSEMBLER__
#include <include/linux/irqchip/arm-gic-v3.h>
#undef __ASSEMBLER__
