# SPDX-License-Identifier: GPL-2.0-only
"""
Checks from outside the guest: QEMU's monitor sees all of the machine, whatever
EL2 and the host believe. The guest prints "ORACLE: name" and waits for a line;
the runner calls the function of that name and answers "ok" or "failed".
"""

import json
import os
import re
import socket
import struct
import tempfile


class Monitor:
    """QEMU's control socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.file = self.socket.makefile("r", encoding="utf-8")
        json.loads(self.file.readline())
        self.execute("qmp_capabilities")

    def execute(self, name, **arguments):
        request = json.dumps({"execute": name, "arguments": arguments})
        self.socket.sendall(request.encode())
        while True:
            answer = json.loads(self.file.readline())
            if "error" in answer:
                raise RuntimeError(answer["error"]["desc"])
            if "return" in answer:
                return answer["return"]

    def human(self, line):
        return self.execute("human-monitor-command", **{"command-line": line})

    def read32(self, address, count=1):
        """Registers or memory, in 4-byte accesses."""
        text = self.human(f"xp /{count}wx {address:#x}")
        words = re.findall(r"0x([0-9a-f]{8})\b", text)
        if len(words) != count:
            raise RuntimeError(f"no answer at {address:#x}: {text.strip()}")
        return [int(word, 16) for word in words]

    def read_memory(self, address, size, path):
        """A range of physical memory, through a file of QEMU's."""
        self.execute("pmemsave", val=address, size=size, filename=path)
        with open(path, "rb") as saved:
            content = saved.read()
        os.unlink(path)
        return content

    def stop(self):
        self.execute("stop")

    def resume(self):
        self.execute("cont")


ORACLES = {}


def oracle(name):
    """Register a check: function(monitor, console) gives a list of (passed, text)."""
    def register(function):
        ORACLES[name] = function
        return function
    return register


GITS_CTLR = 0x08080000
GITS_CTLR_ENABLED = 1 << 0


@oracle("its-ctlr")
def its_ctlr(monitor, _console):
    value = monitor.read32(GITS_CTLR)[0]
    return [(bool(value & GITS_CTLR_ENABLED), f"the ITS is enabled (GITS_CTLR {value:#x})")]


GITS_CBASER = GITS_CTLR + 0x80
GITS_BASER0 = GITS_CTLR + 0x100
RING_BYTES = 0x10000

# What may be in a command for the ITS, by opcode (IHI 0069, 5.3).
DEVICE = 0xffffffff_000000ff
EVENT = 0xffffffff
ICID = 0xffff
RDBASE = 0x000fffff_ffff0000
VALID = 1 << 63
ITT = 0x000fffff_ffffff00
COMMANDS = {
    0x01: (DEVICE, EVENT, ICID, 0),
    0x03: (DEVICE, EVENT, 0, 0),
    0x04: (DEVICE, EVENT, 0, 0),
    0x05: (0xff, 0, RDBASE, 0),
    0x08: (DEVICE, 0x1f, VALID | ITT, 0),
    0x09: (0xff, 0, VALID | RDBASE | ICID, 0),
    0x0a: (DEVICE, ~0, ICID, 0),
    0x0b: (DEVICE, EVENT, ICID, 0),
    0x0c: (DEVICE, EVENT, 0, 0),
    0x0d: (0xff, 0, ICID, 0),
    0x0e: (0xff, 0, RDBASE, RDBASE),
    0x0f: (DEVICE, EVENT, 0, 0),
}


def read64(monitor, address):
    low, high = (monitor.read32(address + offset)[0] for offset in (0, 4))
    return high << 32 | low


def double_words(monitor, address, size):
    with tempfile.TemporaryDirectory(prefix="devmed-") as folder:
        content = monitor.read_memory(address, size, os.path.join(folder, "memory"))
    return struct.unpack(f"<{size // 8}Q", content)


def ring_checks(words, canary):
    """What the ITS read: only commands that EL2 puts together."""
    strange, reserved, itts = [], [], []
    for slot in range(0, len(words), 4):
        cmd = words[slot:slot + 4]
        if not any(cmd):
            continue
        text = f"slot {slot // 4}: " + " ".join(f"{word:#x}" for word in cmd)
        masks = COMMANDS.get(cmd[0] & 0xff)
        if masks is None:
            strange.append(text)
        elif any(word & ~mask for word, mask in zip(cmd, masks)):
            reserved.append(text)
        elif cmd[0] & 0xff == 0x08 and cmd[2] & VALID and cmd[2] & ITT in canary:
            itts.append(text)
    return [(not strange, f"only known commands {strange[:1]}"),
            (not reserved, f"no reserved bit is set {reserved[:1]}"),
            (not itts, f"no ITT is the host's {itts[:1]}")]


