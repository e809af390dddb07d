#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check documents in reStructuredText without building the kernel's book.

usage: rstcheck.py FILE...

Titles, toctree entries, kernel-doc sources, references to documents, and that
each "name.c: function()" in them exists. Where Debian's python3-docutils is
installed, the syntax too.
"""
import glob
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
MARKS = re.compile(r'^([=\-~^"*#])\1{2,}$')
CODE = re.compile(r'``([\w./-]+\.[ch]): (\w+)\(\)``')


def titles(path, lines):
	for i in range(1, len(lines)):
		above = lines[i - 1]
		if MARKS.match(lines[i]) and above.strip() and \
		   not above.startswith(' ') and not MARKS.match(above) and \
		   len(lines[i]) < len(above):
			yield f'{path}:{i + 1}: underline is shorter than the title'


def toctree(path, lines):
	inside = False
	folder = os.path.dirname(path)
	for i, line in enumerate(lines):
		if line.startswith('.. toctree::'):
			inside = True
		elif inside and line and not line.startswith(' '):
			inside = False
		elif inside and line.strip() and not line.strip().startswith(':'):
			if not os.path.exists(os.path.join(folder, line.strip() + '.rst')):
				yield f'{path}:{i + 1}: there is no {line.strip()}.rst'


def find_source(name):
	if os.path.exists(os.path.join(TOP, name)):
		return [os.path.join(TOP, name)]
	return [found for folder in ('arch', 'drivers', 'include', 'tools', 'scripts')
		for found in glob.glob(os.path.join(TOP, folder, '**', name),
				       recursive=True)]


def targets(path, lines):
	folder = os.path.dirname(path)
	for i, line in enumerate(lines):
		where = f'{path}:{i + 1}'
		match = re.match(r'\.\. kernel-doc:: (\S+)', line)
		if match and not os.path.exists(os.path.join(TOP, match[1])):
			yield f'{where}: there is no {match[1]}'
		for doc in re.findall(r':doc:`(?:[^<`]*<)?([\w./-]+)>?`', line):
			if not os.path.exists(os.path.join(folder, doc + '.rst')):
				yield f'{where}: there is no document {doc}'
		for name, function in CODE.findall(line):
			if not any(re.search(rf'\b{function}\(', read(source))
				   for source in find_source(name)):
				yield f'{where}: there is no {function}() in {name}'
		if line != line.rstrip():
			yield f'{where}: space at the end of the line'


def read(path):
	with open(path, encoding='utf-8') as file:
		return file.read()


def syntax(path, text):
	try:
		from docutils import core, nodes, utils
		from docutils.parsers.rst import Directive, directives, roles
	except ImportError:
		return

	class Ignored(Directive):
		"""What only Sphinx knows."""
		has_content = True
		optional_arguments = 1
		final_argument_whitespace = True
		option_spec = {name: directives.unchanged for name in
			       ('maxdepth', 'functions', 'identifiers', 'internal',
				'caption', 'doc', 'no-identifiers')}

		def run(self):
			return []

	for name in ('toctree', 'kernel-doc', 'code-block', 'glossary'):
		directives.register_directive(name, Ignored)
	for name in ('doc', 'ref', 'c:func', 'term'):
		roles.register_local_role(name, lambda role, raw, shown, *rest:
					  ([nodes.literal(raw, shown)], []))
	try:
		core.publish_doctree(text, source_path=path, settings_overrides={
			'report_level': 2, 'halt_level': 2, 'warning_stream': False})
	except utils.SystemMessage as message:
		yield str(message)


def main():
	if len(sys.argv) < 2:
		sys.exit(__doc__)
	bad = 0
	for path in sys.argv[1:]:
		text = read(path)
		lines = text.split('\n')
		for check in (titles, toctree, targets):
			for problem in check(path, lines):
				print(problem)
				bad += 1
		for problem in syntax(path, text):
			print(problem)
			bad += 1
	sys.exit(1 if bad else 0)


if __name__ == '__main__':
	main()
