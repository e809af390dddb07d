// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stage-2 that DMA sees: all memory the host owns, and nothing else.
 *
 * Attack surface: the host starts DMA to any address, at any time, and changes
 * the owner of its pages as often as it likes, to have EL2 run out of tables or
 * time.
 *
 * Guarantees: a page is reachable by DMA only while the host may reach it, with
 * no more than the host's permissions; a mediated page never is, but for the
 * one that takes MSIs. Taking a page away ends before devmed_owner_take()
 * returns, in every SMMU that ever joined, and either happens or changes
 * nothing. Giving back what was taken needs no memory. Neighbours of a page
 * never fault.
 *
 * Leaves to others: when to take and to give (owner.c, mem_protect.c), how a
 * descriptor changes (idmap-table.c), commands to an SMMU (the backend).
 */
#include <linux/kvm_host.h>

#include <asm/kvm_hyp.h>
#include <asm/kvm_mmu.h>
#include <asm/kvm_pgtable.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_idmap.h>
#include <nvhe/mem_protect.h>

/* Descriptors hold 48 bits of address: no LPA, no LPA2. */
#define IDMAP_MAX_BITS		48

/* What STE.S2PS calls them (IHI 0070, 5.2). */
static const u8 idmap_sizes[] = { 32, 36, 40, 42, 44, 48, 52 };

/* All guarded by host_mmu.lock. */
static struct devmed_idmap_user *idmap_users;
static struct devmed_idmap_table idmap_table;
static struct devmed_idmap_fmt idmap_fmt;
static u64 idmap_end;
static u64 idmap_refused;
static u64 idmap_lost;

/* Pages that the pool is being given, see devmed_idmap_favour(). */
static u64 idmap_favoured = U64_MAX;
static u64 idmap_invalidations;

/* The index of @bits in idmap_sizes[], which S2PS is. */
static int idmap_size_code(unsigned int bits)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(idmap_sizes); i++) {
		if (idmap_sizes[i] == bits)
			return i;
	}

	return -EINVAL;
}

/**
 * devmed_idmap_started - is there a table?
 *
 * Context: Any. Once true, always true.
 * Return: true if so; the registry then stays as it is.
 */
bool devmed_idmap_started(void)
{
	return READ_ONCE(idmap_table.root);
}

/* What points to @wanted, or the end of the list. */
static struct devmed_idmap_user **
idmap_find_user_locked(const struct devmed_idmap_user *wanted)
{
	struct devmed_idmap_user **pos = &idmap_users;

	hyp_assert_lock_held(&host_mmu.lock);

	while (*pos && *pos != wanted)
		pos = &(*pos)->next;

	return pos;
}

/**
 * devmed_idmap_join - an SMMU is going to use the table
 * @user: of the SMMU; belongs to the table from then on
 *
 * Once there is a table there is no way to leave. From here on the pool takes no
 * page that the SMMU does not reach, or whose address a descriptor cannot hold:
 * the SMMU truncates addresses of its own accesses (IHI 0070, 3.4.3), and would
 * walk another page than EL2 has written.
 *
 * Context: Trusted phase, before devmed_idmap_start(). Takes host_mmu.lock.
 * Return: 0; -EPERM after finalize, -EBUSY if the table is there already or
 * @user has joined before, -EOPNOTSUPP if the SMMU does not have the granule
 * that EL2 uses, -EINVAL if @user says what no SMMU says, -ERANGE if the pool has
 * pages out of reach.
 */
