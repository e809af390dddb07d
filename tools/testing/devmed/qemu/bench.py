#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Count instructions: the stock kernel and the mediated one, side by side.

Each kernel boots twice under icount, and the two must agree to the instruction.
Prints a table and writes build/bench.json. Ratios are to the stock kernel.
"""

import argparse
import json
import os
import sys

import machine
import run
from machine import Problem

# Name, kernel flavour, command line. The first one is what others are held to.
SETTINGS = [
    ("stock", "stock", ""),
    ("off", "kernel", "devmed.its=off devmed.smmuv3=off"),
    ("forward", "kernel", "devmed.its=forward devmed.smmuv3=forward"),
    ("direct", "kernel", "devmed.its=forward devmed.smmuv3=forward devmed.direct_reads=1"),
    ("on", "kernel", ""),
]

# What the guest calls it, what people call it, target: a ratio or instructions,
# and the traps that one may take.
OPERATIONS = [
    ("hypercall", "empty hypercall", 1.0, None),
    ("its_read", "ITS register read", 180, 1),
    ("its_write", "ITS register write", 180, 1),
    ("smmu_read", "SMMU register read", 180, 1),
    ("smmu_write", "SMMU register write", 180, 1),
    ("its_command_sync", "ITS command + SYNC (CLEAR)", 1.60, 1),
    ("msi_affinity", "MSI affinity change (MOVI)", 1.45, None),
    ("msi_alloc_free", "MSI allocate + free", 1.015, None),
    ("irq_request_free", "request_irq + free_irq", 1.22, None),
    ("msi_new_device", "MAPD + MAPTI of a new device", 1.10, None),
    ("its_new_table", "one MAPD, new level-2 table", 6000, 1),
    ("dma_4k", "DMA map + unmap 4 KiB", 1.15, 1),
    ("dma_64k", "DMA map + unmap 64 KiB", 1.10, 1),
    ("dma_1m", "DMA map + unmap 1 MiB", 1.02, 1),
    ("boot", "boot to init", 1.03, None),
]


# Each device is new to the ITS once only.
MORE_DEVICES = " -device edu,dma_mask=0xffffffffffffffff" * 7


def variant(name, flavour, cmdline, number):
    keys = machine.KEYS | {
        "summary": "benchmark", "kernel": flavour, "icount": "yes", "devices": "edu",
        "cmdline": f"quiet rdinit=/tests/boottime {cmdline}", "payload": "bench.sh",
        "args": MORE_DEVICES, "timeout": "300",
    }
    return machine.Variant(f"bench-{name}-{number}", keys, "2", "3")


def measure(boot):
    """One boot: what the guest printed as 'BENCH: name value unit'."""
    result = run.boot(boot)
    values = {}
    for line in result.console:
        if line.startswith("BENCH: "):
            words = line.split()
            values[words[1]] = float(words[2]) if "." in words[2] else int(words[2])
    if result.failures:
        raise Problem(f"{boot.name}: {result.failures[0]}; see {boot.log}")
    missing = [name for name, *_ in OPERATIONS if name not in values]
    if missing:
        raise Problem(f"{boot.name}: no result for {missing[0]}; see {boot.log}")
    if "its_new_table.refused" in values:
        raise Problem(f"{boot.name}: EL2 had no memory for a device; see {boot.log}")
    if values.get("frequency") != 10 ** 9:
        raise Problem(f"{boot.name}: a tick is not an instruction; -cpu max has a counter of 1 GHz")
    return values


def measure_twice(name, flavour, cmdline):
    """The results, and the names of those that did not repeat."""
    print(f"  BENCH   {name}", file=sys.stderr, flush=True)
    first, second = (measure(variant(name, flavour, cmdline, n)) for n in (1, 2))
    return first, [f"{name}: {key}: {value} and {second.get(key)}"
                   for key, value in first.items() if second.get(key) != value]


def show_number(value):
    return f"{value:,}"


def show_target(target, traps):
    text = f"{target:.3f}".rstrip("0").rstrip(".") if target < 10 else show_number(target)
    return text + (f", {traps} trap" if traps is not None else "")


def table(results):
    """Rows of text, the header first."""
    settings = [name for name, *_ in SETTINGS[1:]]
    rows = [["operation", "stock"] + settings +
            [f"{name}/stock" for name in settings] +
            [f"traps {name}" for name in settings[1:]] + ["target"]]
    for key, text, target, traps in OPERATIONS:
        stock = results["stock"][key]
        row = [text, show_number(stock)]
        row += [show_number(results[name][key]) for name in settings]
        row += [f"{results[name][key] / stock:.3f}" for name in settings]
        row += [f"{results[name].get(key + '.traps', 0):.2f}" if key != "boot" else ""
                for name in settings[1:]]
        rows.append(row + [show_target(target, traps)])
    return rows


def show(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells))


def save(path, results):
    operations = {}
    for key, text, target, traps in OPERATIONS:
        entry = {"description": text, "target": target, "target_traps": traps}
        for name, values in results.items():
            entry[name] = {
                "instructions": values[key],
                "ratio": round(values[key] / results["stock"][key], 4),
                "traps": values.get(key + ".traps"),
            }
        operations[key] = entry
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"operations": operations}, out, indent=1)
        out.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n", maxsplit=1)[0])
    parser.add_argument("--json", default=os.path.join(machine.BUILD, "bench.json"))
    arguments = parser.parse_args()

    run.prepare([variant(name, flavour, cmdline, 1) for name, flavour, cmdline in SETTINGS])
    results = {}
    differences = []
    for name, flavour, cmdline in SETTINGS:
        results[name], different = measure_twice(name, flavour, cmdline)
        differences += different
    show(table(results))
    save(arguments.json, results)
    for text in differences:
        print(f"bench.py: error: does not repeat: {text}", file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"bench.py: error: {problem}")
