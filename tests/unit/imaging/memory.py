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


"""A disk in memory, for both ends of a transfer."""

import threading

from jacket_azure.imaging import pieces

MIB = 1024**2
GIB = 1024**3


class Disk:
    """Reader and writer of a sparse disk; safe to share between threads.

    :ivar calls: what was asked, as ``(verb, offset, length)``
    """

    def __init__(self, size_bytes, data=None):
        self.size_bytes = size_bytes
        self.calls = []
        self.closed = self.aborted = 0
        self._parts = {}
        self._ranges = []
        self._lock = threading.Lock()
        for offset, content in sorted((data or {}).items()):
            self._store(offset, content)
            self._ranges.append((offset, len(content)))

    def ranges(self):
        self.calls.append(('ranges', 0, self.size_bytes))
        yield from self._ranges

    def read(self, offset, length):
        with self._lock:
            self.calls.append(('read', offset, length))
        return self.content(offset, length)

    def write(self, offset, data):
        if offset % 512 or len(data) % 512 or not data:
            raise ValueError(f'{len(data)} bytes at {offset}')
        with self._lock:
            self.calls.append(('write', offset, len(data)))
            self._store(offset, data)

    def clear(self, offset, length):
        self.write(offset, bytes(length))

    def close(self):
        self.closed += 1

    def abort(self):
        self.aborted += 1

    def content(self, offset, length):
        """Return what is there, without a note."""
        found = bytearray()
        end = min(offset + length, self.size_bytes)
        while offset < end:
            at = offset % pieces.PIECE_BYTES
            part = min(pieces.PIECE_BYTES - at, end - offset)
            known = self._parts.get(offset - at, pieces.ZEROS)
            found += known[at:at + part]
            offset += part
        return bytes(found)

    def did(self, verb):
        """Return offset and length of all calls of a kind, sorted."""
        return sorted(call[1:] for call in self.calls if call[0] == verb)

    def __eq__(self, other):
        common = min(self.size_bytes, other.size_bytes)
        return all(
            self.content(at, pieces.PIECE_BYTES)[:common - at]
            == other.content(at, pieces.PIECE_BYTES)[:common - at]
            for at in {*self._parts, *other._parts} if at < common)

    def _store(self, offset, data):
        view = memoryview(data)
        while len(view):
            at = offset % pieces.PIECE_BYTES
            part = view[:pieces.PIECE_BYTES - at]
            known = self._parts.setdefault(
                offset - at, bytearray(pieces.PIECE_BYTES))
            known[at:at + len(part)] = part
            offset += len(part)
            view = view[len(part):]
