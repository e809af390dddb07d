// SPDX-License-Identifier: GPL-2.0-only
/*
 * its-cmd.c: the doorbell and what it makes EL2 do (I01 to I09, I27).
 */
#include "harness.h"
#include "its_mediate.h"

#define CWRITER	(MODEL_ITS_BASE + GITS_CWRITER)
#define CREADR	(MODEL_ITS_BASE + GITS_CREADR)
#define CTLR	(MODEL_ITS_BASE + GITS_CTLR)
#define SLOT	32

static struct model_gic_params params;

static void start(void)
{
	setup_driver.ring_size = SZ_4K;
	mediate_gic(&params);
}

static void start_default(void)
{
	params = model_gic_default;
	start();
}

static u64 refused(void)
{
	return mediate_counter(mediate_its[0], DEVMED_REFUSED_HANDLER);
}

static u64 passed(void)
{
	return mediate_counter(mediate_its[0], DEVMED_CMD_PASSED);
}

static u64 done(void)
{
	return model_its_stats(0)->commands;
}

static struct model_cmd a_sync(void)
{
	return model_sync(model_rdbase(0));
}

/* At the end and past it: ignored, and counted. Review: ">" for ">=". */
TEST(its_i01_doorbell_past_end)
{
	static const u64 bad[] = { SZ_4K, SZ_4K + SLOT, SZ_64K, 0xfffe0 };
	unsigned int i;

	start_default();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		u64 doorbells = model_its_stats(0)->doorbells;
		u64 before = refused();

		ASSERT(mediate_try_write(CWRITER, 8, bad[i]));
		ASSERT_EQ(model_its_stats(0)->doorbells, doorbells);
		ASSERT_EQ(refused(), before + 1);
	}
	mediate_works();
}

/* Bits without a meaning; the model fails if they arrive. Review: raw value. */
TEST(its_i02_doorbell_reserved_bits)
{
	start_default();
	model_its_driver_queue(&setup_driver, a_sync().dw);
	mediate_write(CWRITER, 8, setup_driver.prod | 0xfffffffffff0001eULL);
	ASSERT_EQ(mediate_read(CREADR, 8), setup_driver.prod);
	ASSERT_EQ(mediate_read(CWRITER, 8), setup_driver.prod);
	/* Retry of what did not stop. */
	mediate_write(CWRITER, 8, setup_driver.prod | 1);
	mediate_works();
}

/* Each slot is checked once, on both sides of the wrap. */
TEST(its_i03_wrap)
{
	u64 slots = SZ_4K / SLOT;
	u64 commands;
	u64 errors;

	start_default();
	while (setup_driver.prod != SZ_4K - SLOT)
		setup_send(a_sync());
	commands = done();
	errors = mediate_counter(mediate_its[0], DEVMED_CMD_DEVICE);
	model_its_driver_queue(&setup_driver, a_sync().dw);
	model_its_driver_queue(&setup_driver, model_mapti(7, 0, SETUP_LPI, 0).dw);
	model_its_driver_queue(&setup_driver, a_sync().dw);
	ASSERT(model_its_driver_post(&setup_driver));
	ASSERT_EQ(done(), commands + 3);
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_DEVICE), errors + 1);
	/* All of the ring but one slot. */
	while (--slots)
		model_its_driver_queue(&setup_driver, a_sync().dw);
	commands = done();
	ASSERT(model_its_driver_post(&setup_driver));
	ASSERT_EQ(done(), commands + SZ_4K / SLOT - 1);
	mediate_works();
}

/* From each offset to each other, commands are what lies between. */
TEST(its_i04_all_offsets)
{
	u64 slots = SZ_4K / SLOT;
	u64 from;
	u64 to;

	start_default();
	for (from = 0; from < slots; from += 5) {
		for (to = 0; to < slots; to += 3) {
			u64 commands;
			u64 i;

			for (i = 0; i < slots; i++)
				memcpy(fake_host_va(setup_driver.ring + i * SLOT),
				       a_sync().dw, SLOT);
			mediate_write(CWRITER, 4, from * SLOT);
			commands = done();
			mediate_write(CWRITER, 4, to * SLOT);
			ASSERT_EQ(done() - commands, (to + slots - from) % slots);
			ASSERT_EQ(mediate_read(CREADR, 4), to * SLOT);
		}
	}
	setup_driver.prod = mediate_read(CREADR, 4);
	mediate_works();
}

