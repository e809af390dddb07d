// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that no driver makes: pages of a mediated region offered to EL2,
 * to a guest and to the secure world, what belongs to the time before finalize,
 * numbers that mean nothing. Each is refused, and the region traps afterwards.
 */
#include <linux/arm-smccc.h>
#include <linux/arm_ffa.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <asm/kvm_asm.h>
#include "devmed_test.h"
#ifdef CONFIG_DEVMED
#include <kvm/devmed.h>
#endif

#define MAX_REGIONS	32

static unsigned long base[MAX_REGIONS];
static unsigned int base_nr;
module_param_array(base, ulong, &base_nr, 0400);
MODULE_PARM_DESC(base, "physical addresses of the regions");

static unsigned long size[MAX_REGIONS];
static unsigned int size_nr;
module_param_array(size, ulong, &size_nr, 0400);
MODULE_PARM_DESC(size, "their sizes in bytes");

static unsigned int handle;
module_param(handle, uint, 0400);
MODULE_PARM_DESC(handle, "of a protected guest with a vCPU that nobody runs, or 0");

static struct devmed_results results;
static devmed_read_counter_t read_counter;

/* Number, arguments: was it refused, by the dispatcher or by the function? */
static bool refused(unsigned long id, u64 a1, u64 a2, u64 a3, u64 a4)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_ID(id), a1, a2, a3, a4, 0, &res);
	return res.a0 != SMCCC_RET_SUCCESS || (int)res.a1 < 0;
}

static bool not_supported(unsigned long id)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_ID(id), 0, 0, 0, 0, 0, &res);
	return (int)res.a0 == SMCCC_RET_NOT_SUPPORTED;
}

static void try_numbers(void)
{
	unsigned long id;
	bool ok = true;

	for (id = 0; id < __KVM_HOST_SMCCC_FUNC_MIN_PKVM; id++)
		ok &= not_supported(id);
	devmed_result(&results, ok, "hypercalls of the trusted phase are gone");
	ok = true;
	for (id = __KVM_HOST_SMCCC_FUNC_MAX; id < 0x1000; id++)
		ok &= not_supported(id);
	devmed_result(&results, ok, "hypercalls without a function are refused");
}

/* As EL2's, with a guest or without one on this CPU. */
static bool try_guest(u64 pfn, u64 gfn)
{
	return refused(__KVM_HOST_SMCCC_FUNC___pkvm_host_donate_guest, pfn, gfn, 0, 0) &
	       refused(__KVM_HOST_SMCCC_FUNC___pkvm_host_share_guest, pfn, gfn, 1, 7);
}

static void load_guest(void)
{
	preempt_disable();
	refused(__KVM_HOST_SMCCC_FUNC___pkvm_vcpu_load, handle, 0, 0, 0);
}

static void put_guest(void)
{
	refused(__KVM_HOST_SMCCC_FUNC___pkvm_vcpu_put, 0, 0, 0, 0);
	preempt_enable();
}

static bool try_loaded_guest(u64 pfn)
{
	bool ok;

	load_guest();
	ok = try_guest(pfn, 0x90000);
	put_guest();
	return ok;
}

/*
 * Is there a guest at all? A page that is shared with EL2 is refused for that
 * (-EPERM), any page for want of a guest (-EINVAL).
 */
static void try_handle(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct arm_smccc_res res = { 0 };
	u64 pfn;

	if (!page)
		return;
	pfn = page_to_pfn(page);
	if (!refused(__KVM_HOST_SMCCC_FUNC___pkvm_host_share_hyp, pfn, 0, 0, 0)) {
		load_guest();
		arm_smccc_1_1_hvc(KVM_HOST_SMCCC_FUNC(__pkvm_host_donate_guest), pfn, 0x90000,
				  0, 0, 0, &res);
		put_guest();
		refused(__KVM_HOST_SMCCC_FUNC___pkvm_host_unshare_hyp, pfn, 0, 0, 0);
	}
	devmed_result(&results, (int)res.a1 == -EPERM, "there is a guest to give pages to");
	__free_page(page);
}

/* A descriptor of one page; whoever answers, it is not given away. */
static bool try_ffa(u64 pfn)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_smc(FFA_FN64_MEM_SHARE, 64, 64, pfn << PAGE_SHIFT, 1, 0, 0, 0, &res);
	return res.a0 != FFA_SUCCESS && res.a0 != FFA_FN64_SUCCESS;
}

static void try_page(u64 pfn)
{
	const u64 pa = pfn << PAGE_SHIFT;
	bool ok;

	ok = refused(__KVM_HOST_SMCCC_FUNC___pkvm_host_share_hyp, pfn, 0, 0, 0);
	devmed_result(&results, ok, "%#llx: not shared with EL2", pa);
	ok = refused(__KVM_HOST_SMCCC_FUNC___pkvm_host_unshare_hyp, pfn, 0, 0, 0);
	devmed_result(&results, ok, "%#llx: not unshared from EL2", pa);
	devmed_result(&results, try_guest(pfn, 0x90000), "%#llx: not given to no guest", pa);
	if (handle)
		devmed_result(&results, try_loaded_guest(pfn), "%#llx: not given to a guest", pa);
	/* Says nothing when it has nothing to do: what counts is what follows. */
	refused(__KVM_HOST_SMCCC_FUNC___pkvm_force_reclaim_guest_page, pa, 0, 0, 0);
	devmed_result(&results, try_ffa(pfn), "%#llx: not shared with the secure world", pa);
}

