// SPDX-License-Identifier: GPL-2.0-only
/*
 * vPEs of GICv4.0 with EL2 in between: two CPUs at once (R11). An access is
 * answered with the region's lock held, so what two CPUs do to one redistributor
 * is one of the orders that their accesses can have: all of them are tried. What
 * they do to two redistributors or ITSs meets in its-hold.c, under a lock of its
 * own: there they run at once.
 */
#include <pthread.h>

#include "harness.h"
#include "its_vpe_bed.h"

#include "../../../drivers/devmed/its/hyp/its-hyp.h"

#define ADDR		GENMASK_ULL(51, 16)

typedef void (*step_t)(void);

/* By an ITS. */
static bool mapped;

/* What the redistributor has: EL2 does not hear of the question. */
static u64 has(unsigned int rd, u32 offset)
{
	return model_mmio_read(VLPI(rd, offset), 8);
}

static bool resident(unsigned int rd)
{
	return has(rd, GICR_VPENDBASER) & RESIDENT;
}

/* Nobody comes whom no ITS has mapped. */
static void try_resident(unsigned int rd)
{
	bool was = resident(rd);

	mediate_write(VLPI(rd, GICR_VPENDBASER), 8, vpt | RESIDENT);
	ASSERT(was || mapped || !resident(rd));
}

/* What KVM does. */
static void set_config(void)
{
	mediate_write(VLPI(1, GICR_VPROPBASER), 8, vconf | 15);
}

static void make_resident(void)
{
	try_resident(1);
}

static void look(void)
{
	vpendbaser(1);
}

static void make_leave(void)
{
	mediate_write(VLPI(1, GICR_VPENDBASER), 8, vpt);
}

/* Another CPU writes other addresses to the same registers, by halves. */
static void foreign_config_low(void)
{
	mediate_write(VLPI(1, GICR_VPROPBASER), 4, (u32)foreign | 15);
}

static void foreign_config_high(void)
{
	mediate_write(VLPI(1, GICR_VPROPBASER) + 4, 4, foreign >> 32);
}

static void foreign_vpt_low(void)
{
	mediate_write(VLPI(1, GICR_VPENDBASER), 4, (u32)foreign);
}

static void foreign_vpt_valid(void)
{
	mediate_write(VLPI(1, GICR_VPENDBASER) + 4, 4, foreign >> 32 | BIT(31));
}

static void foreign_leave(void)
{
	mediate_write(VLPI(1, GICR_VPENDBASER), 8, foreign);
}

/* The same vPE on another redistributor; or the ITS is told to unmap it. */
static void set_config_2(void)
{
	mediate_write(VLPI(2, GICR_VPROPBASER), 8, vconf | 15);
}

static void make_resident_2(void)
{
	try_resident(2);
}

static void make_leave_2(void)
{
	mediate_write(VLPI(2, GICR_VPENDBASER), 8, vpt);
}

static void move(void)
{
	setup_send(model_vmovp(VPE, model_vpe_rdbase(2), 0, 0));
}

static void unmap_vpe(void)
{
	setup_send(model_vmapp(VPE, 0, 0, 0, false));
	mapped = false;
}

static void sync_vpe(void)
{
	setup_send(model_vpe(GITS_CMD_VSYNC, VPE));
}

/* After each step: nothing but what is pinned, and in one place. */
static void check(void)
{
	unsigned int rd;

	model_gic_check();
	for (rd = 1; rd <= 2; rd++) {
		if (!resident(rd))
			continue;
		ASSERT_EQ(has(rd, GICR_VPENDBASER) & ADDR, vpt);
		ASSERT_EQ(has(rd, GICR_VPROPBASER) & ADDR, vconf);
		ASSERT(!is_free(vpt) && !is_free(vconf));
	}
	ASSERT(!resident(1) || !resident(2));
}

