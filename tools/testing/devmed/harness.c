// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tests and the fuzzer share.
 */
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "fake.h"
#include "harness.h"

struct devmed_test *tests;
static u64 random_state = 0x9e3779b97f4a7c15;

void test_add(struct devmed_test *test)
{
	struct devmed_test **pos = &tests;

	while (*pos && strcmp((*pos)->name, test->name) < 0)
		pos = &(*pos)->next;
	test->next = *pos;
	*pos = test;
}

void test_fail(const char *file, int line, const char *what, u64 a, u64 b)
{
	fprintf(stderr, "%s:%d: %s (0x%lx, 0x%lx)\n", file, line, what, a, b);
	abort();
}

u64 test_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;

	return random_state;
}

u64 test_random_below(u64 limit)
{
	return test_random() % limit;
}

void test_skip(const char *why)
{
	printf("  skipped  %s\n", why);
	fflush(NULL);
	_exit(TEST_SKIPPED);
}

static int test_wait(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		fprintf(stderr, "not finished after %d s\n", TEST_SECONDS);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		fprintf(stderr, "not finished after %d s of CPU time\n",
			TEST_CPU_SECONDS);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int test_fork_status(void (*fn)(void *arg), void *arg)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		fn(arg);
		fake_check_idle();
		_exit(0);
	}

	return test_wait(pid);
}

bool test_fork(void (*fn)(void *arg), void *arg)
{
	return !test_fork_status(fn, arg);
}

bool test_fork_shared(void (*fn)(void *arg), void *arg, void *result, size_t size)
{
	int fds[2];
	pid_t pid;
	bool ok;

	fflush(NULL);
	ASSERT(!pipe(fds));
	pid = fork();
	if (!pid) {
		fn(arg);
		fake_check_idle();
		_exit(write(fds[1], result, size) != size);
	}
	ok = !test_wait(pid) && read(fds[0], result, size) == size;
	close(fds[0]);
	close(fds[1]);

	return ok;
}
