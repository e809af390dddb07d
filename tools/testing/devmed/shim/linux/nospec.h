/* SPDX-License-Identifier: GPL-2.0-only */
/* A processor that does not speculate. */
#define array_index_nospec(index, size)	((void)(size), (index))
