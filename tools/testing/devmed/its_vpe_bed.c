// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host with guests of GICv4.0 behind EL2, as tests of vPEs start with it.
 */
#include "harness.h"
#include "its_vpe_bed.h"

struct model_gic_params params;
u64 vpt;
u64 vpt2;
u64 vconf;
u64 foreign;

static u64 table(void)
{
	return model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
}

void v4_params(u8 v4)
{
	params = model_gic_default;
	params.its.v4 = v4;
	params.its.vmovp = true;
	params.rd.late_vpt = true;
	params.its.baser[2] = (struct model_baser_params) {
		GITS_BASER_TYPE_VCPU, v4 == 41 ? 32 : 16, v4 == 40, 0
	};
}

void begin(void)
{
	setup_start(&params);
	mediate();
	vpt = table();
	vpt2 = table();
	vconf = table();
	foreign = table();
	fake_guest_takes(foreign + PAGE_SIZE);
	*(u8 *)fake_host_va(vconf + VLPI_ID - MODEL_FIRST_LPI) = LPI_PROP_ENABLED;
	model_its_driver_enable_lpi(&setup_driver, DOORBELL, true);
}

void map(u16 vpeid, u64 phys)
{
	struct model_cmd cmd = model_vmapp(vpeid, model_vpe_rdbase(1), phys, 15, true);

	model_its_driver_queue(&setup_driver, cmd.dw);
	setup_send(model_vpe(GITS_CMD_VSYNC, vpeid));
}

void unmap(u16 vpeid)
{
	struct model_cmd cmd = model_vmapp(vpeid, 0, 0, 0, false);

	model_its_driver_queue(&setup_driver, cmd.dw);
	setup_send(model_vpe(GITS_CMD_VSYNC, vpeid));
}

void begin_mapped(void)
{
	begin();
	map(VPE, vpt);
	setup_send(model_vmapti(SETUP_DEV, 2, VPE, VLPI_ID, DOORBELL));
}

void enter(unsigned int rd, u64 phys)
{
	mediate_write(VLPI(rd, GICR_VPROPBASER), 8, vconf | 15);
	mediate_write(VLPI(rd, GICR_VPENDBASER), 8, phys | RESIDENT);
}

void leave(unsigned int rd)
{
	mediate_write(VLPI(rd, GICR_VPENDBASER), 8, vpt);
}

u64 vpendbaser(unsigned int rd)
{
	return mediate_read(VLPI(rd, GICR_VPENDBASER), 8);
}

u64 counted(enum devmed_counter reason)
{
	return mediate_counter(mediate_its[0], reason);
}

void refused(struct model_cmd cmd, enum devmed_counter reason)
{
	u64 before = counted(reason);

	setup_send(cmd);
	ASSERT_EQ(counted(reason), before + 1);
	model_gic_check();
}

u64 all_refused(void)
{
	u64 sum = 0;
	unsigned int i;

	for (i = DEVMED_REFUSED_SYNDROME; i < DEVMED_NR_COUNTERS; i++)
		sum += counted(i);

	return sum;
}

bool is_free(u64 phys)
{
	bool free = !devmed_pin(phys, SZ_64K);

	if (free)
		ASSERT_EQ(devmed_unpin(phys, SZ_64K), 0);

	return free;
}
