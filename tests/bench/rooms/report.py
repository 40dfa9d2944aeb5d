#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes tables of what the benchmark "rooms" has printed.

Reads JSON lines and writes benchmark-rooms.md to a directory and, with --docs,
the same to the documentation: but only after a whole run.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

import benchmark  # noqa: E402

MESH, OURS, REFERENCE = 'PeerRoom', 'PeerHub', 'aiortc'

MEASURES = {
    'full': ('until each has all others', lambda value: f'{value:.0f} ms'),
    'to-all': ('messages/s to all', lambda value: f'{value:,.0f}'),
    'heard': ('messages/s heard', lambda value: f'{value:,.0f}'),
    'cpu': ('CPU for one that is heard', lambda value: f'{value:.0f} µs'),
    'memory': ('resident memory', lambda value: f'{value / 1024:.0f} MiB'),
}


class Results:
    """The JSON lines of one run; those of other benchmarks are passed over."""

    def __init__(self, lines):
        self.machine = {}
        self.values = {}
        self.ratios = {}
        for item in benchmark.items_of('rooms', lines):
            if 'link' not in item:
                self.machine = item
            elif 'ratio' in item:
                self.ratios[item['members'], item['measure']] = item
            else:
                self.values[item['link'], item['members'], item['measure']] = item['value']

    def __bool__(self):
        return bool(self.values)

    @property
    def is_complete(self):
        return self.machine.get('complete', False)

    def sizes(self, link):
        return sorted({members for name, members, _ in self.values if name == link})

    def show(self, link, members, measure):
        value = self.values.get((link, members, measure))
        return '' if value is None else MEASURES[measure][1](value)

    def show_ratio(self, members, measure):
        ratio = self.ratios.get((members, measure))
        if not ratio:
            return ''
        text = f'{ratio["value"]:.2f}' if ratio['value'] < 10 else f'{ratio["value"]:.0f}'
        return text if ratio.get('met', True) else f'**{text}**'


def row(*cells):
    return '| ' + ' | '.join(cells) + ' |'


def of_meshes(results):
    sizes = results.sizes(MESH)
    yield row('mesh', *(f'{members} members' for members in sizes))
    yield row(*['---'] * (len(sizes) + 1))
    for measure, (name, _) in MEASURES.items():
        yield row(name, *(results.show(MESH, members, measure) for members in sizes))


def of_stars(results):
    sizes = results.sizes(OURS)
    yield row('star', *(f'{members} clients' for members in sizes))
    yield row(*['---'] * (len(sizes) + 1))
    for measure, (name, _) in MEASURES.items():
        yield row(f'{name}, {OURS}', *(results.show(OURS, members, measure) for members in sizes))
        yield row(f'the same, {REFERENCE}', *(results.show(REFERENCE, members, measure) for members in sizes))
        yield row(f'in terms of {REFERENCE}', *(results.show_ratio(members, measure) for members in sizes))


def markdown(results):
    machine = results.machine
    return '\n\n'.join(
        [
            f'Medians of {machine["rounds"]} rounds on {machine["cores"]} cores ({machine["processor"]}, '
            f'Linux {machine["kernel"].split("-")[0]}, load average {machine["load_average"]:.2g} when it began). '
            'A ratio in bold misses its goal.',
            '\n'.join(of_meshes(results)),
            '\n'.join(of_stars(results)),
        ]
    )


def main():
    benchmark.report(__doc__, 'rooms', Results, markdown)


if __name__ == '__main__':
    main()
