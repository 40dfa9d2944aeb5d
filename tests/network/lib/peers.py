# SPDX-License-Identifier: LGPL-2.1-or-later
"""native-peer in a namespace, told what to do in lines of JSON."""

import asyncio
import json

from .processes import Process, tool
from .servers import SIGNAL_URI, turn_credentials
from .tap import within

CONNECT_DEADLINE = 100
MEASURE_DEADLINE = 200


class Failed(Exception):
    """A connection did not open: the error's type and its message."""

    def __init__(self, kind, message):
        super().__init__(kind, message)
        self.kind = kind
        self.message = message


class Connection:
    """One side of a connection."""

    def __init__(self, peer, identifier):
        self.peer = peer
        self.id = identifier
        self.events = asyncio.Queue()

    async def tell(self, command, **parameters):
        return await self.peer.tell(command, connection=self.id, **parameters)

    async def take(self, *names, deadline=CONNECT_DEADLINE):
        """The next event of some names; an error raises Failed unless it is
        asked for."""
        while True:
            event = await within(self.events.get(), f'{self.peer.id}: {" or ".join(names)}', deadline)
            if event['event'] in names:
                return event
            if event['event'] == 'connection-error':
                raise Failed(event['type'], event['message'])

    async def opened(self):
        await self.take('connection-open')
        return self

    async def stats(self):
        await self.tell('stats')
        return (await self.take('stats'))['stats']

    async def send(self, text):
        await self.tell('send', value={'text': text})

    async def receive(self):
        """The text that comes next."""
        return (await self.take('data'))['value']['text']


class Peer(Process):
    """A native peer."""

    def __init__(self, host, identifier, ice_servers=(), credentials=None, options=()):
        username, credential = credentials or turn_credentials(identifier)
        super().__init__(*host.command(
            tool('NATIVE_PEER'), '--server', SIGNAL_URI, '--id', identifier,
            '--username', username, '--credential', credential,
            *(f'--ice-server={url}' for url in ice_servers), *options))
        self.id = identifier
        self.connections = {}
        self.calls = asyncio.Queue()
        self.peer_events = asyncio.Queue()
        self._answers = {}
        self._serial = 0

    async def start(self, *_):
        await super().start(stdin=asyncio.subprocess.PIPE)
        while (await within(self.peer_events.get(), f'{self.id} registering', CONNECT_DEADLINE))['event'] != 'open':
            pass

    def hear(self, line):
        message = json.loads(line)
        if 'answer' in message:
            self._answers.pop(message['answer']).set_result(message)
        elif 'connection' in message:
            connection = self.connection(message['connection'])
            connection.events.put_nowait(message)
            if message['event'] == 'connection':
                self.calls.put_nowait(connection)
        else:
            self.peer_events.put_nowait(message)

    def connection(self, identifier):
        """This side of a connection, which may be still to come."""
        return self.connections.setdefault(identifier, Connection(self, identifier))

    async def tell(self, command, **parameters):
        self._serial += 1
        answer = self._answers[self._serial] = asyncio.get_running_loop().create_future()
        line = json.dumps({'serial': self._serial, 'command': command, **parameters})
        self.process.stdin.write(line.encode() + b'\n')
        result = await within(answer, f'{self.id}: {command}; {list(self.errors)}')
        if 'error' in result:
            raise Failed(result['error']['type'], result['error']['message'])
        return result

    async def called(self):
        """The next connection that somebody else begins."""
        return await within(self.calls.get(), f'{self.id}: a call', CONNECT_DEADLINE)

    async def measured(self):
        """The milliseconds that a measurement took."""
        while (event := await within(self.peer_events.get(), f'{self.id}: a measurement', MEASURE_DEADLINE))['event'] != 'measured':
            pass
        return event['milliseconds']

    async def connect(self, other, **parameters):
        """Begins a connection."""
        return self.connection((await self.tell('connect', peer=other.id, **parameters))['connection'])


async def start_peer(stack, host, identifier, *ice_servers, credentials=None, options=()):
    return await stack.enter_async_context(Peer(host, identifier, ice_servers, credentials, options))


async def open_pair(first, second, **parameters):
    """Both sides of a connection, open."""
    caller = await first.connect(second, **parameters)
    await caller.opened()
    return caller, await second.connection(caller.id).opened()
