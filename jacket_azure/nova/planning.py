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

"""Everything about a new instance that is decided before the first write.

Only reads, and those from caches where they are warm: what is refused here
has changed nothing in Azure.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
from typing import Any

from nova import exception as nova_exception
from nova import utils
import nova.conf
from oslo_log import log as logging
from oslo_utils import timeutils

from jacket_azure import exceptions
from jacket_azure.disks import interface as disks
from jacket_azure.disks import managed
from jacket_azure.mapping import image_target
from jacket_azure.nova import backend as backends
from jacket_azure.nova import guest
from jacket_azure.nova import netops
from jacket_azure.payload import checks
from jacket_azure.payload import images
from jacket_azure.payload import names
from jacket_azure.payload import network_interface
from jacket_azure.payload import security
from jacket_azure.payload import tags
from jacket_azure.payload import virtual_machine

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

# A quota that looks exhausted is looked at again when the look is older.
_QUOTA_AGE_SECONDS = 10


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to write for one instance.

    :ivar vm: name of the virtual machine
    :ivar nics: name and body of each network interface, primary first
    :ivar vm_body: holds the password, so it stays out of every log
    :ivar image_version: marketplace version that ``latest`` meant, if any
    """

    uuid: str
    vm: str
    nics: tuple[tuple[str, dict[str, Any]], ...] = dataclasses.field(
        repr=False
    )
    vm_body: dict[str, Any] = dataclasses.field(repr=False)
    image_version: str | None


@dataclasses.dataclass(frozen=True)
class Order:
    """What Nova hands to spawn."""

    context: Any
    instance: Any
    image_meta: Any
    injected_files: Any
    admin_password: str | None = dataclasses.field(repr=False)
    network_info: Any
    block_device_info: Any


