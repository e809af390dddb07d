// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long EL2 keeps interrupts from the host, at worst, in ticks of the virtual
 * counter: see bench_main.c for what those are.
 *
 * A timer wants to interrupt again and again while the host makes an access that
 * takes EL2 long. The longest time from the end of one interrupt to the next is
 * the result. Work of the kernel itself for an interrupt is included: see the row
 * "nothing". A hypercall is timed as it is, with interrupts off.
 *
 * Nobody may use devices meanwhile: the SMMU has a stream table and a ring of this
 * module's.
 */
#include <linux/arm-smccc.h>
#include <linux/bitfield.h>
#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/sizes.h>
#include <asm/kvm_asm.h>
#include "devmed_test.h"
#include "../../../../../drivers/devmed/smmuv3/smmu-layout.h"

static unsigned long smmu_base = 0x09050000;
module_param(smmu_base, ulong, 0400);
MODULE_PARM_DESC(smmu_base, "physical address of the SMMU");

/* Longer than an interrupt takes, so that the access gets on. */
#define TICK_NS			5000
/* A run in which the kernel did something else as well does not count. */
#define RUNS			3

#define RING_LOG2		10
#define RING_SLOTS		BIT(RING_LOG2)
#define SID_BITS		16
#define SPLIT			8
#define STRTAB_CFG		(FIELD_PREP_CONST(SMMU_STRTAB_LOG2SIZE, SID_BITS) | \
				 FIELD_PREP_CONST(SMMU_STRTAB_SPLIT, SPLIT) | \
				 FIELD_PREP_CONST(SMMU_STRTAB_FMT, SMMU_STRTAB_FMT_2LVL))
#define STE(cfg)		(SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CFG, (u64)(cfg)))

/**
 * struct longest - what is measured
 * @results: for the script
 * @timer: interrupts
 * @last: end of the last interrupt, in ticks
 * @worst: longest time without one
 * @smmu: its registers
 * @l1: level-1 descriptors of this module
 * @l2: 2^SPLIT entries, to which each descriptor leads
 * @ring: of commands
 */
struct longest {
	struct devmed_results results;
	struct hrtimer timer;
	u64 last;
	u64 worst;
	void __iomem *smmu;
	u64 *l1;
	u64 *l2;
	u64 *ring;
};

static struct longest longest;

static u64 ticks(void)
{
	u64 now;

	isb();
	now = read_sysreg(cntvct_el0);
	isb();
	return now;
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	longest.worst = max(longest.worst, ticks() - longest.last);
	hrtimer_forward_now(timer, TICK_NS);
	longest.last = ticks();
	return HRTIMER_RESTART;
}

static void smmu_write(u32 reg, u32 value)
{
	writel(value, longest.smmu + reg);
}

static u32 smmu_read(u32 reg)
{
	return readl(longest.smmu + reg);
}

/* One access. Returns the longest time without an interrupt. */
static u64 time_write(u32 reg, u32 value)
{
	u64 until;

	preempt_disable();
	longest.worst = 0;
	longest.last = ticks();
	hrtimer_start(&longest.timer, TICK_NS, HRTIMER_MODE_REL_PINNED_HARD);
	smmu_write(reg, value);
	/* The last part of it ends with an interrupt, too. */
	for (until = ticks() + 4 * TICK_NS; ticks() < until;)
		cpu_relax();
	hrtimer_cancel(&longest.timer);
	preempt_enable();
	return longest.worst;
}

static void say(const char *name, u64 value)
{
	devmed_diag(&longest.results, "BENCH: longest_%s %llu instructions", name, value);
}

static u64 set_cr0(u32 cr0)
{
	u64 time = time_write(SMMU_CR0, cr0);
	u32 ack;

	if (readl_poll_timeout_atomic(longest.smmu + SMMU_CR0ACK, ack, ack == cr0, 10,
				      10 * USEC_PER_MSEC))
		devmed_diag(&longest.results, "BENCH: longest.stuck %u SMMU_CR0", cr0);
	return time;
}

static void set_streams(u64 desc, u64 word0)
{
	unsigned int i;

	for (i = 0; i < 1U << (SID_BITS - SPLIT); i++)
		WRITE_ONCE(longest.l1[i], desc);
	for (i = 0; i < 1U << SPLIT; i++)
		WRITE_ONCE(longest.l2[i * 8], word0);
	dsb(ishst);
}

