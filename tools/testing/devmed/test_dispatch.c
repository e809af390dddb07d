// SPDX-License-Identifier: GPL-2.0-only
/*
 * dispatch.c: each abort ends in exactly one way, and nothing beside the
 * register that the instruction names changes (T02, T03, T08, T13, T17, T19).
 */
#include "fake.h"
#include "harness.h"

#define BASE	0x08080000ULL
#define SIZE	SZ_128K
#define ELR	0xffff800080001000ULL
#define FAR	0xffff800010000000ULL

/* ISV, 32 bits, translation fault at level 3, in both directions. */
#define LDR(sas, rt)	(0x92000000ULL | 1 << 24 | (u64)(sas) << 22 | \
			 (rt) << 16 | 0x07)
#define LDR_X(rt)	(LDR(3, rt) | 1 << 15)
#define WRITE		(1 << 6)

static struct kvm_cpu_context host;
static struct devmed_region *region;
static int id;

static void setup(void)
{
	unsigned int i;

	id = devmed_register(DEVMED_CLASS_ITS, BASE, SIZE, 0);
	ASSERT(id >= 0);
	region = devmed_get_region(id);
	devmed_finalize();
	fake_device_fill();
	for (i = 0; i < 31; i++)
		host.regs.regs[i] = 0xa5a5000000000000ULL | i;
	host.regs.sp = 0x5a5a5a5a5a5a5a5aULL;
	host.regs.pc = 0x1111111111111111ULL;
	host.regs.pstate = 0x2222222222222222ULL;
	fake_log_reset();
}

static bool abort_at(u64 esr, u64 offset)
{
	struct kvm_vcpu_fault_info fault = {
		.far_el2 = FAR | ((BASE + offset) & 0xfff),
		.hpfar_el2 = (BASE + offset) >> 12 << 4 | 1ULL << 63,
	};

	fake_log_reset();
	fake_sysregs = (struct fake_sysregs) {
		.esr_el2 = esr, .spsr_el2 = 0x5, .elr_el2 = ELR,
		.far_el2 = fault.far_el2,
	};

	return devmed_handle_host_abort(&host, esr, &fault);
}

/* Stepped over, or an abort injected: exactly one, exactly once. */
static void check_end(bool stepped)
{
	ASSERT_EQ(fake_count(FAKE_SKIP), stepped);
	ASSERT_EQ(fake_count(FAKE_INJECT), !stepped);
	ASSERT_EQ(fake_sysregs.elr_el2, ELR + (stepped ? 4 : 0));
}

static void check_refused(enum devmed_counter reason, u64 esr, u64 ipa)
{
	const struct fake_event *event = fake_event(FAKE_TRACE, 0);

	ASSERT_EQ(fake_count(FAKE_TRACE), 1);
	ASSERT_EQ(event->addr, ipa);
	ASSERT_EQ(event->size, reason);
	ASSERT_EQ(event->value, esr);
}

static u64 counter(enum devmed_counter which)
{
	u64 value;

	ASSERT_EQ(devmed_read_counter(id, which, &value), 0);
	return value;
}

static void check_neighbours(const struct kvm_cpu_context *before, unsigned int rt)
{
	unsigned int i;

	for (i = 0; i < 31; i++) {
		if (i != rt)
			ASSERT_EQ(host.regs.regs[i], before->regs.regs[i]);
	}
	ASSERT_EQ(host.regs.sp, before->regs.sp);
	ASSERT_EQ(host.regs.pc, before->regs.pc);
	ASSERT_EQ(host.regs.pstate, before->regs.pstate);
}

TEST(dispatch_registers)
{
	u64 value;
	u64 rt;

	setup();
	memcpy(&value, &fake_device[(BASE + 0x100) % FAKE_DEV_SIZE], 8);
	for (rt = 0; rt < 32; rt++) {
		struct kvm_cpu_context before = host;

		ASSERT(abort_at(LDR_X(rt), 0x100));
		check_end(true);
		check_neighbours(&before, rt);
		ASSERT_EQ(fake_count(FAKE_READ), 1);
		if (rt < 31)
			ASSERT_EQ(host.regs.regs[rt], value);
	}
	ASSERT_EQ(counter(DEVMED_READS), 32);
	ASSERT_EQ(counter(DEVMED_WRITES), 0);
}

TEST(dispatch_stores)
{
	u64 rt;

	setup();
	for (rt = 0; rt < 32; rt++) {
		struct kvm_cpu_context before = host;

		ASSERT(abort_at(LDR(2, rt) | WRITE, 0x80));
		check_end(true);
		check_neighbours(&before, 32);
		ASSERT_EQ(fake_count(FAKE_WRITE), 1);
		ASSERT_EQ(fake_event(FAKE_WRITE, 0)->size, 4);
		ASSERT_EQ(fake_event(FAKE_WRITE, 0)->value, rt < 31 ? rt : 0);
	}
	ASSERT_EQ(counter(DEVMED_WRITES), 32);
}

