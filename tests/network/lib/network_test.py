# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs test cases that get a network each; skips them, and says why, where
the system does not let them have one."""

import asyncio
import functools
import os
import signal
import subprocess
import sys

from . import tap
from .topology import Impossible, Network

SKIPPED = 77
CASE_DEADLINE = 400

_PROBE = '''
table inet probe {
  chain outgoing {
    type nat hook postrouting priority 100
    masquerade fully-random
  }
}
'''


def check():
    """Raises Impossible where there is no network to be had."""
    with Network() as network:
        try:
            network.exchange.filter(_PROBE)
        except RuntimeError as error:
            raise Impossible(f'no NAT: {error}') from error
        probe = network.exchange.command('test', '-c', '/dev/net/tun')
        if subprocess.run(probe, check=False).returncode != 0:
            raise Impossible('no /dev/net/tun')


def with_network(case):
    @functools.wraps(case)
    async def wrapper(stack):
        await case(stack, stack.enter_context(Network()))

    return wrapper


def run(*cases):
    # meson ends a test that takes too long like this; asyncio knows the other
    # signal, and ends the test with all that it started.
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    try:
        check()
    except Impossible as reason:
        print(f'1..0 # SKIP {" ".join(str(reason).split())}')
        sys.exit(SKIPPED)
    tap.run(*(with_network(case) for case in cases), deadline=CASE_DEADLINE)


async def gather(*awaitables):
    """Runs all of them to their end; then raises what the first raised."""
    results = await asyncio.gather(*awaitables, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
