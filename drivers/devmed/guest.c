// SPDX-License-Identifier: GPL-2.0-only
/*
 * A protected guest's memory, which leaves the reach of devices folio by folio.
 *
 * KVM pins and donates a page at a time, and EL2 has to make the SMMUs forget
 * each. Withdrawn in one piece before, a folio costs one invalidation, and its
 * pages none when they are donated.
 *
 * The rule by which KVM may do that to pages that it has not donated yet: the
 * folio is the guest's alone. So it is if
 *
 *  - it is anonymous, mapped by this process only, and as a whole within the
 *    memory slot that the guest faulted in: none of it serves anything else;
 *  - KVM's pins are all the pins that there are. Whoever does DMA to the memory
 *    of a process pins it (Documentation/core-api/pin_user_pages.rst), and pins of
 *    a large folio are counted exactly;
 *  - its mappings and that pin are all the references that there are.
 *
 * A pin that comes later, of a part that is not donated yet, ends it: before
 * pin_user_pages*() has returned, what of the folio is the host's is within reach
 * of devices again, see devmed_note_pin(). Otherwise it is once KVM has no page of
 * the folio left. As long as it has, the folio is not split, moved or freed.
 */
#include <linux/bits.h>
#include <linux/hashtable.h>
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/kvm_host.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "devmed.h"

/* As large as a huge page of any page size is: 16 blocks of EL2's. */
#define GUEST_MAX_ORDER		(DEVMED_BLOCK_MAX_ORDER + 4)

/**
 * struct guest_folio - a folio of which a guest has pages
 * @hash: in guest_folios
 * @rcu: for devmed_note_pin(), which holds no reference
 * @pfn: its first page
 * @order: it has 2^@order pages
 * @pins: of KVM's, for pages that guests have or are about to get
 * @withdrawn: EL2 has withdrawn it
 *
 * Guarded by guest_lock.
 */
struct guest_folio {
	struct hlist_node hash;
	struct rcu_head rcu;
	unsigned long pfn;
	unsigned int order;
	unsigned int pins;
	bool withdrawn;
};

/* There is a stage-2 that DMA sees: pins count. Set once, at boot. */
DEFINE_STATIC_KEY_FALSE(devmed_follows_pins);

/* Folios by their first page. Changed under guest_lock, read under RCU too. */
static DEFINE_HASHTABLE(guest_folios, 10);

/* Below the locks of page tables; taken with interrupts off. */
static DEFINE_RAW_SPINLOCK(guest_lock);

static struct guest_folio *find_folio(unsigned long pfn)
{
	struct guest_folio *gf;

	hash_for_each_possible_rcu(guest_folios, gf, hash, pfn,
				   lockdep_is_held(&guest_lock)) {
		if (gf->pfn == pfn)
			return gf;
	}

	return NULL;
}

static void restore_blocks(const struct guest_folio *gf)
{
	unsigned int order = min(gf->order, DEVMED_BLOCK_MAX_ORDER);
	unsigned long pfn;

	for (pfn = gf->pfn; pfn < gf->pfn + BIT(gf->order); pfn += BIT(order))
		devmed_hcall(DEVMED_CALL_DMA_RESTORE, pfn, order, NULL);
}

/* All of it or nothing. */
static bool withdraw_blocks(const struct guest_folio *gf)
{
	unsigned int order = min(gf->order, DEVMED_BLOCK_MAX_ORDER);
	unsigned long pfn;

	for (pfn = gf->pfn; pfn < gf->pfn + BIT(gf->order); pfn += BIT(order)) {
		if (devmed_hcall(DEVMED_CALL_DMA_WITHDRAW, pfn, order, NULL)) {
			restore_blocks(gf);
			return false;
		}
	}

	return true;
}

/* Does the slot have the whole folio, one page after the other? */
static bool is_within_slot(const struct kvm_memory_slot *slot, unsigned long hva,
			   struct page *page, struct folio *folio)
{
	unsigned long before = folio_page_idx(folio, page) * PAGE_SIZE;
	unsigned long start = slot->userspace_addr;

	return hva - start >= before &&
	       hva - start - before + folio_size(folio) <= slot->npages * PAGE_SIZE;
}

/* With one page pinned, by KVM: see above. */
static bool is_guests_alone(struct folio *folio)
{
	return folio_test_anon(folio) && !folio_test_ksm(folio) &&
	       !folio_maybe_mapped_shared(folio) &&
	       atomic_read(&folio->_pincount) == 1 &&
	       folio_ref_count(folio) == folio_expected_ref_count(folio) + 1;
}

/* Another page of a folio that is known. */
static bool add_known_pin(unsigned long pfn)
{
	struct guest_folio *gf;

	raw_spin_lock_irq(&guest_lock);
	gf = find_folio(pfn);
	if (gf)
		gf->pins++;
	raw_spin_unlock_irq(&guest_lock);

	return gf;
}

