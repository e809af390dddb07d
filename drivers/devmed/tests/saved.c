// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each test begins without claims and without DMA masters; afterwards those of the
 * machine are there again.
 */
#include <linux/string.h>

#include "saved.h"

/**
 * struct devmed_test - what a test sets aside
 * @nr_claims: devmed_nr_claims
 * @nr_missing: devmed_nr_missing
 * @nr_masters: devmed_nr_masters
 * @claims: devmed_claims
 * @masters: devmed_masters
 */
struct devmed_test {
	unsigned int nr_claims;
	unsigned int nr_missing;
	unsigned int nr_masters;
	struct devmed_claim claims[DEVMED_MAX_REGIONS];
	struct devmed_master masters[DEVMED_MAX_MASTERS];
};

/**
 * devmed_test_begin - set the machine's claims and masters aside
 * @test: the test that begins
 *
 * Return: 0 or -ENOMEM.
 */
int devmed_test_begin(struct kunit *test)
{
	struct devmed_test *saved = kunit_kzalloc(test, sizeof(*saved), GFP_KERNEL);

	if (!saved)
		return -ENOMEM;

	saved->nr_claims = devmed_nr_claims;
	saved->nr_missing = devmed_nr_missing;
	saved->nr_masters = devmed_nr_masters;
	memcpy(saved->claims, devmed_claims, sizeof(saved->claims));
	memcpy(saved->masters, devmed_masters, sizeof(saved->masters));
	test->priv = saved;
	devmed_nr_claims = 0;
	devmed_nr_missing = 0;
	devmed_nr_masters = 0;

	return 0;
}

/**
 * devmed_test_end - bring the machine's claims and masters back
 * @test: the test that ends
 */
void devmed_test_end(struct kunit *test)
{
	struct devmed_test *saved = test->priv;

	if (!saved)
		return;
	devmed_nr_claims = saved->nr_claims;
	devmed_nr_missing = saved->nr_missing;
	devmed_nr_masters = saved->nr_masters;
	memcpy(devmed_claims, saved->claims, sizeof(saved->claims));
	memcpy(devmed_masters, saved->masters, sizeof(saved->masters));
}

/**
 * devmed_test_smmu - claim an SMMU that is not there
 * @base: physical address
 * @mode: what became of it
 *
 * Return: the claim.
 */
struct devmed_claim *devmed_test_smmu(phys_addr_t base, enum devmed_mode mode)
{
	struct devmed_claim *claim = &devmed_claims[devmed_nr_claims++];

	*claim = (struct devmed_claim) {
		.class = DEVMED_CLASS_SMMUV3, .base = base, .mode = mode,
	};

	return claim;
}

/**
 * devmed_test_master - find a DMA master that was listed
 * @kind: its kind
 *
 * Return: the first of its kind, or NULL.
 */
const struct devmed_master *devmed_test_master(const char *kind)
{
	unsigned int i;

	for (i = 0; i < devmed_nr_masters; i++) {
		if (!strcmp(devmed_masters[i].kind, kind))
			return &devmed_masters[i];
	}

	return NULL;
}

/**
 * devmed_test_setup_ok - in place of devmed_hcall_setup(): EL2 does all
 * @op: what for
 * @x2: unused
 * @x3: unused
 * @x4: unused
 * @x5: unused
 *
 * Return: 7, a region, or 0.
 */
long devmed_test_setup_ok(enum devmed_setup_op op, u64 x2, u64 x3, u64 x4, u64 x5)
{
	return op == DEVMED_SETUP_REGISTER ? 7 : 0;
}
