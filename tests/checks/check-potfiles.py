#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""po/POTFILES.in names the files with messages, sorted, and no others."""

import re

import tree

POTFILES = tree.ROOT / 'po' / 'POTFILES.in'


def has_messages(path):
    text = path.read_text(encoding='utf-8')
    if path.suffix == '.ui':
        return 'translatable="yes"' in text
    if path.suffix == '.in':
        return True
    return re.search(r'#\s*include\s+<glib/gi18n(-lib)?\.h>', text) is not None


listed = [line for line in tree.lines(POTFILES) if line and not line.startswith('#')]
expected = {
    tree.relative(path)
    for path in tree.files('*.c', '*.ui', '*.desktop.in', '*.metainfo.xml.in')
    if has_messages(path)
}
problems = [f'{name}: missing' for name in sorted(expected - set(listed))]
problems += [f'{name}: has no messages' for name in sorted(set(listed) - expected)]
if listed != sorted(set(listed)):
    problems.append('not sorted')
tree.finish([f'po/POTFILES.in: {problem}' for problem in problems])
