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

"""Bytes on their way to Glance, remembered by their hash alone."""

from __future__ import annotations

from collections.abc import Mapping
import hashlib
from typing import Any
from typing import Protocol


class Source(Protocol):
    """Something that bytes are read from, once."""

    def read(self, length: int) -> bytes:
        """Return bytes; none at the end."""


class Passing:
    """What is sent to Glance, and how to know that Glance got it.

    Nova and Cinder send again after a lost connection, from where reading
    had come to: what Glance has then is not the image, and it does not know.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._size = 0
        self._hash = hashlib.sha512()

    def read(self, length: int) -> bytes:
        """Return bytes; none at the end."""
        data = self._source.read(length)
        self._size += len(data)
        self._hash.update(data)
        return data

    def is_in(self, record: Mapping[str, Any]) -> bool:
        """Say whether an image in Glance has exactly these bytes.

        :param record: as Glance shows it afterwards

        Source: Image service API v2, ``os_hash_algo``, sha512 by default.
        """
        if record.get('status') != 'active':
            return False
        if record.get('size') != self._size:
            return False
        if record.get('os_hash_algo') != self._hash.name:
            return True
        return bool(record.get('os_hash_value') == self._hash.hexdigest())
