# SPDX-License-Identifier: GPL-2.0-only
"""Cases, their variants, and the QEMU command line of each."""

import configparser
import functools
import hashlib
import itertools
import os
import random
import re
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "../../../.."))
BUILD = os.path.join(TOP, "build")
QEMU = "qemu-system-aarch64"
EFI = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
KEYS = {
    "summary": "", "default": "yes", "kernel": "kernel", "initramfs": "",
    "cpus": "1", "gic": "3", "cpu": "max", "memory": "1G", "type": "virt",
    "machine": "", "args": "", "cmdline": "", "payload": "", "acpi": "no",
    "icount": "no", "devices": "", "expect": "", "forbid": "", "allow": "", "order": "",
    "timeout": "120", "oracle": "", "qemu": "9.0", "dtsi": "", "asl": "",
}
DISK_BYTES = 4 << 20


class Problem(Exception):
    """What is wrong and what to do about it, in one line."""


class Variant:
    """One boot: a case with one number of CPUs and one version of the GIC."""

    def __init__(self, case, keys, cpus, gic):
        self.__dict__.update(keys)
        self.case = case
        self.cpus = cpus
        self.gic = gic
        self.name = case
        if len(keys["cpus"].split()) > 1:
            self.name += f"-{cpus}cpu"
        if len(keys["gic"].split()) > 1:
            self.name += f"-gic{gic}"
        self.log = os.path.join(BUILD, "qemu", self.name + ".log")

    def patterns(self, key):
        return [line.strip() for line in getattr(self, key).splitlines() if line.strip()]

    def flag(self, key):
        return getattr(self, key) in ("yes", "on", "1")

    @property
    def image(self):
        return os.path.join(BUILD, self.kernel, "arch/arm64/boot/Image")

    @property
    def initrd(self):
        name = self.kernel + ("-" + self.initramfs if self.initramfs else "")
        return os.path.join(BUILD, f"initramfs-{name}.cpio.gz")


def load(path):
    """The variants of one case file."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    case = os.path.basename(path).removesuffix(".case")
    try:
        parser.read_file(open(path, encoding="utf-8"))
        given = dict(parser["case"])
    except (OSError, configparser.Error, KeyError) as error:
        raise Problem(f"{path}: {str(error).splitlines()[0]}") from error
    for key in given:
        if key not in KEYS:
            raise Problem(f"{path}: unknown key '{key}'; run.py knows {' '.join(KEYS)}")
    keys = KEYS | given
    return [Variant(case, keys, cpus, gic)
            for gic, cpus in itertools.product(keys["gic"].split(), keys["cpus"].split())]


def version(text):
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def run(tool, *arguments):
    """Output of a tool that the project's own commands install."""
    if not shutil.which(tool):
        raise Problem(f"{tool} is missing; run 'make tools' as root")
    done = subprocess.run([tool, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Problem(f"this failed: {' '.join([tool, *arguments])}")
    return done.stdout


@functools.cache
def find_qemu(minimum):
    """The QEMU of this machine, or a newer one where a case needs it."""
    found = version(run(QEMU, "--version"))
    # The SMMU of QEMU before 9.0 has no nested stages.
    if found < (9, 0):
        raise Problem(f"{QEMU} version {found[0]}.{found[1]} has no nested SMMU; "
                      "install 9.0 or newer (Debian 12: backports)")
    if found >= version(minimum):
        return QEMU
    return run(os.path.join(TOP, "scripts/newer-qemu.sh")).strip()


def disk():
    """A disk image of known content, and its checksum."""
    content = random.Random(7).randbytes(DISK_BYTES)
    path = os.path.join(BUILD, "qemu", "disk.img")
    if not os.path.exists(path) or os.path.getsize(path) != DISK_BYTES:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # Boots run side by side, and each may be the first.
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), delete=False) as out:
            out.write(content)
        os.replace(out.name, path)
    return path, hashlib.sha256(content).hexdigest()


def drive(name, path):
    return ["-drive", f"file={path},if=none,format=raw,snapshot=on,id={name}"]


def nic(name, device, number):
    # QEMU's own network answers; nothing leaves this machine.
    return ["-netdev", f"user,id={name},restrict=on,net=10.0.{number}.0/24",
            "-device", f"{device},romfile=,netdev={name}"]


