# SPDX-License-Identifier: LGPL-2.1-or-later
"""A strict parser of Prometheus's text format, version 0.0.4."""

import math
import re

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
SAMPLE = re.compile(rf'(?P<name>{NAME})(?:\{{(?P<labels>{LABEL}(?:,{LABEL})*,?)?\}})? (?P<value>[^ ]+)(?: -?\d+)?')
TYPES = {'counter', 'gauge', 'histogram', 'summary', 'untyped'}


class Family:
    def __init__(self):
        self.help = self.type = None
        self.samples = {}  # of (name, frozenset of labels)


def parse_number(text):
    if text in ('+Inf', '-Inf', 'NaN'):
        return float(text.replace('Inf', 'inf'))
    assert re.fullmatch(r'[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?', text), f'not a number: {text}'
    return float(text)


def family_of(name, families):
    if name in families:
        return name
    base = re.sub(r'_(bucket|sum|count)$', '', name)
    assert base in families and families[base].type in ('histogram', 'summary'), f'no TYPE for {name}'
    return base


def check_histogram(name, family):
    buckets = []
    for (sample, labels), value in family.samples.items():
        if sample == f'{name}_bucket':
            buckets.append((parse_number(dict(labels)['le']), value))
    bounds = [bound for bound, _ in buckets]
    counts = [count for _, count in buckets]
    assert bounds == sorted(set(bounds)) and math.isinf(bounds[-1]), f'{name}: bounds {bounds}'
    assert counts == sorted(counts), f'{name}: counts {counts}'
    assert family.samples[f'{name}_count', frozenset()] == counts[-1], f'{name}: count'
    assert family.samples[f'{name}_sum', frozenset()] >= 0, f'{name}: sum'


def parse(text):
    """Returns the families by their names."""
    assert text.endswith('\n'), 'the last line has no end'
    families, current = {}, None
    for line in text[:-1].split('\n'):
        comment = re.fullmatch(rf'# (HELP|TYPE) ({NAME}) (.+)', line)
        if comment:
            kind, name, rest = comment.groups()
            assert name == current or name not in families, f'{name} is in two places'
            current, family = name, families.setdefault(name, Family())
            attribute = kind.lower()
            assert getattr(family, attribute) is None, f'two {kind} of {name}'
            assert not family.samples, f'{kind} of {name} after its samples'
            assert kind == 'HELP' or rest in TYPES, f'unknown type {rest}'
            setattr(family, attribute, rest)
            continue
        match = SAMPLE.fullmatch(line)
        assert match, f'not a line of the format: {line!r}'
        name, labels = match['name'], dict(re.findall(LABEL, match['labels'] or ''))
        owner = family_of(name, families)
        assert owner == current, f'{name} among the samples of {current}'
        key = (name, frozenset(labels.items()))
        assert key not in families[owner].samples, f'{line!r} is there twice'
        families[owner].samples[key] = parse_number(match['value'])

    for name, family in families.items():
        assert family.help and family.type and family.samples, f'{name} is not complete'
        if family.type == 'counter':
            assert name.endswith('_total'), f'{name}: a counter is called a total'
            assert all(value >= 0 for value in family.samples.values()), name
        if family.type == 'histogram':
            check_histogram(name, family)
    return families


def value(families, name, **labels):
    return families[name].samples[name, frozenset(labels.items())]