/* Good, bad, good: the bad one is harmless, and CREADR goes on. */
TEST(its_i05_good_bad_good)
{
	u64 commands;
	u64 before;

	start_default();
	commands = done();
	before = passed();
	model_its_driver_queue(&setup_driver, a_sync().dw);
	model_its_driver_queue(&setup_driver, model_mapc(0, 77 << 16, true).dw);
	model_its_driver_queue(&setup_driver, a_sync().dw);
	ASSERT(model_its_driver_post(&setup_driver));
	ASSERT_EQ(done(), commands + 3);
	ASSERT_EQ(passed(), before + 2);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_TARGET), 1);
	mediate_works();
}

static void check_refused(void)
{
	setup_driver.patience = 10;
	mediate_refused(model_mapc(0, 77 << 16, true), DEVMED_CMD_TARGET);
	setup_sync(model_mapd(0x999, 0, 0, false), SETUP_RD);
	mediate_works();
}

/* What comes in its place is for a CPU that is up. */
TEST(its_i05_harmless_of_cpu_up)
{
	params = model_gic_default;
	params.its.sync_needs_lpis = true;
	params.its.stalls = true;
	setup_driver.skip_lpis = BIT(0);
	setup_driver.skip_rds = BIT(0);
	start();
	check_refused();
}

/* Of none that the driver never waits for: Cavium 23144. */
TEST(its_i05_harmless_of_node)
{
	params = model_gic_default;
	params.its.iidr = 0xa100034c;
	params.its.far_rds = BIT(0) | BIT(1);
	setup_driver.skip_rds = BIT(0) | BIT(1);
	start();
	check_refused();
}

