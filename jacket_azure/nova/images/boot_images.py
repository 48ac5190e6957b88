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


"""What an instance boots: an image of Azure's, one kept there, or bytes.

Only reads. What is to be made of it before the machine, an OS disk or the
image itself, is :mod:`jacket_azure.nova.os_disks`' to do.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import contextlib
import dataclasses
import functools
from typing import Any

from nova.image import glance

from jacket_azure import exceptions
from jacket_azure.disks import models as disks
from jacket_azure.mapping import image_target
from jacket_azure.nova import backend as backends
from jacket_azure.nova import block_devices
from jacket_azure.nova.images import boot_image
from jacket_azure.nova.images import image_bytes
from jacket_azure.nova.images import kept_images
from jacket_azure.payload import images


class BootImages:
    """Looks up what boots, and refuses what cannot."""

    def __init__(
        self, backend: backends.Backend, image_api: Any = None
    ) -> None:
        self._backend = backend
        self._images = image_api or glance.API()
        self._kept = kept_images.KeptImages(backend)

    def of_image(self, order: Any) -> boot_image.BootImage:
        """Return what an order for an image boots.

        :param order: :class:`jacket_azure.nova.choices.Order`
        :raises InvalidRequest: there is none such, or it may not be used
        :raises MappingLookupError: nobody knows it, and it has no bytes
        """
        instance, meta = order.instance, order.image_meta
        properties = boot_image.properties_of(instance)
        name = meta.name if 'name' in meta else None
        record = functools.cache(
            lambda: self._record(order.context, instance.image_ref)
        )
        if not boot_image.is_noted(instance):
            properties, name = record()['properties'], record()['name']
        return self._of_image(
            order.context, instance.image_ref, name, properties, record
        )

    def of_record(self, context: Any, image_id: str) -> boot_image.BootImage:
        """Return what Glance's image boots; errors as above."""
        record = self._record(context, image_id)
        return self._of_image(
            context,
            image_id,
            record['name'],
            record['properties'],
            lambda: record,
        )

    def _of_image(
        self,
        context: Any,
        image_id: str,
        name: str | None,
        properties: Mapping[str, str],
        record: Callable[[], Mapping[str, Any]],
    ) -> boot_image.BootImage:
        try:
            target = self._backend.mapping.image(name, image_id, properties)
        except exceptions.MappingLookupError:
            if not image_bytes.has_any(record()):
                raise
            return image_bytes.boots(self._images, context, record())
        if images.is_disk(target):
            try:
                return self._kept.boots(image_id, target, properties, record)
            except exceptions.NotFound as exc:
                raise self._missing(target, exc) from exc
        target, facts = self._resolved(target)
        self._kept.check_managed(image_id, target, facts, properties, record)
        return boot_image.BootImage(
            target, facts, properties, target.state or disks.GENERALIZED
        )

    def of_volume(
        self, order: Any, volume: block_devices.Connection
    ) -> boot_image.BootImage:
        """Return what is known of the image in a volume.

        Its disk knows best; Cinder keeps the image's properties, by which
        the mapping file may know it too.
        """
        properties = boot_image.properties_of(order.instance)
        target = image_target.ImageTarget(
            os_type=properties.get('azure_os_type')
            or properties.get('os_type'),
            generation=properties.get('azure_generation'),
            security_type=properties.get('azure_security_type'),
        )
        facts = images.ImageFacts()
        with contextlib.suppress(
            exceptions.MappingLookupError,
            exceptions.InvalidRequest,
            exceptions.NotFound,
        ):
            found = self._backend.mapping.image(
                properties.get('image_name'),
                properties.get('image_id'),
                properties,
            )
            if images.is_disk(found):
                target = found
            else:
                target, facts = self._resolved(found)
        os_type = volume.os_type or facts.os_type or target.os_type
        facts = dataclasses.replace(
            facts,
            os_type=os_type.lower() if os_type else None,
            generation=(
                volume.generation or facts.generation or target.generation
            ),
            # the volume's size counts, and it has no more than one disk
            size_gib=None,
            data_disks=0,
        )
        return boot_image.BootImage(
            target, facts, properties, disks.SPECIALIZED
        )

    def _resolved(
        self, target: image_target.ImageTarget
    ) -> tuple[image_target.ImageTarget, images.ImageFacts]:
        """Return an image with what ``latest`` means, and its facts."""
        catalogue = self._backend.catalogue
        try:
            if target.is_marketplace:
                publisher, offer, sku, version = map(
                    str,
                    (target.publisher, target.offer, target.sku,
                     target.version),
                )
                version = catalogue.image_version(
                    publisher, offer, sku, version
                )
                target = dataclasses.replace(target, version=version)
            facts = catalogue.image_facts(target)
        except exceptions.NotFound as exc:
            raise self._missing(target, exc) from exc
        return dataclasses.replace(target, plan=facts.plan), facts

    def _record(self, context: Any, image_id: str) -> Mapping[str, Any]:
        """Return what Glance says of an image.

        :raises InvalidRequest: it says nothing, so nobody knows what to boot
        """
        try:
            found: Mapping[str, Any] = self._images.get(context, image_id)
        except Exception as exc:
            raise exceptions.InvalidRequest(
                f'Glance does not tell what image {image_id} is: {exc}'
            ) from exc
        return found

    def _missing(
        self, target: image_target.ImageTarget, exc: exceptions.NotFound
    ) -> exceptions.InvalidRequest:
        # Azure's own words do not name it
        return exceptions.InvalidRequest(
            f'Azure has no image {target.urn or target.id} in '
            f'{self._backend.azure.location}: {exc}'
        )
