// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS backend where lists have more than one entry and steps come twice:
 * vPEs that share a bucket, tables that change, commands repeated, what is left
 * after a reset, and the way back of a handover that is larger than usual.
 */
#include "harness.h"
#include "its_vpe_bed.h"

#include "../../../drivers/devmed/its/hyp/its-hyp.h"

/* As few as there can be: a configuration table is 8K then. */
#define SMALL_BITS	14
#define SMALL_CONFIG	SZ_8K

static bool is_free_config(u64 phys)
{
	bool free = !devmed_pin(phys, SMALL_CONFIG);

	if (free)
		ASSERT_EQ(devmed_unpin(phys, SMALL_CONFIG), 0);

	return free;
}

/* Another ITS, so to speak, maps @vpe with what is not its table. */
static void has_a_table(u16 vpe)
{
	struct its_hold *hold;

	ASSERT_EQ(its_hold_map(vpe, foreign, &hold), -EEXIST);
}

/* IC25: vPEIDs that differ by the number of buckets. */
TEST(its_ic25_vpes_of_one_bucket)
{
	u64 table, pinned;

	v4_params(40);
	begin();
	pinned = devmed_pinned();
	table = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	map(VPE, vpt);
	map(VPE + 256, vpt2);
	map(VPE + 512, table);
	has_a_table(VPE);
	has_a_table(VPE + 256);
	unmap(VPE + 256);
	has_a_table(VPE + 512);
	ASSERT(!is_free(vpt) && is_free(vpt2) && !is_free(table));
	refused(model_vpe(GITS_CMD_VINVALL, VPE + 256), DEVMED_CMD_VPE);
	setup_send(model_vpe(GITS_CMD_VINVALL, VPE));
	map(VPE + 256, vpt2);
	unmap(VPE);
	unmap(VPE + 512);
	unmap(VPE + 256);
	ASSERT_EQ(devmed_pinned(), pinned);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
}

static void map_small(u16 vpe, u64 phys)
{
	struct model_cmd cmd = model_vmapp(vpe, model_vpe_rdbase(1), phys,
					   SMALL_BITS - 1, true);

	model_its_driver_queue(&setup_driver, cmd.dw);
	setup_send(model_vpe(GITS_CMD_VSYNC, vpe));
}

static void enter_with(unsigned int rd, u64 config, u64 table)
{
	mediate_write(VLPI(rd, GICR_VPROPBASER), 8, config | (SMALL_BITS - 1));
	mediate_write(VLPI(rd, GICR_VPENDBASER), 8, table | RESIDENT);
	ASSERT(vpendbaser(rd) & RESIDENT);
}

static void leave_with(unsigned int rd, u64 table)
{
	mediate_write(VLPI(rd, GICR_VPENDBASER), 8, table);
}

/* R11: configuration tables next to one another; a vPE that changes its own. */
TEST(its_r11_other_config)
{
	u64 pinned;

	v4_params(40);
	setup_driver.lpi_bits = SMALL_BITS;
	begin();
	pinned = devmed_pinned();
	map_small(VPE, vpt);
	map_small(VPE + 1, vpt2);
	enter_with(1, vconf, vpt);
	enter_with(2, vconf + SMALL_CONFIG, vpt2);
	ASSERT(is_free_config(vconf + 2 * SMALL_CONFIG));
	leave_with(1, vpt);
	enter_with(1, vconf + 2 * SMALL_CONFIG, vpt);
	ASSERT(is_free_config(vconf));
	model_gic_check();
	/* Both with the same one: the last to leave it lets it go. */
	leave_with(1, vpt);
	enter_with(1, vconf + SMALL_CONFIG, vpt);
	ASSERT(is_free_config(vconf + 2 * SMALL_CONFIG));
	leave_with(2, vpt2);
	unmap(VPE + 1);
	ASSERT(!is_free_config(vconf + SMALL_CONFIG));
	model_gic_check();
	leave_with(1, vpt);
	unmap(VPE);
	ASSERT_EQ(devmed_pinned(), pinned);
	model_gic_check();
}

/* No page for the record of a pin. */
TEST(its_ic19_hold_no_memory)
{
	struct its_hold *hold;
	void *page = NULL;
	void *next;
	u64 pinned;

	v4_params(40);
	begin();
	pinned = devmed_pinned();
	while ((next = devmed_pool_alloc(0)))
		page = next;
	ASSERT_EQ(its_hold_map(VPE, vpt, &hold), -ENOMEM);
	ASSERT_EQ(devmed_pinned(), pinned);
	devmed_pool_free(page, 0);
	ASSERT_EQ(its_hold_map(VPE, vpt, &hold), 0);
	its_hold_unmap(hold);
	its_hold_release(hold);
	ASSERT_EQ(devmed_pinned(), pinned);
}

