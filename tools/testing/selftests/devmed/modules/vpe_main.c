// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile host and the vPEs of GICv4: it names memory that is not its own,
 * to the redistributor of this CPU and to the ITS; and from another CPU, to a
 * redistributor where a vPE comes and goes.
 *
 * The driver's queue is found by what it has just posted: memory that is not the
 * host's is not read, but skipped.
 */
#include <linux/io.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include "devmed_test.h"
#include "racer.h"

#define CMD_SIZE	32
#define VPE		40000
#define LPI_BITS	16
#define ROUNDS		2000

static ulong its;
module_param(its, ulong, 0);
MODULE_PARM_DESC(its, "physical address of the ITS");
static ulong vlpi;
module_param(vlpi, ulong, 0);
MODULE_PARM_DESC(vlpi, "physical address of some VLPI_base");

static struct devmed_results results;
static void __iomem *its_base;
static void __iomem *vlpi_base;
static unsigned long ring_size;

/* Tables of the host's own, so that only one address is wrong at a time. */
static u64 own;
static u64 own_config;

static struct {
	const char *name;
	u64 phys;
} canaries[4];
static unsigned int nr_canaries;

static void add_canary(const char *name, u64 phys)
{
	canaries[nr_canaries].name = name;
	canaries[nr_canaries++].phys = phys;
}

static void try_resident(const char *name, u64 config, u64 vpt)
{
	u64 value;

	writeq(config | (LPI_BITS - 1), vlpi_base + GICR_VPROPBASER);
	writeq(vpt | GICR_VPENDBASER_Valid, vlpi_base + GICR_VPENDBASER);
	value = readq(vlpi_base + GICR_VPENDBASER);
	devmed_result(&results, !(value & GICR_VPENDBASER_Valid),
		      "R11: %s is not resident (%llx)", name, value);
}

static bool load_cmd(const void *ring, u32 offset, u64 *cmd)
{
	return !copy_from_kernel_nofault(cmd, ring + offset, CMD_SIZE);
}

/* The driver posts a command with the SYNC or VSYNC for it. */
static bool is_ring(const void *page, u32 next)
{
	u32 last = (next ? next : ring_size) - CMD_SIZE;
	u32 before = (last ? last : ring_size) - CMD_SIZE;
	u64 cmd[4];

	if (!load_cmd(page, last, cmd) || cmd[3] ||
	    (cmd[0] != GITS_CMD_SYNC && cmd[0] != GITS_CMD_VSYNC))
		return false;

	return load_cmd(page, before, cmd) && (cmd[0] & 0xff) &&
	       (cmd[0] & 0xff) < 0x30;
}

static void *find_ring(void)
{
	unsigned long end = PHYS_PFN(PHYS_OFFSET) + totalram_pages() / 4 * 5;
	u32 next = readl(its_base + GITS_CWRITER);
	unsigned long pfn;

	for (pfn = PHYS_PFN(PHYS_OFFSET); pfn < end; pfn += SZ_64K / PAGE_SIZE) {
		if (pfn_is_map_memory(pfn) && is_ring(pfn_to_kaddr(pfn), next))
			return pfn_to_kaddr(pfn);
	}

	return NULL;
}

static bool post(void *ring, const u64 *cmd)
{
	u32 next = readl(its_base + GITS_CWRITER);
	unsigned int i;

	memcpy(ring + next, cmd, CMD_SIZE);
	dma_wmb();
	next = (next + CMD_SIZE) % ring_size;
	writel(next, its_base + GITS_CWRITER);
	for (i = 0; i < 1000000; i++) {
		if (readl(its_base + GITS_CREADR) == next)
			return true;
		cpu_relax();
	}

	return false;
}

/*
 * The driver goes on at its own offset: leave the queue where it was found, by
 * filling it up.
 */
static bool come_around(void *ring, u32 start)
{
	u64 cmd[4];

	memcpy(cmd, ring + (start ? start : ring_size) - CMD_SIZE, CMD_SIZE);
	while (readl(its_base + GITS_CWRITER) != start) {
		if (!post(ring, cmd))
			return false;
	}

	return true;
}

/* For memory of 0, that it goes. */
static bool post_vmapp(void *ring, u64 vpt)
{
	u64 cmd[4] = {
		GITS_CMD_VMAPP, (u64)VPE << 32, vpt ? BIT_ULL(63) : 0,
		vpt | (LPI_BITS - 1),
	};
	u64 vsync[4] = { GITS_CMD_VSYNC, (u64)VPE << 32 };
	bool done = post(ring, cmd);

	return post(ring, vsync) && done;
}

static void try_vmapp(void *ring, const char *name, u64 vpt)
{
	devmed_result(&results, post_vmapp(ring, vpt),
		      "IC19: VMAPP of %s, the queue moves on", name);
	try_resident(name, own, vpt);
}

/* The second CPU has nothing to do for now. */
static bool calm;

