# SPDX-License-Identifier: LGPL-2.1-or-later
"""Test cases as TAP: one after another, each with a deadline, and what they
started is ended whatever happens."""

import asyncio
import contextlib
import json
import sys
import traceback

CASE_DEADLINE = 150
WAIT_DEADLINE = 40


def note(**figures):
    """Prints what a scenario counted as a line of JSON."""
    print('# ' + json.dumps(figures), flush=True)


async def until(condition, what, deadline=WAIT_DEADLINE):
    """Waits until condition() is true, and returns what it gives."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline
    while not (result := condition()):
        if loop.time() > end:
            raise AssertionError(f'{what}: not so after {deadline} s')
        await asyncio.sleep(0.02)
    return result


async def within(awaitable, what, deadline=WAIT_DEADLINE):
    try:
        return await asyncio.wait_for(awaitable, deadline)
    except asyncio.TimeoutError:
        raise AssertionError(f'{what}: not done after {deadline} s') from None


async def _run(cases, deadline):
    failures = 0
    print(f'1..{len(cases)}', flush=True)
    for number, case in enumerate(cases, 1):
        name = case.__doc__.split('.')[0].replace('\n', ' ')
        name = ' '.join(name.split())
        try:
            async with contextlib.AsyncExitStack() as stack:
                await within(case(stack), name, deadline)
            print(f'ok {number} - {name}', flush=True)
        except Exception:  # pylint: disable=broad-except
            failures += 1
            print(f'not ok {number} - {name}')
            for line in traceback.format_exc().splitlines():
                print(f'# {line}')
            sys.stdout.flush()
    return 1 if failures else 0


def run(*cases, deadline=CASE_DEADLINE):
    """Runs test cases: each gets a stack for what has to be ended."""
    sys.exit(asyncio.run(_run(cases, deadline)))
