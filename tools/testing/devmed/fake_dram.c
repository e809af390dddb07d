// SPDX-License-Identifier: GPL-2.0-only
/*
 * Caches in front of memory, for devices that do not look into them. What CPUs
 * see is the memory of fake_mem.c; DRAM is a copy that changes when a line is
 * flushed or evicted. A line is dirty if it differs from what was loaded, or if
 * memset() wrote what had been there.
 */
#include "fake_dram.h"
#include "harness.h"

static u8 *dram;
static u8 *loaded;
static bool dirty[FAKE_MEM_SIZE / FAKE_LINE];

static void fake_dram_flush_va(void *addr, size_t size)
{
	fake_dram_flush(fake_phys(addr), size);
}

void fake_dram_init(void)
{
	if (dram)
		return;
	dram = malloc(FAKE_MEM_SIZE);
	loaded = malloc(FAKE_MEM_SIZE);
	ASSERT(dram && loaded);
	memcpy(dram, fake_host_va(FAKE_MEM_BASE), FAKE_MEM_SIZE);
	memcpy(loaded, dram, FAKE_MEM_SIZE);
	fake_on_flush = fake_dram_flush_va;
}

void fake_dram_stop(void)
{
	free(dram);
	free(loaded);
	dram = NULL;
	loaded = NULL;
	memset(dirty, 0, sizeof(dirty));
	fake_on_flush = NULL;
}

static u64 fake_dram_offset(u64 phys, u64 size)
{
	ASSERT(phys >= FAKE_MEM_BASE);
	ASSERT(phys - FAKE_MEM_BASE + size <= FAKE_MEM_SIZE);
	return phys - FAKE_MEM_BASE;
}

void fake_dram_read(u64 phys, void *data, u32 size, bool snoops)
{
	u64 offset = fake_dram_offset(phys, size);

	memcpy(data, dram && !snoops ? dram + offset : fake_host_va(phys), size);
}

void fake_dram_write(u64 phys, const void *data, u32 size, bool snoops)
{
	u64 offset = fake_dram_offset(phys, size);

	if (!dram || snoops)
		memcpy(fake_host_va(phys), data, size);
	if (dram)
		memcpy(dram + offset, data, size);
	if (dram && snoops)
		memcpy(loaded + offset, data, size);
}

/* Seen from EL2 or from the host. */
static u64 fake_dram_seen(const void *addr, const void *window)
{
	return (u64)addr - (u64)window;
}

void *fake_memset(void *addr, int byte, size_t size)
{
	u64 offset = fake_dram_seen(addr, __hyp_va(FAKE_MEM_BASE));
	u64 line;

	if (offset >= FAKE_MEM_SIZE)
		offset = fake_dram_seen(addr, fake_host_va(FAKE_MEM_BASE));
	for (line = offset / FAKE_LINE; dram && line < ARRAY_SIZE(dirty) &&
	     line * FAKE_LINE < offset + size; line++)
		dirty[line] = true;

	return (memset)(addr, byte, size);
}

static void fake_dram_flush_line(u64 line)
{
	u8 *cpu = fake_host_va(FAKE_MEM_BASE + line);

	if (dirty[line / FAKE_LINE] || memcmp(cpu, loaded + line, FAKE_LINE))
		memcpy(dram + line, cpu, FAKE_LINE);
	else
		memcpy(cpu, dram + line, FAKE_LINE);
	memcpy(loaded + line, cpu, FAKE_LINE);
	dirty[line / FAKE_LINE] = false;
}

void fake_dram_flush(u64 phys, u64 size)
{
	u64 line = ALIGN_DOWN(phys - FAKE_MEM_BASE, FAKE_LINE);

	/* Memory that no device reaches. */
	if (!dram || phys - FAKE_MEM_BASE >= FAKE_MEM_SIZE)
		return;
	for (; line < phys + size - FAKE_MEM_BASE; line += FAKE_LINE)
		fake_dram_flush_line(line);
}

void fake_dram_evict_all(void)
{
	fake_dram_flush(FAKE_MEM_BASE, FAKE_MEM_SIZE);
}
