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

"""The bytes of an image as they come from Glance, counted and hashed."""

from __future__ import annotations

from collections.abc import Generator
import hashlib

from jacket_azure import exceptions
from jacket_azure.imaging.models import SourceImage


def received(image: SourceImage) -> Generator[bytes, None, None]:
    """Yield an image's bytes; raise at the end unless they are right.

    What goes wrong while they are fetched is raised as it is.

    :raises InvalidRequest: more or fewer bytes than the image has, or
        others than its checksum tells
    """
    digest = _digest(image)
    told = None if digest is None else str(image.checksum).split(':', 1)[1]
    count = 0
    chunks = image.chunks()
    try:
        for chunk in chunks:
            count += len(chunk)
            if count > image.size_bytes:
                break
            if digest is not None:
                digest.update(chunk)
            if chunk:
                yield chunk
    finally:
        close = getattr(chunks, 'close', None)
        if close is not None:
            close()
    if count != image.size_bytes:
        more = 'more than ' if count > image.size_bytes else ''
        told_bytes = image.size_bytes if more else count
        raise exceptions.InvalidRequest(
            f'Image {image.id} has {image.size_bytes} bytes, but '
            f'{more}{told_bytes} came.'
        )
    if digest is not None and digest.hexdigest() != told:
        raise exceptions.InvalidRequest(
            f'The bytes of image {image.id} do not have its checksum: they '
            f'were changed or damaged on their way.'
        )


def _digest(image: SourceImage) -> hashlib._Hash | None:
    if image.checksum is None:
        return None
    algorithm = image.checksum.split(':', 1)[0]
    try:
        # also where md5 is not to be used for security, which this is not
        return hashlib.new(algorithm, usedforsecurity=False)
    except ValueError as exc:
        raise exceptions.InvalidRequest(
            f'The checksum of image {image.id} is a {algorithm[:40]!r}, '
            f'which this host does not know.'
        ) from exc