/* A driver that has not waited for any yet. */
TEST(its_i05_harmless_of_none)
{
	params = model_gic_default;
	params.its.sync_needs_lpis = true;
	params.its.stalls = true;
	setup_driver.skip_lpis = BIT(0) | BIT(1);
	setup_driver.skip_rds = U32_MAX;
	setup_gic(&params);
	mediate();
	setup_driver.patience = 10;
	setup_send(model_mapc(0, 77 << 16, true));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* And the CPU that it was has gone offline since. */
TEST(its_i05_harmless_after_hotplug)
{
	params = model_gic_default;
	params.its.sync_needs_lpis = true;
	params.its.stalls = true;
	start();
	/* The driver has moved all from there. */
	setup_sync(model_movi(SETUP_DEV, SETUP_EVENT, 1), 1);
	mediate_write(model_rd_phys(SETUP_RD) + GICR_CTLR, 4, 0);
	setup_driver.patience = 10;
	setup_send(model_mapc(0, 77 << 16, true));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	ASSERT(model_its_msi(0, SETUP_DEV, SETUP_EVENT));
	ASSERT_EQ(model_lpis_taken(1, SETUP_LPI), 1);
}

/* An ITS that stalls at a SYNC for a redistributor whose LPIs are not enabled. */
static void start_strict(void)
{
	params = model_gic_default;
	params.its.sync_needs_lpis = true;
	params.its.stalls = true;
	start();
	setup_driver.patience = 10;
}

/* The CPU of @rd goes offline; then a command is refused. */
static void off_and_refused(unsigned int rd)
{
	mediate_write(model_rd_phys(rd) + GICR_CTLR, 4, 0);
	setup_send(model_mapc(0, 77 << 16, true));
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* The last SYNC before the handover was for a CPU that has gone offline since. */
TEST(its_i05_named_before)
{
	start_strict();
	setup_sync(model_movi(SETUP_DEV, SETUP_EVENT, 0), 0);
	off_and_refused(SETUP_RD);
}

/* The driver named it last, and does not name another one. */
TEST(its_i05_named_last)
{
	start_strict();
	setup_sync(model_invall(3), 3);
	off_and_refused(3);
}

/* The doorbell comes from another CPU than at boot. */
TEST(its_i05_other_cpu)
{
	start_strict();
	mediate_write(model_rd_phys(0) + GICR_CTLR, 4, 0);
	fake_mpidr = BIT(31) | 1;
	setup_sync(model_invall(3), 3);
	off_and_refused(3);
	fake_mpidr = BIT(31) | 2;
	off_and_refused(1);
}

/* Frames are in another order than CPUs. */
TEST(its_i05_other_order)
{
	params = model_gic_default;
	params.its.sync_needs_lpis = true;
	params.its.stalls = true;
	params.rd.affinity = 1;
	start();
	setup_driver.patience = 10;
	mediate_write(model_rd_phys(0) + GICR_CTLR, 4, 0);
	setup_sync(model_invall(3), 3);
	off_and_refused(3);
}

/* In MPIDR_EL1, Aff3 is not next to Aff2. */
TEST(its_i05_affinity_3)
{
	params = model_gic_default;
	params.its.sync_needs_lpis = true;
	params.its.stalls = true;
	params.rd.affinity = 0x12000000;
	fake_mpidr = 0x1280000001;
	start();
	setup_driver.patience = 10;
	setup_sync(model_invall(3), 3);
	off_and_refused(3);
}

/* Cavium 23144: the ITS does not reach the CPU that rings. */
TEST(its_i05_other_node)
{
	params = model_gic_default;
	params.its.iidr = 0xa100134c;
	params.its.sync_needs_lpis = true;
	params.its.stalls = true;
	params.its.far_rds = BIT(0) | BIT(1);
	setup_driver.skip_rds = BIT(0) | BIT(1);
	start();
	fake_mpidr = 1;
	check_refused();
	fake_mpidr = 3;
	check_refused();
	off_and_refused(SETUP_RD);
}

/* Rung while disabled, done when enabled: the ITT is kept until then. */
TEST(its_i06_submit_while_disabled)
{
	struct model_cmd cmd;

	start_default();
	cmd = model_mapd(0x77, setup_page(0), 4, true);
	mediate_write(CTLR, 4, 0);
	setup_driver.patience = 3;
	ASSERT(!model_its_driver_send(&setup_driver, cmd.dw));
	cmd = model_mapti(0x77, 3, SETUP_LPI + 3, 1);
	ASSERT(!model_its_driver_send(&setup_driver, cmd.dw));
	cmd = model_mapd(0x77, 0, 0, false);
	ASSERT(!model_its_driver_send(&setup_driver, cmd.dw));
	cmd = model_mapd(0x78, setup_page(0), 4, true);
	ASSERT(!model_its_driver_send(&setup_driver, cmd.dw));
	mediate_write(CTLR, 4, GITS_CTLR_ENABLE);
	ASSERT(model_its_driver_post(&setup_driver));
	mediate_works();
}

/* More than the hyp ring holds, while the ITS reads nothing. */
TEST(its_i06_full_while_disabled)
{
	struct model_cmd cmd;
	unsigned int i;
	u64 commands;

	start_default();
	cmd = a_sync();
	commands = done();
	mediate_write(CTLR, 4, 0);
	setup_driver.patience = 1;
	for (i = 0; i < 3 * SZ_4K / SLOT; i++)
		model_its_driver_send(&setup_driver, cmd.dw);
	mediate_write(CTLR, 4, GITS_CTLR_ENABLE);
	ASSERT(done() > commands);
	setup_driver.patience = 1000;
	setup_driver.prod = mediate_read(CREADR, 4);
	mediate_write(CWRITER, 4, setup_driver.prod);
	mediate_works();
}

/* The slot that stopped it is checked again; a Retry runs what it is by then. */
TEST(its_i08_retry)
{
	struct model_cmd bad = model_movi(SETUP_DEV, 5, 0);
	struct model_cmd worse = model_mapc(0, 77 << 16, true);
	u32 slot;

	params = model_gic_default;
	params.its.stalls = true;
	start();
	slot = setup_driver.prod;
	setup_driver.patience = 3;
	ASSERT(!model_its_driver_send(&setup_driver, bad.dw));
	ASSERT_EQ(mediate_read(CREADR, 8), slot | 1);
	/* Not without Retry, and not the same once more. */
	mediate_write(CWRITER, 8, setup_driver.prod);
	mediate_write(CWRITER, 8, setup_driver.prod | 1);
	ASSERT_EQ(mediate_read(CREADR, 8), slot | 1);
	memcpy(fake_host_va(setup_driver.ring + slot), worse.dw, SLOT);
	mediate_write(CWRITER, 8, setup_driver.prod | 1);
	ASSERT_EQ(mediate_read(CREADR, 8), setup_driver.prod);
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_TARGET), 1);
	setup_driver.patience = 1000;
	mediate_works();
}

