#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is written of results is what they are."""

import json
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import report
import tables

MARKS = '<!-- from the benchmark "connection": begin -->\n<!-- from the benchmark "connection": end -->\n'


def run(complete=True):
    """The lines of a run in which ours is at half of each reference."""
    machine = {'processor': 'Test', 'cores': 2, 'kernel': '6.1.0-1', 'load_average': 0.1, 'rounds': 3, 'complete': complete}
    items = [machine]
    for link, value in (tables.OURS, 100), *((reference, 200) for reference in tables.REFERENCES):
        items.append({'link': link, 'measure': 'open', 'value': value})
        for size in 1024, 1048576:
            items.append({'link': link, 'measure': 'bulk', 'serialization': 'raw', 'size': size, 'value': value})
    bulk = {'link': tables.OURS, 'measure': 'bulk', 'serialization': 'raw', 'size': 1048576, 'value': 0.5}
    items.append(bulk | {'ratio': 'webrtcbin', 'at_least': 1.3, 'met': False})
    items.append({'link': tables.OURS, 'measure': 'open', 'ratio': 'libwebrtc', 'value': 0.5, 'at_most': 1.5, 'met': True})
    items.append({'link': tables.PAIRS[0], 'measure': 'ping', 'serialization': 'binary', 'value': 300})
    return [json.dumps({'benchmark': 'connection'} | item) for item in items]


def cells(text, name):
    """The cells after the name of a row, in each table that has it."""
    rows = [[cell.strip() for cell in line.strip('|').split('|')] for line in text.splitlines()]
    return [row[1:] for row in rows if row[0] == name]


class TestReport(unittest.TestCase):
    def setUp(self):
        self.text = tables.markdown(report.Results(['not a result', '{"benchmark":"codec"}', *run()]))

    def test_figures_and_ratios_are_shown(self):
        ours, references = cells(self.text, 'later ones, to open')
        self.assertEqual(ours, ['100 ms', '', '0.50', ''])
        self.assertEqual(references, ['200 ms', '200 ms', '200 ms', ''])

    def test_a_missed_goal_is_bold(self):
        ours, _ = cells(self.text, 'bulk, `raw`, 1 MiB')
        self.assertEqual(ours, ['100 Mbit/s', '**0.50**', '', ''])

    def test_a_pair_without_its_like_has_no_ratio(self):
        self.assertEqual(cells(self.text, 'ping-pong, `binary`'), [['300 µs', '', '', '']])

    def test_sizes_come_in_their_order(self):
        self.assertLess(self.text.index('1 KiB'), self.text.index('1 MiB'))

    def report(self, lines):
        """What there is in the documentation after a run with these lines."""
        with TemporaryDirectory() as name:
            directory = Path(name)
            page, source = directory / 'benchmarks.md', directory / 'lines'
            page.write_text(MARKS, encoding='utf-8')
            source.write_text('\n'.join(lines), encoding='utf-8')
            with mock.patch('sys.argv', ['report', '--output', name, '--docs', name, str(source)]):
                report.main()
            return page.read_text(encoding='utf-8')

    def test_a_whole_run_goes_into_the_documentation(self):
        self.assertIn('later ones, to open', self.report(run()))

    def test_a_partial_run_does_not(self):
        self.assertEqual(self.report(run(complete=False)), MARKS)

    def test_a_run_of_others_changes_nothing(self):
        self.assertEqual(self.report(['{"benchmark":"codec"}']), MARKS)


if __name__ == '__main__':
    unittest.main()
