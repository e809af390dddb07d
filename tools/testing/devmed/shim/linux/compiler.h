/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/compiler.h>
#include <custom.h>
