// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu-init.c, smmu-regs.c and smmu-queue.c: what the host sees and sets of an
 * SMMU (threats S01 to S27).
 */
#include "fake_smmu.h"

#include <nvhe/devmed_trap.h>

#define HOST_CR0	(SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN | SMMU_CR0_SMMUEN)

static bool is_pinned(u64 phys)
{
	return hyp_phys_to_page(phys)->refcount == 1 &&
	       get_host_state(hyp_phys_to_page(phys)) == PKVM_PAGE_SHARED_OWNED;
}

TEST(smmu_start_resets)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	ASSERT_EQ(hw_reg(SMMU_GBPA), SMMU_GBPA_ABORT);
	ASSERT_EQ(hw_reg(SMMU_CR0), SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN |
		  SMMU_CR0_ATSCHK);
	ASSERT_EQ(hw_reg(SMMU_CR1), SMMU_CR1_CACHED);
	ASSERT_EQ(hw_reg(SMMU_CR2), SMMU_CR2_PTM | SMMU_CR2_RECINVSID);
	ASSERT_EQ(hw_reg64(SMMU_STRTAB_BASE) & SMMU_STRTAB_BASE_ADDR,
		  hyp_virt_to_phys(smmu->strtab));
	ASSERT(smmu->two_level);
	ASSERT_EQ(hw_reg(SMMU_STRTAB_BASE_CFG), 1 << 16 | smmu->split << 6 | 16);
}

/* Whatever was cached before is forgotten before the first stream is valid. */
TEST(smmu_start_invalidates)
{
	ASSERT_EQ(fake_smmu_take(DEVMED_SMMUV3_COHERENT), 0);
	ASSERT_EQ(hw.nr_cmds, 3);
	ASSERT_EQ(hw.cmds[0][0], SMMU_OP_CFGI_STE_RANGE);
	ASSERT_EQ(hw.cmds[0][1], SMMU_CFGI_RANGE_ALL);
	ASSERT_EQ(hw.cmds[1][0], SMMU_OP_TLBI_NSNH_ALL);
	ASSERT_EQ(hw.cmds[2][0], SMMU_OP_SYNC);
}

static void refuses(void *arg)
{
	ASSERT_EQ(fake_smmu_take(DEVMED_SMMUV3_COHERENT), *(int *)arg);
	ASSERT(!smmu_region->instance);
}

static void expect_refusal(int code)
{
	ASSERT(test_fork(refuses, &code));
}

static void try_idr(unsigned int nr, u32 set, u32 clear, int code)
{
	u32 old = hw_reg(SMMU_IDR0 + 4 * nr);

	hw_set_reg(SMMU_IDR0 + 4 * nr, (old & ~clear) | set);
	expect_refusal(code);
	hw_set_reg(SMMU_IDR0 + 4 * nr, old);
}

static void try_iidr(u32 product, u32 variant, u32 revision, int code)
{
	hw_set_reg(SMMU_IIDR, product << 20 | variant << 16 | revision << 12 |
			      0x43b);
	if (code)
		expect_refusal(code);
	else
		ASSERT_EQ(fake_smmu_start(DEVMED_SMMUV3_COHERENT), 0);
}

TEST(smmu_start_refuses_s25)
{
	try_idr(1, SMMU_IDR1_TABLES_PRESET, 0, DEVMED_SMMUV3_PRESET);
	try_idr(1, SMMU_IDR1_QUEUES_PRESET, 0, DEVMED_SMMUV3_PRESET);
	try_idr(1, SMMU_IDR1_REL, 0, DEVMED_SMMUV3_PRESET);
	try_idr(1, SMMU_IDR1_ECMDQ, 0, DEVMED_SMMUV3_ECMDQ);
	try_idr(1, 6 << 21, SMMU_IDR1_CMDQS, DEVMED_SMMUV3_QUEUES);
	try_idr(0, 0, SMMU_IDR0_S2P, DEVMED_SMMUV3_STAGES);
	try_idr(0, 0, SMMU_IDR0_S1P, DEVMED_SMMUV3_STAGES);
	try_idr(0, BIT(2), SMMU_IDR0_TTF, DEVMED_SMMUV3_STAGES);
	try_idr(0, SMMU_IDR0_TTENDIAN, 0, DEVMED_SMMUV3_ENDIAN);
	try_idr(0, BIT(21), SMMU_IDR0_TTENDIAN, DEVMED_SMMUV3_ENDIAN);
}

