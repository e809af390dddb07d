#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Take each security check out of a copy of the EL2 sources, and show that the
test which guards it notices.

usage: mutate.py --top DIR --out DIR --test BINARY --compile CMD --link CMD [NAME]
"""
import argparse
import os
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from mutations import MUTATIONS
from mutations_gicr import GICR_MUTATIONS
from mutations_idmap import IDMAP_MUTATIONS
from mutations_its import ITS_MUTATIONS
from mutations_its_vpe import ITS_VPE_MUTATIONS
from mutations_smmu import SMMU_MUTATIONS
from mutations_smmu_unit import SMMU_UNIT_MUTATIONS
from mutations_time import TIME_MUTATIONS

HYP = "arch/arm64/kvm/hyp/nvhe/devmed/"
TESTS = "tools/testing/devmed/"

# Who includes a header that a mutation changes.
USERS = {
    "devmed_desc.h": [HYP + "idmap-page.c", HYP + "idmap-table.c"],
    "devmed_mmio.h": [HYP + "dispatch.c"] +
                     [TESTS + "test_%s.c" % name for name in ("holes", "reg", "region")],
    "devmed_ring.h": [HYP + "ring.c", HYP + "mem.c", TESTS + "test_ring.c"],
    "smmu-doorbell.h": ["drivers/devmed/smmuv3/hyp/smmu-%s.c" % name
                        for name in ("cmd", "cmdq")],
    "devmed_trap.h": [HYP + name for name in ("decode.c", "dispatch.c", "reg.c")] +
                     [TESTS + "test_%s.c" % name
                      for name in ("decode", "handler", "holes", "reg", "region")],
}
SECONDS = 60


class Broken(Exception):
    """The mutation itself is at fault, not the test."""


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("top", "out", "test", "compile", "link"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("name", nargs="?", default="")
    return parser.parse_args()


def mutated(text, edits):
    for old, new in zip(edits[::2], edits[1::2]):
        if text.count(old) != 1:
            raise Broken("found %d times: %r" % (text.count(old), old))
        text = text.replace(old, new)
    return text


def passes(binary, test):
    env = dict(os.environ, TEST=test)
    try:
        done = subprocess.run([binary], env=env, timeout=SECONDS,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Broken(done.stderr.strip().split("\n")[0])


def sources_of(path):
    """What has to be compiled again."""
    return USERS.get(os.path.basename(path), [path])


def object_of(source):
    """As the link names it, below the build folder."""
    return os.path.splitext(source.removeprefix(TESTS))[0] + ".o"


def build(args, path, edits, work):
    """Compile what the mutation changes; everything else is linked as it is."""
    with open(os.path.join(args.top, path)) as source:
        text = mutated(source.read(), edits)
    copy = os.path.join(work, path)
    os.makedirs(os.path.dirname(copy))
    with open(copy, "w") as out:
        out.write(text)

    link = shlex.split(args.link)
    include = os.path.join(work, "arch/arm64/kvm/hyp/include")
    for source in sources_of(path):
        stem = object_of(source)
        new = os.path.join(work, os.path.basename(stem))
        old = [i for i, arg in enumerate(link) if arg.endswith("/" + stem)]
        if len(old) != 1:
            raise Broken("%s is not linked" % stem)
        link[old[0]] = new
        # Headers beside it stay where they are.
        beside = os.path.join(args.top, os.path.dirname(source))
        if source == path:
            source = copy
        elif os.path.dirname(source) == os.path.dirname(path):
            # A header is looked for beside who includes it.
            source = shutil.copy(os.path.join(args.top, source),
                                 os.path.dirname(copy))
        else:
            source = os.path.join(args.top, source)
        command = shlex.split(args.compile)
        run(command[:1] + ["-I" + include, "-iquote", beside] + command[1:] +
            ["-O0", "-Wno-error", "-w", "-c", source, "-o", new])
    binary = os.path.join(work, "devmed-test")
    run(link + ["-o", binary])
    return binary


def try_one(args, path, mutation):
    threat, name, test, *edits = mutation
    what = "%s %s" % (threat, name)
    work = os.path.join(args.out, name)
    shutil.rmtree(work, ignore_errors=True)
    try:
        binary = build(args, path, edits, work)
        if passes(binary, test):
            return False, "SURVIVED %s in %s: %s passes without it" % (
                what, path, test)
        shutil.rmtree(work)
        return True, "killed   %s by %s" % (what, test)
    except Broken as error:
        return False, "BROKEN   %s in %s: %s" % (what, path, error)


def main():
    args = arguments()
    todo = [(path, mutation)
            for table in (MUTATIONS, IDMAP_MUTATIONS, ITS_MUTATIONS,
                          ITS_VPE_MUTATIONS, GICR_MUTATIONS, SMMU_MUTATIONS,
                          SMMU_UNIT_MUTATIONS, TIME_MUTATIONS)
            for path, mutations in table.items()
            for mutation in mutations if args.name in mutation[1]]
    names = [mutation[1] for _, mutation in todo]
    assert len(names) == len(set(names)), "two mutations of one name"

    passed = failed = 0
    healthy = {}
    for test in sorted({mutation[2] for _, mutation in todo}):
        healthy[test] = passes(args.test, test)
        if not healthy[test]:
            failed += 1
            print("  BROKEN   %s fails with nothing taken out" % test)

    todo = [item for item in todo if healthy[item[1][2]]]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for good, line in pool.map(lambda item: try_one(args, *item), todo):
            print("  " + line, flush=True)
            passed += good
            failed += not good

    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
