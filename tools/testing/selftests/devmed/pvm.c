// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest user of a protected virtual machine: KVM ioctls, one vCPU, no
 * interrupt controller, a guest of sixteen instructions.
 *
 * usage: pvm			it runs, and its memory is its own
 *	  pvm --expect-refused	EL2 does not create it (devmed.policy=require)
 *	  pvm --device ADDRESS	a device page as its memory is not given to it
 *	  pvm --hold DIR	with the physical address of its memory in DIR/before
 *				until there is DIR/run; then in DIR/guest, shared and
 *				unshared, until there is DIR/share, unshare and end
 */
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

#define CODE_IPA	0x40000000UL
#define DATA_IPA	0x50000000UL
#define EXIT_IPA	0x60000000UL
#define PATTERN		0x600d0000cafeUL
#define REG_CORE(name)	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |	\
			 (offsetof(struct kvm_regs, name) / sizeof(uint32_t)))

/* By guests; SMCCC, vendor specific hypervisor services. */
#define MEM_SHARE	0xc6000003UL
#define MEM_UNSHARE	0xc6000004UL

/*
 * Write the pattern to DATA_IPA, share that page with the host, take it back. After
 * each a store to where nobody is: of what is there, of what the call returned.
 */
static const uint32_t guest_code[] = {
	0xf9000275,	/*    str  x21, [x19] */
	0xf9400260,	/*    ldr  x0, [x19] */
	0xf9000280,	/*    str  x0, [x20] */
	0xaa1603e0,	/*    mov  x0, x22 */
	0xaa1303e1,	/*    mov  x1, x19 */
	0xaa1f03e2,	/*    mov  x2, xzr */
	0xaa1f03e3,	/*    mov  x3, xzr */
	0xd4000002,	/*    hvc  #0 */
	0xf9000280,	/*    str  x0, [x20] */
	0xaa1703e0,	/*    mov  x0, x23 */
	0xaa1303e1,	/*    mov  x1, x19 */
	0xaa1f03e2,	/*    mov  x2, xzr */
	0xaa1f03e3,	/*    mov  x3, xzr */
	0xd4000002,	/*    hvc  #0 */
	0xf9000280,	/*    str  x0, [x20] */
	0x14000000,	/* 1: b    1b */
};

struct vm {
	int fd;
	int vcpu;
	struct kvm_run *run;
	size_t run_size;
	size_t page;
	void *code;
	uint64_t *data;
};

static void load(void *p)
{
	asm volatile("ldr xzr, [%0]" :: "r"(p) : "memory");
}

static int add_memory(struct vm *vm, uint32_t slot, uint64_t ipa, void *host)
{
	struct kvm_userspace_memory_region memory = {
		.slot = slot,
		.guest_phys_addr = ipa,
		.memory_size = vm->page,
		.userspace_addr = (uintptr_t)host,
	};

	return ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &memory);
}

static int set_reg(struct vm *vm, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	return ioctl(vm->vcpu, KVM_SET_ONE_REG, &reg);
}

/* Memory and one vCPU; @data is what the guest finds at DATA_IPA. */
static int fill(struct vm *vm, int kvm)
{
	struct kvm_vcpu_init init;

	vm->code = mmap(NULL, vm->page, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vm->code == MAP_FAILED)
		return -1;
	memcpy(vm->code, guest_code, sizeof(guest_code));
	__builtin___clear_cache(vm->code, (char *)vm->code + vm->page);
	if (add_memory(vm, 0, CODE_IPA, vm->code) || add_memory(vm, 1, DATA_IPA, vm->data))
		return -1;
	vm->vcpu = ioctl(vm->fd, KVM_CREATE_VCPU, 0);
	if (vm->vcpu < 0 || ioctl(vm->fd, KVM_ARM_PREFERRED_TARGET, &init))
		return -1;
	init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
	if (ioctl(vm->vcpu, KVM_ARM_VCPU_INIT, &init))
		return -1;
	vm->run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	vm->run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
	if (vm->run == MAP_FAILED)
		return -1;
	return set_reg(vm, REG_CORE(regs.pc), CODE_IPA) ||
	       set_reg(vm, REG_CORE(regs.regs[19]), DATA_IPA) ||
	       set_reg(vm, REG_CORE(regs.regs[20]), EXIT_IPA) ||
	       set_reg(vm, REG_CORE(regs.regs[21]), PATTERN) ||
	       set_reg(vm, REG_CORE(regs.regs[22]), MEM_SHARE) ||
	       set_reg(vm, REG_CORE(regs.regs[23]), MEM_UNSHARE) ? -1 : 0;
}

