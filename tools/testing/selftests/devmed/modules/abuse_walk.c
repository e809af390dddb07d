// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stage-1 page table inside a mediated region (S1PTW). The table walker of
 * the processor then reads the device, at an offset that has nothing to do
 * with the address that EL2 is told.
 *
 * TTBR0 is given a table of its own whose entry for the address names a page
 * of the region as the next level. Interrupts are off meanwhile: nothing else
 * may use a user address, and nothing does in the kernel.
 */
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <asm/cacheflush.h>
#include <asm/sysreg.h>
#include <asm/tlbflush.h>
#include "abuse.h"

static void run_with_ttbr0(phys_addr_t table, const struct devmed_form *form,
			   struct devmed_regs *regs)
{
	unsigned long irqflags;
	u64 ttbr0;

	local_irq_save(irqflags);
	ttbr0 = read_sysreg(ttbr0_el1);
	write_sysreg(phys_to_ttbr(table), ttbr0_el1);
	isb();
	local_flush_tlb_all();
	abuse_run(form, regs);
	write_sysreg(ttbr0, ttbr0_el1);
	isb();
	local_flush_tlb_all();
	local_irq_restore(irqflags);
}

/* How many bits of an address the table below the top one translates. */
static unsigned int second_level_shift(void)
{
	if (CONFIG_PGTABLE_LEVELS == 5 && !pgtable_l5_enabled())
		return PGDIR_SHIFT - 2 * PTDESC_TABLE_SHIFT;
	return PGDIR_SHIFT - PTDESC_TABLE_SHIFT;
}

/* Let a walk for user address @addr find its next table in the region. */
void abuse_walk(const struct abuse_region *region)
{
	static const struct devmed_form ldr = { .run = devmed_form_ldr_w };
	/* Entry 511 of the table in the device: there is no register, so zero. */
	const unsigned long addr = 511UL << second_level_shift();
	struct abuse_snapshot snap;
	struct devmed_regs regs;
	bool refused;
	u64 *table;

	/* The walker reads without a trap too, which tells the host nothing new. */
	if (region->direct)
		return;
	table = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (!table)
		return;
	table[0] = __phys_to_pgd_val(region->base) | PGD_TYPE_TABLE;
	dsb(ishst);
	abuse_marks(&ldr, &regs, addr, 0);
	abuse_snapshot(region, &snap);
	run_with_ttbr0(virt_to_phys(table), &ldr, &regs);
	refused = regs.aborted && abuse_refused(region, &snap, BIT(COUNT_WALK));
	devmed_result(&abuse_results, refused, "%s: a table walk in the region", region->name);
	free_page((unsigned long)table);
}
