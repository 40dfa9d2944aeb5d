# SPDX-License-Identifier: LGPL-2.1-or-later
"""Redis and nodes as processes of the test: on free ports of the loopback
interface, ended with the test."""

import asyncio
import collections
import ctypes
import os
import random
import re
import shutil
import signal
import socket
import tempfile

from .tap import within

START_DEADLINE = 40
LINE_LIMIT = 1 << 24
PR_SET_PDEATHSIG = 1

# Below the ports that the system gives to outgoing connections: who restarts
# has to find its port free.
PORTS = range(20000, 32000)

_prctl = ctypes.CDLL(None).prctl


def _end_with_parent():
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def tool(variable):
    path = os.environ.get(variable)
    if not path:
        raise RuntimeError(f'{variable} must name the program; run this with meson test --suite cluster')
    return path


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(('127.0.0.1', port))
        except OSError:
            return False
    return True


def free_port(count=1):
    """The first of some free ports that follow each other."""
    while True:
        port = random.choice(PORTS)
        if all(is_free(port + number) for number in range(count)):
            return port


class Process:
    """A program; its lines of output are kept."""

    def __init__(self, *command):
        self.command = command
        self.lines = []
        self.errors = collections.deque(maxlen=60)
        self.process = None
        self._readers = []

    async def start(self, ready=None, stdin=asyncio.subprocess.DEVNULL):
        """Starts it, and waits for a line that matches; returns the match."""
        found = asyncio.get_running_loop().create_future()

        def hear(line):
            self.hear(line)
            match = ready is not None and re.search(ready, line)
            if match and not found.done():
                found.set_result(match)

        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            preexec_fn=_end_with_parent,
        )
        self._readers = [
            asyncio.ensure_future(self._read(self.process.stdout, hear)),
            asyncio.ensure_future(self._read(self.process.stderr, self.errors.append)),
        ]
        if ready is None:
            return None
        ended = asyncio.ensure_future(self.wait())
        await asyncio.wait([found, ended], timeout=START_DEADLINE, return_when=asyncio.FIRST_COMPLETED)
        if not found.done():
            errors = '\n'.join(self.errors)
            raise AssertionError(f'{" ".join(self.command)} is not ready: {errors}')
        return found.result()

    def hear(self, line):
        """Takes a line of its output."""
        self.lines.append(line)

    @staticmethod
    async def _read(stream, hear):
        while line := await stream.readline():
            hear(line.decode(errors='replace').rstrip('\n'))

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process is not None and self.process.returncode is None

    def kill(self, number):
        if self.is_running:
            self.process.send_signal(number)

    async def wait(self):
        """Waits for its end and returns the status."""
        status = await self.process.wait()
        await asyncio.gather(*self._readers)
        return status

    async def end(self, number=signal.SIGTERM):
        """Ends it and returns the status."""
        if self.process is None:
            return None
        self.kill(number)
        return await within(self.wait(), f'end of {self.command[0]}')

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.end(signal.SIGKILL)


class Redis(Process):
    """A redis-server that keeps nothing."""

    def __init__(self):
        super().__init__()
        self.directory = None
        self.port = 0

    @property
    def url(self):
        return f'redis://127.0.0.1:{self.port}'

    async def start(self, *_):
        if self.directory is None:
            self.directory = tempfile.mkdtemp(prefix='peer-cluster-')
            self.port = free_port()
        self.command = (
            'redis-server', '--bind', '127.0.0.1', '--port', str(self.port),
            '--save', '', '--appendonly', 'no', '--dir', self.directory,
        )
        await super().start('Ready to accept connections')

    async def command_line(self, *arguments):
        """What redis-cli prints."""
        client = Process('redis-cli', '-p', str(self.port), *arguments)
        await client.start()
        await client.wait()
        return client.lines

    async def __aexit__(self, *arguments):
        self.kill(signal.SIGCONT)
        await super().__aexit__(*arguments)
        shutil.rmtree(self.directory)


class Node(Process):
    """A peer-server that is one of several."""

    READY = r'^Started PeerServer on (.*), port: (\d+), path: (.*)$'

    def __init__(self, redis, name, *options):
        super().__init__()
        self.redis = redis
        self.name = name
        self.options = options
        self.port = free_port()
        self.metrics_port = None

    @property
    def uri(self):
        return f'http://127.0.0.1:{self.port}/'

    async def start(self, *_):
        self.command = (
            tool('PEER_SERVER'), '--host', '127.0.0.1', '--port', str(self.port), '--allow-discovery',
            '--redis', self.redis.url, '--node', self.name, '--messages-per-second', '0', *self.options,
        )
        if self.metrics_port is not None:
            self.command += ('--metrics', f'127.0.0.1:{self.metrics_port}')
        await super().start(self.READY)


async def start_cluster(stack, n_nodes, *options):
    """A redis-server and nodes that share it."""
    redis = await stack.enter_async_context(Redis())
    nodes = [Node(redis, f'node-{number}', *options) for number in range(n_nodes)]
    for node in nodes:
        node.metrics_port = free_port()
        await stack.enter_async_context(node)
    return redis, nodes
