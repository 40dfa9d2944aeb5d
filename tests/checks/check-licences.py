#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each source file names its licence in its first lines."""

import tree

LICENCE = 'SPDX-License-Identifier: LGPL-2.1-or-later'
SOURCES = '''*.c *.h *.h.in *.py *.pyi *.js *.mjs *.cjs *.vala *.css *.html *.ui *.sh
    *.supp meson.build meson_options.txt'''.split()


def is_script(path):
    with path.open('rb') as file:
        return file.read(2) == b'#!'


paths = set(tree.files(*SOURCES)) | set(filter(is_script, tree.files('*')))
tree.finish(
    [
        f'{tree.relative(path)}: no “{LICENCE}”'
        for path in sorted(paths)
        if LICENCE not in '\n'.join(tree.lines(path)[:3])
    ]
)
