# SPDX-License-Identifier: GPL-2.0-only
# devmed: every command starts here. Each builds what it needs, and a second run
# does only what changed.

.NOTPARALLEL:
.DEFAULT_GOAL := help
SHELL := /bin/bash

# KERNEL=/path: a Linux 7.3 tree of yours; the overlay is applied in place.
export KERNEL
# EXTRA="file...": for the guest of make shell.
export EXTRA
TREE = $(or $(KERNEL),build/linux)
CASES =

.PHONY: help tools source apply revert kernel stock debug run shell bench \
	check scripts native static qemu kvm mutate clean

help:
	@echo 'make run      boot the mediated kernel, attack it with and without mediation, show the cost'
	@echo 'make check    all tests; the last line counts them'
	@echo 'make shell    a shell in the guest; EXTRA="my.ko my.sh" puts files into it'
	@echo 'make bench    stock and mediated kernel side by side, in instructions'
	@echo
	@echo 'make kernel   the mediated kernel: source in build/linux, objects in build/kernel'
	@echo 'make stock    the same source and configuration without the overlay, in build/stock'
	@echo 'make debug    the mediated kernel, checking itself, in build/debug'
	@echo 'make apply    only put the overlay into build/linux'
	@echo 'make revert   take it out again'
	@echo '              KERNEL=/path before any of these: use your own Linux 7.3 tree'
	@echo
	@echo 'make scripts|native|static|qemu|kvm   one part of make check; CASES="a b"|all for qemu'
	@echo 'make mutate   show that each security test fails without the check it guards'
	@echo 'make tools    install what is missing from Debian (as root)'
	@echo 'make source   fetch, verify and unpack the kernel source'
	@echo 'make clean    remove build/; downloads stay in $${DEVMED_CACHE:-~/.cache/devmed},'
	@echo '              which may be removed at any time'

tools:
	@scripts/packages.sh

source:
	@scripts/packages.sh kernel
	@scripts/source.sh

apply:
	@scripts/packages.sh kernel
	@scripts/kernel.sh --apply

revert:
	@scripts/overlay.sh revert $(TREE)

kernel stock debug:
	@scripts/packages.sh kernel
	@scripts/kernel.sh $@

run:
	@scripts/packages.sh kernel boot
	@scripts/qemu.sh --show run run-off
	@tools/testing/devmed/qemu/bench.py off on

shell:
	@scripts/packages.sh kernel boot
	@scripts/qemu.sh --shell run

bench:
	@scripts/packages.sh kernel boot
	@for flavour in stock kernel; do \
		scripts/kernel.sh $$flavour && scripts/initramfs.sh $$flavour || exit; \
	done
	@tools/testing/devmed/qemu/bench.py

check:
	@scripts/packages.sh
	@scripts/stages.sh scripts native mutate static qemu

scripts native mutate static qemu kvm:
	@scripts/stages.sh $@

clean:
	rm -rf build