/* IC21: vPEs are unmapped and synchronized twice before the ITS gets there. */
TEST(its_ic21_unmap_twice)
{
	struct model_cmd cmds[] = {
		model_vmapp(VPE, 0, 0, 0, false),
		model_vpe(GITS_CMD_VSYNC, VPE),
		model_vmapp(VPE + 1, 0, 0, 0, false),
		model_vpe(GITS_CMD_VSYNC, VPE + 1),
		model_vmapp(VPE, 0, 0, 0, false),
		model_vpe(GITS_CMD_VSYNC, VPE),
	};
	unsigned int i;
	u64 pinned;

	v4_params(40);
	begin();
	pinned = devmed_pinned();
	map(VPE, vpt);
	map(VPE + 1, vpt2);
	model_its_hang(0, true);
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		model_its_driver_queue(&setup_driver, cmds[i].dw);
	ASSERT(!model_its_driver_post(&setup_driver));
	ASSERT(!is_free(vpt) && !is_free(vpt2));
	ASSERT_EQ(counted(DEVMED_CMD_REWRITTEN), 1);
	model_its_hang(0, false);
	setup_send(model_sync(model_rdbase(0)));
	ASSERT_EQ(devmed_pinned(), pinned);
	map(VPE, vpt2);
	unmap(VPE);
	ASSERT_EQ(devmed_pinned(), pinned);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	model_gic_check();
}

/* I20: a write to half of a register that can only be written. */
TEST(its_i20_sgir_half)
{
	unsigned int half;

	v4_params(41);
	begin();
	for (half = 0; half < 8; half += 4) {
		mediate_write(MODEL_ITS_BASE + GITS_SGIR + half, 4, U32_MAX);
		ASSERT_EQ(mediate_counter(mediate_its[0], DEVMED_REFUSED_HANDLER),
			  half / 4 + 1);
	}
	ASSERT_EQ(mediate_read(MODEL_ITS_BASE + GITS_SGIR, 8), 0);
	model_gic_check();
}

static u64 map_device(u32 devid)
{
	model_its_driver_map(&setup_driver, devid, 1024);

	return mediate_hyp_slot((setup_driver.prod ?: setup_driver.ring_size) -
				ITS_CMD_SIZE)[2] & GENMASK_ULL(51, 8);
}

/* PW02: of two ITTs given up, the ITS has left one when it is reset. */
TEST(its_pw02_lost_one_of_two)
{
	bool again = false;
	struct model_cmd cmd;
	unsigned int i;
	u64 kept, lost;

	mediate_default();
	kept = map_device(0x77);
	lost = map_device(0x78);
	model_its_driver_unmap(&setup_driver, 0x77);
	setup_send(model_sync(model_rdbase(0)));
	model_its_driver_suspend(&setup_driver);
	setup_driver.patience = 1;
	cmd = model_mapd(0x78, 0, 0, false);
	model_its_driver_send(&setup_driver, cmd.dw);
	model_its_power_cut(0);
	model_its_driver_resume(&setup_driver);
	setup_driver.patience = 1000;
	for (i = 0; i < 20; i++) {
		u64 itt = map_device(0x100 + i);

		ASSERT(itt != lost);
		again |= itt == kept;
		setup_send(model_sync(model_rdbase(0)));
	}
	ASSERT(again);
	mediate_works();
}

static void stop_all(void)
{
	unsigned int i = DEVMED_MAX_REGIONS;

	while (i--) {
		struct devmed_region *region = devmed_get_region(i);

		if (region && region->instance)
			ASSERT_EQ(devmed_stop(i), 0);
	}
}

/* The handover and its way back, then once more for good. */
static void there_and_back(void)
{
	struct fake_snapshot *before;
	u64 next;

	mediate_register(MEDIATE_POOL_SIZE / PAGE_SIZE);
	before = fake_snapshot();
	next = setup_driver.next;
	ASSERT_EQ(mediate_start(&setup_driver, 1), 0);
	ASSERT(!fake_unchanged(before));
	stop_all();
	ASSERT(fake_unchanged(before));
	free(before);
	setup_driver.next = next;
	ASSERT_EQ(mediate_start(&setup_driver, 1), 0);
	mediate_switch(&setup_driver);
	mediate_finalize();
	mediate_works();
}

/* C10: with a CPU that is not up, and vPEs. */
TEST(its_handover_vpes_undone)
{
	v4_params(40);
	setup_driver.skip_lpis = BIT(3);
	setup_start(&params);
	there_and_back();
	vpt = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	map(VPE, vpt);
	ASSERT_EQ(all_refused(), 0);
}

/* C10: more pages of ITTs than one page of records lists. */
TEST(its_handover_many_devices)
{
	unsigned int i;

	params = model_gic_default;
	setup_start(&params);
	for (i = 0; i < 300; i++)
		model_its_driver_map(&setup_driver, 0x200 + i, 512);
	there_and_back();
	for (i = 0; i < 300; i++)
		model_its_driver_unmap(&setup_driver, 0x200 + i);
	ASSERT_EQ(model_its_stats(0)->errors, 0);
	mediate_works();
}
