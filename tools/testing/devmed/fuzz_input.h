/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fuzzer's input as numbers, one after the other; zeroes when it has run out.
 */
#ifndef DEVMED_FUZZ_INPUT_H
#define DEVMED_FUZZ_INPUT_H

#include <shim.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const u8 *input;
static size_t left;

static inline void take_from(const u8 *data, size_t size)
{
	input = data;
	left = size;
}

static inline u64 take(size_t size)
{
	u64 value = 0;

	size = min(size, left);
	memcpy(&value, input, size);
	input += size;
	left -= size;

	return value;
}

#endif /* DEVMED_FUZZ_INPUT_H */
