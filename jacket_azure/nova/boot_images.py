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

import nova.conf
from nova.image import glance

from jacket_azure import exceptions
from jacket_azure.disks import models as disks
from jacket_azure.imaging import models as imaging
from jacket_azure.mapping import image_target
from jacket_azure.mapping import lookup
from jacket_azure.nova import backend as backends
from jacket_azure.nova import block_devices
from jacket_azure.nova import boot_image
from jacket_azure.payload import image_trust
from jacket_azure.payload import images

CONF = nova.conf.CONF

_FROM_PROPERTIES = ('azure_uri', 'azure_image_id')


class BootImages:
    """Looks up what boots, and refuses what cannot."""

    def __init__(
        self, backend: backends.Backend, image_api: Any = None
    ) -> None:
        self._backend = backend
        self._images = image_api or glance.API()

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
        except exceptions.MappingLookupError as missing:
            return self._of_bytes(context, record(), missing)
        if boot_image.is_disk(target):
            return self._of_disk(image_id, target, properties, record)
        target, facts = self._resolved(target)
        if (
            _is_said(properties)
            and facts.tags
            and not self._is_operators(record())
        ):
            image_trust.check_managed(
                str(target.id), facts.tags, self._backend.owner, image_id
            )
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
            if boot_image.is_disk(found):
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

    def _of_disk(
        self,
        image_id: str,
        target: image_target.ImageTarget,
        properties: Mapping[str, str],
        record: Callable[[], Mapping[str, Any]],
    ) -> boot_image.BootImage:
        """Return an image that is a snapshot, a disk or a blob."""
        refuse_unverified(image_id)
        try:
            if _is_said(properties) and not self._is_operators(record()):
                image = self._made_for(image_id, target)
            else:
                image = self._backend.disks.get_image(str(target.id))
        except exceptions.NotFound as exc:
            raise self._missing(target, exc) from exc
        if not image.usable:
            raise exceptions.InvalidRequest(
                f'The image {target.id} is not complete in Azure, or its '
                f'copy failed.'
            )
        os_type = image.os_type or target.os_type
        facts = images.ImageFacts(
            os_type=os_type.lower() if os_type else None,
            generation=image.generation or target.generation,
            size_gib=image.size_gib,
            plan=target.plan,
        )
        target = dataclasses.replace(
            target,
            security_type=target.security_type or image.security_type,
        )
        state = target.state or image.state
        return boot_image.BootImage(
            target,
            facts,
            properties,
            state,
            kept=dataclasses.replace(image, state=state),
        )

    def _is_operators(self, record: Mapping[str, Any]) -> bool:
        return image_trust.is_operators(
            bool(record.get('is_public')),
            record.get('owner'),
            self._backend.conf.image_projects,
        )

    def _made_for(
        self, image_id: str, target: image_target.ImageTarget
    ) -> disks.Image:
        """Return what we made for a Glance image that anybody may write.

        Asked for by its constructed name: what the property names may be
        anywhere, and is not asked for anything.
        """
        model = self._backend.disks
        image = model.get_image(model.image_name(image_id))
        image_trust.check(
            str(target.id),
            image.tags if _same(image.uri, target.id) else {},
            self._backend.owner,
            image_id,
            is_trusted=False,
        )
        return image

    def _of_bytes(
        self,
        context: Any,
        record: Mapping[str, Any],
        missing: exceptions.MappingLookupError,
    ) -> boot_image.BootImage:
        """Return an image whose bytes only Glance has.

        :raises MappingLookupError: *missing*: it has none
        :raises InvalidRequest: signatures are to be verified
        """
        if record.get('status') != 'active' or not record.get('size'):
            raise missing
        refuse_unverified(record['id'])
        properties = record['properties']
        source = imaging.from_glance(
            record, lambda: self._images.download(context, record['id'])
        )
        os_type = source.os_type.lower()
        security_type = properties.get('azure_security_type')
        if security_type:
            security_type = lookup.chosen(
                security_type,
                'Image property azure_security_type',
                lookup.SECURITY_TYPES,
            )
        return boot_image.BootImage(
            image_target.ImageTarget(
                os_type=os_type,
                generation=source.generation,
                security_type=security_type,
            ),
            images.ImageFacts(
                os_type=os_type,
                generation=source.generation,
                size_gib=source.min_disk_gib or None,
            ),
            properties,
            source.state,
            source=source,
        )

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


def refuse_unverified(image_id: str) -> None:
    """Refuse an image whose signature the operator wants verified.

    Nova verifies what it writes to a file, and this driver has none: bytes
    pass to Azure as they come, or are there already.

    :raises InvalidRequest: ``[glance] verify_glance_signatures`` is on
    """
    if CONF.glance.verify_glance_signatures:
        raise exceptions.InvalidRequest(
            f'[glance] verify_glance_signatures is on, and the signature of '
            f'image {image_id} cannot be verified on its way to Azure. Use '
            f'images of the marketplace or a gallery, or boot from a volume: '
            f'Cinder verifies its image.'
        )


def _is_said(properties: Mapping[str, str]) -> bool:
    """Tell whether the image names something in Azure, not the file."""
    return any(properties.get(name) for name in _FROM_PROPERTIES)


def _same(uri: str, said: str | None) -> bool:
    """Compare names in Azure, whose case is kept by nobody."""
    return uri.lower() == (said or '').lower()
