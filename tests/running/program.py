# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs peer-server and speaks to it with nothing but Python's own library."""

import base64
import http.client
import json
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time

DEADLINE = 60
SERVER = os.environ['PEER_SERVER']


def wait_until(condition, what):
    """Returns what the condition returns once that is true."""
    end = time.monotonic() + DEADLINE
    while not (result := condition()):
        assert time.monotonic() < end, f'waited too long for {what}'
        time.sleep(0.01)
    return result


class Program:
    """A process whose lines on stdout and stderr are collected."""

    def __init__(self, arguments, environment=None, **options):
        variables = {
            name: value
            for name, value in os.environ.items()
            if name != 'PORT' and not name.startswith(('PEERSERVER_', 'LISTEN_', 'NOTIFY_', 'WATCHDOG_'))
        }
        variables.update({'LC_ALL': 'C.UTF-8', **(environment or {})})
        self.process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=variables,
            **options,
        )
        self.output, self.errors = [], []
        self.threads = [
            threading.Thread(target=self.collect, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.output), (self.process.stderr, self.errors))
        ]
        for thread in self.threads:
            thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    @staticmethod
    def collect(file, lines):
        for line in file:
            lines.append(line)

    def wait_for(self, lines, pattern):
        def find():
            matches = (re.search(pattern, line) for line in list(lines))
            return next((match for match in matches if match), None)

        return wait_until(find, f'{pattern} among {lines}')

    def wait(self):
        status = self.process.wait(DEADLINE)
        for thread in self.threads:
            thread.join(DEADLINE)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait()


class Server(Program):
    """A peer-server that listens at a free port of the loopback interface."""

    def __init__(self, *arguments, environment=None, prefix=(), **options):
        command = [*prefix, SERVER, *arguments]
        super().__init__(command, environment, **options)
        self.port = int(self.wait_for(self.output, r'^Started PeerServer on .*, port: (\d+)')[1])

    def reload(self):
        """Returns the line that tells how it went."""
        n_lines = len(self.errors)
        self.process.send_signal(signal.SIGHUP)
        return wait_until(
            lambda: next((line for line in self.errors[n_lines:] if 'event="reload' in line), None), 'the end of reloading'
        )

    def get_metrics_port(self):
        return int(self.wait_for(self.errors, r'Health and metrics at http://[^ ]*:(\d+)/')[1])


def get(port, path, headers=None, method='GET', tls=None):
    """Returns the status, the headers and the body of an answer."""
    if tls:
        connection = http.client.HTTPSConnection('127.0.0.1', port, timeout=DEADLINE, context=tls)
    else:
        connection = http.client.HTTPConnection('127.0.0.1', port, timeout=DEADLINE)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def any_certificate():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Client:
    """A WebSocket that sends and reads text."""

    def __init__(self, port, ident='alice', token='token', path='/', tls=False, key='peerjs', headers=None, source=''):
        self.socket = socket.create_connection(('127.0.0.1', port), DEADLINE, (source, 0))
        if tls:
            self.socket = any_certificate().wrap_socket(self.socket)
        self.buffer = b''
        lines = [
            f'GET {path}peerjs?key={key}&id={ident}&token={token} HTTP/1.1',
            'Host: localhost',
            'Connection: Upgrade',
            'Upgrade: websocket',
            'Sec-WebSocket-Version: 13',
            'Sec-WebSocket-Key: ' + base64.b64encode(os.urandom(16)).decode(),
            *(f'{name}: {value}' for name, value in (headers or {}).items()),
        ]
        self.socket.sendall('\r\n'.join([*lines, '', '']).encode())
        while b'\r\n\r\n' not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b'\r\n\r\n', 1)
        self.status = int(head.split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def take(self, length):
        while len(self.buffer) < length:
            self.fill()
        data, self.buffer = self.buffer[:length], self.buffer[length:]
        return data

    def send(self, value):
        text = (value if isinstance(value, str) else json.dumps(value)).encode()
        mask = os.urandom(4)
        length = bytes([0x80 | len(text)]) if len(text) < 126 else b'\xfe' + struct.pack('>H', len(text))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(text))
        self.socket.sendall(b'\x81' + length + mask + masked)

    def read(self):
        """The next message; None when the connection is closed."""
        opcode, length = self.take(2)
        if length == 126:
            length = struct.unpack('>H', self.take(2))[0]
        data = self.take(length)
        return None if opcode & 0xF == 8 else json.loads(data)


class NotifySocket:
    """What a service manager listens at."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.directory.name, 'notify')
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(DEADLINE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.directory.cleanup()

    def read(self):
        return self.socket.recv(4096).decode().split('\n')

    def wait_for(self, line):
        while line not in (lines := self.read()):
            pass
        return lines
