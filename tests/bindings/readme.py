#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the programs that README.md shows, against a server and a peer that
echoes, and the one of rooms against itself.

usage: readme.py README BUILD_DIRECTORY LANGUAGE|room
"""

import os
import pathlib
import re
import selectors
import signal
import subprocess
import sys
import tempfile

ADDRESS = "127.0.0.1:9000"
DEADLINE = 60


def snippet(text, language):
    """The first program of a language."""
    return re.search(rf"^```{language}\n(.*?)^```", text, re.M | re.S).group(1)


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


def write_program(text, language, address, directory):
    source = directory / f"program.{'py' if language == 'python' else language}"
    source.write_text(text.replace(ADDRESS, address))
    return source


def greet_bob(text, language, address, build, directory):
    """What the program prints that talks to a peer which echoes."""
    bob, _ = start(
        [str(build / "tools" / "peer-cat"), "--server", f"http://{address}/", "--id", "bob", "--echo"],
        "Listening as bob", "stderr",
    )
    try:
        source = write_program(text, language, address, directory)
        return first_line(command(language, source, build, directory))
    finally:
        bob.kill()
        bob.wait()


def greet_in_room(text, address, directory):
    """What the first of two members prints that hears the other."""
    source = write_program(text, "python", address, directory)
    members = [
        subprocess.Popen(["/usr/bin/python3", str(source)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    try:
        with selectors.DefaultSelector() as selector:
            for member in members:
                selector.register(member.stdout, selectors.EVENT_READ)
            ready = selector.select(DEADLINE)
            return ready[0][0].fileobj.readline().strip().partition(" ")[2] if ready else None
    finally:
        for member in members:
            member.kill()
            member.wait()


def main():
    readme, build, language = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    server, match = start(
        [str(build / "tools" / "peer-server"), "--host", "127.0.0.1", "--port", "0"], r"port: (\d+)", "stdout"
    )
    try:
        address = f"127.0.0.1:{match[1]}"
        text = readme.read_text()
        with tempfile.TemporaryDirectory() as name:
            if language == "room":
                rooms = text[text.index("## Rooms") :]
                line = greet_in_room(snippet(rooms, "python"), address, pathlib.Path(name))
            else:
                line = greet_bob(snippet(text, language), language, address, build, pathlib.Path(name))
    finally:
        server.kill()
        server.wait()

    print("1..1")
    print(f"{'ok' if line == 'hello' else 'not ok'} 1 - the {language} program of README.md is greeted")
    if line != "hello":
        print(f"# it printed {line!r}")
        sys.exit(1)


main()
