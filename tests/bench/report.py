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

"""Results as rows: what was measured, and what it may be."""

import dataclasses
import json

HEADINGS = ('measured', 'value', 'limit', '')


@dataclasses.dataclass(frozen=True)
class Row:
    """One figure.

    :ivar limit: the most it may be, None when there is none
    :ivar unit: s, requests, or nothing for a ratio
    """

    name: str
    value: float
    limit: float | None = None
    unit: str = ''

    @property
    def is_good(self):
        return self.limit is None or self.value <= self.limit

    def cells(self):
        """Return what a table shows."""
        limit = '' if self.limit is None else self._text(self.limit)
        verdict = '' if self.limit is None else (
            'ok' if self.is_good else 'TOO MUCH')
        return self.name, self._text(self.value), limit, verdict

    def _text(self, number):
        text = f'{number}' if isinstance(number, int) else f'{number:.2f}'
        return f'{text} {self.unit}'.strip()


def table(rows):
    """Return the rows as a table in reStructuredText."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    widths[-1] = max(widths[-1], 2)
    rule = '  '.join('=' * width for width in widths)
    first, *others = [
        '  '.join(cell.ljust(width) for cell, width
                  in zip(line, widths, strict=True)).rstrip()
        for line in lines]
    return '\n'.join([rule, first, rule, *others, rule])


def write(folder, rows, about):
    """Write ``bench.rst`` and ``bench.json`` into a folder.

    :param about: what was run where, as name and value
    """
    told = '\n'.join(f':{name}: {value}' for name, value in about.items())
    (folder / 'bench.rst').write_text(f'{told}\n\n{table(rows)}\n')
    (folder / 'bench.json').write_text(json.dumps({
        'about': about,
        'rows': [dataclasses.asdict(row) for row in rows]}, indent=1) + '\n')
