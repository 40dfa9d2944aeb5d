# SPDX-License-Identifier: LGPL-2.1-or-later
"""The results as Markdown, for a place in a document that is marked."""

from results import FLOOR, OURS, REFERENCE, bound, simple, times


def count(value):
    return f'{value:,.0f}'


def duration(microseconds):
    if microseconds < 1000:
        return f'{microseconds:.1f} µs' if microseconds < 100 else f'{microseconds:.0f} µs'
    return f'{microseconds / 1000:.1f} ms'


def memory(value):
    return f'{value / 1000:.1f} KB'


ROWS = (
    ('connections_per_s', 'connections/s', count),
    ('connection_cpu', 'CPU of a connection', duration),
    ('client_rss', 'memory of an idle client', memory),
    ('light_cpu', 'light: CPU of a message', duration),
    ('light_p50', 'light: p50', duration),
    ('light_p99', 'light: p99', duration),
    ('light_p999', 'light: p99.9', duration),
    ('saturated_messages_per_s', 'saturated: messages/s', count),
    ('saturated_cpu', 'saturated: CPU of a message', duration),
    ('saturated_p50', 'saturated: p50', duration),
    ('saturated_p99', 'saturated: p99', duration),
    ('saturated_p999', 'saturated: p99.9', duration),
)


def row(*cells):
    return '| ' + ' | '.join(cells) + ' |'


def marked(ratio):
    """Bold where a goal is missed."""
    return times(ratio['value']) if ratio['met'] else f'**{times(ratio["value"])}**'


def goal(ratio):
    number, is_floor = bound(ratio)
    return f'{"≥" if is_floor else "≤"} {simple(number)}'


def cells(results, metric, show, case):
    """Our figure and what it is in terms of the reference's."""
    ours = results.value(OURS, metric, case)
    reference = results.value(REFERENCE, metric, case)
    judged = results.ratio(REFERENCE, metric, case)
    if judged:
        return show(ours), marked(judged)
    return show(ours), times(ours / reference) if reference else ''


def comparison(results, tls):
    """The table against the reference."""
    cases = results.cases(tls)
    heads = [cell for clients, _ in cases for cell in (f'{clients:,} clients', 'ratio')]
    yield row('TLS' if tls else '', *heads, 'goal')
    yield row(*['---'] * (len(heads) + 2))
    for metric, name, show in ROWS:
        judged = results.ratio(REFERENCE, metric, cases[0])
        figures = [cell for case in cases for cell in cells(results, metric, show, case)]
        yield row(name, *figures, goal(judged) if judged else '')


def distance(results):
    """The table against the floor."""
    cases = [case for case in results.cases(False) if results.value(FLOOR, 'light_cpu', case)]
    if not cases:
        return
    heads = [cell for clients, _ in cases for cell in (f'floor, {clients:,} clients', 'ratio')]
    yield row('CPU', *heads, 'goal')
    yield row(*['---'] * (len(heads) + 2))
    for metric, name in (
        ('connection_cpu', 'of a connection'),
        ('light_cpu', 'of a message, light'),
        ('saturated_cpu', 'of a message, saturated'),
    ):
        ratios = [results.ratio(FLOOR, metric, case) for case in cases]
        figures = [
            cell
            for case, ratio in zip(cases, ratios)
            for cell in (duration(results.value(FLOOR, metric, case)), marked(ratio))
        ]
        yield row(name, *figures, goal(ratios[0]))


def growth(results):
    for tls in (False, True):
        found = results.growth(tls)
        if found:
            few, many, ratio = found
            yield (
                f'With {many:,} clients{", and TLS," if tls else ""} a light message costs '
                f'{marked(ratio)} times what it costs with {few:,} (goal {goal(ratio)}).'
            )


def markdown(results):
    machine = results.machine
    parts = [
        f'Medians of {machine["rounds"]} rounds on {machine["cores"]} cores ({machine["processor"]}, '
        f'Linux {machine["kernel"].split("-")[0]}, load average {machine["load_average"]:g} when it began). '
        'Ratios are to `peer`, and in bold when they miss their goal.'
    ]
    for tls in (False, True):
        if results.cases(tls):
            parts.append('\n'.join(comparison(results, tls)))
    parts.append('\n'.join(distance(results)))
    parts.append('\n'.join(growth(results)))
    return '\n\n'.join(part for part in parts if part)
