// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds every SMMUv3 that the firmware describes.
 */
#define pr_fmt(fmt) "devmed: " fmt

#include <linux/acpi.h>
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/crash_dump.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/printk.h>
#include <linux/sizes.h>

#include "../devmed.h"
#include "smmu-layout.h"

/* A queue of commands beside the one that EL2 reads, in pages of its own. */
#define SMMU_HAS_CMDQV	"it has a Tegra CMDQV"

/* The driver repeats commands of this one; EL2 would have to do so as well. */
#define SMMU_REPEATS	"its invalidations have to be repeated"

/* Performance monitors alone: no DMA is confined that they could be used against. */
#define SMMU_NONE	"no SMMU is mediated"

/*
 * Records of EL2's, and a page for each group of streams: room for sixty groups. For
 * more devmed_prepare_streams() sees to it.
 */
#define SMMU_POOL_PAGES	64

static const char * __init smmu_refusal(long code)
{
	static const char * const names[DEVMED_SMMUV3_NR_REFUSALS] = {
		[DEVMED_SMMUV3_PRESET]	= "its tables or queues are preset",
		[DEVMED_SMMUV3_ECMDQ]	= "it has Enhanced Command queues",
		[DEVMED_SMMUV3_STAGES]	= "it does not nest two stages",
		[DEVMED_SMMUV3_ERRATUM]	= "an erratum of it affects nesting",
		[DEVMED_SMMUV3_ENDIAN]	= "its tables are big-endian",
		[DEVMED_SMMUV3_QUEUES]	= "its command queue is too small",
		[DEVMED_SMMUV3_FRAMES]	= "it has no register page 1",
		[DEVMED_SMMUV3_STUCK]	= "it does not answer",
	};

	return code < ARRAY_SIZE(names) && names[code] ? names[code] : "unknown";
}

/**
 * struct smmu_needs - what EL2 needs memory for
 * @oas: output address bits
 * @blocks: the SMMU can change the size of a block without a break
 * @sids: bits of a StreamID that the SMMU has
 * @offered: bits of these that EL2 offers
 * @strtab: bytes of EL2's stream table, but for level-2 tables
 */
struct smmu_needs {
	unsigned int oas;
	bool blocks;
	unsigned int sids;
	unsigned int offered;
	size_t strtab;
};

/* StreamIDs that EL2 offers, in bits (IHI 0070, 6.3.2). */
static unsigned int __init smmu_sid_bits(u32 idr0, u32 idr1)
{
	unsigned int most = FIELD_GET(SMMU_IDR0_ST_LEVEL, idr0) == SMMU_ST_LEVEL_2 ?
			    DEVMED_SMMUV3_SID_BITS : DEVMED_SMMUV3_LINEAR_BITS;

	return min_t(unsigned int, most, FIELD_GET(SMMU_IDR1_SIDSIZE, idr1));
}

/* EL2's stream table, but for level-2 tables: each of these is a page. */
static size_t __init smmu_strtab_size(u32 idr0, u32 idr1)
{
	unsigned int split = ilog2(PAGE_SIZE / SMMU_STE_SIZE);
	unsigned int bits = smmu_sid_bits(idr0, idr1);

	if (FIELD_GET(SMMU_IDR0_ST_LEVEL, idr0) != SMMU_ST_LEVEL_2 || bits <= split)
		return SMMU_STE_SIZE << bits;

	return sizeof(u64) << (bits - split);
}

/* IHI 0070, 6.3.1, 6.3.2, 6.3.4 and 6.3.6. */
static struct smmu_needs __init smmu_read_needs(phys_addr_t base)
{
	static const u8 sizes[] = { 32, 36, 40, 42, 44, 48, 52, 48 };
	struct smmu_needs needs = { .oas = 52, .blocks = true };
	void __iomem *page0 = ioremap(base, SZ_4K);
	u32 idr0, idr1, idr3, idr5;

	if (!page0)
		return needs;

