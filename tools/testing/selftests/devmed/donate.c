// SPDX-License-Identifier: GPL-2.0-only
/*
 * Protected guests that come and go: each writes to all of its memory, page by
 * page, so that the host gives them one after the other, and takes them back
 * when the guest is gone.
 *
 * usage: donate PAGES ROUNDS [huge]	of memory, guests; in huge pages
 */
#include "vm.h"

static size_t page;
static size_t pages;
static void *code;
static char *data;

/* Nothing of the guest's is left in its pages, and they are the host's. */
static bool all_zero(void)
{
	size_t i;

	for (i = 0; i < pages * page; i += page / 2)
		if (*(volatile uint64_t *)(data + i))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 2 ? atoi(argv[2]) : 1;
	int kvm = open("/dev/kvm", O_RDWR);
	uint64_t best = UINT64_MAX;
	struct guest guest;
	unsigned int i;

	page = sysconf(_SC_PAGESIZE);
	pages = argc > 1 ? atoi(argv[1]) : 16;
	code = map(page, page);
	data = map(pages * page, argc > 3 ? HUGE_SIZE : page);
	if (!code || !data || !pages)
		return 1;

	for (i = 0; i < rounds; i++) {
		uint64_t time;

		if (create(&guest, kvm, code, data, pages * page, 0, pages)) {
			perror("# a protected guest");
			break;
		}
		time = run(&guest);
		if (!time)
			perror("# running it");
		destroy(&guest);
		if (!time || !all_zero())
			break;
		if (time < best)
			best = time;
	}
	printf("# %zu pages given to guests\n", i * pages);
	result(i == rounds, "donate", "guests got their memory, and it came back zero");
	if (i)
		printf("BENCH: donate_%s %llu instructions\n", argc > 3 ? "page" : "small_page",
		       (unsigned long long)best / pages);
	return i != rounds;
}