/* Until the guest's next store that nobody backs, or an error. */
static int run(struct vm *vm, uint64_t *value)
{
	alarm(5);
	if (ioctl(vm->vcpu, KVM_RUN, 0))
		return -1;
	alarm(0);
	if (vm->run->exit_reason != KVM_EXIT_MMIO || vm->run->mmio.phys_addr != EXIT_IPA) {
		errno = EPROTO;
		return -1;
	}
	memcpy(value, vm->run->mmio.data, sizeof(*value));
	return 0;
}

static void destroy(struct vm *vm)
{
	munmap(vm->run, vm->run_size);
	close(vm->vcpu);
	close(vm->fd);
}

static void *device_page(const char *address, size_t page)
{
	int fd = open("/dev/mem", O_RDWR | O_SYNC);

	return mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    strtoul(address, NULL, 0));
}

/* Where @page bytes of a process are in memory; 0 if nobody says. */
static uint64_t physical(const void *p, size_t page)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	if (fd < 0 || pread(fd, &entry, sizeof(entry),
			    (uintptr_t)p / page * sizeof(entry)) != sizeof(entry))
		return 0;
	close(fd);
	return (entry & ((1ULL << 55) - 1)) * page;
}

/* Say where the guest's memory is, and wait for an answer, half a minute at most. */
static void hold(const struct vm *vm, const char *dir, const char *say, const char *answer)
{
	unsigned int tries = 300;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, say);
	file = fopen(path, "w");
	if (!file)
		return;
	fprintf(file, "%#llx\n", (unsigned long long)physical(vm->data, vm->page));
	fclose(file);
	snprintf(path, sizeof(path), "%s/%s", dir, answer);
	while (access(path, F_OK) && --tries)
		usleep(100000);
}

/* The guest's memory is its own; then both's, then its own again. */
static void judge_sharing(struct vm *vm, const char *dir)
{
	uint64_t value = ~0ULL;

	if (dir)
		hold(vm, dir, "guest", "share");
	result(!run(vm, &value) && !value, "pvm", "the guest shares its memory");
	result(!signal_of(load, vm->data) && vm->data[0] == PATTERN,
	       "pvm", "the host reads what is shared");
	if (dir)
		hold(vm, dir, "shared", "unshare");
	value = ~0ULL;
	result(!run(vm, &value) && !value, "pvm", "the guest takes it back");
	result(signal_of(load, vm->data) == SIGSEGV, "pvm", "the host cannot read it any more");
	if (dir)
		hold(vm, dir, "unshared", "end");
}

/* The guest ran: what is left of its memory for the host? */
static void judge_memory(struct vm *vm, uint64_t value, const char *dir)
{
	result(value == PATTERN, "pvm", "the guest ran and wrote its memory");
	result(signal_of(load, vm->data) == SIGSEGV, "pvm", "the host cannot read its memory");
	result(signal_of(load, vm->code) == SIGSEGV, "pvm", "the host cannot read its code");
	judge_sharing(vm, dir);
	destroy(vm);
	result(!signal_of(load, vm->data) && !vm->data[0] && !vm->data[vm->page / 8 - 1],
	       "pvm", "its memory is zero when it comes back");
}

int main(int argc, char **argv)
{
	const char *option = argc > 1 ? argv[1] : "";
	bool refuse = !strcmp(option, "--expect-refused");
	bool device = argc > 2 && !strcmp(option, "--device");
	const char *dir = argc > 2 && !strcmp(option, "--hold") ? argv[2] : NULL;
	struct vm vm = { .page = sysconf(_SC_PAGESIZE) };
	int kvm = open("/dev/kvm", O_RDWR);
	uint64_t value = 0;
	int ret;

	catch_faults();
	if (device)
		vm.data = device_page(argv[2], vm.page);
	else
		vm.data = mmap(NULL, vm.page, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	vm.fd = ioctl(kvm, KVM_CREATE_VM, KVM_VM_TYPE_ARM_PROTECTED);
	if (dir) {
		vm.data[0] = 0;
		hold(&vm, dir, "before", "run");
	}
	ret = vm.fd < 0 || fill(&vm, kvm) || run(&vm, &value) ? errno : 0;
	if (ret)
		printf("# a protected guest ends with: %s\n", strerror(ret));
	if (refuse)
		result(ret == EPERM, "pvm", "a protected guest is refused with EPERM");
	else if (device)
		result(ret, "pvm", "a device page is not given to a guest");
	else if (ret)
		result(false, "pvm", "the guest ran and wrote its memory");
	else
		judge_memory(&vm, value, dir);
	return 0;
}
