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


"""An image of Glance's, brought into a new disk on Azure.

What a cut costs: a request that fails is sent again for as long as one may
be, and a stream from Glance that breaks off is asked for again, from its
beginning, of which only that is sent which the disk does not hold yet: by the
hash of each piece that this process has sent, so nothing is taken for sent
that was read wrong. After the process itself has ended the next one starts
anew. What an unfinished disk holds then could be told by reading all of it
only, which costs no less than sending it: which pages were written Azure
tells, but not that all that was sent for them arrived, nor that it was read
from Glance without an error, which shows at the end of the image at the
earliest.
"""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import errno
import logging
from typing import Any

from jacket_azure.disks import models as disk_models
from jacket_azure.imaging import models
from jacket_azure.imaging import sources
from jacket_azure.imaging import staging as stagings
from jacket_azure.imaging import transfer

LOG = logging.getLogger(__name__)

# how often the bytes of one image are asked for
TRIES = 3
# no matter how often: the local disk is full
_LASTING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES})


def limits_of(conf: Any) -> models.Limits:
    """Return what an image may cost, from the options of ``[azure]``."""
    return models.Limits(
        virtual_bytes=conf.image_max_size_gib * models.GIB,
        connections=conf.image_transfer_threads,
    )


def bring(
    image: models.SourceImage,
    open_writer: Callable[[int], disk_models.RangedWriter],
    staging: stagings.Staging,
    conf: Any,
    progress: transfer.Progress | None = None,
    check: transfer.Check | None = None,
) -> transfer.Result:
    """Fill a new disk with the disk that is in an image, and finish it.

    Nothing is asked of Azure for an image that is refused at once.

    :param open_writer: called once, with the size in GiB that holds it
    :param conf: options of ``[azure]``
    :param progress: told the percentage that is done
    :param check: called before each piece; what it raises ends all
    :returns: of the last try
    :raises InvalidRequest: the image is not taken, and why

    What reading the image's bytes raises comes through as it is. After any
    failure the disk is gone.
    """
    delivery = _Delivery(open_writer, conf.image_transfer_threads,
                         transfer.Meter(100, progress).note, check)
    limits = limits_of(conf)
    with delivery:
        for left in reversed(range(TRIES)):
            try:
                with sources.open_source(image, staging, limits) as source:
                    result = delivery.take(source)
                break
            except OSError as exc:
                # of requests, of a socket, of a client that saw a wrong hash
                if not left or exc.errno in _LASTING:
                    raise
                LOG.warning(
                    'Reading the bytes of image %s again, %d times at most: '
                    '%s', image.id, left, exc,
                )
        delivery.finish()
    return result


class _Delivery(contextlib.AbstractContextManager['_Delivery']):
    """The disk that is filled, over all tries; given up if not finished."""

    def __init__(
        self,
        open_writer: Callable[[int], disk_models.RangedWriter],
        threads: int,
        progress: transfer.Progress,
        check: transfer.Check | None,
    ) -> None:
        self._open_writer = open_writer
        self._threads = threads
        self._progress = progress
        self._check = check
        self._sent = transfer.Sent()
        self._writer: disk_models.RangedWriter | None = None

    def take(self, source: models.Source) -> transfer.Result:
        """Carry everything there is."""
        if self._writer is None:
            self._writer = self._open_writer(
                max(1, -(-source.size_bytes // models.GIB))
            )
        if source.reader is not None:
            # staged: what could break off has been read to its end
            return transfer.copy(
                source.reader, self._writer, threads=self._threads,
                progress=self._progress, check=self._check,
            )
        return transfer.pour(
            source.chunks or (), source.size_bytes, self._writer,
            threads=self._threads, progress=self._progress,
            check=self._check, sent=self._sent,
        )

    def finish(self) -> None:
        """Make it a disk that can be used."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def __exit__(self, *_: object) -> None:
        if self._writer is None:
            return
        try:
            self._writer.abort()
        except Exception as exc:
            # what ended it is told, and a janitor finds the disk
            LOG.warning('An unfinished disk could not be deleted: %s', exc)
