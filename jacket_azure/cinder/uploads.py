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

"""Images from volumes: the bytes go to Glance as they come from Azure."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

from cinder.image import image_utils
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import facts
from jacket_azure.cinder import kinds
from jacket_azure.cinder import progress
from jacket_azure.cinder import volume_names
from jacket_azure.disks import models
from jacket_azure.imaging import export
from jacket_azure.imaging import passing
from jacket_azure.payload import image_trust
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

FORMATS = ('raw', 'qcow2', 'vhd')
# of the image that a volume was made from, and of the bytes it had then;
# Cinder copies them into an image that is made of the volume
_NOT_INHERITED = frozenset(
    {
        *image_trust.REFERENCES,
        'img_signature',
        'img_signature_hash_method',
        'img_signature_certificate_uuid',
        'img_signature_key_type',
        'signature_verified',
    }
)


class Uploads:
    """Volumes of one backend becoming images in Glance."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._disks = backend.disks

    def upload(
        self,
        context: Any,
        volume: Any,
        image: dict[str, Any],
        image_service: Any,
    ) -> None:
        """Give an image the bytes of a volume.

        A volume in use is read from a snapshot, so that the bytes are those
        of one moment. Cinder deletes the image when this fails.

        :param image: as Cinder has made it in Glance, without data
        :raises InvalidRequest: a format that cannot be streamed
        :raises ImageConversionNotAllowed: ``image_conversion_disable`` is set
        """
        check(image)
        image_utils.check_image_conversion_disable(
            image['disk_format'], 'raw', image['id'], upload=True
        )
        image_service.update(
            context,
            image['id'],
            {'properties': self._properties(volume, image)},
        )
        with contextlib.ExitStack() as stack:
            reader = stack.enter_context(self._opened(volume, image['id']))
            shown = stack.enter_context(progress.shown(context, volume))
            content = stack.enter_context(
                contextlib.closing(
                    export.open_export(
                        reader,
                        image['disk_format'],
                        threads=self._backend.conf.image_transfer_threads,
                        progress=shown,
                    )
                )
            )
            self._send(context, volume, image['id'], image_service, content)

    @staticmethod
    def _send(
        context: Any,
        volume: Any,
        image_id: str,
        image_service: Any,
        content: passing.Source,
    ) -> None:
        passed = passing.Passing(content)
        image_service.update(
            context,
            image_id,
            {},
            passed,
            store_id=volume.volume_type.extra_specs.get(
                'image_service:store_id'
            ),
            base_image_ref=_base_image(volume),
        )
        if not passed.is_in(image_service.show(context, image_id)):
            # Cinder deletes only what is not active
            image_service.delete(context, image_id)
            raise exceptions.Unavailable(
                f'Glance did not get all bytes of image {image_id}; the '
                f'connection was lost in between.'
            )

    @contextlib.contextmanager
    def _opened(
        self, volume: Any, image_id: str
    ) -> Iterator[models.RangedReader]:
        name = volume_names.of_volume(self._disks, volume)
        if not volume.volume_attachment:
            with contextlib.closing(self._disks.open_reader(name)) as reader:
                yield reader
            return
        kind = kinds.of_type(
            self._backend, volume.volume_type_id, volume.size
        ).kind
        # known by the image's id even when we die before its name is known
        snapshot_name = self._disks.snapshot_name(image_id, name)
        try:
            made = self._disks.create_snapshot(
                models.SnapshotSpec(
                    uuid=image_id,
                    volume_name=name,
                    tags=self._backend.tags(
                        tags.KIND_TEMPORARY, image_id, volume.project_id
                    ),
                    incremental=kind.snapshots == 'incremental',
                    size_gib=volume.size,
                )
            )
            snapshot_name = made.name
            with contextlib.closing(
                self._disks.open_snapshot_reader(snapshot_name)
            ) as reader:
                yield reader
        finally:
            self._remove(snapshot_name)

    def _remove(self, snapshot_name: str) -> None:
        try:
            self._disks.delete_snapshot(snapshot_name)
        except exceptions.AzureError as exc:
            # its tags tell what it is; a page blob's goes with the volume
            LOG.warning(
                'The temporary snapshot %s stays behind: %s',
                snapshot_name,
                exc,
            )

    def _properties(
        self, volume: Any, image: dict[str, Any]
    ) -> dict[str, str]:
        """Return the image's properties: what can boot has to say how."""
        inherited = {
            key: value
            for key, value in (image.get('properties') or {}).items()
            if key not in _NOT_INHERITED
        }
        known = facts.load(volume.provider_location)
        if known is None or known.os_type is None:
            return inherited
        return {
            **inherited,
            'azure_os_type': known.os_type.lower(),
            'azure_generation': known.generation or 'V1',
            'azure_os_state': models.SPECIALIZED,
        }


def check(image: dict[str, Any]) -> None:
    """Refuse an image that cannot be written as one stream.

    :raises InvalidRequest: names what can
    """
    if image.get('disk_format') not in FORMATS:
        raise exceptions.InvalidRequest(
            f'A volume on Azure becomes an image of disk format '
            f'{", ".join(FORMATS)}, not {image.get("disk_format")}.'
        )
    if image.get('container_format') != 'bare':
        raise exceptions.InvalidRequest(
            f'A volume on Azure becomes an image of container format bare, '
            f'not {image.get("container_format")}.'
        )


def _base_image(volume: Any) -> str | None:
    found: str | None = (volume.glance_metadata or {}).get('image_id')
    return found
