#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-analyzer.py gcc|clang BUILDDIR: a static analyzer finds nothing in
the library that analyzer-suppressions.txt does not explain."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

import tree

ANALYZE = {
    'gcc': ['-fanalyzer', '-c', '-o', os.devnull],
    'clang': ['--analyze', '--analyzer-output', 'text', '-o', os.devnull],
}
FINDING = re.compile(r'(\S+?):\d+:\d+: warning: .*\[(?:-Wanalyzer-[\w-]+|\w+\.[\w.]+)\]$')
SUPPRESSIONS = Path(__file__).with_name('analyzer-suppressions.txt')

tool, build_directory = sys.argv[1:]
suppressions = [
    line.split(': ', 1) for line in tree.lines(SUPPRESSIONS) if line and not line.startswith('#')
]


def library_commands():
    """The compiler commands of the library's own files, once each."""
    entries = json.loads(Path(build_directory, 'compile_commands.json').read_text())
    commands = {}
    for entry in entries:
        path = Path(entry['directory'], entry['file']).resolve()
        if tree.ROOT / 'libpeerglib' in path.parents and path.suffix == '.c':
            commands[path] = entry
    return commands.values()


def analyze(entry):
    arguments = shlex.split(entry['command'])
    flags = [argument for argument in arguments[1:] if re.match('-[IDWf]|-std', argument)]
    process = subprocess.run(
        [tool, *flags, '-fdiagnostics-color=never', *ANALYZE[tool], entry['file']],
        cwd=entry['directory'],
        env={**os.environ, 'LC_ALL': 'C'},
        capture_output=True,
        text=True,
    )
    return process.returncode, process.stderr


def is_suppressed(path, line):
    return any(fnmatch(path, pattern) and text in line for pattern, text in suppressions)


def findings(output, directory):
    for line in output.splitlines():
        if match := FINDING.match(line):
            path = os.path.relpath(Path(directory, match[1]).resolve(), tree.ROOT)
            if not is_suppressed(path, line):
                yield line


if not shutil.which(tool):
    tree.skip(f'{tool} is not installed')
failed = False
with ThreadPoolExecutor(os.cpu_count()) as pool:
    commands = list(library_commands())
    for entry, (status, output) in zip(commands, pool.map(analyze, commands)):
        if status != 0 or any(findings(output, entry['directory'])):
            print(output)
            failed = True
sys.exit(failed or not commands)