/* STR XZR writes zero; the register slot after x30 is the saved SP. */
TEST(dispatch_zero_register)
{
	setup();
	ASSERT(abort_at(LDR_X(31) | WRITE, 0x88));
	ASSERT_EQ(fake_event(FAKE_WRITE, 0)->value, 0);
	ASSERT(abort_at(LDR_X(31), 0x88));
	ASSERT_EQ(fake_count(FAKE_READ), 1);
	ASSERT_EQ(host.regs.sp, 0x5a5a5a5a5a5a5a5aULL);
}

/* LDRSW to Xt and LDR to Wt. */
TEST(dispatch_extension)
{
	u32 value = 0x89abcdef;

	setup();
	memcpy(&fake_device[(BASE + 4) % FAKE_DEV_SIZE], &value, sizeof(value));
	ASSERT(abort_at(LDR(2, 3) | 1 << 21 | 1 << 15, 4));
	ASSERT_EQ(host.regs.regs[3], 0xffffffff89abcdefULL);
	ASSERT(abort_at(LDR(2, 3), 4));
	ASSERT_EQ(host.regs.regs[3], value);
}

TEST(dispatch_not_ours)
{
	struct kvm_cpu_context before;

	setup();
	before = host;
	ASSERT(!abort_at(LDR_X(1), SIZE));
	ASSERT(!abort_at(LDR_X(1), -0x1000ULL));
	ASSERT_EQ(fake_count(FAKE_SKIP) + fake_count(FAKE_INJECT) +
		  fake_count(FAKE_TRACE), 0);
	check_neighbours(&before, 32);
}

/* The hardware gave no address: an abort, counted, no BUG() (T17). */
TEST(dispatch_unresolved)
{
	struct kvm_vcpu_fault_info fault = { .hpfar_el2 = BASE >> 12 << 4 };
	u64 value;

	setup();
	fake_sysregs.elr_el2 = ELR;
	fake_sysregs.esr_el2 = LDR_X(1);
	ASSERT(devmed_handle_host_abort(&host, LDR_X(1), &fault));
	check_end(false);
	ASSERT_EQ(devmed_read_counter(DEVMED_GLOBAL, DEVMED_UNRESOLVED, &value), 0);
	ASSERT_EQ(value, 1);
}

static void check_injected(u64 esr, u64 offset, enum devmed_counter reason)
{
	struct kvm_cpu_context before = host;
	u64 count = counter(reason);

	ASSERT(abort_at(esr, offset));
	check_end(false);
	check_refused(reason, esr, (BASE + offset) & ~0xfffULL);
	check_neighbours(&before, 32);
	ASSERT_EQ(counter(reason), count + 1);
	ASSERT_EQ(fake_count(FAKE_READ) + fake_count(FAKE_WRITE), 0);
	/* FAR_EL1 holds the address whatever the reason. */
	ASSERT_EQ(fake_event(FAKE_INJECT, 0)->addr,
		  FAR | ((BASE + offset) & 0xfff));
	if (reason != DEVMED_REFUSED_UNALIGNED)
		ASSERT_EQ(fake_event(FAKE_INJECT, 0)->value, esr);
}

TEST(dispatch_refusals)
{
	u64 both[] = { 0, WRITE };
	unsigned int i;

	setup();
	for (i = 0; i < 2; i++) {
		u64 esr = LDR_X(1) | both[i];

		check_injected(esr & ~(1 << 24), 0x88, DEVMED_REFUSED_SYNDROME);
		check_injected(esr | 1 << 7, 0x88, DEVMED_REFUSED_WALK);
		check_injected(esr | 1 << 8, 0x88, DEVMED_REFUSED_CACHE_OP);
		check_injected(esr | 1 << 3, 0x88, DEVMED_REFUSED_CLASS);
		check_injected(esr & ~(1ULL << 28), 0x88, DEVMED_REFUSED_FETCH);
		check_injected(esr, 0x84, DEVMED_REFUSED_UNALIGNED);
		/* A byte, a half-word, and two registers at once (T06, T07). */
		check_injected(LDR(0, 1) | both[i], 0, DEVMED_REFUSED_WIDTH);
		check_injected(LDR(1, 1) | both[i], 2, DEVMED_REFUSED_WIDTH);
		check_injected(esr, 0, DEVMED_REFUSED_WIDTH);
	}
}

static enum fake_abort bus_answer;

static enum fake_abort bus(u64 phys, u8 size, bool write)
{
	return bus_answer;
}

/*
 * The device aborts EL2's access: the host gets an abort at its own instruction, which
 * tells of its own address, and all that EL2 has to return with is as it was.
 */
