// SPDX-License-Identifier: GPL-2.0-only
/*
 * vPEs of GICv4.0 with EL2 in between: redistributors, and what a hostile host
 * does with them.
 */
#include "harness.h"
#include "its_vpe_bed.h"

/* IT08, R12: no table of vPEs that is not EL2's. */
TEST(its_it08_svpet)
{
	v4_params(41);
	begin();
	mediate_write(VLPI(1, GICR_VPROPBASER), 8,
		      GICR_VPROPBASER_4_1_VALID | foreign);
	ASSERT_EQ(model_mmio_read(VLPI(1, GICR_VPROPBASER), 8) &
		  ~(u64)GICR_VPROPBASER_IDBITS_MASK, 0);
	mediate_write(VLPI(1, GICR_VPENDBASER), 8, RESIDENT | VPE);
	ASSERT_EQ(model_mmio_read(VLPI(1, GICR_VPENDBASER), 8) & RESIDENT, 0);
	model_gic_check();
}

TEST(its_r11_vpendbaser_address)
{
	v4_params(40);
	begin_mapped();
	enter(1, foreign);
	ASSERT(!(vpendbaser(1) & RESIDENT));
	enter(1, vpt2);
	ASSERT(!(vpendbaser(1) & RESIDENT));
	enter(1, vconf);
	ASSERT(!(vpendbaser(1) & RESIDENT));
	enter(1, vpt);
	ASSERT(vpendbaser(1) & RESIDENT);
	/* One that can be found, and is no pending table. */
	enter(2, vconf);
	ASSERT(!(vpendbaser(2) & RESIDENT));
	model_gic_check();
}

TEST(its_r11_vpropbaser_address)
{
	static const u64 bits[] = { 13, 14, 16, 31 };
	u64 bad[] = { MODEL_ITS_BASE, MEDIATE_POOL_BASE, GENMASK_ULL(51, 12),
		      0, 0 };
	unsigned int i;

	v4_params(40);
	begin_mapped();
	bad[3] = foreign;
	bad[4] = vpt;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		mediate_write(VLPI(1, GICR_VPROPBASER), 8, bad[i] | 15);
		mediate_write(VLPI(1, GICR_VPENDBASER), 8, vpt | RESIDENT);
		ASSERT(!(vpendbaser(1) & RESIDENT));
	}
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		mediate_write(VLPI(1, GICR_VPROPBASER), 8, vconf | bits[i]);
		mediate_write(VLPI(1, GICR_VPENDBASER), 8, vpt | RESIDENT);
		ASSERT(!(vpendbaser(1) & RESIDENT));
	}
	ASSERT(is_free(vconf));
	enter(1, vpt);
	ASSERT(vpendbaser(1) & RESIDENT);
	model_gic_check();
}

TEST(its_r11_resident_once)
{
	v4_params(40);
	begin_mapped();
	enter(1, vpt);
	enter(2, vpt);
	ASSERT(!(vpendbaser(2) & RESIDENT));
	leave(1);
	enter(2, vpt);
	ASSERT(vpendbaser(2) & RESIDENT);
}

/* Unmapped, it stays where it is, but does not come back. */
TEST(its_r11_unmapped)
{
	v4_params(40);
	begin_mapped();
	enter(1, vpt);
	setup_send(model_vmapp(VPE, 0, 0, 0, false));
	leave(1);
	enter(1, vpt);
	ASSERT(!(vpendbaser(1) & RESIDENT));
	model_gic_check();
}

TEST(its_r11_changes_while_resident)
{
	v4_params(40);
	begin_mapped();
	map(VPE + 1, vpt2);
	enter(1, vpt);
	mediate_write(VLPI(1, GICR_VPROPBASER), 8, foreign | 15);
	ASSERT_EQ(mediate_read(VLPI(1, GICR_VPROPBASER), 8) & GENMASK_ULL(51, 12),
		  vconf);
	mediate_write(VLPI(1, GICR_VPENDBASER), 8, vpt2 | RESIDENT);
	ASSERT_EQ(vpendbaser(1) & GENMASK_ULL(51, 16), vpt);
	/* Nor while it leaves. */
	mediate_write(VLPI(1, GICR_VPENDBASER), 8, foreign | GICR_VPENDBASER_IDAI);
	ASSERT(!(vpendbaser(1) & RESIDENT));
	model_gic_check();
}

/* An address that nobody has checked does not even get there without Valid. */
TEST(its_r11_not_valid)
{
	v4_params(40);
	begin_mapped();
	mediate_write(VLPI(1, GICR_VPENDBASER), 8, foreign);
	ASSERT_EQ(vpendbaser(1) & GENMASK_ULL(51, 16), foreign);
	ASSERT_EQ(model_mmio_read(VLPI(1, GICR_VPENDBASER), 8) &
		  GENMASK_ULL(51, 16), 0);
	enter(1, vpt);
	leave(1);
	ASSERT_EQ(vpendbaser(1) & GENMASK_ULL(51, 16), vpt);
	model_gic_check();
}

/* The host writes by halves, and finds what it wrote. */
TEST(its_r11_halves)
{
	v4_params(40);
	begin_mapped();
	mediate_write(VLPI(1, GICR_VPROPBASER), 4, (u32)(vconf | 15));
	mediate_write(VLPI(1, GICR_VPROPBASER) + 4, 4, vconf >> 32);
	mediate_write(VLPI(1, GICR_VPENDBASER), 4, (u32)vpt);
	mediate_write(VLPI(1, GICR_VPENDBASER) + 4, 4, vpt >> 32 | BIT(31));
	ASSERT(vpendbaser(1) & RESIDENT);
	ASSERT_EQ(mediate_read(VLPI(1, GICR_VPENDBASER) + 4, 4) >> 31, 1);
	mediate_write(VLPI(1, GICR_VPENDBASER) + 4, 4, vpt >> 32);
	ASSERT(!(vpendbaser(1) & RESIDENT));
	model_gic_check();
}

TEST(its_r11_dirty)
{
	v4_params(40);
	params.rd.dirty_delay = 6;
	begin_mapped();
	enter(1, vpt);
	leave(1);
	unmap(VPE);
	ASSERT(!is_free(vpt));
	ASSERT(!is_free(vconf));
	model_gic_check();
	/* The next one has to wait. */
	map(VPE + 1, vpt2);
	enter(1, vpt2);
	while (vpendbaser(1) & GICR_VPENDBASER_Dirty)
		;
	ASSERT(!(vpendbaser(1) & RESIDENT));
	ASSERT(is_free(vpt));
	enter(1, vpt2);
	ASSERT(vpendbaser(1) & RESIDENT);
	model_gic_check();
}

/* Cacheability is what works for all tables. */
TEST(its_r08_vpe_attributes)
{
	u64 attrs = GENMASK_ULL(58, 56) | GENMASK_ULL(11, 7);
	u64 value;

	v4_params(40);
	begin_mapped();
	enter(1, vpt);
	value = model_mmio_read(model_rd_phys(1) + GICR_PROPBASER, 8) & attrs;
	ASSERT_EQ(vpendbaser(1) & attrs, value);
	ASSERT_EQ(mediate_read(VLPI(1, GICR_VPROPBASER), 8) & attrs, value);
}
