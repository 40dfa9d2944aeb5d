#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every kind of network to every other one, with STUN alone and with TURN: as
the documentation has it. With --print, prints what belongs there."""

import sys

from lib.matrix import Matrix
from lib.nat import DIRECT, NOT_CONNECTED, best_way, connects_directly
from lib.network_test import documentation, run
from lib.servers import ALL_TURN, STUN


async def check(matrix, expect):
    await matrix.run(expect)
    if '--print' in sys.argv:
        print(matrix.table(), file=sys.stderr)
    else:
        assert matrix.table() in documentation(), f'docs/connectivity.md lacks:\n{matrix.table()}'


async def test_stun(stack, network):
    """With STUN, all pairs connect that can"""
    matrix = await Matrix.start(stack, network, 'STUN', [STUN])
    await check(matrix, lambda first, second: DIRECT if connects_directly(first, second) else NOT_CONNECTED)


async def test_turn(stack, network):
    """With TURN, all pairs connect, and in the best way"""
    matrix = await Matrix.start(stack, network, 'STUN and TURN', [STUN, *ALL_TURN])
    await check(matrix, best_way)


run(test_stun, test_turn)
