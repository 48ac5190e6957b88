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

"""Room on the local disk for images that must be read at random.

Several processes share a directory and its quota. A file's length is what it
reserves, from its first moment; its lock says that somebody works with it.
The kernel takes the lock away when that process ends, however it ends, so
that whoever comes next removes the file and has its room.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import errno
import fcntl
import glob
import os
import time
from typing import BinaryIO
import uuid

from oslo_log import log as logging

from jacket_azure import exceptions

LOG = logging.getLogger(__name__)

GIB = 1024**3

_SUFFIX = '.image'
_WAIT_TIMEOUT = 900.0
_POLL_INTERVAL = 1.0
# the accounting lock is held for a listing
_LOCK_INTERVAL = 0.01


class Staging:
    """A directory for images while they are read.

    :param directory: made when missing, for this user only
    :param quota_bytes: of all images in it
    :param wait_timeout: seconds to wait for others to be done
    """

    def __init__(
        self,
        directory: str,
        quota_bytes: int,
        *,
        wait_timeout: float = _WAIT_TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._directory = directory
        self._quota_bytes = quota_bytes
        self._wait_timeout = wait_timeout
        self._clock = clock
        self._sleep = sleep

    @contextlib.contextmanager
    def room(self, size_bytes: int) -> Iterator[BinaryIO]:
        """Give a file to write an image into; it goes with the context.

        :param size_bytes: of the image; the file has this length already
        :returns: open for reading and writing; its ``name`` is its path
        :raises InvalidRequest: larger than all the room there is
        :raises Unavailable: others have it, and do not give it back
        """
        if size_bytes > self._quota_bytes:
            raise exceptions.InvalidRequest(
                f'The image has {size_bytes} bytes, but images in this '
                f'format are staged, which at most '
                f'{self._quota_bytes // GIB} GiB are for (option '
                f'image_staging_size_gib).'
            )
        os.makedirs(self._directory, mode=0o700, exist_ok=True)
        deadline = self._clock() + self._wait_timeout
        file = self._reserve(size_bytes)
        while file is None:
            if self._clock() >= deadline:
                raise exceptions.Unavailable(
                    f'Other images take the room in {self._directory}, and '
                    f'{size_bytes} bytes were not free in time (option '
                    f'image_staging_size_gib).'
                )
            self._sleep(_POLL_INTERVAL)
            file = self._reserve(size_bytes)
        try:
            yield file
        except OSError as exc:
            if exc.errno != errno.ENOSPC:
                raise
            raise exceptions.Unavailable(
                f'The disk with {self._directory} is full.'
            ) from exc
        finally:
            # before the lock goes with the descriptor
            with contextlib.suppress(FileNotFoundError):
                os.unlink(file.name)
            file.close()

    def _reserve(self, size_bytes: int) -> BinaryIO | None:
        """Return a locked file, None while there is no room."""
        with self._accounting():
            used, unwritten = self._sweep()
            space = os.statvfs(self._directory)
            free = space.f_bavail * space.f_frsize - unwritten
            if size_bytes > free and not used:
                raise exceptions.Unavailable(
                    f'The disk with {self._directory} has {max(free, 0)} '
                    f'bytes left, {size_bytes} are needed.'
                )
            if size_bytes > min(self._quota_bytes - used, free):
                return None
            path = os.path.join(
                self._directory, f'{uuid.uuid4().hex}{_SUFFIX}'
            )
            file = open(path, 'x+b')
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # services of a group that share the directory see each
                # other's locks; who reads it for root is somebody else, gets
                # it open, and does not get into the directory
                os.fchmod(file.fileno(), 0o640 if os.geteuid() else 0o644)
                file.truncate(size_bytes)
            except BaseException:
                os.unlink(path)
                file.close()
                raise
            return file

    def _sweep(self) -> tuple[int, int]:
        """Remove what nobody works with.

        :returns: bytes that are reserved, and how many of them are not yet
            on the disk
        """
        used = unwritten = 0
        pattern = os.path.join(glob.escape(self._directory), f'*{_SUFFIX}')
        for path in glob.glob(pattern):
            # gone meanwhile: it was somebody's who is done
            with contextlib.suppress(FileNotFoundError):
                if _removed(path):
                    LOG.info('Removed %s, left by a process that ended',
                             path)
                    continue
                facts = os.stat(path)
                used += facts.st_size
                unwritten += max(0, facts.st_size - facts.st_blocks * 512)
        return used, unwritten

    @contextlib.contextmanager
    def _accounting(self) -> Iterator[None]:
        """Be the only one, of all processes, that counts or reserves."""
        path = os.path.join(self._directory, 'lock')
        # reading is enough to lock it, for other users too
        fd = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            # waiting inside the call would stop all threads of a service
            # that runs on green ones
            while not _lock(fd):
                self._sleep(_LOCK_INTERVAL)
            yield
        finally:
            os.close(fd)


def _removed(path: str) -> bool:
    """Remove a file that nobody has locked; False when somebody has."""
    try:
        with open(path) as file:
            if not _lock(file.fileno()):
                return False
            os.unlink(path)
    except PermissionError:
        # of another user, who has to look after it
        return False
    return True


def _lock(fd: int) -> bool:
    """Lock a file unless somebody has, be it another thread."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
