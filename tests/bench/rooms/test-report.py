#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is written of results is what they are."""

import json
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import report

MARKS = '<!-- from the benchmark "rooms": begin -->\n<!-- from the benchmark "rooms": end -->\n'


def run(complete=True):
    """The lines of a run in which ours is at half of the reference."""
    machine = {'processor': 'Test', 'cores': 2, 'kernel': '6.1.0-1', 'load_average': 0.1, 'rounds': 3, 'complete': complete}
    items = [machine]
    for members in 16, 2:
        items.append({'link': report.MESH, 'members': members, 'measure': 'full', 'value': members * 10})
        items.append({'link': report.OURS, 'members': members, 'measure': 'cpu', 'value': 50})
        items.append({'link': report.REFERENCE, 'members': members, 'measure': 'cpu', 'value': 100})
        items.append({'link': report.OURS, 'members': members, 'measure': 'cpu', 'ratio': report.REFERENCE, 'value': 0.5})
    items[-1]['met'] = False
    return [json.dumps({'benchmark': 'rooms'} | item) for item in items]


class TestReport(unittest.TestCase):
    def setUp(self):
        self.text = report.markdown(report.Results(['not a result', '{"benchmark":"codec"}', *run()]))

    def test_sizes_come_in_their_order(self):
        self.assertIn('| mesh | 2 members | 16 members |', self.text)
        self.assertIn('| until each has all others | 20 ms | 160 ms |', self.text)

    def test_figures_and_ratios_are_shown(self):
        self.assertIn('| CPU for one that is heard, PeerHub | 50 µs | 50 µs |', self.text)
        self.assertIn('| the same, aiortc | 100 µs | 100 µs |', self.text)

    def test_a_missed_goal_is_bold(self):
        self.assertIn('| in terms of aiortc | **0.50** | 0.50 |', self.text)

    def documented(self, lines):
        """What there is in the documentation after a run with these lines."""
        with TemporaryDirectory() as name:
            directory = Path(name)
            directory.joinpath('benchmarks.md').write_text(MARKS, encoding='utf-8')
            directory.joinpath('lines').write_text('\n'.join(lines), encoding='utf-8')
            arguments = ['report.py', '--output', name, '--docs', name, str(directory / 'lines')]
            with mock.patch('sys.argv', arguments):
                report.main()
            return directory.joinpath('benchmarks.md').read_text(encoding='utf-8')

    def test_a_whole_run_goes_into_the_documentation(self):
        self.assertIn(self.text, self.documented(run()))

    def test_part_of_a_run_does_not(self):
        self.assertEqual(self.documented(run(complete=False)), MARKS)
        self.assertEqual(self.documented([]), MARKS)


if __name__ == '__main__':
    unittest.main()
