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

"""What Cinder tells Nova of a volume: ``connection_info``, and its checks."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from jacket_azure import exceptions
from jacket_azure.payload import vm_sizes

KIND = 'azure'
READ_ONLY = 'ro'
# from here on Azure refuses host caching
_MAX_CACHED_GIB = 4095
_NEVER_CACHED = ('UltraSSD_LRS', 'PremiumV2_LRS')
_DATA_ONLY = _NEVER_CACHED
_ULTRA = 'UltraSSD_LRS'
_MODELS = {'managed': 'managed disk', 'page_blob': 'page blob'}


@dataclasses.dataclass(frozen=True)
class Connection:
    """A volume that is to be attached to an instance.

    :ivar disk_id: full ARM id of a managed disk, or URL of a page blob
    :ivar disk_name: what :mod:`jacket_azure.disks` finds it by
    :ivar zone: Azure zone; None for a disk without one
    :ivar caching: host caching the volume type asks for
    :ivar shared: several machines may have it attached at once
    :ivar os_type: ``Linux`` or ``Windows`` of a disk made from an image
    :ivar security_type: of the machines that can boot from it; None where
        nobody told
    """

    volume_id: str
    disk_id: str
    disk_name: str
    disk_model: str
    size_gib: int
    sku: str
    location: str
    subscription_id: str
    zone: str | None = None
    caching: str | None = None
    shared: bool = False
    os_type: str | None = None
    generation: str | None = None
    read_only: bool = False
    security_type: str | None = None

    @property
    def host_caching(self) -> str | None:
        """Host caching as Azure allows it; None for what Azure does."""
        if (
            self.shared
            or self.size_gib > _MAX_CACHED_GIB
            or self.sku in _NEVER_CACHED
        ):
            return 'None'
        return self.caching

    @property
    def any_zone(self) -> bool:
        """Tell whether machines of every zone reach it."""
        return self.sku.endswith('_ZRS')

    @property
    def needs_ultra(self) -> bool:
        """Tell whether its machine must be made for ultra disks."""
        return self.sku == _ULTRA


def parse(connection_info: Mapping[str, Any]) -> Connection:
    """Read what the volume driver of this package wrote.

    :raises InvalidRequest: another driver wrote it, or a version of ours
        that tells too little
    """
    kind = connection_info.get('driver_volume_type')
    if kind != KIND:
        raise exceptions.InvalidRequest(
            f'A volume of kind {kind!r} cannot be attached on Azure, only '
            f'one on an Azure back end of Cinder.'
        )
    data = connection_info.get('data') or {}
    volume = data.get('volume_id') or connection_info.get('serial')
    if data.get('encrypted'):
        raise exceptions.InvalidRequest(
            f'Volume {volume} is of an encrypted volume type, which Azure '
            f'virtual machines cannot open; Azure encrypts all disks itself.'
        )
    try:
        return Connection(
            volume_id=str(volume),
            disk_id=str(data['disk_id']),
            disk_name=str(data['disk_name']),
            disk_model=str(data['disk_model']),
            size_gib=int(data['size_gib']),
            sku=str(data['sku']),
            location=str(data['location']),
            subscription_id=str(data['subscription_id']),
            zone=data.get('zone') or None,
            caching=data.get('caching') or None,
            shared=bool(data.get('shared')),
            os_type=data.get('os_type') or None,
            generation=data.get('generation') or None,
            read_only=data.get('access_mode') == READ_ONLY,
            security_type=data.get('security_type') or None,
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise exceptions.InvalidRequest(
            f'Cinder tells too little of volume {volume}: {exc!r} in its '
            f'connection_info.'
        ) from exc


def check_reach(
    connection: Connection,
    subscription_id: str,
    location: str,
    disk_model: str,
) -> None:
    """Refuse a volume that no machine of this host can have.

    :raises InvalidRequest: it lies elsewhere, is of the other disk model,
        or would have to be read-only
    """
    volume = f'Volume {connection.volume_id}'
    if connection.read_only:
        # caching ReadOnly is about the host's cache; guests write all the same
        raise exceptions.InvalidRequest(
            f'{volume} is read-only, and Azure attaches disks for writing '
            f'only; attach a copy, or take the flag away.'
        )
    if connection.subscription_id.lower() != subscription_id.lower():
        raise exceptions.InvalidRequest(
            f'{volume} is in subscription {connection.subscription_id}, the '
            f'instance in {subscription_id}.'
        )
    if _location(connection.location) != _location(location):
        raise exceptions.InvalidRequest(
            f'{volume} is in {connection.location}, the instance in '
            f'{location}.'
        )
    if connection.disk_model != disk_model:
        raise exceptions.InvalidRequest(
            f'{volume} is a {_model(connection.disk_model)}, and instances '
            f'here have {_model(disk_model)}s; Azure does not mix them.'
        )


def check_zone(connection: Connection, zone: str | None) -> None:
    """Refuse a volume that machines of *zone* cannot have.

    :param zone: Azure zone of the machine, None for none
    :raises InvalidRequest: it is in another one
    """
    if connection.any_zone or connection.zone == zone:
        return
    raise exceptions.InvalidRequest(
        f'Volume {connection.volume_id} is in {_zone(connection.zone)}, the '
        f'instance in {_zone(zone)}; both must be in the same.'
    )


def check_size(connection: Connection, size: vm_sizes.VmSize) -> None:
    """Refuse premium storage for a VM size without.

    :raises InvalidRequest: the size cannot have it
    """
    if connection.sku.startswith('Premium') and not size.premium_io:
        raise exceptions.InvalidRequest(
            f'The VM size {size.name} has no premium storage, which volume '
            f'{connection.volume_id} ({connection.sku}) needs.'
        )


def check_bootable(connection: Connection, security_type: str) -> None:
    """Refuse to boot from a disk that a machine cannot boot from.

    :param security_type: of the machine
    :raises InvalidRequest: Ultra or Premium SSD v2, too large, or made for
        machines of another security type
    """
    made_for = connection.security_type
    if made_for not in (None, security_type):
        raise exceptions.InvalidRequest(
            f'Volume {connection.volume_id} was made for machines with '
            f'security type {made_for}, and the instance would have '
            f'{security_type}. Azure changes neither: boot from a volume '
            f'made from an image with azure_security_type = '
            f'{security_type}, or choose another flavor.'
        )
    if connection.sku in _DATA_ONLY:
        raise exceptions.InvalidRequest(
            f'Volume {connection.volume_id} is {connection.sku}, from which '
            f'Azure does not boot.'
        )
    if connection.size_gib > _MAX_CACHED_GIB:
        raise exceptions.InvalidRequest(
            f'Volume {connection.volume_id} has {connection.size_gib} GiB; '
            f'Azure boots from {_MAX_CACHED_GIB} at most.'
        )


def _zone(zone: str | None) -> str:
    return f'zone {zone}' if zone else 'no zone'


def _location(name: str) -> str:
    return name.lower().replace(' ', '')


def _model(name: str) -> str:
    return _MODELS.get(name, name)
