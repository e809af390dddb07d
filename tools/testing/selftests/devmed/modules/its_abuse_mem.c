// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory: the driver's level-1 table, which the ITS never sees; what the ITS
 * does read, which the host cannot write; and what is pinned, which the host
 * cannot give away.
 */
#include <linux/arm-smccc.h>
#include <linux/io.h>
#include <linux/uaccess.h>
#include <asm/kvm_asm.h>
#include "its_abuse.h"
#ifdef CONFIG_DEVMED
#include <kvm/devmed.h>
#endif

/* Entries of QEMU's tables: 8 bytes, valid, size, address (GICv3 leaves it open). */
#define DTE_VALID	BIT_ULL(0)
#define DTE_SIZE	FIELD_PREP(GENMASK_ULL(5, 1), 4)
#define DTE_SHIFT	6

static struct host_baser *device_table(void)
{
	unsigned int i;

	for (i = 0; i < GITS_BASER_NR_REGS; i++) {
		struct host_baser *baser = &attacker.its->tables[i];

		if (GITS_BASER_TYPE(baser->val) == GITS_BASER_TYPE_DEVICE)
			return baser->val & GITS_BASER_INDIRECT ? baser : NULL;
	}
	return NULL;
}

/* The driver's level-1 entry of the device. */
static u64 *l1_entry(struct host_baser *baser, u64 dev)
{
	return baser->base + dev / (baser->psz / GITS_BASER_ENTRY_SIZE(baser->val));
}

/* @l1 leads to a level-2 table of the host's choice. */
static void try_l1(u64 *l1, u64 value, struct attack *attack,
		   const struct attack_cmd *cmds, unsigned int nr)
{
	u64 old = READ_ONCE(*l1);
	bool ok;

	WRITE_ONCE(*l1, value);
	ok = attack_post(cmds, nr);
	attack_end(attack, ok);
	WRITE_ONCE(*l1, old);
}

static void try_l1_canary(struct host_baser *baser)
{
	static const struct attack_cmd cmds[] = {
		MAPD(DEV_FAR, 5, 0), MAPTI(DEV_FAR, 3, LPI, 0),
	};
	struct attack attack = {
		"IT01: a level-1 entry that leads where the host wants it",
		.commands = ARRAY_SIZE(cmds),
	};

	attack_begin(&attack);
	try_l1(l1_entry(baser, DEV_FAR), attacker.canary_phys | ATTACK_VALID, &attack,
	       cmds, ARRAY_SIZE(cmds));
}

/* A level-2 table of the host's with a device in it that was never mapped. */
static void try_forged_l2(struct host_baser *baser)
{
	static const struct attack_cmd cmds[] = {
		MAPD(DEV_FAR, 5, 0), MAPTI(DEV_FAR2, 3, LPI, 0),
	};
	struct attack attack = {
		"IT02: a level-2 table with a forged entry", COUNT_CMD_DEVICE, 1, 1,
	};
	u64 *l2 = (u64 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, get_order(baser->psz));

	if (!l2)
		return;
	l2[DEV_FAR2 % (baser->psz / sizeof(u64))] =
		DTE_VALID | DTE_SIZE | (attacker.canary_phys >> 8) << DTE_SHIFT;
	attack_begin(&attack);
	try_l1(l1_entry(baser, DEV_FAR), virt_to_phys(l2) | ATTACK_VALID, &attack,
	       cmds, ARRAY_SIZE(cmds));
	free_pages((unsigned long)l2, get_order(baser->psz));
}

/* The entry of a live device goes, or moves; the device stays. */
static void try_live_l1(struct host_baser *baser)
{
	static const struct attack_cmd cmds[] = {
		MAPD(DEV_A, 5, 0), MAPD(DEV_B, 5, 0), MAPTI(DEV_A, 3, LPI, 0),
		EVENT(GITS_CMD_CLEAR, DEV_A, 3),
	};
	struct attack gone = {
		"IT05: the level-1 entry of live devices is cleared",
		.commands = ARRAY_SIZE(cmds),
	};
	struct attack moved = {
		"IT06: the level-1 entry of live devices moves",
		.commands = ARRAY_SIZE(cmds),
	};
	u64 *l1 = l1_entry(baser, DEV_A);

	/* On hardware that believes it, no device would work again. */
	if (attacker.row < 0 || !attacker.read_counter) {
		devmed_result(&attacker.results, false, "%s", gone.name);
		devmed_result(&attacker.results, false, "%s", moved.name);
		return;
	}
	attack_begin(&gone);
	try_l1(l1, 0, &gone, cmds, ARRAY_SIZE(cmds));
	attack_begin(&moved);
	try_l1(l1, attacker.canary_phys | ATTACK_VALID, &moved, cmds, ARRAY_SIZE(cmds));
}

