#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""C is formatted as clang-format 14 prints it; other versions differ."""

import re
import shutil
import subprocess
import sys

import tree

VERSION = '14'


def find_clang_format():
    for name in ('clang-format-' + VERSION, 'clang-format'):
        if shutil.which(name):
            output = subprocess.run([name, '--version'], capture_output=True, text=True).stdout
            if re.search(rf'version {VERSION}\.', output):
                return name
    tree.skip(f'clang-format {VERSION} is not installed')


command = [find_clang_format(), '--dry-run', '-Werror', *tree.files('*.c', '*.h')]
sys.exit(subprocess.run(command).returncode)
