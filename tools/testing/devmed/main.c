// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run all tests, or those that TEST names: a test, or the start of some names.
 */
#include <sys/resource.h>
#include <unistd.h>

#include "fake.h"
#include "harness.h"

static void test_run(void *arg)
{
	const struct rlimit cpu = { TEST_CPU_SECONDS, RLIM_INFINITY };
	struct devmed_test *test = arg;

	ASSERT(!setrlimit(RLIMIT_CPU, &cpu));
	alarm(TEST_SECONDS);
	fake_init();
	test->run();
}

/* The test of that name; if there is none, all whose names begin so. */
static bool test_wanted(const char *name, const char *only)
{
	struct devmed_test *test;

	for (test = tests; only && test; test = test->next) {
		if (!strcmp(test->name, only))
			return !strcmp(name, only);
	}

	return !only || !strncmp(name, only, strlen(only));
}

int main(void)
{
	const char *only = getenv("TEST");
	struct devmed_test *test;
	unsigned int passed = 0;
	unsigned int failed = 0;
	unsigned int skipped = 0;

	for (test = tests; test; test = test->next) {
		if (!test_wanted(test->name, only))
			continue;
		switch (test_fork_status(test_run, test)) {
		case 0:
			passed++;
			printf("  ok       %s\n", test->name);
			break;
		case TEST_SKIPPED:
			skipped++;
			break;
		default:
			failed++;
			printf("  FAILED   %s\n", test->name);
			break;
		}
	}
	if (only && !passed && !failed && !skipped) {
		fprintf(stderr, "no test is called %s\n", only);
		failed++;
	}

	printf("%u passed, %u failed", passed, failed);
	if (skipped)
		printf(", %u skipped", skipped);
	printf("\n");

	return failed ? 1 : 0;
}
