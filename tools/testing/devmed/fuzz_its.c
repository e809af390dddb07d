// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host that does anything to a live GIC: registers, commands, memory in any
 * state, pages that come and go, power that fails. The GIC model judges what
 * becomes of it, after each step.
 */
#include "fuzz_input.h"
#include "harness.h"
#include "its_mediate.h"

#define NR_HOST_PAGES	64
#define MAX_DEVICES	40
#define FRAME		SZ_64K

/* Of fuzz_state.h. */
extern u8 __start_hyp_bss[], __stop_hyp_bss[];
extern u8 __start_hyp_data[], __stop_hyp_data[];

static u64 host_pages;

static u64 take_below(u64 limit)
{
	return take(limit > 256 ? 2 : 1) % limit;
}

/* EL2 as it is at boot; between its variables there are ASan's, so no memset(). */
__attribute__((no_sanitize("address")))
static void boot(void)
{
	static u8 *at_boot;
	size_t size = __stop_hyp_data - __start_hyp_data;
	volatile u8 *byte;
	size_t i;

	if (!at_boot) {
		at_boot = malloc(size);
		for (i = 0; i < size; i++)
			at_boot[i] = __start_hyp_data[i];
	}
	for (byte = __start_hyp_bss; byte < __stop_hyp_bss; byte++)
		*byte = 0;
	for (i = 0; i < size; i++)
		((volatile u8 *)__start_hyp_data)[i] = at_boot[i];
	devmed_trust_ended = false;
}

static void take_params(struct model_gic_params *params)
{
	static const u8 ite_sizes[] = { 8, 12, 16 };
	u64 bits = take(4);

	*params = model_gic_default;
	params->nr_rds = 3;
	params->rd.id_bits = 14;
	params->rd.late_vpt = true;
	params->its.prefetch = bits >> 18 & 4;
	params->its.dev_bits = 12;
	params->its.id_bits = 6 + take_below(6);
	params->its.ite_size = ite_sizes[take_below(3)];
	params->its.baser[0].page_size = SZ_4K;
	params->its.baser[1].page_size = SZ_4K;
	params->its.baser[0].indirect = bits & BIT(0);
	params->its.pta = bits & BIT(1);
	params->its.stalls = bits & BIT(2);
	params->its.hcc = bits & BIT(3) ? 2 : 0;
	params->its.v4 = bits & BIT(4) ? 40 : bits & BIT(5) ? 41 : 0;
	params->its.cmd_delay = bits & BIT(6) ? 3 : 0;
	params->its.quiet_delay = bits & BIT(7) ? 40 : bits & BIT(8) ? 2000 : 0;
	params->rd.rwp_delay = bits & BIT(9) ? 30 : bits & BIT(10) ? 5000 : 0;
	params->rd.sticky = bits & BIT(11);
	params->rd.direct_lpi = bits & BIT(12);
	params->rd.inv_regs = bits & BIT(13);
	params->its.ring_not_shareable = bits & BIT(14);
	params->its.tables_not_shareable = bits & BIT(14);
	params->rd.not_shareable = bits & BIT(14);
	params->its.coherency = bits & BIT(14) ? MODEL_BY_ATTRS : MODEL_SNOOPS;
	params->rd.coherency = params->its.coherency;
	params->its.cid_bits = bits & BIT(15) ? 3 : 0;
	params->rd.first_number = bits & BIT(16) ? 9 : 0;
}

static void start(void)
{
	struct model_gic_params params;

	setup_reset();
	boot();
	fake_reset_memory();
	take_params(&params);
	setup_driver.ring_size = SZ_4K;
	setup_driver.lpi_bits = params.rd.id_bits;
	setup_start(&params);
	host_pages = setup_page(NR_HOST_PAGES);
	mediate_register(32 + take_below(32));
	ASSERT_EQ(mediate_start(&setup_driver, 1), 0);
	mediate_switch(&setup_driver);
	/* Not finalized: the next input begins before that. */
	devmed_finalize();
	model_trust_host(false);
}

