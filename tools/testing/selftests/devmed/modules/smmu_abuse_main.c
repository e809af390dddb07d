// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile host attacks its SMMUv3, and judges each attack by EL2's counters,
 * by what the SMMU reports, by a canary that must never be written, and by a disk
 * that has to work afterwards: a block is read through the driver's own ring.
 *
 * Nobody else may use devices meanwhile: the driver does not know what happens to
 * its SMMU. On a kernel that mediates nothing the attacks take place all the
 * same, with memory that is the host's to lose; the tests fail there.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/dma-mapping.h>
#include <linux/iopoll.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include "smmu_abuse.h"

static unsigned long base;
module_param(base, ulong, 0400);
MODULE_PARM_DESC(base, "physical address of the SMMU");

static int row = -1;
module_param(row, int, 0400);
MODULE_PARM_DESC(row, "its row in the table of regions, -1 if not there");

static unsigned long hyp;
module_param(hyp, ulong, 0400);
MODULE_PARM_DESC(hyp, "physical address of memory of EL2's");

static char *disk = "/dev/nvme0n1";
module_param(disk, charp, 0400);
MODULE_PARM_DESC(disk, "a disk behind the SMMU");

struct attacker attacker;

static bool read_disk(void *to)
{
	struct bio_vec vec;
	struct bio bio;

	bio_init(&bio, file_bdev(attacker.disk), &vec, 1, REQ_OP_READ);
	__bio_add_page(&bio, virt_to_page(to), PAGE_SIZE, 0);
	return !submit_bio_wait(&bio);
}

/* DMA of a good device: mapped, done, unmapped, with commands of the driver's. */
static bool still_works(void)
{
	u8 *now = (u8 *)__get_free_page(GFP_KERNEL | __GFP_ZERO);
	bool ok;

	ok = now && read_disk(now) && !memcmp(now, attacker.sector, PAGE_SIZE);
	free_page((unsigned long)now);
	return ok;
}

/* What was refused until here is up to chance, and not judged. */
void attack_restart(struct attack *attack)
{
	attack_snapshot(attack, attacker.read_counter, attacker.row);
}

void attack_begin(struct attack *attack)
{
	attack_canary_fill(attacker.canary);
	attack_restart(attack);
}

/**
 * attack_end - judge it
 * @attack: as it began
 * @happened: what must not happen, and did; NULL if it did not
 */
void attack_end(struct attack *attack, const char *happened)
{
	const char *wrong = happened;

	if (!wrong)
		wrong = attack_judge(attack, attacker.read_counter, attacker.row);

	if (!attack_canary_intact(attacker.canary))
		wrong = "the SMMU wrote where it was told to";
	if (!still_works())
		wrong = "the SMMU does not work any more";
	if (wrong)
		devmed_diag(&attacker.results, "# %s", wrong);
	devmed_result(&attacker.results, !wrong, "%s", attack->name);
}

/* Is that acknowledged? */
bool attack_set_cr0(u32 cr0)
{
	u32 ack;

	smmu_write(SMMU_CR0, cr0);
	return !readl_poll_timeout_atomic(attacker.smmu + SMMU_CR0ACK, ack, ack == cr0, 10,
					  10 * USEC_PER_MSEC);
}

bool attack_enable(u32 bits, bool on)
{
	u32 cr0 = smmu_read(SMMU_CR0);

	return attack_set_cr0(on ? cr0 | bits : cr0 & ~bits);
}

/* The first event since SMMU_EVENTQ_PROD was @prod. */
void attack_event_since(u32 prod, struct attack_event *event)
{
	u64 base = smmu_read64(SMMU_EVENTQ_BASE);
	u32 mask = (1U << FIELD_GET(SMMU_QUEUE_LOG2SIZE, base)) - 1;
	u64 *record = phys_to_virt(base & SMMU_QUEUE_BASE_ADDR);

	*event = (struct attack_event){};
	if (smmu_read(SMMU_EVENTQ_PROD) == prod)
		return;
	record += (prod & mask) * (SMMU_EVENT_SIZE / sizeof(u64));
	event->id = FIELD_GET(EVENT_ID, READ_ONCE(record[0]));
	event->s2 = FIELD_GET(EVENT1_S2, READ_ONCE(record[1]));
	event->class = FIELD_GET(EVENT1_CLASS, READ_ONCE(record[1]));
}

/* 8 bytes, to where the device says or from there. */
void attack_dma(dma_addr_t addr, bool to_memory, struct attack_event *event)
{
	u32 prod = smmu_read(SMMU_EVENTQ_PROD);

	devmed_edu_dma(attacker.edu, addr, 0, sizeof(u64), to_memory);
	attack_event_since(prod, event);
}

/* What the device holds, by way of memory that the host may use. */
u64 attack_device_value(void)
{
	WRITE_ONCE(attacker.page[0], 0);
	devmed_edu_dma(attacker.edu, attacker.page_addr, 0, sizeof(u64), true);
	return READ_ONCE(attacker.page[0]);
}

