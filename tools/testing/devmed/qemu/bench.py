#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Count instructions: the stock kernel and the mediated one, side by side.

Each kernel boots twice under icount, and the two must agree to the instruction.
Prints a table and writes it to build/bench.json. Ratios are to the first of the
settings: all of them, or those that are named.
"""

import argparse
import json
import os
import sys

import machine
import run
from machine import Problem

# Kernel flavour and command line.
SETTINGS = {
    "stock": ("stock", ""),
    "off": ("kernel", "devmed.its=off devmed.smmuv3=off"),
    "forward": ("kernel", "devmed.its=forward devmed.smmuv3=forward"),
    "direct": ("kernel", "devmed.its=forward devmed.smmuv3=forward devmed.direct_reads=1"),
    "on": ("kernel", ""),
}

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
    ("donate_page", "page donation to a guest", 1.05, None),
    ("donate_small_page", "page donation, page by page", 1.35, None),
    ("boot", "boot to init", 1.03, None),
]


# Each device is new to the ITS once only.
MORE_DEVICES = " -device edu,dma_mask=0xffffffffffffffff" * 7


def variant(name, number):
    flavour, cmdline = SETTINGS[name]
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


def measure_twice(name):
    """The results, and the names of those that did not repeat."""
    print(f"  BENCH   {name}", file=sys.stderr, flush=True)
    first, second = (measure(variant(name, n)) for n in (1, 2))
    return first, [f"{name}: {key}: {value} and {second.get(key)}"
                   for key, value in first.items() if second.get(key) != value]


def show_number(value):
    return f"{value:,}"


def show_target(target, traps):
    text = f"{target:.3f}".rstrip("0").rstrip(".") if target < 10 else show_number(target)
    return text + (f", {traps} trap" if traps is not None else "")


def table(results):
    """Rows of text, the header first."""
    base, *settings = results
    rows = [["operation", base] + settings +
            [f"{name}/{base}" for name in settings] +
            [f"traps {name}" for name in settings if name != "off"] + ["target"]]
    for key, text, target, traps in OPERATIONS:
        row = [text] + [show_number(values[key]) for values in results.values()]
        row += [f"{results[name][key] / results[base][key]:.3f}" for name in settings]
        row += [f"{results[name][key + '.traps']:.2f}" if key + ".traps" in results[name] else ""
                for name in settings if name != "off"]
        rows.append(row + [show_target(target, traps)])
    return rows


def show(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells))


def save(path, results):
    base = results[next(iter(results))]
    operations = {}
    for key, text, target, traps in OPERATIONS:
        entry = {"description": text, "target": target, "target_traps": traps}
        for name, values in results.items():
            entry[name] = {
                "instructions": values[key],
                "ratio": round(values[key] / base[key], 4),
                "traps": values.get(key + ".traps"),
            }
        operations[key] = entry
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"operations": operations}, out, indent=1)
        out.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n", maxsplit=1)[0])
    parser.add_argument("setting", nargs="*", choices=[[], *SETTINGS], metavar="SETTING",
                        help=f"{' '.join(SETTINGS)}; all unless named")
    parser.add_argument("--json", default=os.path.join(machine.BUILD, "bench.json"))
    arguments = parser.parse_args()
    settings = arguments.setting or list(SETTINGS)

    run.prepare([variant(name, 1) for name in settings])
    results = {}
    differences = []
    for name in settings:
        results[name], different = measure_twice(name)
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
