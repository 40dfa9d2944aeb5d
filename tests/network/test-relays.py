#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What STUN and TURN servers are given, and what comes of it."""

import json

from lib.matrix import HOPELESS_TIMEOUT, SIGNALING_FAILURE, name_of, ways
from lib.nat import DIRECT, OPEN, PORT_RESTRICTED, RELAY_TCP, RELAY_TLS, RELAY_UDP, SYMMETRIC, TCP_443, DUAL_STACK
from lib.network_test import gather, run
from lib.peers import Failed, open_pair, start_peer
from lib.processes import Process
from lib.servers import (ALL_TURN, SECRET, SIGNAL_NAME, STUN, TURN_TCP, TURN_TLS, TURN_UDP, SignalingServer, TurnServer,
                         start_servers)
from lib.tap import note
from lib.topology import TURN_V4, TURN_V6, Site

PATIENT_TIMEOUT = 60
DEAD_TURN = f'turn:{TURN_V4}:9?transport=udp'
DEAD_TURN_TCP = f'turn:{TURN_V4}:9?transport=tcp'


class Pair:
    """Two peers at sites of their own."""

    @classmethod
    async def start(cls, stack, network, first, second, *ice_servers, trust=None, **parameters):
        self = cls()
        self.sites = [Site(network, kind) for kind in (first, second)]
        options = ['--authorities', str(trust.certificate)] if trust else []
        options += parameters.pop('options', [])
        self.peers = await gather(*(
            start_peer(stack, site.add_host(), f'peer-{site.number}', *ice_servers, options=options, **parameters)
            for site in self.sites))
        return self

    async def way(self):
        """How they connect."""
        sides = await open_pair(*self.peers, reliable=True)
        way = name_of(await ways(list(zip(sides, self.sites))))
        stats = await sides[0].stats()
        await sides[0].tell('close')
        await sides[1].take('connection-close')
        return way, stats

    async def failure(self):
        """How they fail to, once they have heard of each other, which takes its
        time on a machine that is busy."""
        timeout = HOPELESS_TIMEOUT
        while True:
            try:
                await open_pair(*self.peers, timeout=timeout)
            except Failed as failure:
                note(error=failure.kind, message=failure.message)
                if SIGNALING_FAILURE in failure.message and timeout < PATIENT_TIMEOUT:
                    timeout *= 2
                    continue
                assert failure.kind == 'timed-out' and 'no path through the network' in failure.message, failure
                return failure
            raise AssertionError('they connected')


async def expect_way(stack, network, expected, *arguments, **parameters):
    pair = await Pair.start(stack, network, *arguments, **parameters)
    way, stats = await pair.way()
    assert way == expected, f'{arguments}: {way} instead of {expected}'
    return stats


async def test_urls(stack, network):
    """TURN servers are reached by each kind of URL"""
    turn = await start_servers(stack, network)
    v4, v6 = f'turn:{TURN_V4}?transport=udp', f'turn:[{TURN_V6}]:3478?transport=udp'
    await gather(
        expect_way(stack, network, RELAY_UDP, SYMMETRIC, SYMMETRIC, TURN_UDP),
        expect_way(stack, network, RELAY_TCP, SYMMETRIC, SYMMETRIC, TURN_TCP),
        expect_way(stack, network, RELAY_TLS, SYMMETRIC, SYMMETRIC, TURN_TLS, trust=turn),
        expect_way(stack, network, RELAY_TLS, TCP_443, TCP_443, f'{TURN_TLS}?transport=tcp', trust=turn),
        expect_way(stack, network, RELAY_UDP, SYMMETRIC, SYMMETRIC, v4),
        expect_way(stack, network, RELAY_UDP, DUAL_STACK, SYMMETRIC, v6, v4),
    )


async def test_turn_is_stun(stack, network):
    """A TURN server tells peers their addresses where there is no STUN server"""
    await start_servers(stack, network)
    await expect_way(stack, network, DIRECT, PORT_RESTRICTED, PORT_RESTRICTED, TURN_UDP)


async def test_relay_only(stack, network):
    """With the policy “relay”, a relay it is, and nothing else is told of"""
    await start_servers(stack, network)
    stats = await expect_way(stack, network, RELAY_UDP, OPEN, OPEN, STUN, TURN_UDP, options=['--relay-only'])
    assert stats['local-candidate-type'] == 'relay', stats
    pair = await Pair.start(stack, network, OPEN, OPEN, STUN, options=['--relay-only'])
    failure = await pair.failure()
    assert 'no TURN server is set' in failure.message, failure


async def test_wrong_credentials(stack, network):
    """Wrong credentials end in an error that says what the TURN server did not give"""
    await start_servers(stack, network)
    pair = await Pair.start(stack, network, SYMMETRIC, SYMMETRIC, STUN, TURN_UDP, credentials=('nobody', 'knows'))
    failure = await pair.failure()
    assert 'srflx' in failure.message and 'no address from the TURN server' in failure.message, failure


async def test_untrusted_server(stack, network):
    """A TURN server whose certificate nobody vouches for is not used"""
    await start_servers(stack, network)
    pair = await Pair.start(stack, network, TCP_443, TCP_443, TURN_TLS)
    await pair.failure()


async def test_dead_server(stack, network):
    """TURN servers that are dead leave it to the others"""
    await start_servers(stack, network)
    await expect_way(stack, network, RELAY_UDP, SYMMETRIC, SYMMETRIC, DEAD_TURN, DEAD_TURN_TCP, TURN_UDP)


async def test_credentials_of_server(stack, network):
    """The credentials that GET /KEY/ice gives work"""
    turn = await stack.enter_async_context(TurnServer(network))
    secret = turn.directory / 'secret'
    secret.write_text(SECRET)
    await stack.enter_async_context(SignalingServer(
        network, '--turn-secret-file', str(secret), *(f'--turn-uri={url}' for url in ALL_TURN)))
    site = Site(network, OPEN)
    script = f"import urllib.request as r; print(r.urlopen('http://{SIGNAL_NAME}:443/peerjs/ice').read().decode())"
    client = Process(*site.add_host().command('/usr/bin/python3', '-c', script))
    await client.start()
    assert await client.wait() == 0, list(client.errors)
    server, = json.loads(client.lines[0])['iceServers']
    await expect_way(stack, network, RELAY_UDP, SYMMETRIC, SYMMETRIC, *server['urls'], trust=turn,
                     credentials=(server['username'], server['credential']))


async def test_same_site(stack, network):
    """Peers behind the same NAT connect directly, even without STUN"""
    await start_servers(stack, network)
    site = Site(network, SYMMETRIC)
    peers = await gather(*(start_peer(stack, site.add_host(), name) for name in ('one', 'other')))
    sides = await open_pair(*peers)
    stats = await sides[0].stats()
    assert (stats['local-candidate-type'], stats['remote-candidate-type']) == ('host', 'host'), stats


run(test_urls, test_turn_is_stun, test_relay_only, test_wrong_credentials, test_untrusted_server, test_dead_server,
    test_credentials_of_server, test_same_site)
