# SPDX-License-Identifier: LGPL-2.1-or-later
"""Load that counts: pairs of members, one of which sends the other numbered
messages.

A message is *acknowledged as relayed* when its sender has got back, over the
same connection, a message that it sent to its own id right after it. A server
takes the messages of a connection in order, so by then it has taken over the
first one, too, and answers for it: the destination gets it once, or the sender
is told with an EXPIRE that it does not. What was sent over a connection that
ended before that was never acknowledged, and may or may not arrive.

An EXPIRE names the destination, not the message. So a message that did not
arrive has *expired* when an EXPIRE came after it was sent, and is *lost* when it
was acknowledged and none did. Nothing may arrive twice, and nothing may be lost
but what a process had taken over that was killed.
"""

import asyncio
import collections

from .client import Client, Refused
from .tap import note, until

# Between attempts to connect again.
RETRY_DELAY = 0.05


class Member:
    """Somebody who holds an id, and connects again, to the next node, when a
    connection ends."""

    def __init__(self, identifier, nodes, hear):
        self.id = identifier
        self.nodes = collections.deque(nodes)
        self.client = None
        self.connections = 0
        self.refusals = collections.Counter()
        self._hear = hear
        self._task = None

    @property
    def is_open(self):
        return self.client is not None and self.client.is_open

    def start(self):
        self._task = asyncio.ensure_future(self._run())

    async def _run(self):
        while True:
            client = Client(self.id, f'token-of-{self.id}')
            client.hear = self._hear
            try:
                await asyncio.wait_for(client.connect(self.nodes[0]), 10)
                self.client = client
                self.connections += 1
                await client.closed
            except Refused as refusal:
                self.refusals[str(refusal.args[0])] += 1
            except (OSError, asyncio.TimeoutError):
                pass
            finally:
                await client.close()
            self.nodes.rotate(-1)
            await asyncio.sleep(RETRY_DELAY)

    async def stop(self):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self.client is not None:
            await self.client.close()


class Pair:
    """A source and its destination, each at the first of its nodes."""

    def __init__(self, name, source_nodes, destination_nodes):
        self.name = name
        self.sent = 0
        self.acknowledged = set()
        self.delivered = collections.Counter()
        self.order = []
        self.notices = 0
        self.expired_up_to = 0
        self.source = Member(f'{name}-source', source_nodes, self._hear_source)
        self.destination = Member(f'{name}-destination', destination_nodes, self._hear_destination)

    def _hear_source(self, message):
        if message['type'] == 'EXPIRE':
            self.notices += 1
            self.expired_up_to = self.sent
        elif message['src'] == self.source.id:
            self.acknowledged.add(message['payload'])

    def _hear_destination(self, message):
        if message['type'] == 'OFFER':
            self.delivered[message['payload']['number']] += 1
            self.order.append(message['payload']['number'])

    def send(self):
        """Sends the next message, if there is a connection."""
        if not self.source.is_open:
            return
        self.sent += 1
        self.source.client.send('OFFER', self.destination.id, {'number': self.sent, 'sdp': 'x' * 400})
        self.source.client.send('CANDIDATE', self.source.id, self.sent)

    @property
    def is_open(self):
        return self.source.is_open and self.destination.is_open

    @property
    def undelivered(self):
        return [number for number in self.acknowledged if number not in self.delivered]

    @property
    def expired(self):
        return sum(number <= self.expired_up_to for number in self.undelivered)

    @property
    def lost(self):
        return sum(number > self.expired_up_to for number in self.undelivered)

    @property
    def repeated(self):
        return sum(count - 1 for count in self.delivered.values())

    @property
    def is_in_order(self):
        return self.order == sorted(self.order)


class Traffic:
    """Pairs that send at a rate each until it stops."""

    def __init__(self, pairs, rate=20):
        self.pairs = pairs
        self.rate = rate
        self._task = None

    async def __aenter__(self):
        for pair in self.pairs:
            pair.destination.start()
            pair.source.start()
        await until(lambda: all(pair.is_open for pair in self.pairs), 'all members connecting')
        self._task = asyncio.ensure_future(self._send())
        return self

    async def __aexit__(self, *_):
        await self.stop()
        for pair in self.pairs:
            await pair.source.stop()
            await pair.destination.stop()

    async def _send(self):
        while True:
            for pair in self.pairs:
                pair.send()
            await asyncio.sleep(1 / self.rate)

    async def stop(self):
        """Stops sending."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def settle(self, pairs=None):
        """Waits until what was acknowledged has arrived or expired, or else for
        as long as anything still comes."""
        chosen = self.pairs if pairs is None else pairs
        loop = asyncio.get_running_loop()
        last, since = None, loop.time()
        while any(pair.lost for pair in chosen) or loop.time() - since < 0.5:
            state = [(len(pair.acknowledged), pair.delivered.total(), pair.notices) for pair in chosen]
            if state != last:
                last, since = state, loop.time()
            elif loop.time() - since > 12:
                break
            await asyncio.sleep(0.05)

    async def flows(self, pairs, what, count=5):
        """Waits until each of some pairs has some messages more delivered."""
        before = {pair: pair.delivered.total() for pair in pairs}
        await until(lambda: all(pair.delivered.total() >= before[pair] + count for pair in pairs), what)

    def figures(self, pairs=None):
        """What came of the messages of some pairs so far."""
        chosen = self.pairs if pairs is None else pairs
        return {
            'pairs': len(chosen),
            'sent': sum(pair.sent for pair in chosen),
            'acknowledged': sum(len(pair.acknowledged) for pair in chosen),
            'delivered': sum(len(pair.delivered) for pair in chosen),
            'expired': sum(pair.expired for pair in chosen),
            'notices': sum(pair.notices for pair in chosen),
            'lost': sum(pair.lost for pair in chosen),
            'repeated': sum(pair.repeated for pair in chosen),
            'out_of_order': sum(not pair.is_in_order for pair in chosen),
        }

    def count(self, scenario, pairs=None, **more):
        """Prints and returns that."""
        figures = self.figures(pairs)
        note(scenario=scenario, **figures, **more)
        return figures


def spread_pairs(nodes, n_pairs, name='pair'):
    """Pairs whose ends are at every combination of nodes in turn. Each end
    goes to the nodes after its first one when it has to."""
    pairs = []
    for number in range(n_pairs):
        first, second = number % len(nodes), number // len(nodes) % len(nodes)
        pairs.append(Pair(f'{name}-{number}', nodes[first:] + nodes[:first], nodes[second:] + nodes[:second]))
    return pairs
