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
