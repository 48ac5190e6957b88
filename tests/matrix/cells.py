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

"""Which cells there are, and which a sample takes."""

from __future__ import annotations

import zlib

from tests.matrix import scene
from tests.matrix import troubles

# an outage from here on and a stuck operation have one duration only
_ONE_DURATION = {'down': True, 'stuck': False}
# of how many cells a sample takes one
STRIDE = 41


def all_cells(rows, row='', column=''):
    """List the cells of the whole matrix, row by row.

    :param row: only rows with this in their name
    :param column: only these columns, separated by commas
    """
    names = set(filter(None, column.split(',')))
    unknown = names - set(troubles.BY_NAME)
    if unknown:
        raise ValueError(f'no such column: {", ".join(sorted(unknown))}; '
                         f'there are {", ".join(troubles.BY_NAME)}')
    return [
        scene.Cell(each, trouble.name, for_good)
        for each in rows if row.lower() in str(each).lower()
        for trouble in troubles.TROUBLES
        if trouble.fits(each) and (not names or trouble.name in names)
        for for_good in (False, True)
        if _ONE_DURATION.get(trouble.name, for_good) == for_good]


def sample(cells, offset=0, stride=STRIDE):
    """Take some of all cells, others for another *offset*."""
    return [cell for cell in cells
            if _number(cell) % stride == offset % stride]


def one_of_each_kind(cells, offset=0):
    """Take, of what looks alike to the driver, one column for each request.

    Which one differs from request to request, so each column is among them,
    and from *offset* to *offset*.
    """
    alike = {}
    for cell in cells:
        kind = troubles.BY_NAME[cell.trouble].kind
        alike.setdefault((cell.row, kind, cell.for_good), []).append(cell)
    return [each[(_number(each[0]) + offset) % len(each)]
            for each in alike.values()]


def share(cells, part):
    """Take the n-th of m parts, for *part* ``n/m``; all for none."""
    if not part:
        return cells
    number, parts = map(int, part.split('/'))
    return [cell for cell in cells if _number(cell) % parts == number - 1]


def _number(cell):
    """Return the same number for a cell wherever it stands in a list."""
    return zlib.crc32(str(cell).encode())
