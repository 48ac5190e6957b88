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


"""Images in Azure for what Cinder asks to make of a Glance image.

What Glance alone has is brought to Azure once and kept there; Cinder's own
way would fetch the whole image to this host each time.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import datetime
import os
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.cinder import azure_images
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import glance_images
from jacket_azure.cinder import progress
from jacket_azure.cinder import signatures
from jacket_azure.disks import models
from jacket_azure.imaging import bring
from jacket_azure.imaging import cache
from jacket_azure.imaging import models as imaging
from jacket_azure.imaging import staging
from jacket_azure.payload import tags

CONF = cfg.CONF
LOG = logging.getLogger(__name__)
_STAGING = 'azure-images'
# what is smaller is no disk, and stands for an image that is not mapped
_LEAST_BYTES = 512


class Bringing:
    """Images of one backend."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._disks = backend.disks
        self._staging = staging.Staging(
            backend.conf.image_staging_directory
            or os.path.join(CONF.state_path, _STAGING),
            backend.conf.image_staging_size_gib * models.GIB,
        )
        self._cache = cache.ImageCache(
            backend.disks, backend.conf, self._staging
        )

    @property
    def keeps(self) -> bool:
        """Whether images are kept in Azure after they were used."""
        return bool(self._backend.conf.image_cache_size_gib)

    @contextlib.contextmanager
    def found(
        self,
        context: Any,
        volume: Any,
        image: dict[str, Any],
        image_service: Any,
    ) -> Iterator[azure_images.AzureImage]:
        """Give an image in Azure, brought there if it is not.

        :param volume: that is to be made of it, or filled with it
        :param image: as Glance describes it
        :raises InvalidRequest: it cannot be, or not in this volume
        :raises MappingLookupError: neither Azure nor Glance has its bytes
        """
        glance_images.refuse_encrypted(image)
        try:
            known = azure_images.find(self._backend, image, volume.size)
        except exceptions.MappingLookupError:
            if (image.get('size') or 0) < _LEAST_BYTES:
                raise
        else:
            yield known
            return
        source = glance_images.source(context, image, image_service)
        with contextlib.ExitStack() as stack:
            shown = stack.enter_context(progress.shown(context, volume))
            if self.keeps and not signatures.is_signed(image):
                with glance_images.broken_off(source.id):
                    brought = self._cache.ensure(source, progress=shown)
            else:
                # a signature is compared with the bytes of each transfer
                brought = stack.enter_context(
                    self._brought(volume, source, shown)
                )
            azure_images.check_size(source.id, brought.size_gib, volume.size)
            yield azure_images.AzureImage(
                {'id': brought.uri},
                source.os_type,
                source.generation,
                content=f'{source.id} {source.checksum}',
            )

    @contextlib.contextmanager
    def _brought(
        self,
        volume: Any,
        source: imaging.SourceImage,
        shown: progress.Progress,
    ) -> Iterator[models.Image]:
        """Give an image that is brought for this volume alone."""
        name = self._disks.cached_image_name(volume.id.replace('-', ''))
        now = datetime.datetime.now(datetime.UTC)
        spec = models.ImageSpec(
            name=name,
            tags={
                **self._backend.tags(
                    tags.KIND_IMAGE, source.id, volume.project_id
                ),
                # if we die it goes as the images go that are kept
                tags.LAST_USED: now.isoformat(timespec='seconds'),
            },
            os_type=source.os_type,
            generation=source.generation,
            state=source.state,
            security_type=source.security_type,
        )

        def open_writer(size_gib: int) -> models.RangedWriter:
            # before a byte goes to Azure
            azure_images.check_size(source.id, size_gib, volume.size)
            return self._disks.open_image_writer(spec, size_gib)

        # what a try that died has left may be of other bytes
        self._disks.delete_image(name)
        try:
            with glance_images.broken_off(source.id):
                bring.bring(
                    source,
                    open_writer,
                    self._staging,
                    self._backend.conf,
                    progress=shown,
                )
            yield self._disks.get_image(name)
        finally:
            self._remove(name)

    def _remove(self, name: str) -> None:
        try:
            self._disks.delete_image(name)
        except exceptions.AzureError as exc:
            # the volume is what counts; the cache's eviction finds it
            LOG.warning('The image %s stays behind: %s', name, exc)
