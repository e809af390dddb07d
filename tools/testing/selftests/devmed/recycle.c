// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2 has few page-table pages for MMIO that the host maps. When they run out
 * it unmaps all of it and starts over, and what it recorded about a mediated
 * region must not go the same way.
 *
 * Touch one page in hole after hole of the physical address space, through
 * /dev/mem, since the kernel does not survive the external aborts that come
 * back. An access of the interrupt distributor, which is always mapped, takes
 * a fault after EL2 started over: its time tells when that happened.
 *
 * usage: recycle [required]	(fail when EL2 never ran out of pages)
 */
#include <fcntl.h>
#include <sys/mman.h>
#include "region.h"

#define GICD_BASE	0x08000000UL
#define GB		(1UL << 30)

static uint64_t counter(void)
{
	uint64_t value;

	asm volatile("isb\n mrs %0, cntvct_el0\n isb" : "=r"(value) :: "memory");
	return value;
}

static void load32(void *p)
{
	asm volatile("ldr wzr, [%0]" :: "r"(p) : "memory");
}

static void store32(void *p)
{
	asm volatile("str wzr, [%0]" :: "r"(p) : "memory");
}

static uint64_t time_of(void *p)
{
	uint64_t start = counter();

	load32(p);
	return counter() - start;
}

/* The most that an access of what is mapped takes. */
static uint64_t usual_time(void *p)
{
	uint64_t max = 0;
	unsigned int i;

	time_of(p);
	for (i = 0; i < 64; i++) {
		uint64_t t = time_of(p);

		max = t > max ? t : max;
	}
	return max;
}

static bool touch(int fd, unsigned long addr)
{
	const unsigned long page = sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, addr);

	if (p == MAP_FAILED)
		return false;
	signal_of(load32, p);
	munmap(p, page);
	return true;
}

struct tally {
	unsigned long touched;
	unsigned long recycled;
};

/* Touch holes @step apart, from @start up to 256 TiB but no more than 600. */
static void storm(int fd, void *gicd, unsigned long start, unsigned long step,
		  struct tally *tally)
{
	const unsigned long end = 1UL << 48;
	uint64_t usual = usual_time(gicd);
	unsigned long addr;
	unsigned int i;

	for (addr = start, i = 0; addr < end && i < 600; addr += step, i++) {
		tally->touched += touch(fd, addr);
		if (time_of(gicd) > 4 * usual)
			tally->recycled++;
	}
}

static void still_refused(int fd, const struct region *region)
{
	char *p = mmap(NULL, region->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, region->base);
	unsigned long before = read_counter(region->name, NULL);
	unsigned long offset;
	unsigned long n = 0;
	bool ok = p != MAP_FAILED;

	/* Register 8 of either frame ignores what is written. */
	for (offset = 8; ok && offset < region->size; offset += sysconf(_SC_PAGESIZE), n++)
		ok = signal_of(store32, p + offset);
	ok = ok && n && read_counter(region->name, NULL) == before + n;
	result(ok, region->name, "every page is still refused to EL0");
}

int main(int argc, char **argv)
{
	bool required = argc > 1 && !strcmp(argv[1], "required");
	struct region regions[MAX_REGIONS];
	unsigned int n = read_regions(regions);
	int fd = open("/dev/mem", O_RDWR | O_SYNC);
	struct tally tally = { 0 };
	unsigned int i;
	void *gicd;

	gicd = mmap(NULL, 0x10000, PROT_READ, MAP_SHARED, fd, GICD_BASE);
	result(gicd != MAP_FAILED, "GICD", "can be mapped");
	if (gicd == MAP_FAILED)
		return 1;
	catch_faults();
	result(n > 0, "devmed", "there are mediated regions");
	storm(fd, gicd, 1024 * GB, 512 * GB, &tally);
	storm(fd, gicd, 512 * GB, GB, &tally);
	storm(fd, gicd, 1024 * GB, 512 * GB, &tally);
	printf("# %lu holes touched, EL2 started over %lu times\n", tally.touched,
	       tally.recycled);
	result(tally.touched >= 600, "EL2", "600 holes were touched");
	if (required || tally.recycled)
		result(tally.recycled, "EL2", "ran out of page-table pages");
	for (i = 0; i < n; i++)
		still_refused(fd, &regions[i]);
	return 0;
}