/* As it was: nobody is there, the vPE is mapped. */
static void begin_again(u64 pinned)
{
	unsigned int rd;

	for (rd = 1; rd <= 2; rd++) {
		if (resident(rd))
			mediate_write(VLPI(rd, GICR_VPENDBASER), 8, vpt);
		while (vpendbaser(rd) & GICR_VPENDBASER_Dirty)
			;
	}
	unmap(VPE);
	ASSERT(is_free(vpt) && is_free(vconf));
	ASSERT_EQ(devmed_pinned(), pinned);
	map(VPE, vpt);
	mapped = true;
}

/* Every order of @a and @b: the bits of @order say whose turn it is. */
static void try_all(const step_t *a, unsigned int nr_a, const step_t *b,
		    unsigned int nr_b, unsigned int delay)
{
	unsigned int order, i;
	u64 pinned;

	v4_params(40);
	params.rd.dirty_delay = delay;
	begin();
	pinned = devmed_pinned();
	map(VPE, vpt);
	mapped = true;
	for (order = 0; order < BIT(nr_a + nr_b); order++) {
		const step_t *next[2] = { a, b };

		if (__builtin_popcount(order) != nr_b)
			continue;
		for (i = 0; i < nr_a + nr_b; i++) {
			(*next[!!(order & BIT(i))]++)();
			check();
		}
		begin_again(pinned);
	}
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

static const step_t kvm_steps[] = { set_config, make_resident, look, make_leave };

TEST(its_r11_race_one_redistributor)
{
	static const step_t steps[] = {
		foreign_config_low, foreign_config_high, foreign_vpt_low,
		foreign_vpt_valid, foreign_leave,
	};

	try_all(kvm_steps, ARRAY_SIZE(kvm_steps), steps, ARRAY_SIZE(steps), 0);
}

TEST(its_r11_race_while_dirty)
{
	static const step_t steps[] = {
		foreign_config_low, foreign_vpt_low, foreign_vpt_valid, foreign_leave,
	};

	try_all(kvm_steps, ARRAY_SIZE(kvm_steps), steps, ARRAY_SIZE(steps), 7);
}

TEST(its_r11_race_two_redistributors)
{
	static const step_t steps[] = {
		set_config_2, move, make_resident_2, make_leave_2,
	};

	try_all(kvm_steps, ARRAY_SIZE(kvm_steps), steps, ARRAY_SIZE(steps), 0);
}

TEST(its_r11_race_unmap)
{
	static const step_t steps[] = { unmap_vpe, sync_vpe, set_config_2,
					make_resident_2 };

	try_all(kvm_steps, ARRAY_SIZE(kvm_steps), steps, ARRAY_SIZE(steps), 0);
}

static unsigned int inside;
static unsigned int entered;
static bool stop;

/* A redistributor. */
static void *enter_and_leave(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		struct its_hold *hold = its_hold_enter(vpt, vconf | 15);

		if (!hold)
			continue;
		ASSERT_EQ(__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST), 0);
		ASSERT_EQ(hold->phys, vpt);
		ASSERT_EQ(hold->config->phys, vconf);
		__atomic_fetch_add(&entered, 1, __ATOMIC_RELAXED);
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
		its_hold_leave(hold);
	}

	return NULL;
}

/* Two of them, and an ITS. */
TEST(its_r11_race_holds)
{
	pthread_t threads[2];
	unsigned int i;
	u64 pinned;

	v4_params(40);
	begin();
	pinned = devmed_pinned();
	for (i = 0; i < 2; i++)
		ASSERT(!pthread_create(&threads[i], NULL, enter_and_leave, NULL));
	for (i = 0; i < 2000 || __atomic_load_n(&entered, __ATOMIC_RELAXED) < 2000; i++) {
		struct its_hold *hold;

		ASSERT_EQ(its_hold_map(VPE, vpt, &hold), 0);
		its_hold_is_resident(hold);
		its_hold_unmap(hold);
		its_hold_release(hold);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		ASSERT(!pthread_join(threads[i], NULL));
	ASSERT_EQ(devmed_pinned(), pinned);
	ASSERT(is_free(vpt) && is_free(vconf));
}