	idr0 = readl(page0 + SMMU_IDR0);
	idr1 = readl(page0 + SMMU_IDR1);
	idr3 = readl(page0 + SMMU_IDR3);
	idr5 = readl(page0 + SMMU_IDR5);
	iounmap(page0);
	needs.oas = sizes[FIELD_GET(SMMU_IDR5_OAS, idr5)];
	needs.blocks = FIELD_GET(SMMU_IDR3_BBML, idr3) > 0;
	needs.sids = FIELD_GET(SMMU_IDR1_SIDSIZE, idr1);
	needs.offered = smmu_sid_bits(idr0, idr1);
	needs.strtab = PAGE_ALIGN(smmu_strtab_size(idr0, idr1));

	return needs;
}

/* Bytes with which EL2 starts to drive an SMMU. */
static size_t __init smmu_pool_size(const struct smmu_needs *needs)
{
	return SMMU_POOL_PAGES * PAGE_SIZE + needs->strtab;
}

static void __init smmu_want_pool(const struct devmed_claim *claim)
{
	struct smmu_needs needs;

	if (claim->mode != DEVMED_FORWARD || claim->reason ||
	    devmed_wanted_mode(DEVMED_CLASS_SMMUV3) != DEVMED_ON)
		return;

	needs = smmu_read_needs(claim->base);
	devmed_want_pool(smmu_pool_size(&needs));
	devmed_limit_pool(BIT_ULL(min(needs.oas, 48U)));
}

static void __init smmu_claim_of(struct device_node *np,
				 const struct resource *res)
{
	struct devmed_claim *claim;

	claim = devmed_add_claim(DEVMED_CLASS_SMMUV3, res->start,
				 resource_size(res));
	if (!claim)
		return;

	if (of_dma_is_coherent(np))
		claim->start_arg |= DEVMED_SMMUV3_COHERENT;
	if (!of_property_present(np, "msi-parent"))
		claim->start_arg |= DEVMED_SMMUV3_WIRED;
	if (of_property_present(np, "nvidia,cmdqv"))
		claim->reason = SMMU_HAS_CMDQV;
	else if (of_device_is_compatible(np, "nvidia,tegra264-smmu"))
		claim->reason = SMMU_REPEATS;
	smmu_want_pool(claim);
}

/*
 * Registers beside those of an SMMU. What lies in its pages is out of the host's
 * reach with them. Forwarding has no use for what it does not understand: then
 * the host keeps it.
 */
static void __init smmu_claim_page(phys_addr_t base, phys_addr_t size)
{
	unsigned int i;

	if (devmed_wanted_mode(DEVMED_CLASS_SMMUV3_PAGE) != DEVMED_ON)
		return;

	for (i = 0; i < devmed_nr_claims; i++) {
		const struct devmed_claim *claim = &devmed_claims[i];

		if (size <= claim->size &&
		    base - claim->base <= claim->size - size)
			return;
	}
	devmed_add_claim(DEVMED_CLASS_SMMUV3_PAGE, base, size);
}

static void __init smmu_claim_pmcg(phys_addr_t page)
{
	smmu_claim_page(ALIGN_DOWN(page, PAGE_SIZE), PAGE_SIZE);
}

static void __init smmu_find_pmcg_of(void)
{
	struct device_node *np;
	struct resource res;
	int i;

	for_each_compatible_node(np, NULL, "arm,smmu-v3-pmcg") {
		if (!of_device_is_available(np))
			continue;
		for (i = 0; !of_address_to_resource(np, i, &res); i++)
			smmu_claim_pmcg(res.start);
	}
}

static void __init smmu_find_of(void)
{
	struct device_node *np;
	struct resource res;

	for_each_compatible_node(np, NULL, "arm,smmu-v3") {
		if (!of_device_is_available(np))
			continue;
		if (of_address_to_resource(np, 0, &res))
			devmed_note_missing(of_node_full_name(np), "no address");
		else
			smmu_claim_of(np, &res);
	}
	smmu_find_pmcg_of();
}

