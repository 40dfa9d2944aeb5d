# SPDX-License-Identifier: LGPL-2.1-or-later
"""Places in a document that benchmarks fill in."""


def replace(document, benchmark, text):
    """A document with this text between the marks of a benchmark."""
    begin_mark, end_mark = (f'<!-- from the benchmark "{benchmark}": {word} -->' for word in ('begin', 'end'))
    before, begin, rest = document.partition(begin_mark)
    _, end, after = rest.partition(end_mark)
    if not begin or not end:
        raise ValueError(f'the document has no marks for the results of the benchmark {benchmark}')
    return f'{before}{begin_mark}\n{text}\n{end_mark}{after}'


def fill_in(path, benchmark, text):
    path.write_text(replace(path.read_text(encoding='utf-8'), benchmark, text), encoding='utf-8')