TEST(dispatch_t19_aborted)
{
	u64 forms[] = {
		LDR(2, 1), LDR(2, 1) | WRITE, LDR_X(1), LDR_X(1) | WRITE, LDR_X(31),
	};
	u64 aborts;
	u64 i;

	setup();
	bus_answer = FAKE_ABORTED;
	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		struct kvm_cpu_context before = host;

		fake_bus = bus;
		ASSERT(abort_at(forms[i], 0x88));
		ASSERT_EQ(fake_aborts, i + 1);
		check_end(false);
		check_refused(DEVMED_REFUSED_ABORTED, forms[i], BASE);
		check_neighbours(&before, 32);
		ASSERT_EQ(fake_event(FAKE_INJECT, 0)->value, forms[i]);
		ASSERT_EQ(fake_event(FAKE_INJECT, 0)->addr, FAR | 0x88);
		ASSERT_EQ(fake_sysregs.spsr_el2, 0x5);
		ASSERT_EQ(counter(DEVMED_REFUSED_ABORTED), i + 1);
		ASSERT_EQ(counter(DEVMED_READS) + counter(DEVMED_WRITES), i);
		fake_check_idle();

		fake_bus = NULL;
		ASSERT(abort_at(forms[i], 0x88));
		check_end(true);
	}
	ASSERT_EQ(devmed_read_counter(DEVMED_GLOBAL, DEVMED_ABORTS, &aborts), 0);
	ASSERT_EQ(aborts, ARRAY_SIZE(forms));
}

/* A write of which no abort is heard, as an SError comes later or never. */
TEST(dispatch_t19_lost)
{
	setup();
	fake_bus = bus;
	bus_answer = FAKE_LOST;
	ASSERT(abort_at(LDR_X(1) | WRITE, 0x88));
	check_end(true);
	ASSERT_EQ(counter(DEVMED_WRITES), 1);
	ASSERT_EQ(counter(DEVMED_REFUSED_ABORTED), 0);
}

/* An alignment fault is what the host would have got from the hardware. */
TEST(dispatch_alignment)
{
	u64 esr = LDR_X(1) | WRITE;

	setup();
	ASSERT(abort_at(esr, 0x8c));
	ASSERT_EQ(fake_event(FAKE_INJECT, 0)->value, (esr & ~0x3fULL) | 0x21);
	check_refused(DEVMED_REFUSED_UNALIGNED, esr, BASE);
}

/* Reserved: zero is read, the write is gone, the host goes on (T18). */
TEST(dispatch_hole)
{
	setup();
	ASSERT(abort_at(LDR_X(2), 0x50));
	check_end(true);
	check_refused(DEVMED_REFUSED_HOLE, LDR_X(2), BASE);
	ASSERT_EQ(host.regs.regs[2], 0);
	ASSERT(abort_at(LDR_X(3) | WRITE, 0x50));
	check_end(true);
	ASSERT_EQ(fake_count(FAKE_READ) + fake_count(FAKE_WRITE), 0);
	ASSERT_EQ(counter(DEVMED_REFUSED_HOLE), 2);
	ASSERT_EQ(counter(DEVMED_READS) + counter(DEVMED_WRITES), 0);
}

TEST(dispatch_direction)
{
	setup();
	ASSERT(abort_at(LDR(2, 2) | WRITE, 4));
	check_end(true);
	check_refused(DEVMED_REFUSED_DIRECTION, LDR(2, 2) | WRITE, BASE);
	ASSERT_EQ(counter(DEVMED_REFUSED_DIRECTION), 1);
	ASSERT_EQ(fake_count(FAKE_WRITE), 0);
}

TEST(dispatch_state_of_host)
{
	setup();
	fake_log_reset();
	ASSERT(abort_at(LDR_X(1), 0x88));

	/* From user space, and from a big-endian kernel: read at that moment. */
	struct kvm_vcpu_fault_info fault = {
		.far_el2 = FAR, .hpfar_el2 = BASE >> 12 << 4 | 1ULL << 63,
	};

	fake_sysregs.spsr_el2 = 0;
	ASSERT(devmed_handle_host_abort(&host, LDR(2, 1), &fault));
	ASSERT_EQ(counter(DEVMED_REFUSED_EL0), 1);
	fake_sysregs.spsr_el2 = 0x5;
	fake_sysregs.sctlr_el1 = 1 << 25;
	ASSERT(devmed_handle_host_abort(&host, LDR(2, 1), &fault));
	ASSERT_EQ(counter(DEVMED_REFUSED_ENDIAN), 1);
}

/* Any syndrome at any offset: one end, no stray register, EL2 lives. */
TEST(dispatch_random)
{
	unsigned int i;

	setup();
	for (i = 0; i < 200000; i++) {
		struct kvm_cpu_context before = host;
		u64 esr = (test_random() & 0x1ffffff) | 0x92000000;
		u64 offset = test_random_below(SIZE);
		bool fetch = !test_random_below(64);

		if (fetch)
			esr = (esr & 0x3ffffff) | 0x82000000;
		ASSERT(abort_at(esr, offset));
		check_end(fake_count(FAKE_SKIP));
		check_neighbours(&before, esr & WRITE ? 32 : esr >> 16 & 31);
		fake_check_idle();
	}
}
