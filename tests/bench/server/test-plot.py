#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is drawn and written of results is what they are."""

import json
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import plot
import tables
from document import replace
from results import Results, simple, times

SVG = '{http://www.w3.org/2000/svg}'
BEGIN = '<!-- from the benchmark "server": begin -->'
END = '<!-- from the benchmark "server": end -->'
METRICS = [metric for metric, _, _ in tables.ROWS]
GOALS = {
    'peer': {'connections_per_s': ('at_least', 2), 'light_cpu': ('at_most', 0.3333), 'saturated_p99': ('at_most', 0.5)},
    'floor': {
        'connection_cpu': ('at_most', 1.6),
        'light_cpu': ('at_most', 1.6),
        'saturated_cpu': ('at_most', 1.6),
    },
}


def server(name, clients, tls, value):
    return {'benchmark': 'server', 'server': name, 'clients': clients, 'tls': tls} | {metric: value for metric in METRICS}


def ratio(against, clients, tls, metric, value, goal):
    kind, number = goal
    return {
        'benchmark': 'server',
        'ratio': f'peer-server/{against}',
        'clients': clients,
        'tls': tls,
        'metric': metric,
        'value': value,
        'low': value / 2,
        'high': value * 2,
        kind: number,
        'met': value >= number if kind == 'at_least' else value <= number,
    }


def run(complete=True):
    """The lines of a run in which ours costs 300, the reference 1,000 and the floor 100."""
    items = [
        {
            'benchmark': 'server',
            'processor': 'Test & Co. <1>',
            'cores': 2,
            'kernel': '6.1.0-1',
            'load_average': 0.1,
            'rounds': 3,
            'complete': complete,
        }
    ]
    for clients, tls in (100, False), (10000, False), (100, True):
        for name, value in ('peer-server', 300), ('peer', 1000), ('floor', 100):
            if not (tls and name == 'floor'):
                items.append(server(name, clients, tls, value))
        items += [ratio('peer', clients, tls, metric, 0.3, goal) for metric, goal in GOALS['peer'].items()]
        if not tls:
            items += [ratio('floor', clients, tls, metric, 3, goal) for metric, goal in GOALS['floor'].items()]
    items.append(ratio('100', 10000, False, 'light_cpu', 1.25, ('at_most', 1.5)))
    return [json.dumps(item) for item in items]


class TestPlot(unittest.TestCase):
    def setUp(self):
        self.results = Results(['# not a result', '{"benchmark":"codec"}', *run()])
        self.image = ElementTree.fromstring(plot.draw(self.results))

    def texts(self):
        return [element.text for element in self.image.iter(SVG + 'text')]

    def test_numbers(self):
        self.assertEqual([simple(n) for n in (0.3333, 0.5, 0.4, 2.2, 1.6, 2, 1 / 64)], ['1/3', '1/2', '0.4', '2.2', '1.6', '2', '1/64'])
        self.assertEqual([times(n) for n in (0.256, 2.53, 25.3)], ['0.26', '2.5', '25'])

    def test_scale(self):
        scale = plot.Scale([0.3, 1, 2], 100, 400)
        self.assertLessEqual(100, scale(0.3))
        self.assertLess(scale(0.3), scale(0.5))
        self.assertAlmostEqual(scale(1) - scale(0.5), scale(2) - scale(1))
        self.assertLessEqual(scale(2), 400)
        self.assertEqual(scale(1e9), 400)
        self.assertIn(1, scale.ticks())

    def test_panels(self):
        names = [element.text for element in self.image.iter(SVG + 'text') if element.get('class') == 'name']
        self.assertEqual(len(names), len(GOALS['peer']) + 1)
        self.assertIn('Connections per second', names)

    def test_values_and_goals(self):
        self.assertEqual(self.texts().count('0.30×'), 3 * len(GOALS['peer']))
        self.assertIn('goal 2×', self.texts())
        self.assertIn('goal 1/3×', self.texts())
        self.assertEqual(self.texts().count('3.0×'), 2 * len(GOALS['floor']))

    def test_missed_goals_differ_in_shape(self):
        missed = [element for element in self.image.iter(SVG + 'path') if element.get('class') == 'missed']
        met = [element for element in self.image.iter(SVG + 'circle')]
        # Connections per second and all that is held against the floor, and the legend.
        self.assertEqual(len(missed), 3 + 6 + 1)
        self.assertEqual(len(met), 2 * 3 + 1)

    def test_within_the_picture(self):
        width, height = (float(self.image.get(name)) for name in ('width', 'height'))
        for element in self.image.iter(SVG + 'text'):
            self.assertTrue(0 <= float(element.get('x')) <= width and 0 <= float(element.get('y')) <= height, element.text)

    def test_words_for_those_who_do_not_see(self):
        self.assertEqual(self.image.get('role'), 'img')
        self.assertIn('Connections per second: 0.30 with 100 clients, 0.30 with 10,000', self.image.find(SVG + 'desc').text)


class TestTables(unittest.TestCase):
    def test_comparison(self):
        text = tables.markdown(Results(run()))
        self.assertIn('|  | 100 clients | ratio | 10,000 clients | ratio | goal |', text)
        self.assertIn('| connections/s | 300 | **0.30** | 300 | **0.30** | ≥ 2 |', text)
        self.assertIn('| light: CPU of a message | 300 µs | 0.30 | 300 µs | 0.30 | ≤ 1/3 |', text)
        self.assertIn('| of a message, light | 100 µs | **3.0** | 100 µs | **3.0** | ≤ 1.6 |', text)
        self.assertIn('With 10,000 clients a light message costs 1.2 times what it costs with 100 (goal ≤ 1.5).', text)
        widths = {}
        for part in text.split('\n\n'):
            if part.startswith('|'):
                widths[part] = {line.count('|') for line in part.splitlines()}
        self.assertEqual([len(width) for width in widths.values()], [1, 1, 1])

    def test_replacing_twice_is_replacing_once(self):
        page = f'before\n{BEGIN}\nold\n{END}\nafter\n'
        once = replace(page, 'server', 'new')
        self.assertEqual(once, f'before\n{BEGIN}\nnew\n{END}\nafter\n')
        self.assertEqual(replace(once, 'server', 'new'), once)
        with self.assertRaises(ValueError):
            replace('no marks', 'server', 'new')


class TestCommand(unittest.TestCase):
    def write(self, lines):
        with TemporaryDirectory() as name:
            directory = Path(name)
            docs = directory / 'docs'
            docs.mkdir()
            (docs / 'benchmarks.md').write_text(f'{BEGIN}\n{END}\n')
            (directory / 'lines').write_text('\n'.join(lines))
            arguments = ['plot.py', '--output', name, '--docs', str(docs), str(directory / 'lines')]
            with mock.patch.object(sys, 'argv', arguments):
                plot.main()
            return {str(path.relative_to(directory)): path.read_text() for path in directory.rglob('benchmark*')}

    def test_whole_run(self):
        written = self.write(run())
        self.assertEqual(written['docs/benchmark-server.svg'], written['benchmark-server.svg'])
        self.assertIn(written['benchmark-server.md'], written['docs/benchmarks.md'])

    def test_part_of_a_run(self):
        written = self.write(run(complete=False))
        self.assertIn('benchmark-server.svg', written)
        self.assertNotIn('docs/benchmark-server.svg', written)
        self.assertEqual(written['docs/benchmarks.md'], f'{BEGIN}\n{END}\n')

    def test_other_benchmarks(self):
        self.assertEqual(list(self.write(['{"benchmark":"codec"}'])), ['docs/benchmarks.md'])


if __name__ == '__main__':
    unittest.main()
