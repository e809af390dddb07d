/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A GIC, its driver and one device, as tests start with them.
 */
#ifndef DEVMED_ITS_SETUP_H
#define DEVMED_ITS_SETUP_H

#include "model_its.h"

#define SETUP_DEV	0x123
#define SETUP_EVENTS	8
#define SETUP_EVENT	1
#define SETUP_LPI	8200
#define SETUP_RD	2

extern struct model_its_driver setup_driver;
extern unsigned int setup_nr_its;
/* Alone in its page. */
extern u64 setup_itt;

/* SETUP_EVENT of SETUP_DEV is SETUP_LPI at SETUP_RD. */
void setup_start(const struct model_gic_params *params);
/* The same without the device. */
void setup_gic(const struct model_gic_params *params);

/* Before another one: the old one is gone, and its memory the host's. */
void setup_reset(void);

/* The driver's own: the ITS has to get past it. */
void setup_send(struct model_cmd cmd);
void setup_sync(struct model_cmd cmd, unsigned int rd);
/* Host memory, whole pages. */
u64 setup_page(unsigned int nr);
void setup_donate(u64 phys, u64 size);

/* What EL2 has to take before the host is no longer trusted. */
enum {
	SETUP_RING	= BIT(0),
	SETUP_TABLES	= BIT(1),
	SETUP_LEVEL2	= BIT(2),
	SETUP_ITT	= BIT(3),
	SETUP_LPIS	= BIT(4),
	SETUP_ALL	= GENMASK(4, 0),
};

/* Take it without EL2's help, and no longer trust the host. */
void setup_take_over(unsigned int what);

/* @fn ends with the model objecting in these words. */
void setup_objects(void (*fn)(void), const char *words);

#endif /* DEVMED_ITS_SETUP_H */
