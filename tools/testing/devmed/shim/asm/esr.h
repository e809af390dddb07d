/* SPDX-License-Identifier: GPL-2.0-only */
#include <arch/arm64/include/asm/brk-imm.h>
#include <arch/arm64/include/asm/esr.h>
