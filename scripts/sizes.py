#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Files and functions that have grown too long, and functions of EL2 that
others call without kernel-doc on them.

usage: sizes.py [--doc] FILE...

A file may have 500 lines. A function should have 50, and may have 60; what is
between the two is only shown. With --doc every function that is not static has
to have a kernel-doc comment.
"""
import re
import sys

FILE_LIMIT = 500
FUNCTION_GOAL = 50
FUNCTION_LIMIT = 60

# The kernel's style: a function's braces are alone in the first column.
NAME = re.compile(r'(\w+)\s*\(')
KEYWORDS = {'if', 'for', 'while', 'switch', 'return', 'sizeof', '__attribute__',
	    '__printf', '__aligned', '__section', '__noreturn'}


def header_start(lines, brace):
	"""First line of the declaration that ends above the opening brace."""
	start = brace
	while start > 0 and lines[start - 1].strip() and \
	      not lines[start - 1].startswith(('#', '}', '/', ' *')):
		start -= 1
	return start


def functions(lines):
	"""Yield (name, first line, last line, is static, has kernel-doc)."""
	for brace, line in enumerate(lines):
		if line != '{':
			continue
		start = header_start(lines, brace)
		header = ' '.join(lines[start:brace])
		names = [n for n in NAME.findall(header) if n not in KEYWORDS]
		if not names or '=' in header.split('(')[0]:
			continue
		end = brace
		while end < len(lines) - 1 and lines[end] != '}':
			end += 1
		doc = start - 1
		documented = doc >= 0 and lines[doc].strip() == '*/'
		while documented and not lines[doc].lstrip().startswith('/*'):
			doc -= 1
		documented = documented and lines[doc].startswith('/**')
		yield (names[0], start + 1, end - start + 1,
		       'static' in header.split('(')[0].split(), documented)


def check(path, need_doc):
	with open(path, encoding='utf-8') as file:
		lines = file.read().split('\n')[:-1]
	bad = 0
	if len(lines) > FILE_LIMIT:
		print(f'{path}: {len(lines)} lines; the limit is {FILE_LIMIT}')
		bad += 1
	if not path.endswith(('.c', '.h')):
		return bad
	for name, line, length, static, documented in functions(lines):
		where = f'{path}:{line}: {name}()'
		if length > FUNCTION_LIMIT:
			print(f'{where} has {length} lines; the limit is {FUNCTION_LIMIT}')
			bad += 1
		elif length > FUNCTION_GOAL:
			print(f'{where} has {length} lines; {FUNCTION_GOAL} is the goal')
		if need_doc and not static and not documented:
			print(f'{where} has no kernel-doc')
			bad += 1
	return bad


def main():
	args = sys.argv[1:]
	need_doc = '--doc' in args
	paths = [arg for arg in args if arg != '--doc']
	if not paths:
		sys.exit(__doc__)
	sys.exit(1 if sum(check(path, need_doc) for path in paths) else 0)


if __name__ == '__main__':
	main()
