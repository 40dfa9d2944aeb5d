#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""peer-server --help, the manual pages, the completion and the example of a
configuration have the same options, and the same defaults."""

import re
import subprocess
import sys
import tempfile

import tree

SERVER = sys.argv[1]
SOURCES = tree.ROOT / 'tools' / 'peer-server'
NOT_IN_FILES = {'help', 'version', 'config'}
EXIT_FAILURE = 1


def read(path):
    return path.read_text(encoding='utf-8')


help_text = subprocess.run([SERVER, '--help'], capture_output=True, text=True, check=True, env={'LC_ALL': 'C.UTF-8'}).stdout
options = dict(re.findall(r'^  (?:-\w, )?--([a-z-]+)(?:=\S+)? +(.*)$', help_text, re.M))
keys = set(options) - NOT_IN_FILES
problems = []


def compare(where, found, expected):
    problems.extend(f'{where}: no {name}' for name in sorted(expected - found))
    problems.extend(f'{where}: {name} is no option' for name in sorted(found - expected))


manual = re.findall(r'^-\S.*$', read(SOURCES / 'peer-server.1.rst'), re.M)
compare('peer-server.1', set(re.findall(r'--([a-z][a-z-]*)', '\n'.join(manual))), set(options))

page = re.findall(r'^[a-z].*=.*$', read(SOURCES / 'peer-server.conf.5.rst'), re.M)
compare('peer-server.conf.5', set(re.findall(r'(?:^|, )([a-z-]+)=', '\n'.join(page), re.M)), keys)

words = re.findall(r"compgen -W '(\s[^']*)'", read(SOURCES / 'completion.bash'))
compare('completion.bash', set(re.findall(r'--([a-z][a-z-]*)', words[-1])), set(options))

example = read(tree.ROOT / 'data' / 'peer-server.conf')
lines = dict(re.findall(r'^#?([a-z-]+)=(.*)$', example, re.M))
compare('peer-server.conf', set(lines), keys)
for name in keys & set(lines):
    default = re.search(r'\((\d+|\w+)\)$', options[name])
    if default and default[1] not in (lines[name], 'all'):
        problems.append(f'peer-server.conf: {name}={lines[name]}, but the default is {default[1]}')

# What is possible gets as far as the files that are missing.
with tempfile.NamedTemporaryFile('w', suffix='.conf') as file:
    file.write(re.sub(r'^#([a-z-]+=)', r'\1', example, flags=re.M))
    file.flush()
    result = subprocess.run([SERVER, '--config', file.name], capture_output=True, text=True)
    if result.returncode != EXIT_FAILURE:
        problems.append(f'peer-server.conf: {result.stderr}')

if len(options) < 10:
    problems.append(f'--help: not understood: {help_text}')
tree.finish(problems)
