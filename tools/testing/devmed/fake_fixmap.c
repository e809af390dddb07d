// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2's look at one page of the host's at a time.
 */
#include <sys/mman.h>

#include "fake.h"
#include "harness.h"

static u8 *fixmap;
static bool fixmap_used;
static u64 fixmap_phys;

void fake_fixmap_init(void)
{
	fixmap = mmap(NULL, PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT(fixmap != MAP_FAILED);
}

bool fake_fixmap_idle(void)
{
	return !fixmap_used;
}

bool fake_in_fixmap(const volatile void *addr)
{
	return fixmap_used && (u64)addr - (u64)fixmap < PAGE_SIZE;
}

void *hyp_fixmap_map(phys_addr_t phys)
{
	u64 page = ALIGN_DOWN(phys, PAGE_SIZE);
	u64 offset;
	int fd = fake_backing(page, &offset);

	ASSERT(!fixmap_used);
	ASSERT(addr_is_memory(phys));
	fixmap_used = true;
	fixmap_phys = page;
	ASSERT(mmap(fixmap, PAGE_SIZE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_FIXED, fd, offset) == fixmap);

	return fixmap + offset_in_page(phys);
}

void hyp_fixmap_unmap(void)
{
	ASSERT(fixmap_used);
	fixmap_used = false;
	ASSERT(!mprotect(fixmap, PAGE_SIZE, PROT_NONE));
}

u64 fake_phys(const void *va)
{
	u64 offset = (u64)va - (u64)fixmap;
	u64 phys;

	if (fixmap_used && offset < PAGE_SIZE)
		return fixmap_phys + offset;
	ASSERT(fake_hyp_maps((u64)va, &phys));

	return phys;
}
