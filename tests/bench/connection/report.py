#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes tables of what the benchmark "connection" has printed.

Reads JSON lines and writes benchmark-connection.md to a directory and, with
--docs, the same to the documentation: but only after a whole run.
"""

import sys
from pathlib import Path

import tables

sys.path.append(str(Path(__file__).resolve().parent.parent))

import benchmark  # noqa: E402


class Results:
    """The JSON lines of one run; those of other benchmarks are passed over."""

    def __init__(self, lines):
        self.machine = {}
        self.values = {}
        self.ratios = {}
        for item in benchmark.items_of('connection', lines):
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
    benchmark.report(__doc__, 'connection', Results, tables.markdown)


if __name__ == '__main__':
    main()
