#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-exports.py LIBRARY GIR: the library exports what its GIR describes."""

import subprocess
import sys
from xml.etree import ElementTree

import tree

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'


def exported(library):
    output = subprocess.run(
        ['nm', '--dynamic', '--defined-only', '--format=posix', library],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {line.split()[0] for line in output.splitlines()}


def introspected(gir):
    symbols = set()
    for element in ElementTree.parse(gir).iter():
        if element.tag in (CORE + 'function', CORE + 'method', CORE + 'constructor'):
            symbols.add(element.get(C + 'identifier'))
        symbols.add(element.get(GLIB + 'get-type'))
    return symbols - {None, 'intern'}


in_library = exported(sys.argv[1])
in_gir = introspected(sys.argv[2])
tree.finish(
    [f'{name}: exported, not introspected' for name in sorted(in_library - in_gir)]
    + [f'{name}: introspected, not exported' for name in sorted(in_gir - in_library)]
)
