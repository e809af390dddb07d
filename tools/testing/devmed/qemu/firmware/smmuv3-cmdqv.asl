// SPDX-License-Identifier: GPL-2.0-only
/* The companion of an SMMU with queues of commands in pages of their own. */
DefinitionBlock ("", "SSDT", 2, "DEVMED", "CMDQV", 1)
{
	Scope (\_SB)
	{
		Device (CQV0)
		{
			Name (_HID, "NVDA200C")
			Name (_UID, Zero)
		}
	}
}
