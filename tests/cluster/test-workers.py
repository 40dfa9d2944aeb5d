#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""peer-server --workers: several processes on one port."""

import asyncio
import os
import pathlib
import re
import signal

from lib.client import get, open_client
from lib.processes import Node, Process, Redis, free_port, tool
from lib.tap import note, run, until
from lib.traffic import Pair, Traffic

N_WORKERS = 3
GOING_AWAY = 1001


def children(process):
    path = pathlib.Path(f'/proc/{process.pid}/task/{process.pid}/children')
    return [int(pid) for pid in path.read_text().split()]


def is_alive(pid):
    stat = pathlib.Path(f'/proc/{pid}/stat')
    return stat.exists() and stat.read_text().rpartition(')')[2].split()[0] != 'Z'


def kill(pid, number=signal.SIGKILL):
    os.kill(pid, number)


class WorkersNode(Node):
    """A peer-server with workers at a port that it chooses itself."""

    def __init__(self, redis, *options, n_workers=N_WORKERS):
        super().__init__(redis, 'many', '--workers', str(n_workers), *options)
        self.port = 0

    async def start(self, *_):
        await super().start()
        self.port = int(self.started[2])

    @property
    def started(self):
        return re.search(self.READY, self.lines[0])


async def start_workers(stack, *options, **settings):
    redis = await stack.enter_async_context(Redis())
    return await stack.enter_async_context(WorkersNode(redis, *options, **settings))


async def test_one_server(stack):
    """Workers are one server: one line says that it started, clients of all workers reach each other"""
    node = await start_workers(stack)
    assert len(children(node)) == N_WORKERS
    clients = [await open_client(stack, node, f'client-{number}') for number in range(40)]
    for number, client in enumerate(clients):
        client.send('OFFER', clients[number - 1].id, number)
    for number, client in enumerate(clients):
        assert (await client.take('OFFER'))['payload'] == (number + 1) % len(clients)

    await until(lambda: sum('Client connected' in line for line in node.lines) == len(clients), 'lines for the clients')
    assert sum('Started' in line for line in node.lines) == 1
    assert 'Started' in node.lines[0]
    note(scenario='workers', sent=len(clients), delivered=len(clients), expired=0)


async def test_metrics(stack):
    """Each worker has its metrics at the port given plus its number"""
    port = free_port(N_WORKERS)
    node = await start_workers(stack, '--metrics', f'127.0.0.1:{port}')
    for number in range(30):
        await open_client(stack, node, f'client-{number}')
    clients = 0
    for number in range(N_WORKERS):
        status, text = await get(port + number, '/metrics')
        assert status == 200
        clients += int(re.search(r'^peer_server_clients (\d+)$', text, re.M)[1])
    assert clients == 30, clients


async def test_reload(stack):
    """SIGHUP reaches all workers, and ends none"""
    node = await start_workers(stack)
    workers = children(node)
    node.kill(signal.SIGHUP)
    await until(lambda: sum('read again' in line for line in node.errors) == N_WORKERS, 'all have read again')
    assert children(node) == workers


async def test_end(stack):
    """SIGTERM and SIGINT end all of them with 0, and tell the clients"""
    for number in signal.SIGTERM, signal.SIGINT:
        node = await start_workers(stack)
        workers = children(node)
        clients = [await open_client(stack, node, f'client-{index}') for index in range(12)]
        assert await node.end(number) == 0
        for client in clients:
            await client.closed
            assert client.close_code == GOING_AWAY, client.close_code
        assert not any(is_alive(pid) for pid in workers)
        assert sum('Http server closed.' in line for line in node.lines) == 1


async def test_parent_killed(stack):
    """Workers end with their parent, whatever ended that"""
    node = await start_workers(stack)
    workers = children(node)
    node.kill(signal.SIGKILL)
    await node.process.wait()
    await until(lambda: not any(is_alive(pid) for pid in workers), 'the workers are gone')


async def test_worker_dies(stack):
    """A worker that dies is replaced, and only its clients notice"""
    node = await start_workers(stack, '--lease', '2000', '--expire-timeout', '60000', '--queue-limit', '100000')
    pairs = [Pair(f'pair-{number}', [node], [node]) for number in range(12)]
    traffic = await stack.enter_async_context(Traffic(pairs))
    await traffic.flows(pairs, 'messages before')
    before = children(node)
    kill(before[0])
    await until(lambda: len(children(node)) == N_WORKERS and before[0] not in children(node), 'a new worker')
    await traffic.flows(pairs, 'messages after')
    assert set(before[1:]) < set(children(node))

    # New connections reach the new worker, too.
    for number in range(40):
        await open_client(stack, node, f'late-{number}')
    await traffic.stop()
    await traffic.settle()
    figures = traffic.count('worker-dies', reconnected=sum(pair.source.connections > 1 for pair in pairs))
    assert figures['repeated'] == 0, figures


async def test_waiting_connections(stack):
    """Connections that wait for a worker that was replaced are answered by the new one"""
    node = await start_workers(stack, n_workers=2)
    workers = children(node)
    for pid in workers:
        kill(pid, signal.SIGSTOP)
    waiting = [asyncio.ensure_future(open_client(stack, node, f'client-{number}')) for number in range(20)]
    await asyncio.sleep(0.3)
    for pid in workers:
        kill(pid)
    clients = await asyncio.gather(*waiting)
    assert all(client.is_open for client in clients)


async def test_gives_up(stack):
    """When workers end again and again as soon as they start, so does the server, with 1"""
    node = await start_workers(stack)

    async def kill_all():
        while node.is_running:
            for pid in children(node):
                kill(pid)
            await asyncio.sleep(0.05)

    killer = asyncio.ensure_future(kill_all())
    status = await node.wait()
    killer.cancel()
    assert status == 1, status
    assert any('as soon as they start' in line for line in node.errors), node.errors


async def fails(status, text, *options):
    process = Process(tool('PEER_SERVER'), '--host', '127.0.0.1', *options)
    await process.start()
    assert await process.wait() == status, (options, process.errors)
    assert any(text in line for line in process.errors), (options, process.errors)
    assert not process.lines, process.lines


async def test_usage(stack):
    """Workers without Redis and nonsense numbers are usage errors"""
    await fails(2, '--redis', '--port', '0', '--workers', '2')
    await fails(2, 'workers', '--port', '0', '--workers', 'many', '--redis', 'redis://127.0.0.1:1')
    await fails(2, 'workers', '--port', '0', '--workers', '0', '--redis', 'redis://127.0.0.1:1')
    await fails(2, 'workers', '--port', '0', '--workers', '100000', '--redis', 'redis://127.0.0.1:1')


async def test_port_taken(stack):
    """A second server does not get the port, workers or not"""
    node = await start_workers(stack)
    for workers in '1', '2':
        await fails(1, 'Could not listen', '--port', str(node.port), '--workers', workers, '--redis', node.redis.url)


async def test_auto(stack):
    """--workers auto makes one for each CPU"""
    node = await start_workers(stack, n_workers='auto')
    expected = len(os.sched_getaffinity(0))
    assert len(children(node)) == (expected if expected > 1 else 0)


run(
    test_one_server,
    test_metrics,
    test_reload,
    test_end,
    test_parent_killed,
    test_worker_dies,
    test_waiting_connections,
    test_gives_up,
    test_usage,
    test_port_taken,
    test_auto,
)
