# SPDX-License-Identifier: LGPL-2.1-or-later
"""From the JSON lines that a benchmark has printed to the files that show them."""

import argparse
import json
import sys
from pathlib import Path

import document


def items_of(benchmark, lines):
    """What the lines of a benchmark say; those of other benchmarks are passed over."""
    for line in lines:
        item = json.loads(line) if line.startswith('{') else {}
        if item.get('benchmark') == benchmark:
            yield item


def report(description, benchmark, results_of, markdown, draw=None):
    """The program that writes benchmark-NAME.md and, when it draws, benchmark-NAME.svg.

    results_of(lines) is false when there is nothing to show, and says whether
    it is_complete.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--output', type=Path, default=Path('.'), help='directory to write to')
    parser.add_argument('--docs', type=Path, help='directory of the documentation')
    parser.add_argument('file', nargs='?', type=Path, help='the lines, else those on standard input')
    arguments = parser.parse_args()

    lines = arguments.file.read_text(encoding='utf-8').splitlines() if arguments.file else sys.stdin
    results = results_of(lines)
    if not results:
        return
    documented = arguments.docs if results.is_complete else None

    text = markdown(results)
    arguments.output.joinpath(f'benchmark-{benchmark}.md').write_text(text + '\n', encoding='utf-8')
    if documented:
        document.fill_in(documented / 'benchmarks.md', benchmark, text)
    if draw:
        image = draw(results)
        for directory in filter(None, (arguments.output, documented)):
            directory.joinpath(f'benchmark-{benchmark}.svg').write_text(image, encoding='utf-8')
