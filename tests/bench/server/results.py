# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the benchmark "server" has printed."""

import sys
from fractions import Fraction
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

import benchmark  # noqa: E402

OURS = 'peer-server'
REFERENCE = 'peer'
FLOOR = 'floor'


class Results:
    """The JSON lines of one run; those of other benchmarks are passed over."""

    def __init__(self, lines):
        self.machine = {}
        self.servers = {}
        self.ratios = {}
        for item in benchmark.items_of('server', lines):
            if 'server' in item:
                self.servers[item['server'], item['clients'], item['tls']] = item
            elif 'ratio' in item:
                against = item['ratio'].split('/')[1]
                self.ratios[against, item['metric'], item['clients'], item['tls']] = item
            else:
                self.machine = item

    def __bool__(self):
        return bool(self.ratios)

    @property
    def is_complete(self):
        return self.machine.get('complete', False)

    def cases(self, tls=None):
        """(clients, with TLS) of our server, without TLS first."""
        found = {(has_tls, clients) for name, clients, has_tls in self.servers if name == OURS}
        return [(clients, has_tls) for has_tls, clients in sorted(found) if tls in (None, has_tls)]

    def value(self, server, metric, case):
        item = self.servers.get((server, *case))
        return item[metric] if item else None

    def ratio(self, against, metric, case):
        return self.ratios.get((against, metric, *case))

    def growth(self, tls=False):
        """What a light message costs with many clients, by the few it is held against."""
        for (against, metric, clients, has_tls), item in self.ratios.items():
            if against.isdigit() and has_tls == tls:
                return int(against), clients, item
        return None


def bound(ratio):
    """A goal as (number, whether more is better)."""
    return (ratio['at_least'], True) if 'at_least' in ratio else (ratio['at_most'], False)


def simple(number):
    """1/3 rather than 0.3333, and 2.2 as it is."""
    fraction = Fraction(number).limit_denominator(64)
    if number < 1 and fraction.numerator == 1:
        return f'1/{fraction.denominator}'
    return f'{number:g}'


def times(number):
    """A ratio in two or three digits."""
    return f'{number:.2f}' if number < 1 else f'{number:.1f}' if number < 10 else f'{number:.0f}'
