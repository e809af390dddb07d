// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile host: every way to touch a mediated region that a processor has.
 *
 * Nothing written here disturbs the devices when it reaches them: registers
 * that ignore writes, and otherwise the value just read. So the same module
 * runs on a kernel that mediates nothing, where its tests have to fail.
 */
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/moduleparam.h>
#include <linux/uaccess.h>
#include <asm/simd.h>
#include "abuse.h"

#define MAX_REGIONS	32

static char *name[MAX_REGIONS];
static unsigned int name_nr;
module_param_array(name, charp, &name_nr, 0400);
MODULE_PARM_DESC(name, "names of the regions");

static unsigned long base[MAX_REGIONS];
static unsigned int base_nr;
module_param_array(base, ulong, &base_nr, 0400);
MODULE_PARM_DESC(base, "their physical addresses");

static unsigned long size[MAX_REGIONS];
static unsigned int size_nr;
module_param_array(size, ulong, &size_nr, 0400);
MODULE_PARM_DESC(size, "their sizes in bytes");

static int row[MAX_REGIONS];
static unsigned int row_nr;
module_param_array(row, int, &row_nr, 0400);
MODULE_PARM_DESC(row, "their rows in the table of regions, -1 if not there");

static unsigned int scratch[MAX_REGIONS];
static unsigned int scratch_nr;
module_param_array(scratch, uint, &scratch_nr, 0400);
MODULE_PARM_DESC(scratch, "offset of a register without effect, or 0");

static unsigned int reg64[MAX_REGIONS];
static unsigned int reg64_nr;
module_param_array(reg64, uint, &reg64_nr, 0400);
MODULE_PARM_DESC(reg64, "offset of a 64-bit register, or 0");

static unsigned long direct[MAX_REGIONS];
static unsigned int direct_nr;
module_param_array(direct, ulong, &direct_nr, 0400);
MODULE_PARM_DESC(direct, "how many of their first bytes are read without a trap");

struct devmed_results abuse_results;
devmed_read_counter_t abuse_read_counter;

/* What EL2 counted so far; all zero where it counts nothing. */
void abuse_snapshot(const struct abuse_region *region, struct abuse_snapshot *snap)
{
	unsigned int i;

	memset(snap, 0, sizeof(*snap));
	if (!abuse_read_counter || region->index < 0)
		return;
	for (i = 0; i < COUNT_NR; i++)
		if (abuse_read_counter(region->index, i, &snap->count[i]))
			snap->count[i] = 0;
}

/* Everything counted since @before. */
u64 abuse_counted(const struct abuse_region *region, const struct abuse_snapshot *before)
{
	struct abuse_snapshot after;
	unsigned int i;
	u64 sum = 0;

	abuse_snapshot(region, &after);
	for (i = 0; i < COUNT_NR; i++)
		if (!(COUNTS_CMDS & BIT(i)))
			sum += after.count[i] - before->count[i];
	return sum;
}

/* Exactly one refusal since @before, for one of @reasons. */
bool abuse_refused(const struct abuse_region *region, const struct abuse_snapshot *before,
		   u32 reasons)
{
	struct abuse_snapshot after;
	u64 good = 0;
	u64 all = 0;
	unsigned int i;

	abuse_snapshot(region, &after);
	for (i = COUNT_NO_SYNDROME; i <= COUNT_ABORTED; i++) {
		u64 delta = after.count[i] - before->count[i];

		all += delta;
		if (reasons & BIT(i))
			good += delta;
	}
	return good == 1 && all == 1;
}

/* X1 is @addr, X2 and X3 are @data, everything else can be told apart. */
void abuse_marks(const struct devmed_form *form, struct devmed_regs *regs,
		 unsigned long addr, u64 data)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs->x); i++)
		regs->x[i] = 0xdead000000000000 | i << 8 | 0x5a;
	regs->x[1] = addr;
	regs->x[2] = form->flags & FORM_MOPS ? 4 : data;
	regs->x[3] = data;
	regs->x[5] = 0;
	regs->q0[0] = data;
	regs->q0[1] = data;
	regs->nzcv = 0x60000000;
	regs->aborted = 0;
}

void abuse_run(const struct devmed_form *form, struct devmed_regs *regs)
{
	unsigned long irqflags;

	scoped_ksimd() {
		pagefault_disable();
		local_irq_save(irqflags);
		form->run(regs);
		local_irq_restore(irqflags);
		pagefault_enable();
	}
}

bool abuse_read32(unsigned long addr, u32 *value)
{
	static const struct devmed_form ldr = { .run = devmed_form_ldr_w };
	struct devmed_regs regs;

	abuse_marks(&ldr, &regs, addr, 0);
	abuse_run(&ldr, &regs);
	*value = regs.x[2];
	return !regs.aborted;
}

static int abuse_map(struct abuse_region *region)
{
	phys_addr_t start = region->base - ABUSE_MARGIN;
	size_t len = region->size + 2 * ABUSE_MARGIN;
	const pgprot_t prot[MAPPING_NR] = {
		[MAPPING_DEVICE]	= __pgprot(PROT_DEVICE_nGnRE),
		[MAPPING_NC]		= __pgprot(PROT_NORMAL_NC),
		[MAPPING_WB]		= __pgprot(PROT_NORMAL),
	};
	void __iomem *map;
	unsigned int i;

	for (i = 0; i < MAPPING_NR; i++) {
		map = __ioremap_prot(start, len, prot[i]);
		if (!map)
			return -ENOMEM;
		region->map[i] = (unsigned long)map + ABUSE_MARGIN;
	}
	return 0;
}

static void abuse_unmap(struct abuse_region *region)
{
	unsigned int i;

	for (i = 0; i < MAPPING_NR; i++)
		if (region->map[i])
			iounmap((void __iomem *)(region->map[i] - ABUSE_MARGIN));
}

static bool is_end(phys_addr_t addr)
{
	unsigned int i;

	for (i = 0; i < base_nr; i++)
		if (base[i] + size[i] == addr)
			return true;
	return false;
}

static void abuse_region(unsigned int i)
{
	struct abuse_region region = {
		.name = name[i],
		.base = base[i],
		.size = size[i],
		.index = i < row_nr ? row[i] : -1,
		.scratch = i < scratch_nr ? scratch[i] : 0,
		.reg64 = i < reg64_nr ? reg64[i] : 0,
		.direct = i < direct_nr ? direct[i] : 0,
		.adjacent = is_end(base[i]),
	};

	if (abuse_map(&region)) {
		devmed_result(&abuse_results, false, "%s can be mapped", region.name);
	} else {
		abuse_forms(&region);
		abuse_odd(&region);
		abuse_scratch(&region);
		abuse_sweep(&region);
		abuse_walk(&region);
	}
	abuse_unmap(&region);
}

static int __init abuse_init(void)
{
	unsigned int i;
	int ret;

	if (name_nr != base_nr || name_nr != size_nr)
		return -EINVAL;
	ret = devmed_results_init(&abuse_results);
	if (ret)
		return ret;
	abuse_read_counter = devmed_counters_get();
	for (i = 0; i < name_nr; i++)
		abuse_region(i);
	devmed_counters_put(abuse_read_counter);
	return 0;
}
module_init(abuse_init);

static void __exit abuse_exit(void)
{
	devmed_results_exit(&abuse_results);
}
module_exit(abuse_exit);

MODULE_DESCRIPTION("devmed test: a hostile host");
MODULE_LICENSE("GPL");
