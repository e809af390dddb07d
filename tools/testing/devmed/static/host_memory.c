// SPDX-License-Identifier: GPL-2.0-only
/* Breaks host_memory.cocci: nobody asked whose memory this is. */
u64 bad_copy(u64 *dst, u64 phys, size_t size)
{
	u64 *src = hyp_phys_to_virt(phys);

	memcpy(dst, src, size);	/* found */
	devmed_copy_once(dst, src, size);	/* found */
	memcpy(dst, hyp_phys_to_virt(phys), size);	/* found */
	return src[0];	/* found */
}
