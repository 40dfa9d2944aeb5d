#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the programs that README.md shows, against a server and a peer that echoes.

usage: readme.py README BUILD_DIRECTORY LANGUAGE
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

ADDRESS = "127.0.0.1:9000"
DEADLINE = 60


def snippet(readme, language):
    """The first program of a language."""
    return re.search(rf"^```{language}\n(.*?)^```", readme.read_text(), re.M | re.S).group(1)


def start(arguments, wait_for, stream):
    """Starts a program and waits for a line of it; returns both."""
    process = subprocess.Popen(arguments, text=True, **{stream: subprocess.PIPE})
    for line in getattr(process, stream):
        match = re.search(wait_for, line)
        if match:
            return process, match
    sys.exit(f"{arguments[0]} ended before it was ready")


def compile_c(source, build, directory):
    """Compiles as somebody would who uses the uninstalled library."""
    environment = os.environ | {"PKG_CONFIG_PATH": str(build / "meson-uninstalled")}
    flags = subprocess.check_output(
        ["pkg-config", "--cflags", "--libs", "peerglib-1.0"], text=True, env=environment
    ).split()
    program = directory / "program"
    subprocess.check_call(["cc", str(source), "-o", str(program), *flags])
    return [str(program)]


def command(language, source, build, directory):
    if language == "c":
        return compile_c(source, build, directory)
    if language == "python":
        return ["/usr/bin/python3", str(source)]
    return ["gjs", "-m", str(source)]


def first_line(arguments):
    program = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    signal.signal(signal.SIGALRM, lambda *_: program.kill())
    signal.alarm(DEADLINE)
    try:
        return program.stdout.readline().strip()
    finally:
        signal.alarm(0)
        program.kill()
        program.wait()


def main():
    readme, build, language = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    tools = build / "tools"
    server, match = start(
        [str(tools / "peer-server"), "--host", "127.0.0.1", "--port", "0"], r"port: (\d+)", "stdout"
    )
    try:
        address = f"127.0.0.1:{match[1]}"
        bob, _ = start(
            [str(tools / "peer-cat"), "--server", f"http://{address}/", "--id", "bob", "--echo"],
            "Listening as bob", "stderr",
        )
        try:
            with tempfile.TemporaryDirectory() as name:
                directory = pathlib.Path(name)
                source = directory / f"program.{'py' if language == 'python' else language}"
                source.write_text(snippet(readme, language).replace(ADDRESS, address))
                line = first_line(command(language, source, build, directory))
        finally:
            bob.kill()
            bob.wait()
    finally:
        server.kill()
        server.wait()

    print("1..1")
    print(f"{'ok' if line == 'hello' else 'not ok'} 1 - the {language} program of README.md gets its greeting back")
    if line != "hello":
        print(f"# it printed {line!r}")
        sys.exit(1)


main()
