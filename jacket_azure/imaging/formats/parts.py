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

"""Parts of a staged image, never beyond its end."""

from __future__ import annotations

import dataclasses
import time
from typing import BinaryIO

from jacket_azure import exceptions

SECTOR_BYTES = 512
# Tables of the first level are kept in memory, so they are bounded: with
# clusters or grains of 4 KiB this is 1 TiB, with 64 KiB far more
MAX_TABLES = 2**19


@dataclasses.dataclass(frozen=True)
class Image:
    """An image that lies in a file.

    :ivar size_bytes: of the file
    """

    file: BinaryIO
    size_bytes: int

    def part(self, offset: int, length: int) -> bytes:
        """Return bytes of the image.

        :raises InvalidRequest: the image ends before that
        """
        if not 0 <= offset <= self.size_bytes - length:
            raise damaged(
                f'it refers to {length} bytes at {offset}, but ends at '
                f'{self.size_bytes}'
            )
        # many parts in a row would keep green threads from running
        time.sleep(0)
        self.file.seek(offset)
        data = self.file.read(length)
        if len(data) != length:
            raise damaged(f'it ends at {offset + len(data)}')
        return data


def damaged(why: str) -> exceptions.InvalidRequest:
    """Return the refusal of an image that breaks its format's rules."""
    return exceptions.InvalidRequest(f'The image is damaged: {why}.')


def refused(why: str) -> exceptions.InvalidRequest:
    """Return the refusal of an image for what it is."""
    return exceptions.InvalidRequest(f'The image cannot be used: {why}.')


def checked_size(size_bytes: int) -> int:
    """Return the size of a disk if it can be one."""
    if size_bytes < SECTOR_BYTES or size_bytes % SECTOR_BYTES:
        raise damaged(
            f'its disk would have {size_bytes} bytes, which is no multiple '
            f'of {SECTOR_BYTES}'
        )
    return size_bytes
