#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What it costs that a message goes from node to node: loads one, two and three
nodes over one redis-server, with both ends of each pair at one node and at
different ones. Lines of JSON; times are in microseconds, of the nodes together
and of Redis.

    cluster.py BENCH-SERVER [OPTION...]

Options are the load generator's.
"""

import asyncio
import contextlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'cluster'))

# pylint: disable=wrong-import-position
from lib.processes import Process, start_cluster  # noqa: E402

N_NODES = (1, 2, 3)
EFFORT = ('--clients', '1000', '--rounds', '3', '--milliseconds', '1000', '--pairs', '250')

# Of one load generator, against whatever else the nodes cost.
OPTIONS = ('--unlimited',)

# What the generator says, and what it is called here.
KEPT = {
    'connections_per_s': 'connections_per_s',
    'connection_cpu': 'connection_cpu',
    'light_p50': 'light_p50',
    'light_p99': 'light_p99',
    'light_cpu': 'light_cpu',
    'light_other_cpu': 'light_redis_cpu',
    'saturated_messages_per_s': 'saturated_messages_per_s',
    'saturated_p50': 'saturated_p50',
    'saturated_p99': 'saturated_p99',
    'saturated_cpu': 'saturated_cpu',
    'saturated_other_cpu': 'saturated_redis_cpu',
}


async def load(generator, nodes, redis, is_cross, options):
    """What the generator says of nodes."""
    command = [generator, *EFFORT, *options, '--other-pid', str(redis.pid)]
    for node in nodes:
        command += ['--node', f'ws://127.0.0.1:{node.port}/', '--pid', str(node.pid)]
    run = Process(*command, *(['--cross'] if is_cross else []))
    await run.start()
    status = await run.wait()
    found = [json.loads(line) for line in run.lines if line.startswith('{')]
    if status != 0 or not found:
        sys.exit('\n'.join(run.errors))
    return found[-1]


async def measure(generator, n_nodes, is_cross, options):
    async with contextlib.AsyncExitStack() as stack:
        redis, nodes = await start_cluster(stack, n_nodes, *OPTIONS)
        figures = await load(generator, nodes, redis, is_cross, options)
    result = {'nodes': n_nodes, 'cross': is_cross, 'clients': figures['clients']}
    result.update((name, figures[theirs]) for theirs, name in KEPT.items())
    print(json.dumps({'benchmark': 'cluster', **result}), flush=True)
    return result


def print_ratios(local, cross):
    """What a message costs that crosses nodes, against one that does not."""
    ratios = {
        name: round(cross[name] / local[name], 2)
        for name in ('light_p50', 'light_p99', 'saturated_messages_per_s', 'saturated_p99')
    }
    for kind in ('light', 'saturated'):
        whole = [figures[f'{kind}_cpu'] + figures[f'{kind}_redis_cpu'] for figures in (local, cross)]
        ratios[f'{kind}_cpu_with_redis'] = round(whole[1] / whole[0], 2)
    print(json.dumps({'benchmark': 'cluster', 'ratio': 'cross/local', 'nodes': cross['nodes'], **ratios}), flush=True)


async def main(generator, *options):
    for n_nodes in N_NODES:
        local = await measure(generator, n_nodes, False, options)
        if n_nodes > 1:
            print_ratios(local, await measure(generator, n_nodes, True, options))


asyncio.run(main(*sys.argv[1:]))
