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

"""Glance images as Cinder knows them, made ready to be brought to Azure."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import functools
from typing import Any

from cinder import exception as cinder_exception
from cinder.image import image_utils
import glanceclient.exc
from oslo_config import cfg

from jacket_azure import exceptions
from jacket_azure.cinder import signatures
from jacket_azure.imaging import models

CONF = cfg.CONF
GIB = 1024**3

# an image that Cinder keeps as a volume, which it clones without us
_CINDER = 'cinder'
_CHUNK_BYTES = 1024**2
# properties of images whose bytes are cipher text
_ENCRYPTION = (
    'cinder_encryption_key_id',
    'os_encrypt_format',
    'os_encrypt_key_id',
)


def refuse_encrypted(image: dict[str, Any]) -> None:
    """Refuse an image that only its key makes readable.

    :raises InvalidRequest: Azure would keep the cipher text as a disk
    """
    properties = {**image, **(image.get('properties') or {})}
    found = [name for name in _ENCRYPTION if properties.get(name)]
    if found:
        raise exceptions.InvalidRequest(
            f'Image {image["id"]} is encrypted ({", ".join(found)}), which '
            f'volumes on Azure cannot be: Azure encrypts all disks itself. '
            f'Decrypt the image first.'
        )


def source(
    context: Any, image: dict[str, Any], image_service: Any
) -> models.SourceImage:
    """Describe an image whose bytes Glance has.

    :param image: as Glance describes it
    :raises InvalidRequest: no bytes, or a property with a bad value
    :raises ImageConversionNotAllowed: ``image_conversion_disable`` is set
    """
    image_utils.check_image_conversion_disable(
        image.get('disk_format'), 'raw', image['id'], upload=False
    )
    return models.from_glance(
        image, functools.partial(_chunks, context, image, image_service)
    )


def _chunks(
    context: Any, image: dict[str, Any], image_service: Any
) -> Iterator[bytes]:
    """Yield an image's bytes, each time from the first.

    :raises OSError: Glance broke off; it may be asked again
    :raises Unavailable: Glance does not give it
    """
    fetched = image_utils.TemporaryImages.for_image_service(
        image_service
    ).get(context, image['id'])
    if fetched:
        # Cinder has it on this host already, verified
        found = _chunks_of_file(fetched)
    else:
        found = _download(context, image['id'], image_service)
        if signatures.is_signed(image):
            found = signatures.checked(context, image, found)
    yield from found


def _chunks_of_file(path: str) -> Iterator[bytes]:
    with open(path, 'rb') as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _download(
    context: Any, image_id: str, image_service: Any
) -> Iterator[bytes]:
    try:
        yield from image_service.download(context, image_id)
    except (
        cinder_exception.GlanceConnectionFailed,
        glanceclient.exc.CommunicationError,
    ) as exc:
        # as requests and the client itself call what broke off
        raise ConnectionError(str(exc)) from exc
    except (
        cinder_exception.CinderException,
        glanceclient.exc.ClientException,
    ) as exc:
        raise _incomplete(image_id, exc) from exc


@contextlib.contextmanager
def broken_off(image_id: str) -> Iterator[None]:
    """Tell of a stream that broke off each time it was read.

    :raises Unavailable: Glance broke off
    """
    try:
        yield
    except OSError as exc:
        raise _incomplete(image_id, exc) from exc


def _incomplete(
    image_id: str, exc: Exception
) -> exceptions.Unavailable:
    return exceptions.Unavailable(
        f'Glance did not give all bytes of image {image_id}: {exc}'
    )


def is_volume(locations: Any, image: dict[str, Any]) -> bool:
    """Say whether an image is a whole volume, which Cinder clones itself.

    As ``image_upload_use_cinder_backend`` makes them. It has the properties
    of the image that the volume was made from, which must not be taken for
    its own. The few bytes that stand for an image of Azure's may be in a
    volume too, with Glance's cinder store; they are no whole volume.

    :param locations: Glance's direct URL and list of locations
    """
    direct, found = locations if isinstance(locations, tuple) else (
        locations, None
    )
    urls = [direct, *((each or {}).get('url') for each in found or ())]
    return (
        _CINDER in CONF.allowed_direct_url_schemes
        and image.get('disk_format') == 'raw'
        and image.get('container_format') == 'bare'
        and bool(image.get('size'))
        and image['size'] % GIB == 0
        and any(str(url or '').startswith(f'{_CINDER}://') for url in urls)
    )
