// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GIC's side of the bus, and the judge of what it does there: memory that the
 * GIC touches, or could touch next, is EL2's own, or a page of the host that
 * EL2 has pinned and that is of a kind the host may keep.
 */
#include <stdarg.h>

#include <nvhe/gfp.h>

#include "fake_dram.h"
#include "harness.h"
#include "model_its_priv.h"

static const char * const use_names[] = {
	[MODEL_RING]		= "command ring",
	[MODEL_LEVEL1]		= "level-1 table",
	[MODEL_DEVICES]		= "device table",
	[MODEL_COLLECTIONS]	= "collection table",
	[MODEL_VPES]		= "vPE table",
	[MODEL_ITT]		= "ITT",
	[MODEL_PROP]		= "LPI property table",
	[MODEL_PEND]		= "LPI pending table",
	[MODEL_VPROP]		= "vLPI property table",
	[MODEL_VPT]		= "vLPI pending table",
};

/* The host has its interrupts there, whoever it is. */
static const bool use_of_host[MODEL_NR_USES] = {
	[MODEL_PROP]	= true,
	[MODEL_PEND]	= true,
	[MODEL_VPROP]	= true,
	[MODEL_VPT]	= true,
};

static u64 addr_mask = U64_MAX;
static u64 pool_base;
static u64 pool_size;
bool model_trusted = true;
void (*model_on_fail)(const char *text);

void model_fail(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (model_on_fail)
		model_on_fail(text);
	fprintf(stderr, "GIC model: %s\n", text);
	abort();
}

const char *model_user_name(const struct model_user *user)
{
	static char names[4][64];
	static unsigned int next;
	char *name = names[next++ % ARRAY_SIZE(names)];

	snprintf(name, sizeof(names[0]), "%s %u.%x", use_names[user->use],
		 user->unit, user->id);

	return name;
}

void model_bus_init(u64 pa_mask)
{
	addr_mask = pa_mask ? pa_mask : U64_MAX;
	model_trusted = true;
}

u64 model_bus_addr(u64 phys)
{
	return phys & addr_mask;
}

void model_set_pool(u64 base, u64 size)
{
	pool_base = base;
	pool_size = size;
}

/* The head of the block of pages that this one is in says if it is in use. */
static bool page_is_free(u64 phys)
{
	unsigned int order;

	if (phys - pool_base >= pool_size)
		return false;
	for (order = 0; order < NR_PAGE_ORDERS; order++) {
		struct hyp_page *head;

		head = hyp_phys_to_page(ALIGN_DOWN(phys, PAGE_SIZE << order));
		if (head->order != HYP_NO_ORDER && head->order >= order)
			return !head->refcount;
	}

	return true;
}

/* NULL if the GIC may use this page so. */
static const char *page_fault(enum model_use use, u64 phys)
{
	enum pkvm_page_state host;
	enum pkvm_page_state hyp;
	struct hyp_page *page;

	if (phys < FAKE_MEM_BASE || phys - FAKE_MEM_BASE >= FAKE_MEM_SIZE)
		return "no memory";
	page = hyp_phys_to_page(phys);
	host = get_host_state(page);
	hyp = get_hyp_state(page);
	if (host == PKVM_NOPAGE && hyp == PKVM_PAGE_OWNED)
		return page_is_free(phys) ? "free in EL2's pool" : NULL;
	if (host == PKVM_NOPAGE)
		return "a guest's";
	if (model_trusted)
		return NULL;
	if (!use_of_host[use])
		return "the host's to write";
	if (host != PKVM_PAGE_SHARED_OWNED || hyp != PKVM_PAGE_SHARED_BORROWED)
		return "the host's to give away";
	if (!page->refcount)
		return "shared, but not pinned";

	return NULL;
}

void model_judge(const struct model_user *user, u64 base, u64 size)
{
	const char *fault;
	u64 page;

	for (page = base & PAGE_MASK; page < base + size; page += PAGE_SIZE) {
		fault = page_fault(user->use, page);
		if (fault)
			model_fail("%s at %lx is %s", model_user_name(user), page,
				   fault);
	}
}

void model_trust_host(bool trusted)
{
	model_trusted = trusted;
	model_gic_check();
}

void model_read(const struct model_user *user, u64 phys, void *data, u32 size)
{
	phys = model_bus_addr(phys);
	model_check_access(user, phys, size, "read");
	model_judge(user, phys, size);
	fake_dram_read(phys, data, size, user->snoops);
}

void model_write(const struct model_user *user, u64 phys, const void *data, u32 size)
{
	phys = model_bus_addr(phys);
	model_check_access(user, phys, size, "write");
	model_judge(user, phys, size);
	fake_dram_write(phys, data, size, user->snoops);
	model_range_wrote(phys, data, size);
}

/* @share and @cache are the fields that all of the GIC's registers have. */
bool model_attrs_snoop(enum model_coherency coherency, unsigned int share,
		       unsigned int cache)
{
	if (coherency != MODEL_BY_ATTRS)
		return coherency == MODEL_SNOOPS;

	return share && cache > GIC_BASER_CACHE_nC;
}