/* On and off with the streams of @desc. */
static void time_enable(const char *off, const char *on, u64 desc)
{
	u32 cr0 = smmu_read(SMMU_CR0);
	u64 best_off = U64_MAX, best_on = U64_MAX;
	unsigned int i;

	set_cr0(cr0 & ~SMMU_CR0_SMMUEN);
	set_streams(desc, STE(SMMU_CFG_BYPASS));
	for (i = 0; i < RUNS; i++) {
		best_on = min(best_on, set_cr0(cr0 | SMMU_CR0_SMMUEN));
		best_off = min(best_off, set_cr0(cr0 & ~SMMU_CR0_SMMUEN));
	}
	set_cr0(cr0);
	say(off, best_off);
	say(on, best_on);
}

/**
 * struct commands - a ring full of a command
 * @name: of the row
 * @dw: the command
 * @count: how many
 * @sids: each is for another StreamID
 * @msi: each asks for a write to its slot
 * @live: all streams change before it
 */
struct commands {
	const char *name;
	u64 dw[2];
	unsigned int count;
	bool sids;
	bool msi;
	bool live;
};

static const struct commands kinds[] = {
	{ "tlbi", { SMMU_OP_TLBI_NH_ALL }, RING_SLOTS },
	{ "sync", { SMMU_OP_SYNC }, RING_SLOTS },
	{ "sync_msi", { SMMU_OP_SYNC | FIELD_PREP_CONST(SMMU_CMD_SYNC_CS, SMMU_SYNC_CS_IRQ) },
	  RING_SLOTS, .msi = true },
	{ "batch", { SMMU_OP_TLBI_NH_ALL }, 64 },
	{ "cfgi_ste_1", { SMMU_OP_CFGI_STE }, 1 },
	{ "cfgi_ste", { SMMU_OP_CFGI_STE, 1 }, RING_SLOTS, .sids = true },
	{ "cfgi_ste_live", { SMMU_OP_CFGI_STE, 1 }, RING_SLOTS, .sids = true, .live = true },
	{ "cfgi_range", { SMMU_OP_CFGI_STE_RANGE, 14 }, 32 },
	{ "cfgi_all", { SMMU_OP_CFGI_STE_RANGE, SMMU_CFGI_RANGE_ALL }, 1 },
	{ "cfgi_all_live", { SMMU_OP_CFGI_STE_RANGE, SMMU_CFGI_RANGE_ALL }, 1, .live = true },
};

static u64 time_ring(const struct commands *kind)
{
	static bool nested;
	u32 mask = 2 * RING_SLOTS - 1;
	u32 prod = smmu_read(SMMU_CMDQ_PROD);
	unsigned int i;
	u64 time;
	u32 cons;

	if (kind->live) {
		nested = !nested;
		set_streams(virt_to_phys(longest.l2) | (SPLIT + 1), nested ?
			    STE(SMMU_CFG_S1) | virt_to_phys(longest.ring) :
			    STE(SMMU_CFG_BYPASS));
	}
	for (i = 0; i < kind->count; i++, prod = (prod + 1) & mask) {
		u64 *slot = longest.ring + (prod & (RING_SLOTS - 1)) * 2;

		slot[0] = kind->dw[0] | (kind->sids ? (u64)i << 32 : 0);
		slot[1] = kind->dw[1] | (kind->msi ? virt_to_phys(slot) : 0);
	}
	dsb(ishst);
	time = time_write(SMMU_CMDQ_PROD, prod);
	if (readl_poll_timeout_atomic(longest.smmu + SMMU_CMDQ_CONS, cons,
				      (cons & mask) == prod, 1, 100 * USEC_PER_MSEC))
		devmed_diag(&longest.results, "BENCH: longest.stuck %u %s", cons, kind->name);
	return time;
}

static void time_rings(void)
{
	unsigned int i, run;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		u64 best = U64_MAX;

		for (run = 0; run < RUNS; run++)
			best = min(best, time_ring(&kinds[i]));
		say(kinds[i].name, best);
	}
}

#ifdef CONFIG_DEVMED
/* All hypercalls that a block takes. Returns the time of the longest. */
static u64 time_call(enum devmed_call_op op, unsigned long block, unsigned int order)
{
	struct arm_smccc_res res = {};
	u64 worst = 0;

	while (block) {
		unsigned long flags;
		u64 start;

		local_irq_save(flags);
		start = ticks();
		arm_smccc_1_1_hvc(KVM_HOST_SMCCC_FUNC(__devmed_call), (u64)op,
				  virt_to_phys((void *)block) >> PAGE_SHIFT, (u64)order, &res);
		worst = max(worst, ticks() - start);
		local_irq_restore(flags);
		if (res.a0 != SMCCC_RET_SUCCESS || (int)res.a1 <= 0)
			break;
	}
	return worst;
}

