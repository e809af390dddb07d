// SPDX-License-Identifier: GPL-2.0-only
/*
 * The least SMMU that EL2 can drive, see fake_smmu.h.
 */
#include "fake_smmu.h"

#include <nvhe/devmed_trap.h>

/* As QEMU's is, with MSIs, ATS and PRI. */
#define FAKE_IDR0	(SMMU_IDR0_S2P | SMMU_IDR0_S1P |		\
			 SMMU_TTF_AARCH64 << 2 | SMMU_IDR0_COHACC |	\
			 SMMU_IDR0_ATS | BIT(16) | SMMU_IDR0_ASID16 |	\
			 SMMU_IDR0_MSI | SMMU_IDR0_CD2L |		\
			 SMMU_TTENDIAN_LE << 21 | SMMU_STALL_BOTH << 24 | \
			 SMMU_ST_LEVEL_2 << 27 | BIT(9) | BIT(14) | BIT(18))
#define FAKE_IDR1	(16 | 8 << 6 | 19 << 11 | 19 << 16 | 19 << 21)
#define FAKE_IDR3	(SMMU_IDR3_RIL | 2 << 11 | BIT(8) | BIT(7))
#define FAKE_IDR5	(4 | SMMU_IDR5_GRAN4K | SMMU_IDR5_GRAN64K | BIT(7))

struct fake_smmu hw;
struct devmed_region *smmu_region;
unsigned int host_traps;
static u32 host_prod;

u32 hw_reg(u32 offset)
{
	u32 value;

	memcpy(&value, hw.regs + offset, sizeof(value));
	return value;
}

u64 hw_reg64(u32 offset)
{
	return hw_reg(offset) | (u64)hw_reg(offset + 4) << 32;
}

void hw_set_reg(u32 offset, u32 value)
{
	memcpy(hw.regs + offset, &value, sizeof(value));
}

static bool hw_failed(void)
{
	return (hw_reg(SMMU_GERROR) ^ hw_reg(SMMU_GERRORN)) &
	       SMMU_GERROR_CMDQ_ERR;
}

static void hw_fail(u32 cons)
{
	hw_set_reg(SMMU_CMDQ_CONS, cons | SMMU_CERROR_ILL << 24);
	hw_set_reg(SMMU_GERROR, hw_reg(SMMU_GERROR) ^ SMMU_GERROR_CMDQ_ERR);
	if (hw_reg(SMMU_IRQ_CTRL) & SMMU_IRQ_GERROR)
		hw.irqs++;
}

/* As far as it gets. */
static void hw_run(void)
{
	u64 base = hw_reg64(SMMU_CMDQ_BASE);
	u32 slots = BIT(base & SMMU_QUEUE_LOG2SIZE);
	u32 cons = hw_reg(SMMU_CMDQ_CONS) & (2 * slots - 1);

	while (!hw.deaf && !hw_failed() &&
	       (hw_reg(SMMU_CR0ACK) & SMMU_CR0_CMDQEN) &&
	       cons != hw_reg(SMMU_CMDQ_PROD)) {
		u64 *cmd = fake_host_va((base & SMMU_QUEUE_BASE_ADDR) +
					(cons & (slots - 1)) * SMMU_CMD_SIZE);
		int op = cmd[0] & SMMU_CMD_OP;

		if (op == SMMU_OP_ILLEGAL || op == hw.refuse) {
			hw.refuse = -1;
			hw_fail(cons);
			return;
		}
		ASSERT(hw.nr_cmds < FAKE_SMMU_CMDS);
		memcpy(hw.cmds[hw.nr_cmds++], cmd, SMMU_CMD_SIZE);
		cons = (cons + 1) & (2 * slots - 1);
		/* The reason of the last error stays (IHI 0070, 6.3.28). */
		hw_set_reg(SMMU_CMDQ_CONS, cons | (hw_reg(SMMU_CMDQ_CONS) &
						   SMMU_CMDQ_CONS_ERR));
	}
}

static u64 hw_read(u64 offset, u8 size)
{
	return size == 8 ? hw_reg64(offset) : hw_reg(offset);
}

static void hw_write(u64 offset, u8 size, u64 value)
{
	u32 old = hw_reg(offset);

	if (hw.lost && offset == hw.lost)
		return;
	memcpy(hw.regs + offset, &value, size);
	switch (offset) {
	case SMMU_CR0:
		if (hw.forgets)
			memset(hw.regs + SMMU_STRTAB_BASE, 0, sizeof(u64));
		hw.forgets = false;
		if (!hw.mute)
			hw_set_reg(SMMU_CR0ACK, value);
		hw.mute |= hw.acks > 0 && !--hw.acks;
		break;
	case SMMU_IRQ_CTRL:
		hw_set_reg(SMMU_IRQ_CTRLACK, value);
		break;
	case SMMU_GBPA:
		hw_set_reg(SMMU_GBPA, !hw.open && (value & SMMU_GBPA_UPDATE) ?
			   value & ~SMMU_GBPA_UPDATE : old);
		break;
	case SMMU_GERRORN:
		hw.repaired += (old ^ value) & SMMU_GERROR_CMDQ_ERR;
		break;
	}
	hw_run();
}

static const struct fake_device_ops hw_ops = { hw_read, hw_write };

__attribute__((constructor)) static void hw_reset(void)
{
	hw_set_reg(SMMU_IDR0, FAKE_IDR0);
	hw_set_reg(SMMU_IDR0 + 4, FAKE_IDR1);
	hw_set_reg(SMMU_IDR0 + 12, FAKE_IDR3);
	hw_set_reg(SMMU_IDR0 + 20, FAKE_IDR5);
	hw_set_reg(SMMU_GBPA, 0x1000);
	hw.refuse = -1;
	hw.acks = -1;
}

