// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host driver of an SMMUv3, for tests.
 */
#include "driver_smmu.h"
#include "fake.h"
#include "harness.h"

#define POLLS		500
#define CR0_ON		(M_CR0_CMDQEN | M_CR0_EVTQEN | M_CR0_SMMUEN)
#define L2_ORDER	2
#define SHCFG_INCOMING	(1ULL << 44)

u64 *drv_at(u64 pa)
{
	return fake_host_va(pa);
}

u64 drv_pages(struct smmu_driver *d, unsigned int order)
{
	u64 size = PAGE_SIZE << order;
	u64 pa = ALIGN(d->memory, size);

	d->memory = pa + size;
	ASSERT(d->memory <= FAKE_MEM_BASE + FAKE_MEM_SIZE);
	memset(drv_at(pa), 0, size);

	return pa;
}

static u32 read32(struct smmu_driver *d, u64 offset)
{
	return d->read(offset, sizeof(u32));
}

static void write32(struct smmu_driver *d, u64 offset, u32 value)
{
	d->write(offset, sizeof(u32), value);
}

static bool wait_for(struct smmu_driver *d, u64 offset, u32 mask, u32 value)
{
	unsigned int i;

	for (i = 0; i < POLLS; i++) {
		if ((read32(d, offset) & mask) == value)
			return true;
	}
	d->lost = true;

	return false;
}

bool drv_set_cr0(struct smmu_driver *d, u32 value)
{
	write32(d, SMMU_CR0, value);
	return wait_for(d, SMMU_CR0ACK, U32_MAX, value);
}

static unsigned int order_of(u64 size)
{
	return get_order(max_t(u64, size, PAGE_SIZE));
}

static void write_strtab(struct smmu_driver *d)
{
	u32 cfg = d->sid_bits;

	if (d->two_level)
		cfg |= DRV_SPLIT << 6 | 1 << 16;
	d->strtab_base = drv_pages(d, order_of(d->two_level ?
			8ULL << (d->sid_bits - DRV_SPLIT) : 64ULL << d->sid_bits));
	d->write(SMMU_STRTAB_BASE, sizeof(u64), d->strtab_base);
	write32(d, SMMU_STRTAB_BASE_CFG, cfg);
}

/* As the driver of Linux does, in its order. */
bool drv_start(struct smmu_driver *d)
{
	u32 irqs = read32(d, SMMU_IRQ_CTRL);

	if (!drv_set_cr0(d, 0))
		return false;
	write32(d, SMMU_CR1, 0xd75);
	write32(d, SMMU_CR2, M_CR2_RECINVSID | BIT(2));
	write_strtab(d);
	d->cmdq_base = drv_pages(d, order_of(16ULL << d->cmdq_bits));
	d->evtq_base = drv_pages(d, order_of(32ULL << d->evtq_bits));
	d->prod = 0;
	d->write(SMMU_CMDQ_BASE, sizeof(u64), BIT_ULL(62) | d->cmdq_base | d->cmdq_bits);
	write32(d, SMMU_CMDQ_PROD, 0);
	write32(d, SMMU_CMDQ_CONS, 0);
	if (!drv_set_cr0(d, M_CR0_CMDQEN))
		return false;
	drv_put(d, 0x04, 31);
	if (!drv_tlbi_all(d))
		return false;
	d->write(SMMU_EVENTQ_BASE, sizeof(u64), BIT_ULL(62) | d->evtq_base | d->evtq_bits);
	write32(d, SMMU_EVENTQ_PROD, 0);
	write32(d, SMMU_EVENTQ_CONS, 0);
	if (!drv_set_cr0(d, M_CR0_CMDQEN | M_CR0_EVTQEN))
		return false;
	if (irqs & 5) {
		write32(d, SMMU_IRQ_CTRL, 0);
		wait_for(d, SMMU_IRQ_CTRLACK, U32_MAX, 0);
	}
	write32(d, SMMU_IRQ_CTRL, 5);

	return wait_for(d, SMMU_IRQ_CTRLACK, U32_MAX, 5) && drv_set_cr0(d, CR0_ON);
}

static u32 cons_of(struct smmu_driver *d)
{
	return read32(d, SMMU_CMDQ_CONS) & GENMASK(19, 0);
}

/* Written, not announced. */
void drv_put(struct smmu_driver *d, u64 cmd0, u64 cmd1)
{
	u32 size = BIT(d->cmdq_bits);
	u64 *slot = drv_at(d->cmdq_base + (d->prod & (size - 1)) * 16);
	unsigned int i;

	for (i = 0; ((d->prod ^ cons_of(d)) & (2 * size - 1)) == size; i++) {
		if (i == POLLS) {
			d->lost = true;
			return;
		}
		drv_ring(d);
	}
	slot[0] = cmd0;
	slot[1] = cmd1;
	d->prod = (d->prod + 1) & (2 * size - 1);
}

void drv_ring(struct smmu_driver *d)
{
	write32(d, SMMU_CMDQ_PROD, d->prod);
}

bool drv_sync(struct smmu_driver *d)
{
	unsigned int i;

	drv_put(d, 0x46, 0);
	drv_ring(d);
	for (i = 0; i < POLLS; i++) {
		u32 errors = read32(d, SMMU_GERROR) ^ read32(d, SMMU_GERRORN);

		if (errors & M_GERROR_CMDQ)
			return false;
		if (cons_of(d) == d->prod)
			return true;
	}
	d->lost = true;

	return false;
}

