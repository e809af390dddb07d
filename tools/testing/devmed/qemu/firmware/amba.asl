// SPDX-License-Identifier: GPL-2.0-only
/* A DMA engine, which Linux has on the AMBA bus: no platform device. It is where the RTC is,
 * since the bus reads the ID registers. */
DefinitionBlock ("", "SSDT", 2, "DEVMED", "AMBA", 1)
{
	Scope (\_SB)
	{
		Device (DMA0)
		{
			Name (_HID, "ARMH0330")
			Name (_UID, Zero)
			Name (_CCA, One)
			Name (_CRS, ResourceTemplate ()
			{
				Memory32Fixed (ReadWrite, 0x09010000, 0x1000)
			})
		}
	}
}
