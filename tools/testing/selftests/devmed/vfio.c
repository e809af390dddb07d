// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device for user space: QEMU's edu, by vfio-pci and iommufd. It reaches what is
 * mapped for it while it is, and nothing before or after.
 *
 * usage: vfio /dev/vfio/devices/vfioN
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/poll.h>
#include "modules/edu_regs.h"
#include "region.h"

/* Newer than the headers of some distributions. */
struct bind_iommufd {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t out_devid;
};

struct attach_iommufd {
	uint32_t argsz;
	uint32_t flags;
	uint32_t pt_id;
};

struct detach_iommufd {
	uint32_t argsz;
	uint32_t flags;
};

struct ioas_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t out_ioas_id;
};

struct ioas_map {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	uint32_t reserved;
	uint64_t user_va;
	uint64_t length;
	uint64_t iova;
};

struct ioas_unmap {
	uint32_t size;
	uint32_t ioas_id;
	uint64_t iova;
	uint64_t length;
};

struct hwpt_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;
	uint32_t pt_id;
	uint32_t out_hwpt_id;
	uint32_t reserved;
	uint32_t data_type;
	uint32_t data_len;
	uint64_t data_uptr;
};

struct hw_info {
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;
	uint32_t data_len;
	uint64_t data_uptr;
	uint32_t out_data_type;
	uint32_t reserved;
	uint64_t out_capabilities;
};

/* What of the SMMU user space is told: flags, a hole, IDR0 to IDR5, IIDR, AIDR. */
struct smmu_info {
	uint32_t flags;
	uint32_t reserved;
	uint32_t idr[6];
	uint32_t iidr;
	uint32_t aidr;
};

#define BIND_IOMMUFD	_IO(VFIO_TYPE, VFIO_BASE + 18)
#define ATTACH_IOMMUFD	_IO(VFIO_TYPE, VFIO_BASE + 19)
#define DETACH_IOMMUFD	_IO(VFIO_TYPE, VFIO_BASE + 20)
#define IOAS_ALLOC	_IO(';', 0x81)
#define IOAS_MAP	_IO(';', 0x85)
#define IOAS_UNMAP	_IO(';', 0x86)
#define HWPT_ALLOC	_IO(';', 0x89)
#define GET_HW_INFO	_IO(';', 0x8a)
#define IOAS_MAP_FLAGS	7	/* at @iova, writable, readable */
#define NEST_PARENT	1
/* S2P, HYP, ATS, PRI, VMID16. */
#define IDR0_HIDDEN	(1 << 0 | 1 << 9 | 1 << 10 | 1 << 16 | 1 << 18)

#define PCI_COMMAND	4
#define PCI_MEM_MASTER	6
#define KLOG_READ_ALL	3
#define IOVA		0x100000UL
#define PATTERN		0x5a17c0de5a17c0deUL

static void *edu;
static int iommufd;
static int device;
static uint32_t device_id;

static void write_edu(unsigned int reg, uint64_t value)
{
	*(volatile uint64_t *)(edu + reg) = value;
}

static void result_of(bool ok, const char *what)
{
	result(ok, "vfio", what);
}

/* Events of the SMMU's that the driver has told of; it tells of ten in 5 s. */
static unsigned int events(void)
{
	static char log[1 << 20];
	int len = klogctl(KLOG_READ_ALL, log, sizeof(log) - 1);
	unsigned int n = 0;
	char *at = log;

	log[len > 0 ? len : 0] = '\0';
	while ((at = strstr(at, "event 0x"))) {
		n++;
		at++;
	}
	return n;
}

/* 8 bytes between memory and the device; it says nothing of what went wrong. */
static void dma(uint64_t iova, bool to_memory)
{
	unsigned int tries = 200;

	write_edu(EDU_DMA_SRC, to_memory ? EDU_MEMORY : iova);
	write_edu(EDU_DMA_DST, to_memory ? iova : EDU_MEMORY);
	write_edu(EDU_DMA_COUNT, 8);
	write_edu(EDU_DMA_CMD, EDU_DMA_START | (to_memory ? EDU_DMA_TO_RAM : 0));
	while (*(volatile uint64_t *)(edu + EDU_DMA_CMD) & EDU_DMA_START && --tries)
		usleep(10000);
}

/* What the device has it writes to @iova: is it in @word then? */
static bool lands(uint64_t iova, uint64_t *word)
{
	*(volatile uint64_t *)word = 0;
	dma(iova, true);
	return *(volatile uint64_t *)word == PATTERN;
}

/* Its registers are in BAR 0; its DMA has to be let on the bus. */
static bool open_device(const char *path)
{
	struct vfio_region_info config = {
		.argsz = sizeof(config), .index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	struct vfio_region_info bar = {
		.argsz = sizeof(bar), .index = VFIO_PCI_BAR0_REGION_INDEX,
	};
	struct bind_iommufd bind = { .argsz = sizeof(bind), .iommufd = iommufd };
	uint16_t command = PCI_MEM_MASTER;

	device = open(path, O_RDWR);
	if (device < 0 || ioctl(device, BIND_IOMMUFD, &bind) ||
	    ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &config) ||
	    ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &bar) ||
	    pwrite(device, &command, sizeof(command), config.offset + PCI_COMMAND) !=
	    sizeof(command))
		return false;
	device_id = bind.out_devid;
	edu = mmap(NULL, bar.size, PROT_READ | PROT_WRITE, MAP_SHARED, device, bar.offset);
	return edu != MAP_FAILED;
}

