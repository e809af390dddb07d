// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that maps the mediated regions through /dev/mem: EL2 serves the
 * kernel's accesses, never those of EL0. Each has to end in a signal and count
 * as refused. Then the pages next to a region, which are not EL2's business:
 * whatever happens there, the region stays out of reach.
 *
 * usage: el0 [direct]	(reads do not trap)
 */
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include "region.h"

/* What to do at an address, the counter that then goes up, what it needs. */
struct form {
	const char *name;
	void (*run)(void *p);
	enum { LOAD, STORE, FETCH } kind;
	const char *reason;
	unsigned long hwcap;
};

#define ACCESS(name, insn)						\
static void name(void *p)						\
{									\
	asm volatile(".arch armv8.2-a+sve\n" insn :: "r"(p)		\
		     : "x2", "x3", "v0", "p0", "memory");		\
}

#define HWCAP_ATOMICS_BIT	(1 << 8)
#define HWCAP_SVE_BIT		(1 << 22)

ACCESS(load8, "ldrb w2, [%0]")
ACCESS(load16, "ldrh w2, [%0]")
ACCESS(load32, "ldr w2, [%0]")
ACCESS(load64, "ldr x2, [%0]")
ACCESS(load_sw, "ldrsw x2, [%0]")
ACCESS(load_pair, "ldp w2, w3, [%0]")
ACCESS(load_excl, "ldxr w2, [%0]")
ACCESS(load_q, "ldr q0, [%0]")
ACCESS(load_sve, "ptrue p0.s\n ld1w { z0.s }, p0/z, [%0]")
/* Stores of zero, to a register that ignores them. */
ACCESS(store8, "strb wzr, [%0, #8]")
ACCESS(store32, "str wzr, [%0, #8]")
ACCESS(store64, "str xzr, [%0, #8]")
ACCESS(store_pair, "stp wzr, wzr, [%0, #8]")
ACCESS(load_unaligned, "ldr w2, [%0, #1]")
ACCESS(store_swp, "add x3, %0, #8\n mov w2, #0\n swp w2, w2, [x3]")

static void fetch(void *p)
{
	((void (*)(void))p)();
}

static const struct form forms[] = {
	{ "ldr w from EL0", load32, LOAD, "el0", 0 },
	{ "ldr x from EL0", load64, LOAD, "el0", 0 },
	{ "ldrsw from EL0", load_sw, LOAD, "el0", 0 },
	{ "ldrb from EL0", load8, LOAD, "el0", 0 },
	{ "ldrh from EL0", load16, LOAD, "el0", 0 },
	{ "ldp from EL0", load_pair, LOAD, "no-syndrome", 0 },
	{ "ldxr from EL0", load_excl, LOAD, "no-syndrome", 0 },
	{ "ldr q from EL0", load_q, LOAD, "no-syndrome", 0 },
	{ "sve ld1w from EL0", load_sve, LOAD, "no-syndrome", HWCAP_SVE_BIT },
	{ "strb from EL0", store8, STORE, "el0", 0 },
	{ "str w from EL0", store32, STORE, "el0", 0 },
	{ "str x from EL0", store64, STORE, "el0", 0 },
	{ "stp from EL0", store_pair, STORE, "no-syndrome", 0 },
	{ "swp from EL0", store_swp, STORE, "no-syndrome", HWCAP_ATOMICS_BIT },
};

/* Through a Normal, executable mapping. */
static const struct form normal_forms[] = {
	{ "ldr w from EL0, normal", load32, LOAD, "el0", 0 },
	{ "ldr w from EL0, normal and unaligned", load_unaligned, LOAD, "el0", 0 },
	{ "stp from EL0, normal", store_pair, STORE, "no-syndrome", 0 },
	{ "instruction fetch from EL0", fetch, FETCH, "fetch", 0 },
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static void *map(int fd, unsigned long base, unsigned long size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, fd, base);

	return p == MAP_FAILED ? NULL : p;
}

/* A signal, and one more refusal, for the right reason. */
static bool refused(const struct region *region, const struct form *form, void *p)
{
	unsigned long reason = read_counter(region->name, form->reason);
	unsigned long all = read_counter(region->name, NULL);
	int sig = signal_of(form->run, p);

	reason = read_counter(region->name, form->reason) - reason;
	all = read_counter(region->name, NULL) - all;
	if ((sig == SIGSEGV || sig == SIGBUS) && all == 1 && reason == 1)
		return true;
	printf("# %s: signal %d, %lu refusals counted, %lu as %s\n", form->name, sig, all,
	       reason, form->reason);
	return false;
}

static void try_forms(const struct region *region, char *p, bool direct,
		      const struct form *forms, unsigned int nr)
{
	const unsigned long page = sysconf(_SC_PAGESIZE);
	unsigned int i;
	bool ok;

	for (i = 0; i < nr; i++) {
		const struct form *form = &forms[i];

		if ((getauxval(AT_HWCAP) & form->hwcap) != form->hwcap)
			continue;
		ok = (direct && form->kind == LOAD) || refused(region, form, p);
		ok &= refused(region, form, p + region->size - page);
		result(ok, region->name, form->name);
	}
}

static void try_region(const struct region *region, char *p, bool direct)
{
	int fd = open("/dev/devmed_map", O_RDWR);
	char *normal = map(fd, region->base, region->size);

	try_forms(region, p, direct, forms, ARRAY_SIZE(forms));
	if (normal)
		try_forms(region, normal, direct, normal_forms, ARRAY_SIZE(normal_forms));
	else
		result(false, region->name, "can be mapped as memory");
	close(fd);
}

/* Both neighbours answer as they like; the region is refused as before. */
static void try_neighbours(const struct region *region, char *p, int fd)
{
	const unsigned long page = sysconf(_SC_PAGESIZE);
	const struct form *form = &forms[10];
	char *below = map(fd, region->base - page, page);
	char *above = map(fd, region->base + region->size, page);
	unsigned long before = read_counter(region->name, NULL);
	bool ok;

	if (!below || !above) {
		result(false, region->name, "its neighbours can be mapped");
		return;
	}
	signal_of(load32, below);
	signal_of(load32, below + page - 4);
	signal_of(load32, above);
	ok = read_counter(region->name, NULL) == before;
	result(ok, region->name, "its neighbours are not refused");
	ok = refused(region, form, p) && refused(region, form, p + region->size - page);
	result(ok, region->name, "refused after its neighbours were mapped");
	munmap(below, page);
	munmap(above, page);
}

int main(int argc, char **argv)
{
	bool direct = argc > 1 && !strcmp(argv[1], "direct");
	struct region regions[MAX_REGIONS] = {
		{ "its@8080000", "none", 0x8080000, 0x20000 },
		{ "smmuv3@9050000", "none", 0x9050000, 0x20000 },
	};
	unsigned int n = read_regions(regions);
	int fd = open("/dev/mem", O_RDWR | O_SYNC);
	unsigned int i;

	if (fd < 0) {
		result(false, "/dev/mem", "can be opened");
		return 1;
	}
	catch_faults();
	result(n > 0, "devmed", "there are mediated regions");
	for (i = 0; i < (n ? n : 2); i++) {
		char *p = map(fd, regions[i].base, regions[i].size);

		if (!p) {
			result(false, regions[i].name, "can be mapped");
			continue;
		}
		/* Of what EL2 mediates, an ITS can be read. */
		try_region(&regions[i], p, direct && !strncmp(regions[i].name, "its", 3));
		try_neighbours(&regions[i], p, fd);
	}
	return 0;
}
