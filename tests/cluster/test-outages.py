#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nodes that die, Redis that is away, and a rolling restart, under load."""

import asyncio
import json
import signal
import time

from lib.client import get, try_client
from lib.processes import start_cluster
from lib.tap import note, run, until
from lib.traffic import Pair, Traffic, spread_pairs

LEASE = 3000  # ms
REDIS_OUTAGE = 10  # s

# Longer than any member is away.
PATIENT = ('--expire-timeout', '60000', '--queue-limit', '100000')


async def test_node_dies(stack):
    """The ids of a node that was killed are free within a lease, and nobody else notices"""
    _, nodes = await start_cluster(stack, 3, '--lease', str(LEASE))
    victim, survivors = nodes[2], nodes[:2]
    pairs = spread_pairs(survivors, 8)
    traffic = await stack.enter_async_context(Traffic(pairs))
    ids = [f'victim-{number}' for number in range(20)]
    for identifier in ids:
        client = await try_client(victim, identifier, 'old-token')
        stack.push_async_callback(client.close)
        assert client.is_open
    assert await try_client(survivors[0], ids[0], 'new-token') == 'ID-TAKEN'

    victim.kill(signal.SIGKILL)
    await victim.wait()
    died_at = time.monotonic()

    async def claim(identifier, node):
        while True:
            client = await try_client(node, identifier, 'new-token')
            if not isinstance(client, str):
                stack.push_async_callback(client.close)
                return time.monotonic() - died_at
            assert client == 'ID-TAKEN', client
            await asyncio.sleep(0.1)

    free_after = await asyncio.gather(*(claim(identifier, survivors[number % 2]) for number, identifier in enumerate(ids)))
    await traffic.flows(pairs, 'messages of the survivors')
    await traffic.stop()
    await traffic.settle()
    figures = traffic.count('node-dies', lease_s=LEASE / 1000, last_id_free_after_s=round(max(free_after), 2))
    assert figures['delivered'] == figures['sent'] and figures['expired'] == figures['repeated'] == 0, figures
    assert all(pair.source.connections == pair.destination.connections == 1 for pair in pairs)


async def test_messages_to_dead_node(stack):
    """Who sends to a client of a node that was killed is told when it does not come back"""
    _, nodes = await start_cluster(stack, 2, '--lease', str(LEASE), '--expire-timeout', '1000')
    pair = Pair('pair', nodes[:1], nodes[1:])
    traffic = await stack.enter_async_context(Traffic([pair]))
    await traffic.flows([pair], 'messages before')
    nodes[1].kill(signal.SIGKILL)
    await nodes[1].wait()
    await until(lambda: pair.notices > 0, 'an EXPIRE')
    await traffic.stop()
    await traffic.settle()
    figures = traffic.count('messages-to-dead-node')
    assert figures['lost'] == figures['repeated'] == 0 < figures['expired'], figures
    assert pair.source.connections == 1


async def health(nodes, expected):
    """Waits until /healthz of all nodes has a status."""
    statuses = []
    for _ in range(300):
        statuses = [(await get(node.metrics_port, '/healthz'))[0] for node in nodes]
        if statuses == [expected] * len(nodes):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f'/healthz: {statuses}')


async def redis_away(stack, scenario, leave, come_back):
    """Local relays go on all the time, the rest does after Redis is back."""
    redis, nodes = await start_cluster(stack, 3, '--lease', str(LEASE), '--expire-timeout', '2000')
    local = [Pair(f'local-{number}', [node], [node]) for number, node in enumerate(nodes) for _ in range(1)]
    remote = [
        Pair(f'remote-{number}', [node], [nodes[(number + 1) % 3]]) for number, node in enumerate(nodes)
    ]
    traffic = await stack.enter_async_context(Traffic(local + remote))
    await traffic.flows(local + remote, 'messages before')
    await health(nodes, 200)
    before = traffic.figures()

    await leave(redis)
    began = time.monotonic()
    await health(nodes, 503)
    while time.monotonic() - began < REDIS_OUTAGE:
        await traffic.flows(local, 'local messages while Redis is away')
        await asyncio.sleep(0.5)
    during = traffic.figures()
    await come_back(redis)
    back_at = time.monotonic()
    await traffic.flows(remote, 'messages between nodes after Redis is back')
    recovered_after = time.monotonic() - back_at
    await traffic.flows(local + remote, 'messages after', 20)
    await health(nodes, 200)

    await traffic.stop()
    await traffic.settle(local)
    await traffic.settle(remote)
    figures = traffic.count(f'{scenario}, within a node', local)
    others = traffic.count(f'{scenario}, between nodes', remote, recovered_after_s=round(recovered_after, 2))
    assert figures['delivered'] == figures['sent'] > 0 and figures['expired'] == 0, figures
    assert before['notices'] == others['lost'] == 0 < others['expired']
    assert figures['repeated'] == during['repeated'] == others['repeated'] == 0
    assert all(pair.source.connections == pair.destination.connections == 1 for pair in local + remote)

    # Every node knows of everybody, and ids are still taken.
    everybody = sorted(member.id for pair in local + remote for member in (pair.source, pair.destination))
    for node in nodes:
        async def lists_everybody(of=node):
            return sorted(json.loads((await get(of.port, '/peerjs/peers'))[1])) == everybody
        for _ in range(200):
            if await lists_everybody():
                break
            await asyncio.sleep(0.1)
        assert await lists_everybody(), node.name
        assert await try_client(node, everybody[0], 'another-token') == 'ID-TAKEN'


async def test_redis_stops(stack):
    """Redis hangs for ten seconds: local relays go on, the rest recovers, nothing arrives twice"""
    async def leave(redis):
        redis.kill(signal.SIGSTOP)

    async def come_back(redis):
        redis.kill(signal.SIGCONT)

    await redis_away(stack, 'redis-hangs', leave, come_back)


async def test_redis_restarts(stack):
    """Redis dies and comes back empty: local relays go on, the rest recovers, nothing arrives twice"""
    async def leave(redis):
        redis.kill(signal.SIGKILL)
        await redis.wait()

    async def come_back(redis):
        await redis.start()

    await redis_away(stack, 'redis-restarts', leave, come_back)


async def test_rolling_restart(stack):
    """A rolling restart of all nodes loses no message that was acknowledged as relayed"""
    _, nodes = await start_cluster(stack, 3, '--lease', str(LEASE), *PATIENT)
    pairs = spread_pairs(nodes, 18)
    traffic = await stack.enter_async_context(Traffic(pairs))
    await traffic.flows(pairs, 'messages before')

    restarts = 0
    for _ in range(2):
        for node in nodes:
            assert await node.end(signal.SIGTERM) == 0
            await traffic.flows(pairs, f'messages without {node.name}')
            await node.start()
            await traffic.flows(pairs, f'messages with {node.name} again')
            restarts += 1

    await traffic.stop()
    await traffic.settle()
    connections = sum(member.connections for pair in pairs for member in (pair.source, pair.destination))
    figures = traffic.count('rolling-restart', restarts=restarts, connections=connections)
    assert figures['lost'] == figures['repeated'] == figures['expired'] == 0, figures
    assert figures['acknowledged'] > 0 and connections > 2 * len(pairs)
    refusals = {text for pair in pairs for member in (pair.source, pair.destination) for text in member.refusals}
    note(scenario='rolling-restart', refusals=sorted(refusals))


run(
    test_node_dies,
    test_messages_to_dead_node,
    test_redis_stops,
    test_redis_restarts,
    test_rolling_restart,
)
