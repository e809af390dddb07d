/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of libcap as the kernel's iommufd selftest takes: it drops one
 * capability. There is no libcap for the cross compiler.
 */
#ifndef DEVMED_SYS_CAPABILITY_H
#define DEVMED_SYS_CAPABILITY_H

#include <linux/capability.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAP_EFFECTIVE	0
#define CAP_CLEAR	0

typedef int cap_value_t;
typedef struct devmed_caps {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
} *cap_t;

static inline cap_t cap_get_proc(void)
{
	cap_t caps = calloc(1, sizeof(*caps));

	if (!caps)
		return NULL;
	caps->header.version = _LINUX_CAPABILITY_VERSION_3;
	if (syscall(SYS_capget, &caps->header, caps->data)) {
		free(caps);
		return NULL;
	}
	return caps;
}

/* Only for CAP_EFFECTIVE and CAP_CLEAR. */
static inline int cap_set_flag(cap_t caps, int flag, int count,
			       const cap_value_t *values, int value)
{
	int i;

	if (flag != CAP_EFFECTIVE || value != CAP_CLEAR)
		return -1;
	for (i = 0; i < count; i++)
		caps->data[values[i] / 32].effective &= ~(1U << values[i] % 32);
	return 0;
}

static inline int cap_set_proc(cap_t caps)
{
	return syscall(SYS_capset, &caps->header, caps->data);
}

static inline void cap_free(cap_t caps)
{
	free(caps);
}

#endif /* DEVMED_SYS_CAPABILITY_H */
