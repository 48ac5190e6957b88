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

"""Nova instance to Azure virtual machine, in one request."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from jacket_azure import exceptions
from jacket_azure.mapping.image_target import ImageTarget
from jacket_azure.mapping.image_target import Plan
from jacket_azure.payload import images
from jacket_azure.payload import security as security_profile
from jacket_azure.payload.security import Security


@dataclass(frozen=True)
class VmSpec:
    """Everything a virtual machine is made from.

    :param image: None for a machine that boots from a volume
    :param os_disk: ``storageProfile.osDisk`` as ``disks/`` describes it
    :param nic_ids: full ARM ids, the primary one first
    :param data_disks: ``storageProfile.dataDisks``, likewise
    :param os_profile: as ``os_profile.build`` returned it; None for a
        machine that boots from a volume: Azure does not set up its guest
    :param security: None for a cloud without security types
    :param user_data: base64, shown by the metadata service of the guest
    :param disk_controller: ``NVMe`` or ``SCSI``; None leaves it to Azure
    :param cascade_delete: whether deleting the machine deletes its network
        interfaces (the OS disk says so itself); False where the cloud
        cannot
    :param max_price: US dollars per hour for Spot, -1 for no limit
    :param ultra_disks: whether it can ever have ultra disks
    :param plan: purchase plan, where it is not the image's own
    """

    location: str
    size: str
    image: ImageTarget | None
    os_disk: abc.Mapping[str, Any]
    nic_ids: tuple[str, ...]
    data_disks: tuple[abc.Mapping[str, Any], ...] = ()
    os_profile: abc.Mapping[str, Any] | None = field(
        default=None, repr=False
    )
    zone: str | None = None
    tags: abc.Mapping[str, str] = field(default_factory=dict)
    security: Security | None = field(default_factory=Security)
    boot_diagnostics: bool = True
    user_data: str | None = field(default=None, repr=False)
    disk_controller: str | None = None
    cascade_delete: bool = True
    priority: str | None = None
    eviction_policy: str | None = None
    max_price: float | None = None
    ultra_disks: bool = False
    plan: Plan | None = None


def build(spec: VmSpec) -> dict[str, Any]:
    """Build the body that creates a virtual machine.

    :raises InvalidRequest: there is no network interface

    Source: Compute REST API 2026-04-01, virtual-machines/create-or-update.
    """
    if not spec.nic_ids:
        raise exceptions.InvalidRequest(
            'A virtual machine on Azure needs at least one port.'
        )
    body: dict[str, Any] = {
        'location': spec.location,
        'tags': dict(spec.tags),
        'properties': {
            'hardwareProfile': {'vmSize': spec.size},
            'storageProfile': _storage_profile(spec),
            'networkProfile': _network_profile(spec),
            **_optional_properties(spec),
        },
    }
    if spec.zone is not None:
        body['zones'] = [spec.zone]
    plan = spec.plan or (spec.image.plan if spec.image else None)
    if plan is not None:
        body['plan'] = {
            'name': plan.name,
            'product': plan.product,
            'publisher': plan.publisher,
        }
    return body


def build_tags_update(tags: abc.Mapping[str, str]) -> dict[str, Any]:
    """Build the PATCH body that replaces a machine's tags, all of them.

    Source: Compute REST API 2026-04-01, virtual-machines/update.
    """
    return {'tags': dict(tags)}


def _storage_profile(spec: VmSpec) -> dict[str, Any]:
    profile: dict[str, Any] = {
        'osDisk': dict(spec.os_disk),
        'dataDisks': [dict(disk) for disk in spec.data_disks],
    }
    if spec.image is not None:
        profile['imageReference'] = images.build_reference(spec.image)
    if spec.disk_controller is not None:
        profile['diskControllerType'] = spec.disk_controller
    return profile


def _network_profile(spec: VmSpec) -> dict[str, Any]:
    references = []
    for index, nic_id in enumerate(spec.nic_ids):
        properties: dict[str, Any] = {'primary': index == 0}
        if spec.cascade_delete:
            properties['deleteOption'] = 'Delete'
        references.append({'id': nic_id, 'properties': properties})
    return {'networkInterfaces': references}


def _optional_properties(spec: VmSpec) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    if spec.os_profile is not None:
        properties['osProfile'] = dict(spec.os_profile)
    if spec.security is not None:
        properties['securityProfile'] = security_profile.build(spec.security)
    if spec.boot_diagnostics:
        # no storageUri: Azure keeps the log in storage it manages
        properties['diagnosticsProfile'] = {
            'bootDiagnostics': {'enabled': True}
        }
    if spec.user_data is not None:
        properties['userData'] = spec.user_data
    if spec.ultra_disks:
        properties['additionalCapabilities'] = {'ultraSSDEnabled': True}
    if spec.priority == 'Spot':
        properties['priority'] = 'Spot'
        properties['evictionPolicy'] = spec.eviction_policy or 'Deallocate'
        price = -1.0 if spec.max_price is None else spec.max_price
        properties['billingProfile'] = {'maxPrice': price}
    return properties
