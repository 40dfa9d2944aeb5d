#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""peer-server --rooms: rooms that several processes share."""

import asyncio
import re
import signal

from lib.client import Client, get
from lib.processes import Node, Process, Redis, free_port, tool
from lib.tap import run, until, within

LEASE = '1500'
N_WORKERS = 3

# Of WebRTC on a busy machine.
CONNECT_DEADLINE = 90


class Member(Client):
    """A client of a signaling manager, that keeps a roster."""

    path = '/webrtc'

    def __init__(self, identifier, token):
        super().__init__(identifier, token)
        self.peers = None
        self.signals = []
        self.n_joined = self.n_left = 0
        self.hear = self._hear

    async def connect(self, node):
        self._reader, self._writer = await asyncio.open_connection('127.0.0.1', node.port)
        await self._upgrade()
        self._task = asyncio.ensure_future(self._run())
        self.write({'action': 'join', 'roomId': 'room', 'sessionId': self.id, 'token': self.token})
        await until(lambda: self.peers is not None, f'the peers of {self.id}')

    def _hear(self, message):
        kind = message['type']
        if kind == 'peers_list':
            self.peers = set(message['peers'])
        elif kind == 'peer_joined':
            assert message['peerId'] not in self.peers, message
            self.peers.add(message['peerId'])
            self.n_joined += 1
        elif kind == 'peer_left':
            self.peers.remove(message['peerId'])
            self.n_left += 1
        else:
            self.signals.append(message)


async def start_nodes(stack, count):
    redis = await stack.enter_async_context(Redis())
    nodes = [Node(redis, f'node-{number}', '--rooms', '--lease', LEASE) for number in range(count)]
    return [await stack.enter_async_context(node) for node in nodes]


async def join(stack, node, identifier):
    member = await stack.enter_async_context(Member(identifier, f'token-of-{identifier}'))
    await within(member.connect(node), f'{identifier} joining')
    return member


def agree(members):
    everybody = {member.id for member in members}
    return all(member.peers == everybody - {member.id} for member in members)


async def test_storm(stack):
    """Members of all nodes who join at once know each other, and signals cross"""
    nodes = await start_nodes(stack, 3)
    members = await asyncio.gather(*(join(stack, nodes[number % 3], f'member-{number}') for number in range(24)))
    await until(lambda: agree(members), 'one roster')
    for member in members:
        member.write({'type': 'webrtc_offer', 'payload': {'targetPeerId': members[0].id, 'sdp': member.id}})
    await until(lambda: len(members[0].signals) == len(members), 'signals')
    assert {signal_['senderSessionId'] for signal_ in members[0].signals} == {member.id for member in members}
    assert not any(member.signals for member in members[1:])


async def test_node_dies(stack):
    """When a node is killed its members leave, once, and may come back at another"""
    nodes = await start_nodes(stack, 2)
    stay = [await join(stack, nodes[0], f'stay-{number}') for number in range(3)]
    lost = [await join(stack, nodes[1], f'lost-{number}') for number in range(3)]
    await until(lambda: agree(stay + lost), 'one roster')
    nodes[1].kill(signal.SIGKILL)
    await within(asyncio.gather(*(member.closed for member in lost)), 'the end of the lost')
    await until(lambda: agree(stay), 'the lost have left')
    assert all(member.n_left == len(lost) for member in stay)

    back = [await join(stack, nodes[0], member.id) for member in lost]
    await until(lambda: agree(stay + back), 'one roster again')
    assert all(member.n_left == len(lost) for member in stay)


async def test_node_ends(stack):
    """When a node is stopped in order its members leave at once"""
    nodes = await start_nodes(stack, 2)
    stay = await join(stack, nodes[0], 'stay')
    lost = await join(stack, nodes[1], 'lost')
    await until(lambda: agree([stay, lost]), 'one roster')
    assert await nodes[1].end() == 0
    await until(lambda: agree([stay]), 'the lost one has left')
    assert await lost.closed == 1001


async def test_workers(stack):
    """Workers of one server have the same rooms, and each tells how many are at it"""
    redis = await stack.enter_async_context(Redis())
    port = free_port(N_WORKERS)
    options = ('--rooms', '--workers', str(N_WORKERS), '--metrics', f'127.0.0.1:{port}')
    node = await stack.enter_async_context(Node(redis, 'many', *options))
    members = [await join(stack, node, f'member-{number}') for number in range(12)]
    await until(lambda: agree(members), 'one roster')

    sessions = 0
    for number in range(N_WORKERS):
        _, text = await get(port + number, '/metrics')
        sessions += int(re.search(r'^peer_server_room_sessions (\d+)$', text, re.M)[1])
    assert sessions == len(members), sessions


async def says(process, text):
    """Waits until a line of a program has the text in it."""
    await until(lambda: any(text in line for line in (*process.lines, *process.errors)), text, CONNECT_DEADLINE)


async def test_talk(stack):
    """Members of one room at two nodes talk to each other over WebRTC"""
    nodes = await start_nodes(stack, 2)
    talkers = []
    for number, node in enumerate(nodes):
        uri = f'ws://127.0.0.1:{node.port}/webrtc'
        talker = Process(tool('PEER_CAT'), '--manager', uri, '--room', 'talk', '--id', f'talker-{number}')
        stack.push_async_exit(talker)
        await talker.start(stdin=asyncio.subprocess.PIPE)
        talkers.append(talker)
        await says(talker, 'In room')
    await says(talkers[0], 'talker-1 has joined')
    for number, talker in enumerate(talkers):
        talker.process.stdin.write(f'from {number}\n'.encode())
    for number, talker in enumerate(talkers):
        await says(talker, f'talker-{1 - number}: from {1 - number}')
    for talker in talkers:
        talker.process.stdin.close()
        assert await within(talker.wait(), 'the end of a talker') == 0


run(test_storm, test_node_dies, test_node_ends, test_workers, test_talk)
