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

"""What a virtual machine is to be: size, host, OS disk."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from typing import Any

from jacket_azure.payload import data_disk
from jacket_azure.payload import names
from jacket_azure.payload import tags

Body = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """What a resize changes, and its revert changes back.

    :param size: Azure's name
    :param host: nova-compute host of the machine's tag
    :param disk: one of :func:`.names.os_disk_names`; None of a machine that
        boots from a volume
    """

    size: str
    host: str | None
    disk: str | None

    def differs(self, other: Shape) -> bool:
        """Tell whether they are not the same for Azure."""
        return (
            self.size.lower() != other.size.lower()
            or self.host != other.host
            or self.disk != other.disk
        )


def parse(vm: abc.Mapping[str, Any], uuid: str) -> Shape:
    """Read a virtual machine of the instance *uuid*."""
    disk = data_disk.os_disk_name(vm)
    return Shape(
        size=str(vm['properties']['hardwareProfile']['vmSize']),
        host=tags.get(vm, tags.HOST),
        disk=disk if disk in names.os_disk_names(uuid) else None,
    )


def other_place(uuid: str, disk: str) -> str:
    """Return the place of an instance's OS disk that is not *disk*."""
    first, second = names.os_disk_names(uuid)
    return second if disk == first else first


def build_update(
    vm: abc.Mapping[str, Any], found: Shape, wanted: Shape
) -> Body:
    """Build the PATCH for size and host; empty when there is none to do.

    Source: Compute REST API 2026-04-01, virtual-machines/update.
    """
    body: Body = {}
    if found.size.lower() != wanted.size.lower():
        body['properties'] = {'hardwareProfile': {'vmSize': wanted.size}}
    if wanted.host is not None and found.host != wanted.host:
        body['tags'] = tags.with_host(vm.get('tags') or {}, wanted.host)
    return body


def beside(os_disk: abc.Mapping[str, Any], name: str) -> Body:
    """Build ``storageProfile.osDisk`` that names the disk *name*.

    :param os_disk: of the same machine, now; the disk lies beside its own
    """
    managed, blob = os_disk.get('managedDisk'), os_disk.get('vhd')
    body: Body = {
        key: os_disk[key]
        for key in ('name', 'caching', 'deleteOption')
        if os_disk.get(key)
    }
    if managed:
        place = str(managed['id']).rpartition('/')[0]
        return {**body, 'name': name, 'managedDisk': {'id': f'{place}/{name}'}}
    place = str((blob or {})['uri']).rpartition('/')[0]
    return {**body, 'vhd': {'uri': f'{place}/{name}.vhd'}}