/* What the ITS does not do, EL2 does not count on: IDs it never unmapped. */
TEST(its_i09_no_success_inferred)
{
	start_default();
	mediate_refused(model_mapd(SETUP_DEV, 0, 31, true), DEVMED_CMD_EVENT);
	mediate_refused(model_mapti(SETUP_DEV, SETUP_EVENTS, SETUP_LPI, 0),
			DEVMED_CMD_EVENT);
	setup_sync(model_mapti(SETUP_DEV, 2, SETUP_LPI + 2, 0), 0);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

/* Bits that a command does not have never arrive: the model would fail. */
TEST(its_i27_reserved_bits)
{
	static const u8 ops[] = {
		GITS_CMD_MOVI, GITS_CMD_INT, GITS_CMD_CLEAR, GITS_CMD_SYNC,
		GITS_CMD_MAPD, GITS_CMD_MAPC, GITS_CMD_MAPTI, GITS_CMD_MAPI,
		GITS_CMD_INV, GITS_CMD_INVALL, GITS_CMD_MOVALL, GITS_CMD_DISCARD,
	};
	unsigned int i;
	unsigned int bit;

	start_default();
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		for (bit = 8; bit < 256; bit++) {
			struct model_cmd cmd = { { ops[i] | (u64)0x99 << 32 } };

			cmd.dw[bit / 64] ^= BIT_ULL(bit % 64);
			setup_send(cmd);
		}
	}
	model_gic_check();
}

TEST(its_i27_unknown_opcodes)
{
	u32 op;

	start_default();
	for (op = 0; op < 256; op++) {
		struct model_cmd cmd = { { op | (u64)SETUP_DEV << 32 } };
		bool known = BIT_ULL(op % 64) & 0xff3a && op < 16;

		if (!known)
			mediate_refused(cmd, DEVMED_CMD_OPCODE);
	}
}

static u64 *slot_read;

/* Another CPU changes the slot as soon as EL2 has looked at it. */
static void change_slot(const volatile void *addr, size_t size)
{
	if (addr == slot_read)
		*(u64 *)fake_host_va(fake_phys((void *)addr)) = GITS_CMD_MAPD |
			(u64)0x55 << 32;
}

/* Review: copied once, and only the copy is looked at. */
TEST(its_review_slot_changes)
{
	start_default();
	slot_read = __hyp_va(setup_driver.ring + setup_driver.prod);
	fake_on_read_once = change_slot;
	setup_send(a_sync());
	fake_on_read_once = NULL;
	ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_CMD_REWRITTEN), 0);
	mediate_works();
}

/* Thousands of commands at one doorbell: some at a time. */
TEST(its_many_commands)
{
	unsigned int traps;
	unsigned int i;
	u64 before;

	params = model_gic_default;
	mediate_gic(&params);
	before = passed();
	for (i = 0; i < SZ_64K / SLOT - 1; i++)
		model_its_driver_queue(&setup_driver, a_sync().dw);
	traps = mediate_traps;
	ASSERT(model_its_driver_post(&setup_driver));
	ASSERT_EQ(passed(), before + SZ_64K / SLOT - 1);
	ASSERT(mediate_traps > traps + 8);
	ASSERT(mediate_traps < traps + 100);
	mediate_works();
}

/* An empty doorbell does nothing, one with commands is one trap. */
TEST(its_traps)
{
	unsigned int traps;
	u64 doorbells;

	start_default();
	doorbells = model_its_stats(0)->doorbells;
	mediate_write(CWRITER, 4, setup_driver.prod);
	ASSERT_EQ(model_its_stats(0)->doorbells, doorbells);
	traps = mediate_traps;
	setup_sync(model_movi(SETUP_DEV, SETUP_EVENT, 1), 1);
	ASSERT_EQ(mediate_traps, traps + 1);
}

/* An ITS that answers no more: EL2 comes back, and the host sees it. */
TEST(its_hangs)
{
	struct model_cmd cmd;
	unsigned int i;

	start_default();
	cmd = a_sync();
	model_its_hang(0, true);
	setup_driver.patience = 2;
	for (i = 0; i < 2 * SZ_4K / SLOT; i++)
		model_its_driver_send(&setup_driver, cmd.dw);
	mediate_write(CTLR, 4, 0);
	mediate_write(CTLR, 4, GITS_CTLR_ENABLE);
	model_its_hang(0, false);
	mediate_read(CREADR, 4);
	model_gic_check();
}
