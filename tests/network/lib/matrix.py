# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which kinds of networks connect, and how."""

from . import tap
from .nat import COUNTERS, DIRECT, KINDS, NOT_CONNECTED, RELAY_TCP, RELAY_TLS, RELAY_UDP, read_traffic
from .network_test import gather
from .peers import Failed, open_pair, start_peer
from .servers import start_servers
from .topology import Site

# What is sent to see which way it goes: more than all keepalives.
PROBE = 'x' * 40000
HOPELESS_TIMEOUT = 8
SIGNALING_FAILURE = 'did not answer'
UNANSWERED = 'unanswered'
TIMEOUT = 60

# libnice decides for the first ways that it finds, and on a machine that is
# busy the best one may be late.
TRIES = 6


async def ways(sides):
    """Which way data takes from each site: a name of COUNTERS, or DIRECT when
    it does not leave the site."""
    (first, first_site), (second, second_site) = sides
    before = [read_traffic(site) for _, site in sides]
    for sender, receiver in ((first, second), (second, first)):
        await sender.send(PROBE)
        assert await receiver.receive() == PROBE
    found = []
    for (_, site), old in zip(sides, before):
        new = read_traffic(site)
        amounts = {name: new[name] - old[name] for name in COUNTERS}
        best = max(amounts, key=amounts.get)
        found.append(best if amounts[best] > len(PROBE) / 2 else DIRECT)
    return found


def name_of(found):
    """How a connection is named whose sides take some ways: what matters is
    the hardest of them."""
    for counter, name in (('turn-tls', RELAY_TLS), ('turn-tcp', RELAY_TCP), ('turn-udp', RELAY_UDP)):
        if counter in found:
            return name
    assert found == [DIRECT, DIRECT], found
    return DIRECT


class Matrix:
    """Two sites of each kind: one calls, one is called."""

    def __init__(self, name):
        self.name = name
        self.callers = {}
        self.called = {}
        self.results = {}

    @classmethod
    async def start(cls, stack, network, name, ice_servers):
        self = cls(name)
        turn = await start_servers(stack, network)
        sites = [(role, kind, Site(network, kind, f'{role}-{number}'))
                 for number, kind in enumerate(KINDS) for role in ('caller', 'called')]
        options = ('--authorities', str(turn.certificate))
        peers = await gather(*(start_peer(stack, site.add_host(), site.name, *ice_servers, options=options)
                               for _, _, site in sites))
        for (role, kind, site), peer in zip(sites, peers):
            (self.callers if role == 'caller' else self.called)[kind] = (peer, site)
        return self

    async def connect(self, first, second, expected):
        """How two kinds connect."""
        (caller, caller_site), (called, called_site) = self.callers[first], self.called[second]
        timeout = HOPELESS_TIMEOUT if expected == NOT_CONNECTED else TIMEOUT
        try:
            here, there = await open_pair(caller, called, timeout=timeout, reliable=True)
        except Failed as failure:
            tap.note(matrix=self.name, first=first.name, second=second.name, way=NOT_CONNECTED,
                     error=failure.kind, message=failure.message)
            if SIGNALING_FAILURE in failure.message:
                return UNANSWERED
            assert failure.kind == 'timed-out' and 'no path through the network' in failure.message, failure
            return NOT_CONNECTED
        way = name_of(await ways(((here, caller_site), (there, called_site))))
        stats = await here.stats()
        await here.tell('close')
        await there.take('connection-close')
        tap.note(matrix=self.name, first=first.name, second=second.name, way=way,
                 **{name: stats.get(name) for name in ('local-candidate-type', 'remote-candidate-type', 'round-trip-time')})
        return way

    async def _find(self, first, second, expected):
        for _ in range(TRIES):
            way = await self.connect(first, second, expected)
            if way in (expected, NOT_CONNECTED):
                break
        return way

    async def run(self, expect):
        """Connects each kind to each: in every round all sites are busy with
        one connection. expect says how two kinds connect."""
        wrong = []
        for distance in range(len(KINDS) // 2 + 1):
            pairs = [(kind, KINDS[(number + distance) % len(KINDS)]) for number, kind in enumerate(KINDS)]
            ways_found = await gather(*(self._find(*pair, expect(*pair)) for pair in pairs))
            for (first, second), way in zip(pairs, ways_found):
                self.results[first, second] = self.results[second, first] = way
                if way != expect(first, second):
                    wrong.append(f'{first.name} to {second.name}: {way}')
        assert not wrong, '; '.join(wrong)

    def table(self):
        """It as Markdown."""
        lines = ['| | ' + ' | '.join(kind.name for kind in KINDS) + ' |', '| --- ' * (len(KINDS) + 1) + '|']
        lines += [f'| **{first.name}** | ' + ' | '.join(self.results[first, second] for second in KINDS) + ' |'
                  for first in KINDS]
        return '\n'.join(lines)