/* An address that means something to somebody, or none. */
static u64 take_address(void)
{
	const u64 addresses[] = {
		host_pages + take_below(NR_HOST_PAGES) * PAGE_SIZE,
		setup_driver.ring, setup_driver.prop, setup_itt,
		setup_driver.pend[take_below(2)], setup_driver.table[0],
		setup_driver.table[1], MEDIATE_POOL_BASE, MODEL_ITS_BASE,
		model_rdbase(take_below(2)), take(6),
	};

	return addresses[take_below(ARRAY_SIZE(addresses))];
}

static u64 take_devid(void)
{
	return take(1) % 16 ? take_below(MAX_DEVICES) * 100 : take(4);
}

static u64 take_lpi(void)
{
	return take(1) % 16 ? MODEL_FIRST_LPI + take_below(64) : take(4);
}

/* What a driver could mean, and then some bits of it otherwise. */
static struct model_cmd take_cmd(void)
{
	static const u8 ops[] = {
		GITS_CMD_INT, GITS_CMD_CLEAR, GITS_CMD_INV, GITS_CMD_DISCARD,
	};
	u64 devid = take_devid();
	u32 event = take_below(70);
	u16 icid = take_below(8);
	u64 rdbase = take(1) % 8 ? model_rdbase(take_below(2)) : take_address();

	switch (take_below(12)) {
	case 0:
	case 1:
		return model_mapd(devid, take_address() & GENMASK_ULL(51, 8),
				  take(1) % 16, true);
	case 2:
		return model_mapd(devid, take(6) << 8, take(1) % 32, false);
	case 3:
		return model_mapc(icid, rdbase & GENMASK_ULL(51, 16), take_below(4));
	case 4:
	case 5:
		return model_mapti(devid, event, take_lpi(), icid);
	case 6:
		return model_mapi(devid, take_lpi(), icid);
	case 7:
		return model_movi(devid, event, icid);
	case 8:
		return model_movall(rdbase & GENMASK_ULL(51, 16), model_rdbase(0));
	case 9:
		return model_event(ops[take_below(4)], devid, event);
	case 10:
		return model_sync(rdbase & GENMASK_ULL(51, 16));
	}

	return (struct model_cmd) { { take(8), take(8), take(8), take(8) } };
}

/* The host's own memory it can always write. */
static bool host_writes(u64 phys)
{
	enum pkvm_page_state state;

	if (phys < FAKE_MEM_BASE || phys - FAKE_MEM_BASE >= FAKE_MEM_SIZE)
		return false;
	state = get_host_state(hyp_phys_to_page(phys));

	return state == PKVM_PAGE_OWNED || state == PKVM_PAGE_SHARED_OWNED;
}

static void do_commands(void)
{
	u64 slots = setup_driver.ring_size / 32;
	u64 nr = take(1) % 32 ? take_below(4) + 1 : slots;

	while (nr-- && left) {
		struct model_cmd cmd = take_cmd();

		if (take(1) % 16 == 0)
			cmd.dw[take_below(4)] ^= BIT_ULL(take_below(64));
		model_its_driver_queue(&setup_driver, cmd.dw);
	}
	mediate_try_write(MODEL_ITS_BASE + GITS_CWRITER, take(1) % 8 ? 4 : 8,
			  setup_driver.prod);
}

static void do_ring(void)
{
	u64 slot = take_below(setup_driver.ring_size / 32);
	struct model_cmd cmd = take_cmd();

	memcpy(fake_host_va(setup_driver.ring + slot * 32), cmd.dw, 32);
	mediate_try_write(MODEL_ITS_BASE + GITS_CWRITER, 8,
			  take(1) % 4 ? slot * 32 | take_below(2) : take(8));
}

