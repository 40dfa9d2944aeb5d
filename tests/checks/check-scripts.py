#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""shellcheck has nothing to say about the shell scripts."""

import re
import shutil
import subprocess
import sys

import tree


def is_shell_script(path):
    with path.open('rb') as file:
        first = file.readline(64)
    return path.suffix == '.sh' or re.match(rb'#!\s*/(usr/)?bin/(env )?(ba)?sh\b', first)


if not shutil.which('shellcheck'):
    tree.skip('shellcheck is not installed')
scripts = [path for path in tree.files('*') if is_shell_script(path)]
sys.exit(subprocess.run(['shellcheck', *scripts]).returncode)
