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

"""The disk that is in an image of Glance's.

What can be read from its beginning to its end, raw and fixed VHD, goes
through as it comes. All else is staged, checked, and shown by a confined
qemu-nbd, which decompresses and finds the holes.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import itertools

from jacket_azure import exceptions
from jacket_azure.imaging import converter
from jacket_azure.imaging import inspection
from jacket_azure.imaging import intake
from jacket_azure.imaging.formats import parts
from jacket_azure.imaging.formats import qcow2
from jacket_azure.imaging.formats import vhd as vhd_format
from jacket_azure.imaging.formats import vhdx
from jacket_azure.imaging.formats import vmdk
from jacket_azure.imaging.models import GIB
from jacket_azure.imaging.models import Limits
from jacket_azure.imaging.models import Source
from jacket_azure.imaging.models import SourceImage
from jacket_azure.imaging.staging import Staging
from jacket_azure.payload import vhd

_CHECKS: dict[str, Callable[[parts.Image], int]] = {
    'qcow2': qcow2.disk_bytes,
    'vhd': vhd_format.disk_bytes,
    'vhdx': vhdx.disk_bytes,
    'vmdk': vmdk.disk_bytes,
}
FORMATS = ('raw', *_CHECKS)
_STREAMED = ('raw', 'vhd')


@contextlib.contextmanager
def open_source(
    image: SourceImage, staging: Staging, limits: Limits
) -> Iterator[Source]:
    """Open an image for reading the disk in it.

    :param staging: for formats other than raw and fixed VHD
    :raises InvalidRequest: the image is not taken, and why; from the
        source's methods too. What reading the image's bytes raises comes
        through as it is
    :raises Unavailable: there is no room to stage it
    """
    check(image, limits)
    if image.disk_format in _STREAMED:
        with contextlib.closing(intake.received(image)) as received:
            head, chunks = _peek(received)
            streamed = _streamed(image, head, chunks, limits)
            if streamed is not None:
                yield streamed
                return
    # no stream is open while room is waited for: Glance would end it
    with _staged(image, staging, limits) as source:
        yield source


def _streamed(
    image: SourceImage,
    head: bytes,
    chunks: Iterator[bytes],
    limits: Limits,
) -> Source | None:
    """Return what can be read as it comes; None for a dynamic VHD."""
    if image.disk_format == 'raw':
        inspection.check_disk(head, 'raw')
        return Source(_raw_bytes(image), chunks=_padded(chunks, image))
    if head.startswith(vhd_format.MAGIC):
        return None
    inspection.check_disk(head, 'vhd')
    size_bytes = image.size_bytes - vhd.FOOTER_BYTES
    return Source(
        _checked(size_bytes, limits),
        chunks=_without_footer(chunks, size_bytes),
    )


def check(image: SourceImage, limits: Limits) -> None:
    """Refuse an image for what is known before its bytes are read.

    :raises InvalidRequest: says why
    """
    if image.disk_format not in FORMATS:
        raise exceptions.InvalidRequest(
            f'Image {image.id} has the disk_format '
            f'{image.disk_format[:40]!r}; those that can be brought to '
            f'Azure are {", ".join(FORMATS)}.'
        )
    if image.container_format != 'bare':
        raise exceptions.InvalidRequest(
            f'Image {image.id} has the container_format '
            f'{image.container_format[:40]!r}; only bare images can be '
            f'brought to Azure.'
        )
    if image.disk_format == 'raw':
        _checked(_raw_bytes(image), limits)
    elif image.disk_format != 'vhd':
        converter.find()


@contextlib.contextmanager
def _staged(
    image: SourceImage, staging: Staging, limits: Limits
) -> Iterator[Source]:
    converter.find()
    watch = inspection.Inspection(image.disk_format)
    with staging.room(image.size_bytes) as file:
        with contextlib.closing(intake.received(image)) as received:
            head, chunks = _peek(received)
            inspection.check_format(head, image.disk_format)
            for chunk in chunks:
                watch.eat(chunk)
                file.write(chunk)
        file.flush()
        staged = parts.Image(file, image.size_bytes)
        size_bytes = _CHECKS[image.disk_format](staged)
        watch.finish()
        _checked(size_bytes, limits)
        data = None
        if image.disk_format == 'vhdx':
            data = vhdx.data_ranges(staged)
        with converter.Converter(
            file.name, image.disk_format, size_bytes, limits, data
        ) as running:
            yield Source(size_bytes, reader=running.reader)


def _checked(size_bytes: int, limits: Limits) -> int:
    """Return the size of a disk if one may have it."""
    if size_bytes > limits.virtual_bytes:
        raise exceptions.InvalidRequest(
            f'The disk in the image has {-(-size_bytes // GIB)} GiB; at most '
            f'{limits.virtual_bytes // GIB} GiB are taken (option '
            f'image_max_size_gib).'
        )
    return parts.checked_size(size_bytes)


def _peek(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the beginning of the bytes, and all of them."""
    taken: list[bytes] = []
    count = 0
    for chunk in chunks:
        taken.append(chunk)
        count += len(chunk)
        if count >= inspection.HEAD_BYTES:
            break
    head = b''.join(taken)[: inspection.HEAD_BYTES]
    return head, itertools.chain(taken, chunks)


def _raw_bytes(image: SourceImage) -> int:
    """Return the size of a disk that holds all of an image."""
    sectors = -(-image.size_bytes // parts.SECTOR_BYTES)
    return sectors * parts.SECTOR_BYTES


def _padded(chunks: Iterator[bytes], image: SourceImage) -> Iterator[bytes]:
    yield from chunks
    missing = _raw_bytes(image) - image.size_bytes
    if missing:
        yield bytes(missing)


def _without_footer(
    chunks: Iterator[bytes], size_bytes: int
) -> Iterator[bytes]:
    """Yield the disk of a fixed VHD, and check the footer behind it."""
    footer = b''
    left = size_bytes
    for chunk in chunks:
        if left:
            yield chunk[:left]
        footer += chunk[left:]
        left = max(0, left - len(chunk))
    wrong = vhd.problem(footer, size_bytes, parts.SECTOR_BYTES)
    if wrong:
        raise exceptions.InvalidRequest(
            f'The image is said to be vhd, but {wrong}.'
        )
