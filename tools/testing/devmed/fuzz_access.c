// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host that does anything, in any order: claims, aborts with any syndrome,
 * hypercalls, recycling, rings. What must hold afterwards is asserted after
 * each step.
 */
#include <nvhe/devmed_trap.h>

#include "fake.h"
#include "fuzz_input.h"
#include "harness.h"

#include <nvhe/devmed_ring.h>

#define BASE	0x08000000ULL
#define PAGES	256
#define SLOTS	5

static struct kvm_cpu_context host;
static u64 host_slots[SLOTS * 4];
static u64 hyp_slots[SLOTS * 4];
static struct devmed_ring ring;

static void reset(void)
{
	unsigned int id;

	devmed_trust_ended = false;
	for (id = 0; id < DEVMED_MAX_REGIONS; id++) {
		struct devmed_region *region = devmed_get_region(id);

		if (!region)
			continue;
		devmed_withdraw(region);
		ASSERT_EQ(devmed_unregister(id), 0);
	}
	fake_reset_io();
	fake_set_s2(BASE, PAGES * PAGE_SIZE, FAKE_S2_LAZY);
	ring = (struct devmed_ring) {
		.host = { host_slots, SLOTS, SLOTS, 0, 0 },
		.hyp = { hyp_slots, SLOTS, 2 * SLOTS, 0, 0 },
		.slot_size = 16 << take(1) % 2,
		.coherent = take(1) % 2,
	};
}

/* EL2 touches a device only where a region lists a register, at its width. */
static void check_device(enum fake_kind kind)
{
	unsigned int i;

	for (i = 0; i < fake_count(kind); i++) {
		const struct fake_event *event = fake_event(kind, i);
		struct devmed_region *region = devmed_find_region(event->addr);

		ASSERT(region && (event->size == 4 || event->size == 8));
		ASSERT(event->addr + event->size <= region->base + region->size);
	}
}

static void do_abort(void)
{
	struct kvm_vcpu_fault_info fault = {
		.far_el2 = take(8),
		.hpfar_el2 = (BASE >> 12) + take(1) << 4 | (u64)!!take(1) << 63,
	};
	/* An abort is all that comes here. */
	u64 esr = (take(4) & 0x3ffffff) | (take(1) % 8 ? 0x24ULL : 0x20ULL) << 26;
	struct kvm_cpu_context before = host;
	unsigned int i;
	u64 elr = take(4);
	bool ours;

	fake_sysregs = (struct fake_sysregs) {
		.esr_el2 = esr, .elr_el2 = elr, .spsr_el2 = take(1) % 2 ? 5 : take(1),
		.sctlr_el1 = take(1) % 8 ? 0 : 1 << 25,
	};
	ours = devmed_handle_host_abort(&host, esr, &fault);
	ASSERT_EQ(fake_count(FAKE_SKIP) + fake_count(FAKE_INJECT), ours);
	ASSERT_EQ(fake_sysregs.elr_el2, elr + 4 * fake_count(FAKE_SKIP));
	for (i = 0; i < 31; i++) {
		if (host.regs.regs[i] != before.regs.regs[i])
			ASSERT(fake_count(FAKE_SKIP) && !(esr & 1 << 6) &&
			       i == (esr >> 16 & 31));
	}
	ASSERT(!memcmp(&host.regs.sp, &before.regs.sp, 24));
	if (fake_count(FAKE_INJECT))
		ASSERT_EQ(fake_count(FAKE_READ) + fake_count(FAKE_WRITE), 0);
}

static void do_hcall(void)
{
	struct kvm_cpu_context ctxt = {};
	u64 op = take(1) % (DEVMED_SETUP_POLICY + 2);
	unsigned int i;

	/*
	 * The pool cannot be taken back for the next run. Instances here are
	 * nothing that a backend has built.
	 */
	if (op >= DEVMED_SETUP_POOL && op < DEVMED_SETUP_POLICY)
		return;
	ctxt.regs.regs[1] = op;
	for (i = 2; i < 6; i++)
		ctxt.regs.regs[i] = take(1) % 4 ? take(1) : take(8);
	if (take(1) % 2)
		handle___devmed_setup(&ctxt);
	else
		handle___devmed_call(&ctxt);
}

static void do_claim(void)
{
	u64 base = BASE + take(1) * PAGE_SIZE;
	u64 size = take(1) % 48 * PAGE_SIZE;
	int id;

	id = devmed_register(take(1) % 3, base, size, take(1));
	ASSERT(id < (int)DEVMED_MAX_REGIONS);
	if (id >= 0 && take(1) % 2)
		devmed_publish(devmed_get_region(id), &ring);
}

static void do_recycle(void)
{
	u64 start = BASE + take(3) % (PAGES * PAGE_SIZE);
	u64 end = start + take(3);
	u64 addr = BASE + take(3) % (PAGES * PAGE_SIZE);

	hyp_spin_lock(&host_mmu.lock);
	ASSERT_EQ(fake_recycle(), 0);
	ASSERT_EQ(devmed_unmap_hole(&host_mmu.pgt, start, end), 0);
	if (!devmed_find_region(addr)) {
		u64 low = 0;
		u64 high = FAKE_MEM_BASE;

		devmed_clamp_range(addr, &low, &high);
		ASSERT(low <= addr && addr < high);
	}
	hyp_spin_unlock(&host_mmu.lock);
}

static enum devmed_cmd_answer sanitize(u64 *cmd, void *arg)
{
	return cmd[0] % 3;
}

static void do_ring(void)
{
	u32 max = take(1);

	if (devmed_queue_set_prod(&ring.host, take(1) % 4 ? take(1) % 8 : take(8)))
		return;
	host_slots[take(1) % ARRAY_SIZE(host_slots)] = take(1);
	ASSERT(devmed_ring_drain(&ring, ring.slot_size, max, sanitize, NULL) <= max);
	devmed_queue_set_cons(&ring.hyp, take(1) % 4 ? take(1) % 16 : take(8));
	ASSERT_EQ(devmed_ring_check(&ring), 0);
}

/* The host never gets a page of a region, whatever it did. */
static void check_regions(void)
{
	u64 addr;

	for (addr = BASE; addr < BASE + PAGES * PAGE_SIZE; addr += PAGE_SIZE) {
		struct devmed_region *region = devmed_find_region(addr);
		enum fake_s2 state = fake_s2(addr);

		if (!region)
			continue;
		ASSERT(state == FAKE_S2_HYP ||
		       (state == FAKE_S2_R &&
			(region->flags & DEVMED_REGION_DIRECT_READS) &&
			addr - region->base < region->regs->direct_reads));
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static void (* const steps[])(void) = {
		do_claim, do_abort, do_abort, do_abort, do_hcall, do_recycle, do_ring,
	};
	static bool ready;

	if (!ready)
		fake_init();
	ready = true;
	take_from(data, size);
	reset();

	while (left) {
		u8 step = take(1);

		fake_log_reset();
		if (step == 0xff)
			devmed_finalize();
		else
			steps[step % ARRAY_SIZE(steps)]();
		fake_check_idle();
		check_device(FAKE_READ);
		check_device(FAKE_WRITE);
	}
	check_regions();

	return 0;
}