/* The pages are EL2's from then on. */
static u64 topup(unsigned int order)
{
	return time_call(DEVMED_CALL_POOL_TOPUP, __get_free_pages(GFP_KERNEL, order), order);
}

static void time_calls(void)
{
	unsigned int order = DEVMED_BLOCK_MAX_ORDER;
	unsigned long block = __get_free_pages(GFP_KERNEL, order);

	say("withdraw", time_call(DEVMED_CALL_DMA_WITHDRAW, block, order));
	say("restore", time_call(DEVMED_CALL_DMA_RESTORE, block, order));
	free_pages(block, order);
	say("topup_4", topup(4));
	say("topup_8", topup(8));
	say("topup_max", topup(MAX_PAGE_ORDER));
}
#else
static void time_calls(void)
{
	static const char * const names[] = {
		"withdraw", "restore", "topup_4", "topup_8", "topup_max",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		say(names[i], 0);
}
#endif

/* With a stream table and a ring of its own, as the driver would have them. */
static void time_smmu(void)
{
	u64 table = readq(longest.smmu + SMMU_STRTAB_BASE);
	u64 ring = readq(longest.smmu + SMMU_CMDQ_BASE);
	u32 irqs = smmu_read(SMMU_IRQ_CTRL);
	u32 cfg = smmu_read(SMMU_STRTAB_BASE_CFG);
	u32 prod = smmu_read(SMMU_CMDQ_PROD);
	u32 cr0 = smmu_read(SMMU_CR0);

	smmu_write(SMMU_IRQ_CTRL, irqs & ~SMMU_IRQ_GERROR);
	set_cr0(0);
	writeq(virt_to_phys(longest.l1), longest.smmu + SMMU_STRTAB_BASE);
	smmu_write(SMMU_STRTAB_BASE_CFG, STRTAB_CFG);
	writeq(virt_to_phys(longest.ring) | RING_LOG2, longest.smmu + SMMU_CMDQ_BASE);
	smmu_write(SMMU_CMDQ_PROD, 0);
	smmu_write(SMMU_CMDQ_CONS, 0);
	set_streams(0, 0);
	set_cr0(SMMU_CR0_CMDQEN | SMMU_CR0_SMMUEN);
	time_enable("disable_empty", "enable_empty", 0);
	time_enable("disable_all", "enable_all", virt_to_phys(longest.l2) | (SPLIT + 1));
	time_rings();

	set_cr0(0);
	writeq(table, longest.smmu + SMMU_STRTAB_BASE);
	smmu_write(SMMU_STRTAB_BASE_CFG, cfg);
	writeq(ring, longest.smmu + SMMU_CMDQ_BASE);
	smmu_write(SMMU_CMDQ_PROD, prod);
	smmu_write(SMMU_CMDQ_CONS, prod);
	set_cr0(cr0);
	smmu_write(SMMU_IRQ_CTRL, irqs);
}

static int __init longest_init(void)
{
	struct longest *l = &longest;
	int ret = devmed_results_init(&l->results);

	if (ret)
		return ret;
	hrtimer_setup(&l->timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	l->smmu = ioremap(smmu_base, SZ_128K);
	l->l1 = (u64 *)get_zeroed_page(GFP_KERNEL);
	l->l2 = (u64 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO,
					get_order(SMMU_STE_SIZE << SPLIT));
	l->ring = (u64 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO,
					  get_order(RING_SLOTS * SMMU_CMD_SIZE));
	if (l->smmu && l->l1 && l->l2 && l->ring) {
		say("nothing", time_write(SMMU_GERROR_IRQ_CFG1, 0));
		time_calls();
		time_smmu();
	}
	free_pages((unsigned long)l->ring, get_order(RING_SLOTS * SMMU_CMD_SIZE));
	free_pages((unsigned long)l->l2, get_order(SMMU_STE_SIZE << SPLIT));
	free_page((unsigned long)l->l1);
	if (l->smmu)
		iounmap(l->smmu);
	return 0;
}
module_init(longest_init);

static void __exit longest_exit(void)
{
	devmed_results_exit(&longest.results);
}
module_exit(longest_exit);

MODULE_DESCRIPTION("devmed test: how long interrupts wait");
MODULE_LICENSE("GPL");
