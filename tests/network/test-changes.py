#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks that fail and change under connections."""

from lib.links import start_link
from lib.nat import OPEN, PORT_RESTRICTED
from lib.network_test import gather, run
from lib.peers import Failed, open_pair, start_peer
from lib.servers import STUN, start_servers
from lib.topology import Site

DISCONNECT_TIMEOUT = 6
DROP_ALL = '''
table inet cut {
  chain forward {
    type filter hook forward priority -20
    policy drop
  }
}
'''
NUMBERS = [str(number) for number in range(100)]


async def start_pair(stack, network, timeout=DISCONNECT_TIMEOUT):
    """Two peers behind NATs, the first one at a link, and that one's site."""
    await start_servers(stack, network)
    sites = [Site(network, PORT_RESTRICTED), Site(network, PORT_RESTRICTED)]
    hosts = [site.add_host() for site in sites]
    options = ('--disconnect-timeout', str(timeout))
    peers = await gather(*(start_peer(stack, host, f'peer-{number}', STUN, options=options)
                           for number, host in enumerate(hosts)))
    return sites, hosts, peers


async def expect_timeout(side):
    try:
        await side.take('connection-close')
    except Failed as failure:
        assert failure.kind == 'timed-out', failure
        await side.take('connection-close')
        return
    raise AssertionError('closed without an error')


async def test_link_down(stack, network):
    """Both sides notice a link that is down"""
    _, hosts, peers = await start_pair(stack, network)
    sides = await open_pair(*peers, reliable=True)
    hosts[0].ip('link set net down')
    await gather(*(expect_timeout(side) for side in sides))


async def test_dropped(stack, network):
    """Both sides notice a firewall that begins to drop everything"""
    sites, _, peers = await start_pair(stack, network)
    sides = await open_pair(*peers, reliable=True)
    sites[1].router.filter(DROP_ALL)
    await gather(*(expect_timeout(side) for side in sides))


async def test_pause(stack, network):
    """A pause shorter than the timeout ends nothing, and loses nothing"""
    await start_servers(stack, network)
    site = Site(network, OPEN)
    link = await start_link(stack, site)
    options = ('--disconnect-timeout', '60')
    peers = await gather(start_peer(stack, link.host, 'one', options=options),
                         start_peer(stack, site.add_host(), 'other', options=options))
    here, there = await open_pair(*peers, reliable=True)
    await link.change(loss=100)
    for number in NUMBERS:
        await here.send(number)
    await link.change(loss=0)
    assert [await there.receive() for _ in NUMBERS] == NUMBERS


async def test_other_network(stack, network):
    """A connection with “reconnect” comes back through another network, with all values in order"""
    sites, hosts, peers = await start_pair(stack, network)
    here, there = await open_pair(*peers, reliable=True, reconnect=True)
    await here.send('before')
    assert await there.receive() == 'before'

    hosts[0].ip('link set net down')
    for number in NUMBERS:
        await here.send(number)
    await here.take('connection-reconnecting')
    Site(network, PORT_RESTRICTED).move_host(hosts[0])
    await gather(*(side.take('connection-reconnected') for side in (here, there)))
    assert [await there.receive() for _ in NUMBERS] == NUMBERS
    await there.send('after')
    assert await here.receive() == 'after'


run(test_link_down, test_dropped, test_pause, test_other_network)