TEST(smmu_start_refuses_errata)
{
	try_iidr(0x483, 1, 15, DEVMED_SMMUV3_ERRATUM);
	try_iidr(0x487, 0, 1, DEVMED_SMMUV3_ERRATUM);
	try_iidr(0x487, 1, 0, DEVMED_SMMUV3_ERRATUM);
	try_iidr(0x487, 1, 1, 0);
}

TEST(smmu_start_refuses_stuck)
{
	hw.mute = true;
	hw_set_reg(SMMU_CR0ACK, SMMU_CR0_SMMUEN);
	expect_refusal(DEVMED_SMMUV3_STUCK);
	hw.mute = false;
	hw_set_reg(SMMU_CR0ACK, hw_reg(SMMU_CR0));
	hw.deaf = true;
	expect_refusal(DEVMED_SMMUV3_STUCK);
	hw.deaf = false;
	hw.open = true;
	expect_refusal(DEVMED_SMMUV3_STUCK);
}

/* Hidden: stage 2, ATS, PRI, VMID16, SEV, EL2 streams, stalls; what is not known. */
TEST(smmu_regs_idr_s01)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT | DEVMED_SMMUV3_WIRED);

	ASSERT_EQ(host_read(SMMU_IDR0, 4), SMMU_IDR0_S1P |
		  SMMU_TTF_AARCH64 << 2 | SMMU_IDR0_COHACC | SMMU_IDR0_ASID16 |
		  SMMU_IDR0_MSI | SMMU_IDR0_CD2L | SMMU_TTENDIAN_LE << 21 |
		  SMMU_STALL_NONE << 24 | SMMU_ST_LEVEL_2 << 27);
	ASSERT_EQ(host_read(SMMU_IDR0 + 4, 4),
		  16 | 8 << 6 | SMMU_LOG2_MAX_EVENTQ << 16 |
		  SMMU_LOG2_MAX_CMDQ << 21);
	ASSERT_EQ(host_read(SMMU_IDR0 + 8, 4), 0);
	ASSERT_EQ(host_read(SMMU_IDR0 + 12, 4), SMMU_IDR3_RIL | 2 << 11);
	ASSERT_EQ(host_read(SMMU_IDR0 + 16, 4), 0);
	ASSERT_EQ(host_read(SMMU_IDR0 + 20, 4),
		  4 | SMMU_IDR5_GRAN4K | SMMU_IDR5_GRAN64K);
	ASSERT_EQ(host_read(SMMU_IDR6, 4), 0);
}

TEST(smmu_regs_idr_msi)
{
	hw_set_reg(SMMU_IDR0, hw_reg(SMMU_IDR0) & ~SMMU_IDR0_MSI);
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	ASSERT(!(host_read(SMMU_IDR0, 4) & SMMU_IDR0_MSI));
}

struct hw_owned {
	u32 offset;
	u64 value;
};

