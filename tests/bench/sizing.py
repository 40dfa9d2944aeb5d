#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Works out what a million connected peers take, simulates what arithmetic with
averages might miss, and holds docs/sizing.md against both.

    sizing.py MEASURED.json PAGE            checks that the page says the same
    sizing.py MEASURED.json PAGE --update   writes the tables of the page anew
"""

import difflib
import json
import math
import pathlib
import random
import re
import sys

# Assumptions, in the order of the page: name, value, what it is.
ASSUMPTIONS = {
    'peers': (1_000_000, 'connected peers', '{:,}'),
    'heartbeat_interval': (5, 'a peer sends a heartbeat every, as PeerJS does', '{} s'),
    'session': (1_200, 'a peer stays for, on average', '{:,} s'),
    'introductions': (6, 'connections that a peer makes an hour', '{}'),
    'messages': (20, 'messages that a connection takes: offer, answer, candidates', '{}'),
    'message_size': (700, 'bytes of a message, on average', '{}'),
    'cores': (4, 'cores of a machine', '{}'),
    'memory': (8, 'memory of a machine', '{} GB'),
    'load': (0.5, 'share of a core that may be in use, workers and Redis alike', '{:.0%}'),
    'max_clients': (100_000, 'clients of a worker at most, as they all come back at once if it dies', '{:,}'),
    'lease': (30, 'the lease of an id', '{} s'),
    'renewals': (3, 'times that it is renewed in that time', '{}'),
    'batch': (256, 'ids of one renewal', '{}'),
    'retry_window': (10, 'clients that lost their worker come back evenly within', '{} s'),
    'header': (52, 'bytes of the IP and TCP headers of a segment', '{}'),
    'frame': (8, 'bytes of a WebSocket header with its mask', '{}'),
    'heartbeat_size': (20, 'bytes of a heartbeat’s text', '{}'),
}

MEASURED = {
    'rss_per_client_bytes': 'memory of a client in the server, in bytes',
    'kernel_per_client_bytes': 'memory of a client in the kernel, in bytes',
    'connection_cpu_us': 'CPU of a connection, in µs',
    'heartbeat_cpu_us': 'CPU of a heartbeat, in µs',
    'local_message_cpu_us': 'CPU of a message within a node, in µs',
    'remote_message_cpu_us': 'CPU of a message from node to node, both nodes together, in µs',
    'remote_message_redis_us': 'CPU of Redis for such a message, in µs',
    'claim_redis_us': 'CPU of Redis to claim and release an id, in µs',
    'renewal_redis_us': 'CPU of Redis to renew the lease of an id, in µs',
    'redis_bytes_per_id': 'memory of an id in Redis, in bytes',
}


class Sizing:
    """Every figure of the page, from assumptions and measurements."""

    def __init__(self, measured):
        self.given = {name: value for name, (value, _, _) in ASSUMPTIONS.items()}
        self.given.update(measured)
        self.__dict__.update(self.given)
        self.rates()
        # What messages cost depends on how many workers there are, and they
        # on that: a few turns, and it stays as it is.
        self.workers = 1
        for _ in range(4):
            self.workers_and_machines()
        self.redis()
        self.bandwidth()
        self.storm()

    def rates(self):
        self.heartbeats = self.peers / self.heartbeat_interval
        self.connections = self.peers / self.session
        self.relayed = self.peers * self.introductions / 3600 * self.messages
        self.renewed = self.peers / (self.lease / self.renewals)

    def workers_and_machines(self):
        self.heartbeat_load = self.heartbeats * self.heartbeat_cpu_us / 1e6
        self.connection_load = self.connections * self.connection_cpu_us / 1e6
        self.clients_workers = math.ceil(self.peers / self.max_clients)
        self.remote_share = 1 - 1 / self.workers
        self.message_cpu_us = (
            self.remote_share * self.remote_message_cpu_us + (1 - self.remote_share) * self.local_message_cpu_us
        )
        self.message_load = self.relayed * self.message_cpu_us / 1e6
        self.total_load = self.heartbeat_load + self.connection_load + self.message_load
        self.cpu_workers = math.ceil(self.total_load / self.load)
        self.least_workers = max(self.clients_workers, self.cpu_workers)
        self.cpu_machines = math.ceil(self.least_workers / self.cores)
        self.client_memory = self.peers * (self.rss_per_client_bytes + self.kernel_per_client_bytes) / 1e9
        self.memory_machines = math.ceil(self.client_memory / (self.memory * self.load))

        # One machine more than that, as one may be away; all cores are used.
        self.machines = max(self.cpu_machines, self.memory_machines) + 1
        self.workers = self.machines * self.cores
        self.worker_clients = self.peers / self.workers
        self.worker_load = self.total_load / self.workers

    def redis(self):
        self.claim_load = self.connections * self.claim_redis_us / 1e6
        self.renewal_load = self.renewed * self.renewal_redis_us / 1e6
        self.renewal_calls = self.renewed / self.batch
        self.remote = self.relayed * self.remote_share
        self.remote_load = self.remote * self.remote_message_redis_us / 1e6
        self.redis_load = self.claim_load + self.renewal_load + self.remote_load
        self.shards = math.ceil(self.redis_load / self.load)
        self.redis_memory = self.peers * self.redis_bytes_per_id / 1e6

    def bandwidth(self):
        def megabits(rate, size):
            return rate * size * 8 / 1e6

        heartbeat = self.heartbeat_size + self.frame + self.header
        message = self.message_size + self.frame + self.header
        self.heartbeat_in = megabits(self.heartbeats, heartbeat)
        self.heartbeat_out = megabits(self.heartbeats, self.header)
        self.message_in = megabits(self.relayed, message)
        self.redis_bandwidth = megabits(self.remote, self.message_size + self.header)
        self.total_in = self.heartbeat_in + self.message_in
        self.total_out = self.heartbeat_out + self.message_in
        self.machine_in = self.total_in / self.machines

    def storm(self):
        """A machine dies with all its workers, and their clients come back to
        the others."""
        self.storm_clients = self.worker_clients * self.cores
        left = self.workers - self.cores
        self.storm_rate = self.storm_clients / self.retry_window
        self.storm_worker_rate = self.storm_rate / left
        self.storm_worker_load = (
            self.storm_worker_rate * self.connection_cpu_us / 1e6 + self.total_load / left
        )
        self.storm_redis_load = self.redis_load + self.storm_rate * self.claim_redis_us / 1e6
        self.left_clients = self.peers / left


class Simulation:
    """The same with chance: where peers end up, when they send, and how long
    those who come back at once have to wait."""

    def __init__(self, sizing):
        self.sizing = sizing
        self.random = random.Random(1)
        self.fullest_worker()
        self.busiest_moment()
        self.fullest_shard()
        self.storm()

    def fill(self, n_items, n_bins):
        bins = [0] * n_bins
        for _ in range(n_items):
            bins[int(self.random.random() * n_bins)] += 1
        return bins

    def fullest_worker(self):
        """The kernel gives a connection to a worker by a hash."""
        self.worker_clients = max(self.fill(self.sizing.peers, self.sizing.workers))

    def busiest_moment(self):
        """Heartbeats of all peers in the busiest tenth of a second."""
        bins = self.fill(self.sizing.peers, self.sizing.heartbeat_interval * 10)
        self.heartbeats = max(bins) * 10

    def fullest_shard(self):
        bins = self.fill(self.sizing.peers, self.sizing.shards)
        self.shard_share = max(bins) / self.sizing.peers

    def storm(self):
        """One of the workers that are left: a queue with one server, which has
        its other work, too."""
        sizing = self.sizing
        n_clients = round(sizing.storm_worker_rate * sizing.retry_window)
        arrivals = sorted(self.random.random() * sizing.retry_window for _ in range(n_clients))
        idle = 1 - (sizing.storm_worker_load - sizing.storm_worker_rate * sizing.connection_cpu_us / 1e6)
        service = sizing.connection_cpu_us / 1e6 / idle
        free_at, waits = 0.0, []
        for arrival in arrivals:
            free_at = max(free_at, arrival) + service
            waits.append(free_at - arrival)
        self.storm_seconds = free_at
        self.storm_wait = sorted(waits)[int(len(waits) * 0.99)] * 1000


def number(value):
    """A figure as the page has it: three digits that count, at most."""
    if value >= 1000:
        digits = len(str(int(value))) - 3
        return f'{round(value / 10**digits) * 10**digits:,}'
    if value >= 100 or value == int(value):
        return f'{value:.0f}'
    return f'{value:.3g}'


def sections(sizing, simulation):
    """The tables of the page: heading, columns, rows."""
    s = sizing
    yield 'What is assumed', ('', ''), [
        (text, form.format(value)) for value, text, form in ASSUMPTIONS.values()
    ]
    yield 'What was measured', ('', ''), [(text, number(getattr(s, name))) for name, text in MEASURED.items()]
    yield 'What arrives', ('', 'how', 'a second'), [
        ('heartbeats', 'peers ÷ interval', number(s.heartbeats)),
        ('new connections', 'peers ÷ stay', number(s.connections)),
        ('messages', 'peers × connections × messages ÷ hour', number(s.relayed)),
        ('renewed leases', 'peers × renewals ÷ lease', number(s.renewed)),
    ]
    yield 'Nodes', ('', 'how', ''), [
        ('cores for heartbeats', 'rate × CPU', number(s.heartbeat_load)),
        ('cores for new connections', 'rate × CPU', number(s.connection_load)),
        ('messages that cross nodes', '1 − 1 ÷ workers', f'{s.remote_share:.0%}'),
        ('cores for messages', 'rate × CPU, by that share', number(s.message_load)),
        ('cores in all', 'sum', number(s.total_load)),
        ('workers that takes', 'sum ÷ share of a core', number(s.cpu_workers)),
        ('workers for so many clients', 'peers ÷ clients of a worker', number(s.clients_workers)),
        ('workers at least', 'the greater', number(s.least_workers)),
        ('memory in all', 'peers × (server + kernel)', f'{number(s.client_memory)} GB'),
        ('machines for the workers', 'workers ÷ cores', number(s.cpu_machines)),
        ('machines for half the memory', 'memory in all ÷ half a machine’s', number(s.memory_machines)),
        ('machines', 'the greater, and one that may be away', number(s.machines)),
        ('workers', 'machines × cores', number(s.workers)),
        ('clients of a worker', 'peers ÷ workers', number(s.worker_clients)),
        ('load of a worker', 'cores in all ÷ workers', f'{s.worker_load:.0%}'),
    ]
    yield 'Redis', ('', 'how', ''), [
        ('cores for claims', 'new connections × CPU', number(s.claim_load)),
        ('calls that renew', 'renewed leases ÷ ids of a call', f'{number(s.renewal_calls)}/s'),
        ('cores for leases', 'renewed leases × CPU', number(s.renewal_load)),
        ('cores for messages', 'messages that cross × CPU', number(s.remote_load)),
        ('cores in all', 'sum', number(s.redis_load)),
        ('shards', 'sum ÷ share of a core', number(s.shards)),
        ('memory', 'peers × memory of an id', f'{number(s.redis_memory)} MB'),
    ]
    yield 'Bandwidth', ('', 'how', 'Mbit/s'), [
        ('heartbeats, in', 'rate × (text + frame + headers)', number(s.heartbeat_in)),
        ('their acknowledgements, out', 'rate × headers', number(s.heartbeat_out)),
        ('messages, in and out each', 'rate × (message + frame + headers)', number(s.message_in)),
        ('to Redis, and back', 'messages that cross × (message + headers)', number(s.redis_bandwidth)),
        ('in, all', 'sum', number(s.total_in)),
        ('out, all', 'sum', number(s.total_out)),
        ('in, a machine', 'sum ÷ machines', number(s.machine_in)),
    ]
    yield 'When a machine dies', ('', 'how', ''), [
        ('clients that come back', 'clients of a worker × cores', number(s.storm_clients)),
        ('connections of all nodes', 'clients ÷ time in which they come', f'{number(s.storm_rate)}/s'),
        ('connections of a worker that is left', 'that ÷ workers', f'{number(s.storm_worker_rate)}/s'),
        ('load of such a worker', 'those × CPU + its share of the rest', f'{s.storm_worker_load:.0%}'),
        ('load of Redis, in cores', 'load + connections × CPU of a claim', number(s.storm_redis_load)),
        ('clients of a worker, then', 'peers ÷ workers that are left', number(s.left_clients)),
    ]
    yield 'With chance', ('', 'worked out', 'simulated'), [
        ('clients of the fullest worker', number(s.worker_clients), number(simulation.worker_clients)),
        ('heartbeats a second, at worst', number(s.heartbeats), number(simulation.heartbeats)),
        ('ids on the fullest shard', f'{1 / s.shards:.1%}', f'{simulation.shard_share:.1%}'),
        ('seconds until all are back', number(s.retry_window), number(simulation.storm_seconds)),
        ('milliseconds that 99% wait at most', '', number(simulation.storm_wait)),
    ]


def contradictions(sizing, simulation):
    """Where the simulation says that the arithmetic misleads."""
    if simulation.worker_clients > 1.05 * sizing.worker_clients:
        yield 'a worker has far more clients than average'
    if simulation.heartbeats > 1.1 * sizing.heartbeats:
        yield 'heartbeats come in bursts'
    if simulation.shard_share > 1.05 / sizing.shards:
        yield 'a shard has far more ids than average'
    if sizing.storm_worker_load >= 1 or simulation.storm_seconds > 1.1 * sizing.retry_window:
        yield 'the workers that are left cannot take the clients of a machine that dies'
    if sizing.storm_redis_load >= sizing.shards:
        yield 'Redis cannot take the clients of a machine that dies'
    if sizing.left_clients > 2 * sizing.max_clients:
        yield 'the workers that are left have too many clients'


def table(columns, rows):
    lines = [columns, ['---'] * len(columns), *rows]
    return ['| ' + ' | '.join(line) + ' |' for line in lines]


def rewrite(page, tables):
    """The page with each table below its heading replaced."""
    lines, heading, written = [], None, set()
    for line in page.splitlines():
        if line.startswith('## '):
            heading = line[3:]
        if not line.startswith('|'):
            lines.append(line)
        elif heading in tables and heading not in written:
            lines += tables[heading]
            written.add(heading)
    missing = set(tables) - written
    if missing:
        sys.exit(f'The page has no table below {", ".join(sorted(missing))}')
    return '\n'.join(lines) + '\n'


def unknown_numbers(page):
    """Numbers of the text that are in no table."""
    is_figure = re.compile(r'\d[\d,.]*\d|\d')
    rows = [line for line in page.splitlines() if line.startswith('|')]
    known = {figure for line in rows for figure in is_figure.findall(line)}
    for line in page.splitlines():
        if not line.startswith(('|', 'Title:', 'Slug:')):
            yield from (figure for figure in is_figure.findall(line) if figure not in known)


def main(measured, path, *options):
    sizing = Sizing(json.loads(pathlib.Path(measured).read_text(encoding='utf-8')))
    simulation = Simulation(sizing)
    page = pathlib.Path(path).read_text(encoding='utf-8')
    expected = rewrite(page, {
        heading: table(columns, rows) for heading, columns, rows in sections(sizing, simulation)
    })
    problems = list(contradictions(sizing, simulation))

    if '--update' in options:
        pathlib.Path(path).write_text(expected, encoding='utf-8')
    else:
        problems += difflib.unified_diff(page.splitlines(), expected.splitlines(), path, 'worked out', lineterm='', n=0)
    problems += [f'{figure} in the text is in no table' for figure in unknown_numbers(expected)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
