// SPDX-License-Identifier: GPL-2.0-only
/*
 * What reviewers found in the series of 2026, remark by remark: first those on
 * trapping accesses (patch 3), then those on the command queue (patch 6).
 */
#include <nvhe/devmed_trap.h>

#include "harness.h"
#include "its_mediate.h"

#include "../../../drivers/devmed/its/hyp/its-hyp.h"

#define REG(offset)	(MODEL_ITS_BASE + (offset))
#define CWRITER		REG(GITS_CWRITER)
#define CREADR		REG(GITS_CREADR)
#define SLOT		32
#define END		REG(SZ_128K)

static void start(void)
{
	setup_driver.ring_size = SZ_4K;
	mediate_default();
}

static u64 doorbells(void)
{
	return model_its_stats(0)->doorbells;
}

static u64 done(void)
{
	return model_its_stats(0)->commands;
}

static struct model_cmd a_sync(void)
{
	return model_sync(model_rdbase(0));
}

/* "What do you plan to do if there is no valid syndrome?" */
TEST(its_review_no_syndrome)
{
	struct kvm_cpu_context host = {};
	u64 before;

	start();
	before = doorbells();
	model_its_driver_queue(&setup_driver, a_sync().dw);
	host.regs.regs[0] = setup_driver.prod;
	ASSERT(!mediate_trap(&host, CWRITER, mediate_syndrome(CWRITER, 8, true) &
			     ~(u64)(ESR_ELx_ISV | ESR_ELx_SRT_MASK)));
	ASSERT_EQ(mediate_aborts, 1);
	ASSERT_EQ(doorbells(), before);
	ASSERT(model_its_driver_post(&setup_driver));
	mediate_works();
}

/* "The first byte after the region" is not in it. */
TEST(its_review_region_end)
{
	start();
	ASSERT(devmed_find_region(END - 1) == devmed_get_region(mediate_its[0]));
	ASSERT(devmed_find_region(END) != devmed_get_region(mediate_its[0]));
}

/* "The entire access fits within the protected region." */
TEST(its_review_access_past_end)
{
	start();
	ASSERT(!mediate_try_write(END - 4, 8, U64_MAX));
	ASSERT_EQ(fake_count(FAKE_WRITE), 0);
	ASSERT(mediate_try_write(END - 8, 8, U64_MAX));
	ASSERT_EQ(fake_count(FAKE_WRITE), 0);
	mediate_works();
}

/* "Handle the zero register for writes": what is stored beside X30 is SP. */
TEST(its_review_zero_register_written)
{
	struct kvm_cpu_context host = { .regs.sp = GITS_CTLR_ENABLE };
	u64 ctlr = REG(GITS_CTLR);

	start();
	ASSERT(mediate_trap(&host, ctlr, mediate_syndrome(ctlr, 4, true) |
			    ESR_ELx_SRT_MASK));
	ASSERT(!(mediate_read(ctlr, 4) & GITS_CTLR_ENABLE));
	mediate_write(ctlr, 4, GITS_CTLR_ENABLE);
	mediate_works();
}

/* "And for reads." */
TEST(its_review_zero_register_read)
{
	struct kvm_cpu_context host = { .regs.sp = 0x123456789abcdef0 };
	u64 typer;

	start();
	typer = model_rd_phys(0) + GICR_TYPER;
	ASSERT(mediate_trap(&host, typer, mediate_syndrome(typer, 8, false) |
			    ESR_ELx_SRT_MASK));
	ASSERT_EQ(host.regs.sp, 0x123456789abcdef0);
}

/* "Off-by-one: >=" */
TEST(its_review_queue_end)
{
	u64 before;

	start();
	before = doorbells();
	mediate_write(CWRITER, 8, SZ_4K);
	ASSERT_EQ(doorbells(), before);
	mediate_works();
}

/* "It relies on unsigned underflow"; here a doorbell that goes backwards is a wrap. */
TEST(its_review_doorbell_backwards)
{
	u64 commands;

	start();
	setup_send(a_sync());
	commands = done();
	mediate_write(CWRITER, 8, setup_driver.prod - SLOT);
	ASSERT_EQ(done(), commands + SZ_4K / SLOT - 1);
	setup_driver.prod -= SLOT;
	mediate_works();
}

/* "32-byte aligned, as the ITS commands are fixed-size packets." */
TEST(its_review_doorbell_alignment)
{
	u64 commands;

	start();
	commands = done();
	model_its_driver_queue(&setup_driver, a_sync().dw);
	mediate_write(CWRITER, 8, setup_driver.prod | (SLOT - 2));
	ASSERT_EQ(done(), commands + 1);
	ASSERT_EQ(mediate_read(CREADR, 8), setup_driver.prod);
	mediate_works();
}