void attack_set_device_value(u64 value)
{
	WRITE_ONCE(attacker.page[0], value);
	devmed_edu_dma(attacker.edu, attacker.page_addr, 0, sizeof(u64), false);
}

/* The driver's level-1 descriptor of the device, NULL if there is one level. */
u64 *attack_l1(void)
{
	u32 cfg = smmu_read(SMMU_STRTAB_BASE_CFG);
	u64 *l1 = phys_to_virt(smmu_read64(SMMU_STRTAB_BASE) & SMMU_STRTAB_BASE_ADDR);

	if (FIELD_GET(SMMU_STRTAB_FMT, cfg) != SMMU_STRTAB_FMT_2LVL)
		return NULL;
	return l1 + (attacker.sid >> FIELD_GET(SMMU_STRTAB_SPLIT, cfg));
}

/* The driver's entry of the device. */
u64 *attack_ste(void)
{
	u32 split = FIELD_GET(SMMU_STRTAB_SPLIT, smmu_read(SMMU_STRTAB_BASE_CFG));
	u64 *l1 = attack_l1();
	u64 *stes;

	if (!l1) {
		stes = phys_to_virt(smmu_read64(SMMU_STRTAB_BASE) & SMMU_STRTAB_BASE_ADDR);
		return stes + attacker.sid * SMMU_STE_WORDS;
	}
	stes = phys_to_virt(*l1 & SMMU_L1_L2PTR);
	return stes + (attacker.sid & (BIT(split) - 1)) * SMMU_STE_WORDS;
}

static u64 *get_pages(size_t size)
{
	return (u64 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, get_order(size));
}

static void put_pages(void *pages, size_t size)
{
	free_pages((unsigned long)pages, get_order(size));
}

static int prepare_device(void)
{
	struct device *dev;

	attacker.edu = devmed_edu_find(0);
	if (!attacker.edu)
		return -ENODEV;
	dev = &attacker.edu->pdev->dev;
	attacker.sid = pci_dev_id(attacker.edu->pdev);
	attacker.page = get_pages(PAGE_SIZE);
	if (!attacker.page)
		return -ENOMEM;
	attacker.page_addr = dma_map_single(dev, attacker.page, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return dma_mapping_error(dev, attacker.page_addr);
}

static int prepare(void)
{
	attacker.row = row;
	attacker.hyp = hyp;
	attacker.registers = base;
	attacker.smmu = ioremap(base, SZ_128K);
	attacker.sector = get_pages(PAGE_SIZE);
	attacker.ring = get_pages(ATTACK_RING_SIZE);
	attacker.canary = get_pages(ATTACK_CANARY_SIZE);
	if (!attacker.smmu || !attacker.sector || !attacker.ring || !attacker.canary || !hyp)
		return -ENODEV;
	attacker.canary_phys = virt_to_phys(attacker.canary);
	/* For whoever looks at the machine from outside. */
	devmed_diag(&attacker.results, "# canary %pa %#x", &attacker.canary_phys,
		    ATTACK_CANARY_SIZE);
	devmed_diag(&attacker.results, "# hyp %pa", &attacker.hyp);
	attacker.disk = bdev_file_open_by_path(disk, BLK_OPEN_READ, NULL, NULL);
	if (IS_ERR(attacker.disk)) {
		attacker.disk = NULL;
		return -ENODEV;
	}
	return read_disk(attacker.sector) ? prepare_device() : -EIO;
}

static void finish(void)
{
	if (attacker.page_addr)
		dma_unmap_single(&attacker.edu->pdev->dev, attacker.page_addr, PAGE_SIZE,
				 DMA_BIDIRECTIONAL);
	if (attacker.disk)
		bdev_fput(attacker.disk);
	put_pages(attacker.page, PAGE_SIZE);
	put_pages(attacker.canary, ATTACK_CANARY_SIZE);
	put_pages(attacker.ring, ATTACK_RING_SIZE);
	put_pages(attacker.sector, PAGE_SIZE);
	if (attacker.smmu)
		iounmap(attacker.smmu);
}

static void attack_all(void)
{
	attack_commands();
	attack_ring();
	attack_registers();
	attack_queues();
	attack_stes();
	attack_memory();
	attack_races();
	attack_set_device_value(DEVICE_PATTERN);
	devmed_result(&attacker.results, attack_device_value() == DEVICE_PATTERN,
		      "smmuv3: the attacking device still does DMA of its own");
}

static int __init smmu_abuse_init(void)
{
	int ret = devmed_results_init(&attacker.results);

	if (ret)
		return ret;
	attacker.read_counter = devmed_counters_get();
	ret = prepare();
	devmed_result(&attacker.results, !ret, "smmuv3: a disk and a device that attacks");
	if (!ret)
		attack_all();
	finish();
	devmed_counters_put(attacker.read_counter);
	return 0;
}
module_init(smmu_abuse_init);

static void __exit smmu_abuse_exit(void)
{
	devmed_results_exit(&attacker.results);
}
module_exit(smmu_abuse_exit);

MODULE_DESCRIPTION("devmed test: a hostile host and its SMMUv3");
MODULE_LICENSE("GPL");
