// SPDX-License-Identifier: GPL-2.0-only
/* Breaks read_once.cocci: the slot is checked, and read again to be used. */
u32 bad_drain(struct devmed_ring *ring)
{
	u64 *slot = devmed_queue_slot(&ring->host, ring->host.cons, 32);	/* found */
	u64 cmd[DEVMED_RING_CMD_DWORDS];

	if (slot[0] & ~0xffULL)
		return 0;

	devmed_copy_once(cmd, devmed_queue_slot(&ring->host, 0, 32), 32);
	devmed_copy_once(cmd, devmed_queue_slot(&ring->host, 0, 32), 32);	/* found */
	memcpy(cmd, ring->host.base, 32);			/* found */
	return 1;
}

u64 bad_peek(const struct devmed_queue *queue)
{
	return *(u64 *)queue->base;			/* found */
}
