/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A protected guest that writes to its memory, page by page, so that the host gives
 * it one after the other.
 */
#ifndef DEVMED_VM_H
#define DEVMED_VM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "region.h"

#ifndef KVM_VM_TYPE_ARM_PROTECTED
#define KVM_VM_TYPE_ARM_PROTECTED	(1UL << 31)
#endif

/* A small address space: the host goes through all of it when the guest ends. */
#define IPA_BITS	32
#define HUGE_SIZE	0x200000UL
#define CODE_IPA	0x40000000UL
#define DATA_IPA	0x80000000UL
#define EXIT_IPA	0x60000000UL
#define REG_CORE(name)	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |	\
			 (offsetof(struct kvm_regs, name) / sizeof(uint32_t)))

/* Store to each page, then where nobody is. */
static const uint32_t guest_code[] = {
	0xf9000020,	/* 1: str  x0, [x1] */
	0x8b040021,	/*    add  x1, x1, x4 */
	0xf10004a5,	/*    subs x5, x5, #1 */
	0x54ffffa1,	/*    b.ne 1b */
	0xf9000060,	/*    str  x0, [x3] */
	0x14000000,	/* 2: b    2b */
};

struct guest {
	int fd;
	int vcpu;
	struct kvm_run *run;
	size_t run_size;
};

static uint64_t now(void)
{
	uint64_t count;

	asm volatile("isb\n mrs %0, cntvct_el0" : "=r"(count));
	return count;
}

/* @align is a power of two; huge pages if that is more than a page. */
static void *map(size_t size, size_t align)
{
	size_t page = sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, size + align, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		return NULL;
	}
	p = (char *)(((uintptr_t)p + align - 1) & ~(uintptr_t)(align - 1));
	if (madvise(p, size, align > page ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
		perror("madvise");
	memset(p, 0, size);
	return p;
}

static int add_memory(int fd, uint32_t slot, uint64_t ipa, void *host, size_t size)
{
	struct kvm_userspace_memory_region memory = {
		.slot = slot,
		.guest_phys_addr = ipa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)host,
	};

	return ioctl(fd, KVM_SET_USER_MEMORY_REGION, &memory);
}

static int set_reg(int vcpu, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	return ioctl(vcpu, KVM_SET_ONE_REG, &reg);
}

/* One with @size bytes at @data, to write to @count pages of it from @first on. */
static int create(struct guest *guest, int kvm, void *code, char *data, size_t size,
		  size_t first, size_t count)
{
	size_t page = sysconf(_SC_PAGESIZE);
	struct kvm_vcpu_init init;

	memcpy(code, guest_code, sizeof(guest_code));
	__builtin___clear_cache(code, (char *)code + page);
	guest->fd = ioctl(kvm, KVM_CREATE_VM, KVM_VM_TYPE_ARM_PROTECTED | IPA_BITS);
	if (guest->fd < 0 || add_memory(guest->fd, 0, CODE_IPA, code, page) ||
	    add_memory(guest->fd, 1, DATA_IPA, data, size))
		return -1;
	guest->vcpu = ioctl(guest->fd, KVM_CREATE_VCPU, 0);
	if (guest->vcpu < 0 || ioctl(guest->fd, KVM_ARM_PREFERRED_TARGET, &init))
		return -1;
	init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
	if (ioctl(guest->vcpu, KVM_ARM_VCPU_INIT, &init))
		return -1;
	guest->run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	guest->run = mmap(NULL, guest->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			  guest->vcpu, 0);
	if (guest->run == MAP_FAILED)
		return -1;
	return set_reg(guest->vcpu, REG_CORE(regs.pc), CODE_IPA) ||
	       set_reg(guest->vcpu, REG_CORE(regs.regs[0]), 0x600d600d600d600d) ||
	       set_reg(guest->vcpu, REG_CORE(regs.regs[1]), DATA_IPA + first * page) ||
	       set_reg(guest->vcpu, REG_CORE(regs.regs[3]), EXIT_IPA) ||
	       set_reg(guest->vcpu, REG_CORE(regs.regs[4]), page) ||
	       set_reg(guest->vcpu, REG_CORE(regs.regs[5]), count) ? -1 : 0;
}

/* Until the guest has written everywhere; how long that took, 0 if it did not. */
static uint64_t run(struct guest *guest)
{
	uint64_t start = now();
	int ret;

	do {
		ret = ioctl(guest->vcpu, KVM_RUN, 0);
	} while (ret && errno == EINTR);

	if (ret || guest->run->exit_reason != KVM_EXIT_MMIO ||
	    guest->run->mmio.phys_addr != EXIT_IPA)
		return 0;
	return now() - start;
}

static void destroy(struct guest *guest)
{
	munmap(guest->run, guest->run_size);
	close(guest->vcpu);
	close(guest->fd);
}

#endif /* DEVMED_VM_H */
