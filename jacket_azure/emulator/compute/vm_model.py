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

"""How a virtual machine looks from outside, and its defaults."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import etags
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import extension_views
from jacket_azure.emulator.compute import instance_view
from jacket_azure.emulator.compute import sizes
from jacket_azure.emulator.router import ArmRequest

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Compute/virtualMachines'
_LIST = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
         '/Microsoft.Compute/virtualMachines')
LIST = _LIST
NAME = _LIST + '/{name}'
_FIRST_VERSION_WITH_ETAGS = '2024-07-01'
# an OS disk's size is in the first answer since then (7 seen); 2019-03-01
# told it later (125 seen), the versions between are not checked
_EARLY_SIZE = '2020-12-01'
# what a request may name at the top of the body
TOP = ('tags', 'zones', 'identity', 'plan', 'extendedLocation')


def has_etags(request: ArmRequest) -> bool:
    """Whether this api-version knows etags of VMs."""
    return request.api_version[:10] >= _FIRST_VERSION_WITH_ETAGS


def etag_header(request: ArmRequest, vm: store.Resource) -> dict[str, str]:
    """The ``ETag`` header, if the api-version has one."""
    return {'ETag': etags.quoted(vm)} if has_etags(request) else {}


def view(request: ArmRequest, vm: store.Resource, *,
         with_instance_view: bool = False,
         with_user_data: bool = False) -> dict[str, Any]:
    """What a GET, a list, a PUT answers."""
    body = vm.view()
    properties = body['properties']
    if not with_user_data:
        properties.pop('userData', None)
    # of disks made with the VM this shows once they are there
    hidden = vm.private.get('hidden_disks') or {}
    profile = properties['storageProfile']
    for entry in (profile['osDisk'], *profile['dataDisks']):
        disk = request.emulator.store.get(
            (entry.get('managedDisk') or {}).get('id'))
        if disk is not None and 'diskSizeGB' in disk.properties:
            # a disk grows by itself; its machine shows the size it has
            entry['diskSizeGB'] = disk.properties['diskSizeGB']
        if entry['name'] in hidden and disk is not None:
            entry['managedDisk'].pop('id', None)
            for key in hidden[entry['name']]:
                if key == 'name' or request.api_version[:10] < _EARLY_SIZE:
                    entry.pop(key, None)
        if vm.private.get('power') == 'deallocated' and (
                entry.get('managedDisk')):
            # 42 of 44 disks: neither is told while there is no host
            entry.pop('diskSizeGB', None)
            entry['managedDisk'].pop('storageAccountType', None)
    resources = extension_views.resources(request.emulator, vm)
    if resources:
        # a list tells their ids only
        body['resources'] = resources if 'name' in request.params else [
            {'id': one['id']} for one in resources]
    if with_instance_view:
        properties['instanceView'] = instance_view.build(
            request.emulator, vm)
    if has_etags(request):
        body['etag'] = etags.quoted(vm)
    return body


def status_view(emulator: server.Emulator,
                vm: store.Resource) -> dict[str, Any]:
    """An element of the list with ``statusOnly=true``: no model in it."""
    return {
        'name': vm.name, 'id': vm.id, 'type': TYPE, 'location': vm.location,
        'properties': {
            'vmId': vm.properties['vmId'],
            'provisioningState': vm.properties['provisioningState'],
            'instanceView': {
                'statuses': instance_view.statuses(emulator, vm)}}}


def zones_of(body: dict[str, Any]) -> list[str]:
    """Zones of a VM's body."""
    return list(body.get('zones') or ())


def find_size(body: dict[str, Any]) -> sizes.Size:
    """Return the size a body asks for.

    :raises ArmError: 400, there is no such size
    """
    properties = body.get('properties') or {}
    name = (properties.get('hardwareProfile') or {}).get('vmSize')
    if not name:
        raise errors.missing_parameter('hardwareProfile.vmSize')
    size = sizes.get(name)
    if size is None:
        raise errors.invalid_parameter(
            'vmSize', f'The value {name} provided for the VM size is not '
            f'valid. The valid sizes in the current region are: '
            f'{",".join(one.name for one in sizes.by_name().values())}. '
            f'Find out more on the valid VM sizes in each region at '
            f'https://aka.ms/azure-regionservices.')
    return size


def merge(base: Any, patch: Any) -> Any:
    """Apply a PATCH: objects are merged, all else is replaced."""
    if not isinstance(base, dict) or not isinstance(patch, dict):
        return copy.deepcopy(patch)
    merged = dict(base)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(base.get(key), value)
    return merged
