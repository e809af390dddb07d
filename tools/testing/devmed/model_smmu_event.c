// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the SMMU model tells: event and PRI queues, global errors, interrupts.
 * A queue begins where its base points, rounded down to its size (IHI 0070,
 * 6.3.29), and is no longer than SMMU_IDR1 says.
 */
#include "fake.h"
#include "harness.h"
#include "model_smmu.h"

#define Q_FLAG		BIT(31)
#define EVENT_BYTES	32
#define REQUEST_BYTES	16

struct queue {
	enum msmmu_use use;
	u64 base;
	u32 bits;
	u32 slot;
	u32 *prod;
	u32 *cons;
};

static const u32 irq_cfg0[] = {
	[MSMMU_IRQ_GERROR] = SMMU_GERROR_IRQ_CFG0,
	[MSMMU_IRQ_PRIQ] = SMMU_PRIQ_IRQ_CFG0,
	[MSMMU_IRQ_EVTQ] = SMMU_EVENTQ_IRQ_CFG0,
};

static const u32 irq_error[] = {
	[MSMMU_IRQ_GERROR] = M_GERROR_MSI_GERROR,
	[MSMMU_IRQ_PRIQ] = M_GERROR_MSI_PRIQ,
	[MSMMU_IRQ_EVTQ] = M_GERROR_MSI_EVTQ,
};

/**
 * msmmu_send_msi - a 32-bit write
 * @s: the SMMU
 * @addr: physical address; 0 sends nothing
 * @data: what
 *
 * Return: false if it was answered with an abort.
 */
bool msmmu_send_msi(struct msmmu *s, u64 addr, u32 data)
{
	return !addr || msmmu_store(s, MSMMU_USE_MSI, addr, &data, sizeof(data));
}

void msmmu_interrupt(struct msmmu *s, enum msmmu_irq irq)
{
	u32 on = *msmmu_reg(s, SMMU_IRQ_CTRLACK) | *msmmu_reg(s, SMMU_IRQ_CTRL);
	u32 cfg0 = irq_cfg0[irq];

	if (!(on & BIT(irq)))
		return;
	s->irqs++;
	if (s->config.msi &&
	    !msmmu_send_msi(s, msmmu_reg64(s, cfg0) & GENMASK_ULL(51, 2),
			    *msmmu_reg(s, cfg0 + 8)))
		msmmu_raise_gerror(s, irq_error[irq]);
}

/* An error is active while GERROR and GERRORN differ. */
void msmmu_raise_gerror(struct msmmu *s, u32 bits)
{
	u32 *gerror = msmmu_reg(s, SMMU_GERROR);
	u32 active = *gerror ^ *msmmu_reg(s, SMMU_GERRORN);

	if (!(bits & ~active))
		return;
	*gerror ^= bits & ~active;
	if (!(bits & M_GERROR_MSI_GERROR))
		msmmu_interrupt(s, MSMMU_IRQ_GERROR);
}

static u64 queue_base(u64 reg, u32 bits, u32 slot)
{
	u64 size = max_t(u64, (u64)slot << bits, EVENT_BYTES);

	return ALIGN_DOWN(reg & M_BASE_ADDR, size);
}

static struct queue event_queue(struct msmmu *s)
{
	u64 reg = msmmu_reg64(s, SMMU_EVENTQ_BASE);
	u32 bits = min_t(u32, reg & M_BASE_LOG2SIZE, s->config.evtqs);

	return (struct queue) {
		MSMMU_USE_EVTQ, queue_base(reg, bits, EVENT_BYTES), bits,
		EVENT_BYTES, msmmu_reg(s, SMMU_EVENTQ_PROD),
		msmmu_reg(s, SMMU_EVENTQ_CONS),
	};
}

static struct queue request_queue(struct msmmu *s)
{
	u64 reg = msmmu_reg64(s, SMMU_PRIQ_BASE);
	u32 bits = min_t(u32, reg & M_BASE_LOG2SIZE, s->config.priqs);

	return (struct queue) {
		MSMMU_USE_PRIQ, queue_base(reg, bits, REQUEST_BYTES), bits,
		REQUEST_BYTES, msmmu_reg(s, SMMU_PRIQ_PROD),
		msmmu_reg(s, SMMU_PRIQ_CONS),
	};
}

/* Index and wrap bit; the flag at the top is kept apart. */
static bool append(struct msmmu *s, const struct queue *q, const void *record)
{
	u32 mask = 2 * BIT(q->bits) - 1;
	u32 prod = *q->prod & mask;
	u32 cons = *q->cons & mask;
	u32 index = prod & (BIT(q->bits) - 1);

	if ((prod ^ cons) == BIT(q->bits)) {
		if (!((*q->prod ^ *q->cons) & Q_FLAG))
			*q->prod ^= Q_FLAG;
		return true;
	}
	if (!msmmu_store(s, q->use, q->base + (u64)index * q->slot, record, q->slot))
		return false;
	*q->prod = (*q->prod & Q_FLAG) | ((prod + 1) & mask);

	return true;
}

/**
 * msmmu_flush_events - write what is waiting
 * @s: the SMMU
 *
 * Until CR0ACK says that the queue is off, events that came before may still be
 * written.
 */
void msmmu_flush_events(struct msmmu *s)
{
	u32 on = s->cr0 | *msmmu_reg(s, SMMU_CR0ACK);
	struct queue q = event_queue(s);
	unsigned int i;

	if (s->dark == MSMMU_DARK_STOPPED || s->dark == MSMMU_DARK_HITS)
		return;
	for (i = 0; i < s->nr_events && (on & M_CR0_EVTQEN); i++) {
		if (!append(s, &q, &s->events[i]))
			msmmu_raise_gerror(s, M_GERROR_EVTQ_ABT);
		msmmu_interrupt(s, MSMMU_IRQ_EVTQ);
	}
	s->nr_events = 0;
}

void msmmu_record(struct msmmu *s, const struct msmmu_event *event)
{
	if (msmmu_only_hits(s))
		return;
	if (s->nr_events == MSMMU_MAX_EVENTS)
		msmmu_flush_events(s);
	s->events[s->nr_events++] = *event;
}

/**
 * msmmu_page_request - a device asks for a page (PRI)
 * @s: the SMMU
 * @sid: its StreamID
 * @addr: which page
 */
void msmmu_page_request(struct msmmu *s, u32 sid, u64 addr)
{
	u64 record[2] = { sid | BIT_ULL(58), addr & PAGE_MASK };
	struct queue q = request_queue(s);

	msmmu_tick(s);
	if (!s->config.pri || !msmmu_may(s, M_CR0_PRIQEN))
		return;
	if (!append(s, &q, record))
		msmmu_raise_gerror(s, M_GERROR_PRIQ_ABT);
	msmmu_interrupt(s, MSMMU_IRQ_PRIQ);
}
