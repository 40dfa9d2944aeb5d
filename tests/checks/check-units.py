#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""systemd understands the units and finds the service little exposed."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tree

MOST = 2.0

if not shutil.which('systemd-analyze'):
    tree.skip('systemd-analyze is not installed')

environment = {**os.environ, 'LC_ALL': 'C.UTF-8', 'SYSTEMD_COLORS': '0', 'SYSTEMD_PAGER': 'cat'}
problems = []
with tempfile.TemporaryDirectory() as directory:
    service = Path(directory, 'peer-server.service')
    text = Path(sys.argv[1]).read_text(encoding='utf-8')
    # It need not be installed.
    service.write_text(re.sub(r'^ExecStart=\S+', 'ExecStart=/bin/true', text, flags=re.M))
    socket = shutil.copy(tree.ROOT / 'data' / 'systemd' / 'peer-server.socket', directory)

    verified = subprocess.run(
        ['systemd-analyze', 'verify', '--man=no', service, socket], capture_output=True, text=True, env=environment
    )
    problems += [line for line in verified.stderr.splitlines() if 'peer-server' in line]

    security = subprocess.run(
        ['systemd-analyze', 'security', '--offline=true', '--no-pager', service],
        capture_output=True,
        text=True,
        env=environment,
    )
    level = re.search(r'Overall exposure level for \S+: ([\d.]+)', security.stdout)
    if not level:
        problems.append(security.stdout + security.stderr)
    elif float(level[1]) >= MOST:
        problems.append(f'{security.stdout}exposure {level[1]}, not below {MOST}')

    users = subprocess.run(
        ['systemd-sysusers', '--dry-run', tree.ROOT / 'data' / 'systemd' / 'peer-server.sysusers'],
        capture_output=True,
        text=True,
        env=environment,
    )
    if users.returncode != 0:
        problems.append(users.stderr)
tree.finish(problems)
