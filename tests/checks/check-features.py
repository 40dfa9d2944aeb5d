#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The feature tables name tests that exist: each row ends in a cell with
names such as `unit/room /room/join`, the file and what is in it."""

import re

import tree

TABLES = ('README.md', 'docs/features.md')
# Where a suite keeps its tests, and how their names become files.
FILES = ('{}.c', '{}.py', '{}.js', '{}.vala', '{}.mjs')
TEST = re.compile(r'`([a-z]+)/([\w-]+) ([^`]+)`')


def find(suite, name):
    """The file of a test."""
    for pattern in FILES:
        for stem in (f'test-{name}', name):
            path = tree.ROOT / 'tests' / suite / pattern.format(stem)
            if path.is_file():
                return path
    return None


def holds(path, case):
    """Whether a test is there: by its whole name, or by the last part when the
    rest is put together at run time."""
    text = path.read_text(encoding='utf-8')
    return case in text or f'"{case.split("/")[-1]}"' in text or f"'{case.split('/')[-1]}'" in text


def problems():
    for table in TABLES:
        rows = [line for line in tree.lines(tree.ROOT / table) if line.startswith('| ')]
        for row in rows:
            for suite, name, case in TEST.findall(row):
                path = find(suite, name)
                if path is None:
                    yield f'{table}: there is no test {suite}/{name}'
                elif not holds(path, case):
                    yield f'{table}: {tree.relative(path)} has no {case}'
        if table != 'README.md':
            for row in rows[1:]:
                if not TEST.search(row) and not re.match(r'\| (-|[A-Z][^|]* \| [^|]* \| test)', row):
                    yield f'{table}: no test shows {row}'


tree.finish(list(problems()))