/* Registers with a meaning, more often than others. */
static u64 take_register(void)
{
	static const u16 its_regs[] = {
		GITS_CTLR, GITS_CBASER, GITS_CWRITER, GITS_CREADR, GITS_BASER,
		GITS_BASER + 8, GITS_BASER + 16, GITS_TYPER,
	};
	static const u16 rd_regs[] = {
		GICR_CTLR, GICR_CTLR, GICR_WAKER, GICR_PROPBASER, GICR_PENDBASER,
		GICR_SETLPIR, GICR_CLRLPIR, GICR_INVLPIR, GICR_INVALLR, GICR_SYNCR,
	};

	switch (take_below(6)) {
	case 0:
	case 1:
		return MODEL_ITS_BASE + its_regs[take_below(ARRAY_SIZE(its_regs))];
	case 2:
	case 3:
		return model_rd_phys(take_below(2)) +
		       rd_regs[take_below(ARRAY_SIZE(rd_regs))];
	case 4:
		return MODEL_ITS_BASE + take_below(FRAME * 2) / 4 * 4;
	}

	return model_rd_phys(take_below(2)) + take_below(FRAME) / 4 * 4;
}

static u64 take_value(u64 phys)
{
	switch (take_below(6)) {
	case 0:
		return 0;
	case 1:
		return 1;
	case 2:
		return mediate_read(ALIGN_DOWN(phys, 8), 8);
	case 3:
		return take_address() | take(2);
	case 4:
		return take_address() | take(1) << 56 | BIT_ULL(63);
	}

	return take(8);
}

static void do_register(void)
{
	u64 phys = take_register();
	u8 size = take(1) % 2 ? 4 : 8;

	if (phys % size)
		size = 4;
	if (take(1) % 4)
		mediate_try_write(phys, size, take_value(phys));
	else if (fake_s2(phys) == FAKE_S2_HYP)
		mediate_read(phys, size);
}

/* Its own pages, and those that it thinks are. */
static void do_pages(void)
{
	u64 phys = take_address() & PAGE_MASK;
	u64 pfn = phys >> PAGE_SHIFT;

	if (!host_writes(phys))
		return;
	switch (take_below(5)) {
	case 0:
		__pkvm_host_share_hyp(pfn);
		break;
	case 1:
		__pkvm_host_unshare_hyp(pfn);
		break;
	case 2:
		if (get_host_state(hyp_phys_to_page(phys)) == PKVM_PAGE_OWNED)
			fake_guest_takes(phys);
		break;
	case 3:
		*(u64 *)fake_host_va(phys + take_below(PAGE_SIZE / 8) * 8) = take(8);
		break;
	case 4:
		devmed_pool_topup(pfn, take_below(4));
		break;
	}
}

static void do_device(void)
{
	unsigned int i;

	switch (take_below(9)) {
	case 0:
		model_gic_settle();
		break;
	case 4:
		mediate_suspend(take_below(MODEL_FW_KINDS));
		break;
	case 1:
		model_its_power_cut(0);
		break;
	case 2:
		model_rd_power_cut(take_below(2));
		break;
	case 3:
		model_its_hang(0, take_below(2));
		break;
	default:
		for (i = take(1); i; i--)
			mediate_read(MODEL_ITS_BASE + GITS_CREADR, 8);
		model_its_msi(0, take_devid(), take_below(70));
		break;
	}
}

static void do_driver(void)
{
	switch (take_below(3)) {
	case 0:
		mediate_try_write(MODEL_ITS_BASE + GITS_CTLR, 4, 0);
		break;
	case 1:
		mediate_try_write(MODEL_ITS_BASE + GITS_CTLR, 4, GITS_CTLR_ENABLE);
		break;
	case 2:
		mediate_try_write(MODEL_ITS_BASE + GITS_CBASER, 8,
				  mediate_read(MODEL_ITS_BASE + GITS_CBASER, 8));
		setup_driver.prod = 0;
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static void (* const steps[])(void) = {
		do_commands, do_commands, do_commands, do_ring, do_register,
		do_register, do_pages, do_device, do_driver,
	};
	static bool ready;

	if (!ready)
		fake_init();
	ready = true;
	take_from(data, size);
	start();
	while (left) {
		steps[take(1) % ARRAY_SIZE(steps)]();
		fake_check_idle();
		model_gic_check();
	}

	return 0;
}