/* Once the folio can be found, whoever pins it either counts here or ends it. */
static bool withdraw_folio(struct guest_folio *gf, struct folio *folio)
{
	raw_spin_lock_irq(&guest_lock);
	hash_add_rcu(guest_folios, &gf->hash, gf->pfn);
	/* Pairs with the one in __devmed_note_pin(). */
	smp_mb();
	gf->withdrawn = is_guests_alone(folio) && withdraw_blocks(gf);
	if (!gf->withdrawn)
		hash_del_rcu(&gf->hash);
	raw_spin_unlock_irq(&guest_lock);

	return gf->withdrawn;
}

/* KVM has pinned the first page that it takes of this folio. */
static void add_folio(struct folio *folio)
{
	struct guest_folio *gf = kzalloc(sizeof(*gf), GFP_KERNEL_ACCOUNT);

	if (!gf)
		return;
	gf->pfn = folio_pfn(folio);
	gf->order = folio_order(folio);
	gf->pins = 1;
	if (!withdraw_folio(gf, folio))
		kfree_rcu(gf, rcu);
}

static void add_pin(const struct kvm_memory_slot *slot, unsigned long hva,
		    struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!folio_test_large(folio) || add_known_pin(folio_pfn(folio)))
		return;
	if (folio_has_pincount(folio) && folio_order(folio) <= GUEST_MAX_ORDER &&
	    is_within_slot(slot, hva, page, folio) && is_guests_alone(folio))
		add_folio(folio);
}

/**
 * devmed_pin_guest_page - pin a page that a protected guest is about to get
 * @slot: the guest's memory slot that it is in
 * @hva: its address in the current process, which is the guest's
 * @gup_flags: FOLL_*
 * @page: where the page goes
 *
 * And withdraw its folio from devices if that is the guest's alone. If it is not,
 * the donation makes the SMMUs forget this one page.
 *
 * Context: mmap_lock held, may sleep.
 * Return: as pin_user_pages() for one page.
 */
long devmed_pin_guest_page(const struct kvm_memory_slot *slot, unsigned long hva,
			   unsigned int gup_flags, struct page **page)
{
	long ret = pin_user_pages(hva, 1, gup_flags, page);

	if (static_branch_unlikely(&devmed_follows_pins) && ret == 1)
		add_pin(slot, hva & PAGE_MASK, *page);

	return ret;
}

static void remove_pin(unsigned long pfn)
{
	struct guest_folio *gf;

	raw_spin_lock_irq(&guest_lock);
	gf = find_folio(pfn);
	if (gf && --gf->pins)
		gf = NULL;
	if (gf) {
		if (gf->withdrawn)
			restore_blocks(gf);
		gf->withdrawn = false;
		hash_del_rcu(&gf->hash);
	}
	raw_spin_unlock_irq(&guest_lock);
	if (gf)
		kfree_rcu(gf, rcu);
}

/**
 * devmed_unpin_guest_page - undo devmed_pin_guest_page()
 * @page: the host's again, or never donated
 * @dirty: the guest may have written to it
 *
 * Context: May sleep.
 */
void devmed_unpin_guest_page(struct page *page, bool dirty)
{
	struct folio *folio = page_folio(page);

	if (static_branch_unlikely(&devmed_follows_pins) && folio_test_large(folio))
		remove_pin(folio_pfn(folio));
	unpin_user_pages_dirty_lock(&page, 1, dirty);
}

/* While a task runs a protected guest, it pins pages for that guest only. */
static bool is_guest_pinner(void)
{
	struct kvm_vcpu *vcpu = kvm_get_running_vcpu();

	return vcpu && kvm_vm_is_protected(vcpu->kvm);
}

/* The work of devmed_note_pin() if there is a stage-2 that DMA sees. */
void __devmed_note_pin(struct folio *folio)
{
	struct guest_folio *gf;
	unsigned long flags;

	if (is_guest_pinner())
		return;

	/* The pin first, then the look; pairs with the one in withdraw_folio(). */
	smp_mb();
	rcu_read_lock();
	gf = find_folio(folio_pfn(folio));
	if (gf) {
		raw_spin_lock_irqsave(&guest_lock, flags);
		if (gf->withdrawn) {
			restore_blocks(gf);
			gf->withdrawn = false;
		}
		raw_spin_unlock_irqrestore(&guest_lock, flags);
	}
	rcu_read_unlock();
}

static int __init devmed_guest_init(void)
{
	if (devmed_dma_started)
		static_branch_enable(&devmed_follows_pins);

	return 0;
}
late_initcall(devmed_guest_init);
