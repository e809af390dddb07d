// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another kernel would find devices that EL2 does not let go of: the kernel
 * refuses to load one in protected mode.
 */
#include <errno.h>
#include <linux/kexec.h>
#include <stdint.h>
#include <sys/syscall.h>
#include "region.h"

int main(void)
{
	static char image[65536] __attribute__((aligned(65536)));
	struct kexec_segment segment = {
		.buf = image, .bufsz = sizeof(image),
		.mem = (void *)0x50000000, .memsz = sizeof(image),
	};
	long ret;

	/* The magic number of an image, at its place in the header. */
	memcpy(image + 56, "ARM\x64", 4);
	ret = syscall(SYS_kexec_load, 0x50000000, 1, &segment, KEXEC_ARCH_AARCH64);
	result(ret && errno == EBUSY, "kexec", "another kernel is refused with EBUSY");
	if (ret)
		printf("# kexec_load: %s\n", strerror(errno));
	return 0;
}
