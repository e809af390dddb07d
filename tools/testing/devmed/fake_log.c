// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the EL2 sources did, in order; and the calls that only leave a trace.
 */
#include "fake.h"
#include "harness.h"

#define FAKE_MAX_EVENTS	8192

static struct fake_event events[FAKE_MAX_EVENTS];
static unsigned int nr_events;
static bool fenced;
static bool last_ordered;

void (*fake_on_read_once)(const volatile void *addr, size_t size);
void (*fake_on_barrier)(void);
void (*fake_on_write_once)(volatile void *addr, size_t size);
void (*fake_on_flush)(void *addr, size_t size);
struct fake_sysregs fake_sysregs;
bool kvm_protected_mode_initialized;

void fake_log(enum fake_kind kind, u64 addr, u64 size, u64 value, bool ordered)
{
	unsigned int i = __atomic_load_n(&nr_events, __ATOMIC_RELAXED);

	if (i < FAKE_MAX_EVENTS)
		i = __atomic_fetch_add(&nr_events, 1, __ATOMIC_RELAXED);
	if (i < FAKE_MAX_EVENTS)
		events[i] = (struct fake_event) {
			kind, addr, size, value, ordered || fenced
		};
	if (kind != FAKE_WRITE)
		return;
	last_ordered = ordered || fenced;
	fenced = false;
}

bool fake_last_write_ordered(void)
{
	return last_ordered;
}

void fake_log_reset(void)
{
	nr_events = 0;
	fenced = false;
}

unsigned int fake_count(enum fake_kind kind)
{
	unsigned int count = 0;
	unsigned int i;

	for (i = 0; i < nr_events && i < FAKE_MAX_EVENTS; i++)
		count += events[i].kind == kind;

	return count;
}

unsigned int fake_order(enum fake_kind kind, unsigned int nth)
{
	unsigned int i;

	for (i = 0; i < nr_events && i < FAKE_MAX_EVENTS; i++) {
		if (events[i].kind == kind && !nth--)
			return i;
	}

	test_fail(__FILE__, __LINE__, "no such event", kind, nth);
}

const struct fake_event *fake_event(enum fake_kind kind, unsigned int nth)
{
	return &events[fake_order(kind, nth)];
}

void fake_read_once(const volatile void *addr, size_t size)
{
	fake_log(FAKE_READ_ONCE, (u64)addr, size, 0, false);
	if (fake_on_read_once)
		fake_on_read_once(addr, size);
}

void fake_write_once(volatile void *addr, size_t size)
{
	if (fake_on_write_once)
		fake_on_write_once(addr, size);
}

void fake_barrier(void)
{
	fake_log(FAKE_BARRIER, 0, 0, 0, false);
	fenced = true;
	if (fake_on_barrier)
		fake_on_barrier();
}

void kvm_flush_dcache_to_poc(void *addr, size_t size)
{
	fake_log(FAKE_FLUSH, (u64)addr, size, 0, false);
	if (fake_on_flush)
		fake_on_flush(addr, size);
}

/* As in arch/arm64/kvm/hyp/include/hyp/adjust_pc.h. */
void kvm_skip_host_instr(void)
{
	fake_sysregs.elr_el2 += 4;
	fake_log(FAKE_SKIP, 0, 0, 0, false);
}

/* Records what it would report: ESR_EL2 and FAR_EL1 of this moment. */
void host_inject_mem_abort(struct kvm_cpu_context *host_ctxt)
{
	u64 ec = ESR_ELx_EC(fake_sysregs.esr_el2);
	u64 fsc = fake_sysregs.esr_el2 & ESR_ELx_FSC;

	/* A WARN_ON(), which takes EL2 down. */
	if (ec != ESR_ELx_EC_DABT_LOW && ec != ESR_ELx_EC_IABT_LOW)
		fake_bug("abort of the host with another class", __FILE__, __LINE__);
	/* As inject_host_exception() does for a translation fault. */
	if (fsc >= ESR_ELx_FSC_FAULT && fsc <= (ESR_ELx_FSC_FAULT | 3))
		fake_sysregs.far_el1 = fake_sysregs.far_el2;
	fake_log(FAKE_INJECT, fake_sysregs.far_el1, 0, fake_sysregs.esr_el2, false);
}

void trace_devmed_refuse(u64 ipa, u64 esr, u32 reason)
{
	fake_log(FAKE_TRACE, ipa, reason, esr, false);
}

void trace_devmed_refuse_cmd(u64 base, u64 dword0, u64 dword1, u32 reason)
{
	fake_log(FAKE_TRACE, base, reason, dword0, false);
}

void fake_bug(const char *what, const char *file, int line)
{
	test_fail(file, line, what, 0, 0);
}
