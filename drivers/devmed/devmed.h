/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's part of devmed, among its own files.
 */
#ifndef __DEVMED_H
#define __DEVMED_H

#include <linux/types.h>

#include <kvm/devmed.h>

/* ITSs that can be handed over. */
#define DEVMED_MAX_ITS		16

/**
 * enum devmed_mode - what is done with a device
 * @DEVMED_OFF: the host keeps it
 * @DEVMED_FORWARD: EL2 takes it, and passes every access on
 * @DEVMED_ON: EL2 takes it, and its backend answers
 * @DEVMED_FAILED: EL2 should have taken it and could not
 * @DEVMED_DENIED: EL2 took it from everybody, nobody driving it
 */
enum devmed_mode {
	DEVMED_OFF,
	DEVMED_FORWARD,
	DEVMED_ON,
	DEVMED_FAILED,
	DEVMED_DENIED,
};

/**
 * struct devmed_claim - a device that the glue found
 * @name: class and address
 * @class: which it is
 * @mode: what became of it
 * @base: physical address of its registers
 * @size: in bytes
 * @region: EL2's number for it, if @mode is forward, on or denied
 * @error: why @mode is not what was wanted, a negative errno
 * @start_arg: what the firmware says, for DEVMED_SETUP_START
 * @reason: the same as @error in words, NULL if there is none
 */
struct devmed_claim {
	char name[32];
	enum devmed_class class;
	enum devmed_mode mode;
	phys_addr_t base;
	phys_addr_t size;
	u32 region;
	int error;
	u64 start_arg;
	const char *reason;
};

/* Kinds of DMA masters that are listed; more of them are only counted. */
#define DEVMED_MAX_MASTERS	32

/**
 * struct devmed_master - DMA masters of a kind that no mediated SMMU confines
 * @name: the first of them
 * @kind: what they are
 * @count: how many follow each other
 * @trusted: the administrator vouches for them
 */
struct devmed_master {
	char name[32];
	char kind[32];
	unsigned int count;
	bool trusted;
};

/* param.c */
enum devmed_mode devmed_wanted_mode(enum devmed_class class);
bool devmed_wants_require(void);
bool devmed_smmuv3_off_resets(void);
bool devmed_wants_direct_reads(enum devmed_mode mode);
unsigned int devmed_wanted_pool(unsigned int otherwise);
bool devmed_trusts_dma(const char *name);
void devmed_for_each_smmuv3_page(void (*claim)(phys_addr_t base,
					       phys_addr_t size));

/* policy.c */
extern unsigned int devmed_nr_missing;
void devmed_note_missing(const char *what, const char *why);
void devmed_note_misread(const char *what, const char *why);
void devmed_set_policy(void);
void devmed_report_policy(void);

/* others.c */
void devmed_find_others(void);

/* masters.c */
extern struct devmed_master devmed_masters[DEVMED_MAX_MASTERS];
extern unsigned int devmed_nr_masters;
void devmed_find_masters(void);
void devmed_add_master(const char *name, const char *kind);
bool devmed_is_mediated(phys_addr_t base);
u64 devmed_skip_range(u64 start, u64 base, u64 count);

/* masters-of.c */
void devmed_find_masters_of(void);

/* masters-acpi.c */
#ifdef CONFIG_ACPI
void devmed_find_masters_acpi(void);
#else
static inline void devmed_find_masters_acpi(void) { }
#endif
struct acpi_table_iort;
struct acpi_iort_node;
const struct acpi_iort_node *
devmed_next_iort(const struct acpi_table_iort *iort,
		 const struct acpi_iort_node *node);

/* claim.c */
extern struct devmed_claim devmed_claims[DEVMED_MAX_REGIONS];
extern unsigned int devmed_nr_claims;
struct devmed_claim *devmed_add_claim(enum devmed_class class, phys_addr_t base,
				      phys_addr_t size);
void devmed_deny(enum devmed_class class, phys_addr_t base, phys_addr_t size,
		 u64 arg1, u64 arg2);
void devmed_release_claim(struct devmed_claim *claim);
struct devmed_claim *devmed_find_claim(enum devmed_class class, phys_addr_t base);
int devmed_start_claim(struct devmed_claim *claim, u64 arg1, u64 arg2);
int devmed_start_class(enum devmed_class class);
void devmed_stop_class(enum devmed_class class, int why);
unsigned int devmed_count_alike(const struct devmed_claim *claims,
				unsigned int nr, unsigned int first);
void devmed_report_claims(void);
const char *devmed_mode_name(enum devmed_mode mode);
long devmed_hcall_setup(enum devmed_setup_op op, u64 x2, u64 x3, u64 x4, u64 x5);

/* core.c */
extern bool devmed_dma_started;
long devmed_hcall(enum devmed_call_op op, u64 x2, u64 x3, u64 *value);

/* pool.c */
void devmed_want_pool(ssize_t size);
void devmed_limit_pool(u64 end);
void devmed_reserve_pool(void);
void devmed_reserve(size_t size, unsigned int count);

/* dma.c */
u64 devmed_dma_end(void);
unsigned int devmed_idmap_pages(unsigned int oas, bool blocks);

/* its/its-host.c, its/gicr-host.c, its/its-handover.c, smmuv3/smmu-*.c */
#ifdef CONFIG_DEVMED_ITS
void devmed_find_its(void);
void devmed_find_gicr(void);
void devmed_limit_its(void);
bool devmed_prepare_its(void);
void devmed_handover_its(void);
void devmed_finish_its(void);
#else
static inline void devmed_find_its(void) { }
static inline void devmed_find_gicr(void) { }
static inline void devmed_limit_its(void) { }
static inline bool devmed_prepare_its(void) { return false; }
static inline void devmed_handover_its(void) { }
static inline void devmed_finish_its(void) { }
#endif
#ifdef CONFIG_DEVMED_SMMUV3
void devmed_find_smmuv3(void);
void devmed_start_smmuv3(void);
void devmed_wake_smmuv3(void);
#else
static inline void devmed_wake_smmuv3(void) { }
static inline void devmed_start_smmuv3(void) { }
static inline void devmed_find_smmuv3(void) { }
#endif

/* smmuv3/smmu-probe.c */
#ifdef CONFIG_DEVMED_SMMUV3
void devmed_probe_smmuv3(void);
#else
static inline void devmed_probe_smmuv3(void) { }
#endif

#endif /* __DEVMED_H */
