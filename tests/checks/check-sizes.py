#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files have at most 600 lines, C functions at most 60 between their braces,
not counting the documentation of properties and signals."""

import re

import tree

FILE_LIMIT = 600
FUNCTION_LIMIT = 60


def functions(lines):
    """The name and length of each function: only their braces stand alone at
    the start of a line, those of types end in a semicolon."""
    start = name = None
    documentation = 0
    for number, line in enumerate(lines):
        if line == '{':
            start, documentation = number, 0
        elif line == '}' and start is not None:
            yield name, number - start - 1 - documentation
            start = None
        elif re.match(r'  /\*\*$|   \*', line):
            documentation += 1
        elif match := re.match(r'(\w+) \(', line):
            name = match[1]


problems = []
for path in tree.files('*.c', '*.h', '*.py', '*.js', '*.mjs', '*.cjs', '*.vala'):
    lines = tree.lines(path)
    if len(lines) > FILE_LIMIT:
        problems.append(f'{tree.relative(path)}: {len(lines)} lines')
    if path.suffix == '.c':
        problems += [
            f'{tree.relative(path)}: {name}() has {length} lines'
            for name, length in functions(lines)
            if length > FUNCTION_LIMIT
        ]
tree.finish(problems)
