#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Native peers that meet through different nodes."""

import asyncio
import itertools

from lib.processes import Process, start_cluster, tool
from lib.tap import note, run, until

LINES = ['hello', 'Grüße', 'x' * 4000]


async def talk(stack, echo_node, node, number):
    """peer-cat at one node gets back what it sends to one at another."""
    identifier = f'echo-{number}'
    echo = Process(tool('PEER_CAT'), '--server', echo_node.uri, '--id', identifier, '--echo')
    await stack.enter_async_context(echo)
    await until(lambda: any(identifier in line for line in echo.errors), f'{identifier} waits')

    caller = Process(tool('PEER_CAT'), '--server', node.uri, '--text', identifier)
    await caller.start(stdin=asyncio.subprocess.PIPE)
    stack.push_async_callback(caller.__aexit__)
    caller.process.stdin.write(''.join(line + '\n' for line in LINES).encode())
    await until(lambda: len(caller.lines) == len(LINES), f'answers of {identifier}; {list(caller.errors)}')
    assert caller.lines == LINES, caller.lines

    caller.process.stdin.close()
    assert await caller.wait() == 0
    assert await echo.end() == 0


async def test_native(stack):
    """Native peers at different nodes connect, in every direction"""
    _, nodes = await start_cluster(stack, 3)
    directions = list(itertools.permutations(nodes, 2))
    for number, (echo_node, node) in enumerate(directions):
        await talk(stack, echo_node, node, number)
    note(scenario='native-peers', connections=len(directions), sent=len(directions) * len(LINES),
         delivered=len(directions) * len(LINES), expired=0)


run(test_native)