/* Writes that had no effect, for want of a register or because it is read-only. */
static u64 ignored(unsigned int region)
{
	u64 direction = 0;
	u64 hole = 0;

	if (read_counter) {
		read_counter(region, COUNT_DIRECTION, &direction);
		read_counter(region, COUNT_HOLE, &hole);
	}
	return direction + hole;
}

static void still_traps(unsigned int region, u64 pa)
{
	void __iomem *frame = ioremap(pa, PAGE_SIZE);
	u64 before = ignored(region);
	bool ok = false;

	/* Register 8 of no device can be written; the attempt counts. */
	if (frame) {
		writel(0, frame + 8);
		ok = ignored(region) == before + 1;
	}
	if (frame)
		iounmap(frame);
	devmed_result(&results, ok, "%#llx: still traps", pa);
}

#ifdef CONFIG_DEVMED
/*
 * C06: the dispatcher of EL2 knows none of the operations any more, whatever their
 * arguments: regions that exist, their addresses, a policy.
 */
static void try_setup(void)
{
	const unsigned long setup = KVM_HOST_SMCCC_FUNC(__devmed_setup);
	struct arm_smccc_res res;
	bool ok = true;
	unsigned int op;
	u64 arg;

	for (op = 0; op <= DEVMED_SETUP_POLICY + 1; op++) {
		for (arg = 0; arg < base_nr; arg++) {
			arm_smccc_1_1_hvc(setup, op, arg, base[arg], size[arg], 0, &res);
			ok &= (int)res.a0 == SMCCC_RET_NOT_SUPPORTED;
			arm_smccc_1_1_hvc(setup, op, base[arg], size[arg], 0, 0, &res);
			ok &= (int)res.a0 == SMCCC_RET_NOT_SUPPORTED;
		}
	}
	/* The script sees what becomes of the next protected guest. */
	arm_smccc_1_1_hvc(setup, DEVMED_SETUP_POLICY, 1, 99, 0, 0, &res);
	ok &= (int)res.a0 == SMCCC_RET_NOT_SUPPORTED;
	devmed_result(&results, ok, "I22: nothing is set up after finalize");
}

/* The operations that are left take numbers; none of these is one of theirs. */
static void try_devmed(void)
{
	const unsigned long call = __KVM_HOST_SMCCC_FUNC___devmed_call;
	static const u64 odd[] = {
		0, 1, 63, 64, S32_MAX, U32_MAX, 1ULL << 32, 1ULL << 51, S64_MAX, U64_MAX,
	};
	bool ok = true;
	unsigned int i, j;

	try_setup();
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		ok &= odd[i] <= DEVMED_CALL_POOL_BLOCKS || refused(call, odd[i], 0, 0, 0);
	devmed_result(&results, ok, "operations that do not exist are refused");
	for (i = 0, ok = true; i < ARRAY_SIZE(odd); i++)
		for (j = 2; odd[j] <= U32_MAX; j++)
			ok &= refused(call, DEVMED_CALL_READ_COUNTER, odd[i], odd[j], 0);
	devmed_result(&results, ok, "counters that do not exist are refused");
	for (i = 0, ok = true; i < ARRAY_SIZE(odd); i++)
		ok &= refused(call, DEVMED_CALL_POOL_TOPUP, odd[i], 0, 0);
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		ok &= refused(call, DEVMED_CALL_POOL_TOPUP, 0, odd[i], 0);
	for (i = 0; i < base_nr; i++)
		ok &= refused(call, DEVMED_CALL_POOL_TOPUP, base[i] >> PAGE_SHIFT, 0, 0);
	devmed_result(&results, ok, "the pool takes no page that is not the host's memory");
}

/* A page that EL2 already shares cannot become EL2's own. */
static void try_shared_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u64 pfn;
	bool ok;

	if (!page)
		return;
	pfn = page_to_pfn(page);
	ok = !refused(__KVM_HOST_SMCCC_FUNC___pkvm_host_share_hyp, pfn, 0, 0, 0);
	ok &= refused(__KVM_HOST_SMCCC_FUNC___devmed_call, DEVMED_CALL_POOL_TOPUP, pfn, 0, 0);
	ok &= !refused(__KVM_HOST_SMCCC_FUNC___pkvm_host_unshare_hyp, pfn, 0, 0, 0);
	devmed_result(&results, ok, "the pool takes no shared page");
	__free_page(page);
}
#else
static void try_devmed(void)
{
	devmed_result(&results, false, "the kernel has devmed");
}

static void try_shared_page(void) { }
#endif

static int __init hvc_init(void)
{
	unsigned int i;
	int ret = devmed_results_init(&results);

	if (ret)
		return ret;
	read_counter = devmed_counters_get();
	try_numbers();
	if (handle)
		try_handle();
	for (i = 0; i < base_nr && i < size_nr; i++) {
		try_page(base[i] >> PAGE_SHIFT);
		try_page((base[i] + size[i] - 1) >> PAGE_SHIFT);
	}
	try_devmed();
	try_shared_page();
	for (i = 0; i < base_nr; i++)
		still_traps(i, base[i]);
	devmed_counters_put(read_counter);
	return 0;
}
module_init(hvc_init);

static void __exit hvc_exit(void)
{
	devmed_results_exit(&results);
}
module_exit(hvc_exit);

MODULE_DESCRIPTION("devmed test: hypercalls that no driver makes");
MODULE_LICENSE("GPL");