int fake_smmu_start(u64 flags)
{
	int id;

	fake_attach(FAKE_SMMU_BASE, FAKE_SMMU_SIZE, &hw_ops);
	ASSERT_EQ(devmed_pool_init(FAKE_SMMU_POOL >> PAGE_SHIFT,
				   FAKE_SMMU_POOL_PAGES), 0);
	if (FIELD_GET(SMMU_IDR1_SIDSIZE, hw_reg(SMMU_IDR0 + 4)) > FAKE_SMMU_NARROW)
		fake_add_wide_pool(FAKE_SMMU_WIDE_PAGES);
	ASSERT(devmed_register(DEVMED_CLASS_ITS, FAKE_ITS_BASE, SZ_128K, 0) >= 0);
	id = devmed_register(DEVMED_CLASS_SMMUV3, FAKE_SMMU_BASE,
			     FAKE_SMMU_SIZE, 0);
	ASSERT(id >= 0);
	smmu_region = devmed_get_region(id);

	return devmed_start(id, flags, 0);
}

int fake_smmu_take(u64 flags)
{
	int ret = fake_smmu_start(flags);

	if (ret)
		return ret;
	ASSERT_EQ(devmed_idmap_start(), 0);

	return devmed_adopt(smmu_region - devmed_get_region(0), 0, 0, 0);
}

struct devmed_smmu *fake_smmu_boot(u64 flags)
{
	ASSERT_EQ(fake_smmu_take(flags), 0);
	kvm_protected_mode_initialized = true;
	hw_forget();

	return smmu_region->instance;
}

void hw_wait_for_retry(void)
{
	fake_clock += 2ULL * SMMU_RETRY_US * (FAKE_CNTFRQ / 1000000);
}

void hw_forget(void)
{
	hw.nr_cmds = 0;
	hw.irqs = 0;
	hw.repaired = 0;
	fake_log_reset();
}

u64 host_read(u32 offset, u8 size)
{
	struct devmed_access access = { .offset = offset, .size = size };
	enum devmed_counter reason;

	devmed_access_reg(smmu_region, &access, &reason);
	fake_check_idle();

	return access.value;
}

enum devmed_answer host_write_once(u32 offset, u8 size, u64 value)
{
	struct devmed_access access = {
		.offset = offset, .size = size, .write = true, .value = value,
	};
	enum devmed_answer answer;
	enum devmed_counter reason;

	answer = devmed_access_reg(smmu_region, &access, &reason);
	fake_check_idle();

	return answer;
}

enum devmed_answer host_write(u32 offset, u8 size, u64 value)
{
	enum devmed_answer answer;

	host_traps = 0;
	do {
		answer = host_write_once(offset, size, value);
		host_traps++;
	} while (answer == DEVMED_REPEAT && host_traps < FAKE_SMMU_TRAPS);

	return answer;
}

void host_enable(void)
{
	host_write(SMMU_CMDQ_BASE, 8, HOST_RING | HOST_LOG2_RING);
	host_write(SMMU_CMDQ_PROD, 4, 0);
	host_write(SMMU_CMDQ_CONS, 4, 0);
	host_write(SMMU_EVENTQ_BASE, 8, HOST_EVENTQ | 7);
	host_write(SMMU_STRTAB_BASE, 8, HOST_STRTAB);
	host_write(SMMU_STRTAB_BASE_CFG, 4, 10);
	host_write(SMMU_IRQ_CTRL, 4, SMMU_IRQ_GERROR | SMMU_IRQ_EVENTQ);
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN |
				SMMU_CR0_SMMUEN);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), SMMU_CR0_CMDQEN |
		  SMMU_CR0_EVENTQEN | SMMU_CR0_SMMUEN);
	host_prod = 0;
	hw_forget();
}

void host_put(u64 dw0, u64 dw1)
{
	u64 *slot = fake_host_va(HOST_RING + (host_prod & (HOST_SLOTS - 1)) *
				 SMMU_CMD_SIZE);

	slot[0] = dw0;
	slot[1] = dw1;
	host_prod = (host_prod + 1) & (2 * HOST_SLOTS - 1);
}

void host_doorbell(void)
{
	ASSERT_EQ(host_write(SMMU_CMDQ_PROD, 4, host_prod), DEVMED_EMULATE);
}

void host_cmd(u64 dw0, u64 dw1)
{
	host_put(dw0, dw1);
	host_doorbell();
}

/* The error that stops the host's queue, 0 if none does. */
u32 host_error(void)
{
	u32 cons = host_read(SMMU_CMDQ_CONS, 4);

	if (!((host_read(SMMU_GERROR, 4) ^ host_read(SMMU_GERRORN, 4)) &
	      SMMU_GERROR_CMDQ_ERR))
		return 0;

	return FIELD_GET(SMMU_CMDQ_CONS_ERR, cons);
}

u64 *host_ste(u32 sid)
{
	return fake_host_va(HOST_STRTAB + sid * SMMU_STE_SIZE);
}

u64 *hyp_ste(struct devmed_smmu *smmu, u32 sid)
{
	u64 desc;

	if (!smmu->two_level)
		return smmu->strtab + sid * SMMU_STE_WORDS;

	desc = smmu->strtab[sid >> smmu->split];
	ASSERT_EQ(desc & SMMU_L1_SPAN, smmu->split + 1);
	if (desc == smmu->off_desc && !smmu->off_l2[0])
		return NULL;

	return (u64 *)hyp_phys_to_virt(desc & SMMU_L1_L2PTR) +
	       (sid & (BIT(smmu->split) - 1)) * SMMU_STE_WORDS;
}
