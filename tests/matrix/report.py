#    Licensed under the Apache License, Version 2.0 (the "License"); you may
#    not use this file except in compliance with the License. You may obtain
#    a copy of the License at
#
#         http://www.apache.org/licenses/LICENSE-2.0
#
#    Unless required by applicable law or agreed to in writing, software
#    distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
#    WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
#    License for the specific language governing permissions and limitations
#    under the License.

"""The matrix as text, as reStructuredText and as JSON."""

from __future__ import annotations

import json

from tests.matrix import rules

LEGEND = """\
once/for good: ok = as asked for, FAULT = told to the user, * = Azure held
something until the server was deleted, . = cannot happen, WRONG = see below
"""
_COLUMNS = ('once', 'for good')


def mark(cell, outcome):
    """Return a cell's outcome in a word."""
    if rules.problems(cell, outcome):
        return 'WRONG'
    if outcome.ok:
        return 'ok'
    return 'FAULT*' if outcome.left else 'FAULT'


def table(results):
    """Return heading and lines of cells.

    :param results: cell to outcome
    """
    rows, columns = {}, {}
    for cell in results:
        rows.setdefault(cell.row)
        columns.setdefault(cell.trouble)
    marks = {cell: mark(cell, outcome) for cell, outcome in results.items()}
    lines = [['request', *columns]]
    for row in rows:
        line = [str(row)]
        for column in columns:
            found = {cell.for_good: text for cell, text in marks.items()
                     if (cell.row, cell.trouble) == (row, column)}
            line.append('/'.join(
                found.get(good, '-') for good in (False, True))
                if found else '.')
        lines.append(line)
    return lines


def text(results):
    """Return the whole report for a terminal."""
    lines = table(results)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = ['  '.join(word.ljust(width) for word, width
                       in zip(line, widths, strict=True)).rstrip()
             for line in lines]
    wrong = [f'WRONG {cell}: {problem}' for cell, outcome in results.items()
             for problem in rules.problems(cell, outcome)]
    return '\n'.join([*shown, '', LEGEND, *wrong, totals(results)])


def totals(results):
    """Return the numbers in one line."""
    marks = [mark(cell, outcome) for cell, outcome in results.items()]
    wrong = marks.count('WRONG')
    good = marks.count('ok')
    left = marks.count('FAULT*')
    return (f'{len(marks)} cells: {good} succeeded, '
            f'{len(marks) - good - wrong} told the user why ({left} with '
            f'something left until deleted), {wrong} wrong')


def rst(results):
    """Return the table as reStructuredText."""
    lines = [line for line in table(results)]
    found = ['.. list-table::', '   :header-rows: 1', '']
    for line in lines:
        found += [f'   {"* -" if at == 0 else "  -"} {word}'
                  for at, word in enumerate(line)]
    return '\n'.join([*found, '', totals(results), ''])


def as_json(results):
    """Return all that is known, for programs."""
    return json.dumps([
        {'step': cell.row.step, 'request': cell.row.label,
         'turn': cell.row.turn, 'trouble': cell.trouble,
         'duration': _COLUMNS[cell.for_good], 'mark': mark(cell, outcome),
         'fault': outcome.text, 'struck': outcome.struck,
         'virtual_seconds': round(outcome.virtual_seconds, 1),
         'problems': rules.problems(cell, outcome)}
        for cell, outcome in results.items()], indent=1)
