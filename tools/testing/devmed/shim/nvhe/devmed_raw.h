/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads and stores that may be aborted are those of fake_mmio.c. */
#ifndef DEVMED_SHIM_RAW_H
#define DEVMED_SHIM_RAW_H

#include <shim.h>

u32 fake_read32(void *addr);
u64 fake_read64(void *addr);
void fake_write32(u32 value, void *addr);
void fake_write64(u64 value, void *addr);
/* The next write comes after all that was written to memory. */
void fake_iowmb(void);

#define devmed_raw_read32(addr)		fake_read32(addr)
#define devmed_raw_read64(addr)		fake_read64(addr)
#define devmed_raw_write32(v, addr)	fake_write32(v, addr)
#define devmed_raw_write64(v, addr)	fake_write64(v, addr)
#define devmed_raw_spsr()		read_sysreg_el2(SYS_SPSR)
#define devmed_raw_skip()		kvm_skip_host_instr()
#define __iormb(v)			((void)(v))
#define __iowmb()			fake_iowmb()

#endif /* DEVMED_SHIM_RAW_H */
