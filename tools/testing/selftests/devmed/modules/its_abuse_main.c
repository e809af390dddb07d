// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile host attacks its ITS: posts commands of its own into the ring that
 * the driver uses, and judges each attack by EL2's counters, by a canary that
 * the ITS must never write to, and by a device that has to work afterwards.
 *
 * On a kernel that mediates nothing the attacks take place all the same, on
 * devices that do not exist; the tests fail there.
 */
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include "its_abuse.h"

static unsigned long base;
module_param(base, ulong, 0400);
MODULE_PARM_DESC(base, "physical address of the ITS");

static int row = -1;
module_param(row, int, 0400);
MODULE_PARM_DESC(row, "its row in the table of regions, -1 if not there");

static bool once;
module_param(once, bool, 0400);
MODULE_PARM_DESC(once, "a single command that is refused, and nothing else");

#define MAX_GICRS	16

unsigned long attack_gicr_base[MAX_GICRS];
unsigned int attack_gicr_nr;
module_param_array_named(gicr_base, attack_gicr_base, ulong, &attack_gicr_nr, 0400);
MODULE_PARM_DESC(gicr_base, "physical addresses of the redistributors, by CPU");

int attack_gicr_row[MAX_GICRS];
module_param_array_named(gicr_row, attack_gicr_row, int, NULL, 0400);
MODULE_PARM_DESC(gicr_row, "their rows in the table of regions");

unsigned long attack_vlpi_base;
module_param_named(vlpi_base, attack_vlpi_base, ulong, 0400);
MODULE_PARM_DESC(vlpi_base, "physical address of a VLPI_base frame, or 0");

int attack_vlpi_row = -1;
module_param_named(vlpi_row, attack_vlpi_row, int, 0400);
MODULE_PARM_DESC(vlpi_row, "its row in the table of regions");

struct attacker attacker;

void attack_store(u64 *slot, const struct attack_cmd *cmd)
{
	const u64 target = attacker.its->collections[0].target;
	u64 dw[ITS_DWORDS];
	unsigned int i;

	memcpy(dw, cmd->dw, sizeof(dw));
	if (cmd->fill & FILL_CANARY)
		dw[2] += attacker.canary_phys;
	if (cmd->fill & FILL_CANARY3)
		dw[3] += attacker.canary_phys;
	if (cmd->fill & FILL_TARGET)
		dw[2] |= target;
	if (cmd->fill & FILL_TARGET3)
		dw[3] |= target;
	for (i = 0; i < ITS_DWORDS; i++)
		WRITE_ONCE(slot[i], (__force u64)cpu_to_le64(dw[i]));
}

void attack_doorbell(u64 offset)
{
	dsb(ishst);
	writel(offset, attacker.gits + GITS_CWRITER);
}

bool attack_wait(u64 offset)
{
	u32 value;

	return !readl_poll_timeout_atomic(attacker.gits + GITS_CREADR, value, value == offset,
					  1, 200 * USEC_PER_MSEC);
}

static u64 offset_of(struct host_its *its)
{
	return (u8 *)its->cmd_write - (u8 *)its->cmd_base;
}

/* Under the driver's lock, so that it goes on from there. All are consumed? */
bool attack_post(const struct attack_cmd *cmds, unsigned int nr)
{
	struct host_its *its = attacker.its;
	unsigned long flags;
	unsigned int i;
	bool ok;

	raw_spin_lock_irqsave(&its->lock, flags);
	for (i = 0; i < nr; i++) {
		attack_store(*its->cmd_write, &cmds[i]);
		if (++its->cmd_write == its->cmd_base + ATTACK_SLOTS)
			its->cmd_write = its->cmd_base;
	}
	attack_doorbell(offset_of(its));
	ok = attack_wait(offset_of(its));
	raw_spin_unlock_irqrestore(&its->lock, flags);
	return ok;
}

/* The devices that attacks map are gone afterwards. */
void attack_clean_up(void)
{
	static const struct attack_cmd cmds[] = {
		UNMAP(DEV_A), UNMAP(DEV_B), UNMAP(DEV_FAR), UNMAP(DEV_FAR2),
		UNMAP(DEV_A ^ 0xffff), UNMAP(DEV_FAR ^ 0xffff), SYNC,
	};

	attack_post(cmds, ARRAY_SIZE(cmds));
}

