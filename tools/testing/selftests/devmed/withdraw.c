// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that guests get in huge pages is withdrawn from devices in one piece, but
 * not memory that a device uses: devmed_pin.ko has QEMU's edu write to a page that this
 * program names, while guests get the pages around it.
 *
 * usage: withdraw MIB		of memory for the large guest
 */
#include "vm.h"

/* Pages of one huge page: the guest writes to COUNT from FIRST, but not to LEFT. */
#define FIRST	64
#define COUNT	128
#define LEFT	5

static int kvm;
static int pin;
static size_t page;
static void *code;

static unsigned long invalidations(void)
{
	return read_counter("dma", "invalidations");
}

/* devmed_pin.ko: pin this page for DMA; NULL to let go. */
static bool pin_page(void *p)
{
	uint64_t address = (uintptr_t)p;

	return write(pin, &address, sizeof(address)) == sizeof(address);
}

/* Has a value gone from the page to the device and back? */
static bool dma_works(void)
{
	char answer = 0;

	return read(pin, &answer, 1) == 1 && answer == '1';
}

static bool dma_works_to(void *p)
{
	bool works = pin_page(p) && dma_works();

	return pin_page(NULL) && works;
}

/* A guest of a huge page, which has got COUNT pages of it; the cost of that. */
static bool begin_guest(struct guest *guest, char *data, unsigned long *cost)
{
	unsigned long before = invalidations();
	bool ok = !create(guest, kvm, code, data, HUGE_SIZE, FIRST, COUNT) && run(guest);

	*cost = invalidations() - before;
	printf("# %d pages for a guest: %lu invalidations\n", COUNT, *cost);
	return ok;
}

/* All that a guest has is one huge page, of which it does not use the end. */
static void alone(char *data)
{
	struct guest guest;
	unsigned long cost;

	result(begin_guest(&guest, data, &cost), "alone", "a guest runs");
	result(cost < COUNT / 4, "alone", "its pages were withdrawn together");
	destroy(&guest);
	result(dma_works_to(data) && dma_works_to(data + FIRST * page) &&
	       dma_works_to(data + HUGE_SIZE - page), "alone",
	       "DMA to its pages, and to those it never had, once it is gone");
}

/* The device has been there before. */
static void pinned_before(char *data)
{
	struct guest guest;
	unsigned long cost;
	bool pinned = pin_page(data + LEFT * page);

	result(pinned && dma_works(), "pinned before", "DMA to a page");
	result(begin_guest(&guest, data, &cost), "pinned before", "a guest runs");
	result(cost >= COUNT, "pinned before", "its pages were withdrawn one by one");
	result(dma_works(), "pinned before", "DMA goes on");
	destroy(&guest);
	result(dma_works(), "pinned before", "DMA goes on without the guest");
	pin_page(NULL);
}

/* The device's pin comes when the guest has got the first of its pages. */
static void pinned_later(char *data)
{
	struct guest guest;
	unsigned long cost;

	result(begin_guest(&guest, data, &cost) && cost < COUNT / 4, "pinned later",
	       "a guest runs, and its pages were withdrawn together");
	result(pin_page(data + LEFT * page) && dma_works(), "pinned later",
	       "DMA to a page that it has not got");
	result(dma_works_to(data + HUGE_SIZE - page), "pinned later", "and to another");
	destroy(&guest);
	pin_page(NULL);
	result(dma_works_to(data + FIRST * page), "pinned later",
	       "DMA to a page that was the guest's");
}

/* The rest of the huge page is not in the slot: it serves something else. */
static void slot_in_part(char *data)
{
	struct guest guest;
	unsigned long before = invalidations();
	bool ok = !create(&guest, kvm, code, data, HUGE_SIZE / 2, FIRST, COUNT) &&
		  run(&guest);

	result(ok, "part of a huge page", "a guest runs");
	result(invalidations() - before >= COUNT, "part of a huge page",
	       "its pages were withdrawn one by one");
	result(dma_works_to(data + HUGE_SIZE - page), "part of a huge page",
	       "DMA to what is not in its slot");
	destroy(&guest);
}

/* As a guest that boots and touches all that it has. */
static void large(size_t size)
{
	size_t pages = size / page;
	char *data = map(size, HUGE_SIZE);
	unsigned long before = invalidations();
	struct guest guest;
	unsigned long cost;
	bool ok;

	ok = data && !create(&guest, kvm, code, data, size, 0, pages) && run(&guest);
	cost = invalidations() - before;
	printf("# %zu pages: %lu invalidations\n", pages, cost);
	result(ok, "large", "a guest gets all of its memory");
	result(cost && cost <= pages / 64, "large", "for an invalidation each 64 pages");
	destroy(&guest);
	result(dma_works_to(data + size / 2), "large", "DMA to it, once it is gone");
}

int main(int argc, char **argv)
{
	size_t size = (argc > 1 ? atoi(argv[1]) : 16) * 0x100000UL;
	char *data;

	page = sysconf(_SC_PAGESIZE);
	kvm = open("/dev/kvm", O_RDWR);
	pin = open("/dev/devmed_pin", O_RDWR);
	code = map(page, page);
	data = map(HUGE_SIZE, HUGE_SIZE);
	if (kvm < 0 || pin < 0 || !code || !data) {
		perror("# not all is there");
		return 1;
	}
	alone(data);
	pinned_before(data);
	pinned_later(data);
	slot_in_part(data);
	large(size);
	return 0;
}