void attack_tables(void)
{
	struct host_baser *baser = device_table();

	if (!baser) {
		devmed_result(&attacker.results, true,
			      "IT01: level-1 entries # SKIP the device table is flat");
		return;
	}
	try_l1_canary(baser);
	try_forged_l2(baser);
	try_live_l1(baser);
}

/* The first word of it can be read, and written as it is? */
static bool is_reachable(phys_addr_t phys)
{
	u64 *word = phys_to_virt(phys);
	u64 value;

	if (!copy_from_kernel_nofault(&value, word, sizeof(value)))
		return true;
	value = 0;
	__put_kernel_nofault(word, &value, u64, fault);
	return true;
fault:
	return false;
}

static void result_unreachable(const char *name, phys_addr_t first, phys_addr_t last)
{
	bool ok = !is_reachable(first) && !is_reachable(last);

	devmed_result(&attacker.results, ok, "%s", name);
}

static void try_owned_memory(void)
{
	static const char * const names[GITS_BASER_NR_REGS] = {
		"IT10: the table of BASER0 is not the host's",
		"IT07, IT10: the table of BASER1 is not the host's",
		"IT10: the table of BASER2 is not the host's",
		"IT10: the table of BASER3 is not the host's",
	};
	phys_addr_t phys = GITS_CBASER_ADDRESS(readq(attacker.gits + GITS_CBASER));
	unsigned int i;
	u64 baser;

	result_unreachable("C02: the ring that the ITS reads is not the host's", phys,
			   phys + ATTACK_RING_SIZE - 8);
	for (i = 0; i < 4; i++) {
		baser = readq(attacker.gits + GITS_BASER + i * 8);
		if (!(baser & GITS_BASER_VALID))
			continue;
		phys = baser & GENMASK_ULL(47, 16);
		result_unreachable(names[i], phys, phys + SZ_64K - 8);
	}
	/* Of a device that came before the handover, or none that it would know. */
	if (ZERO_OR_NULL_PTR(attacker.dev->itt))
		devmed_result(&attacker.results, true, "IT09: the driver knows no ITT");
	else
		result_unreachable("IT09: the ITT of a live device is not the host's",
				   virt_to_phys(attacker.dev->itt),
				   virt_to_phys(attacker.dev->itt));
}

static int call(unsigned long id, u64 arg1, u64 arg2)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_ID(id), arg1, arg2, 0, 0, 0, &res);
	return res.a0 == SMCCC_RET_SUCCESS ? (int)res.a1 : -EOPNOTSUPP;
}

/* Neither taken back from EL2, nor given to it for good. */
static bool stays_pinned(phys_addr_t phys, size_t size)
{
	bool ok = true;
	u64 pfn;

	/* Nothing would keep it from being given away. */
	if (attacker.row < 0)
		return false;
	for (pfn = phys >> PAGE_SHIFT; pfn < (phys + size) >> PAGE_SHIFT; pfn++) {
		ok &= call(__KVM_HOST_SMCCC_FUNC___pkvm_host_unshare_hyp, pfn, 0) < 0;
#ifdef CONFIG_DEVMED
		ok &= call(__KVM_HOST_SMCCC_FUNC___devmed_call, DEVMED_CALL_POOL_TOPUP, pfn) < 0;
#else
		ok = false;
#endif
	}
	return ok;
}

static void try_pinned_memory(void)
{
	struct attack attack = { "M07: the host ring stays pinned" };
	void __iomem *gicr;
	phys_addr_t phys;

	attack_begin(&attack);
	attack_end(&attack, stays_pinned(virt_to_phys(attacker.its->cmd_base), ATTACK_RING_SIZE));
	if (!attack_gicr_nr)
		return;
	gicr = ioremap(attack_gicr_base[0], SZ_64K);
	if (!gicr)
		return;
	attack.name = "M07: the tables of LPIs stay pinned";
	attack_begin(&attack);
	phys = readq(gicr + GICR_PENDBASER) & GENMASK_ULL(51, 16);
	attack.refused = 0;
	attack_end(&attack, stays_pinned(phys, SZ_64K) &&
		   stays_pinned(readq(gicr + GICR_PROPBASER) & GENMASK_ULL(51, 12), SZ_32K));
	iounmap(gicr);
}

void attack_memory(void)
{
	try_owned_memory();
	try_pinned_memory();
}
