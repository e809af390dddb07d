/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stubs: what the EL2 sources name and the tests do not need.
 */
#ifndef DEVMED_STUB_H
#define DEVMED_STUB_H

#define __iomem
#undef __always_unused
#define __always_unused __attribute__((unused))

struct kvm_arch {
	int unused;
};

#endif /* DEVMED_STUB_H */
