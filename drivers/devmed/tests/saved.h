/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State that the KUnit tests of devmed share.
 */
#ifndef __DEVMED_TESTS_SAVED_H
#define __DEVMED_TESTS_SAVED_H

#include <kunit/static_stub.h>
#include <kunit/test.h>

#include "../devmed.h"

int devmed_test_begin(struct kunit *test);
void devmed_test_end(struct kunit *test);
struct devmed_claim *devmed_test_smmu(phys_addr_t base, enum devmed_mode mode);
const struct devmed_master *devmed_test_master(const char *kind);
long devmed_test_setup_ok(enum devmed_setup_op op, u64 x2, u64 x3, u64 x4, u64 x5);

#endif /* __DEVMED_TESTS_SAVED_H */
