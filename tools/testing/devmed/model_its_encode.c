// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands as a driver builds them, IHI 0069 5.3.
 */
#include "model_its.h"

#define VALID(v)	((u64)(v) << 63)

static u64 with_high(u32 low, u32 high)
{
	return (u64)high << 32 | low;
}

struct model_cmd model_mapd(u32 devid, u64 itt, u8 size, bool valid)
{
	return (struct model_cmd) {
		{ with_high(GITS_CMD_MAPD, devid), size, VALID(valid) | itt }
	};
}

struct model_cmd model_mapc(u16 icid, u64 rdbase, bool valid)
{
	return (struct model_cmd) {
		{ GITS_CMD_MAPC, 0, VALID(valid) | rdbase | icid }
	};
}

struct model_cmd model_mapti(u32 devid, u32 eventid, u32 intid, u16 icid)
{
	return (struct model_cmd) {
		{ with_high(GITS_CMD_MAPTI, devid), with_high(eventid, intid), icid }
	};
}

struct model_cmd model_mapi(u32 devid, u32 eventid, u16 icid)
{
	return (struct model_cmd) {
		{ with_high(GITS_CMD_MAPI, devid), eventid, icid }
	};
}

struct model_cmd model_movi(u32 devid, u32 eventid, u16 icid)
{
	return (struct model_cmd) {
		{ with_high(GITS_CMD_MOVI, devid), eventid, icid }
	};
}

struct model_cmd model_movall(u64 from, u64 to)
{
	return (struct model_cmd) { { GITS_CMD_MOVALL, 0, from, to } };
}

/* DISCARD, CLEAR, INT and INV. */
struct model_cmd model_event(u8 op, u32 devid, u32 eventid)
{
	return (struct model_cmd) { { with_high(op, devid), eventid } };
}

struct model_cmd model_invall(u16 icid)
{
	return (struct model_cmd) { { GITS_CMD_INVALL, 0, icid } };
}

struct model_cmd model_sync(u64 rdbase)
{
	return (struct model_cmd) { { GITS_CMD_SYNC, 0, rdbase } };
}

struct model_cmd model_vmapp(u16 vpeid, u64 rdbase, u64 vpt, u8 size, bool valid)
{
	return (struct model_cmd) {
		{ GITS_CMD_VMAPP, with_high(0, vpeid), VALID(valid) | rdbase,
		  vpt | size }
	};
}

struct model_cmd model_vmapp41(u16 vpeid, u64 rdbase, u64 vpt, u8 size, u64 vconf,
			       u32 doorbell, bool alloc, bool ptz, bool valid)
{
	struct model_cmd cmd = model_vmapp(vpeid, rdbase, vpt, size, valid);

	cmd.dw[0] |= vconf | (u64)alloc << 8 | (u64)ptz << 9;
	cmd.dw[1] |= doorbell;

	return cmd;
}

struct model_cmd model_vmapti(u32 devid, u32 eventid, u16 vpeid, u32 vintid,
			      u32 doorbell)
{
	return (struct model_cmd) {
		{ with_high(GITS_CMD_VMAPTI, devid), with_high(eventid, vpeid),
		  with_high(vintid, doorbell) }
	};
}

struct model_cmd model_vmovi(u32 devid, u32 eventid, u16 vpeid, u32 doorbell)
{
	return (struct model_cmd) {
		{ with_high(GITS_CMD_VMOVI, devid), with_high(eventid, vpeid),
		  with_high(1, doorbell) }
	};
}

struct model_cmd model_vmovp(u16 vpeid, u64 rdbase, u16 seq, u16 list)
{
	return (struct model_cmd) {
		{ with_high(GITS_CMD_VMOVP, seq), with_high(list, vpeid), rdbase }
	};
}

/* VSYNC, VINVALL and INVDB. */
struct model_cmd model_vpe(u8 op, u16 vpeid)
{
	return (struct model_cmd) { { op, with_high(0, vpeid) } };
}

struct model_cmd model_vsgi(u16 vpeid, u8 intid, bool enable, bool clear)
{
	return (struct model_cmd) {
		{ with_high(GITS_CMD_VSGI, intid) | (u64)enable << 8 |
		  (u64)clear << 9, with_high(0, vpeid) }
	};
}