/* What was mapped before is, and its MSIs come. */
static bool still_works(void)
{
	const struct attack_cmd cmds[] = {
		EVENT(GITS_CMD_CLEAR, (u64)attacker.dev->id, 0), SYNC,
	};
	struct devmed_edu *edu = attacker.edu;
	int before = atomic_read(&edu->msis);
	int msis;

	if (!attack_post(cmds, ARRAY_SIZE(cmds)))
		return false;
	devmed_edu_raise(edu);
	return !read_poll_timeout(atomic_read, msis, msis != before, 100, USEC_PER_SEC, false,
				  &edu->msis);
}

/* What EL2 mediates of GICv4: its_has_vpes(). */
bool attack_has_vpes(void)
{
	u64 typer = readq(attacker.gits + GITS_TYPER);

	return attacker.row >= 0 && (typer & GITS_TYPER_VLPIS) &&
	       (typer & GITS_TYPER_VMOVP) && !(typer & GITS_TYPER_VMAPP);
}

void attack_begin(struct attack *attack)
{
	attack_canary_fill(attacker.canary);
	attack_snapshot(attack, attacker.read_counter, attacker.row);
}

void attack_end(struct attack *attack, bool ok)
{
	const char *wrong = "no effect was expected";

	if (ok)
		wrong = attack_judge(attack, attacker.read_counter, attacker.row);

	if (!attack_canary_intact(attacker.canary))
		wrong = "the ITS wrote where it was told to";
	attack_clean_up();
	if (!still_works())
		wrong = "the ITS does not work any more";
	if (wrong)
		devmed_diag(&attacker.results, "# %s", wrong);
	devmed_result(&attacker.results, !wrong, "%s", attack->name);
}

static int attack_prepare(void)
{
	attacker.row = row;
	attacker.edu = devmed_edu_find(0);
	if (!attacker.edu || devmed_edu_start_msi(attacker.edu))
		return -ENODEV;
	attacker.dev = host_device_find(attacker.edu->irq);
	attacker.gits = ioremap(base, SZ_128K);
	attacker.canary = (u64 *)__get_free_pages(GFP_KERNEL, get_order(ATTACK_CANARY_SIZE));
	if (!attacker.dev || !attacker.gits || !attacker.canary)
		return -ENODEV;
	attacker.its = attacker.dev->its;
	attacker.canary_phys = virt_to_phys(attacker.canary);
	/* For whoever looks at the machine from outside. */
	devmed_diag(&attacker.results, "# canary %pa %#x", &attacker.canary_phys,
		    ATTACK_CANARY_SIZE);
	/* If the driver's structures changed, so must its_abuse.h. */
	return attacker.its->phys_base == base ? 0 : -ENODEV;
}

static void attack_finish(void)
{
	if (attacker.canary)
		free_pages((unsigned long)attacker.canary, get_order(ATTACK_CANARY_SIZE));
	if (attacker.gits)
		iounmap(attacker.gits);
	if (attacker.edu && attacker.edu->irq)
		devmed_edu_stop_msi(attacker.edu);
}

static void attack_all(void)
{
	attack_commands();
	attack_registers();
	attack_tables();
	attack_memory();
	attack_redistributors();
	attack_ring();
	/* These leave EL2 without a page. */
	attack_exhaust();
	attack_races();
	attack_flood();
}

static int __init attack_init(void)
{
	int ret = devmed_results_init(&attacker.results);

	if (ret)
		return ret;
	attacker.read_counter = devmed_counters_get();
	ret = attack_prepare();
	devmed_result(&attacker.results, !ret, "its: the driver's device, ring and tables");
	if (!ret && once)
		attack_once();
	else if (!ret)
		attack_all();
	attack_finish();
	devmed_counters_put(attacker.read_counter);
	return 0;
}
module_init(attack_init);

static void __exit attack_exit(void)
{
	devmed_results_exit(&attacker.results);
}
module_exit(attack_exit);

MODULE_DESCRIPTION("devmed test: a hostile host and its ITS");
MODULE_LICENSE("GPL");