/* Registers of the hardware that never change once EL2 has it. */
static const u32 hw_fixed[] = {
	SMMU_CR1, SMMU_CR2, SMMU_GBPA, SMMU_STRTAB_BASE, SMMU_STRTAB_BASE + 4,
	SMMU_STRTAB_BASE_CFG, SMMU_CMDQ_BASE, SMMU_CMDQ_BASE + 4,
	SMMU_AGBPA, SMMU_PRIQ_BASE, SMMU_PRIQ_BASE + 4, SMMU_PRIQ_IRQ_CFG0,
	SMMU_GATOS_CTRL, SMMU_GATOS_SID, SMMU_GATOS_ADDR, SMMU_GMPAM,
	SMMU_GBPMPAM, SMMU_VATOS_SEL, SMMU_DPT_BASE, SMMU_DPT_BASE_CFG,
	SMMU_GERROR_IRQ_CFG0, SMMU_GERROR_IRQ_CFG0 + 4, SMMU_EVENTQ_IRQ_CFG0,
	SMMU_EVENTQ_IRQ_CFG0 + 4, SMMU_PRIQ_PROD, SMMU_PRIQ_CONS,
};

/* S03, S10-S13, S22-S24: any value, any register, any width. */
TEST(smmu_regs_sweep)
{
	u32 before[ARRAY_SIZE(hw_fixed)];
	static const u64 values[] = { 0, ~0ULL, 0xa5a5a5a5a5a5a5a5ULL };
	unsigned int i, n;
	u32 offset;
	u8 size;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	for (i = 0; i < ARRAY_SIZE(hw_fixed); i++)
		before[i] = hw_reg(hw_fixed[i]);

	for (n = 0; n < ARRAY_SIZE(values); n++) {
		for (offset = 0; offset < FAKE_SMMU_SIZE; offset += 4) {
			for (size = 1; size <= 8 && !(offset % size); size *= 2) {
				hw.nr_cmds = 0;
				host_write(offset, size, values[n] &
					   GENMASK_ULL(size * 8 - 1, 0));
				host_read(offset, size);
			}
		}
		for (i = 0; i < ARRAY_SIZE(hw_fixed); i++)
			ASSERT_EQ(hw_reg(hw_fixed[i]), before[i]);
		ASSERT_EQ(hw_reg(SMMU_CR0) & ~SMMU_CR0_EVENTQEN,
			  SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN | SMMU_CR0_ATSCHK);
		ASSERT_EQ(hw_reg(SMMU_IRQ_CTRL) &
			  ~(SMMU_IRQ_GERROR | SMMU_IRQ_EVENTQ), 0);
	}
}

/* S06, S07: the hardware stays on, and forgets. */
TEST(smmu_regs_disable)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();

	host_write(SMMU_CR0, 4, 0);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), 0);
	ASSERT_EQ(hw_reg(SMMU_CR0), SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN |
		  SMMU_CR0_ATSCHK);
	ASSERT_EQ(hw.nr_cmds, 3);
	ASSERT_EQ(hw.cmds[1][0], SMMU_OP_TLBI_NSNH_ALL);
	ASSERT(!is_pinned(HOST_RING) && !is_pinned(HOST_EVENTQ));

	hw_forget();
	host_write(SMMU_CR0, 4, SMMU_CR0_SMMUEN);
	ASSERT_EQ(hw.cmds[1][0], SMMU_OP_TLBI_NSNH_ALL);
}

TEST(smmu_regs_gbpa_s12)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	/* As the hardware had it. */
	ASSERT_EQ(host_read(SMMU_GBPA, 4), 0);
	ASSERT_EQ(host_write(SMMU_GBPA, 4, SMMU_GBPA_UPDATE | SMMU_GBPA_ABORT),
		  DEVMED_EMULATE);
	ASSERT_EQ(host_read(SMMU_GBPA, 4), SMMU_GBPA_ABORT);
	/* Without UPDATE nothing changes (IHI 0070, 6.3.15). */
	ASSERT_EQ(host_write(SMMU_GBPA, 4, 0), DEVMED_IGNORE);
	ASSERT_EQ(host_read(SMMU_GBPA, 4), SMMU_GBPA_ABORT);
	ASSERT_EQ(host_write(SMMU_GBPA, 4, ~SMMU_GBPA_ABORT), DEVMED_EMULATE);
	ASSERT_EQ(host_read(SMMU_GBPA, 4), 0);
	ASSERT_EQ(hw_reg(SMMU_GBPA) & SMMU_GBPA_ABORT, SMMU_GBPA_ABORT);
}