/* A CMD_SYNC in the place of what was wrong, as Linux does. */
bool drv_recover(struct smmu_driver *d, u32 *error)
{
	u32 gerror = read32(d, SMMU_GERROR);
	u32 cons = read32(d, SMMU_CMDQ_CONS);
	u64 *slot = drv_at(d->cmdq_base + (cons & (BIT(d->cmdq_bits) - 1)) * 16);

	if (!((gerror ^ read32(d, SMMU_GERRORN)) & M_GERROR_CMDQ))
		return false;
	*error = FIELD_GET(M_CONS_ERR, cons);
	slot[0] = 0x46;
	slot[1] = 0;
	write32(d, SMMU_GERRORN, gerror);

	return true;
}

/* A level-2 array is made when it is first needed. */
u64 *drv_ste(struct smmu_driver *d, u32 sid)
{
	u64 *l1;

	if (!d->two_level)
		return drv_at(d->strtab_base + (u64)sid * 64);
	l1 = drv_at(d->strtab_base + (sid >> DRV_SPLIT) * 8);
	if (!*l1) {
		*l1 = drv_pages(d, L2_ORDER) | (DRV_SPLIT + 1);
		drv_put(d, 0x03 | (u64)sid << 32, 0);
		drv_sync(d);
	}

	return drv_at((*l1 & GENMASK_ULL(51, 6)) + (sid & (BIT(DRV_SPLIT) - 1)) * 64);
}

void drv_write_ste(struct smmu_driver *d, u32 sid, const u64 *ste)
{
	u64 *to = drv_ste(d, sid);

	to[0] = 0;
	drv_cfgi_ste(d, sid);
	memcpy(to + 1, ste + 1, 56);
	drv_cfgi_ste(d, sid);
	to[0] = ste[0];
	drv_cfgi_ste(d, sid);
}

void drv_ste_bypass(u64 *ste)
{
	memset(ste, 0, 64);
	ste[0] = 1 | 4 << 1;
	ste[1] = SHCFG_INCOMING;
}

void drv_ste_stage1(u64 *ste, u64 cd, u8 cdmax)
{
	memset(ste, 0, 64);
	ste[0] = 1 | 5 << 1 | cd | (u64)cdmax << 59;
	/* Without a SubstreamID: context 0. */
	ste[1] = 2 | 1 << 2 | 1 << 4 | 3 << 6;
}

/* 48 bits from level 0. */
void drv_ste_stage2(u64 *ste, u64 root, u16 vmid)
{
	memset(ste, 0, 64);
	ste[0] = 1 | 6 << 1;
	ste[1] = SHCFG_INCOMING;
	ste[2] = vmid | 16ULL << 32 | 2ULL << 38 | 5ULL << 48 | BIT_ULL(51) |
		 BIT_ULL(54) | BIT_ULL(58);
	ste[3] = root;
}

/* 48 bits, lower half only. */
void drv_cd(u64 *cd, u64 root, u16 asid)
{
	memset(cd, 0, 64);
	cd[0] = 16 | BIT_ULL(30) | BIT_ULL(31) | 5ULL << 32 | BIT_ULL(41) |
		BIT_ULL(45) | BIT_ULL(46) | (u64)asid << 48;
	cd[1] = root;
}

static u8 level_shift(u8 level)
{
	return 39 - 9 * level;
}

u64 *drv_entry(u64 root, u64 in, u8 level)
{
	u8 at;

	for (at = 0; at < level; at++) {
		u64 desc = drv_at(root)[in >> level_shift(at) & 511];

		if ((desc & 3) != 3)
			return NULL;
		root = desc & GENMASK_ULL(47, 12);
	}

	return &drv_at(root)[in >> level_shift(level) & 511];
}

void drv_map(struct smmu_driver *d, u64 root, u64 in, u64 out, u8 level, u64 bits)
{
	u8 at;

	for (at = 0; at < level; at++) {
		u64 *entry = drv_entry(root, in, at);

		if ((*entry & 3) != 3)
			*entry = drv_pages(d, 0) | 3;
	}
	*drv_entry(root, in, level) = out | bits | (level == 3 ? 3 : 1);
}

void drv_unmap(u64 root, u64 in, u8 level)
{
	u64 *entry = drv_entry(root, in, level);

	if (entry)
		*entry = 0;
}

bool drv_cfgi_ste(struct smmu_driver *d, u32 sid)
{
	drv_put(d, 0x03 | (u64)sid << 32, 1);
	return drv_sync(d);
}

bool drv_cfgi_cd(struct smmu_driver *d, u32 sid, u32 ssid)
{
	drv_put(d, 0x05 | (u64)sid << 32 | ssid << 12, 1);
	return drv_sync(d);
}

bool drv_tlbi_va(struct smmu_driver *d, u16 asid, u64 va, bool leaf)
{
	drv_put(d, 0x12 | (u64)asid << 48, (va & PAGE_MASK) | leaf);
	return drv_sync(d);
}

bool drv_tlbi_asid(struct smmu_driver *d, u16 asid)
{
	drv_put(d, 0x11 | (u64)asid << 48, 0);
	return drv_sync(d);
}

bool drv_tlbi_all(struct smmu_driver *d)
{
	drv_put(d, 0x30, 0);
	return drv_sync(d);
}
