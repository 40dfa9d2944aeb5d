#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Connections over links that lose, delay and reorder packets."""

from lib.links import start_link
from lib.nat import OPEN
from lib.network_test import gather, run
from lib.peers import open_pair, start_peer
from lib.servers import SignalingServer
from lib.tap import note
from lib.topology import Site

# The delay is that of each direction.
LINKS = {
    '5 % loss': {'loss': 5},
    '100 ms delay': {'delay': 100},
    '2 % reordering': {'delay': 20, 'reorder': 2},
    '30 ms jitter': {'delay': 50, 'jitter': 30},
    'all of it': {'delay': 100, 'jitter': 30, 'loss': 5, 'reorder': 2},
}

NUMBERS = [str(number) for number in range(200)]
LARGE = ''.join(f'{number:07} ' for number in range(1 << 17))

BULK_SIZE, BULK_COUNT = 64 * 1024, 160
ROUND_TRIP_TIMES = (0, 20, 100, 200)


async def start_sides(stack, network, links):
    """A peer behind each link, and one that they can call."""
    await stack.enter_async_context(SignalingServer(network))
    site = Site(network, OPEN, 'site')
    started = await gather(*(start_link(stack, site, seed=seed, **options) for seed, options in enumerate(links, 1)))
    other, *callers = await gather(
        start_peer(stack, site.add_host(), 'other'),
        *(start_peer(stack, link.host, f'caller-{number}') for number, link in enumerate(started)),
    )
    return started, callers, other


async def send_all(sender, receiver, texts):
    for text in texts:
        await sender.send(text)
    return [await receiver.receive() for _ in texts]


async def exchange(caller, other, name):
    here, there = await open_pair(caller, other, reliable=True)
    for sender, receiver in ((here, there), (there, here)):
        assert await send_all(sender, receiver, NUMBERS) == NUMBERS, f'{name}: numbers'
        assert await send_all(sender, receiver, [LARGE]) == [LARGE], f'{name}: a large value'
    note(link=name, **await here.stats())
    await here.tell('close')
    await there.take('connection-close')


async def test_reliable(stack, network):
    """On a bad link, all values arrive whole and in order, and the end is seen"""
    _, callers, other = await start_sides(stack, network, LINKS.values())
    await gather(*(exchange(caller, other, name) for caller, name in zip(callers, LINKS)))


async def test_unreliable(stack, network):
    """An unreliable connection goes on after what was lost"""
    (link,), (caller,), other = await start_sides(stack, network, [{'delay': 10}])
    here, there = await open_pair(caller, other, **{'max-retransmits': 0}, serialization='json')
    await link.change(loss=30)
    for number in NUMBERS:
        await here.send(number)
    await link.change(loss=0)
    await here.send('last')

    received = []
    while 'last' not in received:
        received.append(await there.receive())
    assert len(received) == len(set(received)), 'nothing twice'
    assert len(received) < len(NUMBERS), f'{len(received)}: some are lost'
    assert len(received) > 1, 'not all are lost'


async def test_throughput(stack, network):
    """10 MB arrive however far they have to go"""
    links, callers, other = await start_sides(stack, network, [{'delay': time / 2} for time in ROUND_TRIP_TIMES])
    for time, caller in zip(ROUND_TRIP_TIMES, callers):
        here, there = await open_pair(caller, other, reliable=True)
        await there.tell('measure', what='sink', bytes=BULK_SIZE * BULK_COUNT)
        await here.tell('measure', what='bulk', size=BULK_SIZE, count=BULK_COUNT)
        milliseconds, = await caller.measured()
        note(round_trip_time=time, megabytes_per_second=round(BULK_SIZE * BULK_COUNT / milliseconds / 1000, 2))
        await here.tell('close')
        await there.take('connection-close')


run(test_reliable, test_unreliable, test_throughput)
