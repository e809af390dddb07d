/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before each EL2 source of a fuzzer that boots EL2 again for each
 * input: what EL2 remembers is all between two symbols.
 */
#pragma clang section bss = "hyp_bss" data = "hyp_data"
