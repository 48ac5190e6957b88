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

"""What an order means on Azure: flavor, image, zone, and whether it can be.

Only reads, and those from caches where they are warm: what is refused here
has changed nothing in Azure.
"""

from __future__ import annotations

from collections.abc import Mapping
import contextlib
import dataclasses
from typing import Any

from nova import utils
import nova.conf

from jacket_azure import exceptions
from jacket_azure.mapping import flavors
from jacket_azure.mapping import image_target
from jacket_azure.nova import backend as backends
from jacket_azure.nova import block_devices
from jacket_azure.payload import checks
from jacket_azure.payload import images
from jacket_azure.payload import security

CONF = nova.conf.CONF

# A quota that looks exhausted is looked at again when the look is older.
_QUOTA_AGE_SECONDS = 10


@dataclasses.dataclass(frozen=True)
class Order:
    """What Nova hands to spawn."""

    context: Any
    instance: Any
    image_meta: Any
    injected_files: Any = dataclasses.field(repr=False)
    admin_password: str | None = dataclasses.field(repr=False)
    network_info: Any
    block_device_info: Any


@dataclasses.dataclass(frozen=True)
class Choice:
    """What was chosen for an order.

    :ivar image: with its version resolved and its plan; None when a volume
        is booted
    :ivar plan: purchase plan of what is booted
    """

    flavor: flavors.FlavorTarget
    image: image_target.ImageTarget | None
    plan: image_target.Plan | None
    request: checks.Request
    volumes: block_devices.Volumes


class Chooser:
    """Looks up what an order means, and refuses what cannot be."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend

    def choose(self, order: Order) -> Choice:
        """Choose size, image and zone.

        :raises InvalidRequest: Azure or this release cannot do it
        :raises MappingLookupError: something has no Azure counterpart
        :raises QuotaExceeded: the quota has no room for it
        """
        instance = order.instance
        backend = self._backend
        volumes = block_devices.parse(
            backend, instance, order.block_device_info
        )
        flavor = backend.mapping.flavor(
            instance.flavor.name,
            instance.flavor.flavorid,
            instance.flavor.extra_specs,
        )
        size = backend.catalogue.size(flavor.size)
        target, facts, properties = self._what_boots(order, volumes.boot)
        request = checks.Request(
            size=size,
            image=facts,
            nics=len(order.network_info or ()),
            data_disks=len(volumes.data),
            zone=volumes.zone(self._zone(flavor, instance)),
            root_gb=0 if volumes.boot else instance.flavor.root_gb,
            ephemeral_gb=instance.flavor.ephemeral_gb,
            swap_mb=instance.flavor.swap,
            security=self._security(
                flavor, target, instance.flavor.extra_specs, properties
            ),
            os_disk_sku=(
                volumes.boot.sku
                if volumes.boot
                else flavor.os_disk_sku or backend.conf.os_disk_sku
            ),
            spot=flavor.priority == 'Spot',
        )
        checks.check(request)
        if volumes.data and facts.data_disks:
            raise exceptions.InvalidRequest(
                'The image has data disks of its own; attach volumes once '
                'the instance runs.'
            )
        volumes.check(size, request.zone)
        self._check_quota(request)
        return Choice(
            flavor,
            None if volumes.boot else target,
            facts.plan,
            request,
            volumes,
        )

    def _what_boots(
        self, order: Order, volume: block_devices.Connection | None
    ) -> tuple[
        image_target.ImageTarget, images.ImageFacts, Mapping[str, str]
    ]:
        """Return the image with its version resolved, and its facts.

        :param volume: to boot from; the image is then what it was made of,
            as far as that is known
        """
        image = utils.get_image_from_system_metadata(
            order.instance.system_metadata
        )
        # nova.objects.ImageMeta drops the properties Nova does not know
        properties = image.get('properties') or {}
        if volume is not None:
            target, facts = self._image_of(volume, properties)
        else:
            meta = order.image_meta
            name = meta.name if 'name' in meta else None
            target, facts = self._resolved(
                self._backend.mapping.image(
                    name, order.instance.image_ref, properties
                )
            )
        return target, facts, properties

    def _image_of(
        self,
        volume: block_devices.Connection,
        properties: Mapping[str, str],
    ) -> tuple[image_target.ImageTarget, images.ImageFacts]:
        """Return what is known of the image in a volume.

        Its disk knows best; Cinder keeps the image's properties, by which
        the mapping file may know it too.
        """
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
            target, facts = self._resolved(
                self._backend.mapping.image(
                    properties.get('image_name'),
                    properties.get('image_id'),
                    properties,
                )
            )
        os_type = volume.os_type or facts.os_type or target.os_type
        return target, dataclasses.replace(
            facts,
            os_type=os_type.lower() if os_type else None,
            generation=(
                volume.generation or facts.generation or target.generation
            ),
            # the volume's size counts, and it has no more than one disk
            size_gib=None,
            data_disks=0,
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
            # Azure's own words do not name it
            raise exceptions.InvalidRequest(
                f'Azure has no image {target.urn or target.id} in '
                f'{self._backend.azure.location}: {exc}'
            ) from exc
        return dataclasses.replace(target, plan=facts.plan), facts

    def _zone(self, flavor: Any, instance: Any) -> str | None:
        mapping = self._backend.mapping
        wanted = instance.availability_zone
        if (
            wanted == CONF.default_availability_zone
            and wanted not in mapping.zones
        ):
            # Nova writes this name when nobody asked for a zone
            wanted = None
        zone = flavor.zone or mapping.zone(wanted)
        if zone and not self._backend.azure.cloud.capabilities.zones:
            raise exceptions.InvalidRequest(
                f'This cloud has no availability zones, zone {zone} was '
                f'asked for.'
            )
        return zone

    def _security(
        self,
        flavor: flavors.FlavorTarget,
        image: image_target.ImageTarget,
        extra_specs: Mapping[str, str],
        properties: Mapping[str, str],
    ) -> security.Security:
        chosen = security.choose(flavor, image, extra_specs, properties)
        known = self._backend.azure.cloud.capabilities.security_types
        if chosen.is_trusted_launch and not known:
            raise exceptions.InvalidRequest(
                'Secure boot, a TPM or Trusted Launch was asked for, and '
                'this cloud has none of them.'
            )
        return chosen

    def _check_quota(self, request: checks.Request) -> None:
        for age in (None, _QUOTA_AGE_SECONDS):
            quotas = self._backend.catalogue.capacity(age).quotas
            exceeded = quotas.check(request.size, spot=request.spot)
            if not exceeded:
                return
        raise exceptions.QuotaExceeded(
            f'The quota {", ".join(exceeded)} of this subscription has no '
            f'room for the VM size {request.size.name}.'
        )
