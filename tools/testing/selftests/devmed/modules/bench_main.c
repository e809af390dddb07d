// SPDX-License-Identifier: GPL-2.0-only
/*
 * What operations cost, in ticks of the virtual counter. Under
 * "-icount shift=0" on a processor whose counter runs at 1 GHz a tick is an
 * instruction, and the figures are exact.
 *
 * Each is the minimum of many, with the time of nothing taken off. What
 * EL2 answered meanwhile is counted in a pass of its own.
 */
#include <linux/arm-smccc.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/sizes.h>
#include <asm/kvm_asm.h>
#include "bench.h"
#include "its_driver.h"

static unsigned long its_base = 0x08080000;
module_param(its_base, ulong, 0400);
MODULE_PARM_DESC(its_base, "physical address of the ITS");

static unsigned long smmu_base = 0x09050000;
module_param(smmu_base, ulong, 0400);
MODULE_PARM_DESC(smmu_base, "physical address of the SMMU");

#define GITS_STATUSR		0x0040
#define SMMU_GERROR		0x0060
#define SMMU_GERROR_IRQ_CFG1	0x0070

static void do_nothing(struct bench *bench)
{
}

static void do_hypercall(struct bench *bench)
{
	struct arm_smccc_res res;

	/* Nothing is loaded, so nothing is put. */
	arm_smccc_1_1_hvc(KVM_HOST_SMCCC_FUNC(__pkvm_vcpu_put), &res);
}

static void do_its_read(struct bench *bench)
{
	readl(bench->its + GITS_IIDR);
}

static void do_its_write(struct bench *bench)
{
	writel(0, bench->its + GITS_STATUSR);
}

static void do_smmu_read(struct bench *bench)
{
	readl(bench->smmu + SMMU_GERROR);
}

static void do_smmu_write(struct bench *bench)
{
	writel(0, bench->smmu + SMMU_GERROR_IRQ_CFG1);
}

static void do_clear(struct bench *bench)
{
	irq_set_irqchip_state(bench->irq, IRQCHIP_STATE_PENDING, false);
}

static void do_movi(struct bench *bench)
{
	bench->cpu = !bench->cpu;
	irq_set_affinity(bench->irq, cpumask_of(bench->cpu));
}

/* Maps the device in the ITS, which keeps it as long as the device is there. */
static void do_new_device(struct bench *bench)
{
	pci_alloc_irq_vectors(devmed_edu_find(bench->next)->pdev, 1, 1, PCI_IRQ_MSI);
}

static void undo_new_device(struct bench *bench)
{
	pci_free_irq_vectors(devmed_edu_find(bench->next++)->pdev);
}

static irqreturn_t bench_interrupt(int irq, void *data)
{
	return IRQ_HANDLED;
}

static void do_request(struct bench *bench)
{
	if (!request_irq(bench->irq, bench_interrupt, 0, "devmed_bench", bench))
		free_irq(bench->irq, bench);
}

static void do_msi_alloc(struct bench *bench)
{
	if (pci_alloc_irq_vectors(bench->edu->pdev, 1, 1, PCI_IRQ_MSI) == 1)
		bench->irq = pci_irq_vector(bench->edu->pdev, 0);
}

static void do_msi_free(struct bench *bench)
{
	pci_free_irq_vectors(bench->edu->pdev);
}

static void do_msi(struct bench *bench)
{
	do_msi_alloc(bench);
	do_msi_free(bench);
}

static void do_dma(struct bench *bench)
{
	struct device *dev = &bench->edu->pdev->dev;
	dma_addr_t addr;

	addr = dma_map_single(dev, bench->buffer, bench->size, DMA_BIDIRECTIONAL);
	dma_unmap_single(dev, addr, bench->size, DMA_BIDIRECTIONAL);
}

