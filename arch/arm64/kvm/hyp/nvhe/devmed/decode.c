// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a syndrome to an access.
 *
 * Attack surface: the host executes any instruction, at any exception level
 * it owns, with any page tables and in any endianness, against a mediated
 * page. Every bit of ESR_EL2, FAR_EL2 and HPFAR_EL2 is of its making.
 *
 * Guarantees: what comes out is an aligned load or store of 1, 2, 4 or 8
 * bytes that lies wholly inside the region, as DDI 0487 describes it for a
 * valid syndrome (D24.2.40, ISS encoding for a data abort); everything else is
 * refused with a reason. Nothing is read but the arguments, nothing changes.
 *
 * Leaves to others: widths that a register supports (reg.c). An access that
 * begins below the region and runs into it looks like one that begins at its
 * first byte, so no effect may rely on what the driver meant.
 */
#include <asm/esr.h>

#include <nvhe/devmed.h>
#include <nvhe/devmed_trap.h>

/*
 * A translation fault is what an unmapped page gives. A page that the host may
 * read gives a permission fault for a write, and nothing for a read.
 */
static bool devmed_wants_fault(const struct devmed_region *region, u64 esr)
{
	if (esr_fsc_is_translation_fault(esr))
		return true;

	return (region->flags & DEVMED_REGION_DIRECT_READS) &&
	       esr_fsc_is_permission_fault(esr) && (esr & ESR_ELx_WNR);
}

/**
 * devmed_refuse_syndrome - why an abort cannot be an access to a register
 * @region: where it happened
 * @esr: ESR_EL2
 *
 * Context: Any. Pure.
 * Return: 0 if it can, else the enum devmed_counter that says why not.
 */
int devmed_refuse_syndrome(const struct devmed_region *region, u64 esr)
{
	if (ESR_ELx_EC(esr) != ESR_ELx_EC_DABT_LOW)
		return DEVMED_REFUSED_FETCH;
	if (esr & ESR_ELx_S1PTW)
		return DEVMED_REFUSED_WALK;
	if (esr & ESR_ELx_CM)
		return DEVMED_REFUSED_CACHE_OP;
	if (!devmed_wants_fault(region, esr))
		return DEVMED_REFUSED_CLASS;
	/* LD64B and its like have a valid syndrome, but 64 bytes. */
	if (!(esr & ESR_ELx_ISV) || (esr & DEVMED_ESR_LST))
		return DEVMED_REFUSED_SYNDROME;

	return 0;
}
