#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who holds which id, on three nodes that share a redis-server."""

import asyncio
import collections
import json

from lib.client import get, open_client, try_client
from lib.processes import start_cluster
from lib.tap import note, run, until

ROUNDS = 150


async def test_one_winner(stack):
    """An id that is claimed at once on all nodes goes to exactly one"""
    _, nodes = await start_cluster(stack, 3)
    outcomes = collections.Counter()
    winners = collections.Counter()

    for number in range(ROUNDS):
        shift = number % 3
        order = nodes[shift:] + nodes[:shift]
        results = await asyncio.gather(*(try_client(node, f'id-{number}', f'token-{node.name}') for node in order))
        clients = [client for client in results if not isinstance(client, str)]
        outcomes.update(result if isinstance(result, str) else 'OPEN' for result in results)
        winners.update(node.name for node, result in zip(order, results) if not isinstance(result, str))
        assert len(clients) == 1, (number, results)
        assert all(result in clients or result == 'ID-TAKEN' for result in results), results
        await clients[0].close()

    note(scenario='claims', rounds=ROUNDS, outcomes=outcomes, winners=winners)


async def test_free_after_close(stack):
    """An id is free everywhere when its client has gone"""
    _, nodes = await start_cluster(stack, 2)
    first = await open_client(stack, nodes[0], 'alice', 'first')
    assert await try_client(nodes[1], 'alice', 'second') == 'ID-TAKEN'
    assert await try_client(nodes[0], 'alice', 'second') == 'ID-TAKEN'
    await first.close()

    for _ in range(100):
        second = await try_client(nodes[1], 'alice', 'second')
        if not isinstance(second, str):
            break
        await asyncio.sleep(0.05)
    assert second.is_open
    await second.close()


async def test_takeover(stack):
    """The same id and token on another node replace the connection"""
    _, nodes = await start_cluster(stack, 3)
    peer = await open_client(stack, nodes[2], 'peer')
    old = await open_client(stack, nodes[0], 'alice')
    new = await open_client(stack, nodes[1], 'alice')

    await until(lambda: not old.is_open, 'the old connection is closed')
    assert old.close_code == 1000, old.close_code
    for node in nodes:
        assert await try_client(node, 'alice', 'another-token') == 'ID-TAKEN'

    peer.send('OFFER', 'alice', 1)
    assert (await new.take('OFFER'))['payload'] == 1
    new.send('ANSWER', 'peer', 2)
    assert (await peer.take('ANSWER'))['payload'] == 2
    assert new.is_open


async def test_takeover_race(stack):
    """The same id and token at once on all nodes leave exactly one"""
    _, nodes = await start_cluster(stack, 3)
    peer = await open_client(stack, nodes[0], 'peer')

    for number in range(20):
        identifier = f'twin-{number}'
        clients = await asyncio.gather(*(open_client(stack, node, identifier) for node in nodes))
        await until(lambda: sum(client.is_open for client in clients) == 1, f'one of the {identifier} is left')
        survivor, = (client for client in clients if client.is_open)
        peer.send('OFFER', identifier, number)
        assert (await survivor.take('OFFER'))['payload'] == number


async def test_discovery(stack):
    """Every node lists the clients of all nodes"""
    _, nodes = await start_cluster(stack, 3)
    expected = set()
    for number, node in enumerate(nodes * 2):
        await open_client(stack, node, f'peer-{number}')
        expected.add(f'peer-{number}')

    for node in nodes:
        status, text = await get(node.port, '/peerjs/peers')
        assert status == 200
        listed = json.loads(text)
        assert sorted(listed) == sorted(expected), (node.name, listed)


async def test_relay(stack):
    """Messages go from every node to every node, in order and as they are"""
    _, nodes = await start_cluster(stack, 3)
    clients = [await open_client(stack, node, f'client-{number}') for number, node in enumerate(nodes)]
    payload = {'text': 'Grüße \u2028 "quoted" \\', 'numbers': [0, -1, 1e300], 'nothing': None, 'deep': [[[{}]]]}
    count = 200

    for source in clients:
        for destination in clients:
            for number in range(count):
                source.send('CANDIDATE', destination.id, {'number': number, **payload})
            for number in range(count):
                message = await destination.take()
                assert message == {
                    'type': 'CANDIDATE', 'src': source.id, 'dst': destination.id,
                    'payload': {'number': number, **payload},
                }, message
    note(scenario='relay', sent=9 * count, delivered=9 * count, expired=0)


async def test_waiting_messages(stack):
    """What waits for a client reaches it on any node, before anything else"""
    _, nodes = await start_cluster(stack, 3, '--expire-timeout', '30000')
    source = await open_client(stack, nodes[0], 'source')
    source.send('OFFER', 'late', 1)
    source.send('CANDIDATE', 'late', 2)
    source.send('CANDIDATE', 'source', 'relayed')
    await source.take('CANDIDATE')
    await asyncio.sleep(0.2)
    late = await open_client(stack, nodes[1], 'late')
    source.send('CANDIDATE', 'late', 3)
    assert [(await late.take())['payload'] for _ in range(3)] == [1, 2, 3]


async def test_expiry(stack):
    """What nobody came for expires, once, and its sender is told"""
    _, nodes = await start_cluster(stack, 2, '--expire-timeout', '500', '--cleanup-out-msgs', '100')
    source = await open_client(stack, nodes[0], 'source')
    for number in range(3):
        source.send('OFFER', 'nobody', number)
    expired = await source.take()
    assert expired == {'type': 'EXPIRE', 'src': 'nobody', 'dst': 'source'}, expired

    # Who comes after that finds nothing.
    late = await open_client(stack, nodes[1], 'nobody')
    source.send('CANDIDATE', 'nobody', 'fresh')
    assert (await late.take())['payload'] == 'fresh'
    note(scenario='expiry', sent=4, delivered=1, expired=3)


run(
    test_one_winner,
    test_free_after_close,
    test_takeover,
    test_takeover_race,
    test_discovery,
    test_relay,
    test_waiting_messages,
    test_expiry,
)