class Planner:
    """Turns an order into a plan, or refuses it."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._netops = netops.NetOps(backend)
        self._disks: disks.DiskModel = managed.ManagedDisks()

    def plan(self, order: Order) -> Plan:
        """Decide everything about a new instance.

        :raises InvalidRequest: Azure or this release cannot do it
        :raises MappingLookupError: something has no Azure counterpart
        :raises NotFound: a counterpart does not exist
        :raises QuotaExceeded: the quota has no room for it
        :raises ImageUnacceptable: the image has no counterpart
        """
        _refuse_block_devices(order)
        instance = order.instance
        backend = self._backend
        flavor = backend.mapping.flavor(
            instance.flavor.name,
            instance.flavor.flavorid,
            instance.flavor.extra_specs,
        )
        size = backend.catalogue.size(flavor.size)
        target, facts, properties = self._image(order)
        request = checks.Request(
            size=size,
            image=facts,
            nics=len(order.network_info or ()),
            zone=self._zone(flavor, instance),
            root_gb=instance.flavor.root_gb,
            ephemeral_gb=instance.flavor.ephemeral_gb,
            swap_mb=instance.flavor.swap,
            security=security.choose(
                flavor, target, instance.flavor.extra_specs, properties
            ),
            os_disk_sku=flavor.os_disk_sku or backend.conf.os_disk_sku,
            spot=flavor.priority == 'Spot',
        )
        checks.check(request)
        self._check_quota(request)
        interfaces = self._netops.interfaces(
            order.context, instance.uuid, order.network_info
        )
        created = timeutils.utcnow().isoformat() + 'Z'
        return Plan(
            uuid=instance.uuid,
            vm=names.vm_name(instance.uuid),
            nics=self._nics(instance, request, interfaces, created),
            vm_body=virtual_machine.build(
                self._vm_spec(
                    order, flavor, target, request, interfaces, created
                )
            ),
            image_version=target.version,
        )

    def _image(
        self, order: Order
    ) -> tuple[
        image_target.ImageTarget, images.ImageFacts, Mapping[str, str]
    ]:
        """Return the image with its version resolved, and its facts."""
        image = utils.get_image_from_system_metadata(
            order.instance.system_metadata
        )
        # nova.objects.ImageMeta drops the properties Nova does not know
        properties = image.get('properties') or {}
        meta = order.image_meta
        name = meta.name if 'name' in meta else None
        uuid = order.instance.image_ref
        catalogue = self._backend.catalogue
        try:
            target = self._backend.mapping.image(name, uuid, properties)
            if target.is_marketplace:
                version = catalogue.image_version(
                    target.publisher, target.offer, target.sku, target.version
                )
                target = dataclasses.replace(target, version=version)
            facts = catalogue.image_facts(target)
        except (
            exceptions.MappingLookupError,
            exceptions.InvalidRequest,
            exceptions.NotFound,
        ) as exc:
            raise nova_exception.ImageUnacceptable(
                image_id=uuid, reason=str(exc)
            ) from exc
        return dataclasses.replace(target, plan=facts.plan), facts, properties

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

    def _nics(
        self,
        instance: Any,
        request: checks.Request,
        interfaces: Iterable[netops.Interface],
        created: str,
    ) -> tuple[tuple[str, dict[str, Any]], ...]:
        nic_tags, _ = tags.build(
            self._backend.owner,
            tags.KIND_NIC,
            instance.uuid,
            instance.project_id,
            created,
        )
        accelerated = checks.accelerated_networking(
            request.size, request.image
        )
        return tuple(
            (
                interface.name,
                network_interface.build(
                    network_interface.NicSpec(
                        location=self._backend.azure.location,
                        fixed_ips=interface.fixed_ips,
                        network_security_group_id=interface.security_group_id,
                        accelerated_networking=accelerated,
                        tags=nic_tags,
                    )
                ),
            )
            for interface in interfaces
        )

    def _vm_spec(
        self,
        order: Order,
        flavor: Any,
        target: image_target.ImageTarget,
        request: checks.Request,
        interfaces: Iterable[netops.Interface],
        created: str,
    ) -> virtual_machine.VmSpec:
        instance, azure = order.instance, self._backend.azure
        cascade = azure.cloud.capabilities.cascade_delete
        return virtual_machine.VmSpec(
            location=azure.location,
            size=request.size.name,
            image=target,
            os_disk=self._disks.describe_os_disk(
                disks.OsDiskSpec(
                    uuid=instance.uuid,
                    size_gib=checks.os_disk_gib(request.root_gb),
                    sku=request.os_disk_sku,
                    cascade_delete=cascade,
                )
            ),
            nic_ids=tuple(
                names.resource_id(
                    azure.subscription_id,
                    azure.resource_group,
                    names.NETWORK_INTERFACE,
                    interface.name,
                )
                for interface in interfaces
            ),
            os_profile=guest.build_os_profile(
                self._backend.conf,
                instance,
                request.image.os_type,
                order.injected_files,
                order.admin_password,
                order.network_info,
            ),
            zone=request.zone,
            tags=self._vm_tags(instance, target.version, created),
            security=request.security,
            boot_diagnostics=self._backend.conf.boot_diagnostics,
            disk_controller=checks.disk_controller(
                request.size, request.image
            ),
            cascade_delete=cascade,
            priority=flavor.priority,
            eviction_policy=flavor.eviction_policy,
            max_price=flavor.max_price,
        )

    def _vm_tags(
        self, instance: Any, image_version: str | None, created: str
    ) -> dict[str, str]:
        found, skipped = tags.build(
            self._backend.owner,
            tags.KIND_INSTANCE,
            instance.uuid,
            instance.project_id,
            created,
            host=self._backend.host,
            name=instance.name,
            display_name=instance.display_name,
            metadata=instance.metadata,
            image_version=image_version,
        )
        if skipped:
            LOG.info(
                'Azure cannot hold these metadata keys as tags: %s',
                ', '.join(skipped),
                instance=instance,
            )
        return found


def _refuse_block_devices(order: Order) -> None:
    """Refuse what needs a disk beside the image's.

    :raises InvalidRequest: boot from volume, volumes, ephemeral or swap
    """
    devices = order.block_device_info or {}
    refused = {
        'Booting from a volume': not order.instance.image_ref,
        'A volume attached at boot': devices.get('block_device_mapping'),
        'An ephemeral disk': devices.get('ephemerals'),
        'A swap disk': (devices.get('swap') or {}).get('swap_size'),
    }
    for what, asked in refused.items():
        if asked:
            raise exceptions.InvalidRequest(
                f'{what} is not possible on Azure with this release.'
            )
