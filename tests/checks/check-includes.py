#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Includes point down the layers only, and public headers stay public."""

import re
from pathlib import Path

import tree

LIBRARY = tree.ROOT / 'libpeerglib'
PROGRAMS = ('tools', 'demos', 'bindings')
# What every layer may use and what uses none of them; some of it is generated.
VOCABULARY = {
    'peer-backoff-private.h',
    'peer-broker.h',
    'peer-enums.h',
    'peer-enum-types.h',
    'peer-error.h',
    'peer-source-private.h',
    'peer-version.h',
}
# What the folders of the library may use beside themselves.
BELOW = {
    'protocol': set(),
    'signaling': {'protocol'},
    'transport': {'protocol'},
    'media': {'protocol', 'transport'},
    'room': {'protocol', 'signaling'},
    'server': {'protocol'},
}
# Headers of others that a folder may not reach, not even through a header of ours.
FOREIGN = {
    'protocol': r'gst/|libsoup/|sys/socket|netinet/|arpa/|netdb|unistd|fcntl|poll\.h',
    'server': r'gst/',
}
INCLUDE = re.compile(r'\s*#\s*include\s+[<"]([^>"]+)[>"]')


def includes(path):
    return [match[1] for match in map(INCLUDE.match, tree.lines(path)) if match]


def resolve(path, name):
    """The file of ours that an include means, None for others and generated ones."""
    for directory in (path.parent, LIBRARY, tree.ROOT):
        if (directory / name).is_file():
            return (directory / name).resolve()
    return None


def reachable(path):
    """The includes of a file and of its own headers, each with who has it."""
    seen, waiting = set(), [path]
    while waiting:
        current = waiting.pop()
        for name in includes(current):
            yield current, name
            target = resolve(current, name)
            if target is not None and target not in seen:
                seen.add(target)
                waiting.append(target)


def folder(path):
    """The folder of the library that a file is in, '' for the public classes."""
    parts = path.relative_to(LIBRARY).parts
    return parts[0] if len(parts) > 1 else ''


def is_public(path):
    return path.parent == LIBRARY and path.suffix == '.h' and not path.stem.endswith('-private')


def check_public_header(path):
    for name in includes(path):
        if name.endswith('-private.h'):
            yield f'the public header includes {name}'
        elif name.startswith('peer-') or 'libpeerglib/' in name and '"' in name:
            yield f'installed headers include each other as <libpeerglib/{name}>'
    if path.name != 'peer.h' and f'libpeerglib/{path.name}' not in includes(LIBRARY / 'peer.h'):
        yield 'peer.h does not include it'


def check_library_file(path):
    home = folder(path)
    for name in includes(path):
        if name.startswith('gst/webrtc') and home != 'transport':
            yield f'only transport/ includes {name}'
        target = resolve(path, name)
        if home == '' or target is None or target.name in VOCABULARY:
            continue
        if LIBRARY not in target.parents:
            yield f'{name} is not of the library'
        elif folder(target) != home and folder(target) not in BELOW[home]:
            yield f'{home}/ may not include {name}'
    if home in FOREIGN:
        for includer, name in reachable(path):
            if re.match(FOREIGN[home], name):
                yield f'{home}/ may not include {name} ({tree.relative(includer)} does)'


def check_program_file(path):
    for name in includes(path):
        target = resolve(path, name)
        if target is not None and LIBRARY in target.parents and target != LIBRARY / 'peer.h':
            yield f'programs include <libpeerglib/peer.h>, not {name}'


def check(path):
    if LIBRARY in path.parents:
        yield from check_library_file(path)
        if is_public(path):
            yield from check_public_header(path)
    elif path.relative_to(tree.ROOT).parts[0] in PROGRAMS:
        yield from check_program_file(path)


tree.finish(
    [
        f'{tree.relative(path)}: {problem}'
        for path in tree.files('*.c', '*.h')
        for problem in dict.fromkeys(check(path))
    ]
)
