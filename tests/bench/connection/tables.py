# SPDX-License-Identifier: LGPL-2.1-or-later
"""The results as Markdown, for a place in a document that is marked."""

OURS = 'libpeerglib'
PAIRS = ('PeerJS to PeerJS', 'libpeerglib to PeerJS', 'PeerJS to libpeerglib', 'libpeerglib to libpeerglib')
REFERENCES = ('webrtcbin', 'libwebrtc', 'libdatachannel')


def milliseconds(value):
    return f'{value:.0f} ms' if value >= 100 else f'{value:.1f} ms'


def microseconds(value):
    return f'{value:.0f} µs'


def rate(value):
    return f'{value:.0f} Mbit/s'


def memory(value):
    return f'{value / 1024:.2f} MiB'


def plain(value):
    return f'{value:.1f}'


def size_name(size):
    if size >= 1 << 20:
        return f'{size >> 20} MiB'
    return f'{size >> 10} KiB' if size % 1024 == 0 else f'{size // 1000} kB'


OPENING = (
    ('open-first', 'first connection of a process, to open', milliseconds),
    ('open', 'later ones, to open', milliseconds),
    ('open-10', '10 at once, to all open', milliseconds),
    ('open-50', '50 at once, to all open', milliseconds),
    ('threads', 'threads of an end', plain),
    ('memory', 'resident memory of an end', memory),
)
CARRYING = (('ping', 'ping-pong', microseconds), ('bulk', 'bulk', rate), ('cpu', 'CPU per MB, bulk', milliseconds))


def row(*cells):
    return '| ' + ' | '.join(cells) + ' |'


def times(number):
    """A ratio in two or three digits."""
    return f'{number:.2f}' if number < 1 else f'{number:.1f}' if number < 10 else f'{number:.0f}'


def marked(ratio):
    """Bold where a goal is missed."""
    return times(ratio['value']) if ratio.get('met', True) else f'**{times(ratio["value"])}**'


def name_of(name, serialization, size):
    detail = ', '.join(part for part in (f'`{serialization}`' if serialization else '', size_name(size) if size else '') if part)
    return f'{name}, {detail}' if detail else name


def what_is_measured(results, link, measures):
    """Each as (measure, serialization, size), its name and how to show it."""
    for measure, name, show in measures:
        for key in results.keys_of(link, measure):
            yield key, name_of(name, *key[1:]), show


def figure(results, link, key, show):
    found = results.value(link, key)
    return show(found['value']) if found else ''


def of_programs(results, link, measures):
    """Our figures, and how they compare with each reference."""
    yield row('', link, *(f'in terms of {reference}' for reference in REFERENCES))
    yield row(*['---'] * (len(REFERENCES) + 2))
    for key, name, show in what_is_measured(results, link, measures):
        ratios = [results.ratio(link, reference, key) for reference in REFERENCES]
        yield row(name, figure(results, link, key, show), *(marked(ratio) if ratio else '' for ratio in ratios))


def of_references(results):
    """What the references do, so that their figures are known as well."""
    links = [*REFERENCES, 'transport']
    yield row('', *links)
    yield row(*['---'] * (len(links) + 1))
    for key, name, show in what_is_measured(results, 'webrtcbin', OPENING + CARRYING):
        yield row(name, *(figure(results, link, key, show) for link in links))


def of_pairs(results):
    reference, *others = PAIRS
    yield row('', *PAIRS)
    yield row(*['---'] * (len(PAIRS) + 1))
    for key, name, show in what_is_measured(results, reference, OPENING + CARRYING):
        ratios = [results.ratio(pair, reference, key) for pair in others]
        yield row(name, figure(results, reference, key, show), *(marked(ratio) if ratio else '' for ratio in ratios))


def markdown(results):
    machine = results.machine
    return '\n\n'.join(
        [
            f'Medians of {machine["rounds"]} rounds on {machine["cores"]} cores ({machine["processor"]}, '
            f'Linux {machine["kernel"].split("-")[0]}, load average {machine["load_average"]:g} when it began). '
            'A ratio in bold misses its goal.',
            '\n'.join(of_programs(results, OURS, OPENING)),
            '\n'.join(of_programs(results, OURS, CARRYING)),
            'What they are held against, and the transport below the peers:',
            '\n'.join(of_references(results)),
            'PeerJS in Chromium, and libpeerglib in place of one or both ends; after the first '
            'column, in terms of it:',
            '\n'.join(of_pairs(results)),
        ]
    )
