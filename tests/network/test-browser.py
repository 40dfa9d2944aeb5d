#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Chromium and libpeerglib in different networks."""

import json
import pathlib

from lib.matrix import PROBE
from lib.nat import PORT_RESTRICTED, SYMMETRIC, read_traffic
from lib.network_test import run
from lib.peers import start_peer
from lib.processes import Process, tool
from lib.servers import STUN, TURN_UDP, start_servers, turn_credentials
from lib.topology import SIGNAL_NAME, TURN_NAME, TURN_V4, Site

PROGRAM = pathlib.Path(__file__).with_name('browser.mjs')


async def meet(stack, network, browser_kind, native_kind, *ice_urls):
    """Connects them and returns the bytes that left the native one's site, by
    their way."""
    await start_servers(stack, network)
    browser_site, native_site = Site(network, browser_kind), Site(network, native_kind)
    native = await start_peer(stack, native_site.add_host(), 'native', *ice_urls)
    username, credential = turn_credentials('browser')
    # Chromium does not look for these names in the file of hosts.
    urls = [url.replace(TURN_NAME, TURN_V4) for url in ice_urls]
    ice_servers = [{'urls': urls, 'username': username, 'credential': credential}]

    browser = Process(*browser_site.add_host().command(
        tool('NODE'), str(PROGRAM), SIGNAL_NAME, '443', json.dumps(ice_servers), native.id))
    stack.push_async_callback(browser.__aexit__)
    await browser.start()
    connection = await native.called()
    await connection.opened()
    await connection.tell('measure', what='echo')
    assert await browser.wait() == 0, '\n'.join([*browser.lines, *browser.errors])
    assert json.loads(browser.lines[-1])['isSame'], browser.lines
    await connection.take('connection-close')
    return read_traffic(native_site)


async def test_direct(stack, network):
    """A browser connects directly through NATs that allow it"""
    traffic = await meet(stack, network, PORT_RESTRICTED, PORT_RESTRICTED, STUN)
    assert traffic['direct'] > len(PROBE), traffic


async def test_relayed(stack, network):
    """A browser connects over a relay through NATs that do not"""
    traffic = await meet(stack, network, SYMMETRIC, SYMMETRIC, STUN, TURN_UDP)
    assert traffic['turn-udp'] + traffic['relayed'] > len(PROBE), traffic


run(test_direct, test_relayed)