int devmed_idmap_join(struct devmed_idmap_user *user)
{
	int ret;

	if (devmed_finalized())
		return -EPERM;
	if (!user->invalidate || idmap_size_code(user->oas) < 0 || user->bbml > 2)
		return -EINVAL;
	if (!(user->pgsizes & PAGE_SIZE))
		return -EOPNOTSUPP;

	hyp_spin_lock(&host_mmu.lock);
	if (devmed_idmap_started() || *idmap_find_user_locked(user))
		ret = -EBUSY;
	else
		ret = devmed_limit_reach(BIT_ULL(min_t(u32, user->oas,
						       IDMAP_MAX_BITS)));
	if (!ret) {
		user->next = idmap_users;
		idmap_users = user;
	}
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/**
 * devmed_idmap_leave - an SMMU is not going to use the table after all
 * @user: what devmed_idmap_join() was given
 *
 * Context: Trusted phase, before devmed_idmap_start(). Takes host_mmu.lock.
 * Return: 0; -EPERM after finalize, -EBUSY if there is a table, -ENOENT if @user
 * has not joined.
 */
int devmed_idmap_leave(struct devmed_idmap_user *user)
{
	struct devmed_idmap_user **pos;
	int ret = 0;

	if (devmed_finalized())
		return -EPERM;

	hyp_spin_lock(&host_mmu.lock);
	pos = idmap_find_user_locked(user);
	if (devmed_idmap_started())
		ret = -EBUSY;
	else if (!*pos)
		ret = -ENOENT;
	else
		*pos = user->next;
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/*
 * All of them, also if one fails. Its own barriers order the user's commands
 * after the descriptors; this one is for a user that has none to send.
 */
static int idmap_invalidate(u64 ipa, u64 size)
{
	struct devmed_idmap_user *user;
	int ret = 0;

	idmap_invalidations++;
	dma_wmb();
	for (user = idmap_users; user; user = user->next) {
		int err = user->invalidate(user, ipa, size);

		if (err)
			ret = err;
	}

	return ret;
}

/*
 * Of @bits those that are needed for all memory and for what the host says, as
 * some S2PS. What is above is a table each 512 GiB that maps nothing anyone has.
 */
static u8 idmap_needed_bits(u8 bits)
{
	u64 end = idmap_end;
	unsigned int i;

	if (!end)
		return bits;

	for (i = 0; i < hyp_memblock_nr; i++)
		end = max(end, hyp_memory[i].base + hyp_memory[i].size);
	for (i = 0; i < ARRAY_SIZE(idmap_sizes); i++) {
		if (idmap_sizes[i] >= DEVMED_DMA_MIN_BITS &&
		    BIT_ULL(idmap_sizes[i]) >= end)
			return min(bits, idmap_sizes[i]);
	}

	return bits;
}

/* What all users can do. */
static int idmap_common_locked(struct devmed_idmap_table *table)
{
	const struct devmed_idmap_user *user;

	hyp_assert_lock_held(&host_mmu.lock);

	table->ia_bits = min_t(u32, host_mmu.pgt.ia_bits, IDMAP_MAX_BITS);
	table->bbml = 2;
	table->coherent = true;
	for (user = idmap_users; user; user = user->next) {
		table->ia_bits = min(table->ia_bits, user->oas);
		table->bbml = min(table->bbml, user->bbml);
		table->coherent &= user->coherent;
	}
	table->ia_bits = idmap_needed_bits(table->ia_bits);

	return idmap_size_code(table->ia_bits) < 0 ? -EINVAL : 0;
}

/* IHI 0070, 5.2: the fields of a stream table entry. */
static struct devmed_idmap_fmt idmap_make_fmt(const struct devmed_idmap_table *table)
{
	const u64 granule = PAGE_SIZE;
	int sl0_base = granule == SZ_4K ? 2 : 3;

	return (struct devmed_idmap_fmt) {
		.root	= __hyp_pa(table->root),
		.t0sz	= 64 - table->ia_bits,
		.sl0	= sl0_base - table->start_level,
		.tg	= granule == SZ_4K ? 0 : granule == SZ_64K ? 1 : 2,
		.ps	= idmap_size_code(table->ia_bits),
		/* Inner shareable, write-back; or outer shareable, not cached. */
		.sh	= table->coherent ? 3 : 2,
		.irgn	= table->coherent,
		.orgn	= table->coherent,
	};
}

static int idmap_visit(u64 start, u64 end, enum kvm_pgtable_prot prot, void *arg)
{
	return devmed_table_build(arg, start, end, prot);
}

/**
 * devmed_idmap_wants_spare - is there room for a page of devmed_idmap_favour()?
 *
 * Context: host_mmu.lock held.
 * Return: true if devmed_idmap_add_spare() may be called.
 */
bool devmed_idmap_wants_spare(void)
{
	hyp_assert_lock_held(&host_mmu.lock);

	return idmap_table.root &&
	       idmap_table.nr_spare < ARRAY_SIZE(idmap_table.spare);
}

/**
 * devmed_idmap_add_spare - lay a page aside for devmed_idmap_favour()
 * @page: what devmed_pool_alloc() returned, NULL for nothing
 *
 * Context: host_mmu.lock held.
 */
void devmed_idmap_add_spare(void *page)
{
	hyp_assert_lock_held(&host_mmu.lock);

	if (page)
		idmap_table.spare[idmap_table.nr_spare++] = page;
}

static int idmap_start_locked(void)
{
	struct devmed_idmap_table table = {};
	unsigned int i;
	int ret;

	hyp_assert_lock_held(&host_mmu.lock);

	if (!idmap_users)
		return -ENODEV;
	if (devmed_idmap_started())
		return -EBUSY;
	ret = idmap_common_locked(&table);
	if (!ret)
		ret = devmed_table_init(&table);
	if (ret)
		return ret;

	ret = devmed_owner_walk_locked(BIT_ULL(table.ia_bits), idmap_visit,
				       &table);
	if (ret) {
		devmed_table_free(&table);
		return ret;
	}

	table.invalidate = idmap_invalidate;
	idmap_fmt = idmap_make_fmt(&table);
	idmap_table = table;
	for (i = 0; i < DEVMED_IDMAP_SPARE; i++)
		devmed_idmap_add_spare(devmed_pool_alloc(0));

	return 0;
}

/**
 * devmed_idmap_set_end - what devices may have to reach
 * @end: exclusive, 0 if not known; memory counts anyway
 *
 * Context: Trusted phase, before devmed_idmap_start(). Takes host_mmu.lock.
 * Return: 0; -EPERM after finalize, -EBUSY if there is a table.
 */
int devmed_idmap_set_end(u64 end)
{
	int ret = 0;

	if (devmed_finalized())
		return -EPERM;

	hyp_spin_lock(&host_mmu.lock);
	if (devmed_idmap_started())
		ret = -EBUSY;
	else
		idmap_end = end;
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/**
 * devmed_idmap_start - build the table, for all SMMUs that have joined
 *
 * From then on it follows every change of ownership, and no more regions can be
 * registered. No SMMU has to be told: nothing of the table is cached yet.
 *
 * Context: Trusted phase, once, after the last SMMU has joined and the last
 * region is registered. Takes host_mmu.lock and those below it.
 * Return: 0; -EPERM after finalize, -ENODEV if no SMMU has joined, -EBUSY if it
 * has been called before, -EINVAL if the host stage-2 has a size that no SMMU
 * has, -ENOMEM if the pool has too few pages: another call may succeed.
 */
int devmed_idmap_start(void)
{
	int ret;

	if (devmed_finalized())
		return -EPERM;

	hyp_spin_lock(&host_mmu.lock);
	ret = idmap_start_locked();
	hyp_spin_unlock(&host_mmu.lock);

	return ret;
}

/**
 * devmed_idmap_format - what a stream table entry needs to point at the table
 *
 * Context: Any.
 * Return: constant once not NULL; NULL before devmed_idmap_start().
 */
const struct devmed_idmap_fmt *devmed_idmap_format(void)
{
	return devmed_idmap_started() ? &idmap_fmt : NULL;
}

/*
 * What is above all output addresses is not in the table: no device reaches it
 * (IHI 0070, 3.4). Returns false if nothing is left.
 */
static bool idmap_clip(u64 phys, u64 size, u64 *end)
{
	*end = min(phys + size, BIT_ULL(idmap_table.ia_bits));

	return idmap_table.root && phys < *end;
}

static void idmap_map_pages(u64 start, u64 end)
{
	u64 addr;

	for (addr = start; addr < end; addr += PAGE_SIZE) {
		if (devmed_table_set(&idmap_table, addr, PKVM_HOST_MEM_PROT))
			idmap_lost++;
	}
}

/**
 * devmed_idmap_unmap - take host memory away from all devices
 * @phys: first byte, page aligned
 * @size: in bytes, whole pages
 *
 * Context: host_mmu.lock held. Takes the pool lock, and what the users take.
 * Return: 0 with no translation left anywhere, or an errno with the table as
 * it was. Tables that blocks were split into may stay.
 */
int devmed_idmap_unmap(u64 phys, u64 size)
{
	u64 end;
	int ret;

	hyp_assert_lock_held(&host_mmu.lock);

	if (!idmap_clip(phys, size, &end))
		return 0;

	idmap_table.urgent = phys == READ_ONCE(idmap_favoured);
	ret = devmed_table_take(&idmap_table, phys, end);
	idmap_table.urgent = false;
	if (ret)
		idmap_refused++;

	return ret;
}

/**
 * devmed_idmap_own - whether devices reach what of a block is the host's own
 * @phys: first byte of memory, aligned to @size
 * @size: in bytes, no more than a table of pages maps
 * @reach: map it, rather than unmap
 *
 * Context: host_mmu.lock held. Takes the pool lock, and what the users take.
 * Return: as devmed_idmap_unmap(); 0 if @reach.
 */
int devmed_idmap_own(u64 phys, u64 size, bool reach)
{
	u64 end;

	hyp_assert_lock_held(&host_mmu.lock);

	if (!idmap_clip(phys, size, &end))
		return 0;
	if (!reach)
		return devmed_table_take_own(&idmap_table, phys, end);
	devmed_table_give_own(&idmap_table, phys, end);
	return 0;
}

/**
 * devmed_idmap_map - let devices reach memory that is the host's now
 * @phys: first byte, page aligned
 * @size: in bytes, whole pages
 *
 * What devmed_idmap_unmap() has taken has its entries still. What was EL2's
 * before the table was built may need a page for a table; if there is none it
 * stays out of reach, and is counted.
 *
 * Context: host_mmu.lock held. Takes the pool lock.
 */
void devmed_idmap_map(u64 phys, u64 size)
{
	u64 end;

	hyp_assert_lock_held(&host_mmu.lock);

	if (idmap_clip(phys, size, &end))
		idmap_map_pages(phys, end);
}

/**
 * devmed_idmap_favour - let the pool have a page when there is none for tables
 * @phys: first of the pages that are about to be given to the pool, U64_MAX for none
 *
 * To give EL2 a page is a change of ownership too, and may take tables, when
 * there is none in the pool: then those are used that were laid aside, by the
 * donation of just these pages. A table made before, with the lock dropped in
 * between, would be whole still: another CPU could merge it and keep the page.
 *
 * Context: devmed_topup_lock held.
 */
void devmed_idmap_favour(u64 phys)
{
	WRITE_ONCE(idmap_favoured, phys);
}

/**
 * devmed_idmap_counter - how the table is doing
 * @counter: DEVMED_DMA_*
 *
 * Context: Any.
 * Return: its value, which may be old when it arrives.
 */
u64 devmed_idmap_counter(enum devmed_global_counter counter)
{
	switch (counter) {
	case DEVMED_DMA_TABLES:
		return READ_ONCE(idmap_table.nr_pages);
	case DEVMED_DMA_REFUSED:
		return READ_ONCE(idmap_refused);
	case DEVMED_DMA_LOST:
		return READ_ONCE(idmap_lost);
	default:
		return READ_ONCE(idmap_invalidations);
	}
}
