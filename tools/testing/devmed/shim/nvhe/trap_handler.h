/* SPDX-License-Identifier: GPL-2.0-only */
#include <arch/arm64/kvm/hyp/include/nvhe/trap_handler.h>