/* S10, S15 to S18: what is in use stays as it is. */
TEST(smmu_regs_locked)
{
	static const struct {
		u32 offset;
		u8 size;
	} locked[] = {
		{ SMMU_CR1, 4 }, { SMMU_CR2, 4 }, { SMMU_STRTAB_BASE, 8 },
		{ SMMU_STRTAB_BASE_CFG, 4 }, { SMMU_CMDQ_BASE, 8 },
		{ SMMU_CMDQ_CONS, 4 }, { SMMU_EVENTQ_BASE, 8 },
		{ SMMU_EVENTQ_PROD, 4 },
	};
	unsigned int i;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	for (i = 0; i < ARRAY_SIZE(locked); i++) {
		u64 before = host_read(locked[i].offset, locked[i].size);

		ASSERT_EQ(host_write(locked[i].offset, locked[i].size, ~before &
				     GENMASK_ULL(locked[i].size * 8 - 1, 0)),
			  DEVMED_IGNORE);
		ASSERT_EQ(host_read(locked[i].offset, locked[i].size), before);
	}
}

/* T05: a base in halves is the same base. */
TEST(smmu_regs_halves)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_write(SMMU_CMDQ_BASE, 4, (u32)HOST_RING | 8);
	host_write(SMMU_CMDQ_BASE + 4, 4, SMMU_QUEUE_BASE_RA >> 32);
	ASSERT_EQ(host_read(SMMU_CMDQ_BASE, 8),
		  SMMU_QUEUE_BASE_RA | HOST_RING | 8);
	ASSERT_EQ(host_read(SMMU_CMDQ_BASE + 4, 4), SMMU_QUEUE_BASE_RA >> 32);
}

/* S16, S18: a queue where the host has no memory does not come up. */
TEST(smmu_regs_foreign_queues)
{
	static const u64 bases[] = {
		FAKE_SMMU_POOL, FAKE_SMMU_BASE, 0, BIT_ULL(51),
		FAKE_MEM_BASE + FAKE_MEM_SIZE,
	};
	unsigned int i;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	for (i = 0; i < ARRAY_SIZE(bases); i++) {
		host_write(SMMU_CMDQ_BASE, 8, bases[i] | 8);
		host_write(SMMU_EVENTQ_BASE, 8, bases[i] | 7);
		host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN);
		ASSERT_EQ(host_read(SMMU_CR0ACK, 4), 0);
		host_write(SMMU_CR0, 4, SMMU_CR0_EVENTQEN);
		ASSERT_EQ(host_read(SMMU_CR0ACK, 4), 0);
		ASSERT_EQ(hw_reg64(SMMU_EVENTQ_BASE), 0);
	}
	/* And comes up later where it has. */
	host_enable();
}

/* Part of it is not enough. */
TEST(smmu_regs_foreign_end)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	fake_guest_takes(HOST_RING + 3 * PAGE_SIZE);
	host_write(SMMU_CMDQ_BASE, 8, HOST_RING | 10);
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), 0);
	ASSERT(!is_pinned(HOST_RING));
}

/* S16: the size is capped as the hardware would. */
TEST(smmu_regs_cmdq_size_s16)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	host_write(SMMU_CMDQ_BASE, 8, HOST_RING | 31);
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), SMMU_CR0_CMDQEN);
	ASSERT_EQ(smmu->ring.host.slots, BIT(SMMU_LOG2_MAX_CMDQ));
	ASSERT_EQ(smmu->cmdq_size, BIT(SMMU_LOG2_MAX_CMDQ) * SMMU_CMD_SIZE);
}

