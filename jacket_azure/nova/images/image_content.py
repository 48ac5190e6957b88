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


"""The bytes Glance gets of an image: a descriptor, or the disk's own."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import io
import json
from typing import Any

from nova import exception as nova_exception

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.imaging import export
from jacket_azure.imaging import passing
from jacket_azure.nova import backend as backends

PROPERTY = 'azure_image_upload'
NONE = 'none'
FORMATS = (NONE, 'raw', 'qcow2', 'vhd')


class Content(passing.Passing):
    """What is sent to Glance.

    :ivar disk_format: as Glance calls it
    """

    def __init__(self, source: passing.Source, disk_format: str) -> None:
        super().__init__(source)
        self.disk_format = disk_format

    def check(self, image_id: str, record: Mapping[str, Any]) -> None:
        """Compare with what Glance says it has.

        :raises CouldNotUploadImage: it has something else
        """
        if not self.is_in(record):
            raise nova_exception.CouldNotUploadImage(image_id=image_id)


def wanted_format(conf: Any, properties: Mapping[str, str]) -> str | None:
    """Return in which format Glance gets the bytes; None for not at all.

    :param conf: the ``[azure]`` options
    :param properties: of the image
    :raises InvalidRequest: the property is none of :data:`FORMATS`
    """
    wanted = properties.get(PROPERTY) or conf.image_upload
    if wanted not in FORMATS:
        raise exceptions.InvalidRequest(
            f'Image property {PROPERTY} is {wanted[:60]!r}, must be one of '
            f'{", ".join(FORMATS)}.'
        )
    return None if wanted == NONE else wanted


@contextlib.contextmanager
def opened(
    backend: backends.Backend,
    image: models.Image,
    wanted: str | None,
    progress: Callable[[int], None],
) -> Iterator[Content]:
    """Open what is sent to Glance."""
    if wanted is None:
        # of all formats Glance checks, raw is the one any bytes are of
        yield Content(io.BytesIO(_descriptor(image)), 'raw')
        return
    with contextlib.closing(
        backend.disks.open_image_reader(image.name)
    ) as reader, contextlib.closing(
        export.open_export(
            reader,
            wanted,
            threads=backend.conf.image_transfer_threads,
            progress=progress,
        )
    ) as source:
        yield Content(source, wanted)


def _descriptor(image: models.Image) -> bytes:
    return json.dumps(
        {
            'azure_uri': image.uri,
            'size_gib': image.size_gib,
            'note': 'The content of this image is in Azure.',
        },
        indent=1,
    ).encode()
