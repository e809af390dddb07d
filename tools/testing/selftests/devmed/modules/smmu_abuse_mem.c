// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that change hands while DMA to them is set up, and while the host keeps
 * the SMMU from hearing of it; and streams without end.
 */
#include <linux/arm-smccc.h>
#include <linux/iommu.h>
#include <linux/slab.h>
#include <asm/kvm_asm.h>
#include "smmu_abuse.h"
#ifdef CONFIG_DEVMED
#include <kvm/devmed.h>
#endif

#define IOVA		0x20000000UL

/* To EL2, which keeps it. Only a kernel with devmed has a call for that. */
static bool give_page(phys_addr_t phys)
{
#ifdef CONFIG_DEVMED
	struct arm_smccc_res res;

	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_FUNC(__devmed_call), (u64)DEVMED_CALL_POOL_TOPUP,
			  phys >> PAGE_SHIFT, 0ULL, &res);
	return res.a0 == SMCCC_RET_SUCCESS && !(int)res.a1;
#else
	return false;
#endif
}

/**
 * struct hand_over - what the host does while a page goes to EL2
 * @name: beginning with the threat
 * @begin: before
 * @end: after
 * @refused: commands of it that are refused
 */
struct hand_over {
	const char *name;
	bool (*begin)(void);
	bool (*end)(void);
	unsigned int refused;
};

static struct saved_ring saved;

static bool disable_cmdq(void)
{
	return attack_enable(SMMU_CR0_CMDQEN, false);
}

static bool enable_cmdq(void)
{
	return attack_enable(SMMU_CR0_CMDQEN, true);
}

static bool disable_smmu(void)
{
	return attack_enable(SMMU_CR0_SMMUEN, false);
}

static bool enable_smmu(void)
{
	return attack_enable(SMMU_CR0_SMMUEN, true);
}

/* An error that nobody acknowledges, and a ring full behind it. */
static bool begin_error(void)
{
	static const struct attack_cmd bad = { { SMMU_OP_ILLEGAL } };
	static const struct attack_cmd sync = SYNC;
	unsigned int i;

	attack_take_ring(&saved);
	attack_store(0, &bad);
	for (i = 1; i < ATTACK_SLOTS; i++)
		attack_store(i, &sync);
	return !attack_doorbell(ATTACK_SLOTS);
}

static bool end_error(void)
{
	attack_give_ring(&saved);
	return true;
}

static const struct hand_over hand_overs[] = {
	{ "TL01, TL02: a page goes to EL2 while a device may use it" },
	{ "S06: the command queue is disabled while a page goes to EL2",
	  disable_cmdq, enable_cmdq },
	{ "S07: the SMMU is disabled while a page goes to EL2, and enabled again",
	  disable_smmu, enable_smmu },
	{ "SC30: an error stays pending while a page goes to EL2",
	  begin_error, end_error, 1 },
};

/* The device has the translation of the page, then the page goes. */
static const char *hand_over(const struct hand_over *test, const u64 *page)
{
	struct attack_event event;
	bool given, ok = true;

	attack_dma(IOVA, true, &event);
	if (READ_ONCE(*page) != DEVICE_PATTERN)
		return "the device does not reach the page";
	if (test->begin)
		ok = test->begin();
	given = give_page(virt_to_phys(page));
	if (test->end)
		ok &= test->end();
	attack_dma(IOVA, false, &event);
	if (!event.id)
		return "the device still reaches the page";
	return ok && given && event.s2 ? NULL : "the page did not change hands";
}

/* EL2's pages do not come back. */
static void run_hand_over(const struct hand_over *test)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(&attacker.edu->pdev->dev);
	struct attack attack = { test->name, COUNT_CMD_OPCODE, test->refused };
	u64 *page = (u64 *)get_zeroed_page(GFP_KERNEL);

	if (!page || iommu_map(domain, IOVA, virt_to_phys(page), PAGE_SIZE,
			       IOMMU_READ | IOMMU_WRITE, GFP_KERNEL)) {
		devmed_result(&attacker.results, false, "%s", test->name);
		return;
	}
	attack_set_device_value(DEVICE_PATTERN);
	attack_begin(&attack);
	attack_end(&attack, hand_over(test, page));
	iommu_unmap(domain, IOVA, PAGE_SIZE);
	/* For whoever looks at the DMA stage-2 from outside. */
	devmed_diag(&attacker.results, "# given 0x%llx", (u64)virt_to_phys(page));
}

/* Each level-1 descriptor leads to the same table, which lets everything through. */
static void fill_tables(u64 *l1, u64 *l2)
{
	unsigned int i;

	for (i = 0; i < 1 << 8; i++) {
		l1[i] = virt_to_phys(l2) | 9;
		l2[i * SMMU_STE_WORDS] = SMMU_STE0_V |
					 FIELD_PREP(SMMU_STE0_CFG, (u64)SMMU_CFG_BYPASS);
	}
}

/* All StreamIDs that there are; then one of those that got no table. */
static const char *use_up(u64 *l1)
{
	static const struct attack_cmd last[] = {
		{ { SMMU_OP_CFGI_STE | 0xffffULL << 32, SMMU_CMD1_LEAF } }, SYNC,
	};
	u64 base = smmu_read64(SMMU_STRTAB_BASE);
	u32 cfg = smmu_read(SMMU_STRTAB_BASE_CFG);
	u64 before = attack_pool_free();
	bool refused, up;
	u64 left;

	attack_enable(SMMU_CR0_SMMUEN, false);
	smmu_write64(SMMU_STRTAB_BASE, virt_to_phys(l1));
	smmu_write(SMMU_STRTAB_BASE_CFG, FIELD_PREP(SMMU_STRTAB_FMT, SMMU_STRTAB_FMT_2LVL) |
					 FIELD_PREP(SMMU_STRTAB_SPLIT, 8) | 16);
	up = attack_enable(SMMU_CR0_SMMUEN, true);
	left = attack_pool_free();
	refused = attack_post(last, ARRAY_SIZE(last), 1);
	attack_enable(SMMU_CR0_SMMUEN, false);
	smmu_write64(SMMU_STRTAB_BASE, base);
	smmu_write(SMMU_STRTAB_BASE_CFG, cfg);
	up &= attack_enable(SMMU_CR0_SMMUEN, true);
	devmed_diag(&attacker.results, "# %llu pages, then %llu, then %llu", before, left,
		    attack_pool_free());
	if (!up || !refused)
		return "a table for each was found";
	return before && attack_pool_free() == before ? NULL : "pages are lost";
}

static void try_streams(void)
{
	struct attack attack = {
		"M14: more streams than EL2 has pages for", COUNT_CMD_MEMORY, 1,
	};
	u64 *l2 = (u64 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, get_order(SZ_16K));
	u64 *l1 = (u64 *)get_zeroed_page(GFP_KERNEL);

	if (l1 && l2) {
		fill_tables(l1, l2);
		attack_begin(&attack);
		attack_end(&attack, use_up(l1));
	}
	free_page((unsigned long)l1);
	free_pages((unsigned long)l2, get_order(SZ_16K));
}

void attack_memory(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hand_overs); i++)
		run_hand_over(&hand_overs[i]);
	try_streams();
}