#ifdef CONFIG_ACPI
/* ThunderX2 has no register page 1. */
static phys_addr_t __init smmu_size(const struct acpi_iort_smmu_v3 *smmu)
{
	return smmu->model == ACPI_IORT_SMMU_V3_CAVIUM_CN99XX ? SZ_64K : SZ_128K;
}

static void __init smmu_claim_acpi(const struct acpi_iort_smmu_v3 *smmu)
{
	struct devmed_claim *claim;

	claim = devmed_add_claim(DEVMED_CLASS_SMMUV3, smmu->base_address,
				 smmu_size(smmu));
	if (!claim)
		return;

	if (smmu->flags & ACPI_IORT_SMMU_V3_COHACC_OVERRIDE)
		claim->start_arg |= DEVMED_SMMUV3_COHERENT;
	/* Only then IORT gives it no MSI. */
	if (smmu->event_gsiv && smmu->pri_gsiv && smmu->gerr_gsiv &&
	    smmu->sync_gsiv)
		claim->start_arg |= DEVMED_SMMUV3_WIRED;
	if (acpi_dev_present("NVDA200C", NULL, -1))
		claim->reason = SMMU_HAS_CMDQV;
	smmu_want_pool(claim);
}

static void __init smmu_claim_pmcg_acpi(const struct acpi_iort_pmcg *pmcg)
{
	smmu_claim_pmcg(pmcg->page0_base_address);
	if (pmcg->page1_base_address)
		smmu_claim_pmcg(pmcg->page1_base_address);
}

/* SMMUs first: performance monitors may lie in their pages. */
static void __init smmu_parse_iort(const struct acpi_table_iort *iort)
{
	const struct acpi_iort_node *node = NULL;

	while ((node = devmed_next_iort(iort, node))) {
		if (node->type == ACPI_IORT_NODE_SMMU_V3)
			smmu_claim_acpi((const void *)node->node_data);
	}
	while ((node = devmed_next_iort(iort, node))) {
		if (node->type == ACPI_IORT_NODE_PMCG)
			smmu_claim_pmcg_acpi((const void *)node->node_data);
	}
}

static void __init smmu_find_acpi(void)
{
	struct acpi_table_header *table;

	acpi_status status = acpi_get_table(ACPI_SIG_IORT, 0, &table);

	/* Without an IORT there is no SMMU to be found. */
	if (status == AE_NOT_FOUND)
		return;
	if (ACPI_FAILURE(status)) {
		devmed_note_missing("IORT", "cannot be read");
		return;
	}

	smmu_parse_iort((const struct acpi_table_iort *)table);
	acpi_put_table(table);
}
#else
static void __init smmu_find_acpi(void) { }
#endif

/**
 * devmed_find_smmuv3 - claim every SMMUv3
 *
 * Context: Trusted phase, from devmed_host_setup().
 */
void __init devmed_find_smmuv3(void)
{
	if (acpi_disabled)
		smmu_find_of();
	else
		smmu_find_acpi();
	devmed_for_each_smmuv3_page(smmu_claim_page);
}

static void __init smmu_start_one(struct devmed_claim *claim)
{
	int ret;

	if (devmed_smmuv3_off_resets())
		claim->start_arg |= DEVMED_SMMUV3_OFF_RESETS;
	ret = devmed_start_claim(claim, claim->start_arg, 0);
	if (ret > 0)
		claim->reason = smmu_refusal(ret);
}

