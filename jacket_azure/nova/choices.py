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
import dataclasses
from typing import Any

import nova.conf

from jacket_azure import exceptions
from jacket_azure.mapping import flavors
from jacket_azure.mapping import image_target
from jacket_azure.nova import backend as backends
from jacket_azure.nova import block_devices
from jacket_azure.nova.images import boot_image
from jacket_azure.nova.images import boot_images
from jacket_azure.payload import checks
from jacket_azure.payload import security
from jacket_azure.payload import vm_sizes

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

    :ivar boots: what is booted; of a volume, what is known of its image
    """

    flavor: flavors.FlavorTarget
    boots: boot_image.BootImage
    request: checks.Request
    volumes: block_devices.Volumes

    @property
    def image(self) -> image_target.ImageTarget | None:
        """The image that Azure is told; None where it is told a disk."""
        if self.volumes.boot or self.boots.is_prepared:
            return None
        return self.boots.target

    @property
    def takes_os_profile(self) -> bool:
        """Whether Azure sets up the guest: of generalized images only."""
        return not self.volumes.boot and self.boots.takes_os_profile

    @property
    def plan(self) -> image_target.Plan | None:
        """Purchase plan of what is booted."""
        return self.boots.facts.plan


class Chooser:
    """Looks up what an order means, and refuses what cannot be."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._images = boot_images.BootImages(backend)

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
        boots = (
            self._images.of_volume(order, volumes.boot)
            if volumes.boot
            else self._images.of_image(order)
        )
        request = self._request(order, volumes, flavor, size, boots)
        checks.check(request)
        if volumes.data and boots.facts.data_disks:
            raise exceptions.InvalidRequest(
                'The image has data disks of its own; attach volumes once '
                'the instance runs.'
            )
        volumes.check(size, request.zone, request.security.type)
        self._check_quota(request)
        return Choice(flavor, boots, request, volumes)

    def _request(
        self,
        order: Order,
        volumes: block_devices.Volumes,
        flavor: flavors.FlavorTarget,
        size: vm_sizes.VmSize,
        boots: boot_image.BootImage,
    ) -> checks.Request:
        wanted = order.instance.flavor
        target, boot = boots.target, volumes.boot
        if boot:
            target = security.of_disk(target, boot.security_type)
        return checks.Request(
            size=size,
            image=boots.facts,
            nics=len(order.network_info or ()),
            data_disks=len(volumes.data),
            zone=volumes.zone(self._zone(flavor, order.instance)),
            root_gb=0 if boot else wanted.root_gb,
            ephemeral_gb=wanted.ephemeral_gb,
            swap_mb=wanted.swap,
            security=self._security(
                flavor, target, wanted.extra_specs, boots.properties
            ),
            os_disk_sku=(
                boot.sku
                if boot
                else flavor.os_disk_sku or self._backend.conf.os_disk_sku
            ),
            spot=flavor.priority == 'Spot',
        )

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
