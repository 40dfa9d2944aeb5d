# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables of docs/connectivity.md, each under a heading of its own."""

import pathlib

PATH = pathlib.Path(__file__).resolve().parents[3] / 'docs' / 'connectivity.md'


def _find(lines, heading):
    """Where the first table after a heading begins and ends."""
    start = next(number for number in range(lines.index(f'## {heading}'), len(lines)) if lines[number].startswith('|'))
    end = next(number for number in range(start, len(lines)) if not lines[number].startswith('|'))
    return start, end


def table_of(heading):
    lines = PATH.read_text().splitlines()
    start, end = _find(lines, heading)
    return '\n'.join(lines[start:end])


def write_table(heading, table):
    lines = PATH.read_text().splitlines()
    start, end = _find(lines, heading)
    lines[start:end] = table.splitlines()
    PATH.write_text('\n'.join(lines) + '\n')
