/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DEVMED_KERNEL_H
#define DEVMED_KERNEL_H

#include_next <linux/kernel.h>

/* EL2 code must not stop, whatever the host does: both end the test. */
void fake_bug(const char *what, const char *file, int line) __attribute__((noreturn));
#undef BUG_ON
#undef WARN_ON
#undef BUG
#undef BUILD_BUG_ON
#define BUG_ON(cond)	((cond) ? fake_bug("BUG_ON(" #cond ")", __FILE__, __LINE__) : (void)0)
#define WARN_ON(cond)	({ BUG_ON(cond); false; })
#define BUG()		fake_bug("BUG()", __FILE__, __LINE__)
#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), #cond)

#endif /* DEVMED_KERNEL_H */
