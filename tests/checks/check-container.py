#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Containerfile names packages and options that there are, all libraries
that the server is linked with, and a health check that works. This builds no
image."""

import json
import re
import shlex
import subprocess
import sys

import tree

SERVER, LIBRARY = sys.argv[1:]
RELEASE = 'bookworm'
problems = []


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


text = (tree.ROOT / 'Containerfile').read_text(encoding='utf-8')
text = re.sub(r'^#.*\n', '', text, flags=re.M).replace('\\\n', ' ')
instructions = [line.split(None, 1) for line in text.splitlines() if line.strip()]
stages = []
for name, arguments in instructions:
    if name == 'FROM':
        stages.append([])
    stages[-1].append((name, arguments))


def commands(stage):
    return [command for name, arguments in stage if name == 'RUN' for command in arguments.split('&&')]


def packages(stage):
    for command in commands(stage):
        words = shlex.split(command)
        if words[:2] == ['apt-get', 'install']:
            yield from (word for word in words[2:] if not word.startswith('-'))


build, image = stages
named = [*packages(build), *packages(image)]
known = set(re.findall(r'^Package: (.*)$', run('apt-cache', 'show', '--no-all-versions', *named).stdout, re.M))
problems += [f'no package {name}' for name in sorted(set(named) - known)]

# meson's commands and options.
meson = [words for command in commands(build) if 'meson' in (words := shlex.split(command.replace('DESTDIR=/image', '')))[:1]]
if [words[1] for words in meson] != ['setup', 'compile', 'install']:
    problems.append(f'not how meson builds: {meson}')
options = json.loads(run('meson', 'introspect', '--buildoptions', str(tree.ROOT / 'meson.build')).stdout)
for words in meson:
    accepted = run('meson', words[1], '--help').stdout
    for word in words[2:]:
        if word.startswith('-D') and word[2:].split('=')[0] not in {option['name'] for option in options}:
            problems.append(f'meson: no option {word}')
        if word.startswith('--') and word.split('=')[0] not in accepted:
            problems.append(f'meson {words[1]}: no {word}')

# What is linked is installed. Other releases call the packages otherwise.
if f'VERSION_CODENAME={RELEASE}' in open('/etc/os-release', encoding='utf-8').read():
    installed = set(packages(image)) | {'libc6', 'libgcc-s1'}
    needed = set(re.findall(r'NEEDED.*\[(.*)\]', run('readelf', '-d', SERVER, LIBRARY).stdout))
    owners = {}
    for line in run('dpkg', '-S', *(f'*/{library}' for library in needed)).stdout.splitlines():
        names, path = line.split(': ')
        owners.setdefault(path.split('/')[-1], set()).update(name.split(':')[0] for name in names.split(', '))
    problems += [
        f'{library} is in {sorted(names)}, which the image has not'
        for library, names in owners.items()
        if not names & installed
    ]

instructions_of_image = dict(image)
if instructions_of_image.get('USER') in (None, 'root', '0'):
    problems.append('the server runs as root')

# The health check, with a server and with none.
variables = dict(pair.split('=') for pair in instructions_of_image['ENV'].split())
command = json.loads(instructions_of_image['HEALTHCHECK'].split('CMD', 1)[1])
address = variables['PEERSERVER_METRICS']
server = subprocess.Popen(
    [SERVER, '--port', '0', '--host', '127.0.0.1', '--metrics', '0'], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
)
port = next(match[1] for line in server.stderr if (match := re.search(r'metrics at http://127.0.0.1:(\d+)/', line)))
if address.replace(':', '/') not in command[-1]:
    problems.append('the health check asks elsewhere')
command[-1] = command[-1].replace(address.replace(':', '/'), f'127.0.0.1/{port}')
healthy = run(*command)
server.terminate()
server.communicate()
if healthy.returncode != 0:
    problems.append(f'health check: {healthy.stderr}')
if run(*command).returncode == 0:
    problems.append('health check: well without a server')

tree.finish(problems)