/* The second CPU: addresses that are nobody's, to the same registers. */
static void disturb(struct racer *racer)
{
	u64 phys = canaries[racer->rounds % nr_canaries].phys;

	if (READ_ONCE(calm))
		return;
	writeq(phys | (LPI_BITS - 1), vlpi_base + GICR_VPROPBASER);
	writeq(phys | GICR_VPENDBASER_Valid, vlpi_base + GICR_VPENDBASER);
	writeq(phys, vlpi_base + GICR_VPENDBASER);
}

static struct racer racer = { .disturb = disturb };

/* It is made resident: with what, if it is? */
static u64 enter_vpe(void)
{
	u64 value;

	writeq(own_config | (LPI_BITS - 1), vlpi_base + GICR_VPROPBASER);
	writeq(own | GICR_VPENDBASER_Valid, vlpi_base + GICR_VPENDBASER);
	value = readq(vlpi_base + GICR_VPENDBASER);

	return value & GICR_VPENDBASER_Valid ? value & GENMASK_ULL(51, 16) : 0;
}

/*
 * The round in which the second CPU hears of it may have begun before: it is over
 * when a whole round has come after it.
 */
static bool calm_down(void)
{
	unsigned long start;
	unsigned long rounds;

	WRITE_ONCE(calm, true);
	/* Rounds since then are those to wait for, not those before. */
	smp_mb();
	start = READ_ONCE(racer.rounds);

	return !read_poll_timeout_atomic(READ_ONCE, rounds, rounds - start > 1, 1,
					 10 * USEC_PER_SEC, false, racer.rounds);
}

static void try_move(void *ring)
{
	u64 vmovp[4] = { GITS_CMD_VMOVP, (u64)VPE << 32 };

	devmed_result(&results, calm_down() && enter_vpe() == own && post(ring, vmovp),
		      "IC24: VMOVP of a resident vPE, the queue moves on");
}

static void race(void *ring)
{
	unsigned int entered = 0;
	unsigned int wrong = 0;
	unsigned int i;

	if (!post_vmapp(ring, own))
		return;
	for (i = 0; i < ROUNDS; i++) {
		u64 there = enter_vpe();

		entered += there == own;
		wrong += there && there != own;
		writeq(own, vlpi_base + GICR_VPENDBASER);
	}
	devmed_result(&results, entered && !wrong,
		      "R11: %u of %u times the vPE comes, %u times another (raced)",
		      entered, ROUNDS, wrong);
	try_move(ring);
	writeq(own, vlpi_base + GICR_VPENDBASER);
	devmed_result(&results, post_vmapp(ring, 0),
		      "R11: the vPE goes, the queue moves on");
}

static void attack_its(bool racing)
{
	unsigned long flags;
	unsigned int i;
	bool around;
	void *ring;
	u32 start;

	/* One CPU only, or the driver posts in between. */
	local_irq_save(flags);
	ring = find_ring();
	start = readl(its_base + GITS_CWRITER);
	for (i = 0; ring && i < nr_canaries; i++)
		try_vmapp(ring, canaries[i].name, canaries[i].phys);
	if (ring && racing)
		race(ring);
	around = ring && come_around(ring, start);
	local_irq_restore(flags);
	devmed_result(&results, around, "the queue is as it was");
}

static void attack(void)
{
	unsigned int i;
	bool racing;

	add_canary("the ITS", its);
	add_canary("a table of the ITS",
		   readq(its_base + GITS_BASER) & GENMASK_ULL(47, 16));
	add_canary("the hyp ring",
		   readq(its_base + GITS_CBASER) & GENMASK_ULL(51, 16));
	add_canary("nothing", GENMASK_ULL(51, 16));
	for (i = 0; i < nr_canaries; i++) {
		try_resident(canaries[i].name, own, canaries[i].phys);
		try_resident(canaries[i].name, canaries[i].phys, own);
	}
	racing = racer_start(&racer);
	attack_its(racing);
	if (racing)
		kthread_stop(racer.thread);
	/* As KVM leaves it. */
	writeq(LPI_BITS - 1, vlpi_base + GICR_VPROPBASER);
}

static int __init vpe_init(void)
{
	struct page *page;
	int ret;

	page = alloc_pages(GFP_KERNEL | __GFP_ZERO, get_order(SZ_128K));
	its_base = ioremap(its, SZ_64K);
	vlpi_base = ioremap(vlpi, SZ_64K);
	ret = page && its_base && vlpi_base ? devmed_results_init(&results) : -ENOMEM;
	if (!ret) {
		own = page_to_phys(page);
		own_config = own + SZ_64K;
		ring_size = ((readq(its_base + GITS_CBASER) & 0xff) + 1) * SZ_4K;
		attack();
	}
	if (vlpi_base)
		iounmap(vlpi_base);
	if (its_base)
		iounmap(its_base);
	if (page)
		__free_pages(page, get_order(SZ_128K));

	return ret;
}
module_init(vpe_init);

static void __exit vpe_exit(void)
{
	devmed_results_exit(&results);
}
module_exit(vpe_exit);

MODULE_DESCRIPTION("devmed test: vPEs with memory that is not the host's");
MODULE_LICENSE("GPL");