/* Returns how many SMMUs have started; the weakest of them decides on @all. */
static unsigned int __init smmu_start_each(struct smmu_needs *all)
{
	unsigned int started = 0;
	unsigned int i;

	*all = (struct smmu_needs) { .oas = 52, .blocks = true };
	for (i = 0; i < devmed_nr_claims; i++) {
		struct devmed_claim *claim = &devmed_claims[i];
		struct smmu_needs needs;

		if (claim->class != DEVMED_CLASS_SMMUV3 || claim->reason ||
		    claim->mode != DEVMED_FORWARD)
			continue;
		needs = smmu_read_needs(claim->base);
		smmu_start_one(claim);
		if (claim->mode != DEVMED_ON) {
			/* The memory serves the stage-2 of the others. */
			devmed_want_pool(-(ssize_t)smmu_pool_size(&needs));
			continue;
		}
		all->oas = min(all->oas, needs.oas);
		all->blocks &= needs.blocks;
		started++;
	}

	return started;
}

/* Deny pages beside SMMUs; or give them back, since they protect nothing alone. */
static void __init smmu_settle_pages(bool deny)
{
	unsigned int i;

	for (i = 0; i < devmed_nr_claims; i++) {
		struct devmed_claim *claim = &devmed_claims[i];

		if (claim->class != DEVMED_CLASS_SMMUV3_PAGE ||
		    claim->mode != DEVMED_FORWARD)
			continue;
		if (deny) {
			devmed_start_claim(claim, 0, 0);
		} else {
			claim->reason = SMMU_NONE;
			devmed_release_claim(claim);
		}
	}
}

static long __init smmu_start_dma(const struct smmu_needs *all)
{
	devmed_want_pool(devmed_idmap_pages(all->oas, all->blocks) * PAGE_SIZE);
	devmed_reserve_pool();

	return devmed_hcall_setup(DEVMED_SETUP_DMA, devmed_dma_end(), 0, 0, 0);
}

/* A device whose StreamID is not among those that are offered gets no SMMU. */
static void __init smmu_report_sids(const struct devmed_claim *claim)
{
	struct smmu_needs needs = smmu_read_needs(claim->base);

	if (needs.offered < needs.sids)
		pr_info("%s: offers StreamIDs of %u bits out of %u\n", claim->name,
			needs.offered, needs.sids);
}

/*
 * EL2 takes the hardware, which goes on with the streams that it lets past, through
 * the DMA stage-2. Streams of a kernel that crashed have addresses of that kernel.
 */
static bool __init smmu_adopt_one(struct devmed_claim *claim)
{
	u64 flags = is_kdump_kernel() ? DEVMED_SMMUV3_STALE : 0;
	long ret;

	smmu_report_sids(claim);
	ret = devmed_hcall_setup(DEVMED_SETUP_ADOPT, claim->region, flags, 0, 0);
	if (!ret)
		return true;

	claim->mode = DEVMED_FORWARD;
	claim->error = ret;
	if (ret > 0)
		claim->reason = smmu_refusal(ret);
	return false;
}

/**
 * devmed_start_smmuv3 - let EL2 answer for every SMMUv3, and confine DMA
 *
 * Without the DMA stage-2 the streams of all SMMUs would abort: then all of them
 * are forwarded. The hardware is as the firmware left it until there is one. The
 * pool grows by what the stage-2 takes once it is known which SMMUs EL2 drives.
 *
 * Context: Trusted phase, from devmed_host_setup(), once there is a pool.
 */
void __init devmed_start_smmuv3(void)
{
	struct smmu_needs all;
	unsigned int i;
	long ret;

	if (devmed_wanted_mode(DEVMED_CLASS_SMMUV3) != DEVMED_ON)
		return;

	if (smmu_start_each(&all)) {
		ret = smmu_start_dma(&all);
		if (ret)
			devmed_stop_class(DEVMED_CLASS_SMMUV3, ret);
	}
	for (i = 0; i < devmed_nr_claims; i++) {
		struct devmed_claim *claim = &devmed_claims[i];

		if (claim->class == DEVMED_CLASS_SMMUV3 && claim->mode == DEVMED_ON)
			devmed_dma_started |= smmu_adopt_one(claim);
	}
	smmu_settle_pages(devmed_dma_started);
}

#if defined(CONFIG_DEVMED_KUNIT_TEST) && defined(CONFIG_ACPI)
#include "../tests/smmu-host.c"
#endif
