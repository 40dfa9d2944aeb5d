#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every kind of network to every other one, with STUN alone and with TURN: as
the documentation has it. With --write, writes it there."""

import sys

from lib.documentation import table_of, write_table
from lib.matrix import Matrix
from lib.nat import DIRECT, NOT_CONNECTED, best_way, connects_directly
from lib.network_test import run
from lib.servers import ALL_TURN, STUN


async def check(matrix, expect):
    await matrix.run(expect)
    if '--write' in sys.argv:
        write_table(matrix.name, matrix.table())
    else:
        assert table_of(matrix.name) == matrix.table(), f'“{matrix.name}” has to be:\n{matrix.table()}'


async def test_stun(stack, network):
    """With STUN, all pairs connect that can"""
    matrix = await Matrix.start(stack, network, 'With STUN alone', [STUN])
    await check(matrix, lambda first, second: DIRECT if connects_directly(first, second) else NOT_CONNECTED)


async def test_turn(stack, network):
    """With TURN, all pairs connect, and in the best way"""
    matrix = await Matrix.start(stack, network, 'With STUN and TURN', [STUN, *ALL_TURN])
    await check(matrix, best_way)


run(test_stun, test_turn)
