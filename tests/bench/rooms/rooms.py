#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs bench-rooms: meshes of several sizes, and stars with two hubs in turn.

Prints each figure as a line of JSON.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

OURS, REFERENCE = 'PeerHub', 'aiortc'
MESHES = (2, 4, 8, 16)
STARS = (2, 4, 8, 16)

# What a hub loads beside its first requests, it has loaded after these.
SECONDS_TO_LOAD = 1

# Those of which less is better have an upper bound.
GOALS = {'to-all': ('at_least', 1.0), 'cpu': ('at_most', 1.0)}


def run_members(*arguments):
    result = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(result.stdout)


@contextlib.contextmanager
def hub(command):
    """Its port and process; it ends with its standard input."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(process.stdout.readline())
            time.sleep(SECONDS_TO_LOAD)
            yield port, process.pid
        finally:
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def medians(runs):
    return {name: statistics.median(run[name] for run in runs) for name in runs[0] if name != 'members'}


def report(topology, link, members, figures):
    for measure, value in figures.items():
        line = {'benchmark': 'rooms', 'topology': topology, 'link': link, 'members': members, 'measure': measure}
        print(json.dumps({**line, 'value': value}), flush=True)


def report_ratio(members, measure, value):
    line = {'benchmark': 'rooms', 'topology': 'star', 'link': OURS, 'members': members, 'measure': measure}
    verdict = {}
    if measure in GOALS:
        kind, bound = GOALS[measure]
        verdict = {kind: bound, 'met': value >= bound if kind == 'at_least' else value <= bound}
    print(json.dumps({**line, 'ratio': REFERENCE, 'value': round(value, 3), **verdict}), flush=True)


def measure_meshes(program, effort):
    for members in effort.meshes:
        runs = [run_members(program, 'mesh', str(members), str(effort.milliseconds)) for _ in range(effort.rounds)]
        report('mesh', OURS.replace('Hub', 'Room'), members, medians(runs))


def measure_stars(program, effort):
    commands = {OURS: [program, 'hub'], REFERENCE: ['/usr/bin/python3', str(Path(__file__).with_name('hub.py'))]}
    for members in effort.stars:
        runs = {name: [] for name in commands}
        for _ in range(effort.rounds):
            for name, command in commands.items():
                with hub(command) as (port, process):
                    address = f'http://127.0.0.1:{port}/'
                    runs[name].append(
                        run_members(program, 'star', str(members), str(effort.milliseconds), address, str(process))
                    )
        figures = {name: medians(found) for name, found in runs.items()}
        for name in commands:
            report('star', name, members, figures[name])
        for measure, value in figures[OURS].items():
            if figures[REFERENCE][measure] > 0:
                report_ratio(members, measure, value / figures[REFERENCE][measure])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--quick', action='store_true', help='only show that it works')
    parser.add_argument('program', help='bench-rooms')
    effort = parser.parse_args()
    effort.rounds, effort.milliseconds = (1, 200) if effort.quick else (3, 4000)
    effort.meshes, effort.stars = ((2, 3), (2,)) if effort.quick else (MESHES, STARS)

    processor = next(
        (line.split(':')[1].strip() for line in Path('/proc/cpuinfo').read_text().splitlines() if 'model name' in line), '?'
    )
    machine = {
        'benchmark': 'rooms',
        'complete': not effort.quick,
        'rounds': effort.rounds,
        'cores': os.cpu_count(),
        'processor': processor,
        'kernel': os.uname().release,
        'load_average': os.getloadavg()[0],
    }
    print(json.dumps(machine), flush=True)
    measure_meshes(effort.program, effort)
    measure_stars(effort.program, effort)


if __name__ == '__main__':
    sys.exit(main())
