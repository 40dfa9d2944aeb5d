#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the programs of docs/authentication.md that mint tokens, and shows their
tokens to a server.

usage: authentication.py PAGE PEER_SERVER
"""

import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import gi

gi.require_version("Peer", "1.0")
from gi.repository import Peer  # noqa: E402

DEADLINE = 60
SECRET = "a secret for the tests"
OTHER_SECRET = "another secret for the tests"
KEY = "peerjs"
ID = "Zoë 1"

PAGE = pathlib.Path(sys.argv[1]).read_text()


def snippet(language):
    """The program of a language."""
    return re.search(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S).group(1)


def run(command, source, name):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / name
        path.write_text(source)
        return subprocess.check_output([*command, str(path)], text=True, timeout=DEADLINE).strip()


def mint_in_python(secret, peer_id):
    source = snippet("python") + f"\nprint(mint_token({secret!r}, {KEY!r}, {peer_id!r}, 60))\n"
    return run(["/usr/bin/python3"], source, "mint.py")


def mint_in_javascript(secret, peer_id):
    source = snippet("js") + f"\nconsole.log(mintToken({secret!r}, {KEY!r}, {peer_id!r}, 60));\n"
    return run(["node"], source, "mint.mjs")


def mint_with_library(secret, peer_id):
    return Peer.Server.mint_token(secret, KEY, peer_id, int(time.time()) + 60)


def connect(port, peer_id, token):
    """What the server says first to who connects so."""
    query = urllib.parse.urlencode({"key": KEY, "id": peer_id, "token": token})
    with socket.create_connection(("127.0.0.1", port), DEADLINE) as connection:
        connection.sendall(
            f"GET /peerjs?{query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        stream = connection.makefile("rb")
        while stream.readline().strip():
            pass
        header = stream.read(2)
        return stream.read(header[1]).decode()


def check(port, mint):
    token = mint(SECRET, ID)
    assert connect(port, ID, token) == '{"type":"OPEN"}', token
    assert "Invalid token" in connect(port, "somebody else", token)
    assert "Invalid token" in connect(port, ID, mint(OTHER_SECRET, ID))


def main():
    mints = [mint_in_python, mint_in_javascript, mint_with_library]
    failures = 0

    with tempfile.NamedTemporaryFile("w") as secrets:
        secrets.write(f"a newer secret for the tests\n\n{SECRET}\n")
        secrets.flush()
        server = subprocess.Popen(
            [sys.argv[2], "--host", "127.0.0.1", "--port", "0", "--auth-secret-file", secrets.name],
            text=True,
            stdout=subprocess.PIPE,
        )
        try:
            port = int(re.search(r"port: (\d+)", server.stdout.readline()).group(1))
            print(f"1..{len(mints)}")
            for number, mint in enumerate(mints, 1):
                try:
                    check(port, mint)
                    print(f"ok {number} {mint.__name__}")
                except Exception as error:
                    failures += 1
                    print(f"not ok {number} {mint.__name__}\n# {error!r}")
        finally:
            server.kill()
            server.wait()

    sys.exit(failures > 0)


main()
