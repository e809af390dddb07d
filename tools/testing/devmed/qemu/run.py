#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Boot cases in QEMU and judge them from their console and from outside.

Each boot counts as one test, and so does each TAP line of its payload and each
check of its oracles. Consoles are kept in build/qemu/CASE-VARIANT.log. The last
line is "N passed, N failed, N skipped".
"""

import argparse
import concurrent.futures
import glob
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time

import machine
import oracles
from machine import Problem

FORBIDDEN = [r"Kernel panic", r"HYP panic", r"\bBUG:", r"WARNING:", r"\bOops", r"Unable to handle",
             r"nvme.*QID \d+ timeout, "]
# From the end of the payload until the machine is off, on a busy host; and how much
# longer it is watched: NVMe waits 60 s for a command, and may say only then which.
OFF_SECONDS = 45
LATE_SECONDS = 85
# What it says, and where it waits.
NVME = {
    r"nvme (\S+): .*QID (\d+) timeout, completion polled":
        "{}: queue {} completed a command, and its interrupt did not come",
    r"nvme (\S+): .*QID (\d+) timeout, (?!completion)":
        "{}: queue {} did not complete a command, whose DMA may not get through",
    r"^ *(__nvme_\w+|nvme_\w+)\+0x":
        "a task waits in {}(), for a command or for its interrupt",
}
DONE = re.compile(r"^devmed-init: done (\d+)$")
TAP = re.compile(r"^(ok|not ok) (\d+)\b(?: - |\s*)(.*?)(?:\s*# (SKIP)\b\s*(.*))?$")


class Console:
    """The lines of a guest's console as they come, and the way to answer."""

    def __init__(self, process, log, echo):
        self.lines = []
        self.process = process
        self.incoming = queue.Queue()
        self.thread = threading.Thread(target=self._read, args=(log, echo), daemon=True)
        self.thread.start()

    def _read(self, log, echo):
        with open(log, "w", encoding="utf-8") as out:
            for raw in self.process.stdout:
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                out.write(line + "\n")
                out.flush()
                if echo:
                    echo(line)
                self.incoming.put(line)
        self.incoming.put(None)

    def next(self, deadline):
        """The next line; None at the end; queue.Empty at the deadline."""
        line = self.incoming.get(timeout=max(0.01, deadline - time.monotonic()))
        if line is not None:
            self.lines.append(line)
        return line

    def drain(self, seconds):
        """What comes within a time that is given to it."""
        deadline = time.monotonic() + seconds
        try:
            while self.next(deadline) is not None:
                pass
        except queue.Empty:
            pass

    def answer(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()


class Result:
    """What a boot is held to have shown."""

    def __init__(self, variant):
        self.variant = variant
        self.passed = 0
        self.failures = []
        self.skipped = []
        self.trouble = []
        self.console = []
        self.tail = []
        self.seconds = 0.0

    def check(self, passed, text):
        if passed:
            self.passed += 1
        else:
            self.failures.append(text)

    def counts(self):
        return self.passed, len(self.failures), len(self.skipped)


def consult(result, console, name, monitor_path):
    """Call an oracle while the guest waits, and let the guest go on."""
    try:
        function = oracles.ORACLES[name]
        checks = function(oracles.Monitor(monitor_path), console)
    except KeyError:
        checks = [(False, "there is no such oracle")]
    except (OSError, RuntimeError, ValueError) as error:
        checks = [(False, str(error))]
    for passed, text in checks:
        result.check(passed, f"oracle {name}: {text}")
    console.answer("ok" if all(passed for passed, _ in checks) else "failed")


def threads(pid):
    """Where each thread of a process waits, as the kernel of this machine has it."""
    lines = []
    for path in sorted(glob.glob(f"/proc/{pid}/task/*/wchan")):
        with open(path, encoding="ascii") as wchan:
            lines.append(f"QEMU, thread {path.split('/')[4]}: {wchan.read()}")
    return lines


def ask_stuck(console, monitor_path):
    """
    What a machine does that has not come to its end: this one's kernel says where
    QEMU waits, QEMU where each CPU is, the guest's kernel (SysRq l, w) what they
    run and which tasks are blocked.
    """
    lines = []
    before = len(console.lines)
    try:
        lines += threads(console.process.pid)
        monitor = oracles.Monitor(monitor_path)
        lines += monitor.human("info status").splitlines()
        registers = monitor.human("info registers -a").splitlines()
        lines += [line for line in registers if re.match(r"CPU#| PC=|X29=|PSTATE", line)]
        for key in "9lw":
            monitor.execute("chardev-send-break", id="serial0")
            console.answer(key)
            console.drain(2)
    except (OSError, RuntimeError, ValueError) as error:
        lines.append(f"QEMU's monitor: {error}")
    return lines + console.lines[before:]


def follow(result, console, monitor_path):
    """Read the console to its end; the oracles that were asked for."""
    variant = result.variant
    deadline = time.monotonic() + float(variant.timeout)
    consulted = set()
    status = None
    while True:
        try:
            line = console.next(deadline)
        except queue.Empty:
            if result.tail:
                break
            result.trouble.append(f"no end within {variant.timeout} s" if status is None else
                                  f"not off within {OFF_SECONDS} s of its end")
            result.tail = console.lines[-20:] + ask_stuck(console, monitor_path)
            if status is None:
                break
            deadline = time.monotonic() + LATE_SECONDS
            continue
        if line is None:
            break
        if line.startswith("ORACLE: "):
            name = line.removeprefix("ORACLE: ").strip()
            consulted.add(name)
            consult(result, console, name, monitor_path)
        done = DONE.match(line)
        if done:
            status = int(done[1])
            deadline = min(deadline, time.monotonic() + OFF_SECONDS)
    if variant.payload and status is None:
        result.trouble.append("the guest ended without 'devmed-init: done'")
    for name in variant.oracle.split():
        if name not in consulted:
            result.trouble.append(f"the guest did not call the oracle {name}")


def judge_script(result, script, lines, status):
    """The TAP lines of one script, held against its plan and exit status."""
    seen = failed = 0
    plan = None
    for line in lines:
        if re.match(r"^1\.\.\d+", line):
            plan = int(line[3:].split()[0])
            continue
        found = TAP.match(line)
        if not found:
            continue
        seen += 1
        text = f"{script}: {found[3]}"
        if found[4]:
            result.skipped.append(f"{text}: {found[5]}")
            continue
        failed += found[1] != "ok"
        result.check(found[1] == "ok", text)
    if status is None:
        result.failures.append(f"{script}: did not end")
    elif plan != seen:
        result.failures.append(f"{script}: {seen} results, {plan} planned")
    elif status and not failed:
        result.failures.append(f"{script}: ended with status {status}")


def judge_payload(result, lines):
    script, start = None, 0
    for number, line in enumerate(lines):
        if line.startswith("# begin "):
            script, start = line.split()[2], number
        elif script and line.startswith("# end "):
            judge_script(result, script, lines[start:number], int(line.split()[3]))
            script = None
    if script:
        judge_script(result, script, lines[start:], None)
    for script in result.variant.payload.split():
        if f"# begin {script}" not in lines:
            result.failures.append(f"{script}: did not run")


def lost(lines):
    """What NVMe says that it has lost, an interrupt or its DMA, or that it waits."""
    for pattern, text in NVME.items():
        found = next(filter(None, (re.search(pattern, line) for line in lines)), None)
        if found:
            yield text.format(*found.groups())


def disorder(lines, patterns):
    """Patterns that do not first match where they have to: each behind the one before."""
    last = -1
    for pattern in patterns:
        place = next((n for n, line in enumerate(lines) if re.search(pattern, line)), None)
        if place is None:
            return [f"expected and not seen: {pattern}"]
        if place < last:
            return [f"out of order: {lines[place].strip()}"]
        last = place
    return []


def judge_boot(result, lines):
    variant = result.variant
    allowed = variant.patterns("allow")
    for pattern in variant.patterns("expect"):
        if not any(re.search(pattern, line) for line in lines):
            result.trouble.append(f"expected and not seen: {pattern}")
    judged = [line for line in lines if not any(re.search(a, line) for a in allowed)]
    for pattern in FORBIDDEN + variant.patterns("forbid"):
        line = next((line for line in judged if re.search(pattern, line)), None)
        if line:
            result.trouble.append(f"forbidden: {line.strip()}")
    result.trouble += lost(judged)
    result.trouble += disorder(lines, variant.patterns("order"))
    result.check(not result.trouble, "boot: " + "; ".join(result.trouble))


def boot(variant, echo=None):
    """Run one variant to its end and judge it."""
    result = Result(variant)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="devmed-") as folder:
        monitor_path = os.path.join(folder, "qmp")
        command = machine.command(variant) + [
            "-serial", "stdio", "-monitor", "none",
            "-qmp", f"unix:{monitor_path},server=on,wait=off"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as process:
            console = Console(process, variant.log, echo)
            try:
                follow(result, console, monitor_path)
            finally:
                process.kill()
                process.wait()
                console.thread.join()
    result.console = console.lines
    result.tail = result.tail or console.lines[-20:]
    judge_payload(result, console.lines)
    judge_boot(result, console.lines)
    result.seconds = time.monotonic() - started
    return result


def report(result):
    passed, failed, skipped = result.counts()
    word = "FAIL" if failed else "PASS"
    extra = f", {skipped} skipped" if skipped else ""
    print(f"  {word}  {result.variant.name:<28} {passed} passed, {failed} failed{extra}, "
          f"{result.seconds:.1f} s", flush=True)
    for text in result.failures:
        print(f"        {text}")
    if result.trouble:
        print(f"        last lines of {result.variant.log}:")
        for line in result.tail:
            print(f"        | {line}")


def run_all(variants, jobs):
    """Boot them side by side; a line for each, and one now and then between."""
    results = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(boot, variant): variant for variant in variants}
        waiting = set(futures)
        while waiting:
            done, waiting = concurrent.futures.wait(
                waiting, timeout=10, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                results.append(future.result())
                report(results[-1])
            if not done:
                running = [futures[f].name for f in waiting if f.running()]
                print(f"  ....  {len(results)} of {len(variants)} boots done, "
                      f"running: {' '.join(running)}", flush=True)
    return results


def show_payload():
    """Echo what a guest's payload prints, without the boot around it."""
    inside = False

    def echo(line):
        nonlocal inside
        if line.startswith(("# begin ", "# end ")):
            inside = line.startswith("# begin ")
        elif inside:
            print(line, flush=True)
    return echo


def select(arguments):
    """The boots that are asked for: by name, all of them, or those for every day."""
    folder = os.path.join(machine.HERE, "cases")
    names = sorted(name.removesuffix(".case") for name in os.listdir(folder)
                   if name.endswith(".case"))
    unknown = [name for name in arguments.case if name not in names + ["all"]]
    if unknown:
        raise Problem(f"no case {' '.join(unknown)}; there are {' '.join(names)}, and all")
    wanted = names if "all" in arguments.case else arguments.case or names
    variants = [variant for name in wanted
                for variant in machine.load(os.path.join(folder, name + ".case"))]
    if not arguments.case:
        variants = [variant for variant in variants if variant.flag("default")]
    if arguments.kernel:
        for variant in variants:
            variant.kernel = arguments.kernel
    return variants


def prepare(variants):
    for variant in variants:
        machine.find_qemu(variant.qemu)
    os.makedirs(os.path.join(machine.BUILD, "qemu"), exist_ok=True)
    for variant in variants:
        for path in (variant.image, variant.initrd):
            if not os.path.exists(path):
                raise Problem(f"{path} is missing; run scripts/qemu.sh, which builds it")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("case", nargs="*", help="names in cases/; all that are not marked default=no")
    parser.add_argument("--list", action="store_true", help="list the boots and end")
    parser.add_argument("--needs", action="store_true", help="list the kernels and initramfs needed")
    parser.add_argument("--kernel", help="boot this flavour instead of the case's")
    parser.add_argument("--show", action="store_true", help="show what the payload prints")
    parser.add_argument("--shell", action="store_true", help="the guest's console here, no payload")
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("JOBS", os.cpu_count() or 1)))
    return parser.parse_args()


def shell(variant):
    variant.payload = ""
    variant.initramfs = "shell"
    prepare([variant])
    command = machine.command(variant) + ["-serial", "mon:stdio"]
    os.execvp(command[0], command)


def main():
    arguments = parse()
    variants = select(arguments)
    if arguments.list:
        for variant in variants:
            print(f"{variant.name:<28} {variant.kernel:<12} {variant.summary}")
        return 0
    if arguments.needs:
        for flavour, name in sorted({(v.kernel, v.initramfs) for v in variants}):
            print(flavour, name)
        return 0
    if arguments.shell:
        shell(variants[0])
    prepare(variants)
    if arguments.show:
        results = [boot(variant, show_payload()) for variant in variants]
        for result in results:
            report(result)
    else:
        results = run_all(variants, max(1, min(arguments.jobs, 2)))
    for result in results:
        for text in result.skipped:
            print(f"  SKIP  {result.variant.name}: {text}")
    totals = [sum(column) for column in zip(*(result.counts() for result in results))] or [0, 0, 0]
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"run.py: error: {problem}")
    except KeyboardInterrupt:
        sys.exit("run.py: interrupted")
