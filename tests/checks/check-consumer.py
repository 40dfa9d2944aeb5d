#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-consumer.py uninstalled|installed BUILDDIR: programs of others compile
against the library with pkg-config, and its typelib and vapi are found."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = 'peerglib-1.0'
USE_TYPELIB = """
import gi
gi.require_version('Peer', '1.0')
from gi.repository import Peer
assert Peer.Error.NETWORK.value_nick == 'network'
"""


def run(*command):
    print('+', shlex.join(map(str, command)), flush=True)
    subprocess.run(command, check=True)


def pkg_config(*arguments):
    command = ['pkg-config', *arguments, PACKAGE]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return shlex.split(output)


def install(build_directory, root):
    """Installs below a directory and has the pkg-config file say so."""
    run('meson', 'install', '-C', build_directory, '--no-rebuild', '--quiet', '--destdir', root)
    [description] = root.rglob(f'{PACKAGE}.pc')
    text = description.read_text()
    description.write_text(re.sub('^prefix=', f'prefix={root}', text, flags=re.MULTILINE))
    return description.parent


def check_c(scratch):
    flags = pkg_config('--cflags', '--libs')
    program = scratch / 'consumer'
    os.environ['LD_LIBRARY_PATH'] = next(flag[2:] for flag in flags if flag.startswith('-L'))
    run('cc', '-Werror', HERE / 'consumer.c', '-o', program, *flags)
    run(program)


def check_typelib():
    [os.environ['GI_TYPELIB_PATH']] = pkg_config('--variable=typelibdir')
    run('/usr/bin/python3', '-c', USE_TYPELIB)


def check_vapi(scratch, root):
    [vapi] = root.rglob(f'{PACKAGE}.vapi')
    # beside the installed vapi, but not beside the one that was built
    [dependencies] = root.rglob(f'{PACKAGE}.deps')
    packages = [f'--pkg={name}' for name in (PACKAGE, *dependencies.read_text().split())]
    run('valac', '--ccode', f'--vapidir={vapi.parent}', *packages, '-d', scratch, HERE / 'consumer.vala')


form, build_directory = sys.argv[1], Path(sys.argv[2]).resolve()
with tempfile.TemporaryDirectory() as directory:
    scratch = Path(directory)
    if form == 'installed':
        root = scratch / 'root'
        os.environ['PKG_CONFIG_PATH'] = str(install(build_directory, root))
    else:
        root = build_directory
        os.environ['PKG_CONFIG_PATH'] = str(build_directory / 'meson-uninstalled')
    check_c(scratch)
    check_typelib()
    check_vapi(scratch, root)
