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

"""The bytes of a disk put into a page blob, several pieces at a time.

Zeros are never sent: what was never written is zeros anyway, and what was is
cleared, which costs a request without a body.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import socket
import threading

from jacket_azure import exceptions
from jacket_azure.blob import grid
from jacket_azure.blob import leases
from jacket_azure.blob import page_blobs

PIECE_BYTES = grid.PIECE_BYTES
THREADS = 4


def usual_threads() -> int:
    """Return how many pieces to send at a time; 0 for none in background.

    Cinder under eventlet calls a file object's methods in real threads of a
    pool (``eventlet.tpool``), each with a hub of its own. Green threads that
    one of them starts stand still while another is called.
    """
    is_green = socket.socket.__module__.startswith('eventlet')
    return 0 if is_green else THREADS


class Writer:
    """Fills a blob; offsets and lengths are multiples of 512.

    Pieces are sent in the background. The first failure is raised by the
    next call, at the latest by :meth:`close`; nothing is sent after it.
    Several threads may write at a time, each to other pieces, but not close.

    :param size_bytes: of what may be written
    :param threads: pieces under way at a time; with 0 a call sends its
        own before it returns
    :param fresh: nothing has been written to the blob yet
    :param lease: held while this is open, kept alive by the writing, and
        released at the end
    :param finish: called by :meth:`close` when all has been written
    :param undo: called by :meth:`abort`
    """

    def __init__(
        self,
        blob: page_blobs.PageBlob,
        size_bytes: int,
        threads: int | None = None,
        *,
        fresh: bool = True,
        lease: leases.Lease | None = None,
        finish: Callable[[], None] | None = None,
        undo: Callable[[], None] | None = None,
    ) -> None:
        self.size_bytes = size_bytes
        self._blob = lease.blob if lease else blob
        self._fresh = fresh
        self._lease = lease
        self._finish = finish
        self._undo = undo
        if threads is None:
            threads = usual_threads()
        self._pool = (
            futures.ThreadPoolExecutor(
                threads, thread_name_prefix='page-blob-writer'
            )
            if threads
            else None
        )
        # each holds 4 MiB; one waits, so that no thread has to
        self._room = threading.BoundedSemaphore(threads + 1)
        self._lock = threading.Lock()
        self._keeping = threading.Lock()
        self._touched: set[int] = set()
        self._sending: dict[int, futures.Future[None]] = {}
        self._failure: BaseException | None = None
        self._open = True

    def write(self, offset: int, data: bytes) -> None:
        """Write, whatever was there; returns before it is done.

        :raises AzureError: of an earlier piece
        """
        self._check(offset, len(data))
        view = memoryview(data).cast('B')
        for start, length in grid.parts(offset, len(data)):
            at = start - offset
            part = data if length == len(data) else view[at : at + length]
            # no copy of what is bytes already
            self._put(start, bytes(part))

    def clear(self, offset: int, length: int) -> None:
        """Make it zeros and free the space."""
        self._check(offset, length)
        if self._fresh and not self._written(offset, length):
            return
        # one request, however long
        self.flush()
        self._keep_lease()
        self._blob.clear(offset, length)

    def flush(self) -> None:
        """Return once everything so far has been written.

        :raises AzureError: the first failure
        """
        while True:
            with self._lock:
                waiting = list(self._sending.values())
            if not waiting:
                break
            futures.wait(waiting)
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Finish: only now the disk can be used; safe to repeat.

        After a failure there is :meth:`abort`; a lease is held until then,
        or until it runs out.

        :raises AzureError: not everything was written
        """
        if not self._open:
            return
        self.flush()
        if self._finish is not None:
            self._keep_lease()
            self._finish()
        self._end()

    def abort(self) -> None:
        """Give up, and remove what is unfinished; safe to repeat."""
        if not self._open:
            return
        with self._lock:
            self._failure = self._failure or exceptions.OperationFailed(
                'The writing was given up', code='Aborted'
            )
            waiting = list(self._sending.values())
        futures.wait(waiting)
        try:
            if self._undo is not None:
                self._undo()
        finally:
            self._end()

    def _end(self) -> None:
        self._open = False
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._lease is not None:
            self._lease.release()

    def _check(self, offset: int, length: int) -> None:
        if not self._open:
            raise exceptions.InvalidRequest('The disk is closed.')
        if self._failure is not None:
            raise self._failure
        page_blobs.check_pages(offset, length)
        if offset < 0 or offset + length > self.size_bytes:
            raise exceptions.InvalidRequest(
                f'{length} bytes at {offset} do not lie within the '
                f'{self.size_bytes} bytes of the disk.'
            )

    def _written(self, offset: int, length: int) -> bool:
        return any(
            start // PIECE_BYTES in self._touched
            for start, _ in grid.parts(offset, length)
        )

    def _put(self, offset: int, data: bytes) -> None:
        piece = offset // PIECE_BYTES
        if self._fresh and piece not in self._touched:
            offset, data = grid.without_zeros(offset, data)
            if not data:
                return
        self._touched.add(piece)
        self._keep_lease()
        if self._pool is None:
            self._send_now(offset, data)
            return
        with self._lock:
            earlier = self._sending.get(piece)
        if earlier is not None:
            futures.wait([earlier])
        self._room.acquire()
        with self._lock:
            future = self._pool.submit(self._send, offset, data)
            self._sending[piece] = future
        future.add_done_callback(lambda done: self._sent(piece, done))

    def _send_now(self, offset: int, data: bytes) -> None:
        try:
            self._send(offset, data)
        except BaseException as exc:
            self._failure = exc
            raise

    def _send(self, offset: int, data: bytes) -> None:
        if self._failure is not None:
            return
        # any() would look at each byte on its own
        if data == bytes(len(data)):
            self._blob.clear(offset, len(data))
        else:
            self._blob.write(offset, data)

    def _sent(self, piece: int, done: futures.Future[None]) -> None:
        with self._lock:
            if self._sending.get(piece) is done:
                del self._sending[piece]
            failure = None if done.cancelled() else done.exception()
            self._failure = self._failure or failure
        self._room.release()

    def _keep_lease(self) -> None:
        # by one of them is enough, and nobody waits for it
        if self._lease is not None and self._keeping.acquire(blocking=False):
            try:
                self._lease.keep()
            finally:
                self._keeping.release()
