/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's part of devmed, among its own files.
 */
#ifndef __DEVMED_H
#define __DEVMED_H

#include <linux/types.h>

#include <kvm/devmed.h>

/**
 * enum devmed_mode - what is done with a device
 * @DEVMED_OFF: the host keeps it
 * @DEVMED_FORWARD: EL2 takes it, and passes every access on
 * @DEVMED_ON: EL2 takes it, and its backend answers
 * @DEVMED_FAILED: EL2 should have taken it and could not
 */
enum devmed_mode {
	DEVMED_OFF,
	DEVMED_FORWARD,
	DEVMED_ON,
	DEVMED_FAILED,
};

/**
 * struct devmed_claim - a device that the glue found
 * @name: class and address
 * @class: which it is
 * @mode: what became of it
 * @base: physical address of its registers
 * @size: in bytes
 * @region: EL2's number for it, if @mode is forward or on
 * @error: why @mode is failed, a negative errno
 */
struct devmed_claim {
	char name[32];
	enum devmed_class class;
	enum devmed_mode mode;
	phys_addr_t base;
	phys_addr_t size;
	u32 region;
	int error;
};

/* param.c */
enum devmed_mode devmed_wanted_mode(enum devmed_class class);
bool devmed_wants_require(void);
bool devmed_wants_direct_reads(void);
unsigned int devmed_wanted_pool(void);

/* claim.c */
extern struct devmed_claim devmed_claims[DEVMED_MAX_REGIONS];
extern unsigned int devmed_nr_claims;
extern unsigned int devmed_nr_missing;
void devmed_add_claim(enum devmed_class class, phys_addr_t base,
		      phys_addr_t size);
void devmed_note_missing(const char *what, const char *why);
const char *devmed_mode_name(enum devmed_mode mode);
long devmed_hcall_setup(enum devmed_setup_op op, u64 arg1, u64 arg2, u64 arg3,
			u64 arg4);

/* its/its-host.c, smmuv3/smmu-host.c */
#ifdef CONFIG_DEVMED_ITS
void devmed_find_its(void);
#else
static inline void devmed_find_its(void)
{
	devmed_note_missing("its", "CONFIG_DEVMED_ITS is not set");
}
#endif
#ifdef CONFIG_DEVMED_SMMUV3
void devmed_find_smmuv3(void);
#else
static inline void devmed_find_smmuv3(void)
{
	devmed_note_missing("smmuv3", "CONFIG_DEVMED_SMMUV3 is not set");
}
#endif

#endif /* __DEVMED_H */
