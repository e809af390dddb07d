/* SPDX-License-Identifier: GPL-2.0-only */
#include <shim.h>
#include <arch/arm64/kvm/hyp/include/nvhe/gfp.h>
