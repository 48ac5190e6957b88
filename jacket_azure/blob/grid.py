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


"""Pieces of a disk that are written at a time.

They lie on a grid, so that two writes to the same place meet in the same
piece and keep their order.
"""

from __future__ import annotations

from collections.abc import Iterator

from jacket_azure.blob import page_blobs

PIECE_BYTES = page_blobs.MAX_WRITE_BYTES


def parts(offset: int, length: int) -> Iterator[tuple[int, int]]:
    """Yield offset and length of the parts that lie in one piece each."""
    end = offset + length
    while offset < end:
        part = min(PIECE_BYTES - offset % PIECE_BYTES, end - offset)
        yield offset, part
        offset += part


def without_zeros(offset: int, data: bytes) -> tuple[int, bytes]:
    """Leave out the whole pages of zeros at both ends."""
    page = page_blobs.PAGE_BYTES
    end = -(-len(data.rstrip(b'\0')) // page) * page
    begin = (len(data) - len(data.lstrip(b'\0'))) // page * page
    return offset + begin, data[begin:end]
