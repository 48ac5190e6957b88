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

"""Another disk to boot for a machine that exists: what it will be made of.

Only reads, and those from caches where they are warm: what is refused here
has changed nothing in Azure.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from jacket_azure.disks import models as disks
from jacket_azure.mapping import image_target
from jacket_azure.nova import backend as backends
from jacket_azure.nova import os_disks
from jacket_azure.nova.images import boot_image
from jacket_azure.nova.images import boot_images
from jacket_azure.payload import checks
from jacket_azure.payload import disk as disk_payload
from jacket_azure.payload import os_disk_checks
from jacket_azure.payload import security


@dataclasses.dataclass(frozen=True)
class Replacement:
    """A disk that is to be made for a machine, and what is known of it.

    :ivar prepared: what :meth:`.os_disks.OsDisks.make_disk` takes
    """

    boots: boot_image.BootImage
    prepared: os_disks.Prepared


class Replacements:
    """Plans disks for machines that exist, or refuses them."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._images = boot_images.BootImages(backend)

    def of_order(
        self, order: Any, vm: Mapping[str, Any], name: str
    ) -> Replacement:
        """Plan a disk of the image that Nova noted down for an instance.

        :param order: :class:`jacket_azure.nova.choices.Order`
        :param vm: as read, with its instance view
        :param name: of the disk, see :mod:`jacket_azure.payload.names`
        :raises InvalidRequest: the machine cannot boot such an image
        :raises MappingLookupError: nobody knows the image, or its size
        """
        os_disk_checks.check_machine(vm)
        return self._of(order.instance, self._images.of_image(order), vm, name)

    def of_record(
        self,
        context: Any,
        instance: Any,
        image_id: str,
        vm: Mapping[str, Any],
        name: str,
        root_gb: int | None = None,
    ) -> Replacement:
        """Plan a disk of any image in Glance; all else as above.

        :param root_gb: instead of the flavor's; 0 for as large as the image
        """
        os_disk_checks.check_machine(vm)
        boots = self._images.of_record(context, image_id)
        return self._of(instance, boots, vm, name, root_gb)

    def _of(
        self,
        instance: Any,
        boots: boot_image.BootImage,
        vm: Mapping[str, Any],
        name: str,
        root_gb: int | None = None,
    ) -> Replacement:
        os_disk_checks.check_image(
            vm, boots.facts, boots.target.security_type
        )
        if root_gb is None:
            root_gb = instance.flavor.root_gb
        request = self._request(instance, boots, vm, root_gb)
        checks.check(request)
        return Replacement(
            boots,
            os_disks.Prepared(
                spec=self._spec(instance, vm, name, request),
                state=boots.state,
                kept=boots.kept or self._in_catalogue(boots),
                source=boots.source,
            ),
        )

    def _request(
        self,
        instance: Any,
        boots: boot_image.BootImage,
        vm: Mapping[str, Any],
        root_gb: int,
    ) -> checks.Request:
        properties, backend = vm['properties'], self._backend
        flavor = backend.mapping.flavor(
            instance.flavor.name,
            instance.flavor.flavorid,
            instance.flavor.extra_specs,
        )
        profile = properties['storageProfile']
        known = profile['osDisk'].get('managedDisk') or {}
        return checks.Request(
            size=backend.catalogue.size(
                properties['hardwareProfile']['vmSize']
            ),
            image=boots.facts,
            nics=len(properties['networkProfile']['networkInterfaces']),
            data_disks=len(profile.get('dataDisks') or ()),
            zone=next(iter(vm.get('zones') or ()), None),
            root_gb=root_gb,
            security=security.Security(os_disk_checks.security_type(vm)),
            os_disk_sku=(
                known.get('storageAccountType')
                or flavor.os_disk_sku
                or backend.conf.os_disk_sku
            ),
        )

    def _spec(
        self,
        instance: Any,
        vm: Mapping[str, Any],
        name: str,
        request: checks.Request,
    ) -> disks.OsDiskSpec:
        capabilities = self._backend.azure.cloud.capabilities
        return disks.OsDiskSpec(
            uuid=instance.uuid,
            name=name,
            size_gib=checks.os_disk_gib(request.root_gb),
            sku=request.os_disk_sku,
            caching=vm['properties']['storageProfile']['osDisk'].get(
                'caching'
            ),
            cascade_delete=capabilities.cascade_delete,
            zone=request.zone,
            tags=os_disks.tags_of(self._backend, instance),
            security_type=(
                request.security.type if capabilities.security_types else None
            ),
        )

    def _in_catalogue(
        self, boots: boot_image.BootImage
    ) -> disks.Image | None:
        """Return an image of the marketplace or a gallery as a source."""
        if boots.source is not None:
            return None
        target, facts = boots.target, boots.facts
        return disks.Image(
            name=str(target.urn or target.id),
            uri=self._uri(target),
            size_bytes=(facts.size_gib or 0) * disks.GIB,
            os_type=facts.os_type,
            generation=facts.generation,
            state=boots.state,
            security_type=None,
            tags={},
            created=None,
        )

    def _uri(self, target: image_target.ImageTarget) -> str:
        if target.id is not None:
            return target.id
        azure = self._backend.azure
        return disk_payload.platform_image_id(
            azure.subscription_id,
            azure.location,
            *map(
                str,
                (target.publisher, target.offer, target.sku, target.version),
            ),
        )
