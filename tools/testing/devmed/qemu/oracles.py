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