static uint32_t new_ioas(void)
{
	struct ioas_alloc alloc = { .size = sizeof(alloc) };

	return ioctl(iommufd, IOAS_ALLOC, &alloc) ? 0 : alloc.out_ioas_id;
}

static bool attach(uint32_t ioas)
{
	struct attach_iommufd attach = { .argsz = sizeof(attach), .pt_id = ioas };

	return !ioctl(device, ATTACH_IOMMUFD, &attach);
}

static bool detach(void)
{
	struct detach_iommufd detach = { .argsz = sizeof(detach) };

	return !ioctl(device, DETACH_IOMMUFD, &detach);
}

static bool map(uint32_t ioas, void *p, size_t size)
{
	struct ioas_map map = {
		.size = sizeof(map), .flags = IOAS_MAP_FLAGS, .ioas_id = ioas,
		.user_va = (uintptr_t)p, .length = size, .iova = IOVA,
	};

	return !ioctl(iommufd, IOAS_MAP, &map);
}

static bool unmap(uint32_t ioas, size_t size)
{
	struct ioas_unmap unmap = {
		.size = sizeof(unmap), .ioas_id = ioas, .iova = IOVA, .length = size,
	};

	return !ioctl(iommufd, IOAS_UNMAP, &unmap);
}

/* The stage 2 is EL2's: user space does not see one, and gets none to nest on. */
static void test_no_nesting(uint32_t ioas)
{
	struct hwpt_alloc alloc = {
		.size = sizeof(alloc), .flags = NEST_PARENT, .dev_id = device_id, .pt_id = ioas,
	};
	struct smmu_info smmu = { };
	struct hw_info info = {
		.size = sizeof(info), .dev_id = device_id, .data_len = sizeof(smmu),
		.data_uptr = (uintptr_t)&smmu,
	};
	int ret = ioctl(iommufd, GET_HW_INFO, &info);

	printf("# IDR0 %#x IDR1 %#x\n", smmu.idr[0], smmu.idr[1]);
	result_of(!ret && smmu.idr[0] && !(smmu.idr[0] & IDR0_HIDDEN),
		  "user space is told of an SMMU without stage 2, ATS and PRI");
	ret = ioctl(iommufd, HWPT_ALLOC, &alloc);
	result_of(ret && errno == EOPNOTSUPP, "it gets no stage 2 to nest on");
}

/* An MSI goes to the ITS by a mapping that the kernel adds to the address space. */
static void test_msi(void)
{
	struct {
		struct vfio_irq_set set;
		int32_t fd;
	} irq = {
		.set = {
			.argsz = sizeof(irq), .index = VFIO_PCI_MSI_IRQ_INDEX, .count = 1,
			.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
		},
		.fd = eventfd(0, 0),
	};
	struct pollfd poll_fd = { .fd = irq.fd, .events = POLLIN };
	int ret = ioctl(device, VFIO_DEVICE_SET_IRQS, &irq);

	*(volatile uint32_t *)(edu + EDU_IRQ_RAISE) = 1;
	result_of(!ret && poll(&poll_fd, 1, 2000) == 1, "its MSI arrives");
	*(volatile uint32_t *)(edu + EDU_IRQ_ACK) = 1;
}

/* Nothing has been attached, or nothing is any more. */
static void test_blocked(uint64_t *data, const char *what)
{
	unsigned int before = events();

	result_of(!lands(IOVA, data), what);
	/* A stream that aborts is no event (IHI 0070, 5.2, Config 0b000). */
	result_of(events() == before, "its stream aborts");
}

static void test_mapped(uint32_t ioas, uint64_t *data, size_t page)
{
	unsigned int before = events();

	result_of(map(ioas, data, page), "a page is mapped for it");
	data[0] = PATTERN;
	dma(IOVA, false);
	result_of(lands(IOVA, data), "it reads and writes that page");
	result_of(events() == before, "the SMMU reports nothing");
}

static void test_replaced(uint32_t ioas, uint64_t *data, size_t page)
{
	uint64_t *other = data + page / 8;

	result_of(map(ioas, other, page) && attach(ioas), "it gets another address space");
	result_of(!lands(IOVA, data) && other[0] == PATTERN, "it writes what is mapped there");
}

static void test_unmapped(uint32_t ioas, uint64_t *data, size_t page)
{
	unsigned int before = events();

	result_of(unmap(ioas, page), "the page is unmapped");
	result_of(!lands(IOVA, data), "it does not reach the page any more");
	result_of(events() > before, "the SMMU reports it");
}

int main(int argc, char **argv)
{
	size_t page = sysconf(_SC_PAGESIZE);
	uint64_t *data = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	uint32_t first, second;
	bool bound;

	iommufd = open("/dev/iommu", O_RDWR);
	bound = argc > 1 && iommufd >= 0 && open_device(argv[1]);
	if (!bound)
		printf("# %s\n", strerror(errno));
	result_of(bound, "the device is bound to an iommufd");
	if (!bound)
		return 1;
	first = new_ioas();
	second = new_ioas();
	test_blocked(data, "it reaches nothing before it is attached");
	result_of(attach(first), "it gets an address space");
	test_no_nesting(first);
	test_mapped(first, data, page);
	test_msi();
	test_replaced(second, data, page);
	test_unmapped(second, data + page / 8, page);
	result_of(detach(), "it is detached");
	test_blocked(data, "it reaches nothing after that");
	return 0;
}