def bundle(device, path):
    """The arguments of one named device, or of NAME@BUS."""
    name, _, bus = device.partition("@")
    virtio = "iommu_platform=on,disable-legacy=on"
    bundles = {
        "nvme": lambda: drive("nvme0", path) + ["-device", "nvme,serial=devmed,drive=nvme0"],
        "virtio-blk": lambda: drive("blk0", path) + [
            "-device", f"virtio-blk-pci,{virtio},drive=blk0"],
        "virtio-net": lambda: nic("net0", f"virtio-net-pci,{virtio}", 10),
        "e1000e": lambda: nic("net1", "e1000e", 11),
        "igb": lambda: nic("net2", "igb", 12),
        "edu": lambda: ["-device", "edu,dma_mask=0xffffffffffffffff"],
    }
    if name not in bundles:
        raise Problem(f"unknown device '{name}'; run.py knows {' '.join(bundles)}")
    args = bundles[name]()
    if bus:
        args[-1] += ",bus=" + bus
    return args


def kernel_command_line(variant, checksum):
    words = ["console=ttyAMA0 kvm-arm.mode=protected panic=-1", variant.cmdline]
    if "nvme" in variant.devices or "virtio-blk" in variant.devices:
        words.append(f"devmed_nvme_sha256={checksum}")
    if variant.payload:
        words.append("devmed_case=" + ",".join(variant.payload.split()))
    return " ".join(" ".join(words).split())


def firmware(variant, suffix):
    """Where a case's file of firmware/ is, and where it goes once compiled."""
    return (os.path.join(HERE, "firmware", getattr(variant, suffix)),
            os.path.join(BUILD, "qemu", variant.name))


def devicetree(variant, words):
    """The device tree that QEMU makes, with the case's changes behind it."""
    source, out = firmware(variant, "dtsi")
    run(*words, "-M", f"dumpdtb={out}.qemu.dtb")
    with open(out + ".dts", "w", encoding="utf-8") as tree, open(source, encoding="utf-8") as text:
        tree.write(run("dtc", "-q", "-I", "dtb", "-O", "dts", out + ".qemu.dtb"))
        shutil.copyfileobj(text, tree)
    run("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", out + ".dtb", out + ".dts")
    return ["-dtb", out + ".dtb"]


def compile_table(source, out):
    """A table of ACPI from what iasl compiles, or from the bytes of it in hexadecimal."""
    if not source.endswith(".hex"):
        run("iasl", "-vs", "-p", out, source)
        return
    with open(source, encoding="utf-8") as text:
        table = bytearray.fromhex(" ".join(line.split("#")[0] for line in text))
    table[4:8] = len(table).to_bytes(4, "little")
    table[9] = -sum(table) & 0xff
    with open(out + ".aml", "wb") as aml:
        aml.write(table)


def initrd_with_table(variant):
    """The initramfs with a table of ACPI in front, for the kernel to add or to replace."""
    source, out = firmware(variant, "asl")
    folder = "kernel/firmware/acpi"
    with tempfile.TemporaryDirectory(prefix="devmed-") as root:
        os.makedirs(os.path.join(root, folder))
        compile_table(source, os.path.join(root, folder, "table"))
        names = f"kernel\nkernel/firmware\n{folder}\n{folder}/table.aml\n"
        table = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root, check=True,
                               input=names.encode(), stdout=subprocess.PIPE).stdout
    with open(out + ".cpio", "wb") as both, open(variant.initrd, "rb") as initrd:
        both.write(table)
        shutil.copyfileobj(initrd, both)
    return out + ".cpio"


def command(variant):
    """The QEMU command line, but for where its console and monitor go."""
    path, checksum = disk()
    options = [variant.type, "virtualization=on", f"gic-version={variant.gic}", "iommu=smmuv3"]
    args = []
    if variant.flag("icount"):
        options.append("dtb-randomness=off")
        args += ["-icount", "shift=0,sleep=off", "-seed", "1"]
    if variant.flag("acpi"):
        if not os.path.exists(EFI):
            raise Problem(f"{EFI} is missing; run 'make tools' as root")
        args += ["-bios", EFI]
    options += variant.machine.replace(",", " ").split()
    args += variant.args.split()
    for name in variant.devices.replace(",", " ").split():
        args += bundle(name, path)
    initrd = initrd_with_table(variant) if variant.asl else variant.initrd
    words = [find_qemu(variant.qemu), "-M", ",".join(options), "-cpu", variant.cpu,
             "-smp", variant.cpus, "-m", variant.memory, "-display", "none", "-nic", "none",
             "-no-reboot", "-kernel", variant.image, "-initrd", initrd,
             "-append", kernel_command_line(variant, checksum)] + args
    return words + devicetree(variant, words) if variant.dtsi else words