def device_entries(monitor):
    """Valid entries of QEMU's device table, of either level."""
    baser = read64(monitor, GITS_BASER0)
    table = double_words(monitor, baser & 0x0000ffff_ffff0000, ((baser & 0xff) + 1) << 16)
    if baser & 1 << 62:
        table = [entry for pointer in table if pointer & VALID
                 for entry in double_words(monitor, pointer & 0x000fffff_ffff0000, 0x10000)]
    return [entry for entry in table if entry & 1]


@oracle("its-memory")
def its_memory(monitor, console):
    """The ring and the tables that the ITS uses, after a hostile host was at it."""
    lines = [line.split() for line in console.lines if line.startswith("# canary 0x")]
    canary = range(int(lines[-1][2], 16), int(lines[-1][2], 16) + int(lines[-1][3], 16))
    cbaser = read64(monitor, GITS_CBASER)
    words = double_words(monitor, cbaser & 0x000fffff_fffff000, RING_BYTES)
    itts = [(entry >> 6 & (1 << 44) - 1) << 8 for entry in device_entries(monitor)]
    used = sum(any(words[slot:slot + 4]) for slot in range(0, len(words), 4))
    return ring_checks(words, canary) + [
        (used == RING_BYTES // 32, f"all of the ring was used ({used} slots)"),
        (len(itts) > 0, f"devices are mapped ({len(itts)})"),
        (not any(itt in canary for itt in itts), "no device's ITT is the host's")]


SMMU = 0x09050000
SMMU_CR0, SMMU_GBPA = SMMU + 0x20, SMMU + 0x44
SMMU_STRTAB_BASE, SMMU_STRTAB_CFG = SMMU + 0x80, SMMU + 0x88
SMMU_CMDQ_BASE = SMMU + 0x90
SMMU_ON = 1 << 0 | 1 << 3
GBPA_ABORT = 1 << 20
TABLE = 0x000fffff_ffffffc0
PAGE = 0x000fffff_fffff000
STE_BYTES = 64
STAGE2 = {6, 7}

# What may be in a command for the SMMU, by opcode (IHI 0070, 4). The host's VMID is 1.
SID = 0xffffffff << 32
VMID = 0xffff << 32
VA = (0xffff << 48 | 0x1ff << 16 | 0x1f << 12, 0xffffffff_ffffff01)
SMMU_COMMANDS = {
    0x03: (SID, 1), 0x04: (0, 0x1f), 0x05: (SID | 0xfffff << 12, 1), 0x06: (SID, 0),
    0x10: (VMID, 0), 0x11: (0xffff << 48 | VMID, 0), 0x12: (VA[0] | VMID, VA[1]),
    0x13: (VA[0] | VMID, VA[1]), 0x28: (VMID, 0), 0x2a: (VMID, PAGE), 0x30: (0, 0),
    0x46: (0, 0), 0xff: (0, 0),
}
SMMU_TAGGED = {0x10, 0x11, 0x12, 0x13, 0x28, 0x2a}


def smmu_ring_checks(words):
    """What the SMMU read: only commands that EL2 puts together, for one VMID."""
    strange, foreign = [], []
    for slot in range(0, len(words), 2):
        low, high = words[slot:slot + 2]
        masks = SMMU_COMMANDS.get(low & 0xff, (0, 0))
        text = f"slot {slot // 2}: {low:#x} {high:#x}"
        if low | high and (low & 0xff not in SMMU_COMMANDS or
                           low & ~(masks[0] | 0xff) or high & ~masks[1]):
            strange.append(text)
        if low & 0xff in SMMU_TAGGED and low & VMID != 1 << 32:
            foreign.append(text)
    return [(not strange, f"only known commands {strange[:1]}"),
            (not foreign, f"all for the host's VMID {foreign[:1]}")]


def stream_entries(monitor):
    """Stream table entries of the hardware's that are not zero, by StreamID."""
    cfg = monitor.read32(SMMU_STRTAB_CFG)[0]
    base = read64(monitor, SMMU_STRTAB_BASE) & TABLE
    bits, split = cfg & 0x3f, cfg >> 6 & 0x1f
    tables = {0: (base, 1 << bits)}
    if cfg >> 16 & 3:
        level1 = double_words(monitor, base, 8 << bits - split)
        # The table that many descriptors share is read once.
        tables = {(desc & TABLE, 1 << (desc & 0x1f) - 1): index << split
                  for index, desc in enumerate(level1) if desc & 0x1f}
        tables = {first: table for table, first in tables.items()}
    entries = {}
    for first, (address, number) in tables.items():
        words = double_words(monitor, address, number * STE_BYTES)
        for index in range(number):
            ste = words[index * 8:index * 8 + 8]
            if any(ste):
                entries[first + index] = ste
    return entries


def ste_checks(entries):
    """Each aborts, or goes through one and the same stage 2."""
    live = {sid: ste for sid, ste in entries.items() if ste[0] & 1 and ste[0] >> 3 & 1}
    stage2 = {ste[2:4] for ste in live.values()}
    configs = {ste[0] >> 1 & 7 for ste in live.values()}
    stage1 = 0xff | 1 << 27 | 3 << 44
    junk = [f"{sid:#x}" for sid, ste in live.items() if ste[1] & ~stage1 or any(ste[4:])]
    return [(len(live) > 1, f"streams are translated ({len(live)})"),
            (configs <= STAGE2, f"each has a stage 2 {configs}"),
            (len(stage2) == 1, f"it is the same for all ({len(stage2)})"),
            (all(word2 & 0xffff == 1 for word2, _ in stage2), "its VMID is the host's"),
            (not junk, f"no entry has a bit that EL2 has no business with {junk[:1]}")]


def stage2_lookup(monitor, word2, root, ipa):
    """The descriptor that DMA to an address ends in; 0 if there is none."""
    granule = {0: 12, 1: 16, 2: 14}[word2 >> 46 & 3]
    level = {12: 2, 14: 3, 16: 3}[granule] - (word2 >> 38 & 3)
    table = root & PAGE & ~((1 << granule) - 1)
    bits = 64 - (word2 >> 32 & 0x3f)
    while True:
        shift = granule + (3 - level) * (granule - 3)
        index = ipa >> shift & (1 << bits - shift) - 1
        desc = read64(monitor, table + index * 8)
        if not desc & 1:
            return 0
        if level == 3 or not desc & 2:
            return desc
        table = desc & 0x0000ffff_ffffffff & ~((1 << granule) - 1)
        level += 1
        bits = shift


def stage2_checks(monitor, console, ste):
    """DMA reaches memory of the host's, and nothing that was taken from it."""
    def address(line):
        return int(line.split()[2], 16)

    canary = [address(line) for line in console.lines if line.startswith("# canary 0x")]
    taken = {f"EL2's memory {address(line):#x}": address(line)
             for line in console.lines if re.match(r"# (hyp|given) 0x", line)}
    taken |= {"the SMMU": SMMU, "its page 1": SMMU + 0x10000, "its stream table":
              read64(monitor, SMMU_STRTAB_BASE) & PAGE, "its ring":
              read64(monitor, SMMU_CMDQ_BASE) & PAGE, "its stage 2": ste[3] & PAGE}
    reached = [name for name, ipa in taken.items() if stage2_lookup(monitor, ste[2], ste[3], ipa)]
    return [(bool(canary) and all(stage2_lookup(monitor, ste[2], ste[3], ipa) for ipa in canary),
             "DMA reaches memory of the host's"),
            (not reached, f"DMA does not reach {len(taken)} places {reached}")]


def smmu_state(monitor, console, words):
    """Registers, commands, stream table and stage 2 that the SMMU uses."""
    entries = stream_entries(monitor)
    live = [ste for ste in entries.values() if ste[0] & 1 and ste[0] >> 3 & 1]
    checks = [(monitor.read32(SMMU_CR0)[0] & SMMU_ON == SMMU_ON, "the SMMU is on"),
              (bool(monitor.read32(SMMU_GBPA)[0] & GBPA_ABORT), "what passes it by aborts")]
    checks += smmu_ring_checks(words) + ste_checks(entries)
    return checks + (stage2_checks(monitor, console, live[0]) if live else [])


def smmu_ring(monitor):
    base = read64(monitor, SMMU_CMDQ_BASE)
    return double_words(monitor, base & TABLE, 16 << (base & 0x1f))


@oracle("smmu-memory")
def smmu_memory(monitor, console):
    """What the SMMU uses, after a hostile host was at it."""
    words = smmu_ring(monitor)
    used = sum(any(words[slot:slot + 2]) for slot in range(0, len(words), 2))
    return [(used == len(words) // 2, f"all of the ring was used ({used} slots)")] + \
        smmu_state(monitor, console, words)


@oracle("smmu-state")
def smmu_any(monitor, console):
    """What the SMMU uses, whatever there was before."""
    return smmu_state(monitor, console, smmu_ring(monitor))