/* S19, S20: aligned down and capped, and pinned where the hardware writes. */
TEST(smmu_regs_eventq_s19)
{
	u64 size = BIT(SMMU_LOG2_MAX_EVENTQ) * SMMU_EVENT_SIZE;
	u64 base = HOST_EVENTQ + SZ_8K;
	u64 addr;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_write(SMMU_EVENTQ_BASE, 8, base | 31);
	host_write(SMMU_CR0, 4, SMMU_CR0_EVENTQEN | SMMU_CR0_SMMUEN);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), SMMU_CR0_EVENTQEN | SMMU_CR0_SMMUEN);
	ASSERT_EQ(hw_reg64(SMMU_EVENTQ_BASE), SMMU_QUEUE_BASE_RA |
		  HOST_EVENTQ | SMMU_LOG2_MAX_EVENTQ);
	for (addr = HOST_EVENTQ; addr < HOST_EVENTQ + size; addr += PAGE_SIZE)
		ASSERT(is_pinned(addr));
	ASSERT(!is_pinned(addr));
	/* The host still reads what it wrote. */
	ASSERT_EQ(host_read(SMMU_EVENTQ_BASE, 8), base | 31);
}

/* C12: not let go before the hardware says so. */
TEST(smmu_regs_eventq_late)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	hw.mute = true;
	host_write(SMMU_CR0, 4, SMMU_CR0_CMDQEN | SMMU_CR0_SMMUEN);
	ASSERT(is_pinned(HOST_EVENTQ));
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), HOST_CR0);
}

/* No event of a stream that aborts because the host has no SMMU. */
TEST(smmu_regs_eventq_off)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	ASSERT(hw_reg(SMMU_CR0) & SMMU_CR0_EVENTQEN);
	host_write(SMMU_CR0, 4, HOST_CR0 & ~SMMU_CR0_SMMUEN);
	ASSERT(!(hw_reg(SMMU_CR0) & SMMU_CR0_EVENTQEN));
	ASSERT(is_pinned(HOST_EVENTQ));
	/* Nor when the queue is enabled meanwhile. */
	host_write(SMMU_CR0, 4, 0);
	host_write(SMMU_CR0, 4, SMMU_CR0_EVENTQEN);
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), SMMU_CR0_EVENTQEN);
	ASSERT(!(hw_reg(SMMU_CR0) & SMMU_CR0_EVENTQEN));
}

/* PW01: hardware that is enabled without tables does not stay so for an access more. */
TEST(smmu_regs_reset_before_cr0)
{
	struct devmed_smmu *smmu = fake_smmu_boot(DEVMED_SMMUV3_COHERENT);

	host_enable();
	hw.forgets = true;
	ASSERT_EQ(host_write_once(SMMU_CR0, 4, HOST_CR0 & ~SMMU_CR0_EVENTQEN),
		  DEVMED_EMULATE);
	ASSERT(!hw.forgets);
	ASSERT_EQ(hw_reg64(SMMU_STRTAB_BASE) & SMMU_STRTAB_BASE_ADDR,
		  hyp_virt_to_phys(smmu->strtab));
	ASSERT_EQ(host_read(SMMU_CR0ACK, 4), HOST_CR0 & ~SMMU_CR0_EVENTQEN);
}

/* S21: indices go through, without what is no index. */
TEST(smmu_regs_eventq_indices)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_write(SMMU_EVENTQ_PROD, 4, 5);
	host_write(SMMU_EVENTQ_CONS, 4, 5);
	host_enable();
	ASSERT_EQ(hw_reg(SMMU_EVENTQ_PROD), 5);
	ASSERT_EQ(hw_reg(SMMU_EVENTQ_CONS), 5);
	hw_set_reg(SMMU_EVENTQ_PROD, 9);
	ASSERT_EQ(host_read(SMMU_EVENTQ_PROD, 4), 9);
	host_write(SMMU_EVENTQ_CONS, 4, 0xffffffff);
	ASSERT_EQ(hw_reg(SMMU_EVENTQ_CONS), SMMU_QUEUE_OVERFLOW | 0xff);
}

