#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each row of the feature tables names a test, as `unit/hub join`, and
every test that is named exists."""

import re

import tree

TABLE = tree.ROOT / 'docs/features.md'
# Where a suite keeps its tests, and how their names become files.
PATTERNS = ('test-{}.c', 'test-{}.py', '{}.py', '{}.js')
# The cases that rooms of every kind have.
SCENARIOS = tree.ROOT / 'tests/integration/room-scenarios.c'
TEST = re.compile(r'`(unit|integration|interop|bindings|cluster)/([\w-]+) ([^`]+)`')


def find(suite, name):
    """The file of a test, None if there is none."""
    paths = [tree.ROOT / 'tests' / suite / pattern.format(name) for pattern in PATTERNS]
    return next((path for path in paths if path.is_file()), None)


def holds(path, case):
    """Whether a test has a case: by its whole name, or by the last part of one
    that is put together when the test runs."""
    text = path.read_text(encoding='utf-8')
    if path.suffix != '.c':
        return case in text
    last = f'"{case.split("/")[-1]}"'
    return f'/{case}"' in text or last in text or last in SCENARIOS.read_text(encoding='utf-8')


def rows():
    """The rows of all tables, without their heads."""
    lines = tree.lines(TABLE)
    heads = {number - 1 for number, line in enumerate(lines) if line.startswith('| ---')}
    for number, line in enumerate(lines):
        if line.startswith('| ') and number not in heads and not line.startswith('| ---'):
            yield line


def problems():
    for row in rows():
        tests = TEST.findall(row)
        if not tests:
            yield f'no test shows {row}'
        for suite, name, case in tests:
            path = find(suite, name)
            if path is None:
                yield f'there is no test {suite}/{name}'
            elif not holds(path, case):
                yield f'{tree.relative(path)} has no {case}'


tree.finish(list(problems()))
