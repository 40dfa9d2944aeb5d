#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws what the benchmark "server" has printed, and makes tables of it.

Reads JSON lines, writes benchmark-server.svg and benchmark-server.md to a
directory and, with --docs, to the documentation: but only those of a whole run.
"""

import math
import sys
from html import escape
from pathlib import Path

import tables
from results import FLOOR, OURS, REFERENCE, Results, bound, simple, times

sys.path.append(str(Path(__file__).resolve().parent.parent))

import benchmark  # noqa: E402

PANELS = (
    ('connections_per_s', 'Connections per second'),
    ('client_rss', 'Memory of an idle client'),
    ('light_cpu', 'CPU of a message, one in flight'),
    ('saturated_cpu', 'CPU of a message, saturated'),
    ('light_p99', 'p99 latency, one in flight'),
    ('saturated_p99', 'p99 latency, saturated'),
    ('saturated_messages_per_s', 'Messages per second, saturated'),
)
FLOOR_ROWS = (('connection_cpu', 'connection'), ('light_cpu', 'one in flight'), ('saturated_cpu', 'saturated'))

WIDTH = 920
MARGIN = 32
GAP = 40
HEAD = 124
PANEL_WIDTH = (WIDTH - 2 * MARGIN - GAP) / 2
PANEL_TOP = 52
PANEL_BOTTOM = 40
ROW = 22
LABEL = 96
VALUE = 46
MAX_DISTANCE = 16

STYLE = """
text { font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328; }
.paper { fill: #ffffff; }
.title { font-size: 20px; font-weight: 600; }
.name { font-size: 14px; font-weight: 600; }
.soft, .tick { fill: #59636e; }
.tick, .small { font-size: 11.5px; }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.good { fill: #e7f3ea; }
.row { stroke: #d8dee4; stroke-width: 1; }
.one { stroke: #59636e; stroke-width: 1.5; }
.goal { stroke: #1a7f37; stroke-width: 1.5; stroke-dasharray: 4 3; }
.goal-text { fill: #1a7f37; font-size: 11.5px; font-weight: 600; }
.range { stroke: #0969da; stroke-width: 2; stroke-opacity: 0.45; }
.met { fill: #0969da; }
.missed { fill: #bc4c00; }
.range-missed { stroke: #bc4c00; stroke-width: 2; stroke-opacity: 0.45; }
.missed-text { fill: #bc4c00; font-weight: 600; }
.floor { stroke: #6e7781; stroke-width: 2.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .paper { fill: #0d1117; }
  .soft, .tick { fill: #9198a1; }
  .good { fill: #12261a; }
  .row { stroke: #30363d; }
  .one { stroke: #9198a1; }
  .goal { stroke: #3fb950; }
  .goal-text { fill: #3fb950; }
  .range { stroke: #58a6ff; }
  .met { fill: #58a6ff; }
  .missed { fill: #f0883e; }
  .range-missed { stroke: #f0883e; }
  .missed-text { fill: #f0883e; }
  .floor { stroke: #8b949e; }
}
"""


def text(x, y, content, classes=''):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{classes}">{escape(content)}</text>'


def line(x1, y1, x2, y2, classes):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{classes}"/>'


def dot(x, y, is_met):
    """A circle, or a diamond for what misses its goal: not by colour alone."""
    if is_met:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="met"/>'
    return f'<path d="M{x:.1f} {y - 6.5:.1f} l6.5 6.5 -6.5 6.5 -6.5 -6.5 z" class="missed"/>'


class Scale:
    """A logarithmic axis from one power of two to another."""

    def __init__(self, numbers, left, right):
        self.low = math.floor(math.log2(min(numbers)) - 0.1)
        self.high = math.ceil(math.log2(max(numbers)) + 0.1)
        self.left, self.right = left, right

    def __call__(self, number):
        place = (math.log2(number) - self.low) / (self.high - self.low)
        return self.left + min(max(place, 0), 1) * (self.right - self.left)

    def ticks(self):
        step = math.ceil((self.high - self.low) / 7)
        for power in range(self.low, self.high + 1):
            if power % step == 0:
                yield 2.0**power


class Row:
    """One ratio: its name, the ratio, and where the floor would be."""

    def __init__(self, name, ratio, floor=None):
        self.name, self.ratio, self.floor = name, ratio, floor

    def numbers(self):
        return [number for number in (self.ratio['value'], self.floor) if number]


def case_name(case):
    return f'{case[0]:,}{" TLS" if case[1] else ""}'


def in_sight(floor, reference):
    """Where the floor is, but not so far away that the rest would be squeezed together."""
    if not floor or not reference or floor <= 0 or not 1 / MAX_DISTANCE <= floor / reference <= MAX_DISTANCE:
        return None
    return floor / reference


def rows_against_reference(results, metric):
    rows = []
    for case in results.cases():
        ratio = results.ratio(REFERENCE, metric, case)
        floor = results.value(FLOOR, metric, case)
        reference = results.value(REFERENCE, metric, case)
        if ratio and ratio['value'] > 0:
            rows.append(Row(case_name(case) + (' clients' if not rows else ''), ratio, in_sight(floor, reference)))
    return rows


def rows_against_floor(results):
    cases = [case for case in results.cases(False) if results.ratio(FLOOR, 'light_cpu', case)]
    ends = [cases[0], cases[-1]] if len(cases) > 1 else cases
    return [
        Row(f'{name}, {case_name(case)}', results.ratio(FLOOR, metric, case))
        for metric, name in FLOOR_ROWS
        for case in ends
    ]


def draw_row(row, scale, left, y):
    met = row.ratio['met']
    x = scale(row.ratio['value'])
    yield text(left, y + 4.5, row.name, 'soft')
    yield line(scale.left, y, scale.right, y, 'row')
    if row.floor:
        yield line(scale(row.floor), y - 7, scale(row.floor), y + 7, 'floor')
    yield line(scale(row.ratio['low']), y, scale(row.ratio['high']), y, 'range' if met else 'range-missed')
    yield dot(x, y, met)
    yield text(scale.right + VALUE, y + 4.5, times(row.ratio['value']) + '×', 'end' if met else 'end missed-text')


def draw_panel(title, rows, one_name, left, top, label=LABEL, numbers=()):
    """A scale of ratios with a row for each case, and the goal."""
    goal, is_floor = bound(rows[0].ratio)
    scale_left, scale_right = left + label, left + PANEL_WIDTH - VALUE
    scale = Scale([1, goal, *numbers, *(n for row in rows for n in row.numbers())], scale_left, scale_right)
    first, last = top + PANEL_TOP, top + PANEL_TOP + ROW * len(rows)
    goal_x = scale(goal)

    yield text(left, top + 16, title, 'name')
    yield text(left + PANEL_WIDTH, top + 16, 'more is better' if is_floor else 'less is better', 'soft small end')
    x, width = (goal_x, scale_right - goal_x) if is_floor else (scale_left, goal_x - scale_left)
    yield f'<rect x="{x:.1f}" y="{first:.1f}" width="{width:.1f}" height="{last - first:.1f}" class="good"/>'
    for tick in scale.ticks():
        yield text(scale(tick), last + 17, simple(tick) + '×', 'tick middle')
    yield line(scale(1), first, scale(1), last, 'one')
    yield line(goal_x, first, goal_x, last, 'goal')
    # The names of the two lines stand away from each other.
    sides = ('end', '') if goal < 1 else ('', 'end')
    yield text(goal_x + (3 if sides[0] == 'end' else -3), first - 6, f'goal {simple(goal)}×', f'goal-text {sides[0]}')
    yield text(scale(1) + (3 if sides[1] == 'end' else -3), first - 6, one_name, f'soft small {sides[1]}')
    for index, row in enumerate(rows):
        yield from draw_row(row, scale, left, first + ROW * (index + 0.5))


def draw_legend(results, y):
    x = MARGIN
    yield dot(x + 6, y - 4, True)
    yield text(x + 18, y, f'{OURS}, goal met', 'small')
    yield dot(x + 168, y - 4, False)
    yield text(x + 180, y, 'goal missed', 'small')
    yield line(x + 274, y - 4, x + 298, y - 4, 'range')
    yield text(x + 306, y, 'all rounds', 'small')
    if any(name == FLOOR for name, _, _ in results.servers):
        yield line(x + 390, y - 11, x + 390, y + 3, 'floor')
        yield text(x + 400, y, 'a bare epoll relay without JSON or checks: the floor', 'small')


def describe(results):
    """The figure in words, for those who do not see it."""
    for metric, title in PANELS:
        rows = rows_against_reference(results, metric)
        if rows:
            figures = ', '.join(f'{times(row.ratio["value"])} with {row.name}' for row in rows)
            number, is_floor = bound(rows[0].ratio)
            yield f'{title}: {figures}; the goal is at {"least" if is_floor else "most"} {simple(number)}.'


def panels(results):
    """What to draw in each panel, as the arguments of draw_panel()."""
    found = [(title, rows_against_reference(results, metric), 'peer', LABEL) for metric, title in PANELS]
    if results.cases(False) and rows_against_floor(results):
        found.append(('CPU in terms of the floor', rows_against_floor(results), 'floor', 142))
    return [panel for panel in found if panel[1]]


def draw(results):
    drawn = panels(results)
    # Ratios of which more is better share a scale, and the others.
    shared = {True: [], False: []}
    for title, rows, one_name, _ in drawn:
        if one_name == 'peer':
            shared[bound(rows[0].ratio)[1]] += [n for row in rows for n in row.numbers()]

    body, top = [], HEAD
    for index in range(0, len(drawn), 2):
        pair = drawn[index : index + 2]
        for column, (title, rows, one_name, label) in enumerate(pair):
            left = MARGIN + column * (PANEL_WIDTH + GAP)
            numbers = shared[bound(rows[0].ratio)[1]] if one_name == 'peer' else []
            body += draw_panel(title, rows, one_name, left, top, label, numbers)
        top += PANEL_TOP + PANEL_BOTTOM + ROW * max(len(panel[1]) for panel in pair)

    machine = results.machine
    subtitle = (
        f'Ratios to the reference server on Node in the same run, by number of clients; '
        f'median of {machine["rounds"]} round{"s" if machine["rounds"] > 1 else ""}, {machine["cores"]} cores.'
    )
    return '\n'.join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top:.0f}" width="{WIDTH}" '
            f'height="{top:.0f}" role="img" aria-labelledby="title description">',
            f'<title id="title">{OURS} against {REFERENCE} on Node</title>',
            f'<desc id="description">{escape(" ".join(describe(results)))}</desc>',
            f'<style>{STYLE}</style>',
            f'<rect width="{WIDTH}" height="{top:.0f}" rx="8" class="paper"/>',
            text(MARGIN, 42, f'{OURS} against {REFERENCE} on Node', 'title'),
            text(MARGIN, 66, subtitle, 'soft'),
            *draw_legend(results, 96),
            *body,
            '</svg>',
            '',
        ]
    )


def main():
    benchmark.report(__doc__, 'server', Results, tables.markdown, draw)


if __name__ == '__main__':
    main()
