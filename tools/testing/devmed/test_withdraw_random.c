// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks withdrawn and restored at random, among pages that change hands: devices
 * reach what the host may reach, less what it has withdrawn (M18).
 */
#include "harness.h"
#include "withdraw_setup.h"

static struct fake_dma dma;

/* Withdrawn, by the model: one for each page of three blocks. */
static u8 gone[3 * PAGES];

static u64 random_page(void)
{
	return BLOCK + test_random_below(ARRAY_SIZE(gone)) * PAGE_SIZE;
}

static void note(u64 phys, u64 pages, bool out)
{
	u64 addr;

	for (addr = phys; addr < phys + pages * PAGE_SIZE; addr += PAGE_SIZE) {
		enum pkvm_page_state state = get_host_state(hyp_phys_to_page(addr));

		if (state == PKVM_PAGE_OWNED || state == PKVM_PAGE_SHARED_OWNED)
			gone[(addr - BLOCK) >> PAGE_SHIFT] = out;
	}
}

static int random_block(void)
{
	unsigned int order = test_random_below(ORDER + 1);
	u64 phys = ALIGN_DOWN(random_page(), PAGE_SIZE << order);
	bool out = test_random_below(2);
	int ret = out ? devmed_owner_withdraw(PFN(phys), order) :
			devmed_owner_restore(PFN(phys), order);

	if (!ret)
		note(phys, 1ULL << order, out);

	return ret;
}

static int random_change(void)
{
	u64 page = random_page();
	u8 *out = &gone[(page - BLOCK) >> PAGE_SHIFT];
	int ret;

	switch (test_random_below(8)) {
	case 0 ... 1:	return random_block();
	case 2:		return fake_share_guest(page, PAGE_SIZE);
	case 3:		return fake_unshare_guest(page, PAGE_SIZE);
	case 4 ... 5:	return fake_donate_guest(page);
	}
	/* These two put the page within reach. */
	ret = test_random_below(2) ? fake_guest_share_host(page) :
				     fake_reclaim_guest(page);
	if (!ret)
		*out = false;

	return ret;
}

static void check_model(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gone); i++) {
		u64 addr = BLOCK + i * PAGE_SIZE;
		unsigned int right = gone[i] ? 0 : fake_dma_right(addr);

		if (fake_dma_look(addr, &(s8){ 0 }) != right)
			test_fail(__FILE__, __LINE__, "page", addr, right);
		if (!right && fake_dma_knows(&dma, addr))
			test_fail(__FILE__, __LINE__, "still cached", addr, 0);
	}
}

static void random_one(u8 bbml, bool coherent)
{
	unsigned int done = 0, failed = 0;
	unsigned int i, j;

	withdraw_begin(&dma, bbml, coherent);
	for (i = 0; i < 6000; i++) {
		int ret;

		dma.deaf = !test_random_below(8);
		ret = random_change();
		done += !ret;
		failed += ret == -ETIMEDOUT;
		dma.deaf = 0;
		fake_check_idle();
		for (j = 0; j < 16; j++)
			fake_dma_access(&dma, random_page());
		if (i % 16 == 0)
			check_model();
	}
	check_model();
	ASSERT(done > 1500 && failed > 30);
	ASSERT_EQ(devmed_idmap_counter(DEVMED_DMA_LOST), 0);
}

TEST(withdraw_random_bbml2)
{
	random_one(2, true);
}

TEST(withdraw_random_bbml1)
{
	random_one(1, false);
}

TEST(withdraw_random_bbml0)
{
	random_one(0, true);
}
