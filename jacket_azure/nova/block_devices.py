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

"""The volumes an instance is to be made with."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.payload import vm_sizes
from jacket_azure.payload import volume_connection

Connection = volume_connection.Connection


@dataclasses.dataclass(frozen=True)
class Volumes:
    """What Nova's ``block_device_info`` says of volumes.

    :ivar boot: the one to boot from, whatever image is named beside it;
        None when an image is booted
    :ivar data: all others, in Nova's order
    """

    boot: Connection | None = None
    data: tuple[Connection, ...] = ()

    @property
    def all(self) -> tuple[Connection, ...]:
        """Return them all, the one to boot from first."""
        return (self.boot, *self.data) if self.boot else self.data

    def zone(self, wanted: str | None) -> str | None:
        """Return the zone to make the machine in.

        Where nobody asked for one it is that of the volumes: a machine
        without a zone reaches no disk that has one.
        """
        zones = [one.zone for one in self.all if not one.any_zone]
        return wanted or next((zone for zone in zones if zone), None)

    def check(
        self, size: vm_sizes.VmSize, zone: str | None, security_type: str
    ) -> None:
        """Refuse what Azure would refuse.

        :param security_type: of the machine
        :raises InvalidRequest: another zone, or a kind the size or the
            place cannot have
        """
        if self.boot:
            volume_connection.check_bootable(self.boot, security_type)
        for volume in self.all:
            volume_connection.check_zone(volume, zone)
            volume_connection.check_size(volume, size)
        ultra = [one for one in self.data if one.needs_ultra]
        if ultra and zone not in size.ultra_zones:
            raise exceptions.InvalidRequest(
                f'Volume {ultra[0].volume_id} is an ultra disk, and the VM '
                f'size {size.name} has none in '
                f'{f"zone {zone}" if zone else "this region without a zone"}.'
            )


def parse(
    backend: backends.Backend, instance: Any, block_device_info: Any
) -> Volumes:
    """Read ``block_device_info``, and refuse what no host here can do.

    :raises InvalidRequest: ephemeral or swap disks, a volume elsewhere or of
        another kind, or none to boot from
    """
    devices = block_device_info or {}
    _refuse_local(devices)
    boot, data = None, []
    for entry in devices.get('block_device_mapping') or ():
        connection = parse_one(backend, entry['connection_info'])
        # also beside an image: Nova calls such an instance volume-backed
        # (nova 34 compute/utils.py, is_volume_backed_instance)
        if _is_root(entry, devices, bool(instance.image_ref)):
            boot = connection
        else:
            data.append(connection)
    if boot is None and not instance.image_ref:
        raise exceptions.InvalidRequest(
            'The instance has neither an image nor a volume to boot from.'
        )
    return Volumes(boot, tuple(data))


def parse_one(
    backend: backends.Backend, connection_info: Mapping[str, Any]
) -> Connection:
    """Read one ``connection_info``; refuse what is out of reach.

    :raises InvalidRequest: of another driver, elsewhere, or read-only
    """
    connection = volume_connection.parse(connection_info)
    volume_connection.check_reach(
        connection,
        backend.azure.subscription_id,
        backend.azure.location,
        backend.conf.disk_model,
    )
    return connection


def _is_root(
    entry: Mapping[str, Any], devices: Mapping[str, Any], has_image: bool
) -> bool:
    if entry.get('boot_index') is not None:
        return bool(entry['boot_index'] == 0)
    root = devices.get('root_device_name')
    # an image has that name where there is one
    return not has_image and root is not None and (
        entry.get('mount_device') == root
    )


def _refuse_local(devices: Mapping[str, Any]) -> None:
    refused = {
        'An ephemeral disk': devices.get('ephemerals'),
        'A swap disk': (devices.get('swap') or {}).get('swap_size'),
    }
    for what, asked in refused.items():
        if asked:
            raise exceptions.InvalidRequest(
                f'{what} is not possible on Azure: use a volume, or a VM '
                f'size with a temporary disk.'
            )
