// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another kernel would find devices that EL2 does not let go of: in protected mode
 * the kernel refuses to load one, but for the one that follows a crash.
 *
 * usage: kexec				both system calls refuse
 *	  kexec IMAGE INITRD CMDLINE	load that for when this kernel crashes
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include "region.h"

#ifndef KEXEC_FILE_ON_CRASH
#define KEXEC_FILE_ON_CRASH	2
#define KEXEC_FILE_NO_INITRAMFS	4
#endif

#define IMAGE_SIZE	65536

/* As much of an image as is looked at: its size and magic number. */
static char image[IMAGE_SIZE] __attribute__((aligned(IMAGE_SIZE)));

static void make_image(void)
{
	uint64_t size = IMAGE_SIZE;

	memcpy(image + 16, &size, sizeof(size));
	memcpy(image + 56, "ARM\x64", 4);
}

static void expect_refusal(long ret, const char *call)
{
	if (ret)
		printf("# %s: %s\n", call, strerror(errno));
	result(ret && errno == EBUSY, call, "another kernel is refused with EBUSY");
}

static void load_segments(void)
{
	struct kexec_segment segment = {
		.buf = image, .bufsz = sizeof(image),
		.mem = (void *)0x50000000, .memsz = sizeof(image),
	};
	long ret = syscall(SYS_kexec_load, 0x50000000, 1, &segment, KEXEC_ARCH_AARCH64);

	expect_refusal(ret, "kexec_load");
}

static void load_file(void)
{
	int fd = memfd_create("image", 0);
	long ret;

	if (write(fd, image, sizeof(image)) != sizeof(image))
		perror("# image");
	ret = syscall(SYS_kexec_file_load, fd, -1, 1, "", KEXEC_FILE_NO_INITRAMFS);
	expect_refusal(ret, "kexec_file_load");
}

static void load_for_crash(const char *kernel, const char *initrd, const char *cmdline)
{
	long ret = syscall(SYS_kexec_file_load, open(kernel, O_RDONLY), open(initrd, O_RDONLY),
			   strlen(cmdline) + 1, cmdline, KEXEC_FILE_ON_CRASH);

	if (ret)
		printf("# kexec_file_load: %s\n", strerror(errno));
	result(!ret, "kexec_file_load", "a kernel for the case of a crash is loaded");
}

int main(int argc, char **argv)
{
	if (argc > 3) {
		load_for_crash(argv[1], argv[2], argv[3]);
		return 0;
	}
	make_image();
	load_segments();
	load_file();
	return 0;
}
