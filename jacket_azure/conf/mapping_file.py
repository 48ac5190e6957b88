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

"""The mapping file in force: read at start, and again when it changes."""

from __future__ import annotations

import os
import threading

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.mapping import parser
from jacket_azure.mapping.tables import Mapping

LOG = logging.getLogger(__name__)

_Stamp = tuple[int, int, int]


class MappingFile:
    """Gives the mapping, always the last version without a mistake.

    :param path: as in ``[azure] mapping_file``
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: _Stamp | None = None
        self._unreadable = False
        self._mapping: Mapping | None = None

    def current(self) -> Mapping:
        """Return the mapping in force.

        Looks at the file's time, size and inode each time, which costs one
        system call, and reads it again when one of them changed. A new
        version with mistakes, or a file that went away, leaves the old one
        in force and is logged once.

        :raises MappingError: the first version has mistakes
        :raises ConfigurationError: the first version cannot be read
        """
        with self._lock:
            try:
                return self._refresh()
            except OSError as exc:
                return self._keep_unreadable(exc)
            except exceptions.MappingError as exc:
                return self._keep_broken(exc)

    def _refresh(self) -> Mapping:
        stamp = _stamp(os.stat(self._path))
        if self._mapping is not None and stamp == self._seen:
            return self._mapping
        with open(self._path, 'rb') as source:
            # of the opened file: another may have its name by now
            stamp = _stamp(os.fstat(source.fileno()))
            content = source.read()
        self._seen = stamp
        self._unreadable = False
        mapping = parser.parse(self._decode(content), self._path)
        if self._mapping is not None:
            LOG.info('Read the new version of %s', self._path)
        self._mapping = mapping
        return mapping

    def _decode(self, content: bytes) -> str:
        try:
            return content.decode('utf-8-sig')
        except UnicodeDecodeError as exc:
            line = content.count(b'\n', 0, exc.start) + 1
            problem = exceptions.Problem(
                self._path, line, '-', 'has bytes that are not UTF-8'
            )
            raise exceptions.MappingError([problem]) from exc

    def _keep_broken(self, exc: exceptions.MappingError) -> Mapping:
        if self._mapping is None:
            raise exc
        LOG.error(
            'The new version of %s has mistakes, the old one stays in '
            'force:\n%s',
            self._path,
            exc,
        )
        return self._mapping

    def _keep_unreadable(self, exc: OSError) -> Mapping:
        if self._mapping is None:
            raise exceptions.ConfigurationError(
                f'[azure] mapping_file {self._path} cannot be read: '
                f'{exc.strerror}'
            ) from exc
        if not self._unreadable:
            LOG.error(
                'Cannot read %s (%s); its last version stays in force',
                self._path,
                exc.strerror,
            )
        self._unreadable = True
        return self._mapping


def _stamp(stat: os.stat_result) -> _Stamp:
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
