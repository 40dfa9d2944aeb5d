# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks of the source tree share."""

import os
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77


def files(*patterns):
    """The files of the tree whose names match, without what tools put there."""
    found = []
    for directory, directories, names in os.walk(ROOT):
        directories[:] = [
            name
            for name in directories
            if not name.startswith('_') and name not in ('.git', 'node_modules')
        ]
        for name in names:
            if any(fnmatch(name, pattern) for pattern in patterns):
                found.append(Path(directory, name))
    return sorted(found)


def relative(path):
    return str(path.relative_to(ROOT))


def lines(path):
    return path.read_text(encoding='utf-8').splitlines()


def finish(problems):
    """Ends a check with what it found."""
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


def skip(reason):
    print(reason)
    sys.exit(SKIPPED)
