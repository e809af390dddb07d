/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test is a function; each runs in a process of its own, so that it finds the
 * EL2 sources as they are at boot.
 */
#ifndef DEVMED_HARNESS_H
#define DEVMED_HARNESS_H

#include <stdio.h>
#include <stdlib.h>

#include <shim.h>

struct devmed_test {
	const char *name;
	void (*run)(void);
	struct devmed_test *next;
};

/* Of CPU time, which does not depend on what else the machine does; and in all. */
#define TEST_CPU_SECONDS	60
#define TEST_SECONDS		600

extern struct devmed_test *tests;
void test_add(struct devmed_test *test);
void test_fail(const char *file, int line, const char *what, u64 a, u64 b)
	__attribute__((noreturn));

/* Why this test cannot run here. */
void test_skip(const char *why) __attribute__((noreturn));

/* Run @fn in a child; true if it ended well. */
bool test_fork(void (*fn)(void *arg), void *arg);
#define TEST_SKIPPED	77
/* The same, but what it exited with; -1 for a signal. */
int test_fork_status(void (*fn)(void *arg), void *arg);
/* The same, and take over what the child left in @result. */
bool test_fork_shared(void (*fn)(void *arg), void *arg, void *result, size_t size);

/* The same numbers every time. */
u64 test_random(void);
u64 test_random_below(u64 limit);

#define TEST(name)							\
	static void name(void);						\
	__attribute__((constructor)) static void add_##name(void)	\
	{								\
		static struct devmed_test test = { #name, name, NULL };	\
									\
		test_add(&test);					\
	}								\
	static void name(void)

#define ASSERT(cond)							\
	do {								\
		if (!(cond))						\
			test_fail(__FILE__, __LINE__, #cond, 0, 0);	\
	} while (0)

#define ASSERT_EQ(a, b)							\
	do {								\
		u64 __a = (u64)(a), __b = (u64)(b);			\
									\
		if (__a != __b)						\
			test_fail(__FILE__, __LINE__, #a " == " #b,	\
				  __a, __b);				\
	} while (0)

#endif /* DEVMED_HARNESS_H */
