#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare the object code of two kernel builds.

usage: objcmp.py STOCK OTHER [TOUCHED...]

STOCK and OTHER are O= folders; TOUCHED are source files that were changed on
purpose, from the root of the tree. Every object file that STOCK has must be in
OTHER with the same code and data: each section that is loaded, and what it
refers to. Names of source files in strings may differ in where the tree is.
Differences in the objects of TOUCHED are shown, all others fail.
"""
import os
import re
import struct
import sys

SHF_ALLOC, SHF_STRINGS = 2, 0x20
SHT_SYMTAB, SHT_RELA, SHT_NOBITS = 2, 4, 8
# Identifies the build, not the code.
IGNORED = ('.note.gnu.build-id', '.note.gnu.property')
# Links of the whole kernel, and what they write anew.
LINKED = ('vmlinux', 'init/version-timestamp.o')
# Of several objects, of which a touched one is a part.
PARTIAL = re.compile(r'arch/arm64/kvm/hyp/nvhe/(kvm_nvhe(\.\w+)?|hyp-reloc)\.o')
# The kernel maps __FILE__ to a path inside the tree, unless a compiler cache has
# made the tree's own path relative; it may go up and down again.
SOURCE = re.compile(rb'^[\w./-]+/[\w.-]+\.[chS]$')
TREE = re.compile(rb'^(\.\./linux/|/.*?/(?=(arch|block|crypto|drivers|fs|include|'
		  rb'init|io_uring|ipc|kernel|lib|mm|net|security|sound|virt)/))')


def string(table, offset):
	return table[offset:table.index(b'\0', offset)].decode()


def normal(text):
	"""A string, with the name of a source file as seen from the tree."""
	if not SOURCE.match(text):
		return text
	return os.path.normpath(TREE.sub(b'', text))


class Object:
	"""The sections of a 64-bit little-endian ELF file."""

	def __init__(self, path):
		with open(path, 'rb') as file:
			self.data = file.read()
		shoff, = struct.unpack_from('<Q', self.data, 40)
		size, count, names = struct.unpack_from('<3H', self.data, 58)
		self.headers = [struct.unpack_from('<IIQQQQIIQQ', self.data,
						   shoff + i * size)
				for i in range(count)]
		table = self.content(self.headers[names])
		self.names = [string(table, header[0]) for header in self.headers]

	def content(self, header):
		if header[1] == SHT_NOBITS:
			return header[5].to_bytes(8, 'little')
		return self.data[header[4]:header[4] + header[5]]

	def has_strings(self, section):
		return section < len(self.headers) and \
		       self.headers[section][2] & SHF_STRINGS

	def string_at(self, section, offset):
		table = self.content(self.headers[section])
		return normal(table[offset:table.find(b'\0', offset)])

	def symbols(self, section):
		header = self.headers[section]
		table = self.content(self.headers[header[6]])
		return [(string(table, name), info & 15, info >> 4, index, value)
			for name, info, _, index, value, _ in
			struct.iter_unpack('<IBBHQQ', self.content(header))]

	def target(self, symbol, addend):
		"""What a relocation refers to, whatever its symbol is called."""
		name, _, binding, index, value = symbol
		if binding or not index or index >= len(self.headers):
			return name, addend
		if self.has_strings(index) and \
		   0 <= value + addend < self.headers[index][5]:
			return self.names[index], self.string_at(index, value + addend)
		return self.names[index], value + addend

	def relocations(self, header):
		symbols = self.symbols(header[6])
		return [(offset, info & 0xffffffff,
			 self.target(symbols[info >> 32], addend))
			for offset, info, addend in
			struct.iter_unpack('<QQq', self.content(header))]

	def loaded(self):
		"""Yield (name, flags, content) of what gets into memory."""
		for i, header in enumerate(self.headers):
			target = header[7] if header[1] == SHT_RELA else i
			if target >= len(self.headers) or \
			   not self.headers[target][2] & SHF_ALLOC or \
			   self.names[target] in IGNORED:
				continue
			if header[1] == SHT_RELA:
				content = self.relocations(header)
			elif self.has_strings(i):
				# Sorted, and without the padding between them.
				content = sorted(normal(text) for text in
						 self.content(header).split(b'\0')
						 if text)
			else:
				content = self.content(header)
			yield self.names[i], header[2], content


def objects(root):
	for folder, _, files in os.walk(root):
		for name in files:
			path = os.path.relpath(os.path.join(folder, name), root)
			if name.endswith('.o') and not path.startswith('scripts/') and \
			   not path.startswith('tools/') and \
			   not os.path.basename(path).startswith('.') and \
			   not path.startswith(LINKED):
				yield path


def differing_sections(one, two):
	first, second = list(Object(one).loaded()), list(Object(two).loaded())
	if [s[:2] for s in first] != [s[:2] for s in second]:
		return sorted({s[0] for s in first} ^ {s[0] for s in second}) or \
		       ['order of sections']
	return [a[0] for a, b in zip(first, second) if a != b]


def same_bytes(one, two):
	with open(one, 'rb') as a, open(two, 'rb') as b:
		return a.read() == b.read()


def is_elf(path):
	with open(path, 'rb') as file:
		return file.read(6) == b'\x7fELF\x02\x01'


def source_of(path):
	return path.removesuffix('.o').removesuffix('.nvhe') + '.c'


def main():
	if len(sys.argv) < 3:
		sys.exit(__doc__)
	stock, other = sys.argv[1:3]
	touched = set(sys.argv[3:])
	compared = unchanged = bad = 0

	for path in sorted(objects(stock)):
		one, two = os.path.join(stock, path), os.path.join(other, path)
		if not is_elf(one):
			continue
		compared += 1
		if not os.path.exists(two):
			print(f'{path}: missing')
			bad += 1
			continue
		sections = [] if same_bytes(one, two) else differing_sections(one, two)
		if not sections:
			unchanged += 1
		elif source_of(path) in touched or PARTIAL.fullmatch(path):
			print(f'# {path}: {" ".join(sections)} (touched)')
		else:
			print(f'{path}: {" ".join(sections)}')
			bad += 1
	print(f'# {compared} objects compared, {unchanged} unchanged')
	if not compared:
		print(f'{stock} has no objects')
	sys.exit(1 if bad or not compared else 0)


if __name__ == '__main__':
	main()