/* "We need a memory barrier": the model looks for it, too. */
TEST(its_review_barrier)
{
	unsigned int i;

	start();
	setup_send(a_sync());
	for (i = 0; i < fake_count(FAKE_WRITE); i++)
		ASSERT(fake_event(FAKE_WRITE, i)->ordered);
	model_its_driver_queue(&setup_driver, a_sync().dw);
	mediate_write(CWRITER, 4, setup_driver.prod);
	ASSERT_EQ(fake_count(FAKE_WRITE), 1);
	ASSERT(fake_event(FAKE_WRITE, 0)->ordered);
}

/* "You are forwarding the raw value": the model fails if it arrives. */
TEST(its_review_raw_value)
{
	start();
	model_its_driver_queue(&setup_driver, a_sync().dw);
	mediate_write(CWRITER, 8, setup_driver.prod | GENMASK_ULL(63, 20));
	ASSERT_EQ(mediate_read(CWRITER, 8), setup_driver.prod);
	mediate_works();
}

/* "smp_store_release(): it would expose uninitialized memory." */
TEST(its_review_published_last)
{
	struct devmed_region *region;
	unsigned int i;
	u64 guest;

	setup_start(&model_gic_default);
	guest = setup_page(1);
	fake_guest_takes(guest);
	mediate_register(256);
	region = devmed_get_region(mediate_its[0]);
	for (i = 0; i < setup_driver.nr_rds; i++)
		ASSERT_EQ(devmed_start(mediate_rd[i], 0, 0), 0);
	/* The last step fails, and nobody has seen what the others did. */
	ASSERT(devmed_start(mediate_its[0], guest, 0) < 0);
	ASSERT(!region->instance);
	ASSERT_EQ(mediate_start_its(&setup_driver), 0);
	ASSERT(((struct devmed_its *)region->instance)->ring.host.slots);
}

/* "All host ITS accesses are silently dropped. The device appears dead." */
TEST(its_review_forwarded_before_setup)
{
	setup_start(&model_gic_default);
	mediate_register(256);
	setup_driver.read = mediate_read;
	setup_driver.write = mediate_write;
	mediate_works();
	ASSERT(mediate_traps);
}

/* "Use explicit length matching." */
TEST(its_review_width)
{
	static const u8 sizes[] = { 1, 2, 8 };
	unsigned int i;
	u64 before;

	start();
	before = doorbells();
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		ASSERT(!mediate_try_write(REG(GITS_CTLR), sizes[i], 0));
	ASSERT(!mediate_try_write(CWRITER, 1, 0x20));
	ASSERT(!mediate_try_write(CWRITER, 2, 0x20));
	ASSERT_EQ(doorbells(), before);
	ASSERT(mediate_read(REG(GITS_CTLR), 4) & GITS_CTLR_ENABLE);
	mediate_works();
}

/* "32-bit accesses": a store is half of the register, and so is the other half. */
TEST(its_review_halves)
{
	start();
	model_its_driver_queue(&setup_driver, a_sync().dw);
	mediate_write(CWRITER + 4, 4, 0xffffffff);
	mediate_write(CWRITER, 4, setup_driver.prod);
	ASSERT_EQ(mediate_read(CREADR, 4), setup_driver.prod);
	ASSERT_EQ(mediate_read(CREADR + 4, 4), 0);
	mediate_works();
}

static void fails_to_start(u64 ring)
{
	struct fake_snapshot *before = fake_snapshot();

	ASSERT(devmed_start(mediate_its[0], ring, 0) < 0);
	ASSERT(fake_unchanged(before));
	fake_check_idle();
	free(before);
}

/*
 * "Use the while (i--) idiom": any page of the ring may be the one that cannot be
 * had. "You're not releasing this lock on any of the error paths." "It expects
 * page-aligned addresses."
 */
TEST(its_review_unwinding)
{
	unsigned int i;
	u64 ring;

	setup_start(&model_gic_default);
	ring = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	mediate_register(256);
	for (i = 0; i < setup_driver.nr_rds; i++)
		ASSERT_EQ(devmed_start(mediate_rd[i], 0, 0), 0);
	for (i = SZ_64K / PAGE_SIZE; i--;) {
		ASSERT_EQ(fake_donate_guest(ring + i * PAGE_SIZE), 0);
		fails_to_start(ring);
		ASSERT_EQ(fake_reclaim_guest(ring + i * PAGE_SIZE), 0);
	}
	fails_to_start(ring + SLOT);
	fails_to_start(ring + PAGE_SIZE / 2);
	ASSERT_EQ(devmed_start(mediate_its[0], ring, 0), 0);
}
