#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes tables of what the benchmark "connection" has printed.

Reads JSON lines and writes benchmark-connection.md to a directory and, with
--docs, the same to the documentation: but only after a whole run.
"""

import argparse
import json
import sys
from pathlib import Path

import tables

sys.path.append(str(Path(__file__).resolve().parent.parent))

import document  # noqa: E402


class Results:
    """The JSON lines of one run; those of other benchmarks are passed over."""

    def __init__(self, lines):
        self.machine = {}
        self.values = {}
        self.ratios = {}
        for line in lines:
            item = json.loads(line) if line.startswith('{') else {}
            if item.get('benchmark') != 'connection':
                continue
            if 'link' not in item:
                self.machine = item
                continue
            key = item['measure'], item.get('serialization'), item.get('size')
            if 'ratio' in item:
                self.ratios[item['link'], item['ratio'], key] = item
            else:
                self.values[item['link'], key] = item

    def __bool__(self):
        return bool(self.values)

    @property
    def is_complete(self):
        return self.machine.get('complete', False)

    def keys_of(self, link, measure):
        found = (key for name, key in self.values if name == link and key[0] == measure)
        return sorted(found, key=lambda key: (key[1] != 'raw', key[1] or '', key[2] or 0))

    def value(self, link, key):
        return self.values.get((link, key))

    def ratio(self, link, reference, key):
        return self.ratios.get((link, reference, key))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--output', type=Path, default=Path('.'), help='directory to write to')
    parser.add_argument('--docs', type=Path, help='directory of the documentation')
    parser.add_argument('file', nargs='?', type=Path, help='the lines, else those on standard input')
    arguments = parser.parse_args()

    lines = arguments.file.read_text(encoding='utf-8').splitlines() if arguments.file else sys.stdin
    results = Results(lines)
    if not results:
        return
    text = tables.markdown(results)
    arguments.output.joinpath('benchmark-connection.md').write_text(text + '\n', encoding='utf-8')
    if arguments.docs and results.is_complete:
        document.fill_in(arguments.docs / 'benchmarks.md', 'connection', text)


if __name__ == '__main__':
    main()
