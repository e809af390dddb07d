#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Count instructions: the stock kernel and the mediated one, side by side.

Each kernel boots twice under icount, and the two must agree to the instruction.
Prints tables and writes them to build/bench.json. Ratios are to the first of the
settings: all of them, or those that are named. Accesses to the registers of the
ITS and the SMMU, and CMD_SYNCs that the SMMU executes, are counted from QEMU's
trace of the second boot, between two writes of the guest to a device of its own;
each is the least of many, as the instructions are.
"""

import argparse
import json
import os
import re
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


# Longest time without an interrupt: what the guest calls it, what people call it,
# instructions that it may be.
DAILY = 10000
RARE = 50000
LONGEST = [
    ("nothing", "an interrupt, and the next", DAILY),
    ("batch", "doorbell, 64 TLBI", DAILY),
    ("cfgi_ste_1", "doorbell, CFGI_STE", DAILY),
    ("tlbi", "doorbell, 1,024 TLBI", RARE),
    ("sync", "doorbell, 1,024 CMD_SYNC", RARE),
    ("sync_msi", "doorbell, 1,024 CMD_SYNC with MSI", RARE),
    ("cfgi_ste", "doorbell, 1,024 CFGI_STE", RARE),
    ("cfgi_ste_live", "doorbell, 1,024 CFGI_STE, all change", RARE),
    ("cfgi_range", "doorbell, 32 CFGI_STE_RANGE of 2^15", RARE),
    ("cfgi_all", "doorbell, CFGI_ALL, all valid", RARE),
    ("cfgi_all_live", "doorbell, CFGI_ALL, all change", RARE),
    ("enable_empty", "SMMUEN=1, no stream valid", RARE),
    ("enable_all", "SMMUEN=1, all valid", RARE),
    ("disable_empty", "SMMUEN=0, no stream valid", RARE),
    ("disable_all", "SMMUEN=0, all valid", RARE),
    ("withdraw", "withdrawal of a block", RARE),
    ("restore", "restoration of a block", RARE),
    ("topup_4", "top-up of order 4", RARE),
    ("topup_8", "top-up of order 8", RARE),
    ("topup_max", "top-up of order 10", RARE),
]

# What a line of QEMU's trace is, and the writes of bench_run.c in it.
TRACE_ACCESS = re.compile(r"memory_region_ops_(?:read|write) .* value 0x([0-9a-f]+) "
                          r"size \d+ name '([^']*)'")
TRACE_EVENTS = ("memory_region_ops_read", "memory_region_ops_write", "smmuv3_cmdq_opcode")
TRACE_MARKS = {0xbe: True, 0xbf: False}
TRACE_DEVICES = ("control", "arm-smmuv3")


# Each device is new to the ITS once only.
MORE_DEVICES = " -device edu,dma_mask=0xffffffffffffffff" * 7


def trace_path(name):
    return os.path.join(machine.BUILD, f"bench-{name}.trace")


def trace_arguments(name):
    return "".join(f" -trace {event}" for event in TRACE_EVENTS) + f" -D {trace_path(name)}"


def count_accesses(name):
    """By the number of a row: accesses to registers and CMD_SYNCs, the least of each."""
    counts = {}
    row = None
    with open(trace_path(name), encoding="utf-8", errors="replace") as trace:
        for line in trace:
            access = TRACE_ACCESS.search(line)
            if access and access[2] == "edu-mmio":
                value = int(access[1], 16)
                begins = TRACE_MARKS.get(value >> 24)
                if begins:
                    row, accesses, syncs = value & 0xffffff, 0, 0
                elif begins is False and row is not None:
                    least = counts.get(row, (accesses, syncs))
                    counts[row] = min(least[0], accesses), min(least[1], syncs)
                    row = None
            elif row is None:
                continue
            elif access:
                accesses += access[2] in TRACE_DEVICES
            else:
                syncs += "SMMU_CMD_SYNC" in line
    # With the SMMU mediated some 200 MB, which nobody needs any more.
    os.remove(trace_path(name))
    return counts


def variant(name, number):
    flavour, cmdline = SETTINGS[name]
    keys = machine.KEYS | {
        "summary": "benchmark", "kernel": flavour, "icount": "yes", "devices": "edu",
        "cmdline": f"quiet rdinit=/tests/boottime {cmdline}", "payload": "bench.sh",
        "args": MORE_DEVICES + (trace_arguments(name) if number == 2 else ""),
        "timeout": "600",
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
    missing += [name for name, *_ in LONGEST if "longest_" + name not in values]
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
    counts = count_accesses(name)
    for key, *_ in OPERATIONS:
        share = first.get(key + ".share", 1)
        for what, count in zip(("accesses", "syncs"), counts.get(first.get(key + ".mark"), ())):
            first[f"{key}.{what}"] = count if share == 1 else round(count / share, 2)
    return first, [f"{name}: {key}: {value} and {second.get(key)}"
                   for key, value in first.items()
                   if second.get(key) != value and not key.endswith((".accesses", ".syncs"))]


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


def access_table(results):
    """Accesses to registers and CMD_SYNCs, where something is counted."""
    rows = [["operation"] + [f"{what} {name}" for what in ("accesses", "CMD_SYNCs")
                             for name in results]]
    for key, text, *_ in OPERATIONS:
        cells = [str(values.get(f"{key}.{what}", "")) for what in ("accesses", "syncs")
                 for values in results.values()]
        if any(cell not in ("", "0") for cell in cells):
            rows.append([text] + cells)
    return rows


def longest_table(results):
    rows = [["longest time without an interrupt", *results, "limit"]]
    for key, text, limit in LONGEST:
        rows.append([text] + [show_number(values["longest_" + key])
                              for values in results.values()] + [show_number(limit)])
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
                "accesses": values.get(key + ".accesses"),
                "syncs": values.get(key + ".syncs"),
            }
        operations[key] = entry
    longest = {key: {"description": text, "limit": limit,
                     **{name: values["longest_" + key] for name, values in results.items()}}
               for key, text, limit in LONGEST}
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"operations": operations, "longest": longest}, out, indent=1)
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
    for rows in (table(results), access_table(results), longest_table(results)):
        show(rows)
        print()
    save(arguments.json, results)
    for text in differences:
        print(f"bench.py: error: does not repeat: {text}", file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"bench.py: error: {problem}")