static void bench_registers(struct bench *bench)
{
	static const struct bench_row rows[] = {
		{ "hypercall", do_hypercall },
		{ "its_read", do_its_read },
		{ "its_write", do_its_write },
		{ "smmu_read", do_smmu_read },
		{ "smmu_write", do_smmu_write },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		bench_run(bench, &rows[i]);
}

static void do_doorbell(struct bench *bench)
{
	writel(bench->offset, bench->its + GITS_CWRITER);
}

static void wait_commands(struct bench *bench)
{
	u32 value;

	readl_poll_timeout_atomic(bench->its + GITS_CREADR, value, value == bench->offset, 1,
				  USEC_PER_SEC);
}

/* A command of ours in the driver's ring. */
static void add_command(struct bench *bench, struct host_its *its, u64 dw0, u64 dw2)
{
	u64 *slot = *its->cmd_write;

	memset(slot, 0, sizeof(*its->cmd_write));
	slot[0] = dw0;
	slot[2] = dw2;
	if (++its->cmd_write == its->cmd_base + SZ_64K / sizeof(*its->cmd_base))
		its->cmd_write = its->cmd_base;
	bench->offset = (u8 *)its->cmd_write - (u8 *)its->cmd_base;
}

/*
 * The longest trap that one command takes: a device for which EL2 has neither
 * a level-2 table nor a record, and never had. There is no such device, so that
 * without EL2 the ITS ignores it.
 */
static void bench_new_table(struct bench *bench, struct host_its *its)
{
	static const struct bench_row row = { "its_new_table", do_doorbell, .runs = 1 };
	const u64 mapd = GITS_CMD_MAPD | 0xe000ULL << 32;
	u64 starved = bench_starved(bench);
	unsigned long flags;

	raw_spin_lock_irqsave(&its->lock, flags);
	add_command(bench, its, mapd, GITS_BASER_VALID);
	bench_run(bench, &row);
	wait_commands(bench);
	if (bench_starved(bench) != starved)
		devmed_diag(&bench->results, "BENCH: its_new_table.refused 1 for want of memory");
	add_command(bench, its, mapd, 0);
	do_doorbell(bench);
	wait_commands(bench);
	raw_spin_unlock_irqrestore(&its->lock, flags);
}

static void bench_msis(struct bench *bench)
{
	struct bench_row new_device = {
		"msi_new_device", do_new_device, undo_new_device, .sleeps = true
	};
	static const struct bench_row msi = { "msi_alloc_free", do_msi, .sleeps = true };
	static const struct bench_row request = { "irq_request_free", do_request, .sleeps = true };
	static const struct bench_row clear = { "its_command_sync", do_clear };
	static const struct bench_row movi = { "msi_affinity", do_movi };

	while (devmed_edu_find(new_device.runs))
		new_device.runs++;
	bench_run(bench, &new_device);
	bench_run(bench, &msi);
	do_msi_alloc(bench);
	if (!bench->irq)
		return;
	if (bench->its && host_device_find(bench->irq))
		bench_new_table(bench, host_device_find(bench->irq)->its);
	bench_run(bench, &request);
	if (!request_irq(bench->irq, bench_interrupt, 0, "devmed_bench", bench)) {
		bench_run(bench, &clear);
		if (num_online_cpus() > 1)
			bench_run(bench, &movi);
		free_irq(bench->irq, bench);
	}
	do_msi_free(bench);
}

static void bench_dma(struct bench *bench)
{
	static const struct bench_row maps[] = {
		{ "dma_4k", do_dma },
		{ "dma_64k", do_dma },
		{ "dma_1m", do_dma },
	};
	static const size_t sizes[] = { SZ_4K, SZ_64K, SZ_1M };
	unsigned int i;

	bench->buffer = kmalloc(SZ_1M, GFP_KERNEL);
	if (!bench->buffer)
		return;
	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		bench->size = sizes[i];
		bench_run(bench, &maps[i]);
	}
	kfree(bench->buffer);
}

static struct bench the_bench;

static int __init bench_init(void)
{
	static const struct bench_row nothing = { NULL, do_nothing };
	struct bench *bench = &the_bench;
	int ret = devmed_results_init(&bench->results);

	if (ret)
		return ret;
	bench->edu = devmed_edu_find(0);
	bench->its = ioremap(its_base, SZ_64K);
	bench->smmu = ioremap(smmu_base, SZ_64K);
	bench->read_counter = devmed_counters_get();
	bench_run(bench, &nothing);
	if (bench->its && bench->smmu)
		bench_registers(bench);
	if (bench->edu) {
		bench_msis(bench);
		bench_dma(bench);
	}
	devmed_counters_put(bench->read_counter);
	if (bench->its)
		iounmap(bench->its);
	if (bench->smmu)
		iounmap(bench->smmu);
	return 0;
}
module_init(bench_init);

static void __exit bench_exit(void)
{
	devmed_results_exit(&the_bench.results);
}
module_exit(bench_exit);

MODULE_DESCRIPTION("devmed test: what operations cost");
MODULE_LICENSE("GPL");
