// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the machine has been on when its first process starts: the virtual
 * counter, which counts from zero. Meant as rdinit=/tests/boottime; goes on
 * with /init.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static uint64_t read_counter(void)
{
	uint64_t count;

	asm volatile("isb\n mrs %0, cntvct_el0" : "=r"(count));
	return count;
}

static void open_console(void)
{
	int fd;

	mknod("/dev/console", S_IFCHR | 0600, makedev(5, 1));
	fd = open("/dev/console", O_RDWR);
	if (fd < 0)
		return;
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
}

int main(void)
{
	uint64_t count = read_counter();
	uint64_t frequency;

	asm volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
	if (getpid() == 1)
		open_console();
	printf("BENCH: boot %" PRIu64 " instructions\n", count);
	printf("BENCH: frequency %" PRIu64 " Hz\n", frequency);
	fflush(stdout);
	if (getpid() == 1)
		execl("/init", "/init", NULL);
	return 0;
}