/* S13: an interrupt goes to an ITS or nowhere. */
TEST(smmu_regs_msi_s13)
{
	static const u32 cfg[] = { SMMU_GERROR_IRQ_CFG0, SMMU_EVENTQ_IRQ_CFG0 };
	static const u64 bad[] = {
		HOST_RING, FAKE_SMMU_POOL, FAKE_ITS_BASE, FAKE_ITS_BASE + 0x10044,
		FAKE_SMMU_BASE, ~0ULL,
	};
	unsigned int i, n;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	for (i = 0; i < ARRAY_SIZE(cfg); i++) {
		for (n = 0; n < ARRAY_SIZE(bad); n++) {
			ASSERT_EQ(host_write(cfg[i], 8, bad[n]), DEVMED_IGNORE);
			ASSERT_EQ(hw_reg64(cfg[i]), 0);
		}
		ASSERT_EQ(host_write(cfg[i], 8, FAKE_ITS_BASE + 0x10040),
			  DEVMED_EMULATE);
		ASSERT_EQ(hw_reg64(cfg[i]), FAKE_ITS_BASE + 0x10040);
		host_write(cfg[i] + 8, 4, 0x1234);
		ASSERT_EQ(hw_reg(cfg[i] + 8), 0x1234);
		host_write(cfg[i] + 12, 4, 0x3f);
		ASSERT_EQ(hw_reg(cfg[i] + 12), SMMU_MSI_ATTR_DEVICE_NGNRE);
		ASSERT_EQ(host_read(cfg[i] + 12, 4), 0x3f);
	}
	/* While it is enabled it stays. */
	host_write(SMMU_IRQ_CTRL, 4, SMMU_IRQ_GERROR);
	ASSERT_EQ(host_write(cfg[0], 8, 0), DEVMED_IGNORE);
	ASSERT_EQ(host_write(cfg[1], 8, 0), DEVMED_EMULATE);
}

/* With wires there is nothing for the hardware to send. */
TEST(smmu_regs_msi_wired)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT | DEVMED_SMMUV3_WIRED);
	ASSERT_EQ(host_write(SMMU_GERROR_IRQ_CFG0, 8, FAKE_ITS_BASE + 0x10040),
		  DEVMED_IGNORE);
	host_write(SMMU_GERROR_IRQ_CFG1, 4, 0x1234);
	ASSERT_EQ(host_read(SMMU_GERROR_IRQ_CFG1, 4), 0x1234);
	ASSERT_EQ(hw_reg(SMMU_GERROR_IRQ_CFG1), 0);
}

/* S14: the host acknowledges what it sees active, and EL2's errors never. */
TEST(smmu_regs_gerrorn_s14)
{
	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	host_write(SMMU_GERRORN, 4, ~0U);
	ASSERT_EQ(host_read(SMMU_GERRORN, 4), 0);
	ASSERT_EQ(hw_reg(SMMU_GERRORN), 0);

	hw_set_reg(SMMU_GERROR, SMMU_GERROR_EVENTQ_ABT | SMMU_GERROR_CMDQ_ERR);
	ASSERT_EQ(host_read(SMMU_GERROR, 4), SMMU_GERROR_EVENTQ_ABT);
	host_write(SMMU_GERRORN, 4, ~0U);
	ASSERT_EQ(hw_reg(SMMU_GERRORN), SMMU_GERROR_EVENTQ_ABT);
	ASSERT_EQ(host_read(SMMU_GERRORN, 4), SMMU_GERROR_EVENTQ_ABT);
}

/* T23: nothing that the host reads is EL2's. */
TEST(smmu_regs_no_leak)
{
	u32 offset;

	fake_smmu_boot(DEVMED_SMMUV3_COHERENT);
	host_enable();
	for (offset = 0; offset < FAKE_SMMU_SIZE; offset += 8) {
		u64 value = host_read(offset, 8) & GENMASK_ULL(47, 12);

		ASSERT(value < FAKE_SMMU_POOL ||
		       value >= FAKE_MEM_BASE + FAKE_MEM_SIZE);
	}
}
