#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures what docs/sizing.md starts from, with two nodes and redis-server on
this machine, and prints it as a line of JSON.

    inputs.py [FILE]

Writes it to a file, too, as results/sizing.json is."""

import asyncio
import contextlib
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'cluster'))

# pylint: disable=wrong-import-position
from lib.client import Client  # noqa: E402
from lib.processes import start_cluster  # noqa: E402

N_CLIENTS = 4000
AT_ONCE = 100
HEARTBEAT_ROUNDS = 20
MESSAGES = 20
PAIRS = 500
LEASE = 3000  # ms
RENEWALS_TIME = 12  # s

OPTIONS = ('--lease', str(LEASE), '--unlimited')
TICK = 1e6 / os.sysconf('SC_CLK_TCK')


def cpu(process):
    """Microseconds of CPU that a process has used."""
    fields = pathlib.Path(f'/proc/{process.pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def rss(process):
    return int(pathlib.Path(f'/proc/{process.pid}/statm').read_text().split()[1]) * os.sysconf('SC_PAGESIZE')


def slab():
    for line in pathlib.Path('/proc/meminfo').read_text().splitlines():
        if line.startswith('Slab:'):
            return int(line.split()[1]) * 1024
    raise RuntimeError('no Slab in /proc/meminfo')


async def redis_memory(redis):
    for line in await redis.command_line('INFO', 'memory'):
        if line.startswith('used_memory_dataset:'):
            return int(line.partition(':')[2])
    raise RuntimeError('no used_memory_dataset')


async def connect(node, identifiers):
    clients = [Client(identifier, 'token') for identifier in identifiers]
    for begin in range(0, len(clients), AT_ONCE):
        await asyncio.gather(*(client.connect(node) for client in clients[begin:begin + AT_ONCE]))
    return clients


class Heard:
    """Waits for a number of messages."""

    def __init__(self):
        self.count = 0

    def __call__(self, _):
        self.count += 1

    async def reaches(self, number):
        while self.count < number:
            await asyncio.sleep(0.01)


async def cost_of_messages(processes, sources, destinations):
    """Microseconds of CPU that each of some processes needs for a message."""
    heard = Heard()
    for client in destinations:
        client.hear = heard
    before = [cpu(process) for process in processes]
    for _ in range(MESSAGES):
        target = heard.count + len(sources)
        for source, destination in zip(sources, destinations):
            source.send('OFFER', destination.id, 'x' * 600)
        await heard.reaches(target)
    n_messages = MESSAGES * len(sources)
    return [(cpu(process) - start) / n_messages for process, start in zip(processes, before)]


async def measure(stack):
    redis, nodes = await start_cluster(stack, 2, *OPTIONS)
    node, other = nodes
    await asyncio.sleep(1)

    start = {'node': cpu(node), 'redis': cpu(redis), 'rss': rss(node), 'slab': slab(), 'data': await redis_memory(redis)}
    clients = await connect(node, [f'client-{number}' for number in range(N_CLIENTS)])
    result = {
        'rss_per_client_bytes': (rss(node) - start['rss']) / N_CLIENTS,
        # Both ends of each connection are on this machine.
        'kernel_per_client_bytes': (slab() - start['slab']) / N_CLIENTS / 2,
        'connection_cpu_us': (cpu(node) - start['node']) / N_CLIENTS,
    }
    claim_redis = (cpu(redis) - start['redis']) / N_CLIENTS
    result['redis_bytes_per_id'] = (await redis_memory(redis) - start['data']) / N_CLIENTS

    idle, began = cpu(redis), asyncio.get_running_loop().time()
    await asyncio.sleep(RENEWALS_TIME)
    periods = (asyncio.get_running_loop().time() - began) / (LEASE / 1000 / 3)
    result['renewal_redis_us'] = (cpu(redis) - idle) / (N_CLIENTS * periods)

    before = cpu(node)
    for _ in range(HEARTBEAT_ROUNDS):
        for number, client in enumerate(clients):
            client.send('HEARTBEAT')
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
    clients[0].hear = heard = Heard()
    clients[-1].send('OFFER', clients[0].id, 'last')
    await heard.reaches(1)
    result['heartbeat_cpu_us'] = (cpu(node) - before) / (HEARTBEAT_ROUNDS * N_CLIENTS)

    result['local_message_cpu_us'], = await cost_of_messages([node], clients[:PAIRS], clients[PAIRS:2 * PAIRS])
    remote = await connect(other, [f'remote-{number}' for number in range(PAIRS)])
    costs = await cost_of_messages([node, other, redis], clients[:PAIRS], remote)
    result['remote_message_cpu_us'] = costs[0] + costs[1]
    result['remote_message_redis_us'] = costs[2]

    before = cpu(redis)
    for client in clients:
        await client.close()
    await asyncio.sleep(2)
    result['claim_redis_us'] = claim_redis + (cpu(redis) - before) / N_CLIENTS
    for client in remote:
        await client.close()
    return result


async def main(*paths):
    async with contextlib.AsyncExitStack() as stack:
        result = await measure(stack)
    result = {name: float(f'{value:.3g}') for name, value in result.items()}
    print(json.dumps({'benchmark': 'sizing', **result}))
    for path in paths:
        pathlib.Path(path).write_text(json.dumps(result, indent=2) + '\n', encoding='utf-8')


asyncio.run(main(*sys.argv[1:]))
