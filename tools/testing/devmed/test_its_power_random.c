// SPDX-License-Identifier: GPL-2.0-only
/*
 * An ITS that firmware restores again and again (S1, S2), under a host that sends
 * anything: what the ITS uses is what EL2 has pinned.
 */
#include "harness.h"
#include "its_vpe_bed.h"

#define OTHER_DEV	0x77
#define SLOT		32
#define NR_VPES		4
#define RANDOM_STEPS	300
#define RANDOM_SEEDS	12

static u64 tables[NR_VPES];

static void random_vpe_command(unsigned int what, u16 vpe)
{
	const struct model_cmd cmds[] = {
		model_vmapp(vpe, model_vpe_rdbase(1), tables[vpe], 15, true),
		model_vmapp(vpe, 0, 0, 0, false),
		model_vpe(GITS_CMD_VSYNC, vpe),
		model_vmapti(SETUP_DEV, vpe, vpe, VLPI_ID, MODEL_NO_DOORBELL),
		model_event(GITS_CMD_INT, SETUP_DEV, vpe),
		model_mapd(OTHER_DEV + vpe, 0, 2, true),
		model_mapti(OTHER_DEV + vpe, 1, SETUP_LPI + 1, 0),
		model_mapd(OTHER_DEV + vpe, 0, 0, false),
		model_sync(model_rdbase(vpe)),
	};

	model_its_driver_queue(&setup_driver, cmds[what % ARRAY_SIZE(cmds)].dw);
}

/* Up to the end of the ring, or as far as the ITS follows. */
static void fill_ring_blindly(void)
{
	u32 end = setup_driver.ring_size - test_random_below(4) * SLOT;

	while (setup_driver.prod != end % setup_driver.ring_size) {
		model_its_driver_queue(&setup_driver, model_sync(model_rdbase(1)).dw);
		if (!model_its_driver_post(&setup_driver))
			break;
	}
}

/* A host that wants something of what EL2 let go of to be written. */
static void random_host(void *seed)
{
	unsigned int i;

	v4_params(40);
	params.its.stalls = *(unsigned int *)seed & 1;
	params.its.prefetch = *(unsigned int *)seed % 3 * 4;
	begin();
	for (i = 0; i < NR_VPES; i++)
		tables[i] = model_its_driver_alloc(&setup_driver, SZ_64K, SZ_64K);
	for (i = 0; i < *(unsigned int *)seed; i++)
		test_random();
	setup_driver.patience = 3;
	if (*(unsigned int *)seed & 2)
		model_its_slow_down(3);
	for (i = 0; i < RANDOM_STEPS; i++) {
		unsigned int n = test_random_below(4);

		while (n--)
			random_vpe_command(test_random(), test_random_below(NR_VPES));
		model_its_driver_post(&setup_driver);
		if (!test_random_below(8))
			mediate_write(MODEL_ITS_BASE + GITS_CTLR, 4, test_random_below(2));
		if (!test_random_below(6))
			mediate_suspend(test_random_below(MODEL_FW_KINDS));
		if (!test_random_below(40))
			fill_ring_blindly();
		if (!test_random_below(30))
			model_its_silence(0, test_random_below(20));
		if (params.its.stalls && !test_random_below(20))
			model_its_object(0);
		if (!test_random_below(10))
			mediate_write(MODEL_ITS_BASE + GITS_CWRITER, 8,
				      setup_driver.prod | 1);
		model_gic_check();
	}
}

/* SEEDS= looks further. */
static unsigned int nr_seeds(void)
{
	const char *seeds = getenv("SEEDS");

	return seeds ? atoi(seeds) : RANDOM_SEEDS;
}

/* The model complains of whatever the ITS uses and EL2 has not pinned. */
TEST(its_s1_random_host)
{
	static u8 memory[FAKE_MEM_SIZE];
	unsigned int seed;
	bool ok;

	for (seed = 0; seed < nr_seeds(); seed++) {
		memcpy(memory, fake_host_va(FAKE_MEM_BASE), FAKE_MEM_SIZE);
		ok = test_fork(random_host, &seed);
		if (!ok)
			fprintf(stderr, "with seed %u\n", seed);
		ASSERT(ok);
		memcpy(fake_host_va(FAKE_MEM_BASE), memory, FAKE_MEM_SIZE);
	}
}
