# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of a PeerJS server, and the little of HTTP and WebSocket that it
takes."""

import asyncio
import base64
import json
import os
import struct

from .tap import within

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Refused(Exception):
    """The server did not answer with OPEN; the first argument is what came."""


async def get(port, path):
    """The status and text of an HTTP request."""
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    try:
        writer.write(f'GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
        head, _, body = (await reader.read()).partition(b'\r\n\r\n')
    finally:
        writer.close()
    return int(head.split(maxsplit=2)[1]), body.decode()


class Client:
    """One WebSocket. Messages that nobody hears() are kept for take()."""

    def __init__(self, identifier, token):
        self.id = identifier
        self.token = token
        self.close_code = None
        self.closed = asyncio.get_running_loop().create_future()
        self.hear = None
        self._messages = asyncio.Queue()
        self._reader = self._writer = self._task = None

    @property
    def path(self):
        return f'/peerjs?key=peerjs&id={self.id}&token={self.token}'

    async def connect(self, node):
        """Connects and waits for the OPEN; raises Refused, or OSError when the
        connection ends before an answer."""
        self._reader, self._writer = await asyncio.open_connection('127.0.0.1', node.port)
        try:
            await self._upgrade()
            first = await self._read_message()
        except (asyncio.IncompleteReadError, IndexError):
            first = None
        except BaseException:
            self._writer.close()
            raise
        if first is None:
            self._writer.close()
            raise ConnectionResetError(f'{self.id}: closed before an answer')
        if first['type'] != 'OPEN':
            self._writer.close()
            raise Refused(first)
        self._task = asyncio.ensure_future(self._run())

    async def _upgrade(self):
        key = base64.b64encode(os.urandom(16)).decode()
        self._writer.write((
            f'GET {self.path} HTTP/1.1\r\nHost: localhost\r\n'
            f'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: {key}\r\n'
            'Sec-WebSocket-Version: 13\r\n\r\n'
        ).encode())
        head = await self._reader.readuntil(b'\r\n\r\n')
        if head.split(maxsplit=2)[1] != b'101':
            raise Refused(head.decode())

    async def _read_frame(self):
        first, second = await self._reader.readexactly(2)
        length = second & 127
        if length == 126:
            length, = struct.unpack('>H', await self._reader.readexactly(2))
        elif length == 127:
            length, = struct.unpack('>Q', await self._reader.readexactly(8))
        return first & 15, await self._reader.readexactly(length)

    async def _read_message(self):
        """The next message; None at the end."""
        while True:
            opcode, data = await self._read_frame()
            if opcode == TEXT:
                return json.loads(data)
            if opcode == PING:
                self._write_frame(PONG, data)
            elif opcode == CLOSE:
                self.close_code = struct.unpack('>H', data[:2])[0] if len(data) >= 2 else 1005
                return None

    async def _run(self):
        try:
            while (message := await self._read_message()) is not None:
                if self.hear is not None:
                    self.hear(message)
                else:
                    self._messages.put_nowait(message)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writer.close()
            if not self.closed.done():
                self.closed.set_result(self.close_code)

    def _write_frame(self, opcode, data):
        head = struct.pack('>BB', 0x80 | opcode, 0x80 | min(len(data), 126))
        if len(data) >= 126:
            head += struct.pack('>H', len(data))
        # A mask of zeros changes nothing.
        self._writer.write(head + bytes(4) + data)

    def write(self, message):
        """Sends any value."""
        self._write_frame(TEXT, json.dumps(message).encode())

    def send(self, kind, dst=None, payload=None):
        message = {'type': kind, 'dst': dst, 'payload': payload}
        self.write({key: value for key, value in message.items() if value is not None})

    async def take(self, kind=None):
        """The next message, or the next one of a type."""
        while True:
            message = await within(self._messages.get(), f'{self.id}: a message {kind or ""}')
            if kind is None or message['type'] == kind:
                return message

    @property
    def is_open(self):
        return self._task is not None and not self.closed.done()

    async def close(self):
        if self._task is None:
            return
        self._writer.close()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()


async def open_client(stack, node, identifier, token=None):
    """A client that is connected until the test ends."""
    client = await stack.enter_async_context(Client(identifier, token or f'token-of-{identifier}'))
    await within(client.connect(node), f'{identifier} connecting')
    return client


async def try_client(node, identifier, token):
    """A client, or the type of the message that refused it."""
    client = Client(identifier, token)
    try:
        await within(client.connect(node), f'{identifier} connecting')
        return client
    except Refused as refusal:
        return refusal.args[0]['type']
